"""Run one notebook in a kernel of its own."""

import json
import logging
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import papermill
from nbclient.exceptions import DeadKernelError

from helpers import ROOT
from helpers.course.kernel import OwnKernel
from helpers.course.outcome import Failure
from helpers.course.provenance import cores
from helpers.course.watch import Watch
from helpers.files import write_atomically
from helpers.results import ClaimError, read_rows

DEAD = "DeadKernel"


@dataclass(frozen=True)
class Execution:
    """What running a notebook took: seconds and bytes; the rows it recorded; why it failed."""

    seconds: float
    peak_memory: int
    rows: list[dict]
    failure: Failure | None


def execute(notebook: Path, target: Path, parameters: dict, watch: Watch) -> Execution:
    """Run a copy of ``notebook`` with ``parameters`` and leave it, executed, at ``target``.

    A notebook that fails is written as far as it came. If its kernel died, what that printed last
    lies beside ``target``, with the ending ``.log``. Raises :class:`OSError` when it can't write.
    """
    log = target.with_suffix(".log")
    with tempfile.TemporaryDirectory(prefix="course-", ignore_cleanup_errors=True) as folder:
        scratch = Path(folder)
        recorded, executed = scratch / "results.jsonl", scratch / notebook.name
        with watch, open(scratch / "log", "wb") as printed:
            failure = _attempt(notebook, executed, parameters, watch, scratch, printed)
            seconds = watch.seconds
        rows, failure = _rows(recorded, failure)
        if is_notebook(executed):
            write_atomically(target, executed.read_bytes())
        log.unlink(missing_ok=True)
        if failure and failure.name == DEAD:
            write_atomically(log, (scratch / "log").read_bytes())
    return Execution(seconds, watch.peak_memory, rows, failure)


def _attempt(notebook, executed, parameters, watch, scratch, printed) -> Failure | None:
    logging.getLogger("papermill").setLevel(logging.CRITICAL)  # its errors are reported as Failure
    work = scratch / "work"
    work.mkdir()
    try:
        papermill.execute_notebook(
            _literal(notebook),
            _literal(executed),
            parameters,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            kernel_manager_class=_kernel_class(watch, scratch, work, printed),
            on_cell_execute=watch.count_cell,
        )
    except papermill.PapermillExecutionError as error:
        return Failure(error.exec_count, error.ename, error.evalue)
    except Exception as error:
        if watch.timed_out:
            return Failure(watch.cells, "Timeout", f"the lesson took more than {watch.limit:g} s")
        if isinstance(error, DeadKernelError):
            why = "its process ended; out of memory, or a crash in compiled code?"
            return Failure(watch.cells, DEAD, why)
        return Failure(watch.cells or None, type(error).__name__, str(error))
    return None


def _kernel_class(watch: Watch, scratch: Path, work: Path, printed):
    """A kernel manager whose kernel works in ``work``, prints to ``printed`` and is watched."""

    class Kernel(OwnKernel):
        async def start_kernel(self, **options) -> None:
            await super().start_kernel(
                **options,
                cwd=str(work),
                env=environment(scratch),
                stdout=printed,
                stderr=printed,
            )
            watch.follow(self.provisioner.pid)

    return Kernel


def environment(scratch: Path) -> dict[str, str]:
    """The environment of a kernel: this checkout's modules, figures inline, nobody's profile."""
    path = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        "OMP_NUM_THREADS": str(cores()),
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path),
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "IPYTHONDIR": str(scratch / "ipython"),
        "COURSE_PROGRESS": "plain",
        "COURSE_RESULTS": str(scratch / "results.jsonl"),
    }


def is_notebook(path: Path) -> bool:
    """Whether papermill got to write, and to the end: on a full disk it leaves half a file."""
    try:
        return "cells" in json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False


def _rows(recorded: Path, failure: Failure | None) -> tuple[list[dict], Failure | None]:
    """What a lesson recorded; nothing unless it ran to its end."""
    if failure:
        return [], failure
    try:
        return read_rows(recorded), None
    except ClaimError as error:
        return [], Failure(None, "ClaimError", str(error))


def _literal(path: Path) -> str:
    """A path as papermill takes it: it formats paths, so braces in a folder's name are doubled."""
    return str(path.resolve()).replace("{", "{{").replace("}", "}}")

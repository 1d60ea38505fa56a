"""A place where a learner's code can do no harm: bubblewrap, an unprivileged user, limits.

Inside there is a Python with its packages, a read-only copy of the helpers and of what the lessons
export, and a small /tmp that vanishes. There is no network, no other process, nothing of the
checkout: no solutions, no cases, no reference answers. What can't be set up is refused, never left
out.
"""

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from helpers import ROOT
from helpers.grading import seccomp
from helpers.notebook_importer import MARK, Cell, all_cells, topics

COURSE = "/course"
"""Where the copies lie inside the sandbox."""
FIRST_UID, UIDS = 61184, 4336
"""User ids that distributions keep free of people and services (systemd's dynamic users)."""
AT_ONCE = 128
"""How many sandboxes of one process have users of their own."""
_started = itertools.count()
IN_THE_BOX = ("driver", "exercise", "frames", "running", "slicing", "values")
"""The modules of helpers.grading that run inside; the others stay out."""
NO_CHECK = '"""Inside the sandbox nothing checks."""\n\n\ndef check(*_) -> None:\n    pass\n'
SCRATCH = ("/tmp", "/dev/shm")
"""Where a program inside may write."""
SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/tmp",
    "TMPDIR": "/tmp",
    "USER": "learner",
    "LANG": "C.UTF-8",
    "PYTHONPATH": COURSE,
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "MPLBACKEND": "agg",
    "NUMBA_CACHE_DIR": "/tmp/numba",
    "COURSE_OFFLINE": "1",
    "HF_HUB_OFFLINE": "1",
}
TOOLS = {"bwrap": "bubblewrap", "setpriv": "util-linux", "prlimit": "util-linux"}
ELSEWHERE = (
    "Grade on Linux or in a container where bubblewrap works; for a notebook of your own, "
    "--unsafe-no-sandbox runs it without protection."
)


class SandboxError(Exception):
    """There is no safe place to run a learner's code here; the message says what is missing."""


@dataclass(frozen=True)
class Limits:
    """What an answer may use: seconds, bytes, numbers of processes and files.

    ``exercise`` counts seconds of computing and of waiting, so that a busy machine costs no points.
    ``notebook`` is on the clock, for all exercises together, the ``start`` not counted.
    ``memory`` is that of all processes together, ``address_space`` of each.
    """

    exercise: float = 20.0
    notebook: float = 180.0
    start: float = 120.0
    memory: int = 2 * 2**30
    address_space: int = 8 * 2**30
    scratch: int = 64 * 2**20
    file: int = 64 * 2**20
    processes: int = 64
    open_files: int = 128
    log: int = 64 * 2**10


def copy_course(target: Path, checkout: Path = ROOT) -> None:
    """Write what the sandbox may read of the course to the folder ``target``.

    The data, the helpers without the graders, and of each lesson the exported cells alone.
    """
    shutil.copytree(checkout / "data", target / "data", dirs_exist_ok=True)
    everything = checkout / "helpers"
    for path in sorted(everything.rglob("*")):
        inner = path.relative_to(everything)
        if path.is_file() and inner.parts[0] != "grading" and "__pycache__" not in inner.parts:
            _copy(path, target / "helpers" / inner)
    grading = target / "helpers" / "grading"
    for name in IN_THE_BOX:
        _copy(everything / "grading" / f"{name}.py", grading / f"{name}.py")
    (grading / "__init__.py").write_text(NO_CHECK, encoding="utf-8")
    _copy(checkout / "notebooks" / "__init__.py", target / "notebooks" / "__init__.py")
    for lesson in topics(checkout / "notebooks").values():
        book = {"cells": [_exported_cell(cell) for cell in all_cells(lesson) if is_export(cell)]}
        (target / "notebooks" / lesson.name).write_text(json.dumps(book), encoding="utf-8")
    compileall = [sys.executable, "-m", "compileall", "-q", "helpers", "notebooks"]
    subprocess.run(compileall, cwd=target, check=True, stdout=subprocess.DEVNULL)
    for path in [target, *target.rglob("*")]:  # the sandbox's user is neither owner nor group
        path.chmod(0o755 if path.is_dir() else 0o644)


def is_export(cell: Cell) -> bool:
    """Whether a cell belongs to what its lesson exports."""
    return cell.kind == "code" and cell.source.lstrip().startswith(MARK)


def _exported_cell(cell: Cell) -> dict:
    return {"cell_type": "code", "source": cell.source, "metadata": {}}


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


@dataclass(frozen=True)
class Sandbox:
    """How to start a program in the sandbox.

    ``course``: a folder made by :func:`copy_course`; ``whole``: whether it is for a whole notebook,
    whose kernel talks to itself over TCP, and which may read the corpora that this machine keeps
    outside the checkout.
    """

    course: Path
    limits: Limits = Limits()
    whole: bool = False
    scratch: ClassVar[tuple[str, ...]] = SCRATCH

    @contextmanager
    def start(self, program: list[str], **streams) -> Iterator[subprocess.Popen]:
        """Run Python with the arguments ``program``; at the end of the block nothing of it is left.

        The process has an attribute ``first``, the number of the first process inside, or 0.
        """
        filter_read, filter_write = os.pipe()
        info_read, info_write = os.pipe()
        os.write(filter_write, seccomp.program(internet=self.whole))
        os.close(filter_write)
        command = self._command(program, filter_read, info_write)
        try:
            process = subprocess.Popen(command, pass_fds=(filter_read, info_write), **streams)
        finally:
            os.close(filter_read)
            os.close(info_write)
        try:
            with open(info_read, "rb") as info:
                process.first = json.loads(info.read() or b"{}").get("child-pid", 0)
            yield process
        finally:
            _end(process)

    def _command(self, program: list[str], filter_fd: int, info_fd: int) -> list[str]:
        isolation = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
        isolation += ["--unshare-cgroup-try", "--die-with-parent", "--new-session"]
        isolation += ["--hostname", "sandbox", "--cap-drop", "ALL"]
        become: list[str] = []
        if os.geteuid() == 0:
            # Root has to mount, since others may not be able to read its Python. Limits on the
            # number of processes don't hold for root: another user takes over before any of them,
            # one for each sandbox that runs at the same time.
            isolation += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
            user = str(FIRST_UID + (os.getpid() * AT_ONCE + next(_started) % AT_ONCE) % UIDS)
            become = ["/usr/bin/setpriv", "--reuid", user, "--regid", user, "--clear-groups"]
            become += ["--inh-caps=-all", "--"]
        else:
            isolation += ["--unshare-user", "--uid", "65534", "--gid", "65534"]
        python = [sys.executable, "-B", "-P", *program]  # nothing is imported from /tmp
        return [
            *("bwrap", *isolation, *self._files(), *self._environment()),
            *("--seccomp", str(filter_fd), "--info-fd", str(info_fd), "--"),
            *(*become, *self._prlimit(), *python),
        ]

    def _files(self) -> list[str]:
        mounts = ["--ro-bind", "/usr", "/usr"]
        for path in SYSTEM:
            if os.path.islink(path):
                mounts += ["--symlink", os.readlink(path), path]
            elif os.path.isdir(path):
                mounts += ["--ro-bind", path, path]
        for path in ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts"):
            mounts += ["--ro-bind-try", path, path]
        mounts += ["--proc", "/proc", "--dev", "/dev"]
        for path in SCRATCH:  # before Python, which may be in a checkout below /tmp
            mounts += ["--size", str(self.limits.scratch), "--perms", "1777", "--tmpfs", path]
        for path in _python_folders():
            mounts += readable(path)
        for path in self._corpora().values():
            mounts += readable(path)
        mounts += ["--ro-bind", str(self.course), COURSE]
        return [*mounts, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp"]

    def _corpora(self) -> dict[str, str]:
        """Folders of corpora to be read inside, by the variable that names each."""
        if not self.whole:
            return {}
        from helpers.data.sources import cache_folder, data_folder  # with packages not needed else

        named = {"COURSE_DATA": data_folder(), "COURSE_CACHE": cache_folder()}
        return {name: str(path.resolve()) for name, path in named.items() if path and path.is_dir()}

    def _environment(self) -> list[str]:
        variables = ENVIRONMENT | self._corpora()
        settings = [part for item in variables.items() for part in ("--setenv", *item)]
        return ["--clearenv", *settings]

    def _prlimit(self) -> list[str]:
        limits = self.limits
        return [
            "/usr/bin/prlimit",
            f"--as={limits.address_space}",
            f"--cpu={int(limits.start + limits.notebook)}",
            f"--fsize={limits.file}",
            f"--nofile={limits.open_files}",
            f"--nproc={limits.processes}",
            "--core=0",
            "--memlock=65536",
            "--msgqueue=0",
        ]


def readable(path: str) -> list[str]:
    """Options that show a folder inside where it is outside."""
    parents = reversed(Path(path).parents[:-1])  # for the sandbox's user to get through
    made = [option for parent in parents for option in ("--perms", "0755", "--dir", str(parent))]
    return [*made, "--ro-bind", path, path]


def _python_folders() -> list[str]:
    """Where this Python, its standard library and its packages lie, outermost folders only."""
    named = {sys.prefix, sys.base_prefix, os.path.realpath(sys.base_prefix)}
    return sorted(path for path in named if not path.startswith("/usr/") and path != "/usr")


def _end(process: subprocess.Popen) -> None:
    """End the first process inside, and with it every other; then wait for bubblewrap itself."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.kill(process.first, signal.SIGKILL) if process.first else process.kill()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with suppress(BrokenPipeError):  # the rest of a request that nobody read
                stream.close()


def missing_tools() -> str:
    """One sentence on what has to be installed, empty if nothing."""
    if sys.platform != "linux":
        return f"The sandbox needs Linux, and this is {sys.platform}."
    packages = sorted({package for tool, package in TOOLS.items() if shutil.which(tool) is None})
    if packages:
        names = " and ".join(packages), " ".join(packages)
        return "The sandbox needs {}: sudo apt-get install {}.".format(*names)
    try:
        seccomp.program()
    except KeyError as error:
        return f"The sandbox has no list of system calls for {error.args[0]} processors."
    return ""


def self_check(sandbox: Sandbox) -> None:
    """Try from inside whether the sandbox holds.

    Raises :class:`SandboxError`, naming what doesn't.
    """
    if missing := missing_tools():
        raise SandboxError(f"{missing} {ELSEWHERE}")
    script = Path(__file__).with_name("sandbox_check.py").read_text(encoding="utf-8")
    limits = sandbox.limits
    facts = {
        "hidden": [str(ROOT / "solutions"), str(ROOT / "helpers"), "/etc/passwd", "/home"],
        "read_only": ["/", "/usr", "/dev", COURSE, *_python_folders()],
        "address_space": limits.address_space,
        "scratch": limits.scratch,
        "processes": limits.processes,
        "pid_outside": os.getpid(),
    }
    pipe = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with sandbox.start(["-c", script, json.dumps(facts)], **pipe) as process:
        try:
            printed, complaint = process.communicate(timeout=limits.start)
        except subprocess.TimeoutExpired:
            raise SandboxError(f"The sandbox's self-check took over {limits.start:g} s.") from None
    if process.returncode:
        raise SandboxError(f"{_why_not(complaint)} {ELSEWHERE}")
    if faults := json.loads(printed):
        raise SandboxError(f"The sandbox doesn't hold here: {'; '.join(faults)}. {ELSEWHERE}")


def _why_not(complaint: bytes) -> str:
    """One sentence on why nothing can be started inside."""
    text = " ".join(complaint.decode("utf-8", "replace").split())[-300:]
    if "setresuid" in text or "setresgid" in text or "setgroups" in text:
        who = "root may not become an unprivileged user here"
        return f"The sandbox can't start: {who} ({text}). Grade as an ordinary user."
    if "namespace" in text or "Operation not permitted" in text or "uid map" in text:
        return f"The sandbox can't start: this system doesn't let bubblewrap isolate ({text})."
    return f"The sandbox can't start: {text or 'bubblewrap gave no reason'}."

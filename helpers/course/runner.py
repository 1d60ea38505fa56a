"""``course run``: all lessons in order, each in a kernel of its own, those that need it only."""

import contextlib
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from filelock import FileLock, Timeout

from helpers import ROOT
from helpers.course import fingerprint, outcome, parameters, report
from helpers.course.outcome import DONE, FAILED, INTERRUPTED, Failure, Outcome
from helpers.course.parameters import RunError
from helpers.course.progress import Progress, duration
from helpers.course.provenance import provenance
from helpers.course.watch import Watch
from helpers.notebook_importer import NotebookError, code_cells, topics

# A lesson that takes many times what it may is stuck; at full scale nobody can tell.
LIMITS = {"smoke": 600.0, "mini": 3600.0, "full": None}


@dataclass(frozen=True)
class Options:
    """What to run and how. ``extra``: parameters beside the three that every lesson has."""

    scale: object = "mini"
    seed: object = 0
    device: object = "auto"
    only: str = ""
    extra: dict[str, object] = field(default_factory=dict)
    output: Path = ROOT / "build" / "course"
    notebooks: Path = ROOT / "notebooks"
    timeout: float | None = None
    fresh: bool = False

    @property
    def parameters(self) -> dict[str, object]:
        return {"SCALE": self.scale, "SEED": self.seed, "DEVICE": self.device, **self.extra}

    @property
    def limit(self) -> float | None:
        """Seconds a lesson may take; None if it may take for ever."""
        return self.timeout or LIMITS[self.scale]


@dataclass(frozen=True)
class Job:
    """One lesson: what it depends on now, what became of it before, why it can't even start."""

    lesson: Path
    cells: int
    inputs: dict[str, str]
    before: Outcome | None
    problem: Failure | None

    @property
    def name(self) -> str:
        return self.lesson.stem

    @property
    def reasons(self) -> list[str]:
        """Why it has to be run; empty if it is up to date."""
        if self.problem or self.before is None:
            return ["never run"]
        if self.before.status != DONE:
            return [self.before.status]
        return fingerprint.changes(self.before.inputs, self.inputs)


def run(options: Options) -> int:
    """Run what needs running and write the report; returns the exit status.

    0: all chosen lessons ran through, now or before. 1: one failed, or a page can't be written.
    128 + n: ended by signal n. Raises :class:`RunError` before anything runs, :class:`OSError` when
    a result can't be written.
    """
    lessons = find(options.notebooks)
    jobs = [plan(lesson, options) for lesson in choose(lessons, options.only)]
    pending = [job for job in jobs if job.reasons or options.fresh]
    check(options, pending)
    check_output(lessons, options.output)
    with alone(options.output), Interruption() as interruption:
        outcome.forget_all_but([lesson.stem for lesson in lessons], options.output)
        run_all(pending, lessons, options, interruption)
        problems = report.write(lessons, options.output, out_of_date(lessons, options.output))
    if interruption.signal:
        print("Interrupted. Finished lessons are kept; the same command goes on from there.")
        return 128 + interruption.signal
    return conclude(jobs, len(pending), options.output, problems)


def find(folder: Path) -> list[Path]:
    """The lessons of a folder in order. Raises :class:`RunError` if there are none."""
    if not folder.is_dir():
        raise RunError(f"There is no folder {folder}: --notebooks names the folder of the lessons.")
    try:
        found = list(topics(folder).values())
    except NotebookError as error:
        raise RunError(str(error)) from None
    if not found:
        raise RunError(f"No lessons in {folder}: their names are like 01_word_embeddings.ipynb.")
    return found


def choose(lessons: list[Path], only: str) -> list[Path]:
    """The lessons that ``only`` names by number or topic, with commas between; all if it is empty.

    Raises :class:`RunError` for an unknown one, listing those there are.
    """
    names: dict[str, Path] = {}
    for lesson in lessons:
        number, topic = lesson.stem[:2], lesson.stem[3:]
        names |= dict.fromkeys((number, str(int(number)), topic, lesson.stem, lesson.name), lesson)
    wanted = [name.strip() for name in only.split(",") if name.strip()]
    for name in wanted:
        if name not in names:
            known = ", ".join(f"{lesson.stem[:2]} ({lesson.stem[3:]})" for lesson in lessons)
            raise RunError(f"ONLY={name!r} is not a lesson: choose from {known}.")
    chosen = {names[name] for name in wanted}
    return [lesson for lesson in lessons if lesson in chosen or not wanted]


def plan(lesson: Path, options: Options, given: dict[str, object] | None = None) -> Job:
    """What a lesson depends on under the parameters ``given``, and whether it can start at all."""
    try:
        cells = len(code_cells(lesson))
        inputs = fingerprint.inputs(lesson, given or options.parameters)
        missing = set(parameters.REQUIRED) - set(parameters.parameters_of(lesson))
    except NotebookError as error:
        return Job(lesson, 0, {}, None, Failure(None, "NotebookError", str(error)))
    problem = None
    if missing:
        message = f"no cell tagged 'parameters' sets {', '.join(sorted(missing))}"
        problem = Failure(None, "NoParameters", message)
    return Job(lesson, cells, inputs, outcome.read(options.output, lesson.stem), problem)


def check(options: Options, pending: list[Job]) -> None:
    """Raises :class:`RunError` unless every pending lesson can take the parameters given."""
    if options.timeout is not None and not options.timeout > 0:
        raise RunError(f"--timeout {options.timeout:g} is not allowed: it must be seconds above 0.")
    if pending:
        parameters.check(*(options.parameters[name] for name in parameters.REQUIRED))
    for job in pending:
        if not job.problem:
            parameters.check_extra(options.extra, job.lesson)


def check_output(lessons: list[Path], output: Path) -> None:
    """Raises :class:`RunError` if a notebook lies in ``output`` that no run has written.

    It would be overwritten: the lesson itself, or a learner's copy.
    """
    for lesson in lessons:
        if (output / lesson.name).exists() and not outcome.is_kept(output, lesson.stem):
            raise RunError(
                f"{output} holds a {lesson.name} that no run has written, and it would be lost: "
                "--output names a folder for results alone."
            )


@contextlib.contextmanager
def alone(output: Path) -> Iterator[None]:
    """Raises :class:`RunError` if another run is writing to ``output``."""
    output.mkdir(parents=True, exist_ok=True)
    lock = FileLock(output / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise RunError(
            f"Another run is writing to {output}: wait until it ends, or give this one a folder "
            "of its own with --output."
        ) from None
    try:
        yield
    finally:
        lock.release()


def run_all(
    pending: list[Job], lessons: list[Path], options: Options, interruption: "Interruption"
) -> None:
    """Run the lessons in turn, keeping what became of each as soon as it is known."""
    if not pending:
        return
    here = provenance()
    with _progress(pending, lessons, options) as progress:
        for job in pending:
            if not interruption.signal:
                result = run_job(job, options, here, interruption, progress)
                outcome.write(result, options.output, job.name)
                took = result.seconds if result.status == DONE else None
                progress.finished(took, describe(result))
                report.write(lessons, options.output, {})  # what there is, should the next one hang


def run_job(
    job: Job, options: Options, here: dict, interruption: "Interruption", progress: Progress
) -> Outcome:
    """Run one lesson. Raises :class:`OSError` when it can't be written."""
    target = options.output / job.lesson.name
    for ending in outcome.ENDINGS:
        target.with_suffix(ending).unlink(missing_ok=True)
    before = job.before
    unfinished = Outcome(
        status=INTERRUPTED,
        inputs=job.inputs,
        parameters=options.parameters,
        seconds=before.seconds if before and before.scale == options.scale else 0.0,
        peak_memory=0,
        cells=job.cells,
        rows=[],
        failure=None,
        provenance=here,
    )
    if job.problem:
        return replace(unfinished, status=FAILED, failure=job.problem)
    outcome.write(unfinished, options.output, job.name)
    from helpers.course.execution import execute  # papermill and torch: only when there is work

    with interruption.ending(Watch(options.limit, progress.tick)) as watch:
        done = execute(job.lesson, target, options.parameters, watch)
    if done.failure and interruption.signal:
        return unfinished
    return replace(
        unfinished,
        status=FAILED if done.failure else DONE,
        # It may have fetched a corpus itself.
        inputs={**job.inputs, fingerprint.CORPORA: fingerprint.corpora(job.lesson)},
        seconds=done.seconds,
        peak_memory=done.peak_memory,
        rows=done.rows,
        failure=done.failure,
    )


def _progress(pending: list[Job], lessons: list[Path], options: Options) -> Progress:
    cells, seconds = {job.name: job.cells for job in pending}, {}
    for lesson in lessons:
        before = outcome.read(options.output, lesson.stem)
        if before and before.seconds and before.scale == options.scale:
            seconds[lesson.stem] = before.seconds
            cells.setdefault(lesson.stem, before.cells)
    progress = Progress([job.name for job in pending], cells, seconds)
    print(f"Running {len(pending)} of {len(lessons)} lessons{progress.words()}.", flush=True)
    return progress


def out_of_date(lessons: list[Path], output: Path) -> dict[str, list[str]]:
    """What changed since the last run of each lesson that ran through, under its own parameters."""
    changed = {}
    for lesson in lessons:
        before = outcome.read(output, lesson.stem)
        if before and before.status == DONE:
            job = plan(lesson, Options(output=output), before.parameters)
            changed[lesson.stem] = job.reasons
    return changed


def describe(result: Outcome) -> str:
    """What became of a lesson, in a few words."""
    if result.status == INTERRUPTED:
        return "interrupted"
    if result.failure:
        return f"FAILED, {brief(result.failure)}"
    return f"{duration(result.seconds)}, {result.peak_memory / 2**20:.0f} MiB"


def brief(failure: Failure) -> str:
    """A failure in one line."""
    text = " ".join(str(failure).split())
    return text if len(text) <= 240 else text[:239] + "…"


def conclude(jobs: list[Job], ran: int, output: Path, problems: list[str]) -> int:
    """Say how it went, with a line for each failure; returns the exit status."""
    results = {job.name: outcome.read(output, job.name) for job in jobs}
    failed = {name: result.failure for name, result in results.items() if result and result.failure}
    for name, failure in failed.items():
        print(f"FAILED {name}, {brief(failure)}")
    print(*problems, sep="\n", end="\n" if problems else "")
    if ran:
        print(f"{ran} run, {len(failed)} failed, {len(jobs) - ran} up to date: {_index(output)}")
    else:
        print(f"Nothing to do, {len(jobs)} up to date: {_index(output)}")
    return 1 if failed or problems else 0


def _index(output: Path) -> Path:
    index = (output / report.INDEX).resolve()
    here = Path.cwd()
    return index.relative_to(here) if index.is_relative_to(here) else index


class Interruption:
    """Ctrl-C, SIGTERM and a closed terminal end the kernel and let the run close its books.

    Nothing is raised into the middle of the work: the kernel is gone, and what waits for it sees
    that. Only a second signal breaks off at once.
    """

    def __init__(self):
        self.signal = 0
        self._watch: Watch | None = None

    def __enter__(self) -> "Interruption":
        wanted = [signal.SIGINT, signal.SIGTERM]
        hangup = getattr(signal, "SIGHUP", None)  # Windows has none; nohup has it ignored
        if hangup and signal.getsignal(hangup) != signal.SIG_IGN:
            wanted.append(hangup)
        self._before = {number: signal.signal(number, self._note) for number in wanted}
        return self

    def __exit__(self, *_) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextlib.contextmanager
    def ending(self, watch: Watch) -> Iterator[Watch]:
        """As long as this lasts, a signal ends the kernel under ``watch``."""
        self._watch = watch
        try:
            if self.signal:
                watch.stop()
            yield watch
        finally:
            self._watch = None

    def _note(self, number: int, _) -> None:
        if self.signal:
            raise KeyboardInterrupt
        self.signal = number
        if self._watch:
            self._watch.stop()

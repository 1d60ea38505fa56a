"""``course grade``: a folder of submissions becomes points, feedback pages and a class report."""

import contextlib
import datetime
import os
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from helpers import ROOT
from helpers.course.progress import duration, is_watched
from helpers.course.provenance import cores
from helpers.files import write_atomically
from helpers.grading import engines, gradebook
from helpers.grading.box import BoxFault
from helpers.grading.class_report import Notes, class_report
from helpers.grading.exercises import topics
from helpers.grading.feedback import feedback, file_names
from helpers.grading.gradebook import Entry, ManualError
from helpers.grading.judge import Graded, Lesson
from helpers.grading.sandbox import Limits, SandboxError
from helpers.grading.store import Store, secret
from helpers.grading.submissions import Found, NoSubmissions, Submission, find
from helpers.grading.workshop import Task, grade_one, grader, workshop
from helpers.notebook_importer import topics as lessons_in
from helpers.settings import did_you_mean


class GradeError(Exception):
    """A run is refused; the message says why, and nothing was graded."""


@dataclass(frozen=True)
class Options:
    """What ``course grade`` was asked for."""

    submissions: Path
    notebook: str
    output: Path | None = None
    workers: int = 0
    scheduler: str = ""
    manual: Path | None = None
    limits: Limits = field(default_factory=Limits)
    protected: bool = True
    executed: bool = False
    checkout: Path = ROOT


def command(options: Options) -> int:
    """Grade; the exit status is 0, 1 if somebody couldn't be graded, 2 if the run is refused."""
    try:
        return run(options)
    except (GradeError, SandboxError, NoSubmissions, ManualError, engines.NoCluster) as error:
        print(f"course grade: {error}", file=sys.stderr)
        return 2


def run(options: Options) -> int:
    """See :func:`command`. Raises before anything is graded if something is wrong."""
    name = lesson_name(options.notebook, options.checkout)
    found = find(options.submissions, name, lessons_with_exercises(options.checkout))
    output = options.output or ROOT / "build" / "grading" / name
    output.mkdir(mode=0o700, parents=True, exist_ok=True)  # points are nobody else's business
    students = [submission.student for submission in found.chosen]
    by_hand = gradebook.read_manual(options.manual, students) if options.manual else {}
    task = Task(
        lesson=name,
        secret=secret(output / "secret"),
        limits=options.limits,
        protected=options.protected,
        checkout=options.checkout,
        executed=options.executed,
    )
    print("Trying the grader: sandbox, solution, lesson as released ...", flush=True)
    store = Store(output / "results", grader(task))
    preflight(task, store)
    began = time.monotonic()
    results, faults = _grade_all(found.chosen, task, store, options)
    entries = [
        Entry(submission, results[submission.content], by_hand.get(submission.student, []))
        for submission in found.chosen
        if submission.content in results
    ]
    if entries:
        _write(entries, name, output, Notes(found.set_aside, faults, _facts(found)))
    _summarise(entries, found, faults, output, time.monotonic() - began)
    return 1 if faults else 0


def lesson_name(asked: str, checkout: Path) -> str:
    """The name of a lesson, asked for by name, topic or number. Raises :class:`GradeError`."""
    names = lessons_with_exercises(checkout)
    wanted = Path(asked).name.removesuffix(".ipynb")
    for name in names:
        if wanted in (name, name[3:], name[:2], str(int(name[:2]))):
            return name
    raise GradeError(
        f"NOTEBOOK={asked!r} is not a lesson: choose one of {', '.join(names)}."
        + did_you_mean(wanted, names)
    )


def preflight(task: Task, store: Store) -> None:
    """Refuse to grade unless the solution has full marks and the released notebook none.

    Raises :class:`GradeError`. A fault of the grader never becomes a learner's zero.
    """
    lesson, _ = workshop(task)
    solution = _reference(lesson, lesson.solutions, task, store)
    if lost := [v.score for v in solution.verdicts if not v.score.full]:
        raise GradeError(
            f"the solution of {lost[0].grade_id} gets {lost[0].points:g} of {lost[0].out_of} points"
            f" ({lost[0].failure}): the grader is at fault, and nobody was graded."
        )
    release = _reference(lesson, lesson.released, task, store)
    if release.points:
        raise GradeError(
            f"the notebook as released gets {release.points:g} points: it must not give answers "
            "away, and nobody was graded."
        )


def _reference(lesson: Lesson, path: Path, task: Task, store: Store) -> Graded:
    """The result of one of our own notebooks, from the store if it is there."""
    if not path.exists():
        raise GradeError(f"{path} is missing, which the grader is tested with before each run.")
    own = Submission(str(path), path.stem, path.read_bytes())
    graded = store.get(own.content)
    if graded is None:
        try:
            graded = grade_one(own.raw, replace(task, executed=False))
        except BoxFault as fault:
            raise GradeError(str(fault)) from None
        store.put(own.content, graded)
    if graded.problem:
        raise GradeError(f"{path}: {graded.problem}")
    return graded


def _is_enough(graded: Graded, task: Task) -> bool:
    """Whether a kept result has all that is asked for now."""
    return bool(graded.view or graded.problem or not task.executed)


def _grade_all(
    submissions: list[Submission], task: Task, store: Store, options: Options
) -> tuple[dict[str, Graded], list[tuple[str, str]]]:
    """Results by content, from the store or new; faults of the grader by student."""
    results: dict[str, Graded] = {}
    pending: dict[str, bytes] = {}
    for submission in submissions:
        if submission.raw is None:
            lesson, _ = workshop(task)
            results[submission.content] = lesson.unreadable(submission.problem)
        elif (graded := store.get(submission.content)) and _is_enough(graded, task):
            results[submission.content] = graded
        else:
            pending[submission.content] = submission.raw
    if options.scheduler:
        graded = engines.on_cluster(pending, task, options.scheduler)
    else:
        graded = engines.on_threads(pending, task, options.workers or cores())
    faults = {}
    with _progress(len(submissions), len(submissions) - len(pending)) as tick:
        for content, outcome in graded if pending else ():
            if isinstance(outcome, BoxFault):
                faults[content] = str(outcome)
            else:
                store.put(content, outcome)
                results[content] = outcome
            tick()
    named = [(one.student, faults[one.content]) for one in submissions if one.content in faults]
    return results, named


@contextlib.contextmanager
def _progress(total: int, done: int):
    """A bar where somebody watches, else a line now and then; yields what counts one more."""
    if is_watched():
        from tqdm import tqdm

        with tqdm(total=total, initial=done, unit="notebook", dynamic_ncols=True) as bar:
            yield bar.update
        return
    counted = done

    def tick() -> None:
        nonlocal counted
        counted += 1
        if counted == total or counted % 10 == 0:
            print(f"{counted} of {total} graded", flush=True)

    yield tick


def _write(entries: list[Entry], name: str, output: Path, notes: Notes) -> None:
    most = gradebook.out_of(entries)
    pages = file_names([entry.student for entry in entries])
    for entry in entries:
        write_atomically(output / "feedback" / pages[entry.student], feedback(entry, name, most))
    for stale in (output / "feedback").glob("*.html"):
        if stale.name not in pages.values():
            stale.unlink()
    addresses = {student: f"feedback/{page}" for student, page in pages.items()}
    write_atomically(output / "report.html", class_report(entries, name, addresses, notes))
    # utf-8-sig: Excel takes a file without the mark for another alphabet
    tables = {
        "grades.csv": gradebook.plain_csv(entries),
        "grades_canvas.csv": gradebook.canvas_csv(entries, name),
        "grades_moodle.csv": gradebook.moodle_csv(entries),
    }
    for table, text in tables.items():
        write_atomically(output / table, text.encode("utf-8-sig"))


def _facts(found: Found) -> str:
    today = datetime.datetime.now().strftime("%Y-%m-%d %H:%M")
    return f"{len(found.chosen)} submissions, {len(found.set_aside)} set aside · {today}"


def _summarise(
    entries: list[Entry], found: Found, faults: list, output: Path, seconds: float
) -> None:
    for origin, why in found.set_aside:
        print(f"Set aside: {origin} ({why}).")
    for student, why in faults:
        print(f"Not graded: {student}: {why} Run the same command again.", file=sys.stderr)
    unread = [entry for entry in entries if entry.graded.problem]
    for entry in unread:
        print(f"No notebook: {entry.submission.origin}: {entry.graded.problem}")
    where = f"{os.path.relpath(output)}/: report.html, grades.csv, feedback/"
    print(f"{len(entries)} students in {duration(seconds)}. See {where}")


def lessons_with_exercises(checkout: Path) -> list[str]:
    """The names of the lessons that have exercises."""
    return [
        path.stem for topic, path in lessons_in(checkout / "notebooks").items() if topic in topics()
    ]

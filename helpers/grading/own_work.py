"""``course check``: a learner's own notebook, graded as an instructor would, and the progress.

Nothing protects the machine here, and nothing has to: it is one's own code. The inputs are others
than those of the checks in the notebook.
"""

import json
import sys
from dataclasses import astuple, dataclass
from pathlib import Path

from helpers import ROOT
from helpers.course import fingerprint
from helpers.grading.box import BoxFault
from helpers.grading.judge import Graded
from helpers.grading.notebook import in_words
from helpers.grading.reading import TooLarge, Unreadable, read_notebook
from helpers.grading.run import GradeError, lesson_name, lessons_with_exercises
from helpers.grading.store import Store
from helpers.grading.workshop import Task, grade_one, grader, workshop

SEED = "one's own work"
BAR = 20


@dataclass(frozen=True)
class Folders:
    """Where a learner works, and where what was checked is kept."""

    work: Path = ROOT / "work"
    results: Path = ROOT / "build" / "check"
    checkout: Path = ROOT


def command(notebook: str, folders: Folders | None = None) -> int:
    """Check one notebook, or all that changed.

    ``notebook``: a path, the name or number of a lesson, or empty for every lesson in ``work/``.
    The exit status is 1 if one can't be read, and 2 if there is nothing to check.
    """
    folders = folders or Folders()
    status = 0
    try:
        for lesson, path in _chosen(notebook, folders):
            try:
                graded = _check(lesson, path, folders)
            except Unreadable as error:
                _complain(f"{path}: {error}{_remedy(error, path, folders)}")
                status = 1
            else:
                _print_verdicts(lesson, path, graded, folders)
        print(*_progress(folders), sep="\n")
    except (GradeError, BoxFault) as error:
        _complain(error)
        return 2
    return status


def _complain(what: object) -> None:
    print(f"course check: {what}", file=sys.stderr)


def _remedy(error: Unreadable, path: Path, folders: Folders) -> str:
    """What to do about a damaged copy of a lesson."""
    if isinstance(error, TooLarge) or path.resolve().parent != folders.work.resolve():
        return ""
    return " Delete or rename it, and `make lab` copies a fresh one."


def _chosen(notebook: str, folders: Folders) -> list[tuple[str, Path]]:
    """Lessons with the notebook to check for each. Raises :class:`GradeError`."""
    if notebook:
        lesson = lesson_name(notebook, folders.checkout)
        is_file = notebook.endswith(".ipynb")
        places = [Path(notebook)] if is_file else []
        places.append(folders.work / (notebook if is_file else f"{lesson}.ipynb"))
        for path in places:
            if path.exists():
                return [(lesson, path)]
        raise GradeError(f"there is no {places[0]}: `make lab` makes copies to work on.")
    lessons = lessons_with_exercises(folders.checkout)
    found = [(lesson, folders.work / f"{lesson}.ipynb") for lesson in lessons]
    if not any(path.exists() for _, path in found):
        raise GradeError(f"there are no notebooks in {folders.work}: `make lab` makes them.")
    return [(lesson, path) for lesson, path in found if path.exists()]


def _check(lesson: str, path: Path, folders: Folders) -> Graded:
    """The result of one notebook, kept or new. Raises :class:`Unreadable`."""
    raw = _read(path)
    content = _content(raw)
    kept = _store(lesson, folders)
    if graded := kept.get(content):
        return graded
    graded = grade_one(raw, _task(lesson, folders))
    kept.put(content, graded)
    return graded


def _known(lesson: str, path: Path, folders: Folders) -> Graded | None:
    """What was found when a notebook of these cells was checked before."""
    try:
        content = _content(_read(path))
    except Unreadable:
        return None
    return _store(lesson, folders).get(content)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"The file can't be read: {error.strerror}.") from None


def _content(raw: bytes) -> str:
    """A digest of all that is graded: JupyterLab saves the same cells with other bytes around."""
    return fingerprint.digest(json.dumps([astuple(cell) for cell in read_notebook(raw)]))


def _task(lesson: str, folders: Folders) -> Task:
    return Task(lesson, SEED, protected=False, checkout=folders.checkout)


def _store(lesson: str, folders: Folders) -> Store:
    return Store(folders.results, grader(_task(lesson, folders)))


def _print_verdicts(lesson: str, path: Path, graded: Graded, folders: Folders) -> None:
    print(f"{path.name}: {graded.points:g} of {graded.out_of} points")
    known, _ = workshop(_task(lesson, folders))
    for verdict in graded.verdicts:
        print(in_words(verdict.score, known.exercises[verdict.score.grade_id].function))
    print()


def _progress(folders: Folders) -> list[str]:
    """A line for each lesson: how much of it is done, as far as that was checked."""
    lines = ["Your progress:"]
    for lesson in lessons_with_exercises(folders.checkout):
        graded = _known(lesson, folders.work / f"{lesson}.ipynb", folders)
        done = round(BAR * graded.points / graded.out_of) if graded else 0
        words = f"{graded.points:g} of {graded.out_of}" if graded else "not checked"
        lines.append(f"  {lesson:<24} {'█' * done}{'·' * (BAR - done)} {words}")
    return lines

"""``course check``: a learner's own notebook, graded as an instructor would, and the progress.

Nothing protects the machine here, and nothing has to: it is one's own code. The inputs are others
than those of the checks in the notebook.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from helpers import ROOT
from helpers.grading.box import BoxFault
from helpers.grading.judge import Graded
from helpers.grading.notebook import in_words
from helpers.grading.run import GradeError, lesson_name, lessons_with_exercises
from helpers.grading.store import Store
from helpers.grading.submissions import Submission
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
    """Check one notebook, or all that changed; the exit status is 2 if there is nothing to check.

    ``notebook``: a path, the name or number of a lesson, or empty for every lesson in ``work/``.
    """
    folders = folders or Folders()
    try:
        for lesson, path in _chosen(notebook, folders):
            graded = _result(lesson, path, folders) or _check(lesson, path, folders)
            _print_verdicts(lesson, path, graded, folders)
        print(*_progress(folders), sep="\n")
    except (GradeError, BoxFault) as error:
        print(f"course check: {error}", file=sys.stderr)
        return 2
    return 0


def _chosen(notebook: str, folders: Folders) -> list[tuple[str, Path]]:
    """Lessons with the notebook to check for each. Raises :class:`GradeError`."""
    if notebook:
        lesson = lesson_name(notebook, folders.checkout)
        path = Path(notebook) if notebook.endswith(".ipynb") else folders.work / f"{lesson}.ipynb"
        if not path.exists():
            raise GradeError(f"there is no {path}: `make lab` makes copies to work on.")
        return [(lesson, path)]
    lessons = lessons_with_exercises(folders.checkout)
    found = [(lesson, folders.work / f"{lesson}.ipynb") for lesson in lessons]
    if not any(path.exists() for _, path in found):
        raise GradeError(f"there are no notebooks in {folders.work}: `make lab` makes them.")
    return [(lesson, path) for lesson, path in found if path.exists()]


def _check(lesson: str, path: Path, folders: Folders) -> Graded:
    raw = path.read_bytes()
    graded = grade_one(raw, _task(lesson, folders))
    _store(lesson, folders).put(Submission(str(path), "", raw).content, graded)
    return graded


def _result(lesson: str, path: Path, folders: Folders) -> Graded | None:
    """What was found when this very notebook was checked before."""
    if not path.exists():
        return None
    return _store(lesson, folders).get(Submission(str(path), "", path.read_bytes()).content)


def _task(lesson: str, folders: Folders) -> Task:
    return Task(lesson, SEED, protected=False, checkout=folders.checkout)


def _store(lesson: str, folders: Folders) -> Store:
    return Store(folders.results, grader(_task(lesson, folders)))


def _print_verdicts(lesson: str, path: Path, graded: Graded, folders: Folders) -> None:
    print(f"{path.name}: {graded.points:g} of {graded.out_of} points")
    if graded.problem:
        print(graded.problem)
        return
    known, _ = workshop(_task(lesson, folders))
    for verdict in graded.verdicts:
        print(in_words(verdict.score, known.exercises[verdict.score.grade_id].function))
    print()


def _progress(folders: Folders) -> list[str]:
    """A line for each lesson: how much of it is done, as far as that was checked."""
    lines = ["Your progress:"]
    for lesson in lessons_with_exercises(folders.checkout):
        graded = _result(lesson, folders.work / f"{lesson}.ipynb", folders)
        done = round(BAR * graded.points / graded.out_of) if graded else 0
        words = f"{graded.points:g} of {graded.out_of}" if graded else "not checked"
        lines.append(f"  {lesson:<24} {'█' * done}{'·' * (BAR - done)} {words}")
    return lines

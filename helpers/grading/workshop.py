"""The function that grades one notebook, the same on this machine and on a cluster's."""

import hashlib
import json
import tempfile
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path

from helpers import ROOT
from helpers.grading.executed import executed_view
from helpers.grading.judge import Graded, Lesson, grade
from helpers.grading.sandbox import Limits, Sandbox, copy_course, self_check
from helpers.grading.unprotected import Unprotected


@dataclass(frozen=True)
class Task:
    """What to grade by, the same for every submission.

    All but ``executed``, which asks for a view of the whole notebook as well, decides on points.
    """

    lesson: str
    secret: str
    limits: Limits = field(default_factory=Limits)
    protected: bool = True
    checkout: Path = ROOT
    executed: bool = False


def grade_one(raw: bytes, task: Task) -> Graded:
    """Grade the bytes of one notebook.

    The first call sets up this process for the task. Raises
    :class:`helpers.grading.sandbox.SandboxError` if there is no safe place here, and
    :class:`helpers.grading.box.BoxFault` where the grader is at fault.
    """
    lesson, place = workshop(task)
    graded = grade(raw, lesson, place)
    if task.executed and not graded.problem:
        graded.view = executed_view(raw, lesson.topic, place)
    return graded


@cache
def workshop(task: Task) -> tuple[Lesson, Sandbox | Unprotected]:
    """The lesson with its answer keys, and a sandbox that has passed its self-check."""
    lesson = Lesson(task.lesson, task.secret, task.checkout)
    lesson.prepare()
    course = _course(task.checkout)
    if not task.protected:
        return lesson, Unprotected(course, task.limits)
    place = Sandbox(course, task.limits)
    self_check(place)
    return lesson, place


def grader(task: Task) -> str:
    """A digest of all that may change a result: graders, lesson, secret, limits, torch."""
    lesson, place = workshop(task)
    graders = [*Path(__file__).parent.glob("*.py")]
    graders += [Path(__file__).parent / "exercises" / f"{lesson.topic}.py"]
    copies = [path for path in place.course.rglob("*") if path.suffix in (".py", ".ipynb")]
    files = {str(path): path.read_text(encoding="utf-8") for path in sorted(graders)}
    files |= {
        str(path.relative_to(place.course)): path.read_text(encoding="utf-8")
        for path in sorted(copies)
    }
    unimportant = {"checkout": "", "executed": False}
    settings = {**asdict(task), **unimportant, "torch": metadata.version("torch")}
    everything = json.dumps([settings, lesson.cells, files], sort_keys=True, default=str)
    return hashlib.sha256(everything.encode()).hexdigest()


@cache
def _folders() -> list[tempfile.TemporaryDirectory]:
    """Keeps the copies of this process until it ends."""
    return []


@cache
def _course(checkout: Path) -> Path:
    folder = tempfile.TemporaryDirectory(prefix="course-grading-")
    _folders().append(folder)
    copy_course(Path(folder.name), checkout)
    return Path(folder.name)

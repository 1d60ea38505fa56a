"""``course lab``: JupyterLab on copies of the lessons, which are the learner's to change.

``work/.course.json`` keeps, for each lesson, the digest of the text that was copied. A copy whose
text (its cells, not their outputs) is still that one is untouched and follows the lesson. In any
other case the learner has edited it: it is never written to, and a lesson that changed meanwhile is
laid beside it. A lesson whose copy was deleted is copied again, which is the way to start over.
"""

import importlib.util
import itertools
import json
import os
import sys
from pathlib import Path

from helpers import ROOT
from helpers.course import fingerprint, foreground
from helpers.files import write_atomically
from helpers.notebook_importer import NotebookError, topics

LESSONS = ROOT / "notebooks"
WORK = ROOT / "work"
STATE = ".course.json"
# Neither asks whether to fetch news, nor looks for updates: the course works without a network.
QUIET = [
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.news_url=None",
]


class WorkspaceError(Exception):
    """The working copies can't be made; the message says why."""


def command(arguments: list[str]) -> int:
    """Bring ``work/`` up to date and open JupyterLab there; its exit status, 1 without it."""
    if importlib.util.find_spec("jupyterlab") is None:
        raise ModuleNotFoundError(name="jupyterlab")
    try:
        news = refresh(LESSONS, WORK)
    except WorkspaceError as error:
        print(error, file=sys.stderr)
        return 1
    print(*news, sep="\n", end="\n" if news else "", flush=True)
    # The kernels of this environment come first, whatever is installed for the user.
    environment = {**os.environ, "JUPYTER_PREFER_ENV_PATH": "1"}
    start = [sys.executable, "-m", "jupyterlab", *QUIET, *arguments]
    if not any(argument.endswith(".ipynb") for argument in arguments):
        first = next(iter(topics(LESSONS).values()))
        start.append(f"--LabApp.default_url=/lab/tree/{first.name}")
    return foreground.run(start, cwd=WORK, env=environment)


def refresh(lessons: Path, work: Path) -> list[str]:
    """Copy new lessons into ``work``, follow changed ones; returns a line for each thing done.

    Raises :class:`WorkspaceError` if there are no lessons or ``work`` can't be written.
    """
    try:
        found = topics(lessons)
    except NotebookError as error:
        raise WorkspaceError(str(error)) from None
    if not found:
        raise WorkspaceError(f"There are no lessons in {lessons}.")
    try:
        copied = _read_state(work)
        news = []
        for lesson in found.values():
            news += _follow(lesson, work, copied)
            _write_state(work, copied)
        return news
    except OSError as error:
        why = f"{error.strerror or error} ({error.filename})"
        raise WorkspaceError(f"The working copies in {work} can't be written: {why}.") from error


def _follow(lesson: Path, work: Path, copied: dict[str, str]) -> list[str]:
    """Bring one copy up to date; ``copied``: the digest last handed out of each lesson."""
    mine, now = work / lesson.name, text_digest(lesson)
    before, copied[lesson.name] = copied.get(lesson.name), now
    if not mine.exists():
        write_atomically(mine, lesson.read_bytes())
        return [f"{lesson.name}: copied." if before is None else f"{lesson.name}: a fresh copy."]
    theirs = text_digest(mine)
    if theirs == now or before == now:
        return []
    if theirs == before:
        write_atomically(mine, lesson.read_bytes())
        return [f"{lesson.name}: replaced by its new version; you had not edited it."]
    beside = _beside(mine, now)
    if not beside.exists():
        write_atomically(beside, lesson.read_bytes())
    return [f"{lesson.name}: there is a new version; yours is kept, the new one is {beside.name}."]


def text_digest(notebook: Path) -> str:
    """Digest of a notebook's cells without their outputs; of its bytes if it can't be read."""
    try:
        return fingerprint.digest(fingerprint.text(notebook))
    except NotebookError:
        return fingerprint.digest(notebook.read_bytes())


def _beside(mine: Path, now: str) -> Path:
    """``01_topic.new.ipynb``, or ``.new2``, …: the first that is free or holds that text already.

    The importer takes none of these names for a lesson's.
    """
    names = (
        mine.with_suffix(f".new{number + 1 if number else ''}.ipynb")
        for number in itertools.count()
    )
    return next(path for path in names if not path.exists() or text_digest(path) == now)


def _read_state(work: Path) -> dict[str, str]:
    """What was copied; nothing if that was never written or is damaged, so all counts as edited."""
    try:
        state = json.loads((work / STATE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def _write_state(work: Path, copied: dict[str, str]) -> None:
    write_atomically(work / STATE, json.dumps(copied, indent=1))

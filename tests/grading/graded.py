"""Submissions made from the files in submissions/, graded in one sandbox for several of them.

Each file is an answer to one exercise of lesson 00; ``ANSWER`` stands for the function's name, and
``honest`` is the solution. Its first lines say what it does and what has to come of it.
"""

import contextlib
import itertools
import json
import re
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import nbformat
import psutil
from conftest import skip_or_fail

from helpers import ROOT
from helpers.course.exercise_cells import marked
from helpers.grading import sandbox
from helpers.grading.judge import Graded, Lesson, Verdict, grade
from helpers.grading.sandbox import Limits, Sandbox

LESSON = "00_transfer_learning"
FOLDER = Path(__file__).parent / "submissions"
WITNESS = "00-saving"
"""The exercise that is answered honestly in every submission: nobody else may cost it a point."""
TARGETS = ("00-prior", "00-leak", "00-noise", "00-band", "00-taxonomy")
LIMITS = Limits(exercise=3.0, notebook=120.0, memory=768 * 2**20)
SLACK = 30.0
"""Seconds that looking at 64 processes, and ending them, may take where the machine is busy."""
REGION = re.compile(r"[^\n]*### (?:BEGIN|END) SOLUTION\n")


@dataclass(frozen=True)
class Sample:
    """One file: what was handed in for an exercise, and what has to come of it."""

    path: Path

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def expected(self) -> dict[str, str]:
        """The lines ``# key: value`` at the top."""
        return dict(re.findall(r"^# (\w+): (.+)$", self.text, re.M))

    def cells(self, grade_id: str) -> list[tuple[str, str | None]]:
        """Source and exercise id of the cells that stand in the exercise's place."""
        function = lesson().exercises[grade_id].function
        body = re.sub(r"\A(?:#(?! %%).*\n)+", "", self.text).replace("ANSWER", function)
        body = body.replace("MEGABYTES", "3.14 " * (2 * 2**20 // 5))
        kinds = re.split(r"^# %% (\w+).*\n", body, flags=re.M)
        honest = (worked(grade_id).replace(f"def {function}(", "def honest("), None)
        if len(kinds) == 1:
            return [honest, (body, grade_id)]
        pairs = zip(kinds[1::2], kinds[2::2], strict=True)
        made = {"answer": grade_id, "other": None, "check": f"{grade_id}-check"}
        cells = [(text, made[kind]) for kind, text in pairs if kind in made]
        stubs = [index for index, kind in enumerate(kinds[1::2]) if kind == "stub"]
        for index in stubs:
            cells.insert(index, (stub(grade_id), grade_id))
        return [honest, *cells]


SAMPLES = sorted(map(Sample, FOLDER.glob("*/*.py")), key=lambda sample: sample.name)
GROUPS = (
    list(itertools.batched(SAMPLES, len(TARGETS)))
    if hasattr(itertools, "batched")
    else [SAMPLES[i : i + len(TARGETS)] for i in range(0, len(SAMPLES), len(TARGETS))]
)


@cache
def lesson() -> Lesson:
    return Lesson(LESSON, "a secret of the tests")


@cache
def _cells(folder: str) -> dict[str, str]:
    book = nbformat.read(ROOT / folder / f"{LESSON}.ipynb", as_version=4)
    return {grade_id: cell.source for grade_id, cell in marked(book).items()}


def worked(grade_id: str) -> str:
    """The solution of an exercise."""
    return REGION.sub("", _cells("solutions")[grade_id] + "\n")


def stub(grade_id: str) -> str:
    """The cell of an exercise as released."""
    return _cells("notebooks")[grade_id]


def notebook(answers: dict[str, list[tuple[str, str | None]]]) -> bytes:
    """A notebook with cells for some exercises, and solutions for the others."""
    cells = [("import math\nfrom collections import Counter\n", None)]
    for grade_id in lesson().exercises:
        cells += answers.get(grade_id, [(worked(grade_id), grade_id)])
    return as_notebook(cells)


def as_notebook(cells: list[tuple[str, str | None]]) -> bytes:
    """The bytes of a notebook with these sources and exercise ids."""
    made = [
        {
            "cell_type": "code",
            "source": source,
            "metadata": {"nbgrader": {"grade_id": grade_id}} if grade_id else {},
            "outputs": [],
        }
        for source, grade_id in cells
    ]
    return json.dumps({"cells": made, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}).encode()


@cache
def place() -> Sandbox:
    """A sandbox for the tests, with short limits."""
    need_sandbox()
    sandbox.copy_course(Path(_folder().name))
    return Sandbox(Path(_folder().name), LIMITS)


@cache
def _folder() -> tempfile.TemporaryDirectory:
    """Goes with this process."""
    return tempfile.TemporaryDirectory(prefix="course-test-")


def need_sandbox() -> None:
    """Skip without bubblewrap; in CI, where it is installed, fail."""
    skip_or_fail(shutil.which("bwrap") is not None, "bubblewrap", "sudo apt-get install bubblewrap")


def left_behind() -> list[str]:
    """Processes that still see the files of :func:`place`, whoever their parent is by now."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        with contextlib.suppress(OSError):
            mounts = Path(f"/proc/{process.pid}/mountinfo").read_text(errors="replace")
            if place().course.name in mounts:
                found.append(str(process.info["cmdline"]))
    return found


@cache
def graded(group: int) -> tuple[Graded, list[Sample]]:
    """What became of the samples of one group, each in another exercise of one notebook."""
    samples = GROUPS[group]
    answers = {
        grade_id: sample.cells(grade_id) for grade_id, sample in zip(TARGETS, samples, strict=False)
    }
    return grade(notebook(answers), lesson(), place()), samples


def verdicts(result: Graded) -> dict[str, Verdict]:
    return {verdict.score.grade_id: verdict for verdict in result.verdicts}

"""The cells of exercises: made from the solutions, and put into the lessons by grade id."""

import os
import subprocess
import tempfile
from pathlib import Path

import nbformat

from helpers import ROOT
from helpers.course.clear_solutions import __file__ as script

FOLDER = ROOT / ".venv-instructor"
PYTHON = FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
HOW = "python -m venv .venv-instructor, then install requirements-instructor.txt into it"


class ReleaseError(Exception):
    """A lesson can't be released; the message names it and what is wrong."""


def marked(book) -> dict:
    """The cells that carry nbgrader's metadata, by grade id. Raises on a repeated one."""
    cells: dict = {}
    for cell in book.cells:
        if "nbgrader" in cell.metadata:
            grade_id = cell.metadata.nbgrader.grade_id
            if grade_id in cells:
                raise ReleaseError(f"The grade id {grade_id!r} stands on two cells.")
            cells[grade_id] = cell
    return cells


def stubs(solutions: Path) -> dict:
    """The exercise cells of a solutions notebook as learners get them, by grade id.

    nbgrader does the clearing, in its own environment. Raises :class:`ReleaseError` if that is
    missing or refuses.
    """
    if not PYTHON.exists():
        raise ReleaseError(
            f"nbgrader's environment is missing. `make release` makes it; or: {HOW}."
        )
    with tempfile.TemporaryDirectory(prefix="course-") as folder:
        target = Path(folder) / solutions.name
        # Isolated: nbgrader's own imports must not find this package's modules.
        command = [str(PYTHON), "-I", script, str(solutions), str(target)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            last = done.stderr.strip().splitlines()[-1:]
            raise ReleaseError(f"nbgrader refuses {solutions.name}: {' '.join(last)}")
        return marked(nbformat.read(target, as_version=4))


def fill(lesson, exercises: dict, name: str) -> None:
    """Write the exercise cells into the cells of ``lesson`` that have the same grade ids.

    Raises :class:`ReleaseError`, naming it, if a grade id is missing on either side or the cells
    are of different types.
    """
    anchors = marked(lesson)
    if missing := [grade_id for grade_id in exercises if grade_id not in anchors]:
        raise ReleaseError(f"{name} has no cell for {', '.join(missing)}.")
    if extra := [grade_id for grade_id in anchors if grade_id not in exercises]:
        raise ReleaseError(f"{name}: no solutions cell for {', '.join(extra)}.")
    for grade_id, cell in anchors.items():
        exercise = exercises[grade_id]
        if cell.cell_type != exercise.cell_type:
            raise ReleaseError(
                f"{name}: {grade_id} is a {cell.cell_type} cell, not {exercise.cell_type}."
            )
        if cell.cell_type == "code" and cell.source != exercise.source:
            cell.outputs, cell.execution_count = [], None
        cell.source, cell.metadata = exercise.source, exercise.metadata

"""Every notebook runs from top to bottom, and says what its stored outputs say."""

import os
import subprocess
import sys

import nbformat
import papermill
import pytest

from helpers import ROOT, results

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))
COMMITTED = ROOT / "data" / "results" / "claims.jsonl"


def stem(path) -> str:
    return path.stem


@pytest.mark.parametrize("path", LESSONS, ids=stem)
def test_stored_outputs_are_reproduced_and_no_claim_flips(path, tmp_path):
    """The mini run: cells tagged `nbval-check-output` print the same, the rest runs."""
    recorded = tmp_path / "claims.jsonl"
    command = [
        sys.executable, "-m", "pytest", str(path), "--nbval-lax", "--nbval-current-env",
        "--nbval-cell-timeout=300", "-q", "-p", "no:cacheprovider", "-p", "no:xdist",
        f"--rootdir={path.parent}", "--no-header", "--tb=short",
    ]  # fmt: skip
    child = {**os.environ, "COURSE_RESULTS": str(recorded)}
    child = {name: value for name, value in child.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(command, env=child, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-6000:]
    latest = {row["claim"]: row for row in results.read_rows(recorded)}
    for before in results.read_rows(COMMITTED):
        if before["notebook"] == path.stem and before["scale"] == "mini":
            after = latest[before["claim"]]
            assert not results.flipped(before, after), f"{before}\nis now\n{after}"


@pytest.mark.parametrize("path", LESSONS, ids=stem)
def test_lesson_runs_at_smoke_with_another_seed(path, tmp_path):
    papermill.execute_notebook(
        path,
        tmp_path / path.name,
        parameters={"SCALE": "smoke", "SEED": 1},
        progress_bar=False,
        execution_timeout=120,
        cwd=tmp_path,
    )


@pytest.mark.parametrize("path", SOLUTIONS, ids=stem)
def test_solutions_run_strictly(path, tmp_path):
    """No tag may hide an error here: a worked exercise that fails its check is a fault."""
    book = nbformat.read(path, as_version=4)
    for cell in book.cells:
        cell.metadata.pop("tags", None)
    nbformat.write(book, tmp_path / "in.ipynb")
    papermill.execute_notebook(
        tmp_path / "in.ipynb", tmp_path / path.name, progress_bar=False, execution_timeout=300
    )

"""What a release writes, and that it writes nothing when anything is wrong."""

import base64
import io
import json
import os
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from conftest import skip_or_fail
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from helpers import results
from helpers.course import exercise_cells, readme, release, stored
from helpers.course.clear_solutions import STUB
from helpers.course.execution import Execution
from helpers.course.exercise_cells import ReleaseError, fill, marked
from helpers.course.outcome import Failure
from helpers.course.release import Checkout, command

LOCKED = {"schema_version": 3, "grade": False, "solution": False, "locked": True, "task": False}


def picture(pixels: np.ndarray) -> str:
    """A PNG of ``pixels`` (H, W, 3), uint8, as notebooks store one."""
    png = io.BytesIO()
    Image.fromarray(pixels).save(png, "PNG")
    return base64.b64encode(png.getvalue()).decode()


GRADIENT = np.linspace(0, 255, 40 * 60 * 3).reshape(40, 60, 3).astype(np.uint8)
PNG = picture(GRADIENT)
LARGE = picture(np.random.default_rng(0).integers(0, 256, (300, 300, 3), dtype=np.uint8))
DRAW = f"""
from IPython.display import publish_display_data
publish_display_data({{"image/png": "{PNG}", "text/plain": "<Figure>"}})
"""
RECORD = """
import json, os
with open(os.environ["COURSE_RESULTS"], "a") as file:
    row = {"claim": "00-tiny", "mean": 1.0, "std": 0.1, "n": 3, "unit": "", "control": None,
           "outcome": "holds"}
    print(json.dumps(row), file=file)
print("recorded")
print(os.environ["CUDA_VISIBLE_DEVICES"] == "")
"""
PARAMETERS = 'SCALE = "mini"\nSEED = 0\nDEVICE = "auto"'
README = "# Title\n<!-- lessons:begin -->\nstale\n<!-- lessons:end -->\nprose\n"
README += "<!-- claims:begin -->\n<!-- claims:end -->\nend\n"


@pytest.fixture
def nbgrader():
    skip_or_fail(exercise_cells.PYTHON.exists(), "nbgrader's environment", exercise_cells.HOW)


def with_id(cell, grade_id, **fields):
    cell.metadata["nbgrader"] = {**LOCKED, **fields, "grade_id": grade_id}
    return cell


def worked():
    source = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"
    stub = with_id(new_code_cell(source), "00-double", solution=True, locked=False)
    stub.metadata["tags"] = ["raises-exception"]
    check = "assert double\n### BEGIN HIDDEN TESTS\nassert double(2) == 4\n### END HIDDEN TESTS"
    return new_notebook(
        cells=[
            new_markdown_cell("# Worked"),
            with_id(new_markdown_cell("### Exercise: double"), "00-double-card"),
            stub,
            with_id(new_code_cell(check), "00-double-check", grade=True, points=2),
        ]
    )


def lesson():
    return new_notebook(
        cells=[
            new_markdown_cell("# 00 · A tiny lesson\n\n*Papers: Nobody (2020).*"),
            new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
            new_code_cell("#| export\nclass Tiny:\n    pass"),
            new_code_cell(RECORD, metadata={"execution": {"started": "2020"}, "collapsed": True}),
            new_code_cell(DRAW, metadata={"tags": ["readme-figure:tiny"]}),
            with_id(new_markdown_cell(""), "00-double-card"),
            with_id(new_code_cell("", metadata={"note": "mine"}), "00-double"),
            with_id(new_code_cell("old = 1"), "00-double-check"),
            new_code_cell(""),
            new_code_cell("6 * 7"),
        ]
    )


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A course of one lesson, with one measured claim."""
    for folder in ("notebooks", "solutions"):
        (tmp_path / folder).mkdir()
    nbformat.write(lesson(), tmp_path / "notebooks" / "00_tiny.ipynb")
    nbformat.write(worked(), tmp_path / "solutions" / "00_tiny.ipynb")
    (tmp_path / "README.md").write_text(README, encoding="utf-8")
    claim = results.Claim("00-tiny", "1", "00_tiny", "Tiny works", "measured", "a > b", "c", "")
    monkeypatch.setattr(results, "claims", lambda: {"00-tiny": claim})
    return Checkout(tmp_path)


def contents(checkout: Checkout) -> dict[str, bytes]:
    files = (path for path in checkout.root.rglob("*") if path.is_file())
    return {str(path.relative_to(checkout.root)): path.read_bytes() for path in files}


@pytest.fixture
def no_nbgrader(monkeypatch):
    """Take the worked cells as they are: for tests that are not about clearing."""
    monkeypatch.setattr(release, "stubs", lambda path: marked(nbformat.read(path, as_version=4)))


def released(checkout: Checkout):
    return nbformat.read(checkout.notebooks / "00_tiny.ipynb", as_version=4)


# --- the whole way --------------------------------------------------------------------------------


def test_release(checkout, nbgrader, capsys):
    assert command(checkout=checkout) == 0
    book = released(checkout)
    nbformat.validate(book)
    code = [c for c in book.cells if c.cell_type == "code" and c.source]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert book.metadata == stored.KERNEL
    assert code[2].outputs == [new_output("stream", name="stdout", text="recorded\nTrue\n")], (
        "streams joined, no GPU in sight"
    )
    assert code[2].metadata == {}, "no timestamps"
    assert code[0].metadata == {"tags": ["parameters"]}
    assert code[-1].outputs[0].data == {"text/plain": "42"}
    exercise = marked(book)
    assert exercise["00-double-card"].source == "### Exercise: double"
    assert exercise["00-double"].source == f"def double(x):\n    {STUB}"
    assert exercise["00-double"].metadata == worked().cells[2].metadata
    assert exercise["00-double-check"].source == "assert double"
    assert [c.id for c in book.cells] and len(book.cells) == len(lesson().cells)

    (row,) = results.read_rows(checkout.results("claims"))
    assert (row["claim"], row["notebook"], row["scale"], row["seed"]) == (
        "00-tiny", "00_tiny", "mini", 0,
    )  # fmt: skip
    assert row["commit"] and row["date"] and row["machine"]
    (took,) = results.read_rows(checkout.results("runs"))
    assert took["seconds"] > 0 and took["peak_memory"] > 0

    text = checkout.readme.read_text(encoding="utf-8")
    assert "Tiny works" in text and "✓ holds" in text and "stale" not in text
    assert "[00 · A tiny lesson](notebooks/00_tiny.ipynb) | Nobody (2020) | `Tiny` |" in text
    assert text.startswith("# Title\n") and text.endswith("end\n") and "\nprose\n" in text
    drawn = Image.open(checkout.root / "docs" / "tiny.png")
    assert drawn.size == (60, 40)
    assert np.abs(np.asarray(drawn.convert("RGB")).astype(int) - GRADIENT).max() <= 8

    first = contents(checkout)
    assert command(checkout=checkout) == 0
    again = contents(checkout)
    same = [name for name in first if name.endswith((".ipynb", ".png"))]
    assert all(first[name] == again[name] for name in same), "a release repeats itself"
    assert len(results.read_rows(checkout.results("claims"))) == 1, "rows are replaced"


def test_stubs_only_runs_nothing(checkout, no_nbgrader, monkeypatch):
    monkeypatch.setattr(release, "execute", lambda *_: pytest.fail("executed"))
    before = contents(checkout)
    assert command("00", stubs_only=True, checkout=checkout) == 0
    assert marked(released(checkout))["00-double-card"].source == "### Exercise: double"
    after = contents(checkout)
    assert {name for name in after if after[name] != before.get(name)} == {
        "notebooks/00_tiny.ipynb"
    }


def test_gpus_are_hidden_only_meanwhile(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    with release.without_gpu():
        assert os.environ["CUDA_VISIBLE_DEVICES"] == ""
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "3"


# --- nothing is written ---------------------------------------------------------------------------


def refused(checkout, capsys, *words):
    before = contents(checkout)
    assert command(checkout=checkout) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert all(word in error for word in words), error
    assert contents(checkout) == before


def edit(path: Path, change) -> None:
    book = nbformat.read(path, as_version=4)
    change(book)
    nbformat.write(book, path)


def executes_as(monkeypatch, outputs=(), failure=None):
    """Replace the kernel: the last cell of the lesson gives ``outputs``."""

    def execute(source, target, given, watch):
        book = nbformat.read(source, as_version=4)
        book.cells[4].outputs = [new_output("display_data", data={"image/png": PNG})]
        book.cells[-1].outputs = list(outputs)
        nbformat.write(book, target)
        return Execution(1.0, 2**20, [], failure)

    monkeypatch.setattr(release, "execute", execute)


def test_failing_cell(checkout, no_nbgrader, monkeypatch, capsys):
    executes_as(monkeypatch, failure=Failure(3, "ZeroDivisionError", "division by zero"))
    refused(checkout, capsys, "00_tiny.ipynb fails in cell [3]: ZeroDivisionError")


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (new_output("stream", name="stderr", text="UserWarning: hm"), "stderr: UserWarning: hm"),
        (new_output("stream", name="stdout", text="in /home/me/x"), "shows '/home/'"),
        (new_output("display_data", data={"text/html": "<a> at 0x7f22aa00"}), "at 0x7f22aa00"),
        (new_output("error", ename="KeyError", evalue="'x'"), "KeyError: 'x'"),
        (new_output("stream", name="stdout", text="x" * 400_000), "more than 400,000"),
        (
            new_output("display_data", data={"image/png": LARGE}),
            "bytes, more than 60,000",
        ),
    ],
)  # fmt: skip
def test_outputs_unfit_to_store(checkout, no_nbgrader, monkeypatch, capsys, output, words):
    executes_as(monkeypatch, [output])
    refused(checkout, capsys, words)


def test_missing_anchor(checkout, no_nbgrader, capsys):
    edit(checkout.notebooks / "00_tiny.ipynb", lambda book: book.cells.pop(5))
    refused(checkout, capsys, "00_tiny.ipynb has no cell for 00-double-card")


def test_extra_anchor(checkout, no_nbgrader, capsys):
    edit(checkout.solutions(Path("00_tiny.ipynb")), lambda book: book.cells.pop(1))
    refused(checkout, capsys, "no solutions cell for 00-double-card")


def test_anchor_of_another_type(checkout, no_nbgrader, capsys):
    def change(book):
        book.cells[5] = with_id(new_code_cell(""), "00-double-card")

    edit(checkout.notebooks / "00_tiny.ipynb", change)
    refused(checkout, capsys, "00-double-card is a code cell, not markdown")


def test_repeated_grade_id(checkout, no_nbgrader, capsys):
    edit(
        checkout.notebooks / "00_tiny.ipynb",
        lambda book: book.cells.append(with_id(new_code_cell(""), "00-double")),
    )
    refused(checkout, capsys, "'00-double' stands on two cells")


def test_no_solutions(checkout, no_nbgrader, capsys):
    checkout.solutions(Path("00_tiny.ipynb")).unlink()
    refused(checkout, capsys, "00_tiny.ipynb has no notebook of the same name in solutions/")


def test_other_parameters(checkout, no_nbgrader, capsys):
    def change(book):
        book.cells[1].source = PARAMETERS.replace("mini", "full")

    edit(checkout.notebooks / "00_tiny.ipynb", change)
    refused(checkout, capsys, "its parameters must be")


def test_readme_without_markers(checkout, no_nbgrader, monkeypatch, capsys):
    executes_as(monkeypatch)
    checkout.readme.write_text("# Title\n", encoding="utf-8")
    refused(checkout, capsys, "README.md has no <!-- claims:begin -->")


def test_readme_figure_that_is_none(checkout, no_nbgrader, monkeypatch, capsys):
    def change(book):
        book.cells[-1].metadata["tags"] = ["readme-figure"]

    edit(checkout.notebooks / "00_tiny.ipynb", change)
    executes_as(monkeypatch)
    refused(checkout, capsys, "tagged 'readme-figure' shows no figure")


def test_unknown_lesson(checkout, capsys):
    assert command("07", checkout=checkout) == 1
    assert "ONLY='07' is not a lesson" in capsys.readouterr().err


def test_missing_environment(checkout, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(exercise_cells, "PYTHON", tmp_path / "none")
    refused(checkout, capsys, "nbgrader's environment is missing", "make release")


def test_nbgrader_refuses_an_open_solution(checkout, nbgrader, capsys):
    def change(book):
        book.cells[2].source = "### BEGIN SOLUTION\nx = 1"

    edit(checkout.solutions(Path("00_tiny.ipynb")), change)
    refused(checkout, capsys, "nbgrader refuses 00_tiny.ipynb", "no end solution")


def test_nbgrader_refuses_a_check_without_points(checkout, nbgrader, capsys):
    def change(book):
        del book.cells[3].metadata["nbgrader"]["points"]

    edit(checkout.solutions(Path("00_tiny.ipynb")), change)
    refused(checkout, capsys, "nbgrader refuses 00_tiny.ipynb", "does not have points")


# --- parts ----------------------------------------------------------------------------------------


def test_widgets_are_left_out_and_results_renumbered():
    ran = [
        new_output("display_data", data={stored.WIDGET: {}, "text/plain": "bar"}),
        new_output("execute_result", data={"text/plain": "1"}, execution_count=99),
    ]
    (kept,) = stored.outputs(ran, 4, "here")
    assert kept.execution_count == 4


def test_fill_drops_outputs_of_changed_cells_only():
    book = lesson()
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [new_output("stream", text="x")], 1
    exercises = marked(worked())
    exercises["00-double-check"].source = "old = 1"
    fill(book, exercises, "lesson")
    assert marked(book)["00-double"].outputs == []
    assert marked(book)["00-double-check"].outputs
    with pytest.raises(ReleaseError):
        fill(new_notebook(), exercises, "lesson")


def test_rows_of_other_notebooks_and_scales_are_kept(tmp_path):
    path = tmp_path / "rows.jsonl"
    old = [("01_b", "mini", 1), ("00_a", "mini", 1), ("00_a", "full", 1)]
    rows = [dict(zip(("notebook", "scale", "mean"), row, strict=True)) for row in old]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    fresh = {"00_a": [{"notebook": "00_a", "scale": "mini", "mean": 2}]}
    found = [(r["notebook"], r["scale"], r["mean"]) for r in release.replaced(path, fresh)]
    assert found == [("00_a", "full", 1), ("00_a", "mini", 2), ("01_b", "mini", 1)]


def test_every_lessons_numbers_name_their_own_commit():
    def row(notebook, commit, machine="a laptop", date="2030-01-01"):
        return {"notebook": notebook, "commit": commit, "machine": machine, "date": date,
                "scale": "mini", "seed": 0}  # fmt: skip

    rows = [row("01_b", "bbb"), row("00_a", "aaa", date="2030-01-02"), row("00_a", "old")]
    assert readme.origins(rows) == (
        "Measured at scale mini, seed 0, on a laptop: "
        "lesson 00 at commit aaa (2030-01-02), lesson 01 at commit bbb (2030-01-01)."
    )
    elsewhere = readme.origins([*rows, row("02_c", "ccc", "a server")])
    assert elsewhere.endswith(" Measured at scale mini, seed 0, on a server: "
                              "lesson 02 at commit ccc (2030-01-01).")  # fmt: skip


def test_between_replaces_the_part_alone():
    text = readme.between(README, "lessons", "new")
    assert text == README.replace("stale", "new")
    assert readme.between(text, "lessons", "new") == text


def test_figures_shrink_and_look_the_same():
    png = io.BytesIO()
    with plt.style.context("default", after_reset=True):  # whatever style another test has set
        axes = plt.figure(figsize=(4, 3)).add_subplot()
        axes.plot([0, 1], [1, 0], label="a line")
        axes.legend()
        axes.figure.savefig(png)
        plt.close(axes.figure)
    small = stored.slim(png.getvalue())
    before, after = (Image.open(io.BytesIO(x)).convert("RGB") for x in (png.getvalue(), small))
    assert len(small) < 0.8 * len(png.getvalue())
    assert np.abs(np.asarray(before).astype(int) - np.asarray(after)).max() <= 8

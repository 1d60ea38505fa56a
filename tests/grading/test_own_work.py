"""``course check`` as a learner meets it: one's own notebook, points, progress over all lessons."""

import json
import re

import graded
import pytest

from helpers.grading import own_work, reading
from helpers.grading.own_work import Folders

HALF_RIGHT = graded.worked("00-noise").replace("round(rate", "int(rate")


@pytest.fixture
def folders(tmp_path):
    """A learner's notebook: one exercise half right, one left alone, the others solved."""
    answers = {
        "00-noise": [(HALF_RIGHT, "00-noise")],
        "00-band": [(graded.stub("00-band"), "00-band")],
    }
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / f"{graded.LESSON}.ipynb").write_bytes(graded.notebook(answers))
    return Folders(tmp_path / "work", tmp_path / "results")


def test_ones_own_notebook_is_checked_once_and_progress_is_shown(folders, capsys, monkeypatch):
    assert own_work.command("00", folders) == 0
    printed = capsys.readouterr().out
    assert f"{graded.LESSON}.ipynb: 15.5 of 21 points" in printed
    assert "✓ 00-prior: 2 of 2 points" in printed
    assert "✗ 00-noise: 1.5 of 3 points" in printed and "Do you round down?" in printed
    assert "○ 00-band waits for you" in printed
    assert f"{graded.LESSON}     {'█' * 15}{'·' * 5} 15.5 of 21" in printed
    assert "01_word_embeddings       ···················· not checked" in printed
    monkeypatch.setattr(own_work, "grade_one", None)  # what is known already isn't run again
    assert own_work.command("", folders) == 0
    assert capsys.readouterr().out == printed


def test_saving_without_an_edit_changes_nothing(folders, capsys, monkeypatch):
    """JupyterLab notes versions and ids when it saves a notebook, and outputs once it was run."""
    assert own_work.command("00", folders) == 0
    printed = capsys.readouterr().out
    path = folders.work / f"{graded.LESSON}.ipynb"
    book = json.loads(path.read_text())
    book["metadata"]["language_info"] = {"name": "python", "version": "3.99"}
    code = next(cell for cell in book["cells"] if cell["cell_type"] == "code")
    code["execution_count"] = 7
    path.write_text(json.dumps(book, indent=1))
    monkeypatch.setattr(own_work, "grade_one", None)  # what is known already isn't run again
    assert own_work.command("00", folders) == 0
    assert capsys.readouterr().out == printed


def half(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def folder_instead(path):
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (half, "The file is not a notebook"),
        (lambda path: path.write_bytes(b""), "The file is not a notebook"),
        (lambda path: path.write_text('{"cells": []}'), "The file holds no cells of a notebook"),
        (folder_instead, "The file can't be read: Is a directory"),
    ],
)
def test_a_damaged_notebook_is_one_sentence_with_the_remedy_and_counts_as_not_checked(
    folders, capsys, damage, words
):
    damage(folders.work / f"{graded.LESSON}.ipynb")
    assert own_work.command("", folders) == 1
    printed = capsys.readouterr()
    assert words in printed.err and printed.err.count("\n") == 1
    assert printed.err.endswith("Delete or rename it, and `make lab` copies a fresh one.\n")
    assert re.search(f"{graded.LESSON} +·+ not checked", printed.out)


def test_a_notebook_that_is_too_large_is_told_its_own_remedy(folders, capsys):
    path = folders.work / f"{graded.LESSON}.ipynb"
    path.write_bytes(path.read_bytes() + b" " * reading.MAX_BYTES)
    assert own_work.command("00", folders) == 1
    complaint = capsys.readouterr().err
    assert "clear the outputs" in complaint and "Delete" not in complaint


@pytest.mark.parametrize("name", ["00", "0", "transfer_learning", f"{graded.LESSON}.ipynb"])
def test_a_lesson_has_several_names(folders, monkeypatch, tmp_path, name):
    monkeypatch.chdir(tmp_path)  # where no such file lies, as in the checkout's root
    [(lesson, path)] = own_work._chosen(name, folders)
    assert (lesson, path) == (graded.LESSON, folders.work / f"{graded.LESSON}.ipynb")


@pytest.mark.parametrize(
    ("notebook", "complaint"),
    [
        ("", "there are no notebooks in .*work: `make lab` makes them"),
        ("01", "there is no .*01_word_embeddings.ipynb: `make lab` makes copies to work on"),
        ("99", "NOTEBOOK='99' is not a lesson: choose one of 00_"),
    ],
)
def test_nothing_to_check_is_one_sentence_and_status_2(tmp_path, capsys, notebook, complaint):
    assert own_work.command(notebook, Folders(tmp_path / "work", tmp_path / "results")) == 2
    printed = capsys.readouterr().err
    assert re.search(complaint, printed) and printed.count("\n") == 1

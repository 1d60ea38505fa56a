"""``course check`` as a learner meets it: one's own notebook, points, progress over all lessons."""

import json
import re

import graded
import pytest

from helpers.grading import own_work
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


def test_a_damaged_notebook_is_one_sentence(folders, capsys):
    path = folders.work / f"{graded.LESSON}.ipynb"
    path.write_text(json.dumps({"cells": []}))
    assert own_work.command(str(path), folders) == 0
    assert "The file holds no cells of a notebook." in capsys.readouterr().out


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

"""The questions about facts, and a diary that outlives its process."""

import itertools
import json
import types

import pytest
import torch

from helpers import exam
from helpers.miniworld.tasks import Cloze


def fact(template, answer, exposure, *others):
    return Cloze(template, answer, "P1", "x", exposure, (answer, *others))


PARIS = fact("The capital of X , Y , is [Y] .", "Paris", 3, "Old Town")


def test_the_question_ends_before_the_object():
    assert exam.beginning(PARIS) == "The capital of X, Y, is"


@pytest.mark.parametrize("text", ["Paris.", "paris, and so on", "Old Town is"])
def test_right_answers(text):
    assert exam.says(text, PARIS)


@pytest.mark.parametrize("text", ["Parish", "The Paris", "Old", ""])
def test_wrong_answers(text):
    assert not exam.says(text, PARIS)


def test_facts_by_exposure(monkeypatch):
    asked = [fact(f"A {i} is [Y] .", "b", i) for i in (0, 1, 2, 3, 9, 10, 500)]
    asked.append(fact("[Y] is not asked .", "b", 1))
    counted = []
    monkeypatch.setattr(exam.tasks, "lama", lambda n, seed: counted.append(n) or asked * 3)
    found = exam.facts_at_the_end(2, n_tokens=70)
    wanted = {0: "never", 1: "1 or 2 times", 2: "1 or 2 times", 3: "3 to 9 times"}
    wanted |= {9: "3 to 9 times", 10: "often", 500: "often"}
    assert all(wanted[f.exposure] == name for f, name in found)
    assert [name for _, name in found] == [name for name in exam.EXPOSURES for _ in range(2)]
    assert counted == [70] and found == exam.facts_at_the_end(2, n_tokens=70)


def test_a_diary_goes_on_where_it_was(tmp_path, capsys):
    model, path = torch.nn.Linear(2, 2), tmp_path / "diary.json"
    asked = []

    def ask(model):
        asked.append(model.training)
        return {"facts": 0.5}

    for run, (first, last) in enumerate(((1, 6), (5, 7))):  # killed after 6, resumed after 4
        diary = exam.Diary(ask, model, path, every=2, tokens=10)
        for step in range(first, last + 1):
            history = types.SimpleNamespace(steps=[0] * step, losses=[float(step)] * step)
            diary(history, ended=(run, step) == (1, 7))
    rows = json.loads(path.read_text())
    assert [row["updates"] for row in rows] == [2, 4, 6, 7]
    assert rows[-1]["tokens"] == 70 and rows[-1]["loss"] == 7.0 and rows[-1]["facts"] == 0.5
    assert all(a["cpu_seconds"] <= b["cpu_seconds"] for a, b in itertools.pairwise(rows))
    assert not any(asked) and model.training, "examined in evaluation mode, and left as it was"
    assert "updates 7" in capsys.readouterr().out


def test_the_title_says_when_agreement_was_there():
    rows = [
        {"tokens": n * 1e6, "perplexity per word": 9 / n, "agreement: simple": s, "facts: often": f}
        for n, s, f in ((1, 0.5, 0.1), (2, 0.97, 0.2), (3, 0.9, 0.3))
    ]
    title = exam.curves(rows).get_suptitle()
    assert "after 2.0 M tokens" in title and "30 %" in title
    assert "never quite" in exam.curves(rows[:1]).get_suptitle()

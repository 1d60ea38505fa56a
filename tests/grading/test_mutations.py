"""Notebooks that nobody foresaw: honest ones, mutated at random, graded twice in a sandbox."""

import json
import re
import sys

import graded
from graded import LIMITS, SLACK
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.grading import driver, frames
from helpers.grading.box import PATIENCE
from helpers.grading.judge import grade
from helpers.grading.reading import Unreadable, read_notebook
from helpers.grading.values import plain
from notebooks import transfer_learning

KINDS = ("drop", "swap", "duplicate", "rename", "dtype", "unmark", "cut", "byte")
DTYPES = (("float(", "int("), ("torch.tensor(", "torch.DoubleTensor("), ("return ", "return str, "))
HONEST = graded.notebook({})


@st.composite
def mutated(draw) -> bytes:
    """The honest notebook after one to five changes."""
    cells = json.loads(HONEST)["cells"]
    raw = None
    for kind in draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=5)):
        i, j = (draw(st.integers(0, max(0, len(cells) - 1))) for _ in range(2))
        if not cells:
            break
        source = cells[i]["source"]
        if kind == "drop":
            del cells[i]
        elif kind == "swap":
            cells[i], cells[j] = cells[j], cells[i]
        elif kind == "duplicate":
            cells.insert(j, dict(cells[i]))
        elif kind == "rename":
            cells[i] = {**cells[i], "source": re.sub(r"def \w+", "def another", source)}
        elif kind == "dtype":
            old, new = draw(st.sampled_from(DTYPES))
            cells[i] = {**cells[i], "source": source.replace(old, new)}
        elif kind == "unmark":
            cells[i] = {**cells[i], "metadata": {}}
        elif kind == "cut":
            cells[i] = {**cells[i], "source": source[: draw(st.integers(0, len(source)))]}
        else:
            raw = bytearray(json.dumps({"cells": cells}).encode())
            raw[draw(st.integers(0, len(raw) - 1))] = draw(st.integers(0, 255))
    return bytes(raw) if raw is not None else json.dumps({"cells": cells}).encode()


@given(mutated())
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
def test_in_the_sandbox_it_is_graded_in_time_and_twice_the_same(raw):
    first, second = (grade(raw, graded.lesson(), graded.place()) for _ in range(2))
    assert [v.score for v in first.verdicts] == [v.score for v in second.verdicts]
    assert 0 <= first.points <= first.out_of == graded.lesson().out_of
    for result in (first, second):
        longest = max(verdict.seconds for verdict in result.verdicts)
        assert longest <= PATIENCE * LIMITS.exercise + SLACK
        assert result.problem or len(result.verdicts) == len(graded.lesson().exercises)


@given(mutated())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_the_driver_does_with_it_never_fails(raw):
    """In this process: the code is ours, whatever became of it."""
    lesson = graded.lesson()
    try:
        own = lesson.own_cells(read_notebook(raw))
    except Unreadable:
        return
    main = sys.modules["__main__"]  # which loading an answer replaces
    for key in lesson.keys.values():
        request = {
            "grade_id": key.exercise.grade_id,
            "function": key.exercise.function,
            "lesson": lesson.cells,
            "cells": frames.as_bytes(own),
            "cases": [plain(list(case.args)) for case in key.cases],
        }
        outcomes = list(driver.outcomes(request, transfer_learning))
        sys.modules["__main__"] = main
        assert key.judge(outcomes).points <= key.exercise.points

"""The view of a whole notebook: what ran is shown, and nothing in it is markup."""

import base64
import itertools
import json
import struct
from dataclasses import replace

import graded
import numpy as np
import pytest

from helpers.grading import executed, workshop
from helpers.grading.executed import executed_view
from helpers.grading.exercise import Outcome
from helpers.grading.feedback import feedback
from helpers.grading.gradebook import Entry
from helpers.grading.judge import Graded
from helpers.grading.reading import SubmittedCell
from helpers.grading.run import _is_enough
from helpers.grading.submissions import Submission
from helpers.grading.values import Array
from helpers.grading.workshop import Task, grade_one

LIMITS = replace(graded.LIMITS, notebook=120.0, memory=2 * 2**30)
CELLS = [
    'SCALE = "full"',
    "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
    "print(f'<script>alert(1)</script> {SCALE}')",
    "from IPython.display import HTML\nHTML('<b onclick=x>bold</b>')",
    "1 / 0",
    "from helpers import data\nprint(len(data.load('reviews')) > 0, 'rows')",
    "from notebooks.transfer_learning import AveragingNetwork as Net\nprint(Net.__module__)",
    "41 + 1",
]


def png(width: int, height: int, more: int = 20) -> str:
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)
    return base64.b64encode(head + bytes(more)).decode()


def rendered(value) -> str:
    return executed._rendered([SubmittedCell("code", "x", None)], iter([Outcome(value)]))


def shown(outputs) -> str:
    return rendered(as_array(json.dumps(outputs).encode()))


def as_array(raw: bytes) -> Array:
    return Array("array", "uint8", np.frombuffer(raw, dtype=np.uint8))


def test_a_notebook_runs_to_its_end_and_is_text_and_pictures():
    place = replace(graded.place(), limits=LIMITS)
    raw = graded.as_notebook([(source, None) for source in CELLS])
    view = executed_view(raw, "transfer_learning", place)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; smoke" in view and "<script" not in view
    assert view.count('<img alt="" src="data:image/png;base64,') == 1
    assert "IPython.core.display.HTML object" in view and "<b " not in view
    assert "ZeroDivisionError" in view and "\x1b" not in view
    assert "True rows" in view and "notebooks.transfer_learning\n</pre>" in view
    assert "<pre>42</pre>" in view and "ended here" not in view
    assert not graded.left_behind()


def test_what_a_limit_ends_is_shown_as_far_as_it_came():
    deaf = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
    place = replace(graded.place(), limits=replace(LIMITS, notebook=8.0))
    raw = graded.as_notebook([("print('before')", None), (deaf, None), ("print('after')", None)])
    view = executed_view(raw, "transfer_learning", place)
    assert "<pre>before\n</pre>" in view and "The run ended here: it ran longer than 8 s." in view
    assert "after" not in view
    assert not graded.left_behind()


@pytest.mark.parametrize(
    "junk",
    [
        None,
        {},
        [None],
        [{}],
        [{"text": ["<b>"], "data": [], "traceback": {}}],
        [{"data": {"image/png": 5}}],
        [{"data": {"image/png": "<script>"}}],
        [{"data": {"image/png": png(10, 10)[:10]}}],
        [{"data": {"image/png": png(2**31, 2**31)}}],
        [{"data": {"image/png": png(9, 9, more=600_000)}}],
        [{"data": {"text/html": "<b>", "image/svg+xml": "<b>", "text/plain": "<b>\ud800"}}],
        [{"traceback": ["\x1b[31m<b>", None], "output_type": "error"}],
    ],
)
def test_forged_outputs_are_text(junk):
    view = shown(junk)
    view.encode("utf-8")
    assert "<b>" not in view and "<img" not in view and "<script" not in view


def test_a_picture_is_a_picture():
    assert f'src="data:image/png;base64,{png(640, 480)}"' in shown(
        [{"data": {"image/png": png(640, 480), "text/plain": "<Figure>"}}]
    )


def test_what_is_no_array_or_no_json_is_a_note():
    for value in ("text", None, as_array(b"{"), as_array(b"[" * 100_000)):
        assert "outputs can&#x27;t be read" in rendered(value)


def test_no_view_is_endless():
    assert "outputs are too large" in rendered(as_array(b" " * 5_000_000 + b"[]"))
    many = [SubmittedCell("code", "x" * 9_000, None)] * 500
    forged = (Outcome(as_array(b"[{}]")) for _ in itertools.count())
    assert len(executed._rendered(many, forged)) < executed.MAX_VIEW + 100
    assert len(shown([{"text": "x" * 10**6}])) < 2 * executed.MAX_TEXT
    view = shown([{"text": "&" * 9_000}] * 2_000)
    assert len(view) < executed.MAX_VIEW and "too large to be shown" in view
    assert "ended here: its process ended" in executed._rendered(many, iter([]))


def test_a_result_without_a_view_is_not_enough_if_one_is_asked_for():
    plain, executing = Task(graded.LESSON, "s"), Task(graded.LESSON, "s", executed=True)
    assert _is_enough(Graded(), plain) and not _is_enough(Graded(), executing)
    assert _is_enough(Graded(view="x"), executing) and _is_enough(Graded(problem="x"), executing)


def test_the_view_changes_no_points_and_comes_with_the_page(monkeypatch):
    graded.need_sandbox()
    monkeypatch.setattr(workshop, "executed_view", lambda raw, topic, place: f"<i>{topic}</i>")
    raw = graded.notebook({})
    task = Task(graded.LESSON, "a secret", graded.LIMITS)
    without, with_view = (grade_one(raw, replace(task, executed=e)) for e in (False, True))
    assert without.points == with_view.points and not without.view
    assert workshop.grader(task) == workshop.grader(replace(task, executed=True))
    entry = Entry(Submission("a", "Ann", raw), with_view)
    assert "<i>transfer_learning</i></details>" in feedback(entry, graded.LESSON, 21)
    assert "The whole notebook" not in feedback(replace(entry, graded=without), graded.LESSON, 21)

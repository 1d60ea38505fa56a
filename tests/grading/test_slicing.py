"""What is run of a notebook for one answer, and in which order names are looked up."""

import types

import pytest

from helpers.grading.slicing import Cell, NoAnswer, load_answer, plain_python

LESSON = types.ModuleType("lesson")
LESSON.component = lambda: "exported"
LESSON.tool = types


@pytest.fixture(autouse=True)
def same_main(monkeypatch):
    """Loading an answer makes it the main module of its process."""
    import sys

    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


def answer(*cells, lesson=(), module=LESSON):
    """The function ``f`` of a notebook; a cell that defines it is that of the exercise."""
    own = [Cell(c, "01-f" if "f(" in c else None) if isinstance(c, str) else c for c in cells]
    return load_answer("01-f", "f", list(lesson), own, module)


def test_names_come_from_above_then_exports_then_the_lesson_then_below():
    lesson = ["given = 'lesson'", "component = lambda: 'lesson'"]
    assert answer("def f(): return component()", lesson=lesson)() == "exported"
    assert answer("component = str", "def f(): return component()")() == ""
    assert answer("def f(): return component()", "component = str")() == "exported"
    assert answer("def f(): return given", lesson=lesson)() == "lesson"
    assert answer("def f(): return given", "given = 'below'", lesson=lesson)() == "lesson"
    assert answer("def f(): return other", "other = 'below'")() == "below"
    assert answer("def f(): return len([])", "len = None")() == 0


def test_an_import_repeated_below_is_there_above_too():
    lesson = ["import math", "from math import pi"]
    cells = [
        "def helper(x: math.inf = pi): return x",
        "import math\npi = 3\ndef f(): return helper()",
    ]
    assert answer(*cells, lesson=lesson)() > 3.1
    cells = ["made = component()", "component = str\ndef f(): return made"]
    assert answer(*cells)() == "exported"


def test_annotations_that_are_not_evaluated():
    function = "def f(x: Missing = 1) -> Missing: return x"
    assert answer(f"from __future__ import annotations\n{function}")() == 1
    assert answer("from __future__ import annotations\nx = 1", function)() == 1
    with pytest.raises(NameError):
        answer(function)


def test_only_what_is_needed_runs():
    ran = []
    LESSON.ran = ran
    lesson = ["ran.append('lesson')\ntrained = ran.append('training')"]
    own = "ran.append('own')\nother = ran.append('other')"
    assert answer(own, "def f(): return 1", "ran.append('trial')", lesson=lesson)() == 1
    assert ran == []


def test_what_changes_a_needed_value_runs_in_order():
    cells = [
        "table = {}\ntable['a'] = 1",
        "for i in range(2):\n    table[i] = i",
        "table.update(b=2)",
        "del table[0]",
        "words = list(table)",
        "words += ['c']",
        "def f(): return words",
        "words.clear()",
    ]
    assert answer(*cells)() == ["a", 1, "b", "c"]


def test_loop_variables_of_the_lesson_are_not_asked_for():
    lesson = ["for name in costly():\n    other = name", "def costly(): raise SystemExit"]
    own = "table = []\nfor name in 'ab':\n    table.append(name)"
    assert answer(own, "def f(): return table", lesson=lesson)() == ["a", "b"]


def test_a_failing_helper_is_a_missing_name():
    function = answer("helper = 1 / 0", "def f(): return helper")
    with pytest.raises(NameError, match="helper"):
        function()


def test_a_failing_definition_raises():
    with pytest.raises(ZeroDivisionError):
        answer("def f(x=1 / 0): return x")


def test_classes_decorators_and_globals():
    cells = [
        "from dataclasses import dataclass",
        "@dataclass\nclass Point:\n    x: int = 0\n    def twice(self): return double(self.x)",
        "def double(x): return 2 * x",
        "count = 0",
        "def f():\n    global count\n    count += 1\n    return Point(count).twice()",
    ]
    function = answer(*cells)
    assert (function(), function()) == (2, 4)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([("def f(): return 1", "01-f"), ("def f(): raise NotImplementedError('x')", "01-f")], 1),
        ([("def f(): return 1", "01-f"), ("def f(): return 2", "01-f")], 2),
        ([("def f(): raise NotImplementedError", "01-f"), ("def f(): return 3", None)], 3),
        ([("def f(): return 1", "01-f"), ("def f(): return 2", None)], 1),
        ([("", "01-f"), ("def f(): return 4", "01-other")], 4),
        ([("f = lambda: 5", "01-f")], 5),
        ([("if True:\n    def f(): return 6", "01-f")], 6),
    ],
)
def test_which_of_several_cells_holds_the_answer(cells, expected):
    assert answer(*(Cell(*cell) for cell in cells))() == expected


def test_no_answer_says_what_was_found():
    with pytest.raises(NoAnswer, match="no cell defines f: was it renamed"):
        answer("def g(): return 1")
    with pytest.raises(NoAnswer, match="SyntaxError"):
        answer("def f(: return 1")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1", "x = 1"),
        ("%%time\nx = 1", "\nx = 1"),
        ("%%capture out\n%%time\nx = 1", "\n\nx = 1"),
        ("%%bash\nrm -r /", ""),
        ("%%javascript\nalert(1)", ""),
    ],
)
def test_magics(source, expected):
    assert plain_python(source) == expected


def test_line_magics_leave_the_lines_where_they_are():
    assert plain_python("%time y = 1\nx = 2").splitlines()[1] == "x = 2"
    assert plain_python("!ls\nx = 2\nx?").splitlines()[1] == "x = 2"

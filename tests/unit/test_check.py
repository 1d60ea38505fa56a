"""The check engine: what it accepts, what it says, and that it can't be talked into a point."""

import dataclasses
import math
import random
import subprocess
import sys
import textwrap

import nbformat
import numpy as np
import pytest
import torch
from nbclient import NotebookClient

from helpers.grading import CheckFailed, check, exercises, notebook
from helpers.grading.engine import draw, grade, judge, run
from helpers.grading.exercise import Case, Exercise, Mistake, Outcome
from helpers.grading.values import Array, Foreign, difference, plain


def cases(rng):
    return [
        Case(f"{n} numbers", (torch.from_numpy(rng.normal(size=n).astype(np.float32)), 2.0))
        for n in (1, 2, 3, 4)
    ]


def scaled(x, factor):
    return x * factor


EXERCISE = Exercise(
    grade_id="99-scaled",
    function="scaled",
    points=3,
    cases=cases,
    reference=scaled,
    mistakes=(
        Mistake(lambda x, factor: x + factor, "Do you add?"),
        Mistake(lambda x, factor: x[:3] * factor, "Do you stop at three?"),
        Mistake(lambda x, factor: 1 / 0, "Do you divide by zero?"),
        Mistake(scaled, "Never shown: it is right."),
    ),
)


@pytest.fixture(autouse=True)
def known(monkeypatch):
    monkeypatch.setattr(notebook, "find", {"99-scaled": EXERCISE}.__getitem__)


def failure(answer, seed=0):
    return grade(EXERCISE, answer, seed).failure


# --- verdicts -------------------------------------------------------------------------------------


def test_right_answer_prints_one_line(capsys):
    check("99-scaled", lambda x, factor: factor * x)
    assert capsys.readouterr().out == "✓ 99-scaled: 3 of 3 points\n"


def test_stub_prints_one_line_and_raises_nothing(capsys):
    def stub(x, factor):
        raise NotImplementedError("Your turn.")

    check("99-scaled", stub)
    assert capsys.readouterr().out == "○ 99-scaled waits for you: write scaled, worth 3 points\n"


def test_a_librarys_not_implemented_error_is_a_mistake_not_a_stub():
    def answer(x, factor):
        return torch.nn.Module()(x)  # Module.forward raises NotImplementedError

    with pytest.raises(CheckFailed, match="NotImplementedError"):
        check("99-scaled", answer)


def test_half_written_answer_is_attempted():
    def answer(x, factor):
        if len(x) == 4:
            raise NotImplementedError
        return x * factor

    assert grade(EXERCISE, answer).points == 2.2


def test_partial_points_are_a_share_rounded_down():
    assert grade(EXERCISE, lambda x, f: x[:3] * f).points == 2.2  # 3 of 4 cases: 2.25
    assert grade(EXERCISE, lambda x, f: x[:2] * f).points == 1.5
    assert grade(EXERCISE, lambda x, f: x).points == 0


def test_wrong_answer_names_case_difference_and_mistake():
    with pytest.raises(CheckFailed) as failed:
        check("99-scaled", lambda x, factor: x[:3] * factor)
    assert str(failed.value).splitlines() == [
        "✗ 99-scaled: 2.2 of 3 points, 3 of 4 cases",
        "case “4 numbers”: shape (3,), expected (4,).",
        "Do you stop at three?",
    ]


def test_long_lines_are_broken_between_words_and_only_where_they_are_shown(monkeypatch):
    message = (
        "Is " + "unbroken" * 15 + " a word? It stays whole, and so do well-known ones" * 4 + "."
    )
    mistakes = (Mistake(lambda x, factor: x + factor, message),)
    known = {"99-scaled": dataclasses.replace(EXERCISE, mistakes=mistakes)}
    monkeypatch.setattr(notebook, "find", known.__getitem__)
    with pytest.raises(CheckFailed) as failed:
        check("99-scaled", lambda x, factor: x + factor)
    lines = str(failed.value).splitlines()[2:]
    assert len(lines) > 2 and all(line.startswith("    ") for line in lines[1:])
    assert [line for line in lines if len(line) > 96] == ["    " + "unbroken" * 15]
    assert " ".join(map(str.strip, lines)) == message
    assert grade(known["99-scaled"], lambda x, factor: x + factor).hint == message


def test_unknown_mistake_gets_no_hint():
    assert grade(EXERCISE, lambda x, factor: x - factor).hint == ""


def test_mistake_that_explains_only_part_is_not_named():
    def answer(x, factor):
        return x + factor if len(x) < 4 else x

    assert grade(EXERCISE, answer).hint == ""


def test_mistake_known_by_its_exception():
    assert grade(EXERCISE, lambda x, factor: [][0] / 0).hint == ""
    assert grade(EXERCISE, lambda x, factor: 2 / 0).hint == "Do you divide by zero?"


def test_the_result_instead_of_the_function():
    with pytest.raises(CheckFailed, match="takes the function itself"):
        check("99-scaled", torch.ones(3))


def test_custom_comparison_replaces_ours():
    def same_sum(case, expected, got):
        return None if np.isclose(expected.data.sum(), got.data.sum()) else "another sum"

    lenient = dataclasses.replace(EXERCISE, compare=same_sum)
    assert grade(lenient, lambda x, f: (x * f).flip(0)).full
    assert "another sum" in grade(lenient, lambda x, f: x).failure


@pytest.mark.parametrize("odd", [math.nan, math.inf])
def test_a_custom_comparison_is_not_asked_about_nan_and_infinity(odd):
    def within(case, expected, got):  # true of NaN: no comparison with it holds
        return "too far" if abs(expected.data.sum() - got.data.sum()) > 1 else None

    lenient = dataclasses.replace(EXERCISE, compare=within)
    assert grade(lenient, lambda x, f: x * f).full
    assert "NaN or infinite" in grade(lenient, lambda x, f: x * odd).failure


# --- what goes wrong in an answer -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x, f: None, "got None, expected a torch tensor"),
        (lambda x, f: (x * f).numpy(), "got a NumPy array, expected a torch tensor"),
        (lambda x, f: (x * f).double(), "dtype float64, expected float32"),
        (lambda x, f: x[None] * f, "shape (1, 1), expected (1,)"),
        (lambda x, f: x * torch.nan, "1 of 1 values are NaN or infinite"),
        (lambda x, f: x * f + 1, "1 of 1 values are wrong, the first at index [0]"),
        (lambda x, f: x.mul_(f), "argument 1 was changed in place"),
        (lambda x: x, "TypeError"),
        (lambda x, f: torch.nn.Linear(1, 1), "got a Linear"),
    ],
)
def test_failure_in_words(answer, words):
    assert words in failure(answer)


def test_exception_keeps_type_message_and_line():
    def answer(x, factor):
        y = x * factor
        return y.reshape(7, 7)

    text = failure(answer)
    assert "RuntimeError: shape '[7, 7]' is invalid" in text
    assert "return y.reshape(7, 7)" in text


def test_expected_values_are_never_shown():
    expected = [f"{v:.3f}" for c in draw(EXERCISE, 0) for v in (c.args[0] * 2).tolist()]
    for answer in (lambda x, f: x, lambda x, f: 0.0, lambda x, f: x.tolist()):
        assert not any(value in failure(answer) for value in expected)


class EqualToAll(torch.Tensor):
    def __eq__(self, other):
        return torch.tensor(True)

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return torch.tensor(True)


class EqualString(str):
    def __eq__(self, other):
        return True

    __hash__ = str.__hash__


class Everything:
    def __eq__(self, other):
        return True

    __le__ = __ge__ = __lt__ = __gt__ = __eq__
    __float__ = lambda self: 1.0  # noqa: E731


@pytest.mark.parametrize(
    "value", [EqualToAll(), EqualString("x"), Everything(), [Everything()], np.ma.array([1.0])]
)
def test_objects_that_equal_everything_score_nothing(value):
    assert grade(EXERCISE, lambda x, f: value).points == 0
    assert difference(plain(value), plain(value), 0, 0) is None  # judged by type name alone
    for expected in (1.0, 1, "x", [1.0], plain(torch.ones(1)), plain(np.ones(1))):
        assert difference(expected, plain(value), 1e9, 1e9)


def test_inputs_are_copies_and_each_case_sees_its_own():
    drawn = draw(EXERCISE, 0)
    before = [case.args[0].clone() for case in drawn]
    run(lambda x, f: x.zero_(), drawn)
    assert all(torch.equal(case.args[0], x) for case, x in zip(drawn, before, strict=True))


def test_global_random_state_is_fixed_inside_and_kept_outside():
    def answer(x, factor):
        return [random.random(), float(np.random.rand()), torch.rand(1).item()]

    before = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state()
    first, second = (run(answer, draw(EXERCISE, 0)) for _ in range(2))
    assert first == second and not first[0].error
    assert random.getstate() == before[0]
    assert np.random.get_state()[1].tolist() == before[1]
    assert torch.equal(torch.get_rng_state(), before[2])


def test_keyboard_interrupt_passes_through():
    def answer(x, factor):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grade(EXERCISE, answer)


def test_an_answer_that_was_interrupted_is_one_line():
    def answer(x, factor):
        raise KeyboardInterrupt  # what Ctrl-C, or the stop button, makes of an endless loop

    with pytest.raises(CheckFailed) as failed:
        check("99-scaled", answer)
    assert str(failed.value) == "✗ 99-scaled: interrupted. Does every loop come to an end?"
    assert failed.value.__suppress_context__


# --- judging apart from running -------------------------------------------------------------------


def test_judge_needs_only_plain_values():
    drawn = draw(EXERCISE, 3)
    outcomes = run(scaled, drawn)
    rebuilt = [
        Outcome(Array(o.value.library, o.value.dtype, o.value.data.copy())) for o in outcomes
    ]
    assert judge(EXERCISE, drawn, rebuilt).full


def test_judge_wants_one_outcome_per_case():
    drawn = draw(EXERCISE, 3)
    with pytest.raises(ValueError, match="3 outcomes for 4 cases"):
        judge(EXERCISE, drawn, run(scaled, drawn)[:3])


def test_a_faulty_reference_is_no_learners_zero():
    faulty = dataclasses.replace(EXERCISE, reference=lambda x, f: x.mul_(f))
    with pytest.raises(RuntimeError, match="reference is at fault"):
        grade(faulty, scaled)


# --- plain values ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32(0.5), 0.5),
        (np.longdouble(0.5), 0.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        ((1, [2.0, None]), (1, [2.0, None])),
        ({"a": {("b", 1): "c"}}, {"a": {("b", 1): "c"}}),
        (10**400, Foreign("int of more than 64 bits")),
        ({1, 2}, Foreign("set")),
        (np.array(["a"]), Foreign("NumPy array of <U1")),
        (torch.ones(2).to_sparse(), Foreign("sparse, complex or quantized tensor")),
        (Exercise, Foreign("type")),
    ],
)
def test_plain(value, expected):
    found = plain(value)
    assert found == expected and type(found) is type(expected)


def test_plain_tensors_and_arrays():
    half = plain(torch.ones(2, dtype=torch.bfloat16, requires_grad=True))
    assert (half.library, half.dtype, half.data.tolist()) == ("tensor", "bfloat16", [1.0, 1.0])
    assert plain(np.ones((1, 2), dtype=np.int8)).dtype == "int8"
    assert plain(torch.nn.Parameter(torch.ones(1))).library == "tensor"


class Tagged(torch.Tensor):
    pass


@pytest.mark.parametrize("value", [torch.ones(2).as_subclass(Tagged), EqualString("x")])
def test_a_subclass_is_foreign_even_with_the_right_content(value):
    assert type(plain(value)) is Foreign


def test_plain_survives_a_list_that_holds_itself():
    loop = []
    loop.append(loop)
    assert "nested more than" in str(plain(loop))


@pytest.mark.parametrize(
    ("expected", "got", "words"),
    [
        (1.0, 1, None),
        (1.0, 1.00001, None),
        (1.0, 2.0, "2 is too high"),
        (2, 1, "1 is too low"),
        (1, True, "got a bool, expected an int"),
        (1, 1.0, "got a float, expected an int"),
        (1.0, float("nan"), "nan is not right"),
        ("a", "b", "'b' is not right"),
        ([1, 2], [1], "1 items, expected 2"),
        ([1, [2]], [1, [3]], "at [1]: at [0]: 3 is too high"),
        ([1], (1,), "got a tuple, expected a list"),
        ({"a": 1}, {}, "the key 'a' is missing"),
        ({"a": 1}, {"a": 1, "b": 2}, "the key 'b' should not be there"),
        ({"a": 1}, {"a": 2}, "at ['a']: 2 is too high"),
        (1.0, torch.tensor(1.0), "got a torch tensor, expected a float: .item()"),
        (torch.tensor([1, 2]), torch.tensor([1, 3]), "1 of 2 values are wrong"),
        (torch.tensor([torch.inf]), torch.tensor([torch.inf]), None),
        (torch.tensor([True]), torch.tensor([True]), None),
    ],
)
def test_difference(expected, got, words):
    found = difference(plain(expected), plain(got), 1e-4, 1e-6)
    assert found is None if words is None else words in found


# --- finding exercises ----------------------------------------------------------------------------


def test_find_suggests_the_closest_id():
    with pytest.raises(LookupError, match="Did you mean '01-hubness'"):
        exercises.find("01-hubnes")


def test_unknown_topic_is_an_error():
    with pytest.raises(LookupError, match="Did you mean 'word_embeddings'"):
        exercises.exercises("word_embedding")


def test_definitions_load_no_notebook():
    code = (
        "import sys; from helpers.grading.exercises import find; find('01-hubness'); "
        "assert not any(name.split('.')[0] == 'notebooks' for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# --- in a notebook --------------------------------------------------------------------------------


def test_in_a_notebook_a_failure_is_three_lines_and_a_stub_is_no_error():
    source = """
    from helpers.grading import check

    def hubness(vectors, k):
        {body}

    check("01-hubness", hubness)
    """
    book = nbformat.v4.new_notebook()
    for body in ("raise NotImplementedError", "return 0.5", "return vectors[0] @ k"):
        cell = textwrap.dedent(source).strip().replace("{body}", body)
        book.cells.append(nbformat.v4.new_code_cell(cell, metadata={"tags": ["raises-exception"]}))
    NotebookClient(book, timeout=60).execute()
    stub, wrong, broken = (cell.outputs[-1] for cell in book.cells)
    assert stub.output_type == "stream" and stub.text.count("\n") == 1
    assert wrong.output_type == "error" and wrong.ename == "CheckFailed"
    shown = "\n".join(wrong.traceback)
    assert shown.startswith("✗ 01-hubness") and "helpers" not in shown
    assert shown.count("\n") == 1
    assert "(line 4: return vectors[0] @ k)" in "\n".join(broken.traceback)

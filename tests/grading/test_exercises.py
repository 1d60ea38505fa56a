"""Every exercise of every lesson: the solution passes, and nothing else does."""

import copy
import importlib
import inspect
import itertools
import json
import linecache
import math
import random
import re
import signal
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import nbformat
import numpy as np
import pytest
import torch
from conftest import skip_or_fail

from helpers import ROOT
from helpers.course import exercise_cells
from helpers.course.exercise_cells import marked
from helpers.grading import CheckFailed, check
from helpers.grading.engine import AnswerKey, draw, grade, run
from helpers.grading.exercise import Outcome
from helpers.grading.exercises import exercises, find, topics
from helpers.grading.values import Foreign, plain
from helpers.wrapping import wrapped

SEEDS = (0, 11, 222, 3333, 44444)
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ALL = [exercise for topic in topics() for exercise in exercises(topic).values()]
MISTAKES = [(exercise, mistake) for exercise in ALL for mistake in exercise.mistakes]

each_solutions = pytest.mark.parametrize(
    "path", sorted((ROOT / "solutions").glob("*.ipynb")), ids=lambda p: p.stem
)
each_exercise = pytest.mark.parametrize("exercise", ALL, ids=lambda e: e.grade_id)


def notebook(folder: str, exercise):
    """The lesson or the solutions that an exercise belongs to."""
    (path,) = (ROOT / folder).glob(f"{exercise.grade_id[:2]}_*.ipynb")
    return nbformat.read(path, as_version=4)


def is_imports(source: str) -> bool:
    return bool(source) and all(
        re.match(r"import |from |#|$", line) for line in source.splitlines()
    )  # fmt: skip


def defined(book, exercise) -> dict:
    """What the exercise's cells in a notebook define, after the notebook's imports."""
    namespace: dict = {"__name__": "answer"}
    cells = [c for c in book.cells if c.cell_type == "code" and is_imports(c.source)]
    own = marked(book)
    cells += [
        own[name] for name in (f"{exercise.grade_id}-given", exercise.grade_id) if name in own
    ]
    for cell in cells:
        name = f"<cell {cell.id}>"
        linecache.cache[name] = (len(cell.source), None, cell.source.splitlines(True), name)
        exec(compile(cell.source, name, "exec"), namespace)
    return namespace


def test_every_lesson_has_exercises():
    assert {path.stem[3:] for path in LESSONS} <= set(topics())
    for topic in topics():
        assert len(exercises(topic)) >= 4, topic


def index_of_exercises(path) -> str:
    """The section of a lesson that lists its exercises, empty if there is none."""
    prose = (c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "markdown")
    _, _, after = "\n\n".join(prose).partition("\n## Exercises\n")
    return after.partition("\n## ")[0]


@pytest.mark.parametrize("path", list(filter(index_of_exercises, LESSONS)), ids=lambda p: p.stem)
def test_the_index_of_exercises_says_what_the_cards_say(path):
    index, cells = index_of_exercises(path), marked(nbformat.read(path, as_version=4))
    rows = re.findall(r"^\| \[(.+)\]\(#(.+)\) \| (\d+) \| (\d+) \|$", index, re.M)
    expected = []
    for grade_id in (name.removesuffix("-card") for name in cells if name.endswith("-card")):
        card = cells[f"{grade_id}-card"].source
        (title,), (minutes,) = re.findall(r"^### (.+)$", card, re.M), re.findall(r"(\d+) min", card)
        points = cells[f"{grade_id}-check"].metadata.nbgrader.points
        name = title.removeprefix("Exercise: ")
        expected.append((name, title.replace(" ", "-"), minutes, str(points)))
    assert rows == expected
    minutes, points = (sum(int(row[column]) for row in rows) for column in (2, 3))
    assert f"{minutes} minutes, {points} points" in index


def test_grade_ids_are_unique_and_carry_the_lessons_number():
    ids = [exercise.grade_id for exercise in ALL]
    assert len(ids) == len(set(ids))
    numbers = {path.stem[3:]: path.stem[:2] for path in (ROOT / "solutions").glob("*.ipynb")}
    for topic in topics():
        for grade_id in exercises(topic):
            assert re.fullmatch(rf"{numbers[topic]}-[a-z0-9-]+", grade_id)
            assert find(grade_id).grade_id == grade_id


@each_exercise
def test_definition(exercise):
    assert exercise.points > 0
    assert len(exercise.mistakes) >= 3
    messages = [mistake.message for mistake in exercise.mistakes]
    assert len(set(messages)) == len(messages)
    names = [case.name for case in draw(exercise, 0)]
    assert len(set(names)) == len(names) >= 3


@each_exercise
def test_cases_are_deterministic_and_differ_between_seeds(exercise):
    def outcomes(seed):
        return repr([case.args for case in draw(exercise, seed)])

    assert outcomes(1) == outcomes(1)
    assert outcomes(1) != outcomes(2)


@each_exercise
@pytest.mark.parametrize("seed", SEEDS)
def test_reference_is_full_and_repeatable(exercise, seed):
    assert grade(exercise, exercise.reference, seed).full
    assert grade(exercise, exercise.reference, seed) == grade(exercise, exercise.reference, seed)


@each_exercise
def test_solution_gets_full_marks(exercise, capsys):
    answer = defined(notebook("solutions", exercise), exercise)[exercise.function]
    check(exercise.grade_id, answer)
    assert capsys.readouterr().out.startswith(f"✓ {exercise.grade_id}")
    for seed in SEEDS:
        score = grade(exercise, answer, seed)
        assert score.full, score


@each_exercise
def test_stub_gets_nothing_and_one_friendly_line(exercise, capsys):
    stub = defined(notebook("notebooks", exercise), exercise)[exercise.function]
    assert stub.__doc__, "the stub says what is asked"
    check(exercise.grade_id, stub)
    out = capsys.readouterr().out
    assert out.startswith(f"○ {exercise.grade_id}") and out.count("\n") == 1
    assert grade(exercise, stub, 1).points == 0


@pytest.mark.parametrize(
    ("exercise", "mistake"), MISTAKES, ids=[f"{e.grade_id}-{m.message[:40]}" for e, m in MISTAKES]
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # a mistake may divide by zero
def test_mistake_loses_points_and_gets_its_own_message(exercise, mistake):
    with pytest.raises(CheckFailed) as failed:
        check(exercise.grade_id, mistake.wrong)
    assert str(failed.value).endswith("\n" + wrapped(mistake.message))
    for seed in SEEDS:
        score = grade(exercise, mistake.wrong, seed)
        assert score.points < exercise.points
        assert score.hint == mistake.message


@each_exercise
def test_what_a_bug_hunt_shows_is_one_of_its_mistakes(exercise):
    names = defined(notebook("solutions", exercise), exercise)
    for name in names:
        if name.startswith("broken_"):
            assert grade(exercise, names[name], 1).hint, name


@each_exercise
def test_no_answer_that_ignores_the_question_passes(exercise):
    constant = exercise.reference(*draw(exercise, 77)[0].args)
    answers = [lambda *_, value=value: value for value in (
        None, 0, 1, 0.0, 1.0, 0.5, math.nan, math.inf, "", [], {}, (), True,
        torch.tensor(0.0), torch.tensor(math.nan), constant,
    )]  # fmt: skip
    n_args = len(draw(exercise, 0)[0].args)
    answers += [lambda *args, i=i: args[i] for i in range(n_args)]
    answers += [lambda *args: args]
    for seed in SEEDS[:2]:
        for number, answer in enumerate(answers):
            score = grade(exercise, answer, seed)
            assert score.points <= exercise.points / 2, (number, score)


def exported(topic: str) -> dict:
    """Functions and classes that a lesson defines and exports."""
    module = importlib.import_module(f"notebooks.{topic}")
    return {
        name: thing
        for name, thing in vars(module).items()
        if callable(thing) and getattr(thing, "__module__", None) == module.__name__
    }


def selections(n_args: int) -> list[tuple[int, ...]]:
    """Ways to hand on some of the arguments: first all, then fewer, then two in the other order."""
    in_order = [
        chosen for n in range(n_args, 0, -1) for chosen in itertools.combinations(range(n_args), n)
    ]
    swapped = [(j, i) for i, j in itertools.combinations(range(n_args), 2)]
    return in_order + swapped


FINISHES = (
    lambda value: value,
    float,
    lambda value: value.item(),
    lambda value: value.tolist(),
    lambda value: list(value),
    lambda value: value[0],
    lambda value: value[-1],
    lambda value: float(len(value)),
    lambda value: value.mean(),
    lambda value: value.mean(0),
    lambda value: value.sum(0),
    lambda value: value.long(),
    lambda value: value.float(),
    lambda value: value.log(),
)


signature = cache(inspect.signature)


def takes(thing, n_args: int) -> bool:
    """Whether so many arguments can be handed to it at all."""
    try:
        signature(thing).bind(*range(n_args))
    except TypeError:
        return False
    except ValueError:  # exceptions don't say what they take: anything
        return True
    return True


@contextmanager
def limited(seconds: float):
    """Stop what an export does with arguments it was never meant for, and hear no warning of it."""
    importlib.import_module("torch._dynamo")  # an optimizer does, and half an import stays broken

    def stop(*_):
        raise TimeoutError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before = signal.signal(signal.SIGALRM, stop)
        signal.setitimer(signal.ITIMER_REAL, seconds, seconds)  # a callback may swallow the first
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


# Where the alarm rings inside a callback, nobody can catch its TimeoutError.
rings_in_callbacks = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
UNSEALED = {"__class__", "__class_getitem__", "__doc__", "__init__", "__init_subclass__",
            "__new__", "__subclasshook__"}  # fmt: skip
SEALED = {name for kind in (int, float, list, dict) for name in dir(kind)} - UNSEALED


def sealed(looked: list):
    """An argument that adds to ``looked`` when it is asked for anything: an attribute, its length,
    its class, a sum … Only ``is``, ``type`` and being handed on go unnoticed.
    """

    def look(*_):
        looked.append(True)
        raise TypeError("a sealed argument")

    return type("Sealed", (), dict.fromkeys(SEALED, look))()


def barren(thing, n_args: int) -> bool:
    """Whether no ``n_args`` arguments can make an answer of it: without a look at them, it works
    for longer than an answer may, or gives what no finish turns into a plain value.

    A maker of a checkpoint works for minutes, and a recipe takes anything for a setting.
    """
    looked: list[bool] = []
    given = [sealed(looked) for _ in range(n_args)]
    try:
        with limited(1):
            value = thing(*given)
    except TimeoutError:
        return not looked
    except Exception:  # other arguments might have been welcome
        return False
    for finish in FINISHES:
        with suppress(Exception), limited(1):
            found = finish(value)
            if any(found is arg for arg in given) or not isinstance(plain(found), Foreign):
                return False
    return not looked


@cache
def is_barren(topic: str, name: str, n_args: int) -> bool:
    """`barren` of an export, found out once for all exercises."""
    return barren(exported(topic)[name], n_args)


def keys(exercise) -> tuple[AnswerKey, AnswerKey]:
    """To one case, which nearly every export fails already, and to all."""
    cases = draw(exercise, 5)
    return AnswerKey(exercise, cases[-1:]), AnswerKey(exercise, cases)


def finish_that_passes(one: AnswerKey, every: AnswerKey, thing, chosen) -> int | None:
    """The number of the finish with which an export passes on the chosen arguments, or None.

    On the one case, which nearly every export fails, it runs once for all finishes. Raises
    :class:`TimeoutError` if it works there for longer than an answer may.
    """
    for number, value in finished(thing, [one.cases[0].args[i] for i in chosen]):

        def answer(*args, finish=FINISHES[number]):
            with limited(1):
                return finish(thing(*(args[i] for i in chosen)))

        passes = one.judge([Outcome(value)]).full
        if passes and every.judge(run(answer, every.cases)).full:
            return number
    return None


def finished(thing, args: list) -> list[tuple[int, object]]:
    """What the finishes make of an export's value, as numbers of finishes and plain values."""
    args, found = copy.deepcopy(args), []
    random.seed(0), np.random.seed(0), torch.manual_seed(0)  # as for an answer
    with limited(1):
        try:
            value = thing(*args)
            value = list(value) if isinstance(value, Iterator) else value  # it would soon be spent
        except TimeoutError:
            raise
        except Exception:  # it refuses these arguments
            return []
        for number, finish in enumerate(FINISHES):
            with suppress(Exception):
                found.append((number, plain(finish(value))))
    return [(number, value) for number, value in found if not isinstance(value, Foreign)]


@pytest.mark.parametrize("topic", [path.stem[3:] for path in LESSONS])
@each_exercise
@rings_in_callbacks
def test_no_export_passes(exercise, topic):
    """Called directly, on any choice of the arguments, with any simple finish."""
    one, every = keys(exercise)
    n_args = len(one.cases[0].args)
    for name, thing in exported(topic).items():
        patience = 3  # what is late time and again, the likeliest arguments first, trains something
        for chosen in selections(n_args):
            if patience and takes(thing, len(chosen)) and not is_barren(topic, name, len(chosen)):
                try:
                    number = finish_that_passes(one, every, thing, chosen)
                except TimeoutError:
                    patience -= 1
                else:
                    assert number is None, (name, chosen)


@each_exercise
def test_an_export_that_is_the_answer_would_be_found(exercise):
    one, every = keys(exercise)
    n_args = len(one.cases[0].args)
    assert not barren(exercise.reference, n_args)
    chosen = tuple(range(n_args))
    assert finish_that_passes(one, every, exercise.reference, chosen) == 0
    assert finish_that_passes(one, every, lambda *args: [exercise.reference(*args)], chosen)


class Pair(NamedTuple):
    first: object


@dataclass(frozen=True)
class Recipe:
    first: object


@dataclass(frozen=True)
class Checked(Recipe):
    def __post_init__(self):
        if self.first < 0:
            raise ValueError("negative")


def late(value):
    time.sleep(2)
    return value


def late_but_for_text(value):
    if not isinstance(value, str):
        time.sleep(2)
    return value


def late_after_a_try(value):
    with suppress(TypeError):
        return len(value)
    time.sleep(2)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [(late, True), (Recipe, True), (Pair, False), (Checked, False),
     (late_but_for_text, False), (late_after_a_try, False), (lambda value: value, False),
     (lambda value: [value], False), (lambda _: 3.0, False), (lambda *_: object(), True),
     (lambda value: value + 1, False), (torch.is_tensor, False), (torch.exp, False)],
)  # fmt: skip
def test_barren_is_what_never_looks_and_gives_nothing(thing, expected):
    assert barren(thing, 1) == expected


@pytest.mark.parametrize("topic", [path.stem[3:] for path in LESSONS])
@rings_in_callbacks
def test_barren_exports_fail_the_long_way_too(topic):
    one, every = keys(find("04-backward"))  # of one argument
    for name, thing in exported(topic).items():
        if takes(thing, 1) and is_barren(topic, name, 1):
            with suppress(TimeoutError):
                assert finish_that_passes(one, every, thing, (0,)) is None, name


MARK = {"schema_version": 3, "solution": False, "grade": False, "locked": True, "task": False}
SOLUTION = {**MARK, "solution": True, "locked": False}


@each_exercise
@pytest.mark.parametrize("folder", ["solutions", "notebooks"])
def test_cells_carry_nbgraders_metadata(exercise, folder):
    cells = marked(notebook(folder, exercise))
    grade_id = exercise.grade_id
    expected = {
        f"{grade_id}-card": ("markdown", MARK),
        grade_id: ("code", SOLUTION),
        f"{grade_id}-check": ("code", {**MARK, "grade": True, "points": exercise.points}),
    }
    for name, (cell_type, fields) in expected.items():
        assert cells[name].cell_type == cell_type
        assert dict(cells[name].metadata.nbgrader) == {**fields, "grade_id": name}
    for name in (grade_id, f"{grade_id}-check"):
        assert cells[name].metadata.tags == ["raises-exception"]
    assert cells[f"{grade_id}-check"].source == f'check("{grade_id}", {exercise.function})'


@each_exercise
def test_card_says_what_a_learner_wants_to_know(exercise):
    card = marked(notebook("solutions", exercise))[f"{exercise.grade_id}-card"].source
    assert re.search(r"\d+ min", card)
    assert re.search(r"difficulty [1-5]/5", card)
    assert f"{exercise.points} points" in card
    assert re.search(r"\*\*What it is for[.:]", card)


@each_exercise
def test_signature_is_the_references(exercise):
    """Names may differ from the reference's, their number may not."""
    answer = defined(notebook("solutions", exercise), exercise)[exercise.function]
    n_args = len(inspect.signature(exercise.reference).parameters)
    assert len(inspect.signature(answer).parameters) == n_args


@each_solutions
def test_every_marked_cell_belongs_to_an_exercise(path):
    own = marked(nbformat.read(path, as_version=4))
    known = exercises(path.stem[3:])
    pattern = re.compile("(" + "|".join(known) + ")(-card|-given|-check|-run)?")
    assert all(pattern.fullmatch(name) for name in own), json.dumps(list(own))
    assert set(known) <= set(own)


@each_solutions
def test_lesson_holds_what_a_release_would_write(path):
    skip_or_fail(exercise_cells.PYTHON.exists(), "nbgrader's environment", exercise_cells.HOW)
    lesson = marked(nbformat.read(ROOT / "notebooks" / path.name, as_version=4))
    stubs = exercise_cells.stubs(path)
    assert set(lesson) == set(stubs)
    for grade_id, cell in stubs.items():
        assert lesson[grade_id].source == cell.source, f"{grade_id}: run `make release`"
        assert lesson[grade_id].metadata == cell.metadata
        assert "SOLUTION" not in cell.source

"""Run an answer on cases; judge what came out. The two share plain values only."""

import contextlib
import copy
import math
import random
import traceback
import warnings
from collections.abc import Callable

import numpy as np
import torch

from helpers.grading.exercise import Case, Exercise, Outcome, Score
from helpers.grading.values import difference, plain


def grade(exercise: Exercise, answer: Callable, seed: int = 0) -> Score:
    """Run and judge in this process, on the cases drawn from ``seed``."""
    cases = draw(exercise, seed)
    return judge(exercise, cases, run(answer, cases))


def draw(exercise: Exercise, seed: int) -> list[Case]:
    """The cases of an exercise for one seed."""
    return exercise.cases(np.random.default_rng(seed))


def run(answer: Callable, cases: list[Case]) -> list[Outcome]:
    """Call ``answer`` on a copy of each case's arguments, under fixed global random seeds."""
    return [_outcome(answer, case) for case in cases]


def judge(exercise: Exercise, cases: list[Case], outcomes: list[Outcome]) -> Score:
    """Compare outcomes with the reference's, and look for the mistake that explains them.

    Each case is worth the same share of the points; a partial score is rounded down to a tenth.
    Raises :class:`ValueError` if there isn't one outcome per case.
    """
    if len(outcomes) != len(cases):
        raise ValueError(f"{len(outcomes)} outcomes for {len(cases)} cases of {exercise.grade_id}.")
    if not any(outcome.attempted for outcome in outcomes):
        passed = (False,) * len(cases)
        return Score(exercise.grade_id, 0.0, exercise.points, passed, attempted=False)
    right = run(exercise.reference, cases)
    failures = _failures(exercise, cases, right, outcomes)
    passed = tuple(failure is None for failure in failures)
    points = math.floor(exercise.points * 10 * sum(passed) / len(passed)) / 10
    if all(passed):
        return Score(exercise.grade_id, points, exercise.points, passed)
    first = passed.index(False)
    failure = f"case “{cases[first].name}”: {failures[first]}."
    hint = _explanation(exercise, cases, right, outcomes)
    return Score(exercise.grade_id, points, exercise.points, passed, failure, hint)


def _outcome(answer: Callable, case: Case) -> Outcome:
    args = copy.deepcopy(case.args)
    try:
        with _fixed_randomness():
            value = plain(answer(*args))
    except Exception as error:
        return Outcome(error=_described(error, answer), attempted=not _is_stub(error, answer))
    return Outcome(value, changed=_changed(case.args, args))


@contextlib.contextmanager
def _fixed_randomness(seed: int = 0):
    """Seed the global generators, and put them back as they were."""
    before = random.getstate(), np.random.get_state()
    random.seed(seed)
    np.random.seed(seed)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.random.default_generator.manual_seed(seed)
            yield
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])


def _changed(before: tuple, after: tuple) -> int:
    for position, (old, new) in enumerate(zip(before, after, strict=True), 1):
        if difference(plain(old), plain(new), rtol=0, atol=0):
            return position
    return 0


def _file(answer: Callable) -> str | None:
    return getattr(getattr(answer, "__code__", None), "co_filename", None)


def _is_stub(error: Exception, answer: Callable) -> bool:
    """Whether the answer's own code raised, not a library that lacks an operation."""
    frames = traceback.extract_tb(error.__traceback__)
    return type(error) is NotImplementedError and frames[-1].filename == _file(answer)


def _described(error: Exception, answer: Callable) -> str:
    """Type, message, and the deepest line that the learner wrote."""
    text = f"{type(error).__name__}: {str(error)[:300]}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename == _file(answer)]
    return text + (f" (line {own[-1].lineno}: {own[-1].line})" if own else "")


def _failures(exercise, cases, right, outcomes) -> list[str | None]:
    return [
        _failure(exercise, *triple) for triple in zip(cases, right, outcomes, strict=True)
    ]  # fmt: skip


def _failure(exercise: Exercise, case: Case, right: Outcome, got: Outcome) -> str | None:
    """What is wrong with one outcome, or None."""
    if right.error or right.changed:
        raise RuntimeError(f"{exercise.grade_id}: the reference is at fault: {right}.")
    if got.error:
        return got.error
    if got.changed:
        return f"argument {got.changed} was changed in place: work on a copy"
    if exercise.compare:
        return exercise.compare(case, right.value, got.value)
    return difference(right.value, got.value, exercise.rtol, exercise.atol)


def _explanation(exercise, cases, right, outcomes) -> str:
    """The message of the mistake that reproduces most outcomes, or an empty string.

    A mistake counts only if it reproduces every case on which it shows, that is, differs from the
    reference.
    """
    best, message = 0, ""
    for mistake in exercise.mistakes:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # a mistake may divide by zero; that's not the learner's
            wrong = run(mistake.wrong, cases)
        shows = [failure is not None for failure in _failures(exercise, cases, right, wrong)]
        same = [_same(exercise, *pair) for pair in zip(wrong, outcomes, strict=True)]
        explained = all(equal for equal, visible in zip(same, shows, strict=True) if visible)
        if any(shows) and explained and sum(same) > best:
            best, message = sum(same), mistake.message
    return message


def _same(exercise: Exercise, wrong: Outcome, got: Outcome) -> bool:
    if wrong.error or got.error:
        return wrong.error.split(":")[0] == got.error.split(":")[0]
    if wrong.changed != got.changed:
        return False
    return difference(wrong.value, got.value, exercise.rtol, exercise.atol) is None

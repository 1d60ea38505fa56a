"""Judge what an answer made of the cases of an exercise, beside what the reference makes."""

import math
import warnings
from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

import numpy as np

from helpers.grading.exercise import Case, Exercise, Outcome, Score
from helpers.grading.running import run
from helpers.grading.values import difference, is_finite, size

__all__ = ["AnswerKey", "draw", "grade", "judge", "run"]
FAR_TOO_LARGE = 100
"""How many times the reference's size an answer may have that an exercise compares by itself."""


def grade(exercise: Exercise, answer: Callable, seed: int = 0) -> Score:
    """Run and judge in this process, on the cases drawn from ``seed``."""
    cases = draw(exercise, seed)
    return judge(exercise, cases, run(answer, cases))


def draw(exercise: Exercise, seed: int) -> list[Case]:
    """The cases of an exercise for one seed."""
    return exercise.cases(np.random.default_rng(seed))


def judge(exercise: Exercise, cases: list[Case], outcomes: list[Outcome]) -> Score:
    """See :meth:`AnswerKey.judge`."""
    return AnswerKey(exercise, cases).judge(outcomes)


class Wrong(NamedTuple):
    """What a typical mistake makes of the cases, on which of them it shows, what to tell."""

    outcomes: list[Outcome]
    shows: list[bool]
    message: str


class AnswerKey:
    """The cases of an exercise and, run at most once, what the reference and mistakes make of them.

    Judging an answer then only compares values.
    """

    def __init__(self, exercise: Exercise, cases: list[Case]):
        self.exercise, self.cases = exercise, cases

    def judge(self, outcomes: list[Outcome]) -> Score:
        """Compare outcomes with the reference's, and look for the mistake that explains them.

        Each case is worth the same share of the points; a partial score is rounded down to a tenth.
        Raises :class:`ValueError` if there isn't one outcome per case.
        """
        grade_id, out_of = self.exercise.grade_id, self.exercise.points
        if len(outcomes) != len(self.cases):
            raise ValueError(f"{len(outcomes)} outcomes for {len(self.cases)} cases of {grade_id}.")
        if not any(outcome.attempted for outcome in outcomes):
            return Score(grade_id, 0.0, out_of, (False,) * len(self.cases), attempted=False)
        failures = self._failures(outcomes)
        passed = tuple(failure is None for failure in failures)
        points = math.floor(out_of * 10 * sum(passed) / len(passed)) / 10
        if all(passed):
            return Score(grade_id, points, out_of, passed)
        first = passed.index(False)
        failure = f"case “{self.cases[first].name}”: {failures[first]}."
        return Score(grade_id, points, out_of, passed, failure, self._explanation(outcomes))

    @cached_property
    def right(self) -> list[Outcome]:
        """The reference's outcomes. Raises :class:`RuntimeError` if it fails itself."""
        outcomes = run(self.exercise.reference, self.cases)
        for outcome in outcomes:
            if outcome.error or outcome.changed:
                raise RuntimeError(
                    f"{self.exercise.grade_id}: the reference is at fault: {outcome}."
                )
        return outcomes

    @cached_property
    def wrong(self) -> list[Wrong]:
        """The outcomes of each typical mistake."""
        found = []
        with warnings.catch_warnings():
            # a mistake may divide by zero; that's not the learner's
            warnings.simplefilter("ignore")
            for mistake in self.exercise.mistakes:
                outcomes = run(mistake.wrong, self.cases)
                shows = [failure is not None for failure in self._failures(outcomes)]
                found.append(Wrong(outcomes, shows, mistake.message))
        return found

    def _failures(self, outcomes: list[Outcome]) -> list[str | None]:
        triples = zip(self.cases, self.right, outcomes, strict=True)
        return [_failure(self.exercise, *triple) for triple in triples]

    def _explanation(self, outcomes: list[Outcome]) -> str:
        """The message of the mistake that reproduces most outcomes, or an empty string.

        A mistake counts only if it reproduces every case on which it shows, that is, differs from
        the reference.
        """
        best, message = 0, ""
        for wrong in self.wrong:
            pairs = zip(wrong.outcomes, outcomes, strict=True)
            same = [_same(self.exercise, *pair) for pair in pairs]
            explained = all(
                equal for equal, visible in zip(same, wrong.shows, strict=True) if visible
            )
            if any(wrong.shows) and explained and sum(same) > best:
                best, message = sum(same), wrong.message
        return message


def _failure(exercise: Exercise, case: Case, right: Outcome, got: Outcome) -> str | None:
    """What is wrong with one outcome, or None."""
    if got.error:
        return got.error
    if got.changed:
        return f"argument {got.changed} was changed in place: work on a copy"
    if exercise.compare is None:
        return difference(right.value, got.value, exercise.rtol, exercise.atol)
    if size(got.value) > FAR_TOO_LARGE * (size(right.value) + 1):
        return "it is far larger than it should be"  # and might blow up what compares it
    if is_finite(right.value) and not is_finite(got.value):
        return "it holds values that are NaN or infinite"  # which may slip through a comparison
    try:
        return exercise.compare(case, right.value, got.value)
    except Exception as error:  # an answer of a form that nobody foresaw
        return f"it can't be compared with what was asked ({type(error).__name__})"


def _same(exercise: Exercise, wrong: Outcome, got: Outcome) -> bool:
    if wrong.error or got.error:
        return wrong.error.split(":")[0] == got.error.split(":")[0]
    if wrong.changed != got.changed:
        return False
    return difference(wrong.value, got.value, exercise.rtol, exercise.atol) is None

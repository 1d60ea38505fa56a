"""Grade one notebook: answers run in a sandbox, and are judged here."""

import hashlib
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path

from helpers import ROOT
from helpers.grading import frames
from helpers.grading.box import Box, Over
from helpers.grading.engine import AnswerKey, draw
from helpers.grading.exercise import Outcome, Score
from helpers.grading.exercises import exercises
from helpers.grading.reading import SubmittedCell, Unreadable, read_notebook
from helpers.grading.sandbox import Sandbox, is_export
from helpers.grading.unprotected import Unprotected
from helpers.grading.values import Foreign, plain

ENDED = "its process ended before it returned"
NO_TIME = "nothing was left of the time for this notebook"


@dataclass(frozen=True)
class Verdict:
    """The score of one exercise and the names of its cases.

    ``limit``: the one it hit, or ""; ``seconds`` on the clock; ``memory``: the most bytes that its
    sandbox held meanwhile.
    """

    score: Score
    cases: tuple[str, ...]
    limit: str = ""
    seconds: float = 0.0
    memory: int = 0


@dataclass
class Graded:
    """What became of one notebook; ``problem`` says why it could not be read at all.

    ``view``: markup of the whole notebook as it ran, if that was asked for.
    """

    verdicts: list[Verdict] = field(default_factory=list)
    problem: str = ""
    seconds: float = 0.0
    view: str = ""

    @property
    def points(self) -> float:
        return round(sum(verdict.score.points for verdict in self.verdicts), 1)

    @property
    def out_of(self) -> int:
        return sum(verdict.score.out_of for verdict in self.verdicts)

    @property
    def peak_memory(self) -> int:
        """The most bytes that a sandbox held while it answered."""
        return max((verdict.memory for verdict in self.verdicts), default=0)

    def as_json(self) -> dict:
        """Everything in it, for a file."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict) -> "Graded":
        """What :meth:`as_json` made. Raises :class:`TypeError` or :class:`KeyError` on others."""
        verdicts = [
            Verdict(**{**verdict, "score": Score(**verdict["score"])})
            for verdict in content["verdicts"]
        ]
        return cls(**{**content, "verdicts": verdicts})


class Lesson:
    """One lesson as its graders see it: exercises, released cells, and cases from a secret seed."""

    def __init__(self, name: str, secret: str, checkout: Path = ROOT):
        self.name, self.topic, self.secret = name, name[3:], secret
        self.checkout = checkout
        self.exercises = exercises(self.topic)

    @property
    def released(self) -> Path:
        return self.checkout / "notebooks" / f"{self.name}.ipynb"

    @property
    def solutions(self) -> Path:
        return self.checkout / "solutions" / f"{self.name}.ipynb"

    @property
    def out_of(self) -> int:
        return sum(exercise.points for exercise in self.exercises.values())

    @cached_property
    def keys(self) -> dict[str, AnswerKey]:
        """The cases of every exercise, with what the reference makes of them."""
        return {
            grade_id: AnswerKey(exercise, draw(exercise, self._seed(grade_id)))
            for grade_id, exercise in self.exercises.items()
        }

    @cached_property
    def cells(self) -> list[str]:
        """Released code that answers may build on: all but exports, answers and checks."""
        return [
            cell.source
            for cell in read_notebook(self.released.read_bytes())
            if cell.kind == "code" and not is_export(cell) and not self._is_of_exercise(cell)
        ]

    def own_cells(self, submitted: Iterable[SubmittedCell]) -> list[tuple[str, str | None]]:
        """A learner's code: answers, and what else isn't the lesson's; each with its exercise.

        The lesson's own exports and given functions always come from the release.
        """
        released = set(self.cells)
        own = []
        for cell in submitted:
            is_answer = cell.grade_id in self.exercises
            is_given = cell.grade_id is not None and not self._is_of_exercise(cell)
            is_ours = cell.source in released or is_export(cell) or is_given
            if cell.kind == "code" and (is_answer or not is_ours):
                own.append((cell.source, cell.grade_id if is_answer else None))
        return own

    def unreadable(self, problem: str) -> Graded:
        """The result of a submission that is no notebook."""
        return Graded([_nothing(key) for key in self.keys.values()], problem)

    def prepare(self) -> None:
        """Compute references and mistakes once, before threads share them."""
        for key in self.keys.values():
            key.right, key.wrong  # noqa: B018

    def _is_of_exercise(self, cell: SubmittedCell) -> bool:
        grade_id = (cell.grade_id or "").removesuffix("-check").removesuffix("-run")
        return grade_id in self.exercises

    def _seed(self, grade_id: str) -> int:
        digest = hashlib.sha256(f"{self.secret}:{grade_id}".encode()).digest()
        return int.from_bytes(digest[:8], "big")


def grade(raw: bytes, lesson: Lesson, place: Sandbox | Unprotected) -> Graded:
    """Grade the bytes of a notebook; the same bytes and secret give the same points.

    Raises :class:`helpers.grading.box.BoxFault` where the grader itself is at fault.
    """
    started = time.monotonic()
    try:
        own = lesson.own_cells(read_notebook(raw))
    except Unreadable as error:
        return lesson.unreadable(str(error))
    graded = Graded()
    pending = list(lesson.keys.values())
    left = place.limits.notebook
    while pending and left > 0:
        with Box(place, lesson.topic) as box:
            while pending and left > 0:
                verdict = _ask(box, lesson, pending.pop(0), own, left)
                graded.verdicts.append(verdict)
                left -= verdict.seconds
                if verdict.limit:  # the box is gone; the next answer gets a fresh one
                    break
    graded.verdicts += [_judged(key, [], NO_TIME) for key in pending]
    graded.seconds = round(time.monotonic() - started, 2)
    return graded


def _ask(box: Box, lesson: Lesson, key: AnswerKey, own: list, left: float) -> Verdict:
    request = _request(lesson, key, own)
    seconds = min(box.limits.exercise, left)
    started, outcomes, limit = time.monotonic(), [], ""
    try:
        for outcome in box.answers(request, seconds):
            outcomes.append(outcome)
    except Over as over:
        limit = str(over)
    seconds = round(time.monotonic() - started, 3)
    return _judged(key, outcomes, limit, seconds, box.peak_memory)


def _request(lesson: Lesson, key: AnswerKey, own: list) -> dict:
    cases = [[plain(arg) for arg in case.args] for case in key.cases]
    if any(isinstance(arg, Foreign) for args in cases for arg in args):
        raise TypeError(f"{key.exercise.grade_id}: an argument can't be sent: {cases}.")
    return {
        "grade_id": key.exercise.grade_id,
        "function": key.exercise.function,
        "lesson": lesson.cells,
        "cells": frames.as_bytes(own),
        "cases": cases,
    }


def _judged(
    key: AnswerKey, outcomes: list, limit: str, seconds: float = 0.0, memory: int = 0
) -> Verdict:
    """A verdict in which cases without an outcome fail by the limit, or because nothing came."""
    missing = [Outcome(error=limit or ENDED)] * (len(key.cases) - len(outcomes))
    names = tuple(case.name for case in key.cases)
    return Verdict(key.judge([*outcomes, *missing]), names, limit, seconds, memory)


def _nothing(key: AnswerKey) -> Verdict:
    stub = Outcome(error="", attempted=False)
    return _judged(key, [stub] * len(key.cases), "")

"""What an exercise consists of. Definitions live in ``helpers/grading/exercises/<topic>.py``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """One input. ``args`` are plain: tensors, arrays, numbers, strings, lists, tuples, dicts."""

    name: str
    args: tuple


@dataclass(frozen=True)
class Mistake:
    """A typical wrong answer as a function, and the sentence that sets a learner right."""

    wrong: Callable
    message: str


@dataclass(frozen=True)
class Exercise:
    """One exercise: what is asked, on which inputs, and what people get wrong.

    ``cases`` draws the inputs from a generator; the same generator state gives the same cases.
    ``reference`` is an independent solution; its return value fixes type, shape and dtype.
    Numbers agree within ``atol + rtol * |expected|``. Where a reference value isn't the only right
    one, ``compare(case, expected, got)`` decides instead: None if right, else a few words on what
    is wrong. It gets what :func:`helpers.grading.values.plain` makes of both values.
    """

    grade_id: str
    function: str
    points: int
    cases: Callable[[np.random.Generator], list[Case]]
    reference: Callable
    mistakes: tuple[Mistake, ...]
    rtol: float = 1e-4
    atol: float = 1e-6
    compare: Callable[[Case, Any, Any], str | None] | None = None


@dataclass(frozen=True)
class Outcome:
    """What an answer did with one case; plain values only.

    ``error`` holds type, message and line of an exception; ``changed`` the position of the first
    argument that was changed in place, counted from one, or 0; ``attempted`` is False if the
    function is still the stub.
    """

    value: Any = None
    error: str = ""
    changed: int = 0
    attempted: bool = True


@dataclass(frozen=True)
class Score:
    """The verdict on one answer: partial points, the first failure and the mistake behind it."""

    grade_id: str
    points: float
    out_of: int
    passed: tuple[bool, ...]
    failure: str = ""
    hint: str = ""
    attempted: bool = True

    @property
    def full(self) -> bool:
        return self.points == self.out_of

"""Run an answer on cases. What comes out are plain values; judging them is another module's work.

This module knows nothing of references and mistakes, so it may run where learners can read it.
"""

import contextlib
import copy
import random
import traceback
from collections.abc import Callable

import numpy as np
import torch

from helpers.grading.exercise import Case, Outcome
from helpers.grading.values import difference, plain


def run(answer: Callable, cases: list[Case]) -> list[Outcome]:
    """Call ``answer`` on a copy of each case's arguments, under fixed global random seeds."""
    return [_outcome(answer, case) for case in cases]


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

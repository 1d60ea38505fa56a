"""What the tests of the lessons' code share: random weights, near tensors, planted bugs.

Each of them has checks that take the lesson's module, and MUTANTS: a text of the lesson and what
replaces it. A mutant that passes every check shows a gap in them.
"""

import types
import warnings
from pathlib import Path

import torch

from helpers.notebook_importer import exported_source

CAUGHT = (AssertionError, IndexError, ValueError, RuntimeError)


def generator(seed):
    """A generator that starts at ``seed``."""
    return torch.Generator().manual_seed(seed)


def random(seed, *shape):
    """Normal numbers in float64."""
    return torch.randn(shape, generator=generator(seed), dtype=torch.float64)


def randomised(module, seed):
    """The module in float64, every weight random and none small."""
    draw = generator(seed)
    with torch.no_grad():
        for weight in module.double().parameters():
            weight.copy_(torch.randn(weight.shape, generator=draw, dtype=torch.float64) / 2)
    return module


def close(got, wanted, **tolerance):
    """Equal within ``assert_close``'s tolerance; ``wanted`` may be an array of any dtype."""
    torch.testing.assert_close(got, torch.as_tensor(wanted, dtype=got.dtype), **tolerance)


def same_gradients(outputs, inputs):
    """Two scalars of one set of leaves have the same gradients."""
    ours, theirs = (torch.autograd.grad(out, inputs, retain_graph=True) for out in outputs)
    for a, b in zip(ours, theirs, strict=True):
        assert b.abs().max() > 0
        torch.testing.assert_close(a, b)


def mutated(lesson: Path, old: str, new: str) -> types.ModuleType:
    """The exported code of a lesson with one change, as a module that nobody else sees.

    Fails if the lesson doesn't contain ``old``.
    """
    source = exported_source(lesson)
    assert old in source, f"the lesson no longer contains {old!r}: update the mutant"
    # The lesson's own name, by which dataclasses look their module up.
    module = types.ModuleType("notebooks." + lesson.stem.partition("_")[2])
    exec(compile(source.replace(old, new), "mutant", "exec"), vars(module))
    return module


def first_failure(module, checks, also: tuple[type[BaseException], ...] = ()) -> str | None:
    """Name of the first of ``checks`` that a module fails, each run from torch's seed 0.

    A check fails by one of CAUGHT or ``also``; any other error is a mistake in the mutant.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for check in checks:
            torch.manual_seed(0)
            try:
                check(module)
            except (*CAUGHT, *also):
                return check.__name__
    return None

"""What every pretrained rung of the ladder may read, hold and spend."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import torch

from helpers import miniworld
from helpers.course.fingerprint import digest
from helpers.data import tokenize
from helpers.miniworld.tasks import without_test

Document = list[list[str]]
SEED, BEGINNING = 0, 100_000


@dataclass(frozen=True)
class Budget:
    """``tokens`` that the mini-world writes (punctuation among them, test sentences too: these are
    left out afterwards), trained ``parameters``, input table and softmax included, and
    ``cpu_seconds`` of pretraining, one thread's."""

    tokens: int = 2_000_000
    parameters: int = 1_000_000
    cpu_seconds: float = 600.0

    def __str__(self) -> str:
        return (
            f"{self.tokens / 1e6:g} M tokens of mini-world text, at most "
            f"{self.parameters / 1e6:g} M parameters and {self.cpu_seconds:g} CPU s"
        )


BUDGET = Budget()
CORPUS = f"mini-world, seed {SEED}, {BUDGET.tokens:,} tokens, without test sentences"


class BudgetError(Exception):
    """A training went beyond the budget; the message names the limit."""


@cache
def pretraining_text() -> list[Document]:
    """Documents, lists of sentences, lists of lower-case words: what every rung reads.

    Made once in a process, in about 20 s; not to be changed by who gets it.
    """
    documents = without_test(miniworld.text(BUDGET.tokens, SEED))
    return [[tokenize(sentence) for sentence in document] for document in documents]


@contextmanager
def one_thread() -> Iterator[None]:
    """Torch computes on one thread, whose seconds are the budget's; afterwards on as many as
    before."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def n_words() -> int:
    """The words of :func:`pretraining_text`."""
    return sum(len(sentence) for document in pretraining_text() for sentence in document)


def corpus_hash() -> str:
    """Names the text by its beginning, where another grammar or table shows as well."""
    documents = without_test(miniworld.text(BEGINNING, SEED))
    return digest("\n".join(sentence for document in documents for sentence in document))


def check_budget(name: str, card: dict) -> None:
    """Raise :class:`BudgetError` if the card's ``words``, ``parameters`` or ``cpu_seconds`` are
    above what is allowed."""
    limits = {
        "words": n_words(),
        "parameters": BUDGET.parameters,
        "cpu_seconds": BUDGET.cpu_seconds,
    }
    for what, limit in limits.items():
        if card[what] > limit:
            raise BudgetError(
                f"{name}: {what} = {card[what]:,.0f}, and the budget of the ladder allows "
                f"{limit:,.0f}."
            )

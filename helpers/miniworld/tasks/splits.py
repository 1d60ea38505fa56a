"""Which split a sentence belongs to: a hash of the sentence decides, once and for all.

So no sentence can be in two splits, whichever task, seed or shard it comes from, and text for
pretraining can leave the test sentences out without knowing the tasks.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from hashlib import blake2b
from typing import NamedTuple, TypeVar

from helpers.miniworld.tasks.rows import Splits
from helpers.settings import did_you_mean

SPLITS = ("train", "dev", "test")
SHARE = 5  # percent of all sentences that are test, and as many dev
PATIENCE = 100_000  # candidates without one that is still needed
IGNORED = re.compile(r"[\W_]+")
Row = TypeVar("Row")


class Sizes(NamedTuple):
    """Rows in each split."""

    train: int = 1200
    dev: int = 240
    test: int = 480


SIZES = Sizes()


class TaskError(ValueError):
    """A parameter of a task is not allowed, or the task can't be filled; the message says why."""


def normalised(sentence: str) -> str:
    """Letters and digits only, lower case: the same however a sentence is spaced or tokenised."""
    return IGNORED.sub("", sentence.lower())


def digest(text: str) -> int:
    """A number from 0 to 2**64 - 1, the same on every machine (BLAKE2b)."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def split_of(sentence: str) -> str:
    """``train``, ``dev`` or ``test``."""
    bucket = digest(normalised(sentence)) % 100
    if bucket < SHARE:
        return "test"
    return "dev" if bucket < 2 * SHARE else "train"


def without_test(documents: Iterable[list[str]]) -> Iterator[list[str]]:
    """Text for pretraining: the documents, lists of sentences, without any test sentence."""
    for sentences in documents:
        kept = [sentence for sentence in sentences if split_of(sentence) != "test"]
        if kept:
            yield kept


class Quota:
    """How many rows are still needed of each cell of each split."""

    def __init__(self, cells: dict[tuple[str, Hashable], int]):
        self.splits = tuple(dict.fromkeys(split for split, _ in cells))
        self.open = {key: n for key, n in cells.items() if n > 0}

    def needs(self, split: str) -> bool:
        return any(key[0] == split for key in self.open)

    def take(self, key: tuple[str, Hashable]) -> None:
        self.open[key] -= 1
        if not self.open[key]:
            del self.open[key]


def gather(
    candidates: Iterable[Row],
    sentence: Callable[[Row], str],
    cell: Callable[[Row], Hashable],
    quota: Quota,
    unique: Callable[[Row], tuple[str, ...]] | None = None,
) -> Splits:
    """Rows by split until the quota is full.

    ``sentence(row)`` decides the split. No two rows share one of the texts ``unique(row)``, by
    default the sentence. Raises TaskError when the candidates end, or long bring nothing that is
    needed.
    """
    found: Splits = {split: [] for split in quota.splits}
    seen: set[str] = set()
    idle = 0
    for row in candidates if quota.open else ():
        idle += 1
        if idle > PATIENCE:
            break
        key = split_of(sentence(row)), cell(row)
        if key not in quota.open:
            continue
        texts = unique(row) if unique else (sentence(row),)
        plain = {normalised(text) for text in texts}
        if seen & plain:
            continue
        idle = 0
        seen |= plain
        found[key[0]].append(row)
        quota.take(key)
        if not quota.open:
            break
    if quota.open:
        missing = ", ".join(f"{n} of {split} {what}" for (split, what), n in quota.open.items())
        raise TaskError(f"The world has too few different sentences; missing: {missing}.")
    return found


def even(total: int, cells: Iterable[Hashable]) -> dict[Hashable, int]:
    """``total`` shared out as evenly as it goes; the first cells get one more."""
    cells = list(cells)
    each, rest = divmod(total, len(cells))
    return {cell: each + (i < rest) for i, cell in enumerate(cells)}


def balanced(sizes: Sizes, cells: Iterable[Hashable]) -> Quota:
    """Equally many rows of every cell, in each split."""
    cells = list(cells)
    return Quota(
        {
            (split, cell): n
            for split, total in sizes._asdict().items()
            for cell, n in even(total, cells).items()
        }
    )


def allowed(parameter: str, value: object, among: Iterable[str]) -> None:
    """Raise TaskError unless ``value`` is one of ``among``."""
    among = tuple(among)
    if value not in among:
        raise TaskError(
            f"{parameter}={value!r} is not allowed: choose one of {', '.join(among)}."
            + did_you_mean(value, among)
        )


def checked(sizes: Sizes) -> Sizes:
    """The sizes, if each is an integer of at least 1."""
    for name, n in Sizes(*sizes)._asdict().items():
        at_least(f"sizes.{name}", n, 1)
    return Sizes(*sizes)


def at_least(parameter: str, value: object, least: int) -> None:
    """Raise TaskError unless ``value`` is an integer of at least ``least``."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise TaskError(f"{parameter}={value!r} is not allowed: an integer of at least {least}.")

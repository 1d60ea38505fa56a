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


def gather(
    candidates: Iterable[Row],
    texts: Callable[[Row], tuple[str, ...]],
    cell: Callable[[Row], Hashable],
    quota: dict[tuple[str, Hashable], int],
) -> Splits:
    """Rows by split until every quota ``(split, cell) -> number`` is full; no sentence twice.

    The first of a row's ``texts`` decides its split; the others come along.

    Raises TaskError when the candidates end, or long bring nothing that is needed.
    """
    open_quota = {key: n for key, n in quota.items() if n > 0}
    found: Splits = {split: [] for split, _ in quota}
    seen: set[str] = set()
    idle = 0
    for row in candidates:
        if not open_quota or idle > PATIENCE:
            break
        idle += 1
        sentences = texts(row)
        key = split_of(sentences[0]), cell(row)
        plain = {normalised(sentence) for sentence in sentences}
        if key not in open_quota or seen & plain:
            continue
        idle = 0
        seen |= plain
        found[key[0]].append(row)
        open_quota[key] -= 1
        if not open_quota[key]:
            del open_quota[key]
    if open_quota:
        missing = ", ".join(f"{n} of {split} {what}" for (split, what), n in open_quota.items())
        raise TaskError(f"The world has too few different sentences; missing: {missing}.")
    return found


def even(total: int, cells: Iterable[Hashable]) -> dict[Hashable, int]:
    """``total`` shared out as evenly as it goes; the first cells get one more."""
    cells = list(cells)
    each, rest = divmod(total, len(cells))
    return {cell: each + (i < rest) for i, cell in enumerate(cells)}


def quotas(sizes: Sizes, cells: Iterable[Hashable]) -> dict[tuple[str, Hashable], int]:
    """Balanced quotas of every split."""
    cells = list(cells)
    return {
        (split, cell): n
        for split, total in sizes._asdict().items()
        for cell, n in even(total, cells).items()
    }


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

"""Rows of two sentences, both of which belong to the row's split."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Protocol

from helpers.miniworld.choice import Choices
from helpers.miniworld.tasks.rows import Splits
from helpers.miniworld.tasks.sayings import in_split
from helpers.miniworld.tasks.splits import PATIENCE, Quota, Row, gather, split_of


class Writer(Protocol):
    """``premise(label)`` draws what a row is about and says it, None if nothing came of it;
    ``hypothesis()`` is one way, at random, to say what goes with it."""

    def premise(self, label) -> str | None: ...

    def hypothesis(self) -> str | None: ...


def paired(
    writers: Mapping[str, Writer],
    quota: Quota,
    row: Callable[[str, str, Hashable, str], Row],
    choices: Choices,
) -> Splits:
    """Rows ``row(first, second, label, kind)`` until the quota of (kind, label) is full, shuffled.

    The third field of a row is its label, whatever its name.
    Raises TaskError when long nothing comes that is needed.
    """
    found = gather(
        _drawn(writers, quota, row),
        lambda made: made[0],
        lambda made: (made.kind, made[2]),
        quota,
        lambda made: (f"{made[0]} / {made[1]}",),
    )
    return {split: choices.shuffled(rows) for split, rows in found.items()}


def _drawn(writers: Mapping[str, Writer], quota: Quota, row: Callable) -> Iterator:
    idle = 0
    while idle < PATIENCE:
        for kind, label in dict.fromkeys(cell for _, cell in quota.open):
            idle += 1
            first = writers[kind].premise(label)
            if first is None or (split_of(first), (kind, label)) not in quota.open:
                continue
            second = in_split(writers[kind].hypothesis, split_of(first), first)
            if second is not None:
                idle = 0
                yield row(first, second, label, kind)

"""Random choices that anyone can repeat, and what they cost.

Every choice adds its -log p (nats) to a running sum: the generator's own surprisal, an upper bound
on the entropy of what it writes. Choices come from ``random.Random(...).random()`` alone, whose
stream is the same on every Python version and machine; weights are integers, so that no rounding
of a math library can move a boundary.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import Any

_UNIT = 1 << 40
_LOG = [0.0] + [math.log(n) for n in range(1, 4097)]


class Weighted:
    """Items with weights, prepared once: ``choices.weighted(table)`` costs one bisection."""

    __slots__ = ("bounds", "items", "surprisals", "total")

    def __init__(self, items: Sequence, weights: Sequence[float]):
        if len(items) != len(weights) or not items:
            raise ValueError(
                f"weights: {len(weights)} for {len(items)} items; one each, at least one."
            )
        if min(weights) < 0 or max(weights) <= 0:
            raise ValueError(
                f"weights: {min(weights)} to {max(weights)}; none negative, not all 0."
            )
        whole = [round(w / max(weights) * _UNIT) for w in weights]
        self.items = tuple(items)
        self.bounds = list(accumulate(whole))
        self.total = self.bounds[-1]
        self.surprisals = [math.log(self.total / w) if w else math.inf for w in whole]

    @classmethod
    def zipf(cls, items: Sequence, exponent: float = 1.0, shift: float = 2.7) -> "Weighted":
        """Weight (rank + shift)^-exponent by position (Mandelbrot 1953), rank from 0."""
        return cls(items, [(rank + shift) ** -exponent for rank in range(len(items))])

    def surprisal(self, item) -> float:
        """-log p of one item, in nats."""
        return self.surprisals[self.items.index(item)]


class Choices:
    """A stream of choices, the same for the same key: ``Choices(seed, "shard", 3)``."""

    __slots__ = ("_random", "surprisal")

    def __init__(self, *key: int | str):
        self._random = Random("/".join(map(str, key))).random
        self.surprisal = 0.0

    def pick(self, items: Sequence) -> Any:
        """One of the items, all equally likely."""
        n = len(items)
        self.surprisal += _LOG[n] if n <= 4096 else math.log(n)
        return items[int(self._random() * n)]

    def weighted(self, table: Weighted) -> Any:
        """One item of a prepared table."""
        i = bisect_right(table.bounds, self._random() * table.total)
        self.surprisal += table.surprisals[i]
        return table.items[i]

    def chance(self, p: float) -> bool:
        """True with probability p; p = 0 and 1 cost nothing."""
        yes = self._random() < p
        if 0 < p < 1:
            self.surprisal -= math.log(p if yes else 1 - p)
        return yes

    def number(self, low: int, high: int) -> int:
        """An integer from low to high, both included."""
        n = high - low + 1
        self.surprisal += math.log(n)
        return low + int(self._random() * n)

    def sample(self, items: Sequence, k: int) -> list:
        """k different places of ``items`` in random order (at most all of them)."""
        pool, chosen = list(items), []
        for _ in range(min(k, len(pool))):
            n = len(pool)
            self.surprisal += math.log(n)
            i = int(self._random() * n)
            pool[i], pool[-1] = pool[-1], pool[i]
            chosen.append(pool.pop())
        return chosen

    def shuffled(self, items: Sequence) -> list:
        """All items in random order."""
        return self.sample(items, len(items))

    def spent(self) -> float:
        """The surprisal since the last call, in nats (a sentence records it)."""
        nats, self.surprisal = self.surprisal, 0.0
        return nats

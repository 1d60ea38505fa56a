"""One world: the lexicon, a seed, and what the genres prepare once before they write."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeVar

from helpers.miniworld.choice import Choices
from helpers.miniworld.lexicon import lexicon

Part = TypeVar("Part")


class World:
    """What all documents share.

    ``seed`` draws what holds everywhere in this world (which word is frequent, which fact is
    rare). ``bias``, 0 to 1, is the strength of the association planted between invented first
    names and invented jobs: 0 plants none.
    """

    def __init__(self, seed: int = 0, bias: float = 0.0):
        if not 0 <= bias <= 1:
            raise ValueError(f"bias={bias!r}: a number from 0 (none) to 1 is allowed.")
        self.seed = seed
        self.bias = bias
        self.lexicon = lexicon()
        self._parts: dict = {}

    def part(self, maker: Callable[[World], Part]) -> Part:
        """What ``maker`` prepares from this world, made at the first use and kept."""
        if maker not in self._parts:
            self._parts[maker] = maker(self)
        return self._parts[maker]

    def choices(self, *key: int | str) -> Choices:
        """A stream of choices of this world's own, the same for the same key."""
        return Choices("world", self.seed, *key)


@cache
def world(seed: int = 0, bias: float = 0.0) -> World:
    """The world with this seed, built once."""
    return World(seed, bias)

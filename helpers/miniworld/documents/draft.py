"""What a genre hands over: terms in reading order, before any language has touched them.

Every genre is a module with a public function ``write(world, choices) -> Draft``.
"""

from __future__ import annotations

from typing import NamedTuple

from helpers.miniworld.terms import Sentence


class Said(NamedTuple):
    """One sentence to be spoken; ``sentiment`` from -1 to 1, None where there is none to speak
    of; ``surprisal`` the nats its choices cost (``choices.spent()`` right after it was made)."""

    term: Sentence
    sentiment: float | None = None
    surprisal: float = 0.0


class Draft(NamedTuple):
    """A document as terms. ``topic`` is the name of what it is about (an entity, a lemma)."""

    genre: str
    topic: str
    sentences: tuple[Said, ...]

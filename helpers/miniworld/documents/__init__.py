"""The genres of the mini-world and how they mix: encyclopedia, stories, reviews, letters.

Every document has its own stream of choices, named by seed, shard and position, so it is the same
however many are read before it.
"""

from collections.abc import Iterator

from helpers.miniworld.choice import Choices, Weighted
from helpers.miniworld.documents import encyclopedia, letters, reviews, stories, usage
from helpers.miniworld.documents.draft import Draft
from helpers.miniworld.world import World, world

__all__ = ["GENRES", "drafts", "write"]

# Shares of documents, not of tokens.
GENRES = {
    encyclopedia.write: 0.27,
    stories.write: 0.33,
    reviews.write_film: 0.14,
    reviews.write_gadget: 0.12,
    letters.write: 0.08,
    usage.write: 0.06,
}
_MIX = Weighted(list(GENRES), list(GENRES.values()))


def write(of: World, choices: Choices) -> Draft:
    """A document of any genre."""
    return choices.weighted(_MIX)(of, choices)


def drafts(seed: int = 0, shard: int = 0, bias: float = 0.0) -> Iterator[Draft]:
    """Documents without end, as terms. ``seed`` is the world's, shards are parts of one corpus."""
    of = world(seed, bias)
    position = 0
    while True:
        yield write(of, Choices("document", seed, shard, position))
        position += 1

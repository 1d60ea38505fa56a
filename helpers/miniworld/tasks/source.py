"""Where tasks that annotate running text get their sentences."""

from collections.abc import Iterator

from helpers import miniworld
from helpers.miniworld.gold import Sentence
from helpers.miniworld.terms import Fact

FOREVER = 10**9
SHARD = 1_000_003  # far from the shards that pretraining reads


def sentences(seed: int) -> Iterator[Sentence]:
    """Gold sentences of all genres, without end, from a shard of their own."""
    for document in miniworld.documents(FOREVER, seed=seed, shard=SHARD):
        yield from document.sentences


def facts(n_tokens: int, seed: int, shard: int) -> Iterator[Fact]:
    """Every fact that the text states, as often as it does."""
    for document in miniworld.documents(n_tokens, seed=seed, shard=shard):
        for sentence in document.sentences:
            yield from sentence.facts

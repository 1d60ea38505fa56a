"""Where tasks that annotate running text get their sentences."""

from collections.abc import Iterator

from helpers import miniworld
from helpers.miniworld.annotate import annotated
from helpers.miniworld.documents import drafts
from helpers.miniworld.english import text
from helpers.miniworld.gold import Sentence
from helpers.miniworld.tasks.splits import Quota, split_of
from helpers.miniworld.terms import Fact

SHARD = 1_000_003  # far from the shards that pretraining reads


def sentences(seed: int, quota: Quota) -> Iterator[Sentence]:
    """Gold sentences of all genres, without end, from a shard of their own.

    Only of splits that the quota still needs: what will be thrown away isn't annotated.
    """
    for draft in drafts(seed, SHARD):
        for said in draft.sentences:
            if quota.needs(split_of(text(said.term))):
                yield annotated(said.term, said.surprisal, said.sentiment)


def facts(n_tokens: int, seed: int, shard: int) -> Iterator[Fact]:
    """Every fact that the text states, as often as it does."""
    for document in miniworld.documents(n_tokens, seed, shard):
        for sentence in document.sentences:
            yield from sentence.facts

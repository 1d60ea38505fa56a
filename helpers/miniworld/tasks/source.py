"""Where tasks that annotate running text get their sentences."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from helpers import miniworld
from helpers.miniworld.annotate import annotated
from helpers.miniworld.documents import drafts
from helpers.miniworld.english import text
from helpers.miniworld.gold import Sentence
from helpers.miniworld.tasks.splits import SPLITS, Quota, split_of
from helpers.miniworld.terms import Fact
from helpers.miniworld.terms import Sentence as Term

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


class Passage(NamedTuple):
    """The beginning of a document. Its sentences all belong to its split or to one that is seen
    before it: a train passage has train sentences only. ``own`` are those of the split itself."""

    genre: str
    split: str
    sentences: tuple[Sentence, ...]
    own: tuple[int, ...]

    @property
    def text(self) -> str:
        return " ".join(sentence.text for sentence in self.sentences)


def passages(
    seed: int,
    longest: int,
    needed: Callable[[str, str], bool],
    useful: Callable[[str, Term], bool],
) -> Iterator[Passage]:
    """Documents up to ``longest`` sentences, without end, from the same shard; only those whose
    genre and split are ``needed`` and that have a sentence of their own that is ``useful``."""
    for draft in drafts(seed, SHARD):
        if not any(needed(draft.genre, split) for split in SPLITS):
            continue
        terms = [said.term for said in draft.sentences[:longest]]
        splits = [split_of(text(term)) for term in terms]
        split = max(splits, key=SPLITS.index)
        if not needed(draft.genre, split):
            continue
        own = tuple(i for i, of in enumerate(splits) if of == split)
        if any(useful(draft.genre, terms[i]) for i in own):
            yield Passage(draft.genre, split, tuple(map(annotated, terms)), own)

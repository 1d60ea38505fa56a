"""The lexicon and what stories, reviews and letters speak of beyond the shared tables.

``story_nouns``, ``story_verbs``, ``story_adjectives`` and ``story_adverbs`` have the columns of
the shared tables; a row there comes before the shared one.
"""

from functools import cache

from helpers.miniworld import tables
from helpers.miniworld.lexicon import Adverb, Lexicon, adjective_of, lexicon, noun_of, verb_of


class Vocabulary(Lexicon):
    """The lexicon's own words and more; what both have is the same object."""

    def __init__(self):
        shared = lexicon()
        self.senses, self.words = shared.senses, shared.words
        self.entities, self._people = shared.entities, shared._people
        self.nouns = shared.nouns | {r.lemma: noun_of(r) for r in tables.rows("story_nouns")}
        adjectives = tables.rows("story_adjectives")
        self.adjectives = shared.adjectives | {r.lemma: adjective_of(r) for r in adjectives}
        adverbs = tables.rows("story_adverbs")
        self.adverbs = shared.adverbs | {r.lemma: Adverb(*r[:3]) for r in adverbs}
        verbs = [verb_of(row) for row in tables.rows("story_verbs")]
        self.verbs = {v.lemma: v for v in reversed(verbs)} | shared.verbs
        self.frames = shared.frames | {(v.lemma, v.frame): v for v in reversed(verbs)}
        self.frames |= {(v.lemma, v.frame, v.preposition): v for v in verbs if v.preposition}


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary, read once."""
    return Vocabulary()

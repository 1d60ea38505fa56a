"""The lexicon and what stories, reviews and letters speak of beyond the shared tables.

``story_nouns``, ``story_verbs``, ``story_adjectives`` and ``story_adverbs`` have the columns of
the shared tables; a row there comes before the shared one.
"""

from functools import cache

from helpers.miniworld import tables
from helpers.miniworld.lexicon import Adverb, Lexicon, _adjective, _noun, _verb, lexicon


def _own(table: str, row_type: type) -> tuple:
    return tables.read(tables.FOLDER / f"story_{table}.tsv", row_type)


class Vocabulary(Lexicon):
    """The lexicon's own words and more; what both have is the same object."""

    def __init__(self):
        shared = lexicon()
        self.senses, self.words = shared.senses, shared.words
        self.entities, self._people = shared.entities, shared._people
        self.nouns = shared.nouns | {r.lemma: _noun(r) for r in _own("nouns", tables.NounRow)}
        adjectives = _own("adjectives", tables.AdjectiveRow)
        self.adjectives = shared.adjectives | {r.lemma: _adjective(r) for r in adjectives}
        adverbs = _own("adverbs", tables.AdverbRow)
        self.adverbs = shared.adverbs | {r.lemma: Adverb(*r[:3]) for r in adverbs}
        verbs = [_verb(row) for row in _own("verbs", tables.VerbRow)]
        self.verbs = {v.lemma: v for v in reversed(verbs)} | shared.verbs
        self.frames = shared.frames | {(v.lemma, v.frame): v for v in reversed(verbs)}
        self.frames |= {(v.lemma, v.frame, v.preposition): v for v in verbs if v.preposition}


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary, read once."""
    return Vocabulary()

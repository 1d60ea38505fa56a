"""The terms of the grammar's tests with lexemes of the tables, which have German."""

from functools import cache

import miniworld_words as fixture

from helpers.miniworld.lexicon import (
    Adjective,
    Adverb,
    Entity,
    FunctionWord,
    Noun,
    Verb,
)
from helpers.miniworld.vocabulary import vocabulary

# fmt: off
KINDS = ["place", "time", "possession", "cause", "company", "purpose", "direction", "means",
         "topic", "determiner", "quantifier", "question", "indefinite", "subordinator",
         "coordinator", "modal", "complementizer"]
# fmt: on
SENSES = {"key": "key.lock", "crack": "crack.gap"}
FRAMES = {
    "see": "transitive",
    "write": "transitive",
    "wait": "prepositional",
    "give": "ditransitive",
    "buy": "ditransitive",
    "say": "clause",
    "want": "clause",
    "sleep": "intransitive",
    "break": "transitive",
}
BORN = {
    "European": Adjective("European", german="europäisch"),
    "hour": Noun("hour", "hours", "time", False, "", "Stunde", "f", "Stunden", "Stunde"),
    "Beatles": vocabulary().entity("Beatles", "organisation"),
}


def germanised(term):
    """The same term, every lexeme replaced by that of the tables."""
    if isinstance(term, tuple):
        parts = [germanised(part) for part in term]
        return tuple(parts) if type(term) is tuple else tuple.__new__(type(term), parts)
    if isinstance(term, Noun | Verb | Adjective | Adverb | Entity | FunctionWord):
        return _german(term)
    return term


@cache
def _german(word):
    words = vocabulary()
    name = word.name if isinstance(word, Entity) else word.lemma
    if name in BORN:
        return BORN[name]
    if isinstance(word, Noun):
        return words.sense(SENSES[name]) if name in SENSES else words.noun(name)
    if isinstance(word, Verb):
        frame = FRAMES.get(name, "")
        return words.verb(name, frame, word.preposition if frame == "prepositional" else "")
    if isinstance(word, Adjective):
        return words.adjective(name)
    if isinstance(word, Adverb):
        return words.adverb(name)
    if isinstance(word, Entity):
        return _entity(word)
    kinds = [word.kind] if word.kind else KINDS
    if name in ("some", "most", "none") and not word.kind:
        kinds = ["quantifier"]
    if name == "for" and not word.kind:
        kinds = ["purpose"]
    found = next(((name, k) for k in kinds if (name, k) in words.words), None)
    return words.words[found] if found else words.word(name, "topic")


def _entity(entity: Entity) -> Entity:
    if entity.label == "PER":
        first, _, last = entity.name.partition(" ")
        return vocabulary().person(first, entity.gender, last)
    return vocabulary().entity(entity.name, entity.kind)


def sentence(pick, depth: int = 2):
    """A random term that German can say."""
    return germanised(fixture.Maker(pick).sentence(depth))

"""The words an encyclopedia needs, found by the forms that the tables' cells hold.

The general vocabulary is the one of the stories; what only facts speak of (*border*, *yen*) stands
in three tables of its own with the same columns: ``fact_nouns``, ``fact_verbs`` and
``fact_adjectives``.
"""

from __future__ import annotations

from functools import cached_property

from helpers.miniworld import lexicon, tables
from helpers.miniworld.documents.facts import Key, known_facts
from helpers.miniworld.lexicon import Adjective, Adverb, Entity, FunctionWord, Noun, Verb
from helpers.miniworld.terms import (
    PLURAL,
    SINGULAR,
    Adjunct,
    Clause,
    Common,
    Described,
    Gap,
    Gerund,
    Phrase,
)
from helpers.miniworld.vocabulary import vocabulary
from helpers.miniworld.world import World

# What has a name but no table: its entity type.
LABELS = {
    "continent": "LOC",
    "place": "LOC",
    "event": "EVENT",
    "religion": "MISC",
    "team": "ORG",
    "party": "ORG",
    "label": "ORG",
}
ARTICLES = ("a ", "an ", "the ")


class Words:
    """Lookups by cell; ``world.part(Words)`` makes them once."""

    def __init__(self, world: World):
        self.lexicon = known = vocabulary()
        own = [lexicon.noun_of(row) for row in tables.rows("fact_nouns")]
        self.nouns = {noun.lemma: noun for noun in own} | known.nouns
        self.by_plural = {n.plural: n for n in (*own, *known.nouns.values()) if n.plural}
        verbs = [lexicon.verb_of(row) for row in tables.rows("fact_verbs")]
        self.frames = {(v.lemma, v.frame, v.preposition): v for v in verbs}
        self.verbs = {v.lemma: v for v in reversed(verbs)} | known.verbs
        adjectives = tables.rows("fact_adjectives")
        self.adjectives = {row.lemma: lexicon.adjective_of(row) for row in adjectives}
        self.adjectives |= known.adjectives
        self.dead = {row.name for row in tables.rows("people") if row.died is not None}
        self.classes = {row.lemma: row.cls for row in tables.rows("things")}
        self.kinds = {row.name: row.kind for row in tables.rows("organisations")}
        self.making = {row.title: row.verb for row in tables.rows("works")}
        self.languages = {row.name: row.languages for row in tables.rows("countries")}
        self._entities: dict[Key, Entity] = {}

    # ------------------------------------------------------------------- lexemes

    def word(self, lemma: str, kind: str) -> FunctionWord:
        return self.lexicon.word(lemma, kind)

    def noun(self, lemma: str) -> Noun:
        return _found(self.nouns, lemma, "noun")

    def verb(self, lemma: str, frame: str = "", preposition: str = "") -> Verb:
        """The verb with this frame, the facts' own first; any frame where none is asked for."""
        if (lemma, frame, preposition) in self.frames:
            return self.frames[lemma, frame, preposition]
        if frame:
            return self.lexicon.verb(lemma, frame, preposition)
        return _found(self.verbs, lemma, "verb")

    def adjective(self, lemma: str) -> Adjective:
        return _found(self.adjectives, lemma, "adjective")

    def adverb(self, lemma: str) -> Adverb:
        return self.lexicon.adverb(lemma)

    @cached_property
    def by_gerund(self) -> dict[str, Verb]:
        return {verb.gerund: verb for verb in self.verbs.values()}

    @cached_property
    def by_participle(self) -> dict[str, Verb]:
        return {verb.participle: verb for verb in self.verbs.values()}

    @cached_property
    def nationalities(self) -> dict[str, Adjective]:
        """The adjective of every country that has one: *French*."""
        return {
            row.name: Adjective(row.adjective, german=row.german_adjective)
            for row in tables.rows("countries")
            if row.adjective
        }

    @cached_property
    def spoken(self) -> dict[str, list[str]]:
        """The languages of every person."""
        found: dict[str, list[str]] = {}
        for known in known_facts():
            if known.fact.relation == "P1412":
                found.setdefault(known.subject.name, []).append(known.object.name)
        return found

    # -------------------------------------------------------------------- entities

    def entity(self, key: Key) -> Entity:
        """The named thing behind a key; the same object for the same key."""
        if key not in self._entities:
            self._entities[key] = self._entity(key)
        return self._entities[key]

    def _entity(self, key: Key) -> Entity:
        listed = self.lexicon.entities.get((key.name, key.kind))
        if listed is not None:
            return listed
        if key.kind == "person":
            return Entity(key.name, "person", "PER", "male", animate=True, german=key.name)
        label = LABELS.get(key.kind, "MISC")
        if key.kind == "party":
            return Entity(f"{key.name} Party", "party", label, article="the", german=key.name)
        return Entity(key.name, key.kind, label, german=key.name)

    # ----------------------------------------------------------------------- cells

    def cell(self, text: str) -> Phrase:
        """The noun phrase that a cell holds: *feathers*, *a forest*, *fear*, *typing*."""
        for article in ARTICLES:
            if text.startswith(article):
                return self._with_article(text.removeprefix(article), article.strip())
        if text in self.by_plural:
            return Common(self.by_plural[text], PLURAL)
        if text not in self.nouns and text in self.by_gerund:
            return Gerund(Clause(self.by_gerund[text], Gap()))
        return Common(self.noun(text))

    def counted(self, text: str, number: str) -> Phrase:
        """What the cell's noun is with this number: *a pond*, *ponds*; a cell that has an article
        or a plural already stays as it is."""
        if text.startswith(ARTICLES) or text not in self.nouns:
            return self.cell(text)
        noun = self.noun(text)
        if not noun.plural:
            return Common(noun)
        return Common(noun, number, None if number == PLURAL else self.word("a", "determiner"))

    def _with_article(self, text: str, article: str) -> Common:
        determiner = self.word("a" if article == "an" else article, "determiner")
        if text in self.by_plural and text not in self.nouns:
            return Common(self.by_plural[text], PLURAL, determiner)
        return Common(self.noun(text), SINGULAR, determiner)

    def currency(self, name: str) -> Common:
        """*the euro*, *the Swiss franc*: the last word is the noun."""
        *origin, noun = name.split(" ")
        adjectives = tuple(Described(self._origin(word)) for word in (" ".join(origin),) if word)
        return Common(self.noun(noun), SINGULAR, self.word("the", "determiner"), adjectives)

    def _origin(self, word: str) -> Adjective:
        return self._origins.setdefault(word, Adjective(word))

    @cached_property
    def _origins(self) -> dict[str, Adjective]:
        return {adjective.lemma: adjective for adjective in self.nationalities.values()}

    def action(self, text: str) -> Clause:
        """A verb phrase such as *lock the door*: verb, object, and a preposition's phrase."""
        first, _, rest = text.partition(" ")
        if not rest:
            return Clause(self.verb(first, "intransitive"))
        if rest in self.lexicon.adverbs:
            return Clause(self.verb(first), adjuncts=(Adjunct(self.adverb(rest)),))
        return Clause(self.verb(first, "transitive"), object=self.cell(rest))


def _found(words: dict, lemma: str, what: str):
    if lemma not in words:
        raise lexicon.UnknownWord(f"No {what} {lemma!r} in the lexicon or among the facts' own.")
    return words[lemma]

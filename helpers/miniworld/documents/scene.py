"""Who and what a document talks about, and how patterns are filled with them.

A pronoun is used where a reader can't miss whom it means: its referent was spoken of in this
sentence or the one before. *She* and *he* need that nobody else of that gender was; *it* and *they*
that nothing else was since.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from helpers.miniworld.choice import Choices
from helpers.miniworld.documents.draft import Draft, Said
from helpers.miniworld.lexicon import Entity, FunctionWord, Noun
from helpers.miniworld.patterns import Item, Pattern, Slot
from helpers.miniworld.terms import (
    PAST,
    SINGULAR,
    Common,
    Described,
    Name,
    Phrase,
    Pronoun,
    Referent,
    Sentence,
)
from helpers.miniworld.vocabulary import vocabulary

PRONOUN = 0.8  # how often one is used where it may be
FIRST_ID = 10  # below are those who speak and listen


class Actor:
    """Someone or something with an identity: a name, or a noun with its adjectives."""

    __slots__ = ("adjectives", "entity", "full", "noun", "referent", "said", "short")

    def __init__(self, referent: Referent, full: Phrase, short: Phrase):
        self.referent = referent
        self.full = full
        self.short = short
        self.said = False
        self.entity: Entity | None = referent.entity
        self.noun: Noun | None = referent.noun

    @property
    def kind(self) -> tuple[str, str]:
        return self.referent.gender, self.referent.number

    @property
    def topic(self) -> str:
        return self.entity.name if self.entity else self.noun.lemma


class Scene:
    """One document in the making. ``draw`` fills the slots that name no actor."""

    __slots__ = (
        "_here",
        "actors",
        "before",
        "choices",
        "draw",
        "last",
        "seen",
        "sentences",
        "step",
        "tense",
    )

    def __init__(self, choices: Choices, draw: Callable[[str, str], Any], tense: str = PAST):
        self.choices = choices
        self.draw = draw
        self.tense = tense
        self.actors: dict[str, Actor] = {}
        self.last: dict[tuple[str, str], tuple[int, int]] = {}
        self.seen: dict[int, int] = {}
        self.step = 0
        self.sentences: list[Said] = []

    # -- cast

    def named(self, letter: str, entity: Entity, noun: Noun | None = None) -> Actor:
        """A person, film, … with a name; ``noun`` for *the film*."""
        gender = entity.gender if entity.animate else "neuter"
        referent = self._referent(gender, entity.number, entity.animate, entity, noun)
        name = Name(entity, referent)
        the = _word("the")
        short = Common(noun, SINGULAR, the, referent=referent) if noun else name
        return self._cast(letter, Actor(referent, name, short))

    def thing(
        self,
        letter: str,
        noun: Noun,
        adjectives: tuple[Described, ...] = (),
        gender: str = "neuter",
        number: str = SINGULAR,
    ) -> Actor:
        """*an old key*, then *the old key*, *the key*, *it*."""
        referent = self._referent(gender, number, noun.animate, None, noun)
        first = _word("a") if number == SINGULAR else _word("some")
        full = Common(noun, number, first, adjectives, referent=referent)
        short = Common(noun, number, _word("the"), referent=referent)
        return self._cast(letter, Actor(referent, full, short))

    def _referent(self, gender, number, animate, entity, noun) -> Referent:
        return Referent(FIRST_ID + len(self.actors), gender, number, 3, animate, entity, noun)

    def _cast(self, letter: str, actor: Actor) -> Actor:
        self.actors[letter] = actor
        return actor

    # -- filling

    def fill(self, slot: Slot) -> Any:
        """What a slot stands for (handed to ``Pattern.fill``)."""
        actor = self.actors.get(slot.name)
        if actor:
            return self.mention(actor, slot.mode)
        name = slot.name
        if name.startswith("n."):
            actor = self.actors.get(name[2:])
            if actor and not actor.entity:
                self._remember(actor)
                return Item(actor.noun, actor.referent, actor.referent.number)
        return self.draw(name, slot.mode)

    def mention(self, actor: Actor, mode: str) -> Phrase:
        referent = actor.referent
        if mode in ("1", "2"):
            return Pronoun(referent._replace(person=int(mode)))
        if mode == "*" or (mode == "~" and actor.said) or (mode != "!" and self._is_clear(actor)):
            self._remember(actor)
            return Pronoun(referent)
        phrase = actor.short if actor.said else actor.full
        actor.said = True
        self._remember(actor)
        return phrase

    def _remember(self, actor: Actor) -> None:
        self.last[actor.kind] = (actor.referent.id, self.step)
        self.seen[actor.referent.id] = self.step

    def distract(self, number: str) -> None:
        """Some other thing was spoken of: *it* or *they* would now mean that."""
        self.last["neuter", number] = (0, self.step)

    def _is_clear(self, actor: Actor) -> bool:
        kind = actor.kind
        identity, step = self.last.get(kind, (0, 0))
        if identity != actor.referent.id or step < self.step - 1:
            return False
        if kind[0] != "neuter" and any(
            other.kind == kind and self.seen.get(other.referent.id, -2) >= self.step - 1
            for other in self.actors.values()
            if other is not actor
        ):
            return False
        return step == self.step or self.choices.chance(PRONOUN)

    # -- sentences

    def term(self, pattern: Pattern) -> Sentence:
        """The next sentence of the document, not yet said."""
        self.step += 1
        return pattern.fill(self.fill, self.tense)

    def say(self, pattern: Pattern, sentiment: float | None = None) -> None:
        term = self.term(pattern)
        self.add(term, sentiment)

    def add(self, term: Sentence, sentiment: float | None = None) -> None:
        self.sentences.append(Said(term, sentiment, self.choices.spent()))

    def draft(self, genre: str, topic: str) -> Draft:
        return Draft(genre, topic, tuple(self.sentences))


def _word(lemma: str) -> FunctionWord:
    return vocabulary().word(lemma, "determiner")

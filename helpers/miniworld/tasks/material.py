"""People, things and what they do: the material from which the tasks build their sentences.

All of it is drawn from what the stories of one world say: a network that has read them can know
every word, and its number, that it is asked for.
"""

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from helpers.miniworld.choice import Choices
from helpers.miniworld.documents.stories import Stories
from helpers.miniworld.documents.story_words import REFLEXIVE
from helpers.miniworld.lexicon import Adjective, Entity, FunctionWord, Lexicon, Noun, Verb, lexicon
from helpers.miniworld.terms import (
    NOW,
    PLURAL,
    SINGULAR,
    At,
    Clause,
    Common,
    Form,
    Name,
    Phrase,
    Referent,
)
from helpers.miniworld.world import world

# What stands about and can be stood near, behind, beside …
PLACES = ("furniture", "building", "vehicle")
PREPOSITIONS = ("near", "behind", "beside", "opposite")

# fmt: off
# A sentence is wrong when these have an object.
TAKES_NONE = {
    "arrive", "blush", "cough", "depart", "disappear", "fall", "hesitate", "kneel", "laugh", "rest",
    "sleep", "smile", "sneeze", "snore", "stumble", "tremble", "yawn", "sit", "snow", "quarrel",
    "happen", "faint", "giggle", "shiver",
}
# fmt: on


class Stock(NamedTuple):
    """A world's words by what they can do; all nouns but the masses can be counted."""

    people: tuple[Noun, ...]
    places: tuple[Noun, ...]
    masses: tuple[Noun, ...]
    deeds: tuple[Verb, ...]
    actions: tuple[tuple[Verb, tuple[Noun, ...]], ...]
    dealings: tuple[Verb, ...]
    reflexive: tuple[Verb, ...]
    qualities: tuple[Adjective, ...]
    names: dict[str, tuple[str, ...]]


@cache
def stock(seed: int) -> Stock:
    """What ``world(seed)`` speaks of."""
    said = world(seed).part(Stories)
    dealings = said.verbs["deal"].items
    names = {
        gender: tuple(e.name for e in said.names.first.items if e.gender == gender)
        for gender in ("female", "male")
    }
    return Stock(
        _regular(said.nouns["person"].items),
        _regular(noun for kind in PLACES for noun in said.nouns[kind].items),
        tuple(n for n in said.nouns["drink"].items if not n.plural),
        tuple(dict.fromkeys((*said.verbs["act"].items, *said.verbs["deed"].items))),
        tuple((verb, found) for verb, nouns in said.doing.items if (found := _regular(nouns))),
        dealings,
        tuple(verb for verb in dealings if verb.lemma in REFLEXIVE),
        said.adjectives["person"].items,
        names,
    )


def _regular(nouns: Iterable[Noun]) -> tuple[Noun, ...]:
    """Those of one word whose plural looks different: else a pair of numbers is no pair."""
    return tuple(n for n in nouns if " " not in n.lemma and n.plural not in ("", n.lemma))


class Kit:
    """Draws words and small phrases of ``world(seed)``; a referent id is used once a sentence."""

    def __init__(self, *key: int | str, seed: int = 0):
        self.choices = Choices(*key)
        self.words: Lexicon = lexicon()
        self.stock = stock(seed)
        self._referents = 0

    def word(self, lemma: str, kind: str) -> FunctionWord:
        return self.words.word(lemma, kind)

    def pick(self, items):
        return self.choices.pick(items)

    def number(self) -> str:
        return self.pick((SINGULAR, PLURAL))

    def referent(self, gender: str = "neuter", number: str = SINGULAR, **more) -> Referent:
        self._referents += 1
        return Referent(self._referents, gender, number, animate=gender != "neuter", **more)

    def the(self, noun: Noun, number: str = SINGULAR, after: tuple = (), **more) -> Common:
        return Common(noun, number, self.word("the", "determiner"), after=after, **more)

    def person(self, number: str = SINGULAR, **more) -> Common:
        return self.the(self.pick(self.stock.people), number, **more)

    def place(self, number: str = SINGULAR, after: tuple = ()) -> At:
        """*near the windows*."""
        noun = self.pick(self.stock.places)
        preposition = self.word(self.pick(PREPOSITIONS), "place")
        return At(preposition, self.the(noun, number, after))

    def name(self, gender: str = "") -> Name:
        gender = gender or self.pick(("female", "male"))
        entity: Entity = self.words.person(self.pick(self.stock.names[gender]), gender)
        return Name(entity, self.referent(gender))

    def action(self, subject: Phrase | None, form: Form = NOW, number: str = "", **more) -> Clause:
        """Someone does something to a thing: *the doctor opens the box*."""
        verb, objects = self.pick(self.stock.actions)
        thing = self.the(self.pick(objects), number or self.number())
        return Clause(verb, subject, thing, form=form, **more)

    def deed(self, subject: Phrase | None, form: Form = NOW, **more) -> Clause:
        """*the doctor smiles*."""
        return Clause(self.pick(self.stock.deeds), subject, form=form, **more)

    def dealing(self, subject: Phrase | None, other: Phrase, form: Form = NOW) -> Clause:
        """Someone does something to someone: *the doctor greets the guest*."""
        return Clause(self.pick(self.stock.dealings), subject, other, form=form)


def other(number: str) -> str:
    """The other grammatical number."""
    return PLURAL if number == SINGULAR else SINGULAR

"""People, things and what they do: the material from which the tasks build their sentences."""

from collections import defaultdict
from functools import cache
from typing import NamedTuple

from helpers.miniworld import tables
from helpers.miniworld.choice import Choices
from helpers.miniworld.lexicon import Entity, FunctionWord, Lexicon, Noun, Verb, lexicon
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

# What stands about and can be stood near, behind, beside …
PLACES = ("furniture", "building", "vehicle")
PREPOSITIONS = ("near", "behind", "beside", "opposite")
# fmt: off
# A sentence is wrong when these have no object, or when those have one.
NEEDS_OBJECT = {
    "accompany", "admire", "avoid", "carry", "contain", "destroy", "describe", "discover",
    "discuss", "damage", "examine", "find", "hold", "install", "mention", "need", "own", "praise",
    "protect", "punish", "reach", "recommend", "repair", "rescue", "resemble", "use", "want",
    "wear", "value", "get", "buy", "enjoy", "make", "cut", "design", "invent", "produce", "publish",
    "recognise", "thank", "greet", "like", "love", "hate", "fill", "lift", "prefer", "bury",
}
TAKES_NONE = {
    "arrive", "blush", "cough", "depart", "disappear", "fall", "hesitate", "kneel", "laugh", "rest",
    "sleep", "smile", "sneeze", "snore", "stumble", "tremble", "yawn", "sit", "snow", "quarrel",
    "happen", "faint", "giggle", "shiver",
}
# What one may well do to oneself.
REFLEXIVE = {
    "admire", "avoid", "betray", "blame", "defend", "deceive", "describe", "despise", "distrust",
    "envy", "forgive", "hate", "help", "hurt", "like", "love", "mention", "mock", "observe",
    "photograph", "praise", "protect", "punish", "rescue", "respect", "ridicule", "scold", "trust",
    "understand",
}
# fmt: on


class Stock(NamedTuple):
    """The lexicon's words by what they can do; all nouns can be counted."""

    people: tuple[Noun, ...]
    places: tuple[Noun, ...]
    masses: tuple[Noun, ...]
    deeds: tuple[Verb, ...]
    actions: tuple[tuple[Verb, tuple[Noun, ...]], ...]
    dealings: tuple[Verb, ...]
    reflexive: tuple[Verb, ...]
    names: dict[str, tuple[str, ...]]


@cache
def by_kind() -> dict[str, tuple[Noun, ...]]:
    """Nouns by kind, class and lemma: what the verbs' columns speak of."""
    words = lexicon()
    found: dict[str, list[Noun]] = defaultdict(list)
    classes = {row.lemma: row.cls for row in tables.rows("things")}
    for noun in words.nouns.values():
        kinds = {*noun.kinds, noun.lemma, classes.get(noun.lemma, noun.lemma)}
        kinds |= {"person"} if noun.animate and noun.kind != "job" else set()
        for kind in kinds:
            found[kind].append(noun)
    return {kind: tuple(nouns) for kind, nouns in found.items()}


@cache
def stock() -> Stock:
    kinds = by_kind()
    countable = {kind: tuple(n for n in nouns if n.plural) for kind, nouns in kinds.items()}
    people = tuple(n for n in countable["person"] if _regular(n))
    verbs = [v for v in dict.fromkeys(lexicon().frames.values()) if "person" in v.subject]
    transitive = [v for v in verbs if v.frame == "transitive"]
    actions = []
    for verb in transitive:
        objects = dict.fromkeys(n for k in verb.object for n in countable.get(k, ()))
        objects = tuple(n for n in objects if not n.animate and _regular(n))
        if objects:
            actions.append((verb, objects))
    masses = ("material", "food", "drink")
    return Stock(
        people,
        tuple(n for kind in PLACES for n in countable[kind] if _regular(n)),
        tuple(n for kind in masses for n in kinds[kind] if not n.plural),
        tuple(v for v in verbs if v.frame == "intransitive"),
        tuple(actions),
        tuple(v for v in transitive if "person" in v.object),
        tuple(v for v in transitive if v.lemma in REFLEXIVE),
        {
            gender: tuple(
                row.name
                for row in tables.rows("names")
                if row.part == "first" and row.gender == gender
            )
            for gender in ("female", "male")
        },
    )


def _regular(noun: Noun) -> bool:
    """One word whose plural looks different: else a pair of numbers is no pair."""
    return " " not in noun.lemma and noun.plural not in ("", noun.lemma)


class Kit:
    """Draws words and small phrases; a referent id is used once a sentence."""

    def __init__(self, *key: int | str):
        self.choices = Choices(*key)
        self.words: Lexicon = lexicon()
        self.stock = stock()
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

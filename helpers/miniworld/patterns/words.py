"""The tokens of a pattern and what its words can be."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from helpers.miniworld import terms
from helpers.miniworld.lexicon import Adjective, Noun
from helpers.miniworld.terms import PAST, PLURAL, SINGULAR, Form
from helpers.miniworld.vocabulary import vocabulary

TOKEN = re.compile(
    r"""\{[^}]*\}|'s\b|[A-Za-z]+\.[a-z]+(?:\+s|:\w+)?|[A-Za-z]+(?:[-'][A-Za-z]+)*(?:[/:][a-z]*)?"""
    r"""|\d+|[][".,;!?@]"""
)
NEGATIONS = ("not", "n't", "never")
KINDS = [
    "place",
    "direction",
    "possession",
    "company",
    "topic",
    "purpose",
    "agent",
    "means",
    "time",
    "origin",
    "recipient",
    "role",
    "material",
    "measure",
    "cause",
    "contrast",
    "comparison",
]
# The commonest use of a preposition, where it isn't its first in KINDS.
USUAL = {"to": "direction", "by": "agent", "at": "place", "for": "purpose", "as": "role"}
BE = {"be": "base", "is": "third", "are": "third", "am": "third"}
BE |= {"was": "past", "were": "past", "been": "participle", "being": "gerund"}
HAVE = {"have": "base", "has": "third", "had": "past"}
DO = {"do": "base", "does": "third", "did": "past"}
NUMBERS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]
ENDS = (".", "!", "?", ",")
SHAPES = {"": "base", "s": "third", "d": "past", "en": "participle", "ing": "gerund"}
LIKELIEST = ("past", "third", "base", "participle", "gerund")  # *found* is of *find*
I_AM = terms.Referent(1, "any", SINGULAR, 1, True)
YOU_ARE = terms.Referent(2, "any", SINGULAR, 2, True)
WE_ARE = terms.Referent(3, "any", PLURAL, 1, True)
PERSONS = {"i": I_AM, "me": I_AM, "my": I_AM, "you": YOU_ARE, "your": YOU_ARE}
PERSONS |= {"we": WE_ARE, "us": WE_ARE, "our": WE_ARE}
OWNING = ("my", "your", "our")
# The tense of a narrated clause, until the scene says which it is.
SCENE = "scene"


class PatternError(ValueError):
    """A pattern that can't be read; says where the reading stopped."""


class Slot(NamedTuple):
    """A place to fill: what ``{A*}`` names; ``position`` among the slots in reading order."""

    name: str
    mode: str
    position: int


class Extended(NamedTuple):
    """A slot's phrase with modifiers after it: ``[{A!}, who lives next door]``."""

    phrase: Slot
    after: tuple


class Item(NamedTuple):
    """What fills a noun's slot."""

    noun: Noun
    referent: terms.Referent | None = None
    number: str = SINGULAR


def tense_form(shape: str, fixed: bool = True) -> Form:
    if shape != "past":
        return terms.NOW
    return Form(PAST if fixed else SCENE)


@cache
def forms() -> tuple[dict, dict, dict]:
    """What a form can be: nouns (noun, number), verbs (lemma, shape), adjectives (lexeme,
    degree)."""
    words = vocabulary()
    nouns: dict[str, tuple[Noun, str]] = {}
    for noun in words.nouns.values():
        if noun.plural:
            nouns.setdefault(noun.plural, (noun, PLURAL))
        nouns[noun.lemma] = (noun, SINGULAR)
    verbs: dict[str, dict[str, str]] = {}
    for lemma, verb in words.verbs.items():
        spoken = (verb.lemma, verb.third, verb.past, verb.participle, verb.gerund)
        for form, shape in zip(spoken, SHAPES.values(), strict=True):
            verbs.setdefault(form, {}).setdefault(shape, lemma)
    adjectives: dict[str, tuple[Adjective, str]] = {}
    for adjective in words.adjectives.values():
        adjectives.setdefault(adjective.superlative, (adjective, terms.SUPERLATIVE))
        adjectives.setdefault(adjective.comparative, (adjective, terms.COMPARATIVE))
    for adjective in words.adjectives.values():
        adjectives[adjective.lemma] = (adjective, terms.POSITIVE)
    adjectives.pop("", None)
    return nouns, verbs, adjectives


@cache
def kinds() -> dict[str, tuple[str, ...]]:
    """The kinds of every function word."""
    found: dict[str, tuple[str, ...]] = {}
    for lemma, kind in vocabulary().words:
        found[lemma] = (*found.get(lemma, ()), kind)
    return found


def tokens(text: str) -> list[str]:
    found: list[str] = []
    adverbs = vocabulary().adverbs
    rest = TOKEN.sub("", text).strip()
    if rest:
        raise PatternError(f"pattern={text!r}: {rest!r} can't be read.")
    for token in TOKEN.findall(text):
        if found and f"{found[-1].lower()} {token}" in adverbs:
            found[-1] += f" {token}"
        elif token.endswith("n't"):
            found += [{"ca": "can", "wo": "will"}.get(token[:-3].lower(), token[:-3]), "n't"]
        elif token.endswith("'s") and len(token) > 2 and token[0] != "{":
            found += [token[:-2], "'s"]
        else:
            found.append(token)
    return found

"""German words with their keys, and what phrases make others agree with.

A word knows its ``keys``, pairs (id of a term, role): the English word with one of them says the
same. ``alignment`` joins them. What has no English counterpart has no keys.
"""

from __future__ import annotations

from typing import NamedTuple

from helpers.miniworld.german_words import (
    PL,
    F,
    Features,
    M,
    N,
    gender,
    name_form,
    referent_features,
)
from helpers.miniworld.terms import (
    PLURAL,
    SINGULAR,
    Asked,
    Common,
    Gap,
    Indefinite,
    Joined,
    Name,
    Partitive,
    Phrase,
    Pronoun,
)

Key = tuple[int, str]


class Word(NamedTuple):
    """``mark``: ``article`` (may melt into a preposition), ``comma``, ``quote``."""

    form: str
    keys: tuple[Key, ...] = ()
    mark: str = ""


class Host(NamedTuple):
    """What a Gap stands for: its features and the keys of its pronoun.

    ``was``: after *nichts*, *alles* …; ``where``: *wo* for the preposition and its pronoun.
    """

    features: Features
    keys: tuple[Key, ...] = ()
    was: bool = False
    where: str = ""


COMMA = Word(",", (), "comma")
NOBODY_IN_PARTICULAR = 0  # the referent of a *you* that is *man* in German


def key(term, role: str) -> tuple[Key, ...]:
    return ((id(term), role),)


def moved_to(words: list[Word], keys: tuple[Key, ...]) -> list[Word]:
    """The words with more keys for the first of them."""
    if not words or not keys:
        return words
    first = words[0]
    return [first._replace(keys=first.keys + keys), *words[1:]]


def features(term: Phrase, host: Host | None = None) -> Features:
    """What a verb, adjective or pronoun agrees with."""
    kind = type(term)
    if kind is Common:
        return _common_features(term)
    if kind is Name:
        form = name_form(term.entity)
        return Features(form.gender, 3, term.entity.gender == "female")
    if kind is Pronoun:
        if is_one(term):
            return Features(M)
        return referent_features(term.referent)
    if kind is Gap:
        return host.features if host else Features(M)
    if kind is Joined:
        return _joined_features(term, host)
    if kind is Partitive:
        return _partitive_features(term)
    if kind is Indefinite:
        return _indefinite_features(term)
    if kind is Asked:
        return _asked_features(term)
    return Features(N)


def is_one(term: Pronoun) -> bool:
    """*man*."""
    who = term.referent
    return who.person == 2 and who.id == NOBODY_IN_PARTICULAR


def feminine(term: Common) -> bool:
    return bool(term.referent and term.referent.gender == "female")


def _common_features(term: Common) -> Features:
    woman = feminine(term)
    of = gender(term.noun, term.number, woman)
    return Features(of, 3, woman or (of == F and term.noun.animate))


def _joined_features(term: Joined, host: Host | None) -> Features:
    found = [features(item, host) for item in term.items]
    if term.conjunction.lemma != "and":
        return found[-1]
    return Features(PL, min(f.person for f in found), all(f.female for f in found))


def _partitive_features(term: Partitive) -> Features:
    whole = features(term.phrase)
    lemma = term.quantifier if isinstance(term.quantifier, int) else term.quantifier.lemma
    if lemma == "half":
        return Features(F)
    if lemma in (1, "none", "each"):
        return Features(_one_of(term.phrase), 3, whole.female)
    return whole if whole.plural else Features(whole.gender)


def _one_of(phrase: Phrase) -> int:
    """The gender of one of many."""
    if type(phrase) is Common:
        return gender(phrase.noun, SINGULAR, feminine(phrase))
    if type(phrase) is Pronoun:
        return referent_features(phrase.referent._replace(number=SINGULAR, person=3)).gender
    found = features(phrase).gender
    return M if found == PL else found


def _indefinite_features(term: Indefinite) -> Features:
    lemma = term.word.lemma
    if lemma in ("these", "those", "others"):
        return Features(PL)
    return Features(M if lemma.endswith(("one", "body")) else N)


def _asked_features(term: Asked) -> Features:
    if term.noun is not None:
        return Features(gender(term.noun, PLURAL if asks_many(term) else term.number))
    return Features(M if term.word.lemma == "who" else N)


def asks_many(term: Asked) -> bool:
    return term.word.lemma == "how many"

"""The lexemes that constructions share, and the patterns that many relations have in common.

A construction builds the clause that states a fact. A *predicate* is told what its subject phrase
is, so that it can also stand in a relative clause or share its subject; a *whole* arranges both
sides of the fact itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from helpers.miniworld.documents.discourse import Discourse
from helpers.miniworld.documents.facts import Known
from helpers.miniworld.documents.words import Words
from helpers.miniworld.lexicon import FunctionWord, Noun, Verb
from helpers.miniworld.terms import (
    NOW,
    PLURAL,
    PRESENT,
    SINGULAR,
    THEN,
    Adjunct,
    At,
    Clause,
    Common,
    Copula,
    Described,
    Form,
    Gap,
    Partitive,
    Phrase,
    Possessor,
    Relative,
)

Sentence = Clause | Copula
Predicate = Callable[[Discourse, Phrase, Known], "Sentence | None"]
Whole = Callable[[Discourse, Known], "Sentence | None"]
Tense = Callable[[Discourse, Known], Form]


class Constructions(NamedTuple):
    """The ways to state one relation; each may refuse a fact it doesn't fit, with None.

    ``owned`` is told the possessor of its subject: *her*, *Spain's*, *whose*.
    """

    predicates: tuple[Predicate, ...]
    wholes: tuple[Whole, ...] = ()
    owned: tuple[Callable[[Discourse, Possessor, Known], Sentence], ...] = ()

    def __add__(self, other: Constructions) -> Constructions:
        return Constructions(*(mine + its for mine, its in zip(self, other, strict=True)))


def now(d: Discourse, k: Known) -> Form:
    return NOW


def then(d: Discourse, k: Known) -> Form:
    return THEN


def as_alive(d: Discourse, k: Known) -> Form:
    """Past for the dead."""
    return d.form(k.subject)


def so_far(d: Discourse, k: Known) -> Form:
    """What may be over for the living too: *has played*, of the dead *played*."""
    form = d.form(k.subject)
    return form._replace(perfect=True) if form.tense == PRESENT else form


class Grammar:
    """Lexemes by name; ``world.part(Grammar)``."""

    def __init__(self, world):
        self.words = words = world.part(Words)
        for lemma in ("the", "a", "this", "some", "many", "most", "no", "every", "all", "few"):
            setattr(self, lemma, words.word(lemma, "determiner"))
        self.of = words.word("of", "possession")
        self.in_ = words.word("in", "place")
        self.on = words.word("on", "place")
        self.between = words.word("between", "place")
        self.from_ = words.word("from", "origin")
        self.in_year = words.word("in", "time")
        self.until = words.word("until", "time")
        self.since = words.word("since", "time")
        self.as_ = words.word("as", "role")
        self.for_ = words.word("for", "purpose")
        self.with_ = words.word("with", "means")
        self.by = words.word("by", "means")
        self.because_of = words.word("because of", "cause")
        self.and_ = words.word("and", "coordinator")
        self.can = words.word("can", "modal")
        self.could = words.word("could", "modal")
        self.may = words.word("may", "modal")
        self.would = words.word("would", "modal")

    def noun(self, lemma: str) -> Noun:
        return self.words.noun(lemma)

    def the_noun(self, lemma: str, *after, adjectives: tuple = ()) -> Common:
        return Common(self.noun(lemma), SINGULAR, self.the, adjectives, after)

    def plain(self, noun: Noun, article: FunctionWord | None = None) -> Common:
        """The noun as it stands when nothing else is said: *a physicist*, *software*."""
        return Common(noun, SINGULAR, (article or self.a) if noun.plural else None)

    # ------------------------------------------------------------------- families

    def role(self, lemma: str, tense: Tense = now, *, kind: str = "", several=None, thing=None):
        """*The capital of France is Paris*, *France's capital is Paris*, *Paris is the …*.

        ``kind`` is an adjective before the noun; ``several(k)`` tells whether the subject has more
        than one (*one of the languages of …*); ``thing(d, k)`` builds the phrase for the object.
        """
        noun = self.noun(lemma)
        adjectives = (Described(self.words.adjective(kind)),) if kind else ()
        value = thing or (lambda d, k: d.name(k.object))

        def head(d, k, det, *after):
            if several and several(k):
                whole = Common(noun, PLURAL, det, adjectives, after)
                return Partitive(1, whole)
            return Common(noun, SINGULAR, det, adjectives, after)

        def as_subject(d, k):
            if thing:
                return thing(d, k)
            subject = d.subject(k.object)
            # Not *the country was her country*.
            same = type(subject) is Common and subject.noun is noun
            return d.name(k.object) if same else subject

        def the_of(d, k):
            subject = head(d, k, self.the, At(self.of, d.other(k.subject)))
            d.topic_is(k.object)
            return Copula(subject, value(d, k), tense(d, k), facts=(k.fact,))

        def owned(d, whose, k):
            subject = head(d, k, whose)
            d.topic_is(k.object)
            return Copula(subject, value(d, k), tense(d, k), facts=(k.fact,))

        def possessed(d, k):
            return owned(d, d.possessor(k.subject), k)

        def is_the(d, k):
            subject = as_subject(d, k)
            after = At(self.of, d.other(k.subject))
            return Copula(subject, head(d, k, self.the, after), tense(d, k), facts=(k.fact,))

        def is_possessed(d, k):
            subject = as_subject(d, k)
            predicate = head(d, k, d.possessor(k.subject))
            return Copula(subject, predicate, tense(d, k), facts=(k.fact,))

        whose = () if several else (owned,)
        return Constructions((), (the_of, possessed, is_the, is_possessed), whose)

    def made_by(self, verb: Verb, tense: Tense = then) -> Constructions:
        """*Hamlet was written by Shakespeare*, *Shakespeare wrote Hamlet*, *the person who …*."""

        def passive(d, s, k):
            maker = d.other(k.object)
            return Clause(verb, maker, s, form=tense(d, k), passive=True, facts=(k.fact,))

        def active(d, k):
            maker = d.subject(k.object)
            return Clause(verb, maker, d.other(k.subject), form=tense(d, k), facts=(k.fact,))

        def the_one_who(d, k):
            lemma = "person" if k.object.kind == "person" else "company"
            if self.words.kinds.get(k.object.name) == "band":
                lemma = "group"
            made = Clause(verb, Gap(), d.other(k.subject), form=tense(d, k), facts=(k.fact,))
            subject = self.the_noun(lemma, Relative(made, that=lemma != "person"))
            d.topic_is(k.object)
            return Copula(subject, d.name(k.object))

        def was_the_one(d, k):
            if k.object.kind != "person":
                return None
            maker = d.subject(k.object)
            made = Clause(verb, Gap(), d.other(k.subject), form=tense(d, k), facts=(k.fact,))
            predicate = self.the_noun("person", Relative(made))
            return Copula(maker, predicate, d.form(k.object))

        return Constructions((passive,), (active, the_one_who, was_the_one))

    def at_place(self, *ways: tuple, tense: Tense = now) -> Constructions:
        """``ways``: (verb or None for *is*, preposition, passive) before the name of a place."""

        def construction(verb, preposition, passive):
            def located(d, s, k):
                at = At(preposition, d.other(k.object))
                if verb is None:
                    return Copula(s, at, tense(d, k), facts=(k.fact,))
                adjuncts = (Adjunct(at),)
                if passive:
                    return Clause(
                        verb,
                        None,
                        s,
                        form=tense(d, k),
                        passive=True,
                        adjuncts=adjuncts,
                        facts=(k.fact,),
                    )
                return Clause(verb, s, form=tense(d, k), adjuncts=adjuncts, facts=(k.fact,))

            return located

        return Constructions(tuple(construction(*way) for way in ways))

    def place_where(self, lemma: str, clause: Predicate, preposition=None) -> Constructions:
        """*The city in which she was born is Warsaw*, *Warsaw is the city in which …*; ``clause``
        states the fact without its place, and no organisation lies anywhere."""
        at = Adjunct(At(preposition or self.in_, Gap()))

        def place(d, k):
            inner = clause(d, d.subject(k.subject), k)
            inner = inner._replace(adjuncts=(*inner.adjuncts, at), facts=(k.fact,))
            return self.the_noun(lemma, Relative(inner))

        def first(d, k):
            if k.subject.kind == "organisation":
                return None
            found = place(d, k)
            d.topic_is(k.object)
            return Copula(found, d.name(k.object))

        def last(d, k):
            if k.subject.kind == "organisation":
                return None
            return Copula(named(d, k.object), place(d, k))

        def named(d, key):
            subject = d.subject(key)
            # Not *the city is the city in which …*.
            same = type(subject) is Common and subject.noun.lemma == lemma
            return d.name(key) if same else subject

        return Constructions((), (first, last))

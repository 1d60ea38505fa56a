"""Abstract syntax: what a sentence means and how it is built, in no language.

A *term* is a tree of immutable tuples whose leaves are lexemes (``helpers.miniworld.lexicon``) and
names, never English strings. ``english`` and ``german`` turn the same term into words; the gold
annotations are read off the term and its tree. The idea is the Grammatical Framework's (Ranta
2011): one abstract syntax, a concrete syntax per language.

A clause names its *deep* arguments: ``subject`` is who does it and ``object`` to whom it is done,
also when ``passive`` swaps their places. So the predicate-argument structure can be read off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from helpers.miniworld.lexicon import Adjective, Adverb, Entity, FunctionWord, Noun, Verb

SINGULAR, PLURAL = "singular", "plural"
PRESENT, PAST = "present", "past"
POSITIVE, COMPARATIVE, SUPERLATIVE = "positive", "comparative", "superlative"
EQUAL, LESS, LEAST = "equal", "less", "least"
FRONT, MIDDLE, END = "front", "middle", "end"


class Fact(NamedTuple):
    """One row of the tables: ``Fact("P36", "France", "Paris")``, relations as LAMA names them."""

    relation: str
    subject: str
    object: str


class Referent(NamedTuple):
    """Someone or something a document talks about; equal ``id`` = same thing (coreference).

    ``gender``: female, male, neuter, or any (*they*). ``person`` 1 and 2 are *I/we* and *you*.
    """

    id: int
    gender: str = "neuter"
    number: str = SINGULAR
    person: int = 3
    animate: bool = False
    entity: Entity | None = None
    noun: Noun | None = None


# ---------------------------------------------------------------------- noun phrases


class Name(NamedTuple):
    """*Marie Curie*, *the Netherlands*; with adjectives *young Mozart*, *Dear Anna*."""

    entity: Entity
    referent: Referent | None = None
    adjectives: tuple[Described | Participle, ...] = ()
    after: tuple[After, ...] = ()


class Common(NamedTuple):
    """*the three old keys to the cabinet*: determiner, count, adjectives, compound, noun, after.

    ``det`` is a function word of kind ``determiner`` (*the, a, this, some, no, every, many …*; *a*
    becomes *an* by itself), a ``Possessor`` or ``None``. ``count`` is an integer spoken before the
    adjectives. ``compound`` is a noun before the noun: *kitchen tool*.
    """

    noun: Noun
    number: str = SINGULAR
    det: FunctionWord | Possessor | None = None
    adjectives: tuple[Adjectival, ...] = ()
    after: tuple[After, ...] = ()
    referent: Referent | None = None
    count: int | None = None
    compound: Noun | None = None


class Possessor(NamedTuple):
    """The owner in the determiner's place: *Anna's*, *the neighbours'*, *her*; a Gap: *whose*."""

    phrase: Phrase


class Pronoun(NamedTuple):
    """*she*, *her*, *hers*: case from its place; *herself* where the clause's subject is the same
    referent (by ``id``)."""

    referent: Referent


class Indefinite(NamedTuple):
    """*everyone*, *nobody*, *something*, *this*: a function word of kind ``indefinite``.

    ``after`` may hold an adjective too: *something new*, *everyone who saw the film*.
    """

    word: FunctionWord
    referent: Referent | None = None
    after: tuple[After | Described, ...] = ()


class Partitive(NamedTuple):
    """*most of the films*, *one of the keys*: agrees with the quantifier, not with the phrase.

    ``quantifier`` is a function word of kind ``quantifier`` (or an integer).
    """

    quantifier: FunctionWord | int
    phrase: Phrase
    referent: Referent | None = None


class Joined(NamedTuple):
    """Coordination of two or more alike: noun phrases, adjectives, modifiers or whole clauses.

    ``conjunction`` is a function word of kind ``coordinator``: *and*, *or*, *but*. Clauses that
    share their subject are ``Shared`` (*Anna opened the box and found a key*).
    """

    conjunction: FunctionWord
    items: tuple
    referent: Referent | None = None


class Year(NamedTuple):
    """*1867*, as in *in 1867*."""

    year: int


class Date(NamedTuple):
    """*7 November 1867*; ``month`` 1-12; year or day may be missing."""

    day: int | None
    month: int
    year: int | None = None


class Gap(NamedTuple):
    """The place in a relative, reduced or infinitival clause that the host fills.

    In a relative clause: subject, object, ``second``, or a possessor in one of them.
    """

    referent: Referent | None = None


class Asked(NamedTuple):
    """What a question asks for: *who*, *what*, *which film*, *how many films*; as the content of
    an adjunct *where*, *when*, *why*, *how*. ``word`` has kind ``question``."""

    word: FunctionWord
    noun: Noun | None = None
    number: str = SINGULAR


class Gerund(NamedTuple):
    """A clause as a noun phrase: *used for cutting bread*, *she likes swimming*; subject a Gap."""

    clause: Clause


Phrase = (
    Name | Common | Pronoun | Indefinite | Partitive | Joined | Year | Date | Gap | Asked | Gerund
)


# ------------------------------------------------------------------------- modifiers


class Described(NamedTuple):
    """*very old*, *older than the church*, *the oldest*, *as old as*, *less useful*, *easy to use*.

    ``degree``: positive, comparative, superlative, equal, less, least; ``than`` the standard of a
    comparison; ``adverb`` of kind degree; ``complement`` an infinitive.
    """

    adjective: Adjective
    degree: str = POSITIVE
    adverb: Adverb | None = None
    than: Phrase | None = None
    complement: Infinitive | None = None


class Participle(NamedTuple):
    """A verb before its noun: *the broken lamp* (``tense`` past), *a shining star* (present)."""

    verb: Verb
    tense: str = PAST
    adverb: Adverb | None = None


class At(NamedTuple):
    """Preposition and phrase: *in Paris*, *of the house*, *with great care*."""

    preposition: FunctionWord
    phrase: Phrase


class Relative(NamedTuple):
    """A relative clause; exactly one ``Gap`` inside. ``spoken=False`` leaves the pronoun of an
    object gap out (*the book Anna wrote*); ``that`` prefers *that* to *who/which*; ``commas``
    sets a clause off that only adds something (after names); ``where`` (a question word, *where*
    or *when*) stands for the preposition and its Gap: *the town where she lived*."""

    clause: Clause | Copula | Shared
    that: bool = False
    spoken: bool = True
    commas: bool = False
    where: FunctionWord | None = None


class Reduced(NamedTuple):
    """A clause without its subject and tense: *directed by Anna Berg* (passive), *reading a book*.

    The subject of the participle (a passive's ``object``) is a Gap.
    """

    clause: Clause


class Apposition(NamedTuple):
    """*Rome, the capital of Italy, …*"""

    phrase: Phrase


After = At | Relative | Reduced | Apposition
Adjectival = Described | Participle | Joined


class AdverbPhrase(NamedTuple):
    """*very quickly*, *more often*, *most carefully* (``degree`` as in Described)."""

    adverb: Adverb
    degree: str = POSITIVE
    by: Adverb | None = None


class Subordinate(NamedTuple):
    """*because/although/when/if …*: a function word of kind ``subordinator`` and a clause."""

    conjunction: FunctionWord
    clause: Sentential


class Purpose(NamedTuple):
    """*(in order) to cut bread*: an infinitive as adjunct, its subject a Gap."""

    clause: Clause


class Adjunct(NamedTuple):
    """An adverbial in its place: ``front`` (with comma where English wants one), ``middle``
    (after the first auxiliary, before the verb) or ``end``."""

    content: (
        Adverb | AdverbPhrase | At | Common | Subordinate | Purpose | Reduced | Asked | FunctionWord
    )
    place: str = END


# --------------------------------------------------------------------------- clauses


class Form(NamedTuple):
    """Tense, aspect, mood and negation of a clause.

    ``modal``: a function word of kind ``modal`` (*will* makes the future). ``negation``: "",
    ``not``, ``n't`` or ``never``.
    """

    tense: str = PRESENT
    perfect: bool = False
    progressive: bool = False
    modal: FunctionWord | None = None
    negation: str = ""


NOW = Form()
THEN = Form(PAST)


class That(NamedTuple):
    """A clause as complement: *that …* (``word=None`` leaves *that* out), *whether …*."""

    clause: Sentential
    word: FunctionWord | None = None


class Infinitive(NamedTuple):
    """*to read the letter* after *want, try, …*; its subject is a Gap (the governing subject, or
    the governing object where there is one)."""

    clause: Clause | Copula


class Quote(NamedTuple):
    """Direct speech as complement. ``first``: *"…," said Anna.*, else *Anna said, "…"*."""

    sentence: Sentence
    first: bool = False


class Clause(NamedTuple):
    """A verb with its arguments.

    ``subject`` may be None in the passive (no *by*), a command, or an infinitive. ``second`` is the
    recipient of a ditransitive verb (*gave Anna the book*; ``shifted``: *gave the book to Anna*) or
    the object of ``verb.preposition`` (*waited for the train*). ``facts``: what it states.
    """

    verb: Verb
    subject: Phrase | None = None
    object: Phrase | None = None
    second: Phrase | None = None
    complement: That | Infinitive | Quote | None = None
    form: Form = NOW
    passive: bool = False
    adjuncts: tuple[Adjunct, ...] = ()
    facts: tuple[Fact, ...] = ()
    shifted: bool = False


class Copula(NamedTuple):
    """*is/was/seems* and a predicate: adjective, noun phrase, place. ``verb=None`` is *be*."""

    subject: Phrase | None
    predicate: Described | At | Phrase
    form: Form = NOW
    verb: Verb | None = None
    adjuncts: tuple[Adjunct, ...] = ()
    facts: tuple[Fact, ...] = ()


class Exists(NamedTuple):
    """*There are three lakes in the valley* (the place is an adjunct)."""

    phrase: Phrase
    form: Form = NOW
    adjuncts: tuple[Adjunct, ...] = ()
    facts: tuple[Fact, ...] = ()


class Impersonal(NamedTuple):
    """*It is clear that …*, *it was hard to find …*: a clause or infinitive as late subject."""

    predicate: Described | Phrase
    complement: That | Infinitive
    form: Form = NOW
    verb: Verb | None = None
    adjuncts: tuple[Adjunct, ...] = ()
    facts: tuple[Fact, ...] = ()


class Shared(NamedTuple):
    """Clauses with one subject, spoken once: *Anna opened the box and found a key*.

    Every clause carries the subject; only the first one's is spoken.
    """

    conjunction: FunctionWord
    clauses: tuple[Clause | Copula, ...]


Sentential = Clause | Copula | Exists | Impersonal | Shared | Joined


# ------------------------------------------------------------------------- sentences


class Statement(NamedTuple):
    """*… .*; ``end`` may be ``!``. ``opening``: *But*, *And*, *So* (a coordinator)."""

    clause: Sentential
    end: str = "."
    opening: FunctionWord | None = None


class Question(NamedTuple):
    """Yes/no, or wh where one argument or adjunct is ``Asked``."""

    clause: Clause | Copula | Exists | Impersonal


class Command(NamedTuple):
    """*Open the box.*, *Do n't open it!*"""

    clause: Clause | Copula
    end: str = "."


class Fragment(NamedTuple):
    """No verb: *Dear Anna,*; *What a film!* (``exclaimed``); *Best wishes, Tom* (two parts)."""

    parts: tuple[Phrase | Described, ...]
    end: str = "."
    exclaimed: FunctionWord | None = None


Sentence = Statement | Question | Command | Fragment

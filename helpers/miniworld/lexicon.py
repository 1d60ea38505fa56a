"""What the grammars need of a word: its English forms and its German columns.

Lexemes are compared by identity: the lexicon holds one object per word and sense, so that forms
can be cached by lexeme. ``lexicon()`` reads the tables once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from helpers.miniworld import tables
from helpers.miniworld.terms import PLURAL, SINGULAR

PERSONAL = {"person", "profession", "family"}


class UnknownWord(KeyError):
    """The lexicon has no such word; the message says what comes near."""

    def __str__(self) -> str:
        return self.args[0]


@dataclass(frozen=True, eq=False, slots=True)
class Noun:
    """``plural`` is empty for what can't be counted; ``sense`` is set for ambiguous lemmas.

    ``kind`` may hold several kinds, as in the table: ``profession;ruler``.
    """

    lemma: str
    plural: str
    kind: str = ""
    animate: bool = False
    sense: str = ""
    german: str = ""
    gender: str = ""
    german_plural: str = ""
    german_genitive: str = ""
    german_feminine: str = ""

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(self.kind.split(";"))


@dataclass(frozen=True, eq=False, slots=True)
class Verb:
    """``preposition`` stands before the second object (*wait for*)."""

    lemma: str
    third: str
    past: str
    participle: str
    gerund: str
    frame: str = "transitive"
    roleset: str = ""
    subject: tuple[str, ...] = ()
    object: tuple[str, ...] = ()
    preposition: str = ""
    second: tuple[str, ...] = ()
    polarity: int = 0
    sense: str = ""
    german: str = ""
    german_third: str = ""
    german_past: str = ""
    german_participle: str = ""
    german_aux: str = ""
    german_prefix: str = ""
    german_object: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Adjective:
    """``comparative`` and ``superlative`` as spoken: *older*, *more useful*."""

    lemma: str
    comparative: str = ""
    superlative: str = ""
    polarity: int = 0
    domains: tuple[str, ...] = ()
    antonym: str = ""
    noun: str = ""
    adverb: str = ""
    base: str = ""
    german: str = ""
    german_comparative: str = ""
    german_superlative: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Adverb:
    """``kind``: degree, frequency, time, manner, place, sentence."""

    lemma: str
    kind: str = "manner"
    german: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class FunctionWord:
    """``case``: what a preposition governs in German, how a determiner inflects."""

    lemma: str
    kind: str
    german: str = ""
    case: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Entity:
    """Something with a name. ``kind`` is the table's (country, person, …), ``label`` the entity
    type: PER, LOC, ORG, WORK, PRODUCT, LANGUAGE. ``article``: *the* or empty."""

    name: str
    kind: str
    label: str
    gender: str = "neuter"
    number: str = SINGULAR
    article: str = ""
    animate: bool = False
    german: str = ""
    german_article: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.name.split(" "))


def noun_of(row: tables.NounRow) -> Noun:
    return Noun(
        row.lemma,
        row.plural,
        row.kind,
        not PERSONAL.isdisjoint(row.kind.split(";")),
        "",
        row.german,
        row.gender,
        row.german_plural,
        row.german_genitive,
        row.german_feminine,
    )


def _thing(row: tables.Thing) -> Noun:
    german = (row.german, row.gender, row.german_plural)
    return Noun(row.lemma, row.plural, row.kind, False, "", *german)


def _job(row: tables.Job) -> Noun:
    german = (row.german, "m", row.german_plural, "", row.german_feminine)
    return Noun(row.lemma, row.plural, "job", True, "", *german)


def _sense_noun(row: tables.Sense) -> Noun:
    plural = row.plural_or_forms[0] if row.plural_or_forms else ""
    german = (row.german, row.gender, row.german_plural)
    return Noun(row.lemma, plural, row.cls, row.cls == "person", row.sense, *german)


def _sense_verb(row: tables.Sense) -> Verb:
    return Verb(row.lemma, *row.plural_or_forms, sense=row.sense, german=row.german)


def verb_of(row: tables.VerbRow) -> Verb:
    return Verb(*row[:11], row.polarity or 0, "", *row[12:-1])


def adjective_of(row: tables.AdjectiveRow) -> Adjective:
    return Adjective(*row[:3], row.polarity or 0, *row[4:-1])


def _speaks_of_many(row: tables.Organisation) -> bool:
    """*The Beatles were*, *the Chicago Bulls are*, but *Alice in Chains was*."""
    many = row.kind in ("band", "basketball club", "hockey club") and row.name.endswith("s")
    return many and " in " not in row.name


def _entities() -> Iterable[Entity]:
    for row in tables.rows("countries"):
        german = (row.german, row.german_article)
        yield Entity(row.name, "country", "LOC", "neuter", SINGULAR, row.article, False, *german)
    for row in tables.rows("cities"):
        yield Entity(row.name, "city", "LOC", german=row.german)
    for row in tables.rows("languages"):
        yield Entity(row.name, "language", "LANGUAGE", german=row.german)
    for row in tables.rows("people"):
        yield Entity(row.name, "person", "PER", row.gender, animate=True, german=row.name)
    for row in tables.rows("organisations"):
        number = PLURAL if _speaks_of_many(row) else SINGULAR
        german = (False, row.name)
        yield Entity(row.name, "organisation", "ORG", "neuter", number, row.article, *german)
    for row in tables.rows("products"):
        yield Entity(row.name, "product", "PRODUCT", article=row.article, german=row.name)
    for row in tables.rows("works"):
        yield Entity(row.title, "work", "WORK", german=row.title)
    for row in tables.rows("titles"):
        label, article = ("WORK", "") if row.kind == "film" else ("PRODUCT", "the")
        yield Entity(row.title, row.kind, label, article=article, german=row.german)


class Lexicon:
    """All words, looked up by lemma (and sense, frame or kind where one lemma has several)."""

    def __init__(self):
        self.nouns = {row.lemma: _job(row) for row in tables.rows("jobs")}
        self.nouns |= {row.lemma: _thing(row) for row in tables.rows("things")}
        self.nouns |= {row.lemma: noun_of(row) for row in tables.rows("nouns")}
        verbs = [verb_of(row) for row in tables.rows("verbs")]
        self.verbs = {verb.lemma: verb for verb in reversed(verbs)}
        self.frames = {(v.lemma, v.frame): v for v in reversed(verbs)}
        self.frames |= {(v.lemma, v.frame, v.preposition): v for v in verbs if v.preposition}
        self.adjectives = {row.lemma: adjective_of(row) for row in tables.rows("adjectives")}
        derived = (a for a in self.adjectives.values() if a.adverb)
        self.adverbs = {a.adverb: Adverb(a.adverb, german=a.german) for a in derived}
        self.adverbs |= {row.lemma: Adverb(*row[:3]) for row in tables.rows("adverbs")}
        self.senses = {
            row.sense: _sense_noun(row) if row.pos == "noun" else _sense_verb(row)
            for row in tables.rows("senses")
        }
        words = tables.rows("function_words")
        self.words = {(row.lemma, row.kind): FunctionWord(*row[:4]) for row in words}
        self.entities = {(e.name, e.kind): e for e in _entities()}
        self._people: dict[str, Entity] = {}

    def noun(self, lemma: str) -> Noun:
        return _find(self.nouns, lemma, "noun")

    def verb(self, lemma: str, frame: str = "", preposition: str = "") -> Verb:
        """The verb's first row, or the one with this frame (and preposition)."""
        if not frame:
            return _find(self.verbs, lemma, "verb")
        key = (lemma, frame, preposition) if preposition else (lemma, frame)
        return _find(self.frames, key, "verb")

    def adjective(self, lemma: str) -> Adjective:
        return _find(self.adjectives, lemma, "adjective")

    def adverb(self, lemma: str) -> Adverb:
        return _find(self.adverbs, lemma, "adverb")

    def sense(self, name: str) -> Noun | Verb:
        """A word in one of its senses: ``sense("crack.gap")``."""
        return _find(self.senses, name, "sense")

    def word(self, lemma: str, kind: str) -> FunctionWord:
        """A function word: ``word("in", "place")``, ``word("because", "subordinator")``."""
        return _find(self.words, (lemma, kind), "function word")

    def entity(self, name: str, kind: str) -> Entity:
        """A named row: ``entity("France", "country")``."""
        return _find(self.entities, (name, kind), "entity")

    def person(self, first: str, gender: str, last: str = "") -> Entity:
        """An invented person, one entity per name."""
        name = f"{first} {last}".strip()
        if name not in self._people:
            person = Entity(name, "invented", "PER", gender, animate=True, german=name)
            self._people[name] = person
        return self._people[name]


def _find(words: dict, key, what: str):
    try:
        return words[key]
    except KeyError:
        spoken = " ".join(key) if isinstance(key, tuple) else key
        known = [" ".join(k) if isinstance(k, tuple) else k for k in words]
        hint = tables.hint(spoken, known)
        raise UnknownWord(f"No {what} {spoken!r} in the lexicon.{hint}") from None


@cache
def lexicon() -> Lexicon:
    """The lexicon of ``data/miniworld``, read once."""
    return Lexicon()

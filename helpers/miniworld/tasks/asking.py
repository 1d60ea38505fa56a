"""Wh-questions: about facts of the tables, and about what happened in a story."""

from collections.abc import Callable
from typing import NamedTuple

from helpers.miniworld.choice import Choices
from helpers.miniworld.documents.discourse import Discourse
from helpers.miniworld.documents.facts import Key
from helpers.miniworld.documents.grammar import Grammar
from helpers.miniworld.english import text
from helpers.miniworld.terms import (
    PLURAL,
    THEN,
    Adjunct,
    Asked,
    At,
    Clause,
    Common,
    Copula,
    Described,
    Form,
    Name,
    Phrase,
    Possessor,
    Pronoun,
    Question,
)
from helpers.miniworld.world import world

SUBJECT, OBJECT, SECOND, PLACE = "subject", "object", "second", "place"


class Asking:
    """Questions about facts in the words of ``world(seed)``.

    ``ways[relation]`` asks for the object of a fact, ``backwards[relation]`` for its subject; each
    is told the other side's phrase and the tense that fits it.
    """

    def __init__(self, seed: int):
        self.grammar = g = world(seed).part(Grammar)
        self.words = g.words
        verb = g.words.verb
        bear, die = verb("bear", "transitive"), verb("die", "intransitive")
        self.ways: dict[str, Callable[[Phrase, Form], Clause | Copula]] = {
            "P36": self._what("capital"),
            "P38": self._what("currency"),
            "P140": self._what("religion"),
            "P37": self._what("language", "official"),
            "P19": self._adverbial("where", bear, passive=True),
            "P20": self._adverbial("where", die),
            "P569": self._adverbial("when", bear, passive=True),
            "P570": self._adverbial("when", die),
            "P571": self._adverbial("when", verb("found"), passive=True),
            "P159": self._adverbial("where", verb("base", "transitive"), passive=True, tense=None),
            "P50": self._made("who", verb("write", "transitive")),
            "P57": self._made("who", verb("direct", "transitive")),
            "P86": self._made("who", verb("compose", "transitive")),
            "P170": self._made("who", verb("create", "transitive")),
            "P176": self._made("company", verb("produce", "transitive")),
            "P178": self._made("company", verb("develop", "transitive")),
            "P17": self._within("country"),
            "P30": self._within("continent"),
            "P47": self._which("country", verb("border")),
            "P1412": self._which("language", verb("speak", "transitive")),
            "P1303": self._which("instrument", verb("play", "transitive")),
            "P106": self._profession,
        }
        self.backwards: dict[str, Callable[[Phrase, Form], Clause | Copula]] = {
            "P36": self._capital_of,
            "P19": self._who_was_born,
            "P50": self._works(verb("write", "transitive")),
            "P57": self._works(verb("direct", "transitive")),
            "P176": self._works(verb("produce", "transitive")),
        }

    def of_object(self, relation: str, subject: Key) -> str:
        """*Where was Marie Curie born?*"""
        return self._text(self.ways[relation], subject)

    def of_subject(self, relation: str, object_: Key) -> str:
        """*Who was born in Warsaw?*"""
        return self._text(self.backwards[relation], object_)

    def fits(self, relation: str, subject: Key) -> bool:
        """Whether the question makes sense: only of the dead does one ask where they died."""
        if relation in ("P20", "P570"):
            return subject.name in self.words.dead
        return relation != "P17" or subject.kind == "city"

    def _text(self, way: Callable, key: Key) -> str:
        d = Discourse(self.words, Choices("asking"), PLURAL)
        return text(Question(way(d.name(key), d.form(key))))

    def _word(self, lemma: str):
        return self.words.word(lemma, "question")

    def _asked(self, what: str) -> Asked:
        if what in ("who", "what"):
            return Asked(self._word(what))
        return Asked(self._word("which"), self.grammar.noun(what))

    # ----------------------------------------------------------------------- patterns

    def _what(self, lemma: str, kind: str = ""):
        adjectives = (Described(self.words.adjective(kind)),) if kind else ()

        def ask(subject: Phrase, form: Form) -> Copula:
            of = At(self.grammar.of, subject)
            noun = self.grammar.the_noun(lemma, of, adjectives=adjectives)
            return Copula(self._asked("what"), noun, form)

        return ask

    def _adverbial(self, word: str, verb, passive: bool = False, tense: Form | None = THEN):
        def ask(subject: Phrase, form: Form) -> Clause:
            who = (None, subject) if passive else (subject, None)
            when = (Adjunct(Asked(self._word(word))),)
            return Clause(verb, *who, form=tense or form, passive=passive, adjuncts=when)

        return ask

    def _made(self, who: str, verb):
        def ask(subject: Phrase, form: Form) -> Clause:
            return Clause(verb, self._asked(who), subject, form=THEN)

        return ask

    def _works(self, verb):
        def ask(maker: Phrase, form: Form) -> Clause:
            return Clause(verb, maker, self._asked("what"), form=THEN)

        return ask

    def _within(self, what: str):
        lie = self.words.verb("lie", "prepositional", "in")

        def ask(subject: Phrase, form: Form) -> Clause:
            return Clause(lie, subject, second=self._asked(what), form=form)

        return ask

    def _which(self, what: str, verb):
        def ask(subject: Phrase, form: Form) -> Clause:
            return Clause(verb, subject, self._asked(what), form=form)

        return ask

    def _profession(self, subject: Phrase, form: Form) -> Copula:
        profession = Common(self.grammar.noun("profession"), det=Possessor(subject))
        return Copula(self._asked("what"), profession, form)

    def _capital_of(self, city: Phrase, form: Form) -> Clause:
        role = Adjunct(At(self.grammar.as_, Common(self.grammar.noun("capital"))))
        have = self.words.verb("have")
        return Clause(have, self._asked("country"), city, adjuncts=(role,))

    def _who_was_born(self, city: Phrase, form: Form) -> Clause:
        bear = self.words.verb("bear", "transitive")
        place = (Adjunct(At(self.grammar.in_, city)),)
        return Clause(bear, None, self._asked("who"), form=THEN, passive=True, adjuncts=place)


class Told(NamedTuple):
    """A clause of a story, with full names in place of pronouns, that can be asked about."""

    clause: Clause

    def slots(self) -> list[str]:
        """What can be asked for; where one goes *to* is no *what*."""
        found = [slot for slot in (SUBJECT, OBJECT, SECOND) if getattr(self.clause, slot)]
        goes_to = SECOND in found and self.clause.verb.preposition == "to"
        if goes_to and not is_person(self.clause.second):
            found.remove(SECOND)
        return [*found, PLACE] if self.place() else found

    def place(self) -> Adjunct | None:
        return next((a for a in self.clause.adjuncts if is_place(a)), None)

    def named(self) -> list[str]:
        """The slots that hold a name."""
        slots = (SUBJECT, OBJECT, SECOND)
        return [slot for slot in slots if type(getattr(self.clause, slot)) is Name]


def is_place(adjunct: Adjunct) -> bool:
    content = adjunct.content
    if type(content) is not At or content.preposition.kind != "place":
        return False
    phrase = content.phrase
    return type(phrase) is Common and "time" not in phrase.noun.kinds and not phrase.after


def full(phrase: Phrase, the) -> Phrase | None:
    """The phrase as a question can repeat it: pronouns by name; None if that's not possible."""
    if type(phrase) is Pronoun:
        referent = phrase.referent
        if referent.person != 3:
            return None
        if referent.entity is not None:
            return Name(referent.entity, referent)
        if referent.noun is not None:
            return Common(referent.noun, referent.number, the, referent=referent)
        return None
    if type(phrase) is Name:
        return None if phrase.after or phrase.adjectives else phrase
    if type(phrase) is not Common or phrase.after or phrase.count or phrase.compound:
        return None
    if phrase.det is not None and getattr(phrase.det, "lemma", "") not in ("the", "a"):
        return None
    return phrase


def told(clause, the) -> Told | None:
    """The clause of a statement, if it says that something happened."""
    if type(clause) is not Clause or clause.complement is not None:
        return None
    if clause.form.negation or clause.form.modal or clause.subject is None:
        return None
    slots = {slot: getattr(clause, slot) for slot in (SUBJECT, OBJECT, SECOND)}
    filled = {slot: full(phrase, the) for slot, phrase in slots.items() if phrase is not None}
    if None in filled.values():
        return None
    if clause.second is not None and clause.verb.frame not in ("ditransitive", "prepositional"):
        return None
    ids = [p.referent.id for p in filled.values() if p.referent is not None]
    if len(set(ids)) < len(ids):
        return None
    places = tuple(adjunct for adjunct in clause.adjuncts if is_place(adjunct))
    return Told(clause._replace(**filled, adjuncts=places))


def ask(event: Told, slot: str, word: Callable) -> str:
    """*Who lost the ring?*, *What did Anna lose?*, *Where did Anna lose the ring?*"""
    clause = event.clause._replace(passive=False)
    if slot == PLACE:
        return text(Question(clause._replace(adjuncts=(Adjunct(Asked(word("where"))),))))
    phrase = getattr(clause, slot)
    if slot == SECOND and clause.verb.frame == "ditransitive":
        clause = clause._replace(shifted=True)  # *who … to?*
    asked = Asked(word("who" if is_person(phrase) else "what"))
    return text(Question(clause._replace(**{slot: asked}, adjuncts=())))


def is_person(phrase: Phrase) -> bool:
    if type(phrase) is Name:
        return phrase.entity.animate
    return phrase.noun.animate

"""Predicate-argument structures in PropBank's style (Palmer, Gildea & Kingsbury 2005).

A frame is read off its clause's term, which names the deep arguments: ARG0 is the subject, ARG1 the
object, ARG2 the recipient or the verb's own prepositional phrase. Where a verb has no object its
prepositional phrase or its complement clause is ARG1. A copula is ``be.01`` with ARG1 and ARG2.
Spans hold the preposition, as in CoNLL 2005: *by Anna* is an ARG0. The pronoun of a relative clause
is R-ARG…, its antecedent ARG… itself; an understood subject (of infinitives, gerunds, participles)
is marked where the word that controls it is spoken in the sentence.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from helpers.miniworld.clauses import arguments, is_gap, subject_of
from helpers.miniworld.gold import Frame, Span, Token
from helpers.miniworld.lexicon import Adverb, FunctionWord
from helpers.miniworld.terms import (
    Adjunct,
    AdverbPhrase,
    Asked,
    At,
    Clause,
    Common,
    Copula,
    Date,
    Fragment,
    Gap,
    Gerund,
    Infinitive,
    Joined,
    Name,
    Partitive,
    Purpose,
    Quote,
    Reduced,
    Relative,
    Shared,
    Subordinate,
    That,
    Year,
)

# What an adjunct says, by the kind of its adverb, preposition or question word.
KINDS = {
    "time": "TMP",
    "frequency": "TMP",
    "place": "LOC",
    "manner": "MNR",
    "means": "MNR",
    "degree": "EXT",
    "direction": "DIR",
    "origin": "DIR",
    "cause": "CAU",
    "purpose": "PRP",
    "company": "COM",
    "role": "PRD",
    "interjection": "DIS",
    "connective": "DIS",
}
QUESTIONS = {"where": "LOC", "why": "CAU", "how": "MNR"}  # the others ask for a time
CAUSAL, TEMPORAL = {"because"}, {"after", "before", "once", "since", "until", "when", "whenever"}
OTHER = "ADV"
Range = tuple[int, int]


class Place(NamedTuple):
    """Where the words of a part of the term stand, and which of them is their head (or -1)."""

    start: int
    end: int
    head: int


class Filler(NamedTuple):
    """Words that fill an argument; ``prefix`` is ``R-`` for a relative pronoun."""

    span: Range
    prefix: str = ""


Fillers = tuple[Filler, ...]


def frames(term: tuple, places: dict[int, Place], tokens: Sequence[Token]) -> tuple[Frame, ...]:
    """All frames of a sentence by position; ``places`` by ``id`` of the parts of its term."""
    reader = _Frames(places, tokens)
    reader.visit(term)
    return tuple(sorted(reader.found, key=lambda frame: frame.predicate))


class _Frames:
    """One walk through a term. ``gap``: what fills the Gap of the clause at hand."""

    def __init__(self, places: dict[int, Place], tokens: Sequence[Token]):
        self.places = dict(places)
        self.tokens = tokens
        self.found: list[Frame] = []

    def visit(self, term, gap: Fillers = ()) -> None:
        kind = type(term)
        if kind is Clause or kind is Copula:
            self._clause(term, gap)
        elif kind is Shared:
            self._shared(term, gap)
        elif kind in (Name, Common, Partitive) or getattr(term, "after", ()):
            self._phrase(term)
        elif kind is Gerund or kind is Infinitive:
            self.visit(term.clause, gap)
        elif isinstance(term, tuple):
            for part in term:
                self.visit(part)

    def _phrase(self, term) -> None:
        """A noun phrase; what follows it takes up what stands before."""
        for part in term:
            if part is not getattr(term, "after", None):
                self.visit(part)
        for modifier in getattr(term, "after", ()):
            if type(modifier) is Relative:
                self.visit(modifier.clause, self._relative(term, modifier))
            elif type(modifier) is Reduced:
                self.visit(modifier.clause, self._antecedent(term, modifier.clause))
            else:
                self.visit(modifier)

    def _antecedent(self, host, modifier) -> Fillers:
        if id(host) not in self.places or id(modifier) not in self.places:
            return ()
        end = self.places[id(modifier)].start
        return (Filler((self.places[id(host)].start, end - self._is(end - 1, ","))),)

    def _relative(self, host, modifier: Relative) -> Fillers:
        """The antecedent and, where it is spoken, the pronoun with its preposition."""
        found = self._antecedent(host, modifier)
        first = modifier.clause.clauses[0] if type(modifier.clause) is Shared else modifier.clause
        outer, inner = self.places.get(id(modifier)), self.places.get(id(modifier.clause))
        if outer and inner and inner.start > outer.start and not is_gap(_owner(first)):
            found += (Filler((outer.start, inner.start), "R-"),)
        return found

    def _shared(self, term: Shared, gap: Fillers) -> None:
        """The subject is spoken once."""
        first, *others = term.clauses
        subject = self.places.get(id(subject_of(first)))
        for other in others:
            if subject:
                self.places[id(subject_of(other))] = subject
        for clause in term.clauses:
            self.visit(clause, gap)

    # -------------------------------------------------------------------- one clause

    def _clause(self, clause: Clause | Copula, gap: Fillers) -> None:
        if type(clause) is Clause:
            slots = list(self._verb_slots(clause, gap))
        else:
            slots = [("ARG1", self._filled(clause.subject, gap))]
            slots.append(("ARG2", self._filled(clause.predicate, gap)))
        for adjunct in clause.adjuncts:
            slots.append((f"ARGM-{meaning(adjunct.content)}", self._adjunct(adjunct, gap)))
        place = self.places.get(id(clause))
        if place and place.head >= 0:
            self._add(clause, place, slots)
        self._inner(clause, gap)

    def _verb_slots(self, clause: Clause, gap: Fillers) -> Iterator[tuple[str, Fillers]]:
        labels = labels_of(clause)
        for phrase, _, preposition in arguments(clause):
            filled = self._filled(phrase, gap, preposition)
            for slot in ("subject", "object", "second"):
                if phrase is getattr(clause, slot) and (phrase is not None or filled):
                    yield labels[slot], filled
                    break
        if clause.complement is not None:
            yield labels["complement"], self._complement(clause.complement)

    def _filled(self, phrase, gap: Fillers, preposition: str = "") -> Fillers:
        if phrase is None or type(phrase) is Gap:
            return gap
        if type(phrase) is At and type(phrase.phrase) is Gap:
            return gap
        place = self.places.get(id(phrase.clause if type(phrase) is Gerund else phrase))
        if place is None:
            return ()
        with_it = bool(preposition) and self._is(place.start - 1, preposition)
        return (Filler((place.start - with_it, place.end)),)

    def _complement(self, term: That | Infinitive | Quote) -> Fillers:
        inner = term.clause if type(term) is not Quote else term.sentence
        if type(term) is Quote and type(inner) is not Fragment:
            inner = inner.clause
        place = self.places.get(id(inner))
        if place is None:
            return ()
        word = type(term) is That and term.word is not None
        return (Filler((place.start - word, place.end)),)

    def _adjunct(self, adjunct: Adjunct, gap: Fillers) -> Fillers:
        content = adjunct.content
        if type(content) is At and type(content.phrase) is Gap:
            return gap
        if type(content) is At and type(content.phrase) is Asked:
            return self._filled(content.phrase, gap, content.preposition.lemma)
        if type(content) in (Purpose, Reduced):
            content = content.clause
        place = self.places.get(id(content)) or self.places.get(id(adjunct))
        return (Filler((place.start, place.end)),) if place else ()

    def _add(self, clause: Clause | Copula, place: Place, slots: list[tuple[str, Fillers]]) -> None:
        if clause.verb is None or clause.verb.lemma == "be":
            predicate, roleset = self._copula(place), "be.01"
        else:
            predicate = place.head
            roleset = clause.verb.roleset or f"{clause.verb.lemma}.01"
        if predicate < 0:
            return
        spans = [Span(*f.span, f.prefix + label) for label, filled in slots for f in filled]
        spans += self._small_words(clause, place.head)
        spans = sorted(set(spans), key=lambda span: (span.start, span.end, span.label))
        self.found.append(Frame(predicate, roleset, tuple(spans)))

    def _copula(self, place: Place) -> int:
        for i in range(place.start, place.end):
            if self.tokens[i].relation == "cop" and self.tokens[i].head == place.head:
                return i
        return -1

    def _small_words(self, clause: Clause | Copula, head: int) -> Iterator[Span]:
        """The modal verb and the negation, which hang on the clause's head."""
        for i, token in enumerate(self.tokens):
            if token.head != head:
                continue
            if clause.form.modal and token.xpos == "MD":
                yield Span(i, i + 1, "ARGM-MOD")
            if clause.form.negation and token.form.lower() in ("not", "n't", "never"):
                yield Span(i, i + 1, "ARGM-NEG")

    # --------------------------------------------------------------- clauses within

    def _inner(self, clause: Clause | Copula, gap: Fillers) -> None:
        """What is inside, with the understood subject of what has none of its own."""
        doer = _spoken(self._filled(clause.subject, gap)) if clause.subject is not None else ()
        if clause.subject is None and not getattr(clause, "passive", False):
            doer = _spoken(gap)
        if type(clause) is Copula:
            self.visit(clause.subject)
            self.visit(clause.predicate)
        else:
            for phrase in (clause.subject, clause.object, clause.second):
                self.visit(phrase, () if phrase is clause.subject else doer)
            self._governed(clause, gap, doer)
        surface = _spoken(self._filled(subject_of(clause), gap))
        for adjunct in clause.adjuncts:
            content = adjunct.content
            if type(content) is Reduced:
                self.visit(content.clause, surface)
            elif type(content) is Purpose:
                self.visit(content.clause, doer)
            elif type(content) is At and type(content.phrase) is Gerund:
                self.visit(content.phrase, doer)
            else:
                self.visit(content)

    def _governed(self, clause: Clause, gap: Fillers, doer: Fillers) -> None:
        if type(clause.complement) is not Infinitive:
            self.visit(clause.complement)
            return
        controller = doer if clause.object is None else _spoken(self._filled(clause.object, gap))
        self.visit(clause.complement, controller)

    def _is(self, index: int, lemma: str) -> bool:
        return index >= 0 and self.tokens[index].lemma == lemma


def _owner(clause):
    """The first argument that holds the gap as an owner (*whose capital*)."""
    slots = [phrase for phrase, _, _ in arguments(clause)] if type(clause) is Clause else ()
    slots = slots or [clause.subject, getattr(clause, "predicate", None)]
    return next((p for p in slots if type(p) is Common and is_gap(p)), None)


def _spoken(fillers: Fillers) -> Fillers:
    """Without relative pronouns: of an infinitive only the antecedent is an argument."""
    return tuple(filler for filler in fillers if not filler.prefix)


def labels_of(clause: Clause) -> dict[str, str]:
    """The numbered label of each argument of a verb."""
    free = ["ARG1", "ARG2", "ARG3"]
    labels = {"subject": "ARG0"}
    for slot in ("object", "second", "complement"):
        if getattr(clause, slot) is not None or (slot == "object" and clause.passive):
            labels[slot] = free.pop(0)
    return labels


def meaning(content) -> str:
    """TMP, LOC, MNR, CAU … of an adjunct."""
    kind = type(content)
    if kind is Joined:
        return meaning(content.items[0])
    if kind is AdverbPhrase:
        return meaning(content.adverb)
    if kind is Asked:
        return QUESTIONS.get(content.word.lemma, "TMP")
    if kind is Purpose:
        return "PRP"
    if kind is Subordinate:
        lemma = content.conjunction.lemma
        return "CAU" if lemma in CAUSAL else "TMP" if lemma in TEMPORAL else OTHER
    if kind is Common or kind is Date:
        return "TMP"
    if kind is At:
        return _of_preposition(content)
    if kind is Adverb and content.lemma == "never":
        return "NEG"
    if kind is Adverb or kind is FunctionWord:
        return KINDS.get(content.kind, OTHER)
    return OTHER


def _of_preposition(content: At) -> str:
    phrase, kind = content.phrase, content.preposition.kind
    if type(phrase) in (Year, Date):
        return "TMP"
    if kind == "place" and type(phrase) is Common and "time" in phrase.noun.kinds:
        return "TMP"
    if type(phrase) is Name and phrase.entity.kind == "language":
        return "MNR"
    return KINDS.get(kind, OTHER)

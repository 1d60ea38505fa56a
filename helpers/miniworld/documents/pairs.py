"""Two facts in one sentence: shared subject, relative clause, participle, contrast, attribute."""

from __future__ import annotations

from helpers.miniworld.documents.discourse import Attached, Discourse, in_turn
from helpers.miniworld.documents.facts import Known
from helpers.miniworld.documents.questions import Questions
from helpers.miniworld.documents.relations import Relations
from helpers.miniworld.terms import (
    FRONT,
    MIDDLE,
    SINGULAR,
    Adjunct,
    At,
    Clause,
    Common,
    Copula,
    Described,
    Gap,
    Joined,
    Name,
    Possessor,
    Pronoun,
    Reduced,
    Relative,
    Sentence,
    Shared,
    Statement,
    Subordinate,
    Year,
)
from helpers.miniworld.world import World

# A year that goes with what happened then: *was born in Warsaw in 1867*.
DATED = {"P19": "P569", "P20": "P570", "P740": "P571"}
# What a thing is and where it comes from: *was a Polish physicist*, *is a Swedish band*.
ATTRIBUTED = {"P106": "P27", "P31": ("P17", "P495")}
# Two places of a life that may be set against each other.
CONTRASTED = ({"P19", "P20"}, {"P27", "P20"})
ASKED, TOLD, ALSO = 0.06, 0.03, 0.2  # questions, *did you know*, *also*
BIRTH, DEATH = {"P19", "P569"}, {"P20", "P570"}
# Relations in which two objects can be joined: *borders France and Spain*.
LISTED = {"P47", "P1412", "P106", "HasA", "HasProperty", "UsedFor", "AtLocation", "P1303"}


class Pairs:
    """Ways to say one or two facts (``world.part(Pairs)``)."""

    def __init__(self, world: World):
        self.relations = world.part(Relations)
        self.grammar = self.relations.grammar
        self.words = self.grammar.words
        word = self.words.word
        self.although = word("although", "subordinator")
        self.questions = Questions(self.grammar)

    def fit(self, first: Known, second: Known) -> bool:
        """Whether the two may be said in one sentence: about one thing, each with a predicate."""
        if first.subject != second.subject or first.subject.kind in {"general", "action"}:
            return False
        if first.subject.kind in {"quantified", "substance"}:
            return False
        if first.fact.relation == second.fact.relation not in LISTED:
            return False
        found = self.relations.of
        return bool(
            found[first.fact.relation].predicates and found[second.fact.relation].predicates
        )

    def say(self, d: Discourse, group: tuple[Known, ...]) -> list[Sentence]:
        """The sentences for one or two facts; each closes its sentence in the discourse."""
        if len(group) == 1:
            said = self._single(d, group[0])
        elif group[0].subject == group[1].subject:
            said = self._together(d, *group)
        else:
            said = self._linked(d, *group)
        d.told.update((known.subject, known.fact.relation) for known in group)
        return said

    def _single(self, d: Discourse, known: Known) -> list[Sentence]:
        """The fact on its own, at times as a question and its answer or asked of the reader."""
        asked = self.questions.ask(d, known) if d.choices.chance(ASKED) else None
        if asked is not None:
            d.end_sentence()
        clause = self.relations.state(d, known)
        if asked is None and d.choices.chance(TOLD):
            sentence: Sentence = self.questions.did_you_know(clause)
        else:
            sentence = Statement(self._also(d, known, clause))
        d.end_sentence()
        return [sentence] if asked is None else [asked, sentence]

    def _also(self, d: Discourse, known: Known, clause):
        """*She also spoke French*, when a sentence before named another language of hers."""
        relation = known.fact.relation
        if relation not in LISTED or (known.subject, relation) not in d.told:
            return clause
        passive = getattr(clause, "passive", False)
        subject = clause.object if passive else getattr(clause, "subject", None)
        middle = any(adjunct.place == MIDDLE for adjunct in clause.adjuncts)
        if middle or type(subject) is not Pronoun or not subject.referent.id:
            return clause
        if not d.choices.chance(ALSO):
            return clause
        also = Adjunct(self.words.adverb("also"), MIDDLE)
        return clause._replace(adjuncts=(*clause.adjuncts, also))

    # ----------------------------------------------------------------- linked facts

    def _linked(self, d: Discourse, known: Known, link: Known) -> list[Sentence]:
        """*… borders Spain, whose capital is Madrid*, or the link in the next sentence."""
        if link.subject.kind != "thing" and d.choices.chance(0.6):
            d.attached[link.subject] = self._gapped(d, link)
            clause = self.relations.state(d, known)
            d.end_sentence()
            if link.subject not in d.attached:
                return [Statement(clause)]
            del d.attached[link.subject]
        else:
            clause = self.relations.state(d, known)
            d.end_sentence()
        return [Statement(clause), *self._single(d, link)]

    def _gapped(self, d: Discourse, link: Known) -> Attached:
        """*whose capital is Madrid*, *which lies in Europe*; nothing is mentioned yet.

        What a relative clause is about is no subject that a pronoun could take up.
        """
        owned = self.relations.of[link.fact.relation].owned
        mentioned, subjects = list(d.mentioned), list(d.subjects)
        if owned and d.choices.chance(0.5):
            clause = d.choices.pick(owned)(d, Possessor(Gap()), link)
        else:
            clause = self.relations.predicate(d, Gap(), link)[1]
        new = tuple(key for key in d.mentioned if key not in mentioned)
        d.mentioned[:], d.subjects[:] = mentioned, subjects
        return Attached(Relative(clause, commas=True), new)

    # --------------------------------------------------------------- one subject

    def _together(self, d: Discourse, first: Known, second: Known) -> list[Sentence]:
        ways = [self._shared, self._relative, self._and]
        if first.fact.relation in BIRTH and second.fact.relation not in BIRTH:
            ways.append(self._participle)
        if {first.fact.relation, second.fact.relation} in CONTRASTED:
            ways += [self._contrast, self._contrast]
        if first.fact.relation == second.fact.relation and first.fact.relation in LISTED:
            ways = [self._list]
        first, second, special = self._special(first, second)
        if special == self._dated:
            ways = [special]
        elif special is not None:
            ways = [special, special, *ways]
        for way in in_turn(d.choices, ways):
            clause = way(d, first, second)
            if clause is not None:
                d.end_sentence()
                return [Statement(clause)]
        raise ValueError(f"{first!r} and {second!r} don't go together.")

    def _special(self, first: Known, second: Known):
        """The two in the order that a special way wants them, and that way; birth before death."""
        for one, other in ((first, second), (second, first)):
            relation, its = one.fact.relation, other.fact.relation
            if DATED.get(relation) == its:
                return one, other, self._dated
            if its in ATTRIBUTED.get(relation, ()) and other.object.name in (
                self.words.nationalities
            ):
                return one, other, self._attributed
            if {relation, its} == {"P279", "HasProperty"} and relation == "P279":
                return one, other, self._described
        if first.fact.relation in DEATH and second.fact.relation in BIRTH:
            return second, first, None
        return first, second, None

    def _dated(self, d: Discourse, event: Known, year: Known) -> Clause:
        """*was born in Warsaw in 1867*."""
        clause = self.relations.of[event.fact.relation].predicates[0](
            d, d.subject(event.subject), event
        )
        at = Adjunct(At(self.grammar.in_year, Year(int(year.object.name))))
        return clause._replace(adjuncts=(*clause.adjuncts, at), facts=(*clause.facts, year.fact))

    def _attributed(self, d: Discourse, kind: Known, origin: Known) -> Copula:
        """*was a Polish physicist*."""
        noun = self.words.noun(kind.object.name)
        nationality = Described(self.words.nationalities[origin.object.name])
        subject = d.subject(kind.subject)
        d.stated(kind.subject, noun)
        article = self.grammar.a if noun.plural else None
        predicate = Common(noun, SINGULAR, article, (nationality,))
        form = d.form(kind.subject)
        return Copula(subject, predicate, form, facts=(kind.fact, origin.fact))

    def _described(self, d: Discourse, kind: Known, quality: Known) -> Copula:
        """*are small birds*."""
        clause = self.relations.of["P279"].predicates[0](d, d.subject(kind.subject), kind)
        adjective = Described(self.words.adjective(quality.object.name))
        predicate = clause.predicate._replace(adjectives=(adjective,))
        return clause._replace(predicate=predicate, facts=(kind.fact, quality.fact))

    def _shared(self, d: Discourse, first: Known, second: Known) -> Shared:
        """*was born in Warsaw and died in Paris*."""
        subject = d.subject(first.subject)
        clauses = tuple(self.relations.predicate(d, subject, k)[1] for k in (first, second))
        return Shared(self.grammar.and_, clauses)

    def _relative(self, d: Discourse, first: Known, second: Known) -> Clause | Copula | None:
        """*Marie Curie, who was born in Warsaw, died in Paris*."""
        if d.is_recent(first.subject) and d.choices.chance(0.6):
            return None
        subject = d.name(first.subject)
        if type(subject) is not Name:
            return None
        d.topic_is(first.subject)
        inner = self.relations.predicate(d, Gap(), first)[1]
        subject = subject._replace(after=(*subject.after, Relative(inner, commas=True)))
        return self.relations.predicate(d, subject, second)[1]

    def _and(self, d: Discourse, first: Known, second: Known) -> Joined | None:
        """*She was born in Warsaw, and she died in Paris*."""
        opening, closing = self._both_clauses(d, first, second)
        return closing and Joined(self.grammar.and_, (opening, closing))

    def _both_clauses(self, d: Discourse, first: Known, second: Known):
        """Clauses with a subject each; no second one if a pronoun could be misunderstood."""
        opening = self.relations.predicate(d, d.subject(first.subject), first)[1]
        pronoun = d.again(second.subject)
        return opening, pronoun and self.relations.predicate(d, pronoun, second)[1]

    def _contrast(self, d: Discourse, first: Known, second: Known) -> Clause | Copula | None:
        """*Although he was born in Florence, he died in Paris*."""
        if second.fact.relation != "P20":
            first, second = second, first
        if first.object.name == second.object.name:
            return None
        front = d.choices.chance(0.7)
        spoken = (first, second) if front else (second, first)
        opening, closing = self._both_clauses(d, *spoken)
        if closing is None:
            return None
        if front:
            born = Adjunct(Subordinate(self.although, opening), FRONT)
            return closing._replace(adjuncts=(born, *closing.adjuncts))
        born = Adjunct(Subordinate(self.although, closing))
        return opening._replace(adjuncts=(*opening.adjuncts, born))

    def _participle(self, d: Discourse, first: Known, second: Known) -> Clause | Copula | None:
        """*Born in Warsaw, she died in Paris*."""
        inner = self.relations.predicate(d, Gap(), first)[1]
        if type(inner) is not Clause or not inner.passive:
            return None
        main = self.relations.predicate(d, d.subject(second.subject), second)[1]
        return main._replace(adjuncts=(Adjunct(Reduced(inner), FRONT), *main.adjuncts))

    def _list(self, d: Discourse, first: Known, second: Known) -> Clause | Copula | Shared:
        """*borders France and Spain*: one construction, both objects."""
        subject = self.relations.subject(d, first)
        way, one = self.relations.predicate(d, subject, first)
        other = way(d, subject, second)
        if other is None:
            other = self.relations.predicate(d, subject, second)[1]
        return self._merged(one, other) or Shared(self.grammar.and_, (one, other))

    def _merged(self, one, other) -> Clause | Copula | None:
        """The two clauses as one, if they differ in a single phrase."""
        if type(one) is not type(other):
            return None
        facts = one.facts + other.facts
        theirs = other._replace(facts=())
        for field in ("object", "second", "predicate", "subject", "adjuncts"):
            mine, its = getattr(one, field, None), getattr(other, field, None)
            if mine != its and one._replace(**{field: its}, facts=()) == theirs:
                both = self._both(mine, its)
                return both and one._replace(**{field: both}, facts=facts)
        return None

    def _both(self, one, other):
        """*France and Spain*, *a poet and a novelist by profession*, *in forests and parks*."""
        if type(one) is tuple:
            return self._both_places(one, other)
        if type(one) is At:
            return one._replace(phrase=self._both(one.phrase, other.phrase))
        after, its = getattr(one, "after", ()), getattr(other, "after", ())
        if after == its:
            return Joined(self.grammar.and_, (one._replace(after=()) if after else one, other))
        if type(one) is type(other) is Common and one == other._replace(after=after):
            # *a neighbour of France and Spain*
            return one._replace(after=(self._both(*after, *its),))
        return None

    def _both_places(self, one: tuple, other: tuple) -> tuple | None:
        (*before, mine), (*others, its) = one, other
        alike = before == others and mine.place == its.place
        if not alike or type(mine.content) is not At or type(its.content) is not At:
            return None
        if mine.content.preposition is not its.content.preposition:
            return None
        return (*before, mine._replace(content=self._both(mine.content, its.content)))

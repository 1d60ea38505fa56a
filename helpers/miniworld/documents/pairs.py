"""Two facts in one sentence: shared subject, relative clause, participle, contrast, attribute."""

from __future__ import annotations

from helpers.miniworld.documents.discourse import Discourse
from helpers.miniworld.documents.facts import Known
from helpers.miniworld.documents.relations import Relations
from helpers.miniworld.terms import (
    FRONT,
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
    Phrase,
    Possessor,
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
DATED = {"P19": "P569", "P20": "P570", "P50": "P577", "P86": "P577", "P57": "P577", "P740": "P571"}
# What a thing is and where it comes from: *was a Polish physicist*, *is a Swedish band*.
ATTRIBUTED = {"P106": "P27", "P31": ("P17", "P495")}
# Two places of a life that may be set against each other.
CONTRASTED = ({"P19", "P20"}, {"P27", "P20"})
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
        self.while_ = word("while", "subordinator")

    def fit(self, first: Known, second: Known) -> bool:
        """Whether the two may be said in one sentence: about one thing, each with a predicate."""
        if first.subject != second.subject or first.subject.kind in {"general", "action"}:
            return False
        if first.subject.kind in {"quantified", "substance"}:
            return False
        found = self.relations.of
        return bool(
            found[first.fact.relation].predicates and found[second.fact.relation].predicates
        )

    def say(self, d: Discourse, group: tuple[Known, ...]) -> list[Sentence]:
        """The sentences for one or two facts; each closes its sentence in the discourse."""
        if len(group) == 1:
            return [self._single(d, group[0])]
        first, second = group
        if first.subject != second.subject:
            return self._linked(d, first, second)
        return self._together(d, first, second)

    def _single(self, d: Discourse, known: Known) -> Sentence:
        clause = self.relations.state(d, known)
        d.end_sentence()
        return Statement(clause)

    # ----------------------------------------------------------------- linked facts

    def _linked(self, d: Discourse, known: Known, link: Known) -> list[Sentence]:
        """*… borders Spain, whose capital is Madrid*, or the link in the next sentence."""
        if link.subject.kind != "thing" and d.choices.chance(0.6):
            d.attached[link.subject] = (Relative(self._gapped(d, link), commas=True),)
            clause = self.relations.state(d, known)
            d.end_sentence()
            if link.subject not in d.attached:
                return [Statement(clause)]
            del d.attached[link.subject]
        else:
            clause = self.relations.state(d, known)
            d.end_sentence()
        return [Statement(clause), self._single(d, link)]

    def _gapped(self, d: Discourse, link: Known) -> Clause | Copula:
        owned = self.relations.of[link.fact.relation].owned
        before = list(d.subjects)
        if owned and d.choices.chance(0.5):
            clause = d.choices.pick(owned)(d, Possessor(Gap()), link)
        else:
            clause = self.relations.predicate(d, Gap(), link)[1]
        # What a relative clause is about is no subject that a pronoun could take up.
        d.subjects[:] = before
        return clause

    # --------------------------------------------------------------- one subject

    def _together(self, d: Discourse, first: Known, second: Known) -> list[Sentence]:
        ways = [self._shared, self._relative, self._and]
        if first.subject.kind == "person":
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
        for way in d.choices.shuffled(ways):
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
        subject = d.name(first.subject)
        if type(subject) is not Name:
            return None
        d.topic_is(first.subject)
        inner = self.relations.predicate(d, Gap(), first)[1]
        subject = subject._replace(after=(*subject.after, Relative(inner, commas=True)))
        return self.relations.predicate(d, subject, second)[1]

    def _and(self, d: Discourse, first: Known, second: Known) -> Joined:
        """*She was born in Warsaw, and she died in Paris*."""
        opening = self.relations.predicate(d, d.subject(first.subject), first)[1]
        closing = self.relations.predicate(d, d.again(second.subject), second)[1]
        return Joined(self.grammar.and_, (opening, closing))

    def _contrast(self, d: Discourse, first: Known, second: Known) -> Clause | Copula | None:
        """*Although he was born in Florence, he died in Paris*."""
        if second.fact.relation != "P20":
            first, second = second, first
        if first.object.name == second.object.name:
            return None
        opening = self.relations.predicate(d, d.subject(first.subject), first)[1]
        closing = self.relations.predicate(d, d.again(second.subject), second)[1]
        place = FRONT if d.choices.chance(0.7) else "end"
        if place == FRONT:
            front = Adjunct(Subordinate(self.although, opening), FRONT)
            return closing._replace(adjuncts=(front, *closing.adjuncts))
        end = Adjunct(Subordinate(self.although, closing))
        return opening._replace(adjuncts=(*opening.adjuncts, end))

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
        facts = one.facts + other.facts
        plain = one._replace(facts=())
        for field in ("object", "second", "predicate"):
            if not hasattr(one, field) or type(one) is not type(other):
                continue
            theirs = getattr(other, field)
            if plain._replace(**{field: theirs}) == other._replace(facts=()):
                both = self._both(getattr(one, field), theirs)
                return both and one._replace(**{field: both}, facts=facts)
        return None

    def _both(self, one: Phrase, other: Phrase) -> Phrase | None:
        if type(one) is At:
            return None
        return Joined(self.grammar.and_, (one, other))

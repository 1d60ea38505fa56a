"""All constructions of all relations, and the ways to say one fact."""

from __future__ import annotations

from helpers.miniworld.documents import generic, makers, people, places
from helpers.miniworld.documents.discourse import Discourse, in_turn
from helpers.miniworld.documents.facts import Known
from helpers.miniworld.documents.grammar import Constructions, Grammar, Predicate, Sentence
from helpers.miniworld.terms import Common, Phrase
from helpers.miniworld.world import World


class Relations:
    """The constructions of every relation in this world (``world.part(Relations)``)."""

    def __init__(self, world: World):
        self.grammar = world.part(Grammar)
        self.of: dict[str, Constructions] = {}
        for module in (places, people, makers, generic):
            for relation, found in module.constructions(self.grammar).items():
                self.of[relation] = self.of[relation] + found if relation in self.of else found

    def subject(self, d: Discourse, known: Known) -> Phrase:
        """The phrase for a fact's subject as subject of its sentence."""
        if known.subject.kind == "general":
            counted = known.fact.relation in {"AtLocation", "UsedFor"}
            words = self.grammar.words
            name = known.subject.name
            return words.counted(name, d.number) if counted else words.cell(name)
        if known.subject.kind == "quantified":
            return self.quantified(known)
        return d.subject(known.subject)

    def quantified(self, known: Known) -> Common:
        """*no birds*, *most insects*."""
        quantifier, plural = known.subject.name.split(" ", 1)
        phrase = self.grammar.words.cell(plural)
        return phrase._replace(det=self.grammar.words.word(quantifier, "determiner"))

    def state(self, d: Discourse, known: Known) -> Sentence:
        """One clause that states the fact, any of its constructions."""
        found = self.of[known.fact.relation]
        quantified = known.subject.kind == "quantified"
        ways = found.predicates if quantified else found.predicates + found.wholes
        subject = None
        for way in in_turn(d.choices, ways):
            if way in found.wholes and subject is None:
                clause = way(d, known)
            else:
                subject = subject or self.subject(d, known)
                clause = way(d, subject, known) if way in found.predicates else None
            if clause is not None:
                return clause
        raise ValueError(f"known={known!r}: no construction says it.")

    def predicate(
        self, d: Discourse, subject: Phrase, known: Known
    ) -> tuple[Predicate, Sentence] | None:
        """A clause with this subject and the construction it came from."""
        for way in in_turn(d.choices, self.of[known.fact.relation].predicates):
            clause = way(d, subject, known)
            if clause is not None:
                return way, clause
        return None

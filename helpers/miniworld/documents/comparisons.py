"""Comparisons that the tables' years prove: who was born first, what is older."""

from __future__ import annotations

from collections import defaultdict

from helpers.miniworld.documents.active import Active
from helpers.miniworld.documents.discourse import Discourse
from helpers.miniworld.documents.exposure import Exposure
from helpers.miniworld.documents.facts import Key, known_facts
from helpers.miniworld.documents.grammar import Grammar
from helpers.miniworld.terms import (
    COMPARATIVE,
    THEN,
    Adjunct,
    At,
    Clause,
    Copula,
    Described,
    Sentence,
    Statement,
)
from helpers.miniworld.world import World

# The year that counts, and whose members are compared with each other.
YEARS = {"person": "P569", "organisation": "P571", "work": "P577"}
GROUPS = {"person": "P106", "organisation": "P31", "work": "P31"}


class Comparisons:
    """Things of one group with their years (``world.part(Comparisons)``)."""

    def __init__(self, world: World):
        self.grammar = world.part(Grammar)
        held_out = world.part(Exposure).held_out
        self.years: dict[Key, int] = {}
        self.group_of: dict[Key, str] = {}
        self.members: dict[tuple[str, str], list[Key]] = defaultdict(list)
        for known in filter(world.part(Active).states, known_facts()):
            kind, relation = known.subject.kind, known.fact.relation
            if relation == YEARS.get(kind) and known.fact not in held_out:
                self.years[known.subject] = int(known.object.name)
            if relation == GROUPS.get(kind) and known.subject not in self.group_of:
                self.group_of[known.subject] = known.object.name
                self.members[kind, known.object.name].append(known.subject)

    def compare(self, d: Discourse, topic: Key) -> list[Sentence]:
        """A sentence that compares the topic with another of its group, if there is one."""
        if topic not in self.years:
            return []
        group = self.members[topic.kind, self.group_of.get(topic, "")]
        others = [k for k in group if self.years.get(k, self.years[topic]) != self.years[topic]]
        if not others:
            return []
        other = d.choices.pick(others)
        earlier, later = sorted((topic, other), key=self.years.__getitem__)
        clause = self._clause(d, earlier, later)
        d.end_sentence()
        return [Statement(clause)]

    def _clause(self, d: Discourse, earlier: Key, later: Key) -> Clause | Copula:
        words = self.grammar.words
        if earlier.kind != "person":
            first, then, lemma = (
                (earlier, later, "old") if d.choices.chance(0.5) else (later, earlier, "young")
            )
            subject = d.subject(first)
            than = Described(words.adjective(lemma), COMPARATIVE, than=d.other(then))
            return Copula(subject, than)
        first, then, lemma = (
            (earlier, later, "before") if d.choices.chance(0.5) else (later, earlier, "after")
        )
        at = Adjunct(At(words.word(lemma, "time"), d.other(then)))
        bear = words.verb("bear", "transitive")
        return Clause(bear, None, d.subject(first), form=THEN, passive=True, adjuncts=(at,))

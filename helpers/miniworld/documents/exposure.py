"""What an entry may be about, what it may say, and how often every fact is therefore said.

Kinds of topic have fixed shares. Within a kind topics follow Zipf's law, and so do the slots of a
topic: all that there is to say about it. Both rankings are drawn once per world. A slot is a fact,
at times linked to one about its object (*… borders Spain, whose capital is Madrid*). So the
expected number of mentions of a fact in one entry is known in closed form: ``per_entry``.

A share of the facts is held out: no entry of this world says or implies them. Nor does any say
what lies outside the part of the tables that this world speaks of (``active``).
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import NamedTuple

from helpers.miniworld import tables
from helpers.miniworld.choice import Choices, Weighted
from helpers.miniworld.documents.active import Active
from helpers.miniworld.documents.facts import (
    Key,
    Known,
    known_facts,
    lecture_facts,
)
from helpers.miniworld.documents.law import inclusion, systematic, zipf_weights
from helpers.miniworld.terms import Fact
from helpers.miniworld.world import World

SHARES = {
    "person": 0.28,
    "country": 0.17,
    "city": 0.10,
    "organisation": 0.10,
    "work": 0.10,
    "product": 0.06,
    "animal": 0.06,
    "plant": 0.04,
    "food": 0.03,
    "tool": 0.03,
    "page": 0.03,
}
HELD_OUT = 0.05
FEWEST, MOST = 4, 9  # slots taken in one entry
LINKED = 0.3  # a slot with links says one of them this often
ENOUGH = 7  # a topic with fewer facts also speaks of the things they name
INVERSES = 12  # facts that have the topic as their object, at most so many in its slots

# Facts that the entry about their object may state, by the kind of that object.
FROM_THE_OBJECT = {
    "city": {"P36", "P19", "P20", "P159", "P740", "P138", "P276"},
    "organisation": {"P176", "P178", "P127", "P54", "P264", "P108", "P449"},
    "person": {"P170"},
    "thing": {"P279"},
}
# Facts about the object that may be linked, by its kind.
LINKS = {
    "country": {"P36", "P30", "P37", "P38"},
    "city": {"P17"},
    "organisation": {"P571", "P159", "P452", "P17"},
    "person": {"P27", "P106", "P19"},
    "work": {"P577", "P407"},
}
# One of LAMA's people about whom nothing else is known: a king is said among his country's facts.
LODGED = {Key("person", "Carl III"): Key("country", "Sweden")}
# Pages of sentences of one kind take what has no entry of its own.
HOMELESS = {"P30": "AtLocation", "P17": "AtLocation", "P276": "AtLocation", "P527": "HasA"}


class Slot(NamedTuple):
    """A fact of the topic and the facts of its object that may be linked to it."""

    known: Known
    links: tuple[Known, ...]


class Exposure:
    """The laws of one world, prepared at the first use (``world.part(Exposure)``)."""

    def __init__(self, world: World):
        self.seed = world.seed
        choices = world.choices("facts")
        self.held_out = _held_out(choices)
        active = world.part(Active)
        said = [k for k in known_facts() if k.fact not in self.held_out and active.states(k)]
        self.by_subject: dict[Key, list[Known]] = defaultdict(list)
        for known in said:
            self.by_subject[known.subject].append(known)
        slots = _slots(said, self.by_subject, choices)
        self.slots = {key: found for key, found in slots.items() if active.speaks_of(key)}
        self.topics = self._topics(choices)
        self.kinds = Weighted(tuple(SHARES), tuple(SHARES.values()))
        self._samples: dict[tuple[Key, int], Weighted] = {}

    def _topics(self, choices: Choices) -> dict[str, Weighted]:
        """Every kind's topics in this world's order of frequency."""
        classes = {row.lemma: row.cls for row in tables.rows("things")}
        kinds: dict[str, list[Key]] = {kind: [] for kind in SHARES}
        for key, slots in self.slots.items():
            kind = classes[key.name] if key.kind == "thing" else key.kind
            if kind in kinds and len(slots) >= FEWEST:
                kinds[kind].append(key)
        told = {key for k in known_facts() if k.fact in lecture_facts() for key in k[1:]}
        told |= {LODGED[key] for key in told if key in LODGED}
        return {kind: Weighted.zipf(_ranked(keys, told, choices)) for kind, keys in kinds.items()}

    def sizes(self, key: Key) -> tuple[int, int]:
        """Fewest and most slots an entry about ``key`` takes."""
        return FEWEST, min(MOST, len(self.slots[key]))

    def sample(self, key: Key, n: int) -> Weighted:
        """The sets of ``n`` slot numbers an entry about ``key`` may take, with probabilities."""
        if (key, n) not in self._samples:
            weights = zipf_weights(len(self.slots[key]))
            self._samples[key, n] = systematic(inclusion(weights, n))
        return self._samples[key, n]

    def is_about_another(self, topic: Key, slot: int) -> bool:
        """Whether the slot states a fact about a thing that only the first slot names."""
        first, known = self.slots[topic][0].known, self.slots[topic][slot].known
        return topic not in (known.subject, known.object) and known.subject in first[1:]

    @cached_property
    def per_entry(self) -> dict[Fact, float]:
        """Expected mentions of every fact in one entry; 0 for what is held out."""
        expected = dict.fromkeys((known.fact for known in known_facts()), 0.0)
        total = sum(SHARES.values())
        for kind, share in SHARES.items():
            topics = self.topics[kind]
            weights = zipf_weights(len(topics.items))
            for key, weight in zip(topics.items, weights, strict=True):
                slots = self.slots[key]
                p_topic = share / total * weight / sum(weights)
                for slot, p_slot in zip(slots, self._slot_probabilities(key), strict=True):
                    p = p_topic * p_slot
                    expected[slot.known.fact] += p
                    for link in slot.links:
                        expected[link.fact] += p * LINKED / len(slot.links)
        return expected

    def expected(self, fact: Fact, n_entries: float) -> float:
        """Expected mentions of a fact in ``n_entries`` entries, e.g. in those of 1 M tokens.

        Raises ValueError for what no table holds.
        """
        if fact not in self.per_entry:
            raise ValueError(f"fact={fact!r} is in none of the tables.")
        return self.per_entry[fact] * n_entries

    def _slot_probabilities(self, key: Key) -> list[float]:
        low, high = self.sizes(key)
        weights = zipf_weights(len(self.slots[key]))
        each = [inclusion(weights, n) for n in range(low, high + 1)]
        return [sum(column) / len(each) for column in zip(*each, strict=True)]


def _ranked(items: list, told: set, choices: Choices) -> list:
    """In random order, but what the lecture's rows tell is three times as near to the top: the
    words of their templates are to be read."""
    ranks = {item: rank for rank, item in enumerate(choices.shuffled(items))}
    return sorted(ranks, key=lambda item: ranks[item] / 3 if item in told else ranks[item])


def _held_out(choices: Choices) -> frozenset[Fact]:
    """A share of all facts but those about the lecture's subjects; borders from both sides."""
    spared = {fact.subject for fact in lecture_facts()}
    held: set[Fact] = set()
    for fact in (known.fact for known in known_facts()):
        twin = Fact("P47", fact.object, fact.subject) if fact.relation == "P47" else fact
        if twin in held or (
            fact.subject not in spared and twin >= fact and choices.chance(HELD_OUT)
        ):
            held |= {fact, twin}
    for row in tables.rows("generalities"):
        # *All birds have feathers* would give away that birds do.
        if Fact(row.relation, row.subject, row.object) in held:
            held.add(Fact(row.relation, f"{row.quantifier} {row.subject}", row.object))
    return frozenset(held)


def _slots(
    said: list[Known], by_subject: dict[Key, list[Known]], choices: Choices
) -> dict[Key, tuple[Slot, ...]]:
    """Per topic its own facts in this world's order, then those it is the object of."""
    from_object: dict[Key, list[Known]] = defaultdict(list)
    things = {row.lemma for row in tables.rows("things")}
    members = _members()
    for known in said:
        if known.subject.kind == "quantified":
            for member in members[known.subject.name.split(" ", 1)[1]]:
                from_object[member].append(known)
            continue
        at = known.object
        if at.kind == "noun" and at.name in things:
            at = Key("thing", at.name)
        if known.fact.relation in FROM_THE_OBJECT.get(at.kind, ()):
            from_object[at].append(known)
    own: dict[Key, list[Known]] = defaultdict(list)
    for known in said:
        if known.subject.kind != "quantified":
            own[_home(known, from_object)].append(known)
    told = {known for known in said if known.fact in lecture_facts()}
    result = {}
    for key in dict.fromkeys((*own, *from_object)):
        facts = _ranked(own[key], told, choices) + _some(from_object[key], choices)
        if key.kind != "page" and len(facts) < ENOUGH:
            facts = _with_neighbour(key, facts, by_subject)
        result[key] = _linked(key, facts, by_subject)
    return result


def _some(known: list[Known], choices: Choices) -> list[Known]:
    """Some of the facts with the topic as their object, the lecture's among them."""
    spared = lecture_facts()
    chosen = choices.sample(known, INVERSES)
    return [k for k in known if k.fact in spared and k not in chosen] + chosen


def _members() -> dict[str, list[Key]]:
    """The things a generality about *birds*, *mammals*, *penguins* … concerns."""
    members: dict[str, list[Key]] = defaultdict(list)
    plurals = {row.subject for row in tables.rows("generalities")}
    for row in tables.rows("things"):
        key = Key("thing", row.lemma)
        for kind in dict.fromkeys((row.kind, row.cls)):
            members[kind if kind in plurals else f"{kind}s"].append(key)
        members[row.plural].append(key)
    return members


def _home(known: Known, from_object: dict[Key, list[Known]]) -> Key:
    """The topic whose entry states the fact as its own."""
    relation = known.fact.relation
    if known.subject.kind in {"general", "action"}:
        return Key("page", relation)
    if known.subject.kind in {"place", "event", "substance"} and not from_object.get(known.object):
        return Key("page", HOMELESS[relation])
    return LODGED.get(known.subject, known.subject)


def _with_neighbour(
    topic: Key, facts: list[Known], by_subject: dict[Key, list[Known]]
) -> list[Known]:
    """A topic with few facts of its own also speaks of one thing that they name.

    The fact that names it comes first: so few slots, and the first is always taken.
    """
    stated = {known.fact for known in facts}
    for known in facts:
        about = [link for link in _links(topic, known, by_subject) if link.fact not in stated]
        if about:
            rest = [other for other in facts if other is not known]
            return [known, *rest, *about][:ENOUGH]
    return facts


def _links(topic: Key, known: Known, by_subject: dict[Key, list[Known]]) -> list[Known]:
    """What may be said about the other thing of a fact about the topic."""
    other = known.object if known.object != topic else known.subject
    wanted = LINKS.get(other.kind, ())
    found = by_subject.get(other, ())
    named = (topic, known.subject, known.object)
    return [k for k in found if k.fact.relation in wanted and k.object not in named]


def _linked(topic: Key, facts: list[Known], by_subject: dict[Key, list[Known]]) -> tuple[Slot, ...]:
    """Slots with their links; none repeats a fact that another slot of the topic states."""
    taken = {known.fact for known in facts}
    slots = []
    for known in facts:
        links: list[Known] = []
        for link in _links(topic, known, by_subject):
            if link.fact not in taken:
                links.append(link)
                taken.add(link.fact)
        slots.append(Slot(known, tuple(links)))
    return tuple(slots)

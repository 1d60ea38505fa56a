"""Which rows of the tables one world speaks of.

The tables hold more names than a corpus of a million tokens can teach. So a world draws, once, a
part of them: what the lecture's rows need, the most famous, then others up to a number per kind;
and all that the facts about these name (the city in which one was born, the company that owns
another). Countries are all there, with their capitals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from helpers.miniworld.choice import Choices
from helpers.miniworld.documents.facts import Key, Known, known_facts, lecture_facts
from helpers.miniworld.world import World

# So many of a kind are drawn; what others name comes on top.
DRAWN = {
    "work": 36,
    "person": 125,
    "product": 28,
    "organisation": 40,
    "thing": 52,
    "general": 54,
    "action": 12,
}
# Kinds of which a world speaks only in part; of all others always.
PARTLY = {*DRAWN, "city"}
# Nationality, official language, currency, year of birth and of death: of so many subjects alone,
# because most of the answers are words that nothing else needs.
TOLD = {"P27": 60, "P37": 64, "P38": 30, "P569": 64, "P570": 40}
FAMOUS = (
    "Albert Einstein",
    "Charles Darwin",
    "Johann Sebastian Bach",
    "Leonardo da Vinci",
    "Ludwig van Beethoven",
    "Marie Curie",
    "Pablo Picasso",
    "William Shakespeare",
    "Wolfgang Amadeus Mozart",
)


class Active:
    """What a world speaks of (``world.part(Active)``)."""

    def __init__(self, world: World):
        choices = world.choices("active")
        spared = lecture_facts()
        self.about: dict[Key, list[Known]] = defaultdict(list)
        for known in known_facts():
            self.about[known.subject].append(known)
        self.keys: set[Key] = set()
        self._add(key for key in self.about if key.kind == "country")
        self._add(key for known in known_facts() if known.fact in spared for key in known[1:])
        self._add(Key("person", name) for name in FAMOUS)
        for kind, number in DRAWN.items():
            self._draw(kind, number, choices)
        self._told = {(k.fact.relation, k.subject) for k in known_facts() if k.fact in spared}
        for relation, number in TOLD.items():
            subjects = [k.subject for k in known_facts() if k.fact.relation == relation]
            subjects = [key for key in dict.fromkeys(subjects) if self.speaks_of(key)]
            self._told |= {(relation, key) for key in choices.sample(subjects, number)}

    def states(self, known: Known) -> bool:
        """Whether this world may state the fact (unless it holds it out)."""
        relation = known.fact.relation
        # Luxembourg has a capital of that name, but nobody says that it lies in Luxembourg.
        if known.subject.name == known.object.name and relation != "P36":
            return False
        if relation in TOLD and (relation, known.subject) not in self._told:
            return False
        return self.speaks_of(known.subject) and self.speaks_of(known.object)

    def speaks_of(self, key: Key) -> bool:
        return key.kind not in PARTLY or key in self.keys

    def _draw(self, kind: str, number: int, choices: Choices) -> None:
        """Adds others of the kind until there are so many of it."""
        of_kind = [key for key in self.about if key.kind == kind]
        for key in choices.shuffled(of_kind):
            if sum(other.kind == kind for other in self.keys) >= number:
                return
            self._add([key])

    def _add(self, keys: Iterable[Key]) -> None:
        """These and, through their facts, all that they name."""
        waiting = [key for key in keys if key.kind in PARTLY or key.kind == "country"]
        while waiting:
            key = waiting.pop()
            if key not in self.keys:
                self.keys.add(key)
                waiting += [k.object for k in self.about[key] if k.object.kind in PARTLY]

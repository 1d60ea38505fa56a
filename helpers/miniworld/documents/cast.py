"""Invented people, their kin and their jobs."""

from __future__ import annotations

from helpers.miniworld import tables
from helpers.miniworld.choice import Choices, Weighted
from helpers.miniworld.lexicon import Entity, Noun
from helpers.miniworld.vocabulary import vocabulary
from helpers.miniworld.world import World


def listed(text: str) -> list[str]:
    """The words of a text; a list that reads easily."""
    return text.split()


KIN = listed("sister brother mother father aunt uncle cousin daughter son")
ACQUAINTANCES = ["neighbour", "friend", "colleague", "boss"]
FEMALE = set(listed("sister mother aunt daughter grandmother wife niece queen princess witch"))
MALE = set(listed("brother father uncle son grandfather husband nephew king prince"))
FIRST_NAMES, LAST_NAMES = 40, 30  # that a world draws from the table


class Names:
    """First names, last names and jobs, each with a Zipf law; the planted bias.

    Every other job leans to every other first name: with probability ``world.bias`` a person's
    job is taken from the half that leans to the name, else from all.
    """

    def __init__(self, world: World):
        words = vocabulary()
        order = world.choices("names")
        rows = [row for row in tables.rows("names") if row.part == "first"]
        first = order.sample([row for row in rows if row.gender != "any"], FIRST_NAMES)
        last = [row.name for row in tables.rows("names") if row.part == "last"]
        self.first = Weighted.zipf(first)
        self.last = Weighted.zipf(order.sample(last, LAST_NAMES))
        jobs = order.shuffled([words.noun(row.lemma) for row in tables.rows("jobs")])
        self.jobs = Weighted.zipf(jobs)
        self.leaning = (Weighted.zipf(jobs[0::2]), Weighted.zipf(jobs[1::2]))
        self.side = {row.name: i % 2 for i, row in enumerate(first)}
        self.bias = world.bias
        self._words = words

    def person(self, choices: Choices, full: bool = False) -> Entity:
        """Someone with a first name, and a last name if ``full``."""
        row = choices.weighted(self.first)
        last = choices.weighted(self.last) if full else ""
        return self._words.person(row.name, row.gender, last)

    def job(self, choices: Choices, person: Entity) -> Noun:
        """An invented job; with ``bias`` one that leans to the person's first name."""
        side = self.side[person.words[0]]
        if self.bias and choices.chance(self.bias):
            return choices.weighted(self.leaning[side])
        return choices.weighted(self.jobs)


def gender_of(noun: Noun) -> str:
    """What a kinship term says of its gender; *any* where it says nothing."""
    if noun.lemma in FEMALE:
        return "female"
    return "male" if noun.lemma in MALE else "any"

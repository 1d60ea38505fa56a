"""Stories of invented people: something is lost, given, repaired, won; in the present or the past.

A story follows the steps of one plot. Between them stand the weather, the place, what people are
like and, often, verbs that agree with a noun some words away.
"""

from __future__ import annotations

from typing import Any

from helpers.miniworld.choice import Choices, Weighted
from helpers.miniworld.documents import story_patterns as said
from helpers.miniworld.documents.cast import Names
from helpers.miniworld.documents.draft import Draft
from helpers.miniworld.documents.scene import Scene
from helpers.miniworld.documents.sense_patterns import SENSES
from helpers.miniworld.documents.story_words import (
    BEASTLY,
    DEVICES,
    LATER,
    MANNERS,
    NEEDS_OBJECT,
    OBJECTS,
    PETS,
    PLACES,
    RECENTLY,
    REFLEXIVE,
    RESTING,
    STRANGERS,
    WHEN,
    adjectives_of,
    adverbials,
    deeds_of,
    intransitive,
    nouns_of,
    stranger_gender,
    word_or_sense,
)
from helpers.miniworld.lexicon import Entity, Noun
from helpers.miniworld.patterns import Item, patterns
from helpers.miniworld.terms import PAST, PLURAL, PRESENT, SINGULAR, Described
from helpers.miniworld.vocabulary import vocabulary
from helpers.miniworld.world import World

LONGEST = 14
ASIDES = ((0,), (0, 1), (0, 1, 2))  # how many between two steps
IN_THE_PRESENT = 0.8  # the past doesn't show a verb's number
SKIPPED = 0.12
INVENTED_JOB = 0.3
NOUNS, ADJECTIVES, VERBS, THINGS = 11, 11, 12, 12  # of each kind, drawn once per world
PEOPLE = 23  # a noun for people is subject of most verbs
OBJECTS_OF_A_VERB = 3
FLATNESS = 0.3  # of Zipf's law for verbs: agreement is learnt verb by verb
IRREGULAR = 3
OTHER_GENDER = 0.75  # two people of one gender are harder to tell apart


class Stories:
    """What all stories draw from."""

    def __init__(self, world: World):
        words = vocabulary()
        self.words = words
        self.names = world.part(Names)
        order = world.choices("stories")
        nouns = nouns_of(words)
        self.nouns = _tables(order, nouns, NOUNS)
        self.nouns["person"] = Weighted.zipf(order.sample(nouns["person"], PEOPLE))
        self.adjectives = _tables(order, adjectives_of(words), ADJECTIVES)
        self.verbs = {
            "act": Weighted.zipf(order.shuffled(intransitive(words, RESTING)), FLATNESS),
            "beast": Weighted.zipf(order.shuffled(intransitive(words, BEASTLY))),
        }
        self.manner = Weighted.zipf(order.shuffled([words.adverb(x) for x in MANNERS]))
        self.degrees = [words.adverb(x) for x in ("very", "really", "quite", "rather")]
        self.objects, self.devices, self.pets, self.strangers = (
            Weighted.zipf([word_or_sense(words, x) for x in order.sample(names, THINGS)])
            for names in (OBJECTS, DEVICES, PETS, STRANGERS)
        )
        self.places = [words.noun(x) for x in PLACES]
        self.plots = [tuple(patterns(step) for step in plot) for plot in said.PLOTS]
        asides = [patterns(x) for x in (said.WEATHER, said.AGREEMENT, said.ASIDES)]
        self.about_people = asides[-1]
        self.senses = {sense: patterns(x) for sense, x in SENSES.items()}
        self.sense_order = Weighted.zipf(order.shuffled(sorted(self.senses)), 0.5)
        meant = tuple(p for some in self.senses.values() for p in some if p.narrated)
        self.asides = Weighted([*asides, meant], [0.06, 0.68, 0.20, 0.06])
        self.times = {"@when": adverbials(WHEN), "@later": adverbials(LATER)}
        self.times["@past"] = adverbials(RECENTLY)
        deeds = deeds_of(words)
        to_things, to_people = dict(deeds["do"]), deeds["deal"]
        doing = [
            (verb, order.sample(to_things[verb], OBJECTS_OF_A_VERB))
            for verb in _both_kinds(order, list(to_things), NEEDS_OBJECT, IRREGULAR)
        ]
        self.doing = Weighted.zipf(doing, FLATNESS)
        dealing = _both_kinds(order, to_people, REFLEXIVE)
        self.verbs["deal"] = Weighted.zipf(dealing, FLATNESS)
        self.verbs["self"] = Weighted.zipf([v for v in dealing if v.lemma in REFLEXIVE])
        self.verbs["deed"] = Weighted.zipf(order.sample(deeds["deed"], VERBS), FLATNESS)


def _tables(order: Choices, words: dict[str, list], n: int) -> dict[str, Weighted]:
    """Of each kind as many words as a world draws, by Zipf's law."""
    return {kind: Weighted.zipf(order.sample(some, n)) for kind, some in words.items()}


def _both_kinds(order: Choices, verbs: list, marked: set[str], irregular: int = 0) -> list:
    """As many verbs as a world draws, half of them marked, some irregular (*took, taken*): tasks
    need some of these."""
    some = order.sample([v for v in verbs if v.past != v.participle], irregular)
    some += order.sample([v for v in verbs if v.lemma in marked and v not in some], VERBS // 2)
    rest = [v for v in verbs if v.lemma not in marked and v not in some]
    return order.shuffled(some + order.sample(rest, VERBS - len(some)))


class Telling:
    """One story, or another text about people, in the making."""

    __slots__ = ("choices", "done", "jobs", "plot", "recent", "scene", "use")

    def __init__(self, use: Stories, choices: Choices, tense: str):
        self.use = use
        self.choices = choices
        self.scene = Scene(choices, self.draw, tense)
        self.plot = choices.pick(use.plots)
        self.recent: list[Any] = []
        self.jobs: dict[str, Noun] = {}
        self.done: list[Noun] = []  # what the verb drawn last is done to

    def cast(self) -> None:
        """Everybody and everything that the plots can speak of."""
        use, choices, scene = self.use, self.choices, self.scene
        first = use.names.person(choices)
        second = self.other(first)
        scene.named("A", first)
        scene.named("B", second)
        self.jobs = {"job": self.job(first), "job2": self.job(second)}
        repaired = self.plot is use.plots[said.PLOTS.index(said.REPAIR)]
        stranger = choices.weighted(use.nouns["fixer"] if repaired else use.strangers)
        gender = stranger_gender(stranger)
        if gender == "any":
            gender = choices.pick(("female", "male"))
        old = ("old", "young", "rich", "poor", "friendly", "strange", "lonely", "famous")
        scene.thing("Q", stranger, self.described(old), gender)
        scene.thing("O", choices.weighted(use.objects), self.described(("old", "new", "small")))
        scene.thing("D", choices.weighted(use.devices), self.described(("old", "new", "expensive")))
        scene.thing("T", choices.weighted(use.pets), self.described(("old", "young", "small")))
        place = choices.pick(use.places)
        scene.thing("L", place, self.described(("small", "quiet", "lonely", "lively", "remote")))

    def described(self, lemmas: tuple[str, ...]) -> tuple[Described, ...]:
        if self.choices.chance(0.4):
            return ()
        return (Described(self.use.words.adjective(self.choices.pick(lemmas))),)

    def other(self, first: Entity) -> Entity:
        wanted = self.choices.chance(OTHER_GENDER)
        found = self.use.names.person(self.choices)
        while found is first or (wanted and found.gender == first.gender):
            found = self.use.names.person(self.choices)
        return found

    def job(self, person: Entity) -> Noun:
        if self.choices.chance(INVENTED_JOB):
            return self.use.names.job(self.choices, person)
        return self.choices.weighted(self.use.nouns["work"])

    def tell(self) -> None:
        done: list = []
        for step in self.plot:
            if self.choices.chance(SKIPPED):
                continue
            self.scene.say(self.choices.pick(step))
            for _ in self.choices.pick(ASIDES):
                aside = self.choices.pick(self.choices.weighted(self.use.asides))
                if aside not in done:
                    done.append(aside)
                    self.scene.say(aside)
            if len(self.scene.sentences) >= LONGEST:
                break

    # -- filling slots

    def draw(self, name: str, mode: str) -> Any:
        kind, _, rest = name.partition(".")
        use, choices = self.use, self.choices
        if kind == "n":
            return self.noun(rest, mode)
        if kind == "j":
            return self.unused(use.adjectives[rest])
        if name == "v.do":
            verb, self.done = self.unused(use.doing)
            return verb
        if kind == "v":
            return self.unused(use.verbs[rest])
        if name == "r.manner":
            return choices.weighted(use.manner)
        if kind == "r":
            return choices.pick(use.degrees)
        if name == "#price":
            return 10 * choices.number(1, 20)
        if kind[0] == "#":
            return choices.number(2, 12)
        return choices.pick(use.times[name])

    def noun(self, name: str, mode: str) -> Item:
        plural = mode == "+s" or (mode == "?" and self.choices.chance(0.5))
        number = PLURAL if plural else SINGULAR
        if name in self.jobs:
            return Item(self.jobs[name], None, number)
        found = (
            self.choices.pick(self.done) if name == "done" else self.unused(self.use.nouns[name])
        )
        if "person" not in found.kind and not found.animate:
            self.scene.distract(number)
        return Item(found, None, number)

    def unused(self, table: Weighted) -> Any:
        """A word of the table, if it can be one that wasn't used just before."""
        for _ in range(3):
            found = self.choices.weighted(table)
            if found not in self.recent:
                break
        self.recent = [*self.recent[-6:], found]
        return found


def write(world: World, choices: Choices) -> Draft:
    """A story of up to 14 sentences, in the present or in the past."""
    tense = PRESENT if choices.chance(IN_THE_PRESENT) else PAST
    telling = Telling(world.part(Stories), choices, tense)
    telling.cast()
    telling.tell()
    return telling.scene.draft("story", telling.scene.actors["A"].topic)

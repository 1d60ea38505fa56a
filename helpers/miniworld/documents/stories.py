"""Stories of invented people: something is lost, given, repaired, won; in the present or the past.

A story follows the steps of one plot. Between them stand the weather, the place, what people are
like and, often, verbs that agree with a noun some words away.
"""

from __future__ import annotations

from typing import Any

from helpers.miniworld import tables
from helpers.miniworld.choice import Choices, Weighted
from helpers.miniworld.documents import story_patterns as said
from helpers.miniworld.documents.cast import KIN, Names, gender_of
from helpers.miniworld.documents.draft import Draft
from helpers.miniworld.documents.scene import Scene
from helpers.miniworld.documents.sense_patterns import SENSES
from helpers.miniworld.lexicon import Entity, Noun, Verb
from helpers.miniworld.patterns import Item, patterns
from helpers.miniworld.terms import PAST, PLURAL, PRESENT, SINGULAR, Described
from helpers.miniworld.vocabulary import Vocabulary, vocabulary
from helpers.miniworld.world import World

LONGEST = 12
ASIDE, TWICE, SKIPPED = 0.45, 0.25, 0.15
INVENTED_JOB = 0.3
OTHER_GENDER = 0.75  # two people of one gender are harder to tell apart
# What goes from hand to hand; with a dot a sense of an ambiguous word.
OBJECTS = (
    "key.lock ring.jewel watch.clock letter.mail racket.sport bow.weapon tie.clothing bat.club "
    "note.message umbrella coin wallet candle book map photograph diary guitar violin flute doll "
    "ball scarf necklace hat mirror torch camera dictionary passport drum vase sword medal trophy "
    "painting telescope compass cup coat"
).split()
DEVICES = (
    "radio lamp bicycle motorcycle tractor laptop computer television clock dishwasher heater "
    "printer telephone smartphone alarm_clock washing_machine sewing_machine car van"
).split()
PETS = "dog cat rabbit parrot horse goat donkey pig chicken duck.bird turtle sheep goose".split()
STRANGERS = (
    "woman man girl boy policeman policewoman postman waiter waitress widow widower fisherman "
    "monk nun queen king prince princess actress doctor teacher sailor painter farmer pirate poet "
    "dentist lawyer detective professor magician"
).split()
PLACES = "village town city".split()
FEMALE = set("woman girl policewoman waitress widow nun queen princess actress".split())
MALE = set("man boy policeman postman waiter widower fisherman monk king prince merchant".split())
MOODS = {
    "sad": "sad unhappy angry nervous miserable restless lonely",
    "glad": "happy glad cheerful joyful grateful lucky calm",
    "nice": "beautiful lovely wonderful valuable nice elegant",
    "sky": "blue cloudless cloudy grey dark bright clear",
    "air": "cold warm cool fresh clear",
    "cloud": "dark white huge beautiful",
    "leaf": "green red wet dry golden",
    "plant": "lovely fragrant beautiful fresh tiny huge",
    "crowd": "loud cheerful nervous happy noisy quiet",
    "boss": "impatient rude arrogant greedy merciless nervous",
    "story": "strange sad long beautiful endless funny",
    "vehicle": "old new slow fast rusty dirty full empty comfortable",
    "food": "sweet bitter delicious sour fresh horrible tasteless",
    "person": "",
    "place": "ancient modern famous beautiful ugly dirty clean dusty empty crowded deserted dark cold "
    "tiny huge large old new remote impressive magnificent lovely dreary lonely peaceful quiet noisy",
    "road": "narrow long dusty muddy dangerous wide rocky steep lonely",
    "thing": "",
    "weather": "",
    "beast": "hungry nervous restless thirsty huge tiny tired young faithful curious strong sick",
}
NOUNS = {
    "player": "runner swimmer boxer footballer gymnast skier cyclist athlete",
    "fixer": "mechanic plumber electrician carpenter engineer blacksmith",
    "drink": "tea coffee milk juice lemonade water cocoa wine beer",
    "dish": "",
    "kin": " ".join(KIN),
    "prize": "prize medal trophy",
    "wild": "forest meadow valley field garden park",
    "pet": "dog cat rabbit parrot horse goat donkey pig turtle",
}
KINDS = {
    "person": ("person", "profession"),
    "building": ("building",),
    "nature": ("nature", "mountain", "water body"),
    "small": ("small thing", "toy"),
    "container": ("container", "closable container"),
    "furniture": ("furniture", "seat"),
    "room": ("room",),
    "vehicle": ("vehicle", "boat"),
    "text": ("text", "document"),
    "clothes": ("clothing",),
    "instrument": ("instrument",),
    "water": ("water body",),
    "contest": ("contest",),
    "dish": ("dish", "baked food"),
    "quality": ("quality",),
    "tool": ("tool", "garden tool"),
    "food": ("fruit", "vegetable", "baked food"),
    "bird": ("bird",),
    "tree": ("tree",),
    "plant": ("flower", "tree", "shrub"),
    "animal": ("mammal", "bird", "insect", "reptile", "amphibian", "arachnid", "dog"),
}
UNFIT = {
    "person": "baby ghost giant enemy",
    "small": "stone stamp",
    "nature": "planet world cave desert ocean",
    "animal": "whale dolphin polar_bear beaver penguin seal",
}
RESTING = (
    "smile laugh wait sleep cry sing dance run swim cough yawn sneeze whistle hesitate blush work "
    "travel hurry wander practise rest pray quarrel chat scream snore nod walk play"
).split()
BEASTLY = "run jump sleep rest wait tremble wake".split()
MANNERS = (
    "slowly quickly carefully quietly loudly happily sadly nervously proudly politely kindly gently "
    "patiently impatiently silently warmly coldly secretly bravely gladly angrily"
).split()
WHEN = """
    I waited @one day.
    I waited @one morning.
    I waited @one evening.
    I waited @one afternoon.
    I waited @one night.
    I waited in the morning.
    I waited in the evening.
    I waited on/time a cold day.
    I waited after breakfast.
    I waited before lunch.
    I waited during the winter.
    I waited suddenly.
    """
LATER = """
    I waited later.
    I waited soon.
    I waited finally.
    I waited at last.
    I waited eventually.
    I waited after two days.
    I waited after a week.
    I waited in the end.
    I waited after three hours.
    I waited @the next morning.
    I waited @the next day.
    """
RECENTLY = """
    I waited yesterday.
    I waited @last week.
    I waited @last night.
    I waited @last summer.
    I waited @this morning.
    """


class Stories:
    """What all stories draw from."""

    def __init__(self, world: World):
        words = vocabulary()
        self.words = words
        self.names = world.part(Names)
        order = world.choices("stories")
        self.nouns = {k: Weighted.zipf(order.shuffled(x)) for k, x in _nouns(words).items()}
        self.adjectives = {
            k: Weighted.zipf(order.shuffled(x)) for k, x in _adjectives(words).items()
        }
        self.verbs = {
            "act": Weighted.zipf(order.shuffled(_intransitive(words, RESTING))),
            "beast": Weighted.zipf(order.shuffled(_intransitive(words, BEASTLY))),
        }
        self.manner = Weighted.zipf(order.shuffled([words.adverb(x) for x in MANNERS]))
        self.degrees = [words.adverb(x) for x in ("very", "really", "quite", "rather")]
        self.objects = Weighted.zipf(order.shuffled([_noun(words, x) for x in OBJECTS]))
        self.devices = Weighted.zipf(order.shuffled([_noun(words, x) for x in DEVICES]))
        self.pets = Weighted.zipf(order.shuffled([_noun(words, x) for x in PETS]))
        self.strangers = Weighted.zipf(order.shuffled([_noun(words, x) for x in STRANGERS]))
        self.places = [words.noun(x) for x in PLACES]
        self.plots = [tuple(patterns(step) for step in plot) for plot in said.PLOTS]
        asides = [patterns(x) for x in (said.WEATHER, said.AGREEMENT, said.ASIDES)]
        self.about_people = asides[-1]
        self.senses = {sense: patterns(x) for sense, x in SENSES.items()}
        self.sense_order = Weighted.zipf(order.shuffled(sorted(self.senses)), 0.5)
        meant = tuple(p for some in self.senses.values() for p in some)
        self.asides = Weighted([*asides, meant], [0.13, 0.40, 0.35, 0.12])
        self.times = {"@when": adverbials(WHEN), "@later": adverbials(LATER)}
        self.times["@past"] = adverbials(RECENTLY)


def adverbials(text: str) -> list:
    """What stands at the end of each of these sentences."""
    return [p.term.clause.adjuncts[0].content for p in patterns(text)]


def _noun(words: Vocabulary, name: str) -> Noun:
    if "." in name:
        return words.sense(name)
    return words.noun(name.replace("_", " "))


def _nouns(words: Vocabulary) -> dict[str, list[Noun]]:
    found = {}
    senses = {row.lemma for row in tables.rows("senses")}
    for name, kinds in KINDS.items():
        unfit = UNFIT.get(name, "").replace("_", " ").split()
        found[name] = [
            n
            for n in words.nouns.values()
            if n.plural
            and n.lemma not in senses
            and n.lemma not in unfit
            and set(n.kind.split(";")) & set(kinds)
        ]
    for name, listed in NOUNS.items():
        found[name] = [words.noun(x) for x in listed.split()] or found[name]
    found["quality"] = [n for n in words.nouns.values() if n.kind == "quality"]
    found["work"] = [n for n in found["person"] if n.kind == "profession"]
    return found


def _adjectives(words: Vocabulary) -> dict[str, list]:
    found = {}
    for name, listed in MOODS.items():
        if listed:
            found[name] = [words.adjectives[x] for x in listed.split() if x in words.adjectives]
        else:
            found[name] = [a for a in words.adjectives.values() if name in a.domains and a.antonym]
    return found


def _intransitive(words: Vocabulary, lemmas: list[str]) -> list[Verb]:
    return [words.verb(x, "intransitive") for x in lemmas]


class Telling:
    """One story, or another text about people, in the making."""

    __slots__ = ("choices", "jobs", "recent", "scene", "use")

    def __init__(self, use: Stories, choices: Choices, tense: str):
        self.use = use
        self.choices = choices
        self.scene = Scene(choices, self.draw, tense)
        self.recent: list[Any] = []
        self.jobs: dict[str, Noun] = {}

    def cast(self) -> None:
        """Everybody and everything that the plots can speak of."""
        use, choices, scene = self.use, self.choices, self.scene
        first = use.names.person(choices)
        second = self.other(first)
        scene.named("A", first)
        scene.named("B", second)
        self.jobs = {"job": self.job(first), "job2": self.job(second)}
        stranger = choices.weighted(use.strangers)
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
        plot = self.choices.pick(self.use.plots)
        done: list = []
        for step in plot:
            if self.choices.chance(SKIPPED):
                continue
            for pattern in self.choices.sample(step, 2 if self.choices.chance(TWICE) else 1):
                self.scene.say(pattern)
            if self.choices.chance(ASIDE):
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
        if kind == "v":
            return self.unused(use.verbs[rest])
        if name == "r.manner":
            return choices.weighted(use.manner)
        if kind == "r":
            return choices.pick(use.degrees)
        if name == "#price":
            return 5 * choices.number(1, 60)
        if kind[0] == "#":
            return choices.number(2, 12)
        return choices.pick(use.times[name])

    def noun(self, name: str, mode: str) -> Item:
        if mode == "+s" or (mode == "?" and self.choices.chance(0.5)):
            number = PLURAL
        else:
            number = SINGULAR
        if name in self.jobs:
            return Item(self.jobs[name], None, number)
        found = self.unused(self.use.nouns[name])
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


def stranger_gender(noun: Noun) -> str:
    """The gender that a noun for a person shows."""
    if noun.lemma in FEMALE:
        return "female"
    return "male" if noun.lemma in MALE else gender_of(noun)


def write(world: World, choices: Choices) -> Draft:
    """A story of up to 12 sentences, in the present or in the past."""
    telling = Telling(world.part(Stories), choices, choices.pick((PAST, PRESENT)))
    telling.cast()
    telling.tell()
    return telling.scene.draft("story", telling.scene.actors["A"].topic)

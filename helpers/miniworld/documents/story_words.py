"""Words that stories and letters choose from, by what they are said of."""

from __future__ import annotations

import re
from collections import defaultdict

from helpers.miniworld import tables
from helpers.miniworld.documents.cast import KIN, gender_of, listed
from helpers.miniworld.lexicon import Adjective, Noun, Verb
from helpers.miniworld.patterns import patterns
from helpers.miniworld.vocabulary import Vocabulary

# What goes from hand to hand; with a dot a sense of an ambiguous word.
OBJECTS = listed(
    "key.lock ring.jewel watch.clock letter.mail racket.sport bow.weapon tie.clothing "
    "bat.club umbrella coin wallet candle book map photograph diary guitar "
    "violin flute doll ball scarf necklace hat mirror torch camera dictionary passport "
    "drum vase sword medal trophy painting telescope compass cup coat"
)
DEVICES = listed(
    "radio lamp bicycle motorcycle tractor laptop computer television clock dishwasher "
    "heater printer telephone smartphone alarm_clock washing_machine sewing_machine car "
    "van"
)
PETS = listed("dog cat rabbit parrot horse goat donkey pig chicken duck.bird turtle sheep goose")
STRANGERS = listed(
    "woman man girl boy policeman policewoman postman waiter waitress widow widower "
    "fisherman monk nun queen king prince princess actress doctor teacher sailor painter "
    "farmer pirate poet dentist lawyer detective professor magician"
)
PLACES = ["village", "town", "city"]
WOMEN = set(listed("woman girl policewoman waitress widow nun queen princess actress"))
MEN = set(listed("man boy policeman postman waiter widower fisherman monk king prince merchant"))
MOODS = {
    "sad": "sad unhappy angry nervous miserable restless lonely",
    "glad": "happy glad cheerful joyful grateful lucky calm",
    "nice": "beautiful lovely wonderful valuable nice elegant",
    "kind": "kind generous brave clever honest friendly helpful hard-working talented wise",
    "sky": "blue cloudless bright clear",
    "air": "cold warm cool fresh clear",
    "cloud": "dark white huge beautiful",
    "leaf": "green red wet dry golden",
    "plant": "lovely fragrant beautiful fresh tiny huge",
    "crowd": "loud cheerful nervous happy noisy quiet",
    "boss": "impatient rude arrogant greedy merciless nervous",
    "story": "strange sad long beautiful endless funny",
    "clothes": "old new warm dirty clean elegant beautiful comfortable",
    "vehicle": "old new slow fast rusty dirty full empty comfortable",
    "food": "sweet bitter delicious sour fresh horrible rotten",
    "person": "",
    "place": "ancient modern famous beautiful ugly dirty clean dusty empty crowded deserted dark "
    "cold tiny huge large old new remote impressive magnificent lovely dreary lonely peaceful "
    "quiet noisy",
    "road": "narrow long dusty muddy dangerous wide rocky steep lonely",
    "thing": "",
    "weather": "",
    "beast": "hungry nervous restless thirsty tired young faithful curious strong sick",
}
NOUNS = {
    "player": "runner swimmer boxer footballer gymnast skier cyclist athlete",
    "fixer": "mechanic electrician engineer",
    "drink": "tea coffee milk juice lemonade water cocoa wine beer",
    "dish": "",
    "kin": " ".join(KIN),
    "prize": "prize medal trophy",
    "nature": "forest meadow valley field garden park mountain hill lake river beach",
    "near": "sparrow pigeon butterfly bee snail hedgehog squirrel frog crow rabbit rat owl",
    "seat": "sofa chair bed carpet bench",
    "text": "book novel poem newspaper magazine report review diary essay article recipe story",
    "contest": "race tournament competition",
    "home": "house cottage castle hut inn lighthouse hotel",
    "tool": "wrench screwdriver hammer drill needle saw",
    "wild": "forest meadow valley field garden park",
    "bird": "bird sparrow owl crow pigeon",
    "pet": "dog cat rabbit parrot horse goat donkey pig turtle",
}
KINDS = {
    "person": ("person", "profession"),
    "building": ("building",),
    "small": ("small thing", "toy"),
    "container": ("container", "closable container"),
    "furniture": ("furniture", "seat"),
    "room": ("room",),
    "vehicle": ("vehicle", "boat"),
    "clothes": ("clothing",),
    "instrument": ("instrument",),
    "water": ("water body",),
    "dish": ("dish", "baked food"),
    "quality": ("quality",),
    "food": ("fruit", "vegetable", "baked food"),
    "tree": ("tree",),
    "plant": ("flower", "tree", "shrub"),
    "flower": ("flower",),
    "animal": ("mammal", "bird", "insect", "reptile", "amphibian", "arachnid", "dog"),
}
UNFIT = {
    "building": "prison",
    "clothes": "shoe sock glove boot",
    "person": "baby ghost giant enemy",
    "small": "stone stamp",
    "container": "parcel",
    "animal": "whale dolphin polar_bear beaver penguin seal",
}
# Jobs that show the gender of who has them.
GENDERED = re.compile("man$|woman$|ess$|^(nun|monk|waiter|actor|butler|knight|clown|wizard)$")
OF_THINGS = ("usefulness", "loudness", "emptiness", "darkness", "dullness", "simplicity")
RESTING = listed(
    "smile laugh wait sleep cry sing dance run swim cough yawn sneeze whistle hesitate "
    "blush work travel hurry wander practise rest pray quarrel chat scream snore nod walk "
    "play"
)
BEASTLY = listed("run jump sleep rest wait tremble wake")
MANNERS = listed(
    "slowly quickly carefully quietly loudly happily sadly nervously proudly politely "
    "kindly gently patiently impatiently silently warmly coldly secretly bravely gladly "
    "angrily"
)
# fmt: off
# A sentence is wrong without an object.
NEEDS_OBJECT = {
    "accompany", "admire", "avoid", "carry", "contain", "destroy", "describe", "discover",
    "discuss", "damage", "examine", "find", "hold", "install", "mention", "need", "own", "praise",
    "protect", "punish", "reach", "recommend", "repair", "rescue", "resemble", "use", "want",
    "wear", "value", "get", "buy", "enjoy", "make", "cut", "design", "invent", "produce", "publish",
    "recognise", "thank", "greet", "like", "love", "hate", "fill", "lift", "prefer", "bury",
}
# What one may well do to oneself.
REFLEXIVE = {
    "admire", "avoid", "betray", "blame", "defend", "deceive", "describe", "despise", "distrust",
    "envy", "forgive", "hate", "help", "hurt", "like", "love", "mention", "mock", "observe",
    "photograph", "praise", "protect", "punish", "rescue", "respect", "ridicule", "scold", "trust",
    "understand",
}
# fmt: on
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


def adverbials(text: str) -> list:
    """What stands at the end of each of these sentences."""
    return [p.term.clause.adjuncts[0].content for p in patterns(text)]


def word_or_sense(words: Vocabulary, name: str) -> Noun:
    if "." in name:
        return words.sense(name)
    return words.noun(name.replace("_", " "))


def nouns_of(words: Vocabulary) -> dict[str, list[Noun]]:
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
    for name, lemmas in NOUNS.items():
        found[name] = [words.noun(x) for x in lemmas.split()] or found[name]
    found["quality"] = [
        n for n in words.nouns.values() if n.kind == "quality" and n.lemma not in OF_THINGS
    ]
    found["work"] = [
        n for n in found["person"] if n.kind == "profession" and not GENDERED.search(n.lemma)
    ]
    return found


def adjectives_of(words: Vocabulary) -> dict[str, list]:
    found = {}
    for name, lemmas in MOODS.items():
        if lemmas:
            found[name] = [words.adjectives[x] for x in lemmas.split() if x in words.adjectives]
        else:
            found[name] = [
                a for a in words.adjectives.values() if name in a.domains and _is_mild(a)
            ]
    return found


def _is_mild(adjective: Adjective) -> bool:
    """Can it be compared, and said of anyone in passing?"""
    lemma = adjective.lemma
    return bool(adjective.antonym) and abs(adjective.polarity) < 3 and not lemma.endswith("less")


def deeds_of(words: Vocabulary) -> dict[str, list]:
    """What people do, all verbs of the tables: alone, to each other, and to which things."""
    verbs = [v for v in dict.fromkeys(words.frames.values()) if "person" in v.subject]
    transitive = [v for v in verbs if v.frame == "transitive"]
    by_kind = defaultdict(list)
    for noun in words.nouns.values():
        for kind in dict.fromkeys((*noun.kinds, noun.lemma)):
            if noun.plural and not noun.animate:
                by_kind[kind].append(noun)
    done = {
        v: list(dict.fromkeys(n for kind in v.object for n in by_kind[kind])) for v in transitive
    }
    return {
        "deed": [v for v in verbs if v.frame == "intransitive"],
        "deal": [v for v in transitive if "person" in v.object],
        "do": [(v, nouns) for v, nouns in done.items() if nouns],
    }


def intransitive(words: Vocabulary, lemmas: list[str]) -> list[Verb]:
    return [words.verb(x, "intransitive") for x in lemmas]


def stranger_gender(noun: Noun) -> str:
    """The gender that a noun for a person shows."""
    if noun.lemma in WOMEN:
        return "female"
    return "male" if noun.lemma in MEN else gender_of(noun)

"""Opinion words by domain and polarity, each set with a Zipf law over a ranking of the world's.

An adjective keeps its polarity everywhere. Aspects (*plot*, *battery*) take the adjectives that
the table gives them, in the world's order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from helpers.miniworld import tables
from helpers.miniworld.choice import Weighted
from helpers.miniworld.documents.cast import listed
from helpers.miniworld.lexicon import Noun, Verb
from helpers.miniworld.terms import PLURAL, SINGULAR
from helpers.miniworld.vocabulary import vocabulary
from helpers.miniworld.world import World

VERBS = 12  # of a kind that a world uses
KNOWN = 32  # adjectives of a domain and polarity
FLATNESS = 0.5  # of Zipf's law: the rarest adjective must be met often, too
# Said of a part of a gadget, hardly of the whole.
OF_PARTS = set(
    listed(
        "blunt leaky greasy smelly sharp spotless sticky dirty clean powerless harmful "
        "harmless accurate inaccurate precise imprecise fast slow quick sluggish silent shiny "
        "weak decent fine wobbly rusty smooth poor effortless loud noisy quiet"
    )
)
# Neither *more perfect* nor *very broken*.
ABSOLUTE = set(
    listed(
        "broken defective worthless useless unusable timeless endless flawless faultless "
        "perfect imperfect adequate inadequate hopeless lifeless soulless plotless senseless "
        "powerless pointless worthwhile fine exceptional excellent spotless lousy wonderful "
        "well-made one-sided"
    )
)
COMPARING = ("prefer", "scorn", "value")  # not said of one film alone
MANY = ("scene", "character", "costume", "special effect", "button", "hinge", "wheel", "blade")
# Which gadgets have which part; those not named here are everybody's.
ELECTRIC = (
    "Iron|Lawnmower|Machine|Steamer|Drill|Fan|Toaster|Vacuum|Blender|Fryer|Kettle|Mixer|Frother|"
    "Lamp|Light|Clock|Doorbell|Radio|Torch|Filter|Dryer|Heater|Humidifier|Coffee Grinder|Oven|"
    "Rice Cooker|Juicer|Thermometer|Scale|Timer"
)
PLUGGED = "Iron|Machine|Drill|Fan|Toaster|Vacuum|Blender|Fryer|Kettle|Mixer|Lamp|Heater|Oven|Dryer"
HAVING = {
    "battery": "Torch|Radio|Clock|Doorbell|Thermometer|Scale|Timer|Frother|Night Light|Drill",
    "charger": "Torch|Radio|Drill|Frother|Vacuum",
    "blade": "Slicer|Cutter|Peeler|Grater|Grinder|Lawnmower|Blender|Sharpener|Opener|Fan",
    "button": ELECTRIC,
    "cable": PLUGGED,
    "plug": PLUGGED,
    "display": "Thermometer|Scale|Timer|Clock|Oven|Radio|Cooker|Machine",
    "screen": "Thermometer|Scale|Clock|Radio|Machine",
    "filter": "Vacuum|Air Filter|Fryer|Kettle|Espresso Pot|Humidifier|Dryer|Juicer",
    "handle": "Iron|Lawnmower|Steamer|Drill|Fan|Mop|Press|Cutter|Sieve|Slicer|Broom|Bucket|Vacuum|"
    "Cleaner|Blender|Fryer|Kettle|Mixer|Teapot|Grinder|Pot|Mug|Lantern|Mirror|Torch|Duster|Sweeper|"
    "Oven|Whisk|Grater|Peeler|Opener|Corkscrew|Sharpener",
    "hinge": "Ladder|Press|Mirror|Waffle Iron|Oven|Lantern",
    "keyboard": "Machine",
    "lid": "Bucket|Blender|Fryer|Kettle|Mixer|Teapot|Pot|Grinder|Cooker|Humidifier|Juicer",
    "motor": "Lawnmower|Machine|Drill|Fan|Vacuum|Blender|Mixer|Frother|Dryer|Coffee Grinder|Juicer",
    "nozzle": "Steamer|Iron|Vacuum|Cleaner|Frother|Dryer|Humidifier",
    "sensor": "Thermometer|Night Light|Air Filter|Humidifier|Heater|Doorbell|Scale",
    "software": "Machine|Radio|Clock|Scale",
    "switch": ELECTRIC,
    "timer": "Oven|Cooker|Fryer|Toaster|Heater|Waffle Iron|Clock|Radio|Lamp",
    "wheel": "Lawnmower|Vacuum|Sweeper|Cutter",
    "manual": ELECTRIC,
    "warranty": ELECTRIC,
}


class Aspect(NamedTuple):
    """A part with the adjectives it takes, by sign and by what stands before them."""

    noun: Noun
    number: str
    words: dict[tuple[int, str], Weighted]


class Opinions:
    """Opinion words of one domain; ``world.part(FilmOpinions)``."""

    domain = "film"
    noun = "film"

    def __init__(self, world: World):
        words = vocabulary()
        order = world.choices("opinions", self.domain)
        known = known_adjectives(self.domain)
        said = [a for a in words.adjectives.values() if a.lemma in known]
        self.rank = {a.lemma: i for i, a in enumerate(order.shuffled(said))}
        whole = [a.lemma for a in said if self.domain == "film" or a.lemma not in OF_PARTS]
        self.whole = self._tables(whole)
        self.aspects = tuple(
            Aspect(
                words.noun(row.noun),
                PLURAL if row.noun in MANY else SINGULAR,
                self._tables(known.intersection(row.positive + row.negative)),
            )
            for row in aspect_rows(self.domain)
        )
        parts = f"{self.domain} part"
        self.verbs = {
            (sign, what): Weighted.zipf(order.sample(found, VERBS))
            for sign in (1, -1)
            for what, found in (
                ("like", _liking(words.verbs, sign, self.domain)),
                ("likeX", _liking(words.verbs, sign, parts)),
                ("move", _moving(words.verbs, sign, self.domain)),
            )
        }

    def _tables(self, lemmas: Iterable[str]) -> dict[tuple[int, str], Weighted]:
        """Zipf tables: all, the gradable (*very good*, *better*) and the strong (*superb*)."""
        words = vocabulary()
        ranked = [words.adjective(x) for x in sorted(set(lemmas), key=self._rank)]
        found = {}
        for sign in (1, -1):
            mine = [a for a in ranked if a.polarity * sign > 0]
            gradable = [a for a in mine if abs(a.polarity) < 3 and a.lemma not in ABSOLUTE]
            strong = [a for a in mine if abs(a.polarity) == 3]
            for name, some in (("", mine), ("g", gradable), ("s", strong)):
                if some:
                    found[sign, name] = Weighted.zipf(some, FLATNESS)
        return found

    def _rank(self, lemma: str) -> int:
        return self.rank.get(lemma, len(self.rank))

    def aspects_of(self, title: str) -> tuple[Aspect, ...]:
        """The aspects that a thing with this name has."""
        if self.domain == "film":
            return self.aspects
        fits = [
            a
            for a in self.aspects
            if a.noun.lemma not in HAVING or re.search(f"({HAVING[a.noun.lemma]})$", title)
        ]
        return tuple(fits)


class FilmOpinions(Opinions):
    pass


class GadgetOpinions(Opinions):
    domain = noun = "gadget"


@cache
def aspect_rows(domain: str) -> tuple[tables.Aspect, ...]:
    """What a review of a film or a gadget speaks of."""
    return tuple(r for r in tables.rows("aspects") if r.domain == domain and r.noun != "role")


@cache
def known_adjectives(domain: str) -> frozenset[str]:
    """What reviews of a domain say of things: few words, because the polarity of a word that is
    hardly ever met can't be learnt, chosen so that every part is left some of either side."""
    rows = aspect_rows(domain)
    sides = ([row.positive for row in rows], [row.negative for row in rows])
    return frozenset(word for side in sides for word in _shared(side))


def _shared(lists: list[tuple[str, ...]]) -> list[str]:
    """One word after the other, each the one that the lists with fewest so far have in common."""
    chosen: list[str] = []
    for _ in range(KNOWN):
        had = [len(set(chosen).intersection(words)) for words in lists]
        left = sorted({word for words in lists for word in words}.difference(chosen))
        need = {
            w: sum(0.5**n for n, words in zip(had, lists, strict=True) if w in words) for w in left
        }
        chosen.append(max(left, key=need.__getitem__))
    return chosen


def _liking(verbs: dict[str, Verb], sign: int, kind: str) -> list[Verb]:
    return [
        v
        for v in verbs.values()
        if v.polarity * sign > 0
        and v.frame == "transitive"
        and kind in v.object
        and v.lemma not in COMPARING
    ]


def _moving(verbs: dict[str, Verb], sign: int, kind: str) -> list[Verb]:
    return [
        v
        for v in verbs.values()
        if v.polarity * sign > 0 and v.frame == "experiencer" and kind in v.subject
    ]

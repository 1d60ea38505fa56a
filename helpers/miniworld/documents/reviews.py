"""Reviews of films and gadgets, each with one polarity from its first sentence to its last.

The narrator's opinion is the review's, whatever the critics say, and the main clause decides what
a sentence means. Sentiment runs from -1 to 1: the strength of the deciding words, half of it where
they deny the opposite; 0 for what is neither good nor bad.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from helpers.miniworld import tables
from helpers.miniworld.choice import Choices, Weighted
from helpers.miniworld.documents.cast import ACQUAINTANCES, KIN, Names, listed
from helpers.miniworld.documents.draft import Draft
from helpers.miniworld.documents.opinions import Aspect, FilmOpinions, GadgetOpinions, Opinions
from helpers.miniworld.documents.review_patterns import MANY, NEUTRAL, OPINIONS, VERDICTS
from helpers.miniworld.documents.scene import Scene
from helpers.miniworld.patterns import Item, Pattern, patterns
from helpers.miniworld.terms import (
    PLURAL,
    SINGULAR,
    Adjunct,
    Common,
    Name,
    Phrase,
    Possessor,
    Pronoun,
    Referent,
)
from helpers.miniworld.vocabulary import vocabulary
from helpers.miniworld.world import World

FEWEST, MOST = 4, 10
TITLES, HEROES_KNOWN = 30, 16  # films (or gadgets) that a world knows, heroes of films
OPINION = 0.88  # share of sentences that say one
MANY_WEIGHT, VERDICT_WEIGHT = 11, 16
UNCOUNTED = {"acting", "animation", "dialogue", "atmosphere", "software", "packaging", "humour"}
# *very good*, *a very good film*, *not very good*.
INTENSIFIERS = {
    "deg": listed("very really so quite rather extremely incredibly truly"),
    "att": listed("very really extremely incredibly truly"),
    "not": listed("very really so particularly especially"),
}
HEROES = listed(
    "baker clown detective farmer fisherman gardener king knight magician nurse painter "
    "pianist pilot pirate poet postman princess queen sailor shepherd spy teacher thief "
    "widow witch wizard"
)
MEMORY, TRIES = 4, 10  # an adjective isn't used again so soon


class Reviews:
    """What all reviews of one domain share."""

    opinions: type[Opinions] = FilmOpinions

    def __init__(self, world: World):
        self.world = world
        self.words = vocabulary()
        self.said = world.part(self.opinions)
        self.domain = self.said.domain
        self.names = world.part(Names)
        order = world.choices("reviews", self.domain)
        titles = [t.title for t in tables.rows("titles") if t.kind == self.domain]
        things = [self.words.entity(t, self.domain) for t in order.sample(titles, TITLES)]
        self.things = Weighted.zipf(things)
        self.noun = self.words.noun(self.said.noun)
        self.aspects = {t: self.said.aspects_of(t.name) for t in things}
        groups = [patterns(text) for text in NEUTRAL[self.domain]]
        self.neutral = tuple(p for group in groups for p in group)
        self.alike = {p: group for group in groups[:-1] for p in group}
        self.intensifiers = {
            place: [self.words.adverb(x) for x in some] for place, some in INTENSIFIERS.items()
        }
        self.heroes = Weighted.zipf(
            [self.words.noun(x) for x in order.sample(HEROES, HEROES_KNOWN)]
        )
        self.nouns = {
            sign: Weighted.zipf(order.shuffled(found))
            for sign, kind in ((1, "good"), (-1, "bad"))
            if (found := [n for n in self.words.nouns.values() if n.kind == kind and n.plural])
        }
        self.people = [self._acquaintance(x) for x in KIN + ACQUAINTANCES]
        self.past = [Adjunct(x).content for x in self._times()]

    def _acquaintance(self, lemma: str) -> Common:
        noun = self.words.noun(lemma)
        owner = Possessor(Pronoun(Referent(1, "any", SINGULAR, 1, True)))
        return Common(noun, SINGULAR, owner)

    def _times(self) -> list:
        ago = ["yesterday", "recently"]
        return [self.words.adverb(x) for x in ago] + [
            p.term.clause.adjuncts[0].content
            for p in patterns(
                """
                I waited @last week.
                I waited @last month.
                I waited @last year.
                I waited @last summer.
                I waited @last winter.
                I waited @this week.
                """
            )
        ]

    @cached_property
    def tables(self) -> dict[tuple[int, bool], Weighted]:
        """Opinion patterns by the review's sign, without and with those on many things."""
        found = {}
        for sign in (1, -1):
            weighted = [
                (p, weight / len(some))
                for weight, text in OPINIONS.values()
                for some in [patterns(text)]
                for p in some
            ]
            verdicts = patterns(VERDICTS[self.domain, sign])
            weighted += [(p, VERDICT_WEIGHT / len(verdicts)) for p in verdicts]
            many = patterns(MANY)
            found[sign, False] = Weighted(*zip(*weighted, strict=True))
            weighted += [(p, MANY_WEIGHT / len(many)) for p in many]
            found[sign, True] = Weighted(*zip(*weighted, strict=True))
        return found


class FilmReviews(Reviews):
    pass


class GadgetReviews(Reviews):
    opinions = GadgetOpinions


class _Review:
    """One review in the making."""

    __slots__ = (
        "all",
        "choices",
        "deciding",
        "fresh",
        "many",
        "recent",
        "scene",
        "sign",
        "single",
        "use",
    )

    def __init__(self, use: Reviews, choices: Choices):
        self.use = use
        self.choices = choices
        self.sign = choices.pick((1, -1))
        self.scene = Scene(choices, self.draw)
        thing = choices.weighted(use.things)
        self.scene.named("F", thing, use.noun)
        aspects = use.aspects[thing]
        self.all = aspects
        self.many = [a for a in aspects if a.number == PLURAL]
        self.single = [
            a
            for a in aspects
            if a.number == SINGULAR and a.noun.plural and a.noun.lemma not in UNCOUNTED
        ]
        self.recent: list[Any] = []
        self.fresh: dict[str, Any] = {}
        self.deciding: list[float] = []

    def write(self) -> Draft:
        use, choices, scene = self.use, self.choices, self.scene
        table = use.tables[self.sign, bool(self.many)]
        said: list[Pattern] = []
        for _ in range(choices.number(FEWEST, MOST)):
            opinion = choices.chance(OPINION)
            pattern = choices.weighted(table) if opinion else choices.pick(use.neutral)
            while pattern in said:
                pattern = choices.weighted(table) if opinion else choices.pick(use.neutral)
            said += use.alike.get(pattern, (pattern,))
            self.fresh, self.deciding = {}, []
            term = scene.term(pattern)
            scene.add(term, self.sentiment() if opinion else 0.0)
        return scene.draft(f"{use.domain} review", scene.actors["F"].topic)

    def sentiment(self) -> float:
        found = self.deciding
        return round(self.sign * (max(found) if found else 2 / 3), 2)

    # -- filling slots

    def draw(self, name: str, mode: str) -> Any:
        kind, _, rest = name.partition(".")
        if kind == "j":
            return self.adjective(rest)
        if kind == "n":
            return self.noun(rest, mode)
        if kind == "v":
            return self.verb(rest)
        if kind == "r":
            return self.choices.pick(self.use.intensifiers[rest])
        if name == "#price":
            return 10 * self.choices.number(1, 20)
        if name == "@past":
            return self.choices.pick(self.use.past)
        return self.someone(name)

    def someone(self, name: str) -> Phrase:
        if name == "R":
            return self.unused(lambda: self.choices.pick(self.use.people))
        if name == "G":
            self.scene.distract(SINGULAR)
            if "G" not in self.fresh:
                self.fresh["G"] = self.other()
            return self.fresh["G"]
        return Name(self.use.names.person(self.choices, full=True))

    def other(self) -> Name:
        mine = self.scene.actors["F"].entity
        thing = self.choices.weighted(self.use.things)
        while thing is mine:
            thing = self.choices.weighted(self.use.things)
        return Name(thing)

    def aspect(self, letter: str) -> Aspect:
        if letter not in self.fresh:
            pool = {"M": self.many, "Z": self.single}.get(letter, self.all)
            taken = {id(a) for a in self.fresh.values()}
            found = self.choices.pick(pool)
            while id(found) in taken:
                found = self.choices.pick(pool)
            self.fresh[letter] = found
        return self.fresh[letter]

    def adjective(self, name: str):
        tag, _, letter = name.partition(".")
        force = tag[:-3]
        sign = self.sign if tag.endswith("pro") else -self.sign
        tables = self.aspect(letter).words if letter else self.use.said.whole
        table = (
            tables.get((sign, force)) or tables.get((sign, "")) or self.use.said.whole[sign, force]
        )
        found = self.unused(lambda: self.choices.weighted(table))
        self.weigh(sign, abs(found.polarity))
        return found

    def noun(self, name: str, mode: str) -> Item:
        if name in ("pro", "con"):
            sign = self.sign if name == "pro" else -self.sign
            self.weigh(sign, 2)
            return Item(self.choices.weighted(self.use.nouns[sign]))
        if name == "hero":
            hero = self.unused(lambda: self.choices.weighted(self.use.heroes))
            return Item(hero, None, PLURAL if mode == "+s" else SINGULAR)
        if name == "F":
            return Item(self.use.noun, None, PLURAL if mode == "+s" else SINGULAR)
        aspect = self.aspect(name)
        self.scene.distract(aspect.number)
        if mode == "+s" and aspect.noun.plural:
            return Item(aspect.noun, None, PLURAL)
        return Item(aspect.noun, None, SINGULAR if name in "MZ" else aspect.number)

    def verb(self, name: str):
        what, _, tag = name.partition(".")
        sign = self.sign if tag == "pro" else -self.sign
        found = self.choices.weighted(self.use.said.verbs[sign, what])
        self.weigh(sign, abs(found.polarity) + 1)
        return found

    def weigh(self, sign: int, strength: int) -> None:
        """A word of the review's own sign decides; a denied one of the other counts half."""
        self.deciding.append(strength / 3 if sign == self.sign else strength / 6)

    def unused(self, draw) -> Any:
        """What ``draw`` gives, if it wasn't given just before."""
        for _ in range(TRIES):
            found = draw()
            if found not in self.recent:
                break
        self.recent = [*self.recent[-MEMORY:], found]
        return found


def write_film(world: World, choices: Choices) -> Draft:
    """A film review of 4 to 10 sentences."""
    return _Review(world.part(FilmReviews), choices).write()


def write_gadget(world: World, choices: Choices) -> Draft:
    """A gadget review of 4 to 10 sentences."""
    return _Review(world.part(GadgetReviews), choices).write()


def write(world: World, choices: Choices) -> Draft:
    """A review of a film or of a gadget, equally often."""
    return choices.pick((write_film, write_gadget))(world, choices)

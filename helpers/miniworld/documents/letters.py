"""Letters between invented people: news of the family, questions, wishes."""

from __future__ import annotations

from typing import Any

from helpers.miniworld.choice import Choices, Weighted
from helpers.miniworld.documents import letter_patterns as said
from helpers.miniworld.documents.cast import KIN, gender_of
from helpers.miniworld.documents.draft import Draft
from helpers.miniworld.documents.scene import Actor
from helpers.miniworld.documents.stories import Stories, Telling
from helpers.miniworld.patterns import YOU_ARE, Pattern, patterns
from helpers.miniworld.terms import (
    PAST,
    SINGULAR,
    At,
    Common,
    Date,
    Described,
    Fragment,
    Possessor,
    Pronoun,
    Referent,
    Sentence,
)
from helpers.miniworld.world import World

FEWEST, MOST = 3, 7  # sentences of news
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
OTHERS = {
    "gift": "necklace present book scarf doll photograph",
    "season": "summer winter autumn",
    "breakable": "cup glass bowl vase plate mirror",
    "event": "concert wedding festival exhibition meeting ceremony celebration",
    "weather": "weather rain snow wind",
}


class Letters(Stories):
    """Letters draw from the words of stories and a few of their own."""

    def __init__(self, world: World):
        super().__init__(world)
        words = self.words
        order = world.choices("letters")
        self.nouns |= {
            k: Weighted.zipf(order.shuffled([words.noun(x) for x in v.split()]))
            for k, v in OTHERS.items()
        }
        self.opening = patterns(said.OPENING)
        self.middle = Weighted(
            [patterns(said.NEWS), patterns(said.QUESTIONS)],
            [0.75, 0.25],
        )
        self.wishes = patterns(said.WISHES)
        self.kin = [words.noun(x) for x in KIN]
        self.on = words.word("on", "time")
        self.dear = Described(words.adjective("dear"))
        self.yours = _closings(words)


def _closings(words) -> tuple:
    your = Possessor(Pronoun(YOU_ARE))
    best = Described(words.adjective("good"), "superlative")
    wish, greeting = words.noun("wish"), words.noun("greeting")
    warm = Described(words.adjective("warm"))
    return (
        Common(wish, "plural", None, (best,)),
        Common(greeting, "plural", None, (warm,)),
        Common(words.noun("love")),
        Common(words.noun("friend"), SINGULAR, your),
    )


class _Letter(Telling):
    __slots__ = ()

    def cast(self) -> None:
        use, choices, scene = self.use, self.choices, self.scene
        super().cast()
        scene.actors["L"].said = True
        kin = choices.pick(use.kin)
        owner = Possessor(Pronoun(Referent(1, "any", SINGULAR, 1, True)))
        referent = Referent(40, gender_of(kin), SINGULAR, 3, True, None, kin)
        phrase = Common(kin, SINGULAR, owner, referent=referent)
        if referent.gender == "any":
            referent = referent._replace(gender=choices.pick(("female", "male")))
            phrase = phrase._replace(referent=referent)
        scene.actors["K"] = Actor(referent, phrase, phrase)
        friend = use.names.person(choices)
        while any(friend is scene.actors[known].entity for known in "AB"):
            friend = use.names.person(choices)
        scene.named("P", friend)

    def draw(self, name: str, mode: str) -> Any:
        if name == "@date":
            month = self.choices.number(1, 12)
            day = self.choices.number(1, DAYS[month - 1])
            return At(self.use.on, Date(day, month))
        return super().draw(name, mode)

    def write(self) -> None:
        use, choices, scene = self.use, self.choices, self.scene
        if choices.chance(0.5):
            self.dated()
        reader = scene.actors["A"].full
        self.say_term(Fragment((reader._replace(adjectives=(use.dear,)),), ","))
        told: list[Pattern] = list(choices.sample(use.opening, 1))
        for _ in range(choices.number(FEWEST, MOST)):
            pattern = choices.pick(choices.weighted(use.middle))
            if pattern not in told:
                told.append(pattern)
        told += choices.sample(use.wishes, choices.number(1, 2))
        for pattern in told:
            scene.say(pattern)
        self.say_term(Fragment((choices.pick(use.yours), scene.actors["B"].full), "."))

    def dated(self) -> None:
        month = self.choices.number(1, 12)
        date = Date(self.choices.number(1, DAYS[month - 1]), month, self.choices.number(2000, 2024))
        self.say_term(Fragment((date,), "."))

    def say_term(self, term: Sentence) -> None:
        self.scene.step += 1
        self.scene.add(term)


def write(world: World, choices: Choices) -> Draft:
    """A letter of about ten sentences; its topic is the one who writes it."""
    letter = _Letter(world.part(Letters), choices, PAST)
    letter.cast()
    letter.write()
    return letter.scene.draft("letter", letter.scene.actors["B"].topic)

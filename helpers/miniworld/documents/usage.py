"""A word in use: a paragraph in which an ambiguous word has one of its senses throughout."""

from __future__ import annotations

from helpers.miniworld.choice import Choices
from helpers.miniworld.documents.draft import Draft
from helpers.miniworld.documents.stories import Stories, Telling
from helpers.miniworld.terms import PAST, PRESENT
from helpers.miniworld.world import World

FEWEST, MOST = 4, 3  # sentences in all, sentences with the word
ASIDE = 0.5


def write(world: World, choices: Choices) -> Draft:
    """A paragraph of 4 to 7 sentences about one sense (its topic: ``bank.river``)."""
    use = world.part(Stories)
    sense = choices.weighted(use.sense_order)
    said = choices.sample(use.senses[sense], MOST)
    # What always holds (*palms grow in the desert*) stands in the present, so all does.
    narrated = all(pattern.narrated for pattern in said)
    telling = Telling(use, choices, choices.pick((PAST, PRESENT)) if narrated else PRESENT)
    telling.cast()
    scene = telling.scene
    scene.actors["L"].said = True
    asides = choices.sample(use.about_people, FEWEST)
    for i, pattern in enumerate(said):
        if i < FEWEST - 1 - len(said) or choices.chance(ASIDE):
            scene.say(asides.pop())
        scene.say(pattern)
    scene.say(asides.pop())
    return scene.draft("usage", sense)

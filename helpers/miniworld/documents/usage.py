"""A word in use: a paragraph in which an ambiguous word has one of its senses throughout."""

from __future__ import annotations

from helpers.miniworld.choice import Choices
from helpers.miniworld.documents.draft import Draft
from helpers.miniworld.documents.stories import Stories, Telling
from helpers.miniworld.terms import PAST, PRESENT
from helpers.miniworld.world import World

MOST = 3  # sentences with the word
ASIDE = 0.5


def write(world: World, choices: Choices) -> Draft:
    """A paragraph of 3 to 6 sentences about one sense (its topic: ``bank.river``)."""
    use = world.part(Stories)
    sense = choices.weighted(use.sense_order)
    said = choices.sample(use.senses[sense], MOST)
    # What always holds (*palms grow in the desert*) stands in the present, so all does.
    narrated = all(pattern.narrated for pattern in said)
    telling = Telling(use, choices, choices.pick((PAST, PRESENT)) if narrated else PRESENT)
    telling.cast()
    scene = telling.scene
    for pattern in said:
        if choices.chance(ASIDE):
            scene.say(choices.pick(use.about_people))
        scene.say(pattern)
    scene.say(choices.pick(use.about_people))
    return scene.draft("usage", sense)

"""The exercises of each lesson: one module per topic, with a tuple ``EXERCISES``."""

import importlib
import pkgutil

from helpers.grading.exercise import Exercise
from helpers.settings import did_you_mean


def topics() -> list[str]:
    """Topics that have exercises, in alphabetical order."""
    return [module.name for module in pkgutil.iter_modules(__path__)]


def exercises(topic: str) -> dict[str, Exercise]:
    """The exercises of one lesson by grade id. Raises :class:`LookupError` for an unknown topic."""
    if topic not in topics():
        raise LookupError(f"No exercises for {topic!r}." + did_you_mean(topic, topics()))
    module = importlib.import_module(f"{__name__}.{topic}")
    return {exercise.grade_id: exercise for exercise in module.EXERCISES}


def find(grade_id: str) -> Exercise:
    """The exercise with this grade id. Raises :class:`LookupError`, naming the closest id."""
    known = {name: exercise for topic in topics() for name, exercise in exercises(topic).items()}
    if grade_id not in known:
        raise LookupError(f"No exercise {grade_id!r}." + did_you_mean(grade_id, list(known)))
    return known[grade_id]

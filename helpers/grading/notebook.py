"""The check a learner runs in the notebook."""

from collections.abc import Callable

from helpers.grading.engine import grade
from helpers.grading.exercise import Score
from helpers.grading.exercises import find
from helpers.wrapping import wrapped

CHECK_SEED = 2019
"""The seed of the visible check; the grader draws others."""


class CheckFailed(AssertionError):
    """An answer is wrong. A notebook shows the message alone, without the engine's frames."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def check(grade_id: str, answer: Callable) -> None:
    """Judge ``answer`` and print one line; raise :class:`CheckFailed` if it is wrong.

    So it does when somebody interrupts an answer that doesn't come to an end. A stub that was left
    alone is not an error: one line says that it waits. Raises :class:`LookupError` for an unknown
    ``grade_id``.
    """
    exercise = find(grade_id)
    if not callable(answer):
        raise CheckFailed(
            f"✗ {grade_id} takes the function itself, not its result: "
            f'check("{grade_id}", {exercise.function}).'
        )
    try:
        score = grade(exercise, answer, CHECK_SEED)
    except KeyboardInterrupt:
        raise CheckFailed(f"✗ {grade_id}: interrupted. Does every loop come to an end?") from None
    if score.attempted and not score.full:
        raise CheckFailed(in_words(score, exercise.function))
    print(in_words(score, exercise.function))


def in_words(score: Score, function: str) -> str:
    """A score as its learner reads it: one line, or the first failure and the likely mistake."""
    if not score.attempted:
        return f"○ {score.grade_id} waits for you: write {function}, worth {score.out_of} points"
    if score.full:
        return f"✓ {score.grade_id}: {score.out_of} of {score.out_of} points"
    head = (
        f"✗ {score.grade_id}: {score.points:g} of {score.out_of} points, "
        f"{sum(score.passed)} of {len(score.passed)} cases"
    )
    return wrapped("\n".join(filter(None, [head, score.failure, score.hint])))

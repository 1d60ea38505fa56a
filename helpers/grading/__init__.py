"""Exercises and their checks. In a notebook: ``check("01-hubness", hubness)``.

A check runs the learner's function on inputs drawn from a fixed seed and compares plain values with
the reference's, case by case. Running (:func:`~helpers.grading.engine.run`) and judging
(:func:`~helpers.grading.engine.judge`) are two steps that share nothing but plain values, so that
an answer can also be run somewhere else.
"""

from helpers.grading.notebook import CheckFailed, check

__all__ = ["CheckFailed", "check"]

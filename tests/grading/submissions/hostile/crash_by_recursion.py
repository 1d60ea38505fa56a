# Runs over the end of the stack.
# passes: none
import sys


def ANSWER(*args):
    sys.setrecursionlimit(10**9)
    return ANSWER(*args)

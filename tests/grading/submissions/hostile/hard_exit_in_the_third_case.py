# Ends its process after two right answers: they count.
# passes: first 2
# says: ended
import os

calls = []


def ANSWER(*args):
    calls.append(args)
    if len(calls) > 2:
        os._exit(0)
    return honest(*args)

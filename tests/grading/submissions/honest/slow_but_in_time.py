# Takes its time.
# passes: all
import time


def ANSWER(*args):
    time.sleep(0.05)
    return honest(*args)

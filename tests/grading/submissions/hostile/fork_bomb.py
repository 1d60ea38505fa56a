# Doubles until the machine stops.
# passes: none
# limit: longer than
import os


def ANSWER(*args):
    while True:
        try:
            os.fork()
        except OSError:
            pass

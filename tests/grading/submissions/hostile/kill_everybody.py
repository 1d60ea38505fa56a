# Kills all that it may.
# passes: none
# limit: process ended
import os
import signal


def ANSWER(*args):
    os.kill(-1, signal.SIGKILL)

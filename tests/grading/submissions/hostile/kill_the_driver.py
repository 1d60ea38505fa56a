# Kills the process that called it.
# passes: none
# limit: process ended
import os
import signal


def ANSWER(*args):
    os.kill(os.getppid(), signal.SIGKILL)
    while True:
        pass

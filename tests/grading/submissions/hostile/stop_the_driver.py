# Freezes the process that called it.
# passes: any
# limit: longer than
import os
import signal


def ANSWER(*args):
    os.kill(os.getppid(), signal.SIGSTOP)
    return honest(*args)

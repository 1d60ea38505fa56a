# Computes in children that live shortly and are in nobody's books.
# passes: none
# limit: longer than
import os
import signal
import time


def ANSWER(*args):
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        if os.fork() == 0:
            end = time.monotonic() + 0.08
            while time.monotonic() < end:
                pass
            os._exit(0)
        time.sleep(0.08)

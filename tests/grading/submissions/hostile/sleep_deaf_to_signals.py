# Waits, and takes no notice of signals.
# passes: none
# limit: longer than
import signal
import time


def ANSWER(*args):
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    time.sleep(10_000)

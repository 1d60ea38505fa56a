# Starts threads without end, and leaves them behind.
# passes: all
import threading
import time


def ANSWER(*args):
    try:
        while True:
            threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
    except RuntimeError:
        return honest(*args)

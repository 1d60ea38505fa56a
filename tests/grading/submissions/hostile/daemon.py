# Leaves a process behind that has left its family; and answers rightly.
# passes: all
import os
import time


def ANSWER(*args):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            held = bytearray(2**26)
            while held:
                time.sleep(0.01)
        os._exit(0)
    os.wait()
    return honest(*args)

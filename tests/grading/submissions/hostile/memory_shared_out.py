# Ten processes take together what one may not.
# passes: none
# limit: memory
import os
import time


def ANSWER(*args):
    for _ in range(10):
        if os.fork() == 0:
            held = bytearray(b"x" * (300 * 2**20))
            time.sleep(1000)
            os._exit(len(held) & 1)
    time.sleep(1000)

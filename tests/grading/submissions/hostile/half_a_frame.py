# Begins a frame and falls silent.
# passes: none
# limit: longer than
import os
import time


def ANSWER(*args):
    for number in range(3, 256):
        try:
            os.write(number, (2**20).to_bytes(8, "little") + b"{")
        except OSError:
            pass
    time.sleep(1000)

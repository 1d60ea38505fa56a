# Looks at a page here and there in a lot of memory: the pages are one, the tables that find it are not.
# passes: none
# limit: memory
import mmap
import os
import time

STEP = 2**21


def ANSWER(*args):
    try:
        while os.fork():
            pass
    except OSError:
        pass
    room = []
    try:
        while True:
            room.append(mmap.mmap(-1, 2**29, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))
            for place in range(0, 2**29, STEP):
                room[-1][place]
    except (OSError, MemoryError):
        time.sleep(60)

# Waits in a state that looks like waiting for a disk.
# passes: none
# limit: longer than
import ctypes


def ANSWER(*args):
    libc = ctypes.CDLL(None)
    if libc.vfork() == 0:
        libc.sleep(1000)

# Makes the interpreter crash.
# passes: none
# says: ended
import ctypes


def ANSWER(*args):
    ctypes.string_at(0)

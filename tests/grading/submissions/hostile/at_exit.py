# Plants code for the moment when the driver ends or imports.
# passes: none
import atexit
import os
import sys


class Finder:
    def find_spec(self, *args):
        os._exit(3)


def ANSWER(*args):
    sys.meta_path.insert(0, Finder())
    atexit.register(os._exit, 3)
    sys.settrace(lambda *a: os._exit(3))
    return None

# Closes every file of its process, and the pipe for its answers with them.
# passes: none
# says: ended
import os


def ANSWER(*args):
    os.closerange(0, 1000)
    return honest(*args)

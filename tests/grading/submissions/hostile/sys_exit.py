# Leaves.
# passes: none
# says: SystemExit
import sys


def ANSWER(*args):
    sys.exit(0)

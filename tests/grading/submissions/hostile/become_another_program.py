# Replaces its process by another program, which writes to all files that were open.
# passes: none
# says: ended
import os

SCRIPT = """
import os
for number in range(3, 256):
    try:
        os.write(number, b"o" * 100)
    except OSError:
        pass
"""


def ANSWER(*args):
    os.execv("/usr/bin/env", ["env", "python3", "-c", SCRIPT])

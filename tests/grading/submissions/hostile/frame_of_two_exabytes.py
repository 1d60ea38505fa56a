# Announces more than anybody can hold.
# passes: none
import os


def ANSWER(*args):
    for number in range(3, 256):
        try:
            os.write(number, b"\xff\xff\xff\xff\xff\xff\xff\x1f" + b"x" * 1000)
        except OSError:
            pass
    return honest(*args)

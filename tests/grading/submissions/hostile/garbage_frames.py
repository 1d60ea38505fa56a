# Sends random bytes as answers.
# passes: none
# limit_may: more answers
import os
import random


def ANSWER(*args):
    for number in range(3, 256):
        for _ in range(20):
            try:
                n = random.randrange(1, 500)
                os.write(number, n.to_bytes(8, "little") + random.randbytes(n))
            except OSError:
                pass
    os._exit(0)

# Sends answers without end.
# passes: none
# limit: more answers
import os
import stat


def ANSWER(*args):
    from helpers.grading import frames

    frame = frames.encode({"value": 1, "error": "", "changed": 0, "attempted": True})
    pipes = [n for n in range(3, 256) if _is_pipe(n)]
    while True:
        for number in pipes:
            os.write(number, frames.LENGTH.pack(len(frame)) + frame)


def _is_pipe(number):
    try:
        return stat.S_ISFIFO(os.fstat(number).st_mode)
    except OSError:
        return False

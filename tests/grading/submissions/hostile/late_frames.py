# A child that outlives its parent sends further answers.
# passes: none
# limit_may: more answers
import os
import time


def ANSWER(*args):
    from helpers.grading import frames

    fields = {"value": None, "error": "", "changed": 0, "attempted": True}
    outcome = frames.encode(fields)
    if os.fork():
        os._exit(0)
    os.setsid()
    for _ in range(1000):
        for number in range(3, 32):
            try:
                os.write(number, frames.LENGTH.pack(len(outcome)) + outcome)
            except OSError:
                pass
        time.sleep(0.001)

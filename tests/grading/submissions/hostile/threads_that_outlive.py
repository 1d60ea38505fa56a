# Leaves threads that never end, and answers rightly.
# passes: all
import threading


def ANSWER(*args):
    for _ in range(5):
        threading.Thread(target=threading.Event().wait).start()
    return honest(*args)

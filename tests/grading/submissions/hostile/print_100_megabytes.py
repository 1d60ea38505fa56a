# Prints a lot, and answers: printing costs no points.
# passes: all
def ANSWER(*args):
    for _ in range(20):
        print("x" * 2**20)
    return honest(*args)

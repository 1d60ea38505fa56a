# Prints until it is stopped.
# passes: none
# limit: longer than
def ANSWER(*args):
    while True:
        print("x" * 2**16)

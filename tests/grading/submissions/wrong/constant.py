# Always the same answer.
# passes: none
def ANSWER(*args):
    return 1

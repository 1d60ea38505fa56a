# A computation that holds the interpreter and takes hours.
# passes: none
# limit: longer than
def ANSWER(*args):
    return 7 ** (7**10)

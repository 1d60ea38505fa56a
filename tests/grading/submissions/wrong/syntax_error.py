# The cell is no Python.
# passes: none
# says: SyntaxError
def ANSWER(*args)
    return honest(*args)

# Asks the one who runs it.
# passes: none
# says: EOFError
def ANSWER(*args):
    return input("And the answer is? ")

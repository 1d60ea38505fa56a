# Prints the answer instead of returning it.
# passes: none
# says: does every path
def ANSWER(*args):
    print(honest(*args))

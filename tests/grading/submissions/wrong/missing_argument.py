# Takes fewer arguments than it is given.
# passes: none
# says: TypeError
def ANSWER():
    return 1

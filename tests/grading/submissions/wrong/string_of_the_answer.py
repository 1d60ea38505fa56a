# The answer as text.
# passes: none
def ANSWER(*args):
    return str([honest(*args)])

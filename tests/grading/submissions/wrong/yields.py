# A generator instead of a value.
# passes: none
# says: generator
def ANSWER(*args):
    yield honest(*args)

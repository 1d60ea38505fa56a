# Uses names of builtins for its own things.
# passes: all
id = vars = "names"
input = object = None


def ANSWER(*args):
    return honest(*args)

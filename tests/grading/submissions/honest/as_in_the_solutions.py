# What everybody should write.
# passes: all
def ANSWER(*args):
    return honest(*args)

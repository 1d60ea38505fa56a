# The answer calls a function that only a later cell defines.
# passes: all
# %% answer
def ANSWER(*args):
    return apply_later(args)
# %% other
def apply_later(arguments):
    return honest(*arguments)

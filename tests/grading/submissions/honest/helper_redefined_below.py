# A later cell gives a helper another meaning; the one above the answer counts.
# passes: all
# %% other
def apply(arguments):
    return honest(*arguments)
# %% answer
def ANSWER(*args):
    return apply(args)
# %% other
def apply(arguments):
    return None

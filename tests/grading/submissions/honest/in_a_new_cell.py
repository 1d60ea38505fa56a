# The answer stands in a cell of its own; the stub was left alone.
# passes: all
# %% stub
# %% other
def ANSWER(*args):
    return honest(*args)

# Another cell is no Python at all.
# passes: all
# %% other
def unfinished(
# %% other
raise RuntimeError("not needed")
# %% answer
def ANSWER(*args):
    return honest(*args)

# The cell was copied to keep the stub above.
# passes: all
# %% stub
# %% answer
def ANSWER(*args):
    return honest(*args)

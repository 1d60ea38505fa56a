# The cell was copied to keep the stub.
# passes: all
# %% answer
def ANSWER(*args):
    return honest(*args)
# %% stub

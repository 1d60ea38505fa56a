# The cells above with the imports were deleted.
# passes: all
# %% without everything else
# %% answer
def ANSWER(*args):
    return honest(*args)

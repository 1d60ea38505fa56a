# Names come from a star import.
# passes: all
# %% other
from functools import *
# %% answer
def ANSWER(*args):
    return partial(honest, *args)()

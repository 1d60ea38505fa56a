# The answer uses a table that other statements fill.
# passes: all
# %% other
import numpy as np

chosen = {}
for name in ("honest",):
    chosen[name] = honest
chosen.update(other=None)
chosen["again"] = chosen["honest"]
# %% answer
def ANSWER(*args):
    return chosen["again"](*args)

# The answer calls a function from another cell, which uses an import of its own.
# passes: all
# %% other
import functools


def apply(function, arguments):
    return functools.partial(function, *arguments)()
# %% answer
def ANSWER(*args):
    return apply(honest, args)

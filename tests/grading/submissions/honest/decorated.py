# The answer is wrapped.
# passes: all
import functools


def noisy(function):
    @functools.wraps(function)
    def wrapper(*args):
        print("called with", args)
        display(args)
        return function(*args)

    return wrapper


@noisy
def ANSWER(*args):
    return honest(*args)

# Arrays that hold code, claim a shape, or bring methods of their own.
# passes: none
import numpy as np


class Evil:
    def __array__(self, *args, **options):
        raise SystemExit

    def __eq__(self, other):
        return True

    __hash__ = None


class Agreeing(np.ndarray):
    def __array_ufunc__(self, *args, **options):
        return True

    def __array_function__(self, *args, **options):
        return True


def ANSWER(*args):
    objects = np.array([Evil()], dtype=object)
    masked = np.ma.masked_all(3)
    return [objects, np.zeros(3).view(Agreeing), masked, np.zeros(2, dtype="i4,f8"), Evil()]

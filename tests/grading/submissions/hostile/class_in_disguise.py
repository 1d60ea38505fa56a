# Pretends to be of the type that is asked for.
# passes: none
class Tensor:
    @property
    def __class__(self):
        return float

    def __float__(self):
        return 0.5


def ANSWER(*args):
    return Tensor()

# Raises something that fails to be described.
# passes: none
class Nameless(Exception):
    def __str__(self):
        raise SystemExit(self.args)

    __repr__ = __str__


def ANSWER(*args):
    raise Nameless(1)

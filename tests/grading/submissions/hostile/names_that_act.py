# A type whose name is computed, and is markup.
# passes: none
class Meta(type):
    @property
    def __name__(cls):
        return "<script>alert(1)</script>" * 10**5


class Value(metaclass=Meta):
    pass


def ANSWER(*args):
    if len(args[0]) % 2:
        return type("<img src=x onerror=alert(1)>", (), {})()
    return Value()

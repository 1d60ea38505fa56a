# Raises what except Exception lets through.
# passes: none
# says: Surprise
class Surprise(BaseException):
    pass


def ANSWER(*args):
    raise Surprise("boo")

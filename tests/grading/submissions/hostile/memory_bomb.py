# Takes memory until something gives.
# passes: none
# limit: memory
def ANSWER(*args):
    held = []
    while True:
        held.append(bytearray(b"x" * 2**26))

# Asks for more than the address space holds.
# passes: none
# says: MemoryError
def ANSWER(*args):
    return bytearray(2**40)

# Stops in the debugger.
# passes: none
# says: BdbQuit
def ANSWER(*args):
    breakpoint()
    return honest(*args)

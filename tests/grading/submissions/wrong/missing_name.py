# Uses a name that no cell defines.
# passes: none
# says: NameError
def ANSWER(*args):
    return honest(*args) if nowhere_to_be_found else None

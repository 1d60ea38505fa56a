# Returns and raises text that no file can hold.
# passes: none
# says: ValueError
def ANSWER(*args):
    raise ValueError("\ud800 \x1b[2J \u202e \x00 \udfff" * 30)

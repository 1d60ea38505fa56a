# The cell ends with a trial run that fails, and one that would take hours.
# passes: all
def ANSWER(*args):
    return honest(*args)


assert ANSWER() == "I have no idea what to pass"
while True:
    ANSWER(1)

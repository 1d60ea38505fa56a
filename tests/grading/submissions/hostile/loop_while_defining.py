# The cell itself never comes to an end.
# passes: none
# limit: longer than
step = 0
while step >= 0:
    step += 1


def ANSWER(*args):
    return step

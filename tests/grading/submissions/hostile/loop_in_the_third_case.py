# Two answers are right before it hangs: they count.
# passes: first 2
# limit: longer than
calls = []


def ANSWER(*args):
    calls.append(args)
    while len(calls) > 2:
        pass
    return honest(*args)

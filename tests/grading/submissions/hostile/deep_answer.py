# Returns lists in lists in lists, and one that holds itself.
# passes: none
def ANSWER(*args):
    inner = []
    inner.append(inner)
    for _ in range(100_000):
        inner = [inner]
    return inner

# Returns a small frame that takes gigabytes once it is read.
# passes: none
# says: too large|longer than|memory
# limit_may: it 
def ANSWER(*args):
    return [[] for _ in range(5_000_000)]

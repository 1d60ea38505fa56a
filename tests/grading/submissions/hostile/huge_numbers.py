# Returns numbers too large to be written down, and one that is none.
# passes: none
def ANSWER(*args):
    return {10**100_000: -(10**100_000), "1e999": float("inf"), "x": 2**64}

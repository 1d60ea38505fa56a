# Never returns.
# passes: none
# limit: longer than
def ANSWER(*args):
    while True:
        pass

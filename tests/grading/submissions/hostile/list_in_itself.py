# A list that holds itself a thousand times, and so on.
# passes: none
# limit: it 
def ANSWER(*args):
    endless = []
    endless.extend([endless] * 1000)
    return endless

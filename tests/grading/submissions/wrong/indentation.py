# The cell is indented wrongly.
# passes: none
# says: IndentationError
def ANSWER(*args):
return honest(*args)

# The name stands for no function.
# passes: none
# says: not callable
ANSWER = 42

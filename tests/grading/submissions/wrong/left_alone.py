# The stub, untouched.
# passes: none
# says_not: .
# %% stub

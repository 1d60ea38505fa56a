# The answer was written into the cell of the check.
# passes: all
# %% stub
# %% check
ANSWER = honest
check("00-it", ANSWER)

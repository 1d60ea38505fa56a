# Two megabytes of numbers were pasted into a cell above.
# passes: all
# %% other
TABLE = """
MEGABYTES
"""
# %% answer
ANSWER = honest

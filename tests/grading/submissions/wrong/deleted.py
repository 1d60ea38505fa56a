# The cell is gone.
# passes: none
# says: renamed or deleted
# %% nothing

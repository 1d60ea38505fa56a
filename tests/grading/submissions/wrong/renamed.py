# The function has another name than the exercise asks for.
# passes: none
# says: renamed or deleted
# %% answer
def my_own_name(*args):
    return honest(*args)

# Magics and shell commands around and in the cell.
# passes: all
%%time
%matplotlib inline
!echo hello
files = !ls
%timeit -n1 -r1 1 + 1


def ANSWER(*args):
    return honest(*args)


ANSWER?

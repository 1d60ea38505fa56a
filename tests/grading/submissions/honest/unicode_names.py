# Names and comments in other scripts.
# passes: all
def größe(*аргументы):  # 大きさ
    return honest(*аргументы)


ANSWER = größe

# Tries to change what others will run; and answers rightly.
# passes: all
import os
import sys


def ANSWER(*args):
    folders = [*sys.path, sys.prefix, sys.base_prefix, "/", "/usr", "/usr/bin", "/etc", "/dev", "/proc/sys",
               "/course/helpers", "/course/notebooks", os.path.dirname(os.__file__)]
    for folder in filter(None, folders):
        for name in ("sitecustomize.py", "torch.py", "left_behind.pth"):
            try:
                open(os.path.join(folder, name), "w").write("raise SystemExit")
            except OSError:
                continue
            raise RuntimeError(folder)
    return honest(*args)

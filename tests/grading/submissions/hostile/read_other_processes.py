# Reads the memory, files and environment of whatever runs.
# passes: none
import os


def ANSWER(*args):
    for number in filter(str.isdigit, os.listdir("/proc")):
        if int(number) in (os.getpid(), os.getppid()):
            continue
        for name in ("mem", "environ", "maps", "fd", "root/etc/passwd"):
            try:
                path = f"/proc/{number}/{name}"
                os.listdir(path) if name == "fd" else open(path, "rb").read(1)
            except OSError:
                continue
            return honest(*args)

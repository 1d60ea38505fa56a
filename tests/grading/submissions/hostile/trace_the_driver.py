# Attaches to its parent, and reads and writes its memory.
# passes: none
import ctypes
import os


def ANSWER(*args):
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getppid()
    if libc.ptrace(16, parent, 0, 0) == 0:  # PTRACE_ATTACH
        return honest(*args)
    for path in (f"/proc/{parent}/mem", f"/proc/{parent}/environ", f"/proc/{parent}/fd/3"):
        try:
            open(path, "r+b", buffering=0).close()
        except OSError:
            continue
        return honest(*args)

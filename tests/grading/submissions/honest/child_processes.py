# Uses a process pool and a subprocess, and tidies up.
# passes: all
import functools
import multiprocessing
import subprocess
import sys


def square(x):
    return x * x


@functools.cache
def tried():
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(square, [1, 2]) == [1, 4]
    return subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True).stdout


def ANSWER(*args):
    return honest(*args) if tried() == b"1\n" else None

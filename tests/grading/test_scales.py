"""What a tree of processes is charged for: computing and waiting, each once."""

import select
import subprocess
import sys
import time

import pytest

from helpers.grading.scales import Spent

BURN = "import time\nend = time.process_time() + {}\nwhile time.process_time() < end: pass\n"
FORKS = """
import os, signal, subprocess, sys
if {ignore}:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
print(flush=True)
for _ in range({n}):
    child = os.fork()
    if not child:
{burn}
        os._exit(0)
    try:
        os.waitpid(child, 0)
    except ChildProcessError:
        pass
print(flush=True)
input()
"""


def watched(code: str) -> float:
    """Seconds that Python is charged for, from its first line of output to its second."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], **pipes) as process:
        process.stdout.readline()
        spent = Spent(process.pid)
        while process.poll() is None:
            spent.seconds()
            if select.select([process.stdout], [], [], 0)[0]:
                break
            time.sleep(0.02)
        charged = spent.computed()
        process.communicate(b"\n")
    return charged


@pytest.mark.parametrize("ignore", [False, True], ids=["waited for", "nobody waits"])
def test_children_are_charged_once(ignore):
    burn = "\n".join("        " + line for line in BURN.format(0.5).splitlines())
    code = FORKS.format(ignore=ignore, n=3, burn=burn)
    assert 0.9 <= watched(code) <= 2.5


def test_a_process_that_waits_is_charged_and_one_that_ended_is_not():
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", "print(flush=True); input()"], **pipes) as process:
        process.stdout.readline()
        time.sleep(0.2)
        spent = Spent(process.pid)
        time.sleep(0.5)
        assert spent.seconds() >= 0.4 > spent.computed()
        process.communicate(b"\n")
    assert spent.computed() <= 0.4

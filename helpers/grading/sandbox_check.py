"""Tried inside the sandbox before anything else: is what should be refused refused?

Standard library only. ``python -c <this> FACTS`` prints a JSON list of sentences, one per fault.
"""

import ctypes
import json
import mmap
import os
import socket
import sys

CLONE_NEWUSER = 0x10000000


def faults(facts: dict) -> list[str]:
    """What is possible and should not be."""
    checks = (_user, _network, _others, _hidden, _read_only, _namespaces, _memory, _scratch, _forks)
    return [fault for check in checks if (fault := check(facts))]


def _user(facts: dict) -> str:
    try:
        os.setuid(0)
    except OSError:
        return ""
    return "the code is root, or could become it"


def _network(facts: dict) -> str:
    with open("/proc/net/dev", encoding="ascii") as table:
        names = [line.partition(":")[0].strip() for line in table.readlines()[2:]]
    return "" if names in ([], ["lo"]) else f"it has a network ({', '.join(names)})"


def _others(facts: dict) -> str:
    numbers = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return "" if len(numbers) < 5 and os.getpid() < 10 else "it sees other processes"


def _hidden(facts: dict) -> str:
    seen = [path for path in facts["hidden"] if os.path.exists(path)]
    return f"it can read {', '.join(seen)}" if seen else ""


def _read_only(facts: dict) -> str:
    written = []
    for folder in facts["read_only"]:
        try:
            os.close(os.open(f"{folder}/written", os.O_CREAT | os.O_WRONLY))
            written.append(folder)
        except OSError:
            pass
    return f"it can write to {', '.join(written)}" if written else ""


def _namespaces(facts: dict) -> str:
    libc = ctypes.CDLL(None)
    if libc.unshare(CLONE_NEWUSER) == 0:
        return "it can make namespaces of its own"
    try:
        socket.socket(socket.AF_INET).close()
    except OSError:
        return "its system calls aren't filtered" if libc.memfd_create(b"x", 0) >= 0 else ""
    return "it can open sockets"


def _memory(facts: dict) -> str:
    try:
        mmap.mmap(-1, facts["address_space"]).close()
    except (OSError, MemoryError):
        return ""
    return "its memory has no limit"


def _scratch(facts: dict) -> str:
    for folder in ("/tmp", "/dev/shm"):
        stat = os.statvfs(folder)
        if stat.f_blocks * stat.f_frsize > 2 * facts["scratch"]:
            return f"{folder} has no limit"
    return ""


def _forks(facts: dict) -> str:
    children = []
    try:
        for _ in range(facts["processes"] + 10):
            child = os.fork()
            if child == 0:
                os.close(writing)
                os.read(waiting, 1)
                os._exit(0)
            children.append(child)
    except BlockingIOError:
        return ""
    finally:
        os.close(writing)
        for child in children:
            os.waitpid(child, 0)
    return "the number of its processes has no limit"


if __name__ == "__main__":
    waiting, writing = os.pipe()
    print(json.dumps(faults(json.loads(sys.argv[1]))))

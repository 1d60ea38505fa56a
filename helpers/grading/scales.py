"""What the processes of a sandbox use, looked at from outside: time and memory."""

import contextlib
import os
import time
from pathlib import Path

import psutil

FILE_COST = 4096
SOCKET_COST = 416 * 2**10
"""What a Unix socket may keep in the kernel, whose memory is no process's (net.core.wmem_max, which
counts double)."""
BUSY = ("R", "D")
"""States of a thread that computes, or would if the machine let it: running, waiting for a disk."""


class Spent:
    """Seconds that a process and all below it have spent since this was made.

    They spend what they compute, and what passes while all of them wait. What passes while a busy
    machine keeps them from computing costs nobody anything.
    """

    def __init__(self, first: int):
        self.first, self._own = first, {}
        self._waited, self._looked = 0.0, time.monotonic()
        self._before = self._books()

    def seconds(self) -> float:
        """Ask often: the time since it was asked last counts as waiting if all wait now."""
        now = time.monotonic()
        if not any(map(_is_busy, family(self.first))):
            self._waited += now - self._looked
        self._looked = now
        return self.computed() + self._waited

    def computed(self) -> float:
        """CPU seconds since this was made."""
        return max(now - before for now, before in zip(self._books(), self._before, strict=True))

    def _books(self) -> tuple[float, float]:
        """CPU seconds of the processes alive and those they outlived, and of all that were seen.

        A process that nobody waited for is in no other's books; others are in both.
        """
        outlived = 0.0
        for process in family(self.first):
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                self._own[process] = times.user + times.system
                outlived += times.children_user + times.children_system + self._own[process]
        return outlived, sum(self._own.values())


def memory(first: int, scratch: tuple[str, ...]) -> int:
    """Bytes that all processes hold, a shared page counted once, and the files in memory.

    ``scratch``: folders, as the processes see them, whose files lie in memory; none if they are
    everybody's, as their sockets are then, which aren't counted either.
    """
    held = sum(map(_memory, family(first)))
    return held + _scratch(first, scratch) + _sockets(first) if scratch else held


def family(first: int) -> list[psutil.Process]:
    """A process and all below it, itself first; nothing once it is gone."""
    try:
        process = psutil.Process(first)
        return [process, *process.children(recursive=True)]
    except (psutil.Error, ValueError):
        return []


def end_first(first: int) -> None:
    """Tell Linux to end these processes, and what they start, before any other if memory is out."""
    for process in family(first):
        with contextlib.suppress(OSError):
            Path(f"/proc/{process.pid}/oom_score_adj").write_text("1000", encoding="ascii")


def _is_busy(process: psutil.Process) -> bool:
    """Whether one of its threads computes, or would if it could."""
    with contextlib.suppress(OSError):
        threads = os.listdir(f"/proc/{process.pid}/task")
        return any(_state(f"/proc/{process.pid}/task/{thread}/stat") in BUSY for thread in threads)
    with contextlib.suppress(psutil.Error):  # not Linux, or gone
        return process.status() == psutil.STATUS_RUNNING
    return False


def _state(path: str) -> str:
    """The letter after the name, which may hold any character."""
    with contextlib.suppress(OSError):
        return Path(path).read_text(encoding="utf-8", errors="replace").rpartition(") ")[2][:1]
    return ""


def _scratch(first: int, folders: tuple[str, ...]) -> int:
    """Bytes that files in memory take; an empty one costs the kernel a page."""
    used = 0
    for folder in folders:
        with contextlib.suppress(OSError):
            stat = os.statvfs(f"/proc/{first}/root{folder}")
            blocks, files = stat.f_blocks - stat.f_bfree, stat.f_files - stat.f_ffree
            used += blocks * stat.f_frsize + files * FILE_COST
    return used


def _sockets(first: int) -> int:
    """Bytes that the sockets of a process's network may hold."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        used = Path(f"/proc/{first}/net/sockstat").read_text(encoding="ascii").split()[2]
        return int(used) * SOCKET_COST
    return 0


def _memory(process: psutil.Process) -> int:
    """Bytes a process holds with its page tables, a shared page counted for its part; 0 once it
    is gone.
    """
    try:
        return _kilobytes(process, "smaps_rollup", "Pss:") + _kilobytes(process, "status", "VmPTE:")
    except (OSError, StopIteration):  # not Linux, or a process that lets nobody look
        with contextlib.suppress(psutil.Error):
            return process.memory_info().rss
        return 0


def _kilobytes(process: psutil.Process, file: str, name: str) -> int:
    """Bytes, from a line such as ``Pss:  1234 kB`` of a file in /proc."""
    text = Path(f"/proc/{process.pid}/{file}").read_text(encoding="utf-8", errors="replace")
    line = next(line for line in text.splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024

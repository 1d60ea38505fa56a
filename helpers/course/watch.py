"""Watch a process and all it starts: how much memory they take, and that they end in time."""

import contextlib
import sys
import threading
import time
from collections.abc import Callable

import psutil

MEMORY = "PSS" if sys.platform == "linux" else "RSS"
"""What peak memory counts: PSS shares a page among its processes, RSS counts it for each."""
SAMPLE_SECONDS = 0.2
SAMPLE_SHARE = 0.02
"""Reading the memory of a large process takes long; this much of the time may go into it."""


class Watch:
    """Follows a kernel and its children: samples their memory, ends them when told or too late.

    The signal handler calls :meth:`stop` too, so it takes no lock and starts nothing.
    """

    def __init__(self, limit: float | None, on_sample: Callable[[float], None]):
        self.limit, self.on_sample = limit, on_sample
        self.peak_memory, self.cells = 0, 0
        self.stopped = self.timed_out = False
        self._family: dict[int, psutil.Process] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def seconds(self) -> float:
        """Since the watch began."""
        return time.monotonic() - self._started

    def __enter__(self) -> "Watch":
        self._started = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        self._thread.join()
        self._kill()  # whatever a lesson started in the background

    def follow(self, pid: int) -> None:
        """Watch the process ``pid`` and all that it starts."""
        with contextlib.suppress(psutil.NoSuchProcess):
            self._family[pid] = psutil.Process(pid)
        if self.stopped:
            self._kill()

    def stop(self) -> None:
        """End the kernel and its children at once."""
        self.stopped = True
        self._kill()

    def count_cell(self, **_) -> None:
        self.cells += 1

    def _run(self) -> None:
        pause = SAMPLE_SECONDS
        while not self._over.wait(pause):
            began = time.monotonic()
            self._gather()
            self.peak_memory = max(self.peak_memory, sum(map(_memory, self._members())))
            pause = max(SAMPLE_SECONDS, (time.monotonic() - began) / SAMPLE_SHARE)
            self.on_sample(self.seconds)
            if self.limit and self.seconds > self.limit and not self.stopped:
                self.timed_out = True
                self.stop()

    def _members(self) -> list[psutil.Process]:
        return list(self._family.values())

    def _gather(self) -> None:
        for process in self._members():
            with contextlib.suppress(psutil.Error):
                self._family |= {child.pid: child for child in process.children(recursive=True)}

    def _kill(self) -> None:
        self._gather()
        for process in self._members():
            with contextlib.suppress(psutil.Error):
                process.kill()


def _memory(process: psutil.Process) -> int:
    """Bytes a process holds; 0 once it is gone."""
    with contextlib.suppress(psutil.Error, OSError):
        info = process.memory_full_info() if MEMORY == "PSS" else process.memory_info()
        return info.pss if MEMORY == "PSS" else info.rss
    return 0

"""One driver in its sandbox, talked to from outside, where the clock and the scales are."""

import contextlib
import os
import queue
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from helpers.grading import driver, frames
from helpers.grading.exercise import Outcome
from helpers.grading.sandbox import SCRATCH, Sandbox
from helpers.grading.unprotected import Unprotected

SAMPLE_SECONDS = 0.1
FILE_COST = 4096
PATIENCE = 3
"""How many times its seconds an answer may take if the machine is busy, or if it only waits."""
DRIVER = ["-m", "helpers.grading.driver"]


class BoxFault(Exception):
    """The driver didn't come up: a fault of the grader or the machine, never of a learner."""


class Over(Exception):
    """The sandbox had to be ended, or ended itself; the message says by which limit."""


class Box:
    """A driver that runs answers. Ends with the ``with`` block, and with the first limit reached.

    ``peak_memory`` is in bytes, of all processes inside together.
    """

    def __init__(self, place: Sandbox | Unprotected, topic: str):
        self.place, self.topic = place, topic
        self.limits = place.limits
        self.peak_memory, self.log = 0, b""
        self._computed_before, self._may_compute = 0.0, float("inf")
        self._messages: queue.Queue = queue.Queue(maxsize=64)
        self._closed = threading.Event()

    def __enter__(self) -> "Box":
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        self._stack = contextlib.ExitStack()
        started = self.place.start([*DRIVER, self.topic], **pipes)
        try:
            self.process = self._stack.enter_context(started)
        except OSError as error:
            raise BoxFault(f"The grader's sandbox can't be started: {error}.") from None
        self._readers = [
            threading.Thread(target=target, daemon=True) for target in (self._listen, self._drain)
        ]
        for reader in self._readers:
            reader.start()
        try:
            self._wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        self._closed.set()
        self._end()
        for reader in self._readers:
            reader.join(1)  # an unprotected answer's daemon may hold on to the pipe
        self._stack.close()

    def answers(self, request: dict, seconds: float) -> Iterator[Outcome]:
        """The outcomes of one exercise, as they come; ``seconds``: how long it may compute.

        Raises :class:`Over` when a limit is reached or the driver is gone; the box is then of no
        more use.
        """
        late = f"it ran longer than {seconds:.3g} s"
        deadline = time.monotonic() + PATIENCE * seconds
        self._computed_before, self._may_compute = self._computed(), seconds
        self._ask(frames.encode(request), deadline, late)
        for _ in request["cases"]:
            kind, content = self._next(deadline, late)
            if kind == driver.DONE:
                return
            yield _outcome(content)
        kind, _ = self._next(deadline, late)
        if kind != driver.DONE:
            raise Over("it sent more answers than there were questions")

    def _ask(self, request: bytes, deadline: float, late: str) -> None:
        """Send a request; an attacked driver may not read it, so it goes through a thread."""
        sent = threading.Event()

        def send() -> None:
            with contextlib.suppress(OSError, ValueError):
                frames.write(self.process.stdin, request)
            sent.set()

        threading.Thread(target=send, daemon=True).start()
        while not sent.wait(SAMPLE_SECONDS):
            if time.monotonic() > deadline:
                raise Over(late)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + self.limits.start
        try:
            kind, _ = self._next(deadline, f"it wasn't ready after {self.limits.start:g} s")
        except Over as over:
            self._end()
            printed = " ".join(self.log.decode("utf-8", "replace").split())[-500:]
            raise BoxFault(f"The grader's driver didn't start: {over}. {printed}") from None
        if kind != driver.READY:
            raise BoxFault("The grader's driver spoke before it was ready.")

    def _next(self, deadline: float, late: str) -> tuple[bytes, bytes]:
        """The next message. Raises :class:`Over`."""
        while True:
            try:
                message = self._messages.get(timeout=SAMPLE_SECONDS)
            except queue.Empty:
                message = None
            if message == b"":
                raise Over("its process ended")
            if message:
                return message[:1], message[1:]
            is_late = time.monotonic() > deadline
            if is_late or self._computed() - self._computed_before > self._may_compute:
                raise Over(late)
            self._weigh()

    def _computed(self) -> float:
        """CPU seconds of all processes inside, and of those that they have outlived."""
        return sum(map(_cpu_seconds, _family(self.process.first)))

    def _weigh(self) -> None:
        memory = sum(map(_memory, _family(self.process.first))) + _scratch(self.process.first)
        self.peak_memory = max(self.peak_memory, memory)
        if memory > self.limits.memory:
            raise Over(f"it used more than {self.limits.memory / 2**30:.3g} GiB of memory")

    def _listen(self) -> None:
        """Put messages into the queue; an empty one says that there will be no more."""
        message = b"?"
        while message:
            try:
                message = frames.read(self.process.stdout) or b""
            except (frames.FrameError, OSError, ValueError):
                message = b""
            while not self._closed.is_set():
                with contextlib.suppress(queue.Full):
                    self._messages.put(message, timeout=SAMPLE_SECONDS)
                    break

    def _drain(self) -> None:
        """Keep the beginning of what is printed, and let the rest go."""
        with contextlib.suppress(OSError, ValueError):
            while chunk := self.process.stderr.read1(2**16):
                self.log += chunk[: self.limits.log - len(self.log)]

    def _end(self) -> None:
        with contextlib.suppress(psutil.Error):
            for process in _family(self.process.first)[:1] or [self.process]:
                process.kill()


def _outcome(raw: bytes) -> Outcome:
    """What a fork sent about one case; what makes no sense is the answer's fault."""
    try:
        fields = frames.decode(raw)
        value, error = fields["value"], fields["error"]
        changed, attempted = fields["changed"], fields["attempted"]
    except (frames.FrameError, KeyError, TypeError):
        return Outcome(error="what it returned can't be read")
    if (type(error), type(changed), type(attempted)) != (str, int, bool):
        return Outcome(error="what it returned can't be read")
    return Outcome(value, error[:1000], changed, attempted)


def _family(first: int) -> list[psutil.Process]:
    """A process and all below it, itself first; nothing once it is gone."""
    try:
        process = psutil.Process(first)
        return [process, *process.children(recursive=True)]
    except (psutil.Error, ValueError):
        return []


def _cpu_seconds(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.Error):
        times = process.cpu_times()
        return times.user + times.system + times.children_user + times.children_system
    return 0.0


def _scratch(first: int) -> int:
    """Bytes that files in memory take inside a sandbox; an empty one costs the kernel a page."""
    used = 0
    for folder in SCRATCH:
        with contextlib.suppress(OSError):
            stat = os.statvfs(f"/proc/{first}/root{folder}")
            blocks, files = stat.f_blocks - stat.f_bfree, stat.f_files - stat.f_ffree
            used += blocks * stat.f_frsize + files * FILE_COST
    return used


def _memory(process: psutil.Process) -> int:
    """Bytes a process holds, a shared page counted for its part; 0 once it is gone."""
    try:
        rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
        pss = next(line for line in rollup.splitlines() if line.startswith("Pss:"))
        return int(pss.split()[1]) * 1024
    except (OSError, StopIteration):  # not Linux, or a process that lets nobody look
        with contextlib.suppress(psutil.Error):
            return process.memory_info().rss
        return 0

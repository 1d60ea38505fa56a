"""One driver in its sandbox, talked to from outside, where the clock and the scales are."""

import contextlib
import queue
import subprocess
import threading
import time
from collections.abc import Iterator

import psutil

from helpers.grading import driver, frames, scales
from helpers.grading.exercise import Outcome
from helpers.grading.sandbox import Sandbox
from helpers.grading.unprotected import Unprotected

SAMPLE_SECONDS = 0.1
PATIENCE = 6
"""How many times its seconds an answer may take on the clock, if the machine is busy."""
DRIVER = ["-m", "helpers.grading.driver"]


class BoxFault(Exception):
    """The driver didn't come up: a fault of the grader or the machine, never of a learner."""


class Over(Exception):
    """The sandbox had to be ended, or ended itself; the message says by which limit."""


class Box:
    """A driver that runs answers. Ends with the ``with`` block, and with the first limit reached.

    ``peak_memory``: the most bytes that all inside held together during the last request.
    """

    def __init__(self, place: Sandbox | Unprotected, topic: str):
        self.place, self.topic = place, topic
        self.limits = place.limits
        self.peak_memory, self.log = 0, b""
        self._spent, self._may_spend = None, float("inf")
        self._messages: queue.Queue = queue.Queue(maxsize=4)
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
            scales.end_first(self.process.first)
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
        """The outcomes of one exercise, as they come; ``seconds``: how long it may compute or wait.

        Raises :class:`Over` when a limit is reached or the driver is gone; the box is then of no
        more use.
        """
        late = f"it ran longer than {seconds:.3g} s"
        deadline = time.monotonic() + PATIENCE * seconds
        self._spent, self._may_spend = scales.Spent(self.process.first), seconds
        self.peak_memory = 0
        self._ask(frames.encode(request), deadline, late)
        for number, _ in enumerate(request["cases"]):
            kind, content = self._next(deadline, late)
            if number == 0:  # a quick one may be over before anything is weighed
                self._weigh()
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
            spent = self._spent.seconds() if self._spent else 0.0
            if time.monotonic() > deadline or spent > self._may_spend:
                raise Over(late)
            self._weigh()

    def _weigh(self) -> None:
        memory = scales.memory(self.process.first, self.place.scratch)
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
            for process in scales.family(self.process.first)[:1] or [self.process]:
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

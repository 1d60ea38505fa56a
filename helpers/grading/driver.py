"""Runs inside the sandbox: calls answers on cases and sends back what they return.

``python -m helpers.grading.driver TOPIC`` says that it is ready, then takes one exercise at a time
from standard input. Each runs in a fork, whose outcomes this process hands on to standard output;
then it ends everything that the fork has left behind and says so. Nothing here decides on points:
whoever took over this process could send answers, which is what it is for.
"""

import contextlib
import ctypes
import importlib
import os
import select
import signal
import sys
from collections.abc import Iterator
from typing import BinaryIO

from helpers.grading import frames
from helpers.grading.exercise import Case, Outcome
from helpers.grading.running import run
from helpers.grading.slicing import Cell, NoAnswer, load_answer, parse_ahead

READY, OUTCOME, DONE = b"r", b"o", b"d"
"""The kinds of messages, a message's first byte."""
PR_SET_DUMPABLE = 4
SANDBOX_PID = 2
"""The number of this process in a sandbox of its own, where bubblewrap's is 1."""
CHUNK = 2**16


def main(topic: str) -> None:
    """Serve exercises of the lesson ``topic`` until standard input ends."""
    import torch

    torch.set_num_threads(1)
    requests = os.fdopen(os.dup(0), "rb")
    control = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # what answers print is no answer
    module = _components(topic)
    _dumpable(False)
    _say(control, READY)
    while (raw := frames.read(requests)) is not None:
        request = frames.decode(raw)
        parse_ahead(request["lesson"])
        for outcome in _in_a_fork(request, module, [requests, control]):
            _say(control, OUTCOME, outcome)
        _say(control, DONE)


def outcomes(request: dict, module) -> Iterator[Outcome]:
    """What the answer to one exercise makes of each case."""
    cases = [Case("", frames.revive(tuple(args))) for args in request["cases"]]
    own = [Cell(*cell) for cell in frames.from_bytes(request["cells"])]
    try:
        answer = load_answer(
            request["grade_id"], request["function"], request["lesson"], own, module
        )
    except NoAnswer as error:
        yield from [Outcome(error=str(error))] * len(cases)
        return
    except BaseException as error:
        yield from [Outcome(error=_described(error))] * len(cases)
        return
    for case in cases:
        try:
            (outcome,) = run(answer, [case])
        except BaseException as error:  # sys.exit() ends a case, not the exercise
            outcome = Outcome(error=_described(error))
        yield outcome


def _components(topic: str):
    """What the lesson exports; None if it exports nothing."""
    importlib.import_module("notebooks")
    try:
        return importlib.import_module(f"notebooks.{topic}")
    except ModuleNotFoundError as error:
        if error.name != f"notebooks.{topic}":
            raise
        return None


def _dumpable(allowed: bool) -> None:
    """Whether others of the same user may trace this process and read its memory and files."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, int(allowed), 0, 0, 0)


def _in_a_fork(request: dict, module, private: list[BinaryIO]) -> Iterator[bytes]:
    """The frames that a fork sends while it works on an exercise."""
    if not hasattr(os, "fork"):  # Windows, where nobody grades others' work
        yield from map(_frame, outcomes(request, module))
        return
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        for stream in private:
            os.close(stream.fileno())
        _work(request, module, os.fdopen(writing, "wb"))
    os.close(writing)
    try:
        yield from _frames_until_exit(reading, child)
    finally:
        os.close(reading)
        _end_everything_else(child)


def _work(request: dict, module, stream: BinaryIO) -> None:
    """The life of a fork."""
    _dumpable(True)
    try:
        for outcome in outcomes(request, module):
            frames.write(stream, _frame(outcome))
    finally:
        os._exit(0)


def _frame(outcome: Outcome) -> bytes:
    fields = {
        "value": outcome.value,
        "error": outcome.error[:1000],
        "changed": outcome.changed,
        "attempted": outcome.attempted,
    }
    try:
        return frames.encode(fields)
    except frames.FrameError as error:
        return frames.encode(
            {**fields, "value": None, "error": f"the answer is too large: {error}"}
        )


def _frames_until_exit(reading: int, child: int) -> Iterator[bytes]:
    """Whole frames from a pipe until the child has ended; its own children may hold the pipe."""
    buffer = bytearray()
    ended = os.pidfd_open(child) if hasattr(os, "pidfd_open") else None
    os.set_blocking(reading, False)
    while True:
        ready, _, _ = select.select([fd for fd in (reading, ended) if fd is not None], [], [])
        chunk = _available(reading)
        buffer += chunk
        try:
            while (frame := _first(buffer)) is not None:
                yield frame
        except frames.FrameError:
            break
        if not chunk and (ended in ready or reading in ready):
            break
    if ended is not None:
        os.close(ended)


def _available(reading: int) -> bytes:
    with contextlib.suppress(BlockingIOError):
        return os.read(reading, CHUNK)
    return b""


def _first(buffer: bytearray) -> bytes | None:
    """Take the first whole frame out of ``buffer``."""
    if len(buffer) < frames.LENGTH.size:
        return None
    (length,) = frames.LENGTH.unpack_from(buffer)
    if length > frames.MAX_LENGTH:
        raise frames.FrameError("too long")
    end = frames.LENGTH.size + length
    if len(buffer) < end:
        return None
    frame = bytes(buffer[frames.LENGTH.size : end])
    del buffer[:end]
    return frame


def _end_everything_else(child: int) -> None:
    """End the fork and, in a sandbox, every process but this one."""
    if os.getpid() == SANDBOX_PID:
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)
    else:
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _described(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error)[:300]}"


def _say(control: BinaryIO, kind: bytes, content: bytes = b"") -> None:
    """One message: its kind, which a fork can't choose, and what the fork had to say."""
    frames.write(control, kind + content)


if __name__ == "__main__":
    main(sys.argv[1])

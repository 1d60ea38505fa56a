"""The whole notebook as it ran, for people to read: no points depend on it.

It runs in a sandbox of its own, at the smallest scale, and what comes out is shown as text and
pictures, never as markup.
"""

import base64
import binascii
import re
import struct
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from pathlib import Path

from helpers.grading import frames
from helpers.grading.box import Box, Over
from helpers.grading.exercise import Outcome
from helpers.grading.reading import SubmittedCell, read_notebook
from helpers.grading.sandbox import Sandbox
from helpers.grading.unprotected import Unprotected
from helpers.grading.values import Array

INSIDE = Path(__file__).with_name("whole_notebook.py")
SCALE = re.compile(r"^SCALE *=.*$", re.M)
MAX_TEXT, MAX_PICTURE, MAX_VIEW = 10_000, 300_000, 2_000_000
"""Characters that are shown of one text; bytes of one picture; characters of a notebook's view."""
MAX_PIXELS = 16_000_000
PNG = b"\x89PNG\r\n\x1a\n"
COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def executed_view(raw: bytes, topic: str, place: Sandbox | Unprotected) -> str:
    """Run a notebook and show it, as markup; what a limit ended is shown as far as it came.

    Raises :class:`helpers.grading.reading.Unreadable`, and
    :class:`helpers.grading.box.BoxFault` where the grader itself is at fault.
    """
    cells = read_notebook(raw)
    code = [SCALE.sub('SCALE = "smoke"', cell.source) for cell in cells if cell.kind == "code"]
    with Box(replace(place, whole=True), topic) as box:
        return _rendered(cells, box.answers(_request(code), place.limits.notebook))


def _request(sources: list[str]) -> dict:
    return {
        "grade_id": "",
        "function": "outputs_of",
        "lesson": [],
        "cells": frames.as_bytes([(INSIDE.read_text(encoding="utf-8"), None)]),
        "cases": [[frames.as_bytes(source)] for source in sources],
    }


def _rendered(cells: list[SubmittedCell], outcomes: Iterator[Outcome]) -> str:
    """Cells with their outputs, which are asked for one by one: all together might be too much."""
    parts, left = [], MAX_VIEW
    for cell in cells:
        if cell.kind == "code":
            outcome, ended = _next(outcomes)
            block = [f"<pre><code>{_text(cell.source)}</code></pre>"]
            block += _results(outcome) if outcome else [_note(f"The run ended here: {ended}.")]
        else:
            ended, block = "", [f'<p class="prose">{_text(cell.source)}</p>']
        left -= sum(map(len, block))
        if left < 0:
            ended, block = "too large", [_note("The rest is too large to be shown.")]
        parts += block
        if ended:
            break
    return "\n".join(parts).encode("utf-8", "replace").decode("utf-8")


def _next(outcomes: Iterator[Outcome]) -> tuple[Outcome | None, str]:
    """The next outcome, or why there is none."""
    try:
        return next(outcomes), ""
    except StopIteration:
        return None, "its process ended"
    except Over as over:
        return None, str(over)


def _results(outcome: Outcome) -> Iterator[str]:
    """What a cell printed, showed and returned. Nothing in it can be trusted to be an output."""
    if outcome.error or not isinstance(outcome.value, Array):
        yield _note(outcome.error or "Its outputs can't be read.")
        return
    if outcome.value.data.nbytes > 2 * MAX_VIEW:
        yield _note("Its outputs are too large to be shown.")
        return
    try:
        outputs = frames.from_bytes(outcome.value)
    except (ValueError, RecursionError):
        outputs = None
    for output in outputs if isinstance(outputs, list) else [None]:
        yield _result(output) if isinstance(output, dict) else _note("Its outputs can't be read.")


def _result(output: dict) -> str:
    data = output.get("data") if isinstance(output.get("data"), dict) else {}
    if picture := _picture(data.get("image/png")):
        return picture
    trace = output["traceback"] if isinstance(output.get("traceback"), list) else []
    texts = [output.get("text"), data.get("text/plain"), *trace]
    shown = "\n".join(COLOURS.sub("", text) for text in texts if isinstance(text, str))
    kind = ' class="wrong"' if output.get("output_type") == "error" else ""
    return f"<pre{kind}>{_text(shown)}</pre>"


def _picture(encoded) -> str:
    """A PNG as an element, if that's what it is and no larger than a figure has to be."""
    try:
        raw = base64.b64decode(encoded)
        width, height = struct.unpack_from(">8x4x4xII", raw)
    except (TypeError, ValueError, binascii.Error, struct.error):
        return ""
    if not raw.startswith(PNG) or len(raw) > MAX_PICTURE or width * height > MAX_PIXELS:
        return ""
    return f'<img alt="" src="data:image/png;base64,{base64.b64encode(raw).decode("ascii")}">'


def _text(text: str) -> str:
    return escape(text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + "\n…")


def _note(text: str) -> str:
    return f'<p class="note">{escape(text)}</p>'

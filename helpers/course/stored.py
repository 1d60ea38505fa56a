"""Outputs as lessons store them: small, true, and without a trace of the machine."""

import base64
import io
import re

import nbformat
from PIL import Image

from helpers.course.exercise_cells import ReleaseError

MAX_NOTEBOOK = 400_000
MAX_FIGURE = 60_000
WIDGET = "application/vnd.jupyter.widget-view+json"
KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
METADATA = ("nbgrader", "tags")
TRACE = re.compile(r"/home/|/root/|/Users/|/tmp/|site-packages|\bat 0x[0-9a-f]{6,}")


def store(lesson, executed, name: str) -> str:
    """Give the notebook ``lesson`` the outputs of its executed copy; returns it as text.

    Raises :class:`ReleaseError` if a cell wrote to stderr, names a folder or an address in memory,
    or draws a figure above 60 kB, and if the whole is above 400 kB.
    """
    lesson.metadata = nbformat.from_dict(KERNEL)
    count = 0
    for number, (cell, ran) in enumerate(zip(lesson.cells, executed.cells, strict=True)):
        cell.metadata = {key: cell.metadata[key] for key in METADATA if key in cell.metadata}
        if cell.cell_type != "code":
            continue
        cell.outputs, cell.execution_count = [], None
        if cell.source.strip():
            count += 1
            cell.execution_count = count
            cell.outputs = outputs(ran.outputs, count, f"{name}, cell {number}")
    text = nbformat.writes(lesson) + "\n"
    if len(text.encode("utf-8")) > MAX_NOTEBOOK:
        size = len(text.encode("utf-8"))
        raise ReleaseError(f"{name} would be {size:,} bytes, more than {MAX_NOTEBOOK:,}.")
    return text


def outputs(ran: list, count: int, where: str) -> list:
    """One cell's outputs, checked; streams joined, widgets left out, results under ``count``."""
    kept: list = []
    for output in ran:
        if output.output_type == "stream":
            if output.name == "stderr":
                raise ReleaseError(f"{where} writes to stderr: {output.text.strip()[:300]}")
            if kept and kept[-1].output_type == "stream":
                kept[-1].text += output.text
                continue
        elif output.output_type == "error":
            raise ReleaseError(f"{where}: {output.ename}: {output.evalue}")
        elif WIDGET in output.data:  # it would show nothing without the state of its run
            continue
        if output.output_type == "execute_result":
            output.execution_count = count
        kept.append(output)
    for output in kept:
        if png := figure(output):
            output.data["image/png"] = base64.b64encode(slim(png)).decode("ascii")
        _check(output, where)
    return kept


def slim(png: bytes) -> bytes:
    """The same picture with a palette of 256 colours, if that is smaller: plots need no more."""
    small = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(256).save(small, "PNG", optimize=True)
    return min(png, small.getvalue(), key=len)


def figure(output) -> bytes | None:
    """The PNG of an output, or None."""
    png = output.get("data", {}).get("image/png")
    return base64.b64decode(png) if png else None


def _check(output, where: str) -> None:
    texts = [output.get("text", "")]
    texts += [text for kind, text in output.get("data", {}).items() if not kind.startswith("image")]
    for text in texts:
        if found := TRACE.search(str(text)):
            raise ReleaseError(f"{where} shows {found[0]!r}, which other machines don't have.")
    if (png := figure(output)) and len(png) > MAX_FIGURE:
        raise ReleaseError(f"{where}: a figure of {len(png):,} bytes, more than {MAX_FIGURE:,}.")

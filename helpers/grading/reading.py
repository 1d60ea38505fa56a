"""Read the notebook that somebody handed in, whatever is in it."""

import json
from dataclasses import dataclass

MAX_BYTES = 5 * 2**20
"""The largest notebook that is read; an honest one has a tenth of that."""
MAX_CELLS = 2000


class Unreadable(Exception):
    """A submission is no notebook; the message says why, in a form for its author."""


class TooLarge(Unreadable):
    """It may be one, with outputs that can be cleared."""


@dataclass(frozen=True)
class SubmittedCell:
    """A cell as far as grading goes: its kind, its source, the exercise id that it carries."""

    kind: str
    source: str
    grade_id: str | None


def read_notebook(raw: bytes) -> list[SubmittedCell]:
    """The cells of a notebook in whichever version of the format; odd ones are passed over.

    Nothing is validated and nothing executed. Raises :class:`Unreadable`.
    """
    if len(raw) > MAX_BYTES:
        raise TooLarge(
            f"The file has {len(raw) / 2**20:.1f} MiB, {MAX_BYTES // 2**20} are allowed: "
            "clear the outputs (Kernel > Restart Kernel and Clear Outputs) and hand it in again."
        )
    try:
        book = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"The file is not a notebook: {str(error)[:200]}.") from None
    found = [cell for cell in map(_cell, _raw_cells(book)) if cell is not None]
    if not found:
        raise Unreadable("The file holds no cells of a notebook.")
    return found


def _raw_cells(book) -> list:
    """What may be cells, in version 4 of the format or with the worksheets of version 3."""
    if not isinstance(book, dict):
        return []
    worksheets = book.get("worksheets")
    holders = [book, *(worksheets if isinstance(worksheets, list) else [])]
    lists = [holder.get("cells") for holder in holders if isinstance(holder, dict)]
    return [cell for cells in lists if isinstance(cells, list) for cell in cells][:MAX_CELLS]


def _cell(raw) -> SubmittedCell | None:
    if not isinstance(raw, dict):
        return None
    kind, source = raw.get("cell_type"), raw.get("source", raw.get("input"))
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str) or kind not in ("code", "markdown", "raw"):
        return None
    # Half of a surrogate pair is no text, and nobody could write it to a file.
    source = source.encode("utf-8", "replace").decode("utf-8")
    return SubmittedCell(kind, source, _grade_id(raw.get("metadata")))


def _grade_id(metadata) -> str | None:
    mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = mark.get("grade_id") if isinstance(mark, dict) else None
    return grade_id if isinstance(grade_id, str) and len(grade_id) <= 100 else None

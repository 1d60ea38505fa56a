"""The parts of the README that a release writes: the lessons, the claims, the figure."""

import ast
import json
import re
from pathlib import Path

from helpers import notebook_importer
from helpers.course import report
from helpers.course.exercise_cells import ReleaseError
from helpers.course.stored import figure

FIGURE_TAG = "readme-figure"
DEFAULT_FIGURE = "few_labels"
PAPERS = re.compile(r"^\W*Papers?\W*[:.]\W*(.+?)\*?$", re.M)
MAX_NAMES = 6


def between(text: str, part: str, content: str) -> str:
    """``text`` with ``content`` between the markers of ``part``; raises if they aren't there."""
    begin, end = f"<!-- {part}:begin -->", f"<!-- {part}:end -->"
    before, found_begin, rest = text.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise ReleaseError(f"README.md has no {begin} … {end}.")
    return f"{before}{begin}\n{content.strip()}\n{end}{after}"


def lessons_table(lessons: list[Path], runs: dict[str, dict]) -> str:
    """Lesson, papers, what it builds, minutes; ``runs``: the latest run's row of each lesson."""
    lines = ["| lesson | papers | builds | at mini |", "|---|---|---|---|"]
    for lesson in lessons:
        title = f"[{report.heading(lesson)}](notebooks/{lesson.name})"
        cells = [title, papers(lesson), builds(lesson), _took(runs.get(lesson.stem))]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def papers(lesson: Path) -> str:
    """What the lesson's first cell lists after ``Papers:``."""
    cells = json.loads(lesson.read_text(encoding="utf-8"))["cells"]
    found = PAPERS.search("".join(cells[0]["source"]))
    return found[1].rstrip(".") if found else ""


def builds(lesson: Path) -> str:
    """The exported classes of a lesson, or its functions if it has none."""
    body = ast.parse(notebook_importer.exported_source(lesson)).body
    for kind in (ast.ClassDef, ast.FunctionDef):
        names = [f"`{n.name}`" for n in body if isinstance(n, kind) and n.name[0] != "_"]
        if names:
            return ", ".join(names[:MAX_NAMES]) + (" …" if len(names) > MAX_NAMES else "")
    return ""


def claims_table(rows: list[dict]) -> str:
    """The claims with their verdicts, and when and where each lesson's were measured."""
    table = report.claims_markdown(rows)
    return f"{table}\n*{origins(rows)}*" if rows else table


def origins(rows: list[dict]) -> str:
    """Where the numbers come from: a sentence for each machine, with the commit of each lesson."""
    latest = {row["notebook"]: row for row in sorted(rows, key=lambda row: row["date"])}
    places: dict[tuple, list[str]] = {}
    for notebook, row in sorted(latest.items()):
        lesson = f"lesson {notebook[:2]} at commit {row['commit']} ({row['date']})"
        places.setdefault((row["scale"], row["seed"], row["machine"]), []).append(lesson)
    return " ".join(
        f"Measured at scale {scale}, seed {seed}, on {machine}: {', '.join(lessons)}."
        for (scale, seed, machine), lessons in places.items()
    )


def figures(book, name: str) -> dict[str, bytes]:
    """The pictures that a lesson lends to the README, by name.

    They come from cells tagged ``readme-figure:name``, or plainly ``readme-figure``.
    """
    found = {}
    for cell in book.cells:
        for tag in cell.metadata.get("tags", []):
            kind, _, picture = tag.partition(":")
            if kind == FIGURE_TAG:
                drawn = [png for output in cell.outputs if (png := figure(output))]
                if not drawn:
                    raise ReleaseError(f"{name}: the cell tagged {tag!r} shows no figure.")
                found[picture or DEFAULT_FIGURE] = drawn[-1]
    return found


def _took(run: dict | None) -> str:
    if not run:
        return ""
    return f"{run['seconds'] / 60:.1f} min, {run['peak_memory'] / 2**20:.0f} MiB"

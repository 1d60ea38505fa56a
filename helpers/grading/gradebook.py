"""Points as tables: one CSV to read, and one each in the column layouts of Canvas and Moodle."""

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from helpers.grading.judge import Graded
from helpers.grading.submissions import Submission
from helpers.settings import did_you_mean

MANUAL_COLUMNS = ["student", "item", "points", "out_of", "comment"]
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What begins a formula; some spreadsheets take the last four, wide forms, for the same."""


class ManualError(Exception):
    """A table of manual points can't be used; the message names the line and what is wrong."""


@dataclass(frozen=True)
class ManualPoints:
    """What a person gave for one item that no check can judge."""

    item: str
    points: float
    out_of: float
    comment: str = ""


@dataclass(frozen=True)
class Entry:
    """One learner: the submission, what the grader made of it, and points given by hand."""

    submission: Submission
    graded: Graded
    manual: list[ManualPoints] = field(default_factory=list)

    @property
    def student(self) -> str:
        return self.submission.student

    @property
    def points(self) -> float:
        return round(self.graded.points + sum(given.points for given in self.manual), 2)


def read_manual(path: Path, students: list[str]) -> dict[str, list[ManualPoints]]:
    """Points given by hand, by student. Raises :class:`ManualError`, naming the first bad line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ManualError(f"{path} can't be read: {error}.") from None
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if missing := [name for name in MANUAL_COLUMNS[:4] if name not in (rows.fieldnames or [])]:
        raise ManualError(
            f"{path} lacks the column {missing[0]!r}: it needs {', '.join(MANUAL_COLUMNS[:4])}"
            ", and may have comment."
        )
    given: dict[str, list[ManualPoints]] = {}
    most: dict[str, float] = {}
    for number, row in enumerate(rows, 2):
        where = f"{path}, line {number}"
        student, points = (row["student"] or "").strip(), _manual_points(row, where)
        if student not in students:
            hint = did_you_mean(student, students)
            raise ManualError(f"{where}: nobody called {student!r} handed anything in.{hint}")
        if most.setdefault(points.item, points.out_of) != points.out_of:
            raise ManualError(
                f"{where}: {points.item} is out of {points.out_of:g} here and out of "
                f"{most[points.item]:g} above."
            )
        own = given.setdefault(student, [])
        if points.item in [other.item for other in own]:
            raise ManualError(f"{where}: {student} has points for {points.item} already.")
        own.append(points)
    return given


def _manual_points(row: dict, where: str) -> ManualPoints:
    numbers = []
    for name in ("points", "out_of"):
        try:
            numbers.append(float(row[name]))
        except (TypeError, ValueError):
            raise ManualError(f"{where}: {name}={row[name]!r} is not a number.") from None
    points, out_of = numbers
    if not 0 <= points <= out_of < float("inf"):
        raise ManualError(f"{where}: points={points:g} must lie between 0 and out_of={out_of:g}.")
    if not (item := (row["item"] or "").strip()):
        raise ManualError(f"{where}: the item has no name.")
    return ManualPoints(item, points, out_of, (row.get("comment") or "").strip())


def plain_csv(entries: list[Entry]) -> str:
    """A row for each student, a column for each exercise and each item judged by hand."""
    items = manual_items(entries)
    exercises = [verdict.score for verdict in entries[0].graded.verdicts]
    header = ["student", *(score.grade_id for score in exercises), *items, "points", "out_of"]
    header += ["problem", "file"]
    rows = []
    for entry in entries:
        by_hand = {given.item: given.points for given in entry.manual}
        scores = [verdict.score.points for verdict in entry.graded.verdicts]
        total = [entry.points, out_of(entries)]
        where = [entry.graded.problem, entry.submission.origin]
        rows.append([entry.student, *scores, *(by_hand.get(i, "") for i in items), *total, *where])
    return _table([header, *rows])


def canvas_csv(entries: list[Entry], assignment: str) -> str:
    """The layout of Canvas's gradebook import, with its second row of points possible.

    The id is Canvas's own, from the names of the files it handed out; without it the student has
    to be found by name.
    """
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", assignment]
    possible = ["    Points Possible", "", "", "", "", out_of(entries)]
    rows = [
        [entry.student, entry.submission.ids.get("canvas", ""), "", "", "", entry.points]
        for entry in entries
    ]
    return _table([header, possible, *rows])


def moodle_csv(entries: list[Entry]) -> str:
    """The columns of Moodle's grading worksheet that its upload reads."""
    header = ["Identifier", "Full name", "Grade", "Maximum Grade", "Feedback comments"]
    rows = []
    for entry in entries:
        number = entry.submission.ids.get("moodle")
        identifier = f"Participant {number}" if number else ""
        comment = "; ".join(_comments(entry))
        rows.append([identifier, entry.student, entry.points, out_of(entries), comment])
    return _table([header, *rows])


def manual_items(entries: list[Entry]) -> dict[str, float]:
    """Items judged by hand and the most points for each, in order of first mention."""
    return {given.item: given.out_of for entry in entries for given in entry.manual}


def out_of(entries: list[Entry]) -> float:
    """The most points that anyone can have."""
    return entries[0].graded.out_of + sum(manual_items(entries).values())


def twins(entries: list[Entry]) -> list[list[str]]:
    """Students who handed in the same bytes."""
    counts = Counter(entry.submission.content for entry in entries)
    return [
        [entry.student for entry in entries if entry.submission.content == content]
        for content, n in counts.items()
        if n > 1
    ]


def _comments(entry: Entry) -> list[str]:
    if entry.graded.problem:
        return [entry.graded.problem]
    return [
        f"{v.score.grade_id}: {v.score.points:g} of {v.score.out_of}" for v in entry.graded.verdicts
    ]


def _table(rows: list[list]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([map(_cell, row) for row in rows])
    return text.getvalue()


def _cell(value) -> object:
    """Text that a spreadsheet won't take for a formula: names are what students made them."""
    if isinstance(value, str) and value.startswith(FORMULA):
        return "'" + value
    return f"{value:g}" if isinstance(value, float) else value

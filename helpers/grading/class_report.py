"""What the whole class made of a lesson, on one page without scripts or anything to fetch."""

import re
from collections import Counter
from dataclasses import dataclass
from html import escape
from statistics import mean, median
from urllib.parse import quote

from helpers.grading.feedback import meter, page
from helpers.grading.gradebook import Entry, manual_items, out_of, twins

NUMBER = re.compile(r"[\d.]+(%| of [\d.]+)?|")
BINS = 10
WIDTH, HEIGHT = 560, 190


@dataclass(frozen=True)
class Notes:
    """What else an instructor should know about a run."""

    set_aside: list[tuple[str, str]]
    faults: list[tuple[str, str]]
    facts: str


def class_report(entries: list[Entry], lesson: str, pages: dict[str, str], notes: Notes) -> str:
    """The report on all entries; ``pages``: the address of each student's page."""
    most = out_of(entries)
    shares = [entry.points / most for entry in entries]
    middle = f"mean {mean(shares):.0%}, median {median(shares):.0%}"
    body = [
        f"<h1>{escape(lesson)}</h1>",
        f'<p class="soft">{escape(notes.facts)}</p>',
        f'<p class="total">{len(entries)} <small>students, {middle} of {most:g} points</small></p>',
        "<h2>Distribution</h2>",
        f"<p>{_finding(shares)}.</p>",
        histogram(shares, most),
        *_exercises(entries),
        *_misconceptions(entries),
        *_limits(entries),
        *_problems(entries, notes),
        "<h2>Students</h2>",
        _students(entries, pages, most),
    ]
    return page(f"{lesson}: class report", "\n".join(body))


def histogram(shares: list[float], most: float) -> str:
    """How many students have which share of the points, as a drawing in the page."""
    counts = Counter(min(BINS - 1, int(share * BINS)) for share in shares)
    tallest = max(counts.values())
    step, base = (WIDTH - 20) / BINS, HEIGHT - 40
    bars = []
    for position in range(BINS):
        n, x = counts[position], 10 + position * step
        height = n / tallest * (base - 35)
        bars.append(
            f'<rect x="{x + 2:.0f}" y="{base - height:.0f}" width="{step - 4:.0f}" '
            f'height="{height:.0f}"/>'
        )
        if n:
            bars.append(
                f'<text x="{x + step / 2:.0f}" y="{base - height - 5:.0f}" '
                f'text-anchor="middle">{n}</text>'
            )
    ticks = [
        f'<text x="{10 + position * step:.0f}" y="{base + 18}" text-anchor="middle">'
        f"{most * position / BINS:.3g}</text>"
        for position in range(0, BINS + 1, 2)
    ]
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" role="img" '
        f'aria-label="Number of students by points">{"".join(bars)}'
        f'<line x1="10" x2="{WIDTH - 10}" y1="{base}" y2="{base}"/>{"".join(ticks)}'
        f'<text x="{WIDTH / 2:.0f}" y="{HEIGHT - 4}" text-anchor="middle">points</text>'
        '<text x="10" y="12">students</text></svg>'
    )


def _finding(shares: list[float]) -> str:
    n = sum(share >= 0.5 for share in shares)
    return f"{n} of {len(shares)} students have half of the points or more"


def _exercises(entries: list[Entry]) -> list[str]:
    rows = []
    for position, verdict in enumerate(entries[0].graded.verdicts):
        scores = [entry.graded.verdicts[position].score for entry in entries]
        share = mean(score.points / score.out_of for score in scores)
        full = sum(score.full for score in scores)
        untried = sum(not score.attempted for score in scores)
        rows.append((share, verdict.score, full, untried))
    rows.sort(key=lambda row: row[0])
    hardest = rows[0]
    lines = [
        [
            f"{escape(score.grade_id)}{meter(share, 1)}",
            f"{share:.0%}",
            str(full),
            str(untried),
        ]
        for share, score, full, untried in rows
    ]
    head = ["exercise", "mean", "full marks", "not attempted"]
    found = f"Hardest: {escape(hardest[1].grade_id)}, mean {hardest[0]:.0%} of its points."
    return ["<h2>Exercises, hardest first</h2>", f"<p>{found}</p>", _table(head, lines)]


def _misconceptions(entries: list[Entry]) -> list[str]:
    hints = Counter(
        (verdict.score.grade_id, verdict.score.hint)
        for entry in entries
        for verdict in entry.graded.verdicts
        if verdict.score.hint
    )
    if not hints:
        return ["<h2>Misconceptions</h2>", "<p>No answer showed one of the known mistakes.</p>"]
    lines = [
        [escape(grade_id), escape(hint), str(n)] for (grade_id, hint), n in hints.most_common(12)
    ]
    head = ["exercise", "what they were asked", "students"]
    return ["<h2>Misconceptions, commonest first</h2>", _table(head, lines)]


def _limits(entries: list[Entry]) -> list[str]:
    lines = [
        [escape(entry.student), escape(verdict.score.grade_id), escape(verdict.limit)]
        for entry in entries
        for verdict in entry.graded.verdicts
        if verdict.limit
    ]
    if not lines:
        return ["<h2>Limits</h2>", "<p>No answer ran into a limit.</p>"]
    return ["<h2>Limits hit</h2>", _table(["student", "exercise", "what happened"], lines)]


def _problems(entries: list[Entry], notes: Notes) -> list[str]:
    unread = [(entry.student, entry.graded.problem) for entry in entries if entry.graded.problem]
    alike = [(", ".join(names), "the very same file") for names in twins(entries)]
    titles = {
        "Not graded: the grader's fault, run it again": notes.faults,
        "Could not be read": unread,
        "Identical submissions": alike,
        "Set aside": notes.set_aside,
    }
    parts = []
    for title, rows in titles.items():
        if rows:
            parts.append(f"<h2>{title}</h2>")
            parts.append(_table(["which", "why"], [[escape(a), escape(b)] for a, b in rows]))
    return parts


def _students(entries: list[Entry], pages: dict[str, str], most: float) -> str:
    items = manual_items(entries)
    names = [escape(verdict.score.grade_id) for verdict in entries[0].graded.verdicts]
    lines = []
    for entry in entries:
        link = f'<a href="{quote(pages[entry.student])}">{escape(entry.student)}</a>'
        scores = [f"{verdict.score.points:g}" for verdict in entry.graded.verdicts]
        by_hand = {given.item: f"{given.points:g}" for given in entry.manual}
        scores += [by_hand.get(item, "") for item in items]
        lines.append([link, *scores, f"{entry.points:g} of {most:g}"])
    return _table(["student", *names, *map(escape, items), "total"], lines)


def _table(head: list[str], lines: list[list[str]]) -> str:
    """A table of markup; columns after the first that hold numbers are set right."""
    columns = zip(*lines, strict=True)
    numeric = [all(map(NUMBER.fullmatch, column)) for column in columns]
    kinds = [' class="number"' if is_number else "" for is_number in numeric]
    top = "".join(f"<th{kind}>{name}</th>" for kind, name in zip(kinds, head, strict=True))
    rows = [
        "".join(f"<td{kind}>{cell}</td>" for kind, cell in zip(kinds, line, strict=True))
        for line in lines
    ]
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    table = f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="scroll">{table}</div>'

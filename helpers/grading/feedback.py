"""One page for each learner: points, what failed and why, and the answers as they were handed in.

Everything a learner wrote is shown as text, never as markup, and the page forbids scripts.
"""

import hashlib
import re
import unicodedata
from html import escape
from pathlib import Path
from string import Template

from helpers.grading.gradebook import Entry
from helpers.grading.judge import Verdict
from helpers.grading.reading import Unreadable, read_notebook

PAGE = Path(__file__).with_name("page.html")
MAX_SHOWN = 20_000
"""Characters of one answer that the page shows."""
UNSAFE = re.compile(r"[^\w.-]+")


def page(title: str, body: str) -> str:
    """A whole page; ``title`` is text and ``body`` is markup."""
    template = Template(PAGE.read_text(encoding="utf-8"))
    return template.substitute(title=escape(title), body=body)


def feedback(entry: Entry, lesson: str, out_of: float) -> str:
    """The page of one learner."""
    body = [
        f"<h1>{escape(entry.student)}</h1>",
        f'<p class="soft">{escape(lesson)} · {escape(entry.submission.origin)}</p>',
        f'<p class="total">{entry.points:g} <small>of {out_of:g} points</small></p>',
        meter(entry.points, out_of),
    ]
    if entry.graded.problem:
        body.append(f'<p class="note">{escape(entry.graded.problem)}</p>')
    sources = _answers(entry)
    body += [
        _exercise(verdict, sources.get(verdict.score.grade_id)) for verdict in entry.graded.verdicts
    ]
    body += [_manual(given) for given in entry.manual]
    if entry.graded.view:
        body.append(_whole(entry.graded.view))
    return page(f"{entry.student}: {lesson}", "\n".join(body))


def _whole(view: str) -> str:
    what = "The whole notebook as it ran, at the smallest scale; no points depend on it"
    return f"<section><details><summary>{what}</summary>{view}</details></section>"


def meter(points: float, out_of: float) -> str:
    """A bar, as full as the points are."""
    share = 100 * points / out_of if out_of else 0
    return f'<div class="meter"><span style="width:{share:.1f}%"></span></div>'


def file_names(students: list[str]) -> dict[str, str]:
    """For each student the name of a page: readable, safe on every system, never used twice."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for student in students:
        name = UNSAFE.sub("_", unicodedata.normalize("NFKC", student)).strip("._")[:60]
        if not name or name != student.replace(" ", "_") or name.casefold() in taken:
            name = f"{name}-{hashlib.sha256(student.encode()).hexdigest()[:8]}"
        taken.add(name.casefold())
        names[student] = f"{name}.html"
    return names


def _answers(entry: Entry) -> dict[str, str]:
    """The code of each exercise's own cell; of several, one below the other."""
    try:
        cells = read_notebook(entry.submission.raw or b"")
    except Unreadable:
        return {}
    found: dict[str, str] = {}
    for cell in cells:
        if cell.kind == "code" and cell.grade_id:
            above = found.get(cell.grade_id)
            found[cell.grade_id] = f"{above}\n\n{cell.source}" if above else cell.source
    return found


def _exercise(verdict: Verdict, source: str | None) -> str:
    score = verdict.score
    kind = "good" if score.full else "part" if score.points else "bad"
    points = f'<span class="{kind}">{score.points:g} of {score.out_of}</span>'
    parts = [f"<section><h2><span>{escape(score.grade_id)}</span> {points}</h2>"]
    if not score.attempted:
        parts.append('<p class="soft">Not attempted.</p>')
    else:
        parts.append(_cases(verdict))
    parts += [f'<p class="note">{escape(score.failure)}</p>'] if score.failure else []
    parts += [f'<p class="note hint">{escape(score.hint)}</p>'] if score.hint else []
    if source and score.attempted:
        shown = source if len(source) <= MAX_SHOWN else source[:MAX_SHOWN] + "\n…"
        code = f"<pre><code>{escape(shown)}</code></pre>"
        parts.append(f"<details><summary>The answer as handed in</summary>{code}</details>")
    return "\n".join([*parts, "</section>"])


def _cases(verdict: Verdict) -> str:
    marks = {True: '<span class="good">✓</span>', False: '<span class="bad">✗</span>'}
    items = [
        f"<li>{marks[passed]} {escape(name)}</li>"
        for name, passed in zip(verdict.cases, verdict.score.passed, strict=True)
    ]
    return f'<ul class="cases">{"".join(items)}</ul>'


def _manual(given) -> str:
    head = f"<h2><span>{escape(given.item)}</span> {given.points:g} of {given.out_of:g}</h2>"
    note = f'<p class="note hint">{escape(given.comment)}</p>' if given.comment else ""
    return f'<section>{head}<p class="soft">Judged by a person.</p>{note}</section>'

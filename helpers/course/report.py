"""What a run leaves to read: a page for each lesson, and ``index.html`` with times and claims.

Everything works offline: no script, no font, no picture from elsewhere.
"""

import html
import re
from pathlib import Path
from string import Template

from helpers.course import fingerprint, outcome
from helpers.course.outcome import DONE, INTERRUPTED, Outcome
from helpers.course.progress import duration
from helpers.course.watch import MEMORY
from helpers.files import write_atomically
from helpers.notebook_importer import NotebookError, all_cells

INDEX = "index.html"
TITLE = "Transfer Learning in NLP, from scratch"
PAGE = Path(__file__).with_name("report.html")
MEASURED = "measured"
NOT_MEASURED = "not measured in this run"
VERDICTS = {
    "holds": "holds",
    "doesn't hold": "fails",
    "can't tell": "unclear",
    NOT_MEASURED: "none",
}
SIGNS = {"holds": "✓", "doesn't hold": "✗", "can't tell": "?", NOT_MEASURED: "–"}
HEADING = re.compile(r"^# +(.+)$", re.MULTILINE)
MARKDOWN = re.compile(r"[$`*]|\[([^]]*)\]\([^)]*\)")
CLAIMS_NOTE = """<p>Each claim is an inequality. Ours is its left minus its right side: mean ±
standard error over seeds. It holds when the mean lies more than two standard errors above zero, and
doesn't when as far below; in between, or when the control shows the same, we can't tell.</p>"""


class PageError(Exception):
    """An executed notebook can't be made into a page; the message says of which lesson and why."""


def write(lessons: list[Path], output: Path, out_of_date: dict[str, list[str]]) -> list[str]:
    """Write the page of every executed lesson and the index, where they are not there already.

    ``out_of_date``: what changed since each lesson ran. Returns a sentence for each page that
    couldn't be written; the others are.
    """
    outcomes = {lesson.stem: outcome.read(output, lesson.stem) for lesson in lessons}
    problems = []
    for previous, lesson, following in zip(
        [None, *lessons], lessons, [*lessons[1:], None], strict=False
    ):
        if (output / lesson.name).exists() and outcomes[lesson.stem]:
            note = status_note(outcomes[lesson.stem])
            problems += _guarded(_write_page, lesson, output, previous, following, note)
    return problems + _guarded(_write_index, lessons, output, outcomes, out_of_date)


def _guarded(write, *arguments) -> list[str]:
    try:
        write(*arguments)
    except OSError as error:
        return [f"A page could not be written: {error.strerror or error} ({error.filename})."]
    except PageError as error:
        return [str(error)]
    return []


def _write_page(
    lesson: Path, output: Path, previous: Path | None, following: Path | None, note: str
) -> None:
    executed, target = output / lesson.name, output / f"{lesson.stem}.html"
    code = Path(__file__).with_name("pages.py")
    mark = _mark(executed.read_bytes(), repr((previous, following, note)), code.read_bytes())
    if not _is_current(target, mark):
        from helpers.course import pages  # nbconvert: only when a page has to be made

        try:
            page = pages.render(executed, lesson, heading(lesson), previous, following, note)
            whole = (page + mark).encode("utf-8")
        except Exception as error:  # whatever nbconvert meets in the outputs of a lesson
            reason = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
            raise PageError(f"There is no page of {lesson.stem}: {reason}.") from error
        write_atomically(target, whole)


def _write_index(
    lessons: list[Path], output: Path, outcomes: dict, out_of_date: dict[str, list[str]]
) -> None:
    target, claims = output / INDEX, fingerprint.ROOT / "data" / "claims.tsv"
    written = [str(lesson) for lesson in lessons if (output / f"{lesson.stem}.html").exists()]
    made_from = [claims, PAGE, Path(__file__)]
    mark = _mark(
        repr((lessons, outcomes, out_of_date, written)),
        *(path.read_bytes() for path in made_from if path.exists()),
    )
    if not _is_current(target, mark):
        write_atomically(target, index(lessons, output, outcomes, out_of_date) + mark)


def _mark(*contents: str | bytes) -> str:
    """A comment at the end of a page that says what it was made from."""
    return f"<!-- made from {fingerprint.digest(repr(contents))} -->\n"


def _is_current(page: Path, mark: str) -> bool:
    return page.exists() and page.read_bytes().endswith(mark.encode("utf-8"))


def status_note(result: Outcome) -> str:
    """Why a page is not that of a lesson that ran through; empty if it is."""
    if result.status == INTERRUPTED:
        return "This run was interrupted."
    return f"Failed: {result.failure}" if result.failure else ""


def heading(lesson: Path) -> str:
    """A lesson's first heading as plain text, else its file's name."""
    try:
        text = "\n".join(cell.source for cell in all_cells(lesson) if cell.kind == "markdown")
    except NotebookError:
        return lesson.stem
    found = HEADING.search(text)
    return MARKDOWN.sub(r"\1", found[1]).strip() if found else lesson.stem


def index(
    lessons: list[Path], output: Path, outcomes: dict, out_of_date: dict[str, list[str]]
) -> str:
    """The page that opens the report; arguments as in :func:`write`, plus what became of each."""
    known = [outcomes[lesson.stem] for lesson in lessons if outcomes[lesson.stem]]
    rows = [
        _lesson_row(lesson, output, outcomes[lesson.stem], out_of_date.get(lesson.stem, []))
        for lesson in lessons
    ]
    header = ["Lesson", "Result", "Time", f"Peak memory ({MEMORY})", "Settings"]
    return Template(PAGE.read_text(encoding="utf-8")).substitute(
        title=TITLE,
        facts=_facts(known),
        summary=_summary(known, len(lessons)),
        lessons=_table("What became of each lesson", header, rows),
        claims=_claims(claim_rows(outcome.recorded(output))),
    )


def claim_rows(recorded: list[dict]) -> list[tuple]:
    """Every claim of ``data/claims.tsv`` with what was measured for it, None if nothing was.

    ``recorded``: rows as :func:`helpers.course.outcome.recorded` returns them; the last of a claim
    counts.
    """
    from helpers.results import claims  # brings torch: not at import

    measured = {row["claim"]: row for row in recorded}
    return [(claim, measured.get(claim.id)) for claim in claims().values()]


def claims_markdown(rows: list[dict]) -> str:
    """The table of claims for the README: claim, both sides and their difference, the same in the
    control, what was published, verdict.

    ``rows``: as :func:`helpers.course.outcome.recorded` returns them. Definitions and corrections,
    which need no measurement, follow with their sources.
    """
    joined = claim_rows(rows)
    measured = [
        [
            claim.statement,
            f"{claim.predicate}: {_bold(_ours(row))}",
            f"{claim.control}: {_ours(row and _control(row))}",
            claim.published or "–",
            f"{SIGNS[verdict]} {verdict}",
        ]
        for claim, row in joined
        if claim.kind == MEASURED
        for verdict in [_verdict(row)]
    ]
    stated = [[c.statement, c.kind, c.published] for c, _ in joined if c.kind != MEASURED]
    header = ["claim", "ours: left − right", "the same in the control", "published", "verdict"]
    tables = [_markdown(header, measured)]
    tables += [_markdown(["also stated", "kind", "source"], stated)]
    return "\n".join(filter(None, tables))


def _markdown(header: list[str], rows: list[list[str]]) -> str:
    if not rows:
        return ""
    lines = [header, ["---"] * len(header), *rows]
    escaped = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    return "".join(f"| {' | '.join(line)} |\n" for line in escaped)


def _bold(measured: str) -> str:
    return f"**{measured}**" if measured != "–" else measured


def _control(row: dict) -> dict | None:
    """The control of a recorded row, as a row of its own."""
    return row["control"] and {**row["control"], "unit": row["unit"]}


def _ours(row: dict | None) -> str:
    """Mean, standard error and number of seeds of a recorded row."""
    if row is None:
        return "–"
    from helpers.results import Measurement

    measured = Measurement(row["mean"], row["std"], row["n"])
    return f"{measured} {row['unit']}".rstrip()


def _verdict(row: dict | None) -> str:
    return row["outcome"] if row else NOT_MEASURED


def _facts(known: list[Outcome]) -> str:
    """When, from which commit and where the newest of the lessons ran."""
    if not known:
        return ""
    newest = max((result.provenance for result in known), key=lambda facts: facts["date"])
    facts = {
        "Last run": newest["date"],
        "Commit": newest["commit"],
        "Machine": newest["machine"],
        "Versions": f"Python {newest['python']}, torch {newest['torch']}",
    }
    terms = "".join(f"<div><dt>{_e(k)}</dt><dd>{_e(v)}</dd></div>" for k, v in facts.items())
    return f"<dl>{terms}</dl>"


def _summary(known: list[Outcome], lessons: int) -> str:
    done = [result for result in known if result.status == DONE]
    text = f"{len(done)} of {lessons} lessons ran through"
    if done:
        peak = max(result.peak_memory for result in done)
        text += f", in {duration(sum(r.seconds for r in done))} and at most {_mebibytes(peak)}"
    return f"<p>{_e(text)}.</p>"


def _lesson_row(lesson: Path, output: Path, result: Outcome | None, changed: list[str]) -> str:
    number, title = lesson.stem[:2], heading(lesson)
    name = _e(title if title.startswith(f"{number} ·") else f"{number} · {title}")
    if (output / f"{lesson.stem}.html").exists():
        name = f'<a href="{_e(lesson.stem)}.html">{name}</a>'
    numbers = ["", "", ""]
    if result and result.status == DONE:
        settings = f"{result.scale}, seed {result.seed}"
        numbers = [duration(result.seconds), _mebibytes(result.peak_memory), settings]
    labels = ["Time", "Memory", "Settings"]
    cells = [_number(label, _e(text)) for label, text in zip(labels, numbers, strict=True)]
    return f'<th scope="row">{name}</th><td>{_result(result, changed)}</td>{"".join(cells)}'


def _result(result: Outcome | None, changed: list[str]) -> str:
    if result is None:
        return _badge("none", "–", "not run")
    if result.status == INTERRUPTED:
        return _badge("unclear", "?", "interrupted")
    if result.failure:
        return _badge("fails", "✗", "failed") + f"<pre>{_e(str(result.failure)[:2000])}</pre>"
    if changed:
        since = f"<small>changed since: {_e(', '.join(changed))}</small>"
        return _badge("unclear", "?", "out of date") + since
    return _badge("holds", "✓", "ran through")


def _claims(joined: list[tuple]) -> str:
    """The claims with their verdicts, then what the lectures define or get wrong."""
    measured = [_claim_row(claim, row) for claim, row in joined if claim.kind == MEASURED]
    stated = [_stated_row(claim) for claim, _ in joined if claim.kind != MEASURED]
    parts = []
    if measured:
        header = ["Claim", "Ours: left minus right", "Published", "Verdict"]
        table = _table("What the lectures claim and what was measured", header, measured)
        parts += ["<h2>Claims</h2>", CLAIMS_NOTE, table]
    if stated:
        table = _table("What the lectures define or get wrong", ["Statement", "Source"], stated)
        parts += ["<h2>Definitions and corrections</h2>", table]
    return "\n".join(parts)


def _claim_row(claim, row: dict | None) -> str:
    control = ""
    if row and row["control"]:
        control = f"<small>control ({_e(claim.control)}): {_e(_ours(_control(row)))}</small>"
    settings = f"<small>{_e(row['scale'])}, seed {_e(row['seed'])}</small>" if row else ""
    verdict = _verdict(row)
    badge = _badge(VERDICTS[verdict], SIGNS[verdict], verdict)
    return (
        f'<th scope="row">{_e(claim.statement)}<small>{_e(claim.predicate)}</small></th>'
        + _number("Ours", _e(_ours(row)) + control + settings)
        + f'<td data-label="Published">{_e(claim.published or "–")}</td><td>{badge}</td>'
    )


def _stated_row(claim) -> str:
    return (
        f'<th scope="row">{_e(claim.statement)}<small>{_e(claim.kind)}</small></th>'
        f'<td data-label="Source">{_e(claim.published)}</td>'
    )


def _table(caption: str, header: list[str], rows: list[str]) -> str:
    columns = "".join(f'<th scope="col">{_e(name)}</th>' for name in header)
    body = "".join(f"<tr>{row}</tr>\n" for row in rows)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{_e(caption)}"><table>'
        f"<caption>{_e(caption)}</caption>"
        f"<thead><tr>{columns}</tr></thead><tbody>\n{body}</tbody></table></div>"
    )


def _number(label: str, content: str) -> str:
    return f'<td class="number" data-label="{label}">{content}</td>' if content else "<td></td>"


def _badge(kind: str, sign: str, text: str) -> str:
    return f'<span class="badge {kind}"><span aria-hidden="true">{sign}</span> {_e(text)}</span>'


def _mebibytes(size: int) -> str:
    return f"{size / 2**20:.0f} MiB"


def _e(value: object) -> str:
    return html.escape(str(value))

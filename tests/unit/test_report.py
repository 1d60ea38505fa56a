"""The report: what became of each lesson, the claims with their verdicts, all of it offline."""

import re
import subprocess
from dataclasses import replace
from html.parser import HTMLParser

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers import results
from helpers.course import outcome, pages, report
from helpers.course.outcome import DONE, FAILED, INTERRUPTED, Failure, Outcome

EVIL = "<script>document.title = 'ran'</script>"
CLAIMS = [
    results.Claim(
        "00-a", "1", "00", "A beats B | truly", "measured", "A > B", "shuffled", "+1 (X)"
    ),
    results.Claim("00-b", "1", "00", "B beats C", "measured", "B > C", "random", ""),
    results.Claim("01-c", "1", "01", "C beats D", "measured", "C > D", "random", "+2"),
    results.Claim("01-d", "1", "01", "D beats E", "measured", "D > E", "random", "+3"),
    results.Claim("01-e", "1", "01", "It runs from 0 to 5", "corrected", "", "", "Cer 2017"),
    results.Claim("01-f", "1", "01", "Transfer means this", "definition", "", "", "Pan 2010"),
]
RUN = {"date": "2030-01-02 03:04 UTC", "commit": "abc1234", "machine": "a <machine>",
       "python": "3.12.1", "torch": "2.11.0"}  # fmt: skip


class Tree(HTMLParser):
    """Checks that tags are balanced, and collects the text of every table cell."""

    VOID = ("meta", "br", "img", "link", "hr", "input")

    def __init__(self, page: str):
        super().__init__()
        self.open, self.cells = [], []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if {"td", "th"} & set(self.open):
            self.cells[-1] += data


def measured(claim: str, margins, control=None) -> dict:
    table = {c.id: c for c in CLAIMS}
    control = results.Measurement.of(control) if control else None
    return results.Verdict(table[claim], results.Measurement.of(margins), control, "points").row()


def done(**changes) -> Outcome:
    base = Outcome(DONE, {}, {"SCALE": "mini", "SEED": 4}, 75.0, 200 * 2**20, 9, [], None, RUN)
    return replace(base, **changes)


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Three lessons with rows for three of four measured claims; returns (lessons, output)."""
    monkeypatch.setattr(results, "claims", lambda: {claim.id: claim for claim in CLAIMS})
    notebooks, output = tmp_path / "notebooks", tmp_path / "build"
    notebooks.mkdir()
    lessons = []
    for name, title in [
        ("00_a", "# Why *transfer*?"),
        ("01_b", "no heading"),
        ("02_c", "# <i>C</i>"),
    ]:
        lessons.append(notebooks / f"{name}.ipynb")
        nbformat.write(new_notebook(cells=[new_markdown_cell(title)]), lessons[-1])
    rows = [measured("00-a", [1.0, 1.1, 0.9], [0.1, -0.1, 0.0]), measured("00-b", [-1, -1.1, -0.9])]
    outcome.write(done(rows=rows), output, "00_a")
    rows = [measured("01-c", [1.0, 1.1, 0.9], [1.0, 1.1, 0.9])]
    outcome.write(done(rows=rows, seconds=200.0), output, "01_b")
    return lessons, output


def index(course, **out_of_date) -> str:
    lessons, output = course
    assert report.write(lessons, output, out_of_date) == []
    return (output / "index.html").read_text()


def cells(page: str) -> list[str]:
    return [" ".join(cell.split()) for cell in Tree(page).cells]


def test_the_head_says_when_from_what_and_where(course):
    page = index(course)
    for fact in (
        "2030-01-02 03:04 UTC",
        "abc1234",
        "a &lt;machine&gt;",
        "Python 3.12.1, torch 2.11.0",
    ):
        assert fact in page
    assert "2 of 3 lessons ran through, in 4.6 min and at most 200 MiB." in page


def test_the_newest_run_is_the_one_named(course):
    _, output = course
    newer = {**RUN, "date": "2031-01-01 00:00 UTC", "commit": "newer"}
    outcome.write(done(provenance=newer), output, "01_b")
    assert "newer" in index(course)


@pytest.mark.parametrize(
    ("result", "changed", "words"),
    [
        (None, [], ["not run"]),
        (done(), [], ["ran through", "75 s", "200 MiB", "mini, seed 4"]),
        (done(), ["helpers.training"], ["out of date", "changed since: helpers.training"]),
        (done(status=INTERRUPTED), [], ["interrupted"]),
        (
            done(status=FAILED, failure=Failure(3, "ValueError", EVIL)),
            [],
            ["failed", "cell [3]: ValueError: <script>"],
        ),
    ],
)
def test_each_lesson_has_its_row(course, result, changed, words):
    _, output = course
    if result:
        outcome.write(result, output, "02_c")
    page = index(course, **{"02_c": changed} if changed else {})
    shown = cells(page)
    row = next(place for place, cell in enumerate(shown) if cell.startswith("02 · "))
    shown = " ".join(shown[row : row + 5])
    assert [word for word in words if word not in shown] == []
    assert "<script" not in page


def test_lessons_are_titled_by_their_heading_and_linked_once_they_have_a_page(course, monkeypatch):
    lessons, output = course
    monkeypatch.setattr(pages, "render", lambda *_: "<p>page</p>")
    (output / "00_a.ipynb").write_bytes(lessons[0].read_bytes())
    page = index(course)
    assert '<a href="00_a.html">00 · Why transfer?</a>' in page
    assert "01 · 01_b" in page and 'href="01_b.html"' not in page
    assert "02 · &lt;i&gt;C&lt;/i&gt;" in page


def test_a_number_in_the_heading_is_not_said_twice(course):
    title = new_markdown_cell("# 00 · Why transfer?")
    nbformat.write(new_notebook(cells=[title]), course[0][0])
    assert "00 · Why transfer?" in index(course) and "00 · 00" not in index(course)


def test_every_claim_is_told_beside_what_was_published(course):
    shown = cells(index(course))
    claims = shown[shown.index("Verdict") + 1 :]
    assert claims[:4] == [
        "A beats B | trulyA > B",
        "+1.000 ± 0.058 (s.e., n = 3) pointscontrol (shuffled): +0.000 ± 0.058 (s.e., n = 3) points"
        "mini, seed 4",
        "+1 (X)",
        "✓ holds",
    ]
    assert claims[4:8] == ["B beats CB > C", "-1.000 ± 0.058 (s.e., n = 3) pointsmini, seed 4", "–",
                           "✗ doesn't hold"]  # fmt: skip
    assert claims[11] == "? can't tell"  # the control shows the effect too
    assert claims[12:16] == ["D beats ED > E", "–", "+3", "– not measured in this run"]
    assert claims[-4:] == ["It runs from 0 to 5corrected", "Cer 2017",
                           "Transfer means thisdefinition", "Pan 2010"]  # fmt: skip


def test_rows_of_a_failed_lesson_are_no_measurement(course):
    _, output = course
    before = outcome.read(output, "00_a")
    outcome.write(replace(before, status=FAILED, failure=Failure(1, "E", "m")), output, "00_a")
    assert index(course).count("not measured in this run") == 3


def test_without_claims_there_is_no_empty_table(course, monkeypatch):
    monkeypatch.setattr(results, "claims", dict)
    assert "Claims" not in index(course)
    assert report.claims_markdown([]) == ""


def test_the_readmes_table_says_the_same(course):
    _, output = course
    lines = report.claims_markdown(outcome.recorded(output)).splitlines()
    assert lines[0] == (
        "| claim | ours: left − right | the same in the control | published | verdict |"
    )
    assert lines[2] == (
        r"| A beats B \| truly | A > B: **+1.000 ± 0.058 (s.e., n = 3) points** "
        "| shuffled: +0.000 ± 0.058 (s.e., n = 3) points | +1 (X) | ✓ holds |"
    )
    assert lines[5].startswith("| D beats E | D > E: – | random: – |"), "not measured"
    assert [line.rsplit(" | ", 1)[1] for line in lines[2:6]] == [
        "✓ holds |",
        "✗ doesn't hold |",
        "? can't tell |",
        "– not measured in this run |",
    ]
    assert lines[-2:] == [
        "| It runs from 0 to 5 | corrected | Cer 2017 |",
        "| Transfer means this | definition | Pan 2010 |",
    ]
    columns = [len(re.split(r"(?<!\\)\|", line)) for line in lines if line]
    assert columns == [7] * 6 + [5] * 4


def test_the_last_row_of_a_claim_counts(course):
    rows = [measured("00-a", [1.0, 1.1, 0.9]), measured("00-a", [-1.0, -1.1, -0.9])]
    assert "✗ doesn't hold" in report.claims_markdown(rows).splitlines()[2]


def test_the_index_loads_nothing_and_runs_nothing(course):
    page = index(course)
    assert not re.search(r"<(?:script|link|img|iframe)\b|@import|url\(|https?://", page)
    assert "default-src 'none'" in page


def test_the_index_is_accessible_markup(course):
    page = index(course)
    assert '<html lang="en">' in page and page.count("<h1>") == 1
    assert page.count("<caption>") == page.count("<table>") == 3
    assert 'scope="col"' in page and 'scope="row"' in page


@pytest.mark.parametrize("scheme", [0, 1])
def test_colours_have_enough_contrast(scheme):
    """WCAG 2.1, 1.4.3: at least 4.5 between text and page, in the light and the dark scheme."""
    palette = re.findall(r":root \{(.*?)\}", report.PAGE.read_text(), re.DOTALL)[scheme]
    colours = dict(re.findall(r"--(\w+): #(\w{6})", palette))
    grounds = [_luminance(colours[name]) for name in ("page", "stripe")]
    for name in ("ink", "soft", "link", "holds", "fails", "unclear", "none"):
        text = _luminance(colours[name])
        for ground in grounds:
            assert (max(text, ground) + 0.05) / (min(text, ground) + 0.05) >= 4.5, name


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_pages_are_made_anew_when_what_they_show_changed(course, monkeypatch):
    _, output = course
    made = []
    monkeypatch.setattr(pages, "render", lambda executed, *_: made.append(executed.stem) or "page")

    def execute(name, source):
        nbformat.write(new_notebook(cells=[new_code_cell(source)]), output / f"{name}.ipynb")

    execute("00_a", "1")
    execute("01_b", "1")
    index(course)
    index(course)
    assert made == ["00_a", "01_b"]
    execute("01_b", "2")
    index(course)
    assert made[2:] == ["01_b"]
    failed = done(status=FAILED, failure=Failure(1, "E", "m"))
    outcome.write(failed, output, "00_a")
    index(course)
    assert made[3:] == ["00_a"]
    (output / "01_b.html").write_text("half a pa")
    index(course)
    assert made[4:] == ["01_b"]


def test_the_index_is_written_only_when_it_says_something_new(course, monkeypatch):
    index(course)
    monkeypatch.setattr(report, "write_atomically", lambda *_: pytest.fail("written again"))
    index(course)


def test_a_browser_shows_the_index(course, tmp_path, chromium):
    _, output = course
    outcome.write(done(status=FAILED, failure=Failure(3, "E", EVIL)), output, "02_c")
    index(course)
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    profile, address = f"--user-data-dir={tmp_path}/profile", f"file://{output}/index.html"
    command = [chromium, *flags, profile, "--dump-dom", address]
    shown = subprocess.run(command, capture_output=True, text=True).stdout
    assert f"<title>{report.TITLE}</title>" in shown and "3 lessons ran through" in shown

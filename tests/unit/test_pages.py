"""The page of a lesson: formulas drawn, figures inside, links alive, nothing fetched or run."""

import re
import subprocess

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers.course import pages

PIXEL = "R0lGODlhAQABAAAAACw="  # the page copies a picture's bytes, whatever they are
SVG = '<?xml version="1.0"?><svg><a href="00_first.ipynb"></a></svg>'
REMOTE = re.compile(
    r"""(?:<(?:script|link|img|iframe|source|object|embed)\b[^>]*\b(?:src|href|data)\s*=\s*["']?"""
    r"""|@import\s*(?:url\()?\s*["']?|url\(\s*["']?|import\s*\(?\s*["'])(?:https?:)?//""",
    re.IGNORECASE,
)


def displayed(**data):
    return new_output("display_data", {k.replace("__", "/"): v for k, v in data.items()})


def make(tmp_path, *cells, failure="", **metadata):
    """Render a lesson of these cells as the middle one of three."""
    notebooks, output = tmp_path / "notebooks", tmp_path / "build" / "course"
    for folder in (notebooks, output):
        folder.mkdir(parents=True, exist_ok=True)
    executed = output / "01_middle.ipynb"
    nbformat.write(new_notebook(cells=list(cells), metadata=metadata), executed)
    first, last = notebooks / "00_first.ipynb", notebooks / "02_last.ipynb"
    origin = notebooks / "01_middle.ipynb"
    return pages.render(executed, origin, "A <title>", first, last, failure)


def code(*outputs, source="1"):
    return new_code_cell(source, outputs=list(outputs), execution_count=1)


def body(page: str) -> str:
    return page.partition("<main>")[2]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("inline $x^2$ here", ["<msup><mi>x</mi><mn>2</mn></msup>", 'display="inline"']),
        ("$$\n\\frac{a}{b}\n$$", ["<mfrac>", 'display="block"']),
        (r"\begin{align} a &= b \\ c &= d \end{align}", ["<mtable", 'display="block"']),
        ("| a |\n|---|\n| $\\alpha$ |", ["<table>", "<mi>α</mi>"]),
        ("# Title $W_q$", ["<msub><mi>W</mi><mi>q</mi></msub>"]),
        (r"$\log x$", ['<mo lspace="0.1em" rspace="0.17em">log</mo>']),
        (r"$\log_2 x$", ['<msub><mo lspace="0.1em" rspace="0.17em">log</mo><mn>2</mn></msub>']),
        (r"$\operatorname{softmax}(x)$", ['rspace="0">softmax</mo>']),
        (r"$\mathbb{E} \odot \begin{cases} 1 & x \\ 2 & y \end{cases}$", ["𝔼", "⊙", "<mtable"]),
    ],
)
def test_formulas_are_drawn(tmp_path, text, parts):
    shown = body(make(tmp_path, new_markdown_cell(text)))
    assert [part for part in parts if part not in shown] == []
    assert "$" not in shown and "ns0:" not in shown and "MathJax" not in shown


def test_what_is_no_formula_stays_text(tmp_path):
    shown = body(make(tmp_path, new_markdown_cell("`$x$` costs \\$5 or \\$6\n\n```\n$y$\n```")))
    assert "<math" not in shown and "$x$" in shown and "$5 or $6" in shown and "$y$" in shown


def test_a_formula_the_converter_refuses_is_shown_as_its_source(tmp_path):
    shown = body(make(tmp_path, new_markdown_cell(r"before $\left( x$ after")))
    assert r'<code class="math">\left( x</code>' in shown and "after" in shown


@pytest.mark.parametrize(
    ("output", "part"),
    [
        (displayed(text__latex="$\\displaystyle x_1$"), "<msub>"),
        (displayed(text__latex="\\[y\\]"), 'display="block"'),
        (displayed(text__markdown="**bold** $z$"), "<mi>z</mi>"),
        (displayed(image__png=PIXEL), f"data:image/png;base64,{PIXEL}"),
        (displayed(**{"image/svg+xml": SVG}), '<svg><a href="00_first.html"'),
        (new_output("stream", text="a < b"), "a &lt; b"),
    ],
)
def test_outputs_are_part_of_the_page(tmp_path, output, part):
    assert part in body(make(tmp_path, code(output)))


def test_what_needs_a_live_page_is_shown_as_its_text(tmp_path):
    view, state = (f"application/vnd.jupyter.widget-{kind}+json" for kind in ("view", "state"))
    slider = displayed(**{view: {"model_id": "1"}, "text/plain": "Slider(value=0)"})
    script = displayed(**{"application/javascript": "alert(1)", "text/plain": "<JavaScript>"})
    model = {"model_name": "M", "model_module": "m", "model_module_version": "1", "state": {}}
    widgets = {state: {"state": {"1": model}, "version_major": 2, "version_minor": 0}}
    page = make(tmp_path, code(slider, script), widgets=widgets)
    assert "Slider(value=0)" in page and "&lt;JavaScript&gt;" in page
    assert "<script" not in page and "model_id" not in page


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("00_first.ipynb", "00_first.html"),
        ("./00_first.ipynb#The-idea", "00_first.html#The-idea"),
        ("../README.md", "../../README.md"),
        ("../solutions/00_first.ipynb", "../../solutions/00_first.ipynb"),
        ("#here", "#here"),
        ("https://arxiv.org/abs/1301.3781", "https://arxiv.org/abs/1301.3781"),
        ("mailto:a@b.c", "mailto:a@b.c"),
    ],
)
def test_links_lead_where_they_are_meant(tmp_path, link, address):
    shown = body(make(tmp_path, new_markdown_cell(f"[a]({link})")))
    assert f'<a href="{address}">a</a>' in shown


def test_a_page_names_its_neighbours_and_its_failure(tmp_path):
    page = make(tmp_path, new_markdown_cell("# A"), failure="cell [3]: <b>oh</b>")
    links = re.findall(r'<a href="([^"#]+)">', body(page))
    assert links == ["index.html", "00_first.html", "02_last.html"]
    assert "&lt;b&gt;oh&lt;/b&gt;" in page and "<title>A &lt;title&gt;</title>" in page


def test_papermills_note_at_the_top_gives_way_to_ours(tmp_path):
    tags = {"tags": [pages.ERROR_TAG]}
    top = new_markdown_cell("An Exception was encountered", metadata=tags)
    here = new_markdown_cell('<span id="papermill-error-cell">here</span>', metadata=tags)
    page = make(tmp_path, top, new_markdown_cell("text"), here, code(), failure="cell [1]: E: m")
    assert "An Exception was encountered" not in page
    assert page.count("papermill-error-cell") >= 2 and 'href="#papermill-error-cell"' in page


def test_a_local_picture_becomes_part_of_the_page(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "dot.svg").write_text("<svg></svg>")
    page = make(tmp_path, new_markdown_cell("![A dot](dot.svg)"))
    assert 'src="data:image/svg+xml;base64,' in page


def full_page(tmp_path, failure=""):
    return make(
        tmp_path,
        new_markdown_cell("# A $x$\n\n```mermaid\ngraph TD\n```\n\n[paper](https://arxiv.org)"),
        code(displayed(image__png=PIXEL), displayed(text__html="<b>bold</b>")),
        failure=failure,
    )


def test_nothing_is_loaded_from_elsewhere(tmp_path):
    page = full_page(tmp_path)
    assert REMOTE.findall(page) == [] and "<script" not in page
    assert REMOTE.search('<script src="https://x">') and REMOTE.search("url(//cdn/x.woff)")


def test_both_colour_schemes_are_there(tmp_path):
    page = full_page(tmp_path)
    assert "@media (prefers-color-scheme: dark)" in page
    light, dark = re.findall(r"--jp-layout-color0:\s*([^;]+);", page)
    assert light != dark


def test_a_browser_runs_no_script_of_an_output(tmp_path, chromium):
    """Whatever a lesson displays, its page is text and pictures."""
    html = (
        "<script>document.title = 'inline ran'</script>"
        "<img src='x' onerror=\"document.title = 'handler ran'\">"
        "<iframe src='https://example.invalid'></iframe><p id=end>the end</p>"
    )
    page = make(tmp_path, new_markdown_cell("$x$"), code(displayed(text__html=html)))
    (tmp_path / "page.html").write_text(page)
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    done = subprocess.run(
        [chromium, *flags, f"--user-data-dir={tmp_path}/profile", "--dump-dom",
         f"file://{tmp_path}/page.html"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert "<title>A &lt;title&gt;</title>" in done.stdout and "the end" in done.stdout

"""An executed notebook as one HTML page that needs no network and runs no script.

nbconvert's own page loads MathJax, require.js and mermaid from a CDN. Here formulas become MathML,
which browsers draw themselves, figures are part of the page, and a content policy forbids the rest.
"""

import html
import os
import re
from functools import cache
from pathlib import Path

import latex2mathml.converter
import nbformat
from jinja2 import DictLoader, pass_context
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from traitlets.config import Config

from helpers.notebook_importer import FILE_NAME

ERROR_TAG = "papermill-error-cell-tag"
# Widgets and scripts would need a live page; their plain text is what a reader can have.
PICTURES = ["image/svg+xml", "text/latex", "image/png", "image/jpeg"]
SHOWN = ["text/html", "text/markdown", *PICTURES, "text/plain"]
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:"
MATH = re.compile(r"^\s*(\$\$|\$|\\\[|\\\()(.*?)(\$\$|\$|\\\]|\\\))\s*$", re.DOTALL)
NAMESPACE = ' xmlns="http://www.w3.org/1998/Math/MathML"'  # HTML knows it; XML tools garble it
FUNCTION = re.compile(r"<m([io])>(?P<name>[A-Za-z]{2,})</m\1>(?=(?P<operator><mo)?)")
LINK = re.compile(r'(<a\b[^>]*?\bhref=")([^"#:]+)(#[^"]*)?(")')

TEMPLATE = """
{%- extends 'lab/index.html.j2' -%}
{%- block html_head_js -%}
<meta http-equiv="Content-Security-Policy" content="{{ resources.course.policy }}">
<meta name="color-scheme" content="light dark">
{%- endblock -%}
{%- block jupyter_widgets -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
{%- block html_head_css -%}
<style>{{ resources.course.style }}</style>
{%- endblock -%}
{%- block body_header -%}
{{ super() }}
<nav class="course-nav" aria-label="Course">{{ resources.course.navigation }}</nav>
{%- if resources.course.failure %}
<p class="course-failure" role="alert">{{ resources.course.failure | e }}
{%- if resources.course.anchor %} <a href="#papermill-error-cell">Go to the cell</a>{% endif %}</p>
{%- endif -%}
{%- endblock -%}
{%- block data_svg scoped -%}
<div class="jp-RenderedSVG jp-OutputArea-output {{ extra_class }}" data-mime-type="image/svg+xml">
{{ output.data['image/svg+xml'] | inline_svg }}
</div>
{%- endblock -%}
{%- block data_latex scoped -%}
<div class="jp-RenderedLatex jp-OutputArea-output {{ extra_class }}" data-mime-type="text/latex">
{{ output.data['text/latex'] | latex2mathml }}
</div>
{%- endblock -%}
"""

STYLE = """
@media (prefers-color-scheme: dark) { %(dark)s }
body.jp-Notebook { max-width: 60rem; margin: 0 auto; padding: 0 1rem 4rem; }
.course-nav { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; padding: 1rem 0; }
.course-nav, .course-failure { font: 15px/1.5 system-ui, sans-serif; }
.course-nav a, .course-failure a { color: var(--jp-content-link-color); }
.course-failure { border-left: 4px solid #d55e00; padding: .6rem 1rem; white-space: pre-wrap;
  overflow-wrap: anywhere; color: var(--jp-content-font-color1);
  background: var(--jp-layout-color2); }
math { font-size: 1.05em; }
math [mathvariant^="bold"] { font-weight: bold; }
math[display="block"] { overflow-x: auto; overflow-y: hidden; max-width: 100%%; padding: .3em 0; }
.jp-RenderedSVG svg { background: white; }
.jp-RenderedImage img, .jp-RenderedSVG svg { max-width: 100%%; height: auto; }
@media (max-width: 40rem) {
  body.jp-Notebook .jp-InputPrompt, body.jp-Notebook .jp-OutputPrompt { display: none; }
}
"""


def mathml(latex: str, display: str) -> str:
    r"""A formula as MathML; ``display`` is ``inline`` or ``block``.

    What the converter doesn't know is shown as its source.
    """
    try:
        drawn = latex2mathml.converter.convert(latex.strip(), display=display)
    except Exception:  # the converter raises whatever its parser stumbles over
        return f'<code class="math">{html.escape(latex)}</code>'
    return FUNCTION.sub(_function, drawn.replace(NAMESPACE, "", 1))


def _function(match: re.Match) -> str:
    """Space after log, softmax, … as TeX sets it: a little, none before a bracket."""
    space = "0" if match["operator"] else "0.17em"
    return f'<mo lspace="0.1em" rspace="{space}">{match["name"]}</mo>'


class MathRenderer(IPythonRenderer):
    """nbconvert's markdown, with formulas drawn."""

    def inline_math(self, body: str) -> str:
        return mathml(body, "inline")

    def block_math(self, body: str) -> str:
        return mathml(body, "block")

    def latex_environment(self, name: str, body: str) -> str:
        return mathml(rf"\begin{{{name}}}{body}\end{{{name}}}", "block")


class OfflineExporter(HTMLExporter):
    """nbconvert's lab page without anything that has to be fetched."""

    def __init__(self, **options):
        super().__init__(
            config=Config({"NbConvertBase": {"display_data_priority": SHOWN}}),
            extra_loaders=[DictLoader({"course.html.j2": TEMPLATE})],
            template_file="course.html.j2",
            embed_images=True,
            **options,
        )
        self.register_filter("latex2mathml", formulas)
        self.register_filter("inline_svg", inline_svg)

    @pass_context
    def markdown2html(self, context, source: str) -> str:
        cell = context.get("cell", {})
        renderer = MathRenderer(
            escape=False,
            attachments=cell.get("attachments", {}),
            embed_images=self.embed_images,
            path=context.get("resources", {}).get("metadata", {}).get("path", ""),
            anchor_link_text=self.anchor_link_text,
        )
        return MarkdownWithMath(renderer=renderer).render(source)


def formulas(latex: str) -> str:
    """The formula of a ``text/latex`` output."""
    found = MATH.match(latex)
    body, delimiter = (found[2], found[1]) if found else (latex, "$$")
    return mathml(body, "inline" if delimiter in ("$", r"\(") else "block")


def inline_svg(source: str) -> str:
    """An SVG as part of the page, so that its links work; its XML declaration is left out."""
    return source[max(0, source.find("<svg")) :]


def render(
    executed: Path,
    origin: Path,
    title: str,
    previous: Path | None,
    following: Path | None,
    failure: str,
) -> str:
    """The page of an executed notebook.

    ``origin``: the lesson it was made from, whose relative links and pictures are meant;
    ``previous``, ``following``: its neighbours in the course; ``failure``: empty, or why it failed.
    """
    book = nbformat.read(executed, as_version=4)
    book.metadata["title"] = title
    book.metadata.pop("widgets", None)
    notes = [cell for cell in book.cells if ERROR_TAG in cell.metadata.get("tags", [])]
    if notes:  # papermill puts one at the top and one at the cell; the banner replaces the first
        book.cells.remove(notes[0])
    course = {
        "anchor": bool(notes),
        "policy": POLICY,
        "style": _style(),
        "navigation": _navigation(previous, following),
        "failure": failure,
    }
    resources = {"course": course, "metadata": {"path": str(origin.parent), "name": origin.stem}}
    page, _ = _exporter().from_notebook_node(book, resources)
    return relink(page, origin.parent, executed.parent)


def relink(page: str, origin: Path, folder: Path) -> str:
    """Point links to lessons at their pages, and other relative links at the files they mean."""

    def new(match: re.Match) -> str:
        before, address, fragment, after = match.groups()
        lesson = FILE_NAME.fullmatch(Path(address).name)
        if lesson and "/" not in address.removeprefix("./"):
            address = Path(address).with_suffix(".html").name
        elif not address.startswith("/") and not address.endswith(".html"):
            address = os.path.relpath(origin / address, folder).replace(os.sep, "/")
        return f"{before}{address}{fragment or ''}{after}"

    return LINK.sub(new, page)


@cache
def _exporter() -> OfflineExporter:
    return OfflineExporter()


@cache
def _style() -> str:
    environment = _exporter().environment
    dark, _, _ = environment.loader.get_source(environment, "static/theme-dark.css")
    return STYLE % {"dark": dark}


def _navigation(previous: Path | None, following: Path | None) -> str:
    links = [("index.html", "All lessons")]
    links += [(f"{previous.stem}.html", f"← {_name(previous)}")] if previous else []
    links += [(f"{following.stem}.html", f"{_name(following)} →")] if following else []
    return " ".join(f'<a href="{html.escape(to)}">{html.escape(text)}</a>' for to, text in links)


def _name(lesson: Path) -> str:
    return f"{lesson.stem[:2]} {lesson.stem[3:].replace('_', ' ')}"

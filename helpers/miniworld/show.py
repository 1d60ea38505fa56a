"""Drawings of gold sentences for a notebook: constituents, entities, dependency arcs and, below,
the German words, each joined to the English ones it stands for.

One inline SVG without scripts or fonts from elsewhere. Lines and words take the page's own text
colour, so that light and dark themes both work; only the bars of the entities are coloured.
"""

from html import escape

from helpers.miniworld.gold import Constituent, Sentence
from helpers.plots import COLOURS

CHARACTER, GAP, ROW = 8.2, 18.0, 24.0  # width of a letter, space between words, height of a level
ARC = 17.0  # height of one level of dependency arcs
ALIGNED = 78.0  # height of the two rows of aligned words
STYLE = "font-family:ui-monospace,monospace;font-size:13px;fill:currentColor"


class Drawing:
    """What ``Sentence.show()`` returns; a notebook draws it, ``svg`` is its source."""

    def __init__(self, sentence: Sentence):
        self.sentence = sentence
        self.svg = _svg(sentence)

    def _repr_html_(self) -> str:
        return f'<div style="overflow-x:auto">{self.svg}</div>'

    def __repr__(self) -> str:
        return f"Drawing({self.sentence.text!r})"


def _svg(sentence: Sentence) -> str:
    centres, width = _centres(sentence)
    levels = _levels(sentence)
    depth = _depth(sentence.tree)
    words = ROW * (depth + 1)
    arcs = words + (52 if sentence.entities else 34)
    below = arcs + ARC * (1 + max(levels, default=0)) + 16
    german, wide = _german_centres(sentence)
    width = max(width, wide)
    height = below + (ALIGNED if german else 0)
    parts: list[str] = []
    _tree(sentence.tree, centres, 0, words, parts)
    _words(sentence, centres, words, parts)
    _entities(sentence, centres, words + 26, parts)
    _arcs(sentence, centres, levels, arcs, parts)
    if german:
        _german(sentence, centres, german, below + 10, parts)
    label = escape(sentence.text, quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}" '
        f'width="{width:.0f}" height="{height:.0f}" style="{STYLE}" stroke="none">'
        f"{''.join(parts)}</svg>"
    )


def _german_centres(sentence: Sentence) -> tuple[list[float], float]:
    """The middle of every German word, and where the row ends."""
    centres, x = [], GAP / 2
    for form in sentence.german:
        centres.append(x + CHARACTER * len(form) / 2)
        x += CHARACTER * len(form) + GAP
    return centres, x


def _german(sentence: Sentence, centres, german, y: float, parts: list[str]) -> None:
    """The English words once more, the German ones, and a line for every aligned pair."""
    for token, x in zip(sentence.tokens, centres, strict=True):
        parts.append(_text(x, y, token.form, "font-size:11px;opacity:0.7"))
    for i, j in sentence.alignment:
        parts.append(
            f'<line class="alignment" x1="{centres[i]:.1f}" y1="{y + 5:.1f}" '
            f'x2="{german[j]:.1f}" y2="{y + 44:.1f}" stroke="currentColor" stroke-opacity="0.45"/>'
        )
    for form, x in zip(sentence.german, german, strict=True):
        parts.append(_text(x, y + 58, form))


def _centres(sentence: Sentence) -> tuple[list[float], float]:
    """The middle of every token, and the width of the drawing."""
    centres, x = [], GAP / 2
    for token in sentence.tokens:
        width = CHARACTER * max(len(token.form), len(token.xpos), 0.8 * len(token.relation))
        centres.append(x + width / 2)
        x += width + GAP
    return centres, x


def _depth(node: Constituent | int) -> int:
    return 0 if isinstance(node, int) else 1 + max(map(_depth, node.children))


def _text(x: float, y: float, words: str, style: str = "") -> str:
    extra = f' style="{style}"' if style else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle"{extra}>{escape(words)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        'stroke="currentColor" stroke-opacity="0.45"/>'
    )


def _tree(node: Constituent, centres, level: int, words: float, parts: list[str]) -> float:
    """Draws a constituent and what is below it; returns its middle."""
    y = ROW * (level + 0.7)
    middles = []
    for child in node.children:
        if isinstance(child, int):
            middles.append((centres[child], words - 13))
        else:
            middle = _tree(child, centres, level + 1, words, parts)
            middles.append((middle, y + ROW - 12))
    x = (middles[0][0] + middles[-1][0]) / 2
    parts.extend(_line(x, y + 4, *below) for below in middles)
    parts.append(_text(x, y, node.label, "font-weight:600"))
    return x


def _words(sentence: Sentence, centres, y: float, parts: list[str]) -> None:
    for token, x in zip(sentence.tokens, centres, strict=True):
        parts.append(_text(x, y, token.form))
        parts.append(_text(x, y + 14, token.xpos, "font-size:10px;opacity:0.7"))


def _entities(sentence: Sentence, centres, y: float, parts: list[str]) -> None:
    colours = list(COLOURS.values())
    labels = sorted({span.label for span in sentence.entities})
    for span in sentence.entities:
        tokens = sentence.tokens[span.start : span.end]
        left = centres[span.start] - CHARACTER * len(tokens[0].form) / 2
        right = centres[span.end - 1] + CHARACTER * len(tokens[-1].form) / 2
        colour = colours[labels.index(span.label) % len(colours)]
        parts.append(
            f'<rect x="{left:.1f}" y="{y - 7:.1f}" width="{right - left:.1f}" height="3" rx="1.5" '
            f'fill="{colour}"/>'
        )
        parts.append(_text((left + right) / 2, y + 8, span.label, "font-size:10px"))


def _levels(sentence: Sentence) -> list[int]:
    """How far each token's arc reaches out: one level beyond every arc inside it."""
    spans = {i: tuple(sorted((i, t.head))) for i, t in enumerate(sentence.tokens) if t.head >= 0}
    levels = [0] * len(sentence.tokens)
    for i in sorted(spans, key=lambda i: spans[i][1] - spans[i][0]):
        left, right = spans[i]
        inside = (levels[j] for j, (a, b) in spans.items() if j != i and left <= a and b <= right)
        levels[i] = 1 + max(inside, default=0)
    return levels


def _arcs(sentence: Sentence, centres, levels: list[int], y: float, parts: list[str]) -> None:
    for i, token in enumerate(sentence.tokens):
        if token.head < 0:
            parts.append(_text(centres[i], y - 3, "root", "font-size:10px;font-weight:600"))
            continue
        start, end = centres[token.head], centres[i]
        shift = (
            4 if end > start else -4
        )  # arcs that leave a head stay apart from the one that enters
        low = y + ARC * levels[i]
        parts.append(
            f'<path d="M{start + shift:.1f} {y:.1f} V{low - 6:.1f} Q{start + shift:.1f} {low:.1f} '
            f"{start + 2 * shift:.1f} {low:.1f} H{end - shift:.1f} Q{end:.1f} {low:.1f} "
            f'{end:.1f} {low - 6:.1f} V{y:.1f}" fill="none" stroke="currentColor" '
            'stroke-opacity="0.6"/>'
        )
        parts.append(
            f'<path d="M{end - 3:.1f} {y + 5:.1f} L{end:.1f} {y:.1f} L{end + 3:.1f} {y + 5:.1f} Z" '
            'fill="currentColor"/>'
        )
        parts.append(_text((start + end) / 2, low - 3, token.relation, "font-size:9px"))

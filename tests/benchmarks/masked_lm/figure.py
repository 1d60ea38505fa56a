"""The curves of a run: agreement, facts and polarity arrive at different times."""

import io

from helpers.plots import COLOURS, STYLE

LINES = {
    "agreement: subject relative": ("agreement across a relative clause", "blue", "-"),
    "agreement: preposition": ("agreement past other nouns", "sky", "-"),
    "recall: 300+": ("facts read 300 times or more", "vermillion", "-"),
    "recall: 30+": ("facts read 30 to 99 times", "orange", "-"),
    "recall: 0+": ("facts never said", "grey", ":"),
    "polarity: films, plain": ("polarity of unseen words, films", "green", "-"),
    "polarity: gadgets, plain": ("polarity of unseen words, gadgets", "green", "--"),
}


def draw(rows: list[dict]) -> bytes:
    """PNG of the scores of ``rows`` over the millions of words read."""
    import matplotlib
    from matplotlib.figure import Figure  # no pyplot: it would keep and show every figure

    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(7.5, 4.0), layout="constrained")
        axes = figure.subplots()
        for name, (label, colour, style) in LINES.items():
            points = [(row["words"] / 1e6, 100 * row[name]) for row in rows if name in row]
            if points:
                x, y = zip(*points, strict=True)
                axes.plot(x, y, style, marker="o", ms=3, color=COLOURS[colour], label=label)
        axes.set(xlabel="words read (millions)", ylabel="right answers (%)", ylim=(0, 102))
        axes.set_title("What a small masked language model learns first")
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
        png = io.BytesIO()
        figure.savefig(png, format="png", dpi=90)
    return png.getvalue()

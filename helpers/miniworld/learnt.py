"""What a small network has learnt from the mini-world, out of the rows of the committed runs.

``python -m tests.benchmarks.miniworld_mlm`` makes the rows; the data card shows them.
"""

import io

from helpers import measured
from helpers.plots import COLOURS, STYLE

RUNS = ("miniworld_mlm_7M", "miniworld_mlm_15M")
LINES = {
    "agreement: subject relative": ("agreement across a subject relative", "blue", "-"),
    "agreement: object relative": ("agreement across an object relative", "blue", "--"),
    "agreement: preposition": ("agreement past other nouns", "sky", "-"),
    "recall: 300+": ("facts read 300 to 999 times", "vermillion", "-"),
    "recall: 30+": ("facts read 30 to 99 times", "orange", "-"),
    "recall: 0+": ("facts never said", "grey", ":"),
    "polarity: films, plain": ("polarity of unseen words, films", "green", "-"),
    "polarity: gadgets, plain": ("polarity of unseen words, gadgets", "green", "--"),
}
AT_THE_END = {
    "agreement: simple": "agreement with the noun just before, chance 50 %",
    "agreement: preposition": "… past one or two nouns",
    "agreement: subject relative": "… across a subject relative",
    "agreement: object relative": "… across an object relative",
    "recall: 0+": "facts never said, first word right",
    "recall: 10+": "facts read 10 to 29 times",
    "recall: 100+": "facts read 100 to 299 times",
    "recall: 300+": "facts read 300 to 999 times",
    "recall: 1000+": "facts read 1,000 times or more",
}


def table_rows() -> list[tuple[str, ...]]:
    """(what, value in each run)."""
    runs = [dict(_entries(measured.published(name))) for name in RUNS]
    return [(what, *(run.get(what, "") for run in runs)) for what in runs[-1]]


def _entries(rows: list[dict]) -> list[tuple[str, str]]:
    """(what, value) of one run."""
    end = [row for row in rows if row["measure"] == "curve"][-1]
    found = [("words read", f"{end['words'] / 1e6:.1f} M")]
    found.append(("processor time", f"{end['cpu_seconds'] / 60:.0f} min"))
    found += [(text, _share(end.get(name))) for name, text in AT_THE_END.items()]
    for row in rows:
        if row["measure"] == "sentiment":
            name = f"sentiment of {row['of']}, {row['labels']} labels, opinion words unseen"
            found.append((name, _beside(row)))
        elif row["measure"] == "probe" and row["layer"] == "best":
            found.append((f"linear probe for {row['of']}, best layer", _beside(row)))
    return found


def _share(score: float | None) -> str:
    return "" if score is None else f"{100 * score:.1f} %"


def _beside(row: dict) -> str:
    """Pretrained, beside the same network from random weights."""
    scores = f"{100 * row['pretrained']:.1f} against {100 * row['scratch']:.1f} %"
    return f"{scores} ({row['margin']:+.1f} ± {row['interval']:.1f} points)"


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

"""The ladder as a picture: labels against accuracy, a line for each rung."""

import io
from collections.abc import Iterable, Sequence

import numpy as np

from helpers import plots
from helpers.ladder.budget import BUDGET
from helpers.ladder.measuring import SPLITS, rows, rows_digest
from helpers.ladder.rungs import LADDER, in_order

LOOKS = {
    "bag of words": ("grey", "-"),
    "CBOW, scratch": ("sky", ":"),
    "CBOW, frozen": ("sky", "--"),
    "CBOW, tuned": ("sky", "-"),
    "BiLSTM": ("green", ":"),
    "BiLSTM + GloVe": ("green", "--"),
    "BiLSTM + ELMo": ("vermillion", "-"),
    "BiLSTM + GloVe + CoVe": ("purple", "-"),
    "ULMFiT": ("blue", "-"),
    "GPT": ("orange", "-"),
    "BERT": ("orange", "--"),
}
"""Colour and line of each rung: a colour for a family, dotted without pretraining."""
TITLES = {"test": "opinion words that the labels show", "unseen": "opinion words in no label"}


def figure(rungs: Iterable[str] | None = None, live: Sequence[dict] = ()):
    """Accuracy against labels for the kept rows of ``rungs`` (all, if None).

    Mean and Student's 95 % interval over the seeds; the left panel has the opinion words of the
    labels, the right one others. ``live``: rows that :func:`helpers.ladder.measure` has just
    returned, drawn as stars. Returns matplotlib's figure; None, and a sentence is printed, if no
    row is kept. Raises :class:`helpers.ladder.LadderError` for a name that is no rung.
    """
    import matplotlib.pyplot as plt

    curves = _curves(in_order(LADDER if rungs is None else rungs))
    if not curves:
        print("No row of the ladder has been measured yet: `course ladder` does.")
        return None
    drawn, axes = plt.subplots(1, 2, figsize=(9.0, 4.2), sharey=True, layout="constrained")
    for ax, split in zip(axes, SPLITS, strict=True):
        _panel(ax, split, curves, live)
    # An interval may reach beyond what an accuracy can be; the axis need not.
    axes[0].set_ylim(top=min(axes[0].get_ylim()[1], 102))
    axes[0].set_ylabel("accuracy (%), mean and 95 % over seeds")
    drawn.suptitle(_finding(curves), fontsize=11, fontweight="bold")
    handles, labels = axes[0].get_legend_handles_labels()
    drawn.legend(handles, labels, loc="outside right center", fontsize=8)
    drawn.supxlabel(f"Pretraining of every rung: {BUDGET}", fontsize=8)
    return drawn


def png(drawn) -> bytes:
    """A figure as a PNG for the README; it carries the digest of the rows under ``rows``."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    from helpers.course.stored import slim

    large, small, note = io.BytesIO(), io.BytesIO(), PngInfo()
    drawn.savefig(large, format="png", dpi=plots.STYLE["figure.dpi"])
    note.add_text("rows", rows_digest())
    Image.open(io.BytesIO(slim(large.getvalue()))).save(small, "PNG", optimize=True, pnginfo=note)
    return small.getvalue()


def _curves(names: list[str]) -> dict[str, dict[int, np.ndarray]]:
    """Rung to number of labels to accuracies in %, (n_seeds, 2); of those that have rows."""
    found: dict[str, dict[int, list]] = {}
    for row in rows():
        if row["rung"] in names:
            sizes = found.setdefault(row["rung"], {})
            sizes.setdefault(row["labels"], []).append([100 * row[split] for split in SPLITS])
    return {
        name: {n: np.array(scores) for n, scores in sorted(found[name].items())}
        for name in names
        if name in found
    }


def _panel(ax, split: str, curves: dict, live: Sequence[dict]) -> None:
    column = SPLITS.index(split)
    sizes = sorted({n for curve in curves.values() for n in curve} | {r["labels"] for r in live})
    for position, (name, curve) in enumerate(curves.items()):
        # A little to the side, so that the intervals of one size stand beside one another.
        x = np.array(list(curve)) * 1.05 ** (position - (len(curves) - 1) / 2)
        mean, half = zip(*(_interval(scores[:, column]) for scores in curve.values()), strict=True)
        colour, line = LOOKS[name]
        look = {"color": plots.COLOURS[colour], "ls": line, "ms": 4, "lw": 1.4, "elinewidth": 0.9}
        ax.errorbar(x, mean, half, marker="o", label=name, capsize=2, **look)
    for number, row in enumerate(live):
        colour = plots.COLOURS[LOOKS[row["rung"]][0]]
        label = f"{row['rung']}, just now" if number == 0 else None
        star = {"marker": "*", "ms": 13, "mec": "black", "color": colour, "ls": "", "zorder": 5}
        ax.plot(row["labels"], 100 * row[split], label=label, **star)
    ax.axhline(50, color="#999999", lw=1, ls="--")
    ax.set(xscale="log", xlabel="labels (log scale)")
    ax.set_title(TITLES[split], fontsize=10)
    ax.set_xticks(sizes, [f"{n:,}" for n in sizes])
    ax.minorticks_off()


def _interval(scores: np.ndarray) -> tuple[float, float]:
    """Mean and half-width; one seed alone has no width."""
    if len(scores) < 2:
        return scores.mean(), 0.0
    mean, half = plots.confidence(scores)
    return float(mean), float(half)


def _finding(curves: dict) -> str:
    """Which rung is ahead where, at the number of labels that tells the rungs apart most."""
    common = set.intersection(*(set(curve) for curve in curves.values()))
    if not common:
        return "The ladder so far"
    if len(curves) == 1:
        [(name, curve)] = curves.items()
        ends = (
            f"{curve[n][:, 0].mean():.0f} % with {n:,} labels" for n in (min(curve), max(curve))
        )
        return f"{name}: {', '.join(ends)}"
    mean = {n: np.array([curve[n].mean(0) for curve in curves.values()]) for n in sorted(common)}
    n = max(mean, key=lambda n: np.ptp(mean[n], axis=0).max())
    ahead = [f"{list(curves)[i]} {mean[n][i, j]:.0f} %" for j, i in enumerate(mean[n].argmax(0))]
    return f"Best with {n:,} labels: {ahead[0]}; where no label shows the words: {ahead[1]}"

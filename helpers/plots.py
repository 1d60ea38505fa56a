"""One look for every figure: colour-blind safe, legible on a light and on a dark page, small."""

import numpy as np
from scipy import stats

COLOURS = {  # Okabe & Ito (2008), safe for the common kinds of colour blindness
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "vermillion": "#D55E00",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "yellow": "#F0E442",
    "grey": "#666666",
}
STYLE = {
    "figure.figsize": (7.0, 3.6),
    "figure.dpi": 90,
    "figure.facecolor": "white",  # an opaque page, so that a dark theme can't swallow the labels
    "savefig.facecolor": "white",
    "savefig.bbox": "tight",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "legend.frameon": False,
    "font.size": 10,
}


def style() -> None:
    """Switch matplotlib to the course's look; called once in a notebook's setup cell."""
    import matplotlib.pyplot as plt
    from cycler import cycler

    plt.rcParams.update(STYLE)
    plt.rcParams["axes.prop_cycle"] = cycler(color=list(COLOURS.values()))


def confidence(runs, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Mean and half-width of Student's interval over the first axis.

    ``runs``: ``(n_seeds, …)``, at least two seeds. Returns two arrays of shape ``(…)``.
    """
    runs = np.asarray(runs, dtype=float)
    if len(runs) < 2:
        raise ValueError(f"An interval needs at least 2 seeds, got {len(runs)}.")
    error = runs.std(axis=0, ddof=1) / np.sqrt(len(runs))
    return runs.mean(axis=0), stats.t.ppf((1 + level) / 2, len(runs) - 1) * error


def band(ax, x, runs, *, label: str, colour: str, **line):
    """Draw the mean of ``runs`` (n_seeds, len(x)) with its 95 % interval; returns the line."""
    mean, half = confidence(runs)
    ax.fill_between(x, mean - half, mean + half, color=COLOURS[colour], alpha=0.18, linewidth=0)
    return ax.plot(x, mean, color=COLOURS[colour], label=label, **{"marker": "o", "ms": 4, **line})[
        0
    ]

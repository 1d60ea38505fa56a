"""What a learner sees while a model trains: one line of progress and, if wanted, a moving plot."""

import io
import math
import os
import statistics
import sys
import time

import numpy as np

MODES = ("bar", "plain", "off")


def progress_mode():
    """COURSE_PROGRESS if set; else a bar where someone watches, plain lines where nobody does."""
    mode = os.environ.get("COURSE_PROGRESS")
    if mode:
        if mode not in MODES:
            raise ValueError(f"COURSE_PROGRESS={mode!r}: must be one of {', '.join(MODES)}")
        return mode
    watched = _in_notebook() or sys.stderr.isatty()
    return "bar" if watched and not os.environ.get("CI") else "plain"


class Progress:
    """A bar (the notebook's widget or a terminal's line), or a printed line each quarter."""

    def __init__(self, total, shown=True):
        self.total = total
        self.mode = progress_mode() if shown else "off"
        self.bar = None

    def __call__(self, history, ended):
        n = len(history.losses)
        if self.mode == "bar":
            if self.bar is None:
                self.bar = self._new_bar(n - 1)
            self.bar.set_postfix_str(_summary(history), refresh=ended)
            self.bar.update(n - self.bar.n)
        elif self.mode == "plain" and (ended or n % math.ceil(self.total / 4) == 0):
            print(f"update {n}/{self.total} · {_summary(history)}")

    def _new_bar(self, done):
        from tqdm.auto import tqdm  # chooses the widget or the terminal when imported

        return tqdm(total=self.total, initial=done, unit="update")

    def close(self):
        if self.bar is not None:
            self.bar.close()


class LivePlot:
    """A callback for `train`: loss and score, redrawn in place every `seconds` or more rarely.

    Where nobody watches (papermill, CI) it draws once, at the end; outside a notebook, never.
    """

    def __init__(self, seconds=1.0):
        self.seconds = seconds
        self.handle = None
        self.next = 0.0

    def __call__(self, history, ended):
        if not _in_notebook():
            return
        started = time.monotonic()
        due = progress_mode() == "bar" and started >= self.next
        if not (due or ended):
            return
        from IPython.display import Image, display

        image = Image(data=_draw(history))
        if self.handle is None:
            self.handle = display(image, display_id=True)
        else:
            self.handle.update(image)
        # A drawing costs a good 0.1 s: never more than a twentieth of the training's time.
        now = time.monotonic()
        self.next = now + max(self.seconds, 20 * (now - started))


def _summary(history):
    # One batch's loss jumps about; the mean of a few shows the way.
    text = f"loss {statistics.fmean(history.losses[-20:]):.4f}"
    return text + (f" · score {history.evals[-1][1]:.4f}" if history.evals else "")


def _draw(history):
    """The curves as PNG bytes; the loss is averaged to at most 200 points."""
    from matplotlib.figure import Figure  # no pyplot: it would keep and show every figure

    from helpers.plots import COLOURS

    parts = min(200, len(history.losses))
    steps, losses = (
        [part.mean() for part in np.array_split(values, parts)]
        for values in (history.steps, history.losses)
    )
    figure = Figure(figsize=(6, 3), layout="constrained")
    axes = figure.subplots()
    axes.plot(steps, losses, color=COLOURS["blue"])
    axes.set(xlabel="update", ylabel="training loss")
    axes.set_title(f"loss {losses[0]:.3f} → {losses[-1]:.3f} in {history.steps[-1]} updates")
    if history.evals:
        right = axes.twinx()
        right.plot(*zip(*history.evals, strict=True), "o-", ms=3, color=COLOURS["vermillion"])
        right.set_ylabel("score (dots)")
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=90)
    return png.getvalue()


def _in_notebook():
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")

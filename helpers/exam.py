"""Asking a model that reads the mini-world what it has learned, while it reads.

The questions about facts, the diary of a long training, and its picture. What a model must be able
to do to be asked is the business of its lesson.
"""

import json
import math
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from helpers.data import tokenize
from helpers.files import write_atomically
from helpers.miniworld import tasks
from helpers.miniworld.tasks import Cloze
from helpers.training import evaluating

READ = 200_000
EXPOSURES = {"never": (0, 0), "1 or 2 times": (1, 2), "3 to 9 times": (3, 9), "often": (10, 10**9)}
"""How often a fact is stated in the first ``READ`` tokens of the text: names and bounds."""


def facts_at_the_end(most: int, n_tokens: int = READ) -> list[tuple[Cloze, str]]:
    """Facts whose object ends the sentence, at most ``most`` of each of `EXPOSURES`, with its name.

    Statements are counted in the first ``n_tokens`` of the text.
    """
    found = defaultdict(list)
    for fact in tasks.lama(n_tokens, seed=0):
        name = next(n for n, (low, high) in EXPOSURES.items() if low <= fact.exposure <= high)
        if fact.template.endswith("[Y] ."):
            found[name].append(fact)
    rng = np.random.default_rng(0)
    chosen = {name: sorted(rng.permutation(len(rows))[:most]) for name, rows in found.items()}
    return [(found[name][i], name) for name in EXPOSURES if name in chosen for i in chosen[name]]


def beginning(fact: Cloze) -> str:
    """The sentence of a fact up to its object: *The capital of France is*."""
    return fact.template.removesuffix("[Y] .").strip().replace(" ,", ",")


def says(text: str, fact: Cloze) -> bool:
    """Whether a continuation begins with a right object, and with no longer word."""
    words = tokenize(text)
    return any(words[: len(tokenize(a))] == tokenize(a) for a in (fact.answer, *fact.answers))


class Diary:
    """Examines a model every so many updates; the rows are kept in a file and outlive the process.

    A callback of ``train``. ``exam(model)`` gives numbers by name; an update reads ``tokens``. The
    CPU seconds are those of the training, all resumed pieces together.
    """

    def __init__(self, exam: Callable, model, path: Path, every: int, tokens: int):
        self.exam, self.model, self.path, self.every, self.tokens = exam, model, path, every, tokens
        self.rows: list[dict] = json.loads(path.read_text()) if path.exists() else []
        self.before = self.rows[-1]["cpu_seconds"] if self.rows else 0.0
        self.started = time.process_time()

    def __call__(self, history, ended: bool) -> None:
        step = len(history.steps)
        if step % self.every and not ended:
            return
        examined = time.process_time()
        seconds = self.before + examined - self.started
        with evaluating(self.model):
            answers = self.exam(self.model)
        self.started += time.process_time() - examined  # the exam is no training
        row = {"updates": step, "tokens": step * self.tokens, "cpu_seconds": round(seconds, 1)}
        row |= {"loss": float(np.mean(history.losses[-100:]))} | answers
        self.rows = [*(old for old in self.rows if old["updates"] < step), row]
        write_atomically(self.path, json.dumps(self.rows))
        print("  ".join(f"{name} {value:.4g}" for name, value in row.items()), flush=True)


def curves(rows: Sequence[dict]):
    """Perplexity, agreement and facts over the rows of a `Diary`, as matplotlib's figure."""
    import matplotlib.pyplot as plt
    from matplotlib.ticker import LogLocator

    figure, axes = plt.subplots(1, 3, figsize=(9, 3), layout="constrained")
    x = [row["tokens"] / 1e6 for row in rows]
    axes[0].plot(x, [row["perplexity per word"] for row in rows], "o-", ms=3)
    axes[0].set(yscale="log", ylabel="perplexity per word")
    axes[0].yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes[0].yaxis.set_major_formatter("{x:g}")
    axes[0].minorticks_off()
    for ax, what in ((axes[1], "agreement"), (axes[2], "facts")):
        for name in (key for key in rows[-1] if key.startswith(what)):
            shares = [100 * row.get(name, math.nan) for row in rows]
            ax.plot(x, shares, "o-", ms=3, label=name.removeprefix(f"{what}: "))
        ax.set(ylabel=f"{what} (% right)", ylim=(0, 102))
        ax.legend(fontsize=7, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1))
    for ax in axes:
        ax.set_xlabel("million tokens read")
    right = [row["agreement: simple"] > 0.95 for row in rows]
    when = f"right after {x[right.index(True)]:.1f} M tokens" if any(right) else "never quite right"
    often = 100 * rows[-1].get("facts: often", 0.0)
    title = f"Simple agreement {when}; of the facts stated often, {often:.0f} % known at the end"
    figure.suptitle(title, fontsize=11, weight="bold", x=0.02, ha="left")
    return figure

"""all-MiniLM-L6-v2 tuned on real data sets with lesson 07's heads and its `finetune`.

    python -m tests.benchmarks.minilm_tasks [DATA SET …]

Ten to fifteen minutes of one core each. A training writes down how it stands and goes on there when
it was killed; the rows go to build/results/07_real_DATASET.jsonl.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from notebooks.bert_finetuning import (
    AUTHORED,
    Tuning,
    acceptability_scored,
    authored,
    constant_scores,
    finetune,
    inference,
    on_pairs,
    on_scores,
    on_sentences,
    on_spans,
    on_tags,
    scores,
)
from notebooks.bert_pretraining import Bert
from notebooks.transformer import WordPiece

from helpers import ROOT, data, measured

SAVE_EVERY = 100  # updates
TWO_LABELS = ("entailment", "not_entailment")


class Real(NamedTuple):
    """A real data set. ``task``: all rows to `Task`; ``how``: its tuning; ``asked``: what it
    asks, if one of the course's `AUTHORED` sets asks the same; ``n_train``: how many training rows
    are read, of a shuffled order, if not all."""

    task: Callable
    how: Tuning
    asked: str = ""
    n_train: int | None = None


REAL = {
    "sst2": Real(lambda rows: on_sentences(2, "mean"), Tuning(epochs=4), "sentiment"),
    "sst2_phrases": Real(
        lambda rows: on_sentences(2, "mean"), Tuning(head=10.0, epochs=1), "sentiment", 40_000
    ),
    "stsb": Real(lambda rows: on_scores("mean"), Tuning(epochs=4)),
    "ud_ewt": Real(
        lambda rows: on_tags(rows, "words", "upos"),
        Tuning(lr=2e-4, epochs=2, batch_size=16, max_len=512),
    ),
    "cola": Real(
        lambda rows: on_sentences(2, "mean", acceptability_scored),
        Tuning(epochs=4),
        "acceptability",
    ),
    "rte": Real(
        lambda rows: on_pairs(2, "mean", lambda row: inference(row, TWO_LABELS)),
        Tuning(lr=3e-5, head=10.0, epochs=4, batch_size=16, max_len=192),
    ),
    "squad2": Real(
        lambda rows: on_spans(), Tuning(epochs=1, batch_size=8, max_len=256), "questions", 3000
    ),
    "wnut17": Real(
        lambda rows: on_tags(rows, "words", "tags", bio=True),
        Tuning(lr=2e-4, head=10.0, epochs=4, batch_size=16, max_len=512),
    ),
    "cad_nli": Real(lambda rows: on_pairs(3, "mean", inference), Tuning(epochs=2), "inference"),
}


def measure(name, seed=0, splits=("dev", "test"), n_rows=None, checkpoint=None, **changes):
    """Tune MiniLM on a data set; a row of scores for each of ``splits``, and for "authored".

    ``n_rows``: of each split, for a trial; ``changes`` to the `Tuning`, for trials with
    ``splits=("dev",)``; ``checkpoint``: a file to go on from. Raises as `helpers.data.load`.
    """
    started = time.process_time()
    real, rows = REAL[name], {split: some[:n_rows] for split, some in data.load(name).items()}
    task = real.task([row for some in rows.values() for row in some])
    how = replace(real.how, **changes)
    order = np.random.default_rng(seed).permutation(len(rows["train"]))[: real.n_train]
    rows["train"] = [rows["train"][i] for i in order]
    if real.asked:
        rows["authored"], splits = authored(real.asked)[:n_rows], (*splits, "authored")
    examples = {split: [task.example(row) for row in some] for split, some in rows.items()}
    folder = data.path("minilm")
    tokenizer = WordPiece.from_file(folder / "vocab.txt")
    torch.manual_seed(seed)
    model = task.head(Bert.from_pretrained(folder))
    saving = {"checkpoint": checkpoint, "save_every": SAVE_EVERY} if checkpoint else {}
    finetune(model, tokenizer, examples["train"], how, seed, callbacks=(Said(name),), **saving)
    tuned_in = time.process_time() - started
    found = scores(task, model, tokenizer, {s: examples[s] for s in {"dev", *splits}}, how.max_len)
    plain = constant_scores(task, examples)
    facts = {"task": name, "seed": seed, "train_rows": len(examples["train"])}
    facts |= {"lr": how.lr, "head": how.head, "epochs": how.epochs, "batch_size": how.batch_size}
    facts |= {"cpu_seconds": round(tuned_in, 1)}
    return [facts | {"split": split, **found[split], "constant": plain[split]} for split in splits]


class Said:
    """A callback that prints how a training stands, every hundred updates and at the end."""

    def __init__(self, name):
        self.name, self.started = name, time.process_time()

    def __call__(self, history, ended):
        n = len(history.losses)
        if ended or n % 100 == 0:
            loss = np.mean(history.losses[-100:])
            spent = time.process_time() - self.started
            print(f"{self.name}: update {n}, loss {loss:.3f}, {spent:.0f} CPU s", flush=True)


def keep(name, seed=0):
    """`measure`, kept as build/results/07_real_NAME.jsonl; goes on where it was killed."""
    unfinished = ROOT / "build" / "finetuning" / f"{name}-{seed}.pt"
    resumed = unfinished.exists()  # then cpu_seconds leave out what was spent before
    rows = [row | {"resumed": resumed} for row in measure(name, seed, checkpoint=unfinished)]
    corpora = [name, "minilm", *([AUTHORED[REAL[name].asked]] if REAL[name].asked else [])]
    measured.keep(f"07_real_{name}", rows, corpora, "full")
    unfinished.unlink(missing_ok=True)  # a short training never wrote it
    for row in rows:
        print(row, flush=True)


if __name__ == "__main__":
    torch.set_num_threads(1)
    for name in sys.argv[1:] or REAL:
        if name not in REAL:
            sys.exit(f"{name!r} is none of {', '.join(REAL)}.")
        keep(name)

"""What is BERT's pretraining worth? Lesson 07's tasks on three starts, with few and many labels.

    python -m tests.benchmarks.bert_tasks [SEED …]

All eight tasks with 300 labels on every start; sentiment and parts of speech along the number of
labels. Three seeds, half an hour of one core. A row is kept as soon as it was measured, and isn't
measured again for the same start and settings, so a killed run goes on, and seeds can run side by
side; delete the files where the lesson's code has changed. When no row is missing, all are written
to build/results/07_tasks.jsonl.
"""

import hashlib
import json
import sys

import torch
from notebooks.bert_finetuning import (
    ON_WORLD,
    STARTS,
    WORLD,
    SpanReader,
    constant_scores,
    of_world,
    threshold_worth,
    tuned_from,
)
from notebooks.bert_pretraining import restore

from helpers import checkpoints, measured
from helpers.files import write_atomically
from helpers.results import read_rows

N_COMPARED = 300
ALONG = {"sentiment": (30, 100, 1000), "parts of speech": (30, 100, 1000)}
SEEDS = (0, 1, 2)


def wanted(seed):
    """(task, start, labels) of every row of a seed."""
    table = [(task, start, N_COMPARED) for task in WORLD for start in STARTS]
    curves = [
        (task, start, n)
        for task, sizes in ALONG.items()
        for n in sizes
        for start in ("pretrained", "from scratch")
    ]
    return [{"task": t, "start": s, "labels": n, "seed": seed} for t, s, n in table + curves]


def measure(row, body, tokenizer):
    """``row`` with its scores, and for questions what a threshold is worth."""
    task, examples = of_world(row["task"], row["seed"], row["labels"])
    model, found = tuned_from(row["start"], body, tokenizer, task, examples, row["seed"])
    found["constant"] = constant_scores(task, examples)["test"]
    if isinstance(model, SpanReader) and row["start"] == "pretrained":
        found |= threshold_worth(model, tokenizer, examples, row["seed"])
    return row | found


def fingerprint(start, body, tokenizer, seed):
    """Twelve hexadecimal digits that name a start's weights, the pieces and the settings."""
    digest = hashlib.sha256(repr((tokenizer.vocab, ON_WORLD)).encode())
    for weight in STARTS[start](body, seed).parameters():
        digest.update(weight.detach().numpy().tobytes())
    return digest.hexdigest()[:12]


def file_of(seed):
    """Where a seed's rows are kept while others are measured."""
    return measured.KEPT / f"07_tasks_{seed}.jsonl"


def fingerprints(body, tokenizer, seed):
    """`fingerprint` of every start."""
    return {start: fingerprint(start, body, tokenizer, seed) for start in STARTS}


def kept_rows(seed, now):
    """The rows of a seed whose starts and settings are those of ``now``, its `fingerprints`."""
    return [row for row in read_rows(file_of(seed)) if row["from"] == now.get(row["start"])]


def lacking(rows, seed):
    """What isn't measured yet of a seed."""
    return [row for row in wanted(seed) if not any(row.items() <= had.items() for had in rows)]


def measure_seed(seed, body, tokenizer):
    """Measure what isn't kept yet of a seed, a row at a time."""
    now = fingerprints(body, tokenizer, seed)
    rows = kept_rows(seed, now)
    for asked in lacking(rows, seed):
        row = measure(asked, body, tokenizer)
        rows.append(row | {"from": now[row["start"]]})
        write_atomically(file_of(seed), "".join(json.dumps(row) + "\n" for row in rows))
        print(rows[-1], flush=True)


def main(seeds):
    """Measure these seeds; keep all rows together if none of any seed is missing."""
    torch.set_num_threads(1)
    pretrained, tokenizer = restore(checkpoints.load("bert"))
    body = pretrained.bert
    for seed in seeds:
        measure_seed(seed, body, tokenizer)
    by_seed = {seed: kept_rows(seed, fingerprints(body, tokenizer, seed)) for seed in SEEDS}
    if not any(lacking(rows, seed) for seed, rows in by_seed.items()):
        digest = checkpoints.sha256("bert")
        rows = [row | {"checkpoint": digest} for of_seed in by_seed.values() for row in of_seed]
        print(measured.keep("07_tasks", rows, [], "three seeds", {"checkpoint bert": digest}))


if __name__ == "__main__":
    main([int(seed) for seed in sys.argv[1:]] or SEEDS)

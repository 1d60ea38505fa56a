"""The task of the ladder, the measurement of one row, and the file that keeps the rows.

A row is one rung, with one number of labels and one seed. Its key says what it depends on: the code
of the rung, its checkpoint and the sentences. A row with the key of today needn't be measured
again.
"""

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import numpy as np
import torch
from filelock import FileLock

from helpers import ROOT, checkpoints
from helpers.course.fingerprint import digest
from helpers.files import write_atomically
from helpers.ladder.budget import one_thread
from helpers.ladder.code import code_digest
from helpers.ladder.rungs import LADDER, LadderError, Rung, rung
from helpers.miniworld.tasks import Splits, sentiment
from helpers.results import read_rows
from helpers.training.resume import rng_kept

DOMAIN, SIZES, SEEDS = "films", (50, 200, 1000, 4000), (0, 1, 2)
DEVELOPMENT_SEED = 100
"""Settings are chosen on the ``dev`` rows of this seed, which no row of the ladder uses."""
SPLITS = ("test", "unseen")
RESULTS = ROOT / "data" / "results" / "ladder.jsonl"
LOCK = ROOT / "build" / "ladder.lock"
KEY = ("code", "checkpoint", "sentences")


@cache
def task(n_labels: int, seed: int) -> Splits:
    """Sentences about films with labels: ``train`` (``n_labels``), ``dev``, ``test``, and
    ``unseen``, whose opinion words are in none of the others."""
    return sentiment(DOMAIN, n_labels, seed)


def measure(of: Rung, n_labels: int, seed: int) -> dict:
    """Learn and predict once: a row without key and origin.

    Runs on one thread and from generators set to ``seed``, and leaves both as they were. The row
    has ``rung``, ``labels``, ``seed``, the accuracies ``test`` and ``unseen``, ``cpu_seconds``.
    Raises :class:`helpers.checkpoints.CheckpointError` if the rung's checkpoint can't be had.
    """
    splits = task(n_labels, seed)
    with _alone(seed):
        started = time.process_time()
        predict = of.learn(splits["train"], seed)
        scores = {split: _accuracy(of, predict, splits[split]) for split in SPLITS}
        seconds = time.process_time() - started
    return {
        "rung": of.name,
        "labels": n_labels,
        "seed": seed,
        **scores,
        "cpu_seconds": round(seconds, 2),
    }


def key(name: str, n_labels: int, seed: int) -> dict[str, str]:
    """What a row depends on, as digests. Raises :class:`helpers.checkpoints.CheckpointError`."""
    stands_on = rung(name).checkpoint
    return {
        "code": code_digest(LADDER[name]),
        "checkpoint": checkpoints.sha256(stands_on) if stands_on else "",
        "sentences": _sentences(n_labels, seed),
    }


def rows() -> list[dict]:
    """The kept rows. Raises :class:`helpers.results.ClaimError`, naming a damaged line."""
    return read_rows(RESULTS)


def changed(row: dict) -> list[str]:
    """What of a kept row's key is not as it is today: none if the row still holds."""
    if row["rung"] not in LADDER:
        return ["rung"]
    today = key(row["rung"], row["labels"], row["seed"])
    return [part for part in KEY if row[part] != today[part]]


def keep(row: dict) -> None:
    """Add a row to the file, in place of one of the same rung, size and seed.

    The file is replaced as a whole, under a lock: whoever is killed here, or keeps another row at
    the same moment, loses none.
    """
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(LOCK):
        others = [other for other in rows() if place(other) != place(row)]
        kept = sorted([*others, row], key=_order)
        lines = (json.dumps(line, ensure_ascii=False) + "\n" for line in kept)
        write_atomically(RESULTS, "".join(lines))


def place(row: dict) -> tuple[str, int, int]:
    """Which row of the ladder this is."""
    return row["rung"], row["labels"], row["seed"]


def rows_digest() -> str:
    """Tells the measured numbers from others, whatever the rest of the rows says."""
    return digest(json.dumps([[*place(row), *(row[s] for s in SPLITS)] for row in rows()]))


def _order(row: dict) -> tuple:
    names = list(LADDER)
    number = names.index(row["rung"]) if row["rung"] in LADDER else len(names)
    return number, row["rung"], row["labels"], row["seed"]


def _accuracy(of: Rung, predict, split: list) -> float:
    predicted = np.asarray(predict([row.text for row in split]))
    if predicted.shape != (len(split),) or not np.isin(predicted, (0, 1)).all():
        raise LadderError(
            f"{of.name}: predict must return a 0 or 1 for each of {len(split)} texts, "
            f"got {predicted.dtype} of shape {predicted.shape}."
        )
    return round(float(np.mean(predicted == [row.label for row in split])), 6)


@cache
def _sentences(n_labels: int, seed: int) -> str:
    splits = task(n_labels, seed)
    known = hashlib.sha256()
    for split in ("train", *SPLITS):
        known.update(json.dumps([[row.text, row.label] for row in splits[split]]).encode())
    return known.hexdigest()[:16]


@contextmanager
def _alone(seed: int) -> Iterator[None]:
    """One thread, and generators that start at ``seed``; afterwards as before."""
    with one_thread(), rng_kept(torch.device("cpu")):
        torch.manual_seed(seed)
        np.random.seed(seed)
        yield

"""A small training that needs every kind of state, as a program that can be killed at a place.

python train_tiny.py CHECKPOINT RESULT [PLACE]
"""

import io
import os
import random
import signal
import sys

import numpy as np
import torch
from torch import nn

from helpers import training

WORDS, LENGTH, CLASSES = 11, 5, 3
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # on Windows SIGTERM ends a process as abruptly


def rows(n=23):
    """(words, label) pairs; 23 = 4 batches of 5 and a smaller one."""
    draw = random.Random(0)
    return [([draw.randrange(WORDS) for _ in range(LENGTH)], i % CLASSES) for i in range(n)]


def collate(batch):
    words, labels = zip(*batch, strict=True)
    return torch.tensor(words), torch.tensor(labels)  # (B, T), (B,)


class Tiny(nn.Module):
    """Dropout draws from torch's generator, BatchNorm's buffers are state outside the optimizer."""

    def __init__(self, dropout=0.3, d_model=8):
        super().__init__()
        self.embedding = nn.Embedding(WORDS, d_model)
        self.batch_norm = nn.BatchNorm1d(d_model)
        self.dropout = nn.Dropout(dropout)
        self.layer_norm = nn.LayerNorm(d_model)
        self.head = nn.Linear(d_model, CLASSES)

    def forward(self, words):
        x = self.batch_norm(self.embedding(words).mean(1))  # (B, D)
        return self.head(self.layer_norm(self.dropout(x)))  # (B, C)


def model(seed=0, **sizes):
    torch.manual_seed(seed)
    return Tiny(**sizes)


def loss_fn(model, batch):
    """Replaces a word of every row, so that numpy's and Python's generators matter too."""
    words, labels = batch
    words = words.clone()
    words[:, random.randrange(LENGTH)] = int(np.random.randint(WORDS))
    return nn.functional.cross_entropy(model(words), labels)


def evaluate(model):
    words, labels = collate(rows())
    random.random(), np.random.random(), torch.rand(3)  # an evaluation may draw as it likes
    return -nn.functional.cross_entropy(model(words), labels).item()


def config(checkpoint, **changes):
    """20 updates; saved after every 2nd, so that kills fall between saves as well as on them."""
    settings = {
        "epochs": 8,
        "lr": 0.02,
        "schedule": "cosine",
        "warmup": 0.3,
        "accumulate": 2,
        "eval_every": 3,
        "patience": 50,
        "checkpoint": checkpoint,
        "save_every": 2,
    }
    return training.TrainConfig(**settings | changes)


def seed_all(seed):
    torch.manual_seed(seed)
    np.random.seed(seed)
    random.seed(seed)


def run(checkpoint, lib=training, seed=0, loss_fn=loss_fn, evaluate=evaluate, **changes):
    """Train from `seed`; returns the model and its history."""
    network = model(seed)
    seed_all(seed)
    batches = lib.Batches(rows(), 5, seed=0, collate=collate)
    settings = config(checkpoint, **changes)
    return network, lib.train(network, loss_fn, batches, settings, evaluate=evaluate)


def at_call(n, function, action):
    """`function`, but its call number n (from 1) does `action` first."""
    calls = iter(range(1, 1_000_000))

    def wrapped(*args):
        if next(calls) == n:
            action(*args)
        return function(*args)

    return wrapped


def die(*_):
    os.kill(os.getpid(), KILL)


def die_writing(content, file):
    """Half of the checkpoint reaches the disk."""
    whole = io.BytesIO()
    save(content, whole)
    file.write(whole.getvalue()[: len(whole.getvalue()) // 2])
    file.flush()
    os.fsync(file.fileno())
    die()


save = torch.save


def main(checkpoint, result, place=None):
    torch.set_num_threads(1)
    changed = {}
    if place == "before the first checkpoint":
        changed["loss_fn"] = at_call(3, loss_fn, die)
    elif place == "between two micro-batches":
        changed["loss_fn"] = at_call(2 * 4 + 2, loss_fn, die)
    elif place == "during evaluation":
        changed["evaluate"] = at_call(2, evaluate, die)
    elif place == "while writing the checkpoint":
        torch.save = at_call(2, torch.save, die_writing)
    elif place == "before the checkpoint takes its name":
        os.replace = at_call(2, os.replace, die)
    elif place:
        raise SystemExit(f"no place named {place!r}")
    network, history = run(checkpoint, **changed)
    save({"weights": network.state_dict(), "history": vars(history)}, result)


if __name__ == "__main__":
    main(*sys.argv[1:])

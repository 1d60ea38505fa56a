"""A tiny pretraining that needs every kind of state, and can kill itself or its launcher.

KILLS holds a word for each start of the processes that torchrun makes, such as ``1:5``: rank 1 dies
when it computes its fifth loss; ``launcher:5``: then rank 0 kills torchrun, and is busy.
"""

import os
import time
from pathlib import Path

import train_tiny as tiny

from helpers.pretrain import Pretraining
from helpers.training import Batches, TrainConfig


def pretraining(seed=0, lr=0.02, dropout=0.3, batch_size=5, optimizer="adam"):
    if optimizer != "adam":
        raise ValueError(f"optimizer={optimizer!r}: must be adam")
    batches = Batches(tiny.rows(), batch_size, seed=seed, collate=tiny.collate)
    config = TrainConfig(epochs=3, lr=lr, schedule="cosine", warmup=0.3)
    return Pretraining(tiny.model(seed, dropout=dropout), batches, mortal(tiny.loss_fn), config)


def mortal(loss_fn):
    if "KILLS" not in os.environ:
        return loss_fn
    Path(f"{os.getpid()}.pid").touch()
    start, rank = int(os.environ["TORCHELASTIC_RESTART_COUNT"]), os.environ["RANK"]
    if start > 0 and rank == "1":
        time.sleep(2)  # rank 0 must wait for it, and not try where it was before
    kills = dict(enumerate(os.environ["KILLS"].split()))
    victim, _, call = kills.get(start, "nobody:1").partition(":")
    actions = {(rank, rank): tiny.die, ("launcher", "0"): kill_launcher}
    if action := actions.get((victim, rank)):
        return tiny.at_call(int(call), loss_fn, action)
    return loss_fn


def kill_launcher(*_):
    os.kill(os.getppid(), tiny.KILL)
    time.sleep(60)

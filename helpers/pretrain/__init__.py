"""Pretraining by several processes at once, started by torchrun.

    torchrun --standalone --nproc-per-node=2 --max-restarts=3 -m helpers.pretrain \\
        notebooks.bert_pretraining:pretraining d_model=128 seed=1 --steps 5000 --checkpoint bert.pt

The dotted path names what a lesson exports, a function of its settings that returns a
:class:`Pretraining`. The loop is the lessons' own, ``helpers.training.train``; PyTorch's DDP
averages the gradients, over gloo on CPUs and NCCL on GPUs. Run again after whatever ended it, the
command goes on from its checkpoint; with ``--max-restarts`` torchrun does so itself as soon as one
of the processes dies. Either way it ends on the bits of a run that nothing disturbed, on the same
number of processes. Without torchrun, ``python -m helpers.pretrain …`` trains in one.

A text that is too long for the memory comes in :class:`Shards`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from helpers.pretrain.shards import Shards, read_shard
from helpers.training import TrainConfig

__all__ = ["Pretraining", "Shards", "read_shard"]


@dataclass(frozen=True)
class Pretraining:
    """What a lesson pretrains: every process makes its own, and all make the same.

    ``batches`` has ``at(k)``, ``size(k)``, ``describe()`` and a length as
    ``helpers.training.Batches``; batch k depends on k and the seed alone. ``loss(model, batch)`` is
    the mean over the batch, of shape (). ``config`` has no checkpoint: the command names it.
    """

    model: nn.Module
    batches: object
    loss: Callable[[nn.Module, object], torch.Tensor]
    config: TrainConfig

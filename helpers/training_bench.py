"""The timed part of a training race: the same updates, whatever the model.

A race's two sides go through this one loop, so that optimizer, clipping and precision are equal.
"""

import time
from collections.abc import Callable

import torch
from torch import nn

from helpers.training import TrainConfig, default_optimizer

Sides = tuple[str, str, Callable[[], float], Callable[[], float]]
"""A measurement's name, its unit, and what measures ours and the peer's."""


def training(model, loss_of: Callable, batches: list, n_tokens: int) -> Callable[[], float]:
    """One pass over the batches as a function that returns its speed."""
    model.train()
    optimizer = default_optimizer(model, TrainConfig(steps=1, lr=1e-4))
    weights = list(model.parameters())

    def updates():
        for batch in batches:
            optimizer.zero_grad()
            with precision(model):
                loss = loss_of(model, batch)
            loss.backward()
            nn.utils.clip_grad_norm_(weights, 1.0)
            optimizer.step()

    return speed(updates, n_tokens)


def speed(work: Callable[[], object], amount: int) -> Callable[[], float]:
    """``amount`` a second of ``work``, as a function that measures it."""

    def measured() -> float:
        _wait()
        started = time.perf_counter()
        work()
        _wait()
        return amount / (time.perf_counter() - started)

    return measured


def precision(model):
    """bfloat16 on a GPU, float32 on a CPU."""
    device = next(model.parameters()).device.type
    return torch.autocast(device, torch.bfloat16, enabled=device == "cuda")


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()

"""How to train: the settings of a run, the schedule of its rate, its default optimizer."""

import math
import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from numbers import Integral, Real

import torch

from helpers.settings import one_of

# The factor on the learning rate at x, which runs from 0 (end of warm-up) to 1 (end of training).
SCHEDULES = {
    "constant": lambda x: 1.0,
    "linear": lambda x: 1.0 - x,
    "cosine": lambda x: (1.0 + math.cos(math.pi * x)) / 2,
}
AMP = {"off": None, "bf16": torch.bfloat16, "fp16": torch.float16}

_COUNT = (lambda x: isinstance(x, Integral) and x >= 1, "a whole number ≥ 1")
_POSITIVE = (lambda x: 0 < x < math.inf, "a finite number > 0")
_RULES = {
    **dict.fromkeys(("steps", "epochs", "accumulate", "eval_every", "patience"), _COUNT),
    "save_every": _COUNT,
    "lr": _POSITIVE,
    "clip": _POSITIVE,
    "weight_decay": (lambda x: 0 <= x < math.inf, "a finite number ≥ 0"),
    "warmup": (lambda x: 0 <= x < 1, "a share of the updates, 0 ≤ warmup < 1"),
}
_NEVER_NONE = ("accumulate", "lr", "weight_decay", "warmup")


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """Settings of one run; a field that makes no sense raises ValueError.

    Give either `steps`, the number of updates, or `epochs`. `warmup` is the share of the updates
    over which the rate first rises linearly, `schedule` a name in SCHEDULES for the rest, or a
    callable update (from 0) -> factor for all of them. `clip` bounds the gradient's norm (None:
    unbounded). An update averages `accumulate` batches. `amp` ("bf16", "fp16") acts on CUDA only.
    `eval_every` and `save_every` count updates; None is once an epoch. After `patience` evaluations
    in a row without a new best the run stops; whenever `patience` is set, the model ends with its
    best weights, else with its last. `lr` and `weight_decay` are the default optimizer's.
    """

    steps: int | None = None
    epochs: int | None = None
    lr: float = 1e-3
    schedule: str | Callable[[int], float] = "linear"
    warmup: float = 0.0
    weight_decay: float = 0.01
    clip: float | None = 1.0
    accumulate: int = 1
    amp: str = "off"
    eval_every: int | None = None
    patience: int | None = None
    checkpoint: str | os.PathLike | None = None
    save_every: int | None = None

    def __post_init__(self):
        for name, (test, allowed) in _RULES.items():
            value = getattr(self, name)
            number = isinstance(value, Real) and not isinstance(value, bool)
            if not (number and test(value)) and (value is not None or name in _NEVER_NONE):
                raise ValueError(f"{name}={value!r}: must be {allowed}")
        if (self.steps is None) == (self.epochs is None):
            raise ValueError(f"steps={self.steps}, epochs={self.epochs}: give one of the two")
        one_of("amp", self.amp, tuple(AMP))
        if not callable(self.schedule):
            one_of("schedule", self.schedule, tuple(SCHEDULES))
        elif self.warmup:
            raise ValueError(f"warmup={self.warmup}: a callable schedule does its own warm-up")
        if self.save_every and self.checkpoint is None:
            raise ValueError(f"save_every={self.save_every} needs checkpoint, the file to write")
        if not isinstance(self.checkpoint, str | os.PathLike | None):
            raise ValueError(f"checkpoint={self.checkpoint!r}: must be the path of a file, or None")
        if self.checkpoint is not None and os.path.isdir(self.checkpoint or "."):
            raise ValueError(f"checkpoint={str(self.checkpoint)!r} is a folder: name a file in it")

    def updates(self, n_batches, n_ranks=1):
        """(updates of the run, updates of an epoch), given the batches of an epoch."""
        taken = self.accumulate * n_ranks
        whole = self.steps or math.ceil(self.epochs * n_batches / taken)
        return whole, math.ceil(n_batches / taken)

    def describe(self, total):
        """The settings that a run of `total` updates depends on, as lines for its checkpoint."""
        lines = {f.name: [str(getattr(self, f.name))] for f in fields(self)}
        if callable(self.schedule):  # told apart by its values: its name says too little
            lines["schedule"] = [f"factor {self.schedule(total * i // 8):g}" for i in range(8)]
        del lines["checkpoint"], lines["save_every"]
        return lines


def schedule_factor(config, total):
    """The function update (from 0) -> factor on the learning rate, for a run of `total` updates.

    With W updates of warm-up: (t + 1) / W while t < W, then SCHEDULES at x = (t - W) / (total - W).
    """
    if callable(config.schedule):
        return config.schedule
    warm = round(config.warmup * total)
    curve = SCHEDULES[config.schedule]
    return lambda t: (t + 1) / warm if t < warm else curve((t - warm) / (total - warm))


def parameter_groups(model, weight_decay):
    """Two parameter groups for an optimizer: matrices with `weight_decay`, the rest with none.

    Decay is for weights that multiply something; biases and the gains of LayerNorm (1-D, or named
    bias) are left free (Radford et al. 2018, section 4.1; so does BERT's published code).
    Frozen parameters are left out; ValueError if all are.
    """
    trained = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    if not trained:
        raise ValueError("model has no parameter with requires_grad: there is nothing to train")
    free = [p for name, p in trained if p.dim() < 2 or name.endswith("bias")]
    decayed = [p for name, p in trained if not (p.dim() < 2 or name.endswith("bias"))]
    groups = [
        {"params": decayed, "weight_decay": weight_decay},
        {"params": free, "weight_decay": 0.0},
    ]
    return [group for group in groups if group["params"]]


def default_optimizer(model, config):
    """AdamW (Loshchilov & Hutter 2019) on `parameter_groups`."""
    groups = parameter_groups(model, config.weight_decay)
    device = groups[0]["params"][0].device.type
    return torch.optim.AdamW(groups, lr=config.lr, fused=device in ("cpu", "cuda"))

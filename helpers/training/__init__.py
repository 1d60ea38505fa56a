"""One training loop for every lesson: `train(model, loss_fn, batches, config)`.

Killed at any moment and called again with the same arguments, a run that has a checkpoint path ends
on the very bits of a run that was never disturbed. Two conditions: randomness comes from the global
generators (torch, numpy, random), and on CUDA the model's own operations are deterministic.
"""

import contextlib
import copy
import math
import time
from dataclasses import dataclass, field

import torch
from torch.nn.utils import clip_grad_norm_

from helpers.training.batches import Batches, to_device
from helpers.training.live import LivePlot, Progress
from helpers.training.muon import MuonAndAdamW
from helpers.training.recipe import (
    AMP,
    SCHEDULES,
    TrainConfig,
    default_optimizer,
    parameter_groups,
    schedule_factor,
)
from helpers.training.resume import (
    Checkpoint,
    CheckpointError,
    Interrupted,
    deferred_interrupt,
    differences,
    fingerprint,
    rng_kept,
)
from helpers.training.world import Alone, Ranks

__all__ = [
    "SCHEDULES",
    "Alone",
    "Batches",
    "CheckpointError",
    "History",
    "Interrupted",
    "LivePlot",
    "MuonAndAdamW",
    "Ranks",
    "TrainConfig",
    "default_optimizer",
    "evaluating",
    "parameter_groups",
    "schedule_factor",
    "to_device",
    "train",
]


@dataclass
class History:
    """What happened at each update: its number (from 1), loss and highest learning rate.

    `evals` holds (update, score); `seconds` is the time spent, all resumed pieces together, and
    doesn't count when histories are compared.
    """

    steps: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    lrs: list[float] = field(default_factory=list)
    evals: list[tuple[int, float]] = field(default_factory=list)
    seconds: float = field(default=0.0, compare=False)

    def add(self, loss, lr, gradient=0.0):
        """FloatingPointError, and nothing added, if loss or the gradient's norm isn't finite."""
        step = len(self.steps) + 1
        for name, value in (("loss", loss), ("the gradient's norm", gradient)):
            if not math.isfinite(value):
                raise FloatingPointError(
                    f"{name} is {value} at update {step}, learning rate {lr:g}: the weights are "
                    "those before it. Try a lower rate, a longer warm-up or a smaller clip, and "
                    "look for empty or huge values in its batch, and for a root or logarithm of 0."
                )
        self.steps.append(step)
        self.losses.append(loss)
        self.lrs.append(lr)

    def add_eval(self, score):
        if not math.isfinite(score):
            raise FloatingPointError(f"evaluate returned {score} after update {self.steps[-1]}")
        self.evals.append((self.steps[-1], float(score)))

    @property
    def best(self):
        """(update, score) of the first evaluation with the highest score; None before any."""
        return max(self.evals, key=lambda pair: pair[1], default=None)

    def ended(self, total, patience):
        """True after `total` updates, or `patience` evaluations since the best."""
        if len(self.steps) >= total:
            return True
        if patience is None or not self.evals:
            return False
        return len(self.evals) - 1 - self.evals.index(self.best) >= patience


def train(
    model,
    loss_fn,
    batches,
    config,
    evaluate=None,
    optimizer=None,
    callbacks=(),
    progress=True,
    world=None,
):
    """Train `model` in place, on the device where it is, and return the History.

    The model is put into training mode, and left in it.

    `loss_fn(model, batch)` gives the mean loss over the rows of a batch, a tensor of shape ();
    `evaluate(model)` a number, higher is better. `optimizer` brings its own rates, which the
    schedule multiplies; without one, `default_optimizer`. After each update every callback gets
    (history, ended). With a checkpoint, training goes on from it: changed settings, model or rows
    are noticed, changed code in `loss_fn`, `evaluate` or `collate` is not, nor is another number of
    threads, with which sums may round otherwise. Without `progress` nothing is shown: for the many
    short trainings of an experiment.

    `world` is Ranks() in each of several processes that train together (helpers.pretrain): an
    update takes as many batches from each of the R ranks, batch k going to rank k % R, and makes of
    them what one process would make of R times `accumulate`, up to rounding. Rank 0 alone
    evaluates, writes the checkpoint and shows progress; every rank has its own generators.

    Raises FloatingPointError at a loss or gradient (that update is not made) or a score that isn't
    finite, CheckpointError if the checkpoint is damaged or another run's or can't be written, and
    Interrupted, a KeyboardInterrupt with the history, once the update that Ctrl-C met is made and
    saved.
    """
    if evaluate is None and (config.patience or config.eval_every):
        raise ValueError("patience and eval_every need evaluate, the function that scores a model")
    world = world or Alone()
    total, epoch = config.updates(len(batches), world.size)
    factor = schedule_factor(config, total)
    optimizer = optimizer or default_optimizer(model, config)
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    device = next(model.parameters()).device
    autocast, scaler = precision(config.amp, device)
    identity = config.describe(total) | batches.describe() | fingerprint(model, optimizer)
    agree(identity, world)
    checkpoint = Checkpoint(config.checkpoint, identity, model, optimizer, scaler, world)
    loss_of = world.loss(model, loss_fn)

    with (
        scheduled(optimizer, factor) as set_rates,
        deferred_interrupt() as interrupted,
        contextlib.closing(Progress(total, progress and world.rank == 0)) as report_progress,
    ):
        past, best_weights = checkpoint.load()
        history = History(**past)
        started = time.perf_counter() - history.seconds
        model.train()
        while not history.ended(total, config.patience):
            lr = set_rates(len(history.steps))
            optimizer.zero_grad()
            loss = 0.0
            for batch, share in parts(batches, len(history.steps), config.accumulate, world):
                with autocast:
                    part = share * scalar(loss_of(to_device(batch, device)))
                scaler.scale(part).backward()
                loss += part.item()
            loss = world.sum(loss) / world.size
            scaler.unscale_(optimizer)  # the bound is on the gradient itself
            norm = clip_grad_norm_(weights, config.clip or math.inf)
            # A finite loss can have a gradient that isn't; a float16 scaler skips such updates.
            history.add(loss, lr, 0.0 if scaler.is_enabled() else norm.item())
            scaler.step(optimizer)
            scaler.update()

            step = len(history.steps)
            if evaluate and (step % (config.eval_every or epoch) == 0 or step == total):
                with evaluating(model):
                    history.add_eval(world.once(lambda: evaluate(model)))
                if config.patience and history.best[0] == step:
                    best_weights = copy.deepcopy(model.state_dict())
            history.seconds = time.perf_counter() - started
            ended = history.ended(total, config.patience)
            stopped = world.sum(interrupted.is_set()) > 0
            if ended or stopped or step % (config.save_every or epoch) == 0:
                checkpoint.save(history, best_weights)
            for report in (report_progress, *callbacks):
                report(history, ended)
            if stopped:
                raise Interrupted(history, config.checkpoint)
    if best_weights is not None:
        model.load_state_dict(best_weights)
    return history


def precision(amp, device):
    """(autocast context, gradient scaler); both idle unless `device` is CUDA and asks for them."""
    dtype = AMP[amp] if device.type == "cuda" else None
    autocast = torch.autocast("cuda", dtype=dtype) if dtype else contextlib.nullcontext()
    # bfloat16 has float32's range, so only float16 needs its gradients scaled.
    return autocast, torch.amp.GradScaler("cuda", enabled=dtype is torch.float16)


def agree(identity, world):
    """ValueError on a rank that would train something else than rank 0."""
    if others := list(differences(world.once(lambda: identity), identity, "on rank 0", "here")):
        raise ValueError(f"rank {world.rank} trains something else: " + "; ".join(others))


def parts(batches, step, accumulate, world):
    """This rank's batches of one update, each with its share of the mean rows of a rank.

    Weighted so, means over rows add up to the mean over the joined batch, also when the last batch
    of an epoch is smaller. A mean over something else (masked tokens) adds up on average only.
    """
    first = step * accumulate * world.size + world.rank
    numbers = range(first, first + accumulate * world.size, world.size)
    # Every rank counts its own rows only: to look at others' batches can mean to read them.
    rows = world.sum(sum(batches.size(k) for k in numbers))
    for k in numbers:
        yield batches.at(k), batches.size(k) * world.size / rows


def scalar(loss):
    """`loss` itself; ValueError if it can't be descended."""
    if not torch.is_tensor(loss) or loss.dim() != 0:
        got = tuple(loss.shape) if torch.is_tensor(loss) else type(loss).__name__
        raise ValueError(f"loss_fn returned {got}, not a tensor of shape (): forgot the mean?")
    if not loss.requires_grad:
        raise ValueError("loss_fn returned a loss without gradient: all frozen, or no_grad inside?")
    return loss


@contextlib.contextmanager
def evaluating(model):
    """Evaluation mode without gradients; then every submodule's mode and all generators as before.

    So how often a run is evaluated doesn't change what it learns.
    """
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.no_grad(), rng_kept(next(model.parameters()).device):
            yield
    finally:
        for module, mode in modes:
            module.training = mode


@contextlib.contextmanager
def scheduled(optimizer, factor):
    """A function that sets an update's rates and returns the highest; at the end all are back.

    Back, because a second training with the same optimizer would else start from a decayed rate.
    """
    rates = [group["lr"] for group in optimizer.param_groups]

    def set_rates(step):
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * factor(step)
        return max(group["lr"] for group in optimizer.param_groups)

    try:
        yield set_rates
    finally:
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate

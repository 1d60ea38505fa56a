"""The command ``python -m helpers.pretrain``, which torchrun starts once for each process."""

import argparse
import ast
import contextlib
import inspect
import os
import random
import sys
import threading
import time
from dataclasses import replace

import numpy as np
import torch
import torch.distributed as dist

from helpers.data import DataError
from helpers.notebook_importer import NotebookError, look_up
from helpers.pretrain import Pretraining
from helpers.settings import SettingError, did_you_mean, settings
from helpers.training import Alone, CheckpointError, Interrupted, Ranks, train

EXPECTED = (SettingError, NotebookError, DataError, CheckpointError, FloatingPointError)
WATCH = 0.5  # seconds between two looks at the launcher


def main(arguments=None):
    """Returns the exit status: 0, 1 if the run can't begin or go on, 130 if it was interrupted."""
    asked = parser().parse_intermixed_args(arguments)
    launched = "TORCHELASTIC_RUN_ID" in os.environ
    if launched:
        end_with_launcher()
    try:
        pretrain(asked, launched)
    except (*EXPECTED, Interrupted) as error:
        if os.environ.get("LOCAL_RANK", "0") == "0":  # the others would say the same
            print(f"helpers.pretrain: {error}", file=sys.stderr)
        return 130 if isinstance(error, Interrupted) else 1
    return 0


def parser():
    command = argparse.ArgumentParser(
        prog="helpers.pretrain",
        description="Pretrain what a lesson exports; run it again to go on from its checkpoint.",
        epilog="On two processors: torchrun --standalone --nproc-per-node=2 -m helpers.pretrain …",
    )
    command.add_argument("path", help="notebooks.<topic>:<function that returns a Pretraining>")
    command.add_argument("settings", nargs="*", metavar="key=value", help="the function's settings")
    command.add_argument("--checkpoint", required=True, help="the file to write, and to go on from")
    command.add_argument("--steps", type=int, help="updates of the whole run")
    command.add_argument("--save-every", type=int, default=100, help="updates (default 100)")
    command.add_argument("--device", default="auto", help="auto (the default), cpu or cuda")
    return command


def pretrain(asked, launched):
    """Train as one of the Ranks if torchrun `launched` this process, else alone."""
    given = dict(setting(text) for text in asked.settings)
    seed = given.get("seed", 0)
    device = own_device(settings("full", seed, asked.device).device)
    seed_all(seed)  # so that the first weights are alike, whether the lesson seeds them or not
    made = build(asked.path, given)
    config = completed(made.config, asked)
    with group(device) if launched else contextlib.nullcontext(Alone()) as world:
        seed_all(seed + world.rank)
        model = made.model.to(device)
        history = train(model, made.loss, made.batches, config, world=world)
        if world.rank == 0:
            done = f"{len(history.steps)} updates, last loss {history.losses[-1]:.4f}"
            print(f"{done}: {config.checkpoint}")


def setting(text):
    """(name, value) of ``name=value``; what isn't written as Python writes a value is a string."""
    name, equals, value = text.partition("=")
    if not (name.isidentifier() and equals):
        raise SettingError(f"{text!r} is no setting: write name=value.")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value


def build(path, given):
    """The Pretraining that the function at `path` makes of the settings `given`."""
    function = look_up(path)
    check_settings(path, function, given)
    try:
        made = function(**given)
    except ValueError as error:
        raise SettingError(f"{path}: {error}") from error
    if not isinstance(made, Pretraining):
        raise SettingError(f"{path} must return a Pretraining, got {type(made).__name__}.")
    return made


def check_settings(path, function, given):
    """SettingError for an unknown or missing setting, or one of another type than its default."""
    if not callable(function):
        raise SettingError(f"{path} must be a function, got {type(function).__name__}.")
    signature = inspect.signature(function)
    known = list(signature.parameters)
    try:
        signature.bind(**given)
    except TypeError as error:
        unknown = next((name for name in given if name not in known), "")
        raise SettingError(
            f"{path}: {error}; its settings are {', '.join(known)}." + did_you_mean(unknown, known)
        ) from error
    for name, value in given.items():
        default = signature.parameters[name].default if name in known else None
        if default in (None, inspect.Parameter.empty) or type(value) is type(default):
            continue
        if not (type(default) is float and type(value) is int):
            kind = type(default).__name__
            raise SettingError(f"{name}={value!r}: must be of type {kind}, as in {name}={default}.")


def completed(config, asked):
    """The lesson's TrainConfig with what the command says."""
    length = {} if asked.steps is None else {"steps": asked.steps, "epochs": None}
    try:
        return replace(config, checkpoint=asked.checkpoint, save_every=asked.save_every, **length)
    except ValueError as error:
        raise SettingError(str(error)) from error


def own_device(device):
    """The GPU of this process, if `device` is CUDA: each needs one of its own."""
    if device.type != "cuda":
        return device
    n_processes = int(os.environ.get("LOCAL_WORLD_SIZE", 1))
    if n_processes > torch.cuda.device_count():
        raise SettingError(
            f"{n_processes} processes on a machine with {torch.cuda.device_count()} GPU(s): start "
            "at most one for each, or add --device cpu."
        )
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
    torch.cuda.set_device(device)
    return device


@contextlib.contextmanager
def group(device):
    """This process as one of the Ranks that torchrun has started."""
    # The store of addresses is torchrun's and outlives a restart, after which a rank could find the
    # address of one that is dead: so each start has a part of the store to itself.
    store, rank, size = next(dist.rendezvous("env://"))
    store = dist.PrefixStore(f"start {os.environ['TORCHELASTIC_RESTART_COUNT']}", store)
    # Also with GPUs the few numbers that ranks tell each other go from CPU to CPU.
    backend = "cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo"
    dist.init_process_group(backend, store=store, rank=rank, world_size=size)
    try:
        yield Ranks()
    finally:
        dist.destroy_process_group()


def seed_all(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def end_with_launcher():
    """Let this process end when its parent has.

    torchrun stops its processes, but not when it is itself killed by SIGKILL; they would go on, and
    write the checkpoint that the next start goes on from.
    """
    launcher = os.getppid()

    def watch():
        while os.getppid() == launcher:
            time.sleep(WATCH)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())

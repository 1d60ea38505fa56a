"""What makes training survive: random states, one atomic checkpoint, the interrupt that waits."""

import contextlib
import itertools
import os
import random
import signal
import threading
import zipfile
from pathlib import Path

import numpy as np
import torch

LOOP = "helpers.training "
FORMAT = f"{LOOP}2"


class CheckpointError(RuntimeError):
    """A checkpoint that can't be read or written, or that belongs to another run."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C during training, raised once the running update is whole; `history` is attached."""

    def __init__(self, history, path):
        n = len(history.losses)
        after = f"go on from {path}" if path else "start over: no checkpoint was asked for"
        super().__init__(f"stopped after {n} updates; run it again to {after}")
        self.history = history


def rng_state(device):
    """The global generators of torch, numpy and Python, and the CUDA one if `device` is CUDA."""
    name, keys, *rest = np.random.get_state()
    return {
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state(device) if device.type == "cuda" else None,
        "numpy": (name, keys.tolist(), *rest),
        "python": random.getstate(),
    }


def set_rng_state(state, device):
    torch.set_rng_state(state["torch"])
    if device.type == "cuda":
        torch.cuda.set_rng_state(state["cuda"], device)
    np.random.set_state(state["numpy"])
    random.setstate(state["python"])


@contextlib.contextmanager
def rng_kept(device):
    """Whatever is drawn inside, the generators go on after it as if nothing had been."""
    state = rng_state(device)
    try:
        yield
    finally:
        set_rng_state(state, device)


class Checkpoint:
    """One file, whole or absent, with everything the next update depends on.

    The number of updates done (the length of the history) is also the position in the schedule and
    in the data, since both are functions of it. With `path` None nothing is written or read.
    Of several ranks, all must call; rank 0 alone reads and writes. The number of ranks is part of
    what a run is: with another, other batches would meet in an update.
    """

    def __init__(self, path, identity, model, optimizer, scaler, world):
        self.path = None if path is None else Path(path)
        self.identity = identity | {"ranks": [str(world.size)]}
        self.world = world
        self.model, self.optimizer, self.scaler = model, optimizer, scaler
        self.device = next(model.parameters()).device

    def save(self, history, best_weights):
        if self.path is None:
            return
        states = self.world.gather(rng_state(self.device))
        if self.world.rank > 0:
            return
        _write(
            self.path,
            {
                "format": FORMAT,
                "identity": self.identity,
                "model": self.model.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "scaler": self.scaler.state_dict(),
                "rng": states,
                "history": vars(history),
                "best_weights": best_weights,
            },
        )

    def load(self):
        """Put everything back; (fields of the history, best weights), empty if there's no file.

        CheckpointError if the file is damaged, was written by a run with other settings or by
        another version of the loop, or can't be written, now rather than after the first epoch.
        """
        if self.path is None:
            return {}, None
        saved = self.world.once(self._read)
        if saved is None:
            return {}, None
        if changes := list(differences(saved["identity"], self.identity)):
            raise CheckpointError(
                f"{self.path} belongs to another run:\n  "
                + "\n  ".join(changes)
                + "\nPut these back to go on with it; name another checkpoint, or delete this one, "
                "to start over."
            )
        self.model.load_state_dict(saved["model"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.scaler.load_state_dict(saved["scaler"])
        set_rng_state(saved["rng"][self.world.rank], self.device)
        return saved["history"], saved["best_weights"]

    def _read(self):
        _check_writable(self.path)
        return _read(self.path)


def _write(path, content):
    """torch.save to a neighbour that then takes the name: a crash leaves the old file or the new.

    Not safetensors, because an optimizer's state is nested; still nothing but containers, tensors
    and numbers, so that weights_only can read it. Not helpers.files, because a checkpoint shouldn't
    be held in memory a second time, and because after a kill one fixed name can't pile up.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".tmp")
    try:
        with open(unfinished, "wb") as file:
            torch.save(content, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except BaseException as error:
        unfinished.unlink(missing_ok=True)
        if "unexpected pos" in str(error):  # torch's word for a full disk
            raise OSError(
                f"{path} can't be written; is its disk full? A checkpoint that was there before "
                "is unharmed"
            ) from error
        raise


def _check_writable(path):
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        reason = "" if os.access(path.parent, os.W_OK | os.X_OK) else "no permission"
    except OSError as error:
        reason = error.strerror
    if reason:
        raise CheckpointError(f"checkpoint={str(path)!r} can't be written ({reason})")


def _read(path):
    """What `_write` wrote, on the CPU; None if there's no file."""
    if not path.exists():
        return None
    try:
        # torch.load doesn't compare checksums, so a flipped bit would pass unseen.
        with zipfile.ZipFile(path) as archive:
            if damaged := archive.testzip():
                raise zipfile.BadZipFile(f"wrong checksum of {damaged}")
        saved = torch.load(path, map_location="cpu", weights_only=True)
    except PermissionError:
        raise
    except Exception as error:  # the readers raise nearly every kind on a mangled file
        reason = str(error).partition("\n")[0]
        raise CheckpointError(
            f"{path} is damaged or of another kind ({reason}): "
            "delete it to start over, or put back a whole copy"
        ) from error
    written = str(saved.get("format")) if isinstance(saved, dict) else ""
    if written == FORMAT:
        return saved
    if written.startswith(LOOP):
        raise CheckpointError(
            f"{path} was written by another version of this training loop (format "
            f"{written.removeprefix(LOOP)}, this one reads {FORMAT.removeprefix(LOOP)}): delete it "
            "to start over, or end that training with the version that began it"
        )
    raise CheckpointError(f"{path} is no checkpoint of this training loop: name another file")


def fingerprint(model, optimizer):
    """Lines that tell one model and optimizer from another: modules, tensors, rates."""
    tensors = [
        f"{name} {tuple(tensor.shape)} {tensor.dtype}"
        for name, tensor in model.state_dict().items()
    ]
    frozen = [f"{name} frozen" for name, p in model.named_parameters() if not p.requires_grad]
    groups = []
    for group in optimizer.param_groups:
        values = [f"{key}={value}" for key, value in group.items() if key != "params"]
        groups.append(", ".join([f"{len(group['params'])} tensors", *values]))
    return {
        "model": [line.strip() for line in repr(model).splitlines()] + tensors + frozen,
        "optimizer": [type(optimizer).__name__, *groups],
        "device": [next(model.parameters()).device.type],
    }


def differences(saved, now, there="in the checkpoint", here="now"):
    """One line for each part of two fingerprints that differs, with its first difference."""
    for part in dict.fromkeys([*saved, *now]):
        pairs = itertools.zip_longest(saved.get(part, []), now.get(part, []), fillvalue="nothing")
        for old, new in pairs:
            if old != new:
                yield f"{part}: {old} {there}, {new} {here}"
                break


@contextlib.contextmanager
def deferred_interrupt():
    """An Event that Ctrl-C sets instead of striking mid-update; a second Ctrl-C strikes at once."""
    pressed = threading.Event()

    def note(signum, frame):
        pressed.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    # Only Python's own handler is replaced, and only where Python allows it: the main thread.
    ours = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    if ours:
        signal.signal(signal.SIGINT, note)
    try:
        yield pressed
        if pressed.is_set():  # too late for the loop to have seen it
            raise KeyboardInterrupt
    finally:
        if ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)

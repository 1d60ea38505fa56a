"""The settings every notebook takes, ``SCALE``, ``SEED``, ``DEVICE``, checked before any work."""

import difflib
from dataclasses import dataclass
from typing import TypeVar

import torch

SCALES = ("smoke", "mini", "full")
DEVICES = ("auto", "cpu", "cuda", "mps")
T = TypeVar("T")


class SettingError(ValueError):
    """A notebook parameter has a value that is not allowed; the message names what is."""


@dataclass(frozen=True)
class Run:
    """Checked settings of one run of a notebook."""

    scale: str
    seed: int
    device: torch.device

    def pick(self, *, smoke: T, mini: T, full: T) -> T:
        """The value for this run's scale: ``run.pick(smoke=2, mini=5, full=20)``."""
        return {"smoke": smoke, "mini": mini, "full": full}[self.scale]


def settings(SCALE: str, SEED: int, DEVICE: str) -> Run:
    """Check the three parameters of a notebook and return them as a :class:`Run`.

    ``SCALE``: ``smoke`` (seconds, any machine), ``mini`` (a laptop), ``full`` (GPU or an evening).
    ``SEED``: a non-negative integer. ``DEVICE``: ``auto`` (cuda when present, else cpu) or a name;
    ``mps`` is accepted but untested. Raises :class:`SettingError` before any training starts.
    """
    one_of("SCALE", SCALE, SCALES)
    one_of("DEVICE", DEVICE, DEVICES)
    if isinstance(SEED, bool) or not isinstance(SEED, int) or not 0 <= SEED < 2**31:
        raise SettingError(
            f"SEED={SEED!r} is not allowed: it must be an integer from 0 to 2**31-1."
        )
    return Run(SCALE, SEED, _device(DEVICE))


def did_you_mean(value: object, allowed: tuple[str, ...] | list[str]) -> str:
    """``' Did you mean …?'`` for the closest allowed name, or an empty string."""
    close = difflib.get_close_matches(str(value), list(allowed), n=1, cutoff=0.5)
    return f" Did you mean {close[0]!r}?" if close else ""


def one_of(name: str, value: object, allowed: tuple[str, ...] | list[str]) -> None:
    """Raise :class:`SettingError` unless ``value`` is one of the ``allowed`` names."""
    if value not in allowed:
        raise SettingError(
            f"{name}={value!r} is not allowed: choose one of {', '.join(allowed)}."
            + did_you_mean(value, allowed)
        )


def _device(name: str) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise SettingError('DEVICE="cuda", but torch sees no GPU here: use DEVICE="auto" or "cpu".')
    if name == "mps" and not torch.backends.mps.is_available():
        raise SettingError('DEVICE="mps", but torch sees none here: use DEVICE="auto" or "cpu".')
    return torch.device(name)

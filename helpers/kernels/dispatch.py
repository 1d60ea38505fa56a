"""Which implementation of a kernel runs: Triton's, torch's or the reference."""

import difflib
import os
from importlib.util import find_spec

import torch

BACKENDS = ("reference", "torch", "triton")
WITH_TORCH_OPERATION = ("adapter", "attention", "embedding", "layer_norm", "linear_cross_entropy")
KERNELS = (*WITH_TORCH_OPERATION, "lstm", "scalar_mix", "sgns_batch")
DTYPES = (torch.float32, torch.bfloat16, torch.float16)
MIN_CAPABILITY = (8, 0)  # Ampere: the first with bfloat16 in its matrix units


class BackendError(RuntimeError):
    """``KERNELS`` forces an implementation that can't run here."""


@torch.compiler.assume_constant_result
def backend(
    kernel: str,
    device: torch.device | str | None = None,
    dtype: torch.dtype = torch.float32,
    unfit: str = "",
) -> str:
    """``"reference"``, ``"torch"`` or ``"triton"``: what ``kernel`` runs with.

    ``device`` and ``dtype`` are those of the tensors; without a device, the one that
    ``DEVICE="auto"`` would take. ``unfit`` says why our kernel can't take these arguments, if so.
    The environment variable ``KERNELS`` forces one implementation for all kernels; code that
    torch.compile has traced keeps the one it was traced with.

    Raises :class:`ValueError` for an unknown kernel or value of ``KERNELS``, and
    :class:`BackendError` when the forced implementation can't run.
    """
    _known("kernel", kernel, KERNELS)
    device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
    why_not_torch = "" if kernel in WITH_TORCH_OPERATION else f"torch has no operation for {kernel}"
    why_not_triton = unfit or _why_not_triton(device, dtype)
    forced = os.environ.get("KERNELS", "")
    if forced:
        _known("KERNELS", forced, BACKENDS)
        problem = {"torch": why_not_torch, "triton": why_not_triton}.get(forced)
        if problem:
            raise BackendError(f"KERNELS={forced} is impossible here: {problem}.")
        return forced
    if device.type == "cuda" and not why_not_triton:
        return "triton"
    return "reference" if why_not_torch else "torch"


def interpreted() -> bool:
    """Whether Triton's kernels run in its interpreter, which takes CPU tensors too."""
    return os.environ.get("TRITON_INTERPRET") == "1"


def autocast(*tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """The factors of a matrix product in one dtype: autocast's where it is on, else the first's.

    What follows is done under :func:`as_cast`, or autocast would round the float32 within it too.
    """
    device = tensors[0].device.type
    on = torch.is_autocast_enabled(device)
    dtype = torch.get_autocast_dtype(device) if on else tensors[0].dtype
    return tuple(tensor.to(dtype) for tensor in tensors)


def as_cast(device: torch.device) -> torch.autocast:
    """A context in which every operation takes the dtypes that it is given."""
    return torch.autocast(device.type, enabled=False)


def _why_not_triton(device: torch.device, dtype: torch.dtype) -> str:
    """One clause, or an empty string if Triton can run."""
    if dtype not in DTYPES:
        return f"our kernels take {', '.join(str(d)[6:] for d in DTYPES)}, not {str(dtype)[6:]}"
    if not interpreted():
        if device.type != "cuda":
            return f"the tensors are on {device.type}; Triton needs CUDA, or TRITON_INTERPRET=1"
        capability = torch.cuda.get_device_capability(device)
        if capability < MIN_CAPABILITY:
            return f"this GPU's compute capability is {capability}, below {MIN_CAPABILITY}"
    return "" if find_spec("triton") else "the package triton is not installed"


def _known(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value in allowed:
        return
    near = difflib.get_close_matches(value, allowed, n=1)
    hint = f"did you mean {near[0]}?" if near else f"allowed: {', '.join(allowed)}."
    raise ValueError(f"{name}={value!r} is unknown: {hint}")

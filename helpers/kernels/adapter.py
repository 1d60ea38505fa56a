"""The bottleneck adapter (Houlsby et al. 2019, fig. 2): down, GELU, up, and the input added."""

import torch
import torch.nn.functional as F

from helpers.kernels.dispatch import as_cast, autocast, backend

MAX_BOTTLENECK = 256  # of our kernel, whose tiles hold whole bottleneck rows


def adapter(x, W_down, b_down, W_up, b_up):
    """``x + GELU(x W_downᵀ + b_down) W_upᵀ + b_up``, with the exact GELU.

    ``x``: ``(…, D)``; ``W_down``: ``(m, D)``; ``b_down``: ``(m,)``; ``W_up``: ``(D, m)``;
    ``b_up``: ``(D,)``, as ``torch.nn.Linear`` keeps them. Returns ``(…, D)``. Raises ValueError for
    shapes that don't fit together.
    """
    _check(x, W_down, b_down, W_up, b_up)
    arguments = autocast(x, W_down, b_down, W_up, b_up)
    chosen = backend("adapter", x.device, arguments[0].dtype, _unfit(W_down))
    if chosen == "triton":
        from helpers.kernels.gpu.adapter import adapter_triton as run
    else:
        run = adapter_torch if chosen == "torch" else adapter_reference
    with as_cast(x.device):
        return run(*arguments)


def adapter_reference(x, W_down, b_down, W_up, b_up):
    """The formula, at least in float32."""
    dtype = torch.promote_types(x.dtype, torch.float32)
    z = x.to(dtype) @ W_down.to(dtype).T + b_down.to(dtype)
    h = z * (1 + torch.erf(z / 2**0.5)) / 2
    return (x.to(dtype) + h @ W_up.to(dtype).T + b_up.to(dtype)).to(x.dtype)


def adapter_torch(x, W_down, b_down, W_up, b_up):
    """torch's linear maps and GELU."""
    return x + F.linear(F.gelu(F.linear(x, W_down, b_down)), W_up, b_up)


def _unfit(W_down):
    m = len(W_down)
    return "" if m <= MAX_BOTTLENECK else f"a bottleneck of {m} is wider than {MAX_BOTTLENECK}"


def _check(x, W_down, b_down, W_up, b_up):
    D, m = x.shape[-1], len(W_down)
    wanted = {"W_down": (m, D), "b_down": (m,), "W_up": (D, m), "b_up": (D,)}
    given = {"W_down": W_down, "b_down": b_down, "W_up": W_up, "b_up": b_up}
    for name, shape in wanted.items():
        if tuple(given[name].shape) != shape:
            raise ValueError(
                f"{name} must be {shape} for x {tuple(x.shape)} and a bottleneck of {m}, "
                f"got {tuple(given[name].shape)}."
            )

"""Layer normalisation (Ba, Kiros & Hinton 2016, eq. 4) of a sum, in one pass over memory."""

import torch
import torch.nn.functional as F

from helpers.kernels.dispatch import backend

MAX_WIDTH = 32768  # of our kernel, which holds whole rows in registers


def layer_norm(x, weight, bias, residual=None, *, eps=1e-5, return_sum=False):
    """``(s - mean) / √(variance + eps) · weight + bias`` with ``s = x + residual``, row by row.

    ``x``, ``residual``: ``(…, D)`` of one dtype; ``weight``, ``bias``: ``(D,)``. The statistics are
    in float32 (float64 for such input), of ``s`` as rounded to the dtype of ``x``. Returns
    ``(…, D)``, and with ``return_sum`` also ``s``, which a pre-norm block passes on. Raises
    ValueError for shapes that don't fit together.
    """
    _check(x, weight, bias, residual)
    chosen = backend("layer_norm", x.device, x.dtype, unfit(x))
    if chosen == "triton":
        from helpers.kernels.gpu.layer_norm import layer_norm_triton

        out, total = layer_norm_triton(x, weight, bias, residual, eps, return_sum)
    else:
        run = layer_norm_torch if chosen == "torch" else layer_norm_reference
        out, total = run(x, weight, bias, residual, eps)
    return (out, total) if return_sum else out


def layer_norm_reference(x, weight, bias, residual, eps):
    """The formula, at least in float32; returns the output and the sum."""
    total = x if residual is None else x + residual
    dtype = torch.promote_types(x.dtype, torch.float32)
    s = total.to(dtype)
    mean = s.mean(-1, keepdim=True)
    variance = (s - mean).square().mean(-1, keepdim=True)
    out = (s - mean) * (variance + eps).rsqrt() * weight.to(dtype) + bias.to(dtype)
    return out.to(x.dtype), total


def layer_norm_torch(x, weight, bias, residual, eps):
    """torch's fused operation after an addition; returns the output and the sum."""
    total = x if residual is None else x + residual
    weight, bias = weight.to(x.dtype), bias.to(x.dtype)
    return F.layer_norm(total, x.shape[-1:], weight, bias, eps).to(x.dtype), total


def unfit(x) -> str:
    """Why our kernel can't normalise rows of ``x``, or an empty string."""
    width = x.shape[-1]
    return "" if width <= MAX_WIDTH else f"rows of {width} are longer than {MAX_WIDTH}"


def _check(x, weight, bias, residual):
    if x.ndim == 0 or x.shape[-1] == 0 or not weight.shape == bias.shape == x.shape[-1:]:
        raise ValueError(
            f"weight and bias must have the width of x {tuple(x.shape)}, at least 1, "
            f"got {tuple(weight.shape)} and {tuple(bias.shape)}."
        )
    if residual is not None and (residual.shape, residual.dtype) != (x.shape, x.dtype):
        raise ValueError(
            f"residual must be as x, {tuple(x.shape)} {x.dtype}, "
            f"got {tuple(residual.shape)} {residual.dtype}."
        )

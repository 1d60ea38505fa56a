"""Weighted sum of layers, and its gradient to the weights (see ../scalar_mix.py).

Forward reads every layer once and writes one; eager code reads and writes a sum for each layer.
Backward needs ⟨gradient, layer⟩ for all L layers: one pass over both, each program summing its
share, and the shares are added by torch. Layers that are frozen get no gradient written.
"""

import torch
import triton
import triton.language as tl
from torch.autograd.function import once_differentiable

from helpers.kernels.gpu.common import multiprocessors

BLOCK = 2048
BACKWARD_PROGRAMS_PER_SM = 8


# ---- kernels ---------------------------------------------------------------------------------


@triton.jit
def _forward_kernel(layers, weights, out, n, stride, L: tl.constexpr, BLOCK: tl.constexpr):
    """layers (L, n), weights (L,) → out (n,)."""
    at = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    total = tl.zeros((BLOCK,), tl.float32)
    for layer in tl.static_range(L):
        x = tl.load(layers + tl.cast(layer, tl.int64) * stride + at, mask=at < n, other=0.0)
        total += tl.load(weights + layer) * x.to(tl.float32)
    tl.store(out + at, total.to(out.dtype.element_ty), mask=at < n)


@triton.jit
def _backward_kernel(
    dout, layers, weights, dlayers, dweights, n, stride,
    L: tl.constexpr, BLOCK_L: tl.constexpr, LAYERS_LEARN: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    """dlayers (L, n) of every n_programs-th block, and this program's row of dweights."""
    one_of = tl.arange(0, BLOCK_L)
    sums = tl.zeros((BLOCK_L,), tl.float32)
    step = tl.num_programs(0).to(tl.int64) * BLOCK
    for start in range(tl.program_id(0).to(tl.int64) * BLOCK, n, step):
        at = start + tl.arange(0, BLOCK)
        dy = tl.load(dout + at, mask=at < n, other=0.0).to(tl.float32)
        for layer in tl.static_range(L):
            x = tl.load(layers + tl.cast(layer, tl.int64) * stride + at, mask=at < n, other=0.0)
            x = x.to(tl.float32)
            sums += tl.where(one_of == layer, tl.sum(dy * x, 0), 0.0)
            if LAYERS_LEARN:
                dx = tl.load(weights + layer) * dy
                to = dlayers + tl.cast(layer, tl.int64) * n + at
                tl.store(to, dx.to(dlayers.dtype.element_ty), mask=at < n)
    tl.store(dweights + tl.program_id(0) * L + one_of, sums, mask=one_of < L)


# ---- launchers -------------------------------------------------------------------------------


def forward(layers, weights):
    """Launch on layers ``(L, n)``: their weighted sum ``(n,)``."""
    L, n = layers.shape
    out = layers.new_empty(n)
    if n:
        _forward_kernel[(triton.cdiv(n, BLOCK),)](
            layers, weights, out, n, layers.stride(0), L=L, BLOCK=BLOCK
        )
    return out


def backward(dout, layers, weights, layers_learn):
    """Launch: gradients of the layers (None unless they learn) and of the weights."""
    L, n = layers.shape
    dlayers = layers.new_empty((L, n)) if layers_learn else None
    programs = BACKWARD_PROGRAMS_PER_SM * multiprocessors(layers.device)
    programs = min(triton.cdiv(n, BLOCK), programs)
    dweights = weights.new_empty((programs, L))
    if programs:
        _backward_kernel[(programs,)](
            dout, layers, weights, dlayers if layers_learn else dout, dweights, n,
            layers.stride(0), L=L, BLOCK_L=triton.next_power_of_2(L),
            LAYERS_LEARN=layers_learn, BLOCK=BLOCK,
        )  # fmt: skip
    return dlayers, dweights.sum(0)


# ---- autograd --------------------------------------------------------------------------------


class WeightedSum(torch.autograd.Function):
    """Keeps the layers, which exist anyway, and the weights."""

    @staticmethod
    def forward(ctx, layers, weights):
        ctx.save_for_backward(layers, weights)
        return forward(layers, weights)

    @staticmethod
    @once_differentiable
    def backward(ctx, dout):
        layers, weights = ctx.saved_tensors
        return backward(dout.contiguous(), layers, weights, ctx.needs_input_grad[0])


# ---- entry -----------------------------------------------------------------------------------


def weighted_sum_triton(layers, weights):
    """``Σ_l weights_l · layers_l`` of ``(L, …)``."""
    flat = layers.reshape(len(layers), -1)
    flat = flat if flat.stride(1) == 1 else flat.contiguous()
    return WeightedSum.apply(flat, weights.contiguous()).view(layers.shape[1:])

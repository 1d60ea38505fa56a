"""Residual add and LayerNorm, several rows a program (see ../layer_norm.py).

Forward reads x and the residual and writes the sum (only if a backward pass or the caller needs it)
and the output. Backward reads the output's gradient and the sum and writes one gradient, which x
and the residual share. The gradients of weight and bias are summed in registers over the rows of a
program, then over the programs: no atomics, the same bits every time.
"""

import torch
import triton
import triton.language as tl
from torch.autograd.function import once_differentiable

from helpers.kernels.gpu.common import multiprocessors

TILE = 4096  # elements of a program's tile: enough loads in flight, few enough registers
BACKWARD_PROGRAMS_PER_SM = 4


# ---- kernels ---------------------------------------------------------------------------------


@triton.jit
def _statistics(s, inside, D, eps):
    """Mean and 1/√(variance + eps) of each row of a float32 tile."""
    mean = tl.sum(s, 1) / D
    centred = tl.where(inside, s - mean[:, None], 0.0)
    return mean, tl.rsqrt(tl.sum(centred * centred, 1) / D + eps)


@triton.jit
def _forward_kernel(
    x, residual, weight, bias, out, total, mean, rstd, N, D, x_stride, residual_stride, eps,
    HAS_RESIDUAL: tl.constexpr, KEEP_SUM: tl.constexpr,
    ROWS: tl.constexpr, BLOCK_D: tl.constexpr,
):  # fmt: skip
    """ROWS rows of x (N, D), residual (N, D) → out, total (N, D), mean, rstd (N,)."""
    rows = (tl.program_id(0) * ROWS + tl.arange(0, ROWS)).to(tl.int64)
    d = tl.arange(0, BLOCK_D)
    inside = (rows[:, None] < N) & (d[None, :] < D)
    s = tl.load(x + rows[:, None] * x_stride + d[None, :], mask=inside, other=0.0).to(tl.float32)
    at = rows[:, None] * D + d[None, :]
    if HAS_RESIDUAL:
        r = tl.load(residual + rows[:, None] * residual_stride + d[None, :], mask=inside, other=0.0)
        # Rounded as it is stored, so that backward normalises the very same numbers.
        s = (s + r.to(tl.float32)).to(out.dtype.element_ty).to(tl.float32)
    if KEEP_SUM:
        tl.store(total + at, s.to(out.dtype.element_ty), mask=inside)
    row_mean, row_rstd = _statistics(s, inside, D, eps)
    tl.store(mean + rows, row_mean, mask=rows < N)
    tl.store(rstd + rows, row_rstd, mask=rows < N)
    w = tl.load(weight + d, mask=d < D, other=0.0).to(tl.float32)
    b = tl.load(bias + d, mask=d < D, other=0.0).to(tl.float32)
    y = (s - row_mean[:, None]) * row_rstd[:, None] * w[None, :] + b[None, :]
    tl.store(out + at, y.to(out.dtype.element_ty), mask=inside)


@triton.jit
def _backward_kernel(
    dout, dtotal, total, weight, mean, rstd, dx, dweight, dbias, N, D, total_stride,
    HAS_DTOTAL: tl.constexpr, ROWS: tl.constexpr, BLOCK_D: tl.constexpr,
):  # fmt: skip
    """dx (N, D) of every n_programs-th tile of rows; this program's row of dweight and dbias."""
    d = tl.arange(0, BLOCK_D)
    w = tl.load(weight + d, mask=d < D, other=0.0).to(tl.float32)
    dw = tl.zeros((BLOCK_D,), tl.float32)
    db = tl.zeros((BLOCK_D,), tl.float32)
    for start in range(tl.program_id(0) * ROWS, N, tl.num_programs(0) * ROWS):
        rows = (start + tl.arange(0, ROWS)).to(tl.int64)
        inside = (rows[:, None] < N) & (d[None, :] < D)
        at = rows[:, None] * D + d[None, :]
        dy = tl.load(dout + at, mask=inside, other=0.0).to(tl.float32)
        s = tl.load(total + rows[:, None] * total_stride + d[None, :], mask=inside, other=0.0)
        row_mean = tl.load(mean + rows, mask=rows < N, other=0.0)
        row_rstd = tl.load(rstd + rows, mask=rows < N, other=0.0)
        normed = (s.to(tl.float32) - row_mean[:, None]) * row_rstd[:, None]
        normed = tl.where(inside, normed, 0.0)
        dw += tl.sum(dy * normed, 0)
        db += tl.sum(dy, 0)
        g = dy * w[None, :]
        along = tl.sum(g * normed, 1) / D
        ds = (g - tl.sum(g, 1)[:, None] / D - normed * along[:, None]) * row_rstd[:, None]
        if HAS_DTOTAL:
            ds += tl.load(dtotal + at, mask=inside, other=0.0).to(tl.float32)
        tl.store(dx + at, ds.to(dx.dtype.element_ty), mask=inside)
    mine = tl.program_id(0).to(tl.int64) * D + d
    tl.store(dweight + mine, dw, mask=d < D)
    tl.store(dbias + mine, db, mask=d < D)


# ---- launchers -------------------------------------------------------------------------------


def tile(D: int) -> dict[str, int]:
    """Rows and columns of a program's tile, and its warps."""
    block_d = triton.next_power_of_2(D)
    return {
        "ROWS": max(1, min(16, TILE // block_d)),
        "BLOCK_D": block_d,
        "num_warps": min(16, max(4, block_d // 1024)),
    }


def n_programs(N: int, rows: int, device: torch.device) -> int:
    """Programs of a backward pass: a few for each multiprocessor, none without work."""
    return min(triton.cdiv(N, rows), BACKWARD_PROGRAMS_PER_SM * multiprocessors(device))


def forward(x, weight, bias, residual, eps, keep_sum):
    """Launch on rows ``(N, D)``: output, sum, mean and rstd; an unkept sum is None."""
    N, D = x.shape
    out = torch.empty(x.shape, dtype=x.dtype, device=x.device)
    total = torch.empty_like(out) if keep_sum else None
    mean, rstd = (x.new_empty(N, dtype=torch.float32) for _ in range(2))
    block = tile(D)
    if N:
        _forward_kernel[(triton.cdiv(N, block["ROWS"]),)](
            x, x if residual is None else residual, weight, bias,
            out, total if keep_sum else out, mean, rstd, N, D,
            x.stride(0), 0 if residual is None else residual.stride(0), eps,
            HAS_RESIDUAL=residual is not None, KEEP_SUM=keep_sum, **block,
        )  # fmt: skip
    return out, total, mean, rstd


def backward(dout, dtotal, total, weight, mean, rstd):
    """Launch: gradients of the sum, of weight and of bias."""
    N, D = total.shape
    dx = torch.empty_like(dout)
    block = tile(D)
    programs = n_programs(N, block["ROWS"], total.device)
    dweight, dbias = (weight.new_empty((programs, D), dtype=torch.float32) for _ in range(2))
    if programs:
        _backward_kernel[(programs,)](
            dout, dout if dtotal is None else dtotal, total, weight, mean, rstd,
            dx, dweight, dbias, N, D, total.stride(0), HAS_DTOTAL=dtotal is not None, **block,
        )  # fmt: skip
    return dx, dweight.sum(0).to(weight.dtype), dbias.sum(0).to(weight.dtype)


# ---- autograd --------------------------------------------------------------------------------


class LayerNorm(torch.autograd.Function):
    """Keeps the sum, and mean and reciprocal deviation of each row."""

    @staticmethod
    def forward(ctx, x, weight, bias, residual, eps, keep_sum):
        out, total, mean, rstd = forward(x, weight, bias, residual, eps, keep_sum)
        ctx.save_for_backward(x if residual is None else total, weight, mean, rstd)
        ctx.has_residual = residual is not None
        ctx.set_materialize_grads(False)
        return out, total

    @staticmethod
    @once_differentiable
    def backward(ctx, dout, dtotal):
        total, weight, mean, rstd = ctx.saved_tensors
        dout = total.new_zeros(total.shape) if dout is None else dout.contiguous()
        dtotal = None if dtotal is None else dtotal.contiguous()
        dx, dweight, dbias = backward(dout, dtotal, total, weight, mean, rstd)
        return dx, dweight, dbias, dx if ctx.has_residual else None, None, None


# ---- entry -----------------------------------------------------------------------------------


def layer_norm_triton(x, weight, bias, residual, eps, return_sum):
    """The output and the sum of ``(…, D)``; the sum may be None if nobody needs it."""
    inputs = [t for t in (x, weight, bias, residual) if t is not None]
    learns = torch.is_grad_enabled() and any(t.requires_grad for t in inputs)
    keep_sum = residual is not None and (return_sum or learns)
    flat_residual = None if residual is None else _rows(residual)
    out, total = LayerNorm.apply(
        _rows(x), weight.contiguous(), bias.contiguous(), flat_residual, eps, keep_sum
    )
    total = x if residual is None else total
    return out.view(x.shape), None if total is None else total.view(x.shape)


def _rows(x):
    """``(…, D)`` as ``(N, D)`` with steps of 1 along a row."""
    x = x.reshape(-1, x.shape[-1])
    return x if x.stride(-1) == 1 else x.contiguous()

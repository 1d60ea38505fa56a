"""The bottleneck adapter, a tile of rows a program (see ../adapter.py).

Both products of a row fit on the chip with the bottleneck between them in registers, so that x is
read and the output written, and nothing else but z, the bottleneck before its GELU, which is m/D of
x in size. Backward does the same for the gradients of x and z and leaves the products over all rows
(the gradients of the two matrices) to the library.
"""

import math

import torch
import triton
import triton.language as tl
from torch.autograd.function import once_differentiable

from helpers.kernels.gpu.common import dot

SQRT_HALF = tl.constexpr(math.sqrt(0.5))
NORMAL_AT_0 = tl.constexpr(1 / math.sqrt(2 * math.pi))


# ---- kernels ---------------------------------------------------------------------------------


@triton.jit
def _load(x, rows, n_rows, stride, columns, n_columns):
    """A tile of a matrix, zeros beyond its edges."""
    inside = (rows[:, None] < n_rows) & (columns[None, :] < n_columns)
    return tl.load(x + rows[:, None] * stride + columns[None, :], mask=inside, other=0.0)


@triton.jit
def _store(x, tile, rows, n_rows, columns, n_columns):
    """A tile of a contiguous matrix."""
    inside = (rows[:, None] < n_rows) & (columns[None, :] < n_columns)
    at = x + rows[:, None] * n_columns + columns[None, :]
    tl.store(at, tile.to(x.dtype.element_ty), mask=inside)


@triton.jit
def _normal_cdf(z):
    return 0.5 * (1 + tl.erf(z * SQRT_HALF))


@triton.jit
def _forward_kernel(
    x, W_down, b_down, W_up, b_up, out, z_out, N, D, m, x_stride,
    ROWS: tl.constexpr, BLOCK_D: tl.constexpr, BLOCK_M: tl.constexpr,
):  # fmt: skip
    """ROWS rows of x (N, D) → out (N, D), z (N, m)."""
    rows = (tl.program_id(0) * ROWS + tl.arange(0, ROWS)).to(tl.int64)
    j = tl.arange(0, BLOCK_M)
    z = tl.zeros((ROWS, BLOCK_M), tl.float32)
    for start in range(0, D, BLOCK_D):
        d = start + tl.arange(0, BLOCK_D)
        x_tile = _load(x, rows, N, x_stride, d, D)
        z = dot(x_tile, tl.trans(_load(W_down, j, m, D, d, D)), z)
    z += tl.load(b_down + j, mask=j < m, other=0.0).to(tl.float32)[None, :]
    _store(z_out, z, rows, N, j, m)
    h = (z * _normal_cdf(z)).to(x.dtype.element_ty)  # zero beyond m
    for start in range(0, D, BLOCK_D):
        d = start + tl.arange(0, BLOCK_D)
        y = _load(x, rows, N, x_stride, d, D).to(tl.float32)
        y = dot(h, tl.trans(_load(W_up, d, D, m, j, m)), y)
        y += tl.load(b_up + d, mask=d < D, other=0.0).to(tl.float32)[None, :]
        _store(out, y, rows, N, d, D)


@triton.jit
def _backward_kernel(
    dout, z_in, W_down, W_up, dx, dz_out, h_out, N, D, m,
    ROWS: tl.constexpr, BLOCK_D: tl.constexpr, BLOCK_M: tl.constexpr,
):  # fmt: skip
    """ROWS rows of dout (N, D), z (N, m) → dx (N, D), dz (N, m), h = GELU(z) (N, m)."""
    rows = (tl.program_id(0) * ROWS + tl.arange(0, ROWS)).to(tl.int64)
    j = tl.arange(0, BLOCK_M)
    dh = tl.zeros((ROWS, BLOCK_M), tl.float32)
    for start in range(0, D, BLOCK_D):
        d = start + tl.arange(0, BLOCK_D)
        dh = dot(_load(dout, rows, N, D, d, D), _load(W_up, d, D, m, j, m), dh)
    z = _load(z_in, rows, N, m, j, m).to(tl.float32)
    cdf = _normal_cdf(z)
    dz = dh * (cdf + z * NORMAL_AT_0 * tl.exp(-0.5 * z * z))
    _store(h_out, z * cdf, rows, N, j, m)
    dz = dz.to(dz_out.dtype.element_ty)
    _store(dz_out, dz, rows, N, j, m)
    for start in range(0, D, BLOCK_D):
        d = start + tl.arange(0, BLOCK_D)
        dx_tile = _load(dout, rows, N, D, d, D).to(tl.float32)
        dx_tile = dot(dz, _load(W_down, j, m, D, d, D), dx_tile)
        _store(dx, dx_tile, rows, N, d, D)


# ---- launchers -------------------------------------------------------------------------------


def tile(m: int, dtype: torch.dtype) -> dict[str, int]:
    """Rows and columns of a program's tile, and the padded bottleneck."""
    narrow = dtype == torch.float32 or m > 128
    block_m = max(16, triton.next_power_of_2(m))
    if narrow:
        return {"ROWS": 32, "BLOCK_D": 32, "BLOCK_M": block_m, "num_warps": 8, "num_stages": 2}
    return {"ROWS": 64, "BLOCK_D": 64, "BLOCK_M": block_m, "num_warps": 4, "num_stages": 3}


def forward(x, W_down, b_down, W_up, b_up):
    """Launch on rows ``(N, D)``: the output and z ``(N, m)``."""
    N, D = x.shape
    m = len(W_down)
    out, z = x.new_empty((N, D)), x.new_empty((N, m))
    block = tile(m, x.dtype)
    if N:
        _forward_kernel[(triton.cdiv(N, block["ROWS"]),)](
            x, W_down, b_down, W_up, b_up, out, z, N, D, m, x.stride(0), **block
        )
    return out, z


def backward(dout, z, W_down, W_up):
    """Launch: gradients of x and of z, and the bottleneck after its GELU."""
    N, D = dout.shape
    m = z.shape[1]
    dx, dz, h = torch.empty_like(dout), torch.empty_like(z), torch.empty_like(z)
    block = tile(m, dout.dtype)
    if N:
        _backward_kernel[(triton.cdiv(N, block["ROWS"]),)](
            dout, z, W_down, W_up, dx, dz, h, N, D, m, **block
        )
    return dx, dz, h


# ---- autograd --------------------------------------------------------------------------------


class Adapter(torch.autograd.Function):
    """Keeps x and the bottleneck before its GELU."""

    @staticmethod
    def forward(ctx, x, W_down, b_down, W_up, b_up):
        out, z = forward(x, W_down, b_down, W_up, b_up)
        ctx.save_for_backward(x, z, W_down, W_up)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx, dout):
        x, z, W_down, W_up = ctx.saved_tensors
        dout = dout.contiguous()
        dx, dz, h = backward(dout, z, W_down, W_up)
        return dx, dz.T @ x, dz.sum(0), dout.T @ h, dout.sum(0)


# ---- entry -----------------------------------------------------------------------------------


def adapter_triton(x, W_down, b_down, W_up, b_up):
    """The adapter's output ``(…, D)``."""
    flat = x.reshape(-1, x.shape[-1])
    flat = flat if flat.stride(1) == 1 else flat.contiguous()
    parameters = [p.contiguous() for p in (W_down, b_down, W_up, b_up)]
    return Adapter.apply(flat, *parameters).view(x.shape)

"""BERT's input embedding, normalised, several rows a program (see ../embedding.py).

Backward gathers the three rows again instead of keeping their sum: reading a token's row costs what
reading the sum would, and the sum need not be written. A token's or a position's gradient is added
to its row of a float32 table with atomics, in no fixed order; the few segments' gradients and those
of the LayerNorm are summed in registers first, where thousands of rows would meet.
"""

import torch
import triton
import triton.language as tl
from torch.autograd.function import once_differentiable

from helpers.kernels.gpu.common import multiprocessors
from helpers.kernels.gpu.layer_norm import tile

BACKWARD_PROGRAMS_PER_SM = 4


# ---- kernels ---------------------------------------------------------------------------------


@triton.jit
def _gather(ids, table, rows, N, n_entries, d, D):
    """The table's rows of some ids, in float32, NaN where there is no such row; and the ids."""
    i = tl.load(ids + rows, mask=rows < N, other=0).to(tl.int64)
    known = (i >= 0) & (i < n_entries)
    inside = (rows[:, None] < N) & (d[None, :] < D)
    at = table + i[:, None] * D + d[None, :]
    values = tl.load(at, mask=inside & known[:, None], other=0.0).to(tl.float32)
    return tl.where(inside & ~known[:, None], float("nan"), values), i


@triton.jit
def _normed(
    tokens, segments, positions, token_table, segment_table, position_table, rows, N, V, S, P, d, D,
    eps,
):  # fmt: skip
    """Normalised sum of the three rows, 1/√(variance + eps), and the ids."""
    token_row, token = _gather(tokens, token_table, rows, N, V, d, D)
    segment_row, segment = _gather(segments, segment_table, rows, N, S, d, D)
    position_row, position = _gather(positions, position_table, rows, N, P, d, D)
    s = token_row + segment_row + position_row
    centred = tl.where(d[None, :] < D, s - (tl.sum(s, 1) / D)[:, None], 0.0)
    rstd = tl.rsqrt(tl.sum(centred * centred, 1) / D + eps)
    return centred * rstd[:, None], rstd, token, segment, position


@triton.jit
def _forward_kernel(
    tokens, segments, positions, token_table, segment_table, position_table, weight, bias, out,
    N, V, S, P, D, eps, ROWS: tl.constexpr, BLOCK_D: tl.constexpr,
):  # fmt: skip
    """ROWS rows of ids (N,) and tables (V, D), (S, D), (P, D) → out (N, D)."""
    rows = (tl.program_id(0) * ROWS + tl.arange(0, ROWS)).to(tl.int64)
    d = tl.arange(0, BLOCK_D)
    normed, _, _, _, _ = _normed(
        tokens, segments, positions, token_table, segment_table, position_table,
        rows, N, V, S, P, d, D, eps,
    )  # fmt: skip
    w = tl.load(weight + d, mask=d < D, other=0.0).to(tl.float32)
    b = tl.load(bias + d, mask=d < D, other=0.0).to(tl.float32)
    y = normed * w[None, :] + b[None, :]
    inside = (rows[:, None] < N) & (d[None, :] < D)
    tl.store(out + rows[:, None] * D + d[None, :], y.to(out.dtype.element_ty), mask=inside)


@triton.jit
def _scatter(dtable, i, ds, n_entries, inside, d, D):
    known = (i >= 0) & (i < n_entries)
    at = dtable + i[:, None] * D + d[None, :]
    tl.atomic_add(at, ds, mask=inside & known[:, None], sem="relaxed")


@triton.jit
def _backward_kernel(
    dout, tokens, segments, positions, token_table, segment_table, position_table, weight,
    dtokens, dsegments, dpositions, dweight, dbias, N, V, S, P, D, eps,
    ROWS: tl.constexpr, BLOCK_S: tl.constexpr, BLOCK_D: tl.constexpr,
):  # fmt: skip
    """Every n_programs-th tile of rows; this program's share of dsegments, dweight and dbias."""
    d = tl.arange(0, BLOCK_D)
    one_of = tl.arange(0, BLOCK_S)
    w = tl.load(weight + d, mask=d < D, other=0.0).to(tl.float32)
    dw = tl.zeros((BLOCK_D,), tl.float32)
    db = tl.zeros((BLOCK_D,), tl.float32)
    dsegment = tl.zeros((BLOCK_S, BLOCK_D), tl.float32)
    for start in range(tl.program_id(0) * ROWS, N, tl.num_programs(0) * ROWS):
        rows = (start + tl.arange(0, ROWS)).to(tl.int64)
        inside = (rows[:, None] < N) & (d[None, :] < D)
        normed, rstd, token, segment, position = _normed(
            tokens, segments, positions, token_table, segment_table, position_table,
            rows, N, V, S, P, d, D, eps,
        )  # fmt: skip
        dy = tl.load(dout + rows[:, None] * D + d[None, :], mask=inside, other=0.0).to(tl.float32)
        dw += tl.sum(dy * normed, 0)
        db += tl.sum(dy, 0)
        g = dy * w[None, :]
        along = tl.sum(g * normed, 1) / D
        ds = (g - tl.sum(g, 1)[:, None] / D - normed * along[:, None]) * rstd[:, None]
        ds = tl.where(inside, ds, 0.0)
        _scatter(dtokens, token, ds, V, inside, d, D)
        _scatter(dpositions, position, ds, P, inside, d, D)
        for j in tl.static_range(BLOCK_S):
            of_j = tl.sum(tl.where(segment[:, None] == j, ds, 0.0), 0)
            dsegment += tl.where(one_of[:, None] == j, of_j[None, :], 0.0)
    program = tl.program_id(0).to(tl.int64)
    tl.store(dweight + program * D + d, dw, mask=d < D)
    tl.store(dbias + program * D + d, db, mask=d < D)
    at = dsegments + (program * S + one_of[:, None]) * D + d[None, :]
    tl.store(at, dsegment, mask=(one_of[:, None] < S) & (d[None, :] < D))


# ---- launchers -------------------------------------------------------------------------------


def forward(ids, tables, weight, bias, eps):
    """Launch on ids ``(N,)``: the normalised sums ``(N, D)``."""
    N, D = len(ids[0]), tables[0].shape[1]
    out = tables[0].new_empty((N, D))
    block = tile(D)
    if N:
        _forward_kernel[(triton.cdiv(N, block["ROWS"]),)](
            *ids, *tables, weight, bias, out, N, *map(len, tables), D, eps, **block
        )
    return out


def backward(dout, ids, tables, weight, eps):
    """Launch: the gradients of the three tables, of weight and of bias, in float32."""
    N, D = dout.shape
    n_segments = len(tables[1])
    block = tile(D)
    programs = min(
        triton.cdiv(N, block["ROWS"]), BACKWARD_PROGRAMS_PER_SM * multiprocessors(dout.device)
    )
    zeros = {"dtype": torch.float32, "device": dout.device}
    dtokens, dpositions = (torch.zeros(tables[i].shape, **zeros) for i in (0, 2))
    dsegments = torch.zeros((programs, n_segments, D), **zeros)
    dweight, dbias = (torch.zeros((programs, D), **zeros) for _ in range(2))
    if programs:
        _backward_kernel[(programs,)](
            dout, *ids, *tables, weight, dtokens, dsegments, dpositions, dweight, dbias,
            N, *map(len, tables), D, eps,
            BLOCK_S=triton.next_power_of_2(n_segments), **block,
        )  # fmt: skip
    return dtokens, dsegments.sum(0), dpositions, dweight.sum(0), dbias.sum(0)


# ---- autograd --------------------------------------------------------------------------------


class Embedding(torch.autograd.Function):
    """Keeps the ids only; the tables are there anyway."""

    @staticmethod
    def forward(ctx, tokens, segments, positions, token, segment, position, weight, bias, eps):
        ids, tables = (tokens, segments, positions), (token, segment, position)
        ctx.save_for_backward(*ids, *tables, weight, bias)
        ctx.eps = eps
        return forward(ids, tables, weight, bias, eps)

    @staticmethod
    @once_differentiable
    def backward(ctx, dout):
        *inputs, weight, bias = ctx.saved_tensors
        ids, tables = inputs[:3], inputs[3:]
        gradients = backward(dout.contiguous(), ids, tables, weight, ctx.eps)
        wanted = (*tables, weight, bias)
        gradients = [g.to(t.dtype) for g, t in zip(gradients, wanted, strict=True)]
        return None, None, None, *gradients, None


# ---- entry -----------------------------------------------------------------------------------


def embedding_triton(ids, tables, weight, bias, eps):
    """The normalised sums ``(…, T, D)`` of ids ``(…, T)``."""
    flat = [i.reshape(-1).contiguous() for i in ids]
    whole = [t.contiguous() for t in (*tables, weight, bias)]
    return Embedding.apply(*flat, *whole, eps).view(*ids[0].shape, len(weight))

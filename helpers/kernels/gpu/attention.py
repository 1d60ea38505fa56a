"""Attention in tiles: online softmax forward, recomputation backward (see ../attention.py).

A dense batch is ``(B, H, T, d_head)``, a packed one ``(N, H, d_head)`` with its sequences'
``offsets``. A program takes one tile of one sequence and head, so the two differ only in where its
rows begin. In the kernels M counts queries and N keys; lse is natural, what is in registers base 2.
"""

import math

import torch
import triton
import triton.language as tl
from torch.autograd.function import once_differentiable

from helpers.kernels.gpu.common import dot, shared_memory

LOG2_E = tl.constexpr(math.log2(math.e))
LN_2 = tl.constexpr(math.log(2))


# ---- kernels ---------------------------------------------------------------------------------


@triton.jit
def _place(n_tiles, H):
    """This program's tile, sequence and head. One axis: a grid's others end at 65535."""
    program = tl.program_id(0)
    row = program // n_tiles
    return program % n_tiles, (row // H).to(tl.int64), (row % H).to(tl.int64)


@triton.jit
def _extent(offsets, lengths, b, T, S, PACKED: tl.constexpr, HAS_LENGTHS: tl.constexpr):
    """First row of sequence b in a packed batch, its queries and keys, their causal shift."""
    first = b * 0
    n_queries = T
    n_keys = S
    shift = S - T
    if PACKED:
        first = tl.load(offsets + b).to(tl.int64)
        n_queries = (tl.load(offsets + b + 1).to(tl.int64) - first).to(tl.int32)
        n_keys = n_queries
        shift = n_queries * 0
    if HAS_LENGTHS:
        n_keys = tl.minimum(tl.load(lengths + b).to(tl.int32), S)
    return first, n_queries, n_keys, shift


@triton.jit
def _load(x, rows, n_rows, stride, d, D, MASK_ROWS: tl.constexpr, MASK_D: tl.constexpr):
    """A tile of a (n_rows, D) matrix, zeros beyond its edges."""
    at = x + rows[:, None].to(tl.int64) * stride + d[None, :]
    if MASK_ROWS and MASK_D:
        tile = tl.load(at, mask=(rows[:, None] < n_rows) & (d[None, :] < D), other=0.0)
    elif MASK_ROWS:
        tile = tl.load(at, mask=rows[:, None] < n_rows, other=0.0)
    elif MASK_D:
        tile = tl.load(at, mask=d[None, :] < D, other=0.0)
    else:
        tile = tl.load(at)
    return tile


@triton.jit
def _store(x, tile, rows, n_rows, stride, d, D):
    inside = (rows[:, None] < n_rows) & (d[None, :] < D)
    at = x + rows[:, None].to(tl.int64) * stride + d[None, :]
    tl.store(at, tile.to(x.dtype.element_ty), mask=inside)


@triton.jit
def _seen(m, n, n_keys, shift, CAUSAL: tl.constexpr):
    """Whether query m sees key n; the two broadcast."""
    seen = n < n_keys
    if CAUSAL:
        seen = seen & (n <= m + shift)
    return seen


@triton.jit
def _attend(
    acc, top, total, q_tile, k, v, m, first, last, n_keys, shift, scale, k_t, v_t, d, D,
    MASKED: tl.constexpr, CAUSAL: tl.constexpr, MASK_D: tl.constexpr, BLOCK_N: tl.constexpr,
):  # fmt: skip
    """Take in the keys first…last - 1: weighted values, and each row's running maximum and sum."""
    for start in range(first, last, BLOCK_N):
        n = start + tl.arange(0, BLOCK_N)
        k_tile = _load(k, n, n_keys, k_t, d, D, MASKED, MASK_D)
        scores = dot(q_tile, tl.trans(k_tile), None) * scale
        if MASKED:
            seen = _seen(m[:, None], n[None, :], n_keys, shift, CAUSAL)
            scores = tl.where(seen, scores, float("-inf"))
        new_top = tl.maximum(top, tl.max(scores, 1))
        base = tl.where(new_top == float("-inf"), 0.0, new_top)  # no key seen yet
        p = tl.exp2(scores - base[:, None])
        rescale = tl.exp2(top - base)
        total = total * rescale + tl.sum(p, 1)
        v_tile = _load(v, n, n_keys, v_t, d, D, MASKED, MASK_D)
        acc = acc * rescale[:, None]
        acc = dot(p.to(v_tile.dtype), v_tile, acc)
        top = new_top
    return acc, top, total


@triton.jit
def _forward_kernel(
    n_tiles, q, k, v, out, lse, offsets, lengths, scale, H, T, S, D,
    q_b, q_h, q_t, k_b, k_h, k_t, v_b, v_h, v_t, o_b, o_h, o_t, lse_b, lse_h,
    PACKED: tl.constexpr, HAS_LENGTHS: tl.constexpr, CAUSAL: tl.constexpr,
    BLOCK_M: tl.constexpr, BLOCK_N: tl.constexpr, BLOCK_D: tl.constexpr, MASK_D: tl.constexpr,
):  # fmt: skip
    """One tile of queries against all keys that it sees."""
    tile, b, h = _place(n_tiles, H)
    first, n_queries, n_keys, shift = _extent(offsets, lengths, b, T, S, PACKED, HAS_LENGTHS)
    start_m = tile * BLOCK_M
    if start_m < n_queries:
        q += b * q_b + h * q_h + first * q_t
        k += b * k_b + h * k_h + first * k_t
        v += b * v_b + h * v_h + first * v_t
        m = start_m + tl.arange(0, BLOCK_M)
        d = tl.arange(0, BLOCK_D)
        q_tile = _load(q, m, n_queries, q_t, d, D, True, MASK_D)
        acc = tl.zeros((BLOCK_M, BLOCK_D), tl.float32)
        top = tl.full((BLOCK_M,), float("-inf"), tl.float32)
        total = tl.zeros((BLOCK_M,), tl.float32)
        last = n_keys
        seen_by_all = n_keys
        if CAUSAL:
            last = tl.minimum(n_keys, start_m + BLOCK_M + shift)
            seen_by_all = tl.minimum(n_keys, start_m + 1 + shift)
        whole = seen_by_all // BLOCK_N * BLOCK_N  # up to here no tile needs a mask
        acc, top, total = _attend(
            acc, top, total, q_tile, k, v, m, 0, whole, n_keys, shift, scale * LOG2_E,
            k_t, v_t, d, D, False, CAUSAL, MASK_D, BLOCK_N,
        )  # fmt: skip
        acc, top, total = _attend(
            acc, top, total, q_tile, k, v, m, whole, last, n_keys, shift, scale * LOG2_E,
            k_t, v_t, d, D, True, CAUSAL, MASK_D, BLOCK_N,
        )  # fmt: skip
        blind = total == 0
        acc = acc / tl.where(blind, 1.0, total)[:, None]
        _store(out + b * o_b + h * o_h + first * o_t, acc, m, n_queries, o_t, d, D)
        row_lse = tl.where(blind, float("-inf"), (top + tl.log2(total)) * LN_2)
        tl.store(lse + b * lse_b + h * lse_h + first + m, row_lse, mask=m < n_queries)


@triton.jit
def _delta_kernel(
    n_tiles, out, dout, dlse, delta, offsets, H, T, D,
    o_b, o_h, o_t, do_b, do_h, do_t, lse_b, lse_h,
    PACKED: tl.constexpr, HAS_DLSE: tl.constexpr, BLOCK_M: tl.constexpr, BLOCK_D: tl.constexpr,
):  # fmt: skip
    """delta = Σ_d out · dout - dlse: what every score's gradient has in common in a row."""
    tile, b, h = _place(n_tiles, H)
    first, n_queries, _, _ = _extent(offsets, offsets, b, T, T, PACKED, False)
    m = tile * BLOCK_M + tl.arange(0, BLOCK_M)
    d = tl.arange(0, BLOCK_D)
    o = _load(out + b * o_b + h * o_h + first * o_t, m, n_queries, o_t, d, D, True, True)
    do = _load(dout + b * do_b + h * do_h + first * do_t, m, n_queries, do_t, d, D, True, True)
    rows = b * lse_b + h * lse_h + first + m
    value = tl.sum(o.to(tl.float32) * do.to(tl.float32), 1)
    if HAS_DLSE:
        value -= tl.load(dlse + rows, mask=m < n_queries, other=0.0)
    tl.store(delta + rows, value, mask=m < n_queries)


@triton.jit
def _row_statistics(lse, delta, m, n_queries):
    """lse in base 2, +inf beyond the last row, so that the weights there are 0; and delta."""
    row_lse = tl.load(lse + m, mask=m < n_queries, other=float("inf")) * LOG2_E
    return row_lse, tl.load(delta + m, mask=m < n_queries, other=0.0)


@triton.jit
def _gather_for_keys(
    dk, dv, k_tile, v_tile, q, dout, lse, delta, n, first, last, n_queries, n_keys, shift, scale,
    q_t, do_t, d, D,
    MASKED: tl.constexpr, CAUSAL: tl.constexpr, MASK_D: tl.constexpr, BLOCK_M: tl.constexpr,
):  # fmt: skip
    """Add what the queries first…last - 1 contribute to a tile of dk and dv; scores are (N, M)."""
    for start in range(first, last, BLOCK_M):
        m = start + tl.arange(0, BLOCK_M)
        q_tile = _load(q, m, n_queries, q_t, d, D, True, MASK_D)
        do = _load(dout, m, n_queries, do_t, d, D, True, MASK_D)
        row_lse, row_delta = _row_statistics(lse, delta, m, n_queries)
        scores = dot(k_tile, tl.trans(q_tile), None) * scale
        p = tl.exp2(scores - row_lse[None, :])
        if MASKED:
            p = tl.where(_seen(m[None, :], n[:, None], n_keys, shift, CAUSAL), p, 0.0)
        dv = dot(p.to(do.dtype), do, dv)
        dp = dot(v_tile, tl.trans(do), None)
        ds = p * (dp - row_delta[None, :])
        dk = dot(ds.to(q_tile.dtype), q_tile, dk)
    return dk, dv


@triton.jit
def _keys_kernel(
    n_tiles, q, k, v, dout, lse, delta, dk, dv, offsets, lengths, scale, H, T, S, D,
    q_b, q_h, q_t, k_b, k_h, k_t, v_b, v_h, v_t, do_b, do_h, do_t,
    dk_b, dk_h, dk_t, dv_b, dv_h, dv_t, lse_b, lse_h,
    PACKED: tl.constexpr, HAS_LENGTHS: tl.constexpr, CAUSAL: tl.constexpr,
    BLOCK_M: tl.constexpr, BLOCK_N: tl.constexpr, BLOCK_D: tl.constexpr, MASK_D: tl.constexpr,
):  # fmt: skip
    """dk and dv of one tile of keys, from all queries that see it."""
    tile, b, h = _place(n_tiles, H)
    first, n_queries, n_keys, shift = _extent(offsets, lengths, b, T, S, PACKED, HAS_LENGTHS)
    n_rows = n_queries if PACKED else S  # padding gets zeros
    start_n = tile * BLOCK_N
    if start_n < n_rows:
        n = start_n + tl.arange(0, BLOCK_N)
        d = tl.arange(0, BLOCK_D)
        k_tile = _load(k + b * k_b + h * k_h + first * k_t, n, n_keys, k_t, d, D, True, MASK_D)
        v_tile = _load(v + b * v_b + h * v_h + first * v_t, n, n_keys, v_t, d, D, True, MASK_D)
        q += b * q_b + h * q_h + first * q_t
        dout += b * do_b + h * do_h + first * do_t
        lse += b * lse_b + h * lse_h + first
        delta += b * lse_b + h * lse_h + first
        dk_tile = tl.zeros((BLOCK_N, BLOCK_D), tl.float32)
        dv_tile = tl.zeros((BLOCK_N, BLOCK_D), tl.float32)
        begin = 0
        free = 0  # from here on every query sees the whole tile
        if CAUSAL:
            begin = tl.maximum(start_n - shift, 0) // BLOCK_M * BLOCK_M
            free = tl.cdiv(tl.maximum(start_n + BLOCK_N - 1 - shift, 0), BLOCK_M) * BLOCK_M
        if start_n + BLOCK_N > n_keys:
            free = n_queries
        if start_n >= n_keys:
            begin = n_queries
        free = tl.minimum(free, n_queries)
        dk_tile, dv_tile = _gather_for_keys(
            dk_tile, dv_tile, k_tile, v_tile, q, dout, lse, delta, n, begin, free, n_queries,
            n_keys, shift, scale * LOG2_E, q_t, do_t, d, D, True, CAUSAL, MASK_D, BLOCK_M,
        )  # fmt: skip
        begin = tl.maximum(begin, tl.cdiv(free, BLOCK_M) * BLOCK_M)
        dk_tile, dv_tile = _gather_for_keys(
            dk_tile, dv_tile, k_tile, v_tile, q, dout, lse, delta, n, begin, n_queries, n_queries,
            n_keys, shift, scale * LOG2_E, q_t, do_t, d, D, False, CAUSAL, MASK_D, BLOCK_M,
        )  # fmt: skip
        dk += b * dk_b + h * dk_h + first * dk_t
        dv += b * dv_b + h * dv_h + first * dv_t
        _store(dk, dk_tile * scale, n, n_rows, dk_t, d, D)
        _store(dv, dv_tile, n, n_rows, dv_t, d, D)


@triton.jit
def _gather_for_queries(
    dq, q_tile, do, row_lse, row_delta, k, v, m, first, last, n_keys, shift, scale, k_t, v_t, d, D,
    MASKED: tl.constexpr, CAUSAL: tl.constexpr, MASK_D: tl.constexpr, BLOCK_N: tl.constexpr,
):  # fmt: skip
    """Add what the keys first…last - 1 contribute to a tile of dq."""
    for start in range(first, last, BLOCK_N):
        n = start + tl.arange(0, BLOCK_N)
        k_tile = _load(k, n, n_keys, k_t, d, D, MASKED, MASK_D)
        v_tile = _load(v, n, n_keys, v_t, d, D, MASKED, MASK_D)
        scores = dot(q_tile, tl.trans(k_tile), None) * scale
        p = tl.exp2(scores - row_lse[:, None])
        if MASKED:
            p = tl.where(_seen(m[:, None], n[None, :], n_keys, shift, CAUSAL), p, 0.0)
        dp = dot(do, tl.trans(v_tile), None)
        ds = p * (dp - row_delta[:, None])
        dq = dot(ds.to(k_tile.dtype), k_tile, dq)
    return dq


@triton.jit
def _queries_kernel(
    n_tiles, q, k, v, dout, lse, delta, dq, offsets, lengths, scale, H, T, S, D,
    q_b, q_h, q_t, k_b, k_h, k_t, v_b, v_h, v_t, do_b, do_h, do_t, dq_b, dq_h, dq_t, lse_b, lse_h,
    PACKED: tl.constexpr, HAS_LENGTHS: tl.constexpr, CAUSAL: tl.constexpr,
    BLOCK_M: tl.constexpr, BLOCK_N: tl.constexpr, BLOCK_D: tl.constexpr, MASK_D: tl.constexpr,
):  # fmt: skip
    """dq of one tile of queries, from all keys that it sees."""
    tile, b, h = _place(n_tiles, H)
    first, n_queries, n_keys, shift = _extent(offsets, lengths, b, T, S, PACKED, HAS_LENGTHS)
    start_m = tile * BLOCK_M
    if start_m < n_queries:
        m = start_m + tl.arange(0, BLOCK_M)
        d = tl.arange(0, BLOCK_D)
        q += b * q_b + h * q_h + first * q_t
        dout += b * do_b + h * do_h + first * do_t
        k += b * k_b + h * k_h + first * k_t
        v += b * v_b + h * v_h + first * v_t
        row = b * lse_b + h * lse_h + first
        q_tile = _load(q, m, n_queries, q_t, d, D, True, MASK_D)
        do = _load(dout, m, n_queries, do_t, d, D, True, MASK_D)
        row_lse, row_delta = _row_statistics(lse + row, delta + row, m, n_queries)
        dq_tile = tl.zeros((BLOCK_M, BLOCK_D), tl.float32)
        last = n_keys
        seen_by_all = n_keys
        if CAUSAL:
            last = tl.minimum(n_keys, start_m + BLOCK_M + shift)
            seen_by_all = tl.minimum(n_keys, start_m + 1 + shift)
        whole = seen_by_all // BLOCK_N * BLOCK_N
        dq_tile = _gather_for_queries(
            dq_tile, q_tile, do, row_lse, row_delta, k, v, m, 0, whole, n_keys, shift,
            scale * LOG2_E, k_t, v_t, d, D, False, CAUSAL, MASK_D, BLOCK_N,
        )  # fmt: skip
        dq_tile = _gather_for_queries(
            dq_tile, q_tile, do, row_lse, row_delta, k, v, m, whole, last, n_keys, shift,
            scale * LOG2_E, k_t, v_t, d, D, True, CAUSAL, MASK_D, BLOCK_N,
        )  # fmt: skip
        dq += b * dq_b + h * dq_h + first * dq_t
        _store(dq, dq_tile * scale, m, n_queries, dq_t, d, D)


# ---- launchers -------------------------------------------------------------------------------


HALF_TILES = (  # forward, backward; d_head at most 64, above
    ((128, 128, 8, 3), (64, 64, 4, 2)),
    ((128, 64, 8, 3), (64, 64, 8, 2)),
)
SMALL_CHIP_TILES = ((64, 64, 4, 2), (64, 64, 8, 2))  # under 160 KB of shared memory
FLOAT32_TILES = (  # no matrix units for true float32: tiles live in registers
    ((32, 32, 8, 2), (16, 32, 8, 2)),
    ((32, 32, 8, 1), (16, 32, 8, 1)),
)


def tiles(d_head: int, dtype: torch.dtype, backward: bool, shared_memory: int) -> dict[str, int]:
    """Queries and keys of a tile, its warps and pipeline stages.

    Chosen from the compiler's report for sm_90 (hardly a spilled register, shared memory that
    fits), not from times: those are still to be measured.
    """
    wide, backward = int(d_head > 64), int(backward)  # torch 2.11 can't trace bools as indices
    if dtype == torch.float32:
        tile = FLOAT32_TILES[wide][backward]
    elif shared_memory < 160 * 1024:
        tile = SMALL_CHIP_TILES[wide]
    else:
        tile = HALF_TILES[wide][backward]
    return dict(zip(("BLOCK_M", "BLOCK_N", "num_warps", "num_stages"), tile, strict=True))


class Problem:
    """Shapes and constants of one call; ``offsets`` marks a packed batch."""

    def __init__(self, q, k, offsets, lengths, max_len, causal, scale):
        self.packed = offsets is not None
        self.offsets, self.lengths = offsets, lengths
        self.causal, self.scale = causal, scale
        self.d_head = q.shape[-1]
        if self.packed:
            self.B, self.H = len(offsets) - 1, q.shape[1]
            self.T = self.S = max_len
        else:
            self.B, self.H, self.T = q.shape[:3]
            self.S = k.shape[2]
        block_d = max(16, triton.next_power_of_2(self.d_head))
        self.width = {"BLOCK_D": block_d, "MASK_D": block_d != self.d_head}

    def counts(self, written):
        """Offsets and lengths; where there are none, a tensor that the kernel writes in any case.

        What a helper of a kernel is given, torch 2.11 takes for written when it compiles.
        """
        return [written if x is None else x for x in (self.offsets, self.lengths)]

    def rows_like(self, q):
        """An empty number per query and head, consecutive queries together."""
        shape = (self.H, q.shape[0]) if self.packed else (self.B, self.H, self.T)
        return q.new_empty(shape, dtype=torch.float32)

    def row_strides(self, rows):
        return (0, rows.stride(0)) if self.packed else rows.stride()[:2]

    def strides(self, *tensors):
        """Steps from sequence to sequence, head to head and row to row, of each tensor."""
        order = (1, 0) if self.packed else (0, 1, 2)
        first = (0,) if self.packed else ()
        return [step for x in tensors for step in (*first, *(x.stride(i) for i in order))]

    def flags(self):
        return {
            "PACKED": self.packed,
            "HAS_LENGTHS": self.lengths is not None,
            "CAUSAL": self.causal,
        }


def _launch(kernel, problem, n_rows, block, *arguments, **constants):
    n_tiles = triton.cdiv(n_rows, block)
    programs = n_tiles * problem.B * problem.H
    if programs:
        kernel[(programs,)](n_tiles, *arguments, **constants)


def forward(q, k, v, problem):
    """Launch: the output and the log-sum-exp of each row."""
    out, lse = torch.empty_like(q), problem.rows_like(q)
    tile = tiles(problem.d_head, q.dtype, False, shared_memory(q.device))
    _launch(
        _forward_kernel, problem, problem.T, tile["BLOCK_M"],
        q, k, v, out, lse, *problem.counts(lse), problem.scale,
        problem.H, problem.T, problem.S, problem.d_head,
        *problem.strides(q, k, v, out), *problem.row_strides(lse),
        **problem.flags(), **problem.width, **tile,
    )  # fmt: skip
    return out, lse


def backward(q, k, v, out, lse, dout, dlse, problem):
    """Launch: the gradients of q, k and v."""
    dq, dk, dv = (torch.empty_like(x) for x in (q, k, v))
    delta = torch.empty_like(lse)
    tile = tiles(problem.d_head, q.dtype, True, shared_memory(q.device))
    rows = problem.row_strides(lse)
    _launch(
        _delta_kernel, problem, problem.T, 64,
        out, dout, delta if dlse is None else dlse, delta, problem.counts(delta)[0],
        problem.H, problem.T, problem.d_head, *problem.strides(out, dout), *rows,
        PACKED=problem.packed, HAS_DLSE=dlse is not None,
        BLOCK_M=64, BLOCK_D=problem.width["BLOCK_D"],
    )  # fmt: skip
    common = (
        problem.scale, problem.H, problem.T, problem.S, problem.d_head,
    )  # fmt: skip
    constants = {**problem.flags(), **problem.width, **tile}
    _launch(
        _keys_kernel, problem, problem.S, tile["BLOCK_N"],
        q, k, v, dout, lse, delta, dk, dv, *problem.counts(dk), *common,
        *problem.strides(q, k, v, dout, dk, dv), *rows, **constants,
    )  # fmt: skip
    _launch(
        _queries_kernel, problem, problem.T, tile["BLOCK_M"],
        q, k, v, dout, lse, delta, dq, *problem.counts(dq), *common,
        *problem.strides(q, k, v, dout, dq), *rows, **constants,
    )  # fmt: skip
    return dq, dk, dv


# ---- autograd --------------------------------------------------------------------------------


class Attention(torch.autograd.Function):
    """Keeps q, k, v, the output and one number per row."""

    @staticmethod
    def forward(ctx, q, k, v, offsets, lengths, max_len, causal, scale):
        q, k, v = (_rows_contiguous(x) for x in (q, k, v))
        problem = Problem(q, k, offsets, lengths, max_len, causal, scale)
        out, lse = forward(q, k, v, problem)
        ctx.save_for_backward(q, k, v, out, lse, offsets, lengths)
        ctx.options = max_len, causal, scale
        ctx.set_materialize_grads(False)
        return out, lse

    @staticmethod
    @once_differentiable
    def backward(ctx, dout, dlse):
        q, k, v, out, lse, offsets, lengths = ctx.saved_tensors
        dout = torch.zeros_like(out) if dout is None else _rows_contiguous(dout)
        dlse = None if dlse is None else dlse.contiguous()
        problem = Problem(q, k, offsets, lengths, *ctx.options)
        return *backward(q, k, v, out, lse, dout, dlse, problem), *5 * (None,)


def _rows_contiguous(x):
    return x if x.stride(-1) == 1 else x.contiguous()


# ---- entry -----------------------------------------------------------------------------------


def attention_triton(q, k, v, causal, lengths, scale):
    """The output and the log-sum-exp of each row, of a dense batch.

    Views, because torch.compile refuses an autograd function that is given one tensor twice.
    """
    k, v = k.view_as(k), v.view_as(v)
    return Attention.apply(q, k, v, None, lengths, 0, causal, scale)


def attention_packed_triton(q, k, v, offsets, max_len, causal, scale):
    """The output of a packed batch."""
    k, v = k.view_as(k), v.view_as(v)
    return Attention.apply(q, k, v, offsets, None, max_len, causal, scale)[0]

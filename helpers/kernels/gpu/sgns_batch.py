"""SGNS update of many windows: gather, dot, sigmoid, then scatter (see ../sgns_batch.py).

Two launches, so that no window reads what another has written. The first makes each window's
changes from the matrices as they are and writes them out; the second adds them to the matrices,
atomically, since a word may be in many windows. That moves every row four times (read; its change
written and read; added), and no more than a batch touches: adding into gradient tables instead
would sweep both whole vocabularies for every batch.
"""

import torch
import triton
import triton.language as tl

from helpers.kernels.gpu.common import dot

SCATTER_ROWS = 16


# ---- kernels ---------------------------------------------------------------------------------


@triton.jit
def _gather(W, words, i, n, V, d, D):
    """Row numbers (-1 where a window is filled up) and rows of W, zeros there."""
    rows = tl.load(words + i, mask=i < n, other=-1).to(tl.int64)
    rows = tl.where(rows < V, rows, -1)
    inside = (rows[:, None] >= 0) & (d[None, :] < D)
    return rows, tl.load(W + rows[:, None] * D + d[None, :], mask=inside, other=0.0)


@triton.jit
def _changes_kernel(
    W_in, W_out, contexts, targets, lr, dX_out, dU_out, V, D, C, M,
    BLOCK_C: tl.constexpr, BLOCK_M: tl.constexpr, BLOCK_D: tl.constexpr,
):  # fmt: skip
    """One window: contexts (C,), targets (M,) → dX (C, D), dU (M, D)."""
    window = tl.program_id(0).to(tl.int64)
    c, m, d = tl.arange(0, BLOCK_C), tl.arange(0, BLOCK_M), tl.arange(0, BLOCK_D)
    context, X = _gather(W_in, contexts + window * C, c, C, V, d, D)
    target, U = _gather(W_out, targets + window * M, m, M, V, d, D)
    y = tl.where(m == 0, 1.0, 0.0)
    G = (y[None, :] - tl.sigmoid(dot(X, tl.trans(U), None))) * tl.load(lr + window)
    G = tl.where((context[:, None] >= 0) & (target[None, :] >= 0), G, 0.0)
    dX = dot(G, U, None)
    dU = dot(tl.trans(G), X, None)
    at = dX_out + (window * C + c[:, None]) * D + d[None, :]
    tl.store(at, dX, mask=(c[:, None] < C) & (d[None, :] < D))
    at = dU_out + (window * M + m[:, None]) * D + d[None, :]
    tl.store(at, dU, mask=(m[:, None] < M) & (d[None, :] < D))


@triton.jit
def _scatter_kernel(
    W, words, change, n, V, D, ROWS: tl.constexpr, BLOCK_D: tl.constexpr
):  # fmt: skip
    """W[words[i]] += change[i] for ROWS of the n rows; words may repeat."""
    i = (tl.program_id(0) * ROWS + tl.arange(0, ROWS)).to(tl.int64)
    d = tl.arange(0, BLOCK_D)
    rows = tl.load(words + i, mask=i < n, other=-1).to(tl.int64)
    inside = (rows[:, None] >= 0) & (rows[:, None] < V) & (d[None, :] < D)
    delta = tl.load(change + i[:, None] * D + d[None, :], mask=inside, other=0.0)
    tl.atomic_add(W + rows[:, None] * D + d[None, :], delta, mask=inside, sem="relaxed")


# ---- launchers -------------------------------------------------------------------------------


def changes(W_in, W_out, contexts, targets, lr):
    """Launch: each window's changes to its rows, ``(N, C, d)`` and ``(N, M, d)``."""
    (N, C), M, (V, D) = contexts.shape, targets.shape[1], W_in.shape
    dX, dU = W_in.new_empty((N, C, D)), W_in.new_empty((N, M, D))
    block_d = max(16, triton.next_power_of_2(D))
    if N:
        _changes_kernel[(N,)](
            W_in, W_out, contexts, targets, lr, dX, dU, V, D, C, M,
            BLOCK_C=max(16, triton.next_power_of_2(C)), BLOCK_M=max(16, triton.next_power_of_2(M)),
            BLOCK_D=block_d, num_warps=max(4, block_d // 32),
        )  # fmt: skip
    return dX, dU


def scatter(W, words, change):
    """Launch: ``W[words] += change``, every occurrence counted."""
    n, (V, D) = words.numel(), W.shape
    if n:
        _scatter_kernel[(triton.cdiv(n, SCATTER_ROWS),)](
            W, words, change, n, V, D, ROWS=SCATTER_ROWS, BLOCK_D=triton.next_power_of_2(D)
        )


# ---- entry -----------------------------------------------------------------------------------


def sgns_batch_triton(W_in, W_out, contexts, targets, lr):
    """The update, in place; there is nothing to differentiate."""
    contexts, targets = contexts.contiguous(), targets.contiguous()
    dX, dU = changes(W_in, W_out, contexts, targets, lr.to(torch.float32).contiguous())
    scatter(W_in, contexts, dX)
    scatter(W_out, targets, dU)

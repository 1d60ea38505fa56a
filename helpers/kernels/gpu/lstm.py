"""A layer of LSTM: one fused pointwise kernel a step, the products by the library (see ../lstm.py).

A step is one product, accumulated onto the input's share of the gates by the library itself, one
launch of our kernel (gates, cell, clip, what goes into the projection), and with a projection one
more product. Backward runs the steps in reverse; the gradients of the matrices are one product each
over all steps, when the loop is done. The cells stay in float32 throughout.
"""

import torch
import triton
import triton.language as tl
from torch.autograd.function import once_differentiable

BLOCK = 1024


# ---- kernels ---------------------------------------------------------------------------------


@triton.jit
def _tanh(x):
    return 2 * tl.sigmoid(2 * x) - 1


@triton.jit
def _gates(gates, row, h, H, inside):
    """A step's activated gates (B, 4H) in float32."""
    at = gates + row * 4 * H + h
    i = tl.sigmoid(tl.load(at, mask=inside, other=0.0).to(tl.float32))
    f = tl.sigmoid(tl.load(at + H, mask=inside, other=0.0).to(tl.float32))
    g = _tanh(tl.load(at + 2 * H, mask=inside, other=0.0).to(tl.float32))
    o = tl.sigmoid(tl.load(at + 3 * H, mask=inside, other=0.0).to(tl.float32))
    return i, f, g, o


@triton.jit
def _step_kernel(
    gates, c_before, c_after, out, n, H, clip, CLIP: tl.constexpr, BLOCK: tl.constexpr
):  # fmt: skip
    """gates (B, 4H), c (B, H) → c (B, H), out (B, H), before any projection."""
    k = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    inside = k < n
    i, f, g, o = _gates(gates, k // H, k % H, H, inside)
    c = f * tl.load(c_before + k, mask=inside, other=0.0) + i * g
    if CLIP:
        c = tl.clamp(c, -clip, clip, propagate_nan=tl.PropagateNan.ALL)
    tl.store(c_after + k, c, mask=inside)
    tl.store(out + k, (o * _tanh(c)).to(out.dtype.element_ty), mask=inside)


@triton.jit
def _step_backward_kernel(
    dout, dc_after, gates, c_before, c_after, dgates, dc_before, n, H, clip,
    CLIP: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    """Gradients of out and of the later cell → of the gates (before σ, tanh) and of this cell."""
    k = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    inside = k < n
    row, h = k // H, k % H
    i, f, g, o = _gates(gates, row, h, H, inside)
    dh = tl.load(dout + k, mask=inside, other=0.0).to(tl.float32)
    c = tl.load(c_after + k, mask=inside, other=0.0)
    tanh_c = _tanh(c)
    dc = tl.load(dc_after + k, mask=inside, other=0.0) + dh * o * (1 - tanh_c * tanh_c)
    if CLIP:
        dc = tl.where((c > -clip) & (c < clip), dc, 0.0)
    di = dc * g * i * (1 - i)
    df = dc * tl.load(c_before + k, mask=inside, other=0.0) * f * (1 - f)
    dg = dc * i * (1 - g * g)
    do = dh * tanh_c * o * (1 - o)
    at = dgates + row * 4 * H + h
    element = dgates.dtype.element_ty
    tl.store(at, di.to(element), mask=inside)
    tl.store(at + H, df.to(element), mask=inside)
    tl.store(at + 2 * H, dg.to(element), mask=inside)
    tl.store(at + 3 * H, do.to(element), mask=inside)
    tl.store(dc_before + k, dc * f, mask=inside)


# ---- launchers -------------------------------------------------------------------------------


def step(gates, c_before, c_after, out, cell_clip):
    """Launch one step; writes ``c_after`` and ``out``."""
    B, H = c_before.shape
    if B * H:
        _step_kernel[(triton.cdiv(B * H, BLOCK),)](
            gates, c_before, c_after, out, B * H, H, cell_clip or 0.0,
            CLIP=cell_clip is not None, BLOCK=BLOCK,
        )  # fmt: skip


def step_backward(dout, dc, gates, c_before, c_after, dgates, cell_clip):
    """Launch one step backward; writes ``dgates``, and ``dc`` in place."""
    B, H = c_before.shape
    if B * H:
        _step_backward_kernel[(triton.cdiv(B * H, BLOCK),)](
            dout, dc, gates, c_before, c_after, dgates, dc, B * H, H, cell_clip or 0.0,
            CLIP=cell_clip is not None, BLOCK=BLOCK,
        )  # fmt: skip


# ---- autograd --------------------------------------------------------------------------------


class Lstm(torch.autograd.Function):
    """Time-major: x ``(T, B, d_in)`` → outputs ``(T, B, P)``, last c ``(B, H)`` float32.

    Keeps x, the gates before their activation, every cell, and every output before and after the
    projection.
    """

    @staticmethod
    def forward(ctx, x, W_x, W_h, bias, W_p, h, c, cell_clip, proj_clip):
        T, B, _ = x.shape
        gates = x @ W_x.T + bias  # (T, B, 4H)
        cells = c.new_empty((T + 1, *c.shape))
        cells[0] = c
        before = x.new_empty((T, *c.shape))  # the outputs before the projection
        out = before if W_p is None else x.new_empty((T, B, len(W_p)))
        for t in range(T):
            torch.addmm(gates[t], out[t - 1] if t else h, W_h.T, out=gates[t])
            step(gates[t], cells[t], cells[t + 1], before[t], cell_clip)
            if W_p is not None:
                torch.mm(before[t], W_p.T, out=out[t])
                if proj_clip is not None:
                    out[t].clamp_(-proj_clip, proj_clip)
        ctx.save_for_backward(x, W_x, W_h, W_p, h, gates, cells, before, out)
        ctx.clips = cell_clip, proj_clip
        return out, cells[T].clone()

    @staticmethod
    @once_differentiable
    def backward(ctx, dout, dc):
        x, W_x, W_h, W_p, h, gates, cells, before, out = ctx.saved_tensors
        cell_clip, proj_clip = ctx.clips
        dgates = torch.empty_like(gates)
        # Gradients arrive in any order: the outputs' batch-major, say.
        dh, dc = (d.clone(memory_format=torch.contiguous_format) for d in (dout, dc))
        for t in reversed(range(len(x))):
            if t + 1 < len(x):
                dh[t].addmm_(dgates[t + 1], W_h)
            if proj_clip is not None:
                dh[t].masked_fill_(out[t].abs() >= proj_clip, 0)
            dbefore = dh[t] if W_p is None else dh[t] @ W_p
            step_backward(dbefore, dc, gates[t], cells[t], cells[t + 1], dgates[t], cell_clip)
        flat = dgates.flatten(0, 1)  # (T · B, 4H)
        previous = torch.cat([h[None], out[:-1]]).flatten(0, 1)
        dW_p = None if W_p is None else dh.flatten(0, 1).T @ before.flatten(0, 1)
        return (
            dgates @ W_x,
            flat.T @ x.flatten(0, 1),
            flat.T @ previous,
            flat.sum(0),
            dW_p,
            dgates[0] @ W_h,
            dc,
            None,
            None,
        )


# ---- entry -----------------------------------------------------------------------------------


def lstm_triton(x, W_x, W_h, bias, W_p, state, cell_clip, proj_clip):
    """Outputs ``(B, T, P)`` and the last h and c."""
    h, c = state[0].to(x.dtype), state[1].float()
    if proj_clip is not None:  # as clamping stores it, for backward to recognise
        proj_clip = torch.tensor(proj_clip, dtype=x.dtype).item()
    x = x.transpose(0, 1).contiguous()
    out, c = Lstm.apply(
        x, W_x, W_h, bias, W_p, h.contiguous(), c.contiguous(), cell_clip, proj_clip
    )
    return out.transpose(0, 1), (out[-1], c.to(x.dtype))

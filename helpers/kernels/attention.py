"""Scaled dot-product attention (Vaswani et al. 2017, eq. 1) on dense and on packed batches.

Our kernel follows FlashAttention (Dao et al. 2022; Dao 2023): the scores live in tiles on the chip
only, the softmax is computed as the keys stream by (Milakov & Gimelshein 2018), and the backward
pass makes the scores again from the log-sum-exp of each row.
"""

import itertools

import torch
import torch.nn.functional as F

from helpers.kernels.dispatch import as_cast, autocast, backend

MAX_D_HEAD = 128  # of our kernel, whose tiles hold whole heads


def attention(q, k, v, *, causal=False, lengths=None, scale=None, return_lse=False):
    """``softmax(scale · q kᵀ) v`` for each sequence and head.

    ``q``: ``(B, H, T, d_head)``; ``k``, ``v``: ``(B, H, S, d_head)``. ``causal``: query t sees the
    keys up to t + S - T, so that the last query sees all of them (a cache holds the first S - T).
    ``lengths``: ``(B,)`` integers, how many keys of each sequence count; the rest is padding.
    ``scale``: 1/√d_head unless given. A query that sees no key gets zeros.

    Returns ``(B, H, T, d_head)``, and with ``return_lse`` also the log-sum-exp of each row's
    scores, ``(B, H, T)`` float32 (-inf where no key is seen); torch's operation doesn't tell it, so
    there it costs another product. Raises ValueError for shapes that don't fit together.
    """
    q, k, v = autocast(q, k, v)
    _check_dense(q, k, v, causal, lengths)
    scale = q.shape[-1] ** -0.5 if scale is None else float(scale)
    chosen = backend("attention", q.device, q.dtype, _unfit(q))
    if chosen == "triton":
        from helpers.kernels.gpu.attention import attention_triton as run
    elif chosen == "torch" and not return_lse:
        return attention_torch(q, k, v, causal, lengths, scale)
    elif chosen == "torch":
        run = _torch_with_lse
    else:
        run = attention_reference
    with as_cast(q.device):
        out, lse = run(q, k, v, causal, lengths, scale)
    return (out, lse) if return_lse else out


def attention_packed(q, k, v, offsets, *, max_len=None, causal=False, scale=None):
    """Attention within each of several sequences that lie one after the other, without padding.

    ``q``, ``k``, ``v``: ``(N, H, d_head)``; sequence b is rows ``offsets[b]`` to
    ``offsets[b + 1]``; ``offsets``: ``(B + 1,)`` integers that rise from 0 to N. ``max_len``: the
    longest sequence's length; without it our kernel waits for the device to tell the offsets.
    Returns ``(N, H, d_head)``. Raises ValueError for shapes that don't fit together, and for other
    offsets except where our kernel is given ``max_len``.
    """
    q, k, v = autocast(q, k, v)
    if q.ndim != 3 or not q.shape == k.shape == v.shape:
        raise ValueError(f"q, k, v must all be (N, H, d_head), got {_shapes(q, k, v)}.")
    if offsets.ndim != 1 or len(offsets) < 1 or offsets.is_floating_point():
        raise ValueError(f"offsets must be (B + 1,) integers, got {tuple(offsets.shape)}.")
    _check_device("offsets", offsets, q)
    scale = q.shape[-1] ** -0.5 if scale is None else float(scale)
    chosen = backend("attention", q.device, q.dtype, _unfit(q))
    if chosen == "triton":
        from helpers.kernels.gpu.attention import attention_packed_triton

        if max_len is None:
            max_len = max((b - a for a, b in _bounds(q, offsets)), default=0)
        return attention_packed_triton(q, k, v, offsets, max_len, causal, scale)
    run = attention_packed_torch if chosen == "torch" else attention_packed_reference
    with as_cast(q.device):
        return run(q, k, v, offsets, causal, scale)


def attention_reference(q, k, v, causal, lengths, scale):
    """The formula, at least in float32; returns the output and the log-sum-exp of each row."""
    visible = _visible(q, k, causal, lengths)
    return _reference(q, k, v, visible, scale)


def attention_torch(q, k, v, causal, lengths, scale):
    """torch's fused operation."""
    T, S = q.shape[-2], k.shape[-2]
    if lengths is None and (not causal or T == 1):
        return F.scaled_dot_product_attention(q, k, v, scale=scale)
    if lengths is None and T == S:
        return F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=scale)
    visible = _visible(q, k, causal, lengths)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=visible, scale=scale)


def attention_packed_reference(q, k, v, offsets, causal, scale):
    """All rows against all, those of other sequences masked."""
    _bounds(q, offsets)
    rows = torch.arange(len(q), device=q.device)
    sequence = torch.searchsorted(offsets, rows, right=True)
    visible = sequence[:, None] == sequence
    if causal:
        visible = visible & (rows[:, None] >= rows)
    q, k, v = (x.transpose(0, 1) for x in (q, k, v))  # (H, N, d_head)
    return _reference(q, k, v, visible, scale)[0].transpose(0, 1)


def attention_packed_torch(q, k, v, offsets, causal, scale):
    """torch's fused operation on one sequence after the other, neighbours of one length at once."""
    lengths = (b - a for a, b in _bounds(q, offsets))
    runs = [(len(list(run)), length) for length, run in itertools.groupby(lengths)]
    # Split and not sliced: the gradient of each slice would be as large as the whole.
    rows = (x.split([n * length for n, length in runs]) for x in (q, k, v))
    parts = [
        F.scaled_dot_product_attention(
            *(x.unflatten(0, run).transpose(1, 2) for x in part), is_causal=causal, scale=scale
        )
        for run, *part in zip(runs, *rows, strict=True)
    ]  # each (n, H, length, d_head)
    return torch.cat([x.transpose(1, 2).flatten(0, 1) for x in parts]) if parts else q.clone()


def _torch_with_lse(q, k, v, causal, lengths, scale):
    scores = (q.float() @ k.float().transpose(-2, -1)) * scale
    hidden = ~_visible(q, k, causal, lengths)
    lse = scores.masked_fill(hidden, -torch.inf).logsumexp(-1)
    return attention_torch(q, k, v, causal, lengths, scale), lse


def _reference(q, k, v, visible, scale):
    dtype = torch.promote_types(q.dtype, torch.float32)
    scores = (q.to(dtype) @ k.to(dtype).transpose(-2, -1)) * scale  # (…, T, S)
    blind = ~visible.any(-1, keepdim=True)
    scores = scores.masked_fill(~visible, -torch.inf).masked_fill(blind, 0)
    lse = scores.logsumexp(-1, keepdim=True)
    weights = (scores - lse).exp().masked_fill(blind, 0)
    lse = lse.masked_fill(blind, -torch.inf).squeeze(-1)
    return (weights @ v.to(dtype)).to(q.dtype), lse


def _visible(q, k, causal, lengths):
    """Which keys each query sees: bool, broadcastable to ``(B, H, T, S)``."""
    T, S = q.shape[-2], k.shape[-2]
    visible = torch.ones(T, S, dtype=torch.bool, device=q.device)
    if causal:
        visible = visible.tril(S - T)
    if lengths is not None:
        valid = torch.arange(S, device=q.device) < lengths[:, None]
        visible = visible & valid[:, None, None, :]
    return visible


def _unfit(q):
    d_head = q.shape[-1]
    return "" if d_head <= MAX_D_HEAD else f"heads of {d_head} are wider than {MAX_D_HEAD}"


def _bounds(q, offsets):
    """First row and end of each sequence, as Python's integers."""
    bounds = offsets.tolist()
    if bounds[0] != 0 or bounds[-1] != len(q) or bounds != sorted(bounds):
        raise ValueError(f"offsets must rise from 0 to {len(q)}, got {bounds}.")
    return list(itertools.pairwise(bounds))


def _shapes(*tensors):
    return ", ".join(str(tuple(tensor.shape)) for tensor in tensors)


def _check_dense(q, k, v, causal, lengths):
    if q.ndim != 4 or k.shape != v.shape or k.ndim != 4:
        raise ValueError(
            f"q must be (B, H, T, d_head) and k, v (B, H, S, d_head), got {_shapes(q, k, v)}."
        )
    if (*q.shape[:2], q.shape[3]) != (*k.shape[:2], k.shape[3]):
        raise ValueError(f"q and k differ in B, H or d_head: {_shapes(q, k)}.")
    if causal and q.shape[2] > k.shape[2]:
        raise ValueError(f"causal needs T ≤ S, got T={q.shape[2]}, S={k.shape[2]}.")
    if lengths is not None and (lengths.shape != q.shape[:1] or lengths.is_floating_point()):
        raise ValueError(
            f"lengths must be ({q.shape[0]},) integers, got {tuple(lengths.shape)} {lengths.dtype}."
        )
    _check_device("lengths", lengths, q)


def _check_device(name, counts, q):
    """A kernel that is given another device's address says so less plainly."""
    if counts is not None and counts.device != q.device:
        raise ValueError(f"{name} must be on {q.device} like q, not on {counts.device}.")

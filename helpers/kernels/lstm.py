"""A layer of LSTM over whole sequences, with ELMo's clipping and projection.

The cell of Hochreiter & Schmidhuber (1997) with forget gates (Gers et al. 2000); a projected output
(Sak et al. 2014) and clipped cells and projections as in Peters et al. (2018). torch.nn.LSTM's gate
order, one bias vector for its two. Weights are arguments, so that weight drop (Merity et al. 2018)
passes in a dropped ``W_h``.
"""

import torch
import torch.nn.functional as F

from helpers.kernels.dispatch import as_cast, autocast, backend


def lstm(x, W_x, W_h, bias, W_p=None, state=None, *, cell_clip=None, proj_clip=None):
    """Outputs at every step and the final state.

    ``x``: ``(B, T, d_in)``; ``W_x``: ``(4H, d_in)``, ``W_h``: ``(4H, P)``, ``bias``: ``(4H,)``, in
    the order input, forget, cell, output; ``W_p``: ``(P, H)``, without it P = H. ``state``: h
    ``(B, P)`` and c ``(B, H)``, zeros unless given. ``cell_clip``, ``proj_clip``: bounds of c and
    of the projected output, no bounds if None. At each step

        i, f, g, o = x_t W_xᵀ + h W_hᵀ + bias
        c = clip(σ(f) c + σ(i) tanh(g)),  h = clip(σ(o) tanh(c) W_pᵀ)

    Returns ``(B, T, P)`` and the last h and c. Between steps our kernel keeps c in float32. Raises
    ValueError for arguments that don't fit together.
    """
    _check(x, W_x, W_h, bias, W_p, state, cell_clip, proj_clip)
    factors = [x, W_x, W_h, bias] if W_p is None else [x, W_x, W_h, bias, W_p]
    x, W_x, W_h, bias, *projection = autocast(*factors)
    W_p = projection[0] if projection else None
    if state is None:
        state = x.new_zeros((len(x), W_h.shape[1])), x.new_zeros((len(x), len(W_x) // 4))
    chosen = backend("lstm", x.device, x.dtype)
    if chosen == "triton":
        from helpers.kernels.gpu.lstm import lstm_triton as run
    else:
        run = lstm_reference
    with as_cast(x.device):
        return run(x, W_x, W_h, bias, W_p, state, cell_clip, proj_clip)


def lstm_reference(x, W_x, W_h, bias, W_p, state, cell_clip, proj_clip):
    """The formula step by step; the products with x are one, before the loop."""
    gates = F.linear(x, W_x, bias)  # (B, T, 4H)
    h, c = (s.to(x.dtype) for s in state)
    outputs = []
    for t in range(x.shape[1]):
        i, f, g, o = (gates[:, t] + h @ W_h.T).chunk(4, dim=-1)
        c = _clip(f.sigmoid() * c + i.sigmoid() * g.tanh(), cell_clip)
        h = o.sigmoid() * c.tanh()
        if W_p is not None:
            h = _clip(h @ W_p.T, proj_clip)
        outputs.append(h)
    return torch.stack(outputs, dim=1), (h, c)


def _clip(x, bound):
    return x if bound is None else x.clamp(-bound, bound)


def _check(x, W_x, W_h, bias, W_p, state, cell_clip, proj_clip):
    if x.ndim != 3 or W_x.ndim != 2 or len(W_x) % 4:
        raise ValueError(
            f"x must be (B, T, d_in) and W_x (4H, d_in), got {tuple(x.shape)}, {tuple(W_x.shape)}."
        )
    if x.shape[1] == 0:
        raise ValueError(f"x must have at least one step, got {tuple(x.shape)}.")
    B, d_in, H = len(x), x.shape[2], len(W_x) // 4
    P = H if W_p is None else len(W_p)
    wanted = {"W_x": (W_x, (4 * H, d_in)), "W_h": (W_h, (4 * H, P)), "bias": (bias, (4 * H,))}
    if W_p is not None:
        wanted["W_p"] = W_p, (P, H)
    if state is not None:
        wanted["h"], wanted["c"] = (state[0], (B, P)), (state[1], (B, H))
    for name, (tensor, shape) in wanted.items():
        if tuple(tensor.shape) != shape:
            raise ValueError(f"{name} must be {shape}, got {tuple(tensor.shape)}.")
    for name, bound in (("cell_clip", cell_clip), ("proj_clip", proj_clip)):
        if bound is not None and bound <= 0:
            raise ValueError(f"{name}={bound} must be positive, or None.")
    if proj_clip is not None and W_p is None:
        raise ValueError("proj_clip needs a projection W_p.")

"""Skip-gram with negative sampling on a GPU: the update of many windows at once.

The update of each window is that of :mod:`helpers.kernels.sgns` (shared negatives, Ji et al. 2016),
but here all windows of a batch read the matrices before any of them writes. A word that occurs in
many windows of a batch takes all its steps from the same place: keep the batch well below the
number where frequent words meet dozens of times, or lower the rate.
"""

import torch

from helpers.kernels.dispatch import backend

MAX_WINDOW = 64  # contexts, and targets, of our kernel: its tiles hold whole windows
MAX_WIDTH = 512


def sgns_batch(W_in, W_out, contexts, targets, lr):
    """Update ``W_in`` and ``W_out`` in place, one step down the loss of N windows.

    ``W_in``, ``W_out``: contiguous ``(V, d)`` of floats; ``contexts``: ``(N, C)`` and ``targets``:
    ``(N, M)`` word indices, the first target of a row positive and the others negatives; -1 fills
    a row up. ``lr``: ``(N,)``, a window's rate. The loss is Mikolov et al. (2013b), eq. 4,
    summed over contexts and windows. Raises ValueError or TypeError for arguments that don't fit
    together. A word outside the tables raises IndexError on the CPU and is ignored on a GPU.
    """
    _check(W_in, W_out, contexts, targets, lr)
    chosen = backend("sgns_batch", W_in.device, W_in.dtype, _unfit(W_in, contexts, targets))
    if chosen == "triton":
        from helpers.kernels.gpu.sgns_batch import sgns_batch_triton as run
    else:
        run = sgns_batch_reference
    with torch.no_grad():
        run(W_in, W_out, contexts, targets, lr)


def sgns_batch_reference(W_in, W_out, contexts, targets, lr):
    """The update in plain torch, in the dtype of the matrices."""
    X, U = W_in[contexts.clamp(min=0)], W_out[targets.clamp(min=0)]  # (N, C, d), (N, M, d)
    y = torch.zeros(targets.shape, dtype=W_in.dtype, device=W_in.device)
    y[:, 0] = 1
    G = y[:, None, :] - torch.sigmoid(X @ U.transpose(1, 2))  # (N, C, M)
    G = G * lr[:, None, None] * (contexts >= 0)[:, :, None] * (targets >= 0)[:, None, :]
    dX, dU = G @ U, G.transpose(1, 2) @ X
    W_in.index_add_(0, contexts.clamp(min=0).flatten(), dX.flatten(0, 1))
    W_out.index_add_(0, targets.clamp(min=0).flatten(), dU.flatten(0, 1))


def _unfit(W_in, contexts, targets):
    if W_in.dtype != torch.float32:
        return f"the matrices are {str(W_in.dtype)[6:]}, not float32"
    widest, d = max(contexts.shape[1], targets.shape[1]), W_in.shape[1]
    if widest > MAX_WINDOW:
        return f"{widest} contexts or targets are more than {MAX_WINDOW}"
    return "" if d <= MAX_WIDTH else f"vectors of {d} are wider than {MAX_WIDTH}"


def _check(W_in, W_out, contexts, targets, lr):
    for name, W in (("W_in", W_in), ("W_out", W_out)):
        if W.ndim != 2 or not W.is_floating_point() or not W.is_contiguous():
            raise TypeError(
                f"{name} must be a contiguous matrix of floats, got {tuple(W.shape)} {W.dtype}."
            )
    if W_in.shape != W_out.shape or W_in.dtype != W_out.dtype:
        raise ValueError(
            f"W_in {tuple(W_in.shape)} {W_in.dtype} and W_out {tuple(W_out.shape)} {W_out.dtype} "
            "must have the same shape and dtype."
        )
    N = len(lr)
    for name, words in (("contexts", contexts), ("targets", targets)):
        if words.ndim != 2 or len(words) != N or words.shape[1] < 1 or words.is_floating_point():
            raise ValueError(
                f"{name} must be integers with a row for each of the {N} rates, "
                f"got {tuple(words.shape)} {words.dtype}."
            )

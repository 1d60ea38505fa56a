"""A language model's head and its loss in one: cross-entropy of a linear map's outputs.

Our kernel never holds the N × V logits: a chunk of rows at a time goes through the product, the
softmax and straight on to the gradients (as in Liger-Kernel, Hsu et al. 2024). On the CPU torch's
operations do the same, as long as nothing is smoothed.
"""

import torch
import torch.nn.functional as F
from torch.autograd.function import once_differentiable

from helpers.kernels.dispatch import as_cast, autocast, backend

REDUCTIONS = ("mean", "sum")
CHUNK = 2**21  # logits at a time on the CPU, few enough for its last cache


def linear_cross_entropy(
    x,
    weight,
    targets,
    bias=None,
    *,
    positions=None,
    ignore_index=-100,
    label_smoothing=0.0,
    z_loss=0.0,
    reduction="mean",
):
    """Cross-entropy of the logits ``x weightᵀ + bias`` against ``targets``, a scalar in float32.

    ``x``: ``(…, D)``; ``weight``: ``(V, D)``; ``bias``: ``(V,)``. ``positions``: ``(n,)``, the
    rows of ``x`` as ``(N, D)`` to be computed; ``targets`` is then ``(n,)``, otherwise of x's shape
    without D. Rows whose target is ``ignore_index`` are computed but don't count.
    ``label_smoothing`` ε: that share of the target's mass is spread evenly over all V classes
    (Szegedy et al. 2016). ``z_loss`` ζ adds ``ζ · (log Σ exp logits)²`` to each row (Chowdhery et
    al. 2022). ``"mean"`` is over the rows that count, and NaN if there are none, as torch's.

    Raises ValueError for arguments that don't fit together. A target that is no class raises
    IndexError on the CPU; on a GPU the loss is NaN.
    """
    x, weight, targets, bias = _rows(x, weight, targets, bias, positions)
    _check_options(label_smoothing, z_loss, reduction)
    options = ignore_index, label_smoothing, z_loss, reduction
    chosen = backend("linear_cross_entropy", x.device, x.dtype)
    if chosen == "triton":
        from helpers.kernels.gpu.linear_cross_entropy import linear_cross_entropy_triton as run
    elif chosen == "torch":
        run = linear_cross_entropy_torch
    else:
        run = linear_cross_entropy_reference
    with as_cast(x.device):
        return run(x, weight, targets, bias, *options)


def linear_cross_entropy_reference(
    x, weight, targets, bias, ignore_index, label_smoothing, z_loss, reduction
):
    """The formula, at least in float32."""
    dtype = torch.promote_types(x.dtype, torch.float32)
    logits = x.to(dtype) @ weight.to(dtype).T
    if bias is not None:
        logits = logits + bias.to(dtype)
    lse = logits.logsumexp(-1)
    counts = targets != ignore_index
    right = logits.gather(1, targets.where(counts, 0)[:, None]).squeeze(1)
    if label_smoothing:
        right = (1 - label_smoothing) * right + label_smoothing * logits.mean(-1)
    losses = (lse - right + z_loss * lse.square()).where(counts, 0)
    return losses.sum() / counts.sum() if reduction == "mean" else losses.sum()


def linear_cross_entropy_torch(
    x, weight, targets, bias, ignore_index, label_smoothing, z_loss, reduction
):
    """torch's product and fused cross-entropy; on the CPU in chunks if it can, else all logits."""
    plain = not label_smoothing and not z_loss and x.dtype in (torch.float32, torch.float64)
    # Compiled, the whole is one graph: a check of the targets' values would break it.
    if plain and x.device.type == "cpu" and not torch.compiler.is_compiling():
        loss = _InChunks.apply(x, weight, targets, bias, ignore_index)
        return loss / (targets != ignore_index).sum() if reduction == "mean" else loss
    logits = F.linear(x, weight, bias).to(torch.promote_types(x.dtype, torch.float32))
    loss = F.cross_entropy(
        logits,
        targets,
        ignore_index=ignore_index,
        label_smoothing=label_smoothing,
        reduction=reduction,
    )
    if z_loss:
        counts = targets != ignore_index
        squares = logits.logsumexp(-1).square().where(counts, 0).sum()
        loss = loss + z_loss * (squares / counts.sum() if reduction == "mean" else squares)
    return loss


class _InChunks(torch.autograd.Function):
    """The sum of the rows' losses; the gradients are made along with it, if they are wanted."""

    @staticmethod
    def forward(ctx, x, weight, targets, bias, ignore_index):
        counts = targets != ignore_index
        if ((targets < 0) | (targets >= len(weight)))[counts].any():
            raise IndexError(f"targets must be from 0 to {len(weight) - 1}, or {ignore_index}.")
        grads = [
            torch.zeros_like(y) if y is not None and wanted else None
            for y, wanted in zip(
                (x, weight, bias), ctx.needs_input_grad[:2] + ctx.needs_input_grad[3:4], strict=True
            )
        ]
        loss = x.new_zeros(())
        size = max(1, CHUNK // len(weight))
        columns = targets.where(counts, 0)[:, None], counts[:, None]
        for start in range(0, len(x), size):
            rows = slice(start, start + size)
            loss += _chunk(x, weight, bias, rows, *(column[rows] for column in columns), grads)
        ctx.save_for_backward(*grads)
        return loss

    @staticmethod
    @once_differentiable
    def backward(ctx, grad):
        grad_x, grad_weight, grad_bias = (y if y is None else y * grad for y in ctx.saved_tensors)
        return grad_x, grad_weight, None, grad_bias, None


def _chunk(x, weight, bias, rows, targets, counts, grads):
    """The summed loss of ``rows``; adds their part to the gradients of x, weight and bias."""
    logits = F.linear(x[rows], weight, bias)
    right, top = logits.gather(1, targets), logits.amax(1, keepdim=True)
    torch.softmax(logits, 1, out=logits)
    lse = top - logits.amax(1, keepdim=True).log()
    logits.scatter_add_(1, targets, torch.full_like(right, -1)).mul_(counts)
    grad_x, grad_weight, grad_bias = grads
    if grad_x is not None:
        torch.mm(logits, weight, out=grad_x[rows])
    if grad_weight is not None:
        grad_weight.addmm_(logits.T, x[rows])
    if grad_bias is not None:
        grad_bias += logits.sum(0)
    return (lse - right).where(counts, 0).sum()


def _rows(x, weight, targets, bias, positions):
    """Arguments as ``(n, D)``, ``(V, D)``, ``(n,)``, ``(V,)``, in the dtype of the product."""
    D = x.shape[-1]
    if weight.ndim != 2 or weight.shape[1] != D:
        raise ValueError(f"weight must be (V, {D}), got {tuple(weight.shape)}.")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError(f"bias must be {tuple(weight.shape[:1])}, got {tuple(bias.shape)}.")
    shape = x.shape[:-1] if positions is None else positions.shape
    if targets.shape != shape or targets.is_floating_point():
        raise ValueError(
            f"targets must be {tuple(shape)} integers, got {tuple(targets.shape)} {targets.dtype}."
        )
    x = x.reshape(-1, D)
    x = x if positions is None else x[positions.reshape(-1)]
    x, weight = autocast(x, weight)
    bias = None if bias is None else bias.to(x.dtype)
    return x, weight, targets.reshape(-1).long(), bias


def _check_options(label_smoothing, z_loss, reduction):
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing={label_smoothing} must be from 0 to 1.")
    if z_loss < 0:
        raise ValueError(f"z_loss={z_loss} must not be negative.")
    if reduction not in REDUCTIONS:
        raise ValueError(f"reduction={reduction!r} must be one of {', '.join(REDUCTIONS)}.")

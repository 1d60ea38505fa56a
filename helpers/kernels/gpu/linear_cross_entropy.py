"""Head and loss, a chunk of rows at a time (see ../linear_cross_entropy.py).

The three products are the library's (cuBLAS), which runs them at full speed. What is ours is the
kernel between them: it reads a row of logits, finds its log-sum-exp and loss, and overwrites the
logits with their gradient. The gradients of x and weight thus exist when the forward pass ends;
the backward pass only scales them. Until then they are those of the plain sum: p - y survives in
float16, but divided by thousands of rows it would underflow before a loss scale could help.
"""

import torch
import triton
import triton.language as tl
from torch.autograd.function import once_differentiable

CHUNK_ROWS = 1024  # enough for full products, 63 MB of bfloat16 logits at V = 30 k
BLOCK_V = 4096
GRADIENT_ROWS = 8192  # of the matrix at a time: each chunk's share stays in the cache, and small
ALIGNMENT = 64  # rows of logits begin at multiples of this, for the kernel and the library


# ---- kernels ---------------------------------------------------------------------------------


@triton.jit
def _logits(logits, bias, v, V, stride, HAS_BIAS: tl.constexpr):
    """Some logits of a row in float32, -inf beyond its end."""
    z = tl.load(logits + v, mask=v < stride, other=0.0).to(tl.float32)
    if HAS_BIAS:
        z += tl.load(bias + v, mask=v < V, other=0.0).to(tl.float32)
    return tl.where(v < V, z, float("-inf"))


@triton.jit
def _loss_kernel(
    logits, bias, targets, losses, V, stride, ignore_index, label_smoothing, z_loss,
    HAS_BIAS: tl.constexpr, GRADIENT: tl.constexpr, BLOCK_V: tl.constexpr,
):  # fmt: skip
    """One row: its loss, and its logits replaced by the loss's gradient.

    Loads and stores are masked by the stride, which is a multiple of 16 where V need not be, so
    that they stay 16 bytes wide.
    """
    row = tl.program_id(0).to(tl.int64)
    logits += row * stride
    target = tl.load(targets + row)
    counts = target != ignore_index
    top = tl.full((), float("-inf"), tl.float32)
    total = tl.full((), 0.0, tl.float32)
    every = tl.full((), 0.0, tl.float32)
    right = tl.full((), 0.0, tl.float32)
    for start in range(0, V, BLOCK_V):
        v = start + tl.arange(0, BLOCK_V)
        z = _logits(logits, bias, v, V, stride, HAS_BIAS)
        new_top = tl.maximum(top, tl.max(z, 0))
        base = tl.where(new_top == float("-inf"), 0.0, new_top)
        total = total * tl.exp(top - base) + tl.sum(tl.exp(z - base), 0)
        every += tl.sum(tl.where(v < V, z, 0.0), 0)
        right += tl.sum(tl.where(v == target, z, 0.0), 0)
        top = new_top
    lse = top + tl.log(total)
    if label_smoothing > 0:  # else a logit of -inf would make NaN of 0 · every
        right = (1 - label_smoothing) * right + label_smoothing * every / V
    loss = lse - right + z_loss * lse * lse
    loss = tl.where((target >= 0) & (target < V), loss, float("nan"))
    tl.store(losses + row, tl.where(counts, loss, 0.0))
    if GRADIENT:
        for start in range(0, V, BLOCK_V):
            v = start + tl.arange(0, BLOCK_V)
            p = tl.exp(_logits(logits, bias, v, V, stride, HAS_BIAS) - lse)
            wanted = tl.where(v == target, 1 - label_smoothing, 0.0) + label_smoothing / V
            dz = tl.where(counts, p * (1 + 2 * z_loss * lse) - wanted, 0.0)
            tl.store(logits + v, dz.to(logits.dtype.element_ty), mask=v < stride)


# ---- launchers -------------------------------------------------------------------------------


@torch.library.custom_op("course::linear_cross_entropy", mutates_args=())
def losses_and_gradients(
    x: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    targets: torch.Tensor,
    ignore_index: int,
    label_smoothing: float,
    z_loss: float,
    gradient: bool,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Each row's loss; with ``gradient`` also those of x, weight and bias, of the losses' sum.

    What isn't wanted is empty. An operator of its own, because torch.compile can't trace products
    that are written into aligned rows.
    """
    losses, dx, dweight, dbias = _outputs(x, weight, bias, gradient)
    dweight.zero_(), dbias.zero_()
    width = triton.cdiv(len(weight), ALIGNMENT) * ALIGNMENT
    buffer = x.new_empty((min(CHUNK_ROWS, len(x)), width))
    options = ignore_index, label_smoothing, z_loss
    for start in range(0, len(x), CHUNK_ROWS):
        rows = slice(start, start + CHUNK_ROWS)
        logits = torch.mm(x[rows], weight.T, out=buffer[: len(x[rows]), : len(weight)])
        _launch(logits, bias, targets[rows], losses[rows], options, gradient)
        if gradient:
            torch.mm(logits, weight, out=dx[rows])
            for some in range(0, len(weight), GRADIENT_ROWS):
                part = slice(some, some + GRADIENT_ROWS)
                dweight[part] += logits[:, part].T @ x[rows]
            if bias is not None:
                dbias += logits.sum(0, dtype=torch.float32)
    return losses, dx, dweight, dbias


def _outputs(x, weight, bias, gradient):
    bias_shape = bias.shape if gradient and bias is not None else 0
    return (
        x.new_empty(len(x), dtype=torch.float32),
        x.new_empty(x.shape if gradient else 0),
        x.new_empty(weight.shape if gradient else 0, dtype=torch.float32),
        x.new_empty(bias_shape, dtype=torch.float32),
    )


@losses_and_gradients.register_fake
def _(x, weight, bias, targets, ignore_index, label_smoothing, z_loss, gradient):
    return _outputs(x, weight, bias, gradient)


def _launch(logits, bias, targets, losses, options, gradient):
    n, V = logits.shape
    _loss_kernel[(n,)](
        logits, logits if bias is None else bias, targets, losses, V, logits.stride(0), *options,
        HAS_BIAS=bias is not None, GRADIENT=gradient,
        BLOCK_V=min(BLOCK_V, triton.next_power_of_2(logits.stride(0))), num_warps=8,
    )  # fmt: skip


# ---- autograd --------------------------------------------------------------------------------


class LinearCrossEntropy(torch.autograd.Function):
    """Sum of the losses; keeps the gradients of its inputs."""

    @staticmethod
    def forward(ctx, x, weight, bias, targets, options, gradient):
        losses, *gradients = losses_and_gradients(x, weight, bias, targets, *options, gradient)
        ctx.save_for_backward(*gradients)
        ctx.has_bias, ctx.dtype = bias is not None, x.dtype
        return losses.sum()

    @staticmethod
    @once_differentiable
    def backward(ctx, dloss):
        dx, dweight, dbias = (_scaled(g, dloss, ctx.dtype) for g in ctx.saved_tensors)
        return dx, dweight, dbias if ctx.has_bias else None, None, None, None


def _scaled(gradient, factor, dtype):
    """Their product, rounded once and without a float32 copy."""
    return torch.mul(gradient, factor, out=torch.empty_like(gradient, dtype=dtype))


# ---- entry -----------------------------------------------------------------------------------


def linear_cross_entropy_triton(
    x, weight, targets, bias, ignore_index, label_smoothing, z_loss, reduction
):
    """The loss of rows ``(N, D)``, a float32 scalar."""
    bias = None if bias is None else bias.contiguous()
    inputs = [t for t in (x, weight, bias) if t is not None]
    gradient = torch.is_grad_enabled() and any(t.requires_grad for t in inputs)
    options = ignore_index, float(label_smoothing), float(z_loss)
    loss = LinearCrossEntropy.apply(x, weight, bias, targets.contiguous(), options, gradient)
    return loss / (targets != ignore_index).sum() if reduction == "mean" else loss

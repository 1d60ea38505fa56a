"""A weighted sum of layers: ELMo's task-specific mix (Peters et al. 2018, eq. 1)."""

import torch

from helpers.kernels.dispatch import as_cast, backend

MAX_LAYERS = 64  # of our kernel, which keeps one sum for each in registers


def scalar_mix(layers, scores, gamma):
    """``γ Σ_l softmax(scores)_l · layers_l``.

    ``layers``: ``(L, …, D)``; ``scores``: ``(L,)``; ``gamma``: a scalar tensor, ``()`` or ``(1,)``.
    Returns ``(…, D)`` in the dtype of ``layers``, summed in float32 at least. Raises ValueError for
    shapes that don't fit together.
    """
    if layers.ndim < 1 or len(layers) == 0 or scores.shape != layers.shape[:1]:
        raise ValueError(
            f"layers must be (L, …, D) with L ≥ 1 and scores (L,), got {tuple(layers.shape)} "
            f"and {tuple(scores.shape)}."
        )
    if gamma.numel() != 1:
        raise ValueError(f"gamma must be one number, got {tuple(gamma.shape)}.")
    dtype = torch.promote_types(layers.dtype, torch.float32)
    weights = gamma.reshape(()).to(dtype) * scores.to(dtype).softmax(0)
    if backend("scalar_mix", layers.device, layers.dtype, _unfit(layers)) == "triton":
        from helpers.kernels.gpu.scalar_mix import weighted_sum_triton as run
    else:
        run = weighted_sum_reference
    with as_cast(layers.device):
        return run(layers, weights)


def weighted_sum_reference(layers, weights):
    """``Σ_l weights_l · layers_l``, at least in float32."""
    return torch.tensordot(weights, layers.to(weights.dtype), dims=1).to(layers.dtype)


def _unfit(layers):
    return "" if len(layers) <= MAX_LAYERS else f"{len(layers)} layers are more than {MAX_LAYERS}"

"""BERT's input: token + segment + position embedding, normalised (Devlin et al. 2019, fig. 2)."""

import torch
import torch.nn.functional as F

from helpers.kernels.dispatch import backend
from helpers.kernels.layer_norm import layer_norm_reference, unfit

MAX_SEGMENTS = 4  # of our kernel, which sums their gradients in registers


def embedding(
    token_ids,
    segment_ids,
    token_weight,
    segment_weight,
    position_weight,
    weight,
    bias,
    *,
    position_ids=None,
    eps=1e-12,
):
    """LayerNorm of the sum of a token's, its segment's and its position's embedding.

    ``token_ids``, ``segment_ids``: ``(…, T)`` integers; ``token_weight``: ``(V, D)``,
    ``segment_weight``: ``(n_segments, D)``, ``position_weight``: ``(max_len, D)``, of one dtype;
    ``weight``, ``bias``: ``(D,)`` of the LayerNorm. ``position_ids``: shaped as ``token_ids``;
    0…T - 1 unless given (a packed batch gives them). Returns ``(…, T, D)``.

    Raises ValueError for shapes that don't fit together. An id outside its table raises IndexError
    on the CPU; on a GPU its row is NaN.
    """
    if position_ids is None:
        _check_length(token_ids, position_weight)
        position_ids = torch.arange(token_ids.shape[-1], device=token_ids.device)
        position_ids = position_ids.expand_as(token_ids)
    ids = token_ids, segment_ids, position_ids
    tables = token_weight, segment_weight, position_weight
    _check(ids, tables, weight, bias)
    chosen = backend("embedding", token_weight.device, token_weight.dtype, _unfit(segment_weight))
    if chosen == "triton":
        from helpers.kernels.gpu.embedding import embedding_triton as run
    else:
        run = embedding_torch if chosen == "torch" else embedding_reference
    return run(ids, tables, weight, bias, eps)


def embedding_reference(ids, tables, weight, bias, eps):
    """The formula, at least in float32."""
    dtype = torch.promote_types(tables[0].dtype, torch.float32)
    total = sum(table[i].to(dtype) for i, table in zip(ids, tables, strict=True))
    return layer_norm_reference(total, weight, bias, None, eps)[0].to(tables[0].dtype)


def embedding_torch(ids, tables, weight, bias, eps):
    """torch's embeddings and fused LayerNorm."""
    tokens, segments, positions = (
        F.embedding(i, table) for i, table in zip(ids, tables, strict=True)
    )
    total = tokens + segments + positions
    weight, bias = weight.to(total.dtype), bias.to(total.dtype)
    return F.layer_norm(total, weight.shape, weight, bias, eps).to(total.dtype)


def _unfit(segment_weight):
    n = len(segment_weight)
    return unfit(segment_weight) or (
        "" if n <= MAX_SEGMENTS else f"{n} segments are more than {MAX_SEGMENTS}"
    )


def _check_length(token_ids, position_weight):
    if token_ids.shape[-1] > len(position_weight):
        raise ValueError(
            f"{token_ids.shape[-1]} tokens are more than the {len(position_weight)} positions "
            "of position_weight."
        )


def _check(ids, tables, weight, bias):
    shapes = [tuple(i.shape) for i in ids]
    if len(set(shapes)) > 1:
        raise ValueError(f"token, segment and position ids must have one shape, got {shapes}.")
    widths = {table.shape[-1] for table in tables} | {*weight.shape} | {*bias.shape}
    if any(table.ndim != 2 for table in tables) or weight.ndim != 1 or len(widths) > 1:
        shapes = [tuple(t.shape) for t in (*tables, weight, bias)]
        raise ValueError(f"the tables, weight and bias must have one width D, got {shapes}.")
    if len({table.dtype for table in tables}) > 1:
        raise ValueError(f"the tables must be of one dtype, got {[t.dtype for t in tables]}.")

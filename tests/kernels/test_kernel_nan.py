"""NaN and infinities come out, and into the gradients, where the formula puts them.

Two things are left out, because our kernels do better than the formula: rows that don't count in
the loss and keys that a query doesn't see, where it multiplies a NaN by 0.
"""

import pytest
import torch
from kernel_checks import compare, each, randn, use

from helpers.kernels.adapter import adapter, adapter_reference
from helpers.kernels.attention import attention, attention_reference
from helpers.kernels.embedding import embedding, embedding_reference
from helpers.kernels.layer_norm import layer_norm, layer_norm_reference
from helpers.kernels.linear_cross_entropy import (
    linear_cross_entropy,
    linear_cross_entropy_reference,
)
from helpers.kernels.lstm import lstm, lstm_reference
from helpers.kernels.scalar_mix import scalar_mix, weighted_sum_reference

IDS = torch.tensor([[0, 3, 1, 2]]), torch.tensor([[0, 0, 1, 0]]), torch.arange(4)[None]


def embedded(*tensors):
    return embedding(*(i.to(tensors[0].device) for i in IDS[:2]), *tensors)


def exactly_embedded(*tensors):
    return embedding_reference(IDS, tensors[:3], *tensors[3:], 1e-12)


def exactly_attended(q, k, v):
    return attention_reference(q, k, v, False, None, 0.25)[0]


def exactly_normed(x, weight, bias, residual):
    return layer_norm_reference(x, weight, bias, residual, 1e-5)[0]


def loss(x, weight, bias):
    return linear_cross_entropy(x, weight, torch.arange(4, device=x.device), bias)


def exact_loss(x, weight, bias):
    return linear_cross_entropy_reference(x, weight, torch.arange(4), bias, -100, 0, 0, "mean")


def outputs(*tensors):
    return lstm(*tensors)[0]


def exact_outputs(x, W_x, W_h, bias):
    state = x.new_zeros(len(x), W_h.shape[1]), x.new_zeros(len(x), W_h.shape[1])
    return lstm_reference(x, W_x, W_h, bias, None, state, None, None)[0]


def exactly_mixed(layers, scores, gamma):
    return weighted_sum_reference(layers, gamma * scores.softmax(0))


KERNELS = {  # ours, the formula, the tensors' shapes, which of them are spoilt
    "adapter": (adapter, adapter_reference, [(5, 24), (6, 24), (6,), (24, 6), (24,)], (0, 4)),
    "attention": (attention, exactly_attended, 3 * [(1, 1, 20, 16)], (2,)),
    "embedding": (embedded, exactly_embedded, [(5, 8), (2, 8), (4, 8), (8,), (8,)], (0, 2, 3)),
    "layer_norm": (layer_norm, exactly_normed, [(5, 24), (24,), (24,), (5, 24)], (0, 1, 3)),
    "linear_cross_entropy": (loss, exact_loss, [(4, 6), (5, 6), (5,)], (0, 1, 2)),
    "lstm": (outputs, exact_outputs, [(3, 4, 5), (24, 5), (24, 6), (24,)], (0, 2)),
    "scalar_mix": (scalar_mix, exactly_mixed, [(3, 4, 5), (3,), (1,)], (0, 1)),
}


@each
@pytest.mark.parametrize("value", [torch.nan, torch.inf, -torch.inf], ids=str)
@pytest.mark.parametrize(
    ("kernel", "spoilt"), [(name, i) for name, (*_, places) in KERNELS.items() for i in places]
)
def test_nan_and_infinity(implementation, kernel, spoilt, value, monkeypatch):
    if implementation == "torch" and kernel in ("lstm", "scalar_mix"):
        pytest.skip(f"torch has no operation for {kernel}")
    device = use(implementation, monkeypatch)
    function, formula, shapes, _ = KERNELS[kernel]
    tensors = [randn(*shape, device=device) for shape in shapes]
    tensors[spoilt].view(-1)[3 % tensors[spoilt].numel()] = value
    compare(
        lambda **named: function(*named.values()),
        lambda **named: formula(*named.values()),
        {f"input {i}": tensor for i, tensor in enumerate(tensors)},
        torch.float32,
    )


@each
def test_a_row_that_does_not_count_may_hold_nan(implementation, monkeypatch):
    device = use(implementation, monkeypatch)
    x, weight = randn(3, 4, device=device), randn(5, 4, device=device)
    targets = torch.tensor([0, -100, 2], device=device)
    want = linear_cross_entropy(x, weight, targets)
    x[1] = torch.nan
    assert torch.equal(linear_cross_entropy(x, weight, targets), want)

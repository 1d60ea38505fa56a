"""Tensors that reach beyond 2³¹ elements, where an offset in 32 bits wraps around.

Only a few rows of them are ever touched: elsewhere the memory is promised and never given, so that
a CPU needs no 4 GB for it. An offset that wraps reads foreign memory, which may end the run.
"""

import pytest
import torch
from kernel_checks import assert_near, compare, ours, randn, use

from helpers.kernels.adapter import adapter, adapter_reference
from helpers.kernels.attention import attention, attention_reference
from helpers.kernels.embedding import embedding, embedding_reference
from helpers.kernels.layer_norm import layer_norm, layer_norm_reference
from helpers.kernels.scalar_mix import scalar_mix, weighted_sum_reference

STEP = 2**30  # three rows so far apart need more than 31 bits
DTYPE = torch.bfloat16


@pytest.fixture
def device(implementation, monkeypatch):
    """The interpreter copies all memory that it is shown onto itself when it is done: not here."""
    copy = torch.UntypedStorage.copy_

    def copy_elsewhere(self, source, *arguments):
        return self if self.data_ptr() == source.data_ptr() else copy(self, source, *arguments)

    monkeypatch.setattr(torch.UntypedStorage, "copy_", copy_elsewhere)
    return use(implementation, monkeypatch)


def far_apart(device, n, *shape):
    """``n`` blocks of random numbers, each ``STEP`` elements after the one before."""
    size = torch.Size(shape).numel()
    whole = torch.empty((n - 1) * STEP + size, dtype=DTYPE, device=device)
    return whole.as_strided((n, size), (STEP, 1)).copy_(randn(n, size)).unflatten(1, shape)


@ours
def test_layer_norm(device):
    x = far_apart(device, 3, 24)
    weight, bias = randn(24, device=device), randn(24, device=device)

    def run(x, weight, bias):
        return layer_norm(x, weight, bias)

    def reference(x, weight, bias):
        return layer_norm_reference(x, weight, bias, None, 1e-5)[0]

    compare(run, reference, {"x": x, "weight": weight, "bias": bias}, DTYPE)


@ours
def test_adapter(device):
    shapes = {"W_down": (5, 24), "b_down": (5,), "W_up": (24, 5), "b_up": (24,)}
    tensors = {name: randn(*shape, dtype=DTYPE, device=device) for name, shape in shapes.items()}
    compare(adapter, adapter_reference, {"x": far_apart(device, 3, 24), **tensors}, DTYPE)


@ours
@pytest.mark.parametrize("causal", [False, True])
def test_attention_with_the_steps_of_a_sequence_outermost(device, causal):
    """As a time-major model keeps it, ``(T, B, H, d_head)``."""
    q, k, v = (far_apart(device, 3, 1, 1, 16).permute(1, 2, 0, 3) for _ in range(3))

    def run(q, k, v):
        return attention(q, k, v, causal=causal)

    def reference(q, k, v):
        return attention_reference(q, k, v, causal, None, 0.25)[0]

    compare(run, reference, {"q": q, "k": k, "v": v}, DTYPE)


@ours
def test_scalar_mix(device):
    layers = far_apart(device, 3, 2, 8)

    def reference(layers, scores, gamma):
        return weighted_sum_reference(layers, gamma * scores.softmax(0))

    tensors = {"scores": randn(3, device=device), "gamma": randn(1, device=device)}
    compare(scalar_mix, reference, {"layers": layers, **tensors}, DTYPE)


@ours
@torch.no_grad()
def test_embedding(device):
    """Forward only: the table's gradient is as large, and filled throughout."""
    V, D = 2**21 + 1, 1024
    rows, ids = randn(2, D, dtype=DTYPE), torch.tensor([[V - 1, 0]])
    table = torch.empty(V, D, dtype=DTYPE, device=device)
    for i, row in zip(ids[0], rows, strict=True):
        table[i] = row.to(device)
    rest = [randn(*shape, dtype=DTYPE, device=device) for shape in [(1, D), (2, D), (D,), (D,)]]
    zeros = torch.zeros_like(ids)
    got = embedding(ids.to(device), zeros.to(device), table, *rest)
    segments, positions, weight, bias = (x.double().cpu() for x in rest)
    few = rows.double(), segments, positions
    where = torch.tensor([[0, 1]]), zeros, torch.tensor([[0, 1]])
    assert_near("output", got, embedding_reference(where, few, weight, bias, 1e-12), DTYPE)

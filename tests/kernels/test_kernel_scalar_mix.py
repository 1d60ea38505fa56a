"""ELMo's mix of layers: every implementation against the formula in float64."""

import pytest
import torch
from kernel_checks import assert_near, compare, each_dtype, planted_bugs, randn, use, without_torch

from helpers.kernels.scalar_mix import scalar_mix

SHAPES = {  # layers first
    "odd": (3, 7, 37),
    "prime": (5, 2, 11, 13),
    "one layer": (1, 4, 8),
    "thirteen layers": (13, 3, 9),
    "one vector": (3, 48),
    "longer than a block": (3, 5, 1001),
    "empty batch": (3, 0, 16),
}


def formula(layers, scores, gamma):
    weights = scores.exp() / scores.exp().sum()
    return sum(gamma * w * layer for w, layer in zip(weights, layers, strict=True))


def check(device, shape, dtype=torch.float32):
    tensors = {
        "layers": randn(*shape, dtype=dtype, device=device),
        "scores": randn(shape[0], device=device),
        "gamma": randn(1, device=device).squeeze(),
    }
    compare(scalar_mix, formula, tensors, dtype)


@without_torch
@pytest.mark.parametrize("shape", SHAPES)
def test_shapes(implementation, shape, monkeypatch):
    check(use(implementation, monkeypatch), SHAPES[shape])


@without_torch
@each_dtype
def test_dtypes(implementation, dtype, monkeypatch):
    check(use(implementation, monkeypatch), (3, 9, 40), dtype)


@without_torch
def test_layers_that_are_not_contiguous(implementation, monkeypatch):
    device = use(implementation, monkeypatch)
    rest = {"scores": randn(6, device=device)[::2], "gamma": randn(1, device=device)}
    for layers in (randn(5, 4, 3, device=device).permute(2, 0, 1), randn(6, 5, 4)[::2].to(device)):
        compare(scalar_mix, formula, {"layers": layers, **rest}, torch.float32)


@without_torch
def test_frozen_layers(implementation, monkeypatch):
    """As in ELMo: only the weights learn."""
    device = use(implementation, monkeypatch)
    layers = randn(3, 5, 8, device=device)

    def run(scores, gamma):
        return scalar_mix(layers, scores, gamma)

    def reference(scores, gamma):
        return formula(layers.cpu().double(), scores, gamma)

    tensors = {"scores": randn(3, device=device), "gamma": randn(1, device=device)}
    compare(run, reference, tensors, torch.float32)


@without_torch
def test_nan_and_infinity_stay_where_they_are(implementation, monkeypatch):
    device = use(implementation, monkeypatch)
    layers = randn(3, 4, 5, device=device)
    layers[1, 2, 3], layers[2, 0, 1] = torch.nan, torch.inf
    out = scalar_mix(layers, randn(3, device=device), torch.ones((), device=device)).cpu()
    assert out.isnan().nonzero().tolist() == [[2, 3]]
    assert out.isinf().nonzero().tolist() == [[0, 1]]


def test_reference_differentiates_right(monkeypatch):
    torch.manual_seed(0)
    monkeypatch.setenv("KERNELS", "reference")
    tensors = [randn(*s, dtype=torch.float64).requires_grad_() for s in [(3, 2, 4), (3,), ()]]
    assert torch.autograd.gradcheck(scalar_mix, tensors)


def test_equal_scores_give_the_mean():
    layers = randn(4, 3, 5)
    got = scalar_mix(layers, torch.full((4,), 7.0), torch.ones(()))
    assert_near("mean", got, layers.mean(0), torch.float32)


def test_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match=r"scores \(L,\), got \(3, 4\) and \(2,\)"):
        scalar_mix(randn(3, 4), randn(2), torch.ones(()))
    with pytest.raises(ValueError, match="gamma must be one number"):
        scalar_mix(randn(3, 4), randn(3), torch.ones(2))


BUGS = {
    "last layer forgotten": (
        ("for layer in tl.static_range(L):", "for layer in tl.static_range(L - 1):"),
    ),
    "weights of the first layer": (
        ("total += tl.load(weights + layer)", "total += tl.load(weights)"),
    ),
    "first block's sums only": (("sums += tl.where", "sums = tl.where"),),
    "block's edge": (("mask=at < n)", "mask=at < n - 1)"),),
    "gradient of the layers unweighted": (("dx = tl.load(weights + layer) * dy", "dx = dy"),),
    "gradient written to the next layer": (
        ("tl.cast(layer, tl.int64) * n", "tl.cast(L - 1 - layer, tl.int64) * n"),
    ),
    "sums of the wrong layer": (("one_of == layer", "one_of == L - 1 - layer"),),
    "one program's sums": (("dweights.sum(0)", "dweights[0]"),),
}


def check_all():
    check("cpu", (3, 2, 20_001))


test_planted_bugs_are_caught, test_a_copy_without_bugs_passes = planted_bugs(
    "scalar_mix", BUGS, check_all
)

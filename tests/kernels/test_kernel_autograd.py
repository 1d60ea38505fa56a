"""The kernels in autograd's graph and under autocast; no second derivative of ours."""

import pytest
import torch
import torch.utils.checkpoint
from kernel_checks import assert_near, each, ours, randn, use

from helpers.kernels.adapter import adapter
from helpers.kernels.attention import attention
from helpers.kernels.embedding import embedding
from helpers.kernels.layer_norm import layer_norm
from helpers.kernels.linear_cross_entropy import linear_cross_entropy
from helpers.kernels.lstm import lstm
from helpers.kernels.scalar_mix import scalar_mix


def embedded(*tensors):
    """Not the squares' plain sum: a normalised row's is a constant."""
    ids = torch.tensor([[[0, 1, 4]], [[0, 0, 1]]], device=tensors[0].device)
    out = embedding(*ids, *tensors)
    return out * torch.arange(out.shape[-1], device=out.device).sqrt()


def language_model_loss(x, weight):
    return 3 * linear_cross_entropy(x, weight, torch.arange(len(x), device=x.device))


def clipped_lstm(*tensors):
    return lstm(*tensors, cell_clip=0.4, proj_clip=0.3)[0]


KERNELS = {  # the function, the shapes of its tensors
    "adapter": (adapter, [(5, 24), (6, 24), (6,), (24, 6), (24,)]),
    "attention": (attention, 3 * [(1, 1, 18, 16)]),
    "embedding": (embedded, [(5, 8), (2, 8), (4, 8), (8,), (8,)]),
    "layer_norm": (layer_norm, [(9, 24), (24,), (24,), (9, 24)]),
    "linear_cross_entropy": (language_model_loss, [(5, 8), (7, 8)]),
    "lstm": (clipped_lstm, [(2, 3, 4), (12, 4), (12, 2), (12,), (2, 3)]),
    "scalar_mix": (scalar_mix, [(3, 2, 8), (3,), (1,)]),
}


def in_a_graph(kernel, device):
    """A kernel's function and random tensors for it, which ask for gradients."""
    function, shapes = KERNELS[kernel]
    return function, [randn(*shape, device=device).requires_grad_() for shape in shapes]


@ours
@pytest.mark.parametrize("kernel", KERNELS)
def test_backward_twice_and_through_checkpointing(implementation, kernel, monkeypatch):
    """The gradients are the same to the last bit, unless atomics add them up."""
    function, tensors = in_a_graph(kernel, use(implementation, monkeypatch))

    def block(*tensors):
        return function(*tensors).square().sum()

    plain = torch.autograd.grad(block(*tensors), tensors)
    kept = torch.utils.checkpoint.checkpoint(block, *tensors, use_reentrant=False)
    for _ in range(2):
        again = torch.autograd.grad(kept, tensors, retain_graph=True)
        for a, b in zip(plain, again, strict=True):
            assert_near("gradient", b, a, torch.float32)
            assert kernel == "embedding" or torch.equal(a, b)


@ours
@pytest.mark.parametrize("kernel", KERNELS)
def test_a_sums_gradient_which_is_one_number_for_all(implementation, kernel, monkeypatch):
    """It arrives expanded, with no memory for each element."""
    function, tensors = in_a_graph(kernel, use(implementation, monkeypatch))
    out = function(*tensors)
    got = torch.autograd.grad(out.sum(), tensors, retain_graph=True)
    want = torch.autograd.grad(out, tensors, torch.ones(out.shape, device=out.device))
    for a, b in zip(got, want, strict=True):
        assert_near("gradient", a, b, torch.float32)


@each
@pytest.mark.parametrize("kernel", KERNELS)
def test_autocast_rounds_the_factors_of_products_and_nothing_else(
    implementation, kernel, monkeypatch
):
    if implementation == "torch" and kernel in ("lstm", "scalar_mix"):
        pytest.skip(f"torch has no operation for {kernel}")
    device = use(implementation, monkeypatch)
    function, shapes = KERNELS[kernel]
    tensors = [randn(*shape, device=device) for shape in shapes]
    with torch.autocast(device, torch.bfloat16):
        got = function(*tensors)
    without_products = ("embedding", "layer_norm", "scalar_mix")
    factors = tensors if kernel in without_products else [x.bfloat16() for x in tensors]
    want = function(*factors)
    assert got.dtype == want.dtype and torch.equal(got, want)


@ours
@pytest.mark.parametrize("kernel", KERNELS)
def test_a_second_derivative_is_refused(implementation, kernel, monkeypatch):
    """Rather than wrong: what a kernel writes has no graph behind it."""
    function, tensors = in_a_graph(kernel, use(implementation, monkeypatch))
    loss = function(*tensors).square().sum()
    first = torch.autograd.grad(loss, tensors[0], create_graph=True)[0]
    with pytest.raises(RuntimeError, match="once_differentiable"):
        first.square().sum().backward()

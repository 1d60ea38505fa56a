"""LayerNorm of a sum: every implementation against the formula in float64."""

import pytest
import torch
import torch.nn.functional as F
from kernel_checks import assert_near, compare, each, each_dtype, ours, planted_bugs, randn, use

from helpers.kernels.layer_norm import layer_norm, layer_norm_reference

SHAPES = {
    "odd": (7, 37),
    "prime": (2, 53, 101),
    "one row": (1, 768),
    "one vector": (48,),
    "one number": (5, 1),
    "many short rows": (150, 16),
    "long rows": (2, 9001),
    "empty batch": (0, 64),
}


def check(device, *shape, dtype=torch.float32, residual=True, return_sum=True, eps=1e-2):
    """``eps`` is large, so that its place under the root shows."""
    D = shape[-1]
    tensors = {
        "x": randn(*shape, dtype=dtype, device=device, shift=0.3),
        "weight": randn(D, device=device),
        "bias": randn(D, device=device),
    }
    if residual:
        tensors["residual"] = randn(*shape, dtype=dtype, device=device)

    def run(**tensors):
        return layer_norm(**tensors, eps=eps, return_sum=return_sum)

    def reference(x, weight, bias, residual=None):
        out, total = layer_norm_reference(x, weight, bias, residual, eps)
        return (out, total) if return_sum else out

    compare(run, reference, tensors, dtype)


def check_columns(device, residual=True):
    """Contiguous within a row, and not from one row to the next."""
    tensors = {
        "x": randn(37, 50, device=device)[:, 3:27],
        "weight": randn(24, device=device),
        "bias": randn(24, device=device),
    }
    if residual:
        tensors["residual"] = randn(37, 31, device=device)[:, :24]

    def reference(x, weight, bias, residual=None):
        return layer_norm_reference(x, weight, bias, residual, 1e-5)[0]

    compare(layer_norm, reference, tensors, torch.float32)


@each
@pytest.mark.parametrize("shape", SHAPES)
def test_shapes(implementation, shape, monkeypatch):
    device = use(implementation, monkeypatch)
    for residual in (False, True):
        for return_sum in (False, True):
            check(device, *SHAPES[shape], residual=residual, return_sum=return_sum)


@each
@each_dtype
def test_dtypes(implementation, dtype, monkeypatch):
    check(use(implementation, monkeypatch), 33, 80, dtype=dtype)


@each
def test_rows_that_are_not_contiguous(implementation, monkeypatch):
    device = use(implementation, monkeypatch)
    tensors = {
        "x": randn(6, 5, 40, device=device).transpose(0, 1)[:, ::2],
        "residual": randn(40, 5, 3, device=device).permute(1, 2, 0),
        "weight": randn(80, device=device)[::2],
        "bias": randn(40, device=device),
    }
    compare(
        lambda x, residual, weight, bias: layer_norm(x, weight, bias, residual),
        lambda x, residual, weight, bias: layer_norm_reference(x, weight, bias, residual, 1e-5)[0],
        tensors,
        torch.float32,
    )


@each
def test_columns_of_wider_matrices(implementation, monkeypatch):
    device = use(implementation, monkeypatch)
    check_columns(device)
    check_columns(device, residual=False)


@each
def test_nan_and_infinity_stay_in_their_rows(implementation, monkeypatch):
    device = use(implementation, monkeypatch)
    x = randn(5, 24, device=device)
    x[1, 3], x[3, 0] = torch.nan, torch.inf
    out = layer_norm(x, randn(24, device=device), randn(24, device=device)).isnan()
    assert out[[1, 3]].all() and not out[[0, 2, 4]].any()


@ours
def test_without_gradients_the_sum_is_written_only_if_asked_for(implementation, monkeypatch):
    device = use(implementation, monkeypatch)
    from helpers.kernels.gpu.layer_norm import layer_norm_triton

    x, weight, bias = randn(4, 8, device=device), randn(8, device=device), randn(8, device=device)
    assert layer_norm_triton(x, weight, bias, x, 1e-5, False)[1] is None
    assert_near("sum", layer_norm_triton(x, weight, bias, x, 1e-5, True)[1], 2 * x, torch.float32)


def test_reference_is_torchs_operation_and_differentiates_right(monkeypatch):
    torch.manual_seed(0)
    monkeypatch.setenv("KERNELS", "reference")
    x, residual = (randn(3, 6, dtype=torch.float64).requires_grad_() for _ in range(2))
    weight, bias = (randn(6, dtype=torch.float64).requires_grad_() for _ in range(2))
    want = F.layer_norm(x + residual, (6,), weight, bias, 1e-3)
    assert_near("output", layer_norm(x, weight, bias, residual, eps=1e-3), want, torch.float32)

    def run(*inputs):
        return layer_norm(*inputs, return_sum=True)

    assert torch.autograd.gradcheck(run, (x, weight, bias, residual))


def test_shapes_that_do_not_fit():
    x, w = randn(2, 6), randn(6)
    with pytest.raises(ValueError, match="weight and bias must have the width of x"):
        layer_norm(x, w, w[:5])
    with pytest.raises(ValueError, match="residual must be as x"):
        layer_norm(x, w, w, x[:1])


BUGS = {
    "weight ignored in the backward": (("g = dy * w[None, :]", "g = dy"),),
    "eps outside the root": (
        (
            "tl.rsqrt(tl.sum(centred * centred, 1) / D + eps)",
            "1 / (tl.sqrt(tl.sum(centred * centred, 1) / D) + eps)",
        ),
    ),
    "variance over the tile's padding": (
        ("tl.where(inside, s - mean[:, None], 0.0)", "s - mean[:, None]"),
    ),
    "variance with n - 1": (
        ("tl.sum(centred * centred, 1) / D", "tl.sum(centred * centred, 1) / (D - 1)"),
    ),
    "mean's gradient forgotten": (("tl.sum(g, 1)[:, None] / D", "0"),),
    "deviation's gradient forgotten": (("normed * along[:, None]", "0"),),
    "sum's gradient forgotten": (("ds += tl.load(dtotal", "ds += 0 * tl.load(dtotal"),),
    "a program's later rows forgotten": (
        ("dw += tl.sum(dy * normed, 0)", "dw = tl.sum(dy * normed, 0)"),
    ),
    "dbias from normalised rows": (("db += tl.sum(dy, 0)", "db += tl.sum(dy * normed, 0)"),),
    "rows of the next program": (("tl.program_id(0) * ROWS +", "tl.program_id(0) * (ROWS + 1) +"),),
    "residual not added": (("(s + r.to(tl.float32))", "s"),),
    "sum stored before the residual": (
        ("tl.store(total + at, s.to", "tl.store(total + at, (s / 2).to"),
    ),
    "last column dropped": (("(d[None, :] < D)", "(d[None, :] < D - 1)"),),
    "rows of x taken for neighbours": (("[:, None] * x_stride", "[:, None] * D"),),
    "residual's rows taken for neighbours": (("[:, None] * residual_stride", "[:, None] * D"),),
    "sum's rows taken for neighbours": (("[:, None] * total_stride", "[:, None] * D"),),
}


def check_all():
    check("cpu", 71, 24)
    check("cpu", 71, 24, residual=False, return_sum=False)
    check_columns("cpu")
    check_columns("cpu", residual=False)


test_planted_bugs_are_caught, test_a_copy_without_bugs_passes = planted_bugs(
    "layer_norm", BUGS, check_all
)

"""The bottleneck adapter: every implementation against the formula in float64."""

import pytest
import torch
from kernel_checks import assert_near, compare, each, each_dtype, planted_bugs, randn, use

from helpers.kernels.adapter import adapter, adapter_reference, adapter_torch

SHAPES = {  # shape of x, bottleneck
    "odd": ((7, 37), 5),
    "prime": ((2, 53, 71), 17),
    "one row": ((1, 96), 64),
    "one vector": ((40,), 8),
    "one number through": ((3, 20), 1),
    "many rows": ((130, 16), 16),
    "wide": ((3, 24), 200),
    "long rows": ((2, 801), 3),
    "empty batch": ((0, 16), 4),
}


def inputs(device, shape, m, dtype=torch.float32):
    D = shape[-1]
    options = {"dtype": dtype, "device": device}
    return {
        "x": randn(*shape, **options),
        "W_down": randn(m, D, **options, scale=D**-0.5),
        "b_down": randn(m, **options),
        "W_up": randn(D, m, **options, scale=m**-0.5),
        "b_up": randn(D, **options),
    }


def check(device, shape, m, dtype=torch.float32):
    compare(adapter, adapter_reference, inputs(device, shape, m, dtype), dtype)


def check_columns(device):
    """x from a wider matrix: contiguous within a row, and not from one row to the next."""
    tensors = inputs(device, (5, 24), 6)
    tensors["x"] = randn(5, 40, device=device)[:, 3:27]
    compare(adapter, adapter_reference, tensors, torch.float32)


@each
@pytest.mark.parametrize("shape", SHAPES)
def test_shapes(implementation, shape, monkeypatch):
    check(use(implementation, monkeypatch), *SHAPES[shape])


@each
@each_dtype
def test_dtypes(implementation, dtype, monkeypatch):
    check(use(implementation, monkeypatch), (70, 80), 48, dtype)


@each
def test_matrices_that_are_not_contiguous(implementation, monkeypatch):
    device = use(implementation, monkeypatch)
    tensors = inputs(device, (5, 24), 6)
    tensors["x"] = randn(24, 5, device=device).T
    tensors["W_down"] = randn(24, 6, device=device).T
    tensors["b_up"] = randn(48, device=device)[::2]
    compare(adapter, adapter_reference, tensors, torch.float32)
    check_columns(device)


@each
def test_nan_and_infinity_stay_in_their_rows(implementation, monkeypatch):
    tensors = inputs(use(implementation, monkeypatch), (5, 24), 6)
    tensors["x"][1, 3], tensors["x"][3, 0] = torch.nan, torch.inf
    out = adapter(**tensors)
    assert out[1].isnan().all()
    assert not out[3].isfinite().all() and out[[0, 2, 4]].isfinite().all()


def test_reference_is_torchs_operations_and_differentiates_right():
    torch.manual_seed(0)
    tensors = [t.requires_grad_() for t in inputs("cpu", (3, 5), 2, torch.float64).values()]
    assert_near("output", adapter_reference(*tensors), adapter_torch(*tensors), torch.float32)
    assert torch.autograd.gradcheck(adapter_reference, tensors)


def test_shapes_that_do_not_fit():
    tensors = inputs("cpu", (3, 5), 2)
    for name in ("W_down", "b_down", "W_up", "b_up"):
        with pytest.raises(ValueError, match=f"{name} must be"):
            adapter(**{**tensors, name: randn(3, 3, 3)[:2] if name == "W_down" else randn(3)})


BUGS = {
    "input not added": (
        (
            "y = _load(x, rows, N, x_stride, d, D).to(tl.float32)\n",
            "y = tl.zeros((ROWS, BLOCK_D), tl.float32)\n",
        ),
    ),
    "input's own gradient forgotten": (
        (
            "dx_tile = _load(dout, rows, N, D, d, D).to(tl.float32)\n",
            "dx_tile = tl.zeros((ROWS, BLOCK_D), tl.float32)\n",
        ),
    ),
    "GELU's slope without the density": (
        ("dh * (cdf + z * NORMAL_AT_0 * tl.exp(-0.5 * z * z))", "dh * cdf"),
    ),
    "the tanh approximation": (
        ("0.5 * (1 + tl.erf(z * SQRT_HALF))", "tl.sigmoid(1.5957691 * (z + 0.044715 * z * z * z))"),
    ),
    "bias before the product only": (("z += tl.load(b_down", "z = z + 0 * tl.load(b_down"),),
    "second bias forgotten": (("y += tl.load(b_up", "y += 0 * tl.load(b_up"),),
    "first tile of columns only": (
        (
            "z = dot(x_tile, tl.trans(_load(W_down, j, m, D, d, D)), z)",
            "z = dot(x_tile, tl.trans(_load(W_down, j, m, D, d, D)), None)",
        ),
    ),
    "one column too few": (
        ("(columns[None, :] < n_columns)", "(columns[None, :] < n_columns - 1)"),
    ),
    "dW_up before the GELU": (("dout.T @ h", "dout.T @ z"),),
    "h stored instead of z": (("_store(z_out, z, rows", "_store(z_out, z * _normal_cdf(z), rows"),),
    "rows of the next program": (("tl.program_id(0) * ROWS +", "tl.program_id(0) * (ROWS + 1) +"),),
    "rows of x taken for neighbours": (("rows[:, None] * stride", "rows[:, None] * n_columns"),),
}


def check_all():
    check("cpu", (70, 40), 6)
    check_columns("cpu")


test_planted_bugs_are_caught, test_a_copy_without_bugs_passes = planted_bugs(
    "adapter", BUGS, check_all
)

"""LSTM over sequences: every implementation against the formula in float64, and torch.nn.LSTM."""

import pytest
import torch
from kernel_checks import (
    assert_near,
    compare,
    each_dtype,
    gpu_module,
    planted_bugs,
    randn,
    use,
    without_torch,
)

from helpers.kernels.lstm import lstm, lstm_reference

SHAPES = {  # B, T, d_in, H, P (None: no projection)
    "odd": (3, 5, 7, 9, None),
    "projected": (2, 4, 6, 11, 5),
    "one step": (3, 1, 4, 8, 3),
    "one sequence": (1, 6, 5, 13, None),
    "more cells than a block": (2, 2, 3, 37, None),
    "empty batch": (0, 3, 4, 5, 2),
}
CLIPS = {"cell_clip": 0.4, "proj_clip": 0.3}  # 0.3 is no number in half precision


def small_blocks(monkeypatch):
    module = gpu_module("lstm")
    monkeypatch.setattr(module, "BLOCK", 32)


def check(device, B, T, d_in, H, P, dtype=torch.float32, state=False, last=True, **clips):
    options = {"dtype": dtype, "device": device}
    tensors = {
        "x": randn(T, B, d_in, **options).transpose(0, 1),
        "W_x": randn(4 * H, d_in, **options, scale=0.7),
        "W_h": randn(4 * H, P or H, **options, scale=0.3),
        "bias": randn(4 * H, **options),
    }
    if P:
        tensors["W_p"] = randn(P, H, **options, scale=0.5)
    else:
        clips.pop("proj_clip", None)
    if state:
        tensors |= {"h": randn(B, P or H, **options), "c": randn(B, H, **options)}
    bounds = {"cell_clip": None, "proj_clip": None, **clips}

    def run(x, W_x, W_h, bias, W_p=None, h=None, c=None):
        before = None if h is None else (h, c)
        out, final = lstm(x, W_x, W_h, bias, W_p, before, **clips)
        return (out, *final) if last else out

    def reference(x, W_x, W_h, bias, W_p=None, h=None, c=None):
        if h is None:
            h, c = x.new_zeros(B, P or H), x.new_zeros(B, H)
        out, final = lstm_reference(x, W_x, W_h, bias, W_p, (h, c), **bounds)
        return (out, *final) if last else out

    compare(run, reference, tensors, dtype)


@without_torch
@pytest.mark.parametrize("shape", SHAPES)
def test_shapes(implementation, shape, monkeypatch):
    device = use(implementation, monkeypatch)
    if implementation == "interpreter":
        small_blocks(monkeypatch)
    check(device, *SHAPES[shape], last=False)
    check(device, *SHAPES[shape], state=True, **CLIPS)


@without_torch
@each_dtype
def test_dtypes(implementation, dtype, monkeypatch):
    device = use(implementation, monkeypatch)
    if implementation == "reference" and dtype != torch.float32:
        pytest.skip("it computes in the dtype it is given, and drifts over the steps")
    check(device, 3, 4, 16, 16, 8, dtype, state=True, cell_clip=3.0, proj_clip=3.0)


@without_torch
def test_tensors_that_are_not_contiguous(implementation, monkeypatch):
    device = use(implementation, monkeypatch)
    shapes = {"x": (4, 2, 3), "W_x": (4, 20), "W_h": (3, 20), "bias": (20,), "W_p": (5, 3)}
    shapes |= {"h": (3, 2), "c": (5, 2)}
    tensors = {name: randn(*s, device=device).movedim(0, -1) for name, s in shapes.items()}

    def run(x, W_x, W_h, bias, W_p, h, c):
        out, last = lstm(x, W_x, W_h, bias, W_p, (h, c))
        return out, *last

    def reference(x, W_x, W_h, bias, W_p, h, c):
        out, last = lstm_reference(x, W_x, W_h, bias, W_p, (h, c), None, None)
        return out, *last

    compare(run, reference, tensors, torch.float32)


@pytest.mark.parametrize("P", [None, 3])
def test_reference_is_torchs_lstm(P, monkeypatch):
    torch.manual_seed(0)
    monkeypatch.setenv("KERNELS", "reference")
    module = torch.nn.LSTM(5, 7, batch_first=True, proj_size=P or 0).double()
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter)
    x = randn(2, 6, 5, dtype=torch.float64)
    h, c = randn(2, P or 7, dtype=torch.float64), randn(2, 7, dtype=torch.float64)
    want, (last_h, last_c) = module(x, (h[None], c[None]))
    W_p = getattr(module, "weight_hr_l0", None)
    bias = module.bias_ih_l0 + module.bias_hh_l0
    got, last = lstm(x, module.weight_ih_l0, module.weight_hh_l0, bias, W_p, (h, c))
    for a, b in zip((got, *last), (want, last_h[0], last_c[0]), strict=True):
        assert_near("output", a, b, torch.float32)


def test_reference_clips_and_differentiates_right(monkeypatch):
    torch.manual_seed(0)
    monkeypatch.setenv("KERNELS", "reference")
    shapes = [(2, 3, 4), (12, 4), (12, 2), (12,), (2, 3)]
    inputs = [randn(*shape, dtype=torch.float64).requires_grad_() for shape in shapes]
    clips = {"cell_clip": 0.4, "proj_clip": 0.1}
    out, (_, c) = lstm(*inputs, **clips)
    assert c.abs().max() == 0.4 and out.abs().max() == 0.1

    def run(*inputs):
        out, last = lstm(*inputs, **clips)
        return out, *last

    assert torch.autograd.gradcheck(run, inputs)


@without_torch
def test_nan_and_infinity_stay_in_their_sequence(implementation, monkeypatch):
    device = use(implementation, monkeypatch)
    x = randn(3, 4, 5, device=device)
    x[1, 2, 0] = torch.nan
    W_x, W_h, bias = (randn(*s, device=device) for s in [(24, 5), (24, 6), (24,)])
    out = lstm(x, W_x, W_h, bias, cell_clip=3.0)[0].isnan()
    assert out[1, 2:].all() and not out[1, :2].any() and not out[[0, 2]].any()
    x[1, 2, 0] = torch.inf  # saturates every gate, which is no NaN
    assert lstm(x, W_x.abs(), W_h, bias)[0].isfinite().all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": randn(2, 0, 4)}, "at least one step"),
        ({"W_x": randn(13, 4)}, r"W_x \(4H, d_in\)"),
        ({"W_x": randn(12, 5)}, r"W_x must be \(12, 4\)"),
        ({"W_h": randn(12, 4)}, r"W_h must be \(12, 3\)"),
        ({"W_p": randn(2, 3)}, r"W_h must be \(12, 2\)"),
        ({"state": (randn(2, 3), randn(2, 4))}, r"c must be \(2, 3\)"),
        ({"cell_clip": -1}, "cell_clip=-1 must be positive, or None"),
        ({"proj_clip": 3}, "proj_clip needs a projection"),
    ],
)
def test_arguments_that_do_not_fit(change, message):
    arguments = {
        "x": randn(2, 5, 4), "W_x": randn(12, 4), "W_h": randn(12, 3), "bias": randn(12),
    }  # fmt: skip
    with pytest.raises(ValueError, match=message):
        lstm(**{**arguments, **change})


BUGS = {
    "input and forget gate swapped": (
        ("i = tl.sigmoid(tl.load(at, ", "f = tl.sigmoid(tl.load(at, "),
        ("f = tl.sigmoid(tl.load(at + H", "i = tl.sigmoid(tl.load(at + H"),
    ),
    "cell not squashed": (("o * _tanh(c)", "o * c"),),
    "cell not clipped": (("c = tl.clamp(c", "c = 1.0 * (c); _ = tl.clamp(c"),),
    "gradient through the clip": (("tl.where((c > -clip) & (c < clip), dc, 0.0)", "dc"),),
    "gradient through the projection's clip": (("dh[t].masked_fill_", "dh[t].masked_fill"),),
    "bound not rounded": (("out[t].abs() >= proj_clip", "out[t].abs() >= proj_clip * 1.001"),),
    "later cell's gradient forgotten": (("dc = tl.load(dc_after", "dc = 0 * tl.load(dc_after"),),
    "cell of the wrong step": (("df = dc * tl.load(c_before", "df = dc * tl.load(c_after"),),
    "earlier outputs' gradient forgotten": (("if t + 1 < len(x):", "if t + 1 < 0:"),),
    "forget gate's gradient without its slope": (("* f * (1 - f)", "* f"),),
    "output gate from the cell": (("do = dh * tanh_c", "do = dh * c"),),
    "state not carried into dW_h": (
        ("torch.cat([h[None], out[:-1]])", "torch.cat([out[:1], out[:-1]])"),
    ),
    "first state's gradient": (("dgates[0] @ W_h", "dgates[-1] @ W_h"),),
    "block's edge": (("inside = k < n\n", "inside = k < n - 1\n"),),
    "rows mixed up": (("row, h = k // H, k % H", "row, h = 0 * (k // H), k % H"),),
}


def check_all():
    check("cpu", 3, 3, 4, 13, 5, state=True, **CLIPS)


test_planted_bugs_are_caught, test_a_copy_without_bugs_passes = planted_bugs(
    "lstm", BUGS, check_all, small_blocks
)

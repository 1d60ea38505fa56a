"""Head and loss in one: every implementation against the formula in float64."""

import pytest
import torch
import torch.nn.functional as F
from kernel_checks import (
    assert_near,
    compare,
    each,
    each_dtype,
    gpu_module,
    ours,
    planted_bugs,
    randn,
    use,
)

from helpers.kernels.linear_cross_entropy import (
    linear_cross_entropy,
    linear_cross_entropy_reference,
)

SHAPES = {  # rows, width, classes
    "odd": (7, 9, 37),
    "one row": (1, 16, 5),
    "one class": (3, 4, 1),
    "more classes than a tile": (5, 8, 131),
    "more rows than a chunk": (41, 8, 19),
}
OPTIONS = {
    "plain": {},
    "sum": {"reduction": "sum"},
    "smooth": {"label_smoothing": 0.3},
    "z-loss": {"z_loss": 0.05},
    "all": {"label_smoothing": 0.2, "z_loss": 0.1, "ignore_index": 0, "reduction": "sum"},
}


def small_tiles(monkeypatch):
    """Several tiles of classes and chunks of rows, even for the small shapes here."""
    module = gpu_module("linear_cross_entropy")
    monkeypatch.setattr(module, "BLOCK_V", 32)
    monkeypatch.setattr(module, "CHUNK_ROWS", 15)
    monkeypatch.setattr(module, "GRADIENT_ROWS", 20)


def check(device, N, D, V, dtype=torch.float32, bias=True, ignored=True, **options):
    tensors = {
        "x": randn(N, D, dtype=dtype, device=device),
        "weight": randn(V, D, dtype=dtype, device=device),
    }
    if bias:
        tensors["bias"] = randn(V, dtype=dtype, device=device)
    ignore_index = options.get("ignore_index", -100)
    targets = torch.randint(V, (N,))
    if ignored and N > 1:
        targets[1::3] = ignore_index
    settings = {"label_smoothing": 0.0, "z_loss": 0.0, "reduction": "mean", **options}
    settings["ignore_index"] = ignore_index

    def run(x, weight, bias=None):
        return linear_cross_entropy(x, weight, targets.to(device), bias, **settings)

    def reference(x, weight, bias=None):
        return linear_cross_entropy_reference(x, weight, targets, bias, **settings)

    compare(run, reference, tensors, dtype)


@each
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("options", OPTIONS)
def test_shapes_and_options(implementation, shape, options, monkeypatch):
    device = use(implementation, monkeypatch)
    if implementation == "interpreter":
        small_tiles(monkeypatch)
    for bias in (False, True):
        check(device, *SHAPES[shape], bias=bias, **OPTIONS[options])


@each
@each_dtype
def test_dtypes(implementation, dtype, monkeypatch):
    check(use(implementation, monkeypatch), 20, 24, 4500, dtype, label_smoothing=0.1, z_loss=0.01)


@each
def test_64_k_classes(implementation, monkeypatch):
    check(use(implementation, monkeypatch), 3, 8, 65_536, torch.bfloat16)


@each
def test_tensors_that_are_not_contiguous(implementation, monkeypatch):
    device = use(implementation, monkeypatch)
    targets = torch.randint(9, (7, 2), device=device)[:, 0]
    tensors = {
        "x": randn(6, 7, device=device).T,
        "weight": randn(6, 18, device=device).T[::2],
        "bias": randn(18, device=device)[::2],
    }

    def run(x, weight, bias):
        return linear_cross_entropy(x, weight, targets, bias)

    def reference(x, weight, bias):
        settings = {"ignore_index": -100, "label_smoothing": 0, "z_loss": 0, "reduction": "mean"}
        return linear_cross_entropy_reference(x, weight, targets.cpu(), bias, **settings)

    compare(run, reference, tensors, torch.float32)


@each
def test_nothing_counts(implementation, monkeypatch):
    """The mean of nothing is NaN and its sum 0, as torch's; the sum's gradients are 0."""
    device = use(implementation, monkeypatch)
    weight = randn(5, 4, device=device).requires_grad_()
    for n in (0, 3):
        x, targets = randn(n, 4, device=device), torch.full((n,), -100, device=device)
        assert linear_cross_entropy(x, weight, targets).isnan()
        loss = linear_cross_entropy(x, weight, targets, z_loss=0.1, reduction="sum")
        assert loss == 0
        assert not torch.autograd.grad(loss, weight)[0].any()


@each
def test_positions_are_the_rows_that_count(implementation, monkeypatch):
    device = use(implementation, monkeypatch)
    targets = torch.tensor([[0, 3, 1], [2, 2, 4]])
    positions = torch.tensor([4, 1])
    only = torch.full_like(targets, -100).view(-1)
    only[positions] = targets.view(-1)[positions]

    def run(x, weight):
        chosen = targets.view(-1)[positions].to(device)
        return linear_cross_entropy(x, weight, chosen, positions=positions.to(device))

    def reference(x, weight):
        settings = {"ignore_index": -100, "label_smoothing": 0, "z_loss": 0, "reduction": "mean"}
        return linear_cross_entropy_reference(x.view(6, 8), weight, only, None, **settings)

    tensors = {"x": randn(2, 3, 8, device=device), "weight": randn(5, 8, device=device)}
    compare(run, reference, tensors, torch.float32)


@each
def test_nan_and_infinity_spoil_the_loss(implementation, monkeypatch):
    device = use(implementation, monkeypatch)
    for value in (torch.nan, torch.inf):
        x, weight = randn(3, 4, device=device), randn(5, 4, device=device)
        x[1, 2] = value
        loss = linear_cross_entropy(x, weight, torch.tensor([0, 1, 2], device=device))
        assert not loss.isfinite()


@each
def test_classes_that_are_impossible(implementation, monkeypatch):
    """Logits of -inf, here for a whole tile of classes, have probability 0."""
    device = use(implementation, monkeypatch)
    if implementation == "interpreter":
        small_tiles(monkeypatch)
    x, weight = randn(4, 6, device=device), randn(70, 6, device=device)
    bias = randn(70, device=device)
    bias[:40] = -torch.inf
    targets = torch.tensor([41, 55, 69, 60], device=device)
    want = linear_cross_entropy(x, weight[40:], targets - 40, bias[40:])
    assert_near("loss", linear_cross_entropy(x, weight, targets, bias), want, torch.float32)


@ours
def test_a_target_that_is_no_class_is_noticed(implementation, monkeypatch):
    device = use(implementation, monkeypatch)
    x, weight = randn(2, 4, device=device), randn(5, 4, device=device)
    assert linear_cross_entropy(x, weight, torch.tensor([1, 5], device=device)).isnan()


@pytest.mark.parametrize("implementation", ["device"])
def test_float16_gradients_survive_a_mean_over_many_rows(implementation, monkeypatch):
    """Divided by the number of rows first, most of them would be 0 in float16."""
    device = use(implementation, monkeypatch)
    N, V = 4096, 512
    x = randn(N, 2, dtype=torch.float16, device=device).requires_grad_()
    weight = randn(V, 2, dtype=torch.float16, device=device, scale=0.1)
    loss = linear_cross_entropy(x, weight, torch.arange(N, device=device) % V)
    (gradient,) = torch.autograd.grad(65536 * loss, x)
    exact = x.detach().double().cpu().requires_grad_()
    logits = exact @ weight.double().cpu().T
    want = torch.autograd.grad(65536 * F.cross_entropy(logits, torch.arange(N) % V), exact)[0]
    assert_near("gradient of x", gradient, want, torch.float16)


@ours
def test_logits_of_one_chunk_at_most_are_kept(implementation, monkeypatch):
    device = use(implementation, monkeypatch)
    from helpers.kernels.gpu import linear_cross_entropy as module

    small_tiles(monkeypatch)
    seen = []
    launch = module._launch
    monkeypatch.setattr(module, "_launch", lambda z, *rest: seen.append(z) or launch(z, *rest))
    x, weight = randn(64, 4, device=device), randn(50, 4, device=device).requires_grad_()
    linear_cross_entropy(x, weight, torch.zeros(64, dtype=int, device=device)).backward()
    assert [tuple(z.shape) for z in seen] == 4 * [(15, 50)] + [(4, 50)]
    assert {z.untyped_storage().data_ptr() for z in seen} == {seen[0].untyped_storage().data_ptr()}
    assert seen[0].untyped_storage().nbytes() == 15 * 64 * 4  # a row's 50 logits, aligned


def test_reference_is_torchs_operation_and_differentiates_right(monkeypatch):
    torch.manual_seed(0)
    monkeypatch.setenv("KERNELS", "reference")
    x, weight = (randn(n, 4, dtype=torch.float64).requires_grad_() for n in (6, 5))
    bias = randn(5, dtype=torch.float64).requires_grad_()
    targets = torch.tensor([0, 4, -100, 2, 2, 1])
    want = F.cross_entropy(x @ weight.T + bias, targets, label_smoothing=0.2)
    got = linear_cross_entropy(x, weight, targets, bias, label_smoothing=0.2)
    assert_near("loss", got, want, torch.float32)
    with_z = linear_cross_entropy(x, weight, targets, bias, label_smoothing=0.2, z_loss=0.5)
    counted = (x @ weight.T + bias)[targets >= 0]
    assert_near("z-loss", with_z - got, counted.logsumexp(1).square().mean() / 2, torch.float32)

    def run(x, weight, bias):
        return linear_cross_entropy(x, weight, targets, bias, label_smoothing=0.2, z_loss=0.5)

    assert torch.autograd.gradcheck(run, (x, weight, bias))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weight": randn(5, 3)}, r"weight must be \(V, 4\)"),
        ({"bias": randn(4)}, r"bias must be \(5,\)"),
        ({"targets": torch.zeros(3, dtype=int)}, r"targets must be \(2,\) integers"),
        ({"targets": torch.zeros(2)}, r"targets must be \(2,\) integers"),
        ({"label_smoothing": 1.5}, "label_smoothing=1.5 must be from 0 to 1"),
        ({"z_loss": -1}, "z_loss=-1 must not be negative"),
        ({"reduction": "none"}, "reduction='none' must be one of mean, sum"),
    ],
)
def test_arguments_that_do_not_fit(change, message):
    arguments = {"x": randn(2, 4), "weight": randn(5, 4), "targets": torch.zeros(2, dtype=int)}
    with pytest.raises(ValueError, match=message):
        linear_cross_entropy(**{**arguments, **change})


BUGS = {
    "sum not rescaled": (("total = total * tl.exp(top - base) +", "total = total +"),),
    "zeros beyond the last class": (
        ('tl.where(v < V, z, float("-inf"))', "tl.where(v < V, z, 0.0)"),
    ),
    "one class too few": (("return tl.where(v < V, z", "return tl.where(v < V - 1, z"),),
    "ignored rows count": (("tl.where(counts, loss, 0.0)", "tl.where(counts, loss, lse)"),),
    "ignored rows pull": (("dz = tl.where(counts, p", "dz = tl.where(target >= -100, p"),),
    "smoothing not in the gradient": (("+ label_smoothing / V", ""),),
    "smoothing over V - 1 classes": (
        ("label_smoothing * every / V", "label_smoothing * every / (V - 1)"),
    ),
    "z-loss not in the gradient": (("p * (1 + 2 * z_loss * lse)", "p"),),
    "z-loss's gradient halved": (("2 * z_loss * lse)", "z_loss * lse)"),),
    "bias only in the first pass": (
        (
            "p = tl.exp(_logits(logits, bias, v, V, stride, HAS_BIAS)",
            "p = tl.exp(_logits(logits, bias, v, V, stride, False)",
        ),
    ),
    "last chunk's weight gradient only": (("dweight[part] += logits", "dweight[part] = logits"),),
    "chunks overlap": (
        (
            "slice(start, start + CHUNK_ROWS)",
            "slice(start - min(start, 1), start - min(start, 1) + CHUNK_ROWS)",
        ),
    ),
    "gradient not scaled": (("torch.mul(gradient, factor, out", "torch.mul(gradient, 1, out"),),
    "mean over all rows": (("(targets != ignore_index).sum()", "len(targets)"),),
}


def check_all():
    check("cpu", 21, 8, 45, label_smoothing=0.2, z_loss=0.1)


test_planted_bugs_are_caught, test_a_copy_without_bugs_passes = planted_bugs(
    "linear_cross_entropy", BUGS, check_all, small_tiles
)

"""SGNS on many windows: every implementation against the formula, and the formula itself."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from kernel_checks import assert_near, planted_bugs, randn, use, without_torch

from helpers.kernels import BackendError, sgns
from helpers.kernels.sgns_batch import sgns_batch, sgns_batch_reference

SHAPES = {  # N, C, M, V, d
    "odd": (7, 5, 3, 11, 13),
    "one window": (1, 10, 6, 50, 100),
    "one pair": (1, 1, 1, 2, 4),
    "wide windows": (3, 20, 17, 9, 20),
    "many repeats": (40, 4, 6, 5, 8),
    "no windows": (0, 4, 6, 5, 8),
}


def batch(device, N, C, M, V, d, gaps=True):
    W_in, W_out = (randn(V, d, device=device, scale=d**-0.5) for _ in range(2))
    contexts, targets = torch.randint(V, (N, C)), torch.randint(V, (N, M))
    if gaps:  # windows of different lengths, dropped negatives
        contexts[torch.rand(N, C) < 0.3] = -1
        targets[:, 1:][torch.rand(N, M - 1) < 0.3] = -1
    return W_in, W_out, contexts.to(device), targets.to(device), torch.rand(N).to(device)


def check(device, *shape, gaps=True):
    W_in, W_out, contexts, targets, lr = batch(device, *shape, gaps=gaps)
    wanted = [W.double().cpu() for W in (W_in, W_out)]
    sgns_batch_reference(*wanted, contexts.cpu(), targets.cpu(), lr.double().cpu())
    sgns_batch(W_in, W_out, contexts, targets, lr)
    assert_near("W_in", W_in, wanted[0], torch.float32)
    assert_near("W_out", W_out, wanted[1], torch.float32)


@without_torch
@pytest.mark.parametrize("shape", SHAPES)
def test_shapes(implementation, shape, monkeypatch):
    device = use(implementation, monkeypatch)
    check(device, *SHAPES[shape])
    check(device, *SHAPES[shape], gaps=False)


@without_torch
def test_indices_that_are_not_contiguous_and_of_another_type(implementation, monkeypatch):
    device = use(implementation, monkeypatch)
    W_in, W_out, contexts, targets, lr = batch(device, 6, 4, 3, 9, 8)
    wanted = [W_in.clone(), W_out.clone()]
    sgns_batch(*wanted, contexts, targets, lr)
    strange = contexts.T.contiguous().T.int(), targets.repeat(1, 2)[:, :3]
    sgns_batch(W_in, W_out, *strange, lr.repeat_interleave(2)[::2])
    assert_near("W_in", W_in, wanted[0], torch.float32)
    assert_near("W_out", W_out, wanted[1], torch.float32)


@without_torch
def test_nan_stays_in_its_window(implementation, monkeypatch):
    device = use(implementation, monkeypatch)
    W_in, W_out = (randn(6, 8, device=device) for _ in range(2))
    W_in[0, 3] = torch.nan
    contexts, targets = torch.tensor([[0, 1], [2, 3]]), torch.tensor([[0, 1], [2, 3]])
    sgns_batch(W_in, W_out, contexts.to(device), targets.to(device), torch.ones(2, device=device))
    assert W_out.isnan().all(1).tolist() == 2 * [True] + 4 * [False]
    assert not W_in[1:].isnan().any()


def test_one_window_is_the_compiled_loops_reference():
    rng = np.random.default_rng(0)
    tables = [rng.normal(size=(9, 4)) for _ in range(2)]
    ours = [torch.tensor(W) for W in tables]
    contexts, targets = np.array([3, 3, 8]), np.array([2, 0, 5, 5])
    sgns.step_reference(*tables, contexts, targets, 0.3)
    windows = torch.tensor(contexts)[None], torch.tensor(targets)[None]
    sgns_batch_reference(*ours, *windows, torch.tensor([0.3], dtype=torch.float64))
    for got, want in zip(ours, tables, strict=True):
        np.testing.assert_allclose(got.numpy(), want, atol=1e-12)


def test_reference_goes_down_the_gradient_of_the_loss():
    torch.manual_seed(0)
    W_in, W_out, contexts, targets, lr = batch("cpu", 5, 3, 4, 7, 6)
    W_in, W_out, lr = W_in.double(), W_out.double(), lr.double()
    a, b = W_in.clone().requires_grad_(), W_out.clone().requires_grad_()
    scores = a[contexts] @ b[targets].transpose(1, 2)
    signs = torch.where(torch.arange(4) == 0, 1.0, -1.0)
    counts = (contexts >= 0)[:, :, None] & (targets >= 0)[:, None, :]
    loss = -(F.logsigmoid(signs * scores) * counts * lr[:, None, None]).sum()
    da, db = torch.autograd.grad(loss, (a, b))
    sgns_batch_reference(W_in, W_out, contexts, targets, lr)
    assert_near("W_in", W_in, a - da, torch.float32)
    assert_near("W_out", W_out, b - db, torch.float32)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"W_in": torch.zeros(9, 4, dtype=int)}, TypeError, "W_in must be a contiguous matrix"),
        ({"W_out": randn(4, 9).T}, TypeError, "W_out must be a contiguous matrix"),
        ({"W_out": randn(8, 4)}, ValueError, "must have the same shape and dtype"),
        ({"contexts": torch.zeros(3, 2, dtype=int)}, ValueError, "contexts must be integers"),
        ({"targets": torch.zeros(2, 3)}, ValueError, "targets must be integers"),
    ],
)
def test_arguments_that_do_not_fit(change, error, message):
    arguments = {
        "W_in": randn(9, 4),
        "W_out": randn(9, 4),
        "contexts": torch.zeros(2, 2, dtype=int),
        "targets": torch.zeros(2, 3, dtype=int),
        "lr": torch.ones(2),
    }
    with pytest.raises(error, match=message):
        sgns_batch(**{**arguments, **change})


def test_our_kernel_takes_float32_only(monkeypatch):
    monkeypatch.setenv("KERNELS", "triton")
    W_in, W_out, contexts, targets, lr = batch("cpu", 2, 3, 2, 5, 4)
    with pytest.raises(BackendError, match="the matrices are bfloat16, not float32"):
        sgns_batch(W_in.bfloat16(), W_out.bfloat16(), contexts, targets, lr)


AT = "W + rows[:, None] * D + d[None, :]"
ATOMIC = f'tl.atomic_add({AT}, delta, mask=inside, sem="relaxed")'
BUGS = {
    "race on the scatter": (
        (ATOMIC, f"tl.store({AT}, tl.load({AT}, mask=inside) + delta, mask=inside)"),
    ),
    "a window reads what another wrote": (
        (
            "    scatter(W_in, contexts, dX)\n",
            "    scatter(W_in, contexts, dX)\n"
            "    _, dU = changes(W_in, W_out, contexts, targets, lr)\n",
        ),
    ),
    "every target positive": (("tl.where(m == 0, 1.0, 0.0)", "tl.where(m >= 0, 1.0, 0.0)"),),
    "padding counts as word 0": (("tl.where(rows < V, rows, -1)", "tl.maximum(rows, 0)"),),
    "last word ignored": (("tl.where(rows < V, rows, -1)", "tl.where(rows < V - 1, rows, -1)"),),
    "one rate for all": (("tl.load(lr + window)", "tl.load(lr)"),),
    "uphill": (
        (
            "y[None, :] - tl.sigmoid(dot(X, tl.trans(U), None))",
            "tl.sigmoid(dot(X, tl.trans(U), None)) - y[None, :]",
        ),
    ),
    "last column dropped": (("(d[None, :] < D)", "(d[None, :] < D - 1)"),),
    "last rows not scattered": (("(triton.cdiv(n, SCATTER_ROWS),)", "(n // SCATTER_ROWS,)"),),
}


def check_all():
    check("cpu", 9, 5, 3, 6, 11)


test_planted_bugs_are_caught, test_a_copy_without_bugs_passes = planted_bugs(
    "sgns_batch", BUGS, check_all
)

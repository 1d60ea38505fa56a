"""Which implementation runs: what is possible, what is forced, and what is refused."""

import subprocess
import sys

import pytest
import torch
from kernel_checks import randn

from helpers import ROOT, kernels
from helpers.kernels import BackendError, dispatch
from helpers.kernels.attention import attention
from helpers.kernels.layer_norm import layer_norm


@pytest.fixture(autouse=True)
def free_choice(monkeypatch):
    monkeypatch.delenv("KERNELS", raising=False)


@pytest.fixture
def hopper(monkeypatch):
    """As if there were a GPU, with Triton installed."""
    monkeypatch.setenv("TRITON_INTERPRET", "0")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (9, 0))
    monkeypatch.setattr(dispatch, "find_spec", lambda name: True)


@pytest.mark.parametrize("kernel", dispatch.KERNELS)
def test_on_a_cpu_torchs_operation_or_the_reference(kernel):
    own = kernel in dispatch.WITH_TORCH_OPERATION
    assert kernels.backend(kernel, "cpu") == ("torch" if own else "reference")


def test_on_a_gpu_our_kernel(hopper):
    assert kernels.backend("attention") == kernels.backend("attention", "cuda:0") == "triton"
    assert kernels.backend("attention", "cpu") == "torch"


def test_on_a_gpu_torchs_operation_where_ours_does_not_fit(hopper, monkeypatch):
    assert kernels.backend("attention", "cuda", torch.float64) == "torch"
    assert kernels.backend("attention", "cuda", unfit="heads of 256 are wider than 128") == "torch"
    assert kernels.backend("lstm", "cuda", torch.float64) == "reference"
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (7, 5))
    assert kernels.backend("attention", "cuda") == "torch"
    monkeypatch.setattr(dispatch, "find_spec", lambda name: None)
    assert kernels.backend("attention", "cuda") == "torch"


@pytest.mark.parametrize("forced", dispatch.BACKENDS)
def test_forced_is_forced(forced, hopper, monkeypatch):
    monkeypatch.setenv("KERNELS", forced)
    assert kernels.backend("layer_norm", "cuda") == forced


@pytest.mark.parametrize(
    ("forced", "kernel", "arguments", "why"),
    [
        ("torch", "lstm", {}, "torch has no operation for lstm"),
        ("triton", "attention", {"device": "cpu"}, "the tensors are on cpu"),
        ("triton", "attention", {"device": "mps"}, "the tensors are on mps"),
        ("triton", "attention", {"dtype": torch.float64}, "bfloat16, float16, not float64"),
        ("triton", "attention", {"unfit": "heads of 200 are too wide"}, "heads of 200"),
    ],
)
def test_what_is_impossible_says_why(forced, kernel, arguments, why, hopper, monkeypatch):
    monkeypatch.setenv("KERNELS", forced)
    with pytest.raises(BackendError, match=f"KERNELS={forced} is impossible here: .*{why}"):
        kernels.backend(kernel, **arguments)


def test_without_triton_a_forced_kernel_says_so(hopper, monkeypatch):
    monkeypatch.setenv("KERNELS", "triton")
    monkeypatch.setattr(dispatch, "find_spec", lambda name: None)
    with pytest.raises(BackendError, match="the package triton is not installed"):
        kernels.backend("attention")


def test_too_wide_for_our_kernel_is_an_error_only_if_forced(monkeypatch):
    q = randn(1, 1, 2, 200)
    assert attention(q, q, q).shape == q.shape
    monkeypatch.setenv("KERNELS", "triton")
    monkeypatch.setenv("TRITON_INTERPRET", "1")
    monkeypatch.setattr(dispatch, "find_spec", lambda name: True)
    with pytest.raises(BackendError, match="heads of 200 are wider than 128"):
        attention(q, q, q)
    with pytest.raises(BackendError, match="rows of 40000 are longer than 32768"):
        layer_norm(randn(1, 40_000), randn(40_000), randn(40_000))


def test_unknown_names_get_a_hint(monkeypatch):
    with pytest.raises(ValueError, match="kernel='atention' is unknown: did you mean attention"):
        kernels.backend("atention")
    monkeypatch.setenv("KERNELS", "tritn")
    with pytest.raises(ValueError, match="KERNELS='tritn' is unknown: did you mean triton"):
        kernels.backend("attention")
    monkeypatch.setenv("KERNELS", "cuda")
    with pytest.raises(ValueError, match="allowed: reference, torch, triton"):
        kernels.backend("attention")


def test_autocast_decides_the_dtype_of_products():
    a, b = randn(2, 2), randn(2, 2, dtype=torch.float64)
    assert [x.dtype for x in dispatch.autocast(a, b)] == 2 * [torch.float32]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert [x.dtype for x in dispatch.autocast(a, b)] == 2 * [torch.bfloat16]


def test_every_kernel_has_its_modules():
    for kernel in dispatch.KERNELS:
        for folder in ("", "gpu/"):
            assert (ROOT / "helpers" / "kernels" / folder / f"{kernel}.py").exists()


def test_every_kernel_runs_without_triton():
    """It is not imported until a kernel needs it: on macOS and Windows it can't be installed."""
    program = (
        "import sys; sys.modules['triton'] = None\n"  # an import of it would fail
        "from helpers.kernel_bench import races, results\n"
        "for race in races('cpu', small=True):\n"
        "    results(race.ours, race.inputs)\n"
        "    print(race.name.split()[0].strip(','))\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert run.returncode == 0, run.stderr
    assert set(run.stdout.split()) == set(dispatch.KERNELS)

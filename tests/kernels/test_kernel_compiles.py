"""Our kernels under Triton's compiler and torch's: what the interpreter can't tell."""

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from conftest import skip_or_fail
from kernel_checks import ours, randn, use
from packaging.version import Version

from helpers import ROOT
from helpers.kernels.adapter import adapter
from helpers.kernels.attention import attention
from helpers.kernels.embedding import embedding
from helpers.kernels.layer_norm import layer_norm
from helpers.kernels.linear_cross_entropy import linear_cross_entropy
from helpers.kernels.lstm import lstm
from helpers.kernels.scalar_mix import scalar_mix

SPILLED = 16  # bytes that don't matter


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="Triton is for Linux only")


def run_script(name, cache) -> str:
    """What a script beside this file prints, with Triton's compiler instead of its interpreter."""
    skip_or_fail(find_spec("triton") is not None, "Triton", "pip install triton")
    script = Path(__file__).with_name(name)
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    environment = os.environ | {"TRITON_CACHE_DIR": str(cache), "PYTHONPATH": paths}
    run = subprocess.run([sys.executable, script], capture_output=True, text=True, env=environment)
    assert run.returncode == 0, run.stderr[-3000:]
    return run.stdout


def written_kernels() -> set[str]:
    return {
        f"{path.stem}.{name.strip('_')}"
        for path in (ROOT / "helpers" / "kernels" / "gpu").glob("*.py")
        for name in re.findall(r"^def (_\w+_kernel)\(", path.read_text(), re.MULTILINE)
    }


@on_linux
def test_every_kernel_compiles_for_sm_90(tmp_path):
    printed = run_script("compile_for_gpu.py", tmp_path)
    compiled = re.findall(r"^(\w+\.\w+):", printed, re.MULTILINE)
    assert set(compiled) == written_kernels()
    spilled = [int(n) for n in re.findall(r"(\d+) bytes spilled", printed)]
    assert max(spilled) <= SPILLED, printed


@on_linux
@pytest.mark.skipif(
    Version(torch.__version__) < Version("2.12"),
    reason="torch 2.11 takes what the embedding's backward pass reads for written",
)
def test_every_kernel_is_traced_into_one_graph(tmp_path):
    """Forward and backward, with the launches in it; the head is an operator of its own."""
    printed = run_script("trace_for_gpu.py", tmp_path)
    own = {"linear_cross_entropy.loss_kernel", "sgns_batch.changes_kernel"}
    own |= {"sgns_batch.scatter_kernel"}  # nothing to differentiate
    traced = set(printed.split())
    assert traced == written_kernels() - own | {"course.linear_cross_entropy.default"}


def small_model(x, parameters, targets):
    """All differentiable kernels, one after the other."""
    tables, weight, bias, W_down, b_down, W_up, W_x, W_h, gate_bias, head = parameters
    h = embedding(x, torch.zeros_like(x), *tables, weight, bias)
    heads = h.unflatten(-1, (2, 16)).transpose(1, 2)
    context = attention(heads, heads, heads, causal=True).transpose(1, 2).flatten(2)
    h = layer_norm(context, weight, bias, h)
    h = adapter(h, W_down, b_down, W_up, bias)
    h, _ = lstm(h, W_x, W_h, gate_bias, cell_clip=3.0)
    h = scalar_mix(torch.stack([h, context]), bias[:2], weight[:1])
    return linear_cross_entropy(h, head, targets)


def inputs(device):
    def random(*shape):
        return randn(*shape, device=device).requires_grad_()

    tables = [random(11, 32), random(2, 32), random(8, 32)]
    parameters = [tables, random(32), random(32), random(4, 32), random(4), random(32, 4)]
    parameters += [random(128, 32), random(128, 32), random(128), random(11, 32)]
    tokens = torch.arange(12, device=device).view(2, 6) % 11
    return tokens, parameters, (tokens + 1) % 11


def check_compiled(device, **options):
    tokens, parameters, targets = inputs(device)
    leaves = [*parameters[0], *parameters[1:]]
    want = small_model(tokens, parameters, targets)
    got = torch.compile(small_model, **options)(tokens, parameters, targets)
    torch.testing.assert_close(got, want, rtol=1e-4, atol=1e-5)
    for a, b in zip(*(torch.autograd.grad(loss, leaves) for loss in (got, want)), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("forced", ["", "reference"])
def test_dispatch_is_traced_without_a_break(forced, monkeypatch):
    """What torch.compile makes of the public functions on a CPU, short of generating code."""
    monkeypatch.setenv("KERNELS", forced)
    torch.manual_seed(0)
    torch.compiler.reset()
    check_compiled("cpu", fullgraph=True, backend="aot_eager")


@pytest.mark.parametrize("implementation", ["device"])
def test_our_kernels_inside_compiled_code(implementation, monkeypatch):
    device = use(implementation, monkeypatch)
    torch.compiler.reset()
    check_compiled(device)


@ours
def test_small_model_on_our_kernels_is_that_on_the_reference(implementation, monkeypatch):
    device = use(implementation, monkeypatch)
    tokens, parameters, targets = inputs(device)
    leaves = [*parameters[0], *parameters[1:]]
    losses = []
    for forced in ("triton", "reference"):
        monkeypatch.setenv("KERNELS", forced)
        losses.append(small_model(tokens, parameters, targets))
    torch.testing.assert_close(*losses, rtol=1e-5, atol=1e-5)
    for a, b in zip(*(torch.autograd.grad(loss, leaves) for loss in losses), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-4)

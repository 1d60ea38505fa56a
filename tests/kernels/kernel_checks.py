"""One way to compare any implementation of a kernel with its reference in float64.

Triton decides whether a kernel is interpreted when it is defined. So this module, which every test
of the kernels imports first, asks for the interpreter where there is no GPU.
"""

import importlib
import inspect
import os
import sys
import warnings
from importlib.metadata import version
from importlib.util import find_spec, module_from_spec, spec_from_file_location

import pytest
import torch
from conftest import skip_or_fail
from packaging.version import Version

os.environ.setdefault("TRITON_INTERPRET", "0" if torch.cuda.is_available() else "1")

IMPLEMENTATIONS = {  # what KERNELS is set to, where the tensors are
    "reference": ("reference", "cpu"),
    "torch": ("torch", "cpu"),
    "interpreter": ("triton", "cpu"),
    "device": ("triton", "cuda"),
}
each = pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
without_torch = pytest.mark.parametrize(
    "implementation", [name for name in IMPLEMENTATIONS if name != "torch"]
)
ours = pytest.mark.parametrize("implementation", ["interpreter", "device"])

# Largest error anywhere, as a share of the largest right value; half the digits of a half are lost
# in sums of products of rounded factors.
TOLERANCE = {torch.float32: 1e-5, torch.float16: 4e-3, torch.bfloat16: 3e-2}
each_dtype = pytest.mark.parametrize("dtype", TOLERANCE, ids=str)


def use(implementation, monkeypatch) -> str:
    """Force an implementation, seed torch, and return the device for the tensors.

    Skips the test where that can't run.
    """
    kernels, device = IMPLEMENTATIONS[implementation]
    interpreted = os.environ["TRITON_INTERPRET"] == "1"
    if device == "cuda" and not torch.cuda.is_available():
        pytest.skip("no CUDA device: the kernels are checked in the interpreter")
    if kernels == "triton":
        on_linux = sys.platform == "linux"
        if not on_linux and find_spec("triton") is None:
            pytest.skip("Triton is for Linux only")
        skip_or_fail(find_spec("triton") is not None, "Triton", "pip install triton")
        if implementation == "interpreter" and _too_old_for_numpy():
            pytest.skip("the interpreter of Triton 3.6 can't loop under numpy 2.4 and later")
        if interpreted != (implementation == "interpreter"):
            pytest.skip(f"TRITON_INTERPRET={int(interpreted)} in this run")
    warnings.simplefilter("ignore", RuntimeWarning)  # numpy's: infinities are part of the method
    monkeypatch.setenv("KERNELS", kernels)
    torch.manual_seed(0)
    return device


def randn(*shape, dtype=torch.float32, device="cpu", scale=1.0, shift=0.0):
    """Random numbers, the same on every device."""
    return (shift + scale * torch.randn(shape)).to(device, dtype)


def assert_near(name, got, want, dtype):
    """NaN and infinities in the same places, everything else within the dtype's tolerance."""
    got, want = got.detach().double().cpu(), want.detach().double().cpu()
    assert got.shape == want.shape, f"{name}: shape {tuple(got.shape)}, not {tuple(want.shape)}"
    finite = want.isfinite()
    same = torch.equal(got[~finite].nan_to_num(7, 8, 9), want[~finite].nan_to_num(7, 8, 9))
    assert same and got[finite].isfinite().all(), f"{name}: NaN or infinity in another place"
    if finite.any():
        largest = want[finite].abs().max().clamp(min=0.5)  # what cancels to 0 is compared as it is
        error = (got - want)[finite].abs().max() / largest
        assert error <= TOLERANCE[dtype], f"{name}: off by {error:.1e} of the largest value"


def compare(function, reference, tensors, dtype):
    """Outputs and every gradient of ``function(**tensors)`` against ``reference`` in float64.

    Both return a tensor or several; each output gets a random gradient, stored columns first.
    """
    inputs = {name: tensor.detach().requires_grad_() for name, tensor in tensors.items()}
    exact = {name: tensor.detach().cpu().double() for name, tensor in tensors.items()}
    exact = {name: tensor.requires_grad_() for name, tensor in exact.items()}
    got, want = _several(function(**inputs)), _several(reference(**exact))
    assert len(got) == len(want)
    for i, (a, b) in enumerate(zip(got, want, strict=True)):
        assert_near(f"output {i}", a, b, dtype)
    # Rounded to the outputs' dtype for both sides, zero where an output is infinite.
    weights = [
        _columns_first(b.shape).masked_fill_(~b.isfinite(), 0).to(a.dtype)
        for a, b in zip(got, want, strict=True)
    ]
    unused = {"allow_unused": True, "materialize_grads": True}
    to_ours = [w.to(a.device) for w, a in zip(weights, got, strict=True)]
    got_gradients = torch.autograd.grad(got, list(inputs.values()), to_ours, **unused)
    weights = [w.double() for w in weights]
    want_gradients = torch.autograd.grad(want, list(exact.values()), weights, **unused)
    for name, a, b in zip(inputs, got_gradients, want_gradients, strict=True):
        assert a.dtype == inputs[name].dtype, f"gradient of {name} is {a.dtype}"
        assert_near(f"gradient of {name}", a, b, dtype)


def gpu_module(kernel):
    """The module of a kernel's Triton file, or the copy that :func:`plant` has put in its place."""
    return importlib.import_module(f"helpers.kernels.gpu.{kernel}")


def plant(monkeypatch, tmp_path, kernel, *changes):
    """Replace the Triton file of ``kernel`` by a copy with these (old, new) text changes.

    Each old text must occur in it. The public function then runs the copy.
    """
    original = gpu_module(kernel)
    source = inspect.getsource(original)
    for old, new in changes:
        assert old in source, f"{kernel} has no {old!r} to change"
        source = source.replace(old, new)
    source = source.replace('"course::', '"planted::')  # torch's operators outlive the test
    path = tmp_path / f"{kernel}.py"
    path.write_text(source, encoding="utf-8")
    spec = spec_from_file_location(original.__name__, path)
    module = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, original.__name__, module)
    spec.loader.exec_module(module)


def planted_bugs(kernel, bugs, check_all, prepare=None):
    """Two tests: ``check_all()`` fails with each of the bugs, and passes on a copy without any.

    ``bugs`` gives the changes of :func:`plant` by name; ``prepare(monkeypatch)`` sets small tiles.
    """

    def copy(monkeypatch, tmp_path, *changes):
        use("interpreter", monkeypatch)
        plant(monkeypatch, tmp_path, kernel, *changes)
        if prepare:
            prepare(monkeypatch)

    @pytest.mark.parametrize("bug", bugs)
    def is_caught(bug, monkeypatch, tmp_path):
        copy(monkeypatch, tmp_path, *bugs[bug])
        with pytest.raises(AssertionError):
            check_all()

    def passes(monkeypatch, tmp_path):
        copy(monkeypatch, tmp_path)
        check_all()

    return is_caught, passes


def _too_old_for_numpy():
    triton, numpy = (Version(version(package)) for package in ("triton", "numpy"))
    return triton < Version("3.7") and numpy >= Version("2.4")


def _columns_first(shape):
    """Random numbers that lie in memory in the opposite of the usual order."""
    return torch.randn(shape[::-1]).permute(list(range(len(shape)))[::-1])


def _several(outputs):
    return [outputs] if isinstance(outputs, torch.Tensor) else list(outputs)

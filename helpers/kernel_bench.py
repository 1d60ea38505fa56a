"""The GPU rows of ``course bench``: each kernel, forward and backward, beside its peers.

A row's speed is the work that the floor in ``docs/kernels.md`` counts (the fewest bytes, or the
operations) over the median time of a call, and its share is of this very GPU's copy bandwidth or
bf16 matrix rate, measured in the same run. Before anything is timed, outputs and gradients of the
two sides are compared.
"""

import functools
import importlib
import statistics
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

from helpers.kernels import backend
from helpers.kernels.adapter import adapter, adapter_torch
from helpers.kernels.attention import attention, attention_packed
from helpers.kernels.embedding import embedding, embedding_torch
from helpers.kernels.layer_norm import layer_norm
from helpers.kernels.linear_cross_entropy import linear_cross_entropy
from helpers.kernels.lstm import lstm, lstm_reference
from helpers.kernels.scalar_mix import scalar_mix
from helpers.kernels.sgns_batch import sgns_batch, sgns_batch_reference

CALLS = 20  # whose median is one run
CACHE_BYTES = 2**28  # written before every call: more than any second-level cache
TOLERANCE = 0.05  # of the largest value, between two sides in bfloat16
DTYPE = torch.bfloat16
SCALES = {"GB/s": 1e9, "TFLOP/s": 1e12}


class UnequalWork(AssertionError):
    """The two sides of a measurement did not do the same work, so their times don't compare."""


@dataclass(frozen=True)
class Race:
    """One kernel against several peers: functions of the same ``inputs``.

    ``work``: what a forward and backward pass must do at least, in bytes or operations.
    ``loose``: peers that do something less, whose results are not compared.
    """

    name: str
    work: float
    unit: str
    inputs: list
    ours: Callable
    peers: dict[str, Callable]
    loose: tuple[str, ...] = ()
    weighs_memory: bool = False

    def measurements(self):
        """What a bench.Measurement is made of: for each peer, once the results agree."""
        right = results(self.ours, self.inputs)
        for peer, function in self.peers.items():
            theirs = self.tried(peer, function)
            if theirs is None:
                continue
            if peer not in self.loose:
                compare(f"{self.name} and {peer}", right, theirs)
            sides = (functools.partial(self.speed, side) for side in (self.ours, function))
            limits = CEILINGS[self.unit], self.work / SCALES[self.unit]
            yield f"{self.name}, against {peer}", self.unit, *sides, *limits
            if self.weighs_memory:
                sides = (functools.partial(self.thrift, side) for side in (self.ours, function))
                yield f"{self.name}, peak memory, against {peer}", "calls/GB", *sides

    def tried(self, peer: str, function: Callable) -> list[torch.Tensor] | None:
        """The peer's results; None, and a sentence, where torch has no such kernel for this GPU."""
        try:
            return results(function, self.inputs)
        except RuntimeError as error:
            if "No available kernel" not in str(error):
                raise
            print(f"{self.name}: {peer} can't do this here.")
            return None

    def speed(self, function: Callable) -> float:
        """Work per second, in ``unit``."""
        call = functools.partial(results, function, self.inputs)
        return self.work / seconds(call) / SCALES[self.unit]

    def thrift(self, function: Callable) -> float:
        """How many calls' peak memory would make a gigabyte; inputs not counted, gradients are."""
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        results(function, self.inputs)
        return 1e9 / (torch.cuda.max_memory_allocated() - before)


def results(function: Callable, inputs: list) -> list[torch.Tensor]:
    """The output, and the gradients of the inputs that want one, for an output gradient of ones.

    A peer that is a module brings its own parameters and gets their gradients instead.
    """
    out = function(*inputs)
    wanted = [x for x in inputs if x.requires_grad]
    if isinstance(function, torch.nn.Module):
        wanted = [inputs[0], *function.parameters()]
    if not wanted:
        return list(out)
    return [out.detach(), *torch.autograd.grad(out, wanted, torch.ones_like(out))]


def compare(what: str, ours: list[torch.Tensor], peers: list[torch.Tensor]) -> None:
    """Raise :class:`UnequalWork` unless all tensors agree within ``TOLERANCE``."""
    for i, (a, b) in enumerate(zip(ours, peers, strict=True)):
        error = (a.double() - b.double()).abs().max() / b.double().abs().max()
        if not error <= TOLERANCE:
            raise UnequalWork(f"{what}: result {i} differs by {error:.1e} of its largest.")


def seconds(function: Callable) -> float:
    """Median time of a call on the GPU, with a cold cache."""
    flush = torch.empty(CACHE_BYTES, dtype=torch.int8, device="cuda")
    times = []
    for _ in range(CALLS):
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        flush.zero_()
        start.record()
        function()
        end.record()
        end.synchronize()
        times.append(start.elapsed_time(end) / 1000)
    return statistics.median(times)


@functools.cache
def copy_bandwidth() -> float:
    """GB/s of a copy within the GPU's memory, bytes read and bytes written."""
    source = torch.randn(2**30, device="cuda")
    target = torch.empty_like(source)
    seconds(lambda: target.copy_(source))
    return 2 * 4 * 2**30 / seconds(lambda: target.copy_(source)) / 1e9


@functools.cache
def matrix_rate() -> float:
    """TFLOP/s of a bf16 product of two random 8192 × 8192 matrices."""
    a, b = (torch.randn(8192, 8192, dtype=DTYPE, device="cuda") for _ in range(2))
    seconds(lambda: a @ b)
    return 2 * 8192**3 / seconds(lambda: a @ b) / 1e12


CEILINGS = {"GB/s": copy_bandwidth, "TFLOP/s": matrix_rate}


def races(device: str = "cuda", small: bool = False):
    """All races, made one after the other; ``small`` are for a test of the peers."""
    torch.manual_seed(0)
    for build in (layer_norms, mixes, embeddings, adapters, dense, packed, heads, lstms, windows):
        yield from build(device, small)


def random(device, *shape, scale=1.0, learns=True):
    return (scale * torch.randn(shape, device=device)).to(DTYPE).requires_grad_(learns)


def with_compiled(eager: Callable) -> dict[str, Callable]:
    return {"eager": eager, "torch.compile": torch.compile(eager)}


def liger(module: str, name: str) -> Callable | None:
    """A function of Liger-Kernel, where that is installed."""
    try:
        return getattr(importlib.import_module(f"liger_kernel.{module}"), name)
    except ImportError:
        return None


def layer_norms(device, small):
    def eager(x, residual, weight, bias):
        return F.layer_norm(x + residual, x.shape[-1:], weight, bias)

    def ours(x, residual, weight, bias):
        return layer_norm(x, weight, bias, residual)

    peers = with_compiled(eager)
    theirs = liger("transformers.functional", "liger_layer_norm")
    if theirs:
        peers["Liger"] = lambda x, residual, weight, bias: theirs(x + residual, weight, bias, 1e-5)
    for N, D in [(8, 96)] if small else [(16384, 768), (131072, 1024)]:
        inputs = [random(device, *shape) for shape in ((N, D), (N, D), (D,), (D,))]
        # x, residual → sum, output; gradient, sum → gradient
        work = 7 * N * D * DTYPE.itemsize
        yield Race(label("layer_norm", device, f"{N} × {D}"), work, "GB/s", inputs, ours, peers)


def mixes(device, small):
    def eager(layers, scores, gamma):
        return gamma * (scores.softmax(0)[:, None, None] * layers).sum(0)

    for L, N, D in [(3, 8, 16)] if small else [(3, 65536, 1024), (13, 16384, 768)]:
        inputs = [random(device, L, N, D, learns=False), random(device, L), random(device, 1)]
        work = 2 * (L + 1) * N * D * DTYPE.itemsize  # layers → output; layers, gradient → weights
        name = label("scalar_mix", device, f"{L} frozen layers of {N} × {D}")
        yield Race(name, work, "GB/s", inputs, scalar_mix, with_compiled(eager))


def embeddings(device, small):
    B, T, D, V = (2, 6, 16, 50) if small else (32, 512, 768, 30522)
    tokens, segments = (torch.randint(n, (B, T), device=device) for n in (V, 2))
    positions = torch.arange(T, device=device).expand(B, T)

    def ours(*tables_and_norm):
        return embedding(tokens, segments, *tables_and_norm)

    def eager(token, segment, position, weight, bias):
        ids = tokens, segments, positions
        return embedding_torch(ids, (token, segment, position), weight, bias, 1e-12)

    inputs = [random(device, *shape) for shape in ((V, D), (2, D), (T, D), (D,), (D,))]
    # rows → output; gradient, rows → gradient of the whole table
    work = (4 * B * T + V) * D * DTYPE.itemsize
    name = label("embedding", device, f"{B} × {T} × {D}, V {V}")
    yield Race(name, work, "GB/s", inputs, ours, with_compiled(eager))


def adapters(device, small):
    N, D, m = (8, 32, 4) if small else (16384, 768, 64)
    shapes = (N, D), (m, D), (m,), (D, m), (D,)
    inputs = [random(device, *shape, scale=shape[-1] ** -0.5) for shape in shapes]
    work = 5 * N * D * DTYPE.itemsize  # x → output; gradient, x → gradient
    name = label("adapter", device, f"{N} × {D}, bottleneck {m}")
    yield Race(name, work, "GB/s", inputs, adapter, with_compiled(adapter_torch))


def sdpa(choice: SDPBackend, **options) -> Callable:
    def run(q, k, v):
        with sdpa_kernel(choice):
            return F.scaled_dot_product_attention(q, k, v, **options)

    return run


def dense(device, small):
    B, H, T, d_head = (1, 2, 8, 16) if small else (16, 12, 1024, 64)
    choices = {"SDPA flash": "FLASH_ATTENTION", "SDPA cuDNN": "CUDNN_ATTENTION"}
    choices["SDPA efficient"] = "EFFICIENT_ATTENTION"
    if small:
        choices = {"SDPA math": "MATH"}
    for causal in (False, True):
        inputs = [random(device, B, H, T, d_head) for _ in range(3)]
        # two products forward, five backward; half the scores if causal
        work = 14 * B * H * T * T * d_head / (1 + causal)
        peers = {
            name: sdpa(getattr(SDPBackend, choice), is_causal=causal)
            for name, choice in choices.items()
        }
        name = label("attention", device, f"{B} × {H} × {T} × {d_head}{', causal' * causal}")
        ours = functools.partial(attention, causal=causal)
        yield Race(name, work, "TFLOP/s", inputs, ours, peers)


def packed(device, small):
    """Half of a padded batch is padding; ours computes the rest alone."""
    B, H, T, d_head = (3, 2, 8, 16) if small else (32, 12, 512, 64)
    lengths = torch.linspace(1, T - 1, B).round().long()
    offsets = F.pad(lengths.cumsum(0), (1, 0)).to(device, torch.int32)
    there = (torch.arange(T) < lengths[:, None]).to(device)  # (B, T)
    rows = there.flatten().nonzero().squeeze(1)

    def ours(q, k, v):
        return attention_packed(q, k, v, offsets, max_len=T)

    def padded(x):
        whole = x.new_zeros(B * T, H, d_head).index_copy(0, rows, x)
        return whole.view(B, T, H, d_head).transpose(1, 2)

    def peer(choice, **options):
        run = sdpa(SDPBackend.MATH if small else getattr(SDPBackend, choice), **options)
        return lambda *qkv: run(*map(padded, qkv)).transpose(1, 2).flatten(0, 1)[rows]

    inputs = [random(device, len(rows), H, d_head) for _ in range(3)]
    work = 14 * H * d_head * int(lengths.square().sum())
    name = label("attention, packed", device, f"{B} sequences of up to {T}, half padding")
    mask = there[:, None, None, :]
    peers = {
        "SDPA efficient with a mask": peer("EFFICIENT_ATTENTION", attn_mask=mask),
        "SDPA cuDNN with a mask": peer("CUDNN_ATTENTION", attn_mask=mask),
        "SDPA flash, which computes the padding": peer("FLASH_ATTENTION"),
        "SDPA cuDNN, which computes the padding": peer("CUDNN_ATTENTION"),
    }
    yield Race(name, work, "TFLOP/s", inputs, ours, peers, tuple(peers)[2:])


def heads(device, small):
    N, D, V = (16, 8, 50) if small else (8192, 768, 30522)
    targets = torch.randint(V, (N,), device=device)

    def eager(x, weight):
        return F.cross_entropy(F.linear(x, weight), targets)

    def ours(x, weight):
        return linear_cross_entropy(x, weight, targets)

    peers = with_compiled(eager)
    theirs = liger("ops.fused_linear_cross_entropy", "LigerFusedLinearCrossEntropyFunction")
    if theirs:
        peers["Liger"] = lambda x, weight: theirs.apply(x, weight, targets)[0]
    inputs = [random(device, N, D), random(device, V, D, scale=D**-0.5)]
    name = label("linear_cross_entropy", device, f"{N} × {D}, V {V}")
    yield Race(name, 6 * N * D * V, "TFLOP/s", inputs, ours, peers, weighs_memory=True)


def lstms(device, small):
    B, T, d_in, H, P = (2, 3, 4, 8, 4) if small else (64, 35, 512, 2048, 512)
    state = torch.zeros(B, P, device=device, dtype=DTYPE), torch.zeros(B, H, device=device)

    def ours(*weights):
        return lstm(*weights, cell_clip=3.0, proj_clip=3.0)[0]

    def eager(*weights):
        return lstm_reference(*weights, state, 3.0, 3.0)[0]

    peers = with_compiled(eager)
    library = "torch.nn.LSTM, which does not clip"
    peers[library] = Library(d_in, H, P).to(device, DTYPE)
    shapes = (4 * H, d_in), (4 * H, P), (4 * H,), (P, H)
    inputs = [random(device, B, T, d_in)]
    inputs += [random(device, *shape, scale=shape[-1] ** -0.5) for shape in shapes]
    work = 6 * B * T * H * (4 * d_in + 5 * P)
    name = label("lstm", device, f"{B} × {T} × {d_in}, {H} cells, projected to {P}")
    yield Race(name, work, "TFLOP/s", inputs, ours, peers, (library,))


class Library(torch.nn.Module):
    """cuDNN's LSTM, called as ours is."""

    def __init__(self, d_in, H, P):
        super().__init__()
        self.lstm = torch.nn.LSTM(d_in, H, batch_first=True, proj_size=P)

    def forward(self, x, *_):
        return self.lstm(x)[0]


def windows(device, small):
    N, C, M, V, d = (9, 4, 3, 20, 8) if small else (32768, 10, 6, 30000, 100)
    contexts = torch.randint(V, (N, C), device=device)
    targets = torch.randint(V, (N, M), device=device)
    lr = torch.full((N,), 0.01, device=device)

    def updated(step, W_in, W_out):
        W_in, W_out = W_in.clone(), W_out.clone()
        step(W_in, W_out, contexts, targets, lr)
        return W_in, W_out

    inputs = [torch.randn(V, d, device=device) * d**-0.5 for _ in range(2)]
    work = 4 * N * (C + M) * d * 4  # every row read, its change written and read, and added
    peers = with_compiled(functools.partial(updated, sgns_batch_reference))
    name = label("sgns_batch", device, f"{N} windows of {C} × {M}, V {V}, d {d}", torch.float32)
    yield Race(name, work, "GB/s", inputs, functools.partial(updated, sgns_batch), peers)


def label(kernel: str, device, shape: str, dtype=DTYPE) -> str:
    """The row's name, with what the kernel really runs with."""
    return f"{kernel} ({backend(kernel.partition(',')[0], device, dtype)}) {shape}"

"""Compile every kernel for an H100 or H200 (sm_90), on any Linux machine and without a GPU.

    python tests/kernels/compile_for_gpu.py [--all]

prints registers, spilled bytes and shared memory of each. The interpreter runs Python and numpy: it
does not notice code that Triton's compiler refuses. Here a stand-in for the driver names the target
and launches only compile.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ["TRITON_INTERPRET"] = "0"

import torch
import triton
from triton.backends.compiler import GPUTarget
from triton.runtime import driver
from triton.runtime.jit import JITFunction

from helpers.kernels.gpu import (
    adapter,
    attention,
    embedding,
    layer_norm,
    linear_cross_entropy,
    lstm,
    scalar_mix,
    sgns_batch,
)

SHARED_MEMORY = 227 * 1024
compile_only = JITFunction.run


class Driver:
    """What Triton asks of a driver before it compiles."""

    class utils:
        @staticmethod
        def get_device_properties(device):
            return {"max_shared_mem": SHARED_MEMORY, "multiprocessor_count": 132, "warpSize": 32}

    def get_current_target(self):
        return GPUTarget("cuda", 90, 32)

    def get_current_device(self):
        return 0

    def get_current_stream(self, device=None):
        return 0

    def get_active_torch_device(self):
        return torch.device("cpu")


def report(kernel, *arguments, grid, warmup=False, **options):
    """Instead of a launch: compile, and print what the binary says about itself."""
    compiled = compile_only(kernel, *arguments, grid=grid, warmup=True, **options)
    assert compiled.metadata.shared <= SHARED_MEMORY, "more shared memory than an H200 has"
    with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
        file.write(compiled.asm["cubin"])
        file.flush()
        command = [tool(), "--dump-resource-usage", file.name]
        usage = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    registers, stack = re.search(r"REG:(\d+) STACK:(\d+)", usage).groups()
    name = f"{kernel.__module__.rpartition('.')[2]}.{kernel.__name__.strip('_')}"
    numbers = (
        f"{registers:>3} registers, {stack:>3} bytes spilled, {compiled.metadata.shared} shared"
    )
    print(f"{name}: {compiled.metadata.num_warps} warps, {numbers}", flush=True)


def tool() -> str:
    """The disassembler that Triton's package brings."""
    return str(next(Path(triton.__file__).parent.rglob("cuobjdump")))


def randn(*shape, dtype):
    return torch.randn(shape).to(dtype).requires_grad_()


def compile_attention(d_head, dtype):
    q, k, v = (randn(1, 2, 300, d_head, dtype=dtype) for _ in range(3))
    attention.attention_triton(q, k, v, True, None, 0.1)[0].sum().backward()


def compile_packed(dtype):
    q, k, v = (randn(300, 2, 64, dtype=dtype) for _ in range(3))
    offsets = torch.tensor([0, 100, 300], dtype=torch.int32)
    attention.attention_packed_triton(q, k, v, offsets, 200, False, 0.1).sum().backward()


def compile_rest(dtype, D=768):
    def random(*shape):
        return randn(*shape, dtype=dtype)

    x, weight, bias = random(256, D), random(D), random(D)
    layer_norm.layer_norm_triton(x, weight, bias, random(256, D), 1e-5, False)[0].sum().backward()
    ids = [torch.zeros(4, 64, dtype=torch.long) for _ in range(3)]
    tables = [random(1000, D), random(2, D), random(64, D)]
    embedding.embedding_triton(ids, tables, weight, bias, 1e-12).sum().backward()
    targets = torch.zeros(256, dtype=torch.long)
    head = random(3001, D), targets, random(3001), -100, 0.1, 1e-4, "mean"
    linear_cross_entropy.linear_cross_entropy_triton(x, *head).backward()
    adapter.adapter_triton(x, random(64, D), random(64), random(D, 64), bias).sum().backward()
    scalar_mix.weighted_sum_triton(
        random(3, 256, D), randn(3, dtype=torch.float32)
    ).sum().backward()
    state = random(4, 64), random(4, 256)
    weights = random(1024, 32), random(1024, 64), random(1024), random(64, 256)
    lstm.lstm_triton(random(4, 1, 32), *weights, state, 3.0, 3.0)[0].sum().backward()


def compile_sgns(d):
    words = torch.zeros(64, 10, dtype=torch.long)
    tables = torch.randn(50, d), torch.randn(50, d)
    sgns_batch.sgns_batch_triton(*tables, words, words[:, :6], torch.ones(64))


def compile_more():
    for d_head in (16, 64, 80, 128):
        for dtype in (torch.bfloat16, torch.float32):
            print(dtype, "d_head", d_head)
            compile_attention(d_head, dtype)
    compile_packed(torch.bfloat16)
    compile_rest(torch.float32)
    compile_sgns(500)


def main():
    driver.set_active(Driver())
    JITFunction.run = report
    compile_attention(64, torch.bfloat16)
    compile_rest(torch.bfloat16)
    compile_sgns(100)
    if "--all" in sys.argv:
        compile_more()


if __name__ == "__main__":
    main()

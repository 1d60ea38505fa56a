"""Trace a small model on our kernels with torch.compile, on any Linux machine and without a GPU.

    python tests/kernels/trace_for_gpu.py

prints the kernels that the forward and the backward graph launch. As in compile_for_gpu.py nothing
runs: a stand-in for the driver names the target, and both graphs return zeros.
"""

import os

os.environ |= {"TRITON_INTERPRET": "0", "KERNELS": "triton"}

import torch
import torch.utils._triton
from compile_for_gpu import Driver
from functorch.compile import make_boxed_func
from test_kernel_compiles import inputs, small_model
from torch._dynamo.backends.common import aot_autograd
from torch._higher_order_ops.triton_kernel_wrap import kernel_side_table
from triton.runtime import driver

from helpers.kernels import dispatch


def report(graph_module, _):
    """Instead of code: print the kernels, and return what gives zeros of the right shapes."""
    nodes = list(graph_module.graph.nodes)
    for node in nodes:
        if "kernel_idx" in node.kwargs:
            kernel = kernel_side_table.get_kernel(node.kwargs["kernel_idx"]).fn
            print(f"{kernel.__module__.rpartition('.')[2]}.{kernel.__name__.strip('_')}")
        elif "course" in str(node.target):
            print(node.target)
    outputs = [node if node is None else node.meta["val"] for node in nodes[-1].args[0]]
    return make_boxed_func(lambda *_: [_zeros(x) for x in outputs])


def _zeros(x):
    return torch.zeros(x.shape, dtype=x.dtype) if isinstance(x, torch.Tensor) else x


def main():
    dispatch._why_not_triton = lambda *_: ""
    torch.utils._triton.has_triton = lambda: True
    driver.set_active(Driver())
    backend = aot_autograd(fw_compiler=report, bw_compiler=report)
    torch.compile(small_model, fullgraph=True, backend=backend)(*inputs("cpu")).backward()


if __name__ == "__main__":
    main()

"""What several kernels share."""

import torch
import triton
import triton.language as tl

from helpers.kernels.dispatch import interpreted

INTERPRETED = tl.constexpr(interpreted())


@triton.jit
def dot(a, b, acc):
    """``a b + acc`` in float32; float32 factors are not rounded first."""
    if INTERPRETED:  # it keeps bfloat16 as bits and would multiply those
        a = a.to(tl.float32)
        b = b.to(tl.float32)
    return tl.dot(a, b, acc, input_precision="ieee")


def multiprocessors(device: torch.device) -> int:
    """How many the GPU has; 1 in the interpreter, which runs one program after the other."""
    if device.type != "cuda":
        return 1
    return torch.cuda.get_device_properties(device).multi_processor_count


def shared_memory(device: torch.device) -> int:
    """Bytes that a program may use; an H200's in the interpreter, which has no limit."""
    if device.type != "cuda":
        return 227 * 1024
    return torch.cuda.get_device_properties(device).shared_memory_per_block_optin

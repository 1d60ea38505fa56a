"""Inner operations with a fast version, each in a file of its own beside its plain reference.

Each module here has one public function of the same name (``from helpers.kernels.attention import
attention``), which checks its arguments, picks an implementation and calls it:

- *triton*: our kernel, in ``helpers/kernels/gpu/``, for CUDA tensors;
- *torch*: the operations that PyTorch has for it, where it has them;
- *reference*: the formula, for tests to compare with, and where there is nothing else.

:func:`backend` tells which; the environment variable ``KERNELS`` forces one. Triton is imported
when a kernel runs, not before. ``docs/kernels.md`` has the counts of bytes and operations.
"""

from helpers.kernels.dispatch import BackendError, backend

__all__ = ["BackendError", "backend"]

"""The Triton kernels: one file each, in four layers (kernels, launcher, autograd, entry).

Importing one of these files imports Triton; ``helpers/kernels`` does so when a kernel runs.
"""

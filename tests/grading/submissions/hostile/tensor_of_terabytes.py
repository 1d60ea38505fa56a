# A tensor that takes nothing until it is written out.
# passes: none
import torch


def ANSWER(*args):
    return torch.zeros(1).expand(10**12)

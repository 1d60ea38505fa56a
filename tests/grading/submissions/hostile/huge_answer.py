# Returns more than a frame may hold.
# passes: none
# says: too large
import torch


def ANSWER(*args):
    return torch.zeros(2**25)

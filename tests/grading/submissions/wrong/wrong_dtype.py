# Right numbers of the wrong type.
# passes: none
import numpy as np
import torch


def ANSWER(*args):
    answer = honest(*args)
    if isinstance(answer, tuple) and isinstance(answer[0], torch.Tensor):
        return tuple(part.double() for part in answer)
    if isinstance(answer, tuple):
        return list(answer)
    return np.array(answer)

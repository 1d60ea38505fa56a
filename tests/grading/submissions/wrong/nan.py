# Everything is NaN.
# passes: none
import torch


def ANSWER(*args):
    answer = honest(*args)
    if isinstance(answer, tuple) and isinstance(answer[0], torch.Tensor):
        return tuple(part.float() * float("nan") for part in answer)
    return float("nan")

# Draws random numbers before it answers; the global generators are ours.
# passes: all
import random

import numpy as np
import torch


def ANSWER(*args):
    random.random(), np.random.rand(3), torch.rand(3)
    torch.manual_seed(1)
    return honest(*args)

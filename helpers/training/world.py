"""The processes that train one model together, each on batches of its own."""

from functools import partial

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel


class Alone:
    """One process: what `train` uses unless told otherwise."""

    rank, size = 0, 1

    def sum(self, number):
        """The sum of every rank's `number`."""
        return number

    def gather(self, value):
        """Every rank's `value`, in order of rank, on all of them."""
        return [value]

    def once(self, function):
        """What `function` returns to rank 0, on every rank; the others don't call it."""
        return function()

    def loss(self, model, loss_fn):
        """The function batch -> loss whose gradients are averages over all ranks."""
        return partial(loss_fn, model)


class Ranks(Alone):
    """The processes of torch.distributed's default group, which must exist.

    On every rank the methods must be called in the same order.
    """

    def __init__(self):
        self.rank, self.size = dist.get_rank(), dist.get_world_size()

    def sum(self, number):
        total = torch.tensor(number, dtype=torch.float64)
        dist.all_reduce(total)
        return total.item()

    def gather(self, value):
        values = [None] * self.size
        dist.all_gather_object(values, value)
        return values

    def once(self, function):
        box = [function() if self.rank == 0 else None]
        dist.broadcast_object_list(box, src=0)
        return box[0]

    def loss(self, model, loss_fn):
        # A search for unused parameters lets a loss leave some out, as it may in one process. It
        # also keeps the buckets as they are: DDP would lay them out anew after the first update,
        # also after that of a resumed run, and three ranks' sums round by the place in a bucket.
        return DistributedDataParallel(_Loss(model, loss_fn), find_unused_parameters=True)


class _Loss(nn.Module):
    """DDP sees a backward pass coming only when its own forward ran: that is the whole loss."""

    def __init__(self, model, loss_fn):
        super().__init__()
        self.model, self.loss_fn = model, loss_fn
        # DDP's search finds at least this one, or it would warn that it found none.
        self.unused = nn.Parameter(torch.zeros((), device=next(model.parameters()).device))

    def forward(self, batch):
        return self.loss_fn(self.model, batch)

"""Rows in a fixed random order: batch k is a function of k and the seed alone."""

import re
import zlib

import numpy as np
import torch

SAMPLE = 100  # rows, of a list, by which a checkpoint knows its data again


class Batches:
    """Batches of `rows`, reshuffled each epoch.

    `rows` is a sequence, a tensor (N, …) or a tuple of tensors (N, …); a batch is, in turn, a list
    of rows, a tensor (B, …) or a tuple of tensors (B, …), passed through `collate` when given. The
    last batch of an epoch may be smaller, unless `drop_last`. The order of an epoch depends on
    (seed, epoch) alone, so training resumes anywhere and a run's data never depends on its model.

    ValueError for no rows, no batch, or tensors of different length.
    """

    def __init__(self, rows, batch_size, seed, shuffle=True, drop_last=False, collate=None):
        if not hasattr(rows, "__len__") or isinstance(rows, dict | set):
            raise ValueError(f"rows is a {type(rows).__name__}: must be a sequence or tensors")
        lengths = [len(column) for column in rows] if _is_columns(rows) else [len(rows)]
        if len(set(lengths)) > 1:
            raise ValueError(f"rows has tensors of different lengths: {lengths}")
        self.n_rows = lengths[0]
        if self.n_rows == 0:
            raise ValueError("rows is empty: there is nothing to train on")
        if type(batch_size) is not int or batch_size < 1:
            raise ValueError(f"batch_size={batch_size!r}: must be a whole number ≥ 1")
        if type(seed) is not int or seed < 0:
            raise ValueError(f"seed={seed!r}: must be a whole number ≥ 0")
        if drop_last and batch_size > self.n_rows:
            raise ValueError(f"batch_size={batch_size} > {self.n_rows} rows: drop_last drops all")
        self.rows, self.batch_size, self.seed = rows, batch_size, seed
        self.shuffle, self.drop_last, self.collate = shuffle, drop_last, collate
        self._order = (None, None)
        self._passes = 0

    def __len__(self):
        """Batches in an epoch."""
        whole, rest = divmod(self.n_rows, self.batch_size)
        return whole if self.drop_last or not rest else whole + 1

    def __iter__(self):
        """The next epoch: the first pass over the object is epoch 0, the second epoch 1, …"""
        epoch, self._passes = self._passes, self._passes + 1
        return (self.at(epoch * len(self) + i) for i in range(len(self)))

    def at(self, k):
        """Batch k, counted over all epochs."""
        batch = self._take(self._chosen(k))
        return batch if self.collate is None else self.collate(batch)

    def size(self, k):
        """The rows in batch k."""
        return min(self.batch_size, self.n_rows - k % len(self) * self.batch_size)

    def order(self, epoch):
        """The row numbers of one epoch in order: (N,)."""
        if self._order[0] != epoch:
            self._order = (epoch, self._permutation(epoch))
        return self._order[1]

    def describe(self):
        """What the batches depend on, as lines for a checkpoint.

        Tensors are read whole, of other rows a sample: enough to tell shuffled labels from true.
        """
        return {
            "rows": [str(self.n_rows), f"checksum {self._checksum():08x}"],
            "batches": [
                f"size {self.batch_size}, seed {self.seed}, shuffle {self.shuffle}, "
                f"drop_last {self.drop_last}"
            ],
        }

    def _checksum(self):
        if not torch.is_tensor(self.rows) and not _is_columns(self.rows):
            chosen = {i * (self.n_rows - 1) // (SAMPLE - 1) for i in range(SAMPLE)}
            # An object without a repr of its own shows its address, which differs in each process.
            text = re.sub(r" at 0x\w+", "", repr([self.rows[i] for i in sorted(chosen)]))
            return zlib.crc32(text.encode("utf-8", "backslashreplace"))
        checksum = 0
        for column in self.rows if _is_columns(self.rows) else (self.rows,):
            kind = f"{column.dtype} {tuple(column.shape)}"
            content = column.detach().cpu().contiguous().flatten().view(torch.uint8).numpy()
            checksum = zlib.crc32(content, zlib.crc32(kind.encode(), checksum))
        return checksum

    def _permutation(self, epoch):
        if not self.shuffle:
            return torch.arange(self.n_rows)
        # Mixed, because seed + epoch would give (seed 0, epoch 1) the order of (seed 1, epoch 0).
        mixed = int(np.random.SeedSequence([self.seed, epoch]).generate_state(1)[0])
        return torch.randperm(self.n_rows, generator=torch.Generator().manual_seed(mixed))

    def _take(self, chosen):
        if torch.is_tensor(self.rows):
            return self.rows[chosen]
        if _is_columns(self.rows):
            return tuple(column[chosen] for column in self.rows)
        return [self.rows[i] for i in chosen.tolist()]

    def _chosen(self, k):
        epoch, i = divmod(k, len(self))
        return self.order(epoch)[i * self.batch_size : (i + 1) * self.batch_size]


def to_device(batch, device):
    """`batch` with every tensor in it moved; lists, tuples and dicts are followed, the rest stays.

    Whatever has a method `to` (a tensor, a PackedSequence) is moved by it.
    """
    if hasattr(batch, "to"):
        return batch.to(device)
    if isinstance(batch, dict):
        return {key: to_device(value, device) for key, value in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*(to_device(value, device) for value in batch))
    if isinstance(batch, list | tuple):
        return type(batch)(to_device(value, device) for value in batch)
    return batch


def _is_columns(rows):
    return isinstance(rows, tuple) and len(rows) > 0 and all(map(torch.is_tensor, rows))

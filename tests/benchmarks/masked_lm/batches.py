"""Rows of masked words: batch k is a function of k and the seed alone."""

from typing import NamedTuple

import numpy as np
import torch

from tests.benchmarks.masked_lm.corpus import CLS, MASK, PAD, SEP, SPECIAL, Corpus

BLOCK = 64  # batches that are sorted by length together
FOR_SIZE, FOR_ORDER, FOR_PIECES, FOR_MASK = range(4)  # what random numbers are drawn for


class Batch(NamedTuple):
    """``ids`` (B, T); ``padding`` (B, T), true where there is none of a row, or None where all
    rows are full; ``positions`` and ``targets`` (B, M) of what is masked."""

    ids: torch.Tensor
    padding: torch.Tensor | None
    positions: torch.Tensor
    targets: torch.Tensor


class Masked:
    """Documents, or pieces of them that begin anywhere, with a share of their words masked.

    ``cut`` is the share of documents of which a random stretch of sentences is taken. Batches hold
    about ``tokens`` words of rows of nearly the same length, so little is padding; every row of a
    batch has the same number of masked words, so the head is one product.
    """

    def __init__(
        self,
        corpus: Corpus,
        tokens: int,
        seed: int,
        max_len: int = 128,
        rate: float = 0.3,
        cut: float = 0.6,
        kept: float = 0.1,
        replaced: float = 0.1,
    ):
        self.corpus, self.tokens, self.seed, self.max_len = corpus, tokens, seed, max_len
        self.rate, self.cut, self.kept, self.replaced = rate, cut, kept, replaced
        self.n_documents = len(corpus.documents) - 1
        self.per_block = self._per_block()
        self._block: tuple[int | None, list[np.ndarray]] = (None, [])

    def _per_block(self) -> int:
        """Documents that fill a block, judged by the first ones."""
        sample = self._pieces(np.arange(min(2000, self.n_documents)), self._random(FOR_SIZE))
        return round(BLOCK * self.tokens / (sample[:, 1] - sample[:, 0] + 2).mean())

    def __len__(self) -> int:
        """Batches in which about every document is seen once."""
        return max(1, BLOCK * self.n_documents // self.per_block)

    def describe(self) -> dict[str, list[str]]:
        settings = f"{self.tokens} tokens, seed {self.seed}, up to {self.max_len}"
        masking = f"{self.rate} masked, {self.cut} cut, {self.kept} kept, {self.replaced} replaced"
        return {"rows": [self.corpus.sha256, settings, masking]}

    def size(self, k: int) -> int:
        return len(self._rows(k))

    def at(self, k: int) -> Batch:
        """Batch k, counted over all epochs."""
        spans = self._rows(k)
        lengths = spans[:, 1] - spans[:, 0] + 2
        inside = np.arange(lengths.max()) < lengths[:, None] - 1
        places = np.minimum(spans[:, :1] - 1 + np.arange(lengths.max()), len(self.corpus.ids) - 1)
        ids = np.where(inside, self.corpus.ids[places], PAD)
        ids[:, 0] = CLS
        ids[np.arange(len(ids)), lengths - 1] = SEP
        padding = np.arange(lengths.max()) >= lengths[:, None]
        positions, targets = self._mask(ids, lengths, self._random(FOR_MASK, k))
        return Batch(
            torch.from_numpy(ids.astype(np.int64)),
            torch.from_numpy(padding) if padding.any() else None,
            torch.from_numpy(positions),
            torch.from_numpy(targets.astype(np.int64)),
        )

    def _mask(self, ids, lengths, random) -> tuple[np.ndarray, np.ndarray]:
        """Hides words in place: most become [MASK], some another word, some stay (Devlin et al.
        2019, section 3.1, with a rate of our own)."""
        n = max(1, round(self.rate * (int(lengths.min()) - 2)))
        scores = random.random(ids.shape, dtype=np.float32)
        scores[ids < len(SPECIAL)] = 2.0
        positions = np.argpartition(scores, n - 1, axis=1)[:, :n]
        targets = np.take_along_axis(ids, positions, axis=1)
        draw = random.random(positions.shape, dtype=np.float32)
        others = random.integers(len(SPECIAL), len(self.corpus.vocabulary), positions.shape)
        hidden = np.where(draw < self.kept, targets, MASK)
        hidden = np.where(draw > 1 - self.replaced, others, hidden)
        np.put_along_axis(ids, positions, hidden, axis=1)
        return positions, targets

    def _rows(self, k: int) -> np.ndarray:
        """Where the rows of batch k begin and end in the corpus: (B, 2)."""
        number, i = divmod(k, BLOCK)
        if self._block[0] != number:
            self._block = (number, self._make_block(number))
        return self._block[1][i]

    def _make_block(self, number: int) -> list[np.ndarray]:
        first = number * self.per_block
        places = np.arange(first, first + self.per_block)
        chosen = np.concatenate(
            [
                self._order(epoch)[places[places // self.n_documents == epoch] % self.n_documents]
                for epoch in np.unique(places // self.n_documents)
            ]
        )
        random = self._random(FOR_PIECES, number)
        spans = self._pieces(chosen, random)
        lengths = spans[:, 1] - spans[:, 0]
        order = np.argsort(lengths, kind="stable")
        spent = np.cumsum(lengths[order] + 2)
        cuts = np.searchsorted(spent, spent[-1] * np.arange(1, BLOCK) / BLOCK)
        batches = np.split(spans[order], cuts)
        return [batches[i] for i in random.permutation(BLOCK)]

    def _order(self, epoch: int) -> np.ndarray:
        return self._random(FOR_ORDER, int(epoch)).permutation(self.n_documents)

    def _pieces(self, chosen: np.ndarray, random) -> np.ndarray:
        """A stretch of whole sentences of each document, no longer than a row: (N, 2)."""
        begins, room = self.corpus.sentences, self.max_len - 2
        first, last = self.corpus.documents[chosen], self.corpus.documents[chosen + 1]
        cut = random.random(len(chosen)) < self.cut
        # A document that is longer than a row begins anywhere, as a cut one does.
        anywhere = cut | (begins[last] - begins[first] > room)
        start = first + (random.random(len(chosen)) * (last - first)).astype(int) * anywhere
        fits = np.searchsorted(begins, begins[start] + room, side="right") - 1
        end = np.clip(fits, start + 1, last)
        some = start + 1 + (random.random(len(chosen)) * (end - start)).astype(int)
        end = np.where(cut, some, end)
        return np.stack([begins[start], np.minimum(begins[end], begins[start] + room)], axis=1)

    def _random(self, *key: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, *key])

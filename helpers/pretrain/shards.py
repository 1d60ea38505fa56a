"""Text in shards: pieces that are read when their turn comes and forgotten after it."""

from functools import lru_cache

import numpy as np

from helpers import data, miniworld
from helpers.data import CORPORA
from helpers.miniworld.tasks import without_test
from helpers.settings import one_of

TEXTS = ("miniworld", *CORPORA)


class Shards:
    """Batches from `n_shards` shards: batch k is a function of k and the seed alone.

    `open_shard(i)` gives shard i as a source of batches (`Batches`, or what else has `at(k)`,
    `size(k)` and `describe()`), and must depend on i alone. Each epoch takes `per_shard` batches of
    every shard, in a new order of the shards, and goes on in each where the epoch before left it.

    `abreast` shards take turns, batch by batch; no more are kept. Ranks whose number divides it
    have shards of their own: of 4 abreast, two ranks read two each.

    ValueError for a number that isn't whole or too small.
    """

    def __init__(self, open_shard, n_shards, per_shard, seed, abreast=4):
        least = {"n_shards": 1, "per_shard": 1, "seed": 0, "abreast": 1}
        given = {"n_shards": n_shards, "per_shard": per_shard, "seed": seed, "abreast": abreast}
        for name, value in given.items():
            if type(value) is not int or value < least[name]:
                raise ValueError(f"{name}={value!r}: must be a whole number ≥ {least[name]}")
        self.n_shards, self.per_shard, self.seed = n_shards, per_shard, seed
        self.abreast = min(abreast, n_shards)
        self._open = lru_cache(maxsize=self.abreast)(open_shard)

    def __len__(self):
        """Batches in an epoch."""
        return self.n_shards * self.per_shard

    def at(self, k):
        """Batch k, counted over all epochs."""
        shard, i = self.place(k)
        return self._open(shard).at(i)

    def size(self, k):
        """The rows in batch k."""
        shard, i = self.place(k)
        return self._open(shard).size(i)

    def place(self, k):
        """(shard, batch in it) of batch k."""
        epoch, k = divmod(k, len(self))
        group, k = divmod(k, self.abreast * self.per_shard)
        shards = self.order(epoch)[group * self.abreast :][: self.abreast]
        turn, lane = divmod(k, len(shards))  # the last group may be smaller
        return int(shards[lane]), epoch * self.per_shard + turn

    def order(self, epoch):
        """The shards of an epoch in order: (n_shards,)."""
        return np.random.default_rng([self.seed, epoch]).permutation(self.n_shards)

    def describe(self):
        """What the batches depend on, as lines for a checkpoint; of the shards, it reads one."""
        return {
            "shards": [
                f"{self.n_shards} shards, {self.per_shard} batches of each, "
                f"{self.abreast} abreast, seed {self.seed}"
            ],
            **self._open(int(self.order(0)[0])).describe(),
        }


def read_shard(text, number, n_shards, seed=0, n_tokens=250_000):
    """Shard `number` of `n_shards` of a text, as documents: lists of sentences.

    The shards of "miniworld" are written when they are asked for, with `n_tokens` tokens each
    (punctuation and test sentences among them; the latter are left out) from the world of `seed`.
    The other texts are the running text of helpers.data ("wikipedia", "wikitext2", …), lower-cased,
    without punctuation: every `n_shards`-th article of it, whatever `seed` and `n_tokens` say.

    Raises SettingError for another text, ValueError for a number beyond the shards, and what
    helpers.data.load raises, NotAvailable above all.
    """
    one_of("text", text, TEXTS)
    if not 0 <= number < n_shards:
        raise ValueError(f"number={number!r}: there are shards 0 to {n_shards - 1}")
    if text == "miniworld":
        return list(without_test(miniworld.text(n_tokens, seed, shard=number)))
    articles = data.load(text)["train"][number::n_shards]
    return [[" ".join(sentence) for sentence in article] for article in articles]

"""BERT's races compare equal work, and notice when they don't."""

from importlib.util import find_spec

import pytest
import torch

from helpers import bert_bench
from helpers.bench import Measurement, paired
from helpers.kernel_bench import UnequalWork

SMALL = bert_bench.Shape(60, 8, 2, 1, 16, n_rows=3, updates=2)
WORDS = [[f"w{(7 * i + j) % 50}" for j in range(2 + i % 9)] for i in range(20)]
RACES = ("full_rows", "sentences", "in_proportion", "head")


@pytest.fixture(autouse=True)
def small(monkeypatch):
    if find_spec(bert_bench.LESSON) is None:
        pytest.skip(f"{bert_bench.LESSON} isn't in this checkout")
    monkeypatch.setattr(bert_bench, "KEPT", SMALL)
    monkeypatch.setattr(bert_bench, "IN_PROPORTION", SMALL)
    monkeypatch.setattr(bert_bench.data, "load", lambda name: {"train": [WORDS]})


@pytest.mark.parametrize("name", RACES)
def test_races_run(name):
    row = paired(Measurement(*getattr(bert_bench, name)()), runs=1)
    assert row.ours > 0 and row.peer > 0 and row.name.startswith("bert pretrain tokens/s")


def test_both_sides_count_the_same_tokens():
    batches = bert_bench.packed_batches(bert_bench.wikipedia_rows(SMALL), SMALL)
    for batch in batches:
        theirs = bert_bench.padded(batch)
        assert bert_bench.n_tokens(batch) == bert_bench.n_tokens(theirs) == len(batch.ids)
        assert "attention_mask" in theirs and theirs["input_ids"].numel() > len(batch.ids)
        assert int((theirs["labels"] != -100).sum()) == len(batch.targets)
    full = bert_bench.packed_batches(bert_bench.random_rows(SMALL), SMALL)[0]
    assert "attention_mask" not in bert_bench.padded(full)
    assert bert_bench.n_tokens(full) == bert_bench.n_tokens(bert_bench.padded(full)) == 3 * 16


def test_proportions_are_bert_bases():
    def share(shape):
        return shape.vocab_size / (shape.n_layers * shape.d_model)

    own = bert_bench.Shape(vocab_size=1696)
    assert share(own) == pytest.approx(share(bert_bench.BASE), rel=0.01)


def test_a_peer_of_other_weights_is_refused(monkeypatch):
    kept = bert_bench.both

    def other(shape, device):
        ours, peer = kept(shape, device)
        with torch.no_grad():
            peer.cls.seq_relationship.bias.add_(torch.tensor([0.0, 3.0]))
        return ours, peer

    monkeypatch.setattr(bert_bench, "both", other)
    with pytest.raises(UnequalWork, match="losses on one batch"):
        bert_bench.full_rows()


def test_scores_at_every_place_cost_the_same_loss(monkeypatch):
    """A side that counts what isn't hidden, or begins with other weights, is no side to race."""
    right = bert_bench.loss_everywhere

    def counts_all(model, batch):
        everything = torch.arange(len(batch.ids))
        return right(model, batch._replace(places=everything, targets=batch.ids))

    monkeypatch.setattr(bert_bench, "loss_everywhere", counts_all)
    with pytest.raises(UnequalWork, match="losses on one batch"):
        bert_bench.head()
    monkeypatch.setattr(bert_bench, "loss_everywhere", right)
    monkeypatch.setattr(bert_bench.copy, "deepcopy", lambda model: type(model)(model.bert.config))
    with pytest.raises(UnequalWork, match="losses on one batch"):
        bert_bench.head()


def test_the_gpus_ceiling_counts_a_place(monkeypatch):
    """By hand for BERT-base: 84.9 M weights in products, attention over 512, 15 % in the head."""
    monkeypatch.setattr(bert_bench, "race", lambda *arguments: ("name", "tokens/s", None, None))
    monkeypatch.setattr(bert_bench, "random_rows", lambda shape: [])
    monkeypatch.setattr(bert_bench, "matrix_rate", lambda: 1.0)
    *_, ceiling = bert_bench.on_gpu()
    weights = 12 * (12 * 768**2)
    attention = 12 * 2 * 512 * 768
    head = 0.15 * (768**2 + 768 * 30522)
    assert ceiling() == pytest.approx(1e12 / (6 * (weights + attention + head)))

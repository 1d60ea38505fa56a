"""GPT's races compare equal work, and notice when they don't."""

import importlib
from importlib.util import find_spec

import pytest
import torch

from helpers import gpt_bench
from helpers.bench import Measurement, paired
from helpers.kernel_bench import UnequalWork

SMALL = {"vocab_size": 60, "d_model": 8, "n_heads": 2, "n_layers": 1, "d_ff": 16, "max_len": 16}
WORDS = [[f"w{(7 * i + j) % 50}" for j in range(2 + i % 9)] for i in range(20)]
TRAINING = ("full_rows", "without_dropout", "real_sentences")
INFERENCE = ("scoring", "generation", "cache")


@pytest.fixture(autouse=True)
def small(monkeypatch):
    if find_spec(gpt_bench.LESSON) is None:
        pytest.skip(f"{gpt_bench.LESSON} isn't in this checkout")
    monkeypatch.setattr(gpt_bench, "SHAPE", SMALL)
    monkeypatch.setattr(gpt_bench, "NEW", 5)
    monkeypatch.setattr(gpt_bench.data, "load", lambda name: {"train": [WORDS]})


@pytest.mark.parametrize("name", TRAINING + INFERENCE)
def test_races_run(name):
    row = paired(Measurement(*getattr(gpt_bench, name)()), runs=1)
    assert row.ours > 0 and row.peer > 0 and row.name.startswith("gpt ")


def test_both_sides_count_the_same_tokens():
    for rows in gpt_bench.sentences(n=7):
        n_tokens = sum(len(row) - 1 for row in rows)
        text, batch = gpt_bench.as_text(rows), gpt_bench.padded(rows)
        assert len(text.targets) == n_tokens == int((batch["labels"] >= 0).sum())
        assert "attention_mask" in batch and batch["input_ids"].numel() > n_tokens
    rows = gpt_bench.random_rows(3, SMALL)[0]
    assert gpt_bench.as_text(rows).targets.shape == (3, 16)
    assert "attention_mask" not in gpt_bench.padded(rows)


@pytest.mark.parametrize("name", TRAINING + INFERENCE[:2])
def test_a_peer_of_other_weights_is_refused(monkeypatch, name):
    kept = gpt_bench.models

    def other(*arguments, **settings):
        ours, peer = kept(*arguments, **settings)
        with torch.no_grad():
            for block in peer.transformer.h:
                block.ln_1.weight.mul_(3)
        return ours, peer

    monkeypatch.setattr(gpt_bench, "models", other)
    with pytest.raises(UnequalWork, match="differ"):
        getattr(gpt_bench, name)()


def test_a_cache_that_changes_the_tokens_is_refused(monkeypatch):
    lesson = importlib.import_module(gpt_bench.LESSON)
    kept = lesson.generate

    def wrong(model, ids, n, *, cache=True, **settings):
        ids = kept(model, ids, n, cache=cache, **settings)
        return ids + 1 if cache else ids

    monkeypatch.setattr(lesson, "generate", wrong)
    with pytest.raises(UnequalWork, match="tokens differ"):
        gpt_bench.cache()


def test_the_operations_of_a_token_are_those_of_gpt2():
    """By hand for GPT-2: 85 M weights in the blocks, 38.6 M in the softmax, half of 1,024 keys."""
    weights = 12 * 12 * 768**2 + 50_257 * 768
    attention = 12 * 2 * 768 * 512
    assert gpt_bench.operations_per_token(gpt_bench.GPU_SHAPE) == 6 * (weights + attention)

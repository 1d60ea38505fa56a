"""Lesson 06 against transformers' BERT and plain formulas; classic bugs are caught.

Every check takes the lesson's module, so that the mutants at the end meet the very same checks.
"""

import functools
import importlib
import json
import math
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from notebooks.transformer import WordPiece, packed
from parity_checks import first_failure, mutated
from safetensors.torch import save_file
from transformers import BertConfig, BertForPreTraining, BertModel

from helpers import ROOT, checkpoints, data, measured
from helpers.miniworld import tasks
from helpers.miniworld.tasks.cloze import exposures, queries
from tests.benchmarks import bert_by_size

LESSON = ROOT / "notebooks" / "06_bert_pretraining.ipynb"
SHAPES = {  # of three networks: width, heads, layers, feed-forward, vocabulary, longest row
    "one head": (8, 1, 1, 20, 17, 12),
    "as wide as long": (12, 3, 2, 12, 31, 16),
    "deep": (16, 4, 4, 24, 40, 24),
}
WORDS = ["the dog sleeps near the door .", "a cat sat in the sun .", "unhappily , it rained ."]
DOCUMENTS = [
    [f"{a} {b}", f"{b} {c} {c}", f"{c} {a}", f"{d} {d} {a} {b}"]
    for a, b, c, d in ("abcd", "efgh", "ijkl", "mnop", "qrst", "uvwx", "yzab", "cegi")
]


def lesson():
    return importlib.import_module("notebooks.bert_pretraining")


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def close(got, wanted, atol=1e-5):
    torch.testing.assert_close(got, wanted, rtol=1e-4, atol=atol)


@functools.cache
def library(shape, **settings):
    """transformers' network of a shape, every weight random and none small, gains and biases too;
    an eps at which its place shows."""
    d_model, n_heads, n_layers, d_ff, vocab_size, max_len = SHAPES[shape]
    config = BertConfig(
        vocab_size=vocab_size,
        hidden_size=d_model,
        num_attention_heads=n_heads,
        num_hidden_layers=n_layers,
        intermediate_size=d_ff,
        max_position_embeddings=max_len,
        hidden_act="gelu",
        hidden_dropout_prob=0.25,
        layer_norm_eps=0.05,
        **settings,
    )
    model = BertForPreTraining(config).eval()
    draw = generator(len(shape))
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_(0.6 * torch.randn(weight.shape, generator=draw))
    return model


def ours_like(module, shape):
    """The lesson's network with the library's weights."""
    theirs = library(shape)
    config = module.published_config(theirs.config.to_dict())
    model = module.BertForPretraining(config)
    return module.fill(model, module.todays_names(theirs.state_dict()))


def rows_of(shape, seed=3):
    """Rows [CLS] … [SEP] … [SEP] of several lengths: (list of ids, list of segments)."""
    *_, vocab_size, max_len = SHAPES[shape]
    draw = generator(seed)
    ids, segments = [], []
    for n, m in ((3, 2), (1, 1), (4, max_len - 7), (2, 5)):
        a, b = (torch.randint(5, vocab_size, (k,), generator=draw) for k in (n, m))
        marks = torch.tensor([2]), torch.tensor([3])
        ids.append(torch.cat([marks[0], a, marks[1], b, marks[1]]))
        segments.append(torch.tensor([0] * (n + 2) + [1] * (m + 1)))
    return ids, segments


def padded(rows, blank=0):
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=blank)


def batch_of(module, shape, seed=3):
    """A `Batch` with hidden places, and the library's arguments for it."""
    rows, segments = rows_of(shape, seed)
    ids, offsets, positions = packed(rows)
    ordinary = torch.arange(SHAPES[shape][4]) >= 5
    hidden, places, targets = module.masked(ids, offsets, ordinary, 4, generator(seed), rate=0.4)
    random = torch.tensor([1, 0, 0, 1])
    longest = max(map(len, rows))
    batch = module.Batch(
        hidden, torch.cat(segments), positions, offsets, places, targets, random, longest
    )
    labels = torch.full_like(ids, -100).index_copy(0, places, targets)
    lengths = [len(row) for row in rows]
    theirs = {
        "input_ids": padded(hidden.split(lengths)),
        "token_type_ids": padded(segments),
        "attention_mask": padded([torch.ones_like(row) for row in rows]),
        "labels": padded(labels.split(lengths), -100),
        "next_sentence_label": random,
    }
    return batch, theirs


# ---- the network -------------------------------------------------------------------------------


def check_config(module):
    config = module.BertConfig(30)
    assert config.eps == 1e-12 and config.n_segments == 2 and not config.norm_first
    for bad in ({"n_segments": 0}, {"norm_first": True}, {"d_model": 10, "n_heads": 3}):
        with pytest.raises(ValueError, match=next(iter(bad))):
            module.BertConfig(30, **bad)
    base = module.BASE
    sizes = base.vocab_size, base.d_model, base.n_heads, base.n_layers, base.d_ff, base.max_len
    assert sizes == (30522, 768, 12, 12, 3072, 512)


def check_states_are_the_librarys(module):
    """All layers and the pooled state, side by side with padding, for three shapes."""
    for shape in SHAPES:
        model = ours_like(module, shape).bert
        rows, segments = rows_of(shape)
        lengths = torch.tensor([len(row) for row in rows])
        ids = padded(rows)
        mask = (torch.arange(ids.shape[1]) < lengths[:, None]).long()
        theirs = library(shape).bert(
            ids, mask, token_type_ids=padded(segments), output_hidden_states=True
        )
        layers = model(ids, padded(segments), lengths, layers=True)
        assert len(layers) == model.config.n_layers + 1
        for got, wanted in zip(layers, theirs.hidden_states, strict=True):
            close(got[mask.bool()], wanted[mask.bool()].detach())
        close(model.pooled(layers[-1]), theirs.pooler_output.detach())
        close(model(ids, padded(segments), lengths), layers[-1].detach())


def check_packed_rows(module):
    """Packed rows have the states that each has alone, positions given or not."""
    for shape in SHAPES:
        model = ours_like(module, shape).bert
        rows, segments = rows_of(shape)
        pairs = zip(rows, segments, strict=True)
        alone = torch.cat([model(row[None], part[None])[0] for row, part in pairs]).detach()
        ids, offsets, positions = packed(rows)
        longest = max(map(len, rows))
        for given in (None, positions):
            got = model(ids, torch.cat(segments), offsets=offsets, positions=given, max_len=longest)
            close(got, alone)
        first = [len(row) for row in rows]
        starts = torch.tensor([0, *first[:-1]]).cumsum(0)
        wanted = (alone[starts] @ model.pooler.weight.T + model.pooler.bias).tanh()
        close(model.pooled(alone, offsets), wanted)
        assert torch.equal(module.row_positions(offsets), positions)
        no_segments = model(rows[0][None], torch.zeros_like(rows[0])[None])
        close(model(rows[0][None]), no_segments.detach())


def check_losses_are_the_librarys(module):
    """The sum of both losses, and the gradient of every weight, for three shapes."""
    for shape in SHAPES:
        batch, theirs = batch_of(module, shape)
        model, peer = ours_like(module, shape), library(shape)
        loss = module.pretraining_loss(model, batch)
        wanted = peer(**theirs)
        close(loss, wanted.loss)
        names, weights = zip(*model.named_parameters(), strict=True)
        got = torch.autograd.grad(loss, weights)
        peers = dict(peer.named_parameters())
        peers = [peers[_with_prefix(module.published_name(name))] for name in names]
        for a, b in zip(got, torch.autograd.grad(wanted.loss, peers), strict=True):
            close(a, b, atol=1e-4)
        lengths = batch.offsets.diff()
        scores = model.word_scores(model.states(batch)).split(lengths.tolist())
        for row, n, ours in zip(wanted.prediction_logits, lengths.tolist(), scores, strict=True):
            close(ours, row[:n], atol=1e-4)


def _with_prefix(name):
    return name if name.startswith("cls.") else f"bert.{name}"


def check_heads(module):
    """Words are asked for at hidden places only; pairs depend on [CLS] alone; tables are tied."""
    batch, _ = batch_of(module, "deep")
    model = ours_like(module, "deep")
    words, pairs = (loss.detach() for loss in model(batch))
    states = model.states(batch).detach()
    scores = model.word_scores(states[batch.places]).log_softmax(1)
    close(words, -scores[torch.arange(len(batch.targets)), batch.targets].mean().detach())
    answers = model.pair(model.bert.pooled(states, batch.offsets)).log_softmax(1)
    close(pairs, -answers[torch.arange(4), batch.random].mean().detach())
    assert len(set(batch.random.tolist())) == 2, "both classes count"
    shapes = [tuple(weight.shape) for weight in model.parameters()]
    assert shapes.count((40, 16)) == 1, "one table for input and output"


def check_start(module):
    torch.manual_seed(1)
    config = module.BertConfig(50, d_model=64, n_heads=2, n_layers=2, d_ff=80, max_len=40)
    model = module.BertForPretraining(config)
    for name, weight in model.named_parameters():
        if weight.dim() == 2:
            assert 0.015 < weight.std() < 0.025, name
        else:
            assert (weight == float("norm" in name and name.endswith("weight"))).all(), name
    module.small_start(model, 0.02 * 12**0.5, 20)
    std = 0.02 * (768 / 64) ** 0.5
    assert abs(model.bert.token.weight.std() / std - 1) < 0.1
    waves = model.bert.position.weight.detach()
    close(F.normalize(waves) @ F.normalize(waves).T, torch.eye(40), atol=1e-4)
    assert 1.8 < waves.norm(dim=1).mean() / model.bert.token.weight.norm(dim=1).mean() < 2.2
    x = F.layer_norm(waves[None], (64,))
    looks = model.bert.blocks[0].attention.weights(x)[0]
    left = (looks[0, 1:].argmax(1) == torch.arange(39)).float().mean()
    right = (looks[1, :-1].argmax(1) == torch.arange(1, 40)).float().mean()
    assert left > 0.9 and right > 0.9, "one head looks left, one right"
    later = model.bert.blocks[1].attention.weights(x)[0]
    assert (later.amax(-1) < 0.5).float().mean() > 0.9, "other blocks aren't told"


# ---- hidden words ------------------------------------------------------------------------------


def check_masked(module):
    """Shares within four standard deviations, never a mark, the right number in each row."""
    n_kinds, lengths = 60, torch.randint(1, 40, (300,), generator=generator(5))
    ordinary = torch.arange(n_kinds) >= 5
    ordinary[17] = False  # a mark in the middle of the vocabulary, as published ones have
    inner = [torch.randint(5, n_kinds, (int(n),), generator=generator(int(n))) for n in lengths]
    rows = [torch.cat([torch.tensor([2]), row, torch.tensor([3, 0])]) for row in inner]
    ids, offsets, _ = packed(rows)
    candidates = torch.stack([ordinary[row].sum() for row in rows])
    before, counts = ids.clone(), Counter()
    how_often = torch.zeros(len(ids))
    for seed in range(40):
        for rate, masks, others in ((0.15, 0.8, 0.1), (0.5, 0.3, 0.5)):
            given = {} if rate == 0.15 else {"rate": rate, "masks": masks, "others": others}
            hidden, places, targets = module.masked(
                ids, offsets, ordinary, 4, generator(seed), **given
            )
            assert torch.equal(ids, before), "the input is left alone"
            assert torch.equal(targets, ids[places]) and ordinary[targets].all()
            assert (places.diff() > 0).all()
            rest = torch.ones(len(ids), dtype=torch.bool).index_fill(0, places, False)
            assert torch.equal(hidden[rest], ids[rest])
            row = torch.bucketize(places, offsets, right=True) - 1
            wanted = (rate * candidates).round().clamp(min=1).minimum(candidates)
            assert torch.equal(torch.bincount(row, minlength=300), wanted.long())
            now = hidden[places]
            assert (ordinary[now] | (now == 4)).all(), "no mark stands in"
            key = (rate, masks, others)
            counts[key, "mask"] += int((now == 4).sum())
            counts[key, "same"] += int((now == targets).sum())
            counts[key, "all"] += len(places)
            if rate == 0.5:
                how_often[places] += 1
    for rate, masks, others in ((0.15, 0.8, 0.1), (0.5, 0.3, 0.5)):
        key = (rate, masks, others)
        n, lucky = counts[key, "all"], others / int(ordinary.sum())
        for name, p in (("mask", masks), ("same", 1 - masks - others + lucky)):
            assert abs(counts[key, name] / n - p) < 4 * (p * (1 - p) / n) ** 0.5, (key, name)
    long_rows = (candidates > 10).repeat_interleave(offsets.diff()) & ordinary[ids]
    assert how_often[long_rows].min() > 3, "every place has its turn"


# ---- pairs -------------------------------------------------------------------------------------


class Letters:
    """A piece a letter; the marks of a tokenizer."""

    vocab = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyz")
    pad_id, unk_id, cls_id, sep_id, mask_id = range(5)

    def encode(self, text):
        return [self.vocab.index(letter) for letter in text.replace(" ", "")]


def letters(module):
    return module.encoded(DOCUMENTS, Letters())


def check_encoded(module):
    corpus = module.encoded([["ab", "c"], ["only"], ["", "de", "f", ""], ["", "x"]], Letters())
    assert corpus.ids.tolist() == [5, 6, 7, 8, 9, 10]
    assert corpus.sentences.tolist() == [0, 2, 3, 5, 6] and corpus.documents.tolist() == [0, 2, 4]
    with pytest.raises(ValueError, match="documents"):
        module.encoded([["ab", "c"], ["only"]], Letters())


def check_sentence_pairs(module):
    corpus = letters(module)
    begins, ends = corpus.sentences[:-1], corpus.sentences[1:]
    owner = np.repeat(np.arange(8), 4)
    many = np.arange(4000) % 8
    for max_len, cut in ((40, 0.0), (40, 1.0), (8, 0.5)):
        spans, random = module.sentence_pairs(corpus, many, np.random.default_rng(0), max_len, cut)
        assert spans.shape == (4000, 4) and (spans[:, 0] < spans[:, 1]).all()
        assert (spans[:, 2] < spans[:, 3]).all()
        assert module.row_lengths(spans).max() <= max_len
        assert abs(random.mean() - 0.5) < 4 * 0.5 / 4000**0.5
        of = owner[np.searchsorted(begins, spans, side="right") - 1]
        assert (of[:, 0] == many).all(), "A is the document's own"
        follows = spans[~random]
        assert (follows[:, 1] == follows[:, 2]).all(), "B follows A"
        assert (of[~random, 2] == many[~random]).all()
        assert (of[random, 2] != many[random]).mean() > 0.75, "B comes from elsewhere"
        assert np.isin(spans[:, 1], ends).all() and np.isin(spans[:, 2], begins).all()
        if max_len == 40:
            whole = np.isin(spans[:, 0], begins).all() and np.isin(spans[:, 3], ends).all()
            assert whole, "whole sentences, where they fit"
            starts = np.isin(spans[:, 0], corpus.sentences[corpus.documents[:-1]]).mean()
            assert starts == 1 if cut == 0 else 0.3 < starts < 0.7
            stops = np.isin(follows[:, 3], corpus.sentences[corpus.documents[1:]]).mean()
            assert stops == 1 if cut == 0 else stops < 0.8
    kinds = [Counter(tuple(row) for row in spans[rows, 2:]) for rows in (random, ~random)]
    assert kinds[0].keys() == kinds[1].keys(), "nothing but the match gives a random B away"
    alone = module.sentence_pairs(corpus, np.array([3]), np.random.default_rng(1), 40)[1]
    assert not alone.any(), "one row alone has nobody to give its B to"


def check_assembled(module):
    """Rows are those of the tokenizer's encode_pair, one after the other."""
    pieces = WordPiece.train(WORDS, 60)
    a, b = (pieces.encode(text) for text in WORDS[:2])
    ids = np.array([*b, *a])
    spans = np.array([[len(b), len(ids), 0, len(b)], [0, 2, 2, 3], [len(b), len(ids), 1, len(b)]])
    copy = ids.copy()
    got, segments, positions, offsets = module.assembled(ids, spans, pieces.cls_id, pieces.sep_id)
    assert (ids == copy).all()
    both = pieces.encode_pair(WORDS[0], WORDS[1])
    second = [pieces.cls_id, *b[:2], pieces.sep_id, b[2], pieces.sep_id], [0] * 4 + [1] * 2
    third = [pieces.cls_id, *a, pieces.sep_id, *b[1:], pieces.sep_id]
    rows = [torch.tensor(row) for row in (both[0], second[0], third)]
    wanted, wanted_offsets, wanted_positions = packed(rows)
    assert torch.equal(got, wanted) and torch.equal(offsets, wanted_offsets)
    assert torch.equal(positions, wanted_positions)
    n = len(both[0]) + 6
    assert segments[:n].tolist() == both[1] + second[1]
    assert segments[n:].tolist() == [0] * (len(a) + 2) + [1] * len(b)
    assert module.row_lengths(spans).tolist() == [len(row) for row in rows]


def check_pairs(module):
    """Batch k depends on k and the seed alone; all documents take part, each pass anew."""
    make = functools.partial(module.Pairs, letters(module), Letters(), n_tokens=120, max_len=20)
    pairs, other = make(seed=1), make(seed=2)
    first, late = pairs.at(0), pairs.at(70)
    again = make(seed=1)
    for k, batch in ((70, late), (0, first)):
        same = zip(again.at(k), batch, strict=True)
        assert all(torch.equal(a, b) if torch.is_tensor(a) else a == b for a, b in same)
    assert not torch.equal(other.at(0).ids[:30], first.ids[:30])
    assert pairs.describe() == again.describe() != other.describe()
    assert make(seed=1, rate=0.3).describe() != pairs.describe()
    lengths, seen, sizes, starts = [], Counter(), [], set()
    for k in range(64):
        batch = pairs.at(k)
        rows = batch.offsets.diff()
        assert pairs.size(k) == len(rows) == len(batch.random) and batch.max_len == rows.max()
        assert (rows.diff() >= 0).all(), "like lengths stand together"
        assert torch.equal(module.row_positions(batch.offsets), batch.positions)
        text = batch.ids.index_copy(0, batch.places, batch.targets)
        assert (text[batch.offsets[:-1]] == 2).all() and (text[batch.offsets[1:] - 1] == 3).all()
        assert (text == 3).sum() == 2 * len(rows) and not (text == 4).any()
        assert int(batch.random.sum()) <= len(rows) and batch.random.dtype == torch.int64
        seen.update(text[text >= 5].tolist())
        lengths.append(rows.float().std().nan_to_num().item())
        sizes.append(len(text))
        starts.update(text[batch.offsets[:-1] + 1].tolist())
    assert len(seen) == 26 and len(starts) > 10
    assert abs(np.mean(sizes) - 120) < 25 and np.mean(lengths) < 2
    hidden = make(seed=1, rate=0.4, masks=1.0, others=0.0).at(5)
    assert (hidden.ids[hidden.places] == 4).all()
    assert 1 <= len(pairs) < 10
    assert not torch.equal(pairs.at(3).places, pairs.at(3 + 32).places)
    drawn = [source._mixed(k) for source in (pairs, other) for k in range(100)]
    assert len(set(drawn)) == 200, "each batch hides anew"
    order = np.sort(pairs._order(3))
    assert (order == np.arange(8)).all() and (pairs._order(3) != pairs._order(4)).any()
    ordinary = module.ordinary_ids(Letters())
    assert ordinary.tolist() == [False] * 5 + [True] * 26


# ---- training ----------------------------------------------------------------------------------


def tiny(module, **settings):
    sizes = {"d_model": 32, "n_heads": 1, "n_layers": 2, "d_ff": 64, "max_len": 24, "dropout": 0.0}
    return module.BertConfig(31, **sizes | settings)


def check_training(module):
    recipe = module.Recipe(updates=60, n_tokens=160, lr=1e-2, seed=3)
    settings = module.training_of(recipe)
    assert (settings.steps, settings.lr, settings.warmup) == (60, 1e-2, 0.1)
    assert settings.schedule == "linear"
    batches = module.batches_of(letters(module), Letters(), tiny(module), replace(recipe, rate=0.3))
    assert batches.masking == {"rate": 0.3, "masks": 0.8, "others": 0.1}
    assert (batches.seed, batches.n_tokens, batches.how["max_len"]) == (3, 160, 24)
    for muon in (False, True):
        state = torch.get_rng_state()
        model, history = module.pretrain(
            letters(module), Letters(), tiny(module), replace(recipe, muon=muon), progress=False
        )
        torch.set_rng_state(state)
        assert not model.training and len(history.losses) == 60
        assert np.mean(history.losses[-5:]) < 0.9 * np.mean(history.losses[:5])
    again, _ = module.pretrain(
        letters(module), Letters(), tiny(module), replace(recipe, muon=True), progress=False
    )
    assert all(
        torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True)
    )


def check_optimizer(module):
    """Muon for the matrices of the blocks, if a recipe asks for it; see also test_muon.py."""
    model = module.BertForPretraining(tiny(module))
    assert module.optimizer_of(model, module.Recipe(lr=0.01)) is None
    both = module.optimizer_of(model, module.Recipe(lr=0.01, muon=True))
    inner = {id(weight) for weight in model.bert.blocks.parameters() if weight.dim() == 2}
    assert {id(weight) for weight in both.param_groups[0]["params"]} == inner
    assert [group["lr"] for group in both.param_groups] == [0.1, 0.01, 0.01]


class Enough(Exception):
    """Ends a training in its middle."""


def check_resumed(module):
    """Half a training and the rest from its checkpoint end on the bits of a whole one."""

    def stop(model):
        def callback(history, ended):
            if len(history.steps) == 7:
                raise Enough

        return callback

    arguments = letters(module), Letters(), tiny(module)
    recipe = module.Recipe(updates=10, n_tokens=160, lr=1e-2, muon=True)
    whole, _ = module.pretrain(*arguments, recipe, progress=False)
    with tempfile.TemporaryDirectory() as folder:
        state, module.SAVE_EVERY = Path(folder) / "state.pt", 5
        with pytest.raises(Enough):
            module.pretrain(*arguments, recipe, checkpoint=state, watch=stop, progress=False)
        resumed, history = module.pretrain(*arguments, recipe, checkpoint=state, progress=False)
    assert len(history.losses) == 10
    same = zip(whole.parameters(), resumed.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in same)


def check_neighbours(module):
    """Against loops over counts."""
    draw = np.random.default_rng(0)
    ids, V = draw.integers(0, 6, 60), 7  # 6 never occurs
    counted = module.Neighbours(ids, V)
    single = np.array([(ids == w).sum() + 1 for w in range(V)]) / (60 + V)
    pairs = Counter(zip(ids[:-1].tolist(), ids[1:].tolist(), strict=True))

    def bigram(v, w, table):
        total = sum(n for (a, _), n in table.items() if a == v)
        if not total:
            return single[w]
        kinds = sum(a == v for a, _ in table)
        return (max(table.get((v, w), 0) - 0.75, 0) + 0.75 * kinds * single[w]) / total

    back = {(b, a): n for (a, b), n in pairs.items()}
    for table, got in ((pairs, counted.after), (back, counted.before)):
        wanted = [[bigram(v, w, table) for w in range(V)] for v in range(V)]
        close(got, torch.tensor(wanted, dtype=torch.float32))
    text = torch.tensor([2, 1, 0, 5, 3, 4, 1, 3])
    places = torch.tensor([2, 3, 6])
    batch = module.Batch(
        text.index_fill(0, places, 6), None, None, None, places, text[places], None, 8
    )
    found = counted.nats(batch)
    left = torch.log(counted.after[text[places - 1]])
    right = torch.log(counted.before[text[places + 1]])
    rows, targets = torch.arange(3), text[places]
    both = left.exp() * right.exp() / counted.single
    both = both / both.sum(1, keepdim=True)
    for name, p in (
        ("unigram", counted.single.expand(3, V)),
        ("left neighbour", left.exp()),
        ("right neighbour", right.exp()),
        ("both neighbours", both),
    ):
        assert math.isclose(found[name], -p[rows, targets].log().mean(), rel_tol=1e-4), name


def check_scores(module):
    torch.manual_seed(4)
    model = module.BertForPretraining(tiny(module)).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.3 * torch.randn(weight.shape))
    batches = module.Pairs(letters(module), Letters(), 160, max_len=24)
    found = module.pretraining_scores(model, batches, n=3)
    losses, words, pairs = [], [], []
    for k in range(3):
        batch = batches.at(k)
        states = model.states(batch)
        scores = model.word_scores(states[batch.places])
        losses.append(F.cross_entropy(scores, batch.targets, reduction="none"))
        words.append(scores.argmax(1) == batch.targets)
        told = model.pair(model.bert.pooled(states, batch.offsets)).argmax(1)
        pairs.append(told == batch.random)
    assert math.isclose(found["nats"], torch.cat(losses).mean().item(), rel_tol=1e-4)
    assert math.isclose(found["words right"], 100 * torch.cat(words).float().mean(), rel_tol=1e-4)
    assert math.isclose(found["pairs right"], 100 * torch.cat(pairs).float().mean(), rel_tol=1e-4)


# ---- what a network knows ----------------------------------------------------------------------


@functools.cache
def pieces():
    return WordPiece.train(WORDS * 3, 200)


def tiny_reader(module):
    torch.manual_seed(5)
    config = module.BertConfig(len(pieces().vocab), 32, 1, 2, 64, max_len=24, dropout=0.0)
    model = module.BertForPretraining(config).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.3 * torch.randn(weight.shape))
    return model


TEXTS = ["the [MASK] sleeps .", "[MASK]", "a cat sat in the sun near the [MASK] .", "it [MASK] ."]


def check_blanks(module):
    """In whatever company a text is asked, its blank gets the scores that it gets alone."""
    model = tiny_reader(module)
    wanted = []
    for text in TEXTS:
        ids = torch.tensor(pieces().encode_pair(text)[0])
        states = model.bert(ids[None])[0]
        wanted.append(model.word_scores(states[ids == pieces().mask_id]))
    close(module.blank_scores(model, pieces(), TEXTS), torch.cat(wanted).detach(), atol=1e-4)
    rows = [pieces().encode_pair(text)[0] for text in WORDS]
    for n_rows in (1, 2, 128):
        for row, got in zip(rows, module.row_states(model.bert, rows, n_rows), strict=True):
            close(got, model.bert(torch.tensor([row]))[0].detach())
    assert module.piece_of(pieces(), "dog") == pieces().index["dog"]
    assert module.piece_of(pieces(), "DOG") == pieces().index["dog"]
    assert module.piece_of(pieces(), "dogdoor") is None and module.piece_of(pieces(), "漢") is None
    means = module.mean_states(model.bert, pieces(), WORDS)
    for text, got in zip(WORDS, means, strict=True):
        ids = torch.tensor(pieces().encode_pair(text)[0])
        close(got, model.bert(ids[None])[0, 1:-1].mean(0).detach())


class Oracle:
    """Prefers pieces in a known order at every blank."""

    def __init__(self, order):
        self.order = order

    def __call__(self, model, tokenizer, texts):
        scores = torch.zeros(len(texts), len(tokenizer.vocab))
        for rank, word in enumerate(self.order):
            scores[:, tokenizer.index[word]] = float(len(self.order) - rank)
        return scores


def check_agreement_and_recall(module):
    def row(verb, wrong, construction, number):
        return tasks.Agreement("", "", ("the", "dog", verb), 2, wrong, construction, number, 0)

    rows = [
        row("sleeps", "sat", "simple", "singular"),
        row("sleeps", "sat", "simple", "singular"),
        row("sleeps", "sat", "simple", "singular"),
        row("sat", "sleeps", "simple", "plural"),
        row("sat", "sleeps", "other", "plural"),
        row("sat", "cat", "other", "plural"),
        row("sat", "catdog", "other", "plural"),
    ]
    kept, module.blank_scores = module.blank_scores, Oracle(["[SEP]", "sleeps", "sat", "cat"])
    try:
        found = module.agreement(None, pieces(), rows)
        assert found == {"other": 50.0, "simple": 50.0}, "either number counts half"
        asked = [
            tasks.Cloze("it [Y] .", "Sleeps", "", "", 1, ("Sleeps",)),
            tasks.Cloze("it [Y] .", "sat", "", "", 1, ("sat",)),
            tasks.Cloze("it [Y] .", "sat", "", "", 1, ("sat", "sleeps")),
        ]
        assert module.recall(None, pieces(), asked).tolist() == [True, False, True]
    finally:
        module.blank_scores = kept
    model = tiny_reader(module)
    texts = ["the dog [MASK]"]
    scores = module.blank_scores(model, pieces(), texts)[0]
    better = bool(scores[pieces().index["sleeps"]] > scores[pieces().index["sat"]])
    one = module.agreement(model, pieces(), [row("sleeps", "sat", "simple", "singular")])
    assert one == {"simple": 100.0 * better}


def check_linear_classifier(module):
    """Features of any size and mean, two classes or four; rare classes keep their share."""
    draw = generator(7)
    x = torch.randn(80, 5, generator=draw) * torch.tensor([1, 10, 0.1, 3, 1]) + 4
    labels = (x[:, 1] + 20 * x[:, 2] > 84).long()  # about half of them
    assert module.ridge_right(x, labels.tolist(), x, labels.tolist(), penalty=1e-4) > 90
    assert module.ridge_right(x, labels.tolist(), x, (1 - labels).tolist(), penalty=1e-4) < 10
    other = x * torch.tensor([1, 1e-4, 1e-4, 1, 1])  # what tells, in other units
    assert module.ridge_right(other, labels.tolist(), other, labels.tolist()) > 85
    ones = labels == 1  # asked alone, they have another mean
    assert module.ridge_right(x, labels.tolist(), x[ones], [1] * int(ones.sum())) > 85
    kinds = (x[:, 0] > 4).long() + 2 * (x[:, 3] > 4).long()
    assert module.ridge_right(x, kinds.tolist(), x, kinds.tolist(), penalty=1e-4) > 80
    often = torch.tensor([0] * 70 + [1] * 10)
    noise = torch.randn(80, 5, generator=draw)
    assert module.ridge_right(noise, often, noise, often, penalty=100) == 87.5


def check_facts(module):
    counts = module.stated(n_tokens=3000, seed=1)
    wanted = exposures(3000, 1)
    assert wanted and all(counts[fact] >= n for fact, n in wanted.items())
    share = sum(counts.values()) / sum(wanted.values())
    assert 1 <= share < 1.4, "our tokens are words alone, so there is a little more text"
    asked = [row for row in queries(wanted) if row.exposure]
    world = WordPiece.train([row.answer for row in asked[::2]] * 9, 3000)
    assert any(len(world.encode(row.answer)) > 1 for row in asked)
    assert any(row.exposure == 2 for row in asked)
    rows = module.askable_facts(world, wanted, n_each=1000, seed=1)
    for row, edge in rows:
        assert len(world.encode(row.answer)) == 1 and row.exposure >= edge
        assert all(row.exposure < other for other in module.FREQUENT if other > edge)
    pieces_of = [world.encode(row.answer) for row in asked]
    assert len(rows) == sum(len(x) == 1 and x != [world.unk_id] for x in pieces_of)
    few = module.askable_facts(world, wanted, n_each=2, seed=1)
    assert set(Counter(edge for _, edge in few).values()) <= {1, 2}


# ---- weights -----------------------------------------------------------------------------------


def check_kept(module):
    model = tiny_reader(module)
    settings, weights = module.to_keep(model, pieces())
    assert all(weight.dtype == torch.float16 for weight in weights.values())
    settings = json.loads(json.dumps(settings))
    again, same = module.restore(checkpoints.Checkpoint(settings, weights, {}))
    assert same.vocab == pieces().vocab and not again.training
    assert again.bert.config == model.bert.config
    for a, b in zip(again.parameters(), model.parameters(), strict=True):
        assert a.dtype == torch.float32
        close(a, b, atol=2e-3)


def check_names(module):
    """Every name, both ways, against the library's own list."""
    for shape in SHAPES:
        wanted = {name for name, _ in library(shape).named_parameters()}
        ours = module.BertForPretraining(
            module.published_config(library(shape).config.to_dict())
        ).named_parameters()
        assert {_with_prefix(module.published_name(name)) for name, _ in ours} == wanted


def write(folder, tensors, config, **changes):
    tensors = {name: tensor.detach().clone().contiguous() for name, tensor in tensors.items()}
    save_file(tensors, folder / "model.safetensors")
    settings = config.to_dict() | changes
    (folder / "config.json").write_text(json.dumps(settings), encoding="utf-8")


def check_published_files(module):
    """Folders of the library, of old versions, without pooler, without heads; files that lie."""
    theirs = library("as wide as long")
    rows, segments = rows_of("as wide as long")
    wanted = theirs.bert(rows[0][None], token_type_ids=segments[0][None]).last_hidden_state
    tensors = dict(theirs.named_parameters())
    old = {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace(
            "LayerNorm.bias", "LayerNorm.beta"
        ): tensor
        for name, tensor in tensors.items()
    }
    old["bert.embeddings.position_ids"] = torch.arange(16)[None]
    old["cls.predictions.decoder.weight"] = tensors["bert.embeddings.word_embeddings.weight"]
    bare = {
        name.removeprefix("bert."): tensor
        for name, tensor in tensors.items()
        if not name.startswith("cls.") and "pooler" not in name
    }
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for found in (tensors, old, bare):
            write(folder, found, theirs.config)
            for path in (folder, str(folder), folder / "model.safetensors"):
                model = module.Bert.from_pretrained(path)
                assert not model.training and (model.pooler is None) == (found is bare)
                close(model(rows[0][None], segments[0][None]), wanted)
        write(folder, old, theirs.config)
        batch, arguments = batch_of(module, "as wide as long")
        both = module.BertForPretraining.from_pretrained(folder)
        close(module.pretraining_loss(both, batch), theirs(**arguments).loss)
        assert both.bert.config.eps == 0.05 and both.bert.config.dropout == 0.25

        with pytest.raises(module.WeightsError, match=r"missing: cls\.predictions\.bias"):
            write(folder, bare | {"pooler.dense.weight": torch.zeros(12, 12)}, theirs.config)
            module.BertForPretraining.from_pretrained(folder)
        write(folder, bare | {"encoder.layer.5.output.dense.bias": torch.zeros(12)}, theirs.config)
        with pytest.raises(module.WeightsError, match=r"left over: encoder\.layer\.5"):
            module.Bert.from_pretrained(folder)
        write(folder, bare, theirs.config, intermediate_size=13)
        with pytest.raises(module.WeightsError, match=r"shape: .*intermediate\.dense\.bias"):
            module.Bert.from_pretrained(folder)
        write(folder, bare, theirs.config, model_type="roberta")
        with pytest.raises(module.WeightsError, match="model_type"):
            module.Bert.from_pretrained(folder)
        write(folder, bare, theirs.config, position_embedding_type="relative_key")
        with pytest.raises(module.WeightsError, match="position_embedding_type"):
            module.Bert.from_pretrained(folder)
        for name, ours in (("gelu_new", "gelu_tanh"), ("relu", "relu"), ("gelu", "gelu")):
            write(folder, bare, theirs.config, hidden_act=name)
            assert module.Bert.from_pretrained(folder).config.activation == ours
        with pytest.raises(FileNotFoundError):
            module.Bert.from_pretrained(folder / "elsewhere")


CHECKS = [value for name, value in list(globals().items()) if name.startswith("check_")]
SLOW = (check_training, check_resumed, check_facts)
CHECKS.sort(key=lambda check: check in SLOW)  # a mutant meets the quick ones first


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_lesson(check):
    torch.manual_seed(0)
    check(lesson())


def test_fill_leaves_a_model_alone_that_does_not_fit():
    module = lesson()
    model = ours_like(module, "one head")
    before = [weight.clone() for weight in model.parameters()]
    with pytest.raises(module.WeightsError):
        module.fill(model, {"pooler.dense.bias": torch.zeros(8)})
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))


@pytest.mark.skipif(not data.is_available("minilm"), reason="MiniLM isn't here")
def test_minilm_has_the_librarys_hidden_states():
    folder = data.path("minilm")
    ours = lesson().Bert.from_pretrained(folder)
    theirs = BertModel.from_pretrained(folder).eval()
    tokenizer = WordPiece.from_file(folder / "vocab.txt")
    texts = ["Hello.", "A dog sleeps near the door of the Café — naïvely, so to speak! " * 3]
    for a, b in ((texts[0], None), (texts[1], None), (texts[0], texts[1])):
        ids, segments = (torch.tensor([x]) for x in tokenizer.encode_pair(a, b))
        with torch.no_grad():
            wanted = theirs(ids, token_type_ids=segments, output_hidden_states=True)
            found = ours(ids, segments, layers=True)
            pooled = ours.pooled(found[-1])
        for got, right in zip(found, wanted.hidden_states, strict=True):
            assert (got - right).abs().max() < 1e-5
        assert (pooled - wanted.pooler_output).abs().max() < 1e-5


def test_relations_are_read_at_the_first_words():
    row = tasks.Edge(("the", "unhappily", "dog", "sat"), (1, 2), (3, 4), "x")
    model = tiny_reader(lesson())
    states = bert_by_size.span_states(model.bert, pieces(), [row])
    ids, firsts = pieces().words(row.tokens)
    alone = model.bert(torch.tensor([[2, *ids, 3]]))[0].detach()
    close(states[0], torch.cat([alone[1 + firsts[1]], alone[1 + firsts[3]]]))


def test_the_eight_networks_leave_rows(monkeypatch, tmp_path):
    monkeypatch.setattr(measured, "KEPT", tmp_path)
    rows = bert_by_size.data_by_size(texts=(4000,), pieces=2048, sizes=tasks.Sizes(40, 1, 40))
    assert [(row["tokens"], row["size"]) for row in rows] == [(4000, "small"), (4000, "large")]
    kept = [json.loads(line) for line in (tmp_path / "06_data_by_size.jsonl").open()]
    assert {"relations 0", "untrained 2", "nats", "corpus_hash", "commit"} <= kept[0].keys()


# ---- classic bugs ------------------------------------------------------------------------------

MUTANTS = {
    "eps of other Transformers": ("    eps: float = 1e-12\n", ""),
    "eps of the embeddings is fixed": ("eps=self.norm.eps)", "eps=1e-12)"),
    "eps outside the root": (
        "x = embedding(ids, segments, *tables, *norm, position_ids=positions, eps=self.norm.eps)",
        "x = sum(t[i] for t, i in zip(tables, (ids, segments, torch.arange(ids.shape[-1])"
        " if positions is None else positions), strict=True))\n"
        "        x = x - x.mean(-1, keepdim=True)\n"
        "        x = x / (x.std(-1, correction=0, keepdim=True) + self.norm.eps)"
        " * norm[0] + norm[1]",
    ),
    "pre-LN is let through": ("if self.norm_first:", "if False:"),
    "no segments": ("x = embedding(ids, segments,", "x = embedding(ids, segments * 0,"),
    "positions go on in packed rows": (
        "return n - offsets[:-1].repeat_interleave(offsets.diff())",
        "return n",
    ),
    "given positions are not used": ("position_ids=positions,", "position_ids=None,"),
    "padding is attended to": ("x = block(states[-1], lengths=lengths, ", "x = block(states[-1], "),
    "packed rows see each other": (
        "lengths=lengths, offsets=offsets, max_len=max_len)",
        "lengths=lengths, offsets=None if offsets is None else offsets[[0, -1]],"
        " max_len=None if offsets is None else len(ids))",
    ),
    "a block is left out": ("for block in self.blocks:", "for block in self.blocks[:-1]:"),
    "one block over and over": (
        "for block in self.blocks:",
        "for block in [self.blocks[0]] * len(self.blocks):",
    ),
    "the pooler reads the last state": (
        "first = states[:, 0] if offsets is None else states[offsets[:-1]]",
        "first = states[:, -1] if offsets is None else states[offsets[1:] - 1]",
    ),
    "pairs from the mean of all states": (
        "first = states[:, 0] if offsets is None else states[offsets[:-1]]",
        "first = states.mean(1) if offsets is None else torch.stack("
        "[part.mean(0) for part in states.split(offsets.diff().tolist())])",
    ),
    "the pooler has no tanh": ("self.pooler(first).tanh()", "self.pooler(first)"),
    "marks are hidden": ("places = ordinary[ids].nonzero()", "places = (ids >= 0).nonzero()"),
    "padding is hidden": (
        "places = ordinary[ids].nonzero()",
        "places = (ordinary[ids] | (ids == 0)).nonzero()",
    ),
    "marks stand in": (
        "stand_ins = ordinary.nonzero().flatten()",
        "stand_ins = torch.arange(60)[:len(ordinary)]",
    ),
    "all chosen become [MASK]": (
        "hidden.masked_fill(luck < masks, mask_id)",
        "hidden.fill_(mask_id)",
    ),
    "none stays": ("targets.where(luck >= masks + others, other)", "other"),
    "none is replaced": ("targets.where(luck >= masks + others, other)", "targets"),
    "shares of all and not of the rest": (
        "luck >= masks + others",
        "luck >= masks + others * (1 - masks)",
    ),
    "the first places are hidden": ("places = places[(row + drawn).argsort()]", "places = places"),
    "rows mix": ("(row + drawn).argsort()", "drawn.argsort()"),
    "a share of the batch, not of each row": (
        "wanted = (rate * candidates).round().clamp(min=1)",
        "wanted = (rate * candidates.float().mean()).round().clamp(min=1).expand(n_rows)",
    ),
    "short rows have nothing hidden": (".round().clamp(min=1)", ".round()"),
    "targets are what is shown": (
        "return ids.index_copy(0, places, hidden), places, targets",
        "return ids.index_copy(0, places, hidden), places, hidden",
    ),
    "the input is spoiled": (
        "ids.index_copy(0, places, hidden)",
        "ids.index_copy_(0, places, hidden)",
    ),
    "empty sentences count": (
        "[found for sentence in document if (found := tokenizer.encode(sentence))]",
        "[tokenizer.encode(sentence) for sentence in document]",
    ),
    "documents of one sentence stay": ("if len(pieces) > 1:", "if len(pieces) > 0:"),
    "B always follows": ("spans[dealt, 2:] = spans[np.roll(dealt, 1), 2:]", "pass"),
    "B hardly ever follows": ("rng.random(len(chosen)) < 0.5\n", "rng.random(len(chosen)) < 0.8\n"),
    "classes the wrong way round": ("    return spans, random\n", "    return spans, ~random\n"),
    "a sentence between A and B": (
        "[first, middle, middle, last]",
        "[first, middle, np.minimum(middle + 1, last), last]",
    ),
    "A loses its end": ("spans[:, 0] = spans[:, 1] - a", "spans[:, 1] = spans[:, 0] + a"),
    "rows longer than allowed": (
        "begins, room = corpus.sentences, max_len - 3",
        "begins, room = corpus.sentences, max_len",
    ),
    "stretches begin at the beginning": (
        "first = first + anywhere * _below(rng, last - first - 1)\n",
        "anywhere * _below(rng, last - first - 1)\n",
    ),
    "one row alone is called random": (
        "    random &= random.sum() > 1",
        "    random &= random.sum() > 0",
    ),
    "segments change one place late": (
        "segments = positions > a[row] + 1",
        "segments = positions > a[row] + 2",
    ),
    "[SEP] is A's": ("segments = positions > a[row] + 1", "segments = positions > a[row]"),
    "B begins one piece late": ("spans[row, 2] - a[row] - 2", "spans[row, 2] - a[row] - 1"),
    "A begins one piece late": ("spans[row, 0] - 1)\n", "spans[row, 0])\n"),
    "positions go on from row to row": (
        "np.arange(offsets[-1]) - offsets[row]\n",
        "np.arange(offsets[-1]) - 0 * offsets[row]\n",
    ),
    "no [SEP] at the end": (" | (positions == lengths[row] - 1)] = sep_id", "] = sep_id"),
    "unknown words are hidden": ('marks = ("pad", "unk", ', 'marks = ("pad", '),
    "the same words hidden in each batch": ("[self.seed, 2, k]", "[self.seed, 2, 0]"),
    "a batch's words hidden alike in each block": (
        "[self.seed, 2, k]",
        "[self.seed, 2, k % BLOCK]",
    ),
    "every seed hides alike": ("[self.seed, 2, k]", "[2, k]"),
    "every pass in one order": ("[self.seed, 1, epoch]", "[self.seed, 1]"),
    "lengths are mixed": (
        'order = np.argsort(lengths, kind="stable")',
        "order = np.arange(len(lengths))",
    ),
    "the longest row is unknown": (
        "longest = int(offsets.diff().max())",
        "longest = self.how['max_len']",
    ),
    "the rate of the recipe is lost": (
        'for name in ("rate", "masks", "others")}',
        'for name in ("masks", "others")}',
    ),
    "no warm-up": ("warmup=recipe.warmup, **more", "**more"),
    "one ignore_index for both losses": (
        "F.cross_entropy(pairs, batch.random)",
        "F.cross_entropy(pairs, batch.random, ignore_index=0)",
    ),
    "double log-softmax": (
        "        return words, F.cross_entropy(pairs, batch.random)",
        "        return words, F.nll_loss(pairs.log_softmax(1).exp(), batch.random)",
    ),
    "the loss at all places": (
        "features = self.word_features(states[batch.places])",
        "features = self.word_features(states)[batch.places.roll(1)]",
    ),
    "no transform in the head": (
        "self.word_norm(self.activation(self.word_transform(states)))",
        "self.word_norm(self.activation(states))",
    ),
    "no norm in the head": (
        "self.word_norm(self.activation(self.word_transform(states)))",
        "self.activation(self.word_transform(states))",
    ),
    "no activation in the head": (
        "self.activation(self.word_transform(states))",
        "self.word_transform(states)",
    ),
    "the head has no bias": ("batch.targets, self.word_bias)", "batch.targets)"),
    "the scores have no bias": (
        "self.bert.token.weight, self.word_bias)",
        "self.bert.token.weight)",
    ),
    "the output's table isn't trained": (
        "table = self.bert.token.weight",
        "table = self.bert.token.weight.detach()",
    ),
    "only words count": ("return words + pairs", "return words"),
    "the average of both losses": ("return words + pairs", "return (words + pairs) / 2"),
    "no start": ("    initialise(model, std)\n", ""),
    "waves are small": ("2 * 2**0.5 * std * waves", "std * waves"),
    "heads look the wrong way": ("(-1) ** head", "(-1) ** (head + 1)"),
    "heads look at themselves": ("query @ _turned(rates * steps)", "query"),
    "Muon for the embeddings, too": (
        "MuonAndAdamW(model, model.bert.blocks,",
        "MuonAndAdamW(model, model.bert,",
    ),
    "Muon at another rate": ("model.bert.blocks, recipe.lr)", "model.bert.blocks, 1e-3)"),
    "Muon unasked": ("recipe.lr) if recipe.muon else None", "recipe.lr)"),
    "training is left on": ("return model.eval(), history", "return model, history"),
    "the seed is not set": ("    torch.manual_seed(recipe.seed)\n", ""),
    "bigrams the wrong way round": ("for x in (pairs, pairs.T))", "for x in (pairs.T, pairs))"),
    "neighbours are seen spoiled": (
        "ids = batch.ids.index_copy(0, batch.places, batch.targets)\n        left",
        "ids = batch.ids\n        left",
    ),
    "both neighbours don't sum to 1": (
        "(left + right - single).log_softmax(1)",
        "left + right - single",
    ),
    "the word is counted twice": ("left + right - single", "left + right"),
    "nothing handed out to unseen pairs": ("+ discount * kinds * self.single", ""),
    "the mean of means": ('reduction="sum").item()', ").item() * len(batch.targets) ** 0"),
    "blanks at the first place": (
        "blanks = [row.index(tokenizer.mask_id) for row in rows]",
        "blanks = [0 for row in rows]",
    ),
    "states in the order of lengths": (
        "            found[i] = part",
        "            found[found.index(None)] = part",
    ),
    "an unknown word is a piece": (" and ids[0] != tokenizer.unk_id else None", " else None"),
    "plurals outvote singulars": (
        "hits[row.construction][row.number]",
        'hits[row.construction]["any"]',
    ),
    "marks may be answers": ("    scores[:, ~ordinary_ids(tokenizer)] = -torch.inf\n", ""),
    "capital letters are wrong": ("{answer.lower() for answer in", "{answer for answer in"),
    "only one answer is right": ("(row.answer, *row.answers)", "(row.answer,)"),
    "marks count in the mean": ("states[1:-1].mean(0)", "states.mean(0)"),
    "a class that nobody has": (
        "for edge in FREQUENT if edge <= row.exposure",
        "for edge in FREQUENT if edge < row.exposure + 2",
    ),
    "several pieces may answer": (" and piece_of(tokenizer, row.answer) is not None", ""),
    "the classifier forgets how frequent classes are": ("(z @ w + shares)", "(z @ w)"),
    "features of their own size": ("((part - centre) / spread for part", "(part - centre for part"),
    "test features are centred by themselves": (
        "(part - centre) / spread",
        "(part - part.mean(0)) / spread",
    ),
    "weights are kept whole": ("weight.half() for name", "weight for name"),
    "queries are keys": (
        '"attention.W_q": "attention.self.query"',
        '"attention.W_q": "attention.self.key"',
    ),
    "both norms are one": (
        '"norm_2": "output.LayerNorm"',
        '"norm_2": "attention.output.LayerNorm"',
    ),
    "all blocks are the first": ('f"encoder.layer.{block[1]}."', '"encoder.layer.0."'),
    "old gains are not known": ('{"gamma": "weight", "beta": "bias"}', "{}"),
    "what is missing stays random": (
        '"missing": sorted(wanted.keys() - found.keys())',
        '"missing": []',
    ),
    "what is left over is not told": (
        '"left over": sorted(found.keys() - wanted.keys())',
        '"left over": []',
    ),
    "another eps than the file's": ('    "eps": "layer_norm_eps",\n', ""),
    "the other GELU": ('GELUS.get(settings["hidden_act"], settings["hidden_act"])', '"gelu_tanh"'),
    "other kinds of model are loaded": ('(("model_type", "bert"), (', "(("),
    "no evaluation mode": (
        "            weight.copy_(found[name])\n    return model.eval()",
        "            weight.copy_(found[name])\n    return model",
    ),
}


@pytest.mark.parametrize("change", MUTANTS.values(), ids=MUTANTS)
def test_mutant_is_caught(change):
    also = (KeyError, TypeError, FloatingPointError, pytest.fail.Exception)
    assert first_failure(mutated(LESSON, *change), CHECKS, also=also)

"""Lesson 02 against torch.nn, plain formulas in float64 and autograd; classic bugs are caught.

Every check takes the lesson's module, so that the mutants at the end meet the very same checks.
"""

import dataclasses
import importlib
import itertools
import json
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from parity_checks import close, first_failure, mutated, same_gradients
from torch import nn

from helpers import ROOT, data, miniworld
from helpers.checkpoints import Checkpoint
from helpers.data import Labelled

LESSON = ROOT / "notebooks" / "02_elmo.ipynb"
FILTERS = ((1, 3), (2, 4), (4, 5))
WORDS = ["a", "crack", "cracks", "Übermut", "<s>", "incomprehensibilities"]


def randomise(module, seed=0):
    """Random weights of a size at which a forgotten one shows; float64."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in module.parameters():
            weight.copy_(0.5 * torch.randn(weight.shape, generator=generator))
        for part in module.modules():
            if isinstance(part, nn.Embedding):
                part.weight[part.padding_idx] = 0  # as it stays in training
    return module.double().eval()


# ---- letters and filters -----------------------------------------------------------------------


def check_letters(lesson):
    assert lesson.letters("ab", 6) == [257, 98, 99, 258, 0, 0]
    assert lesson.letters("ü", 5) == [257, 1 + 0xC3, 1 + 0xBC, 258, 0]
    assert lesson.letters("abcdef", 5) == [257, 98, 99, 100, 258]
    assert lesson.letters("<s>", 4) == [257, 259, 258, 0]
    assert lesson.letters("</s>", 4) == [257, 260, 258, 0]
    assert lesson.letters("\xff\x00", 8)[1:4] == [1 + 0xC3, 1 + 0xBF, 1], "byte 0 is no padding"


def codes(lesson, room=24):
    return torch.tensor([lesson.letters(word, room) for word in WORDS])


def check_char_cnn(lesson):
    """Each filter is torch's convolution; only windows that begin in the word count."""
    for raised in (5, 0):  # so that relu hides nothing, and as they come: relu hides some
        cnn = randomise(lesson.CharCNN(FILTERS, d_char=6))
        for bank in cnn.filters:
            bank.bias.data += raised
        wanted = torch.stack([plain_char_cnn(cnn, word) for word in codes(lesson)])
        assert raised or (wanted == 0).any()
        close(cnn(codes(lesson)), wanted.detach())
        leaves = [weight for bank in cnn.filters for weight in (bank.weight, bank.bias)]
        weight = torch.randn(wanted.shape, generator=torch.Generator().manual_seed(1)).double()
        same_gradients([(cnn(codes(lesson)) * weight).sum(), (wanted * weight).sum()], leaves)


def plain_char_cnn(cnn, word):
    """One word's features by torch's convolution."""
    n = int((word != 0).sum())
    x = F.pad(cnn.embedding(word[:n]).T, (0, 3)).unsqueeze(0)  # (1, d_char, n + 3)
    answers = []
    for (width, number), bank in zip(FILTERS, cnn.filters, strict=True):
        # A Linear over a window reads letter by letter, a convolution number by number.
        kernel = bank.weight.view(number, width, 6).transpose(1, 2)
        answers.append(F.conv1d(x, kernel, bank.bias)[0, :, :n].amax(1))
    return torch.cat(answers).relu()


def check_word_padding(lesson):
    cnn = randomise(lesson.CharCNN(FILTERS, d_char=6))
    close(cnn(codes(lesson, 40)), cnn(codes(lesson, 24)).detach())
    alone = torch.cat([cnn(word.unsqueeze(0)) for word in codes(lesson)])
    close(cnn(codes(lesson)), alone.detach())


def check_highway(lesson):
    highway = lesson.Highway(5)
    assert (highway.gate.bias == -2).all(), "the gate starts nearly closed"
    highway = randomise(highway)
    x = torch.randn(4, 5, dtype=torch.float64, requires_grad=True)
    W, b, V, c = highway.transform.weight, highway.transform.bias, *highway.gate.parameters()
    gate = 1 / (1 + torch.exp(-(x @ V.T + c)))
    wanted = gate * (x @ W.T + b).clamp(min=0) + (1 - gate) * x
    close(highway(x), wanted.detach())
    weight = torch.randn(4, 5, dtype=torch.float64)
    same_gradients([(highway(x) * weight).sum(), (wanted * weight).sum()], [x, W, b, V, c])


def check_encoder(lesson):
    config = lesson.ElmoConfig(filters=FILTERS, d_char=6, d_model=7, n_highway=3)
    encoder = randomise(lesson.TokenEncoder(config))
    assert len(encoder.highways) == 3
    x = encoder.cnn(codes(lesson))
    for highway in encoder.highways:
        x = highway(x)
    close(encoder(codes(lesson)), encoder.projection(x).detach())


# ---- the LSTM ----------------------------------------------------------------------------------


def same_layers(ours, theirs, d_out):
    """Outputs and the input's gradient agree; the weights' gradients are left for comparison."""
    x = torch.randn(3, 7, 4, dtype=torch.float64, requires_grad=True)
    close(ours(x), theirs(x).detach())
    weight = torch.randn(3, 7, d_out, dtype=torch.float64)
    losses = [(layer(x) * weight).sum() for layer in (ours, theirs)]
    same_gradients(losses, [x])
    for loss in losses:
        loss.backward()


def check_lstm_is_torchs(lesson):
    """With and without projection: outputs and every gradient, on random weights."""
    for d_out in (6, 3):
        library = randomise(lesson.LibraryLSTM(4, 6, d_out))
        loop = lesson.as_loop(library).double()
        same_layers(loop, library, d_out)
        close(loop.W_x.grad, library.weight_ih_l0.grad)
        close(loop.W_h.grad, library.weight_hh_l0.grad)
        close(loop.b.grad, library.bias_ih_l0.grad)
        if d_out == 3:
            close(loop.projection.weight.grad, library.weight_hr_l0.grad)


def check_clipping(lesson):
    """Cells and projections are bounded at each step, as in a plain loop in NumPy."""
    loop = randomise(lesson.LSTMLoop(4, 6, 3, clip=0.3))
    x = torch.randn(2, 7, 4, dtype=torch.float64)
    W, U, b, P = (weight.detach().numpy() for weight in loop.parameters())
    h, c, wanted, reached = np.zeros((2, 3)), np.zeros((2, 6)), [], []
    for t in range(7):
        gates = x[:, t].numpy() @ W.T + h @ U.T + b
        i, f, g, o = np.split(gates, 4, axis=1)
        i, f, o = (1 / (1 + np.exp(-gate)) for gate in (i, f, o))
        c = f * c + i * np.tanh(g)
        reached.append(np.abs(c).max())
        c = np.clip(c, -0.3, 0.3)
        h = np.clip((o * np.tanh(c)) @ P.T, -0.3, 0.3)
        wanted.append(h)
    assert max(reached) > 0.3, "the bound is met"
    close(loop(x), np.stack(wanted, 1))
    free = lesson.LSTMLoop(4, 6, 3).double()
    free.load_state_dict(loop.state_dict())
    assert not torch.allclose(free(x), loop(x))


def check_fused_lstm_is_the_loop(lesson):
    """With projection and clip, one of them and neither: outputs and every gradient."""
    for d_out, clip in itertools.product((6, 3), (None, 0.2)):
        loop, fused = (kind(4, 6, d_out, clip) for kind in (lesson.LSTMLoop, lesson.FusedLSTM))
        randomise(loop)
        fused.double().load_state_dict(loop.state_dict())
        same_layers(fused, loop, d_out)
        for (name, weight), other in zip(fused.named_parameters(), loop.parameters(), strict=True):
            assert torch.allclose(weight.grad, other.grad), name


def check_fast_lstm_clips_if_it_must(lesson):
    assert type(lesson.fast_lstm(4, 6, 3)) is lesson.LibraryLSTM
    model, lexicon = network(lesson, clip=0.05, d_hidden=9)
    layers = [*model.ahead, *model.behind]
    assert {type(layer) for layer in layers} == {lesson.FusedLSTM}
    assert all(layer.clip == 0.05 and layer.d_hidden == 9 for layer in layers)
    states = model(lexicon.encode(TEXT), lexicon.chars)
    assert states[1].abs().max() == 0.05, "the bound is met"


def check_forget_gate_starts_open(lesson):
    for layer in (lesson.LSTMLoop(4, 6, 6), lesson.LibraryLSTM(4, 6, 6)):
        bias = layer.b if hasattr(layer, "b") else layer.bias_ih_l0
        assert (bias[6:12] == 1).all() and (bias[:6] != 1).all() and (bias[12:] != 1).all()


# ---- the biLM ----------------------------------------------------------------------------------

CONFIG = {"filters": FILTERS, "d_char": 6, "d_model": 5, "d_hidden": 5}
TEXT = [["the", "crack", "in", "the", "wall"], ["a", "dog"], ["dogs", "crack", "jokes"]]


def network(lesson, seed=0, **changes):
    lexicon = lesson.Lexicon(TEXT, min_count=2)
    model = lesson.BiLM(lesson.ElmoConfig(**CONFIG | changes), lexicon.n_targets)
    return randomise(model, seed), lexicon


def check_lexicon(lesson):
    lexicon = lesson.Lexicon(TEXT, min_count=2, max_chars=9)
    assert sorted(lexicon.words[4:]) == ["crack", "the"] and lexicon.n_targets == 6
    ids = lexicon.encode([["the", "new", "crack"], ["new"]])
    the, crack = lexicon.index["the"], lexicon.index["crack"]
    assert ids.tolist() == [[1, the, 6, crack, 2], [1, 6, 2, 0, 0]]
    assert lexicon.chars.shape == (7, 9)
    assert lexicon.chars[6].tolist() == lesson.letters("new", 9)
    lexicon.encode([["newer"]])
    assert lexicon.chars[7].tolist() == lesson.letters("newer", 9)
    assert lesson.as_targets(ids, lexicon)[0].tolist() == [1, the, 3, crack, 2]


def check_reversal(lesson):
    x = torch.arange(2 * 4 * 2).view(2, 4, 2)
    turned = lesson.reversed_within(x, torch.tensor([3, 4]))
    assert turned[0].tolist() == [x[0, 2].tolist(), x[0, 1].tolist(), x[0, 0].tolist(), [6, 7]]
    assert torch.equal(turned[1], x[1].flip(0))


def check_bilm_is_its_parts(lesson):
    """Each sentence by itself: token vectors, then each direction with torch.nn.LSTM alone."""
    model, lexicon = network(lesson, n_layers=3)
    ids = lexicon.encode(TEXT)
    layers = model(ids, lexicon.chars)
    for row, sentence in enumerate(TEXT):
        n = len(sentence) + 2
        x = model.encoder(lexicon.chars[ids[row, :n]])
        wanted = [torch.cat([x, x], -1)]
        ahead, behind = x, x.flip(0)
        for k in range(3):
            outputs = [
                nn.LSTM.forward(lstm, states.unsqueeze(0))[0][0]
                for lstm, states in ((model.ahead[k], ahead), (model.behind[k], behind))
            ]
            ahead = outputs[0] + (ahead if k else 0)
            behind = outputs[1] + (behind if k else 0)
            wanted.append(torch.cat([ahead, behind.flip(0)], -1))
        close(layers[:, row, :n], torch.stack(wanted).detach())


def check_independence(lesson):
    """Changing token t + 1 leaves forward state t untouched; the mirror holds for the backward."""
    model, lexicon = network(lesson)
    sentence = ["the", "crack", "in", "the", "wall"]
    before = model(lexicon.encode([sentence]), lexicon.chars)[:, 0]
    for t in range(len(sentence)):
        other = [*sentence[:t], "dogs", *sentence[t + 1 :]]
        after = model(lexicon.encode([other]), lexicon.chars)[:, 0]
        moved = (after - before).abs().unflatten(-1, (2, 5)).amax(-1)
        same = moved < 1e-9  # (L, T, direction)
        place = t + 1  # after the mark
        assert same[1:, :place, 0].all() and not same[1:, place:, 0].any()
        assert same[1:, place + 1 :, 1].all() and not same[1:, : place + 1, 1].any()
        assert same[0].all(-1).tolist() == [k != place for k in range(7)]


def check_padding(lesson):
    """A sentence's layers don't depend on its batch."""
    model, lexicon = network(lesson)
    together = model(lexicon.encode(TEXT), lexicon.chars)
    for row, sentence in enumerate(TEXT):
        alone = model(lexicon.encode([sentence]), lexicon.chars)
        close(together[:, row, : len(sentence) + 2], alone[:, 0].detach())


def check_layers_of_words(lesson):
    model, lexicon = network(lesson)
    sentences = [*TEXT, TEXT[1]]
    got = lesson.elmo_layers(model, lexicon, sentences, batch_size=2)
    whole = model(lexicon.encode(TEXT), lexicon.chars)
    for row, sentence in enumerate(TEXT):
        close(got[row], whole[:, row, 1 : len(sentence) + 1].detach())
    assert got[3] is got[1] and not got[0].requires_grad


# ---- the loss ----------------------------------------------------------------------------------


def check_loss(lesson):
    """The two sums of the paper, word by word; `bilm_nats` is their mean."""
    model, lexicon = network(lesson)
    totals, n = [0.0, 0.0], 0
    for sentence in TEXT:
        ids = lexicon.encode([sentence])
        row = lesson.as_targets(ids, lexicon)[0].tolist()
        top = model(ids, lexicon.chars)[-1, 0]
        for k in range(1, len(row)):
            totals[0] -= model.softmax(top[k - 1, :5]).log_softmax(0)[row[k]].item()
            totals[1] -= model.softmax(top[k, 5:]).log_softmax(0)[row[k - 1]].item()
            n += 1
    wanted = [total / n for total in totals]
    np.testing.assert_allclose(lesson.bilm_nats(model, lexicon, TEXT), wanted)
    ids = lexicon.encode(TEXT)
    pairs = lesson.bilm_predictions(model(ids, lexicon.chars), ids)
    for (states, rows), total in zip(pairs, wanted, strict=True):
        loss = F.cross_entropy(model.softmax(states), lesson.as_targets(rows, lexicon))
        assert loss.item() == pytest.approx(total)


def check_sampled_softmax(lesson):
    """The written formula; all words drawn once are the full softmax, gradients included."""
    generator = torch.Generator().manual_seed(2)
    softmax = randomise(nn.Linear(4, 6))
    states = torch.randn(5, 4, generator=generator, dtype=torch.float64, requires_grad=True)
    targets, drawn = torch.tensor([0, 2, 2, 5, 1]), torch.tensor([2, 3, 3, 5])
    law = torch.tensor([0.1, 0.1, 0.4, 0.2, 0.1, 0.1], dtype=torch.float64)
    total = 0.0
    for state, target in zip(states, targets.tolist(), strict=True):
        scores = (softmax(state) - torch.log(4 * law)).tolist()
        others = [scores[j] for j in drawn.tolist() if j != target]
        total += math.log(sum(map(math.exp, [scores[target], *others]))) - scores[target]
    loss = lesson.sampled_softmax_loss(states, targets, softmax, drawn, law)
    assert loss.item() == pytest.approx(total / 5)
    even = torch.full((6,), 1 / 6, dtype=torch.float64)
    sampled = lesson.sampled_softmax_loss(states, targets, softmax, torch.arange(6), even)
    full = F.cross_entropy(softmax(states), targets)
    close(sampled, full.detach())
    same_gradients([sampled, full], [states, *softmax.parameters()])


def check_ngrams(lesson):
    """Two words after 0, never one after 2: counted by hand; and every law sums to one."""
    train = [[0, 1, 1, 2], [0, 2], [0, 2]]
    unigram = {w: (n + 1) / 8 for w, n in {0: 0, 1: 2, 2: 3}.items()}
    bigram = {
        (0, 1): (0.25 + 0.75 * 2 * unigram[1]) / 3,
        (0, 2): (1.25 + 0.75 * 2 * unigram[2]) / 3,
        (1, 1): (0.25 + 0.75 * 2 * unigram[1]) / 2,
        (2, 1): unigram[1],
    }
    for (v, w), p in bigram.items():
        got = lesson.ngram_nats(train, [[v, w]], n_words=3)
        np.testing.assert_allclose(got, [-math.log(unigram[w]), -math.log(p)])
    for v in range(3):
        laws = np.exp([[-x for x in lesson.ngram_nats(train, [[v, w]], 3)] for w in range(3)])
        np.testing.assert_allclose(laws.sum(0), 1)


def check_groups(lesson):
    lexicon = lesson.Lexicon(TEXT, min_count=1)
    groups = lesson.length_groups(lexicon, TEXT, 2)
    assert [tuple(ids.shape) for ids in groups] == [(2, 5), (1, 7)]
    assert groups[1][0].tolist() == lexicon.encode([TEXT[0]])[0].tolist()
    counts = lesson.target_counts(lexicon, groups)
    assert counts[lexicon.index["crack"]] == 3 and counts[0] == 1 and counts[1] == 4


# ---- features in a task ------------------------------------------------------------------------


def check_scalar_mix(lesson):
    mix = lesson.ScalarMix(3)
    layers = torch.randn(3, 2, 4, 5, dtype=torch.float64, requires_grad=True)
    close(mix.double()(layers), layers.detach().mean(0))
    mix = randomise(mix)
    e = mix.w.exp()
    wanted = mix.gamma * sum(e[j] / e.sum() * layers[j] for j in range(3))
    close(mix(layers), wanted.detach())
    close(lesson.mixed(layers, mix.w, mix.gamma), wanted.detach())
    weight = torch.randn(2, 4, 5, dtype=torch.float64)
    same_gradients(
        [(mix(layers) * weight).sum(), (wanted * weight).sum()], [layers, mix.w, mix.gamma]
    )
    assert mix.weights.sum().item() == pytest.approx(1)


def check_classifier(lesson):
    """A BiLSTM of torch's, sentence by sentence; frozen features are used if there are any."""
    for n_layers, d_features in ((0, 0), (3, 4), (1, 5)):
        model = lesson.SentenceClassifier(9, n_layers, d_features, d_embedding=3, d_hidden=2)
        model = randomise(model)
        rows, lengths = torch.tensor([[3, 4, 5, 0], [6, 7, 0, 0]]), (3, 2)
        layers = torch.randn(n_layers, 2, 4, d_features, dtype=torch.float64)
        features = layers if n_layers else None
        scores = model(rows, features)
        both = nn.LSTM(3 + d_features, 2, batch_first=True, bidirectional=True).double()
        for name, weight in both.named_parameters():
            part = model.behind if name.endswith("_reverse") else model.ahead
            weight.data = getattr(part, name.removesuffix("_reverse")).data
        for row, n in enumerate(lengths):
            x = model.embedding(rows[row, :n])
            if n_layers:
                x = torch.cat([x, model.mix(layers[:, row, :n])], -1)
            states = both(x.unsqueeze(0))[0][0]
            close(scores[row], model.output(states.amax(0)).squeeze().detach())
        if n_layers:
            assert not torch.allclose(model(rows, features + 1), scores)


def check_task_input(lesson):
    """Words get rows from 2 on, others row 1; layers are scaled by the training's deviation."""
    made = {("a", "b"): torch.randn(2, 2, 3), ("b",): torch.randn(2, 1, 3)}
    made[("c", "a", "a")] = torch.randn(2, 3, 3)
    calls = []

    def featurize(sentences):
        calls.append(len(sentences))
        return [made[tuple(sentence)] for sentence in sentences]

    read = lesson.TaskInput([("a", "b"), ("b",)], featurize)
    assert (read.n_words, read.shape) == (4, (2, 3))
    rows, layers = lesson.task_batch(read([("b",), ("c", "a", "a")]))
    assert rows.tolist() == [[3, 0, 0], [1, 2, 2]]
    deviation = torch.cat([made["a", "b"], made[("b",)]], 1).std((1, 2))
    close(layers[:, 1], made["c", "a", "a"] / deviation[:, None, None])
    close(layers[:, 0, :1], made[("b",)] / deviation[:, None, None])
    assert (layers[:, 0, 1:] == 0).all() and calls == [2, 2]
    assert lesson.task_batch(lesson.TaskInput([("a",)])([("a",)]))[1] is None


def check_cache(lesson):
    """Each sentence is computed once, also within a call; answers keep the order of asking."""
    asked = []
    cache = lesson.FeatureCache(lambda sentences: [asked.append(s) or len(s) for s in sentences])
    assert cache([["a"], ["b", "c"], ("a",)]) == [1, 2, 1]
    assert cache([["d"], ["a"]]) == [1, 1] and asked == [("a",), ("b", "c"), ("d",)]


def check_fitting(lesson):
    """Labels that only the features tell are learned with them, also for unknown words."""
    rows = [Labelled(f"word{i} here", i % 2) for i in range(40)]
    calls = []

    def featurize(sentences):
        calls.append(len(sentences))
        return [torch.full((1, 2, 1), float(s[0][4:]) % 2) for s in sentences]

    recipe = lesson.TaskRecipe(steps=60, batch_size=20)
    model, predict = lesson.fit_classifier(rows, 0, featurize, recipe)
    assert not model.training
    new = [f"word{i} here" for i in (41, 42, 43, 40)]
    assert predict(new).tolist() == [1, 0, 1, 0] and max(calls) == 40 and len(calls) == 3
    again, _ = lesson.fit_classifier(rows, 0, featurize, recipe)
    for a, b in zip(model.parameters(), again.parameters(), strict=True):
        assert torch.equal(a, b), "the same seed, the same classifier"


def check_rungs(lesson):
    """Three rungs; each learner fetches its features itself, when it learns."""
    rungs = (lesson.bilstm, lesson.bilstm_glove, lesson.bilstm_elmo)
    assert [(rung.name, rung.checkpoint) for rung in rungs] == [
        ("BiLSTM", ""), ("BiLSTM + GloVe", "glove"), ("BiLSTM + ELMo", "elmo"),
    ]  # fmt: skip
    fetched = []

    def features():
        fetched.append("features")
        return lambda sentences: [torch.ones(1, len(s), 2) for s in sentences]

    learn = lesson.bilstm_learner(features)
    rows = [Labelled("good film", 1), Labelled("bad film", 0)] * 10
    assert not fetched
    assert learn(rows, 0)(["bad film", "good film"]).tolist() == [0, 1]
    assert fetched == ["features"]


def check_training_learns(lesson):
    sentences = [["a", "b", "c", "d"], ["d", "c", "b", "a"]] * 40
    lexicon = lesson.Lexicon(sentences, min_count=1)
    config = lesson.ElmoConfig(**CONFIG | {"d_model": 12, "d_hidden": 12})
    recipe = lesson.Pretraining(epochs=12, batch_size=8, lr=0.03, n_drawn=6, seed=3)
    model, _ = lesson.pretrain(lexicon, sentences, config, recipe)
    again, _ = lesson.pretrain(lexicon, sentences, config, recipe)
    nats = lesson.bilm_nats(model, lexicon, sentences[:2])
    # Only the first word is left to guess, one of two, in five predictions.
    assert max(nats) < math.log(2) / 5 + 0.1 and not model.training
    for a, b in zip(model.parameters(), again.parameters(), strict=True):
        assert torch.equal(a, b), "the same seed, the same network"
    still = dataclasses.replace(recipe, epochs=1, lr=1e-9)
    untouched, _ = lesson.pretrain(lexicon, sentences, config, still)
    counts = lesson.target_counts(lexicon, lesson.length_groups(lexicon, sentences, 8))
    close(untouched.softmax.bias.exp(), counts / counts.sum())


def check_restored(lesson):
    """What is kept makes the same network again, but for float16; words without a target go."""
    model, lexicon = network(lesson)
    lexicon.encode([["later"]])
    settings, weights = lesson.to_keep(model, lexicon)
    assert all(weight.dtype == torch.float16 for weight in weights.values())
    settings = json.loads(json.dumps(settings))
    again, words = lesson.restore(Checkpoint(settings, weights, {}))
    assert words.words == lexicon.words[: lexicon.n_targets] and again.config == model.config
    assert words.max_chars == lexicon.max_chars and not again.training
    model = model.float()
    for got, wanted in zip(
        lesson.elmo_layers(again, words, TEXT),
        lesson.elmo_layers(model, lexicon, TEXT),
        strict=True,
    ):
        close(got, wanted, rtol=0, atol=0.01)


CHECKS = [check for name, check in list(globals().items()) if name.startswith("check_")]


@pytest.fixture(scope="module")
def lesson():
    return importlib.import_module("notebooks.elmo")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
def test_lesson(check, lesson):
    torch.manual_seed(0)
    check(lesson)


def test_errors_name_what_is_wrong(lesson):
    with pytest.raises(ValueError, match="max_chars=2"):
        lesson.letters("a", 2)
    with pytest.raises(ValueError, match=r"d_out=9.*d_hidden=6"):
        lesson.LSTMLoop(4, 6, 9)
    with pytest.raises(ValueError, match=r"clip=3\.0.*FusedLSTM"):
        lesson.LibraryLSTM(4, 6, 6, clip=3.0)


def test_paper_sizes(lesson):
    """The token encoder of the paper has 2,048 filters and two highway layers."""
    with torch.device("meta"):
        encoder = lesson.TokenEncoder(lesson.PAPER)
    assert sum(bank.out_features for bank in encoder.cnn.filters) == 2048
    assert encoder.projection.out_features == 512 and len(encoder.highways) == 2


def test_making_a_checkpoint(lesson, monkeypatch):
    """A tiny one: trained on the ladder's text with its own recipe, and measured when restored."""
    monkeypatch.setattr(lesson, "KEPT", lesson.ElmoConfig(**CONFIG))
    monkeypatch.setattr(lesson, "KEPT_RECIPE", lesson.Pretraining(epochs=2, n_drawn=20))
    documents = miniworld.text(2000, 0)
    words = [[data.tokenize(sentence) for sentence in document] for document in documents]
    monkeypatch.setattr(lesson.ladder, "pretraining_text", lambda: words)
    settings, weights, card = lesson.make_checkpoint(seed=3)
    again, _ = lesson.restore(Checkpoint(settings, weights, card))
    assert again.config == lesson.KEPT and card["recipe"]["seed"] == 3
    assert card["words_read"] == 2 * sum(len(s) for document in words for s in document)
    n_sentences = sum(map(len, words))
    assert card["updates"] == 2 * math.ceil(n_sentences / 32)


# ---- mutants -----------------------------------------------------------------------------------

MUTANTS = {
    "bytes collide with padding": ("1 + byte for byte", "byte for byte"),
    "letters instead of bytes": ("word.encode()", "[ord(letter) for letter in word]"),
    "the end of a word has no mark": ("else codes), WORD_ENDS]", "else codes)]"),
    "windows begin in the padding": ("begins = chars != LETTER_PAD\n", "begins = chars == chars\n"),
    "the last windows are missing": (
        "scores[begins] = torch.cat(found, -1)",
        "scores[begins] = torch.cat(found, -1)\n        scores[:, -1] = -torch.inf",
    ),
    "the mean instead of the highest": (
        "scores.amax(1).relu()",
        "scores.nan_to_num(neginf=0).mean(1).relu()",
    ),
    "no relu after the filters": ("scores.amax(1).relu()", "scores.amax(1)"),
    "the highway's gate is turned": (
        "g * self.transform(x).relu() + (1 - g) * x",
        "(1 - g) * self.transform(x).relu() + g * x",
    ),
    "the highway's gate starts open": ("self.gate.bias, -2.0", "self.gate.bias, 2.0"),
    "the highway has no relu": ("self.transform(x).relu()", "self.transform(x)"),
    "one highway layer": ("for _ in range(config.n_highway)", "for _ in range(1)"),
    "the gates are in another order": ("i, f, g, o = (inputs", "i, f, o, g = (inputs"),
    "the cell forgets nothing": ("f.sigmoid() * c +", "c +"),
    "the cell is not clipped": (
        "c = self.bounded(f.sigmoid() * c + i.sigmoid() * g.tanh())",
        "c = f.sigmoid() * c + i.sigmoid() * g.tanh()",
    ),
    "the projection is not clipped": ("self.bounded(self.projection(h))", "self.projection(h)"),
    "clipping from below only": (
        "state.clamp(-self.clip, self.clip)",
        "state.clamp(min=-self.clip)",
    ),
    "fused, the cell is not clipped": ("cell_clip=self.clip", "cell_clip=None"),
    "fused, the projection is not clipped": ("proj_clip=proj_clip", "proj_clip=None"),
    "fused, the output is not projected": ("W_p, proj_clip = self.", "_, proj_clip = self."),
    "the fast layer never clips": (
        "LibraryLSTM if clip is None else FusedLSTM",
        "LibraryLSTM if True else FusedLSTM",
    ),
    "the output is not projected": (
        "if self.projection is not None:\n                h",
        "if False:\n                h",
    ),
    "one bias of two": ("library.bias_ih_l0 + library.bias_hh_l0", "library.bias_ih_l0"),
    "the loop's forget gate starts shut": (
        "nn.init.ones_(self.b.data[d_hidden : 2 * d_hidden])",
        "pass",
    ),
    "the padding is read first": (
        "mirrored = lengths.unsqueeze(1) - 1 - place",
        "mirrored = x.shape[1] - 1 - place.expand(len(x), -1)",
    ),
    "the backward states stay reversed": (
        "behind = [reversed_within(h, lengths) for h in behind]",
        "pass",
    ),
    "both directions read forward": (
        "self.read(self.behind, reversed_within(x, lengths))",
        "[reversed_within(h, lengths) for h in self.read(self.behind, x)]",
    ),
    "one LSTM for both directions": ("self.read(self.behind,", "self.read(self.ahead,"),
    "no residual connection": (
        "layers.append(h + layers[-1] if number else h)",
        "layers.append(h)",
    ),
    "a residual connection too many": (
        "layers.append(h + layers[-1] if number else h)",
        "layers.append(h + layers[-1])",
    ),
    "the layers meet": (
        "layers.append(h + layers[-1] if number else h)",
        "layers.append((h + layers[-1] if number else h) + h.flip(1))",
    ),
    "the forward model predicts what it has read": (
        "(ahead[:, :-1][real], ids[:, 1:][real])",
        "(ahead[:, 1:][real], ids[:, 1:][real])",
    ),
    "the backward model predicts what it has read": (
        "(behind[:, 1:][real], ids[:, :-1][real])",
        "(behind[:, :-1][real], ids[:, :-1][real])",
    ),
    "padding is predicted": ("real = ids[:, 1:] != PAD", "real = ids[:, 1:] >= 0"),
    "the directions are swapped": (
        "ahead, behind = layers[-1].chunk(2, -1)",
        "behind, ahead = layers[-1].chunk(2, -1)",
    ),
    "the sample is not corrected": ("softmax.bias - (law * len(drawn)).log()", "softmax.bias"),
    "the right word is drawn as well": (
        ".masked_fill(targets.unsqueeze(1) == drawn, -torch.inf)",
        "",
    ),
    "only the wrong ones are corrected": (
        ".sum(1) + bias[targets]",
        ".sum(1) + softmax.bias[targets]",
    ),
    "rare words are targets": (
        "rows.masked_fill(rows >= lexicon.n_targets, UNKNOWN)",
        "rows.clamp(max=lexicon.n_targets - 1)",
    ),
    "a new word has no row of its own": (
        "self.index[word] = len(self.words)\n",
        "self.index[word] = UNKNOWN\n",
    ),
    "the bigram hands out nothing": ("kept + discount * followers[v] * p", "kept"),
    "followers are counted as often as seen": ("Counter(v for v, _ in pairs)", "before"),
    "the marks are among the words": (
        "layers[:, row, 1 : len(sentence) + 1]",
        "layers[:, row, : len(sentence)]",
    ),
    "half of the sentences are left out": (
        "dict.fromkeys(map(tuple, sentences))",
        "list(map(tuple, sentences))[::2]",
    ),
    "the network still learns": ("@torch.no_grad()\ndef elmo_layers", "def elmo_layers"),
    "λ is not a softmax": ("return self.w.softmax(0)", "return self.w"),
    "the readable mix has no γ": ("return gamma * torch.tensordot", "return torch.tensordot"),
    "γ is missing": (
        "self.mix(layers, self.w, self.gamma)",
        "self.mix(layers, self.w, self.gamma ** 0)",
    ),
    "the classifier reads padding": (
        "x, lengths = self.dropout(x), (rows != 0).sum(1)",
        "x, lengths = self.dropout(x), (rows >= 0).sum(1)",
    ),
    "the maximum sees padding": ("masked_fill((rows == 0).unsqueeze(-1), -torch.inf)", "clone()"),
    "an unknown word is padding": ("self.index.get(word, 1)", "self.index.get(word, 0)"),
    "features are not scaled": ("(r, x / self.scale)", "(r, x)"),
    "the scale is one for all layers": (
        "layers.std((1, 2), keepdim=True)",
        "layers.std().view(1, 1, 1)",
    ),
    "features are computed at each step": (
        "task_batch([pairs[i] for i in chosen.tolist()])",
        "task_batch([read(sentences)[i] for i in chosen.tolist()])",
    ),
    "the cache forgets": (
        "return [self.kept[tuple(",
        "kept, self.kept = self.kept, {}\n        return [kept[tuple(",
    ),
    "the kept words are in another order": (
        'Lexicon([settings["words"]]',
        'Lexicon([settings["words"][::-1]]',
    ),
    "the features are another checkpoint's": (
        'bilstm_learner(elmo_features), "elmo"',
        'bilstm_learner(elmo_features), "glove"',
    ),
    "the classifier ignores ELMo": ("self.mix(features)], -1)", "0 * self.mix(features)], -1)"),
    "the seed is not set": ("    torch.manual_seed(recipe.seed)\n", ""),
    "the softmax starts from nothing": (
        "model.softmax.bias.copy_((counts / counts.sum()).log())",
        "model.softmax.bias.zero_()",
    ),
}


@pytest.mark.parametrize("change", MUTANTS.values(), ids=MUTANTS)
def test_mutant_is_caught(change):
    assert first_failure(mutated(LESSON, *change), CHECKS, also=(KeyError, FloatingPointError))

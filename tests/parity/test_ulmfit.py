"""Lesson 04 against torch.nn.LSTM, OneCycleLR and plain formulas; classic bugs are caught.

Every check takes the lesson's module, so that the mutants at the end meet the very same checks.
"""

import contextlib
import copy
import importlib
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from parity_checks import first_failure, generator, mutated, random, randomised
from torch import nn

from helpers import ROOT
from helpers.checkpoints import Checkpoint

LESSON = ROOT / "notebooks" / "04_ulmfit.ipynb"
SHARES = ("drop_words", "drop_input", "drop_weights", "drop_hidden", "drop_output")


def config(lesson, **shares):
    """A small model in which nothing is dropped but what ``shares`` says."""
    nothing = dict.fromkeys(SHARES, 0.0)
    return lesson.AWDConfig(d_model=5, d_hidden=7, n_layers=3, **{**nothing, **shares})


def language_model(lesson, seed=0, vocab_size=11, **shares):
    return randomised(
        lesson.LanguageModel(lesson.AWDLSTM(config(lesson, **shares), vocab_size)), seed
    )


def words(seed, *shape, vocab_size=11):
    return torch.randint(3, vocab_size, shape, generator=generator(seed))


def close(got, wanted):
    torch.testing.assert_close(got, wanted, rtol=1e-9, atol=1e-9)


# ---- text ------------------------------------------------------------------------------------


def check_words(lesson):
    known = lesson.Words(["a", "b"])
    assert known.words[:3] == ["<pad>", "<unknown>", "<end>"] and len(known) == 5
    assert known.encode(["b", "x", "a"]) == [4, 1, 3, 2]
    stream = known.stream([[["a"], ["b", "a"]], [["x"]]])
    assert stream.tolist() == [2, 3, 2, 4, 3, 2, 1, 2] and stream.dtype == torch.int64
    ids, lengths = known.batch([["a", "b"], ["b"]])
    assert ids.tolist() == [[2, 3, 4, 2], [2, 4, 2, 0]] and lengths.tolist() == [4, 3]


# ---- the LSTM is torch.nn's, forward and gradients -----------------------------------------------


def library_layer(W_x, W_h, bias):
    """torch.nn.LSTM with these weights; of its two biases the second is zero."""
    peer = nn.LSTM(W_x.shape[1], W_h.shape[1], batch_first=True, dtype=torch.float64)
    values = {"weight_ih_l0": W_x, "weight_hh_l0": W_h, "bias_ih_l0": bias}
    peer.load_state_dict({**values, "bias_hh_l0": torch.zeros_like(bias)})
    return peer


def check_lstm(lesson):
    for B, T, d_in, H in ((1, 1, 3, 2), (4, 9, 3, 5)):
        shapes = [(B, T, d_in), (4 * H, d_in), (4 * H, H), (4 * H,), (B, H), (B, H)]
        given = [random(i, *shape).requires_grad_() for i, shape in enumerate(shapes)]
        x, W_x, W_h, bias, h, c = given
        upstream = random(9, B, T, H)
        peer = library_layer(*(w.detach() for w in (W_x, W_h, bias)))
        outputs, (h_n, c_n) = peer(x, (h[None], c[None]))
        ((outputs * upstream).sum() + h_n.sum() + 2 * c_n.sum()).backward()
        own = [peer.weight_ih_l0, peer.weight_hh_l0, peer.bias_ih_l0]
        wanted = [x.grad, *(w.grad for w in own), h.grad, c.grad]
        for run in (lesson.lstm_loop, lesson.fused_lstm):
            for weight in given:
                weight.grad = None
            ours, (h_last, c_last) = run(x, W_x, W_h, bias, (h, c))
            close(ours, outputs.detach())
            close(h_last, h_n[0].detach())
            close(c_last, c_n[0].detach())
            ((ours * upstream).sum() + h_last.sum() + 2 * c_last.sum()).backward()
            for weight, gradient in zip(given, wanted, strict=True):
                close(weight.grad, gradient)


def check_awd_is_stacked_lstms(lesson):
    """Nothing dropped: outputs, states and gradients of torch.nn.LSTM layers on an embedding."""
    for run in (lesson.lstm_loop, lesson.fused_lstm):
        ours = randomised(lesson.AWDLSTM(config(lesson), 11, run), 1).train()
        assert [layer.W_h.shape[1] for layer in ours.layers] == [7, 7, 5]
        ids, upstream = words(2, 3, 6), random(3, 3, 6, 5)
        table = ours.embedding.weight.detach().clone().requires_grad_()
        peers = [
            library_layer(*(w.detach() for w in (layer.W_x, layer.W_h, layer.bias)))
            for layer in ours.layers
        ]
        x, last = table[ids], []
        for peer in peers:
            x, state = peer(x)
            last.append(state)
        got, states = ours(ids)
        close(got, x)
        for (h, c), (h_n, c_n) in zip(states, last, strict=True):
            close(h, h_n[0])
            close(c, c_n[0])
        (got * upstream).sum().backward()
        (x * upstream).sum().backward()
        close(ours.embedding.weight.grad, table.grad)
        for layer, peer in zip(ours.layers, peers, strict=True):
            close(layer.W_h.grad, peer.weight_hh_l0.grad)
            close(layer.W_x.grad, peer.weight_ih_l0.grad)
            close(layer.bias.grad, peer.bias_ih_l0.grad)


def check_state_goes_on(lesson):
    model = language_model(lesson).eval()
    ids = words(4, 2, 9)
    whole, end = model(ids)
    first, states = model(ids[:, :4])
    second, states = model(ids[:, 4:], states)
    close(torch.cat([first, second], 1), whole)
    close(states[-1][1], end[-1][1])


# ---- dropout ---------------------------------------------------------------------------------


def check_locked_dropout(lesson):
    torch.manual_seed(0)
    x = random(5, 40, 7, 50).abs() + 1
    out = lesson.locked_dropout(x, 0.3)
    mask = out / x
    close(mask, mask[:, :1].expand_as(mask))
    assert torch.isclose(mask.max(), torch.tensor(1 / 0.7, dtype=torch.float64))
    kept = (mask[:, 0] > 0).double().mean()
    assert abs(kept - 0.7) < 0.05, "2,000 draws: 5 standard errors"
    assert not torch.equal(mask[0], mask[1]), "each text has its own"
    assert not torch.equal(out, lesson.locked_dropout(x, 0.3)), "and each call"
    assert torch.equal(lesson.locked_dropout(x, 0.3, training=False), x)
    assert torch.equal(lesson.locked_dropout(x, 0), x)


def check_whole_words_dropped(lesson):
    torch.manual_seed(0)
    V, ids = 400, torch.arange(400).repeat(2, 2)
    x = random(6, 2, 800, 4).abs() + 1
    mask = lesson.drop_words(x, ids, V, 0.25) / x
    close(mask, mask[..., :1].expand_as(mask))
    close(mask[0], mask[1])
    close(mask[:, :V], mask[:, V:])
    assert torch.isclose(mask.max(), torch.tensor(1 / 0.75, dtype=torch.float64))
    assert abs((mask[0, :V, 0] > 0).double().mean() - 0.75) < 0.11, "400 draws: 5 standard errors"
    assert not torch.equal(mask, lesson.drop_words(x, ids, V, 0.25) / x)
    assert torch.equal(lesson.drop_words(x, ids, V, 0.25, training=False), x)


def check_weight_drop(lesson):
    """One mask for all steps, scaled, new with each call, for W_h alone, none in use."""
    calls = []

    def spy(x, W_x, W_h, bias, state):
        calls.append((W_x, W_h, bias))
        return lesson.lstm_loop(x, W_x, W_h, bias, state)

    layer = randomised(lesson.WeightDropLSTM(3, 8, spy), 7).train()
    x = random(8, 2, 12, 3)
    for _ in range(2):
        layer(x, p=0.4)
    layer.eval()
    layer(x, p=0.4)
    assert len(calls) == 3, "the whole text in one go, so one mask for all its words"
    for W_x, _, bias in calls:
        assert W_x is layer.W_x and bias is layer.bias
    masks = [W_h.detach() / layer.W_h.detach() for _, W_h, _ in calls]
    for mask in masks[:2]:
        dropped = mask == 0
        close(mask[~dropped], torch.full_like(mask[~dropped], 1 / 0.6))
        assert abs(dropped.double().mean() - 0.4) < 0.16, "256 draws: 5 standard errors"
    assert not torch.equal(masks[0], masks[1])
    close(masks[2], torch.ones_like(masks[2]))


def check_gradient_to_kept_weights_only(lesson):
    torch.manual_seed(1)
    kept = {}

    def spy(x, W_x, W_h, bias, state):
        kept["mask"] = W_h.detach() != 0
        return lesson.fused_lstm(x, W_x, W_h, bias, state)

    layer = randomised(lesson.WeightDropLSTM(3, 6, spy), 9).train()
    layer(random(10, 2, 5, 3), p=0.5)[0].pow(2).sum().backward()
    assert torch.equal(layer.W_h.grad != 0, kept["mask"])
    assert (layer.W_x.grad != 0).all()


def check_each_share_is_used(lesson):
    """Each kind of dropout acts while training, none in use, and the factor scales them all."""
    ids = words(11, 4, 9)
    for share in SHARES:
        torch.manual_seed(0)
        model = language_model(lesson, 12, **{share: 0.5})
        plain = language_model(lesson, 12).eval()(ids)[0]
        close(model.eval()(ids)[0], plain)
        model.train()
        assert not torch.allclose(model(ids)[0], plain), share
        model.encoder.config = replace(model.encoder.config, dropout=0.0)
        close(model(ids)[0], plain)


def check_hidden_dropout_is_between_layers(lesson):
    """Locked dropout falls on what goes from layer to layer, the same features for all words."""
    seen = []

    def spy(x, *rest):
        seen.append(x.detach())
        return torch.ones(*x.shape[:2], len(rest[0]) // 4, dtype=x.dtype), rest[-1]

    for share, dropped in (("drop_input", [0]), ("drop_hidden", [1, 2])):
        seen.clear()
        torch.manual_seed(0)
        encoder = lesson.AWDLSTM(config(lesson, **{share: 0.5}), 11, spy).double().train()
        encoder(words(13, 3, 8))
        for depth, x in enumerate(seen):
            zero = x == 0
            assert zero.any() == (depth in dropped), (share, depth)
            assert torch.equal(zero, zero[:, :1].expand_as(zero))


# ---- the language model ------------------------------------------------------------------------


def check_tied(lesson):
    """One matrix for input and output: scores, shared storage, a gradient from both uses."""
    model = language_model(lesson, 14).eval()
    E = model.encoder.embedding.weight
    assert sum(weight.shape == E.shape for weight in model.parameters()) == 1
    ids = words(15, 2, 5)
    states, _ = model.encoder(ids)
    scores, _ = model(ids)
    close(scores, states @ E.T + model.bias)
    absent = next(row for row in range(11) if row not in ids)
    scores[..., absent].sum().backward()
    assert (E.grad[absent] != 0).all(), "as an output, though it never is an input"
    assert (E.grad[ids[0, 0]] != 0).any(), "as an input, though it isn't asked for"


def check_segments(lesson):
    rng = np.random.default_rng(16)
    for n, rows, bptt, epochs in ((1003, 4, 20, 3), (64, 1, 12, 2), (50, 7, 35, 1)):
        stream = torch.from_numpy(rng.permutation(n))
        cut = lesson.Segments(stream, rows, bptt, epochs, seed=5)
        starts = [k for k in range(len(cut)) if cut.at(k)[2]]
        assert len(starts) == epochs and starts[0] == 0
        width = (n - 1) // rows
        for start, end in zip(starts, [*starts[1:], len(cut)], strict=True):
            parts = [cut.at(k) for k in range(start, end)]
            x, y = (torch.cat([part[i] for part in parts], dim=1) for i in (0, 1))
            assert x.shape == (rows, width)
            assert torch.equal(x.flatten(), stream[: rows * width]), "each word exactly once"
            assert torch.equal(y.flatten(), stream[1 : rows * width + 1])
        for k in range(len(cut)):
            assert cut.share(k) == cut.at(k)[0].shape[1] / bptt
            assert cut.size(k) == rows
        assert cut.at(len(cut))[0].equal(cut.at(0)[0])
    with pytest.raises(ValueError, match="too few for 8 rows"):
        lesson.Segments(torch.arange(8), 8, 5)


def check_lengths_of_segments(lesson):
    long = lesson.Segments(torch.arange(700_001), 1, 70, epochs=2, seed=6)
    lengths = np.array([end - start for start, end in long.cuts])
    halves = lengths < 52
    assert 0.03 < halves.mean() < 0.07
    assert abs(lengths[~halves].mean() - 70) < 0.5 and 4.5 < lengths[~halves].std() < 5.5
    assert abs(lengths[halves].mean() - 35) < 1
    second = next(k for k, (start, _) in enumerate(long.cuts) if k and not start)
    assert long.cuts[:50] != long.cuts[second : second + 50], "each pass is cut elsewhere"
    assert min(end - start for start, end in lesson.Segments(torch.arange(9001), 1, 8).cuts) >= 5
    even = lesson.Segments(torch.arange(101), 1, 20, vary=False)
    assert even.cuts == [(a, a + 20) for a in range(0, 100, 20)]


def check_carried_loss(lesson):
    """State handed on and detached, and forgotten where a pass begins."""
    model = language_model(lesson, 17).train()
    stream = words(18, 41)
    cut = lesson.Segments(stream, 2, 5, epochs=2, vary=False)
    loss = lesson.CarriedLoss()
    scores, _ = model(cut.x)
    wanted = F.cross_entropy(scores.flatten(0, 1), cut.y.flatten()).item()
    for _ in range(2):
        losses = [loss(model, cut.at(k)) for k in range(4)]
        assert torch.stack(losses).mean().item() == pytest.approx(wanted)
    model.zero_grad()
    losses[-1].backward()
    early = set(cut.x[:, :15].flatten().tolist()) - set(cut.x[:, 15:].flatten().tolist())
    alone = model.encoder.embedding.weight.grad.clone()
    model.zero_grad()
    carried = lesson.CarriedLoss()
    for k in range(3):
        carried(model, cut.at(k))
    assert not any(s.requires_grad for state in carried.states for s in state)
    carried(model, cut.at(3)).backward()
    close(model.encoder.embedding.weight.grad, alone)
    assert early, "some word stands in the earlier pieces only"


def check_nats_per_word(lesson):
    model = language_model(lesson, 19, **dict.fromkeys(SHARES, 0.5)).train()
    stream = words(20, 641)
    scores, _ = copy.deepcopy(model).eval()(stream[:640].view(4, 160))
    wanted = F.cross_entropy(scores.flatten(0, 1), stream[1:]).item()
    assert lesson.nats_per_word(model, stream, batch_size=4) == pytest.approx(wanted)
    assert model.training, "left as it was"


# ---- learning rates ----------------------------------------------------------------------------


def paper_stlr(t, T, cut_frac, ratio):
    """Howard & Ruder (2018), equation 3, to the letter."""
    cut = int(T * cut_frac)
    p = t / cut if t < cut else 1 - (t - cut) / (cut * (1 / cut_frac - 1))
    return (1 + p * (ratio - 1)) / ratio


def check_slanted_triangular(lesson):
    by_hand = {(0, 100): 0.03125, (5, 100): 0.515625, (10, 100): 1.0, (55, 100): 0.515625}
    for (t, T), wanted in by_hand.items():
        assert lesson.slanted_triangular(t, T) == pytest.approx(wanted)
    for T, cut_frac, ratio in ((100, 0.1, 32), (40, 0.25, 8), (8, 0.5, 2)):
        for t in range(T + 1):
            got = lesson.slanted_triangular(t, T, cut_frac, ratio)
            assert got == pytest.approx(paper_stlr(t, T, cut_frac, ratio))
    for T in range(1, 60):
        curve = [lesson.slanted_triangular(t, T) for t in range(T)]
        assert min(curve) > 0 and max(curve) <= 1


def check_one_cycle(lesson):
    total, rise = 120, 0.25
    weight = nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=1.0)
    peer = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 1.0, total_steps=total + 1, pct_start=(rise * total + 1) / (total + 1),
        div_factor=25, final_div_factor=400,
    )  # fmt: skip
    for t in range(total + 1):
        assert lesson.one_cycle(t, total) == pytest.approx(peer.get_last_lr()[0]), t
        if t < total:
            optimizer.step()
            peer.step()


def check_discriminative_rates(lesson):
    rates = lesson.discriminative_rates(4, 0.02)
    assert rates == pytest.approx([0.02 / 2.6**3, 0.02 / 2.6**2, 0.02 / 2.6, 0.02])
    assert lesson.discriminative_rates(3, 0.5, factor=1.0) == [0.5] * 3


def check_groups(lesson):
    """From the words upwards, every weight once, and the optimizer's rates in this order."""
    for model in (language_model(lesson), lesson.Classifier(language_model(lesson).encoder)):
        groups = lesson.layer_groups(model)
        encoder = model.encoder
        assert len(groups) == 5 and groups[0][0] is encoder.embedding.weight
        for layer, group in zip(encoder.layers, groups[1:], strict=False):
            assert {id(w) for w in group} == {id(w) for w in layer.parameters()}
        everything = [id(weight) for group in groups for weight in group]
        assert sorted(everything) == sorted(id(weight) for weight in model.parameters())
        optimizer = lesson.layered_optimizer(groups, 0.3, 2.0)
        got = [group["lr"] for group in optimizer.param_groups]
        assert got == pytest.approx([0.3 / 16, 0.3 / 8, 0.3 / 4, 0.3 / 2, 0.3])
        for group, ours in zip(optimizer.param_groups, groups, strict=True):
            assert [id(w) for w in group["params"]] == [id(w) for w in ours]


def check_language_model_rates(lesson):
    """Each update's rate: the schedule, times the share of its piece."""
    model = language_model(lesson)
    segments = lesson.Segments(words(21, 900), 2, 20, epochs=2, seed=1)
    with recorded_training(lesson) as calls:
        lesson.fit_language_model(model, segments, 0.5, lesson.slanted_triangular, factor=2.0)
    (call,) = calls
    for t in range(len(segments)):
        wanted = lesson.slanted_triangular(t, len(segments)) * segments.share(t)
        assert call["config"].schedule(t) == pytest.approx(wanted)
    assert call["config"].steps == len(segments)
    assert call["rates"] == pytest.approx([0.5 / 16, 0.5 / 8, 0.5 / 4, 0.5 / 2, 0.5])


@contextlib.contextmanager
def recorded_training(lesson):
    """Instead of training, `train` notes its settings and which groups may move."""
    calls, real = [], lesson.train

    def note(model, loss_fn, batches, config, optimizer=None, **options):
        moving = [all(w.requires_grad for w in group) for group in lesson.layer_groups(model)]
        rates = [group["lr"] for group in optimizer.param_groups]
        calls.append({"config": config, "moving": moving, "rates": rates, "optimizer": optimizer})

    lesson.train = note
    try:
        yield calls
    finally:
        lesson.train = real


# ---- stage 3 -----------------------------------------------------------------------------------


def classifier(lesson, seed=22, **options):
    encoder = lesson.AWDLSTM(config(lesson), 11)
    model = randomised(lesson.Classifier(encoder, **options), seed)
    model.head[0].running_mean.normal_(generator=generator(seed))
    return model.eval()


def labelled(seed, n=24):
    ids, lengths = words(seed, n, 6), torch.full((n,), 6)
    return ids, lengths, (ids[:, -1] > 6).long()


def check_thawing(lesson):
    assert lesson.thawing(4, 60) == [(3, 10), (2, 10), (1, 10), (0, 30)]
    for n_groups, total in ((2, 7), (5, 81), (4, 100)):
        steps = lesson.thawing(n_groups, total)
        assert [lowest for lowest, _ in steps] == list(range(n_groups - 1, -1, -1))
        assert sum(updates for _, updates in steps) == total
        assert len({updates for _, updates in steps[:-1]}) == 1
        assert total / 2 <= steps[-1][1] < total / 2 + n_groups


def check_what_moves(lesson):
    """Gradual: one more group at a time, from the top, under one optimizer and one triangle."""
    how = lesson.Tuning(updates=40, lr=0.5)
    cases = {
        how: [[d >= low for d in range(5)] for low in (4, 3, 2, 1, 0)],
        replace(how, gradual=False): [[True] * 5],
        replace(how, body=False): [[False] * 4 + [True]],
    }
    for settings, wanted in cases.items():
        model = classifier(lesson)
        with recorded_training(lesson) as calls:
            lesson.fit_classifier(model, labelled(23), settings, seed=0)
        assert [call["moving"] for call in calls] == wanted
        assert len({id(call["optimizer"]) for call in calls}) == 1
        done = 0
        for call in calls:
            for t in (0, call["config"].steps - 1):
                factor = lesson.slanted_triangular(done + t, 40)
                assert call["config"].schedule(t) == pytest.approx(factor)
            done += call["config"].steps
        assert done == 40
        assert calls[0]["rates"] == pytest.approx(lesson.discriminative_rates(5, 0.5))
        assert not model.training and all(w.requires_grad for w in model.parameters())


def check_fitting(lesson):
    """The frozen stays, the rest moves, and what can be learned is."""
    torch.manual_seed(0)
    rows = labelled(24, 60)
    fresh = lesson.Classifier(lesson.AWDLSTM(config(lesson), 11))
    model = copy.deepcopy(fresh)
    lesson.fit_classifier(model, rows, lesson.Tuning(updates=20, body=False), seed=0)
    before, after = (dict(m.encoder.named_parameters()) for m in (fresh, model))
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert not torch.equal(fresh.head[2].weight, model.head[2].weight)
    free = lesson.Tuning(updates=250, lr=0.02, factor=1.0)
    model = lesson.fit_classifier(copy.deepcopy(fresh), rows, free, seed=0)
    assert lesson.accuracy(model, rows) > 95
    again = lesson.fit_classifier(copy.deepcopy(fresh), rows, free, seed=0)
    assert torch.equal(again.head[6].weight, model.head[6].weight), "the seed decides"


def check_pooling(lesson):
    outputs, lengths = random(25, 5, 8, 4), torch.tensor([8, 1, 3, 5, 7])
    outputs.requires_grad_()
    with torch.no_grad():
        for row, length in enumerate(lengths):
            outputs[row, length:] = 1e6 * (-1) ** row
    wanted = torch.stack([
        torch.cat([row[n - 1], row[:n].max(0).values, row[:n].mean(0)])
        for row, n in zip(outputs, lengths, strict=True)
    ])  # fmt: skip
    got = lesson.concat_pool(outputs, lengths)
    close(got, wanted)
    close(lesson.last_state(outputs, lengths), wanted[:, :4])
    (got * random(26, 5, 12)).sum().backward()
    for row, length in enumerate(lengths):
        assert (outputs.grad[row, length:] == 0).all() and (outputs.grad[row, :length] != 0).all()


def check_padding_invariance(lesson):
    """A text's scores depend on nothing but the text: not on its batch, nor on its padding."""
    model = classifier(lesson)
    lengths = torch.tensor([4, 9, 2])
    ids = words(27, 3, 9) * (torch.arange(9) < lengths[:, None])
    together = model(ids, lengths)
    assert together.shape == (3, 2)
    for row, length in enumerate(lengths):
        close(model(ids[row : row + 1, :length], lengths[row : row + 1])[0], together[row])
        wider = F.pad(ids[row : row + 1], (0, 90))
        close(model(wider, lengths[row : row + 1])[0], together[row])


def check_classifier(lesson):
    """The head is the plain formula, in use: two linear layers after normalisation."""
    model = classifier(lesson, n_classes=3)
    ids, lengths = words(28, 4, 6), torch.tensor([6, 5, 6, 2])
    x = lesson.concat_pool(model.encoder(ids)[0], lengths)

    def normalised(x, norm):
        x = (x - norm.running_mean) / (norm.running_var + norm.eps).sqrt()
        return x * norm.weight + norm.bias

    first, second = model.head[2], model.head[6]
    assert first.weight.shape == (50, 15) and model.head[1].p == 0.4 and model.head[5].p == 0.1
    hidden = (normalised(x, model.head[0]) @ first.weight.T + first.bias).clamp(min=0)
    close(
        model(ids, lengths),
        normalised(hidden, model.head[4]) @ second.weight.T + second.bias,
    )
    narrow = lesson.Classifier(lesson.AWDLSTM(config(lesson), 11), pool=lesson.last_state)
    assert narrow.head[0].num_features == 5


def check_long_texts(lesson):
    """In pieces: the same outputs; the gradient ends at a cut, but each piece gets its own."""
    encoder = classifier(lesson).encoder
    ids = torch.arange(11)[None]
    whole, _ = encoder(ids)
    for piece in (1, 3, 4, 11, 70):
        close(lesson.read_in_pieces(encoder, ids, piece), whole)
    encoder.zero_grad()
    outputs = lesson.read_in_pieces(encoder, ids, 4)
    outputs[0, -1].sum().backward()
    heard = encoder.embedding.weight.grad.norm(dim=1) > 0
    assert heard.tolist() == [False] * 8 + [True] * 3
    encoder.zero_grad()
    lesson.read_in_pieces(encoder, ids, 4).mean(1).sum().backward()
    assert (encoder.embedding.weight.grad.norm(dim=1) > 0).all()


def check_accuracy(lesson):
    model = classifier(lesson)
    ids, lengths = words(29, 431, 5), torch.full((431,), 5)
    answers = model(ids, lengths).argmax(1)
    turned = torch.cat([answers[:100], 1 - answers[100:]])
    assert lesson.accuracy(model, (ids, lengths, turned)) == pytest.approx(100 * 100 / 431)


# ---- stages 1 and 2 ----------------------------------------------------------------------------


DOCUMENTS = [[["a", "b", "c"], ["c", "d"]], [["b", "a"], ["d", "d", "a"]]] * 40


def check_pretraining(lesson):
    """A text with few ways to go on is learned nearly by heart; the seed decides."""
    recipe = lesson.Pretraining(epochs=20, lr=0.05, batch_size=4, bptt=10, min_count=1)
    small = lesson.AWDConfig(d_model=8, d_hidden=16, n_layers=2)
    model, known, history = lesson.pretrain(DOCUMENTS, small, recipe)
    assert sorted(known.words[3:]) == ["a", "b", "c", "d"]
    assert model.encoder.config.dropout == recipe.dropout
    stream = known.stream(DOCUMENTS)
    assert lesson.nats_per_word(model, stream, 4) < 0.6 * np.log(5)
    again, _, repeated = lesson.pretrain(DOCUMENTS, small, recipe)
    assert repeated.losses == history.losses
    assert torch.equal(again.bias, model.bias)


def check_adoption(lesson):
    model, known = language_model(lesson, 30), lesson.Words(list("abcdefgh"))
    kept = copy.deepcopy(model.state_dict())
    larger, grown = lesson.adopt(model, known, [["a", "new", "b"], ["word", "new"]])
    assert grown.words == [*known.words, "new", "word"]
    for name in ("bias", "encoder.embedding.weight"):
        old, now = kept[name], larger.state_dict()[name]
        close(now[:11], old.to(now.dtype).double().to(now.dtype))
        for row in (11, 12):
            torch.testing.assert_close(now[row], old[3:].mean(0).to(now.dtype))
        assert torch.equal(model.state_dict()[name], old), "the given model stays"
    ids = words(31, 2, 5)
    same = copy.deepcopy(model).float().eval()(ids)[0]
    torch.testing.assert_close(larger.eval()(ids)[0][..., :11], same)


def check_reading_on(lesson):
    """A copy reads the new text and gets better at it; general layers move least."""
    recipe = lesson.Pretraining(epochs=2, lr=0.01, batch_size=4, bptt=10, min_count=1)
    model, known, _ = lesson.pretrain(DOCUMENTS, lesson.AWDConfig(8, 16, 2), recipe)
    other = [[["d", "new", "a"], ["a", "new"]]] * 100
    kept = copy.deepcopy(model.state_dict())
    before = lesson.adopt(model, known, other[0])[0].eval()
    reading = lesson.Reading(epochs=6, lr=0.1, batch_size=4, bptt=10)
    after, grown = lesson.read_on(model, known, other, reading, seed=0)
    stream = grown.stream(other)
    assert lesson.nats_per_word(after, stream, 4) < lesson.nats_per_word(before, stream, 4) - 0.3
    assert after.encoder.config.dropout == reading.dropout and not after.training
    assert all(torch.equal(kept[name], value) for name, value in model.state_dict().items())


def check_gadgets_left_out(lesson):
    film, gadget = [["the", "film"], ["good"]], [["the", "lid"], ["a", "gadget", "too"]]
    assert lesson.without_gadgets([film, gadget, [["gadgets"]]]) == [film]


def check_classifier_from(lesson):
    """On a copy of the encoder, with its own dropout."""
    model = language_model(lesson, 32).float()
    made = lesson.classifier_from(model, 0.7, lesson.last_state)
    assert made.encoder.config.dropout == 0.7 and model.encoder.config.dropout == 1.0
    ours, theirs = made.encoder.embedding.weight, model.encoder.embedding.weight
    assert torch.equal(ours, theirs) and ours is not theirs and made.pool is lesson.last_state


def check_restoring(lesson):
    """Settings and weights of a checkpoint give the model back, to the precision of float16."""
    model = language_model(lesson, 33).float().eval()
    settings = {"config": vars(model.encoder.config).copy(), "words": list("abcdefgh")}
    weights = {name: weight.half() for name, weight in model.state_dict().items()}
    restored, known = lesson.restore(Checkpoint(settings, weights, {}))
    assert known.words == lesson.Words(list("abcdefgh")).words and not restored.training
    ids = words(34, 2, 6)
    torch.testing.assert_close(restored(ids)[0], model(ids)[0], atol=0.02, rtol=0.02)


CHECKS = [check for name, check in sorted(globals().items()) if name.startswith("check_")]


@pytest.fixture(scope="module")
def lesson():
    return importlib.import_module("notebooks.ulmfit")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_parity(check, lesson):
    check(lesson)


# ---- mutants ---------------------------------------------------------------------------------

MUTANTS = {
    "padding has the number of an unknown word": ("padding_value=PAD", "padding_value=UNKNOWN"),
    "sentences have no end": ("for word in sentence), END]", "for word in sentence)]"),
    "input and forget gate are swapped": (
        "        i, f, g, o = (gates",
        "        f, i, g, o = (gates",
    ),
    "the memory isn't squashed": ("h = o.sigmoid() * c.tanh()", "h = o.sigmoid() * c"),
    "the loop forgets the given state": (
        "    h, c = state\n",
        "    h, c = (0 * s for s in state)\n",
    ),
    "the loop forgets its bias": ("F.linear(x, W_x, bias)", "F.linear(x, W_x)"),
    "the fused layer's bias counts twice": ("torch.zeros_like(bias)]", "bias]"),
    "the locked mask changes with the word": (
        "x.new_empty(len(x), 1, x.shape[-1])",
        "x.new_empty(x.shape)",
    ),
    "all texts share a locked mask": (
        "x.new_empty(len(x), 1, x.shape[-1])",
        "x.new_empty(1, 1, x.shape[-1])",
    ),
    "locked dropout isn't scaled": ("return x * mask / (1 - p)", "return x * mask"),
    "locked dropout keeps p": ("x.shape[-1]).bernoulli_(1 - p)", "x.shape[-1]).bernoulli_(p)"),
    "locked dropout in use": (
        """    if not training or p == 0:
        return x
    mask""",
        """    if p == 0:
        return x
    mask""",
    ),
    "places are dropped, not words": (
        "x * kept[ids].unsqueeze(-1)",
        "x * (x.new_empty(ids.shape).bernoulli_(1 - p) / (1 - p)).unsqueeze(-1)",
    ),
    "single numbers of words are dropped": (
        "return x * kept[ids].unsqueeze(-1)",
        "return F.dropout(x, p)",
    ),
    "dropped words aren't made up for": (
        ".bernoulli_(1 - p) / (1 - p)  # (V,)",
        ".bernoulli_(1 - p)",
    ),
    "words are dropped in use": (
        """    if not training or p == 0:
        return x
    kept""",
        """    if p == 0:
        return x
    kept""",
    ),
    "weight drop in use": ("F.dropout(self.W_h, p, self.training)", "F.dropout(self.W_h, p)"),
    "W_x is dropped": (
        "return self.lstm(x, self.W_x, W_h,",
        "return self.lstm(x, F.dropout(self.W_x, p, self.training), self.W_h,",
    ),
    "weights are never dropped": ("W_h = F.dropout(self.W_h, p, self.training)", "W_h = self.W_h"),
    "weight drop isn't scaled": (
        "F.dropout(self.W_h, p, self.training)",
        "F.dropout(self.W_h, p, self.training) * (1 - p)",
    ),
    "one weight mask for good": (
        "        W_h = F.dropout(self.W_h, p, self.training)\n",
        """        if not hasattr(self, "mask"):
            self.mask = F.dropout(torch.ones_like(self.W_h), p)
        W_h = self.W_h * self.mask if self.training else self.W_h
""",
    ),
    "the gradient ignores the mask": (
        "F.dropout(self.W_h, p, self.training)",
        "self.W_h + (F.dropout(self.W_h, p, self.training) - self.W_h).detach()",
    ),
    "the state isn't handed to the layers": ("states and states[depth]", "None"),
    "all layers get the first one's state": ("states and states[depth]", "states and states[0]"),
    "the factor doesn't reach the weights": ("k * c.drop_weights)", "c.drop_weights)"),
    "the factor doesn't reach the output": ("c.dropout * c.drop_output", "c.drop_output"),
    "no dropout between layers": ("            if depth:\n", "            if depth > 9:\n"),
    "dropout between layers falls on the input too": (
        "            if depth:\n",
        "            if True:\n",
    ),
    "the input's dropout is missing": ("k * c.drop_input", "0 * c.drop_input"),
    "no word is dropped": ("k * c.drop_words", "0 * c.drop_words"),
    "the softmax isn't tied": (
        "F.linear(x, self.encoder.embedding.weight, self.bias)",
        "F.linear(x, self.encoder.embedding.weight.detach().clone(), self.bias)",
    ),
    "the softmax has no bias": ("embedding.weight, self.bias)", "embedding.weight)"),
    "targets aren't shifted": (
        "for i in (0, 1))\n        self.bptt",
        "for i in (0, 0))\n        self.bptt",
    ),
    "a word at each cut is lost": (
        "            start += length\n",
        "            start += length + 1\n",
    ),
    "words at a cut come twice": (
        "            start += length\n",
        "            start += length - 1\n",
    ),
    "all passes are cut alike": (
        "self._one_pass(n, vary and rng)",
        "self._one_pass(n, vary and np.random.default_rng(seed))",
    ),
    "half lengths never come": ("rng.random() < 0.95", "rng.random() < 1"),
    "the spread is 1": ("rng.normal(mean, 5)", "rng.normal(mean, 1)"),
    "pieces may be tiny": ("max(5, round(", "max(1, round("),
    "the rate doesn't know the length": (
        "        return (end - start) / self.bptt",
        "        return 1.0",
    ),
    "the state is forgotten": ("None if first else self.states", "None"),
    "the state survives a new pass": ("None if first else self.states", "self.states"),
    "the gradient crosses the cut": (
        "[(h.detach(), c.detach()) for h, c in states]\n        return F",
        "states\n        return F",
    ),
    "perplexity under dropout": (
        "    with evaluating(model):\n        for k",
        "    if True:\n        for k",
    ),
    "each piece weighs the same": (
        "* segments.at(k)[1].numel()",
        "* segments.y.numel() / len(segments)",
    ),
    "the triangle to the letter": (
        "(t - cut) / (total - cut)",
        "(t - cut) / (cut * (1 / cut_frac - 1))",
    ),
    "the triangle starts at zero": ("(1 + p * (ratio - 1)) / ratio", "p"),
    "the triangle rises slowly": ("total * cut_frac)", "total * (1 - cut_frac))"),
    "one cycle in straight lines": ("(1 - math.cos(math.pi * x)) / 2", "x"),
    "one cycle ends where it starts": ("(end, (total - t)", "(start, (total - t)"),
    "early layers move most": ("factor ** (n_groups - 1 - depth)", "factor**depth"),
    "rates differ by steps": (
        "lr / factor ** (n_groups - 1 - depth)",
        "lr / max(1, factor * (n_groups - 1 - depth))",
    ),
    "the embedding is in no group": (
        "(encoder.embedding, *encoder.layers)] + [top]",
        "(encoder.layers)] + [top]",
    ),
    "groups from the top": (
        "for part in (encoder.embedding, *encoder.layers)]",
        "for part in (*encoder.layers, encoder.embedding)]",
    ),
    "thawing from below": (
        "for lowest in range(n_groups - 1, 0, -1)]",
        "for lowest in range(1, n_groups)]",
    ),
    "thawing takes all updates": ("total // (2 * (n_groups - 1))", "total // n_groups"),
    "updates get lost": ("total - each * (n_groups - 1)", "each"),
    "new words are zero": ("mean.expand(len(new)", "0 * mean.expand(len(new)"),
    "the mean counts the marks": ("old[name][3:].mean(0", "old[name].mean(0"),
    "reading on changes the given model": (
        "model, words = adopt(model, words, [s for",
        "adopt(model, words, [s for",
    ),
    "the last state is the last column": (
        "device=outputs.device), lengths - 1]",
        "device=outputs.device), -1]",
    ),
    "the maximum sees padding": ("outputs.masked_fill(padding, -torch.inf)", "outputs"),
    "padding counts as zero in the maximum": ("padding, -torch.inf", "padding, 0"),
    "the mean sees padding": ("outputs.masked_fill(padding, 0).sum(1)", "outputs.sum(1)"),
    "the mean divides by the width": (
        "/ lengths.unsqueeze(1)\n    return",
        "/ outputs.shape[1]\n    return",
    ),
    "one word too many is real": ("(places >= lengths", "(places > lengths"),
    "pieces start from nothing": (
        "out, states = encoder(part, states)",
        "out, states = encoder(part, None)",
    ),
    "the gradient crosses the pieces": (
        "        states = [(h.detach(), c.detach()) for h, c in states]\n        outputs",
        "        outputs",
    ),
    "pieces give no gradient": (
        "outputs.append(out)",
        "outputs.append(out if part is ids else out.detach())",
    ),
    "the head has no ReLU": ("            nn.ReLU(),\n", "            nn.Identity(),\n"),
    "head alone moves the body": (
        "(0 if self.body else n_groups - 1, self.updates)",
        "(0, self.updates)",
    ),
    "gradual is not": ("if self.gradual and self.body:", "if False:"),
    "frozen is what should move": (
        "requires_grad_(depth >= lowest)",
        "requires_grad_(depth <= lowest)",
    ),
    "each step has its own triangle": (
        "how.schedule(done + t, how.updates)",
        "how.schedule(t, updates)",
    ),
    "layers stay frozen": ("return model.requires_grad_(True).eval()", "return model.eval()"),
    "dropout stays on": (
        "return model.requires_grad_(True).eval()",
        "return model.requires_grad_(True).train()",
    ),
    "one rate for all layers": (
        "layered_optimizer(groups, how.lr, how.factor)",
        "layered_optimizer(groups, how.lr, 1.0)",
    ),
    "classifiers share an encoder": (
        "encoder = copy.deepcopy(model.encoder)",
        "encoder = model.encoder",
    ),
    "accuracy of the batches": (
        "100 * (sum(right) / len(labels)).item()",
        "100 * (right[0] / 200).item()",
    ),
    "gadgets stay in": (
        "if not any(named & set(sentence) for sentence in d)",
        "if any(named - set(sentence) for sentence in d)",
    ),
    "the schedule forgets the pieces": (
        "segments.share(t) * schedule(t, total)",
        "schedule(t, total)",
    ),
    "stage 1 ignores its dropout": (
        "replace(config, dropout=recipe.dropout), len(words)",
        "config, len(words)",
    ),
    "restored in training mode": (
        "model.load_state_dict(checkpoint.weights)\n    return model.eval()",
        "model.load_state_dict(checkpoint.weights)\n    return model.train()",
    ),
}


@pytest.mark.parametrize("change", MUTANTS.values(), ids=MUTANTS)
def test_mutant_is_caught(change):
    assert first_failure(mutated(LESSON, *change), CHECKS, also=(FloatingPointError,))

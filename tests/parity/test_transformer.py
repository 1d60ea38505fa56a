"""Lesson 05's attention and blocks against torch.nn and plain formulas; classic bugs are caught.

Every check takes the lesson's module, so that the mutants at the end meet the very same checks.
The tokenizers of sections 1 to 3 have tests of their own.
"""

import dataclasses
import importlib
import itertools
import math

import pytest
import torch
import torch.nn.functional as F
from parity_checks import close, first_failure, mutated, random, randomised, same_gradients
from torch import nn

from helpers import ROOT

LESSON = ROOT / "notebooks" / "05_transformer.ipynb"
D, H, D_FF = 12, 3, 20
LENGTHS = torch.tensor([6, 1, 4])


def config(lesson, **changes):
    shape = {"vocab_size": 9, "d_model": D, "n_heads": H, "d_ff": D_FF, "dropout": 0.0, "eps": 0.3}
    return lesson.TransformerConfig(**{**shape, **changes})


def leaf(tensor):
    return tensor.clone().requires_grad_()


def padding(lengths, T):
    return torch.arange(T) >= lengths[:, None]


def future(T):
    return torch.ones(T, T, dtype=torch.bool).triu(1)


def real(out, lengths):
    """The rows that are no padding, (N, D)."""
    return out[~padding(lengths, out.shape[1])]


# ---- attention ---------------------------------------------------------------------------------


def sees(t, j, T, S, causal, length):
    return j < length and (not causal or j <= t + S - T)


def check_visible_keys(lesson):
    for T, S, causal in ((4, 4, False), (4, 4, True), (2, 5, True), (3, 5, False)):
        for lengths in (None, torch.tensor([5, 2, 0])):
            got = lesson.visible_keys(T, S, causal=causal, lengths=lengths)
            assert got.dtype == torch.bool
            assert got.shape == ((T, S) if lengths is None else (3, 1, T, S))
            for b, t, j in itertools.product(range(3), range(T), range(S)):
                length = S if lengths is None else lengths[b]
                found = got[t, j] if lengths is None else got[b, 0, t, j]
                assert found == sees(t, j, T, S, causal, length), (T, S, causal, b, t, j)


def check_weights_by_loop(lesson):
    q, k = random(0, 2, 3, 4, 5), random(1, 2, 3, 6, 5)
    lengths = torch.tensor([6, 3])
    for causal, counts in itertools.product((False, True), (None, lengths)):
        visible = lesson.visible_keys(4, 6, causal=causal, lengths=counts)
        got = lesson.attention_weights(q, k, visible)
        for b, h, t in itertools.product(range(2), range(3), range(4)):
            length = 6 if counts is None else counts[b]
            seen = [j for j in range(6) if sees(t, j, 4, 6, causal, length)]
            powers = [math.exp(float(q[b, h, t] @ k[b, h, j]) / math.sqrt(5)) for j in seen]
            wanted = torch.zeros(6, dtype=torch.float64)
            wanted[seen] = torch.tensor([p / sum(powers) for p in powers], dtype=torch.float64)
            close(got[b, h, t], wanted)
    close(lesson.attention_weights(q, k), lesson.attention_weights(q, k, torch.ones(4, 6) > 0))


def check_blind_query(lesson):
    """A query that sees nothing takes nothing, and its gradient is 0 and no NaN."""
    q, k = leaf(random(2, 1, 2, 3, 4)), leaf(random(3, 1, 2, 3, 4))
    visible = lesson.visible_keys(3, 3, lengths=torch.tensor([0]))
    weights = lesson.attention_weights(q, k, visible)
    assert (weights == 0).all()
    weights.sum().backward()
    assert (q.grad == 0).all() and (k.grad == 0).all()


def check_large_scores(lesson):
    q = 1e4 * random(4, 2, 3, 4)
    weights = lesson.attention_weights(q, q, lesson.visible_keys(3, 3, causal=True))
    close(weights.sum(-1), torch.ones(2, 3))


def library_attention(ours):
    """torch.nn.MultiheadAttention with the same weights."""
    peer = nn.MultiheadAttention(D, H, batch_first=True, dtype=torch.float64)
    parts = [ours.W_q, ours.W_k, ours.W_v]
    with torch.no_grad():
        peer.in_proj_weight.copy_(torch.cat([part.weight for part in parts]))
        peer.in_proj_bias.copy_(torch.cat([part.bias for part in parts]))
        peer.out_proj.weight.copy_(ours.W_o.weight)
        peer.out_proj.bias.copy_(ours.W_o.bias)
    return peer


def same_parameters(ours, peer, prefix=""):
    """Gradients of our attention are those of the library's."""
    for kind in ("weight", "bias"):
        parts = torch.cat([getattr(getattr(ours, f"W_{c}"), kind).grad for c in "qkv"])
        close(parts, getattr(peer, f"in_proj_{kind}").grad)
        close(getattr(ours.W_o, kind).grad, getattr(peer.out_proj, kind).grad)


def check_multi_head(lesson):
    """Outputs, averaged weights and all gradients of torch.nn.MultiheadAttention."""
    for asked, causal, counts in itertools.product((False, True), (False, True), (None, LENGTHS)):
        if asked and causal:
            continue
        ours = randomised(lesson.MultiHeadAttention(D, H), 5)
        peer = library_attention(ours)
        x, memory = leaf(random(6, 3, 6, D)), leaf(random(7, 3, 6, D))
        source = memory if asked else x
        out = ours(x, memory if asked else None, lengths=counts, causal=causal)
        hidden = None if counts is None else padding(counts, 6)
        wanted, shares = peer(
            x, source, source, hidden, attn_mask=future(6) if causal else None,
            average_attn_weights=False,
        )  # fmt: skip
        close(out, wanted.detach())
        got = ours.weights(x, memory if asked else None, lengths=counts, causal=causal)
        close(got, shares.detach())
        upstream = random(8, 3, 6, D)
        same_gradients([(y * upstream).sum() for y in (out, wanted)], [x, memory][: 1 + asked])
        (out * upstream).sum().backward()
        (wanted * upstream).sum().backward()
        same_parameters(ours, peer)


def check_fewer_queries_than_keys(lesson):
    ours = randomised(lesson.MultiHeadAttention(D, H), 9)
    x, memory = random(10, 2, 3, D), random(11, 2, 7, D)
    wanted, shares = library_attention(ours)(x, memory, memory, average_attn_weights=False)
    close(ours(x, memory), wanted.detach())
    close(ours.weights(x, memory), shares.detach())


def check_attend(lesson):
    """The inner operation is asked for, with heads apart and the masks."""
    calls = []

    def spy(q, k, v, *, causal, lengths):
        calls.append((q.shape, k.shape, causal, lengths))
        return lesson.attention(q, k, v, causal=causal, lengths=lengths)

    module = lesson.MultiHeadAttention(D, H, attend=spy)
    lengths = torch.tensor([5, 2])
    module(torch.zeros(2, 5, D), lengths=lengths, causal=True)
    shape = (2, H, 5, D // H)
    assert calls[0][:3] == (shape, shape, True) and calls[0][3] is lengths


def check_project(lesson):
    layers = [randomised(nn.Linear(4, 5), seed) for seed in range(3)]
    x = random(12, 2, 4)
    for got, layer in zip(lesson.project(x, *layers), layers, strict=True):
        close(got, layer(x).detach())


def check_names(lesson):
    """By which lessons and checkpoints know the weights."""
    attention = {f"W_{c}" for c in "qkvo"}
    encoder = {f"attention.{w}" for w in attention} | {"feed_forward.W_1", "feed_forward.W_2"}
    encoder |= {"norm_1", "norm_2"}
    decoder = encoder | {f"cross_attention.{w}" for w in attention} | {"norm_3"}
    for module, names in (
        (lesson.MultiHeadAttention(D, H), attention),
        (lesson.EncoderBlock(config(lesson)), encoder),
        (lesson.DecoderBlock(config(lesson)), decoder),
    ):
        wanted = {f"{name}.{kind}" for name in names for kind in ("weight", "bias")}
        assert set(module.state_dict()) == wanted


def plain_sums(module):
    """An attention whose answer is the sum of the weights that each query gives away."""
    with torch.no_grad():
        module.W_v.weight.zero_()
        module.W_v.bias.fill_(1)
        module.W_o.weight.copy_(torch.eye(D))
        module.W_o.bias.zero_()
    return module


def check_dropped_weights(lesson):
    """Weights are dropped and scaled while training, after the mask; none in use."""
    torch.manual_seed(0)
    module = plain_sums(lesson.MultiHeadAttention(D, H, dropout=0.25)).double()
    x = random(13, 50, 8, D)
    lengths = torch.full((50,), 1)
    alone = module.train()(x, lengths=lengths)  # a single key counts: 0 or 1 / 0.75
    assert set(alone.detach().round(decimals=6).unique().tolist()) == {0.0, 1.333333}
    sums = module(x)
    assert abs(sums.mean() - 1) < 0.02 and sums.std() > 0.05
    first = module(x, causal=True)[:, 0]
    assert set(first.detach().round(decimals=6).unique().tolist()) == {0.0, 1.333333}
    close(module.eval()(x), torch.ones_like(x))
    close(module(x, lengths=lengths, causal=True), torch.ones_like(x))
    block = lesson.EncoderBlock(config(lesson, attention_dropout=0.25))
    decoder = lesson.DecoderBlock(config(lesson, attention_dropout=0.25))
    shares = (m.dropout for m in (block.attention, decoder.attention, decoder.cross_attention))
    assert list(shares) == [0.25] * 3


class Cache:
    """What a cache must do: append, and give all so far."""

    def __init__(self):
        self.k = self.v = None

    def append(self, k, v):
        self.k = k if self.k is None else torch.cat([self.k, k], 2)
        self.v = v if self.v is None else torch.cat([self.v, v], 2)
        return self.k, self.v


def check_cache(lesson):
    """Read in pieces with a cache, or at once: the same."""
    x, memory = random(14, 2, 7, D), random(15, 2, 5, D)
    for first in (False, True):
        block = randomised(lesson.EncoderBlock(config(lesson, norm_first=first)), 16)
        decoder = randomised(lesson.DecoderBlock(config(lesson, norm_first=first)), 17)
        for whole, step in (
            (block(x, causal=True), lambda y, c, f=block: f(y, causal=True, cache=c)),
            (decoder(x, memory), lambda y, c, f=decoder: f(y, memory, cache=c)),
        ):
            cache = Cache()
            parts = [step(part, cache) for part in x.split([3, 1, 1, 2], dim=1)]
            close(torch.cat(parts, 1), whole.detach())
            assert cache.k.shape == (2, H, 7, D // H)


def check_refusals(lesson):
    module = lesson.MultiHeadAttention(D, H)
    x, offsets = torch.zeros(5, D), torch.tensor([0, 5])
    for given in ({"memory": x}, {"lengths": offsets}, {"cache": Cache()}):
        with pytest.raises(ValueError, match="offsets"):
            module(x, offsets=offsets, **given)
    with pytest.raises(ValueError, match="cache"):
        module(x[None], x[None], cache=Cache())
    with pytest.raises(ValueError, match=r"dropout=0\.1"):
        lesson.MultiHeadAttention(D, H, 0.1)(x, offsets=offsets)
    for n_heads in (0, 5, -1):
        with pytest.raises(ValueError, match=f"n_heads={n_heads}"):
            lesson.MultiHeadAttention(D, n_heads)
    with pytest.raises(ValueError, match="at least one row"):
        lesson.packed([])


# ---- packed ------------------------------------------------------------------------------------


def check_packed(lesson):
    rows = [torch.tensor([5, 6, 7]), torch.tensor([], dtype=torch.long), torch.tensor([8])]
    ids, offsets, positions = lesson.packed(rows)
    assert ids.tolist() == [5, 6, 7, 8] and offsets.tolist() == [0, 3, 3, 4]
    assert positions.tolist() == [0, 1, 2, 0]
    assert {ids.dtype, offsets.dtype, positions.dtype} == {torch.int64}


def check_packed_is_padded(lesson):
    """Outputs and gradients of sentences in a row and side by side."""
    padded = random(18, 3, 6, D)
    offsets = F.pad(LENGTHS.cumsum(0), (1, 0))
    for causal, first in itertools.product((False, True), (False, True)):
        blocks = [
            randomised(lesson.EncoderBlock(config(lesson, norm_first=first)), 19) for _ in range(2)
        ]
        side_by_side, row = leaf(padded), leaf(real(padded, LENGTHS))
        wanted = real(blocks[0](side_by_side, lengths=LENGTHS, causal=causal), LENGTHS)
        got = blocks[1](row, offsets=offsets, causal=causal, max_len=6)
        close(got, wanted.detach())
        upstream = random(20, *got.shape)
        (wanted * upstream).sum().backward()
        (got * upstream).sum().backward()
        close(row.grad, real(side_by_side.grad, LENGTHS))
        for a, b in zip(blocks[0].parameters(), blocks[1].parameters(), strict=True):
            close(b.grad, a.grad)


# ---- positions, norm, feed-forward ---------------------------------------------------------------


def check_sinusoidal_positions(lesson):
    """The paper's formula to the letter, also far out."""
    for max_len, d in ((7, 2), (40, 10), (6000, 6)):
        got = lesson.sinusoidal_positions(max_len, d)
        assert got.shape == (max_len, d) and got.dtype == torch.float32
        for p, i in itertools.product((0, 1, max_len // 2, max_len - 1), range(d // 2)):
            angle = p / 10000 ** (2 * i / d)
            wanted = torch.tensor([math.sin(angle), math.cos(angle)])
            close(got[p, 2 * i : 2 * i + 2], wanted, rtol=0, atol=2e-7)
    with pytest.raises(ValueError, match="d_model=7"):
        lesson.sinusoidal_positions(3, 7)


def check_layer_norm(lesson):
    for eps in (1e-5, 0.5):
        ours = randomised(lesson.LayerNorm(D, eps), 21)
        peer = nn.LayerNorm(D, eps, dtype=torch.float64)
        peer.load_state_dict(ours.state_dict())
        x, added = leaf(random(22, 2, 3, D)), leaf(random(23, 2, 3, D))
        for got, wanted, leaves in (
            (ours(x), peer(x), [x]),
            (ours(x, added), peer(x + added), [x, added]),
        ):
            close(got, wanted.detach())
            upstream = random(24, 2, 3, D)
            same_gradients([(y * upstream).sum() for y in (got, wanted)], leaves)
            for mine, theirs in zip(ours.parameters(), peer.parameters(), strict=True):
                a, b = (
                    torch.autograd.grad((y * upstream).sum(), w, retain_graph=True)[0]
                    for y, w in ((got, mine), (wanted, theirs))
                )
                close(a, b)
    fresh = lesson.LayerNorm(D)
    assert fresh.eps == 1e-5
    close(fresh(random(25, 4, D).float()), F.layer_norm(random(25, 4, D).float(), (D,)))


def check_small_variance(lesson):
    """Where eps matters: the root is of variance + eps."""
    x = 1 + 1e-4 * random(26, 3, D)
    norm = lesson.LayerNorm(D, 1e-5).double()
    deviation = x - x.mean(-1, keepdim=True)
    close(norm(x), deviation / (deviation.square().mean(-1, keepdim=True) + 1e-5).sqrt())


def check_feed_forward(lesson):
    def by_tanh(x):
        return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))

    bends = {
        "relu": lambda x: x.clamp_min(0),
        "gelu": lambda x: x * (1 + torch.erf(x / math.sqrt(2))) / 2,
        "gelu_tanh": by_tanh,
    }
    assert set(lesson.ACTIVATIONS) == set(bends)
    x = random(27, 2, 5, D)
    for name, bend in bends.items():
        ours = randomised(lesson.FeedForward(config(lesson, activation=name)), 28)
        hidden = bend(x @ ours.W_1.weight.T + ours.W_1.bias)
        assert hidden.shape[-1] == D_FF
        close(ours(x), (hidden @ ours.W_2.weight.T + ours.W_2.bias).detach())


# ---- blocks --------------------------------------------------------------------------------------


def copied(ours, peer, modules, attentions):
    """The library's layer with our weights; ``modules``, ``attentions``: their name, ours."""
    state = {}
    for kind in ("weight", "bias"):
        for theirs, mine in modules.items():
            state[f"{theirs}.{kind}"] = getattr(ours.get_submodule(mine), kind)
        for theirs, mine in attentions.items():
            parts = [getattr(ours.get_submodule(f"{mine}.W_{c}"), kind) for c in "qkv"]
            state[f"{theirs}.in_proj_{kind}"] = torch.cat(parts)
            state[f"{theirs}.out_proj.{kind}"] = getattr(ours.get_submodule(f"{mine}.W_o"), kind)
    peer.load_state_dict({name: weight.detach() for name, weight in state.items()})
    return peer


MODULES = {"linear1": "feed_forward.W_1", "linear2": "feed_forward.W_2"}
MODULES |= {"norm1": "norm_1", "norm2": "norm_2"}


def same_block(ours, peer, modules, attentions):
    """Gradients of all weights."""
    for theirs, mine in modules.items():
        for kind in ("weight", "bias"):
            close(
                getattr(ours.get_submodule(mine), kind).grad,
                getattr(peer.get_submodule(theirs), kind).grad,
            )
    for theirs, mine in attentions.items():
        same_parameters(ours.get_submodule(mine), peer.get_submodule(theirs))


def check_encoder_block(lesson):
    """torch.nn.TransformerEncoderLayer: both norms, two bends, all masks; every gradient."""
    attentions = {"self_attn": "attention"}
    masks = itertools.product((False, True), (None, LENGTHS))
    for first, bend, (causal, counts) in itertools.product(
        (False, True), ("relu", "gelu"), list(masks)
    ):
        ours = randomised(
            lesson.EncoderBlock(config(lesson, norm_first=first, activation=bend)), 29
        )
        peer = nn.TransformerEncoderLayer(
            D, H, D_FF, 0.0, bend, 0.3, batch_first=True, norm_first=first, dtype=torch.float64
        )
        copied(ours, peer, MODULES, attentions)
        x = leaf(random(30, 3, 6, D))
        got = ours(x, lengths=counts, causal=causal)
        wanted = peer(
            x, future(6) if causal else None, None if counts is None else padding(counts, 6)
        )
        shown = torch.full((3,), 6) if counts is None else counts
        got, wanted = real(got, shown), real(wanted, shown)
        close(got, wanted.detach())
        upstream = random(31, *got.shape)
        same_gradients([(y * upstream).sum() for y in (got, wanted)], [x])
        (got * upstream).sum().backward()
        (wanted * upstream).sum().backward()
        same_block(ours, peer, MODULES, attentions)


def check_decoder_block(lesson):
    """torch.nn.TransformerDecoderLayer: both norms, two bends, both paddings; every gradient."""
    attentions = {"self_attn": "attention", "multihead_attn": "cross_attention"}
    modules = MODULES | {"norm3": "norm_3"}
    paddings = ((None, None), (LENGTHS, None), (None, torch.tensor([5, 2, 3])))
    for first, bend, (own, read) in itertools.product((False, True), ("relu", "gelu"), paddings):
        ours = randomised(
            lesson.DecoderBlock(config(lesson, norm_first=first, activation=bend)), 32
        )
        peer = nn.TransformerDecoderLayer(
            D, H, D_FF, 0.0, bend, 0.3, batch_first=True, norm_first=first, dtype=torch.float64
        )
        copied(ours, peer, modules, attentions)
        x, memory = leaf(random(33, 3, 6, D)), leaf(random(34, 3, 5, D))
        got = ours(x, memory, lengths=own, memory_lengths=read)
        wanted = peer(
            x, memory, future(6),
            tgt_key_padding_mask=None if own is None else padding(own, 6),
            memory_key_padding_mask=None if read is None else padding(read, 5),
        )  # fmt: skip
        shown = torch.full((3,), 6) if own is None else own
        got, wanted = real(got, shown), real(wanted, shown)
        close(got, wanted.detach())
        upstream = random(35, *got.shape)
        same_gradients([(y * upstream).sum() for y in (got, wanted)], [x, memory])
        (got * upstream).sum().backward()
        (wanted * upstream).sum().backward()
        same_block(ours, peer, modules, attentions)


def silent(block, sublayer):
    """The block with nothing added but ones, by ``sublayer`` alone."""
    ends = {"attention": "W_o", "cross_attention": "W_o", "feed_forward": "W_2"}
    with torch.no_grad():
        for name, end in ends.items():
            if hasattr(block, name):
                layer = getattr(getattr(block, name), end)
                layer.weight.zero_()
                layer.bias.fill_(float(name == sublayer))
    return block


def check_dropout(lesson):
    """Dropout falls on what each sublayer adds, alone, and not in use."""
    x, memory = random(36, 4, 30, D), random(37, 4, 3, D)
    blocks = {
        lesson.EncoderBlock: ((), ("attention", "feed_forward")),
        lesson.DecoderBlock: ((memory,), ("attention", "cross_attention", "feed_forward")),
    }
    for kind, (read, sublayers) in blocks.items():
        for sublayer in sublayers:
            torch.manual_seed(0)
            block = kind(config(lesson, norm_first=True, dropout=0.25)).double()
            added = silent(block, sublayer).train()(x, *read) - x
            assert set(added.detach().round(decimals=6).unique().tolist()) == {0.0, 1.333333}
            assert abs((added == 0).double().mean() - 0.25) < 0.07
            close(block.eval()(x, *read), x + 1)
            post = silent(kind(config(lesson, dropout=0.25)), sublayer).double()
            normed = post.train()(x, *read)
            assert not torch.allclose(normed, post(x, *read)), "drawn anew"
            close(post.eval()(x, *read), post(x, *read))


def check_no_future(lesson):
    """What a position gets doesn't depend on later ones, nor on padding."""
    for first in (False, True):
        block = randomised(lesson.EncoderBlock(config(lesson, norm_first=first)), 38)
        decoder = randomised(lesson.DecoderBlock(config(lesson, norm_first=first)), 39)
        memory = random(40, 1, 4, D)
        for run in (lambda x, f=block: f(x, causal=True), lambda x, f=decoder, m=memory: f(x, m)):
            x = leaf(random(41, 1, 6, D))
            (gradient,) = torch.autograd.grad(run(x)[0, 2].sum(), x)
            assert (gradient[0, 3:] == 0).all() and (gradient[0, :3] != 0).any(-1).all()
        x = leaf(random(42, 1, 6, D))
        (gradient,) = torch.autograd.grad(block(x, lengths=torch.tensor([4]))[0, :4].sum(), x)
        assert (gradient[0, 4:] == 0).all() and (gradient[0, :4] != 0).any(-1).all()


def check_mixed_precision(lesson):
    """Under autocast sublayers work in bfloat16, and the stream stays in float32."""
    x = random(43, 2, 5, D).float()
    for first in (False, True):
        block = randomised(lesson.EncoderBlock(config(lesson, norm_first=first)), 44).float()
        with torch.autocast("cpu", torch.bfloat16):
            out = block(x, lengths=torch.tensor([5, 3]))
        assert out.dtype == torch.float32
        close(out, block(x, lengths=torch.tensor([5, 3])).detach(), rtol=0.1, atol=0.2)


# ---- configuration and initialisation ------------------------------------------------------------


def check_config(lesson):
    made = lesson.TransformerConfig(50)
    assert dataclasses.asdict(made) == {
        "vocab_size": 50, "d_model": 128, "n_heads": 4, "n_layers": 4, "d_ff": 512,
        "max_len": 128, "dropout": 0.1, "norm_first": False, "activation": "gelu",
        "eps": 1e-5, "attention_dropout": 0.0,
    }  # fmt: skip
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.d_model = 1
    sizes = ("vocab_size", "d_model", "n_heads", "n_layers", "d_ff", "max_len")
    wrong = dict.fromkeys(sizes, 0)
    wrong |= {"dropout": 1.0, "attention_dropout": -0.1, "eps": 0.0, "activation": "swish"}
    for name, value in wrong.items():
        with pytest.raises(ValueError, match=f"{name}={value!r}"):
            dataclasses.replace(made, **{name: value})
    with pytest.raises(ValueError, match="n_heads=3"):
        dataclasses.replace(made, n_heads=3)
    for share in (0.0, 0.99):
        dataclasses.replace(made, dropout=share, attention_dropout=share)


def check_eps_reaches_the_norms(lesson):
    decoder = lesson.DecoderBlock(config(lesson, eps=0.25))
    block = lesson.EncoderBlock(config(lesson, eps=0.25))
    norms = [block.norm_1, block.norm_2, decoder.norm_1, decoder.norm_2, decoder.norm_3]
    assert [norm.eps for norm in norms] == [0.25] * 5


def check_initialise(lesson):
    model = nn.ModuleDict(
        {
            "words": nn.Embedding(400, 50),
            "linear": nn.Linear(100, 300),
            "plain": nn.Linear(100, 300, bias=False),
            "norm": lesson.LayerNorm(30),
            "library_norm": nn.LayerNorm(30),
            "recurrent": nn.LSTM(2, 2),
        }
    )
    for weight in model.parameters():
        nn.init.constant_(weight, 7.0)
    assert lesson.initialise(model, std=0.5) is model
    for name in ("words", "linear", "plain"):
        weight = model[name].weight
        assert abs(weight.std() - 0.5) < 0.02 and abs(weight.mean()) < 0.02, name
    for name in ("norm", "library_norm"):
        assert (model[name].weight == 1).all() and (model[name].bias == 0).all()
    assert (model["linear"].bias == 0).all()
    assert abs(lesson.initialise(nn.Linear(300, 300)).weight.std() - 0.02) < 0.001


CHECKS = [check for name, check in list(globals().items()) if name.startswith("check_")]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
def test_lesson(check):
    torch.manual_seed(0)
    check(importlib.import_module("notebooks.transformer"))


# ---- classic bugs --------------------------------------------------------------------------------

DROPPED = "if self.training and self.dropout > 0:\n            visible"
SUMS = """        x = self.norm_1(x, self.dropout(self.attention(x, **how)))
        return self.norm_2(x, self.dropout(self.feed_forward(x)))"""
MASKED = "scores.masked_fill(hidden, lowest).softmax(-1).masked_fill(hidden, 0)"
MUTANTS = {
    "mask after the softmax": (MASKED, "scores.softmax(-1).masked_fill(hidden, 0)"),
    "hidden scores are 0": (MASKED, "scores.masked_fill(hidden, 0).softmax(-1)"),
    "hidden is visible": ("hidden = ~visible", "hidden = visible"),
    "a blind query is NaN": (MASKED, "scores.masked_fill(hidden, -torch.inf).softmax(-1)"),
    "a blind query takes from all": (MASKED, "scores.masked_fill(hidden, lowest).softmax(-1)"),
    "no scale": (" / math.sqrt(q.shape[-1])  # (…, T, S)", "  # (…, T, S)"),
    "scaled by d_head": ("math.sqrt(q.shape[-1])  # (…, T, S)", "q.shape[-1]  # (…, T, S)"),
    "softmax over queries": (MASKED, MASKED.replace("softmax(-1)", "softmax(-2)")),
    "triangle upside down": ("visible.tril(S - T)", "visible.triu(S - T)"),
    "the next word is seen": ("visible.tril(S - T)", "visible.tril(S - T + 1)"),
    "a word doesn't see itself": ("visible.tril(S - T)", "visible.tril(S - T - 1)"),
    "a cache is forgotten by the triangle": ("visible.tril(S - T)", "visible.tril()"),
    "padding is seen": ("visible = visible & counts[:, None, None, :]", "visible = visible"),
    "one key of padding is seen": ("< lengths[:, None]  # (B, S)", "<= lengths[:, None]  # (B, S)"),
    "lengths hide queries": ("counts[:, None, None, :]", "counts[:, None, :, None]"),
    "keys and queries are exchanged": (
        "projected = project(x, self.W_q, self.W_k, self.W_v)\n        else",
        "projected = project(x, self.W_k, self.W_q, self.W_v)\n        else",
    ),
    "values from the key matrix": (
        "projected = project(x, self.W_q, self.W_k, self.W_v)\n        else",
        "projected = project(x, self.W_q, self.W_k, self.W_k)\n        else",
    ),
    "values come from the asker": (
        "projected = self.W_q(x), *project(memory, self.W_k, self.W_v)",
        "projected = self.W_q(x), self.W_k(memory), self.W_v(x)",
    ),
    "memory asks": (
        "projected = self.W_q(x), *project(memory, self.W_k, self.W_v)",
        "projected = self.W_q(memory), *project(x, self.W_k, self.W_v)",
    ),
    "projections without bias": (
        "F.linear(x, weight, bias).chunk",
        "F.linear(x, weight).chunk",
    ),
    "heads are mixed up": (
        "y.unflatten(-1, (self.n_heads, -1)).transpose(1, 2) for",
        "y.unflatten(-1, (-1, self.n_heads)).movedim(-1, 1) for",
    ),
    "heads aren't brought together": (
        "out.transpose(1, 2).flatten(2)",
        "out.flatten(1).view(len(out), out.shape[2], -1)",
    ),
    "no output matrix": (
        "return self.W_o(out.transpose(1, 2).flatten(2))",
        "return out.transpose(1, 2).flatten(2)",
    ),
    "no triangle in the fused operation": (
        "self.attend(q, k, v, causal=causal, lengths=lengths)",
        "self.attend(q, k, v, causal=False, lengths=lengths)",
    ),
    "no padding in the fused operation": (
        "self.attend(q, k, v, causal=causal, lengths=lengths)",
        "self.attend(q, k, v, causal=causal, lengths=None)",
    ),
    "the inner operation is fixed": ("out = self.attend(", "out = attention("),
    "weights without the mask": (
        "        return attention_weights(q, k, visible)\n\n    def _heads",
        "        return attention_weights(q, k)\n\n    def _heads",
    ),
    "weights of the asker alone": (
        "q, k, _ = self._heads(x, memory)",
        "q, k, _ = self._heads(x, None)",
    ),
    "weights dropped in use": (DROPPED, DROPPED.replace("self.training and ", "")),
    "weights never dropped": (DROPPED, DROPPED.replace("self.training", "False")),
    "scores are dropped": (
        "F.dropout(attention_weights(q, k, visible), self.dropout) @ v",
        "attention_weights(F.dropout(q, self.dropout), k, visible) @ v",
    ),
    "no mask where weights are dropped": (
        "F.dropout(attention_weights(q, k, visible), self.dropout) @ v",
        "F.dropout(attention_weights(q, k), self.dropout) @ v",
    ),
    "the cache isn't read": ("k, v = cache.append(k, v)", "cache.append(k, v)"),
    "the cache has keys for values": (
        "k, v = cache.append(k, v)",
        "v, k = cache.append(v, k)[::-1]",
    ),
    "packed rows see the future": (
        "max_len=max_len, causal=causal)",
        "max_len=max_len, causal=False)",
    ),
    "packed rows see each other": (
        "attention_packed(q, k, v, offsets, max_len",
        "attention_packed(q, k, v, offsets[[0, -1]], max_len",
    ),
    "positions go on in the next sentence": (
        "torch.arange(len(ids)) - offsets[:-1].repeat_interleave(lengths)",
        "torch.arange(len(ids))",
    ),
    "offsets without the end": ("F.pad(lengths.cumsum(0), (1, 0))", "F.pad(lengths, (1, 0))"),
    "sines and cosines in halves": (
        "torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)",
        "torch.cat([angles.sin(), angles.cos()], dim=1)",
    ),
    "cosine first": ("[angles.sin(), angles.cos()]", "[angles.cos(), angles.sin()]"),
    "wavelengths of i / d": ("(-torch.arange(0, d_model, 2,", "(-torch.arange(0, d_model // 2, 1,"),
    "positions count from 1": (
        "torch.arange(max_len, dtype=torch.float64)",
        "torch.arange(1, max_len + 1, dtype=torch.float64)",
    ),
    "base 1000": ("10_000.0 ** (-torch", "1_000.0 ** (-torch"),
    "angles in single precision": (
        "torch.arange(max_len, dtype=torch.float64)[:, None] * rates",
        "torch.arange(max_len)[:, None].bfloat16().double() * rates",
    ),
    "eps outside the root": (
        "return layer_norm(x, self.weight, self.bias, added, eps=self.eps)",
        """x = x if added is None else x + added
        deviation = x - x.mean(-1, keepdim=True)
        return self.weight * deviation / (deviation.std(-1, correction=0, keepdim=True)
               + self.eps) + self.bias""",
    ),
    "variance over D - 1": (
        "return layer_norm(x, self.weight, self.bias, added, eps=self.eps)",
        """x = x if added is None else x + added
        deviation = x - x.mean(-1, keepdim=True)
        return self.weight * deviation / (deviation.var(-1, keepdim=True)
               + self.eps).sqrt() + self.bias""",
    ),
    "eps is fixed": ("added, eps=self.eps)", "added)"),
    "nothing is added": ("self.bias, added, eps", "self.bias, None, eps"),
    "mixed precision is refused": ("            added = added.to(x.dtype)", "            pass"),
    "the stream is halved": ("added = added.to(x.dtype)", "x = x.to(added.dtype)"),
    "gelu for everything": (
        "self.activation = ACTIVATIONS[config.activation]",
        "self.activation = F.gelu",
    ),
    "gelu by tanh": ('"gelu": F.gelu', '"gelu": partial(F.gelu, approximate="tanh")'),
    "gelu_tanh is exact": ('partial(F.gelu, approximate="tanh")', "F.gelu"),
    "no bend": ("self.W_2(self.activation(self.W_1(x)))", "self.W_2(self.W_1(x))"),
    "post-LN where pre-LN is asked for": (
        "        self.norm_first = config.norm_first",
        "        self.norm_first = False",
    ),
    "pre-LN where post-LN is asked for": (
        "        self.norm_first = config.norm_first",
        "        self.norm_first = True",
    ),
    "no residual around attention": (
        "x = x + self.dropout(self.attention(self.norm_1(x), **how))",
        "x = self.dropout(self.attention(self.norm_1(x), **how))",
    ),
    "no residual around feed-forward": (SUMS, SUMS.replace("norm_2(x, ", "norm_2(")),
    "the residual is the normed input": (
        "            return x + self.dropout(self.feed_forward(self.norm_2(x)))",
        "            return self.norm_2(x) + self.dropout(self.feed_forward(self.norm_2(x)))",
    ),
    "one norm for both": (
        "            return x + self.dropout(self.feed_forward(self.norm_2(x)))",
        "            return x + self.dropout(self.feed_forward(self.norm_1(x)))",
    ),
    "feed-forward isn't normed": (
        "            return x + self.dropout(self.feed_forward(self.norm_2(x)))",
        "            return x + self.dropout(self.feed_forward(x))",
    ),
    "dropout on the stream": (
        "            x = x + self.dropout(self.attention(self.norm_1(x), **how))",
        "            x = self.dropout(x + self.attention(self.norm_1(x), **how))",
    ),
    "no dropout on attention": (
        "x = x + self.dropout(self.attention(self.norm_1(x), **how))",
        "x = x + self.attention(self.norm_1(x), **how)",
    ),
    "no dropout in post-LN": (SUMS, SUMS.replace("self.dropout(", "(")),
    "the block sees the future": (
        'how = {"lengths": lengths, "causal": causal,',
        'how = {"lengths": lengths, "causal": False,',
    ),
    "the block sees padding": (
        'how = {"lengths": lengths, "causal"',
        'how = {"lengths": None, "causal"',
    ),
    "the decoder sees the future": (
        '"lengths": lengths, "causal": True',
        '"lengths": lengths, "causal": False',
    ),
    "the decoder reads padding": (
        '"memory": memory, "lengths": memory_lengths',
        '"memory": memory, "lengths": None',
    ),
    "the decoder reads with the target's lengths": (
        '"memory": memory, "lengths": memory_lengths',
        '"memory": memory, "lengths": lengths',
    ),
    "the decoder asks itself twice": (
        "x = self.norm_2(x, self.dropout(self.cross_attention(x, **read)))",
        "x = self.norm_2(x, self.dropout(self.attention(x, **read)))",
    ),
    "the memory is normed": (
        "self.cross_attention(self.norm_2(x), **read)",
        "self.cross_attention(self.norm_2(x), self.norm_2(memory), lengths=memory_lengths)",
    ),
    "the decoder's cache is lost": (
        '"causal": True, "cache": cache',
        '"causal": True, "cache": None',
    ),
    "the norms have an eps of their own": (
        "self.norm_2 = LayerNorm(config.d_model, config.eps)",
        "self.norm_2 = LayerNorm(config.d_model)",
    ),
    "attention dropout is the residual's": ("config.attention_dropout", "config.dropout"),
    "biases stay": ("            nn.init.zeros_(module.bias)", "            pass"),
    "embeddings stay": (
        "isinstance(module, nn.Linear | nn.Embedding)",
        "isinstance(module, nn.Linear)",
    ),
    "norms are drawn, too": (
        "isinstance(module, nn.Linear | nn.Embedding)",
        "isinstance(module, nn.Linear | nn.Embedding | LayerNorm | nn.LayerNorm)",
    ),
    "std is a variance": (
        "normal_(module.weight, std=std)",
        "normal_(module.weight, std=std**0.5)",
    ),
    "0.02 whatever is asked": (
        "normal_(module.weight, std=std)",
        "normal_(module.weight, std=0.02)",
    ),
    "heads that don't fit are taken": (
        "        if self.d_model % self.n_heads:\n",
        "        if False:\n",
    ),
    "dropout of 1 is taken": (
        "if not 0 <= getattr(self, name) < 1:",
        "if not 0 <= getattr(self, name) <= 1:",
    ),
}


@pytest.mark.parametrize("change", MUTANTS.values(), ids=MUTANTS)
def test_mutant_is_caught(change):
    also = (pytest.fail.Exception, AttributeError)  # the latter: a weight without a gradient
    assert first_failure(mutated(LESSON, *change), CHECKS, also)

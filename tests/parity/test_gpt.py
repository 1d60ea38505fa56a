"""Lesson 08 against transformers' GPT-2 and GPT-1 and plain formulas; classic bugs are caught.

Every check takes the lesson's module, so that the mutants at the end meet the very same checks.
"""

import contextlib
import importlib
import json
import math
import tempfile
import types
from dataclasses import asdict, replace
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from parity_checks import close, first_failure, mutated
from transformers import GPT2Config, GPT2LMHeadModel, OpenAIGPTConfig, OpenAIGPTModel

from helpers import ROOT
from helpers.checkpoints import Checkpoint
from helpers.miniworld.tasks import Agreement, Cloze, Opinion

LESSON = ROOT / "notebooks" / "08_gpt.ipynb"
V, D, H, LAYERS, T = 13, 12, 3, 2, 9
SHAPES = ((13, 12, 3, 2, 20), (7, 8, 1, 1, 32), (31, 16, 4, 3, 24))  # V, D, heads, layers, d_ff
ROWS = (4, 9, 2, 4, 6)


def generator(seed):
    return torch.Generator().manual_seed(seed)


def words(seed, *shape, vocab_size=V):
    return torch.randint(vocab_size, shape, generator=generator(seed))


def randomised(module, seed):
    """The module in float64, every weight random and none small; nothing is dropped."""
    draw = generator(seed)
    with torch.no_grad():
        for weight in module.double().parameters():
            weight.copy_(torch.randn(weight.shape, generator=draw, dtype=torch.float64) / 2)
    return module.eval()


def config(lesson, **changes):
    shape = {"vocab_size": V, "d_model": D, "n_heads": H, "n_layers": LAYERS, "d_ff": 20}
    return lesson.GPTConfig(**{**shape, "max_len": T, "dropout": 0.0, **changes})


def gpt(lesson, seed=0, **changes):
    return randomised(lesson.GPT(config(lesson, **changes)), seed)


def some_rows(seed=1):
    return [words(seed + i, n) for i, n in enumerate(ROWS)]


# ---- the model is GPT-2, forward and gradients ---------------------------------------------------


def peer_of(shape, seed, **options):
    vocab_size, d_model, n_heads, n_layers, d_ff = shape
    settings = {"vocab_size": vocab_size, "n_embd": d_model, "n_head": n_heads, "n_layer": n_layers}
    settings |= {"n_inner": d_ff, "n_positions": T, "layer_norm_epsilon": 0.1}
    settings |= {"bos_token_id": None, "eos_token_id": None, **options}
    peer = randomised(GPT2LMHeadModel(GPT2Config(**settings)), seed)
    peer.loss_type = "ForCausalLM"
    return peer


def ours_of(lesson, peer, shape):
    names = ("vocab_size", "d_model", "n_heads", "n_layers", "d_ff")
    settings = dict(zip(names, shape, strict=True))
    ours = lesson.GPT(lesson.GPTConfig(**settings, max_len=T, eps=0.1)).double().eval()
    ours.load_state_dict(lesson.gpt2_weights(peer.state_dict()))
    return ours


def same_loss_and_gradients(lesson, ours, peer, text, batch):
    loss = lesson.lm_loss(ours, text)
    wanted = peer(**batch, use_cache=False).loss
    close(loss, wanted.detach())
    loss.backward()
    wanted.backward()
    theirs = {name: weight.grad for name, weight in peer.named_parameters()}
    theirs = lesson.gpt2_weights(theirs)
    for name, weight in ours.named_parameters():
        assert weight.grad.abs().max() > 0, name
        close(weight.grad, theirs[name])


def check_full_rows_are_gpt2s(lesson):
    for seed, shape in enumerate(SHAPES):
        peer = peer_of(shape, seed)
        ours = ours_of(lesson, peer, shape)
        ids = words(seed, 3, T + 1, vocab_size=shape[0])
        states = ours(ids[:, :-1])
        assert states.shape == (3, T, shape[1])
        close(states, peer.transformer(ids[:, :-1]).last_hidden_state.detach())
        close(ours.logits(states), peer(ids[:, :-1]).logits.detach())
        targets = ids[:, 1:].contiguous()
        batch = {"input_ids": ids[:, :-1], "labels": targets, "shift_labels": targets}
        same_loss_and_gradients(lesson, ours, peer, lesson.Text.full(ids), batch)


def check_packed_rows_are_gpt2s(lesson):
    """Packed here, padded with a mask there."""
    for seed, shape in enumerate(SHAPES):
        peer = peer_of(shape, seed)
        ours = ours_of(lesson, peer, shape)
        rows = [row % shape[0] for row in some_rows(seed)]
        pad = torch.nn.utils.rnn.pad_sequence
        inputs = pad([row[:-1] for row in rows], batch_first=True)
        targets = pad([row[1:] for row in rows], batch_first=True, padding_value=-100)
        batch = {"input_ids": inputs, "labels": targets, "shift_labels": targets}
        batch["attention_mask"] = (targets >= 0).long()
        same_loss_and_gradients(lesson, ours, peer, lesson.Text.of(rows), batch)


def check_defaults_are_gpt2s(lesson):
    made = lesson.GPTConfig(50)
    assert made.norm_first and made.activation == "gelu_tanh" and made.eps == 1e-5


def check_post_ln_is_gpt1s(lesson):
    """``norm_first=False`` is the model of 2018: norms after the sums, none at the end."""
    settings = {"vocab_size": V, "n_embd": D, "n_head": H, "n_layer": LAYERS, "n_positions": T}
    peer = randomised(OpenAIGPTModel(OpenAIGPTConfig(**settings, layer_norm_epsilon=0.1)), 3)
    ours = gpt(lesson, 4, norm_first=False, d_ff=4 * D, eps=0.1)
    state = {
        name.replace("tokens_embed", "wte").replace("positions_embed", "wpe"): value
        for name, value in peer.state_dict().items()
        if name != "position_ids"
    }
    ours.load_state_dict(lesson.gpt2_weights(state))
    ids = words(5, 2, T)
    close(ours(ids), peer(ids).last_hidden_state.detach())


def check_no_future(lesson):
    model = gpt(lesson)
    ids = words(6, 2, T)
    for place in range(1, T):
        changed = ids.clone()
        changed[:, place:] = (ids[:, place:] + 1) % V
        close(model(changed)[:, :place], model(ids)[:, :place])
        assert not torch.allclose(model(changed)[:, place], model(ids)[:, place])


def check_initialisation(lesson):
    torch.manual_seed(0)
    shape = {"vocab_size": 300, "d_model": 64, "n_heads": 4, "n_layers": 8, "d_ff": 256}
    for norm_first, added in ((True, 0.02 / 4), (False, 0.02)):
        model = lesson.GPT(lesson.GPTConfig(**shape, norm_first=norm_first))
        for name, weight in model.named_parameters():
            if name.endswith("bias"):
                assert (weight == 0).all(), name
            elif "norm" in name:
                assert (weight == 1).all(), name
            else:
                wanted = added if "W_o" in name or "W_2" in name else 0.02
                assert abs(weight.std() - wanted) < 0.05 * wanted, name
        assert isinstance(model.norm, torch.nn.Identity) == (not norm_first)


def check_dropout(lesson):
    """On the embeddings and on what each sublayer adds; none in use."""
    model = gpt(lesson, dropout=0.5)
    ids = words(7, 2, T)
    assert torch.equal(model(ids), model(ids))
    model.train()
    assert not torch.allclose(model(ids), model(ids))
    for block in model.blocks:
        block.dropout.p = 0.0
    assert not torch.allclose(model(ids), model(ids)), "the embeddings' is left"
    assert model.dropout.p == 0.5


def check_lengths_are_checked(lesson):
    model = gpt(lesson)
    model(words(8, 1, T))
    cache = lesson.KVCache(model.config)
    model(words(8, 1, T - 1), cache=cache)
    long = lesson.Text.of([words(9, T + 2)])
    for call in (
        lambda: model(words(8, 1, T + 1)),
        lambda: model(words(8, 1, 2), cache=cache),
        lambda: long.states(model),
        lambda: lesson.generate(model, words(8, 1, 4), T - 3),
    ):
        with pytest.raises(ValueError, match=f"{T + 1} tokens are more than max_len={T}"):
            call()
    assert lesson.generate(model, words(8, 1, 4), T - 4).shape == (1, T)


# ---- weights from transformers -------------------------------------------------------------------


def check_loading(lesson):
    shape = SHAPES[0]
    for activation, own in (("gelu_new", "gelu_tanh"), ("gelu", "gelu"), ("relu", "relu")):
        peer = peer_of(shape, 10, activation_function=activation, resid_pdrop=0.3, attn_pdrop=0.2)
        with saved(peer) as folder:
            model = lesson.load_gpt2(folder)
        wanted = replace(
            ours_of(lesson, peer, shape).config,
            activation=own, dropout=0.3, attention_dropout=0.2,
        )  # fmt: skip
        assert model.config == wanted and not model.training
        ids = words(11, 2, T)
        close(model.double()(ids), peer.transformer(ids).last_hidden_state.detach())


def check_old_files(lesson):
    """Without a prefix, with masks, with the softmax beside its twin."""
    peer = peer_of(SHAPES[0], 12)
    state = {k.removeprefix("transformer."): w for k, w in peer.state_dict().items()}
    state |= {"h.0.attn.bias": torch.ones(1, 1, T, T), "h.1.attn.masked_bias": torch.tensor(-1e4)}
    found, wanted = (lesson.gpt2_weights(s) for s in (state, peer.state_dict()))
    assert found.keys() == wanted.keys() == lesson.GPT(config(lesson)).state_dict().keys()
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)


def check_misfits_are_named(lesson):
    peer = peer_of(SHAPES[0], 13)
    with saved(peer, n_layer=1) as folder, pytest.raises(ValueError, match=r"blocks\.1\.norm_1"):
        lesson.load_gpt2(folder)
    with saved(peer, n_layer=3) as folder, pytest.raises(ValueError, match=r"blocks\.2\.norm_1"):
        lesson.load_gpt2(folder)
    with (
        saved(peer, n_positions=5) as folder,
        pytest.raises(ValueError, match=r"positions\.weight"),
    ):
        lesson.load_gpt2(folder)
    unknown = pytest.raises(ValueError, match="activation_function='swish'")
    with saved(peer, activation_function="swish") as folder, unknown:
        lesson.load_gpt2(folder)


@contextlib.contextmanager
def saved(peer, **changes):
    """A folder as transformers saves it, its config.json changed."""
    with tempfile.TemporaryDirectory() as folder:
        peer.save_pretrained(folder)
        path = Path(folder) / "config.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))
        yield folder


# ---- the cache -----------------------------------------------------------------------------------


def check_cache_is_no_cache(lesson):
    """The same states at every position, however the text is cut."""
    for norm_first in (True, False):
        model = gpt(lesson, 14, norm_first=norm_first)
        ids = words(15, 2, T)
        whole = model(ids)
        for cut in ([T], [1] * T, [4, 1, 1, 3], [3, 5, 1]):
            cache, parts, read = lesson.KVCache(model.config), [], 0
            for part in ids.split(cut, dim=1):
                parts.append(model(part, cache=cache))
                read += part.shape[1]
                assert cache.length == read
            close(torch.cat(parts, 1), whole)


def check_cache_room(lesson):
    layer = lesson.LayerCache(6)
    k, v = torch.randn(2, 2, 3, 6, 4)
    for start, end in ((0, 2), (2, 3), (3, 6)):
        keys, values = layer.append(k[:, :, start:end], v[:, :, start:end])
        assert torch.equal(keys, k[:, :, :end]) and torch.equal(values, v[:, :, :end])
        assert layer.length == end


# ---- choosing a token ----------------------------------------------------------------------------


def plain_probabilities(scores, temperature, top_k, top_p):
    """One row, by sorting: temperature, then the k best, then the nucleus."""
    scores = np.asarray(scores, dtype=float) / temperature
    order = np.argsort(-scores, kind="stable")
    kept = set(order[:top_k] if top_k else order)
    mass = np.array([math.exp(s) if i in kept else 0.0 for i, s in enumerate(scores)])
    mass /= mass.sum()
    if top_p:
        total, nucleus = 0.0, []
        for i in order:
            if total >= top_p:
                break
            nucleus.append(i)
            total += mass[i]
        mass = np.array([p if i in nucleus else 0.0 for i, p in enumerate(mass)])
    return mass / mass.sum()


def check_next_probabilities(lesson):
    scores = 2 * torch.randn(5, 11, generator=generator(16), dtype=torch.float64)
    for temperature in (1.0, 0.4, 2.5):
        for top_k in (None, 1, 4, 11, 50):
            for top_p in (None, 0.3, 0.75, 1.0):
                got = lesson.next_probabilities(scores, temperature, top_k, top_p)
                for row, p in zip(scores, got, strict=True):
                    close(p, plain_probabilities(row, temperature, top_k, top_p))
    cold = lesson.next_probabilities(scores, temperature=0)
    assert torch.equal(cold, F.one_hot(scores.argmax(-1), 11).double())
    crossing = lesson.next_probabilities(torch.tensor([0.6, 0.3, 0.1]).log(), top_p=0.5)
    assert crossing.tolist() == [1, 0, 0], "the token that crosses p stays"


def check_sampling_settings(lesson):
    scores = torch.zeros(4)
    for settings, name in (
        ({"temperature": -1}, "temperature=-1"), ({"temperature": math.nan}, "temperature=nan"),
        ({"top_k": 0}, "top_k=0"), ({"top_p": 0.0}, "top_p=0.0"), ({"top_p": 1.1}, "top_p=1.1"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=name):
            lesson.next_probabilities(scores, **settings)


def check_draw(lesson):
    scores = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 5.0]])
    assert lesson.draw(scores, temperature=0).tolist() == [[0], [2]]
    many = lesson.draw(scores[:1].expand(20_000, -1), top_k=2, generator=generator(17))[:, 0]
    shares = torch.bincount(many, minlength=3) / 20_000
    assert (shares - torch.tensor([0.7311, 0.2689, 0])).abs().max() < 0.02, "6 standard errors"
    assert many.equal(lesson.draw(scores[:1].expand(20_000, -1), 1.0, 2, None, generator(17))[:, 0])


def check_generate(lesson):
    """Greedy is the best token of the whole text so far, with the cache and without."""
    model = gpt(lesson, 18)
    prompt = words(19, 3, 2)
    wanted = prompt
    for _ in range(5):
        best = model.logits(model(wanted))[:, -1].argmax(-1, keepdim=True)
        wanted = torch.cat([wanted, best], 1)
    for cache in (True, False):
        got = lesson.generate(model, prompt, 5, temperature=0, cache=cache)
        assert torch.equal(got, wanted)
    how = {"temperature": 1.7, "top_k": 6, "top_p": 0.9}
    drawn = [lesson.generate(model, prompt, 6, **how, cache=c, generator=generator(20))
             for c in (True, False)]  # fmt: skip
    assert torch.equal(*drawn) and not drawn[0].requires_grad
    assert not drawn[0].equal(lesson.generate(model, prompt, 6, **how, generator=generator(21)))
    for narrow in ({"top_k": 1}, {"top_p": 1e-6}, {"temperature": 1e-4}):
        assert torch.equal(lesson.generate(model, prompt, 5, **narrow), wanted)


def check_stop(lesson):
    """What was drawn up to the stop, then stops; no longer than the last row needs."""
    model = gpt(lesson, 22)
    prompt = words(23, 6, 2)

    def drawn(rows, stop=None):
        hot = {"temperature": 5.0, "generator": generator(24)}
        return lesson.generate(model, rows, 7, **hot, stop=stop)[:, 2:].tolist()

    free, stop = drawn(prompt), 4
    assert 0 < sum(stop in row for row in free) < len(free), "some rows end, some don't"
    for row, whole in zip(drawn(prompt, stop), free, strict=True):
        end = whole.index(stop) if stop in whole else 7
        assert row == whole[:end] + [stop] * (7 - end)
    alone = drawn(prompt[:1])[0]
    assert drawn(prompt[:1], alone[2]) == [alone[: alone.index(alone[2]) + 1]]


# ---- text ----------------------------------------------------------------------------------------


DOCUMENTS = [["the cat sleeps.", "the dog runs."], ["a cat runs."], ["the dog sleeps."]] * 5


def tokenizer(lesson, vocab_size=290):
    return lesson.Tokenizer.train((s for d in DOCUMENTS for s in d), vocab_size)


def check_tokenizer(lesson):
    made = tokenizer(lesson)
    assert len(made) == len(made.bpe.vocab) > 270
    assert len({made.start, made.delimiter, made.extract}) == 3
    assert made.bpe.tokens("<|text|>") == ["<|text|>"] and made.bpe.vocab["<|text|>"] == made.start
    assert made.bpe.vocab["<|delimiter|>"] == made.delimiter
    assert made.bpe.vocab["<|extract|>"] == made.extract
    assert made.encode("the cat") == made.bpe.encode(" the cat")
    assert made.encode("cat")[0] == made.encode("the cat")[-1], "a word is itself anywhere"
    assert made.decode(torch.tensor(made.encode("née cats!"))) == "née cats!"
    assert made.prompt("a cat").tolist() == [made.start, *made.encode("a cat")]
    assert made.prompt("a cat").dtype == torch.int64
    wanted = [made.start, *made.encode("the cat sleeps. the dog runs."), made.start]
    wanted += made.encode("a cat runs.")
    assert made.stream(DOCUMENTS[:2]).tolist() == wanted


def check_text(lesson):
    ids = words(24, 3, 6)
    full = lesson.Text.full(ids)
    assert full.inputs.equal(ids[:, :-1]) and full.targets.equal(ids[:, 1:])
    assert full.offsets is None and full.positions is None
    rows = some_rows()
    text = lesson.Text.of(rows)
    ordered = sorted(rows, key=len)
    assert text.inputs.equal(torch.cat([row[:-1] for row in ordered]))
    assert text.targets.equal(torch.cat([row[1:] for row in ordered]))
    lengths = [len(row) - 1 for row in ordered]
    assert text.offsets.tolist() == [0, *np.cumsum(lengths)] and text.max_len == max(lengths)
    assert text.positions.tolist() == [i for n in lengths for i in range(n)]


def plain_nats(model, row):
    """−log p of each token but the first, one prefix at a time."""
    found = []
    for end in range(1, len(row)):
        scores = model.logits(model(row[None, :end]))[0, -1]
        found.append(scores.logsumexp(0) - scores[row[end]])
    return torch.stack(found).detach()


def check_lm_loss(lesson):
    """The mean over all predicted tokens, by the chain rule."""
    model = gpt(lesson, 25)
    rows = some_rows()
    nats = [plain_nats(model, row) for row in rows]
    close(lesson.lm_loss(model, lesson.Text.of(rows)).detach(), torch.cat(nats).mean())
    full = lesson.Text.full(torch.stack([rows[0], rows[3]]))
    close(lesson.lm_loss(model, full).detach(), torch.cat([nats[0], nats[3]]).mean())


def check_token_nats(lesson):
    model, rows = gpt(lesson, 26), some_rows()
    for at_once in (1, 7, 4096):
        found = lesson.token_nats(model, rows, at_once)
        assert len(found) == len(rows)
        for got, row in zip(found, rows, strict=True):
            close(got, plain_nats(model, row))
            assert not got.requires_grad


def check_texts_and_continuations(lesson):
    made = tokenizer(lesson)
    model = gpt(lesson, 27, vocab_size=290, max_len=40)
    prompts, ends = ["the cat", "a dog"], ["sleeps.", "runs. the cat sleeps."]
    got = lesson.continuation_nats(model, made, prompts, ends)
    whole = [f"{a} {b}" for a, b in zip(prompts, ends, strict=True)]
    for value, text, end in zip(got, whole, ends, strict=True):
        close(value, plain_nats(model, made.prompt(text))[-len(made.encode(end)) :].sum())
    sums = [plain_nats(model, made.prompt(text)).sum() for text in whole]
    close(lesson.text_nats(model, made, whole), torch.stack(sums))


def check_nats_per_word(lesson):
    """Rows side by side, every token but the first predicted once, divided by the words."""
    made = tokenizer(lesson)
    model = gpt(lesson, 28, vocab_size=290)
    for documents in (DOCUMENTS[:2], DOCUMENTS[:7]):
        ids = made.stream(documents)
        total = 0.0
        for start in range(0, len(ids) - 1, T):
            total += plain_nats(model, ids[start : start + T + 1]).sum().item()
        n_words = sum(len(s.split()) for d in documents for s in d)
        assert lesson.nats_per_word(model, made, documents) == pytest.approx(total / n_words)


def check_completions(lesson):
    made = tokenizer(lesson)
    model = gpt(lesson, 29, vocab_size=290, max_len=30)
    prompts = [made.prompt(text) for text in ("the cat", "a", "the dog runs.", "a dog")]
    for prompt, got in zip(prompts, lesson.completions(model, made, prompts, 4), strict=True):
        longer = lesson.generate(model, prompt[None], 4, temperature=0)[0, len(prompt) :]
        assert got == made.decode(longer)
        stop = longer[2].item()
        cut = longer[: longer.tolist().index(stop)]
        assert lesson.completions(model, made, [prompt], 4, stop) == [made.decode(cut)]


def check_stream(lesson):
    ids = torch.arange(1000)
    stream = lesson.Stream(ids, 7, 4, seed=5)
    batches = [stream.at(k) for k in range(3 * len(stream))]
    for batch in batches:
        assert batch.inputs.shape == (4, 7) and batch.targets.equal(batch.inputs + 1)
        assert all(row.equal(torch.arange(row[0], row[0] + 7)) for row in batch.inputs)
    passes = [batches[i * len(stream) : (i + 1) * len(stream)] for i in range(3)]
    starts = [[int(row[0]) for batch in some for row in batch.inputs] for some in passes]
    for some in starts:
        assert len({start // 7 for start in some}) == len(some), "no token twice"
        assert len({start % 7 for start in some}) == 1 and some != sorted(some)
        assert len(some) > 0.95 * 1000 / 7
    assert len({some[0] % 7 for some in starts}) > 1, "passes are cut elsewhere"
    assert stream.at(4).inputs.equal(lesson.Stream(ids, 7, 4, seed=5).at(4).inputs)
    assert not stream.at(4).inputs.equal(lesson.Stream(ids, 7, 4, seed=6).at(4).inputs)
    assert stream.size(3) == 4
    other = lesson.Stream(ids + 1, 7, 4, seed=5)
    assert stream.describe() != other.describe() and stream.describe() == stream.describe()
    with pytest.raises(ValueError, match="29 tokens are too few for 4 rows of 7"):
        lesson.Stream(ids[:29], 7, 4)


def check_pretraining(lesson):
    """A text with few ways to go on is learned nearly by heart, and the seed decides."""
    made = tokenizer(lesson)
    ids = made.stream(DOCUMENTS * 8)
    recipe = lesson.Pretraining(epochs=5, lr=0.02, batch_size=4, seed=1)
    models = []
    for _ in range(2):
        torch.manual_seed(0)
        models.append(lesson.GPT(config(lesson, vocab_size=290)))
        history = lesson.pretrain(models[-1], ids, recipe, progress=False)
    assert len(history.losses) == 5 * len(lesson.Stream(ids, T, 4))
    assert np.mean(history.losses[-5:]) < 0.8
    assert torch.equal(models[0].tokens.weight, models[1].tokens.weight)


# ---- tasks ---------------------------------------------------------------------------------------


def check_transformations(lesson):
    made = tokenizer(lesson)
    a, b, c = ("the cat", "a dog runs.", "sleeps.")
    s, d, e = [made.start], [made.delimiter], [made.extract]

    def lists(rows):
        return [row.tolist() for row in rows]

    first, second, third = (made.encode(text) for text in (a, b, c))
    assert lists(lesson.classification(made, a)) == [s + first + e]
    assert lists(lesson.entailment(made, a, b)) == [s + first + d + second + e]
    both = [s + first + d + second + e, s + second + d + first + e]
    assert lists(lesson.similarity(made, a, b)) == both
    wanted = [s + first + d + second + e, s + first + d + third + e]
    assert lists(lesson.multiple_choice(made, a, [b, c])) == wanted
    assert lesson.marked(made, a, b, c).tolist() == s + first + d + second + d + third + e


def examples_of(seed, n_rows, n=4):
    rows = [words(seed + i, 2 + (5 * i) % 7) for i in range(n * n_rows)]
    return [(rows[i * n_rows : (i + 1) * n_rows], i % 2) for i in range(n)]


def check_examples(lesson):
    pairs = examples_of(30, 2)
    batch = lesson.Examples.of(pairs)
    rows = [row for own, _ in pairs for row in own]
    assert batch.ids.equal(torch.cat(rows)) and batch.n_rows == 2
    assert batch.max_len == max(map(len, rows)) and batch.labels.tolist() == [0, 1, 0, 1]
    assert batch.offsets.tolist() == [0, *np.cumsum([len(row) for row in rows])]


def check_task_model(lesson):
    """The head reads each row's last state; rows of an example are added, or scored one by one."""
    body = gpt(lesson, 31)
    for n_rows, choose in ((1, False), (2, False), (3, True)):
        model = randomised(lesson.TaskModel(body, 3, choose), 32)
        pairs = examples_of(33, n_rows)
        scores, states = model(lesson.Examples.of(pairs))
        last = [[body(row[None])[0, -1] for row in rows] for rows, _ in pairs]
        if choose:
            wanted = torch.stack([model.head(torch.stack(own))[:, 0] for own in last])
        else:
            wanted = torch.stack([model.head(sum(own)) for own in last])
        close(scores, wanted.detach())
        assert states.shape == (sum(len(row) for rows, _ in pairs for row in rows), D)


def check_task_loss(lesson):
    body = gpt(lesson, 34)
    model = randomised(lesson.TaskModel(body, 2), 35)
    pairs = examples_of(36, 2)
    batch = lesson.Examples.of(pairs)
    task = F.cross_entropy(model(batch)[0], batch.labels)
    nats = torch.cat([plain_nats(body, row) for rows, _ in pairs for row in rows])
    for lam in (0.5, 1.0, 8.0):
        wanted = (nats.mean() + lam * task) / (1 + lam)
        close(lesson.task_loss(lam)(model, batch), wanted.detach())
    close(lesson.task_loss(math.inf)(model, batch), task.detach())
    loss = lesson.task_loss(math.inf)(model, batch)
    (gradient,) = torch.autograd.grad(loss, body.tokens.weight)
    unused = [token for token in range(V) if token not in batch.ids]
    assert (gradient[unused] == 0).all(), "no word is predicted"


def check_shuffled_targets(lesson):
    """The same tokens in another order: their mean is another, and it changes."""
    body = gpt(lesson, 37)
    model = randomised(lesson.TaskModel(body, 2), 38)
    batch = lesson.Examples.of(examples_of(39, 1, n=12))
    straight = lesson.task_loss(1.0)(model, batch)
    dealt = torch.stack([lesson.task_loss(1.0, shuffled=True)(model, batch) for _ in range(3)])
    assert not torch.isclose(dealt, straight).any() and len(set(dealt.tolist())) == 3


LABELLED = [("the cat sleeps.", 1), ("the dog sleeps.", 0), ("a cat runs.", 1), ("a dog runs.", 0)]


def check_fine_tuning(lesson):
    """Learns what can be learned; the given model stays, head and dropout are as told."""
    made = tokenizer(lesson)
    torch.manual_seed(0)
    body = lesson.GPT(config(lesson, vocab_size=290)).eval()
    kept = {name: weight.clone() for name, weight in body.state_dict().items()}
    pairs = [(lesson.classification(made, text), label) for text, label in LABELLED * 4]
    how = lesson.Tuning(lr=0.01, epochs=10, least=80, batch_size=4, dropout=0.1, lam=8.0)
    tuned = [lesson.fine_tune(body, pairs, how, seed=3) for _ in range(2)]
    found = lesson.answers(tuned[0], [rows for rows, _ in pairs], at_once=5)
    assert found.tolist() == [label for _, label in pairs]
    assert not tuned[0].training and tuned[0].body.config.dropout == 0.1
    assert torch.equal(tuned[0].head.weight, tuned[1].head.weight), "the seed decides"
    assert all(torch.equal(kept[name], weight) for name, weight in body.state_dict().items())
    assert body.config.dropout == 0.0


def check_number_of_updates(lesson):
    """As many passes as asked, or at least so many updates; λ and the control reach the loss."""
    body = gpt(lesson, 40).float()
    with recorded_training(lesson) as calls:
        how = lesson.Tuning(epochs=3, least=10, batch_size=2, lr=0.5, warmup=0.2, lam=4.0)
        lesson.fine_tune(body, examples_of(41, 1, n=6), how, 0)
        lesson.fine_tune(body, examples_of(41, 1, n=6), replace(how, epochs=9, shuffled=True), 0)
    assert [call["config"].steps for call in calls] == [10, 27]
    assert calls[0]["config"].lr == 0.5 and calls[0]["config"].warmup == 0.2
    batch = lesson.Examples.of(examples_of(42, 1))
    model = lesson.TaskModel(body)
    close(calls[0]["loss"](model, batch), lesson.task_loss(4.0)(model, batch).detach())
    assert not torch.isclose(calls[1]["loss"](model, batch), calls[0]["loss"](model, batch))


@contextlib.contextmanager
def recorded_training(lesson):
    """Instead of training, `train` notes what it is given."""
    calls, real = [], lesson.train

    def note(model, loss_fn, batches, config, **options):
        calls.append({"loss": loss_fn, "batches": batches, "config": config, **options})
        return types.SimpleNamespace(losses=[1.0])

    lesson.train = note
    try:
        yield calls
    finally:
        lesson.train = real


def check_answering(lesson):
    made = tokenizer(lesson)
    rows = [lesson.marked(made, "the cat", "a dog runs."), lesson.marked(made, "a", "cat")]
    text = lesson.answering(rows, made.delimiter)
    plain = lesson.Text.of(rows)
    assert text.inputs.equal(plain.inputs)
    wanted = []
    for row in sorted(rows, key=len):
        place = row.tolist().index(made.delimiter)
        wanted += [-100] * place + row[place + 1 :].tolist()
    assert text.targets.tolist() == wanted


def check_writing(lesson):
    """A model learns to say the other word, and to stop."""
    made = tokenizer(lesson)
    torch.manual_seed(0)
    body = lesson.GPT(config(lesson, vocab_size=290, max_len=12)).eval()
    kept = body.tokens.weight.clone()
    rows = [lesson.marked(made, "cat", "dog"), lesson.marked(made, "dog", "cat")]
    how = lesson.Tuning(lr=0.01, least=150, batch_size=2, dropout=0.0)
    writer = lesson.tune_to_answer(body, rows, made.delimiter, how, 0)
    behind = torch.tensor([made.delimiter])
    asked = [torch.cat([made.prompt(text), behind]) for text in ("cat", "dog")]
    assert lesson.completions(writer, made, asked, 4, stop=made.extract) == ["dog", "cat"]
    assert torch.equal(body.tokens.weight, kept) and not writer.training


# ---- the exam, checkpoints, the rung -------------------------------------------------------------


def fact(template, answer, exposure, *others):
    return Cloze(template, answer, "P1", "x", exposure, (answer, *others))


def check_recall_and_agreement(lesson):
    rows = [(fact(f"A {i} is [Y] .", "cat", i), "often" if i else "never") for i in range(4)]
    said = ["cat.", "cat", "dog", "cats"]
    with mock.patch.object(lesson, "completions", lambda *_: said):
        shares = lesson.recall(None, tokenizer(lesson), rows)
    assert shares == {"never": 1.0, "often": pytest.approx(1 / 3)}
    pairs = [
        Agreement(f"good {i}", f"bad {i}", (), 0, "", "simple" if i < 3 else "far", "", 0)
        for i in range(4)
    ]
    nats = {"good 0": 1.0, "good 1": 3.0, "good 2": 1.0, "good 3": 2.0}

    def told(model, made, texts):
        return torch.tensor([nats.get(text, 2.5) for text in texts])

    with mock.patch.object(lesson, "text_nats", told):
        shares = lesson.agreement(None, None, pairs)
    assert shares == {"simple": pytest.approx(2 / 3), "far": 1.0}


def checkpoint(lesson, **changes):
    made = tokenizer(lesson)
    torch.manual_seed(0)
    model = lesson.GPT(config(lesson, vocab_size=290, max_len=30, **changes)).eval()
    settings = {"config": asdict(model.config), "tokenizer": made.bpe.settings()}
    weights = {name: weight.half() for name, weight in model.state_dict().items()}
    return model, made, Checkpoint(json.loads(json.dumps(settings)), weights, {"sha256": "0"})


def check_restoring(lesson):
    model, made, kept = checkpoint(lesson)
    restored, its = lesson.restore(kept)
    assert not restored.training and restored.config == model.config
    assert its.bpe.merges == made.bpe.merges and its.start == made.start
    ids = words(43, 2, 7)
    torch.testing.assert_close(restored(ids), model(ids), atol=0.02, rtol=0.02)


FILMS = {
    split: [Opinion(text, label, "plain", "films", ()) for text, label in LABELLED * 2]
    for split in ("train", "test", "unseen")
}


def check_lambda_rows(lesson):
    model, made, _ = checkpoint(lesson)
    seen = []

    def tuned(start, pairs, how, seed):
        assert start is model and len(pairs) == 8
        seen.append((how.lam, seed))
        return None

    with (
        mock.patch.object(lesson, "fine_tune", tuned),
        mock.patch.object(lesson, "answers", lambda learner, rows: torch.ones(len(rows)).long()),
        mock.patch.object(lesson.tasks, "sentiment", lambda domain, n, seed: FILMS),
    ):
        rows = lesson.lambda_rows(model, made, sizes=(8,), seeds=(0, 4))
    assert seen == [(lam, seed) for seed in (0, 4) for lam in (0.5, 1, 2, 8, math.inf)]
    assert [row["lambda"] for row in rows[:5]] == ["0.5", "1", "2", "8", "task only"]
    assert rows[0] == {"labels": 8, "seed": 0, "lambda": "0.5", "test": 50.0, "unseen": 50.0}


def check_rung(lesson):
    _, _, kept = checkpoint(lesson)
    asked = []

    def load(name):
        asked.append(name)
        return kept

    rows = [Opinion(text.title(), label, "plain", "films", ()) for text, label in LABELLED * 4]
    quick = lesson.Tuning(lr=0.02, least=60, batch_size=8, dropout=0.0, lam=math.inf)
    marked = mock.Mock(wraps=lesson.classification)
    with (
        mock.patch.object(lesson.checkpoints, "load", load),
        mock.patch.object(lesson, "RUNG_TUNING", quick),
        mock.patch.object(lesson, "classification", marked),
    ):
        predict = lesson.learn_gpt(rows, 0)
        found = predict([row.text for row in rows])
    assert {call.args[1] for call in marked.call_args_list} == {t[:-1] for t, _ in LABELLED}
    assert asked == ["gpt_ladder"] and isinstance(found, np.ndarray)
    assert found.tolist() == [row.label for row in rows]
    assert lesson.gpt.name == "GPT" and lesson.gpt.checkpoint == "gpt_ladder"
    n_weights = sum(w.numel() for w in lesson.GPT(lesson.RUNG_CONFIG).parameters())
    assert n_weights <= 1_000_000
    assert lesson.written(["a", "film", "."]) == "a film ."


TRAINING = ("check_fine_tuning", "check_pretraining", "check_rung", "check_writing")
CHECKS = [check for name, check in sorted(globals().items()) if name.startswith("check_")]
CHECKS.sort(key=lambda check: check.__name__ in TRAINING)  # most mutants fail a quick one
ALSO = (AttributeError, KeyError, TypeError, FloatingPointError, pytest.fail.Exception)


@pytest.fixture(scope="module")
def lesson():
    return importlib.import_module("notebooks.gpt")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_parity(check, lesson):
    torch.manual_seed(0)
    check(lesson)


# ---- mutants -------------------------------------------------------------------------------------

MUTANTS = {
    "exact GELU": ('activation: str = "gelu_tanh"', 'activation: str = "gelu"'),
    "post-LN": ("norm_first: bool = True", "norm_first: bool = False"),
    "no last norm": (
        "LayerNorm(config.d_model, config.eps) if config.norm_first else nn.Identity()",
        "nn.Identity()",
    ),
    "a last norm for GPT-1": (
        "LayerNorm(config.d_model, config.eps) if config.norm_first else nn.Identity()",
        "LayerNorm(config.d_model, config.eps)",
    ),
    "the last norm has its own eps": (
        "LayerNorm(config.d_model, config.eps) if",
        "LayerNorm(config.d_model) if",
    ),
    "no positions": (
        "self.tokens(ids) + self.positions(positions)",
        "self.tokens(ids) + 0 * self.positions(positions)",
    ),
    "the mask is missing": ("causal=True, offsets", "causal=False, offsets"),
    "packed rows see one another": ("causal=True, offsets=offsets", "causal=True, offsets=None"),
    "one block for all layers": (
        "nn.ModuleList(EncoderBlock(config) for _ in range(config.n_layers))",
        "nn.ModuleList([EncoderBlock(config)] * config.n_layers)",
    ),
    "the softmax has weights of its own": (
        "        return F.linear(states, self.tokens.weight)",
        "        return F.linear(states, self.tokens.weight.roll(1, 0))",
    ),
    "embeddings aren't dropped": ("x = self.dropout(self.tokens(ids)", "x = (self.tokens(ids)"),
    "what is added isn't made small": ("math.sqrt(2 * self.config.n_layers)", "1.0"),
    "small by the number of layers alone": (
        "math.sqrt(2 * self.config.n_layers)",
        "math.sqrt(self.config.n_layers)",
    ),
    "GPT-1's are made small, too": (
        "        if config.norm_first:\n            self._sh",
        "        if True:\n            self._sh",
    ),
    "a position too many": ("if n > self.config.max_len:", "if n > self.config.max_len + 1:"),
    "a position too few": ("if n > self.config.max_len:", "if n >= self.config.max_len:"),
    "positions off by one behind the cache": (
        "start = 0 if cache is None else cache.length",
        "start = 0 if cache is None else max(0, cache.length - 1)",
    ),
    "positions start anew behind the cache": (
        "start = 0 if cache is None else cache.length",
        "start = 0",
    ),
    "all layers share a cache": ("else cache.layers[depth]", "else cache.layers[0]"),
    "the cache forgets": ("        self.length = end\n", "        self.length = k.shape[2]\n"),
    "values are keys": (
        "self.values[:, :, self.length : end] = v",
        "self.values[:, :, self.length : end] = k",
    ),
    "the new keys aren't seen": (
        "return self.keys[:, :, :end], self.values[:, :, :end]",
        "return self.keys[:, :, : max(1, end - 1)], self.values[:, :, : max(1, end - 1)]",
    ),
    "matrices aren't transposed": ('if ".c_" in name and value.ndim == 2:', "if False:"),
    "queries and keys are exchanged": ('zip("qkv", value.chunk(3)', 'zip("kqv", value.chunk(3)'),
    "the softmax is a weight": ('if name == "lm_head.weight" or name.ends', "if name.ends"),
    "masks are weights": ('name.endswith((".attn.bias", ".attn.masked_bias"))', "False"),
    "eps is not read": ('eps=settings.get("layer_norm_epsilon", 1e-5)', "eps=1e-5"),
    "width of the feed-forward is not read": (
        'd_ff=settings.get("n_inner") or 4 * d_model',
        "d_ff=4 * d_model",
    ),
    "GELU of a file is not read": (
        "activation=GPT2_ACTIVATIONS[activation],",
        'activation="gelu_tanh",',
    ),
    "misfits are forgiven": ("    if wrong:\n", "    if False:\n"),
    "loaded in training mode": (
        "model.load_state_dict(weights)\n    return model.eval()",
        "model.load_state_dict(weights)\n    return model.train()",
    ),
    "targets aren't shifted": (
        "return cls(ids[:, :-1], ids[:, 1:])",
        "return cls(ids[:, :-1], ids[:, :-1])",
    ),
    "the first target is the first token": (
        "targets = torch.cat([row[1:] for row in rows])",
        "targets = torch.cat([row[:-1] for row in rows])",
    ),
    "rows aren't sorted": (
        "        rows = sorted(rows, key=len)\n        inputs",
        "        inputs",
    ),
    "double log-softmax": (
        "    return linear_cross_entropy(text.states(model), model.tokens.weight, text.targets)",
        "    scores = model.logits(text.states(model)).log_softmax(-1)\n"
        "    return F.cross_entropy((scores.exp()).flatten(0, -2), text.targets.flatten())",
    ),
    "the loss is a sum": ("text.targets)\n\n", "text.targets, reduction='sum')\n\n"),
    "packed positions are lost": (
        '"positions": self.positions',
        '"positions": None if self.positions is None else 0 * self.positions',
    ),
    "temperature after the softmax": (
        "    logits = logits / temperature\n",
        "    logits = logits.softmax(-1) / temperature\n",
    ),
    "temperature multiplies": ("logits = logits / temperature", "logits = logits * temperature"),
    "the k best without the last": (
        "logits.masked_fill(logits < worst, -torch.inf)",
        "logits.masked_fill(logits <= worst, -torch.inf) if top_k > 1 else logits",
    ),
    "one too many of the best": (
        "logits.topk(top_k).values[..., -1:]",
        "logits.topk(min(top_k + 1, logits.shape[-1])).values[..., -1:]",
    ),
    "the token that crosses p is dropped": (
        "better = ordered.cumsum(-1) - ordered",
        "better = ordered.cumsum(-1)",
    ),
    "the nucleus isn't renormalised": (
        "return nucleus / nucleus.sum(-1, keepdim=True)",
        "return nucleus",
    ),
    "the nucleus begins with the worst": (
        "probabilities.sort(descending=True)",
        "probabilities.sort()",
    ),
    "the nucleus isn't put back in order": (
        "torch.zeros_like(probabilities).scatter(-1, tokens, kept)",
        "kept",
    ),
    "the nucleus before the temperature": (
        "    ordered, tokens = probabilities.sort(descending=True)\n",
        "    ordered, tokens = (logits * temperature).softmax(-1).sort(descending=True)\n",
    ),
    "settings aren't checked": ("    check_sampling(temperature, top_k, top_p)\n", ""),
    "greedy takes the worst": (
        "return logits.argmax(-1, keepdim=True)",
        "return logits.argmin(-1, keepdim=True)",
    ),
    "draws ignore the generator": (
        "torch.multinomial(chosen, 1, generator=generator)",
        "torch.multinomial(chosen, 1)",
    ),
    "the first state predicts": (
        "draw(model.logits(states[:, -1])",
        "draw(model.logits(states[:, 0])",
    ),
    "all is read into the cache again": ("model(unread if cache else ids,", "model(ids,"),
    "only the last token is read without a cache": (
        "model(unread if cache else ids,",
        "model(unread,",
    ),
    "sampling settings get lost": (
        "draw(model.logits(states[:, -1]), temperature, top_k, top_p, generator)",
        "draw(model.logits(states[:, -1]), temperature, generator=generator)",
    ),
    "rows go on after their end": ("            unread[ended] = stop\n", ""),
    "never stops": ("if stop is not None and ended.all():", "if False:"),
    "stops with the first row": ("ended.all()", "ended.any()"),
    "no mark before a text": (
        "torch.tensor([self.start, *self.encode(text)])",
        "torch.tensor(self.encode(text))",
    ),
    "no space before a text": (
        'return self.bpe.encode(" " + text)',
        "return self.bpe.encode(text)",
    ),
    "the space stays": ('.removeprefix(" ")', ""),
    "documents run together": (
        '[self.start, *self.encode(" ".join(sentences))]',
        'self.encode(" ".join(sentences))',
    ),
    "marks are exchanged": (
        "self.start, self.delimiter, self.extract = (",
        "self.start, self.extract, self.delimiter = (",
    ),
    "passes are cut alike": (
        "np.random.default_rng([self.seed, epoch])",
        "np.random.default_rng(self.seed)",
    ),
    "passes begin at the same place": ("mixed.integers(self.max_len) +", "0 +"),
    "rows overlap": ("self.max_len * mixed.permutation", "(self.max_len - 1) * mixed.permutation"),
    "rows are in order": ("mixed.permutation(self.n_rows)", "np.arange(self.n_rows)"),
    "scores come in the order of reading": (
        "for i, own in zip(part, nats.split",
        "for i, own in zip(sorted(part), nats.split",
    ),
    "the last batch is forgotten": (
        "if size >= at_once or place == order[-1]:",
        "if size >= at_once:",
    ),
    "probabilities for their logarithms": (
        'nats = F.cross_entropy(logits, text.targets, reduction="none")',
        "nats = 1 - logits.softmax(-1).gather(1, text.targets[:, None])[:, 0]",
    ),
    "the first tokens are the continuation": ("row[-n:].sum()", "row[:n].sum()"),
    "the rest of a text is forgotten": ("rows += [rest] if len(rest) > 1 else []", "rows += []"),
    "nats per token": (
        "return total / sum(len(tokenize(s)) for sentences in documents for s in sentences)",
        "return total / len(ids)",
    ),
    "tokens at the cut are lost": (
        "return model.config.max_len + 1, model.config.max_len",
        "return model.config.max_len + 1, model.config.max_len + 1",
    ),
    "continuations hold their prompt": ("stop=stop)[:, length:]", "stop=stop)"),
    "the mark at the end is text": ("row.index(stop) if stop in row else len(row)", "len(row)"),
    "no extract mark": ("torch.tensor([*ids, tokenizer.extract])", "torch.tensor(ids)"),
    "no delimiter": (
        "ids += [tokenizer.delimiter, *tokenizer.encode(part)]",
        "ids += tokenizer.encode(part)",
    ),
    "one order is enough": (
        "[marked(tokenizer, first, second), marked(tokenizer, second, first)]",
        "[marked(tokenizer, first, second)] * 2",
    ),
    "the question without its context": (
        "[marked(tokenizer, context, answer) for answer in answers]",
        "[marked(tokenizer, answer) for answer in answers]",
    ),
    "the head reads the first token": ("states[offsets[1:] - 1]", "states[offsets[:-1]]"),
    "the head reads the token before": ("states[offsets[1:] - 1]", "states[offsets[1:] - 2]"),
    "the last token is the batch's": (
        "last = states[offsets[1:] - 1]",
        "last = states[offsets[:-1] + max_len - 1 - (offsets[:-1] + max_len > len(ids)) * max_len]",
    ),
    "both orders are averaged": ("self.head(last.sum(1))", "self.head(last.mean(1))"),
    "λ on the language model's side": (
        "return (text + lam * task) / (1 + lam)",
        "return (lam * text + task) / (1 + lam)",
    ),
    "the loss grows with λ": ("return (text + lam * task) / (1 + lam)", "return text + lam * task"),
    "words count at λ = ∞": ("if math.isinf(lam):", "if False:"),
    "a row predicts the next row": (
        "followed[examples.offsets[1:] - 1] = False",
        "followed[-1] = False",
    ),
    "words predict themselves": ("examples.ids[places + 1]", "examples.ids[places]"),
    "the control isn't shuffled": ("        if shuffled:\n", "        if False:\n"),
    "dropout stays as it was": ("replace(model.config, dropout=dropout)", "model.config"),
    "copies forget what was learned": ("    copied.load_state_dict(model.state_dict())\n", ""),
    "the given model is tuned": (
        "TaskModel(with_dropout(model, how.dropout), n_outputs, choose)",
        "TaskModel(model, n_outputs, choose)",
    ),
    "never more updates than passes": (
        "max(how.least, how.epochs * len(batches))\n    config",
        "how.epochs * len(batches)\n    config",
    ),
    "tuned without λ": ("task_loss(how.lam, how.shuffled)", "task_loss(2.0, how.shuffled)"),
    "tuned without the control": ("task_loss(how.lam, how.shuffled)", "task_loss(how.lam)"),
    "dropout stays on": (
        "how.shuffled), batches, config, progress=False)\n    return learner.eval()",
        "how.shuffled), batches, config, progress=False)\n    return learner.train()",
    ),
    "the lowest score wins": (
        "found.append(scores.argmax(1).cpu())",
        "found.append(scores.argmin(1).cpu())",
    ),
    "only the first batch is answered": (
        "for start in range(0, len(examples), at_once):",
        "for start in range(0, 1, at_once):",
    ),
    "the source is to be predicted, too": (
        "torch.cat(asked), -100)",
        "torch.cat(asked) | True, -100)",
    ),
    "the delimiter is to be predicted": (
        "((row == delimiter).cumsum(0) > 0)[:-1]",
        "((row == delimiter).cumsum(0) > 0)[1:]",
    ),
    "targets of other rows": (
        "    rows = sorted(rows, key=len)  # as `Text.of` packs them\n",
        "    rows = sorted(rows, key=len, reverse=True)\n",
    ),
    "the bad sentence is the likelier": ("(good < bad).tolist()", "(good > bad).tolist()"),
    "restored in training mode": (
        "model.load_state_dict(checkpoint.weights)\n    return model.eval()",
        "model.load_state_dict(checkpoint.weights)\n    return model.train()",
    ),
    "the rung stands on the long training": (
        'checkpoints.load("gpt_ladder")',
        'checkpoints.load("gpt")',
    ),
    "the rung reads capitals": (
        "classification(tokenizer, written(tokenize(text)))",
        "classification(tokenizer, text)",
    ),
    "the rung is too large": ("vocab_size=3000, n_layers=3", "vocab_size=3000, n_layers=4"),
}


@pytest.mark.parametrize("change", MUTANTS.values(), ids=MUTANTS)
def test_mutant_is_caught(change):
    assert first_failure(mutated(LESSON, *change), CHECKS, ALSO)

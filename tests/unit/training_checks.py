"""What the training loop must do, as checks that take the training module as their argument.

So test_training_bugs.py can run each on the true source, and on copies with a classic bug put in.
A second argument, where there is one, is an empty folder.
"""

import copy
import importlib.util
import itertools
import math
import random
import sys

import pytest
import torch
import train_tiny as tiny
from torch import nn


def same(a, b):
    """Equal to the bit, through any nesting."""
    if torch.is_tensor(a):
        return torch.is_tensor(b) and a.dtype == b.dtype and torch.equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and a == b


def stored(path):
    """A checkpoint's content but for the time it took."""
    content = torch.load(path, weights_only=True)
    del content["history"]["seconds"]
    return content


def library(module=None, old=(), new=()):
    """The training module made afresh; `module` of the package with `old` replaced by `new`."""
    pairs = [(old, new)] if isinstance(old, str) else list(zip(old, new, strict=True))
    with pytest.MonkeyPatch.context() as patch:
        for name in dict.fromkeys([module or "training", "training"]):
            inside = "" if name == "training" else f".{name}"
            spec = importlib.util.find_spec(f"helpers.training{inside}")
            source = spec.loader.get_source(spec.name)
            for before, after in pairs if name == module else []:
                assert before in source, f"{name}.py no longer has {before!r}"
                source = source.replace(before, after)
            fresh = importlib.util.module_from_spec(spec)
            patch.setitem(sys.modules, spec.name, fresh)
            exec(compile(source, spec.origin, "exec"), vars(fresh))
        return fresh


class Crash(Exception):
    """Stands for a kill where no second process is needed."""


def crash(*_):
    raise Crash


def regression(n=12, d=3, seed=0):
    """Inputs (N, D) and targets (N,) on very different scales, so that clipping has work to do."""
    draw = torch.Generator().manual_seed(seed)
    x = torch.randn(n, d, generator=draw)
    return x, 5 * x.sum(1) + torch.randn(n, generator=draw)


def squared_error(model, batch):
    x, y = batch
    return nn.functional.mse_loss(model(x).squeeze(1), y)


def linear(d=3):
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(d, 4), nn.Tanh(), nn.LayerNorm(4), nn.Linear(4, 1))


def by_hand(model, batches, factors, lr, clip):
    """The algorithm without any of the loop's machinery; `batches` holds one list per update."""
    matrices = [p for p in model.parameters() if p.dim() == 2]
    vectors = [p for p in model.parameters() if p.dim() == 1]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=lr)
    for update, factor in zip(batches, factors, strict=True):
        for group in optimizer.param_groups:
            group["lr"] = lr * factor
        joined = tuple(torch.cat(column) for column in zip(*update, strict=True))
        optimizer.zero_grad()
        squared_error(model, joined).backward()
        nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
    return model.state_dict()


def check_update(lib):
    """One update is the algorithm written out; the rate moves once with each."""
    compare_update(lib)


def compare_update(lib, accumulate=1, batch_size=4, n=12):
    """Gradients start at zero, are averaged over rows, clipped; the rate moves once per update."""
    rows, steps = regression(n), 7
    batches = lib.Batches(rows, batch_size, seed=3)
    model = linear()
    config = lib.TrainConfig(
        steps=steps, lr=0.05, weight_decay=0.1, warmup=0.3, accumulate=accumulate, clip=0.5
    )
    history = lib.train(model, squared_error, batches, config)
    updates = [
        [batches.at(k) for k in range(i * accumulate, (i + 1) * accumulate)] for i in range(steps)
    ]
    factors = [1 / 2, 1, 1, 4 / 5, 3 / 5, 2 / 5, 1 / 5]
    expected = by_hand(linear(), updates, factors, 0.05, 0.5)
    assert history.lrs == pytest.approx([0.05 * factor for factor in factors])
    for name, weight in model.state_dict().items():
        assert torch.allclose(weight, expected[name], rtol=1e-4, atol=1e-5), name


def check_accumulation(lib):
    """Three batches of 4 are one batch of 12, also when the last of an epoch is smaller."""
    compare_update(lib, accumulate=3)
    compare_update(lib, accumulate=3, n=10)


def check_scaler(lib):
    """A scaler that multiplies by 2^k changes no bit: gradients are clipped after unscaling."""
    weights = []
    for scale in (1.0, 1024.0):
        scaler = torch.amp.GradScaler("cpu", init_scale=scale)
        lib.precision = lambda amp, device, scaler=scaler: (torch.enable_grad(), scaler)
        model = linear()
        config = lib.TrainConfig(steps=5, lr=0.05, clip=0.5)
        lib.train(model, squared_error, lib.Batches(regression(), 4, seed=0), config)
        weights.append(model.state_dict())
    assert same(*weights)


def check_discriminative_rates(lib):
    """A given optimizer keeps a rate per group, and has them back at the end."""
    model = linear()
    seen = []

    class Watched(torch.optim.SGD):
        def step(self, closure=None):
            seen.append([group["lr"] for group in self.param_groups])
            return super().step(closure)

    groups = [{"params": model[0].parameters(), "lr": 0.1}, {"params": model[3].parameters()}]
    optimizer = Watched(groups, lr=0.4)
    config = lib.TrainConfig(steps=3, schedule=lambda t: 2.0**-t)
    batches = lib.Batches(regression(), 4, seed=0)
    history = lib.train(model, squared_error, batches, config, optimizer=optimizer)
    assert seen == [[0.1, 0.4], [0.05, 0.2], [0.025, 0.1]]
    assert history.lrs == [0.4, 0.2, 0.1]
    assert [group["lr"] for group in optimizer.param_groups] == [0.1, 0.4]


def check_schedules(lib):
    """Values against the formulas, written here a second time."""

    def factors(total, **settings):
        factor = lib.schedule_factor(lib.TrainConfig(steps=total, **settings), total)
        return [factor(t) for t in range(total)]

    assert factors(4, schedule="constant") == [1, 1, 1, 1]
    assert factors(4, schedule="linear") == [1, 0.75, 0.5, 0.25]
    assert factors(4, schedule="linear", warmup=0.5) == [0.5, 1, 1, 0.5]
    assert factors(3, schedule="constant", warmup=0.99) == pytest.approx([1 / 3, 2 / 3, 1])
    cosine = [(1 + math.cos(math.pi * i / 8)) / 2 for i in range(8)]
    assert factors(10, schedule="cosine", warmup=0.2) == pytest.approx([0.5, 1, *cosine])
    assert factors(3, schedule=lambda t: t + 7) == [7, 8, 9]


def check_decay_groups(lib):
    """Matrices decay; biases of any shape, LayerNorm's gains and frozen weights don't."""
    model = nn.ModuleDict(
        {"linear": nn.Linear(3, 2), "norm": nn.LayerNorm(2), "lstm": nn.LSTM(3, 2)}
    )
    model.heads_bias = nn.Parameter(torch.zeros(2, 2))
    model["frozen"] = nn.Linear(2, 2).requires_grad_(False)
    names = {id(p): name for name, p in model.named_parameters()}
    decayed, free = lib.parameter_groups(model, 0.1)
    assert (decayed["weight_decay"], free["weight_decay"]) == (0.1, 0)
    assert {names[id(p)] for p in decayed["params"]} == {
        "linear.weight",
        "lstm.weight_ih_l0",
        "lstm.weight_hh_l0",
    }
    assert {names[id(p)] for p in free["params"]} == {
        "heads_bias",
        "linear.bias",
        "norm.weight",
        "norm.bias",
        "lstm.bias_ih_l0",
        "lstm.bias_hh_l0",
    }


def check_loss_is_finite(lib):
    """The error names update and rate, and the weights are those before that update."""
    for value in ("loss", "gradient"):
        model, weights = linear(), []

        def loss_fn(model, batch, value=value, weights=weights):
            weights.append(copy.deepcopy(model.state_dict()))
            loss = squared_error(model, batch)
            if len(weights) < 3:
                return loss
            return loss * math.nan if value == "loss" else loss + (0 * loss).sqrt()

        message = "no error"
        try:
            config = lib.TrainConfig(steps=3, lr=0.5, schedule="constant", clip=None)
            lib.train(model, loss_fn, lib.Batches(regression(), 4, seed=0), config)
        except FloatingPointError as error:
            message = str(error)
        assert value in message.partition(" is nan at update 3, learning rate 0.5")[0], message
        assert same(dict(model.state_dict()), dict(weights[2]))


def check_batches(lib):
    """Each epoch holds every row once, in an order of its own, known from (seed, epoch) alone."""
    batches = lib.Batches(list(range(23)), 5, seed=1)
    epochs = [[batches.at(e * 5 + i) for i in range(5)] for e in range(4)]
    assert len(batches) == 5 and [len(batch) for batch in epochs[0]] == [5, 5, 5, 5, 3]
    flat = [tuple(itertools.chain(*epoch)) for epoch in epochs]
    assert all(sorted(epoch) == list(range(23)) for epoch in flat)
    assert len(set(flat)) == 4, "epochs share an order"
    again = lib.Batches(list(range(23)), 5, seed=1)
    assert [again.at(k) for k in (17, 3)] == [epochs[3][2], epochs[0][3]], "depends on history"
    assert [list(again), list(again)] == epochs[:2], "a second pass is the second epoch"
    other = lib.Batches(list(range(23)), 23, seed=2)
    assert tuple(other.at(0)) not in flat, "seed + epoch: one seed's epochs are another's"
    assert [batches.size(k) for k in (4, 5)] == [3, 5]


def check_evaluation_leaves_no_trace(lib):
    """Training comes out the same to the bit, however often it's evaluated."""
    runs = []
    for every in (1, 1000):
        network = tiny.model()
        tiny.seed_all(0)
        batches = lib.Batches(tiny.rows(), 5, seed=0, collate=tiny.collate)
        config = tiny.config(None, eval_every=every, patience=None, save_every=None)
        history = lib.train(network, tiny.loss_fn, batches, config, evaluate=tiny.evaluate)
        assert network.training
        runs.append((history.losses, dict(network.state_dict())))
    assert same(*runs)


def check_modes(lib):
    """Evaluation sees dropout off; afterwards each submodule has the mode it had."""
    network = nn.Sequential(nn.Linear(3, 1), nn.Dropout(0.5))
    modes = {"train": [], "eval": []}

    def loss_fn(model, batch):
        modes["train"].append([module.training for module in model.modules()])
        model[1].eval()  # from now on, as a lesson does with a frozen body
        return squared_error(model, batch)

    def evaluate(model):
        modes["eval"].append([module.training for module in model.modules()])
        assert not torch.is_grad_enabled()
        return 0.0

    config = lib.TrainConfig(steps=3, eval_every=1)
    batches = lib.Batches(regression(), 4, seed=0)
    lib.train(network.eval(), loss_fn, batches, config, evaluate=evaluate)
    assert modes["train"] == [[True, True, True], [True, True, False], [True, True, False]]
    assert modes["eval"] == [[False, False, False]] * 3


def check_early_stop(lib):
    """Two evaluations after the best it stops, and the weights are the best ones, not the last."""
    scores = itertools.chain([0.1, 0.5, 0.4, 0.5], itertools.repeat(0.9))
    seen = []

    def evaluate(model):
        seen.append(copy.deepcopy(dict(model.state_dict())))
        return next(scores)

    model = linear()
    config = lib.TrainConfig(steps=50, lr=0.1, eval_every=3, patience=2)
    batches = lib.Batches(regression(), 4, seed=0)
    history = lib.train(model, squared_error, batches, config, evaluate=evaluate)
    assert history.evals == [(3, 0.1), (6, 0.5), (9, 0.4), (12, 0.5)]
    assert history.best == (6, 0.5) and history.steps == list(range(1, 13))
    assert same(dict(model.state_dict()), seen[1])


def check_resume(lib, folder):
    """Every kind of state comes back, into a process that had other weights and other generators.

    Of the 20 updates of two batches, each attempt makes seven and a half, and saves every second.
    """
    whole, history = tiny.run(folder / "whole.pt", lib)
    for seed in (0, 8):
        with pytest.raises(Crash):
            loss_fn = tiny.at_call(16, tiny.loss_fn, crash)
            tiny.run(folder / "cut.pt", lib, seed, loss_fn=loss_fn)
    resumed, resumed_history = tiny.run(folder / "cut.pt", lib, seed=9)
    assert history == resumed_history
    assert same(dict(whole.state_dict()), dict(resumed.state_dict()))
    assert same(stored(folder / "whole.pt"), stored(folder / "cut.pt"))


def check_scaler_resumes(lib, folder):
    """The scale grows as it goes, so a forgotten one shows in the last checkpoint."""

    def growing(amp, device):
        scaler = torch.amp.GradScaler("cpu", init_scale=2.0, growth_interval=3)
        return torch.enable_grad(), scaler

    lib.precision = growing
    tiny.run(folder / "whole.pt", lib)
    with pytest.raises(Crash):
        tiny.run(folder / "cut.pt", lib, loss_fn=tiny.at_call(16, tiny.loss_fn, crash))
    tiny.run(folder / "cut.pt", lib)
    assert stored(folder / "whole.pt")["scaler"]["scale"] == 2.0 * 2**6
    assert same(stored(folder / "whole.pt"), stored(folder / "cut.pt"))


def check_a_finished_run_stays(lib, folder):
    """Called again, a run that stopped early trains no more and hands over the same weights."""
    calls = []

    def loss_fn(model, batch):
        calls.append(1)
        return tiny.loss_fn(model, batch)

    results = []
    for seed in (0, 5):
        scores = iter([1.0, 0.5, 0.2, 0.1])
        network, history = tiny.run(
            folder / "run.pt", lib, seed, loss_fn, lambda model, s=scores: next(s), patience=2
        )
        results.append((dict(network.state_dict()), vars(history)))
    assert history.steps[-1] == 9 and len(calls) == 18
    assert same(*results)


def check_a_failed_write_keeps_the_old(lib, folder):
    """An error half-way through writing leaves the last whole checkpoint, and nothing beside it."""

    def half(content, file):
        file.write(b"half")
        raise OSError("No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch, "save", tiny.at_call(2, torch.save, half))
        with pytest.raises(OSError, match="No space"):
            tiny.run(folder / "run.pt", lib)
    assert [path.name for path in folder.iterdir()] == ["run.pt"]
    assert len(stored(folder / "run.pt")["history"]["steps"]) == 2


def check_damage_is_noticed(lib, folder):
    """Cut short or with a bit flipped: an error that says what to do, or nothing read differs."""
    path = folder / "run.pt"
    tiny.run(path, lib)
    whole, content = path.read_bytes(), stored(path)
    draw = random.Random(0)
    damaged = [whole[:n] for n in (0, 1, 100, len(whole) // 2, len(whole) - 1)]
    for position in draw.sample(range(len(whole)), 300):
        changed = bytes([whole[position] ^ (1 << draw.randrange(8))])
        damaged.append(whole[:position] + changed + whole[position + 1 :])
    for data in damaged:
        path.write_bytes(data)
        try:
            tiny.run(path, lib)
        except lib.CheckpointError as error:
            message = str(error)
            assert str(path) in message and "delete it to start over" in message, message
            continue
        assert len(data) == len(whole) and same(content, stored(path)), "read, though damaged"


def check_another_run_is_refused(lib, folder):
    """Whatever changed is named, with both values, and nothing was touched."""
    path = folder / "run.pt"
    tiny.run(path, lib)

    def message(lr=0.02, rows=None, seed=0, optimizer=None, frozen=False, sizes=None, **changes):
        network = tiny.model(3, **sizes or {})
        network.embedding.requires_grad_(not frozen)
        before = copy.deepcopy(dict(network.state_dict()))
        batches = lib.Batches(rows or tiny.rows(), 5, seed=seed, collate=tiny.collate)
        optimizer = optimizer and optimizer(network.parameters())
        config = tiny.config(path, lr=lr, **changes)
        try:
            lib.train(network, tiny.loss_fn, batches, config, tiny.evaluate, optimizer)
        except lib.CheckpointError as error:
            assert same(before, dict(network.state_dict()))
            return str(error)
        return "no error"

    assert message() == "no error"
    assert message(save_every=5) == "no error"
    assert f"{path} belongs to another run" in message(lr=0.1)
    assert "lr: 0.02 in the checkpoint, 0.1 now" in message(lr=0.1)
    assert "epochs: 8 in the checkpoint, 9 now" in message(epochs=9)
    assert "schedule: cosine in the checkpoint, linear now" in message(schedule="linear")
    assert "now" in message(schedule=lambda t: 1 / (t + 1), warmup=0.0)
    assert "accumulate: 2 in the checkpoint, 1 now" in message(accumulate=1)
    assert "seed 0, shuffle" in message(seed=1)
    assert "rows: 23 in the checkpoint, 22 now" in message(rows=tiny.rows(22))
    relabelled = [(words, 2 - label) for words, label in tiny.rows()]
    assert "rows: checksum" in message(rows=relabelled)
    assert "(embedding): Embedding(11, 8) in the checkpoint" in message(sizes={"d_model": 6})
    assert "Dropout(p=0.3, inplace=False) in the checkpoint" in message(sizes={"dropout": 0.2})
    assert "nothing in the checkpoint, embedding.weight frozen now" in message(frozen=True)
    assert "optimizer: AdamW in the checkpoint, SGD now" in message(optimizer=torch.optim.SGD)

"""The training loop's settings, odd inputs and display; what it computes: training_checks.py."""

import copy
import math
import os
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import train_tiny as tiny
from training_checks import Crash, compare_update, crash, linear, regression, same, squared_error

from helpers import training
from helpers.training import live

HERE = os.path.dirname(os.path.abspath(__file__))


@pytest.mark.parametrize("n, batch_size", [(1, 1), (5, 8), (7, 3)])
def test_update_on_odd_sizes(n, batch_size):
    compare_update(training, accumulate=2, batch_size=batch_size, n=n)


def test_mixed_precision_is_off_on_cpu():
    runs = []
    for amp in ("off", "bf16", "fp16"):
        model = linear()
        config = training.TrainConfig(steps=3, amp=amp)
        training.train(model, squared_error, training.Batches(regression(), 4, seed=0), config)
        runs.append(model.state_dict())
    assert same(runs[0], runs[1]) and same(runs[0], runs[2])


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("amp", ["off", "bf16", "fp16"])
def test_cuda_mixed_precision_learns_and_resumes(amp, tmp_path):
    def run(name, loss_fn):
        model = linear().cuda()
        seen = []

        def loss(model, batch):
            seen.append(model(batch[0]).dtype)
            return loss_fn(model, batch)

        config = training.TrainConfig(
            steps=60, lr=0.05, amp=amp, checkpoint=tmp_path / name, save_every=1
        )
        batches = training.Batches(regression(), 4, seed=0)
        history = training.train(model, loss, batches, config)
        return model.state_dict(), history, seen

    weights, history, seen = run("whole.pt", squared_error)
    assert set(seen) == {training.AMP[amp] or torch.float32}
    assert sum(history.losses[-6:]) < 0.7 * sum(history.losses[:6])
    with pytest.raises(Crash):
        run("cut.pt", tiny.at_call(31, squared_error, crash))
    resumed = run("cut.pt", squared_error)
    assert same(weights, resumed[0]) and history == resumed[1]


@pytest.mark.parametrize(
    "loss_fn, message",
    [
        (lambda model, batch: model(batch[0]), r"returned \(4, 1\).*forgot the mean"),
        (lambda model, batch: 0.5, "returned float"),
        (lambda model, batch: squared_error(model, batch).detach(), "without gradient"),
    ],
)
def test_a_loss_that_cannot_be_descended(loss_fn, message):
    batches = training.Batches(regression(), 4, seed=0)
    with pytest.raises(ValueError, match=message):
        training.train(linear(), loss_fn, batches, training.TrainConfig(steps=1))


def test_nothing_to_train():
    frozen = linear().requires_grad_(False)
    batches = training.Batches(regression(), 4, seed=0)
    with pytest.raises(ValueError, match="requires_grad"):
        training.train(frozen, squared_error, batches, training.TrainConfig(steps=1))


def test_without_patience_the_last_weights_stay():
    scores, seen = iter([0.9, 0.1]), []

    def evaluate(model):
        seen.append(copy.deepcopy(dict(model.state_dict())))
        return next(scores)

    model = linear()
    config = training.TrainConfig(steps=4, eval_every=3)
    batches = training.Batches(regression(), 4, seed=0)
    history = training.train(model, squared_error, batches, config, evaluate=evaluate)
    assert history.evals == [(3, 0.9), (4, 0.1)], "the end is evaluated too"
    assert same(dict(model.state_dict()), seen[1])


def test_a_score_that_is_no_number():
    config = training.TrainConfig(steps=4, eval_every=2)
    batches = training.Batches(regression(), 4, seed=0)
    with pytest.raises(FloatingPointError, match="evaluate returned nan after update 2"):
        training.train(linear(), squared_error, batches, config, evaluate=lambda model: math.nan)


def short_run(**options):
    config = training.TrainConfig(steps=41, eval_every=30)
    batches = training.Batches(regression(), 4, seed=0)
    return training.train(linear(), squared_error, batches, config, lambda model: 0.5, **options)


def test_plain_progress_is_a_line_a_quarter(monkeypatch, capsys):
    monkeypatch.setenv("COURSE_PROGRESS", "plain")
    history = short_run()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines] == ["11/41", "22/41", "33/41", "41/41"]
    assert lines[-1].endswith(f"loss {np.mean(history.losses[-20:]):.4f} · score 0.5000")


def test_progress_can_be_off_or_a_bar_that_resumes(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("COURSE_PROGRESS", "off")
    with pytest.raises(Crash):
        tiny.run(tmp_path / "run.pt", loss_fn=tiny.at_call(30, tiny.loss_fn, crash))
    assert capsys.readouterr() == ("", "")
    monkeypatch.setenv("COURSE_PROGRESS", "bar")
    tiny.run(tmp_path / "run.pt")
    out, err = capsys.readouterr()
    assert "20/20" in err and "loss" in err and not out


@pytest.mark.parametrize("mode", ["bar", "plain"])
def test_a_training_can_be_silent(mode, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_PROGRESS", mode)
    short_run(progress=False)
    assert capsys.readouterr() == ("", "")


def test_progress_mode(monkeypatch):
    monkeypatch.delenv("COURSE_PROGRESS")
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(sys, "stderr", SimpleNamespace(isatty=lambda: False))
    assert live.progress_mode() == "plain"
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert live.progress_mode() == "bar"
    monkeypatch.setenv("CI", "1")
    assert live.progress_mode() == "plain"
    monkeypatch.setenv("COURSE_PROGRESS", "loud")
    with pytest.raises(ValueError, match=r"COURSE_PROGRESS='loud'.*bar, plain, off"):
        live.progress_mode()


@pytest.mark.parametrize(
    "mode, seconds, updates_drawn",
    [
        ("bar", 0, [1, 2, 3, 4, 5, 6, 7]),
        ("bar", 1, [1, 3, 5, 7]),
        ("plain", 0, [7]),
        ("off", 0, [7]),
    ],
)
def test_live_plot_redraws_one_output(mode, seconds, updates_drawn, monkeypatch):
    """Seven updates, half a second each; the last is always drawn."""
    outputs, clock = [], [100.0]

    def display(image, display_id):
        assert display_id
        outputs.append([image])
        return SimpleNamespace(update=outputs[-1].append)

    kernel = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: kernel))
    module = SimpleNamespace(Image=lambda data: data, display=display)
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    monkeypatch.setenv("COURSE_PROGRESS", mode)
    monkeypatch.setattr(live, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr(live, "_draw", lambda history: history.steps[-1])
    plot, history = training.LivePlot(seconds), training.History()
    for i in range(7):
        history.add(1.0, 0.1)
        plot(history, i == 6)
        clock[0] += 0.5
    assert outputs == [updates_drawn]


def test_drawing_is_a_small_picture():
    history = training.History()
    for i in range(1000):
        history.add(1 / (i + 1), 0.1)
        if i % 100 == 0:
            history.add_eval(i / 1000)
    picture = live._draw(history)
    assert picture.startswith(b"\x89PNG") and len(picture) < 60_000


def test_live_plot_does_nothing_outside_a_notebook(capsys):
    plot = training.LivePlot()
    short_run(callbacks=[plot])
    assert plot.handle is None


def test_callbacks_see_every_update_and_the_end():
    seen = []
    short_run(callbacks=[lambda history, ended: seen.append((history.steps[-1], ended))])
    assert seen == [(n, n == 41) for n in range(1, 42)]


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"steps": None}, "steps=None, epochs=None: give one of the two"),
        ({"epochs": 2}, "steps=5, epochs=2: give one of the two"),
        ({"steps": 0}, "steps=0: must be a whole number"),
        ({"steps": 2.5}, "steps=2.5: must be a whole number"),
        ({"steps": True}, "steps=True: must be a whole number"),
        ({"steps": None, "epochs": -1}, "epochs=-1: must be a whole number"),
        ({"lr": 0}, "lr=0: must be a finite number > 0"),
        ({"lr": math.nan}, "lr=nan"),
        ({"lr": "1e-3"}, "lr='1e-3'"),
        ({"lr": None}, "lr=None"),
        ({"schedule": "cosin"}, "schedule='cosin'.*constant, linear, cosine.*mean 'cosine'"),
        ({"schedule": 3}, "schedule=3"),
        ({"warmup": 100}, "warmup=100: must be a share of the updates"),
        ({"warmup": -0.1}, "warmup=-0.1"),
        ({"warmup": 0.1, "schedule": abs}, "warmup=0.1: a callable schedule"),
        ({"weight_decay": -1}, "weight_decay=-1"),
        ({"clip": 0}, "clip=0: must be a finite number > 0"),
        ({"clip": math.inf}, "clip=inf"),
        ({"accumulate": 0}, "accumulate=0"),
        ({"accumulate": None}, "accumulate=None"),
        ({"amp": "bf61"}, "amp='bf61'.*mean 'bf16'"),
        ({"amp": True}, "amp=True"),
        ({"eval_every": 0}, "eval_every=0"),
        ({"patience": 0}, "patience=0"),
        ({"save_every": 0, "checkpoint": "x"}, "save_every=0"),
        ({"save_every": 5}, "save_every=5 needs checkpoint"),
        ({"checkpoint": HERE}, "is a folder: name a file in it"),
        ({"checkpoint": ""}, "is a folder: name a file in it"),
        ({"checkpoint": 5}, "checkpoint=5: must be the path of a file"),
    ],
)
def test_bad_settings(changes, message):
    with pytest.raises(ValueError, match=message):
        training.TrainConfig(**{"steps": 5} | changes)


def test_settings_that_are_fine():
    training.TrainConfig(epochs=np.int64(3), lr=np.float32(0.1), clip=None, weight_decay=0)
    config = training.TrainConfig(epochs=3, accumulate=2)
    assert config.updates(5) == (8, 3), "every row is seen at least three times"


@pytest.mark.parametrize("settings", [{"patience": 2}, {"eval_every": 5}])
def test_an_evaluation_needs_a_function(settings):
    config = training.TrainConfig(steps=5, **settings)
    with pytest.raises(ValueError, match="need evaluate"):
        training.train(linear(), squared_error, training.Batches(regression(), 4, seed=0), config)

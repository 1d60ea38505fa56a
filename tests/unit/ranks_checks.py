"""What the training loop must do on several ranks, as checks that every rank runs.

A check gets the training module, its world and an empty folder that all ranks share. `together`
runs one in processes of their own, on the true source or on a copy with a bug.
"""

import contextlib
import copy
import math
import multiprocessing
import signal
import sys
import traceback
from datetime import timedelta

import pytest
import torch
import torch.distributed as dist
import train_tiny as tiny
from training_checks import (
    Crash,
    crash,
    library,
    linear,
    regression,
    same,
    squared_error,
    stored,
)

from helpers import training

SECONDS = 240  # for a check; it takes one on a quiet machine


def together(check, folder, bug=(), n_ranks=2):
    """What the ranks raised, as text, in their order; empty for those that passed."""
    if sys.platform == "win32":
        pytest.skip("needs processes that fork")
    # One process imports torch, once; all others are forks of it. (Optimizers need torch._dynamo.)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pytest", "torch._dynamo", "ranks_checks"])
    library(*bug)  # a bug that doesn't fit the source is not one that was caught
    pipes = [context.Pipe(duplex=False) for _ in range(n_ranks)]
    processes = [
        context.Process(target=_rank, args=(rank, n_ranks, check, bug, folder, pipe[1]))
        for rank, pipe in enumerate(pipes)
    ]
    for process in processes:
        process.start()
    try:
        for process in processes:
            process.join(SECONDS)
        return [pipe.recv() if pipe.poll() else "no answer" for pipe, _ in pipes]
    finally:
        for process in processes:
            process.kill()


def _rank(rank, n_ranks, check, bug, folder, answer):
    torch.set_num_threads(1)
    dist.init_process_group(
        "gloo",
        init_method=f"file://{folder / 'meeting'}",
        rank=rank,
        world_size=n_ranks,
        timeout=timedelta(seconds=SECONDS / 3),
    )
    lib = library(*bug)
    try:
        check(lib, lib.Ranks(), folder)
        answer.send("")
    except BaseException:
        answer.send(traceback.format_exc())


def run(lib, world, checkpoint=None, seed=0, loss_fn=tiny.loss_fn, evaluate=None, **changes):
    """12 updates of train_tiny's model, saved after every 2nd; its history and weights."""
    network = tiny.model()
    tiny.seed_all(seed + (world.rank if world else 0))
    settings = {"epochs": None, "steps": 12, "accumulate": 1, "eval_every": None, "patience": None}
    settings["save_every"] = 2 if checkpoint else None
    config = tiny.config(checkpoint, **settings | changes)
    batches = lib.Batches(tiny.rows(), 5, seed=0, collate=tiny.collate)
    history = lib.train(network, loss_fn, batches, config, evaluate, world=world)
    return history, dict(network.named_parameters())  # BatchNorm's buffers count on rank 0 only


def check_ranks_are_one_bigger_batch(lib, world, folder):
    """Ranks do what one process does by accumulating, weights and losses, small batches too.

    The steps are plain gradient steps: Adam's would be the same for a sum as for a mean.
    """

    def trained(lib, world, accumulate, clip):
        model = linear()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
        config = lib.TrainConfig(steps=7, accumulate=accumulate, clip=clip, warmup=0.3)
        batches = lib.Batches(regression(10), 4, seed=3)
        history = lib.train(model, squared_error, batches, config, optimizer=optimizer, world=world)
        return history, model.state_dict()

    for accumulate, clip in ((1, None), (1, 0.5), (3, None)):
        history, weights = trained(lib, world, accumulate, clip)
        expected_history, expected = trained(training, None, world.size * accumulate, clip)
        assert history.lrs == expected_history.lrs
        assert history.losses == pytest.approx(expected_history.losses, rel=1e-4)
        for name, weight in weights.items():
            assert torch.allclose(weight, expected[name], rtol=1e-4, atol=1e-5), name
        assert all(same(weights, others) for others in world.gather(weights))


def check_an_epoch_is_shared(lib, world, folder):
    """Three epochs of 5 batches by two ranks: 8 updates, evaluated after every third."""
    history, _ = run(lib, world, steps=None, epochs=3, evaluate=lambda model: 0.5)
    assert history.evals == [(3, 0.5), (6, 0.5), (8, 0.5)]


def check_parameters_may_be_left_out(lib, world, folder):
    """A loss that uses a part of the model trains that part, as in one process."""
    model = linear()
    model.unused = torch.nn.Linear(2, 2)
    before = copy.deepcopy(model.unused.state_dict())
    config = lib.TrainConfig(steps=3)

    def loss_fn(model, batch):
        return squared_error(model[:4], batch)

    lib.train(model, loss_fn, lib.Batches(regression(), 4, seed=0), config, world=world)
    assert same(dict(before), dict(model.unused.state_dict()))


def check_resume(lib, world, folder):
    """Cut twice and resumed, into processes with other generators: the same bits on every rank."""
    history, weights = run(lib, world, folder / "whole.pt")
    states = world.gather(torch.get_rng_state())
    for seed in (0, 8):
        with pytest.raises(Crash):
            loss_fn = tiny.at_call(6, tiny.loss_fn, crash)
            run(lib, world, folder / "cut.pt", seed, loss_fn)
    resumed_history, resumed = run(lib, world, folder / "cut.pt", seed=9)
    assert history == resumed_history
    assert same(weights, resumed)
    assert same(states, world.gather(torch.get_rng_state()))
    assert not torch.equal(states[0], states[1]), "the ranks draw the same"
    if world.rank == 0:
        assert same(stored(folder / "whole.pt"), stored(folder / "cut.pt"))


def check_three_ranks_resume(lib, world, folder):
    """A sum of three numbers depends on their order, so each gradient must keep its place."""

    def trained(checkpoint, loss_fn=squared_error):
        torch.manual_seed(0)
        layers = [torch.nn.Linear(3, 40), torch.nn.Tanh(), torch.nn.Linear(40, 40)]
        model = torch.nn.Sequential(*layers, torch.nn.Linear(40, 1))
        config = lib.TrainConfig(steps=8, checkpoint=checkpoint, save_every=3)
        lib.train(model, loss_fn, lib.Batches(regression(), 4, seed=0), config, world=world)
        return dict(model.state_dict())

    whole = trained(folder / "whole.pt")
    with pytest.raises(Crash):
        trained(folder / "cut.pt", tiny.at_call(5, squared_error, crash))
    assert same(whole, trained(folder / "cut.pt"))


def check_one_rank_reads_and_writes(lib, world, folder):
    """The others have the name of a file that never comes to be."""
    mine = folder / f"rank{world.rank}.pt"
    _, weights = run(lib, world, mine)
    assert mine.exists() == (world.rank == 0)
    _, again = run(lib, world, mine, seed=5)
    assert same(weights, again), "nothing was left to do"


def check_another_number_of_ranks_is_refused(lib, world, folder):
    if world.rank == 0:
        run(lib, None, folder / "one.pt")
    run(lib, world, folder / "two.pt")
    with pytest.raises(lib.CheckpointError, match="ranks: 1 in the checkpoint, 2 now"):
        run(lib, world, folder / "one.pt")
    with pytest.raises(lib.CheckpointError, match="ranks: 2 in the checkpoint, 1 now"):
        run(lib, None, folder / "two.pt")


def check_ranks_must_train_the_same(lib, world, folder):
    """Other rows on rank 1: it says so, and rank 0 doesn't wait for ever."""
    rows = regression(seed=world.rank)
    config = lib.TrainConfig(steps=3)
    expected = ValueError if world.rank else RuntimeError
    message = "rank 1 trains something else: rows: checksum .* on rank 0, checksum .* here"
    with pytest.raises(expected, match=message if world.rank else None):
        lib.train(linear(), squared_error, lib.Batches(rows, 4, seed=0), config, world=world)


def check_ctrl_c_on_one_rank_stops_all(lib, world, folder, checkpoint=None):
    loss_fn = tiny.loss_fn
    if world.rank == 1:
        loss_fn = tiny.at_call(3, loss_fn, lambda *_: signal.raise_signal(signal.SIGINT))
    with pytest.raises(lib.Interrupted, match="after 3 updates"):
        run(lib, world, checkpoint, loss_fn=loss_fn)


def check_ctrl_c_on_one_rank_saves(lib, world, folder):
    check_ctrl_c_on_one_rank_stops_all(lib, world, folder, folder / "run.pt")
    if world.rank == 0:
        assert len(stored(folder / "run.pt")["history"]["steps"]) == 3


def check_nan_on_one_rank_stops_all(lib, world, folder):
    weights = []

    def loss_fn(model, batch):
        weights.append(copy.deepcopy(dict(model.named_parameters())))
        bad = world.rank == 1 and len(weights) == 3
        return tiny.loss_fn(model, batch) * (math.nan if bad else 1)

    network = tiny.model()
    batches = lib.Batches(tiny.rows(), 5, seed=0, collate=tiny.collate)
    with pytest.raises(FloatingPointError, match=r"^loss is nan at update 3"):
        lib.train(network, loss_fn, batches, lib.TrainConfig(steps=5), world=world)
    assert same(dict(network.named_parameters()), weights[2])


def check_rank_0_alone_evaluates(lib, world, folder):
    """So that patience ends all of them at the same update."""
    scores = iter([0.5, 0.4, 0.3] if world.rank == 0 else [])
    history, weights = run(
        lib, world, evaluate=lambda model: next(scores), eval_every=2, patience=2
    )
    assert history.evals == [(2, 0.5), (4, 0.4), (6, 0.3)]
    assert all(same(weights, others) for others in world.gather(weights))


def check_rank_0_alone_shows_progress(lib, world, folder):
    with open(folder / f"said{world.rank}", "w+") as said, contextlib.redirect_stdout(said):
        run(lib, world)
        said.seek(0)
        assert len(said.readlines()) == (4 if world.rank == 0 else 0)


def check_alone_among_ranks(lib, world, folder):
    """A world of one is no world: to the bit what train() does without."""
    assert world.size == 1
    assert same(run(lib, world)[1], run(lib, None)[1])

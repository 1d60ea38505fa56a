"""Training on several ranks: the loop's checks, the command, and torchrun with kills."""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace

import nbformat
import pretrain_tiny
import psutil
import pytest
import ranks_checks
import torch
import train_tiny as tiny
from nbformat.v4 import new_code_cell, new_notebook
from ranks_checks import together
from training_checks import same, stored

from helpers import ROOT, training
from helpers.pretrain import __main__

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKS = {name: check for name, check in vars(ranks_checks).items() if name.startswith("check_")}
PARTS = "parts(batches, len(history.steps)"
SET_RNG = 'set_rng_state(saved["rng"][self.world.rank], self.device)'

# check -> bug -> (module, its text, the text with the bug)
BUGS = {
    "check_ranks_are_one_bigger_batch": {
        "every rank the same batch": (
            "training",
            "world.size + world.rank",
            "world.size",
        ),
        "ranks share batches": (
            "training",
            "step * accumulate * world.size + world.rank",
            "step * accumulate + world.rank",
        ),
        "a rank's batches overlap another's": (
            "training",
            "first + accumulate * world.size, world.size)",
            "first + accumulate)",
        ),
        "gradients summed, not averaged": (
            "training",
            "batches.size(k) * world.size / rows",
            "batches.size(k) * world.size**2 / rows",
        ),
        "gradients not exchanged": (
            "world",
            "DistributedDataParallel(_Loss(model, loss_fn), find_unused_parameters=True)",
            "partial(loss_fn, model)",
        ),
        "model called around DDP": (
            "training",
            "scalar(loss_of(to_device(batch, device)))",
            "scalar(loss_fn(model, to_device(batch, device)))",
        ),
        "small batches count as much": (
            "training",
            "batches.size(k) * world.size / rows",
            "1 / accumulate",
        ),
        "loss of one rank": ("training", "world.sum(loss) / world.size", "loss"),
        "losses summed": (
            "training",
            "world.sum(loss) / world.size",
            "world.sum(loss)",
        ),
    },
    "check_an_epoch_is_shared": {
        "every rank a whole epoch": (
            "training",
            "config.updates(len(batches), world.size)",
            "config.updates(len(batches))",
        ),
    },
    "check_parameters_may_be_left_out": {
        "all must be used": (
            "world",
            "find_unused_parameters=True",
            "find_unused_parameters=False",
        ),
    },
    "check_resume": {
        "rank 0's generators on all": ("resume", SET_RNG, SET_RNG.replace("self.world.rank", "0")),
        "generators on rank 0 only": (
            "resume",
            SET_RNG,
            f"if self.world.rank == 0: {SET_RNG}",
        ),
        "one update late": ("training", PARTS, f"{PARTS} + bool(past)"),
        "data starts over": (
            "training",
            PARTS,
            "parts(batches, len(history.steps) - len(past.get('steps', []))",
        ),
        "optimizer on rank 0 only": (
            "resume",
            'self.optimizer.load_state_dict(saved["optimizer"])',
            'self.world.rank or self.optimizer.load_state_dict(saved["optimizer"])',
        ),
    },
    "check_three_ranks_resume": {
        "gradients laid out anew after the first update": (
            "world",
            ("find_unused_parameters=True", "self.unused ="),
            ("find_unused_parameters=False", "unused ="),
        ),
    },
    "check_one_rank_reads_and_writes": {
        "all write": ("resume", "if self.world.rank > 0:", "if False:"),
        "rank 1 writes": ("resume", "if self.world.rank > 0:", "if self.world.rank == 0:"),
        "all read": ("resume", "self.world.once(self._read)", "self._read()"),
    },
    "check_another_number_of_ranks_is_refused": {
        "not compared": ("resume", "[str(world.size)]", "[]"),
    },
    "check_ranks_must_train_the_same": {
        "not compared": ("training", "    agree(identity, world)\n", ""),
    },
    "check_ctrl_c_on_one_rank_stops_all": {
        "each for itself": (
            "training",
            "world.sum(interrupted.is_set()) > 0",
            "interrupted.is_set()",
        ),
    },
    "check_nan_on_one_rank_stops_all": {
        "noticed by one": ("training", "world.sum(loss) / world.size", "loss"),
    },
    "check_rank_0_alone_evaluates": {
        "all evaluate": ("training", "world.once(lambda: evaluate(model))", "evaluate(model)"),
    },
    "check_rank_0_alone_shows_progress": {
        "all show": ("training", "progress and world.rank == 0", "progress"),
    },
}
ALL_BUGS = [(check, *bug) for check, bugs in BUGS.items() for bug in bugs.items()]


N_RANKS = {"check_alone_among_ranks": 1, "check_three_ranks_resume": 3}


def failures(check, folder, *bug):
    return together(CHECKS[check], folder, bug, N_RANKS.get(check, 2))


@pytest.mark.parametrize("check", CHECKS)
def test_passes(check, tmp_path):
    found = failures(check, tmp_path)
    assert not any(found), "\n".join(found)


@pytest.mark.parametrize("check, name, bug", ALL_BUGS, ids=[f"{c}: {n}" for c, n, _ in ALL_BUGS])
def test_catches(check, name, bug, tmp_path):
    assert any(failures(check, tmp_path, *bug)), "not caught"


@pytest.fixture
def command(monkeypatch):
    """The command, in this process, as ``command("lr=0.1 --steps 4", checkpoint)``."""
    lessons = {
        "tiny": pretrain_tiny.pretraining,
        "kind": lambda: "a model",
        "number": 3,
        "any": lambda **given: pretrain_tiny.pretraining(**given),
    }
    monkeypatch.setattr(__main__, "look_up", lessons.__getitem__)

    def run(words, checkpoint):
        return __main__.main(["--checkpoint", str(checkpoint), "--device", "cpu", *words.split()])

    return run


def test_alone_it_is_train(command, tmp_path, capsys):
    """Options may stand anywhere, and a run that has ended says so again."""
    for _ in range(2):
        assert command("tiny --steps 7 seed=2 lr=1e-2 --save-every 3", tmp_path / "run.pt") == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[-1].startswith("7 updates, last loss ") and lines[-1].endswith("run.pt")
    asked = pretrain_tiny.pretraining(seed=2, lr=0.01)
    tiny.seed_all(2)
    config = training.TrainConfig(
        steps=7, lr=0.01, schedule="cosine", warmup=0.3, checkpoint=tmp_path / "train.pt"
    )
    training.train(asked.model, asked.loss, asked.batches, config)
    assert same(stored(tmp_path / "run.pt"), stored(tmp_path / "train.pt"))


@pytest.mark.parametrize(
    "words, message",
    [
        ("tiny dropuot=0.1", r"argument 'dropuot'; its settings are seed, .*mean 'dropout'\?"),
        ("tiny dropout", "'dropout' is no setting: write name=value"),
        ("tiny =3", "'=3' is no setting"),
        ("tiny batch_size=five", "batch_size='five': must be of type int, as in batch_size=5"),
        ("tiny batch_size=5.0", "batch_size=5.0: must be of type int"),
        ("tiny batch_size=True", "batch_size=True: must be of type int"),
        ("tiny lr=x", "lr='x': must be of type float"),
        ("tiny optimizer=sgd", "tiny: optimizer='sgd': must be adam"),
        ("tiny seed=-1", "SEED=-1 is not allowed"),
        ("tiny --steps 0", "steps=0: must be a whole number"),
        ("tiny --save-every 0", "save_every=0: must be a whole number"),
        ("kind", "kind must return a Pretraining, got str"),
        ("number", "number must be a function, got int"),
        ("any lr=0", "any: lr=0: must be a finite number > 0"),
    ],
)
def test_bad_words(words, message, command, tmp_path, capsys):
    assert command(words, tmp_path / "run.pt") == 1
    said = capsys.readouterr()
    assert said.err.startswith("helpers.pretrain: ") and said.err.count("\n") == 1
    assert re.search(message, said.err) and not said.out
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "path, message",
    [
        ("helpers.training:train", "'helpers.training:train' doesn't have the form notebooks"),
        ("notebooks.transfer_lerning:x", "no lesson 'transfer_lerning'.*mean 'transfer_learning'"),
        ("notebooks.transfer_learning:x", "exports no 'x'"),
    ],
)
def test_no_such_lesson(path, message, tmp_path, capsys):
    assert __main__.main([path, "--checkpoint", str(tmp_path / "run.pt")]) == 1
    assert re.search(message, capsys.readouterr().err)


def test_whole_numbers_are_fine_as_rates(command, tmp_path):
    assert command("tiny lr=1 --steps 1", tmp_path / "run.pt") == 0


def test_a_checkpoint_of_another_run(command, tmp_path, capsys):
    assert command("tiny --steps 2", tmp_path / "run.pt") == 0
    assert command("tiny --steps 2 dropout=0.2", tmp_path / "run.pt") == 1
    assert "run.pt belongs to another run:\n  model: (dropout): Dropout(p=0.3" in (
        capsys.readouterr().err
    )


def test_ctrl_c(command, tmp_path, capsys, monkeypatch):
    loss_fn = tiny.at_call(3, tiny.loss_fn, lambda *_: signal.raise_signal(signal.SIGINT))
    monkeypatch.setattr(tiny, "loss_fn", loss_fn)
    assert command("tiny --steps 9", tmp_path / "run.pt") == 130
    assert "stopped after 3 updates; run it again" in capsys.readouterr().err


@pytest.mark.parametrize("n_gpus", [0, 1])
def test_too_few_gpus(n_gpus, command, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: n_gpus > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: n_gpus)
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    assert command("tiny --device cuda", tmp_path / "run.pt") == 1
    message = "2 processes on a machine with 1 GPU" if n_gpus else "torch sees no GPU here"
    assert message in capsys.readouterr().err


def test_only_the_first_process_of_a_machine_complains(command, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert command("tiny --steps 0", tmp_path / "run.pt") == 1
    assert not capsys.readouterr().err


TORCHRUN = (
    *(sys.executable, "-m", "torch.distributed.run"),
    *("--standalone", "--local-addr=localhost", "--max-restarts=1"),
)
PRETRAIN = (
    *("-m", "helpers.pretrain", "notebooks.tiny:pretraining"),
    *("--steps=12", "--save-every=2", "--checkpoint=run.pt"),
)


def tiny_torchrun(folder, kills="", n_ranks=2, device="cpu"):
    """`torchrun` of pretrain_tiny, as a lesson in `folder`."""
    (folder / "notebooks").mkdir(exist_ok=True)
    shutil.copy(ROOT / "notebooks" / "__init__.py", folder / "notebooks")
    cell = new_code_cell("#| export\nfrom pretrain_tiny import pretraining")
    nbformat.write(new_notebook(cells=[cell]), folder / "notebooks" / "99_tiny.ipynb")
    return torchrun(folder, (*PRETRAIN, f"--device={device}"), kills, n_ranks)


def torchrun(folder, words, kills="", n_ranks=2):
    """Start the ranks in `folder`; torchrun's exit status, and what was said."""
    command = (*TORCHRUN, f"--nproc-per-node={n_ranks}", *words)
    paths = os.pathsep.join([str(ROOT), HERE])
    # One thread a rank, as in `together`: another number can round sums otherwise.
    threads = {"OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"}
    environment = os.environ | {"PYTHONPATH": paths, "KILLS": kills} | threads
    with open(folder / "said", "w+") as said:  # a pipe would stay open as long as a rank lives on
        output = {"stdout": said, "stderr": said}
        done = subprocess.run(
            command, cwd=folder, env=environment, timeout=300, check=False, **output
        )
        said.seek(0)
        return done.returncode, said.read()


def alive(pid):
    """Whether a process still runs: one that nobody has asked for its exit status doesn't."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def check_as_undisturbed(lib, world, folder):
    asked = pretrain_tiny.pretraining()
    tiny.seed_all(world.rank)
    config = replace(
        asked.config, steps=12, epochs=None, checkpoint=folder / "whole.pt", save_every=2
    )
    lib.train(asked.model, asked.loss, asked.batches, config, world=world)


@pytest.mark.skipif(sys.platform != "linux", reason="names Linux's loopback interface")
def test_whoever_is_killed_the_run_ends_on_the_same_bits(tmp_path):
    """First a rank at a random update, then torchrun itself, whose ranks must not live on."""
    kill = f"{random.randrange(2)}:{random.randint(1, 8)}"
    print("killed is rank:loss", kill)

    status, said = tiny_torchrun(tmp_path, f"{kill} launcher:2")
    assert status == -tiny.KILL, said
    pids = [int(path.stem) for path in tmp_path.glob("*.pid")]
    assert len(pids) == 4, "two ranks, and two after the kill"
    for _ in range(100):
        if not any(map(alive, pids)):
            break
        time.sleep(0.1)
    assert not any(map(alive, pids)), "left behind"
    status, said = tiny_torchrun(tmp_path)
    assert status == 0 and "12 updates, last loss" in said, said

    assert not any(together(check_as_undisturbed, tmp_path))
    assert same(stored(tmp_path / "whole.pt"), stored(tmp_path / "run.pt"))


BERT = {"n_shards": 2, "shard_tokens": 3000, "vocab_size": 200, "d_model": 16, "n_heads": 1}
BERT |= {"n_layers": 1, "n_tokens": 256, "dropout": 0.0, "seed": 3}


@pytest.mark.skipif(sys.platform != "linux", reason="names Linux's loopback interface")
def test_two_ranks_pretrain_a_bert(tmp_path):
    """The loss of an update is that of both ranks' batches together."""
    from notebooks.bert_pretraining import pretraining

    words = ("-m", "helpers.pretrain", "notebooks.bert_pretraining:pretraining", "--device=cpu")
    words += (*(f"{name}={value}" for name, value in BERT.items()), "--checkpoint=run.pt")
    status, said = torchrun(tmp_path, (*words, "--steps=2"))
    assert status == 0 and "2 updates, last loss" in said, said

    asked = pretraining(**BERT)
    rows = [asked.batches.size(k) for k in (0, 1)]
    with torch.no_grad():
        losses = [float(asked.loss(asked.model, asked.batches.at(k))) for k in (0, 1)]
    shared = sum(n * loss for n, loss in zip(rows, losses, strict=True)) / sum(rows)
    first, second = stored(tmp_path / "run.pt")["history"]["losses"]
    assert first == pytest.approx(shared, rel=1e-5) and second != first


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_rank_on_each_gpu(tmp_path):
    """Killed and started again by torchrun, NCCL's ranks lose as undisturbed ones do."""
    losses = []
    for kills in ("", "0:5"):
        folder = tmp_path / (kills or "whole")
        folder.mkdir()
        status, said = tiny_torchrun(folder, kills, torch.cuda.device_count(), "cuda")
        assert status == 0, said
        content = stored(folder / "run.pt")
        assert content["identity"]["device"] == ["cuda"]
        losses.append(content["history"]["losses"])
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)

"""Training that is killed, interrupted, or finds a bad checkpoint."""

import os
import signal
import subprocess
import sys

import pytest
import torch
import train_tiny as tiny
from training_checks import same, stored

from helpers import training
from helpers.training import resume

HERE = os.path.dirname(os.path.abspath(__file__))


def program(folder, *place):
    """Run train_tiny.py in a process of its own; returns its exit code."""
    command = [sys.executable, os.path.join(HERE, "train_tiny.py")]
    command += [os.path.join(folder, "run.pt"), os.path.join(folder, "result.pt"), *place]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode


def test_killed_at_five_places_it_ends_on_the_same_bits(tmp_path):
    """One run that nobody touches, and one killed five times, each time further on."""
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    whole.mkdir()
    killed.mkdir()
    assert program(whole) == 0
    saved = {
        "before the first checkpoint": 0,
        "between two micro-batches": 4,
        "during evaluation": 8,
        "while writing the checkpoint": 10,
        "before the checkpoint takes its name": 12,
    }
    for place, updates in saved.items():
        code = program(killed, place)
        assert code == -signal.SIGKILL if os.name != "nt" else code != 0, place
        assert (killed / "run.pt").exists() == (updates > 0), place
        if updates:
            assert len(stored(killed / "run.pt")["history"]["steps"]) == updates, place
    assert (killed / "run.pt.tmp").exists(), "the kills during a write came before it"
    assert program(killed) == 0
    results = [torch.load(folder / "result.pt") for folder in (whole, killed)]
    for result in results:
        assert result["history"].pop("seconds") > 0
    assert same(*results)
    assert same(stored(whole / "run.pt"), stored(killed / "run.pt"))
    assert {path.name for path in killed.iterdir()} == {"run.pt", "result.pt"}


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk(tmp_path):
    tiny.run(tmp_path / "run.pt", steps=4, epochs=None)
    before = (tmp_path / "run.pt").read_bytes()
    (tmp_path / "other.pt.tmp").symlink_to("/dev/full")
    with pytest.raises(OSError, match=r"No space left|other.pt can't be written; is its disk full"):
        tiny.run(tmp_path / "other.pt", steps=4, epochs=None)
    (tmp_path / "run.pt.tmp").symlink_to("/dev/full")
    with pytest.raises(OSError, match=r"No space left|run.pt can't be written; is its disk full"):
        resume._write(tmp_path / "run.pt", {"anything": torch.zeros(10_000)})
    assert [path.name for path in tmp_path.iterdir()] == ["run.pt"]
    assert (tmp_path / "run.pt").read_bytes() == before


def test_a_checkpoint_that_cannot_be_written_is_noticed_before_training(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(training.CheckpointError, match=r"checkpoint=.*run.pt' can't be written"):
        tiny.run(tmp_path / "file" / "run.pt", loss_fn=lambda *_: pytest.fail("an update was made"))


def test_the_number_of_silent_flips_is_small(tmp_path):
    """Only padding and unused header fields may change unseen; every stored number is guarded."""
    content = {"format": resume.FORMAT, "numbers": torch.arange(4096.0)}
    resume._write(tmp_path / "file.pt", content)
    whole = (tmp_path / "file.pt").read_bytes()
    start = whole.index(torch.arange(4096.0).numpy().tobytes())
    for position in range(start, start + 4 * 4096, 61):
        flipped = bytearray(whole)
        flipped[position] ^= 1
        (tmp_path / "file.pt").write_bytes(flipped)
        with pytest.raises(training.CheckpointError, match="checksum"):
            resume._read(tmp_path / "file.pt")


@pytest.mark.parametrize("content", [{"weight": torch.zeros(2)}, [1, 2]])
def test_a_file_of_another_kind(content, tmp_path):
    torch.save(content, tmp_path / "model.pt")
    with pytest.raises(training.CheckpointError, match="no checkpoint of this training loop"):
        tiny.run(tmp_path / "model.pt")


def test_a_file_of_another_version_says_so(tmp_path):
    """What to do is another thing than with a stranger's file: that training can be ended."""
    path = tmp_path / "run.pt"
    tiny.run(path, steps=4, epochs=None)
    older = torch.load(path, weights_only=True) | {"format": "helpers.training 1"}
    torch.save(older, path)
    whole = path.read_bytes()
    with pytest.raises(
        training.CheckpointError,
        match=r"run\.pt was written by another version .*format 1, this one reads 2.*delete it",
    ):
        tiny.run(path, steps=4, epochs=None)
    assert path.read_bytes() == whole, "and it is left as it was"


def test_no_class_is_unpickled(tmp_path):
    torch.save({"format": resume.FORMAT, "model": tiny.model()}, tmp_path / "run.pt")
    with pytest.raises(
        training.CheckpointError, match=r"run\.pt is damaged or of another kind \(Weights only"
    ):
        tiny.run(tmp_path / "run.pt")


def test_ctrl_c_finishes_the_update_and_saves(tmp_path):
    whole, history = tiny.run(tmp_path / "whole.pt")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    loss_fn = tiny.at_call(10, tiny.loss_fn, lambda *_: signal.raise_signal(signal.SIGINT))
    with pytest.raises(
        training.Interrupted, match=r"after 5 updates; run it again to.*run\.pt"
    ) as e:
        tiny.run(tmp_path / "run.pt", loss_fn=loss_fn)
    assert isinstance(e.value, KeyboardInterrupt)
    assert e.value.history.losses == history.losses[:5]
    assert len(stored(tmp_path / "run.pt")["history"]["steps"]) == 5
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    resumed, resumed_history = tiny.run(tmp_path / "run.pt", seed=4)
    assert resumed_history == history
    assert same(dict(whole.state_dict()), dict(resumed.state_dict()))


def test_ctrl_c_without_a_checkpoint_says_what_to_do():
    loss_fn = tiny.at_call(10, tiny.loss_fn, lambda *_: signal.raise_signal(signal.SIGINT))
    with pytest.raises(training.Interrupted, match="after 5 updates; run it again to start over"):
        tiny.run(None, loss_fn=loss_fn, save_every=None)


def test_a_second_ctrl_c_strikes_at_once(tmp_path):
    def twice(*_):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt) as e:
        tiny.run(tmp_path / "run.pt", loss_fn=tiny.at_call(10, tiny.loss_fn, twice))
    assert not isinstance(e.value, training.Interrupted)
    assert len(stored(tmp_path / "run.pt")["history"]["steps"]) == 4, "the last whole one stays"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_late_ctrl_c_is_not_swallowed():
    with pytest.raises(KeyboardInterrupt), resume.deferred_interrupt():
        signal.raise_signal(signal.SIGINT)

"""The benchmark takes turns, compares equal work only, and writes its rows whole or not at all."""

import json
from importlib.util import find_spec

import pytest
import torch

from helpers import bench, kernel_bench, measured, recurrent_bench
from helpers.bench import Measurement, UnequalWork, paired, same_work
from helpers.kernels import dispatch

FIELDS = {
    "name", "ours", "peer", "unit", "ratio", "ratio_min", "ratio_max", "runs", "machine", "share",
    "ms",
}  # fmt: skip


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch):
    """Nobody waits here for the kernels to be timed."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


def measurement(ours, peer, calls=None):
    def side(name, speeds):
        speeds = iter(speeds)

        def speed():
            if calls is not None:
                calls.append(name)
            return next(speeds)

        return speed

    return Measurement("race", "steps/s", side("A", ours), side("B", peer))


def test_sides_take_turns_and_the_warm_up_does_not_count():
    calls = []
    row = paired(measurement([1, 30, 20, 60], [1, 10, 10, 10], calls), runs=3)
    assert "".join(calls) == "ABABABAB"
    assert (row.ours, row.peer) == (30, 10)
    assert (row.ratio, row.ratio_min, row.ratio_max, row.runs) == (3, 2, 6, 3)


def test_ratio_pairs_runs_instead_of_dividing_medians():
    row = paired(measurement([1, 10, 20, 40], [1, 5, 40, 40]), runs=3)
    assert row.ratio == 1 and row.ours / row.peer == 0.5


def test_unequal_work_is_refused():
    same_work("words", 102, 100, tolerance=0.02)
    with pytest.raises(UnequalWork, match=r"words: ours 103, the peer's 100"):
        same_work("words", 103, 100, tolerance=0.02)


def test_command_writes_all_rows(tmp_path, monkeypatch, capsys):
    def race():
        return measurement([1, 3], [1, 2])

    monkeypatch.setattr(bench, "MEASUREMENTS", (race, race))
    monkeypatch.setattr(measured, "KEPT", tmp_path / "kept")
    target = tmp_path / "build" / "bench.json"
    assert bench.command(target, runs=1) == 0
    rows = json.loads(target.read_text())
    assert [set(row) for row in rows] == 2 * [FIELDS]
    assert "race: 1.50 × the peer" in capsys.readouterr().out
    kept = [json.loads(line) for line in (tmp_path / "kept" / "bench.jsonl").open()]
    assert [row["ratio"] for row in kept] == 2 * [1.5]
    assert {"date", "commit", "corpus_hash"} <= kept[0].keys()


def test_command_writes_nothing_if_a_side_cheats(tmp_path, monkeypatch, capsys):
    def cheat():
        raise UnequalWork("raw words read: ours 1, the peer's 2.")

    monkeypatch.setattr(
        bench,
        "MEASUREMENTS",
        (lambda: measurement([1, 3], [1, 2]), lambda: Measurement("x", "y", cheat, cheat)),
    )
    monkeypatch.setattr(measured, "KEPT", tmp_path)
    assert bench.command(tmp_path / "bench.json", runs=1) == 1
    assert not list(tmp_path.iterdir())
    assert "raw words read" in capsys.readouterr().err


def test_the_gpus_rows_are_left_out_with_one_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(bench, "MEASUREMENTS", ())
    monkeypatch.setattr(measured, "KEPT", tmp_path)
    assert bench.command(tmp_path / "bench.json", runs=1) == 0
    assert capsys.readouterr().out.count("the GPU kernels are not timed") == 1
    assert not (tmp_path / "kernel_bench.jsonl").exists()


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
def test_every_race_of_the_kernels_compares_equal_work(monkeypatch):
    """On a CPU, with small shapes: only the times need a GPU."""
    monkeypatch.delenv("KERNELS", raising=False)
    monkeypatch.setattr(kernel_bench, "with_compiled", lambda eager: {"eager": eager})
    monkeypatch.setattr(kernel_bench, "seconds", lambda function: function() and 1e-6)
    monkeypatch.setattr(kernel_bench.Race, "thrift", lambda race, side: 1.0)
    monkeypatch.setattr(kernel_bench, "CEILINGS", {"GB/s": lambda: 1.0, "TFLOP/s": lambda: 1.0})
    races = list(kernel_bench.races("cpu", small=True))
    kernels = {race.name.partition(" ")[0].strip(",") for race in races}
    assert kernels == set(dispatch.KERNELS)
    for race in races:
        for sides in race.measurements():
            row = paired(Measurement(*sides), runs=1)
            assert row.ratio == 1
            if row.unit == "calls/GB":
                assert "peak memory" in row.name and row.share is None
            else:
                assert row.ours == row.share == pytest.approx(race.speed(race.ours))
                assert row.ms == pytest.approx(1e-3)
                assert ": 1.00 × the peer (" in str(row) and "; 0.001 ms, " in str(row)
                assert "of what the GPU can do" in str(row)


@pytest.fixture
def small_nets(monkeypatch):
    """A few sentences; skipped where a lesson isn't in the checkout."""
    for lesson in (recurrent_bench.LESSON_02, recurrent_bench.LESSON_03):
        if find_spec(lesson) is None:
            pytest.skip(f"{lesson} isn't in this checkout")
    monkeypatch.setattr(recurrent_bench, "TOKENS", 1500)
    monkeypatch.setattr(recurrent_bench, "SIZES", {"d_model": 16, "d_hidden": 16})


@pytest.mark.parametrize("sides", ["lstm_loop", "bilm", "translator"])
def test_the_recurrent_races_compare_equal_work(small_nets, sides):
    race = getattr(recurrent_bench, sides)
    assert paired(Measurement(*race()), runs=1).ratio > 0


@pytest.mark.parametrize(
    ("plain", "sides"), [("PlainBiLM", "bilm"), ("PlainTranslator", "translator")]
)
def test_a_peer_of_other_weights_is_refused(small_nets, monkeypatch, plain, sides):
    monkeypatch.setattr(getattr(recurrent_bench, plain), "take", lambda plain, model: None)
    _, _, ours, peer = getattr(recurrent_bench, sides)()
    ours()
    with pytest.raises(UnequalWork, match="losses of the updates differ"):
        peer()


def test_a_race_of_different_results_is_refused():
    x = [torch.randn(3, requires_grad=True)]
    race = kernel_bench.Race("r", 1, "GB/s", x, torch.sin, {"peer": lambda x: 1.2 * x.sin()})
    with pytest.raises(UnequalWork, match="r and peer: result 0 differs by"):
        next(race.measurements())


def test_a_peer_that_torch_lacks_here_is_left_out_with_a_sentence(capsys):
    def lacking(x):
        raise RuntimeError("No available kernel. Aborting execution.")

    x = [torch.randn(3, requires_grad=True)]
    race = kernel_bench.Race("r", 1, "GB/s", x, torch.sin, {"cuDNN": lacking, "peer": torch.sin})
    assert [name for name, *_ in race.measurements()] == ["r, against peer"]
    assert capsys.readouterr().out == "r: cuDNN can't do this here.\n"


def test_sgns_sides_do_the_same_work():
    words = [f"w{i % 97}" for i in range(4000)]
    sentences = [words[i : i + 20] for i in range(0, len(words), 20)]
    ours, peer = bench.sgns_sides(sentences, threads=1)
    assert ours() > 0 and peer() > 0


def test_sgns_sides_notice_skipped_words(monkeypatch):
    sentences = [[f"w{i % 7}" for i in range(20)] for _ in range(50)]
    ours, peer = bench.sgns_sides(sentences, threads=1)
    monkeypatch.setattr(bench, "train_epoch", lambda *a, **k: type("Work", (), {"words": 100}))
    ours()
    with pytest.raises(UnequalWork, match="after subsampling"):
        peer()

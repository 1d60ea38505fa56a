"""A checkpoint is whole and its own, or a sentence says why not; its card tells the truth."""

import dataclasses
import json
import types

import pytest
import torch

from helpers import checkpoints, ladder
from helpers.checkpoints import CheckpointError, Damaged, Missing, TooLarge
from helpers.course import checkpoints as maker
from helpers.ladder import BudgetError

WEIGHTS = {"W": torch.arange(6.0).reshape(2, 3), "half": torch.ones(4, dtype=torch.float16)}
SETTINGS = {"d_model": 3, "words": ["a", "é"]}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "FOLDER", tmp_path / "checkpoints")
    return checkpoints.FOLDER


@pytest.fixture
def saved(folder):
    checkpoints.save("tiny", SETTINGS, WEIGHTS, {"metrics": {"accuracy": 0.5}})
    return folder


def test_what_is_saved_comes_back(saved):
    loaded = checkpoints.load("tiny")
    assert loaded.settings == SETTINGS and loaded.card["metrics"] == {"accuracy": 0.5}
    assert loaded.weights.keys() == WEIGHTS.keys()
    for name, tensor in WEIGHTS.items():
        assert loaded.weights[name].dtype == tensor.dtype
        assert torch.equal(loaded.weights[name], tensor)
    assert loaded.card["bytes"] == (saved / "tiny.safetensors").stat().st_size
    assert sorted(path.name for path in saved.iterdir()) == ["tiny.json", "tiny.safetensors"]


def test_views_and_gradients_can_be_saved(folder):
    table = torch.nn.Parameter(torch.arange(6.0).reshape(2, 3))
    checkpoints.save("tiny", {}, {"T": table.T}, {})
    assert torch.equal(checkpoints.load("tiny").weights["T"], table.detach().T)


def cut(folder):
    file = folder / "tiny.safetensors"
    file.write_bytes(file.read_bytes()[:-4])


def flip(folder):
    file = folder / "tiny.safetensors"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


def edit_card(**changes):
    def edit(folder):
        file = folder / "tiny.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | changes))

    return edit


def not_one_of_ours(folder):
    (folder / "tiny.safetensors").write_bytes(b"no weights at all")
    digest = checkpoints._sha256(b"no weights at all")
    edit_card(sha256=digest)(folder)


def another_ones_weights(folder):
    checkpoints.save("other", SETTINGS, WEIGHTS, {})
    (folder / "other.safetensors").rename(folder / "tiny.safetensors")
    card = json.loads((folder / "other.json").read_text())
    edit_card(sha256=card["sha256"])(folder)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (cut, "sha256"),
        (flip, "sha256"),
        (edit_card(sha256="0" * 64), "sha256"),
        (edit_card(name="elmo"), "the card is that of 'elmo'"),
        (another_ones_weights, "the file is that of 'other'"),
        (not_one_of_ours, "no checkpoint was ever saved like this"),
        (lambda folder: (folder / "tiny.json").unlink(), "its card tiny.json is missing"),
        (lambda folder: (folder / "tiny.json").write_text("{"), "can't be read"),
        (lambda folder: (folder / "tiny.json").write_text("[1]"), "can't be read"),
    ],
)
def test_damage_is_one_sentence_with_the_remedy(saved, damage, words):
    damage(saved)
    with pytest.raises(Damaged, match=words) as raised:
        checkpoints.load("tiny")
    message = str(raised.value)
    assert message.endswith("`course checkpoints tiny` makes it anew.") and "\n" not in message


def test_missing_is_one_sentence_with_the_remedy(folder):
    with pytest.raises(Missing, match=r"no checkpoint 'elmo' here: `course checkpoints elmo`"):
        checkpoints.load("elmo")


def test_killed_between_the_two_files_is_noticed(saved, monkeypatch):
    write = checkpoints.write_atomically

    def killed(path, content):
        if path.suffix == ".json":
            raise KeyboardInterrupt
        write(path, content)

    monkeypatch.setattr(checkpoints, "write_atomically", killed)
    with pytest.raises(KeyboardInterrupt):
        checkpoints.save("tiny", SETTINGS, {"W": torch.zeros(2)}, {})
    with pytest.raises(Damaged):
        checkpoints.load("tiny")


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("../x", {}, "name='../x'"),
        ("x", {"a": {1}}, "settings of 'x'"),
        ("x", {"a": float("nan")}, "JSON"),
    ],
)
def test_what_cannot_be_kept_is_refused(folder, name, settings, words):
    with pytest.raises(CheckpointError, match=words):
        checkpoints.save(name, settings, WEIGHTS, {})
    assert not folder.exists()


def test_sizes_are_limited(saved, monkeypatch):
    size = (saved / "tiny.safetensors").stat().st_size
    monkeypatch.setattr(checkpoints, "MAX_FILE", size - 1)
    with pytest.raises(TooLarge, match=rf"'tiny' would take {size} bytes, and {size - 1} are"):
        checkpoints.save("tiny", SETTINGS, WEIGHTS, {})
    monkeypatch.setattr(checkpoints, "MAX_FILE", size + 100)
    monkeypatch.setattr(checkpoints, "MAX_TOGETHER", size + 10)
    checkpoints.save("tiny", SETTINGS, WEIGHTS, {})  # in its own place: nothing is added
    with pytest.raises(TooLarge, match="all checkpoints would take"):
        checkpoints.save("other", SETTINGS, WEIGHTS, {})
    assert not (saved / "other.safetensors").exists()


def lesson(card, weights=WEIGHTS):
    """What a lesson exports; the metric shows whether it was measured on what is kept."""
    return types.SimpleNamespace(
        make=lambda seed: (SETTINGS, weights, card),
        restore=lambda checkpoint: checkpoint.weights,
        measure=lambda weights: {"sum": weights["W"].sum()},
    )


@pytest.fixture
def tiny_maker(folder, monkeypatch):
    """Installs a lesson as the only one with a checkpoint, below a text of 10 words."""

    def install(card, weights=WEIGHTS):
        functions = vars(lesson(card, weights))
        monkeypatch.setattr(maker, "look_up", functions.__getitem__)
        monkeypatch.setattr(maker, "MAKERS", {"tiny": maker.Maker("make", "restore", "measure")})
        monkeypatch.setattr(maker, "here", lambda: ["tiny"])

    monkeypatch.setattr(ladder, "n_words", lambda: 10)
    monkeypatch.setattr("helpers.ladder.budget.n_words", lambda: 10)
    monkeypatch.setattr(ladder, "corpus_hash", lambda: "c0ffee")
    return install


def test_the_command_makes_what_is_missing_and_says_what_is_there(tiny_maker, capsys):
    tiny_maker({"words_read": 30, "updates": 7, "metrics": {"sum": -1.0}})
    assert maker.command() == 0
    card = checkpoints.load("tiny").card
    assert card.keys() == maker.FIELDS
    assert card["metrics"] == {"sum": 15.0}, "measured on the weights, whatever the lesson says"
    assert (card["parameters"], card["words"], card["updates"]) == (10, 10, 7)
    assert "Making tiny" in capsys.readouterr().out
    assert maker.command() == 0 and maker.command(listing=True) == 0
    assert "Making" not in capsys.readouterr().out
    assert maker.command(["tiny"]) == 0, "named: made anew"
    assert "Making tiny" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ({"parameters": 1_000_001}, "parameters = 1,000,001, and the budget .* 1,000,000"),
        ({"cpu_seconds": 601}, "cpu_seconds = 601, and the budget of the ladder allows 600"),
        ({"words": 11}, "words = 11, and the budget of the ladder allows 10"),
    ],
)
def test_beyond_the_budget_nothing_is_written(tiny_maker, folder, capsys, card, words):
    tiny_maker(card)
    with pytest.raises(BudgetError, match=words):
        maker.make("tiny")
    assert maker.command(["tiny"]) == 1
    assert "tiny was not written" in capsys.readouterr().err and not folder.exists()


def test_an_unknown_name_is_refused_before_anything_is_made(tiny_maker, capsys):
    tiny_maker({})
    assert maker.command(["tiny", "tini"]) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith("course checkpoints: no checkpoint is called 'tini': ")
    assert "Did you mean 'tiny'?" in printed.err and not printed.out


@pytest.mark.parametrize("whole", [100, 1])
def test_the_listing_has_shares_in_percent_whatever_the_card_has(
    tiny_maker, monkeypatch, capsys, whole
):
    tiny_maker({"words_read": 30, "updates": 7})
    [kept] = maker.MAKERS.values()
    monkeypatch.setitem(maker.MAKERS, "tiny", dataclasses.replace(kept, whole=whole))
    metrics = {"agreement: simple": 0.9683 * whole, "nats": 1.25}
    monkeypatch.setattr(maker, "measure", lambda name, checkpoint: metrics)
    maker.make("tiny")
    assert maker.command(listing=True) == 0
    assert capsys.readouterr().out.endswith("; agreement: simple 96.83 %, nats 1.25\n")


def test_a_damaged_one_is_listed_and_made_anew(tiny_maker, folder, capsys):
    tiny_maker({"words_read": 30, "updates": 7})
    maker.make("tiny")
    cut(folder)
    assert maker.command(listing=True) == 0
    assert "is not used, because its sha256" in capsys.readouterr().out
    assert maker.command() == 0
    assert checkpoints.load("tiny").settings == SETTINGS


@pytest.mark.parametrize("name", sorted(path.stem for path in checkpoints.FOLDER.glob("*.json")))
def test_the_committed_card_is_true(name):
    """The class of the lesson still fits the weights, and measures what the card says."""
    kept = checkpoints.load(name)
    card = kept.card
    assert card.keys() >= maker.FIELDS
    assert card["corpus_hash"] == ladder.corpus_hash(), "trained on another mini-world"
    if maker.MAKERS[name].budgeted:
        ladder.check_budget(name, card)
    with ladder.one_thread():
        measured = maker.measure(name, kept)
    assert measured.keys() == card["metrics"].keys()
    for metric, said in card["metrics"].items():
        # Where a processor rounds otherwise, shares in % move by whole answers, and nats hardly.
        allowed = {"abs": 1e-3} if metric.startswith("nats") else {"rel": 1e-3}
        assert measured[metric] == pytest.approx(said, **allowed), metric

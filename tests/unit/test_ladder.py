"""The ladder measures each row once, keeps what is done, and measures anew what has changed.

The rungs here are tiny ones in a lesson of their own; the last test draws two committed rows and
measures them again.
"""

import importlib
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from PIL import Image

from helpers import ROOT, checkpoints, ladder, notebook_importer
from helpers.course import ladder as climb
from helpers.course.provenance import commit
from helpers.ladder import code, measuring, picture, rungs
from helpers.miniworld.tasks import Opinion
from helpers.results import ClaimError

LESSON = '''
#| export
import os
import time

import numpy as np

from helpers.ladder import Rung
from notebooks.below import polarity

UNUSED = 1


def learn(rows, seed):
    """Knows one word."""
    if os.environ.get("LADDER_TEST_LOG"):
        with open(os.environ["LADDER_TEST_LOG"], "a") as log:
            log.write(f"{len(rows)} {seed}\\n")
        time.sleep(60 * (seed == 1 and len(rows) == 50))
    return lambda texts: np.array([polarity("good" in text) for text in texts])


tiny = Rung("tiny", learn)
def learn_late(rows, seed):
    from notebooks.below import negated

    predict = learn(rows, seed)
    return lambda texts: negated(predict(texts))


kept = Rung("kept", learn_late, checkpoint="words")
'''
BELOW = '''
#| export
def polarity(good):
    """1 for praise."""
    return int(good)


def negated(labels):
    """Twice: the same again."""
    return 1 - (1 - labels)
'''


def write_lesson(folder, name, source):
    cell = {"cell_type": "code", "metadata": {}, "source": source.strip(), "outputs": []}
    (folder / f"{name}.ipynb").write_text(json.dumps({"cells": [cell]}))


def made_up(n_labels, seed):
    """Splits of which the tiny rung gets three quarters right."""
    texts = [("a good film", 1), ("a bad film", 0), ("a film", 0), ("not bad", 1)]
    many = [
        Opinion(text, label, "plain", "films", ()) for text, label in texts * (n_labels // 4 + 1)
    ]
    return {"train": many[:n_labels], "test": many[: 4 * (seed + 1)], "unseen": many[:4]}


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A ladder of two rungs in the lessons 90 and 91 of a folder of their own."""
    root = tmp_path / "checkout"
    (root / "notebooks").mkdir(parents=True)
    write_lesson(root / "notebooks", "90_below", BELOW)
    write_lesson(root / "notebooks", "91_tiny", LESSON)
    importlib.import_module("notebooks")  # registers its own folder, which must outlast this
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    notebook_importer.register(root / "notebooks")
    for module in (code, rungs):
        monkeypatch.setattr(module, "ROOT", root)
    names = {"tiny": "notebooks.tiny:tiny", "kept": "notebooks.tiny:kept"}
    monkeypatch.setattr(picture, "LOOKS", {"tiny": ("grey", "-"), "kept": ("sky", ":")})
    for module in (rungs, measuring, picture, ladder):
        monkeypatch.setattr(module, "LADDER", names)
    monkeypatch.setattr(measuring, "RESULTS", root / "ladder.jsonl")
    monkeypatch.setattr(measuring, "LOCK", root / "lock")
    monkeypatch.setattr(climb, "PICTURE", root / "ladder.png")
    monkeypatch.setattr(checkpoints, "FOLDER", root / "checkpoints")
    monkeypatch.setattr(measuring, "task", made_up)
    measuring._sentences.cache_clear()
    checkpoints.save("words", {}, {"W": torch.zeros(2)}, {})
    yield root
    measuring._sentences.cache_clear()
    for name in ("below", "tiny"):
        sys.modules.pop(f"notebooks.{name}", None)


@pytest.fixture
def learned(tiny, monkeypatch):
    """What the rungs were asked to learn, one (rows, seed) at a time."""
    log = tiny / "log"
    monkeypatch.setenv("LADDER_TEST_LOG", str(log))
    monkeypatch.setattr(time, "sleep", lambda seconds: None)

    def read():
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return lines

    return read


def test_every_row_is_measured_once(tiny, learned, capsys):
    assert climb.command() == 0
    assert len(learned()) == 2 * 4 * 3
    found = {ladder.place(row): row for row in ladder.rows()}
    assert len(found) == 24
    row = found["tiny", 200, 2]
    assert (row["test"], row["unseen"]) == (0.75, 0.75)
    assert {"date", "commit", "machine", "torch", "cpu_seconds"} <= row.keys()
    assert (tiny / "ladder.png").read_bytes().startswith(b"\x89PNG")
    assert "[24/24] kept, 4,000 labels, seed 2: test 75.0%" in capsys.readouterr().out
    before = measuring.RESULTS.read_text()
    assert climb.command() == 0
    assert not learned() and measuring.RESULTS.read_text() == before


def test_a_part_can_be_asked_for(tiny, learned):
    assert climb.command(["kept"], sizes="50, 200", seeds="2") == 0
    assert learned() == ["50 2", "200 2"]
    assert climb.command(seeds="2", sizes="50") == 0
    assert learned() == ["50 2"], "the other rung alone"
    assert [ladder.place(row) for row in ladder.rows()] == [
        ("tiny", 50, 2),
        ("kept", 50, 2),
        ("kept", 200, 2),
    ], "in the ladder's order"


def edited(text, old, new):
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("lesson", "old", "new", "again"),
    [
        ("91_tiny", '"good" in text', '"bad" in text', 2),
        ("90_below", "int(good)", "int(not good)", 2),
        ("91_tiny", 'checkpoint="words"', 'checkpoint="words" ""', 0),
        ("91_tiny", "UNUSED = 1", "UNUSED = 2  # but never read", 0),
        ("91_tiny", '"""Knows one word."""', '"""Knows a word."""', 0),
        ("91_tiny", "from helpers.ladder import Rung", "from helpers.ladder import Rung, up_to", 0),
        ("91_tiny", 'Rung("kept", learn_late', 'Rung("kept", learn', 1),
        ("90_below", "1 - (1 - labels)", "1 * labels", 1),
    ],
)
def test_changed_code_is_measured_again_and_prose_is_not(tiny, learned, lesson, old, new, again):
    climb.command(sizes="50", seeds="0")
    learned()
    source = {"91_tiny": LESSON, "90_below": BELOW}[lesson]
    write_lesson(tiny / "notebooks", lesson, edited(source, old, new))
    climb.command(sizes="50", seeds="0")
    assert len(learned()) == again
    assert len(ladder.rows()) == 2, "a new row takes the place of the old one"


def test_another_checkpoint_or_other_sentences_are_measured_again(tiny, learned, monkeypatch):
    climb.command(sizes="50", seeds="0")
    learned()
    checkpoints.save("words", {}, {"W": torch.ones(2)}, {})
    assert [ladder.changed(row) for row in ladder.rows()] == [[], ["checkpoint"]]
    climb.command(sizes="50", seeds="0")
    assert len(learned()) == 1
    monkeypatch.setattr(measuring, "task", lambda n, seed: made_up(n, seed) | {"unseen": []})
    measuring._sentences.cache_clear()
    assert [ladder.changed(row) for row in ladder.rows()] == [["sentences"], ["sentences"]]


def test_without_its_checkpoint_a_rung_is_left_out(tiny, learned, capsys):
    (checkpoints.FOLDER / "words.safetensors").unlink()
    assert climb.command(sizes="50", seeds="0") == 1
    assert [row["rung"] for row in ladder.rows()] == ["tiny"]
    assert "kept is left out. There is no checkpoint 'words' here" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((["tny"],), "'tny' is not on the ladder: 'tiny', 'kept' are. Did you mean 'tiny'?"),
        (([], "50,100"), "sizes='50,100': '100' is none of 50, 200, 1000, 4000."),
        (([], "", "zero"), "seeds='zero': 'zero' is none of 0, 1, 2."),
    ],
)
def test_a_wrong_argument_is_one_sentence(tiny, learned, capsys, arguments, words):
    assert climb.command(*arguments) == 2
    assert words in capsys.readouterr().err and not learned()


def test_a_damaged_file_is_never_read_silently(tiny, learned, capsys):
    climb.command(sizes="50", seeds="0")
    learned()
    damaged = measuring.RESULTS.read_text()[:-20]
    measuring.RESULTS.write_text(damaged)
    with pytest.raises(ClaimError, match="line 2 is damaged"):
        ladder.rows()
    assert climb.command(sizes="50", seeds="1") == 1
    assert "line 2 is damaged" in capsys.readouterr().err
    assert not learned() and measuring.RESULTS.read_text() == damaged


KILLED = """
import sys
sys.path[:0] = [{tests!r}]
import pytest, test_ladder

class Set:
    def setattr(self, target, *change):
        setattr(target, *change)

from pathlib import Path
generator = test_ladder.tiny.__wrapped__(Path({folder!r}), Set())
next(generator)
sys.exit(test_ladder.climb.command(["tiny"], "50"))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_killed_in_a_row_it_keeps_those_before(tiny, tmp_path, number):
    """The second row sleeps; once it is asked for, the first one must be on the disk."""
    folder, log = tmp_path / "killed", tmp_path / "log"
    script = KILLED.format(tests=os.path.dirname(__file__), folder=str(folder))
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "LADDER_TEST_LOG": str(log), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + 120
        while time.monotonic() < end and not (log.exists() and "50 1" in log.read_text()):
            time.sleep(0.05)
        process.send_signal(number)
        assert process.wait(30) != 0
    finally:
        process.kill()
    text = (folder / "checkout" / "ladder.jsonl").read_text()
    [row] = map(json.loads, text.splitlines())
    assert (row["rung"], row["labels"], row["seed"], row["test"]) == ("tiny", 50, 0, 0.75)


def test_two_at_once_lose_no_row(tiny):
    """Each reads the rows, adds its own and writes all: only under the lock does none vanish."""
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=keep_some, args=(seed,)) for seed in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(ladder.rows()) == 4 * 10


def keep_some(seed):
    for n_labels in range(10):
        ladder.keep({"rung": "tiny", "labels": n_labels, "seed": seed})


@pytest.mark.parametrize(
    "answer",
    [
        lambda texts: np.zeros(len(texts) + 1),
        lambda texts: np.full(len(texts), 0.3),
        lambda texts: np.zeros((len(texts), 1)),
    ],
)
def test_an_answer_that_is_no_label_for_each_text_is_refused(tiny, answer):
    with pytest.raises(ladder.LadderError, match="must return a 0 or 1 for each of 4 texts"):
        ladder.measure(ladder.Rung("tiny", lambda rows, seed: answer), 50, 0)


def test_a_measurement_is_one_thread_and_repeats_itself(tiny):
    threads = []

    def learn(rows, seed):
        threads.append(torch.get_num_threads())
        return lambda texts: (torch.rand(len(texts)) < np.random.rand()).int().numpy()

    torch.set_num_threads(2)
    before = torch.get_rng_state()
    measured = [ladder.measure(ladder.Rung("tiny", learn), 4000, 300) for _ in range(2)]
    assert measured[0]["test"] == measured[1]["test"]
    assert threads == [1, 1] and torch.get_num_threads() == 2
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"tiny", learn', '"tin", learn', r"notebooks\.tiny:tiny must be the Rung 'tiny'"),
        ("tiny = Rung", "tine = Rung", r"exports no 'tiny'\. Did you mean 'tine'"),
    ],
)
def test_a_lesson_that_exports_another_thing_is_refused(tiny, old, new, words):
    write_lesson(tiny / "notebooks", "91_tiny", edited(LESSON, old, new))
    with pytest.raises(ladder.LadderError, match=words):
        ladder.rung("tiny")


def test_the_figure_has_a_line_for_each_rung_that_has_rows(tiny, capsys):
    assert ladder.figure() is None
    assert capsys.readouterr().out == (
        "No row of the ladder has been measured yet: `course ladder` does.\n"
    )
    for seed, labels in [(0, 50), (1, 50), (2, 50), (0, 200)]:
        scores = {"test": 0.6 + 0.1 * seed, "unseen": 0.5}
        ladder.keep({"rung": "tiny", "labels": labels, "seed": seed, **scores})
    live = [{"rung": "kept", "labels": 50, "seed": 0, "test": 0.9, "unseen": 0.8}]
    drawn = ladder.figure(["kept", "tiny"], live)
    [lines] = [ax.containers for ax in drawn.axes[:1]]
    assert [line.get_label() for line in lines] == ["tiny"]
    mean = lines[0].lines[0].get_ydata()
    assert mean == pytest.approx([70, 60])
    shown = drawn.get_supxlabel() + drawn.get_suptitle()
    assert "at most 1 M parameters and 600 CPU s" in shown
    assert "tiny: 70 % with 50 labels, 60 % with 200 labels" in shown
    ladder.keep({"rung": "kept", "labels": 50, "seed": 0, "test": 0.6, "unseen": 0.7})
    shown = ladder.figure().get_suptitle()
    assert shown == "Best with 50 labels: tiny 70 %; where no label shows the words: kept 70 %"
    with pytest.raises(ladder.LadderError, match="Did you mean 'tiny'"):
        ladder.figure(["tini"])


def test_the_axis_ends_where_accuracies_do(tiny):
    for seed, score in enumerate((1.0, 0.8, 1.0)):
        ladder.keep({"rung": "tiny", "labels": 50, "seed": seed, "test": score, "unseen": score})
    drawn = ladder.figure(["tiny"])
    [line] = drawn.axes[0].containers
    assert line.lines[2][0].get_segments()[0][1, 1] > 102, "the interval is drawn as it is"
    assert [ax.get_ylim()[1] for ax in drawn.axes] == [102, 102]


def test_every_rung_has_a_look():
    assert picture.LOOKS.keys() == ladder.LADDER.keys()
    assert len(set(picture.LOOKS.values())) == len(picture.LOOKS)


def test_the_text_leaves_out_test_sentences_and_is_in_lower_case(monkeypatch):
    from helpers.ladder import budget

    monkeypatch.setattr(budget, "BUDGET", budget.Budget(tokens=20_000))
    text = budget.pretraining_text.__wrapped__()
    words = [word for document in text for sentence in document for word in sentence]
    assert all(word == word.lower() for word in words)
    assert 14_000 < len(words) < 19_000, "no punctuation, and five sentences of a hundred are out"


TOLERANCE = 0.03
"""12 of 400 sentences: another processor rounds otherwise, and training carries that on."""
CHEAP = 20  # CPU s


def committed():
    return [row for row in ladder.rows() if row["rung"] in ladder.LADDER]


def test_the_committed_rows_are_todays():
    """If this fails: `course ladder` measures what has changed."""
    stale = {ladder.place(row): parts for row in ladder.rows() if (parts := ladder.changed(row))}
    assert not stale


def test_the_readmes_picture_is_drawn_from_the_committed_rows():
    assert Image.open(climb.PICTURE).text["rows"] == ladder.rows_digest()


def test_two_committed_rows_are_found_again():
    """Drawn by the commit, or by LADDER_DRAW, which a failure names."""
    draw = os.environ.get("LADDER_DRAW") or commit().split()[0]
    cheap = [row for row in committed() if row["cpu_seconds"] <= CHEAP]
    for row in random.Random(draw).sample(cheap, min(2, len(cheap))):
        again = ladder.measure(ladder.rung(row["rung"]), row["labels"], row["seed"])
        for split in ("test", "unseen"):
            print(f"LADDER_DRAW={draw}: {ladder.place(row)} {split} {row[split]} {again[split]}")
            assert again[split] == pytest.approx(row[split], abs=TOLERANCE)

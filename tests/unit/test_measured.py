"""Rows of long measurements: their origin, where they go, and the hash of their corpus."""

import pytest

from helpers import data, measured


@pytest.fixture
def folders(tmp_path, monkeypatch):
    monkeypatch.setattr(measured, "KEPT", tmp_path / "build")
    monkeypatch.setattr(measured, "PUBLISHED", tmp_path / "published")
    return tmp_path


def test_kept_rows_carry_their_origin(folders):
    path = measured.keep("01_demo", [{"seed": 3, "loss": 1.5}], ["wikipedia", "brown"], "full")
    assert path == folders / "build" / "01_demo.jsonl"
    path.rename((folders / "published").mkdir() or folders / "published" / path.name)
    (row,) = measured.published("01_demo")
    assert (row["seed"], row["loss"], row["scale"]) == (3, 1.5, "full")
    assert row["corpus"] == "wikipedia + brown"
    assert {"date", "commit", "machine", "python", "torch", "corpus_hash"} <= row.keys()


def test_what_nobody_published_is_empty(folders):
    assert measured.published("01_demo") == []


def test_all_that_was_published_under_a_prefix(folders):
    assert measured.published_all("07_real_") == {}
    (folders / "published").mkdir()
    for name in ("07_real_sst2", "07_real_cola", "07_tasks"):
        path = measured.keep(name, [{"of": name}], [], "full")
        path.rename(folders / "published" / path.name)
    found = measured.published_all("07_real_")
    assert list(found) == ["cola", "sst2"] and found["sst2"][0]["of"] == "07_real_sst2"


def test_hash_tells_corpora_apart():
    hashes = {measured.corpus_hash([name]) for name in ("wikipedia", "brown", "gutenberg")}
    assert len(hashes) == 3 and all(len(digest) == 12 for digest in hashes)


def test_generated_text_is_named_by_its_bytes(folders):
    path = measured.keep("01_demo", [{}], [], "full", {"mini-world, seed 0": "ab" * 32})
    path.rename((folders / "published").mkdir() or folders / "published" / path.name)
    (row,) = measured.published("01_demo")
    assert row["corpus"] == "mini-world, seed 0"
    assert row["corpus_hash"] != measured.corpus_hash([], {"mini-world, seed 0": "cd" * 32})


def test_speeds_of_a_topic_with_their_origin(folders):
    row = {"ours": 2e3, "peer": 1e3, "unit": "words/s", "ratio": 2.0, "ratio_min": 1.5}
    row |= {"ratio_max": 2.5, "runs": 5}
    path = measured.keep("bench", [{"name": n, **row} for n in ("sgns", "bilm")], [], "bench")
    path.rename((folders / "published").mkdir() or folders / "published" / path.name)
    first, origin = measured.speeds("bilm", "the plain one")
    assert first == "bilm: 2.00 × the plain one (1.50–2.50 in 5 runs; 2,000 against 1,000 words/s)"
    assert "commit" in origin and measured.speeds("lstm", "torch") == []


def test_unknown_corpus(folders):
    with pytest.raises(data.UnknownDataset):
        measured.keep("01_demo", [{}], ["wikipedai"], "full")
    assert not (folders / "build").exists()

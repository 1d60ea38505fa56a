"""Batches from shards: every one in its turn, known from its number, few shards at a time."""

from collections import Counter
from itertools import chain

import pytest

from helpers import data, miniworld
from helpers.miniworld.tasks.splits import split_of
from helpers.pretrain import Shards, read_shard
from helpers.training import Batches


def numbers(shard):
    """Shard i of six: 8 batches of 2 rows, and a smaller one; a row says where it is from."""
    return Batches([(shard, row) for row in range(17)], 2, seed=shard)


def shards(n_shards=6, per_shard=9, seed=0, abreast=4, opened=None):
    def open_shard(i):
        if opened is not None:
            opened.append(i)
        return numbers(i)

    return Shards(open_shard, n_shards, per_shard, seed, abreast)


@pytest.mark.parametrize("abreast", [1, 2, 4, 6, 50])
def test_an_epoch_has_every_row_once(abreast):
    source = shards(abreast=abreast)
    assert len(source) == 54
    orders = []
    for epoch in range(3):
        batches = [source.at(epoch * 54 + k) for k in range(54)]
        rows = list(chain(*batches))
        assert sorted(rows) == [(i, row) for i in range(6) for row in range(17)]
        assert [source.size(epoch * 54 + k) for k in range(54)] == list(map(len, batches))
        orders.append(tuple(rows))
    assert len(set(orders)) == 3, "epochs share an order"


def test_an_epoch_goes_on_where_the_last_one_stopped():
    source = shards(per_shard=3)
    seen = Counter(row for k in range(3 * len(source)) for row in source.at(k))
    assert len(seen) == 6 * 17 and set(seen.values()) == {1}


def test_a_batch_depends_on_its_number_and_the_seed_alone():
    whole = [shards().at(k) for k in range(120)]
    source = shards()
    assert [source.at(k) for k in reversed(range(120))] == whole[::-1]
    assert [shards(seed=1).at(k) for k in range(54)] != whole[:54]
    assert {source.place(k)[0] for k in range(4)} != {shards(seed=1).place(k)[0] for k in range(4)}


def test_shards_take_turns_and_are_opened_once_an_epoch():
    opened = []
    source = shards(opened=opened)
    for k in range(54):
        source.at(k), source.size(k)
    assert sorted(opened) == list(range(6))
    turns = [source.place(k)[0] for k in range(54)]
    assert turns[:36] == turns[:4] * 9 and turns[36:] == turns[36:38] * 9
    assert sorted(turns[:4] + turns[36:38]) == list(range(6))


@pytest.mark.parametrize("n_ranks", [1, 2, 4])
def test_ranks_have_shards_of_their_own(n_ranks):
    opened = [[] for _ in range(n_ranks)]
    for rank in range(n_ranks):
        source = shards(n_shards=8, opened=opened[rank])
        for k in range(rank, 72, n_ranks):
            source.at(k)
    assert sorted(chain(*opened)) == list(range(8)), "a shard was read twice"


def test_describe_tells_one_source_from_another():
    described = [
        shards(**changes).describe()
        for changes in ({}, {"n_shards": 7}, {"per_shard": 8}, {"seed": 1}, {"abreast": 2})
    ]
    others = Shards(lambda i: Batches([i, i], 1, seed=0), 6, 9, 0)
    described.append(others.describe())
    lines = [str(one) for one in described]
    assert len(set(lines)) == len(lines)
    assert shards().describe() == shards().describe()


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"n_shards": 0}, "n_shards=0: must be a whole number ≥ 1"),
        ({"per_shard": 2.5}, "per_shard=2.5"),
        ({"seed": -1}, "seed=-1: must be a whole number ≥ 0"),
        ({"abreast": True}, "abreast=True"),
    ],
)
def test_bad_numbers(changes, message):
    with pytest.raises(ValueError, match=message):
        shards(**changes)


def test_shards_of_the_mini_world():
    pieces = [read_shard("miniworld", i, 3, seed=1, n_tokens=2000) for i in range(3)]
    assert pieces[1] == read_shard("miniworld", 1, 30, seed=1, n_tokens=2000)
    text = [sentence for piece in pieces for document in piece for sentence in document]
    assert len({str(piece) for piece in pieces}) == 3
    assert all(split_of(sentence) != "test" for sentence in text)
    written = [s for document in miniworld.text(2000, seed=1, shard=1) for s in document]
    kept = [s for s in written if split_of(s) != "test"]
    assert kept == [s for document in pieces[1] for s in document] and len(kept) < len(written)


def test_shards_of_real_text():
    if not data.is_available("wikitext2"):
        pytest.skip("wikitext2 is missing: course data wikitext2")
    pieces = [read_shard("wikitext2", i, 4) for i in range(4)]
    articles = data.load("wikitext2")["train"]
    assert sum(map(len, pieces)) == len(articles)
    assert [sentence.split() for sentence in pieces[1][2]] == articles[9]


@pytest.mark.parametrize(
    "text, number, message",
    [
        ("wikpedia", 0, "text='wikpedia' is not allowed: .*mean 'wikipedia'"),
        ("miniworld", 4, "number=4: there are shards 0 to 3"),
        ("miniworld", -1, "number=-1"),
    ],
)
def test_no_such_shard(text, number, message):
    with pytest.raises(ValueError, match=message):
        read_shard(text, number, 4)

"""Batches of odd rows, and moving them; their order: check_batches in training_checks.py."""

import random

import pytest
import torch
from torch import nn

from helpers import training


def test_batches_of_tensors_stay_aligned():
    x = torch.arange(20).reshape(10, 2)
    batches = training.Batches((x, x[:, 0] * 10), 3, seed=0)
    for features, labels in batches:
        assert torch.equal(features[:, 0] * 10, labels)
    assert torch.equal(torch.cat(list(training.Batches(x, 4, seed=0))).sort(0).values, x), (
        "a tensor's rows all come"
    )


def test_batches_without_shuffling_dropping_the_rest():
    batches = training.Batches("abcdefg", 3, seed=0, shuffle=False, drop_last=True, collate="".join)
    assert [list(batches), list(batches)] == [["abc", "def"]] * 2
    assert len(batches) == 2


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"rows": [], "batch_size": 1, "seed": 0}, "rows is empty"),
        ({"rows": (), "batch_size": 1, "seed": 0}, "rows is empty"),
        ({"rows": torch.zeros(0, 3), "batch_size": 1, "seed": 0}, "rows is empty"),
        ({"rows": (x for x in "ab"), "batch_size": 1, "seed": 0}, "rows is a generator"),
        ({"rows": {"a": 1}, "batch_size": 1, "seed": 0}, "rows is a dict"),
        (
            {"rows": (torch.zeros(3), torch.zeros(4)), "batch_size": 1, "seed": 0},
            r"lengths: \[3, 4\]",
        ),
        ({"rows": [1], "batch_size": 0, "seed": 0}, "batch_size=0"),
        ({"rows": [1], "batch_size": 2.0, "seed": 0}, r"batch_size=2\.0"),
        ({"rows": [1], "batch_size": 1, "seed": -1}, "seed=-1"),
        ({"rows": [1], "batch_size": 1, "seed": None}, "seed=None"),
        ({"rows": [1], "batch_size": 2, "seed": 0, "drop_last": True}, "drop_last drops all"),
    ],
)
def test_bad_batches(arguments, message):
    with pytest.raises(ValueError, match=message):
        training.Batches(**arguments)


def test_to_device_follows_containers():
    class Pair(tuple):
        __slots__ = ()
        _fields = ("words", "label")

        def __new__(cls, words, label):
            return super().__new__(cls, (words, label))

    tensor = torch.ones(2)
    packed = nn.utils.rnn.pack_sequence([tensor])
    batch = {"x": [tensor, (tensor, "text")], "pair": Pair(tensor, 3), "packed": packed}
    moved = training.to_device(batch, torch.device("meta"))
    assert moved["x"][0].is_meta and moved["x"][1][0].is_meta and moved["x"][1][1] == "text"
    assert type(moved["pair"]) is Pair and moved["pair"][0].is_meta and moved["pair"][1] == 3
    assert moved["packed"].data.is_meta
    assert not tensor.is_meta


def test_rows_without_a_repr_have_the_same_sample_in_each_process():
    described = [training.Batches([object() for _ in range(3)], 1, seed=0).describe()]
    described.append(training.Batches([object() for _ in range(3)], 1, seed=0).describe())
    assert described[0] == described[1]


def checksum(rows):
    return training.Batches(rows, 4, seed=0).describe()["rows"]


def test_other_rows_have_another_checksum():
    labels = [i % 2 for i in range(300)]
    shuffled = random.Random(0).sample(labels, len(labels))
    for make in (list, torch.tensor, lambda rows: (torch.zeros(300, 5), torch.tensor(rows))):
        assert checksum(make(labels)) == checksum(make(list(labels)))
        assert checksum(make(labels)) != checksum(make(shuffled))
    wide = torch.zeros(300, 2000)
    before = checksum(wide)
    wide[17, 1000] = 1e-6
    assert checksum(wide) != before, "a tensor's print leaves out its middle"
    assert checksum(torch.zeros(3, 2)) != checksum(torch.zeros(3, 2, dtype=torch.int32))
    assert checksum([object()]) == checksum([object()])
    for kind in (torch.bfloat16, torch.bool):
        assert checksum(torch.ones(3, 2).to(kind)) == checksum(torch.ones(3, 2).to(kind))

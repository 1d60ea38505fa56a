"""Reading what somebody handed in: any bytes give cells or one sentence."""

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import ROOT
from helpers.grading.reading import MAX_BYTES, MAX_CELLS, SubmittedCell, Unreadable, read_notebook

HONEST = (ROOT / "solutions" / "00_transfer_learning.ipynb").read_bytes()


def book(*cells, **more) -> bytes:
    return json.dumps({"cells": list(cells), **more}).encode()


def code(source, **metadata) -> dict:
    return {"cell_type": "code", "source": source, "metadata": metadata}


def test_cells_with_their_exercise():
    raw = book(code(["a\n", "b"], nbgrader={"grade_id": "00-x"}), code("c"))
    assert read_notebook(raw) == [
        SubmittedCell("code", "a\nb", "00-x"),
        SubmittedCell("code", "c", None),
    ]


def test_version_3_and_a_byte_order_mark_are_read():
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": ["x = 1"]}]}]}
    raw = b"\xef\xbb\xbf" + json.dumps(old).encode()
    assert read_notebook(raw) == [SubmittedCell("code", "x = 1", None)]


@pytest.mark.parametrize(
    "odd",
    [
        None,
        1,
        [],
        {},
        {"cell_type": "code"},
        code(None),
        code([1]),
        code({"a": 1}),
        {"cell_type": []},
    ],
)
def test_odd_cells_are_passed_over(odd):
    assert read_notebook(book(odd, code("x"))) == [SubmittedCell("code", "x", None)]


@pytest.mark.parametrize("metadata", [None, 1, {"nbgrader": 1}, {"nbgrader": {"grade_id": [1]}}])
def test_odd_metadata_is_none(metadata):
    raw = book({**code("x"), "metadata": metadata})
    assert read_notebook(raw)[0].grade_id is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        HONEST[: len(HONEST) // 2],
        b"null",
        b"[]",
        b'"cells"',
        b"{}",
        book(),
        b"\xff\xfe" + HONEST,
        bytes(1000),
        b"[" * 200_000,
        b'{"cells":' * 50_000,
        b'{"cells": [' + b"9" * 10_000 + b"]}",
        b"PK\x03\x04" + bytes(100),
        b"x = 1\n",
    ],
    ids=lambda raw: repr(raw[:12]),
)
def test_no_notebook_is_one_sentence(raw):
    with pytest.raises(Unreadable) as error:
        read_notebook(raw)
    assert str(error.value).endswith(".") and "\n" not in str(error.value)


def test_a_large_file_says_how_to_make_it_small():
    with pytest.raises(Unreadable, match=r"5\.0 MiB, 5 are allowed: clear the outputs"):
        read_notebook(b" " * (MAX_BYTES + 1))


def test_no_more_cells_than_anybody_writes():
    assert len(read_notebook(book(*[code("x")] * (MAX_CELLS + 5)))) == MAX_CELLS


def test_a_million_cells_are_read_no_further_than_a_file_may_be_large():
    cells = b",".join([b'{"source":"","cell_type":"code"}'] * 10**6)
    with pytest.raises(Unreadable, match="5 are allowed"):
        read_notebook(b'{"cells":[' + cells + b"]}")
    many = b",".join([b"{}"] * 10**6)
    assert len(read_notebook(b'{"cells":[' + cells[:30_000].rpartition(b",")[0] + b"]}")) == 909
    with pytest.raises(Unreadable, match="no cells"):
        read_notebook(b'{"cells":[' + many + b"]}")


def test_half_a_character_can_be_written_to_a_file():
    (cell,) = read_notebook(b'{"cells": [{"cell_type": "code", "source": "\\ud800"}]}')
    cell.source.encode("utf-8")


@given(st.data())
@settings(deadline=None, max_examples=200)
def test_damage_at_random_bytes_is_cells_or_one_sentence(data):
    raw = bytearray(HONEST)
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, max(0, len(raw) - 1)))
        match data.draw(st.sampled_from(["change", "drop", "cut"])):
            case "change":
                raw[position] = data.draw(st.integers(0, 255))
            case "drop":
                del raw[position : min(len(raw) - 1, position + data.draw(st.integers(1, 50)))]
            case "cut":
                raw = raw[: max(1, position)]
    with contextlib.suppress(Unreadable):
        assert all(isinstance(cell.source, str) for cell in read_notebook(bytes(raw)))

"""Values that cross a process boundary: what comes out is what went in, or a FrameError."""

import contextlib
import io
import json

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from safetensors.numpy import save

from helpers.grading import frames
from helpers.grading.engine import draw
from helpers.grading.exercises import exercises, topics
from helpers.grading.frames import FrameError, decode, encode, revive
from helpers.grading.values import Array, Foreign, plain

DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"]
arrays = st.sampled_from(DTYPES).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, min_side=0, max_side=4))
)
numbers = st.integers(-(2**63), 2**64 - 1) | st.floats() | st.booleans() | st.none()
keys = st.text() | st.integers(-9, 9) | st.tuples(st.text(), st.integers(-9, 9))
values = st.recursive(
    numbers | st.text() | arrays | arrays.map(torch.from_numpy),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=12,
)


def same(one, other) -> bool:
    """Equal in type and value, NaN included."""
    if isinstance(one, Array):
        return (one.library, one.dtype, one.data.shape) == (
            other.library,
            other.dtype,
            other.data.shape,
        ) and np.array_equal(one.data, other.data, equal_nan=one.data.dtype.kind == "f")
    if isinstance(one, dict):
        return type(other) is dict and same(list(one.items()), list(other.items()))
    if isinstance(one, list | tuple):
        return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and (one == other or one != one)


@given(values)
@settings(deadline=None)
def test_what_comes_out_is_what_went_in(value):
    sent = plain(value)
    received = decode(encode(sent))
    assert same(received, sent)
    assert same(plain(revive(received)), sent)


def test_bfloat16_travels():
    tensor = torch.tensor([1.5, -2.25], dtype=torch.bfloat16)
    back = revive(decode(encode(plain(tensor))))
    assert back.dtype == torch.bfloat16 and torch.equal(back, tensor)


@pytest.mark.parametrize("topic", topics())
def test_the_cases_of_every_exercise_travel(topic):
    for exercise in exercises(topic).values():
        for case in draw(exercise, 3):
            sent = plain(list(case.args))
            assert same(decode(encode(sent)), sent), exercise.grade_id
            back = revive(decode(encode(sent)))
            assert [type(arg) for arg in back] == [type(arg) for arg in case.args]


@given(st.binary(max_size=300))
@settings(deadline=None, max_examples=300)
def test_random_bytes_are_refused(raw):
    with pytest.raises(FrameError):
        decode(raw)


@given(values, st.data())
@settings(deadline=None, max_examples=300)
def test_a_damaged_frame_is_refused_or_plain(value, data):
    raw = bytearray(encode(plain(value)))
    for _ in range(data.draw(st.integers(1, 5))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(FrameError):
        assert is_plain(decode(bytes(raw)))


structures = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["array", "tuple", "dict", "foreign", "x"]), inner, max_size=2
        )
    ),
    max_leaves=15,
)


@given(structures)
@settings(deadline=None, max_examples=300)
def test_forged_structures_are_refused_or_plain(structure):
    raw = np.frombuffer(json.dumps(structure).encode(), np.uint8)
    with contextlib.suppress(FrameError):
        assert is_plain(decode(save({"value": raw, "0": np.zeros(2, np.float32)})))


def is_plain(value) -> bool:
    if isinstance(value, list | tuple):
        return all(map(is_plain, value))
    if isinstance(value, dict):
        return all(map(is_plain, value.values()))
    if type(value) is str:
        value.encode("utf-8")
    return type(value) in (type(None), bool, int, float, str, Array, Foreign)


def test_deep_json_is_refused():
    deep = b"[" * 100_000 + b"]" * 100_000
    with pytest.raises(FrameError):
        decode(save({"value": np.frombuffer(deep, np.uint8)}))


def test_a_large_value_is_refused_before_it_is_sent():
    with pytest.raises(FrameError, match="16 MiB"):
        encode(plain(torch.zeros(2**23)))


def test_frames_follow_one_another():
    stream = io.BytesIO()
    for content in (b"one", b"", b"three"):
        frames.write(stream, content)
    stream.seek(0)
    assert [frames.read(stream) for _ in range(4)] == [b"one", b"", b"three", None]


@pytest.mark.parametrize(
    "raw", [b"\x05", b"\x05" + bytes(7), b"\xff" * 8, b"\x05" + bytes(7) + b"abc"]
)
def test_half_a_frame_and_one_too_long_are_refused(raw):
    with pytest.raises(FrameError):
        frames.read(io.BytesIO(raw))


def test_what_takes_much_memory_once_it_is_read_is_refused_on_both_sides():
    many = [[] for _ in range(500_000)]
    with pytest.raises(FrameError, match="1 MiB of lists"):
        encode(many)
    raw = np.frombuffer(json.dumps(many).encode(), np.uint8)
    with pytest.raises(FrameError):
        decode(save({"value": raw}))
    with pytest.raises(FrameError, match="header"):
        decode(save({str(i): np.zeros(1, np.uint8) for i in range(20_000)}))

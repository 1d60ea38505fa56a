"""Plain values: what an answer returns, reduced to data that can be compared without trust."""

import collections
import math
from dataclasses import dataclass

import numpy as np
import torch

PYTHON_TYPES = {"b": bool, "i": int, "u": int, "f": float, "U": str}
NUMPY_SCALARS = {
    kind: PYTHON_TYPES[np.dtype(kind).kind]
    for kind in set(np.sctypeDict.values())
    if np.dtype(kind).kind in PYTHON_TYPES
}
DICTS = (dict, collections.Counter, collections.defaultdict, collections.OrderedDict)
MAX_DEPTH = 10


@dataclass(frozen=True, eq=False)
class Array:
    """A tensor or array: its library (``tensor`` or ``array``), dtype name and numbers."""

    library: str
    dtype: str
    data: np.ndarray

    def __str__(self) -> str:
        return {"tensor": "a torch tensor", "array": "a NumPy array"}[self.library]


@dataclass(frozen=True)
class Foreign:
    """A value of a type no exercise asks for; only the type's name is kept."""

    type: str

    def __str__(self) -> str:
        return f"a {self.type}"


def plain(value: object, depth: int = 0):
    """``value`` as None, bool, int, float, str, list, tuple, dict, :class:`Array`, or Foreign.

    Types are taken exactly: a subclass of a tensor or a string with an ``__eq__`` of its own is
    :class:`Foreign`, so nothing of the answer's code runs when values are compared. NumPy scalars
    become Python numbers, counters and other dicts of the standard library become dicts.
    """
    kind = type(value)
    if kind in NUMPY_SCALARS:
        kind = NUMPY_SCALARS[kind]
        value = kind(value)
    if kind is int and not -(2**63) <= value < 2**64:
        return Foreign("int of more than 64 bits")
    if kind in (type(None), bool, int, float, str):
        return value
    if kind in (torch.Tensor, torch.nn.Parameter):
        return _tensor(value)
    if kind is np.ndarray:
        return _array(value)
    if depth == MAX_DEPTH:
        return Foreign(f"{kind.__name__} nested more than {MAX_DEPTH} deep")
    if kind in (list, tuple):
        return kind(plain(item, depth + 1) for item in value)
    if kind in DICTS:
        pairs = [(plain(key, depth + 1), plain(item, depth + 1)) for key, item in value.items()]
        if all(is_key(key) for key, _ in pairs):
            return dict(pairs)
        return Foreign("dict with unusual keys")
    return Foreign(kind.__name__)


def difference(expected, got, rtol: float, atol: float) -> str | None:
    """What is wrong with ``got``, in a few words that don't give ``expected`` away, or None.

    Both are plain values. An int passes for a float; types otherwise agree exactly.
    """
    if type(expected) is float and type(got) is int:
        got = float(got)
    if type(expected) is not type(got):
        return _wrong_type(expected, got)
    if isinstance(expected, Array):
        return _array_difference(expected, got, rtol, atol)
    if isinstance(expected, dict):
        return _dict_difference(expected, got, rtol, atol)
    if isinstance(expected, list | tuple):
        return _sequence_difference(expected, got, rtol, atol)
    if isinstance(expected, int | float) and not isinstance(expected, bool):
        return _number_difference(expected, got, rtol, atol)
    return None if expected == got else f"{_short(got)} is not right"


def size(value) -> int:
    """How many numbers, strings and empty containers a plain value holds."""
    if isinstance(value, Array):
        return max(1, value.data.size)
    if isinstance(value, dict):
        value = [*value, *value.values()]
    return sum(map(size, value)) + 1 if isinstance(value, list | tuple) else 1


def is_finite(value) -> bool:
    """Whether none of the numbers in a plain value is NaN or infinite."""
    if isinstance(value, Array):
        return bool(np.isfinite(value.data).all())
    if isinstance(value, dict):
        return all(map(is_finite, value.values()))
    if isinstance(value, list | tuple):
        return all(map(is_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


def kind_of(value) -> str:
    """What a plain value is, in words: ``a torch tensor``, ``a list`` …"""
    if isinstance(value, Array | Foreign):
        return str(value)
    if value is None:
        return "None"
    name = type(value).__name__
    return {"str": "a string", "int": "an int", "bool": "a bool"}.get(name, f"a {name}")


def _tensor(value: torch.Tensor):
    if value.layout is not torch.strided or value.is_complex() or value.is_quantized:
        return Foreign("sparse, complex or quantized tensor")
    data = value.detach().cpu()
    dtype = str(data.dtype).removeprefix("torch.")
    if data.dtype == torch.bfloat16:  # NumPy has no such type; float32 holds every value of it
        data = data.float()
    return Array("tensor", dtype, data.numpy().copy())


def _array(value: np.ndarray):
    if value.dtype.kind not in "biuf":
        return Foreign(f"NumPy array of {value.dtype}")
    return Array("array", value.dtype.name, value.copy())


def is_key(key) -> bool:
    """Whether a plain value may be the key of a plain dict."""
    if isinstance(key, tuple):
        return all(map(is_key, key))
    return isinstance(key, bool | int | float | str | None)


def _wrong_type(expected, got) -> str:
    message = f"got {kind_of(got)}, expected {kind_of(expected)}"
    if got is None:
        return message + ": does every path through the function return something?"
    if isinstance(got, Array) and got.data.size == 1 and isinstance(expected, int | float):
        return message + ": .item() turns one into the other"
    return message


def _array_difference(expected: Array, got: Array, rtol: float, atol: float) -> str | None:
    if expected.library != got.library:
        return f"got {got}, expected {expected}"
    if expected.data.shape != got.data.shape:
        return f"shape {got.data.shape}, expected {expected.data.shape}"
    if expected.dtype != got.dtype:
        return f"dtype {got.dtype}, expected {expected.dtype}"
    lost = np.isfinite(expected.data) & ~np.isfinite(got.data)
    if lost.any():
        return f"{lost.sum()} of {lost.size} values are NaN or infinite"
    close = _close(expected.data, got.data, rtol, atol)
    if close.all():
        return None
    where = tuple(int(i) for i in np.argwhere(~close)[0])
    first = f", the first at index {list(where)}" if where else ""
    return f"{(~close).sum()} of {close.size} values are wrong{first}"


def _close(expected: np.ndarray, got: np.ndarray, rtol: float, atol: float) -> np.ndarray:
    if expected.dtype.kind in "biu":
        return expected == got
    # float64: the tolerance of a float16 would overflow or vanish
    wide = expected.astype(np.float64), got.astype(np.float64)
    return np.isclose(wide[1], wide[0], rtol=rtol, atol=atol, equal_nan=True)


def _number_difference(expected, got, rtol: float, atol: float) -> str | None:
    if isinstance(expected, int):
        right = expected == got
    else:
        right = bool(_close(np.array(expected), np.array(got), rtol, atol))
    if right:
        return None
    if math.isnan(got) or math.isnan(expected):
        return f"{_short(got)} is not right"
    return f"{_short(got)} is too {'low' if got < expected else 'high'}"


def _dict_difference(expected: dict, got: dict, rtol: float, atol: float) -> str | None:
    if missing := [key for key in expected if key not in got]:
        return f"the key {_short(missing[0])} is missing"
    if extra := [key for key in got if key not in expected]:
        return f"the key {_short(extra[0])} should not be there"
    return _first_difference(((key, expected[key], got[key]) for key in expected), rtol, atol)


def _sequence_difference(expected, got, rtol: float, atol: float) -> str | None:
    if len(expected) != len(got):
        return f"{len(got)} items, expected {len(expected)}"
    return _first_difference(zip(range(len(got)), expected, got, strict=True), rtol, atol)


def _first_difference(items, rtol: float, atol: float) -> str | None:
    for key, expected, got in items:
        if found := difference(expected, got, rtol, atol):
            return f"at [{_short(key)}]: {found}"
    return None


def _short(value) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."

"""Values across a process boundary: length-prefixed safetensors, never pickle.

A frame is eight bytes of length, then a safetensors container. Its entry ``value`` holds the
structure as JSON in bytes; the other entries are the arrays it refers to. Decoding runs no code of
the sender and returns the plain values of :mod:`helpers.grading.values` only.
"""

import json
import struct
from typing import BinaryIO

import numpy as np
import safetensors
import torch
from safetensors.numpy import save

from helpers.grading.values import MAX_DEPTH, Array, Foreign, is_key

MAX_FRAME = 16 * 2**20
"""The most bytes of one value."""
MAX_LENGTH = MAX_FRAME + 2**16
"""The most bytes of a frame: the value and what its container adds."""
MAX_STRUCTURE = 2**20
"""The most bytes of the JSON in it, and of the container's header: small lists take much memory."""
LENGTH = struct.Struct("<Q")
DTYPES = {
    "BOOL": np.bool_,
    "U8": np.uint8,
    "I8": np.int8,
    "U16": np.uint16,
    "I16": np.int16,
    "F16": np.float16,
    "U32": np.uint32,
    "I32": np.int32,
    "F32": np.float32,
    "U64": np.uint64,
    "I64": np.int64,
    "F64": np.float64,
}


class FrameError(Exception):
    """A frame is too long, cut short, or not what :func:`encode` makes."""


def encode(value) -> bytes:
    """A plain value, tuples and dicts with plain keys included, as the bytes of a frame.

    Raises :class:`FrameError` if they would be more than ``MAX_FRAME``.
    """
    arrays: dict[str, np.ndarray] = {}
    text = json.dumps(_structure(value, arrays))
    entries = {"value": np.frombuffer(text.encode("ascii"), dtype=np.uint8), **arrays}
    if len(text) > MAX_STRUCTURE or len(arrays) > MAX_STRUCTURE // 256:
        raise FrameError(f"more than {MAX_STRUCTURE // 2**20} MiB of lists, numbers and strings")
    if sum(entry.nbytes for entry in entries.values()) > MAX_FRAME:
        raise FrameError(f"more than {MAX_FRAME // 2**20} MiB")
    return save(entries)


def decode(raw: bytes):
    """The plain value of a frame. Raises :class:`FrameError` on any other bytes."""
    if int.from_bytes(raw[: LENGTH.size], "little") > MAX_STRUCTURE:
        raise FrameError("too long a header")
    try:
        entries = {
            name: np.frombuffer(entry["data"], DTYPES[entry["dtype"]]).reshape(entry["shape"])
            for name, entry in safetensors.deserialize(raw)
        }
        text = entries.pop("value").tobytes()
        if len(text) > MAX_STRUCTURE:
            raise ValueError("too much structure")
        return _value(json.loads(text), entries)
    # RecursionError: JSON may nest as deep as it likes; OverflowError: a shape may hold any number
    except (
        safetensors.SafetensorError, KeyError, IndexError, TypeError, ValueError, AttributeError,
        RecursionError, OverflowError, MemoryError,
    ) as error:  # fmt: skip
        raise FrameError(f"not a frame: {type(error).__name__}") from error


def as_bytes(content) -> Array:
    """What JSON can hold, as an array: a whole notebook is more than a frame takes as structure."""
    text = json.dumps(content, ensure_ascii=False).encode("utf-8")
    return Array("array", "uint8", np.frombuffer(text, dtype=np.uint8))


def from_bytes(array: Array):
    """What :func:`as_bytes` was given."""
    return json.loads(array.data.tobytes())


def write(stream: BinaryIO, raw: bytes) -> None:
    """Write one frame."""
    stream.write(LENGTH.pack(len(raw)) + raw)
    stream.flush()


def read(stream: BinaryIO) -> bytes | None:
    """The bytes of the next frame, None at the end. Raises :class:`FrameError`."""
    head = stream.read(LENGTH.size)
    if not head:
        return None
    if len(head) < LENGTH.size:
        raise FrameError("cut short")
    (length,) = LENGTH.unpack(head)
    if length > MAX_LENGTH:
        raise FrameError(f"{length} bytes announced, {MAX_LENGTH} allowed")
    raw = stream.read(length)
    if len(raw) < length:
        raise FrameError("cut short")
    return raw


def revive(value):
    """A plain value with its arrays as the tensors and arrays they stand for."""
    if isinstance(value, Array):
        if value.library == "array":
            return value.data.copy()
        return torch.from_numpy(value.data.copy()).to(getattr(torch, value.dtype))
    if isinstance(value, list | tuple):
        return type(value)(revive(item) for item in value)
    if isinstance(value, dict):
        return {key: revive(item) for key, item in value.items()}
    return value


def _structure(value, arrays: dict[str, np.ndarray]):
    """JSON in which whatever JSON lacks is a dict with one key that names its kind."""
    if isinstance(value, Array):
        name = str(len(arrays))
        arrays[name] = np.ascontiguousarray(value.data).reshape(value.data.shape)
        return {"array": [value.library, value.dtype, name]}
    if isinstance(value, Foreign):
        return {"foreign": value.type}
    if isinstance(value, list):
        return [_structure(item, arrays) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [_structure(item, arrays) for item in value]}
    if isinstance(value, dict):
        pairs = value.items()
        return {"dict": [[_structure(k, arrays), _structure(v, arrays)] for k, v in pairs]}
    return value


def _value(structure, arrays: dict[str, np.ndarray], depth: int = 0):
    if depth > MAX_DEPTH + 4:  # an outcome wraps the value that an answer returned
        raise ValueError("too deep")
    if isinstance(structure, list):
        return [_value(item, arrays, depth + 1) for item in structure]
    if type(structure) is int and not -(2**63) <= structure < 2**64:
        raise ValueError("more than 64 bits")
    if isinstance(structure, str):  # half a surrogate pair could be written to no file
        return structure.encode("utf-8", "replace").decode("utf-8")
    if not isinstance(structure, dict):
        return structure
    ((kind, content),) = structure.items()
    if kind == "array":
        library, dtype, name = content
        return _array(library, dtype, arrays[name])
    if kind == "foreign":
        return Foreign(str(content)[:100])
    if kind == "tuple":
        return tuple(_value(item, arrays, depth + 1) for item in content)
    if kind == "dict":
        pairs = [(_value(k, arrays, depth + 1), _value(v, arrays, depth + 1)) for k, v in content]
        if not all(is_key(key) for key, _ in pairs):
            raise ValueError("unusual keys")
        return dict(pairs)
    raise ValueError(kind)


def _array(library: str, dtype: str, data: np.ndarray) -> Array:
    """An array whose name of a dtype is true; bfloat16 travels as float32."""
    if library not in ("tensor", "array"):
        raise ValueError(library)
    if dtype != data.dtype.name and (library, dtype, data.dtype.name) != (
        "tensor", "bfloat16", "float32"
    ):  # fmt: skip
        raise ValueError(dtype)
    return Array(library, dtype, data)

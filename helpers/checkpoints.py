"""Trained weights that later lessons build on, each beside a card that says how it came about.

``data/checkpoints/NAME.safetensors`` holds the weights and, in its header, the settings that
restore the model; ``NAME.json`` is the card. What is in them is the business of the lesson that
makes them: ``course checkpoints NAME`` calls it.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

from helpers import ROOT
from helpers.files import write_atomically

FOLDER = ROOT / "data" / "checkpoints"
MAX_FILE, MAX_TOGETHER = 6_000_000, 24_000_000
"""Bytes that one file of weights may take, and all of them together."""
NAME = re.compile(r"[a-z][a-z0-9_]*")


class CheckpointError(Exception):
    """A checkpoint can't be had or kept; the message is one sentence that says what to do."""


class Missing(CheckpointError):
    """There is no checkpoint of this name."""


class Damaged(CheckpointError):
    """A file is not what its card says, or has none."""


class TooLarge(CheckpointError):
    """The weights would take more room than the repository gives them."""


@dataclass(frozen=True)
class Checkpoint:
    """What is kept of a training.

    ``settings``: JSON-ready, whatever restores the model around its ``weights`` (sizes, words).
    ``card``: JSON-ready, how it came about and its ``metrics``.
    """

    settings: dict
    weights: dict[str, Tensor]
    card: dict


def save(name: str, settings: dict, weights: dict[str, Tensor], card: dict) -> Path:
    """Write weights, settings and card; returns the file of the weights.

    The card gets ``name``, ``bytes`` and ``sha256`` of that file. Raises :class:`TooLarge`, and
    :class:`CheckpointError` for a name that can't be a file's and for what JSON can't hold; nothing
    is written then.
    """
    if not NAME.fullmatch(name):
        raise CheckpointError(f"name={name!r}: lower-case letters, digits and _ are allowed.")
    header = {"name": name, "settings": _json(f"settings of {name!r}", settings)}
    tensors = {key: value.detach().cpu().contiguous() for key, value in weights.items()}
    content = safetensors.torch.save(tensors, header)
    _check_size(name, len(content))
    kept = {**card, "name": name, "bytes": len(content), "sha256": _sha256(content)}
    text = _json(f"card of {name!r}", kept, indent=1)
    # The card comes last: killed between the two, the old card doesn't fit and says so.
    write_atomically(_weights(name), content)
    write_atomically(_card(name), text + "\n")
    return _weights(name)


def load(name: str) -> Checkpoint:
    """The checkpoint ``name``; its tensors have the types they were saved with.

    Raises :class:`Missing` or :class:`Damaged`.
    """
    try:
        content = _weights(name).read_bytes()
    except FileNotFoundError:
        raise Missing(f"There is no checkpoint {name!r} here: {_remedy(name)}.") from None
    card = _read_card(name)
    found = _sha256(content)
    if found != card["sha256"]:
        raise _damaged(name, f"its sha256 begins with {found[:8]}, its card says otherwise")
    try:
        header = _header(content)
        settings = json.loads(header["settings"])
        weights = safetensors.torch.load(content)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise _damaged(name, f"no checkpoint was ever saved like this ({error})") from error
    for where, said in (("the file", header["name"]), ("the card", card["name"])):
        if said != name:
            raise _damaged(name, f"{where} is that of {said!r}")
    return Checkpoint(settings, weights, card)


def sha256(name: str) -> str:
    """What tells the weights from all others. Raises as :func:`load`."""
    return load(name).card["sha256"]


def _weights(name: str) -> Path:
    return FOLDER / f"{name}.safetensors"


def _card(name: str) -> Path:
    return FOLDER / f"{name}.json"


def _check_size(name: str, size: int) -> None:
    others = (path for path in FOLDER.glob("*.safetensors") if path != _weights(name))
    together = size + sum(path.stat().st_size for path in others)
    for what, taken, limit in (
        (f"The checkpoint {name!r}", size, MAX_FILE),
        (f"With {name!r} ({size:,} bytes) all checkpoints", together, MAX_TOGETHER),
    ):
        if taken > limit:
            raise TooLarge(
                f"{what} would take {taken:,} bytes, and {limit:,} are allowed: "
                "float16 halves them, a smaller model too."
            )


def _read_card(name: str) -> dict:
    try:
        card = json.loads(_card(name).read_text(encoding="utf-8"))
        return {**card, "sha256": str(card["sha256"]), "name": str(card["name"])}
    except FileNotFoundError:
        raise _damaged(name, f"its card {name}.json is missing") from None
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(name, f"its card {name}.json can't be read ({error!r})") from error


def _header(content: bytes) -> dict[str, str]:
    """The texts that were saved beside the tensors (safetensors' ``__metadata__``)."""
    length = int.from_bytes(content[:8], "little")
    return json.loads(content[8 : 8 + length])["__metadata__"]


def _damaged(name: str, why: str) -> Damaged:
    return Damaged(f"The checkpoint {name!r} is not used, because {why}: {_remedy(name)}.")


def _remedy(name: str) -> str:
    return f"`course checkpoints {name}` makes it anew"


def _json(what: str, value: dict, **options) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, **options)
    except (TypeError, ValueError) as error:
        raise CheckpointError(f"The {what} can't be written as JSON: {error}.") from error


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

"""The rungs of the ladder, and where each one's lesson exports it.

Helpers import no lesson: a rung is looked up by its dotted path when it is asked for.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from helpers import ROOT
from helpers.miniworld.tasks import Opinion
from helpers.notebook_importer import NotebookError, look_up, topics
from helpers.settings import did_you_mean

LADDER = {
    "bag of words": "notebooks.transfer_learning:bag_of_words_rung",
    "CBOW, scratch": "notebooks.word_embeddings:cbow_scratch",
    "CBOW, frozen": "notebooks.word_embeddings:cbow_frozen",
    "CBOW, tuned": "notebooks.word_embeddings:cbow_tuned",
    "BiLSTM": "notebooks.elmo:bilstm",
    "BiLSTM + GloVe": "notebooks.elmo:bilstm_glove",
    "BiLSTM + ELMo": "notebooks.elmo:bilstm_elmo",
    "BiLSTM + GloVe + CoVe": "notebooks.cove:bilstm_cove",
    "ULMFiT": "notebooks.ulmfit:ulmfit",
    "GPT": "notebooks.gpt:gpt",
    "BERT": "notebooks.bert_finetuning:bert",
}
"""Name to dotted path, from the bottom to the top."""

Predict = Callable[[Sequence[str]], np.ndarray]
Learn = Callable[[Sequence[Opinion], int], Predict]


class LadderError(ValueError):
    """A rung, a size or a seed is not allowed, or a rung is not what the ladder needs."""


@dataclass(frozen=True)
class Rung:
    """One method on the ladder, exported by its lesson.

    ``name``: its key in ``LADDER``. ``learn(rows, seed)`` gets rows with ``text`` and ``label``, 0
    or 1, and returns ``predict(texts)``, which gives an array of one 0 or 1 for each text; with
    1,000 rows at most 30 CPU s. ``checkpoint``: name of the one that ``learn`` loads, if any.
    """

    name: str
    learn: Learn
    checkpoint: str = ""


def rung(name: str) -> Rung:
    """The rung of this name. Raises :class:`LadderError` if its lesson exports another thing."""
    try:
        found = look_up(LADDER[known(name)])
    except NotebookError as error:
        raise LadderError(str(error)) from error
    if not isinstance(found, Rung) or found.name != name:
        raise LadderError(f"{LADDER[name]} must be the Rung {name!r}, got {found!r}.")
    return found


def known(name: str) -> str:
    """``name``, if it is one of the ladder's; a LadderError with the closest one if not."""
    if name not in LADDER:
        raise LadderError(
            f"rung={name!r} is not on the ladder: {', '.join(map(repr, LADDER))} are."
            + did_you_mean(name, list(LADDER))
        )
    return name


def here() -> list[str]:
    """The rungs whose lessons are in this checkout, from the bottom to the top."""
    lessons = topics(ROOT / "notebooks")
    return [name for name, path in LADDER.items() if topic(path) in lessons]


def up_to(name: str) -> list[str]:
    """A rung and all below it, from the bottom to the top."""
    names = list(LADDER)
    return names[: names.index(known(name)) + 1]


def in_order(names: Iterable[str]) -> list[str]:
    """Names of rungs from the bottom to the top, each once."""
    chosen = set(map(known, names))
    return [name for name in LADDER if name in chosen]


def topic(path: str) -> str:
    """``elmo`` of ``notebooks.elmo:bilstm``."""
    return path.partition(":")[0].partition(".")[2]

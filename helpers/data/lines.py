"""Numbered lines and cells out of files, so that an error can name the file and the line."""

import csv
import math
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from helpers.data.sources import Malformed, open_binary

Files = dict[str, Path]


def lines(path: Path, encoding: str = "utf-8") -> Iterator[tuple[int, str]]:
    """The lines of a file (decompressed if it ends in ``.gz``), numbered from 1."""
    with open_binary(path) as file:
        yield from _numbered(file.read(), path, encoding)


def members(path: Path, pattern: str) -> Iterator[tuple[Path, Iterator[tuple[int, str]]]]:
    """The files in a zip whose whole name matches ``pattern``, each with its numbered lines."""
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            if re.fullmatch(pattern, name):
                inside = path / name
                yield inside, _numbered(archive.read(name), inside, "utf-8")


def _numbered(content: bytes, path: Path, encoding: str) -> Iterator[tuple[int, str]]:
    """Cut at line feeds alone: text may hold other characters that count as line ends."""
    for number, line in enumerate(content.removesuffix(b"\n").split(b"\n"), 1):
        try:
            yield number, line.decode(encoding).removesuffix("\r")
        except UnicodeDecodeError as error:
            raise Malformed(f"{path}, line {number}: not {encoding} ({error.reason}).") from None


def cells(path: Path, number: int, line: str, n: int) -> list[str]:
    """The ``n`` tab-separated cells of a line. Raises :class:`Malformed`."""
    return _exactly(path, number, line.split("\t"), n)


def quoted_cells(path: Path, number: int, line: str, n: int, delimiter: str = ",") -> list[str]:
    """The ``n`` cells of a line where a cell may stand in quotes. Raises :class:`Malformed`."""
    try:
        [row] = csv.reader([line], delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise Malformed(f"{path}, line {number}: {error}.") from None
    return _exactly(path, number, row, n)


def _exactly(path: Path, number: int, row: list[str], n: int) -> list[str]:
    if len(row) != n:
        raise Malformed(f"{path}, line {number}: {n} columns expected, {len(row)} found.")
    return row


def class_of(path: Path, number: int, label: str, name: str = "the label") -> int:
    """A label, which must be 0 or 1. Raises :class:`Malformed`."""
    if label not in ("0", "1"):
        raise Malformed(f"{path}, line {number}: {name} must be 0 or 1, not {label!r}.")
    return int(label)


def one_of(path: Path, number: int, label: str, allowed: Sequence[str]) -> str:
    """A label, which must be an allowed one. Raises :class:`Malformed`."""
    if label not in allowed:
        raise Malformed(
            f"{path}, line {number}: the label must be {', '.join(allowed)}, not {label!r}."
        )
    return label


def table(path: Path, columns: list[str]) -> Iterator[tuple[int, list[str]]]:
    """The numbered rows of a hand-written table, without the id in their first cell.

    Raises :class:`Malformed` when the first line is not ``columns`` or an id was used before.
    """
    ids = set()
    for number, line in lines(path):
        id_, *row = cells(path, number, line, len(columns))
        if number == 1:
            check_header(path, [id_, *row], columns)
            continue
        if id_ in ids:
            raise Malformed(f"{path}, line {number}: the id {id_!r} was used before.")
        ids.add(id_)
        yield number, row


def check_header(path: Path, row: list[str], columns: list[str]) -> None:
    """Raises :class:`Malformed` when the first row doesn't name these columns."""
    if row != columns:
        raise Malformed(f"{path}, line 1: columns must be {', '.join(columns)}.")


def require_text(path: Path, number: int, **named: str) -> None:
    """Raises :class:`Malformed` naming the cells when one of them is blank."""
    if not all(cell.strip() for cell in named.values()):
        *first, last = named
        listed = f"{', '.join(first)} and {last}"
        raise Malformed(f"{path}, line {number}: {listed} must not be empty.")


def whole(path: Path, number: int, cell: str) -> int:
    """A whole number, as it stands in a cell. Raises :class:`Malformed`."""
    try:
        return int(cell)
    except ValueError:
        raise Malformed(f"{path}, line {number}: {cell!r} is not a whole number.") from None


def number_in(path: Path, number: int, cell: str, low: float, high: float) -> float:
    """A number from ``low`` to ``high``, as it stands in a cell. Raises :class:`Malformed`."""
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise Malformed(f"{path}, line {number}: {cell!r} is not a number from {low} to {high}.")
    return value


def side_by_side(first: Path, second: Path, *both: Iterator) -> Iterator[tuple]:
    """The rows of two files that must have as many. Raises :class:`Malformed`."""
    one, two = map(list, both)
    if len(one) != len(two):
        raise Malformed(
            f"{second}, line {min(len(one), len(two)) + 1}: as many lines expected as in "
            f"{first.name}: {len(one)}, not {len(two)}."
        )
    yield from zip(one, two, strict=True)

"""What the run of a lesson depends on, as digests: equal digests, equal run.

A lesson is run again when its own text changed, or a module it imports (directly or through a
lower lesson), its rows in the table of claims, the data of the checkout, which of the corpora it
names are on this machine, the pins, the Python or torch it would run on, or its parameters. That
``DEVICE="auto"`` finds another device is not seen: telling would mean to import torch, only to
learn that there is nothing to do.
"""

import ast
import contextlib
import hashlib
import json
import platform
import re
from functools import cache
from importlib import metadata
from pathlib import Path

from helpers import ROOT, data
from helpers.notebook_importer import (
    all_cells,
    code_cells,
    exported_source,
    imported_modules,
    topics,
)

CORPORA = "corpora on this machine"
# Written after a run, or for people: none can change what a lesson computes.
NOT_INPUTS = {"claims.tsv", "results", "README.md"}
MAGIC = re.compile(r"^(\s*)[%!].*$", re.MULTILINE)
CELL_INDEX = re.compile(r"^# cell \d+ of .*\n", re.MULTILINE)
STRING = re.compile(r"""["']([a-z][\w-]*)["']""")


def inputs(notebook: Path, parameters: dict[str, object]) -> dict[str, str]:
    """Digests of all that a run of ``notebook`` depends on, by names a reader understands.

    Raises :class:`helpers.notebook_importer.NotebookError` when the file can't be read, and
    :class:`helpers.data.DataError` when ``COURSE_DATA`` names no folder.
    """
    modules = imports(notebook)
    return {
        "its text": digest(text(notebook)),
        "its claims": digest(_claim_rows(notebook)),
        "parameters": json.dumps(parameters, sort_keys=True),
        CORPORA: corpora(notebook),
        "Python": platform.python_version(),
        "torch": _version("torch"),
        **{path.relative_to(ROOT).as_posix(): _file_digest(path) for path in _files()},
        **{name: digest(source) for name, source in sorted(modules.items())},
    }


def changes(before: dict[str, str], now: dict[str, str]) -> list[str]:
    """Names of the inputs that are not what they were."""
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))


def imports(notebook: Path) -> dict[str, str]:
    """Source of every module of the course that a notebook imports, directly or not, by name."""
    found: dict[str, str] = {}
    pending = [name for _, cell in code_cells(notebook) for name in _names(cell)]
    # A check finds its exercises by the lesson's topic, not by an import one could read.
    pending.append(f"helpers.grading.exercises.{notebook.stem[3:]}")
    while pending:
        parts = pending.pop().split(".")
        for depth in range(1, len(parts) + 1):
            module = ".".join(parts[:depth])
            if module not in found and (source := _source(module)) is not None:
                found[module], package = source
                pending += _names(found[module], package)
    return found


def corpora(notebook: Path) -> str:
    """The datasets that a lesson or a module it imports names, and that are on this machine.

    They are the same bytes wherever they lie, so the place doesn't count.
    """
    naming = [cell for _, cell in code_cells(notebook)]
    for module, source in imports(notebook).items():
        if not module.startswith("helpers.data"):  # which names them all
            naming.append(source)
    named = set(STRING.findall("\n".join(naming)))
    return ", ".join(name for name in data.names() if name in named and data.is_available(name))


def text(notebook: Path) -> str:
    """What somebody wrote in a notebook: kind, tags and source of its cells, not its outputs.

    Raises :class:`helpers.notebook_importer.NotebookError` when the file can't be read.
    """
    return json.dumps([(cell.kind, cell.tags, cell.source) for cell in all_cells(notebook)])


def digest(content: str | bytes) -> str:
    """A short name for exactly this content."""
    raw = content.encode("utf-8") if isinstance(content, str) else content
    return hashlib.sha256(raw).hexdigest()[:16]


def _source(module: str) -> tuple[str, str] | None:
    """Source of a module of the course and the package it lies in; None for all others."""
    package, _, topic = module.rpartition(".")
    if module.split(".")[0] not in ("helpers", "notebooks"):
        return None
    if package == "notebooks":
        if (lesson := topics(ROOT / package).get(topic)) is None:
            return None
        # Another paragraph in a lower lesson moves its cells, and changes nothing for this one.
        return CELL_INDEX.sub("", exported_source(lesson)), package
    path = ROOT.joinpath(*module.split("."))
    if (path / "__init__.py").is_file():
        return (path / "__init__.py").read_text(encoding="utf-8"), module
    if path.with_suffix(".py").is_file():
        return path.with_suffix(".py").read_text(encoding="utf-8"), package
    return None


@cache
def _names(source: str, package: str = "") -> frozenset[str]:
    """Modules that ``source`` imports; magics are left out, and what can't be parsed has none.

    Such code fails when it is run, which is the place to say so.
    """
    for text in (source, MAGIC.sub(r"\1pass", source)):
        with contextlib.suppress(SyntaxError):
            return frozenset(imported_modules(text) | _relative(text, package))
    return frozenset()


def _relative(source: str, package: str) -> set[str]:
    """Modules that a module of ``package`` imports by their place relative to it."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.level and package:
            parts = package.split(".")
            base = parts[: len(parts) - node.level + 1] + ([node.module] if node.module else [])
            names |= {".".join(base), *(".".join([*base, alias.name]) for alias in node.names)}
    return names


def _claim_rows(notebook: Path) -> str:
    """The rows of the table of claims whose id begins with the lesson's number."""
    table = ROOT / "data" / "claims.tsv"
    rows = table.read_text(encoding="utf-8").splitlines() if table.exists() else []
    return "\n".join(row for row in rows if row.startswith(f"{notebook.name[:2]}-"))


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _files() -> list[Path]:
    """The pins, and the files under ``data/`` that a lesson may read."""
    files = [ROOT / "requirements.txt", *sorted((ROOT / "data").rglob("*"))]
    return [
        path
        for path in files
        if path.is_file() and not NOT_INPUTS.intersection(path.relative_to(ROOT).parts)
    ]


def _file_digest(path: Path) -> str:
    stat = path.stat()
    return _digest_of(path, stat.st_size, stat.st_mtime_ns)


@cache
def _digest_of(path: Path, size: int, changed: int) -> str:
    """The digest of a file; its size and time of change tell the cache when it is another."""
    return digest(path.read_bytes())

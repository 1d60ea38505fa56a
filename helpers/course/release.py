"""``course release``: exercises into the lessons, stored outputs, measured results, README."""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat

from helpers import ROOT
from helpers.course import parameters, readme, runner
from helpers.course.execution import Watch, execute
from helpers.course.exercise_cells import ReleaseError, fill, stubs
from helpers.course.progress import duration
from helpers.course.provenance import provenance
from helpers.course.stored import store
from helpers.files import write_atomically
from helpers.results import ClaimError, read_rows

DEFAULTS = {"SCALE": "mini", "SEED": 0, "DEVICE": "auto"}
LIMIT = 600.0
"""Seconds a lesson may take; three minutes is the most it should."""


@dataclass(frozen=True)
class Checkout:
    """Where a release reads and writes."""

    root: Path = ROOT

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    def solutions(self, lesson: Path) -> Path:
        return self.root / "solutions" / lesson.name

    def results(self, name: str) -> Path:
        return self.root / "data" / "results" / f"{name}.jsonl"

    @property
    def readme(self) -> Path:
        return self.root / "README.md"

    def figure(self, name: str) -> Path:
        return self.root / "docs" / f"{name}.png"


def command(only: str = "", stubs_only: bool = False, checkout: Checkout | None = None) -> int:
    """Release the lessons named by ``only`` (all if empty); returns the exit status.

    ``stubs_only`` writes the exercises and runs nothing. If anything is wrong, no file is written.
    """
    checkout = checkout or Checkout()
    try:
        release(checkout, only, stubs_only)
    except (ReleaseError, ClaimError, parameters.RunError) as error:
        print(f"course release: {error} Nothing was written.", file=sys.stderr)
        return 1
    return 0


def release(checkout: Checkout, only: str = "", stubs_only: bool = False) -> None:
    """See :func:`command`. Raises :class:`ReleaseError` before anything is written."""
    lessons = runner.find(checkout.notebooks)
    chosen = runner.choose(lessons, only)
    books = {lesson: with_exercises(lesson, checkout) for lesson in chosen}
    if stubs_only:
        return write_all({path: nbformat.writes(book) + "\n" for path, book in books.items()})
    here = provenance()
    claims, runs, results, files = {}, {}, {}, {}
    for lesson, book in books.items():
        done = run(lesson, book)
        files[lesson] = store(book, done.book, lesson.name)
        origin = {"notebook": lesson.stem, "scale": "mini", "seed": 0, **here}
        claims[lesson.stem] = [{**row, **origin} for row in done.rows]
        runs[lesson.stem] = [{**done.took, **origin}]
        pictures = readme.figures(book, lesson.name).items()
        files |= {checkout.figure(name): png for name, png in pictures}
    for name, fresh in (("claims", claims), ("runs", runs)):
        path = checkout.results(name)
        results[name] = replaced(path, fresh)
        files[path] = as_lines(results[name])
    files[checkout.readme] = readme_text(checkout, lessons, **results)
    write_all(files)


def with_exercises(lesson: Path, checkout: Checkout):
    """The lesson with its exercises as the solutions notebook defines them."""
    solutions = checkout.solutions(lesson)
    if not solutions.exists():
        raise ReleaseError(f"{lesson.name} has no notebook of the same name in solutions/.")
    book = nbformat.read(lesson, as_version=4)
    fill(book, stubs(solutions), lesson.name)
    return book


@dataclass(frozen=True)
class Done:
    """An executed lesson, the claims it measured, and the time and memory it took."""

    book: nbformat.NotebookNode
    rows: list[dict]
    took: dict


def run(lesson: Path, book) -> Done:
    """Execute a lesson at the settings of its stored outputs."""
    known = parameters.parameters_of(lesson)
    if {name: known.get(name) for name in DEFAULTS} != DEFAULTS:
        raise ReleaseError(f"{lesson.name}: its parameters must be {DEFAULTS} when released.")
    print(f"Running {lesson.stem} …", flush=True)
    with tempfile.TemporaryDirectory(prefix="course-") as folder:
        source, target = Path(folder) / lesson.name, Path(folder) / "executed.ipynb"
        nbformat.write(book, source)
        with without_gpu():
            done = execute(source, target, {}, Watch(LIMIT, lambda seconds: None))
        if done.failure:
            raise ReleaseError(f"{lesson.name} fails in {done.failure}.")
        executed = nbformat.read(target, as_version=4)
    print(f"  {duration(done.seconds)}, {done.peak_memory / 2**20:.0f} MiB")
    took = {"seconds": round(done.seconds, 1), "peak_memory": done.peak_memory}
    return Done(executed, done.rows, took)


@contextmanager
def without_gpu() -> Iterator[None]:
    """Hide the GPUs from kernels started meanwhile: stored outputs come from a CPU."""
    name = "CUDA_VISIBLE_DEVICES"
    before = os.environ.get(name)
    os.environ[name] = ""
    try:
        yield
    finally:
        del os.environ[name]
        if before is not None:
            os.environ[name] = before


def replaced(path: Path, fresh: dict[str, list[dict]]) -> list[dict]:
    """The rows of a results file, those of the released notebooks at mini replaced by ``fresh``."""
    kept = [
        row for row in read_rows(path) if row["notebook"] not in fresh or row["scale"] != "mini"
    ]
    rows = kept + [row for notebook in fresh.values() for row in notebook]
    return sorted(rows, key=lambda row: row["notebook"])


def as_lines(rows: list[dict]) -> str:
    """JSON lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def readme_text(
    checkout: Checkout, lessons: list[Path], claims: list[dict], runs: list[dict]
) -> str:
    """The README with its tables as the results make them."""
    text = checkout.readme.read_text(encoding="utf-8")
    measured = [row for row in claims if row["scale"] == "mini"]
    text = readme.between(text, "claims", readme.claims_table(measured))
    took = {row["notebook"]: row for row in runs}
    return readme.between(text, "lessons", readme.lessons_table(lessons, took))


def write_all(files: dict[Path, str | bytes]) -> None:
    """Write each file whole or not at all."""
    for path, content in files.items():
        write_atomically(path, content)

"""What became of a lesson in a run, as kept between runs: one JSON file for each."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from helpers.files import write_atomically

DONE, FAILED, INTERRUPTED = "done", "failed", "interrupted"
ENDINGS = (".ipynb", ".html", ".log")
"""Of the files that a run leaves of a lesson, beside its outcome."""
KINDS = {
    **dict.fromkeys(("inputs", "parameters", "provenance"), dict),
    **dict.fromkeys(("seconds", "peak_memory", "cells"), (int, float)),
    "rows": list,
}


@dataclass(frozen=True)
class Failure:
    """Why a lesson failed. ``cell``: the number in ``In [..]``, None if no cell was at fault."""

    cell: int | None
    name: str
    message: str

    def __str__(self) -> str:
        place = f"cell [{self.cell}]: " if self.cell else ""
        return f"{place}{self.name}: {self.message}"


@dataclass(frozen=True)
class Outcome:
    """The last run of one lesson.

    ``inputs``: see :mod:`helpers.course.fingerprint`. ``seconds``, ``peak_memory`` (bytes) and
    ``cells`` (of code): what it took; the seconds of an interrupted lesson are those of the time
    before.
    ``rows``: the claims it measured. ``provenance``: date, commit, machine and versions.
    """

    status: str
    inputs: dict[str, str]
    parameters: dict[str, object]
    seconds: float
    peak_memory: int
    cells: int
    rows: list[dict]
    failure: Failure | None
    provenance: dict[str, str]

    @property
    def scale(self) -> object:
        return self.parameters.get("SCALE")

    @property
    def seed(self) -> object:
        return self.parameters.get("SEED")


def write(outcome: Outcome, output: Path, lesson: str) -> None:
    """Keep an outcome. Raises :class:`OSError` when it can't be written."""
    write_atomically(_file(output, lesson), json.dumps(asdict(outcome), indent=1))


def is_kept(output: Path, lesson: str) -> bool:
    """Whether something was kept of a lesson, readable or not."""
    return _file(output, lesson).exists()


def read(output: Path, lesson: str) -> Outcome | None:
    """The last outcome of a lesson; None if there is none, or its file is damaged: run it again."""
    try:
        fields = json.loads(_file(output, lesson).read_text(encoding="utf-8"))
        failure = Failure(**fields["failure"]) if fields["failure"] else None
        outcome = Outcome(**{**fields, "failure": failure})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    whole = all(isinstance(fields[name], kind) for name, kind in KINDS.items())
    return outcome if whole and outcome.status in (DONE, FAILED, INTERRUPTED) else None


def forget_all_but(lessons: list[str], output: Path) -> None:
    """Drop what is kept of lessons that are no longer there, with their pages."""
    for state in (output / "state").glob("*.json"):
        if state.stem not in lessons:
            for path in (state, *(output / f"{state.stem}{ending}" for ending in ENDINGS)):
                path.unlink(missing_ok=True)


def recorded(output: Path) -> list[dict]:
    """The claims measured by all lessons that ran through, in the order of the lessons.

    Each row is what :func:`helpers.results.record` wrote, with the lesson, its scale and its seed.
    """
    rows = []
    for lesson in sorted(path.stem for path in (output / "state").glob("*.json")):
        outcome = read(output, lesson)
        if outcome and outcome.status == DONE:
            run = {"notebook": lesson, "scale": outcome.scale, "seed": outcome.seed}
            rows += [{**row, **run} for row in outcome.rows]
    return rows


def _file(output: Path, lesson: str) -> Path:
    return output / "state" / f"{lesson}.json"

"""Measured claims: what a notebook measured, the verdict on it, and the rows a run leaves behind.

A claim is an inequality between two measured quantities. A notebook hands in its *margins*, one
number per seed (left side minus right side), and the margins of a control in which the cause is
removed. The verdict follows from mean and standard error alone, and nobody can tune it away.
"""

import csv
import json
import math
import os
import statistics
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from helpers import ROOT
from helpers.settings import did_you_mean
from helpers.wrapping import wrapped

CLAIMS = ROOT / "data" / "claims.tsv"
KINDS = ("measured", "definition", "corrected")
HOLDS, FAILS, UNCLEAR = "holds", "doesn't hold", "can't tell"


class ClaimError(ValueError):
    """A claim id is unknown or its measurements can't be judged."""


@dataclass(frozen=True)
class Claim:
    """One row of ``data/claims.tsv``."""

    id: str
    lecture: str
    notebook: str
    statement: str
    kind: str
    predicate: str
    control: str
    published: str


def _numbers(values) -> list[float]:
    """One float per seed out of a list, tuple, array or tensor of one dimension."""
    values = values.tolist() if hasattr(values, "tolist") else values
    try:
        if not isinstance(values, list | tuple):
            raise TypeError
        return [float(value + 0) for value in values]  # adding refuses the string "1"
    except (TypeError, ValueError, OverflowError):
        raise ClaimError(
            f"Margins must be one number per seed, in a list or a one-dimensional array, "
            f"got {values!r}."
        ) from None


@dataclass(frozen=True)
class Measurement:
    """Mean, sample standard deviation and number of independent runs of one quantity."""

    mean: float
    std: float
    n: int

    @classmethod
    def of(cls, values) -> "Measurement":
        values = _numbers(values)
        if len(values) < 3:
            raise ClaimError(f"A claim needs at least 3 seeds, got {len(values)}: {values}.")
        if not all(map(math.isfinite, values)):
            raise ClaimError(f"A claim needs finite numbers, got {values}.")
        return cls(statistics.fmean(values), statistics.stdev(values), len(values))

    @property
    def standard_error(self) -> float:
        return self.std / math.sqrt(self.n)

    @property
    def verdict(self) -> str:
        """Holds above two standard errors, doesn't hold below minus two, else can't tell."""
        if self.mean > 2 * self.standard_error:
            return HOLDS
        return FAILS if self.mean < -2 * self.standard_error else UNCLEAR

    def __str__(self) -> str:
        """Two digits of the standard error, and the mean to the same decimal place."""
        error = self.standard_error
        decimals = max(0, 1 - math.floor(math.log10(error))) if error else 2
        return f"{self.mean:+z.{decimals}f} ± {error:.{decimals}f} (s.e., n = {self.n})"


@dataclass(frozen=True)
class Verdict:
    """A claim together with what a run measured; shown as a few lines in a notebook."""

    claim: Claim
    margin: Measurement
    control: Measurement | None
    unit: str

    @property
    def outcome(self) -> str:
        """The margin's verdict, or can't tell if the control shows the effect just as well."""
        if self.margin.verdict == HOLDS and self.control and self.control.verdict == HOLDS:
            return UNCLEAR
        return self.margin.verdict

    def row(self) -> dict:
        """A flat, JSON-ready record of the measurement."""
        control = asdict(self.control) if self.control else None
        return {
            "claim": self.claim.id,
            **asdict(self.margin),
            "unit": self.unit,
            "control": control,
            "outcome": self.outcome,
        }

    def __repr__(self) -> str:
        lines = [
            f"{self.claim.id}: {self.claim.statement}",
            f"  {self.outcome.upper()}  {self.claim.predicate}: {self.margin} {self.unit}".rstrip(),
        ]
        if self.control:
            shows = "shows the effect too!" if self.control.verdict == HOLDS else "no such effect"
            lines.append(f"  control ({self.claim.control}): {self.control}, {shows}")
        return wrapped("\n".join(lines))


@lru_cache(maxsize=1)
def claims(path: Path = CLAIMS) -> dict[str, Claim]:
    """All claims by id. Raises :class:`ClaimError` on a malformed table, naming the line."""
    table: dict[str, Claim] = {}
    with open(path, encoding="utf-8", newline="") as file:
        for number, row in enumerate(
            csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE), 2
        ):
            if None in row or None in row.values():
                raise ClaimError(f"{path}, line {number}: wrong number of columns.")
            if row["kind"] not in KINDS or row["id"] in table:
                raise ClaimError(
                    f"{path}, line {number}: unknown kind or repeated id {row['id']!r}."
                )
            table[row["id"]] = Claim(**row)
    return table


def record(claim_id: str, margins, control=None, unit: str = "") -> Verdict:
    """Judge a measured claim and add it to the results of the run.

    ``margins``: one number per seed, left side minus right side of the claim's inequality.
    ``control``: the same with the cause removed, under which the claim must not hold.
    Under ``course run`` the row is appended to the file named by ``COURSE_RESULTS``; in an
    interactive notebook it is only shown. Raises :class:`ClaimError` for an unknown id, fewer than
    three seeds or numbers that are not finite.
    """
    table = claims()
    if claim_id not in table:
        raise ClaimError(
            f"No claim {claim_id!r} in {CLAIMS.name}." + did_you_mean(claim_id, list(table))
        )
    claim = table[claim_id]
    if claim.kind != "measured":
        raise ClaimError(f"Claim {claim_id!r} is of kind {claim.kind!r}: nothing to measure.")
    verdict = Verdict(
        claim,
        Measurement.of(margins),
        Measurement.of(control) if control is not None else None,
        unit,
    )
    if target := os.environ.get("COURSE_RESULTS"):
        with open(target, "a", encoding="utf-8") as file:
            file.write(json.dumps(verdict.row()) + "\n")
    return verdict


def flipped(before: dict, after: dict) -> bool:
    """Whether a claim's outcome changed, and its margin by more than two standard errors.

    ``before`` and ``after``: rows as :func:`record` writes them.
    """
    variances = [row["std"] ** 2 / row["n"] for row in (before, after)]
    moved = abs(after["mean"] - before["mean"]) > 2 * math.sqrt(sum(variances))
    return before["outcome"] != after["outcome"] and moved


def read_rows(path: Path) -> list[dict]:
    """Rows of a JSON-lines file; an absent file has none, a damaged line is an error."""
    if not path.exists():
        return []
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError as error:
            raise ClaimError(f"{path}, line {number} is damaged ({error.msg}).") from error
    return rows

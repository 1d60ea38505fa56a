"""Rows of long measurements: a `full` run keeps them, and the lesson shows them ever after.

A run writes below ``build/``, never into the checkout; a maintainer who means to publish a
measurement copies its file to ``data/results/``, where :func:`published` reads it.
"""

import hashlib
import json
from pathlib import Path

from helpers import ROOT
from helpers.data import sources
from helpers.files import write_atomically
from helpers.results import read_rows

PUBLISHED, KEPT = ROOT / "data" / "results", ROOT / "build" / "results"


def keep(
    name: str,
    rows: list[dict],
    corpora: list[str],
    scale: str,
    generated: dict[str, str] | None = None,
) -> Path:
    """Write ``rows``, each with its date, commit, machine, scale and corpus, to build/results/.

    ``generated``: text that was made, not downloaded, as name (with its seed) to sha256. Returns
    the file, ``NAME.jsonl``. Rows are flat and JSON-ready. Raises
    :class:`helpers.data.UnknownDataset` for one of ``corpora`` that isn't in ``data/sources.tsv``.
    """
    from helpers.course.provenance import provenance

    generated = generated or {}
    origin = {
        "scale": scale,
        "corpus": " + ".join([*corpora, *generated]),
        "corpus_hash": corpus_hash(corpora, generated),
        **provenance(),
    }
    lines = [json.dumps({**row, **origin}, ensure_ascii=False) for row in rows]
    target = KEPT / f"{name}.jsonl"
    write_atomically(target, "".join(line + "\n" for line in lines))
    return target


def published(name: str) -> list[dict]:
    """The rows of ``data/results/NAME.jsonl``; none if nobody has published any."""
    return read_rows(PUBLISHED / f"{name}.jsonl")


def published_all(prefix: str) -> dict[str, list[dict]]:
    """The rows of every published file whose name begins so, by the rest of its name."""
    paths = sorted(PUBLISHED.glob(f"{prefix}*.jsonl"))
    return {path.stem.removeprefix(prefix): read_rows(path) for path in paths}


def speeds(topic: str, peer: str) -> list[str]:
    """What ``make bench`` measured about a topic beside its peer, as lines to print.

    One line for each published row whose name begins with ``topic``, then one with the origin; none
    if there are no such rows.
    """
    rows = [row for row in published("bench") if row["name"].startswith(topic)]
    lines = [
        f"{row['name']}: {row['ratio']:.2f} × {peer} "
        f"({row['ratio_min']:.2f}–{row['ratio_max']:.2f} in {row['runs']} runs; "
        f"{row['ours']:,.0f} against {row['peer']:,.0f} {row['unit']})"
        for row in rows
    ]
    origin = [f"on {row['machine']} ({row['date']}, commit {row['commit']})" for row in rows[:1]]
    return lines + origin


def corpus_hash(corpora: list[str], generated: dict[str, str] | None = None) -> str:
    """Twelve hexadecimal digits that name the very files of these datasets and generated texts."""
    digest = hashlib.sha256()
    for corpus in corpora:
        for source in sources.files_of(corpus):
            digest.update(source.sha256.encode())
    for sha256 in (generated or {}).values():
        digest.update(sha256.encode())
    return digest.hexdigest()[:12]

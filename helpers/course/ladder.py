"""``course ladder``: measure the rows of the ladder that aren't measured yet."""

import sys
from itertools import product

from helpers import ROOT, ladder
from helpers.checkpoints import CheckpointError
from helpers.course.progress import Bar, duration
from helpers.course.provenance import provenance
from helpers.files import write_atomically
from helpers.results import ClaimError

PICTURE = ROOT / "docs" / "ladder.png"
Row = tuple[str, int, int]


def command(only: list[str] = (), sizes: str = "", seeds: str = "") -> int:
    """Measure the rungs ``only`` (all whose lessons are here, if empty) at ``sizes`` and ``seeds``,
    numbers with commas (all, if empty); returns the exit status.

    Every row is kept as soon as it is measured. 1 if a checkpoint is missing or a rung isn't one, 2
    if an argument is not allowed.
    """
    try:
        chosen = ladder.in_order(only) if only else ladder.here()
        numbers = _numbers("sizes", sizes, ladder.SIZES), _numbers("seeds", seeds, ladder.SEEDS)
    except ladder.LadderError as error:
        print(f"course ladder: {error}", file=sys.stderr)
        return 2
    try:
        return _climb(chosen, *numbers)
    except (ladder.LadderError, ClaimError) as error:
        print(f"course ladder: {error}", file=sys.stderr)
        return 1


def _climb(names: list[str], sizes: list[int], seeds: list[int]) -> int:
    wanted, lacking = _standing(names)
    # Small sizes first: an evening that ends early has something of every rung.
    places = [(name, n, seed) for n, seed, name in product(sizes, seeds, wanted)]
    kept = {ladder.place(row): row for row in ladder.rows()}
    missing = [place for place in places if place not in kept or ladder.changed(kept[place])]
    print(f"{len(missing)} of {len(places)} rows are to be measured.")
    origin = provenance()
    with Bar(len(missing), unit="row") as bar:
        for place in missing:
            bar.about(_words(place))
            name, n_labels, seed = place
            row = ladder.measure(ladder.rung(name), n_labels, seed)
            ladder.keep({**row, **ladder.key(*place), **origin})
            scores = f"test {row['test']:.1%}, unseen {row['unseen']:.1%}"
            bar.done(f"{_words(place)}: {scores}, {duration(row['cpu_seconds'])}")
    _draw()
    return int(lacking)


def _words(place: Row) -> str:
    name, n_labels, seed = place
    return f"{name}, {n_labels:,} labels, seed {seed}"


def _standing(names: list[str]) -> tuple[list[str], bool]:
    """The rungs that have what they stand on, and whether one hasn't, which is printed."""
    wanted = []
    for name in names:
        try:
            ladder.key(name, ladder.SIZES[0], ladder.SEEDS[0])
            wanted.append(name)
        except CheckpointError as error:
            print(f"course ladder: {name} is left out. {error}", file=sys.stderr)
    return wanted, len(wanted) < len(names)


def _numbers(parameter: str, text: str, allowed: tuple[int, ...]) -> list[int]:
    parts = [part.strip() for part in text.split(",")] if text else list(map(str, allowed))
    for part in parts:
        if part not in map(str, allowed):
            choice = ", ".join(map(str, allowed))
            raise ladder.LadderError(f"{parameter}={text!r}: {part!r} is none of {choice}.")
    return [int(part) for part in parts]


def _draw() -> None:
    """The README's picture of all rows."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    from helpers import plots

    plots.style()
    if drawn := ladder.figure():
        write_atomically(PICTURE, ladder.png(drawn))
        plt.close(drawn)

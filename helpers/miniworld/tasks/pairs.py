"""Acceptability: which of two sentences, one change apart, is English?"""

from collections.abc import Iterable, Iterator

from helpers.miniworld.tasks.material import Kit
from helpers.miniworld.tasks.phenomena import PHENOMENA
from helpers.miniworld.tasks.rows import Judgement, Pair, Splits
from helpers.miniworld.tasks.splits import SIZES, Sizes, allowed, balanced, checked, gather


def acceptability(
    sizes: Sizes = SIZES, seed: int = 0, phenomena: Iterable[str] = tuple(PHENOMENA)
) -> Splits:
    """Minimal pairs (:class:`Pair`), equally many of each phenomenon in every split.

    Raises TaskError for an unknown phenomenon or a size below 1.
    """
    phenomena = tuple(phenomena)
    for name in phenomena:
        allowed("phenomena", name, PHENOMENA)
    rows = gather(
        _pairs(phenomena, seed),
        lambda pair: pair.good,
        lambda pair: pair.phenomenon,
        balanced(checked(sizes), phenomena),
        lambda pair: (pair.good, pair.bad),
    )
    # Sorted by phenomenon they would be easy to read and bad to learn from: shuffled once.
    kit = Kit("acceptability", seed, "order")
    return {split: kit.choices.shuffled(found) for split, found in rows.items()}


def _pairs(phenomena: tuple[str, ...], seed: int) -> Iterator[Pair]:
    kit = Kit("acceptability", seed, seed=seed)
    while True:
        for name in phenomena:
            good, bad = PHENOMENA[name](kit).texts()
            yield Pair(good, bad, name)


def judgements(pairs: Iterable[Pair]) -> list[Judgement]:
    """Both members of every pair as rows of their own, as in CoLA: half are acceptable."""
    return [
        Judgement(text, label, pair.phenomenon)
        for pair in pairs
        for text, label in ((pair.good, 1), (pair.bad, 0))
    ]

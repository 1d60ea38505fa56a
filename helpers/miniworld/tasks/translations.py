"""Translation from English to German, with the alignment of the words."""

from collections.abc import Iterator

from helpers.miniworld.tasks import source
from helpers.miniworld.tasks.rows import Splits, Translation
from helpers.miniworld.tasks.splits import (
    Quota,
    Sizes,
    TaskError,
    at_least,
    balanced,
    checked,
    gather,
)

SIZES = Sizes(2000, 100, 200)


def translation(
    sizes: Sizes = SIZES, seed: int = 0, shortest: int = 4, longest: int = 16
) -> Splits:
    """Sentences of all genres in both languages (:class:`Translation`), from ``shortest`` to
    ``longest`` English tokens.

    The English sentence decides the split, and no two rows have the same. Raises TaskError for a
    size below 1, ``shortest`` below 1 or ``longest`` below ``shortest``.
    """
    at_least("shortest", shortest, 1)
    at_least("longest", longest, 1)
    if longest < shortest:
        raise TaskError(f"longest={longest} is not allowed: at least shortest={shortest}.")
    quota = balanced(checked(sizes), ["sentences"])
    return gather(
        _rows(seed, quota, range(shortest, longest + 1)),
        lambda row: " ".join(row.english),
        lambda _: "sentences",
        quota,
    )


def _rows(seed: int, quota: Quota, lengths: range) -> Iterator[Translation]:
    for sentence in source.sentences(seed, quota):
        if len(sentence.tokens) in lengths and sentence.german:
            yield Translation(tuple(sentence.words), sentence.german, sentence.alignment)

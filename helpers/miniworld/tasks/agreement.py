"""Subject-verb agreement, across what may stand between the two (Linzen et al. 2016)."""

from collections.abc import Callable, Iterator

from helpers.miniworld.tasks.material import Kit, other
from helpers.miniworld.tasks.phenomena import subject_and_verb
from helpers.miniworld.tasks.rows import Agreement, Splits
from helpers.miniworld.tasks.splits import SIZES, Sizes, balanced, checked, gather
from helpers.miniworld.terms import PLURAL, SINGULAR, Gap, Relative
from helpers.miniworld.trees import Leaf

Between = Callable[[Kit, list[str]], tuple]


def _nothing(kit: Kit, numbers: list[str]) -> tuple:
    return ()


def _preposition(kit: Kit, numbers: list[str]) -> tuple:
    """*near the windows (behind the bed)*."""
    after: tuple = ()
    for number in reversed(numbers):
        after = (kit.place(number, after),)
    return after


def _object_relative(kit: Kit, numbers: list[str]) -> tuple:
    """*that the guests (near the window) admire*."""
    first, *rest = numbers
    clause = kit.dealing(kit.person(first, after=_preposition(kit, rest)), Gap())
    return (Relative(clause, that=True),)


def _subject_relative(kit: Kit, numbers: list[str]) -> tuple:
    """*who admires the guests (near the window)*."""
    first, *rest = numbers
    clause = kit.dealing(Gap(), kit.person(first, after=_preposition(kit, rest)))
    return (Relative(clause),)


# What stands between subject and verb, and how many nouns that holds.
CONSTRUCTIONS: dict[str, tuple[Between, tuple[int, ...]]] = {
    "simple": (_nothing, (0,)),
    "preposition": (_preposition, (1, 2)),
    "object relative": (_object_relative, (1, 2)),
    "subject relative": (_subject_relative, (1, 2)),
}
CELLS = [
    (construction, number, attractors)
    for construction, (_, nouns) in CONSTRUCTIONS.items()
    for number in (SINGULAR, PLURAL)
    for attractors in range(max(nouns) + 1)
]


def agreement_pairs(sizes: Sizes = SIZES, seed: int = 0) -> Splits:
    """Minimal pairs of a verb's two numbers (:class:`Agreement`).

    Every split holds as many of each construction, subject number and number of attractors (0 to
    2; nouns of the subject's own number stand in between too). The words are those of
    ``text(…, seed)``. Raises TaskError for a size below 1.
    """
    rows = gather(
        _pairs(seed),
        lambda row: row.good,
        lambda row: (row.construction, row.number, row.attractors),
        balanced(checked(sizes), CELLS),
        lambda row: (row.good, row.bad),
    )
    kit = Kit("agreement", seed, "order")
    return {split: kit.choices.shuffled(found) for split, found in rows.items()}


def _pairs(seed: int) -> Iterator[Agreement]:
    kit = Kit("agreement", seed, seed=seed)
    while True:
        for construction, number, attractors in CELLS:
            between, nouns = CONSTRUCTIONS[construction]
            n = kit.pick([n for n in nouns if n >= attractors])
            numbers = [other(number)] * attractors + [number] * (n - attractors)
            subject = kit.person(number, after=between(kit, kit.choices.shuffled(numbers)))
            sample = subject_and_verb(kit, subject, number)
            words, (good, bad) = sample.good, sample.texts()
            at = next(i for i, (x, y) in enumerate(zip(words, sample.bad, strict=True)) if x != y)
            wrong = sample.bad[at].form
            tokens = written(words)
            yield Agreement(good, bad, tokens, at, wrong, construction, number, attractors)


def written(words: list[Leaf]) -> tuple[str, ...]:
    """The forms with a capital at the beginning, as in the text."""
    first, *rest = (word.form for word in words)
    return (first[0].upper() + first[1:], *rest)

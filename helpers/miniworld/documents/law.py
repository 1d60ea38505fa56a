"""How often is what said: a Zipf law over topics and one over what there is to say about each.

A document takes ``n`` of the ``N`` slots of its topic. Systematic sampling with unequal
probabilities (Madow 1949) lays the slots end to end on a line, each as long as the probability to
be taken, and takes the ones at ``u, u + 1, … u + n - 1`` for one uniform ``u``. Exactly ``n`` are
taken and every slot exactly as often as the law says, which repeated draws without replacement
wouldn't do.
"""

from collections.abc import Sequence
from itertools import pairwise

from helpers.miniworld.choice import Weighted

EXPONENT, SHIFT = 1.0, 2.7  # Mandelbrot's constants, as for words


def zipf_weights(n: int) -> list[float]:
    """Unnormalised weights of ranks 0 … n - 1."""
    return [(rank + SHIFT) ** -EXPONENT for rank in range(n)]


def inclusion(weights: Sequence[float], n: int) -> list[float]:
    """Probability of each item to be among the ``n`` taken: proportional to its weight, at most 1.

    Raises ValueError when ``n`` is not between 1 and the number of items.
    """
    if not 1 <= n <= len(weights):
        raise ValueError(f"n={n}; must be from 1 to the number of items, {len(weights)}.")
    certain: set[int] = set()
    while True:
        rest = sum(w for i, w in enumerate(weights) if i not in certain)
        scale = (n - len(certain)) / rest if rest else 0.0
        full = {i for i, w in enumerate(weights) if i not in certain and w * scale >= 1}
        if not full:
            return [1.0 if i in certain else w * scale for i, w in enumerate(weights)]
        certain |= full


def systematic(probabilities: Sequence[float]) -> Weighted:
    """The sets of positions that systematic sampling can take, each with its probability.

    ``probabilities`` sum to a whole number n; every set holds n positions in ascending order.
    """
    n = round(sum(probabilities))
    ends, total = [], 0.0
    for p in probabilities:
        total += p
        ends.append(total)
    ends[-1] = float(n)
    cuts = sorted({0.0, 1.0, *(end % 1.0 for end in ends)})
    sets, lengths = [], []
    for low, high in pairwise(cuts):
        if high - low < 1e-9:
            continue
        at, position, taken = (low + high) / 2, 0, []
        for step in range(n):
            while ends[position] <= at + step:
                position += 1
            taken.append(position)
        sets.append(tuple(taken))
        lengths.append(high - low)
    return Weighted(sets, lengths)

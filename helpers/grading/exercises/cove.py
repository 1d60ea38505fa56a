"""Exercises of lesson 03: an exposed target, length normalisation, coverage, word alignment."""

import math

import numpy as np
import torch
from torch import Tensor

from helpers.grading.exercise import Case, Exercise, Mistake

# --- 03-exposed: mend teacher forcing that shows the answer ---------------------------------------


def _log_softmax(scores: np.ndarray) -> np.ndarray:
    top = scores.max()
    return scores - top - math.log(np.exp(scores - top).sum())


def _sentence_costs(row: np.ndarray, E: np.ndarray, U: np.ndarray, read, count) -> list[float]:
    """-log p of each word of one sentence that counts.

    ``read(t)``: place of the word that the state which predicts place t has read last, and all
    before it; ``count(row, t)``: whether place t is predicted.
    """
    costs = []
    for t in range(1, len(row)):
        s = np.zeros(E.shape[1])
        for word in row[read.start(t) : read.last(t) + 1]:
            s = np.tanh(E[word] + U @ s)
        if count(row, t):
            costs.append(-_log_softmax(E @ s)[row[t]])
    return costs


class _Read:
    """Which words have been read when place t is predicted: from ``first`` to t + ``shift``."""

    def __init__(self, first: int, shift: int):
        self.first, self.shift = first, shift

    def start(self, t: int) -> int:
        return self.first

    def last(self, t: int) -> int:
        return max(t + self.shift, 0)


def _is_word(row: np.ndarray, t: int) -> bool:
    return row[t] != 0


def _mean(costs: list[list[float]]) -> float:
    return float(np.mean([cost for sentence in costs for cost in sentence]))


_HONEST = _Read(0, -1)


def _loss_with(read: _Read = _HONEST, count=_is_word, mean=_mean):
    def loss(target: Tensor, E: Tensor, U: Tensor) -> float:
        E, U = E.double().numpy(), U.double().numpy()
        return mean([_sentence_costs(row, E, U, read, count) for row in target.numpy()])

    return loss


def _without_end(row: np.ndarray, t: int) -> bool:
    return _is_word(row, t) and t + 1 < len(row) and row[t + 1] != 0


def _exposed_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, lengths: list[int], vocab_size: int, d_model: int) -> Case:
        target = np.zeros((len(lengths), max(lengths) + 2), dtype=np.int64)
        for row, length in zip(target, lengths, strict=True):
            row[: length + 2] = [1, *rng.integers(3, vocab_size, size=length), 2]
        E = rng.normal(size=(vocab_size, d_model))
        U = 0.5 * rng.normal(size=(d_model, d_model))
        return Case(name, (torch.from_numpy(target), torch.from_numpy(E), torch.from_numpy(U)))

    return [
        case("one sentence, no padding", [4], 8, 3),
        case("three of one length", [5, 5, 5], 9, 4),
        case("a short one beside a long one", [2, 7], 9, 4),
        case("six lengths", [1, 6, 3, 2, 5, 4], 12, 5),
    ]


EXPOSED = Exercise(
    grade_id="03-exposed",
    function="mended_loss",
    points=4,
    cases=_exposed_cases,
    reference=_loss_with(),
    mistakes=(
        Mistake(
            _loss_with(_Read(1, 0), lambda row, t: True),
            "Does the state still read the word that it predicts? That is the broken version.",
        ),
        Mistake(
            _loss_with(_Read(1, 0)),
            "Is the padding gone, but the answer still read? Shift what is read by one place.",
        ),
        Mistake(
            _loss_with(_Read(0, 0)),
            "Does your decoder begin at the first mark, but read on to the very word it predicts?",
        ),
        Mistake(
            _loss_with(count=lambda row, t: True),
            "Does padding still count? Row 0 is no word that anybody should predict.",
        ),
        Mistake(
            _loss_with(count=_without_end),
            "Is the end mark predicted? A decoder that never learns to stop goes on for ever.",
        ),
        Mistake(
            _loss_with(mean=lambda costs: float(np.mean([np.mean(c) for c in costs]))),
            "Do you average each sentence first? Then a word of a short sentence counts more.",
        ),
        Mistake(
            _loss_with(mean=lambda costs: float(sum(sum(c) for c in costs))),
            "Is that the sum? The loss is the mean over all predicted words.",
        ),
    ),
)

# --- 03-length: Wu et al. (2016), equation 14 -----------------------------------------------------


def _ranked(scores: list[float]) -> list[int]:
    return sorted(range(len(scores)), key=lambda place: (-scores[place], place))


def _length_with(score, ranked=_ranked):
    return lambda hypotheses, alpha: ranked([score(n, log_p, alpha) for n, log_p in hypotheses])


def _normalised(n_words: int, log_p: float, alpha: float) -> float:
    return log_p * 6**alpha / (5 + n_words + 1) ** alpha


def _length_cases(rng: np.random.Generator) -> list[Case]:
    def beam(n: int) -> list[tuple[int, float]]:
        lengths = rng.integers(1, 25, size=n)
        return [(int(k), float(-(k + 1) * rng.uniform(0.25, 0.45))) for k in lengths]

    # Chosen so that each slip in the formula turns a pair round.
    close = [(3, -1.0), (6, -1.29), (4, -1.14), (12, -1.8), (9, -1.61), (1, -0.75)]
    return [
        Case("nothing changes at α = 0", (beam(6), 0.0)),
        Case("a close call", (close, 0.6)),
        Case("a close call, α = 1", ([(3, -1.0), (6, -1.32), (4, -1.12), (12, -1.99)], 1.0)),
        Case("two that are equal", ([(4, -2.0), (7, -1.5), (4, -2.0)], 0.8)),
        Case("a beam of twenty, α = 0.6", (beam(20), 0.6)),
        Case("a beam of twenty, α = 1.4", (beam(20), 1.4)),
    ]


LENGTH = Exercise(
    grade_id="03-length",
    function="by_fair_length",
    points=3,
    cases=_length_cases,
    reference=_length_with(_normalised),
    mistakes=(
        Mistake(
            _length_with(lambda n, log_p, alpha: log_p),
            "Do you use the length at all? That is the order of plain log p.",
        ),
        Mistake(
            _length_with(lambda n, log_p, alpha: log_p * (6 + n) ** alpha),
            "Do you multiply by the length? log p is negative: dividing brings it nearer to 0.",
        ),
        Mistake(
            _length_with(lambda n, log_p, alpha: log_p / (5 + n) ** alpha),
            "Does the end mark count? |y| is the number of words and one more.",
        ),
        Mistake(
            _length_with(lambda n, log_p, alpha: log_p / (n + 1) ** alpha),
            "Where is the 5? Without it the shortest sentences are punished far more.",
        ),
        Mistake(
            _length_with(_normalised, lambda scores: _ranked(scores)[::-1]),
            "Does your list begin with the worst? The highest score comes first.",
        ),
        Mistake(
            _length_with(_normalised, lambda scores: _ranked([-s for s in scores])),
            "Did you sort upwards? Scores are negative; the best is the one nearest to 0.",
        ),
    ),
)

# --- 03-coverage: Wu et al. (2016), equation 14 ---------------------------------------------------

FLOOR = 1e-6


def _penalty(totals, beta: float) -> float:
    return float(beta * sum(math.log(min(max(total, FLOOR), 1.0)) for total in totals))


def _coverage(weights: np.ndarray, n_source: int, beta: float) -> float:
    return _penalty([sum(row[i] for row in weights) for i in range(n_source)], beta)


def _coverage_of_targets(weights, n_source, beta):
    return _penalty(weights.sum(1), beta)


def _coverage_with_padding(weights, n_source, beta):
    return _penalty(weights.sum(0), beta)


def _coverage_unbounded(weights, n_source, beta):
    return float(beta * np.log(np.maximum(weights[:, :n_source].sum(0), FLOOR)).sum())


def _coverage_of_means(weights, n_source, beta):
    return _penalty(weights[:, :n_source].mean(0), beta)


def _coverage_each(weights, n_source, beta):
    return _penalty(weights[:, :n_source].ravel(), beta)


def _coverage_without_floor(weights, n_source, beta):
    with np.errstate(divide="ignore"):
        return float(beta * np.log(np.minimum(weights[:, :n_source].sum(0), 1)).sum())


def _coverage_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, n_target: int, n_source: int, padding: int, beta: float) -> Case:
        weights = np.zeros((n_target, n_source + padding))
        weights[:, :n_source] = rng.dirichlet(np.full(n_source, 0.4), size=n_target)
        return Case(name, (weights, n_source, beta))

    skipped = np.array([[0.7, 0.3, 0.0, 0.0], [0.9, 0.1, 0.0, 0.0], [0.2, 0.8, 0.0, 0.0]])
    return [
        case("as many as there were", 6, 6, 0, 0.2),
        case("fewer than there were", 3, 7, 0, 0.4),
        case("many more than there were", 12, 4, 0, 1.0),
        case("with padding", 5, 5, 3, 0.2),
        Case("a word that was never looked at", (skipped, 3, 0.2)),
    ]


COVERAGE = Exercise(
    grade_id="03-coverage",
    function="coverage_penalty",
    points=3,
    cases=_coverage_cases,
    reference=_coverage,
    mistakes=(
        Mistake(
            _coverage_of_targets,
            "Do you sum over the source? Each source word's total is over the words written.",
        ),
        Mistake(
            _coverage_with_padding,
            "Does padding count as a word left out? Only the first n_source places are words.",
        ),
        Mistake(
            _coverage_unbounded,
            "Where is the minimum with 1? Looking at a word twice must not make up for another.",
        ),
        Mistake(_coverage_of_means, "Do you take the mean over the written words? It is the sum."),
        Mistake(
            _coverage_each,
            "Do you take the logarithm of each weight? Sum a source word's weights first.",
        ),
        Mistake(
            _coverage_without_floor,
            "Is your penalty infinite where a word was never looked at? Its total counts as 1e-6.",
        ),
        Mistake(
            lambda weights, n_source, beta: _coverage(weights, n_source, 1.0),
            "Did β get lost?",
        ),
        Mistake(
            lambda weights, n_source, beta: -_coverage(weights, n_source, beta),
            "Is your penalty positive? It is added to log p, so it must be 0 or less.",
        ),
    ),
)

# --- 03-alignment: Och & Ney (2003), all links sure -----------------------------------------------


def _links(weights: np.ndarray, threshold: float) -> set[tuple[int, int]]:
    found = set()
    for j, row in enumerate(weights.tolist()):
        best = max(row)
        if best >= threshold:
            found.add((row.index(best), j))
    return found


def _error(found: set, true: set) -> float:
    if not found | true:
        return 0.0
    return 1.0 - 2 * len(found & true) / (len(found) + len(true))


def _alignment_with(links=_links, error=_error):
    return lambda weights, true_links, threshold: float(
        error(links(weights, threshold), set(true_links))
    )


def _links_by_source(weights, threshold):
    return {(i, j) for j, i in _links(weights.T, threshold)}


def _precision_error(found, true):
    return 1.0 - len(found & true) / len(found) if found else 0.0


def _recall_error(found, true):
    return 1.0 - len(found & true) / len(true) if true else 0.0


def _jaccard_error(found, true):
    return 1.0 - len(found & true) / len(found | true) if found | true else 0.0


def _all_above(weights, threshold):
    return {(int(i), int(j)) for j, i in np.argwhere(weights >= threshold)}


def _alignment_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, n_german: int, n_english: int, threshold: float) -> Case:
        weights = rng.dirichlet(np.full(n_english, 0.3), size=n_german)
        true = [(int(row.argmax()), j) for j, row in enumerate(weights)]
        true = [link for link in true if rng.random() < 0.6]
        extra = {(int(rng.integers(n_english)), int(rng.integers(n_german))) for _ in range(3)}
        return Case(name, (weights, sorted(extra | set(true)), threshold))

    return [
        case("every word linked", 6, 6, 0.0),
        case("more German words", 9, 5, 0.0),
        case("a threshold", 8, 8, 0.5),
        case("a high threshold", 10, 7, 0.8),
        Case("no link, none true", (np.full((2, 3), 1 / 3), [], 0.9)),
        Case("no link, but one true", (np.full((2, 3), 1 / 3), [(0, 1)], 0.9)),
    ]


ALIGNMENT = Exercise(
    grade_id="03-alignment",
    function="alignment_error",
    points=4,
    cases=_alignment_cases,
    reference=_alignment_with(),
    mistakes=(
        Mistake(
            _alignment_with(_links_by_source),
            "Do you link each English word? It is each German word, a row, that picks one.",
        ),
        Mistake(
            _alignment_with(lambda w, t: {(j, i) for i, j in _links(w, t)}),
            "Which place comes first? A link is (English place, German place).",
        ),
        Mistake(
            _alignment_with(lambda w, t: _links(w, 0.0)),
            "Do you use the threshold? A weak highest weight makes no link.",
        ),
        Mistake(
            _alignment_with(_all_above),
            "Can a German word have several links? Only its highest weight makes one.",
        ),
        Mistake(
            _alignment_with(error=_precision_error),
            "What about the true links that were missed? You only count those found.",
        ),
        Mistake(
            _alignment_with(error=_recall_error),
            "What about links that are wrong? You only count the true ones that were missed.",
        ),
        Mistake(
            _alignment_with(error=_jaccard_error),
            "Do you divide by the union? It is twice the common ones over the sum of both sizes.",
        ),
        Mistake(
            _alignment_with(error=lambda found, true: 1.0 - _error(found, true)),
            "Is that the share that is right? The error rate is 1 minus it.",
        ),
    ),
)

EXERCISES = (EXPOSED, LENGTH, COVERAGE, ALIGNMENT)

"""Exercises of lesson 00: ten papers, noisy labels, the prior, a leak, a band, labels saved."""

import math
from collections import Counter

import numpy as np
import torch
from torch import Tensor

from helpers.grading.exercise import Case, Exercise, Mistake

# --- 00-taxonomy: Ruder (2019), chapter 3 ---------------------------------------------------------

ADAPTATION, LINGUAL = "domain adaptation", "cross-lingual learning"
MULTI, SEQUENTIAL = "multi-task learning", "sequential transfer"
PAPERS = {
    "blitzer-2007": ADAPTATION,
    "collobert-2008": MULTI,
    "das-2011": LINGUAL,
    "kim-2014": SEQUENTIAL,
    "sogaard-2016": MULTI,
    "sun-2016": ADAPTATION,
    "mccann-2017": SEQUENTIAL,
    "conneau-2018": LINGUAL,
    "phang-2018": SEQUENTIAL,
    "gururangan-2020": SEQUENTIAL,
}


def _place(paper: str) -> str:
    return PAPERS[paper]


def _taking(confused: dict[str, str]):
    """A wrong answer that takes a leaf, or a single paper, for another leaf."""

    def wrong(paper):
        leaf = PAPERS[paper]
        return confused.get(paper, confused.get(leaf, leaf))

    return wrong


def _paper_cases(rng: np.random.Generator) -> list[Case]:
    return [Case(paper, (paper,)) for paper in rng.permutation(list(PAPERS)).tolist()]


TAXONOMY = Exercise(
    grade_id="00-taxonomy",
    function="place",
    points=5,
    cases=_paper_cases,
    reference=_place,
    mistakes=(
        Mistake(
            lambda paper: SEQUENTIAL,
            "Is everything sequential that was learned from something else? Ask first whether the "
            "two tasks are the same, then whether they are learned together.",
        ),
        Mistake(
            _taking({LINGUAL: ADAPTATION}),
            "Another language is another input space, not only another distribution.",
        ),
        Mistake(
            _taking({MULTI: SEQUENTIAL}),
            "Does one task come first in these papers, or are all of them learned at once?",
        ),
        Mistake(
            _taking({"gururangan-2020": ADAPTATION}),
            "Is it the topic that decides? The model predicts words first and labels sentences "
            "afterwards: ask whether these tasks are the same.",
        ),
        Mistake(
            _taking({"phang-2018": MULTI}),
            "There are several tasks in phang-2018, but are they learned at the same time?",
        ),
        Mistake(
            _taking({"mccann-2017": LINGUAL}),
            "Translation is the source task of mccann-2017. Does the target's text come in another "
            "language?",
        ),
    ),
)

# --- 00-noise: label noise at an exact rate in each class -----------------------------------------


def _flip_labels(labels: list[int], rate: float, order: list[int]) -> list[int]:
    left = {label: math.floor(rate * n + 0.5) for label, n in Counter(labels).items()}
    noisy = list(labels)
    for i in order:
        if left[labels[i]] > 0:
            left[labels[i]] -= 1
            noisy[i] = 1 - labels[i]
    return noisy


def _rate_over_all(labels, rate, order):
    n = math.floor(rate * len(labels) + 0.5)
    return [1 - label if i in order[:n] else label for i, label in enumerate(labels)]


def _rounded_down(labels, rate, order):
    chosen = set()
    for label in (0, 1):
        members = [i for i in order if labels[i] == label]
        chosen |= set(members[: int(rate * len(members))])
    return [1 - label if i in chosen else label for i, label in enumerate(labels)]


def _from_the_top(labels, rate, order):
    return _flip_labels(labels, rate, list(range(len(labels))))


def _one_after_the_other(labels, rate, order):
    noisy = list(labels)
    for label in (0, 1):
        members = [i for i in order if noisy[i] == label]
        for i in members[: math.floor(rate * len(members) + 0.5)]:
            noisy[i] = 1 - label
    return noisy


def _one_class_only(labels, rate, order):
    flipped = _flip_labels(labels, rate, order)
    return [new if label else label for label, new in zip(labels, flipped, strict=True)]


def _noise_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, rate: float, *counts: int) -> Case:
        labels = rng.permutation(np.repeat([0, 1], counts)).tolist()
        return Case(name, (labels, rate, rng.permutation(len(labels)).tolist()))

    # Sizes whose share is never half-way between two whole numbers.
    small, large = int(rng.choice([6, 9, 12])), int(rng.choice([19, 22, 29]))
    return [
        case("as many of each label", 0.2, 20, 20),
        case("few of label 0, many of label 1", 0.3, small, large),
        case("many of label 0, few of label 1", 0.3, large, small),
        case("a share just below a whole number", 0.25, 11, 23),
        case("no noise", 0.0, 5, 7),
        case("every label flipped", 1.0, 6, 4),
    ]


NOISE = Exercise(
    grade_id="00-noise",
    function="flip_labels",
    points=3,
    cases=_noise_cases,
    reference=_flip_labels,
    mistakes=(
        Mistake(
            _rate_over_all,
            "Do you take the share of all labels together? Each class gets its own share.",
        ),
        Mistake(_rounded_down, "Do you round down? Round to the nearest whole number."),
        Mistake(
            _from_the_top,
            "Do you walk through the labels from the top? Walk in the given order.",
        ),
        Mistake(
            _one_after_the_other,
            "Do you flip one class and then count the other with the flipped ones in it?",
        ),
        Mistake(_one_class_only, "Do you flip only one of the two classes?"),
    ),
)

# --- 00-prior: what a classifier gets that never looks at the text --------------------------------


def _prior_baseline(train_labels: list[int], test_labels: list[int]) -> tuple[float, float]:
    counts = Counter(train_labels)
    commonest = min(counts, key=lambda label: (-counts[label], label))
    majority = sum(label == commonest for label in test_labels) / len(test_labels)
    chances = [counts[label] / len(train_labels) for label in test_labels]
    return majority, sum(chances) / len(test_labels)


def _looking_at_the_test(train_labels, test_labels):
    majority, _ = _prior_baseline(test_labels, test_labels)
    return majority, _prior_baseline(train_labels, test_labels)[1]


def _guesses_scored_on_train(train_labels, test_labels):
    majority, _ = _prior_baseline(train_labels, test_labels)
    return majority, _prior_baseline(train_labels, train_labels)[1]


def _uniform_guesses(train_labels, test_labels):
    majority, _ = _prior_baseline(train_labels, test_labels)
    known = set(train_labels)
    right = [(label in known) / len(known) for label in test_labels]
    return majority, sum(right) / len(test_labels)


def _both_scored_on_train(train_labels, test_labels):
    return _prior_baseline(train_labels, train_labels)


def _in_percent(train_labels, test_labels):
    majority, matching = _prior_baseline(train_labels, test_labels)
    return 100 * majority, 100 * matching


def _largest_of_a_tie(train_labels, test_labels):
    counts = Counter(train_labels)
    commonest = max(counts, key=lambda label: (counts[label], label))
    majority = sum(label == commonest for label in test_labels) / len(test_labels)
    return majority, _prior_baseline(train_labels, test_labels)[1]


def _prior_cases(rng: np.random.Generator) -> list[Case]:
    def labels(*counts: int) -> list[int]:
        return rng.permutation(np.repeat(np.arange(len(counts)), counts)).tolist()

    more = int(rng.integers(1, 5))
    return [
        Case("two labels, the same shares in both", (labels(6, 3), labels(8, 4))),
        Case("the test prefers another label", (labels(7 + more, 3), labels(2, 9))),
        Case("three labels", (labels(3, 5 + more, 4), labels(6, 2, 5))),
        Case("two labels are equally common", (labels(1, 4, 4), labels(2, 3, 6))),
        Case("the test has a label that nobody has seen", (labels(2, 6), labels(3, 4, more))),
    ]


PRIOR = Exercise(
    grade_id="00-prior",
    function="prior_baseline",
    points=2,
    cases=_prior_cases,
    reference=_prior_baseline,
    mistakes=(
        Mistake(
            _looking_at_the_test,
            "Do you take the commonest label of the test set? The baseline knows only the "
            "training labels.",
        ),
        Mistake(
            _guesses_scored_on_train,
            "Is your second number the sum of p²? The guesses follow the training shares, but they "
            "meet the test labels.",
        ),
        Mistake(
            _uniform_guesses,
            "Does your second baseline guess every label equally often? It keeps the training "
            "shares.",
        ),
        Mistake(_both_scored_on_train, "Do you score on the training labels? Score on the test's."),
        Mistake(_in_percent, "Are these per cent? Return shares between 0 and 1."),
        Mistake(_largest_of_a_tie, "Which label wins a tie? The smallest should."),
    ),
)

# --- 00-leak: tf-idf whose statistics come from the training texts alone --------------------------


def _weighted(texts: list[str], vocabulary: list[str], idf: dict[str, float]) -> Tensor:
    counts = [Counter(text.lower().split()) for text in texts]
    rows = [[count[word] * idf[word] for word in vocabulary] for count in counts]
    return torch.tensor(rows, dtype=torch.float32).reshape(len(texts), len(vocabulary))


def _idf(vocabulary: list[str], texts: list[str], n: int) -> dict[str, float]:
    bags = [set(text.lower().split()) for text in texts]
    found = {word: sum(word in bag for bag in bags) for word in vocabulary}
    return {word: math.log(n / max(1, found[word])) for word in vocabulary}


def _words(texts: list[str]) -> list[str]:
    return sorted({word for text in texts for word in text.lower().split()})


def _tfidf(train_texts: list[str], test_texts: list[str]) -> tuple[Tensor, Tensor]:
    words = _words(train_texts)
    idf = _idf(words, train_texts, len(train_texts))
    return _weighted(train_texts, words, idf), _weighted(test_texts, words, idf)


def _all_from_both(train_texts, test_texts):
    both = train_texts + test_texts
    words = _words(both)
    idf = _idf(words, both, len(both))
    return _weighted(train_texts, words, idf), _weighted(test_texts, words, idf)


def _vocabulary_from_both(train_texts, test_texts):
    words = _words(train_texts + test_texts)
    idf = _idf(words, train_texts, len(train_texts))
    return _weighted(train_texts, words, idf), _weighted(test_texts, words, idf)


def _idf_from_both(train_texts, test_texts):
    both, words = train_texts + test_texts, _words(train_texts)
    idf = _idf(words, both, len(both))
    return _weighted(train_texts, words, idf), _weighted(test_texts, words, idf)


def _n_from_both(train_texts, test_texts):
    words = _words(train_texts)
    idf = _idf(words, train_texts, len(train_texts) + len(test_texts))
    return _weighted(train_texts, words, idf), _weighted(test_texts, words, idf)


def _test_by_itself(train_texts, test_texts):
    words = _words(train_texts)
    idf = _idf(words, train_texts, len(train_texts))
    own = _idf(words, test_texts, len(test_texts))
    return _weighted(train_texts, words, idf), _weighted(test_texts, words, own)


def _occurrences(train_texts, test_texts):
    words = _words(train_texts)
    total = Counter(word for text in train_texts for word in text.lower().split())
    idf = {word: math.log(len(train_texts) / total[word]) for word in words}
    return _weighted(train_texts, words, idf), _weighted(test_texts, words, idf)


def _texts(rng: np.random.Generator, words: str, n: int) -> list[str]:
    return [" ".join(rng.choice(words.split(), int(rng.integers(2, 7)))) for _ in range(n)]


def _leak_cases(rng: np.random.Generator) -> list[Case]:
    seen = "a good dull film plot The and Fun fun"
    return [
        Case("by hand", (["a good film", "a dull dull film"], ["a good good toaster"])),
        Case("the test brings new words", (_texts(rng, seen, 6), _texts(rng, seen + " new", 4))),
        Case("more test texts than training texts", (_texts(rng, seen, 4), _texts(rng, seen, 9))),
        Case("no known word in the test", (_texts(rng, seen, 5), ["toaster broken", "refund"])),
        Case("repeated words", (["fun fun fun", "dull", "fun dull plot"], ["plot plot fun"])),
    ]


LEAK = Exercise(
    grade_id="00-leak",
    function="tfidf",
    points=4,
    cases=_leak_cases,
    reference=_tfidf,
    atol=1e-5,
    mistakes=(
        Mistake(
            _all_from_both,
            "Do the test texts still go into the vocabulary and into the counts? Change a test "
            "text: the training features must stay as they were.",
        ),
        Mistake(
            _vocabulary_from_both,
            "Is there a column for words that only test texts have? The vocabulary leaks.",
        ),
        Mistake(
            _idf_from_both,
            "Do you count in how many of *all* texts a word occurs? The idf still leaks.",
        ),
        Mistake(_n_from_both, "Is n the number of training texts? It counts the test texts, too."),
        Mistake(
            _test_by_itself,
            "Do the test texts get an idf of their own? Then a column means two different things.",
        ),
        Mistake(
            _occurrences,
            "Is df the number of texts that hold the word? You count how often it occurs.",
        ),
    ),
)

# --- 00-band: two kinds of luck, Bouthillier et al. (2021), Miller (2024) -------------------------


def _honest_band(correct: Tensor) -> tuple[Tensor, Tensor]:
    values = correct.numpy().astype(np.float64)
    n_seeds, _, n_test = values.shape
    seeds = values.mean(axis=2).var(axis=0, ddof=1) / n_seeds
    sentences = values.mean(axis=0).var(axis=1, ddof=1) / n_test
    half = 1.96 * np.sqrt(seeds + sentences)
    return torch.tensor(values.mean(axis=(0, 2))).float(), torch.tensor(half).float()


def _band_with(half_width):
    """A wrong variant with another half-width, made from (by seed, by sentence, all)."""

    def wrong(correct):
        values = correct.float()
        by_seed, by_sentence = values.mean(2), values.mean(0)  # (S, N), (N, M)
        return values.mean((0, 2)), 1.96 * half_width(by_seed, by_sentence.T, values)

    return wrong


def _error(values: Tensor, correction: int = 1) -> Tensor:
    return values.std(0, correction=correction) / len(values) ** 0.5


def _pooled(by_seed: Tensor, by_sentence: Tensor, values: Tensor) -> Tensor:
    return _error(values.transpose(1, 2).flatten(0, 1))


def _band_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, n_seeds: int, n_sizes: int, n_test: int, spread: float) -> Case:
        easy = rng.normal(size=(1, 1, n_test))
        luck = spread * rng.normal(size=(n_seeds, n_sizes, 1))
        right = easy + luck + rng.normal(size=(n_seeds, n_sizes, n_test)) > -0.4
        return Case(name, (torch.from_numpy(right),))

    return [
        case("five seeds, four sizes", 5, 4, 60, 0.5),
        case("the luck of the draw dominates", 4, 3, 300, 1.5),
        case("few test sentences", 6, 2, 12, 0.3),
        case("two seeds, one size", 2, 1, 25, 0.7),
    ]


BAND = Exercise(
    grade_id="00-band",
    function="honest_band",
    points=4,
    cases=_band_cases,
    reference=_honest_band,
    atol=1e-5,
    mistakes=(
        Mistake(
            _band_with(lambda seeds, sentences, _: _error(seeds)),
            "Does your band know only the luck of the seeds? Add that of the test sentences.",
        ),
        Mistake(
            _band_with(lambda seeds, sentences, _: _error(sentences)),
            "Does your band know only the luck of the test sentences? Add that of the seeds.",
        ),
        Mistake(
            _band_with(lambda seeds, sentences, _: _error(seeds) + _error(sentences)),
            "Do you add the two standard errors? Add their squares, then take the root.",
        ),
        Mistake(
            _band_with(_pooled),
            "Do you treat seeds × sentences as so many independent answers? One sentence is the "
            "same sentence for every seed.",
        ),
        Mistake(
            _band_with(
                lambda seeds, sentences, _: (
                    (_error(seeds, 0) ** 2 + _error(sentences, 0) ** 2) ** 0.5
                )
            ),
            "Do you divide by n instead of n − 1 in the variances? With few seeds it matters.",
        ),
        Mistake(
            _band_with(lambda seeds, sentences, _: (seeds.var(0) + sentences.var(0)) ** 0.5),
            "Is that the spread of single runs? The band is about their mean: divide each variance "
            "by the number of values behind it.",
        ),
    ),
)

# --- 00-saving: how many labels would the other model need? ---------------------------------------


def _labels_needed(sizes: list[int], accuracy: list[float], target: float) -> float:
    if accuracy[0] >= target:
        return float(sizes[0])
    for i in range(1, len(sizes)):
        if accuracy[i] >= target:
            share = (target - accuracy[i - 1]) / (accuracy[i] - accuracy[i - 1])
            return float(sizes[i - 1] * (sizes[i] / sizes[i - 1]) ** share)
    return math.inf


def _on_a_linear_axis(sizes, accuracy, target):
    if accuracy[0] >= target or max(accuracy) < target:
        return _labels_needed(sizes, accuracy, target)
    i = next(i for i, value in enumerate(accuracy) if value >= target)
    share = (target - accuracy[i - 1]) / (accuracy[i] - accuracy[i - 1])
    return float(sizes[i - 1] + share * (sizes[i] - sizes[i - 1]))


def _next_size_up(sizes, accuracy, target):
    return next((float(n) for n, a in zip(sizes, accuracy, strict=True) if a >= target), math.inf)


def _largest_size_at_most(sizes, accuracy, target):
    return min(_labels_needed(sizes, accuracy, target), float(sizes[-1]))


def _last_crossing(sizes, accuracy, target):
    for i in range(len(sizes) - 1, 0, -1):
        if accuracy[i - 1] < target <= accuracy[i]:
            return _labels_needed(sizes[i - 1 :], accuracy[i - 1 :], target)
    return _labels_needed(sizes, accuracy, target)


def _saving_cases(rng: np.random.Generator) -> list[Case]:
    sizes = [10, 20, 50, 100, 200, 500]
    climb = (50 + np.cumsum(rng.uniform(1, 6, len(sizes)))).round(2).tolist()
    dip = [52.0, 58.0, 55.0, 61.0, 66.0, 70.0]
    between = climb[3] + float(rng.uniform(0.3, 0.7)) * (climb[4] - climb[3])
    return [
        Case("between two sizes", (sizes, climb, between)),
        Case("exactly at a size", (sizes, climb, climb[2])),
        Case("reached from the start", (sizes, climb, climb[0] - 1)),
        Case("never reached", (sizes, climb, climb[-1] + 1)),
        Case("a curve that dips", (sizes, dip, float(rng.uniform(56, 57.5)))),
        Case("two sizes", ([100, 1000], [60.0, 80.0], float(rng.uniform(65, 75)))),
    ]


SAVING = Exercise(
    grade_id="00-saving",
    function="labels_needed",
    points=3,
    cases=_saving_cases,
    reference=_labels_needed,
    mistakes=(
        Mistake(
            _on_a_linear_axis,
            "Do you interpolate in the number of labels? The axis of the figure is logarithmic: "
            "interpolate in the logarithm.",
        ),
        Mistake(_next_size_up, "Do you return one of the sizes? Interpolate between two of them."),
        Mistake(
            _largest_size_at_most,
            'What if the curve never gets there? The last size is no answer; float("inf") is.',
        ),
        Mistake(
            _last_crossing,
            "Which crossing do you take if the curve dips? The first at which the target is met.",
        ),
    ),
)

EXERCISES = (TAXONOMY, NOISE, PRIOR, LEAK, BAND, SAVING)

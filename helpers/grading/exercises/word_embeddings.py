"""Exercises of lesson 01: subword vectors, a tree instead of a softmax, hubs, negatives, pairs."""

import heapq
import string
import zlib

import numpy as np
import torch
from torch import Tensor

from helpers.grading.exercise import Case, Exercise, Mistake

# --- 01-subwords: Bojanowski et al. (2017), section 3.2 -------------------------------------------


def _grams(marked: str, lengths: range) -> list[str]:
    return [
        marked[start : start + n] for n in lengths for start in range(max(0, len(marked) - n + 1))
    ]


def _bucket(gram: str, table: Tensor) -> int:
    return zlib.crc32(gram.encode("utf-8")) % len(table)


def _mean_row(grams, table: Tensor) -> Tensor:
    return table[[_bucket(gram, table) for gram in grams]].mean(0)


def _subword_vector(word: str, table: Tensor, n_min: int, n_max: int) -> Tensor:
    marked = f"<{word}>"
    return _mean_row({*_grams(marked, range(n_min, n_max + 1)), marked}, table)


def _unmarked(word, table, n_min, n_max):
    return _mean_row({*_grams(word, range(n_min, n_max + 1)), word}, table)


def _without_whole_word(word, table, n_min, n_max):
    return _mean_row(set(_grams(f"<{word}>", range(n_min, n_max + 1))), table)


def _without_longest(word, table, n_min, n_max):
    return _mean_row({*_grams(f"<{word}>", range(n_min, n_max)), f"<{word}>"}, table)


def _with_repeats(word, table, n_min, n_max):
    marked = f"<{word}>"
    grams = _grams(marked, range(n_min, n_max + 1))
    return _mean_row(grams if marked in grams else [*grams, marked], table)


def _whole_word_twice(word, table, n_min, n_max):
    marked = f"<{word}>"
    return _mean_row([*sorted(set(_grams(marked, range(n_min, n_max + 1)))), marked], table)


def _distinct_buckets(word, table, n_min, n_max):
    marked = f"<{word}>"
    grams = {*_grams(marked, range(n_min, n_max + 1)), marked}
    return table[sorted({_bucket(gram, table) for gram in grams})].mean(0)


def _summed(word, table, n_min, n_max):
    marked = f"<{word}>"
    grams = {*_grams(marked, range(n_min, n_max + 1)), marked}
    return table[[_bucket(gram, table) for gram in grams]].sum(0)


def _subword_cases(rng: np.random.Generator) -> list[Case]:
    def table(n_buckets: int) -> Tensor:
        return torch.from_numpy(rng.normal(size=(n_buckets, 8)).astype(np.float32))

    letters = rng.choice(list(string.ascii_lowercase), size=int(rng.integers(7, 12)))
    return [
        Case("a word of five letters", ("where", table(1009), 3, 6)),
        Case("a word with repeated n-grams", ("banana", table(1009), 2, 4)),
        Case("a word shorter than every n-gram", ("a", table(1009), 4, 6)),
        Case("a marked word as long as an n-gram", ("ox", table(1009), 2, 4)),
        Case("few buckets, many collisions", ("transferable", table(13), 3, 5)),
        Case("letters outside ASCII", ("Übermut", table(1009), 3, 4)),
        Case("a random word", ("".join(letters), table(1009), 2, 5)),
    ]


SUBWORDS = Exercise(
    grade_id="01-subwords",
    function="subword_vector",
    points=4,
    cases=_subword_cases,
    reference=_subword_vector,
    atol=1e-5,
    mistakes=(
        Mistake(_unmarked, "Does the word get its marks, < and >, before it is cut into n-grams?"),
        Mistake(_without_whole_word, "Is the marked word itself, in full, among its n-grams?"),
        Mistake(_without_longest, "Do your lengths stop before n_max? Python's range does."),
        Mistake(
            _with_repeats, "Do you count an n-gram twice if the word holds it twice? It is a set."
        ),
        Mistake(
            _whole_word_twice,
            "Do you add the marked word even if it is one of the n-grams already? It is a set.",
        ),
        Mistake(
            _distinct_buckets,
            "Do you count a bucket once if two n-grams fall into it? The mean is over n-grams.",
        ),
        Mistake(_summed, "Is your vector the sum of the rows? This variant takes their mean."),
    ),
)

# --- 01-tree: hierarchical softmax, Mikolov et al. (2013b), equation 3 ----------------------------


def _tree_log_probs(hidden: Tensor, nodes: Tensor, paths: list, codes: list) -> Tensor:
    scores = nodes @ hidden
    signs = [1 - 2 * torch.tensor(code, dtype=scores.dtype) for code in codes]
    steps = [sign * scores[path] for sign, path in zip(signs, paths, strict=True)]
    return torch.stack([torch.nn.functional.logsigmoid(step).sum() for step in steps])


def _tree_with(combine, sign=lambda bit: 1 - 2 * bit, cut=None):
    """A wrong variant: other signs, a shorter path or another combination of its steps."""

    def wrong(hidden, nodes, paths, codes):
        rows = []
        for path, code in zip(paths, codes, strict=True):
            steps = [sign(bit) * (nodes[n] @ hidden) for n, bit in zip(path, code, strict=True)]
            rows.append(combine(torch.stack(steps[:cut])))
        return torch.stack(rows)

    return wrong


def _log_sum(steps: Tensor) -> Tensor:
    return torch.nn.functional.logsigmoid(steps).sum()


def _huffman(counts: list[float]) -> tuple[list[list[int]], list[list[int]]]:
    """Path (inner nodes from the root) and code (0 or 1 per step) of each word."""
    paths: list[list[int]] = [[] for _ in counts]
    codes: list[list[int]] = [[] for _ in counts]
    heap = [(count, word, [word]) for word, count in enumerate(counts)]
    heapq.heapify(heap)
    for node in range(len(counts) - 1):
        left, right = heapq.heappop(heap), heapq.heappop(heap)
        for bit, words in enumerate((left[2], right[2])):
            for word in words:
                paths[word].insert(0, node)
                codes[word].insert(0, bit)
        heapq.heappush(heap, (left[0] + right[0], len(counts) + node, left[2] + right[2]))
    return paths, codes


def _tree_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, n_words: int, d_model: int, scale: float) -> Case:
        hidden = torch.from_numpy(rng.normal(size=d_model).astype(np.float32))
        nodes = torch.from_numpy(rng.normal(size=(n_words - 1, d_model)).astype(np.float32))
        return Case(name, (scale * hidden, nodes, *_huffman(rng.zipf(1.5, n_words).tolist())))

    return [
        case("two words, one inner node", 2, 4, 1.0),
        case("a small tree", 5, 4, 1.0),
        case("forty words", 40, 8, 0.5),
        case("very large scores", 12, 8, 200.0),
    ]


TREE = Exercise(
    grade_id="01-tree",
    function="tree_log_probs",
    points=4,
    cases=_tree_cases,
    reference=_tree_log_probs,
    atol=1e-5,
    mistakes=(
        Mistake(
            _tree_with(_log_sum, sign=lambda bit: 2 * bit - 1),
            "Which branch is which? Code 0 stands for σ(score), code 1 for σ(−score).",
        ),
        Mistake(
            _tree_with(_log_sum, sign=lambda bit: 1),
            "Do you use the code? At a step with code 1 the probability is 1 − σ(score).",
        ),
        Mistake(
            _tree_with(lambda steps: torch.log(torch.sigmoid(steps)).sum()),
            "Is it log(sigmoid(x))? Far below zero the sigmoid is 0 and its logarithm −∞; "
            "logsigmoid stays finite.",
        ),
        Mistake(
            _tree_with(lambda steps: torch.sigmoid(steps).prod()),
            "Are these probabilities? The exercise asks for their logarithms.",
        ),
        Mistake(
            _tree_with(lambda steps: torch.nn.functional.logsigmoid(steps).mean()),
            "Do you average over the path? Probabilities multiply, so logarithms add up.",
        ),
        Mistake(
            _tree_with(_log_sum, cut=-1),
            "Does your walk stop one inner node early? The last decision picks the word.",
        ),
    ),
)

# --- 01-hubness: Radovanović et al. (2010), section 2 ---------------------------------------------


def _skewness(values: np.ndarray) -> float:
    centred = values - values.mean()
    return float((centred**3).mean() / (centred**2).mean() ** 1.5)


def _occurrences(similarity: np.ndarray, k: int, own: float) -> np.ndarray:
    """How often each row is among the k most similar of the others; ``own`` fills the diagonal."""
    similarity = similarity.copy()
    np.fill_diagonal(similarity, own)
    nearest = np.argsort(-similarity, axis=1)[:, :k]
    return np.bincount(nearest.ravel(), minlength=len(similarity)).astype(float)


def _cosine(vectors: Tensor) -> np.ndarray:
    rows = vectors.numpy()
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return rows @ rows.T


def _hubness(vectors: Tensor, k: int) -> float:
    return _skewness(_occurrences(_cosine(vectors), k, own=-np.inf))


def _hubness_by_dot(vectors, k):
    return _skewness(_occurrences((vectors @ vectors.T).numpy(), k, own=-np.inf))


def _hubness_with_itself(vectors, k):
    return _skewness(_occurrences(_cosine(vectors), k, own=np.inf))


def _hubness_of_the_farthest(vectors, k):
    return _skewness(_occurrences(-_cosine(vectors), k, own=-np.inf))


def _third_moment(vectors, k):
    counts = _occurrences(_cosine(vectors), k, own=-np.inf)
    return float(((counts - counts.mean()) ** 3).mean())


def _skewness_by_sample_std(vectors, k):
    counts = _occurrences(_cosine(vectors), k, own=-np.inf)
    return float(((counts - counts.mean()) ** 3).mean() / counts.std(ddof=1) ** 3)


def _largest_hub(vectors, k):
    return float(_occurrences(_cosine(vectors), k, own=-np.inf).max())


def _hubness_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, n_words: int, d_model: int, k: int, shift: float = 0.0) -> Case:
        vectors = rng.normal(size=(n_words, d_model)) + shift
        lengths = rng.uniform(0.2, 5.0, size=(n_words, 1))  # so that dot product and cosine differ
        return Case(name, (torch.from_numpy(vectors * lengths), k))

    return [
        case("40 words in 3 dimensions, one neighbour", 40, 3, 1),
        case("60 words in 5 dimensions", 60, 5, 5),
        case("80 words in 50 dimensions", 80, 50, 10),
        case("vectors that share a direction", 70, 20, 5, shift=0.5),
    ]


HUBNESS = Exercise(
    grade_id="01-hubness",
    function="hubness",
    points=3,
    cases=_hubness_cases,
    reference=_hubness,
    mistakes=(
        Mistake(_hubness_with_itself, "Is each word among its own neighbours? It must not count."),
        Mistake(
            _hubness_by_dot,
            "Are your neighbours nearest by dot product? Long vectors win then; by cosine, length "
            "plays no part.",
        ),
        Mistake(
            _hubness_of_the_farthest,
            "Did you sort upwards? The nearest neighbour has the largest cosine.",
        ),
        Mistake(_third_moment, "Is your third moment divided by the standard deviation cubed?"),
        Mistake(
            _skewness_by_sample_std,
            "Is your standard deviation divided by n − 1? All words are counted here: divide by n.",
        ),
        Mistake(
            _largest_hub, "Is that the largest count? Skewness says how lopsided all of them are."
        ),
    ),
)

# --- 01-negatives: mend a sampler that draws the positive -----------------------------------------


def _invert(laws: np.ndarray, uniforms: Tensor) -> Tensor:
    """The word each uniform number stands for under the law of its row; a row need not sum to 1."""
    edges = laws.cumsum(axis=1)
    rows = zip(edges, uniforms.numpy(), strict=True)
    words = np.array([np.searchsorted(edge, row, side="right") for edge, row in rows])
    return torch.from_numpy(np.minimum(words, laws.shape[1] - 1))


def _laws(positives: Tensor, counts: Tensor, power: float = 0.75) -> np.ndarray:
    return np.tile(counts.numpy() ** power, (len(positives), 1))


def _normalised(laws: np.ndarray) -> np.ndarray:
    return laws / laws.sum(axis=1, keepdims=True)


def _without_positives(laws: np.ndarray, positives: Tensor) -> np.ndarray:
    laws[np.arange(len(laws)), positives.numpy()] = 0
    return laws


def _mended(positives: Tensor, counts: Tensor, uniforms: Tensor) -> Tensor:
    laws = _without_positives(_laws(positives, counts), positives)
    return _invert(_normalised(laws), uniforms)


def _broken(positives, counts, uniforms):
    return _invert(_normalised(_laws(positives, counts)), uniforms)


def _next_word(positives, counts, uniforms):
    drawn = _broken(positives, counts, uniforms)
    return torch.where(drawn == positives[:, None], (drawn + 1) % len(counts), drawn)


def _not_renormalised(positives, counts, uniforms):
    return _invert(
        _without_positives(_normalised(_laws(positives, counts)), positives), uniforms
    )  # fmt: skip


def _without_any_positive(positives, counts, uniforms):
    laws = _laws(positives, counts)
    laws[:, positives.numpy()] = 0
    return _invert(_normalised(laws), uniforms)


def _raw_counts(positives, counts, uniforms):
    laws = _without_positives(_laws(positives, counts, power=1.0), positives)
    return _invert(_normalised(laws), uniforms)


def _negatives_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, counts: np.ndarray, n_pairs: int, k: int) -> Case:
        seen = np.flatnonzero(counts)
        positives = rng.choice(seen, size=n_pairs, p=counts[seen] / counts.sum())
        positives[0] = counts.argmax()  # where the broken sampler errs most
        tensors = positives, counts.astype(np.float64), rng.random((n_pairs, k))
        return Case(name, tuple(map(torch.from_numpy, tensors)))

    zipf = np.ceil(1000 / np.arange(1, 31))
    return [
        case("five words", rng.permutation([50, 20, 10, 5, 1]), 40, 5),
        case("Zipf's law, most frequent word first", zipf, 60, 5),
        case("Zipf's law, most frequent word last", zipf[::-1].copy(), 60, 5),
        case("a word never seen", np.array([30, 0, 8, 8, 2]), 40, 10),
    ]


NEGATIVES = Exercise(
    grade_id="01-negatives",
    function="mended_negatives",
    points=3,
    cases=_negatives_cases,
    reference=_mended,
    mistakes=(
        Mistake(_broken, "Can the positive still be drawn? The broken version answers just so."),
        Mistake(
            _next_word,
            "Do you move a drawn positive on to the next word? That word then comes too often.",
        ),
        Mistake(
            _not_renormalised,
            "Does each row's law still sum to 1 without its positive? Else the last word catches "
            "what is missing.",
        ),
        Mistake(
            _without_any_positive,
            "Do you remove all positives of the batch from each row? A row loses its own only.",
        ),
        Mistake(_raw_counts, "Did the power 0.75 get lost? It was not what was broken."),
    ),
)

# --- 01-pairs: predict what word2vec's shrinking window yields ------------------------------------


def _expected_pairs(n_words: int, window: int) -> float:
    return float(
        sum(
            (window - abs(context - centre) + 1) / window
            for centre in range(n_words)
            for context in range(n_words)
            if 1 <= abs(context - centre) <= window
        )
    )


def _pairs_with(share, sides: int = 2, edges: bool = True):
    """A wrong variant: another share of words that reach distance d, one side, no edges."""

    def wrong(n_words, window):
        centres = [max(0, n_words - d) if edges else n_words for d in range(1, window + 1)]
        return float(sum(sides * n * share(d, window) for d, n in enumerate(centres, 1)))

    return wrong


def _reaches(d: int, window: int) -> float:
    return (window - d + 1) / window


def _pairs_cases(rng: np.random.Generator) -> list[Case]:
    n_words, window = int(rng.integers(12, 40)), int(rng.integers(3, 9))
    return [
        Case("a window of one", (10, 1)),
        Case("a sentence of 20 words, window 5", (20, 5)),
        Case("a sentence shorter than the window", (4, 10)),
        Case("a single word", (1, 5)),
        Case(f"{n_words} words, window {window}", (n_words, window)),
    ]


PAIRS = Exercise(
    grade_id="01-pairs",
    function="predicted_pairs",
    points=2,
    cases=_pairs_cases,
    reference=_expected_pairs,
    rtol=1e-9,
    atol=1e-9,
    mistakes=(
        Mistake(
            _pairs_with(lambda d, window: 1.0),
            "Did you let every word reach the full window? Its reach is drawn from 1 … window.",
        ),
        Mistake(
            _pairs_with(_reaches, edges=False),
            "What happens at the two ends? There, part of the window hangs over the edge.",
        ),
        Mistake(
            _pairs_with(lambda d, window: 1.0, edges=False),
            "That is 2 · window for every word. Which words see fewer, and how often?",
        ),
        Mistake(_pairs_with(_reaches, sides=1), "Did you look to one side only?"),
        Mistake(
            _pairs_with(lambda d, window: (window - d) / window),
            "How often is the reach at least d? A reach of exactly d counts as well.",
        ),
    ),
)

EXERCISES = (SUBWORDS, TREE, HUBNESS, NEGATIVES, PAIRS)

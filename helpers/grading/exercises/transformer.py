"""Exercises of lesson 05: dropout for merges, the unigram model's pieces, a faulty mask, local
attention, rotary positions, warm-up.
"""

import copy
import math
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from helpers.grading.exercise import Case, Exercise, Mistake


def _normal(rng: np.random.Generator, *shape: int) -> Tensor:
    return torch.from_numpy(rng.normal(size=shape))


# --- 05-bpe-dropout: Provilkov et al. (2020), algorithm 1 -----------------------------------------


def _merging(kept, chosen=min):
    """BPE in which ``kept(rng, n, p)`` says which of the n possible merges of a step stay.

    ``chosen``: one of those, given as (rank, place).
    """

    def pieces_of(word, merges, p, seed):
        rng, pieces = np.random.default_rng(seed), list(word)
        ranks = {pair: rank for rank, pair in enumerate(merges)}
        while True:
            possible = [(ranks[q], i) for i, q in enumerate(pairwise(pieces)) if q in ranks]
            drawn = kept(rng, len(possible), p)
            allowed = [merge for merge, stays in zip(possible, drawn, strict=True) if stays]
            if not allowed:
                return pieces
            place = chosen(allowed)[1]
            pieces[place : place + 2] = [pieces[place] + pieces[place + 1]]

    return pieces_of


def _each_drawn(rng, n, p):
    return rng.random(n) >= p


_bpe_dropout = _merging(_each_drawn)


def _dropped_for_good(word, merges, p, seed):
    rng = np.random.default_rng(seed)
    left = [pair for pair in merges if rng.random() >= p]
    return _bpe_dropout(word, left, 0.0, seed)


def _everywhere(word, merges, p, seed):
    """After a draw the chosen pair is merged at all its places, drawn or not."""
    rng, pieces = np.random.default_rng(seed), list(word)
    ranks = {pair: rank for rank, pair in enumerate(merges)}
    while True:
        possible = [ranks[q] for q in pairwise(pieces) if q in ranks]
        kept = [rank for rank in possible if rng.random() >= p]
        if not kept:
            return pieces
        pair, place = merges[min(kept)], 0
        while place + 1 < len(pieces):
            if (pieces[place], pieces[place + 1]) == pair:
                pieces[place : place + 2] = ["".join(pair)]
            place += 1


def _dropout_cases(rng: np.random.Generator) -> list[Case]:
    order = [
        "l o",
        "s t",
        "e st",
        "w i",
        "lo w",
        "e r",
        "d est",
        "w est",
        "low er",
        "n e",
        "ne west",
    ]
    order += ["a b", "ab ab", "low est", "wi dest"]
    merges = [tuple(pair.split()) for pair in order]

    def case(name: str, word: str, p: float) -> Case:
        return Case(name, (word, merges, p, int(rng.integers(10_000))))

    return [
        case("no dropout", "lowest", 0.0),
        case("no dropout, early merges on the right", "newest", 0.0),
        case("everything dropped", "lowest", 1.0),
        case("a tenth dropped", "lowestnewestwidest", 0.1),
        case("half dropped", "lowerlowestnewestwidestlower", 0.5),
        case("half dropped, one pair again and again", "abababababababab", 0.5),
        case("most dropped", "widestlowerlowestnewestlower", 0.8),
        case("nothing to merge", "xyz", 0.5),
    ]


BPE_DROPOUT = Exercise(
    grade_id="05-bpe-dropout",
    function="bpe_dropout",
    points=3,
    cases=_dropout_cases,
    reference=_bpe_dropout,
    mistakes=(
        Mistake(
            _merging(lambda rng, n, p: rng.random(n) < p),
            "Do you keep the merges that should be dropped? One stays if its number is at least p.",
        ),
        Mistake(
            _dropped_for_good,
            "Is a merge dropped once and for all? The numbers are drawn anew at each step.",
        ),
        Mistake(
            _merging(lambda rng, n, p: np.full(n, n > 0 and rng.random() >= p)),
            "Is there one number for all merges of a step? Each possible merge has its own.",
        ),
        Mistake(
            _merging(lambda rng, n, p: _each_drawn(copy.deepcopy(rng), n, p)),
            "Do you make rng anew at each step? Then the numbers repeat; make it once, before.",
        ),
        Mistake(
            _merging(_each_drawn, chosen=lambda found: min(found, key=lambda pair: pair[1])),
            "Do you take the leftmost merge? The one learned earliest comes first.",
        ),
        Mistake(
            _merging(_each_drawn, chosen=max),
            "Do you take the merge learned last? The one learned earliest comes first.",
        ),
        Mistake(
            _merging(_each_drawn, chosen=lambda found: min(found, key=lambda q: (q[0], -q[1]))),
            "Do you merge the rightmost of equal pairs? Of equal ranks the leftmost comes first.",
        ),
        Mistake(
            _everywhere,
            "Is the pair merged everywhere in the word? Only the place that was drawn is.",
        ),
    ),
)

# --- 05-unigram: the most probable pieces, Kudo (2018), section 3.2 -------------------------------


def _best_pieces(score, better=max):
    """Dynamic programming; ``score(value so far, log p of one piece more)``."""

    def pieces_of(word, log_p):
        best = {0: (0.0, [])}
        for end in range(1, len(word) + 1):
            found = [
                (score(best[start][0], log_p[word[start:end]]), [*best[start][1], word[start:end]])
                for start in range(end)
                if start in best and word[start:end] in log_p
            ]
            if found:
                best[end] = better(found, key=lambda pair: pair[0])
        return best[len(word)][1] if len(word) in best else []

    return pieces_of


_most_probable = _best_pieces(lambda value, log_p: value + log_p)


def _greedy(key):
    """From the left, the piece that ``key`` (piece, log p) ranks highest."""

    def pieces_of(word, log_p):
        pieces, start = [], 0
        while start < len(word):
            known = [p for p in log_p if word.startswith(p, start)]
            if not known:
                return []
            pieces.append(max(known, key=lambda p: key(p, log_p[p])))
            start += len(pieces[-1])
        return pieces

    return pieces_of


def _all_cuts(word, log_p):
    if not word:
        return [[]]
    starts = [piece for piece in log_p if word.startswith(piece)]
    return [[piece, *rest] for piece in starts for rest in _all_cuts(word[len(piece) :], log_p)]


def _best_mean(word, log_p):
    cuts = _all_cuts(word, log_p)
    return max(cuts, key=lambda cut: sum(log_p[p] for p in cut) / max(1, len(cut)), default=[])


def _weakest_best(word, log_p):
    """The largest of the least probable pieces, ties by the sum."""
    cuts = _all_cuts(word, log_p)
    worth = {i: (min((log_p[p] for p in cut), default=0.0), sum(log_p[p] for p in cut))
             for i, cut in enumerate(cuts)}  # fmt: skip
    return cuts[max(worth, key=worth.get)] if cuts else []


def _backwards(word, log_p):
    return _most_probable(word, log_p)[::-1]


def _letter_for_unknown(word, log_p):
    lowest = min(log_p.values()) - 10
    letters = dict.fromkeys(word, lowest)
    return _most_probable(word, {**letters, **log_p})


def _unigram_cases(rng: np.random.Generator) -> list[Case]:
    def near(log_p: dict[str, float]) -> dict[str, float]:
        return {piece: value + float(rng.uniform(-0.2, 0.2)) for piece, value in log_p.items()}

    few = {"xyz": -12.0, "x": -2.0, "y": -2.5, "z": -2.0}
    many = {"pqr": -5.0, "p": -2.0, "q": -2.5, "r": -2.0}
    weak = {"mno": -6.0, "p": -1.0, "mn": -5.0, "op": -5.0}
    late = {"st": -2.0, "u": -4.0, "s": -6.0, "tu": -3.0}
    greedy = {"ab": -2.0, "a": -3.0, "bcde": -4.0, "cd": -6.0, "e": -6.0, "b": -7.0}
    runs = {"a": -2.0, "aa": -3.5, "aaa": -5.6, "b": -1.0}
    frequent = ["un", "the", "they", "re", "there", "here", "in", "to", "for", "get", "forget"]
    frequent += ["able", "table"]
    english = {piece: float(rng.uniform(-6.0, -3.0)) for piece in frequent}
    letters = {letter: float(rng.uniform(-9.0, -7.0)) for letter in "abefghilnorstuy"}
    word = "".join(rng.choice(list("ab"), size=9)) + "aaa"
    return [
        Case("many likely pieces or an unlikely one", ("xyz", near(few))),
        Case("one piece or many that are likelier each", ("pqr", near(many))),
        Case("a weak piece with a strong one", ("mnop", near(weak))),
        Case("a good begin or a good end", ("stu", near(late))),
        Case("the begin is a trap", ("abcde", near(greedy))),
        Case("runs of a letter", (word, near(runs))),
        Case("an English word", ("unforgettable", english | letters)),
        Case("a single piece", ("to", english | letters)),
        Case("no way to cut it", ("forgetx", english | letters)),
    ]


UNIGRAM = Exercise(
    grade_id="05-unigram",
    function="most_probable_pieces",
    points=4,
    cases=_unigram_cases,
    reference=_most_probable,
    mistakes=(
        Mistake(
            _greedy(lambda piece, log_p: len(piece)),
            "Do you take the longest piece from the left? That is WordPiece; compare whole cuts.",
        ),
        Mistake(
            _greedy(lambda piece, log_p: log_p),
            "Do you take the most probable piece at each place? Compare the sums of whole cuts.",
        ),
        Mistake(
            _best_pieces(lambda value, log_p: value - 1),
            "Do you take the cut with the fewest pieces? Their probabilities differ.",
        ),
        Mistake(_best_mean, "Do you compare means? Log probabilities of a cut are added up."),
        Mistake(
            _weakest_best,
            "Do you compare the least probable pieces? All pieces of a cut count: add them up.",
        ),
        Mistake(
            _best_pieces(lambda value, log_p: value + log_p, better=min),
            "Is it the least probable cut? A log probability near 0 is the larger one.",
        ),
        Mistake(
            _best_pieces(lambda value, log_p: log_p),
            "Does only the last piece count? Add its log p to the best sum of what is before it.",
        ),
        Mistake(_backwards, "Are the pieces in the wrong order? Turn them, the first comes first."),
        Mistake(
            _letter_for_unknown,
            "Do unknown letters become pieces? A word that can't be cut gives an empty list.",
        ),
    ),
)

# --- 05-mask: attention of a prefix language model, Raffel et al. (2020), section 3.2.1 -----------


def _prefix(places: Tensor, prompt: Tensor) -> Tensor:
    """What came before, and the whole prompt: (B, T, T)."""
    return (places[:, None] >= places) | (places < prompt[:, None])[:, None]


def _by_query(places: Tensor, prompt: Tensor) -> Tensor:
    """The words of the prompt see all, instead of being seen by all."""
    return (places[:, None] >= places) | (places < prompt[:, None])[:, :, None]


def _scores(q: Tensor, k: Tensor) -> Tensor:
    return q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])


def _with(visible, hidden: float = -torch.inf):
    """Attention in which query t sees the keys ``visible(places, prompt)``, (B or 1, T, T)."""

    def attend(q, k, v, prompt):
        shown = visible(torch.arange(k.shape[1]), prompt)
        return _scores(q, k).masked_fill(~shown, hidden).softmax(-1) @ v

    return attend


def _late(visible):
    """The mask comes after the softmax."""

    def attend(q, k, v, prompt):
        shown = visible(torch.arange(k.shape[1]), prompt)
        return _scores(q, k).softmax(-1) * shown @ v

    return attend


def _unscaled(q, k, v, prompt):
    return _with(_prefix)(q * math.sqrt(q.shape[-1]), k, v, prompt)


def _over_queries(q, k, v, prompt):
    shown = _prefix(torch.arange(k.shape[1]), prompt)
    return _scores(q, k).masked_fill(~shown, -1e9).softmax(1) @ v


def _mask_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, T: int, prompt: list[int], scale: float = 1.0) -> Case:
        d_head = int(rng.integers(2, 6))
        q, k, v = _normal(rng, 3, len(prompt), T, d_head)
        return Case(name, (scale * q, scale * k, v, torch.tensor(prompt)))

    return [
        case("a question of two words", 5, [2]),
        case("two questions of different length", 6, [3, 1]),
        case("a text without a question", 4, [0, 2]),
        case("large scores", 6, [4, 3], 4.0),
        case("many texts", 8, rng.integers(1, 7, size=5).tolist()),
    ]


MASK = Exercise(
    grade_id="05-mask",
    function="mended_attention",
    points=4,
    cases=_mask_cases,
    reference=_with(_prefix),
    mistakes=(
        Mistake(
            _late(_by_query),
            "Is it still the broken function? Look at when the mask comes, and whom it lets see.",
        ),
        Mistake(
            _late(_prefix),
            "Is the mask applied after the softmax? Your weights don't sum to 1.",
        ),
        Mistake(
            _with(_by_query),
            "Do the question's words see the answer? They are to be seen by all, not to see all.",
        ),
        Mistake(
            _with(_prefix, 0.0),
            "Are hidden scores set to 0? e to the power of 0 is 1; only -∞ gets no weight.",
        ),
        Mistake(
            _with(lambda places, prompt: (places[:, None] >= places)[None]),
            "Is the question read from left to right only? Its words see each other both ways.",
        ),
        Mistake(
            _with(lambda places, prompt: _prefix(places, prompt) | True),
            "Do words see what comes later? Beyond the question query t may look at keys up to t.",
        ),
        Mistake(
            _with(lambda places, prompt: _prefix(places, prompt).transpose(1, 2)),
            "Is the triangle upside down? A word sees itself and the words before it.",
        ),
        Mistake(
            _with(lambda places, prompt: _prefix(places, prompt + 1)),
            "Does the question reach one word too far? It is the first prompt[b] words.",
        ),
        Mistake(_unscaled, "Are the scores divided by the root of d_head?"),
        Mistake(_over_queries, "Does your softmax run over the queries? It belongs on the keys."),
    ),
)

# --- 05-local: sliding windows and global words, Beltagy et al. (2020), section 3.1 ---------------


def _local(seen):
    """The mask of ``seen(distance, is_global_query, is_global_key, window)``."""

    def visible(T: int, window: int, n_global: int) -> Tensor:
        places = torch.arange(T)
        distance = places - places[:, None]  # key - query
        chosen = places < n_global
        return seen(distance, chosen[:, None], chosen[None], window)

    return visible


_local_visible = _local(lambda d, asks, asked, w: (d.abs() <= w) | asks | asked)


def _local_cases(rng: np.random.Generator) -> list[Case]:
    T = int(rng.integers(8, 14))
    return [
        Case("a window of one, nobody is global", (6, 1, 0)),
        Case("a window of two, the first word is global", (7, 2, 1)),
        Case("a window of zero", (4, 0, 0)),
        Case("a window wider than the text", (3, 5, 1)),
        Case("several global words", (T, 1, 4)),
    ]


LOCAL = Exercise(
    grade_id="05-local",
    function="local_visible",
    points=3,
    cases=_local_cases,
    reference=_local_visible,
    mistakes=(
        Mistake(
            _local(lambda d, asks, asked, w: (d.abs() < w) | asks | asked),
            "Is your window one too narrow? It reaches `window` words to each side.",
        ),
        Mistake(
            _local(lambda d, asks, asked, w: (2 * d.abs() <= w) | asks | asked),
            "Is `window` the width of the whole window? It is the reach to each side.",
        ),
        Mistake(
            _local(lambda d, asks, asked, w: ((d <= 0) & (-d <= w)) | asks | asked),
            "Does your window look back only? Here it looks to both sides.",
        ),
        Mistake(
            _local(lambda d, asks, asked, w: (d.abs() <= w) | asks),
            "Do all words see the global ones? Global words see all, and all see them.",
        ),
        Mistake(
            _local(lambda d, asks, asked, w: (d.abs() <= w) | asked),
            "Do the global words see all? Global words see all, and all see them.",
        ),
        Mistake(
            _local(lambda d, asks, asked, w: (d.abs() <= w) | (asks & asked)),
            "Do global words see only each other? They see everybody, and everybody sees them.",
        ),
        Mistake(
            _local(lambda d, asks, asked, w: d.abs() <= w),
            "Are the first n_global words global? They see all, and all see them.",
        ),
        Mistake(
            _local(lambda d, asks, asked, w: ~((d.abs() <= w) | asks | asked)),
            "Is your mask the other way round? True means: may be seen.",
        ),
    ),
)

# --- 05-rotary: rotary positions, Su et al. (2024), equations 14, 15 and 34 -----------------------


def _rates(d: int) -> Tensor:
    return 10_000.0 ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)


def _turned(x: Tensor, angles: Tensor) -> Tensor:
    a, b = x[..., 0::2], x[..., 1::2]
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    return torch.stack([a * cos - b * sin, a * sin + b * cos], dim=-1).flatten(-2)


def _with_angles(angles):
    """Pairs of features turned by ``angles(positions, d)``, (T, d / 2)."""
    return lambda x, positions: _turned(x, angles(positions.double()[:, None], x.shape[-1]))


_rotary = _with_angles(lambda p, d: p * _rates(d))


def _halves(x, positions):
    a, b = x.chunk(2, dim=-1)
    angles = positions.double()[:, None] * _rates(x.shape[-1])
    cos, sin = angles.cos(), angles.sin()
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1).to(x.dtype)


def _added(x, positions):
    angles = positions.double()[:, None] * _rates(x.shape[-1])
    return x + torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2)


def _only_cosine(x, positions):
    angles = positions.double()[:, None] * _rates(x.shape[-1])
    return x * angles.cos().repeat_interleave(2, dim=-1)


def _stretched(x, positions):
    angles = positions.double()[:, None] * _rates(x.shape[-1])
    a, b = x[..., 0::2], x[..., 1::2]
    cos, sin = angles.cos(), angles.sin()
    return torch.stack([a * cos + b * sin, a * sin + b * cos], dim=-1).flatten(-2)


def _rotary_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, shape: tuple[int, ...], positions: list[int]) -> Case:
        return Case(name, (_normal(rng, *shape), torch.tensor(positions)))

    later = rng.integers(20, 300, size=4).tolist()
    return [
        case("a single pair", (3, 2), [0, 1, 2]),
        case("two heads of four numbers", (2, 5, 4), list(range(5))),
        case("positions that begin later", (1, 2, 4, 6), later),
        case("position 0 changes nothing", (1, 8), [0]),
        case("the same position twice", (3, 10), [7, 7, 2]),
    ]


ROTARY = Exercise(
    grade_id="05-rotary",
    function="rotary",
    points=4,
    cases=_rotary_cases,
    reference=_rotary,
    mistakes=(
        Mistake(
            _with_angles(lambda p, d: -p * _rates(d)),
            "Do your pairs turn clockwise? (a, b) becomes (a cos − b sin, a sin + b cos).",
        ),
        Mistake(
            _halves,
            "Do you pair the first half with the second? Neighbours, 2i and 2i + 1, are a pair.",
        ),
        Mistake(
            _with_angles(lambda p, d: (p + 1) * _rates(d)),
            "Are positions counted from 1? At position 0 nothing turns.",
        ),
        Mistake(
            lambda x, positions: _rotary(x, torch.arange(len(positions))),
            "Do you number the words yourself? Their positions are given and may begin later.",
        ),
        Mistake(
            _with_angles(lambda p, d: p * _rates(d)[0].expand(d // 2)),
            "Do all pairs turn at one rate? Pair i turns by p / 10000^(2i/d).",
        ),
        Mistake(
            _with_angles(lambda p, d: p * 10_000.0 ** (-torch.arange(d // 2) / d)),
            "Is the exponent i/d? It is 2i/d, so that the last pair is near 1/10000.",
        ),
        Mistake(_added, "Do you add the sines? Rotary positions turn the vector instead."),
        Mistake(_only_cosine, "Is there a cosine without its sine? The length must not change."),
        Mistake(_stretched, "Are both signs plus? A rotation has one minus: a cos − b sin."),
    ),
)

# --- 05-warm-up: Vaswani et al. (2017), equation 3 ------------------------------------------------


def _rate(t: int, d_model: int, warmup: int) -> float:
    return d_model**-0.5 * min(t**-0.5, t * warmup**-1.5)


def _warm_up_cases(rng: np.random.Generator) -> list[Case]:
    d_model, warmup = int(rng.integers(32, 1025)), int(rng.integers(100, 5000))
    return [
        Case("the first update", (1, d_model, warmup)),
        Case("half-way up", (warmup // 2, d_model, warmup)),
        Case("the top", (warmup, d_model, warmup)),
        Case("four times as late", (4 * warmup, d_model, warmup)),
        Case("the paper's numbers", (100_000, 512, 4000)),
    ]


WARM_UP = Exercise(
    grade_id="05-warm-up",
    function="warmed_rate",
    points=2,
    cases=_warm_up_cases,
    reference=_rate,
    atol=1e-12,  # rates are small
    mistakes=(
        Mistake(
            lambda t, d, w: d**-0.5 * max(t**-0.5, t * w**-1.5),
            "Is it the larger of the two? The smaller one: first the line, then the root.",
        ),
        Mistake(
            lambda t, d, w: min(t**-0.5, t * w**-1.5),
            "Where is d_model? Wider models take smaller steps.",
        ),
        Mistake(
            lambda t, d, w: d**0.5 * min(t**-0.5, t * w**-1.5),
            "Do wider models take larger steps? The exponent of d_model is negative.",
        ),
        Mistake(
            lambda t, d, w: d**-0.5 * min(1.0, t / w),
            "Does the rate stay at the top? Afterwards it falls with the root of t.",
        ),
        Mistake(
            lambda t, d, w: d**-0.5 * min((t + 1) ** -0.5, (t + 1) * w**-1.5),
            "Do you count updates from 0? The first update is t = 1.",
        ),
        Mistake(lambda t, d, w: d**-0.5 * t**-0.5, "Does the rate rise at all before `warmup`?"),
        Mistake(
            lambda t, d, w: d**-0.5 * min(t**-0.5, t * w**-0.5),
            "Do line and root meet at `warmup`? The line needs warmup to the power of -1.5.",
        ),
    ),
)

EXERCISES = (BPE_DROPOUT, UNIGRAM, MASK, LOCAL, ROTARY, WARM_UP)

"""Exercises of lesson 05: a late mask, local attention, rotary positions, warm-up."""

import math

import numpy as np
import torch
from torch import Tensor

from helpers.grading.exercise import Case, Exercise, Mistake


def _normal(rng: np.random.Generator, *shape: int) -> Tensor:
    return torch.from_numpy(rng.normal(size=shape))


# --- 05-mask: padding and the future hidden before the softmax ------------------------------------


def _visible(q: Tensor, k: Tensor, lengths: Tensor) -> Tensor:
    """The triangle without the padding, (B, T, T)."""
    places = torch.arange(k.shape[1])
    return (places[:, None] >= places) & (places < lengths[:, None])[:, None]


def _scores(q: Tensor, k: Tensor) -> Tensor:
    return q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])


def _hidden(value: float):
    """Attention in which hidden scores are ``value``."""

    def attend(q, k, v, lengths):
        scores = _scores(q, k).masked_fill(~_visible(q, k, lengths), value)
        return scores.softmax(-1) @ v

    return attend


def _late(q, k, v, lengths):
    return _scores(q, k).softmax(-1) * _visible(q, k, lengths) @ v


def _with(visible):
    """Attention in which query t sees the keys ``visible(places, lengths)``, (B or 1, T, T)."""

    def attend(q, k, v, lengths):
        shown = visible(torch.arange(k.shape[1]), lengths)
        return _scores(q, k).masked_fill(~shown, -torch.inf).softmax(-1) @ v

    return attend


def _counting(places: Tensor, lengths: Tensor) -> Tensor:
    return (places < lengths[:, None])[:, None]


def _upside_down(places: Tensor, lengths: Tensor) -> Tensor:
    later = places[:, None] <= places
    return later & _counting(places, lengths) | (places == 0)  # a row of nothing would be NaN


def _unscaled(q, k, v, lengths):
    scores = _scores(q, k) * math.sqrt(q.shape[-1])
    return scores.masked_fill(~_visible(q, k, lengths), -torch.inf).softmax(-1) @ v


def _over_queries(q, k, v, lengths):
    scores = _scores(q, k).masked_fill(~_visible(q, k, lengths), -1e9)
    return scores.softmax(1) @ v


def _mask_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, lengths: list[int], scale: float = 1.0) -> Case:
        d_head = int(rng.integers(2, 6))
        q, k, v = _normal(rng, 3, len(lengths), max(lengths), d_head)
        return Case(name, (scale * q, scale * k, v, torch.tensor(lengths)))

    return [
        case("one text", [5]),
        case("two texts, one with padding", [6, 3]),
        case("a text of a single word", [4, 1]),
        case("large scores", [5, 4], 4.0),
        case("many texts", rng.integers(2, 9, size=5).tolist()),
    ]


MASK = Exercise(
    grade_id="05-mask",
    function="mended_attention",
    points=4,
    cases=_mask_cases,
    reference=_hidden(-torch.inf),
    mistakes=(
        Mistake(_late, "Is the mask applied after the softmax? Your weights don't sum to 1."),
        Mistake(
            _hidden(0.0),
            "Are hidden scores set to 0? e to the power of 0 is 1; only -∞ gets no weight.",
        ),
        Mistake(
            _with(lambda places, n: (places[:, None] >= places)[None]),
            "Is the padding looked at? Only the first lengths[b] keys of text b count.",
        ),
        Mistake(_with(_counting), "Do words see the future? Query t may look at keys up to t."),
        Mistake(
            _with(_upside_down),
            "Is the triangle upside down? A word sees itself and the words before it.",
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
        Case("several global words", (T, 2, 3)),
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

EXERCISES = (MASK, LOCAL, ROTARY, WARM_UP)

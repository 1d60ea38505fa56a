"""Exercises of lesson 02: an encoder's size, a biLM that peeks, a cache, a mix with layer norm."""

import string
from collections import OrderedDict

import numpy as np
import torch
from torch import Tensor

from helpers.grading.exercise import Case, Exercise, Mistake

# --- 02-parameters: Peters et al. (2018), section 3.4 ---------------------------------------------


def _count(*, biases=True, gates=2, wide=True, every_highway=True, projection=True, letters=True):
    """A count of the encoder's numbers with parts left out."""

    def count(n_letters, d_char, filters, n_highway, d_model):
        n_filters = sum(number for _, number in filters)
        bias = int(biases)
        total = n_letters * d_char if letters else 0
        total += sum(n * ((width * d_char if wide else width) + bias) for width, n in filters)
        layers = n_highway if every_highway else min(n_highway, 1)
        total += layers * gates * n_filters * (n_filters + bias)
        if projection:
            total += d_model * (n_filters + bias)
        return total

    return count


def _parameter_cases(rng: np.random.Generator) -> list[Case]:
    def filters(widths) -> list[tuple[int, int]]:
        return [(int(width), int(rng.integers(2, 40))) for width in widths]

    d_model = int(rng.integers(8, 64))
    return [
        Case("one narrow bank of filters", (30, 4, filters([1]), 1, d_model)),
        Case("three widths", (261, 16, filters([1, 2, 5]), 2, d_model)),
        Case("three highway layers", (100, 8, filters([2, 3]), 3, d_model)),
        Case("no highway layer", (100, 8, filters([3, 4]), 0, d_model)),
        Case("widths 1 to 7", (261, 16, filters(range(1, 8)), 2, d_model)),
    ]


PARAMETERS = Exercise(
    grade_id="02-parameters",
    function="encoder_parameters",
    points=2,
    cases=_parameter_cases,
    reference=_count(),
    mistakes=(
        Mistake(
            _count(biases=False), "Where are the biases? Every filter and every layer has one."
        ),
        Mistake(_count(gates=1), "How many matrices has a highway layer? One for what is new, …"),
        Mistake(
            _count(wide=False),
            "How long is a window of w letters? Each letter is a vector of d_char numbers.",
        ),
        Mistake(_count(every_highway=False), "Do you count all highway layers, or just the first?"),
        Mistake(_count(projection=False), "And the projection from the filters to d_model?"),
        Mistake(_count(letters=False), "Are the vectors of the letters themselves counted?"),
    ),
)

# --- 02-peek: two directions that must not meet, Peters et al. (2018), section 3.1 ----------------


def _recurrence(x: Tensor, W: Tensor, U: Tensor) -> Tensor:
    h, states = torch.zeros_like(x[0]), []
    for step in x:
        h = torch.tanh(W @ step + U @ h)
        states.append(h)
    return torch.stack(states)


def _states(*, meet=False, padding=False, stay_reversed=False, swap=False, blank=True, mixed=False):
    """The top states of both directions, with bugs."""

    def states(x, length, W, U):
        real = x if padding else x[:length]
        sides = [real, real.flip(0)]  # each in its reading order
        for layer in range(len(W)):
            order = (1, 0) if swap else (0, 1)
            sides = [
                _recurrence(side, W[layer, d], U[layer, d])
                for side, d in zip(sides, order, strict=True)
            ]
            if meet and layer + 1 < len(W):
                both = sides[0] + sides[1].flip(0)
                sides = [both, both.flip(0)]
        ahead, behind = sides[0], sides[1] if stay_reversed else sides[1].flip(0)
        if mixed:
            ahead, behind = behind, ahead
        out = torch.cat([ahead, behind], 1)
        if not blank and not padding:
            return torch.cat([out, out[-1:].expand(len(x) - length, -1)])
        return torch.cat([out[:length], out.new_zeros(len(x) - length, out.shape[1])])

    return states


def _peek_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, T: int, length: int, D: int, n_layers: int) -> Case:
        x, W, U = (
            torch.from_numpy(rng.normal(size=shape) * 0.7)
            for shape in [(T, D), (n_layers, 2, D, D), (n_layers, 2, D, D)]
        )
        x[length:] = 1.0  # padding has a vector, too
        return Case(name, (x, length, W, U))

    return [
        case("one layer, no padding", 4, 4, 3, 1),
        case("two layers, no padding", 5, 5, 3, 2),
        case("two layers, padded", 7, 4, 3, 2),
        case("one word and padding", 4, 1, 2, 2),
        case("three layers, padded", 6, 5, 4, 3),
    ]


PEEK = Exercise(
    grade_id="02-peek",
    function="mended_states",
    points=4,
    cases=_peek_cases,
    reference=_states(),
    mistakes=(
        Mistake(
            _states(meet=True, padding=True),
            "Both faults are still there: the layers mix the directions, and padding is read.",
        ),
        Mistake(
            _states(meet=True),
            "Does layer 2 read what both directions found? Then it has seen the word to predict.",
        ),
        Mistake(
            _states(padding=True),
            "Where does your backward reading begin? The padding must not be read at all.",
        ),
        Mistake(
            _states(stay_reversed=True),
            "Are the backward states in the order of the words? They were made in reverse.",
        ),
        Mistake(_states(swap=True), "Which matrix is whose? W[layer, 0] reads forward."),
        Mistake(_states(mixed=True), "Which half comes first? The forward states do."),
        Mistake(_states(blank=False), "What stands at the padded places? They should be zero."),
    ),
)

# --- 02-cache: least recently used, with a capacity in words --------------------------------------


def _cache(*, refresh=True, cost=len, key=tuple, skip_large=True, strict=False, evict=True):
    """Which requests a cache serves, with bugs."""

    def served(requests, capacity):
        kept, answers = OrderedDict(), []
        for sentence in requests:
            name = key(sentence)
            answers.append(name in kept)
            if name in kept:
                if refresh:
                    kept.move_to_end(name)
                continue
            if cost(sentence) > capacity and skip_large:
                continue
            room = capacity - 1 if strict else capacity
            while evict and kept and sum(kept.values()) + cost(sentence) > room:
                kept.popitem(last=False)
            if evict or sum(kept.values()) + cost(sentence) <= room:
                kept[name] = cost(sentence)
        return answers

    return served


def _sentence(rng: np.random.Generator, n: int) -> tuple[str, ...]:
    letters = list(string.ascii_lowercase)
    return tuple("".join(rng.choice(letters, 4).tolist()) for _ in range(n))


def _cache_cases(rng: np.random.Generator) -> list[Case]:
    a, b, c, d = (_sentence(rng, 3) for _ in range(4))
    short, long = _sentence(rng, 1), _sentence(rng, 8)
    pool = [_sentence(rng, int(n)) for n in rng.integers(1, 5, 8)]
    many = [pool[i] for i in rng.integers(0, len(pool), 60)]
    return [
        Case("everything fits", ([a, b, a, b, a], 6)),
        Case("the least recently used goes", ([a, b, a, c, a, b, c], 6)),
        Case("a sentence larger than the cache", ([a, long, a, long, b, a], 6)),
        Case("the same words in another order", ([a, a[::-1], a, a[::-1], d], 9)),
        Case("one short, two long", ([short, a, b, short, c, short, a], 7)),
        Case("a long random row of requests", (many, 7)),
        Case("the same, a larger cache", (many, 12)),
    ]


CACHE = Exercise(
    grade_id="02-cache",
    function="served_from_cache",
    points=4,
    cases=_cache_cases,
    reference=_cache(),
    mistakes=(
        Mistake(
            _cache(refresh=False),
            "Does a hit make a sentence recent again? Yours drops the one stored first.",
        ),
        Mistake(_cache(cost=lambda _: 1), "What does capacity count? Words, not sentences."),
        Mistake(
            _cache(key=lambda sentence: tuple(sorted(sentence))),
            "Is a sentence its bag of words? In another order its vectors differ.",
        ),
        Mistake(
            _cache(skip_large=False),
            "What about a sentence that can't fit at all? It must not empty the cache.",
        ),
        Mistake(_cache(strict=True), "May the cache be full to the last word? It may."),
        Mistake(_cache(evict=False), "Do you make room when the cache is full?"),
    ),
)

# --- 02-mixnorm: Peters et al. (2018), section 3.2 ------------------------------------------------

EPSILON = 1e-12


def _mix(*, masked=True, axes=(0, 1), soft=True, before=True, correction=0, root=True, blank=True):
    """γ Σ λ_j norm(h_j), with bugs."""

    def norm(h, mask):
        real = h[mask] if masked else h
        mean = real.mean(axes, keepdim=True) if len(axes) == 2 else h.mean(-1, keepdim=True)
        if len(axes) == 2:
            variance = real.var(axes, keepdim=True, correction=correction)
        else:
            variance = h.var(-1, keepdim=True, correction=0)
        return (h - mean) / ((variance + EPSILON).sqrt() if root else variance + EPSILON)

    def mixed(layers, mask, w, gamma):
        weights = w.softmax(0) if soft else w
        if before:
            out = sum(weight * norm(h, mask) for weight, h in zip(weights, layers, strict=True))
        else:
            out = norm(torch.tensordot(weights, layers, dims=1), mask)
        out = gamma * out
        return out * mask.unsqueeze(-1) if blank else out

    return mixed


def _mix_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, n_layers: int, T: int, real: int, D: int) -> Case:
        size, shift = rng.uniform(0.3, 4, (n_layers, 1, 1)), rng.normal(size=(n_layers, 1, 1))
        layers = torch.from_numpy(rng.normal(size=(n_layers, T, D)) * size + shift)
        mask = torch.arange(T) < real
        layers[:, real:] = 5.0
        w = torch.from_numpy(rng.normal(size=n_layers))
        return Case(name, (layers, mask, w, float(rng.uniform(0.5, 2))))

    return [
        case("three layers, no padding", 3, 4, 4, 5),
        case("three layers, padded", 3, 6, 4, 5),
        case("one layer", 1, 3, 2, 4),
        case("a single word", 3, 3, 1, 6),
    ]


MIXNORM = Exercise(
    grade_id="02-mixnorm",
    function="normed_mix",
    points=3,
    cases=_mix_cases,
    reference=_mix(),
    mistakes=(
        Mistake(
            _mix(masked=False),
            "Do the padded places count in your mean and variance? Only real words should.",
        ),
        Mistake(
            _mix(axes=(1,)),
            "Do you normalise each word by itself? Here a layer has one mean and one variance.",
        ),
        Mistake(_mix(soft=False), "Are your weights positive, with the sum 1? Take the softmax."),
        Mistake(_mix(before=False), "Is it the mix that you normalise? Each layer, and then mix."),
        Mistake(_mix(correction=1), "Do you divide by n − 1? The variance here divides by n."),
        Mistake(_mix(root=False), "Is it the variance that you divide by? Take its root."),
        Mistake(_mix(blank=False), "What stands at the padded places? They should be zero."),
    ),
)

EXERCISES = (PARAMETERS, PEEK, CACHE, MIXNORM)

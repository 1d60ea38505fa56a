"""Exercises of lesson 04: a redrawn mask, restarts, chain-thaw, reading backwards, an ensemble."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from helpers.grading.exercise import Case, Exercise, Mistake


def _normal(rng: np.random.Generator, *shape: int) -> Tensor:
    return torch.from_numpy(rng.normal(size=shape))


# --- 04-redraw: weight drop, Merity et al. (2018), section 2 --------------------------------------


def _kept(W_h: Tensor, p: float, generator: torch.Generator) -> Tensor:
    return (torch.rand(W_h.shape, generator=generator) >= p).to(W_h.dtype)


def _steps(x, W_x, W_h, bias, closed=lambda t, h: None, shown=lambda h: h):
    """States of an LSTM whose ``W_h`` at step t is ``closed(t)``, if that isn't None."""
    h, c = x.new_zeros(2, len(x), W_h.shape[1])
    states = []
    for t in range(x.shape[1]):
        W = closed(t, h)
        gates = F.linear(x[:, t], W_x, bias) + shown(h) @ (W_h if W is None else W).T
        i, f, g, o = gates.chunk(4, dim=-1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        states.append(h)
    return torch.stack(states, dim=1)


def _with_weights(drop):
    """The layer with weights ``drop(W_h, p, generator)``, drawn once, while training alone."""

    def lstm(x, W_x, W_h, bias, p, seed, training):
        generator = torch.Generator().manual_seed(seed)
        W = drop(W_h, p, generator) if training else W_h
        return _steps(x, W_x, W, bias)

    return lstm


_dropped_once = _with_weights(lambda W, p, g: W * _kept(W, p, g) / (1 - p))


def _redrawn(x, W_x, W_h, bias, p, seed, training):
    generator = torch.Generator().manual_seed(seed)

    def closed(t, h):
        return W_h * _kept(W_h, p, generator) / (1 - p) if training else W_h

    return _steps(x, W_x, W_h, bias, closed)


def _drop_in_use_too(x, W_x, W_h, bias, p, seed, training):
    return _dropped_once(x, W_x, W_h, bias, p, seed, True)


def _drop_states(x, W_x, W_h, bias, p, seed, training):
    generator = torch.Generator().manual_seed(seed)
    mask = _kept(x.new_empty(len(x), W_h.shape[1]), p, generator) / (1 - p)
    return _steps(x, W_x, W_h, bias, shown=lambda h: h * mask if training else h)


def _drop_inputs(x, W_x, W_h, bias, p, seed, training):
    generator = torch.Generator().manual_seed(seed)
    W = W_x * _kept(W_x, p, generator) / (1 - p) if training else W_x
    return _steps(x, W, W_h, bias)


def _redraw_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, n_texts: int, n_words: int, p: float, training: bool = True) -> Case:
        d_in, d_hidden = int(rng.integers(2, 5)), int(rng.integers(3, 6))
        x = _normal(rng, n_texts, n_words, d_in)
        W_x, W_h = _normal(rng, 4 * d_hidden, d_in), _normal(rng, 4 * d_hidden, d_hidden)
        bias, seed = _normal(rng, 4 * d_hidden), int(rng.integers(1_000))
        return Case(name, (x, W_x, W_h, bias, p, seed, training))

    return [
        case("two texts of six words, half dropped", 2, 6, 0.5),
        case("one text, few weights dropped", 1, 9, 0.2),
        case("many dropped", 3, 5, 0.8),
        case("nothing dropped", 2, 4, 0.0),
        case("in use, not in training", 2, 5, 0.5, training=False),
    ]


REDRAW = Exercise(
    grade_id="04-redraw",
    function="mended_lstm",
    points=4,
    cases=_redraw_cases,
    reference=_dropped_once,
    mistakes=(
        Mistake(_redrawn, "Is the mask drawn at each step? One mask serves all words of a text."),
        Mistake(
            _drop_in_use_too,
            "Are weights dropped when training is False? In use, every weight counts.",
        ),
        Mistake(
            _with_weights(lambda W, p, g: W * _kept(W, p, g)),
            "Are the kept weights divided by 1 − p? Without it the products shrink on average.",
        ),
        Mistake(
            _with_weights(lambda W, p, g: W * (1 - _kept(W, p, g)) / (1 - p)),
            "Do you keep what should be dropped? A weight stays where its number is at least p.",
        ),
        Mistake(
            _drop_states,
            "Do you drop numbers of the state? Here it is the weights W_h that are dropped.",
        ),
        Mistake(_drop_inputs, "Is it W_x that you drop? It should be W_h, from state to state."),
    ),
)

# --- 04-restarts: cosine with warm restarts, Loshchilov & Hutter (2017), equation 5 ---------------


def _cycle(t: int, first: int, growth: int) -> tuple[int, int]:
    """Updates since the last restart, and the length of the cycle."""
    length = first
    while t >= length:
        t, length = t - length, length * growth
    return t, length


def _cosine(x: float, low: float) -> float:
    return low + (1 - low) * (1 + math.cos(math.pi * x)) / 2


def _restarts(t: int, first: int, growth: int, low: float) -> float:
    since, length = _cycle(t, first, growth)
    return _cosine(since / length, low)


def _never_restarted(t, first, growth, low):
    return _cosine(min(t / first, 1.0), low)


def _same_length(t, first, growth, low):
    return _cosine(t % first / first, low)


def _from_the_start(t, first, growth, low):
    _, length = _cycle(t, first, growth)
    return _cosine(t / length, low)


def _one_early(t, first, growth, low):
    since, length = _cycle(t, first, growth)
    return _cosine(since / max(1, length - 1), low)


def _low_added(t, first, growth, low):
    return low + _restarts(t, first, growth, 0.0)


def _low_as_a_floor(t, first, growth, low):
    return max(low, _restarts(t, first, growth, 0.0))


def _rising(t, first, growth, low):
    since, length = _cycle(t, first, growth)
    return _cosine(1 - since / length, low)


def _restart_cases(rng: np.random.Generator) -> list[Case]:
    first, low = int(rng.integers(6, 12)), float(rng.uniform(0.01, 0.2))
    return [
        Case("the first update", (0, first, 2, low)),
        Case("inside the first cycle", (first // 2, first, 2, low)),
        Case("the last update of the first cycle", (first - 1, first, 2, low)),
        Case("the first restart", (first, first, 2, low)),
        Case("inside the second, longer cycle", (first + first // 2 + 1, first, 2, low)),
        Case("inside the third cycle", (5 * first, first, 2, low)),
        Case("cycles of equal length", (3 * first + 2, first, 1, 0.0)),
    ]


RESTARTS = Exercise(
    grade_id="04-restarts",
    function="restarting_cosine",
    points=3,
    cases=_restart_cases,
    reference=_restarts,
    mistakes=(
        Mistake(_never_restarted, "Does the rate stay down after the first cycle? It restarts."),
        Mistake(_same_length, "Do cycles grow? Each is `growth` times as long as the last."),
        Mistake(
            _from_the_start,
            "Is t counted from the very first update? Count from the last restart.",
        ),
        Mistake(_one_early, "Is the cosine at its lowest one update before the cycle is over?"),
        Mistake(_low_added, "Is `low` added on top? The factor runs from 1 down to low."),
        Mistake(
            _low_as_a_floor,
            "Is the curve cut off at `low`? It should be squeezed between low and 1.",
        ),
        Mistake(_rising, "Does your rate rise within a cycle? It should fall, and then jump up."),
    ),
)

# --- 04-chain-thaw: Felbo et al. (2017), section 3.2 ----------------------------------------------


def _stages(n_layers: int) -> list[list[int]]:
    """The layers that move in each stage; the last layer is the new one."""
    single = [[layer] for layer in (n_layers - 1, *range(n_layers - 1))]
    return [*single, list(range(n_layers))]


def _rates(order):
    """The function that trains the stages ``order(n_layers)``, one after the other."""

    def rates(n_layers: int, n_updates: int, lr: float) -> Tensor:
        stages = order(n_layers)
        table = torch.zeros(n_updates, n_layers)
        each = n_updates // len(stages)
        for number, layers in enumerate(stages):
            end = n_updates if number == len(stages) - 1 else (number + 1) * each
            for layer in layers:
                table[number * each : end, layer] = lr
        return table

    return rates


def _rest_unused(n_layers, n_updates, lr):
    table = _rates(_stages)(n_layers, n_updates, lr)
    each = n_updates // (n_layers + 1)
    table[each * (n_layers + 1) :] = 0
    return table


def _chain_cases(rng: np.random.Generator) -> list[Case]:
    lr = float(rng.uniform(0.001, 0.1))
    n = int(rng.integers(5, 8))
    return [
        Case("three layers, four stages of two updates", (3, 8, lr)),
        Case("updates that don't divide evenly", (3, 11, lr)),
        Case("two layers", (2, 9, lr)),
        Case("many layers", (n, 4 * (n + 1) + 3, lr)),
    ]


CHAIN_THAW = Exercise(
    grade_id="04-chain-thaw",
    function="chain_thaw",
    points=3,
    cases=_chain_cases,
    reference=_rates(_stages),
    mistakes=(
        Mistake(
            _rates(lambda n: [[layer] for layer in reversed(range(n))] + [list(range(n))]),
            "Do you go downwards after the new layer? Chain-thaw goes from the first layer up.",
        ),
        Mistake(
            _rates(lambda n: [list(range(low, n)) for low in reversed(range(n))] + [[*range(n)]]),
            "Do layers keep moving once they have thawed? That is gradual unfreezing; in a chain "
            "each layer moves alone.",
        ),
        Mistake(
            _rates(lambda n: [[layer] for layer in range(n)] + [list(range(n))]),
            "Does the new layer, the last one, come first? It is random and has to.",
        ),
        Mistake(
            _rates(lambda n: _stages(n)[:-1]),
            "Is there a last stage in which all layers move together?",
        ),
        Mistake(_rest_unused, "Are there updates left over? They belong to the last stage."),
    ),
)

# --- 04-backward: rows for a model that reads from right to left ----------------------------------


def _turned(ids: Tensor, lengths: Tensor) -> Tensor:
    turned = ids.clone()
    for row, length in enumerate(lengths.tolist()):
        turned[row, :length] = ids[row, :length].flip(0)
    return turned


def _lengths(ids: Tensor) -> Tensor:
    return (ids != 0).sum(1)


def _backward(ids: Tensor) -> Tensor:
    return _turned(ids, _lengths(ids))


def _whole_row(ids):
    return ids.flip(1)


def _shortest(ids):
    return _turned(ids, _lengths(ids).min().expand(len(ids)))


def _rows_turned(ids):
    return ids.flip(0)


def _without_the_end(ids):
    return _turned(ids, _lengths(ids) - 1)


def _marks_kept(ids):
    turned = ids.clone()
    for row, length in enumerate(_lengths(ids).tolist()):
        turned[row, 1 : length - 1] = ids[row, 1 : length - 1].flip(0)
    return turned


def _backward_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, lengths: list[int]) -> Case:
        ids = torch.zeros(len(lengths), max(lengths), dtype=torch.int64)
        for row, length in enumerate(lengths):
            ids[row, :length] = torch.from_numpy(rng.permutation(100)[:length] + 3)
        return Case(name, (ids,))

    return [
        case("one text", [6]),
        case("three texts of different length", [7, 3, 5]),
        case("a text of a single word", [1, 4]),
        case("texts of equal length", [5, 5]),
        case("many texts", rng.integers(2, 12, size=6).tolist()),
    ]


BACKWARD = Exercise(
    grade_id="04-backward",
    function="backward_rows",
    points=3,
    cases=_backward_cases,
    reference=_backward,
    mistakes=(
        Mistake(_whole_row, "Does the padding stand in front? Turn each text within its length."),
        Mistake(_shortest, "Is every row turned as far as the shortest text reaches?"),
        Mistake(_rows_turned, "Did you turn the order of the texts? Turn the words of each."),
        Mistake(_without_the_end, "Does the last word stay where it is? It becomes the first."),
        Mistake(_marks_kept, "Do first and last word stay in place? Here all of them turn."),
    ),
)

# --- 04-ensemble: two classifiers, one answer -----------------------------------------------------


def _mean_probabilities(forward: Tensor, backward: Tensor) -> Tensor:
    return (forward.softmax(-1) + backward.softmax(-1)) / 2


def _ensemble_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, n_texts: int, n_classes: int, scale: float, shift: float = 0.0) -> Case:
        scores = scale * _normal(rng, 2, n_texts, n_classes)
        return Case(name, (scores[0] + shift, scores[1]))

    return [
        case("two classes", 5, 2, 1.0),
        case("three classes, one model louder than the other", 4, 3, 4.0, 10.0),
        case("a single text", 1, 2, 1.0),
        case("very large scores", 3, 2, 3000.0),
    ]


ENSEMBLE = Exercise(
    grade_id="04-ensemble",
    function="ensemble",
    points=2,
    cases=_ensemble_cases,
    reference=_mean_probabilities,
    mistakes=(
        Mistake(
            lambda f, b: ((f + b) / 2).softmax(-1),
            "Do you average scores? The louder model would then decide alone.",
        ),
        Mistake(
            lambda f, b: (f.log_softmax(-1) + b.log_softmax(-1)) / 2,
            "Are these log-probabilities? Average the probabilities themselves.",
        ),
        Mistake(
            lambda f, b: f.softmax(-1) + b.softmax(-1),
            "Do your rows sum to 2? The mean of two distributions sums to 1.",
        ),
        Mistake(
            lambda f, b: F.normalize(f.softmax(-1) * b.softmax(-1), p=1, dim=-1),
            "Do you multiply? One confident model could then overrule the other.",
        ),
        Mistake(
            lambda f, b: (f.softmax(0) + b.softmax(0)) / 2,
            "Does your softmax run over the texts? It belongs on the classes, the last axis.",
        ),
        Mistake(
            lambda f, b: (f.exp() / f.exp().sum(-1, True) + b.exp() / b.exp().sum(-1, True)) / 2,
            "Do you take exp of large scores? It overflows; softmax subtracts the maximum first.",
        ),
    ),
)

EXERCISES = (REDRAW, RESTARTS, CHAIN_THAW, BACKWARD, ENSEMBLE)

"""Exercises of lesson 08: typical and contrastive decoding, a cache, windows, calibration."""

import math
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from helpers.grading.exercise import Case, Exercise, Mistake


def _normal(rng: np.random.Generator, *shape: int) -> Tensor:
    return torch.from_numpy(rng.normal(size=shape))


# --- 08-typical: locally typical sampling, Meister et al. (2023), equation 10 ---------------------


def _typical_set(order, keeps=lambda before, after, mass: before < mass, normed=True):
    """Keep tokens in the order of ``order(log_p)``, lowest first, while ``keeps`` says so."""

    def typical(logits: Tensor, mass: float) -> Tensor:
        p = logits.softmax(-1)
        ranking = order(logits.log_softmax(-1)).argsort()
        after = p[ranking].cumsum(0)
        kept = torch.zeros_like(p)
        chosen = ranking[keeps(after - p[ranking], after, mass)]
        kept[chosen] = p[chosen]
        return kept / kept.sum() if normed else kept

    return typical


def _from_entropy(log_p: Tensor, scale: float = 1.0) -> Tensor:
    entropy = -(log_p.exp() * log_p).sum()
    return (-log_p - scale * entropy).abs()


def _typical_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, vocab_size: int, scale: float, mass: float) -> Case:
        return Case(name, (scale * _normal(rng, vocab_size), mass))

    top = torch.tensor([0.55, 0.15, 0.1, 0.08, 0.07, 0.05], dtype=torch.float64)
    return [
        Case("one token far ahead, which is not typical", (top.log(), 0.3)),
        case("twelve tokens, half of the mass", 12, 1.0, 0.5),
        case("thirty tokens, nearly everything", 30, 2.0, 0.95),
        case("eight tokens, little mass", 8, 0.7, 0.2),
        case("everything stays", 6, 1.0, 1.0),
    ]


TYPICAL = Exercise(
    grade_id="08-typical",
    function="typical_probabilities",
    points=3,
    cases=_typical_cases,
    reference=_typical_set(_from_entropy),
    mistakes=(
        Mistake(
            _typical_set(lambda log_p: -log_p),
            "Do you begin with the most probable token? That is the nucleus; begin with the token "
            "whose −log p is nearest to the entropy.",
        ),
        Mistake(
            _typical_set(_from_entropy, keeps=lambda before, after, mass: after <= mass),
            "Is the token that crosses the mass left out? It stays, or nothing might.",
        ),
        Mistake(
            _typical_set(_from_entropy, normed=False),
            "Do your probabilities sum to less than 1? Divide by what is kept.",
        ),
        Mistake(
            _typical_set(lambda log_p: _from_entropy(log_p, scale=1 / math.log(2))),
            "Is one side in bits and the other in nats? Both need the same logarithm.",
        ),
        Mistake(
            _typical_set(lambda log_p: -_from_entropy(log_p)),
            "Do you begin with the tokens that are farthest from the entropy? The nearest come "
            "first.",
        ),
    ),
)

# --- 08-contrastive: contrastive search, Su et al. (2022), equation 5 -----------------------------


def _contrastive(closeness=lambda cos: cos.amax(1), prepare=lambda p: p, k_of=lambda k: k, sign=-1):
    """The choice when similarity to the context is summed up by ``closeness``."""

    def choose(probabilities: Tensor, states: Tensor, context: Tensor, k: int, alpha: float) -> int:
        best = probabilities.topk(min(k_of(k), len(probabilities))).indices
        cos = F.normalize(states[best], dim=1) @ F.normalize(context, dim=1).T  # (k, T)
        score = (1 - alpha) * prepare(probabilities[best]) + sign * alpha * closeness(cos)
        return best[score.argmax()].item()

    return choose


def _by_dot_product(probabilities, states, context, k, alpha):
    best = probabilities.topk(k).indices
    score = (1 - alpha) * probabilities[best] - alpha * (states[best] @ context.T).amax(1)
    return best[score.argmax()].item()


def _alpha_swapped(probabilities, states, context, k, alpha):
    return _contrastive()(probabilities, states, context, k, 1 - alpha)


def _place_among_the_best(probabilities, states, context, k, alpha):
    best = probabilities.topk(k).indices.tolist()
    return best.index(_contrastive()(probabilities, states, context, k, alpha))


def _contrastive_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, vocab_size: int, n_words: int, k: int, alpha: float) -> Case:
        p = torch.softmax(1.5 * _normal(rng, vocab_size), 0)
        stretch = torch.from_numpy(rng.uniform(0.2, 5.0, size=(vocab_size, 1)))
        states = stretch * _normal(rng, vocab_size, 4)
        return Case(name, (p, states, _normal(rng, n_words, 4), k, alpha))

    cases = [
        case(f"{vocab_size} tokens, {k} candidates, α = {alpha}", vocab_size, n_words, k, alpha)
        for vocab_size, n_words, k, alpha in (
            (30, 5, 5, 0.6), (25, 8, 8, 0.2), (20, 3, 4, 0.5), (40, 6, 10, 0.8), (15, 4, 6, 0.4),
        )
    ]  # fmt: skip
    return [
        *cases,
        case("α = 0: the most probable token", 12, 3, 4, 0.0),
        _with_cosines(
            rng,
            "one resembles one word, one resembles two a little",
            p=[0.08, 0.02, 0.4, 0.32, 0.18],
            cosines=[[-0.7, -0.7], [0.0, 0.0], [1.0, 0.0], [0.6, 0.6], [0.7, 0.5]],
            k=3,
        ),
        _with_cosines(
            rng,
            "the second best by far, which resembles nothing",
            p=[0.09, 0.07, 0.09, 0.6, 0.15],
            cosines=[[-0.7, -0.7], [-0.7, -0.7], [-0.7, -0.6], [0.7, 0.1], [0.1, 0.1]],
            k=2,
        ),
    ]


def _with_cosines(rng, name: str, p: list, cosines: list, k: int) -> Case:
    """Tokens of these cosines to two words at right angles, in a space that is turned at random.

    Their states get longer from token to token; α = 0.6.
    """
    known = torch.tensor(cosines, dtype=torch.float64)
    rest = (1 - known.square().sum(1, keepdim=True)).sqrt()
    turned = torch.linalg.qr(_normal(rng, 3, 3)).Q
    lengths = 2.0 ** torch.arange(len(p))[:, None]
    states = lengths * torch.cat([known, rest], 1) @ turned
    return Case(name, (torch.tensor(p, dtype=torch.float64), states, turned[:2].clone(), k, 0.6))


CONTRASTIVE = Exercise(
    grade_id="08-contrastive",
    function="contrastive_choice",
    points=4,
    cases=_contrastive_cases,
    reference=_contrastive(),
    mistakes=(
        Mistake(
            _contrastive(closeness=lambda cos: cos.mean(1)),
            "Do you average over the context? One token that it resembles is enough: the maximum.",
        ),
        Mistake(
            _contrastive(k_of=lambda k: 10_000),
            "Do all tokens of the vocabulary compete? Only the k most probable ones do.",
        ),
        Mistake(
            _by_dot_product,
            "Are the states of length 1? The penalty is a cosine, not a product.",
        ),
        Mistake(_alpha_swapped, "Is α on the probability? It weighs the penalty."),
        Mistake(
            _contrastive(sign=1),
            "Does resembling the context help in your score? It has to cost something.",
        ),
        Mistake(
            _contrastive(prepare=lambda p: p.log()),
            "Do you take the logarithm? Equation 5 has the probability itself.",
        ),
        Mistake(
            _place_among_the_best,
            "Is that the place among the k candidates? Return the number of the token.",
        ),
    ),
)

# --- 08-offset: positions of what is read with a cache --------------------------------------------


def _reading(start, seen=lambda n_old, n_new: n_old + torch.arange(n_new)):
    """One layer of attention with a cache; a part begins at position ``start(n_old)``, and its
    queries see the keys up to ``seen(n_old, n_new)``."""

    def states(ids, tokens, positions, W_q, W_k, W_v, n_prompt):
        keys = values = tokens.new_zeros(0, tokens.shape[1])
        found = []
        for part in (ids[:n_prompt], *ids[n_prompt:].split(1)):
            n_old = len(keys)
            places = start(n_old) + torch.arange(len(part))
            x = tokens[part] + positions[places]
            keys = torch.cat([keys, x @ W_k.T])
            values = torch.cat([values, x @ W_v.T])
            scores = x @ W_q.T @ keys.T / math.sqrt(tokens.shape[1])
            hidden = torch.arange(len(keys)) > seen(n_old, len(part)).unsqueeze(1)
            found.append(scores.masked_fill(hidden, -torch.inf).softmax(-1) @ values)
        return torch.cat(found)

    return states


def _at_one_go(ids, tokens, positions, W_q, W_k, W_v, n_prompt):
    """What the cache must not change."""
    x = tokens[ids] + positions[: len(ids)]
    scores = x @ W_q.T @ (x @ W_k.T).T / math.sqrt(tokens.shape[1])
    hidden = torch.ones(len(ids), len(ids), dtype=torch.bool).triu(1)
    return scores.masked_fill(hidden, -torch.inf).softmax(-1) @ (x @ W_v.T)


def _offset_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, n: int, n_prompt: int) -> Case:
        D, vocab_size = 4, 9
        ids = torch.from_numpy(rng.integers(vocab_size, size=n))
        tables = _normal(rng, vocab_size, D), _normal(rng, 16, D)
        return Case(name, (ids, *tables, *(_normal(rng, D, D) for _ in range(3)), n_prompt))

    return [
        case("a prompt of three, four tokens after it", 7, 3),
        case("a prompt of one", 5, 1),
        case("a long prompt, one token after it", 9, 8),
        case("nothing but the prompt", 4, 4),
        case("twelve tokens", 12, 5),
    ]


OFFSET = Exercise(
    grade_id="08-offset",
    function="mended_states",
    points=3,
    cases=_offset_cases,
    reference=_at_one_go,
    mistakes=(
        Mistake(
            _reading(lambda n_old: max(0, n_old - 1)),
            "Does the first new token stand where the last old one stood? With n tokens in the "
            "cache, the next has position n.",
        ),
        Mistake(
            _reading(lambda n_old: 0),
            "Does each part begin at position 0 again? It begins where the cache ends.",
        ),
        Mistake(
            _reading(lambda n_old: n_old + (n_old > 0)),
            "Is a position left out after the prompt? The next token's is the number of keys.",
        ),
        Mistake(
            _reading(
                lambda n_old: n_old, lambda n_old, n_new: torch.full((n_new,), n_old + n_new - 1)
            ),
            "Do the tokens of the prompt see one another's future? The mask is still needed there.",
        ),
        Mistake(
            _reading(lambda n_old: n_old, lambda n_old, n_new: torch.arange(n_new)),
            "Do new tokens see the old ones? A query sees all keys up to its own.",
        ),
    ),
)

# --- 08-sliding: perplexity of a long text with a short memory ------------------------------------


def next_nats(ids: Tensor, E: Tensor) -> Tensor:
    """−log p of each token but the first, for a model whose state fades by a fifth a token."""
    state, found = torch.zeros_like(E[0]), []
    for now, following in pairwise(ids):
        state = 0.8 * state + E[now]
        found.append(F.cross_entropy(E @ state, following))
    return torch.stack(found)


def _windows(n: int, window: int, stride: int) -> list[tuple[int, int, int]]:
    """First token of each window, its end, and from where on its tokens are new."""
    end = min(window, n)
    found = [(0, end, 1)]
    while end < n:
        new = end
        end = min(end + stride, n)
        found.append((max(0, end - window), end, new))
    return found


def _sliding(windows, mean=lambda parts: torch.cat(parts).mean()):
    """exp of the ``mean`` over the new tokens of ``windows(n, window, stride)``."""

    def perplexity(ids: Tensor, E: Tensor, window: int, stride: int) -> float:
        parts = [
            next_nats(ids[start:end], E)[new - start - 1 :]
            for start, end, new in windows(len(ids), window, stride)
        ]
        return mean(parts).exp().item()

    return perplexity


def _all_counted(n, window, stride):
    return [(start, end, start + 1) for start, end, _ in _windows(n, window, stride)]


def _side_by_side(n, window, stride):
    starts = range(0, n - 1, window)
    return [(start, min(start + window, n), start + 1) for start in starts]


def _whole_windows_only(n, window, stride):
    return [w for w in _windows(n, window, stride) if (w[1] - window) % stride == 0]


def _no_overlap(n, window, stride):
    return [(new - 1, end, new) for _, end, new in _windows(n, window, stride)]


def _sliding_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, n: int, window: int, stride: int) -> Case:
        ids = torch.from_numpy(rng.integers(7, size=n))
        return Case(name, (ids, 0.8 * _normal(rng, 7, 5), window, stride))

    return [
        case("twenty tokens, windows of eight, steps of four", 20, 8, 4),
        case("a rest at the end", 22, 8, 3),
        case("steps of one: each token has all the context there is", 14, 6, 1),
        case("long text", 61, 12, 6),
    ]


SLIDING = Exercise(
    grade_id="08-sliding",
    function="sliding_perplexity",
    points=4,
    cases=_sliding_cases,
    reference=_sliding(_windows),
    mistakes=(
        Mistake(
            _sliding(_all_counted),
            "Are tokens counted in several windows? Each counts once, where it is new.",
        ),
        Mistake(
            _sliding(_side_by_side),
            "Do your windows stand side by side? They overlap, each one step after the last.",
        ),
        Mistake(
            _sliding(_windows, mean=lambda parts: torch.stack([p.mean() for p in parts]).mean()),
            "Do you average over windows? The last may hold few new tokens: average over tokens.",
        ),
        Mistake(
            _sliding(_whole_windows_only),
            "Is the end of the text missing? The last window scores what is left.",
        ),
        Mistake(
            _sliding(_no_overlap),
            "Does a later window begin with its new tokens? It needs the old ones as context.",
        ),
        Mistake(
            lambda ids, E, window, stride: math.log(_sliding(_windows)(ids, E, window, stride)),
            "Is that the mean −log p? Perplexity is e to its power.",
        ),
    ),
)

# --- 08-calibrate: contextual calibration, Zhao et al. (2021) -------------------------------------


def _shares(x: Tensor) -> Tensor:
    return x / x.sum(-1, keepdim=True)


def _calibrated(scores: Tensor, content_free: Tensor) -> Tensor:
    return _shares(scores.softmax(-1) / content_free.softmax(-1).mean(0))


def _calibrate_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, n_texts: int, n_labels: int, n_free: int, bias: float) -> Case:
        lean = bias * _normal(rng, n_labels)
        loud = 2.0 * _normal(rng, n_free, 1)
        scores = _normal(rng, n_texts, n_labels) + lean - 4
        return Case(name, (scores, 1.5 * _normal(rng, n_free, n_labels) + lean + loud))

    return [
        case("two labels, three content-free prompts", 5, 2, 3, 2.0),
        case("four labels", 3, 4, 3, 1.0),
        case("a single content-free prompt", 4, 2, 1, 3.0),
        case("one text", 1, 3, 2, 2.0),
    ]


CALIBRATE = Exercise(
    grade_id="08-calibrate",
    function="calibrated",
    points=3,
    cases=_calibrate_cases,
    reference=_calibrated,
    mistakes=(
        Mistake(
            lambda s, c: s.softmax(-1),
            "Does the content-free prompt change nothing? Divide by what it says.",
        ),
        Mistake(
            lambda s, c: _shares(s.softmax(-1) * c.softmax(-1).mean(0)),
            "Do you multiply? A label that wins without any content has to be made smaller.",
        ),
        Mistake(
            lambda s, c: (s - c.log_softmax(-1).mean(0)).softmax(-1),
            "Do you average logarithms? Average the probabilities of the content-free prompts.",
        ),
        Mistake(
            lambda s, c: _shares(s.softmax(-1) / c.exp().mean(0)),
            "Do the labels of each content-free prompt sum to 1 before you average? A prompt that "
            "likes all labels would weigh most.",
        ),
        Mistake(
            lambda s, c: s.softmax(-1) / c.softmax(-1).mean(0),
            "Do your rows sum to 1? Divide each by its sum at the end.",
        ),
        Mistake(
            lambda s, c: (s.softmax(-1) / c.softmax(-1).mean(0)).softmax(-1),
            "Is there a second softmax at the end? Divide by the sum instead.",
        ),
    ),
)

EXERCISES = (TYPICAL, CONTRASTIVE, OFFSET, SLIDING, CALIBRATE)

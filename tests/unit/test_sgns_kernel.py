"""The compiled SGNS epoch: its update, its samples and their laws, and mutants of each.

Every check takes the module to judge, so that the mutants at the end meet the very same checks.
"""

import types
import warnings
from collections import Counter

import numba
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from numba.core import caching
from scipy import stats

from helpers.kernels import sgns

ODD_SHAPES = [(7, 5), (30, 100), (11, 1), (13, 17), (2, 112)]  # (V, d): not multiples of a block
MIN_P = 1e-4  # of a chi-square test; seeds are fixed, so a right module passes for good


def random_tables(rng, V, d):
    """Weights far from what training starts with; scores reach both ends of the sigmoid."""
    scale = 2 / np.sqrt(d)
    return [(scale * rng.normal(size=(V, d))).astype(np.float32) for _ in range(2)]


def corpus(rng, V=40, lengths=(0, 7, 1, 60, 12)):
    """Tokens, offsets, keep probabilities and noise probabilities of a small random corpus."""
    offsets = np.cumsum([0, *lengths])
    q = rng.random(V) ** 2
    return rng.integers(0, V, offsets[-1]), offsets, rng.uniform(0.3, 1, V), q / q.sum()


# ---- the update ------------------------------------------------------------------------------


def check_step(module, shapes=ODD_SHAPES, repeats=20):
    """`step` is the float64 reference, for windows of any size, with words that occur twice."""
    rng = np.random.default_rng(0)
    for V, d in shapes:
        for _ in range(repeats):
            tables = random_tables(rng, V, d)
            contexts, targets = rng.integers(0, V, rng.integers(1, 11)), rng.integers(0, V, 6)
            wanted = [table.astype(np.float64) for table in tables]
            sgns.step_reference(*wanted, contexts, targets, 0.3)
            module.step(*tables, contexts, targets, 0.3)
            for got, want in zip(tables, wanted, strict=True):
                np.testing.assert_allclose(got, want, atol=2e-5)


def check_reference(module):
    """`step_reference` goes down the gradient that autograd finds for the written formula."""
    rng = np.random.default_rng(1)
    A, B = rng.normal(size=(2, 9, 4))
    contexts, targets = [3, 3, 8], [2, 0, 5, 5]
    A_, B_ = torch.tensor(A, requires_grad=True), torch.tensor(B, requires_grad=True)
    scores = A_[contexts] @ B_[targets].T
    loss = -F.logsigmoid(scores[:, 0]).sum() - F.logsigmoid(-scores[:, 1:]).sum()
    loss.backward()
    step = A.copy(), B.copy()
    module.step_reference(*step, contexts, targets, 0.2)
    np.testing.assert_allclose(step[0], A - 0.2 * A_.grad.numpy(), atol=1e-12)
    np.testing.assert_allclose(step[1], B - 0.2 * B_.grad.numpy(), atol=1e-12)


def check_epoch(module):
    """`train_epoch` is the reference on the samples that `draw_windows` shows, and counts them."""
    rng = np.random.default_rng(2)
    tokens, offsets, keep, q = corpus(rng)
    tables = random_tables(rng, len(q), 20)
    wanted = [table.astype(np.float64) for table in tables]
    noise, how = (
        module.noise_table(q),
        {"window": 4, "n_negatives": 6, "lr": (0.2, 0.05), "seed": 3},
    )
    windows = module.draw_windows(tokens, offsets, keep, noise, **how)
    work = module.train_epoch(*tables, tokens, offsets, keep, noise, **how)
    for contexts, targets, lr in zip(*windows, strict=True):
        sgns.step_reference(*wanted, contexts[contexts >= 0], targets[targets >= 0], lr)
    for got, want in zip(tables, wanted, strict=True):
        np.testing.assert_allclose(got, want, atol=1e-4)
    sizes = (windows.contexts >= 0).sum(1), (windows.targets >= 0).sum(1)
    assert work == (len(windows.lr), sizes[0] @ sizes[1])


def check_rate(module):
    """The rate falls from the first to the last word in proportion to the words that are done."""
    tokens, offsets = np.zeros(10, int), np.array([0, 4, 10])
    noise = module.noise_table([0.5, 0.5])
    lr = module.draw_windows(
        tokens, offsets, [1, 1], noise, window=1, n_negatives=1, lr=(0.1, 0.05), seed=0
    ).lr
    np.testing.assert_allclose(lr, 4 * [0.1] + 6 * [0.08], rtol=1e-6)


# ---- the samples -----------------------------------------------------------------------------


def draw(module, tokens, keep, q, window=5, n_negatives=5, seed=0, length=None):
    """The windows of a corpus cut into sentences of one length."""
    length = length or len(tokens)
    offsets = np.arange(0, len(tokens) + 1, length)
    noise, how = module.noise_table(q), {"window": window, "n_negatives": n_negatives, "lr": (1, 1)}
    return module.draw_windows(tokens, offsets, keep, noise, **how, seed=seed)


def check_window_law(module, window=4, length=12, sentences=150):
    """Neighbours lie on both sides, and every reach from 1 to the window is equally likely."""
    words = np.arange(length)
    windows = draw(
        module, np.tile(words, sentences), np.ones(length), np.full(length, 1 / length),
        window=window, n_negatives=1, length=length,
    )  # fmt: skip
    reaches = []
    for contexts, (centre, *_) in zip(windows.contexts, windows.targets, strict=True):
        contexts = contexts[contexts >= 0]
        reach = np.abs(contexts - centre).max()
        around = range(max(0, centre - reach), min(length, centre + reach + 1))
        assert contexts.tolist() == [word for word in around if word != centre]
        if window <= centre < length - window:  # elsewhere the sentence's end hides the reach
            reaches.append(reach)
    counts = np.bincount(reaches, minlength=window + 1)
    assert len(counts) == window + 1 and counts[0] == 0
    assert stats.chisquare(counts[1:]).pvalue > MIN_P


def check_subsampling(module, n=3000):
    """A word survives with its probability, and what doesn't survive is no neighbour either."""
    keep = np.array([0.1, 0.5, 1.0, 0.0])
    tokens = np.tile(np.arange(4), n)
    windows = draw(module, tokens, keep, np.full(4, 0.25), window=1, n_negatives=1)
    kept = np.bincount(windows.targets[:, 0], minlength=4)
    assert kept[3] == 0 and kept[2] == n
    for word in (0, 1):
        assert stats.binomtest(int(kept[word]), n, keep[word]).pvalue > MIN_P
    survivors = windows.targets[:, 0]
    around = np.stack([survivors[:-2], survivors[2:]], 1)
    assert np.array_equal(windows.contexts[1:-1], around)  # pytest takes minutes to compare lists


def check_noise(module, n=2500):
    """Negatives follow their law, given that they are not the target."""
    q = np.array([0.5, 0.3, 0.15, 0.05])
    windows = draw(module, np.zeros(n, int), np.ones(4), q, window=1, n_negatives=5)
    targets = windows.targets
    assert (targets[:, 0] == 0).all() and not (targets[:, 1:] == 0).any()
    counts = np.bincount(targets[:, 1:][targets[:, 1:] > 0], minlength=4)[1:]
    assert stats.chisquare(counts, counts.sum() * q[1:] / q[1:].sum()).pvalue > MIN_P
    assert stats.binomtest(int(counts.sum()), 5 * n, 1 - q[0]).pvalue > MIN_P, "5 draws a window"


def check_independent_draws(module, n=2500):
    """Neither the negatives of a window nor those of neighbouring windows go together."""
    q = np.full(4, 0.25)
    q[:] = [0.001, 0.333, 0.333, 0.333]
    targets = draw(module, np.zeros(n, int), np.ones(4), q, window=1, n_negatives=2).targets
    both = targets[(targets[:, 1:] > 0).all(1), 1:]
    for pairs in (both, np.stack([both[:-1, 0], both[1:, 0]], 1)):
        table = np.zeros((3, 3))
        np.add.at(table, (pairs[:, 0] - 1, pairs[:, 1] - 1), 1)
        assert stats.chi2_contingency(table).pvalue > MIN_P


def check_noise_table(module):
    """The alias table adds up to the very distribution it was made from."""
    rng = np.random.default_rng(4)
    for q in (rng.random(50) ** 4, np.ones(7), np.array([1.0]), np.array([0.0, 1, 0, 3])):
        q = q / q.sum()
        threshold, alias = module.noise_table(q)
        stay = threshold / 2**32
        mass = stay + np.bincount(alias, weights=1 - stay, minlength=len(q))
        np.testing.assert_allclose(mass / len(q), q, atol=1e-9)


CHECKS = [
    check_step,
    check_reference,
    check_epoch,
    check_rate,
    check_window_law,
    check_subsampling,
    check_noise,
    check_independent_draws,
    check_noise_table,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_kernel(check):
    check(sgns)


def test_every_context_row_is_scattered_back_even_when_a_word_occurs_twice():
    """Two occurrences of a word add up; a scatter that overwrites would lose one."""
    A, B = np.ones((1, 4), np.float32), np.ones((1, 4), np.float32)
    sgns.step(A, B, [0, 0], [0], 0.1)
    g = 0.1 * (1 - 1 / (1 + np.exp(-4.0)))
    np.testing.assert_allclose(A, 1 + 2 * g, rtol=1e-6)


# ---- threads and seeds -----------------------------------------------------------------------


def trained(threads, seed, rng_seed=5):
    rng = np.random.default_rng(rng_seed)
    tokens, offsets, keep, q = corpus(rng, lengths=[25] * 40)
    tables = random_tables(rng, len(q), 32)
    work = sgns.train_epoch(
        *tables, tokens, offsets, keep, sgns.noise_table(q),
        window=5, n_negatives=5, lr=(0.05, 0.01), seed=seed, threads=threads,
    )  # fmt: skip
    return tables, work


def test_one_thread_is_deterministic_and_seeds_matter():
    first, again, other = trained(1, 7), trained(1, 7), trained(1, 8)
    assert all((a == b).all() for a, b in zip(first[0], again[0], strict=True))
    assert first[1] == again[1] and not (first[0][0] == other[0][0]).all()


def test_seed_may_be_a_tuple_and_its_parts_count():
    assert not (trained(1, (0, 1))[0][0] == trained(1, (1, 0))[0][0]).all()


@pytest.mark.parametrize("threads", [2, 3, 64])
def test_threads_share_the_corpus(threads):
    (tables, work), (alone, all_work) = trained(threads, 7), trained(1, 7)
    assert work.words == pytest.approx(all_work.words, rel=0.1)
    assert work.terms == pytest.approx(all_work.terms, rel=0.1)
    assert np.abs(tables[0] - alone[0]).max() < 1, "hogwild differs, but not wildly"


def test_parts_cover_every_sentence_once():
    for lengths in ([5], [0, 0, 9], [1] * 10, [100, 1, 1, 1], [1, 0, 0, 100]):
        offsets = np.cumsum([0, *lengths])
        for parts in (1, 2, 3, 7):
            cuts = sgns._split(offsets, parts)
            assert len(cuts) == parts + 1 and cuts[0] == 0 and cuts[-1] == len(lengths)
            assert cuts == sorted(cuts)


def test_extreme_scores_stay_finite():
    A, B = np.full((2, 8), 30, np.float32), np.full((2, 8), 30, np.float32)
    B[1] = -30
    sgns.step(A, B, [0, 1], [0, 1], 0.1)
    assert np.isfinite(A).all() and np.isfinite(B).all()
    assert (A == 30).all(), "the model is sure and right: nothing to learn"


# ---- bad input -------------------------------------------------------------------------------


def call(**changes):
    rng = np.random.default_rng(0)
    tokens, offsets, keep, q = corpus(rng)
    W_in, W_out = random_tables(rng, len(q), 8)
    arguments = {
        "W_in": W_in, "W_out": W_out, "tokens": tokens, "offsets": offsets, "keep": keep,
        "noise": sgns.noise_table(q), "window": 5, "n_negatives": 5, "lr": (0.1, 0.1), "seed": 0,
    }  # fmt: skip
    return sgns.train_epoch(**arguments | changes)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"W_in": np.ones((40, 8))}, TypeError, "W_in must be a C-contiguous float32 matrix"),
        ({"W_out": np.ones((8, 40), np.float32).T}, TypeError, "W_out must be a C-contiguous"),
        ({"W_out": np.ones((40, 9), np.float32)}, ValueError, "must have the same shape"),
        ({"tokens": np.full(80, 40)}, ValueError, "tokens must be word indices from 0 to 39"),
        ({"tokens": np.full(80, -1)}, ValueError, "got -1 to -1"),
        ({"offsets": [0, 50, 40, 80]}, ValueError, "offsets must rise from 0 to 80"),
        ({"offsets": [0, 40]}, ValueError, "offsets must rise from 0 to 80"),
        ({"tokens": [], "offsets": [0, 0]}, ValueError, "tokens is empty"),
        ({"keep": np.ones(39)}, ValueError, "keep must be 40 probabilities"),
        ({"keep": np.full(40, 1.5)}, ValueError, "keep must be 40 probabilities"),
        ({"keep": np.full(40, np.nan)}, ValueError, "keep must be 40 probabilities"),
        ({"noise": sgns.noise_table([0.5, 0.5])}, ValueError, "noise is a table over 2 words"),
        ({"window": 0}, ValueError, "window=0 must be at least 1"),
        ({"n_negatives": 0}, ValueError, "n_negatives=0"),
        ({"threads": 0}, ValueError, "threads=0"),
    ],
)
def test_bad_input_is_named(changes, error, message):
    with pytest.raises(error, match=message):
        call(**changes)


@pytest.mark.parametrize("q", [[0.5, 0.6], [1.5, -0.5], [[1.0]], [np.nan, 1.0]])
def test_noise_must_be_a_distribution(q):
    with pytest.raises(ValueError, match="probabilities must be"):
        sgns.noise_table(q)


def test_step_refuses_words_outside_the_tables():
    A, B = np.ones((3, 4), np.float32), np.ones((3, 4), np.float32)
    with pytest.raises(ValueError, match="targets must be word indices from 0 to 2"):
        sgns.step(A, B, [0], [3], 0.1)


# ---- mutants ---------------------------------------------------------------------------------

MUTANTS = {
    "the sampler draws the positive": ("if word != centre:", "if True:"),
    "negatives are uniform": ("if (bits & np.uint64(0xFFFFFFFF)) >=", "if False and bits >="),
    "one draw serves as all negatives": (
        "        bits = _random_bits(state)\n        word", "        bits = state[0]\n        word"
    ),
    "rare words are dropped instead": ("< keep[tokens[i]]", ">= keep[tokens[i]]"),
    "the sigmoid has the wrong sign": ("np.exp(-G[a, b])", "np.exp(G[a, b])"),
    "the positive counts as negative": ("        G[a, 0] += lr\n", ""),
    "every target is positive": ("        G[a, 0] += lr\n", "        G[a] += lr\n"),
    "context vectors stay": ("    _scatter(W_in, contexts, n, dX)\n", ""),
    "target vectors stay": ("    _scatter(W_out, targets, m, dU)\n", ""),
    "the window is one too wide": ("b = 1 + _below", "b = 2 + _below"),
    "the window is one too narrow": ("b = 1 + _below(window,", "b = _below(window,"),
    "the window is never reduced": ("b = 1 + _below(window, _random_bits(state))", "b = window"),
    "the right side ends early": ("min(n, i + b + 1)", "min(n, i + b)"),
    "the word predicts itself": ("        if j != i:\n", "        if True:\n"),
    "work space isn't cleared": ("    change[:padded] = 0\n", ""),
    "padding isn't cleared": ("    values[n:padded] = 0\n", ""),
    "an odd row is left out": ("range(0, rows, IN_BLOCK)", "range(0, n - 1, IN_BLOCK)"),
    "a register sum is swapped": ("s12 += x1[d] * u2[d]", "s12 += x0[d] * u2[d]"),
    "the last target column is forgotten": ("        du2[d] +=", "        du1[d] +="),
    "the rate never falls": ("(rates[1] - rates[0]) * done", "0 * done"),
    "the last sentence is skipped": ("in range(first, last):", "in range(first, last - 1):"),
    "terms count windows": ("terms += n * m", "terms += 1"),
    "alias and own word are swapped": ("alias[column] = giver", "alias[giver] = column"),
    "rich columns keep what they gave": ("        share[giver] -= 1 - share[column]\n", ""),
    "the reference forgets the rate": ("G = lr * (y", "G = (y"),
    "the reference overwrites": ("np.add.at(W_in, contexts, G @ U)", "W_in[contexts] += G @ U"),
}  # fmt: skip


def mutated(old: str, new: str) -> types.ModuleType:
    """The kernel with one change, run as plain Python: compiling each mutant takes too long."""
    with open(sgns.__file__, encoding="utf-8") as file:
        source = file.read()
    assert old in source, f"the kernel no longer contains {old!r}: update the mutant"
    module = types.ModuleType("mutant")
    module.__file__ = sgns.__file__
    before, numba.config.DISABLE_JIT = numba.config.DISABLE_JIT, True
    try:
        exec(compile(source.replace(old, new), "mutant", "exec"), module.__dict__)
    finally:
        numba.config.DISABLE_JIT = before
    return module


def test_it_compiles_where_nothing_can_be_kept(monkeypatch):
    monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [])  # as in a read-only checkout
    assert sgns.compiled(lambda x: x + 1)(1) == 2


QUICK = {  # plain Python is slow, and a mutant shows in little work
    check_step: {"shapes": [(7, 5), (13, 17)], "repeats": 4},
    check_window_law: {"sentences": 60},
    check_subsampling: {"n": 300},
    check_noise: {"n": 300},
    check_independent_draws: {"n": 300},
}


def failed_checks(module) -> Counter:
    """Names of the checks that a module fails."""
    failed = Counter()
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # unsigned numbers wrap around, as they should
        for check in CHECKS:
            try:
                check(module, **QUICK.get(check, {}))
            except (AssertionError, IndexError, ValueError):
                failed[check.__name__] += 1
    return failed


def test_the_unchanged_kernel_passes_as_plain_python():
    assert not failed_checks(mutated("_train", "_train"))


@pytest.mark.parametrize("change", MUTANTS.values(), ids=MUTANTS)
def test_mutant_is_caught(change):
    assert failed_checks(mutated(*change))

"""Skip-gram with negative sampling (Mikolov et al. 2013b, eq. 4): one epoch, compiled.

The textbook update treats one (context word, target word) pair at a time and draws fresh negatives
for each. Here the context words of a window share one set of negatives (Ji et al. 2016), so that a
window is three small matrix products, with X the context rows of ``W_in``, U the rows of ``W_out``
of target and negatives, y = 1 for the target and 0 for the negatives:

    S = X Uᵀ        G = lr · (y - σ(S))        X += G U,  U += Gᵀ X

All rows are read before any is written, as in a batch. What that trades: a window sees K distinct
negatives instead of K for each of its words. What it keeps: the law of the samples, the number of
positive and negative terms, and every word of the corpus.

``train_epoch`` is the fast path, ``draw_windows`` shows the samples it draws, ``step_reference`` is
the update in plain numpy, and ``step`` the compiled update on one given window.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numba import njit

# Sums may be reordered and contracted, which vectorises them; infinities stay what they are,
# because exp overflows to one where the sigmoid is 0.
OPTIONS = {"nogil": True, "fastmath": {"reassoc", "contract", "nsz", "arcp"}}


def compiled(function):
    """``function`` compiled when first called, kept on disk where numba finds a place for it."""
    try:
        return njit(cache=True, **OPTIONS)(function)
    except RuntimeError:  # neither the checkout nor a home can be written
        return njit(**OPTIONS)(function)


IN_BLOCK, OUT_BLOCK = 2, 3  # rows of X and U held in registers at a time
TWO_32 = 2**32


class Noise(NamedTuple):
    """A distribution over V words as an alias table (Walker 1977): one draw costs one look-up."""

    threshold: np.ndarray  # (V,) uint64: stay in column v if 32 random bits are below it
    alias: np.ndarray  # (V,) int32: else go there


class Work(NamedTuple):
    """What an epoch did: words left after subsampling, and (context, target or negative) terms."""

    words: int
    terms: int


class Windows(NamedTuple):
    """The samples of an epoch, one row a window; -1 fills a row up."""

    contexts: np.ndarray  # (N, 2 * window) int64
    targets: np.ndarray  # (N, 1 + n_negatives) int64: the centre word, then its negatives
    lr: np.ndarray  # (N,) float32


class Scratch(NamedTuple):
    """Work space of one window; rows beyond the window's own are kept at zero."""

    X: np.ndarray
    dX: np.ndarray
    U: np.ndarray
    dU: np.ndarray
    G: np.ndarray


def noise_table(probabilities) -> Noise:
    """Alias table of a distribution over V words: ``(V,)``, non-negative, sum 1.

    Every column holds 1/V of the mass: some of its own word and the rest of one alias.
    """
    share = np.array(probabilities, dtype=np.float64)
    if share.ndim != 1 or not (share >= 0).all() or not np.isclose(share.sum(), 1):
        raise ValueError(
            f"probabilities must be one row of non-negative numbers with sum 1, got shape "
            f"{share.shape} with sum {share.sum():.6g}."
        )
    share *= len(share)
    alias = np.arange(len(share), dtype=np.int32)
    poor, rich = list(np.flatnonzero(share < 1)), list(np.flatnonzero(share >= 1))
    while poor and rich:
        column, giver = poor.pop(), rich[-1]
        alias[column] = giver
        share[giver] -= 1 - share[column]
        if share[giver] < 1:
            poor.append(rich.pop())
    share[poor + rich] = 1  # left over by rounding
    return Noise((share * TWO_32).astype(np.uint64), alias)


def step_reference(W_in, W_out, contexts, targets, lr) -> None:
    """The update of one window in plain numpy, in place, in the dtype of the matrices.

    ``W_in``, ``W_out``: ``(V, d)``; ``contexts``: ``(n,)`` and ``targets``: ``(m,)`` word indices,
    the first target positive, the others negatives. One step down the gradient of
    ``-log σ(u_0·x) - Σ_k log σ(-u_k·x)`` summed over the contexts (Mikolov et al. 2013b, eq. 4).
    """
    X, U = W_in[contexts], W_out[targets]
    y = np.zeros(len(targets), dtype=W_in.dtype)
    y[0] = 1
    G = lr * (y - 1 / (1 + np.exp(-(X @ U.T))))  # (n, m)
    np.add.at(W_in, contexts, G @ U)
    np.add.at(W_out, targets, G.T @ X)


def step(W_in, W_out, contexts, targets, lr) -> None:
    """:func:`step_reference` compiled, float32 only: the very update that `train_epoch` runs."""
    _check_matrices(W_in, W_out)
    contexts, targets = np.asarray(contexts, np.int64), np.asarray(targets, np.int64)
    for name, rows in (("contexts", contexts), ("targets", targets)):
        _check_words(name, rows, len(W_in))
    scratch = _scratch(len(contexts), len(targets), W_in.shape[1])
    _step(W_in, W_out, contexts, len(contexts), targets, len(targets), np.float32(lr), scratch)


def train_epoch(
    W_in, W_out, tokens, offsets, keep, noise, *, window, n_negatives, lr, seed, threads=1
) -> Work:
    """Train ``W_in`` and ``W_out`` in place on all sentences once.

    ``W_in``, ``W_out``: ``(V, d)`` float32, input and output vectors. Sentence ``s`` is
    ``tokens[offsets[s]:offsets[s + 1]]``. ``keep``: ``(V,)`` probability that an occurrence
    survives subsampling. ``noise``: the negatives' distribution, from :func:`noise_table`. A
    window reaches ``b`` words to each side, ``b`` uniform on 1…``window``, counted after
    subsampling; a negative equal to the target is dropped (both as in word2vec). ``lr``: the rate
    at the first and at the last word, linear between.

    One thread: the same seed gives the same bits. More threads share the matrices without locks
    (Niu et al. 2011), each on its own part of the corpus; runs then differ in the last digits.
    Raises ValueError or TypeError for arguments that don't fit together.
    """
    corpus = _check_corpus(W_in, W_out, tokens, offsets, keep, noise, window, n_negatives, threads)
    parts = _split(corpus[1], threads)
    rates = np.float32(lr[0]), np.float32(lr[1])
    seeds = _seeds(seed, threads)

    def part(i):
        sentences = parts[i], parts[i + 1]
        return _train(W_in, W_out, *corpus, noise, sentences, window, n_negatives, rates, seeds[i])

    with ThreadPoolExecutor(threads) as pool:
        done = list(pool.map(part, range(threads)))
    return Work(*(sum(counts) for counts in zip(*done, strict=True)))


def draw_windows(tokens, offsets, keep, noise, *, window, n_negatives, lr, seed) -> Windows:
    """The samples that :func:`train_epoch` draws with one thread and the same arguments."""
    tokens, offsets = np.asarray(tokens, np.int32), np.asarray(offsets, np.int64)
    rates = np.float32(lr[0]), np.float32(lr[1])
    seed = _seeds(seed, 1)[0]
    return Windows(*_draw(tokens, offsets, _bits(keep), noise, window, n_negatives, rates, seed))


@compiled
def _random_bits(state):
    """64 random bits: xorshift64* (Marsaglia 2003; Vigna 2016)."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return x * np.uint64(0x2545F4914F6CDD1D)


@compiled
def _below(n, bits):
    """A number from 0 to n - 1 out of the upper 32 of 64 random bits."""
    return np.int64(((bits >> np.uint64(32)) * np.uint64(n)) >> np.uint64(32))


@compiled
def _subsample(tokens, first, last, keep, state, sentence):
    """Copy the surviving words of a sentence; returns how many they are."""
    n = 0
    for i in range(first, last):
        if (_random_bits(state) >> np.uint64(32)) < keep[tokens[i]]:
            sentence[n] = tokens[i]
            n += 1
    return n


@compiled
def _draw_contexts(sentence, n, i, window, state, contexts):
    """The words at most b positions from i, b uniform on 1…window; returns how many they are."""
    b = 1 + _below(window, _random_bits(state))
    count = 0
    for j in range(max(0, i - b), min(n, i + b + 1)):
        if j != i:
            contexts[count] = sentence[j]
            count += 1
    return count


@compiled
def _draw_targets(centre, noise, n_negatives, state, targets):
    """The centre word, then its negatives; returns how many they are."""
    targets[0] = centre
    count = 1
    for _ in range(n_negatives):
        bits = _random_bits(state)
        word = _below(len(noise.alias), bits)
        if (bits & np.uint64(0xFFFFFFFF)) >= noise.threshold[word]:
            word = np.int64(noise.alias[word])
        if word != centre:
            targets[count] = word
            count += 1
    return count


@compiled
def _gather(W, rows, n, padded, values, change):
    """Copy n rows of W to the work space and clear what comes after them, up to ``padded``."""
    for r in range(n):
        row = W[rows[r]]
        for d in range(W.shape[1]):
            values[r, d] = row[d]
    values[n:padded] = 0
    change[:padded] = 0


@compiled
def _scatter(W, rows, n, change):
    for r in range(n):
        row = W[rows[r]]
        for d in range(W.shape[1]):
            row[d] += change[r, d]


@compiled
def _scores(X, U, a, b, S):
    """S = X Uᵀ for two rows of X and three of U: six sums in registers, five loads a step."""
    x0, x1, u0, u1, u2 = X[a], X[a + 1], U[b], U[b + 1], U[b + 2]
    s00 = s01 = s02 = s10 = s11 = s12 = np.float32(0)
    for d in range(X.shape[1]):
        s00 += x0[d] * u0[d]
        s01 += x0[d] * u1[d]
        s02 += x0[d] * u2[d]
        s10 += x1[d] * u0[d]
        s11 += x1[d] * u1[d]
        s12 += x1[d] * u2[d]
    S[a, b], S[a, b + 1], S[a, b + 2] = s00, s01, s02
    S[a + 1, b], S[a + 1, b + 1], S[a + 1, b + 2] = s10, s11, s12


@compiled
def _changes(X, U, G, a, b, dX, dU):
    """dX += G U and dU += Gᵀ X for two rows of X and three of U."""
    x0, x1, u0, u1, u2 = X[a], X[a + 1], U[b], U[b + 1], U[b + 2]
    dx0, dx1, du0, du1, du2 = dX[a], dX[a + 1], dU[b], dU[b + 1], dU[b + 2]
    g00, g01, g02 = G[a, b], G[a, b + 1], G[a, b + 2]
    g10, g11, g12 = G[a + 1, b], G[a + 1, b + 1], G[a + 1, b + 2]
    for d in range(X.shape[1]):
        dx0[d] += g00 * u0[d] + g01 * u1[d] + g02 * u2[d]
        dx1[d] += g10 * u0[d] + g11 * u1[d] + g12 * u2[d]
        du0[d] += g00 * x0[d] + g10 * x1[d]
        du1[d] += g01 * x0[d] + g11 * x1[d]
        du2[d] += g02 * x0[d] + g12 * x1[d]


@compiled
def _step(W_in, W_out, contexts, n, targets, m, lr, scratch):
    """The update of one window: n context words, m targets of which the first is positive."""
    X, dX, U, dU, G = scratch
    rows, columns = n + n % IN_BLOCK, m + (-m) % OUT_BLOCK
    _gather(W_in, contexts, n, rows, X, dX)
    _gather(W_out, targets, m, columns, U, dU)
    for a in range(0, rows, IN_BLOCK):
        for b in range(0, columns, OUT_BLOCK):
            _scores(X, U, a, b, G)
    for a in range(rows):
        for b in range(columns):
            G[a, b] = -lr / (np.float32(1) + np.exp(-G[a, b]))
        G[a, 0] += lr
    for a in range(0, rows, IN_BLOCK):
        for b in range(0, columns, OUT_BLOCK):
            _changes(X, U, G, a, b, dX, dU)
    _scatter(W_in, contexts, n, dX)
    _scatter(W_out, targets, m, dU)


@compiled
def _train(W_in, W_out, tokens, offsets, keep, noise, sentences, window, n_negatives, rates, seed):
    """Sentences first…last - 1, in order; returns the counts of :class:`Work`."""
    first, last = sentences
    state = np.array([seed])
    sentence = np.empty(np.max(np.diff(offsets)), np.int64)
    contexts, targets = np.empty(2 * window, np.int64), np.empty(1 + n_negatives, np.int64)
    scratch = _scratch(2 * window, 1 + n_negatives, W_in.shape[1])
    words, terms = 0, 0
    for s in range(first, last):
        lr = _rate(rates, offsets, s, first, last)
        length = _subsample(tokens, offsets[s], offsets[s + 1], keep, state, sentence)
        words += length
        for i in range(length):
            n = _draw_contexts(sentence, length, i, window, state, contexts)
            m = _draw_targets(sentence[i], noise, n_negatives, state, targets)
            _step(W_in, W_out, contexts, n, targets, m, lr, scratch)
            terms += n * m
    return words, terms


@compiled
def _draw(tokens, offsets, keep, noise, window, n_negatives, rates, seed):
    """What :func:`_train` draws from the same seed, kept; one row a window."""
    state = np.array([seed])
    sentence = np.empty(np.max(np.diff(offsets)), np.int64)
    contexts = np.full((len(tokens), 2 * window), -1)
    targets = np.full((len(tokens), 1 + n_negatives), -1)
    lr = np.empty(len(tokens), np.float32)
    row = 0
    for s in range(len(offsets) - 1):
        length = _subsample(tokens, offsets[s], offsets[s + 1], keep, state, sentence)
        for i in range(length):
            _draw_contexts(sentence, length, i, window, state, contexts[row])
            _draw_targets(sentence[i], noise, n_negatives, state, targets[row])
            lr[row] = _rate(rates, offsets, s, 0, len(offsets) - 1)
            row += 1
    return contexts[:row], targets[:row], lr[:row]


@compiled
def _rate(rates, offsets, s, first, last):
    """The learning rate at sentence s, linear in the words of first…last - 1 that are done."""
    done = (offsets[s] - offsets[first]) / max(1, offsets[last] - offsets[first])
    return np.float32(rates[0] + (rates[1] - rates[0]) * done)


@compiled
def _scratch(n, m, d):
    rows, columns = n + n % IN_BLOCK, m + (-m) % OUT_BLOCK
    return Scratch(
        np.zeros((rows, d), np.float32),
        np.zeros((rows, d), np.float32),
        np.zeros((columns, d), np.float32),
        np.zeros((columns, d), np.float32),
        np.zeros((rows, columns), np.float32),
    )


def _seeds(seed, n):
    """One state for each thread; odd, because xorshift never leaves 0."""
    return np.random.SeedSequence(seed).generate_state(n, np.uint64) | np.uint64(1)


def _bits(probabilities):
    """Probabilities as thresholds for 32 random bits."""
    return (np.asarray(probabilities, np.float64) * TWO_32).astype(np.uint64)


def _split(offsets, parts):
    """Sentence numbers that cut the corpus into ``parts`` of nearly equal length."""
    shares = offsets[-1] * np.arange(1, parts) // parts
    return [0, *np.searchsorted(offsets, shares).tolist(), len(offsets) - 1]


def _check_matrices(W_in, W_out):
    for name, W in (("W_in", W_in), ("W_out", W_out)):
        if W.dtype != np.float32 or W.ndim != 2 or not W.flags.c_contiguous:
            raise TypeError(
                f"{name} must be a C-contiguous float32 matrix, got {W.dtype} {W.shape}."
            )
    if W_in.shape != W_out.shape:
        raise ValueError(f"W_in {W_in.shape} and W_out {W_out.shape} must have the same shape.")


def _check_words(name, words, vocab_size):
    if len(words) and not 0 <= words.min() <= words.max() < vocab_size:
        raise ValueError(
            f"{name} must be word indices from 0 to {vocab_size - 1}, "
            f"got {words.min()} to {words.max()}."
        )


def _check_corpus(W_in, W_out, tokens, offsets, keep, noise, window, n_negatives, threads):
    """The corpus in the types of the compiled code; out of range, that code would not notice."""
    _check_matrices(W_in, W_out)
    for name, value in (("window", window), ("n_negatives", n_negatives), ("threads", threads)):
        if value < 1:
            raise ValueError(f"{name}={value} must be at least 1.")
    tokens, offsets = np.asarray(tokens, np.int32), np.asarray(offsets, np.int64)
    _check_words("tokens", tokens, len(W_in))
    if len(tokens) == 0:
        raise ValueError("tokens is empty: no word of the sentences is in the vocabulary.")
    if offsets[0] != 0 or offsets[-1] != len(tokens) or (np.diff(offsets) < 0).any():
        raise ValueError(f"offsets must rise from 0 to {len(tokens)}, the number of tokens.")
    if len(noise.alias) != len(W_in):
        raise ValueError(f"noise is a table over {len(noise.alias)} words, W_in has {len(W_in)}.")
    keep = np.asarray(keep)
    if keep.shape != (len(W_in),) or not ((keep >= 0) & (keep <= 1)).all():
        raise ValueError(f"keep must be {len(W_in)} probabilities, got shape {keep.shape}.")
    return tokens, offsets, _bits(keep)

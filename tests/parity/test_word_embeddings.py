"""Lesson 01 against gensim, scikit-learn, autograd and float64 loops; classic bugs are caught.

Every check takes the lesson's module, so that the mutants at the end meet the very same checks.
"""

import importlib
from collections import Counter, namedtuple
from unittest.mock import patch

import gensim
import numba
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from gensim.models import KeyedVectors, Word2Vec
from parity_checks import first_failure, mutated
from scipy import stats
from sklearn.decomposition import PCA

from helpers import ROOT, checkpoints, data
from helpers.kernels import sgns

LESSON = ROOT / "notebooks" / "01_word_embeddings.ipynb"
MIN_P = 1e-4  # of a chi-square test; seeds are fixed, so a right module passes for good


def text(seed=0, n_sentences=400, n_words=200):
    """Sentences of words under Zipf's law, some of them too rare for a vocabulary."""
    rng = np.random.default_rng(seed)
    law = 1 / np.arange(1, n_words + 1)
    lengths = rng.integers(1, 20, n_sentences)
    return [[f"w{i}" for i in rng.choice(n_words, n, p=law / law.sum())] for n in lengths]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# ---- vocabulary, subsampling, noise: gensim's own numbers ------------------------------------


def peer(sentences, **settings):
    """A gensim model with its vocabulary built and nothing trained."""
    model = Word2Vec(sg=1, workers=1, seed=1, **settings)
    model.build_vocab(sentences)
    return model


def check_vocabulary(lesson):
    sentences = text()
    ours, theirs = lesson.Vocabulary(sentences, min_count=9), peer(sentences, min_count=9)
    assert set(ours.words) == set(theirs.wv.key_to_index)
    counts = [theirs.wv.get_vecattr(word, "count") for word in ours.words]
    assert ours.counts.tolist() == counts == sorted(counts, reverse=True)
    tokens, offsets = ours.corpus(sentences)
    for s, sentence in enumerate(sentences):
        known = [word for word in sentence if word in theirs.wv]
        assert [ours.words[row] for row in tokens[offsets[s] : offsets[s + 1]]] == known
    assert all(ours[word] == row for row, word in enumerate(ours.words))


def check_subsampling(lesson):
    sentences = text()
    for sample in (1e-2, 1e-3, 3e-4):
        theirs = peer(sentences, min_count=9, sample=sample)
        ours = lesson.Vocabulary(sentences, min_count=9)
        kept = [theirs.wv.get_vecattr(word, "sample_int") / 2**32 for word in ours.words]
        np.testing.assert_allclose(lesson.keep_probability(ours.counts, sample), kept, atol=1e-6)
    assert (lesson.keep_probability(ours.counts, 0) == 1).all()


def check_noise(lesson):
    sentences = text()
    ours, theirs = lesson.Vocabulary(sentences, min_count=9), peer(sentences, min_count=9)
    drawn = np.diff(theirs.cum_table.astype(float), prepend=0) / theirs.cum_table[-1]
    order = [theirs.wv.key_to_index[word] for word in ours.words]
    np.testing.assert_allclose(lesson.noise_distribution(ours.counts), drawn[order], atol=1e-6)


# ---- pairs -----------------------------------------------------------------------------------


def check_pairs(lesson):
    rng = np.random.default_rng(3)
    for n in (1, 2, 9, 30):
        words, reach = rng.integers(0, 5, n), rng.integers(0, 7, n)
        wanted = [
            (words[j], words[i])
            for i in range(n)
            for j in range(max(0, i - reach[i]), min(n, i + reach[i] + 1))
            if j != i
        ]
        assert [tuple(pair) for pair in lesson.skipgram_pairs(words, reach)] == wanted


# ---- updates: autograd of the written formula and float64 loops ------------------------------


def check_window_step(lesson):
    rng = np.random.default_rng(4)
    for n, m in ((1, 1), (3, 6), (10, 2)):
        A, B = rng.normal(size=(2, 12, 5))
        contexts, targets = rng.integers(0, 12, n), rng.integers(0, 12, m)
        loop, wanted = (A.copy(), B.copy()), (A.copy(), B.copy())
        lesson.window_step(*loop, contexts, targets, 0.3)
        sgns.step_reference(*wanted, contexts, targets, 0.3)
        for got, want in zip(loop, wanted, strict=True):
            np.testing.assert_allclose(got, want, atol=1e-12)


def check_sgns_loss(lesson):
    """The loss is the written sum, term by term, and its gradient the reference's step."""
    rng = np.random.default_rng(5)
    A, B = rng.normal(size=(2, 12, 5))
    windows = [([1, 4, 1], [2, 0, 5, 5]), ([7], [3]), ([0, 11], [11, 0])]
    contexts, targets = np.full((3, 4), -1), np.full((3, 5), -1)
    total, moved = 0.0, [np.zeros_like(A), np.zeros_like(B)]
    for row, (inputs, words) in enumerate(windows):
        contexts[row, : len(inputs)], targets[row, : len(words)] = inputs, words
        total -= sum(np.log(sigmoid(A[i] @ B[words[0]])) for i in inputs)
        total -= sum(np.log(sigmoid(-A[i] @ B[k])) for i in inputs for k in words[1:])
        step = A.copy(), B.copy()
        sgns.step_reference(*step, inputs, words, 1.0)
        moved = [m + s - w for m, s, w in zip(moved, step, (A, B), strict=True)]
    A_, B_ = torch.tensor(A, requires_grad=True), torch.tensor(B, requires_grad=True)
    loss = lesson.sgns_loss(A_, B_, torch.tensor(contexts), torch.tensor(targets))
    loss.backward()
    assert loss.item() == pytest.approx(total)
    np.testing.assert_allclose(-A_.grad, moved[0], atol=1e-12)
    np.testing.assert_allclose(-B_.grad, moved[1], atol=1e-12)
    held_out = sgns.Windows(contexts, targets, np.ones(3, np.float32))
    pairs = sum(len(inputs) for inputs, _ in windows)
    assert lesson.held_out_loss(A, B, held_out) == pytest.approx(total / pairs)


def check_readable_is_fast(lesson):
    sentences = text(1, n_sentences=60)
    vocabulary = lesson.Vocabulary(sentences, min_count=2)
    config = lesson.SGNSConfig(d_model=13, window=3, n_negatives=4, epochs=3, lr=0.3, seed=5)
    fast = lesson.SGNS(vocabulary, config).fit(sentences)
    slow = lesson.SGNS(vocabulary, config, lesson.train_epoch_loop).fit(sentences)
    assert np.abs(fast.W_out).max() > 0.05, "something was learned"
    np.testing.assert_allclose(fast.W_in, slow.W_in, atol=2e-5)
    np.testing.assert_allclose(fast.W_out, slow.W_out, atol=2e-5)


def check_sgns_passes_its_settings_on(lesson):
    seen = []

    def epoch(W_in, W_out, tokens, offsets, keep, noise, **settings):
        seen.append(settings | {"keep": keep, "noise": noise, "shape": W_in.shape})

    sentences = text(1)
    vocabulary = lesson.Vocabulary(sentences)
    config = lesson.SGNSConfig(
        d_model=7, window=4, n_negatives=3, sample=2e-3, lr=0.9, min_lr=0.1, epochs=2,
        threads=2, seed=6,
    )  # fmt: skip
    lesson.SGNS(vocabulary, config, epoch).fit(sentences)
    first, second = seen
    assert (first["window"], first["n_negatives"], first["threads"]) == (4, 3, 2)
    assert first["shape"] == (len(vocabulary), 7) and first["seed"] != second["seed"]
    np.testing.assert_allclose([*first["lr"], *second["lr"]], [0.9, 0.5, 0.5, 0.1])
    np.testing.assert_array_equal(first["keep"], lesson.keep_probability(vocabulary.counts, 2e-3))
    table = sgns.noise_table(lesson.noise_distribution(vocabulary.counts))
    np.testing.assert_array_equal(first["noise"].threshold, table.threshold)


def check_cbow(lesson):
    """The loop is autograd's step on the written formula, window after window."""
    rng = np.random.default_rng(6)
    A, B = (rng.normal(size=(12, 5)).astype(np.float32) for _ in range(2))
    contexts = np.array([[1, 4, 1, -1], [7, -1, -1, -1], [-1, -1, -1, -1]])
    targets = np.array([[2, 0, 5], [3, 8, -1], [3, 8, -1]])
    lr = np.array([0.3, 0.2, 0.1], np.float32)
    got = A.copy(), B.copy()
    lesson.cbow_windows(*got, contexts, targets, lr)
    leaves = [torch.tensor(part.astype(np.float64), requires_grad=True) for part in (A, B)]
    for inputs, words, rate in zip(contexts[:2], targets[:2], lr[:2], strict=True):
        inputs, words = inputs[inputs >= 0], words[words >= 0]
        scores = leaves[1][words] @ leaves[0][inputs].mean(0)
        (-F.logsigmoid(scores[0]) - F.logsigmoid(-scores[1:]).sum()).backward()
        with torch.no_grad():
            for leaf in leaves:
                leaf -= float(rate) * leaf.grad
                leaf.grad.zero_()
    np.testing.assert_allclose(got[0], leaves[0].detach(), atol=1e-5)
    np.testing.assert_allclose(got[1], leaves[1].detach(), atol=1e-5)


def check_cbow_leaves_an_empty_window_alone(lesson):
    A, B = np.ones((4, 3), np.float32), np.ones((4, 3), np.float32)
    lesson.cbow_windows(A, B, np.full((1, 2), -1), np.array([[0, 1]]), np.array([0.5], np.float32))
    assert (A == 1).all() and (B == 1).all()


# ---- GloVe -----------------------------------------------------------------------------------


def check_cooccurrences(lesson):
    sentences = text(2, n_sentences=30)
    vocabulary = lesson.Vocabulary(sentences, min_count=2)
    tokens, offsets = vocabulary.corpus(sentences)
    for window in (1, 4):
        wanted = Counter()
        for s in range(len(sentences)):
            words = tokens[offsets[s] : offsets[s + 1]].tolist()
            for i, word in enumerate(words):
                for j, other in enumerate(words):
                    if 0 < abs(i - j) <= window:
                        wanted[word, other] += 1 / abs(i - j)
        X = lesson.cooccurrences(tokens, offsets, len(vocabulary), window)
        got = dict(zip(zip(X.row.tolist(), X.col.tolist(), strict=True), X.data, strict=True))
        assert got.keys() == wanted.keys()
        assert all(got[pair] == pytest.approx(count) for pair, count in wanted.items())


def glove_problem(seed=7, V=6, D=4):
    rng = np.random.default_rng(seed)
    parts = [rng.normal(size=s).astype(np.float32) for s in [(V, D), (V, D), V, V]]
    rows, columns = rng.integers(0, V, (2, 25))
    return parts, rows, columns, rng.uniform(0.2, 60, 25)


def check_glove_weight(lesson):
    x = np.array([0.1, 1, 9.9, 10, 11, 1e5])
    wanted = [min(1, (value / 10) ** 0.75) for value in x]
    np.testing.assert_allclose(lesson.glove_weight(x), wanted)
    np.testing.assert_allclose(lesson.glove_weight(25.0, x_max=100, alpha=0.5), 0.5)


def check_glove_loss(lesson):
    (W, V, b, c), rows, columns, x = glove_problem()
    total = 0.0
    for i, j, count in zip(rows, columns, x, strict=True):
        error = W[i].astype(float) @ V[j].astype(float) + b[i] + c[j] - np.log(count)
        total += min(1, (count / 10) ** 0.75) * error**2
    tensors = [torch.tensor(part, dtype=torch.float64) for part in (W, V, b, c)]
    assert lesson.glove_loss(*tensors, rows, columns, x).item() == pytest.approx(total, rel=1e-6)


def check_glove_step(lesson):
    """The loop over cells is torch's AdaGrad on the autograd gradient of the written formula."""
    parts, rows, columns, x = glove_problem()
    leaves = [torch.tensor(part, dtype=torch.float64, requires_grad=True) for part in parts]
    adagrad = torch.optim.Adagrad(leaves, lr=0.3, initial_accumulator_value=1.0, eps=0)
    for i, j, count in zip(rows, columns, x, strict=True):
        adagrad.zero_grad()
        error = leaves[0][i] @ leaves[1][j] + leaves[2][i] + leaves[3][j] - np.log(count)
        (min(1, (count / 10) ** 0.75) * error**2).backward()
        adagrad.step()
    got, sums = [part.copy() for part in parts], [np.ones_like(part) for part in parts]
    weights = np.minimum(1, (x / 10) ** 0.75).astype(np.float32)
    logs = np.log(x).astype(np.float32)
    lesson.glove_cells(*got, *sums, rows, columns, logs, weights, np.float32(0.3))
    for result, leaf in zip(got, leaves, strict=True):
        np.testing.assert_allclose(result, leaf.detach(), atol=2e-4)


def check_glove_fits_a_table(lesson):
    """A corpus whose log counts two dimensions can explain is explained."""
    sentences = text(8, n_sentences=200, n_words=12)
    vocabulary = lesson.Vocabulary(sentences)
    config = lesson.GloVeConfig(d_model=8, window=3, lr=0.2, epochs=60)
    losses, corpus = [], vocabulary.corpus(sentences)
    X = lesson.cooccurrences(*corpus, len(vocabulary), 3)

    def note(model):
        tensors = [torch.from_numpy(part) for part in model.parameters]
        losses.append(float(lesson.glove_loss(*tensors, X.row, X.col, X.data)) / X.nnz)

    lesson.GloVe(vocabulary, config).fit(sentences, note)
    assert losses[-1] < 0.05 < losses[0]


# ---- evaluation ------------------------------------------------------------------------------


def keyed(lesson, seed=9, V=80, D=6):
    """A vocabulary with random vectors, for us and for gensim."""
    words = [f"w{i}" for i in range(V)]
    vectors = np.random.default_rng(seed).normal(size=(V, D)).astype(np.float32)
    theirs = KeyedVectors(D)
    theirs.add_vectors(words, vectors)
    return lesson.Vocabulary([words], min_count=1), vectors, theirs


def check_neighbours(lesson):
    vocabulary, vectors, theirs = keyed(lesson)
    for word in ("w0", "w33"):
        ours, wanted = (
            lesson.nearest_neighbours(word, vocabulary, vectors, 7),
            theirs.most_similar(word, topn=7),
        )
        assert [w for w, _ in ours] == [w for w, _ in wanted]
        np.testing.assert_allclose([c for _, c in ours], [c for _, c in wanted], atol=1e-6)


def check_analogies(lesson):
    vocabulary, vectors, theirs = keyed(lesson)
    rng = np.random.default_rng(10)
    questions = [
        data.Analogy("x", *(f"w{i}" for i in rng.choice(80, 4, replace=False))) for _ in range(60)
    ]
    answers = lesson.analogy_answers(questions, vocabulary, vectors)
    for question, answer in zip(questions, answers, strict=True):
        [(wanted, _)] = theirs.most_similar([question.b, question.c], [question.a], topn=1)
        assert vocabulary.words[answer] == wanted


def check_similarity(lesson):
    vocabulary, vectors, theirs = keyed(lesson)
    rng = np.random.default_rng(11)
    rows = [data.WordPair(f"W{i}", f"w{j}", s) for i, j, s in rng.integers(0, 90, (60, 3))]
    known = [r for r in rows if r.word1.lower() in theirs and r.word2.lower() in theirs]
    cosines = [theirs.similarity(r.word1.lower(), r.word2.lower()) for r in known]
    wanted = stats.spearmanr(cosines, [r.score for r in known]).statistic
    rho, n = lesson.word_similarity(rows, vocabulary, vectors)
    assert n == len(known) < len(rows) and rho == pytest.approx(wanted)


def check_pca(lesson):
    x = np.random.default_rng(12).normal(size=(40, 7)) @ np.diag([9, 4, 3, 1, 1, 1, 1]) + 5
    np.testing.assert_allclose(np.abs(lesson.pca(x, 3)), np.abs(PCA(3).fit_transform(x)))


# ---- the classifier --------------------------------------------------------------------------


def check_classifier(lesson):
    """The mean leaves padding out, whatever row 0 holds, and training reaches what it may."""
    rng = torch.Generator().manual_seed(13)
    table = torch.randn(9, 4, generator=rng)
    bags = torch.tensor([[3, 1, 8, 0, 0], [2, 2, 2, 2, 5], [7, 0, 0, 0, 0]])
    for frozen in (True, False):
        model = lesson.AverageClassifier(table, frozen)
        means = torch.stack([table[bag[bag > 0]].mean(0) for bag in bags])
        wanted = means @ model.output.weight[0] + model.output.bias
        torch.testing.assert_close(model(bags), wanted)
        model(bags).sum().backward()
        assert (model.embedding.weight.grad is None) == frozen
    gradient = model.embedding.weight.grad
    assert (gradient[0] == 0).all() and (gradient[2] != 0).any(), "padding learns nothing"
    with torch.no_grad():
        model.embedding.weight.add_(1)
    assert not torch.equal(table, model.embedding.weight), "the table given is not written to"


def check_table_for(lesson):
    vocabulary = lesson.Vocabulary([["a", "b", "c", "d"]], min_count=1)
    vectors = np.random.default_rng(14).normal(3, 2, size=(3, 50))
    table = lesson.table_for(vocabulary, ["c", "x", "a"], vectors)
    scale = vectors[[0, 2]].std()
    np.testing.assert_allclose(table[1], vectors[2] / scale, rtol=1e-5)
    np.testing.assert_allclose(table[3], vectors[0] / scale, rtol=1e-5)
    assert (table[[0, 2, 4]] == 0).all()
    bags = lesson.to_bags([["d", "zz", "a"], ["b"]], vocabulary)
    assert bags.tolist() == [[4, 1], [2, 0]]
    assert lesson.to_bags([["zz"], []], vocabulary).tolist() == [[0], [0]]


def check_left_out_share(lesson):
    points, labels = np.array([[0.0], [3], [5], [6]]), np.array(["a", "a", "b", "b"])
    assert lesson.left_out_share(points, labels) == 0.75, "3 stands nearer to 5.5 than to 0"


def check_kept_table(lesson):
    """What is restored are the words in their order, and float32 vectors that can be measured."""
    opinions = lesson.opinion_words()
    words = [*opinions["praise"], "the", *opinions["blame"]]
    sides = torch.tensor([1.0] * len(opinions["praise"]) + [0] + [-1] * len(opinions["blame"]))
    vectors = torch.stack([sides, torch.ones(len(words))], 1).half()
    kept = checkpoints.Checkpoint({"words": words}, {"vectors": vectors}, {})
    vocabulary, restored = lesson.restore_glove(kept)
    assert vocabulary.words == words and restored.dtype == torch.float32
    assert torch.equal(restored, vectors.float())
    assert list(lesson.measure_glove((vocabulary, restored)).values()) == [100]
    mixed = restored[torch.randperm(len(words), generator=torch.Generator().manual_seed(0))]
    [share] = lesson.measure_glove((vocabulary, mixed)).values()
    assert 30 < share < 70


Review = namedtuple("Review", "text label")


def check_rungs_know_what_was_pretrained(lesson):
    """A word that no label shows is judged by its vector; without a table it is a guess."""
    rows = [Review("a good film", 1), Review("a bad film", 0)] * 8
    words = lesson.Vocabulary([["good", "fine", "bad", "poor", "a"]], min_count=1)
    vectors = torch.tensor([[1.0, 0.1], [1, -0.1], [-1, 0.1], [-1, -0.1], [0, 0.1]])
    new = ["fine", "poor", "fine fine", "nobody knows"]
    for frozen in (True, False):
        predict = lesson.learn_average(rows, 0, (words, vectors), frozen)
        assert predict(new)[:3].tolist() == [1, 0, 1]
    predict = lesson.learn_average(rows, 0)
    assert predict(["good", "bad"]).tolist() == [1, 0]
    assert len(set(predict(new).tolist())) == 1, "no word known: always the same answer"


CHECKS = [check for name, check in list(globals().items()) if name.startswith("check_")]


@pytest.fixture(scope="module")
def lesson():
    return importlib.import_module("notebooks.word_embeddings")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_lesson(check, lesson):
    check(lesson)


# ---- errors ----------------------------------------------------------------------------------


def test_errors_name_what_is_wrong(lesson):
    with pytest.raises(ValueError, match="min_count=5 leaves none of 2 words"):
        lesson.Vocabulary([["a", "b"]])
    with pytest.raises(KeyError, match=r"'frnace'.*closest: \['france'\]"):
        lesson.Vocabulary([["france"]], min_count=1)["frnace"]
    with pytest.raises(ValueError, match="t=-1"):
        lesson.keep_probability([1, 2], t=-1)
    vocabulary = lesson.Vocabulary([["a", "b"]], min_count=1)
    rows = [data.WordPair("a", "b", 1.0), data.WordPair("a", "z", 2.0)]
    with pytest.raises(ValueError, match="only 1 of 2 pairs"):
        lesson.word_similarity(rows, vocabulary, np.eye(2))
    with pytest.raises(ValueError, match="tokens is empty"):
        lesson.SGNS(vocabulary).fit([["unknown"]])


# ---- beside gensim ---------------------------------------------------------------------------


def pair_frequencies(train, window, length=7, n_sentences=1500, lr=1e-4):
    """How often a sentence's first word was paired with the word at each distance.

    A black-box look at any trainer: sentences of distinct words, all input vectors zero, and the
    output vector of a word at position p is the unit vector e_p. A pair of the first word with its
    neighbour at distance p then moves coordinate p of the first word's vector by lr / 2.
    """
    V = n_sentences * length
    W_in, W_out = np.zeros((V + 1, length), np.float32), np.zeros((V + 1, length), np.float32)
    W_out[np.arange(V), np.arange(V) % length] = 1
    train(W_in, W_out, np.arange(V).reshape(n_sentences, length), window, lr)
    moved = W_in[:V:length] / (lr / 2)
    # gensim looks the sigmoid up in a table, which is 1 % off.
    assert np.abs(moved - moved.round()).max() < 0.05, "each pair occurs at most once"
    return moved.round().sum(0)[1:].astype(int)


def ours_on(W_in, W_out, sentences, window, lr):
    n, length = sentences.shape
    noise = np.zeros(len(W_in))
    noise[-1] = 1  # all negatives are one word that says nothing
    sgns.train_epoch(
        W_in, W_out, sentences.ravel(), np.arange(0, n * length + 1, length),
        np.ones(len(W_in)), sgns.noise_table(noise),
        window=window, n_negatives=1, lr=(lr, lr), seed=0,
    )  # fmt: skip


def gensim_on(W_in, W_out, sentences, window, lr):
    V = len(W_in)
    model = Word2Vec(
        vector_size=W_in.shape[1], window=window, sg=1, negative=1, sample=0, min_count=1,
        workers=1, alpha=lr, min_alpha=lr, seed=1,
    )  # fmt: skip
    counts = {str(i): 1 for i in range(V - 1)} | {str(V - 1): 10**15}
    model.build_vocab_from_freq(counts)
    rows = [model.wv.key_to_index[str(i)] for i in range(V)]
    model.wv.vectors[rows], model.syn1neg[rows] = W_in, W_out
    model.train([list(map(str, s)) for s in sentences], total_examples=len(sentences), epochs=1)
    W_in[:] = model.wv.vectors[rows]


@pytest.mark.parametrize("window", [2, 5])
def test_window_law_is_gensims(window):
    """Both trainers pair words at distance d with probability (window - d + 1) / window."""
    n_sentences = 1500
    law = np.clip((window - np.arange(1, 7) + 1) / window, 0, 1)
    for train in (ours_on, gensim_on):
        counts = pair_frequencies(train, window, n_sentences=n_sentences)
        for count, p in zip(counts, law, strict=True):
            assert stats.binomtest(int(count), n_sentences, p).pvalue > MIN_P, (train, counts)


def test_quality_beside_gensim(lesson):
    """Same sentences, vocabulary, laws, rates and passes: loss within 2 % of gensim's."""
    articles = data.load("wikipedia")["train"]
    sentences = [sentence for article in articles[:60] for sentence in article]
    train, held_out = [s for i, s in enumerate(sentences) if i % 20], sentences[::20]
    vocabulary = lesson.Vocabulary(train)
    unseen = sgns.draw_windows(
        *vocabulary.corpus(held_out), lesson.keep_probability(vocabulary.counts),
        sgns.noise_table(lesson.noise_distribution(vocabulary.counts)),
        window=5, n_negatives=5, lr=(1, 1), seed=0,
    )  # fmt: skip
    config = lesson.SGNSConfig(epochs=3, lr=0.05, seed=1)
    ours = lesson.SGNS(vocabulary, config).fit(train)
    theirs = gensim.models.Word2Vec(
        train, vector_size=100, window=5, min_count=5, sg=1, negative=5, sample=1e-3,
        alpha=0.05, min_alpha=1e-4, epochs=3, workers=1, seed=1,
    )  # fmt: skip
    order = [theirs.wv.key_to_index[word] for word in vocabulary.words]
    peer_loss = lesson.held_out_loss(theirs.wv.vectors[order], theirs.syn1neg[order], unseen)
    loss = lesson.held_out_loss(ours.W_in, ours.W_out, unseen)
    assert loss <= 1.02 * peer_loss
    assert loss < 0.8 * 6 * np.log(2), "far from knowing nothing"


# ---- mutants ---------------------------------------------------------------------------------

MUTANTS = {
    "the power 3/4 is missing": ("dtype=np.float64) ** power", "dtype=np.float64)"),
    "subsampling is inverted": (
        "return np.minimum(1, np.sqrt(ratio) + ratio)",
        "return 1 - np.minimum(1, np.sqrt(ratio) + ratio)",
    ),
    "subsampling without the second term": ("np.sqrt(ratio) + ratio)", "np.sqrt(ratio))"),
    "rare words are kept": ("if n >= min_count", "if n > 0"),
    "min_count is exclusive": ("if n >= min_count", "if n > min_count"),
    "the reach is off by one": ("(distance <= np.asarray(reach)", "(distance < np.asarray(reach)"),
    "a word is its own context": ("(distance > 0) & ", ""),
    "context and target are swapped": (
        "np.stack([np.asarray(sentence)[context], np.asarray(sentence)[target]], axis=1)",
        "np.stack([np.asarray(sentence)[target], np.asarray(sentence)[context]], axis=1)",
    ),
    "the loop's sigmoid has the wrong sign": (
        "error = (k == 0) - 1 / (1 + np.exp(-score))",
        "error = (k == 0) - 1 / (1 + np.exp(score))",
    ),
    "the loop's context vectors stay": ("W_in[context] += change_in[i]", "pass"),
    "the loop moves at once": ("change_out[k] += lr * error", "W_out[target] += lr * error"),
    "the loss forgets padding": ("return (terms * real).sum()", "return terms.sum()"),
    "the loss has one sign for all": ("    sign[0] = 1\n", ""),
    "the loss's sign is turned": ("sign[0] = 1\n", "sign = -sign\n    sign[0] = -1\n"),
    "the held-out loss counts windows": (
        "int((contexts >= 0).sum())", "len(contexts)"
    ),
    "the rate stays": ("lr=rates[epoch : epoch + 2]", "lr=rates[:2]"),
    "every pass draws the same": ("seed=(c.seed, epoch)", "seed=(c.seed, 0)"),
    "CBOW sums instead of averaging": ("W_in[word, d] / n", "W_in[word, d]"),
    "CBOW forgets 1/n in the gradient": ("change[d] / n", "change[d]"),
    "CBOW takes no positive": ("((k == 0) - 1 /", "(0 - 1 /"),
    "CBOW's contexts stay": ("W_in[word, d] += change[d] / n", "pass"),
    "CBOW reads the padding": ("targets[i][targets[i] >= 0]", "targets[i]"),
    "GloVe counts across sentences": (
        "sentence[distance:] == sentence[:-distance]", "sentence[distance:] >= 0"
    ),
    "GloVe counts one side only": ("return (total + total.T).tocoo()", "return total.tocoo()"),
    "GloVe's window is one short": ("in range(1, window + 1)", "in range(1, window)"),
    "GloVe counts far as near": ("1 / distance)", "1.0)"),
    "f(x) has no cap": ("np.minimum(1.0, (np.asarray", "np.minimum(np.inf, (np.asarray"),
    "f(x) has no exponent": ("/ x_max) ** alpha", "/ x_max) ** 1"),
    "GloVe's loss has no biases": ("(dots + b[rows] + b_tilde[columns] -", "(dots -"),
    "GloVe's step has no biases": ("error = b[i] + b_tilde[j] - logs[cell]", "error = -logs[cell]"),
    "GloVe never moves a bias": ("        b[i] -= lr * g / np.sqrt(s[i])\n", ""),
    "GloVe forgets the weight": ("np.float32(2) * weights[cell] * error", "np.float32(2) * error"),
    "both of GloVe's vectors get one gradient": ("g * v[d], g * w[d]", "g * v[d], g * v[d]"),
    "AdaGrad divides by the sum": ("g_w / np.sqrt(S_w[d])", "g_w / S_w[d]"),
    "AdaGrad forgets its past": ("S_w[d] += g_w * g_w", "S_w[d] = g_w * g_w"),
    "cosine without lengths": ("np.linalg.norm(vectors, axis=1, keepdims=True)", "1"),
    "a word is its own neighbour": ("if row != vocabulary[word]]", "if True]"),
    "the analogy is turned round": ("unit[b] - unit[a] + unit[c]", "unit[a] - unit[b] + unit[c]"),
    "question words may be answers": ("    for question in (a, b, c):", "    for question in ():"),
    "upper case words are unknown": ("r.word1.lower()", "r.word1"),
    "PCA without centring": ("centred = vectors - vectors.mean(axis=0)", "centred = vectors"),
    "the mean counts padding": ('mode="mean", padding_idx=0', 'mode="mean"'),
    "the mean is a sum": ('mode="mean"', 'mode="sum"'),
    "frozen is tuned": ("freeze=frozen", "freeze=False"),
    "the given table is written to": ("table.clone(), freeze", "table, freeze"),
    "rows are off by one": ("table[np.array(known) + 1] =", "table[np.array(known)] ="),
    "nobody is left out": ("(own.sum(0) - own) / (len(own) - 1)", "own.mean(0)"),
    "the kept vectors stay short": ('["vectors"].float()', '["vectors"]'),
    "a rung says the opposite": ("(logits > 0).int()", "(logits < 0).int()"),
    "a rung knows labelled words alone": (
        "Vocabulary([words, *sentences], min_count=1)", "Vocabulary(sentences, min_count=1)"
    ),
    "bags start at 0": ("dtype=torch.long) + 1 for", "dtype=torch.long) for"),
}  # fmt: skip


def failure(old: str, new: str) -> str | None:
    """The first check that fails after one change, with all compiled loops run as plain Python."""
    with patch.object(numba.config, "DISABLE_JIT", True):
        module = mutated(LESSON, old, new)
    with np.errstate(all="ignore"):
        return first_failure(module, CHECKS)


def test_the_unchanged_lesson_passes_as_plain_python():
    assert failure("class CBOW", "class CBOW") is None


@pytest.mark.parametrize("change", MUTANTS.values(), ids=MUTANTS)
def test_mutant_is_caught(change):
    assert failure(*change)

"""Lesson 00 against scikit-learn, transformers and plain loops; classic bugs are caught."""

import importlib
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from parity_checks import mutated
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from helpers import ROOT
from helpers.data import tokenize
from helpers.notebook_importer import topics
from helpers.training import Batches

LESSON = ROOT / "notebooks" / "00_transfer_learning.ipynb"


@dataclass(frozen=True)
class Row:
    text: str
    label: int


def rows(n: int, name: str, n_classes: int = 2) -> list[Row]:
    return [Row(f"{name} {i}", i % n_classes) for i in range(n)]


def random_problem(n_classes: int, seed: int):
    """Features with a strong intercept, and labels that no straight line separates."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(90, 5, generator=generator, dtype=torch.float64)
    scores = x[:, :n_classes] + torch.randn(90, n_classes, generator=generator) * 1.5
    scores[:, 0] += 1.5
    return x, scores.argmax(dim=1)


def check_regression_equals_sklearn(lesson):
    for n_classes, l2, seed in ((2, 0.1, 0), (2, 30.0, 1), (3, 0.1, 2), (5, 30.0, 3)):
        x, y = random_problem(n_classes, seed)
        ours = lesson.LogisticRegression(5, n_classes, l2).double().fit(x, y)
        # With two classes scikit-learn has one weight vector, the difference of our two: ‖W‖² is
        # half its square.
        strength = (2 if n_classes == 2 else 1) / l2
        theirs = LogisticRegression(C=strength, tol=1e-10, max_iter=10_000).fit(x, y)
        expected = torch.from_numpy(theirs.predict_proba(x))
        assert torch.allclose(ours(x).softmax(dim=1), expected, atol=2e-4), (n_classes, l2)
        assert torch.equal(ours.predict(x), torch.from_numpy(theirs.predict(x)))


def check_bias_is_free(lesson):
    x, y = random_problem(3, 4)
    model = lesson.LogisticRegression(5, 3, l2=1e4).double().fit(x, y)
    shares = torch.bincount(y) / len(y)
    assert torch.allclose(model(x).softmax(dim=1).mean(dim=0), shares.double(), atol=1e-3)


def check_only_directions_count(lesson):
    x, y = random_problem(2, 5)
    x, lengths = x.float(), torch.rand(90, 1) * 10 + 0.1
    expected = lesson.fit_predict(x[:60], y[:60], x[60:])
    got = lesson.fit_predict((x * lengths)[:60], y[:60], (x * lengths)[60:])
    unit = (x / x.norm(dim=1, keepdim=True)).double()
    theirs = LogisticRegression(C=2 / 0.1, tol=1e-10, max_iter=10_000).fit(unit[:60], y[:60])
    assert torch.equal(got, expected)
    assert (expected == torch.from_numpy(theirs.predict(unit[60:]))).float().mean() > 0.95


TEXTS = ["Good, good GOOD film!", "It isn't good; it's… a toaster.", "", "Zürich’s 2nd film"]


def check_bag_equals_sklearn(lesson):
    vocabulary = lesson.vocabulary_of(TEXTS[:2])
    vectorizer = CountVectorizer(tokenizer=tokenize, token_pattern=None, lowercase=False)
    vectorizer.fit(TEXTS[:2])
    assert vocabulary == {word: int(i) for word, i in vectorizer.vocabulary_.items()}
    expected = torch.from_numpy(vectorizer.transform(TEXTS).toarray()).float()
    assert torch.equal(lesson.bag_of_words(TEXTS, vocabulary), expected)


def check_word_ids(lesson):
    vocabulary = lesson.vocabulary_of(TEXTS[:2])
    words = {number + 1: word for word, number in vocabulary.items()}
    for text, ids in zip(TEXTS, lesson.word_ids(TEXTS, vocabulary).tolist(), strict=True):
        known = [word for word in tokenize(text) if word in vocabulary]
        assert [words[i] for i in ids if i != lesson.PADDING] == known
        assert all(i == lesson.PADDING for i in ids[len(known) :])


def check_pool_equals_a_loop(lesson):
    generator = torch.Generator().manual_seed(0)
    vectors = torch.randn(6, 9, 4, generator=generator)
    mask = torch.rand(6, 9, generator=generator) < 0.5
    mask[0], mask[1] = False, True
    expected = np.zeros((6, 4))
    for b in range(6):
        words = [vectors[b, t].double().numpy() for t in range(9) if mask[b, t]]
        expected[b] = np.mean(words, axis=0) if words else 0.0
    for kind in (torch.bool, torch.long, torch.float):
        pooled = lesson.mean_pool(vectors, mask.to(kind))
        assert torch.allclose(pooled.double(), torch.from_numpy(expected), atol=1e-6)
    elsewhere = torch.where(mask.unsqueeze(-1), vectors, 1e3)
    assert torch.equal(lesson.mean_pool(elsewhere, mask), lesson.mean_pool(vectors, mask))


def ids_of_different_length():
    ids = torch.randint(1, 12, (5, 7), generator=torch.Generator().manual_seed(1))
    return ids * (torch.arange(7) < torch.tensor([[7], [1], [3], [2], [6]]))


def check_networks_equal_a_loop(lesson):
    torch.manual_seed(0)
    averaging = lesson.AveragingNetwork(11, d_model=6).double().eval()
    windows = lesson.ConvolutionalNetwork(11, d_model=32).double().eval()
    ids = ids_of_different_length()
    for row, ours, theirs in zip(ids, averaging(ids), windows(ids), strict=True):
        words = row[row != 0]
        e = averaging.embedding.weight[words]
        hidden = torch.relu(averaging.hidden(e.mean(dim=0)))
        assert torch.allclose(ours, averaging.head(hidden))
        e = torch.nn.functional.pad(windows.embedding.weight[words], (0, 0, 1, 1))  # (t + 2, D)
        W, b = windows.windows.weight, windows.windows.bias  # (D, D, 3), (D)
        found = [torch.einsum("oik,ki->o", W, e[t : t + 3]) + b for t in range(len(words))]
        assert torch.allclose(theirs, windows.head(torch.relu(torch.stack(found)).amax(dim=0)))


def check_training_equals_a_loop(lesson):
    ids, labels = torch.arange(1, 81).unsqueeze(1), torch.arange(80) % 2

    def fresh():
        torch.manual_seed(0)
        return lesson.AveragingNetwork(80, dropout=0.0)

    expected, batches = fresh(), Batches((ids, labels), 32, seed=3)
    optimizer = torch.optim.AdamW(expected.parameters(), lr=3e-3)
    for k in range(5):
        x, y = batches.at(k)
        loss = torch.nn.functional.cross_entropy(expected(x), y)
        for p, grad in zip(
            expected.parameters(),
            torch.autograd.grad(loss, list(expected.parameters())),
            strict=True,
        ):
            p.grad = grad
        optimizer.step()
    got = lesson.fit_network(fresh(), ids, labels, seed=3, n_steps=5)
    assert not got.training, "dropout is off"
    for ours, theirs in zip(got.parameters(), expected.parameters(), strict=True):
        assert torch.allclose(ours, theirs, atol=1e-6)


def tiny_encoder():
    """A BERT with random weights, and a tokenizer for a handful of words."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    names = ["[PAD]", "[UNK]", "a", "good", "dull", "film", "toaster", "in", "the", "rain"]
    inner = Tokenizer(WordLevel({name: i for i, name in enumerate(names)}, unk_token="[UNK]"))
    inner.pre_tokenizer = Whitespace()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner, pad_token="[PAD]")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(names), hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=32, initializer_range=0.5,
    )  # fmt: skip
    return tokenizer, BertModel(config).eval()


def check_features_equal_one_text_at_a_time(lesson):
    tokenizer, encoder = tiny_encoder()
    texts = ["a good film in the rain", "dull", "a toaster", "the good dull good film", "rain rain"]
    got = lesson.sentence_features(texts, tokenizer, encoder, batch_size=2)
    assert got.shape == (3, 5, 16)
    for i, text in enumerate(texts):
        with torch.no_grad():
            ids = torch.tensor([tokenizer(text)["input_ids"]])
            hidden = encoder(input_ids=ids, output_hidden_states=True)
        assert torch.equal(hidden.hidden_states[-1], hidden.last_hidden_state)
        expected = torch.stack([layer[0].mean(dim=0) for layer in hidden.hidden_states])
        assert torch.allclose(got[:, i], expected, atol=1e-5), text


def check_draw(lesson):
    for n_classes in (2, 3):
        pool = rows(60, "row", n_classes)
        for seed in range(5):
            small, large = (lesson.draw(pool, n * n_classes, seed) for n in (4, 9))
            assert small == large[: len(small)], "nested"
            assert len(set(large)) == len(large) and set(large) <= set(pool)
            counts = np.bincount([row.label for row in small])
            assert counts.tolist() == [4] * n_classes, "balanced"
        draws = {tuple(row.text for row in lesson.draw(pool, n_classes, seed)) for seed in range(9)}
        assert len(draws) > 1, "seeds differ"
    for n in (3, 62):
        with pytest.raises(ValueError, match=f"n={n}"):
            lesson.draw(rows(60, "row"), n, seed=0)


def check_learning_curve(lesson):
    train, calls = rows(40, "known"), []
    test = [Row(f"new {i}", i // 2 % 2) for i in range(24)]

    def method(labelled, texts, seed):
        assert all(type(text) is str for text in texts), "a method sees no test label"
        calls.append((tuple(labelled), tuple(texts), seed))
        return torch.tensor([(len(labelled) + seed) % 2] * len(texts))

    correct = lesson.learning_curve(method, train, test, [4, 6, 10], [5, 8])
    assert correct.shape == (2, 3, 24) and correct.dtype == torch.bool
    expected = [
        (tuple(lesson.draw(train, n, seed)), tuple(row.text for row in test), seed)
        for seed in (5, 8) for n in (4, 6, 10)
    ]  # fmt: skip
    assert calls == expected
    for s, seed in enumerate((5, 8)):
        for i, row in enumerate(test):
            assert correct[s, :, i].tolist() == [row.label == seed % 2] * 3


def check_taxonomy(lesson):
    english, german = lesson.Domain("English", "films"), lesson.Domain("German", "films")
    gadgets = lesson.Domain("English", "gadgets")
    opinion, words = lesson.Task("2", "opinion"), lesson.Task("all", "next word")
    stars = lesson.Task("2", "stars")  # same labels, another rule
    home = (english, opinion)
    assert lesson.classify(home, (gadgets, opinion)) == lesson.DOMAIN_ADAPTATION
    assert lesson.classify(home, (german, opinion)) == lesson.CROSS_LINGUAL
    for domain in (english, gadgets, german):
        for task in (words, stars):
            assert lesson.classify((domain, task), home) == lesson.SEQUENTIAL
            assert lesson.classify((domain, task), home, together=True) == lesson.MULTI_TASK
    with pytest.raises(ValueError, match="nothing is transferred"):
        lesson.classify(home, home)
    assert len(set(lesson.LEAVES)) == 4


CHECKS = {name: check for name, check in globals().items() if name.startswith("check_")}

PENALTY = "self.W.square().sum()"
BOTH = "(self.W.square().sum() + self.b.square().sum())"
MASK = 'inputs["attention_mask"]'
SAME_TASK = "if source_task == target_task:"
LANGUAGE_FIRST = "if source_domain.space != target_domain.space or source_task == target_task:"
SPACES, DOMAINS = "source_domain.space == target_domain.space", "source_domain == target_domain"
TOGETHER = "return MULTI_TASK if together else SEQUENTIAL"
SWAPPED = "return SEQUENTIAL if together else MULTI_TASK"
CALL, ONE_SEED = "draw(train, n, seed), texts, seed", "draw(train, n, 0), texts, 0"
TRUTH, OTHERS = "[row.label for row in test]", "[row.label for row in train[: len(test)]]"

BUGS = {
    "check_regression_equals_sklearn": {
        "loss averaged, penalty not": ('reduction="sum"', 'reduction="mean"'),
        "penalty not halved": ("self.l2 / 2", "self.l2"),
        "bias penalised": (PENALTY, BOTH),
        "no bias": ("x @ self.W + self.b", "x @ self.W"),
        "stops early": ("max_iter=200", "max_iter=2"),
        "the unlikeliest class": ("self(x).argmax(dim=1)", "self(x).argmin(dim=1)"),
    },
    "check_bias_is_free": {
        "bias penalised": (PENALTY, BOTH),
    },
    "check_only_directions_count": {
        "training rows keep their length": ("F.normalize(x, dim=1), ", "x, "),
        "columns scaled, not rows": ("F.normalize(x, dim=1)", "F.normalize(x, dim=0)"),
    },
    "check_bag_equals_sklearn": {
        "presence, not counts": ("accumulate=True", "accumulate=False"),
        "columns in no order": ("enumerate(sorted({w", "enumerate(({w"),
    },
    "check_word_ids": {"the first word is padding": ("vocabulary[w] + 1", "vocabulary[w]")},
    "check_pool_equals_a_loop": {
        "padding counts": ("weights.sum(dim=1).clamp(min=1)", "vectors.shape[1]"),
        "padding is summed": ("(vectors * weights).sum", "vectors.sum"),
        "an empty text gives NaN": (".clamp(min=1)", ""),
    },
    "check_networks_equal_a_loop": {
        "the average takes padding in": ("ids != PADDING)  # (N, D)", "ids == ids)  # (N, D)"),
        "padding wins the maximum": ("found * (ids != PADDING).unsqueeze(1)", "found"),
        "windows of one word": ("kernel_size=3, padding=1", "kernel_size=1"),
    },
    "check_training_equals_a_loop": {
        "one batch only": ("batches.at(step)", "batches.at(0)"),
        "gradients never cleared": ("        optimizer.zero_grad()\n", ""),
        "dropout left on": ("return network.eval()", "return network"),
        "the seed is ignored": ("seed=seed)\n    optimizer", "seed=0)\n    optimizer"),
    },
    "check_features_equal_one_text_at_a_time": {
        "padding is pooled": (MASK, f"torch.ones_like({MASK})"),
        "order not restored": ("[:, back]", ""),
        "order restored the wrong way": (".argsort()", ""),
    },
    "check_draw": {
        "the seed is ignored": (".manual_seed(seed)", ".manual_seed(0)"),
        "not nested": ("[:each]", "[-each:]"),
        "not balanced": ("if rows[i].label == label]", "]"),
        "too few go unnoticed": ("if rest or any(len(part) < each for part in chosen)", "if rest"),
    },
    "check_learning_curve": {
        "the seeds are ignored": (CALL, ONE_SEED),
        "the method sees the test labels": ("texts = [row.text for row in test]", "texts = test"),
        "labels drawn from the test": ("draw(train, n, seed)", "draw(test, n, seed)"),
        "scored on the training labels": (TRUTH, OTHERS),
    },
    "check_taxonomy": {
        "language asked first": (SAME_TASK, LANGUAGE_FIRST),
        "leaves swapped": (TOGETHER, SWAPPED),
        "any domain is another language": (SPACES, DOMAINS),
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def lesson():
    return importlib.import_module("notebooks.transfer_learning")


@pytest.mark.parametrize("name", CHECKS)
def test_component(lesson, name):
    CHECKS[name](lesson)


@pytest.mark.parametrize(
    ("check", "bug"), [(check, bug) for check, bugs in BUGS.items() for bug in bugs]
)
@pytest.mark.filterwarnings("ignore")
def test_bug_is_caught(check, bug):
    broken = mutated(LESSON, *BUGS[check][bug])
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        CHECKS[check](broken)


def test_every_check_catches_something():
    assert set(BUGS) == set(CHECKS)


def test_exercises_name_the_leaves_as_the_lesson_does(lesson):
    from helpers.grading.exercises.transfer_learning import PAPERS

    assert set(PAPERS.values()) == set(lesson.LEAVES)


def test_the_plan_names_the_lessons_that_exist():
    import json
    import re

    cells = json.loads(LESSON.read_text(encoding="utf-8"))["cells"]
    plan = next(text for cell in cells if (text := "".join(cell["source"])).startswith("PLAN ="))
    planned = re.findall(r'"(\w+)":', plan)
    for topic, path in topics(ROOT / "notebooks").items():
        assert planned[int(path.name[:2])] == topic

"""The reviews written for this course: varied as real ones, balanced, and not solved by a shortcut.

`pytest tests/unit/test_authored_reviews.py -rP` prints every measured figure of the data card.
"""

import random
import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

from helpers import data
from helpers.variety import (
    distinct_openings,
    gzip_ratio,
    near_duplicates,
    normalised,
    repeated_ngrams,
    words,
)

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "data" / "authored" / "reviews.tsv"
CARD = ROOT / "data" / "README.md"
COLUMNS = ["id", "domain", "split", "label", "phenomenon", "text"]
DOMAINS = {"films", "gadgets"}
PHENOMENA = {
    "plain",
    "negation",
    "irony",
    "mixed",
    "contrast",
    "comparison",
    "implicit",
    "register",
}
OPENINGS, NGRAM_ROWS, GZIP_MARGIN, MAX_OVERLAP = 0.9, 3, 0.1, 0.6


def read(text: str) -> list[dict[str, str]]:
    header, *lines = text.removesuffix("\n").split("\n")
    assert header.split("\t") == COLUMNS
    cells = [line.split("\t") for line in lines]
    assert all(len(row) == len(COLUMNS) for row in cells)
    return [dict(zip(COLUMNS, row, strict=True)) for row in cells]


ROWS = read(TABLE.read_bytes().decode("utf-8"))
TEXTS = [row["text"] for row in ROWS]
TRAIN = [row for row in ROWS if row["split"] == "train"]
TEST = [row for row in ROWS if row["split"] == "test"]


def shuffled(texts: list[str]) -> list[str]:
    """gzip looks 32 KB back, so both sides are mixed: the order of a file must not matter."""
    return random.Random(0).sample(texts, len(texts))


def relative_gzip(texts: list[str], real: list[str]) -> float:
    """gzip ratio of `texts` over that of `real`, on the same number of bytes of each."""
    texts, real = shuffled(texts), shuffled(real)
    n_bytes = min(len(normalised(texts)), len(normalised(real)))
    return gzip_ratio(texts, n_bytes) / gzip_ratio(real, n_bytes)


def accuracy(model, features) -> float:
    model.fit([features(row) for row in TRAIN], [row["label"] for row in TRAIN])
    return model.score([features(row) for row in TEST], [row["label"] for row in TEST])


def text_of(row: dict[str, str]) -> str:
    return row["text"]


# --- the file ---------------------------------------------------------------------------------


def test_ids_are_unique_and_follow_the_file():
    """An id names its domain and never depends on the line: removing a row renames no other."""
    for domain in DOMAINS:
        ids = [row["id"] for row in ROWS if row["domain"] == domain]
        assert all(re.fullmatch(rf"{domain}-\d{{3}}", id_) for id_ in ids)
        assert ids == sorted(set(ids))


def test_closed_sets():
    assert {row["domain"] for row in ROWS} == DOMAINS
    assert {row["split"] for row in ROWS} == {"train", "test"}
    assert {row["label"] for row in ROWS} == {"0", "1"}
    assert {row["phenomenon"] for row in ROWS} == PHENOMENA


def test_sizes_and_balance():
    counts = Counter((row["domain"], row["split"], row["label"]) for row in ROWS)
    print(dict(counts))
    for domain in DOMAINS:
        assert counts[domain, "train", "0"] == counts[domain, "train", "1"] == 100
        negative, positive = counts[domain, "test", "0"], counts[domain, "test", "1"]
        assert abs(negative - positive) <= 1
        assert negative + positive >= 220


def test_phenomena_are_spread_alike():
    """Each phenomenon has the same share, to 2 points, of every domain, split and label."""
    cells = Counter((row["domain"], row["split"], row["label"]) for row in ROWS)
    counts = Counter((row["domain"], row["split"], row["label"], row["phenomenon"]) for row in ROWS)
    for phenomenon in sorted(PHENOMENA):
        print(phenomenon, {cell: counts[*cell, phenomenon] for cell in cells})
        shares = [counts[*cell, phenomenon] / size for cell, size in cells.items()]
        assert max(shares) - min(shares) <= 0.02


def test_text_is_clean():
    for text in TEXTS:
        assert text == text.strip()
        assert "  " not in text
        assert unicodedata.normalize("NFC", text) == text
        assert not [c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Co", "Cn", "Zl"}]
        assert 3 <= len(words(text)) <= 45


def test_length_varies():
    lengths = sorted(len(words(text)) for text in TEXTS)
    print(f"words: {sum(lengths) / len(lengths):.1f} on average, {lengths[0]} to {lengths[-1]}")
    assert lengths[len(lengths) // 10] <= 7
    assert lengths[-len(lengths) // 10] >= 22


# --- variety ----------------------------------------------------------------------------------


def test_openings_are_distinct():
    share = distinct_openings(TEXTS)
    print(f"distinct first three words: {share:.1%}")
    assert share >= OPENINGS


def test_no_phrase_comes_back():
    print(f"5-grams in two rows or more: {len(repeated_ngrams(TEXTS, max_rows=1))}")
    assert repeated_ngrams(TEXTS, max_rows=NGRAM_ROWS) == {}


def test_no_near_duplicates():
    """Also holds across splits, so no test sentence has a twin to be learned from."""
    assert near_duplicates(TEXTS, max_words=MAX_OVERLAP) == []


@pytest.mark.parametrize("corpus", ["pang_lee_polarity", "sst2"])
def test_compresses_like_real_reviews(corpus):
    if not data.is_available(corpus):
        pytest.skip(f"{corpus} is not on this machine: course data {corpus}")
    ratio = relative_gzip(TEXTS, [row.text for row in data.load(corpus)["train"]])
    print(f"gzip ratio over that of {corpus}: {ratio:.3f}")
    assert abs(ratio - 1) <= GZIP_MARGIN


# --- shortcuts --------------------------------------------------------------------------------


def test_bag_of_words_does_not_solve_it():
    score = accuracy(make_pipeline(CountVectorizer(), LogisticRegression(max_iter=1000)), text_of)
    print(f"bag of words, test accuracy: {score:.1%}")
    assert score < 0.9


@pytest.mark.parametrize("shortcut", ["length", "phenomenon", "domain"])
def test_label_is_not_in_the_margins(shortcut):
    features = {
        "length": lambda row: [len(words(row["text"])), len(row["text"])],
        "phenomenon": lambda row: [row["phenomenon"] == name for name in sorted(PHENOMENA)],
        "domain": lambda row: [row["domain"] == "films"],
    }[shortcut]
    score = accuracy(DecisionTreeClassifier(max_depth=4, random_state=0), features)
    print(f"{shortcut} alone, test accuracy: {score:.1%}")
    assert score < 0.6


@pytest.mark.parametrize("label", ["0", "1"])
def test_negation_stands_in_both_labels(label):
    """A negating word must not give the label away."""
    negator = re.compile(r"\b(not|no|never|nothing|nobody|none|neither|hardly|without|few)\b|n't\b")
    rows = [row for row in ROWS if row["phenomenon"] == "negation" and row["label"] == label]
    missing = [row["text"] for row in rows if not negator.search(row["text"].lower())]
    assert missing == []


# --- the measures can fail ---------------------------------------------------------------------

NOUNS = ["plot", "cast", "score", "ending", "script", "pace", "humour", "music", "acting"]
VERDICTS = ["great", "awful", "lovely", "dull", "clever", "weak", "superb", "poor", "moving"]
TEMPLATED = [f"I think the {noun} of this film is {word}." for noun in NOUNS for word in VERDICTS]


def test_templates_fail_every_measure():
    assert distinct_openings(TEMPLATED) < OPENINGS
    assert "of this film is great" in repeated_ngrams(TEMPLATED, max_rows=NGRAM_ROWS)
    assert near_duplicates(TEMPLATED, max_words=MAX_OVERLAP)
    assert relative_gzip(TEMPLATED, TEXTS) < 1 - GZIP_MARGIN


def test_a_tenth_of_shared_openings_is_noticed():
    same = [f"What a film {text}" for text in TEXTS[: len(TEXTS) // 8]]
    assert distinct_openings(same + TEXTS[len(same) :]) < OPENINGS


def test_noise_fails_the_gzip_measure():
    """The ratio is two-sided: random letters are as unlike reviews as templates are."""
    letters = random.Random(0)
    noise = ["".join(letters.choices("abcdefghijklmnopqrstuvwxyz", k=60)) for _ in range(200)]
    assert relative_gzip(noise, TEXTS) > 1 + GZIP_MARGIN


def test_casing_and_punctuation_hide_no_duplicate():
    pair = ["The KETTLE leaks, badly!", "the kettle leaks badly", "Nothing like them at all"]
    assert near_duplicates(pair) == [(0, 1, 1.0, 1.0)]
    assert distinct_openings(pair) == pytest.approx(2 / 3)
    assert gzip_ratio(pair[:1]) == gzip_ratio(pair[1:2])


def test_same_words_in_another_order_are_near_duplicates():
    assert near_duplicates(["loved the plot hated the cast", "hated the plot loved the cast"])


def test_a_long_shared_phrase_makes_near_duplicates():
    """Half of each row differs, so the word sets alone would let the pair pass."""
    phrase = "a b c d e f g h i j k l m n"
    [(_, _, by_word, by_trigram)] = near_duplicates(
        [f"{phrase} one two three four five six seven", f"{phrase} p q r s t u v w"]
    )
    assert by_word < MAX_OVERLAP
    assert by_trigram > 0.4


def test_a_phrase_twice_in_one_row_counts_once():
    assert repeated_ngrams(["a b c a b c", "a b c"], n=3, max_rows=1) == {"a b c": 2}


def test_gzip_ratio_needs_as_much_text_as_it_compares():
    with pytest.raises(ValueError, match="n_bytes=99"):
        gzip_ratio(["too short"], n_bytes=99)
    with pytest.raises(ValueError, match="no word"):
        gzip_ratio(["!?"])


@pytest.mark.parametrize("texts, message", [([], "empty"), ("one string", "list")])
def test_measures_name_a_bad_argument(texts, message):
    with pytest.raises(ValueError, match=message):
        distinct_openings(texts)
    with pytest.raises(ValueError, match="n=0"):
        repeated_ngrams(["a b"], n=0)


# --- the data card ----------------------------------------------------------------------------


def figure(name: str) -> float:
    """The number in the row `| name | number |` of the data card; percentages as fractions."""
    [value] = re.findall(rf"^\| {re.escape(name)} \| ([\d.,]+%?)", CARD.read_text("utf-8"), re.M)
    number = float(value.rstrip("%").replace(",", ""))
    return number / 100 if value.endswith("%") else number


def test_the_card_states_what_is_measured():
    lengths = [len(words(text)) for text in TEXTS]
    bag = make_pipeline(CountVectorizer(), LogisticRegression(max_iter=1000))
    assert figure("Rows") == len(ROWS)
    assert figure("Distinct first three words") == pytest.approx(distinct_openings(TEXTS), abs=5e-4)
    assert figure("5-grams in more than one row") == len(repeated_ngrams(TEXTS, max_rows=1))
    assert figure("Words a row") == pytest.approx(sum(lengths) / len(lengths), abs=0.05)
    assert figure("Bag of words, test accuracy") == pytest.approx(accuracy(bag, text_of), abs=0.01)

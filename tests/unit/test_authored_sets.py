"""The hand-written test sets: complete, varied, and not solved by a shortcut.

`pytest tests/unit/test_authored_sets.py -rP` prints every measured figure of the data card.
A shortcut may score what guessing scores, give or take a 95% interval for that many rows.
"""

import random
import re
import unicodedata
from collections import Counter, defaultdict
from functools import cache
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, LeaveOneOut, StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

from helpers import data
from helpers.data import Inference, MinimalPair, Question, Sense, readers
from helpers.variety import (
    distinct_openings,
    gzip_ratio,
    near_duplicates,
    normalised,
    repeated_ngrams,
    words,
)

ROOT = Path(__file__).parents[2]
CARD = ROOT / "data" / "README.md"
NLI = data.load("authored_nli")["test"]
SENSES = data.load("authored_senses")["test"]
PAIRS = data.load("authored_acceptability")["test"]
QUESTIONS = data.load("authored_qa")["test"]
PASSAGES = list(dict.fromkeys(row.passage for row in QUESTIONS))

# What is read as one text each time: variety is measured within each of these lists.
TEXTS = {
    "NLI premises": [row.premise for row in NLI],
    "NLI hypotheses": [row.hypothesis for row in NLI],
    "sense sentences": [row.sentence for row in SENSES],
    "acceptable sentences": [row.good for row in PAIRS],
    "questions": [row.question for row in QUESTIONS],
    "passages": PASSAGES,
}
ROWS = {
    "nli": [f"{row.premise} | {row.hypothesis}" for row in NLI],
    "senses": TEXTS["sense sentences"],
    "acceptability": TEXTS["acceptable sentences"],
    "qa": TEXTS["questions"] + PASSAGES,
}
NEGATORS = {"not", "no", "never", "nobody", "nothing", "none", "neither", "without", "hardly"}
OPENINGS, GZIP_MARGIN = 0.9, 0.1


def interval(chance: float, n: int) -> float:
    """Half the width of the 95% interval of the accuracy of a guesser, over `n` rows."""
    return 1.96 * sqrt(chance * (1 - chance) / n)


def auc_interval(positive: int, negative: int) -> float:
    """The same for the area under the curve of a ranking at random (Mann and Whitney, 1947)."""
    return 1.96 * sqrt((positive + negative + 1) / (12 * positive * negative))


def bag_of_words(**options):
    counts = CountVectorizer(token_pattern=r"(?u)\b\w+\b")  # "I" and "a" are words too
    return make_pipeline(counts, LogisticRegression(max_iter=1000, **options))


# --- the files ----------------------------------------------------------------------------------


def test_everything_is_test_only():
    for name in ("nli", "senses", "acceptability", "qa"):
        assert set(data.load(f"authored_{name}")) == {"test"}


@pytest.mark.parametrize("name", TEXTS)
def test_text_is_clean(name):
    for text in TEXTS[name]:
        assert text == text.strip() and "  " not in text
        assert unicodedata.normalize("NFC", text) == text
        assert not [c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Co", "Cn", "Zl"}]
        assert text[-1] in ".?!\"'"


@pytest.mark.parametrize("name", ["nli", "senses", "acceptability", "qa"])
def test_ids_are_unique_and_in_order(name):
    lines = (ROOT / "data" / "authored" / f"{name}.tsv").read_text("utf-8").splitlines()[1:]
    ids = [line.split("\t")[0] for line in lines]
    assert len(set(ids)) == len(ids)
    for prefix in {id_.rpartition("-")[0] for id_ in ids}:
        numbers = [int(id_.rpartition("-")[2]) for id_ in ids if id_.startswith(prefix + "-")]
        assert numbers == sorted(numbers)


# --- variety ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TEXTS)
def test_openings_are_distinct(name):
    share = distinct_openings(TEXTS[name])
    print(f"{name}: distinct first three words {share:.1%}")
    assert share >= OPENINGS


@pytest.mark.parametrize("name", ROWS)
def test_no_phrase_comes_back(name):
    print(f"{name}: 5-grams in two rows or more: {len(repeated_ngrams(ROWS[name], max_rows=1))}")
    assert repeated_ngrams(ROWS[name], max_rows=2) == {}


@pytest.mark.parametrize("name", TEXTS)
def test_no_near_duplicates(name):
    assert near_duplicates(TEXTS[name]) == []


@cache
def relative_gzip(name: str) -> float:
    """gzip ratio over that of the authored reviews, on the same number of bytes, both shuffled."""
    reviews = [row.text for rows in data.load("reviews").values() for row in rows]
    mixed = [random.Random(0).sample(texts, len(texts)) for texts in (TEXTS[name], reviews)]
    n_bytes = min(len(normalised(texts)) for texts in mixed)
    ours, theirs = (gzip_ratio(texts, n_bytes) for texts in mixed)
    return ours / theirs


@pytest.mark.parametrize("name", TEXTS)
def test_compresses_like_the_reviews(name):
    """The reviews themselves are held against real ones, see test_authored_reviews."""
    print(f"{name}: gzip ratio over that of the reviews {relative_gzip(name):.3f}")
    assert abs(relative_gzip(name) - 1) <= GZIP_MARGIN


def test_lengths_vary():
    for name in TEXTS:
        lengths = sorted(len(words(text)) for text in TEXTS[name])
        print(f"{name}: {lengths[0]} to {lengths[-1]} words, mean {np.mean(lengths):.1f}")
    assert {len(words(row.hypothesis)) for row in NLI} >= set(range(3, 11))
    assert {len(words(row.premise)) for row in NLI} >= set(range(7, 25))


# --- inference ----------------------------------------------------------------------------------


def test_nli_size_and_balance():
    counts = Counter(row.label for row in NLI)
    print(dict(counts))
    assert len(NLI) >= 310
    assert set(counts) == set(readers.INFERENCE_LABELS)
    assert max(counts.values()) - min(counts.values()) <= 3


def test_nli_phenomena():
    counts = Counter(row.phenomenon for row in NLI)
    print(dict(counts.most_common()))
    assert len(counts) >= 10
    assert min(counts.values()) >= 5


def cross_validated(model, features: list, labels: list[str], repeats: int = 5) -> float:
    """Mean accuracy of ten-fold cross-validation over `repeats` shuffles."""
    scores = []
    for seed in range(repeats):
        folds = StratifiedKFold(10, shuffle=True, random_state=seed)
        predicted = cross_val_predict(model, features, labels, cv=folds)
        scores.append(np.mean(predicted == np.array(labels)))
    return float(np.mean(scores))


def hypothesis_only(rows: list[Inference]) -> float:
    texts, labels = [row.hypothesis for row in rows], [row.label for row in rows]
    return cross_validated(bag_of_words(), texts, labels)


def premise_only(rows: list[Inference]) -> float:
    texts, labels = [row.premise for row in rows], [row.label for row in rows]
    return cross_validated(bag_of_words(), texts, labels)


def overlap_only(rows: list[Inference]) -> float:
    """From the share of the hypothesis's words that the premise has, and their Jaccard overlap."""
    return cross_validated(tree(), overlaps(rows)[:, :2], [row.label for row in rows])


def overlap_and_length(rows: list[Inference]) -> float:
    """As `overlap_only`, with the numbers of words in both sentences."""
    return cross_validated(tree(), overlaps(rows), [row.label for row in rows])


def tree() -> DecisionTreeClassifier:
    """Cuts a range out too: the overlap of one label may be neither high nor low."""
    return DecisionTreeClassifier(max_depth=3, min_samples_leaf=10, random_state=0)


def overlaps(rows: list[Inference]) -> np.ndarray:
    features = []
    for row in rows:
        premise, hypothesis = set(words(row.premise)), set(words(row.hypothesis))
        shared = len(premise & hypothesis)
        jaccard = shared / len(premise | hypothesis)
        features.append([shared / len(hypothesis), jaccard, len(premise), len(hypothesis)])
    return np.array(features)


@pytest.mark.parametrize("shortcut", [hypothesis_only, overlap_only, overlap_and_length])
def test_nli_label_is_not_given_away(shortcut):
    score, limit = shortcut(NLI), 1 / 3 + interval(1 / 3, len(NLI))
    print(f"NLI {shortcut.__name__}: {score:.1%}, guessing up to {limit:.1%}")
    assert score <= limit


def test_nli_premise_says_little():
    score = premise_only(NLI)
    print(f"NLI premise_only: {score:.1%}")
    assert score < 0.45


def test_nli_negation_stands_in_every_label():
    counts = Counter(
        row.label for row in NLI if any(w in NEGATORS or "n't" in w for w in words(row.hypothesis))
    )
    print(f"hypotheses with a negation: {dict(counts)}")
    assert min(counts.values()) >= 0.7 * max(counts.values())


# --- senses -------------------------------------------------------------------------------------


def sense_groups() -> dict[str, list[Sense]]:
    groups = defaultdict(list)
    for row in SENSES:
        groups[row.sense].append(row)
    return groups


def test_senses_counts():
    lemmas = Counter(row.lemma for row in SENSES)
    assert len(lemmas) >= 20
    assert set(lemmas.values()) == {12}
    for lemma in lemmas:
        senses = {row.sense for row in SENSES if row.lemma == lemma}
        assert len(senses) >= 2
        assert all(sense.startswith(lemma + ".") for sense in senses)
    assert min(len(rows) for rows in sense_groups().values()) >= 4
    print(f"{len(lemmas)} lemmas, {len(sense_groups())} senses")


def test_senses_are_those_of_the_miniworld():
    table = (ROOT / "data" / "miniworld" / "senses.tsv").read_text("utf-8").splitlines()
    known = {line.split("\t")[2] for line in table}
    assert set(sense_groups()) <= known


def test_senses_offsets_hold_a_whole_word():
    irregular = {"mouse": {"mice"}}
    for row in SENSES:
        form = row.sentence[row.start : row.end].lower()
        assert re.fullmatch(rf"{row.lemma}(e?s|ed|ing)?", form) or form in irregular[row.lemma]
        around = row.sentence[: row.start][-1:] + row.sentence[row.end :][:1]
        assert not any(c.isalnum() for c in around)


def test_sentences_of_one_sense_share_few_content_words():
    repeated = {}
    for sense, rows in sense_groups().items():
        forms = {row.sentence[row.start : row.end].lower() for row in rows}
        seen = Counter(w for row in rows for w in set(words(row.sentence)))
        again = {w for w, n in seen.items() if n > 1} - ENGLISH_STOP_WORDS - forms
        repeated[sense] = again
        assert not [w for w in again if seen[w] > 2], sense
    print(f"content words in two sentences of a sense: {sum(map(len, repeated.values()))}")
    assert max(map(len, repeated.values())) <= 2


def sense_baselines() -> tuple[float, float]:
    """Accuracies of the commonest sense and of a bag of words, one sentence left out."""
    majority, right = [], []
    for lemma in sorted({row.lemma for row in SENSES}):
        rows = [row for row in SENSES if row.lemma == lemma]
        labels = np.array([row.sense for row in rows])
        majority.append(max(Counter(labels).values()) / len(rows))
        texts = [row.sentence for row in rows]
        predicted = cross_val_predict(bag_of_words(), texts, labels, cv=LeaveOneOut())
        right.append(np.mean(predicted == labels))
    return float(np.mean(majority)), float(np.mean(right))


def test_senses_need_more_than_shared_words():
    majority, bag = sense_baselines()
    print(f"senses, commonest {majority:.1%}, bag of words {bag:.1%}")
    assert bag <= majority + interval(majority, len(SENSES))


# --- acceptability ------------------------------------------------------------------------------


def edits(first: list[str], second: list[str]) -> int:
    """Words put in, taken out or replaced to turn one into the other (Levenshtein, 1966)."""
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        below = [i]
        for j, b in enumerate(second, 1):
            below.append(min(row[j] + 1, below[-1] + 1, row[j - 1] + (a != b)))
        row = below
    return row[-1]


def test_acceptability_counts():
    counts = Counter(row.phenomenon for row in PAIRS)
    print(dict(counts))
    assert len(PAIRS) >= 210
    assert len(counts) >= 13
    assert min(counts.values()) >= 10


def test_pairs_are_one_or_two_words_apart():
    apart = Counter(edits(words(row.good), words(row.bad)) for row in PAIRS)
    print(f"words apart: {dict(apart)}")
    assert set(apart) <= {1, 2}


def test_no_sentence_is_in_two_pairs():
    sentences = [text for row in PAIRS for text in (row.good, row.bad)]
    assert len(set(sentences)) == len(sentences)


def choice_by_words(rows: list[MinimalPair]) -> float:
    """How often a bag of words trained on other pairs ranks the good sentence higher."""
    texts = [text for row in rows for text in (row.good, row.bad)]
    labels, pair = np.tile([1, 0], len(rows)), np.repeat(np.arange(len(rows)), 2)
    scores = cross_val_predict(
        bag_of_words(), texts, labels, groups=pair, cv=GroupKFold(10), method="predict_proba"
    )[:, 1]
    return right(scores[::2] - scores[1::2])


def choice_by_length(rows: list[MinimalPair]) -> float:
    """How often the good sentence is the shorter one."""
    return right(np.array([len(words(row.bad)) - len(words(row.good)) for row in rows]))


def right(differences: np.ndarray) -> float:
    return float(np.mean(np.where(differences == 0, 0.5, differences > 0)))


@pytest.mark.parametrize("shortcut", [choice_by_words, choice_by_length])
def test_pairs_are_not_told_apart_by(shortcut):
    score, margin = shortcut(PAIRS), interval(0.5, len(PAIRS))
    print(f"acceptability {shortcut.__name__}: {score:.1%}, guessing 50% ± {margin:.1%}")
    assert abs(score - 0.5) <= margin


# --- questions ----------------------------------------------------------------------------------


def test_qa_counts():
    unanswerable = sum(not row.answerable for row in QUESTIONS) / len(QUESTIONS)
    print(f"{len(QUESTIONS)} questions, {len(PASSAGES)} passages, {unanswerable:.1%} unanswerable")
    assert len(QUESTIONS) >= 105
    assert len(PASSAGES) >= 35
    assert 0.2 <= unanswerable <= 0.3
    assert all(40 <= len(words(passage)) <= 110 for passage in PASSAGES)


def test_answers_are_whole_words():
    for row in QUESTIONS:
        if row.answerable:
            end = row.start + len(row.answer)
            assert row.passage[row.start : end] == row.answer
            around = row.passage[: row.start][-1:] + row.passage[end:][:1]
            assert not any(c.isalnum() for c in around)
            assert len(words(row.answer)) <= 14


def test_no_question_names_its_answer():
    for row in QUESTIONS:
        question, answer = (" ".join(words(text)) for text in (row.question, row.answer))
        assert not row.answerable or f" {answer} " not in f" {question} "


def answers_by_position() -> list[int]:
    """Answers in each fifth of the passage."""
    places = [row.start / len(row.passage) for row in QUESTIONS if row.answerable]
    return np.histogram(places, bins=5, range=(0, 1))[0].tolist()


def test_answers_are_spread_over_the_passage():
    fifths = answers_by_position()
    print(f"answers in each fifth of the passage: {fifths}")
    assert min(fifths) >= 0.1 * sum(fifths)
    assert max(fifths) <= 0.35 * sum(fifths)


def answerable_by_question(rows: list[Question]) -> float:
    """Area under the curve of a bag of words of the question, trained on other passages."""
    texts, labels = [row.question for row in rows], [row.answerable for row in rows]
    passage = [PASSAGES.index(row.passage) for row in rows]
    model = bag_of_words(class_weight="balanced")
    scores = cross_val_predict(
        model, texts, labels, groups=passage, cv=GroupKFold(10), method="predict_proba"
    )[:, 1]
    return roc_auc_score(labels, scores)


def answerable_by_overlap(rows: list[Question]) -> float:
    """Area under the curve of the share of the question's words that the passage has."""
    shares = []
    for row in rows:
        asked = set(words(row.question))
        shares.append(len(asked & set(words(row.passage))) / len(asked))
    return roc_auc_score([row.answerable for row in rows], shares)


@pytest.mark.parametrize("shortcut", [answerable_by_question, answerable_by_overlap])
def test_unanswerable_questions_look_like_the_others(shortcut):
    negative = sum(not row.answerable for row in QUESTIONS)
    score, margin = shortcut(QUESTIONS), auc_interval(len(QUESTIONS) - negative, negative)
    print(f"QA {shortcut.__name__}: AUC {score:.3f}, guessing 0.5 ± {margin:.3f}")
    assert abs(score - 0.5) <= margin


# --- the measures can fail ------------------------------------------------------------------------


def test_a_negation_in_every_contradiction_is_noticed():
    negated = [
        Inference(row.premise, row.hypothesis + " Not so.", row.label)
        if row.label == "contradiction"
        else row
        for row in NLI
    ]
    assert hypothesis_only(negated) > 1 / 3 + interval(1 / 3, len(NLI))


def test_entailed_hypotheses_copied_from_the_premise_are_noticed():
    copied = [
        Inference(row.premise, " ".join(row.premise.split()[:9]), row.label)
        if row.label == "entailment"
        else row
        for row in NLI
    ]
    assert overlap_only(copied) > 1 / 3 + interval(1 / 3, len(NLI))


def test_pairs_that_always_lose_the_same_word_are_noticed():
    worse = [MinimalPair(row.good, row.good + " it") for row in PAIRS]
    assert choice_by_words(worse) > 0.5 + interval(0.5, len(PAIRS))
    assert choice_by_length(worse) == 1


def test_unanswerable_questions_with_their_own_opening_are_noticed():
    told = [
        row
        if row.answerable
        else Question(row.passage, f"How many, then? {row.question}", "", -1, False)
        for row in QUESTIONS
    ]
    negative = sum(not row.answerable for row in QUESTIONS)
    assert answerable_by_question(told) > 0.5 + auc_interval(len(told) - negative, negative)


def test_edits_count_words():
    assert edits(["a", "b", "c"], ["a", "b", "c"]) == 0
    assert edits(["a", "b", "c"], ["b", "a", "c"]) == 2
    assert edits(["a", "b", "c"], ["a", "c", "d", "e"]) == 3


# --- readers --------------------------------------------------------------------------------------

INFERENCE = "id\tpremise\thypothesis\tlabel\tphenomenon\n"
SENSE = "id\tlemma\tsense\tsentence\tstart\tend\n"
PAIR = "id\tgood\tbad\tphenomenon\n"
QUESTION = "id\tpassage\tquestion\tanswer\tstart\tanswerable\n"


def written(folder: Path, text: str) -> dict[str, Path]:
    path = folder / "file.tsv"
    path.write_text(text, encoding="utf-8")
    return {path.name: path}


@pytest.mark.parametrize(
    "reader, text, row",
    [
        (
            readers.inference,
            INFERENCE + "1\tIt rained.\tIt was wet.\tentailment\tworld",
            Inference("It rained.", "It was wet.", "entailment", "world"),
        ),
        (
            readers.senses,
            SENSE + "1\tbat\tbat.animal\tA bat flew by.\t2\t5",
            Sense("bat", "bat.animal", "A bat flew by.", 2, 5),
        ),
        (
            readers.minimal_pairs,
            PAIR + "1\tShe runs.\tShe run.\tagreement",
            MinimalPair("She runs.", "She run.", "agreement"),
        ),
        (
            readers.questions,
            QUESTION + "1\tTea is hot.\tWhat is hot?\tTea\t0\t1",
            Question("Tea is hot.", "What is hot?", "Tea", 0, True),
        ),
        (
            readers.questions,
            QUESTION + "1\tTea is hot.\tWhat is cold?\t\t-1\t0",
            Question("Tea is hot.", "What is cold?", "", -1, False),
        ),
    ],
)
def test_readers(tmp_path, reader, text, row):
    assert reader(written(tmp_path, text)) == {"test": [row]}


@pytest.mark.parametrize(
    "reader, text, complaint",
    [
        (
            readers.inference,
            INFERENCE.replace("label", "class"),
            "line 1: columns must be id",
        ),
        (readers.inference, INFERENCE + "1\tp\th\tyes\t\n", "line 2: .*neutral, not 'yes'"),
        (readers.inference, INFERENCE + "1\tp\t \tneutral\t\n", "premise and hypothesis must not"),
        (readers.inference, INFERENCE + 2 * "1\tp\th\tneutral\t\n", "line 3: the id '1' was used"),
        (readers.senses, SENSE + "1\tl\ts\tabc\tone\t2\n", "line 2: 'one' is not a whole number"),
        (readers.senses, SENSE + "1\tl\ts\tabc\t1\t4\n", "line 2: 1 to 4 is not inside"),
        (readers.senses, SENSE + "1\tl\ts\tabc\t2\t2\n", "line 2: 2 to 2 is not inside"),
        (readers.minimal_pairs, PAIR + "1\ta\ta\tx\n", "line 2: good and bad are the same"),
        (readers.questions, QUESTION + "1\tabc\tq\tb\t0\t1\n", "line 2: 'b' does not stand at 0"),
        (readers.questions, QUESTION + "1\tabc\tq\t\t0\t1\n", "line 2: '' does not stand at 0"),
        (readers.questions, QUESTION + "1\tabc\tq\tc\t-1\t1\n", "line 2: 'c' does not stand at -1"),
        (readers.questions, QUESTION + "1\tabc\tq\tb\t1\t0\n", "line 2: unanswerable, so no"),
        (readers.questions, QUESTION + "1\tabc\tq\tb\t1\tyes\n", "line 2: answerable must be 0 or"),
    ],
)
def test_readers_name_the_bad_row(tmp_path, reader, text, complaint):
    with pytest.raises(data.Malformed, match=complaint):
        reader(written(tmp_path, text))


# --- the data card --------------------------------------------------------------------------------


def measured() -> dict[str, tuple[float, ...]]:
    """The numbers of a row of the card, by the row's name."""
    majority, bag = sense_baselines()
    single = {
        "Inference pairs": len(NLI),
        "Hypothesis only, bag of words": hypothesis_only(NLI),
        "Word overlap only": overlap_only(NLI),
        "Overlap and lengths": overlap_and_length(NLI),
        "Premise only, bag of words": premise_only(NLI),
        "Sense sentences": len(SENSES),
        "Commonest sense": majority,
        "Bag of words, one sentence left out": bag,
        "Minimal pairs": len(PAIRS),
        "Bag of words picks the good one": choice_by_words(PAIRS),
        "The shorter one is good": choice_by_length(PAIRS),
        "Questions": len(QUESTIONS),
        "Passages": len(PASSAGES),
        "Unanswerable": sum(not row.answerable for row in QUESTIONS) / len(QUESTIONS),
        "Answerable? Question only, AUC": answerable_by_question(QUESTIONS),
        "Answerable? Word overlap, AUC": answerable_by_overlap(QUESTIONS),
    }
    variety = {
        name: (distinct_openings(texts), relative_gzip(name)) for name, texts in TEXTS.items()
    }
    return {name: (value,) for name, value in single.items()} | variety


def stated(name: str) -> tuple[float, ...]:
    """The numbers that follow `| name |` in the data card; percentages as fractions."""
    [row] = re.findall(rf"^\| {re.escape(name)} \| (.*) \|$", CARD.read_text("utf-8"), re.M)
    cells = [cell.replace(",", "") for cell in row.split(" | ")]
    numbers = [cell for cell in cells if re.fullmatch(r"[\d.]+%?", cell)]
    return tuple(float(n.rstrip("%")) / (100 if n.endswith("%") else 1) for n in numbers)


def test_the_card_states_what_is_measured():
    for name, values in measured().items():
        print(name, values)
        assert stated(name) == pytest.approx(values, abs=0.01), name


def test_the_card_counts_the_phenomena():
    card = CARD.read_text("utf-8")
    for phenomenon, count in Counter(row.phenomenon for row in NLI).items():
        assert f"{phenomenon} {count}" in card

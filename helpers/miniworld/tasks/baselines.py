"""What can be had without understanding: majority, single words, three words in a row.

``majority``: the commonest label of the training rows. ``bag of words``: logistic regression over
word counts. ``trigram``: for minimal pairs, a language model of three words (interpolated
Kneser-Ney, Chen & Goodman 1999) trained on the good training sentences, that takes the likelier
sentence of the two; elsewhere logistic regression over counts of 1-, 2- and 3-grams.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from helpers.miniworld.tasks.rows import (
    Agreement,
    Cloze,
    Edge,
    Inference,
    Opinion,
    Pair,
    Paraphrase,
    Question,
    Similarity,
    Tagged,
    Translation,
)

TOKEN = re.compile(r"\w+(?:'\w+)?|[^\w\s]")
DISCOUNT = 0.75


class Scores(NamedTuple):
    """Accuracies on the test split, 0 to 1; None where a baseline makes no sense."""

    majority: float
    bag_of_words: float
    trigram: float | None = None


class PairScores(NamedTuple):
    """Accuracies of a task on pairs of sentences, 0 to 1.

    ``second_only`` sees the words of the second sentence alone, ``overlap`` only how many words the
    two share and whether they are denied, ``bag_of_words`` the words of both.
    """

    majority: float
    second_only: float
    overlap: float
    bag_of_words: float


class GradeScores(NamedTuple):
    """Spearman's rank and Pearson's correlation with the true score on the test split, of the share
    of words that two sentences have in common and of ridge regression over the words that both
    have and that one of them has (``bag_of_words``)."""

    overlap: float
    overlap_pearson: float
    bag_of_words: float
    bag_of_words_pearson: float


class AnswerScores(NamedTuple):
    """Span questions, 0 to 1: exact matches of never answering, of the first name (or year) in the
    passage, of a name or noun phrase from the sentence most like the question; and accuracy in
    telling which questions have an answer (``answerable``: the commoner) from the question's words
    alone and from how much of it the nearest sentence has."""

    no_answer: float
    first_name: float
    nearest: float
    answerable: float
    question_only: float
    overlap: float


class TranslationScores(NamedTuple):
    """Word-by-word translation by the commonest alignment of the training rows, 0 to 1: sentences
    that are exactly right, German words that it has, and German pairs of neighbours."""

    exact: float
    words: float
    neighbours: float


def words(text: str) -> list[str]:
    """Lower-cased words and punctuation marks."""
    return TOKEN.findall(text.lower())


def majority(train: Sequence, test: Sequence) -> float:
    """Accuracy of the commonest training label (labels only)."""
    label = Counter(train).most_common(1)[0][0]
    return sum(x == label for x in test) / len(test)


def linear(
    train: Sequence[tuple[list[str], object]], test: Sequence[tuple[list[str], object]], n: int = 1
) -> float:
    """Accuracy of logistic regression over counts of 1- to ``n``-grams of the features."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    vectors = CountVectorizer(analyzer=lambda tokens: list(ngrams(tokens, n)))
    model = LogisticRegression(max_iter=1000)
    model.fit(vectors.fit_transform(x for x, _ in train), [str(y) for _, y in train])
    guesses = model.predict(vectors.transform(x for x, _ in test))
    return sum(guess == str(y) for guess, (_, y) in zip(guesses, test, strict=True)) / len(test)


def ngrams(tokens: list[str], n: int) -> Iterable[str]:
    for size in range(1, n + 1):
        for start in range(len(tokens) - size + 1):
            yield " ".join(tokens[start : start + size])


class Trigrams:
    """Interpolated Kneser-Ney language model of three words, absolute discount 0.75."""

    def __init__(self, texts: Iterable[str]):
        self.trigrams: Counter = Counter()
        self.after: dict[tuple, set] = defaultdict(set)
        self.before: dict[tuple, set] = defaultdict(set)
        for text in texts:
            tokens = self._framed(text)
            for a, b, c in zip(tokens, tokens[1:], tokens[2:], strict=False):
                self.trigrams[a, b, c] += 1
                self.after[a, b].add(c)
                self.before[b, c].add(a)
        self.contexts: Counter = Counter()
        for (a, b, _), count in self.trigrams.items():
            self.contexts[a, b] += count
        # Bigrams count the different words they follow, words the different bigrams they end.
        self.bigrams = {key: len(found) for key, found in self.before.items()}
        self.middle: Counter = Counter()
        self.kinds: Counter = Counter()
        self.words: Counter = Counter()
        for (b, c), count in self.bigrams.items():
            self.middle[b] += count
            self.kinds[b] += 1
            self.words[c] += 1
        self.total = sum(self.words.values())
        self.vocabulary = len(self.words) + 1

    @staticmethod
    def _framed(text: str) -> list[str]:
        return ["<s>", "<s>", *words(text), "</s>"]

    def _word(self, c: str) -> float:
        discounted = max(self.words[c] - DISCOUNT, 0) / self.total
        return discounted + DISCOUNT * len(self.words) / self.total / self.vocabulary

    def _bigram(self, b: str, c: str) -> float:
        total = self.middle[b]
        if not total:
            return self._word(c)
        discounted = max(self.bigrams.get((b, c), 0) - DISCOUNT, 0) / total
        return discounted + DISCOUNT * self.kinds[b] / total * self._word(c)

    def _trigram(self, a: str, b: str, c: str) -> float:
        total = self.contexts[a, b]
        if not total:
            return self._bigram(b, c)
        discounted = max(self.trigrams[a, b, c] - DISCOUNT, 0) / total
        return discounted + DISCOUNT * len(self.after[a, b]) / total * self._bigram(b, c)

    def log_probability(self, text: str) -> float:
        """Natural logarithm of the probability of a sentence with its end."""
        tokens = self._framed(text)
        grams = zip(tokens, tokens[1:], tokens[2:], strict=False)
        return sum(math.log(self._trigram(*gram)) for gram in grams)


# --------------------------------------------------------------------------- by task


def of_opinions(splits: dict[str, list[Opinion]], test: str = "test") -> Scores:
    """Sentiment; ``test`` may be ``unseen``."""
    train, rows = splits["train"], splits[test]
    return _of_features(lambda row: words(row.text), train, rows)


def of_two_sentences(splits: dict[str, list[Inference | Paraphrase]]) -> PairScores:
    """What is had without reading one sentence against the other."""

    def made(features: Callable) -> float:
        train, test = ([(features(r), r.label) for r in splits[s]] for s in ("train", "test"))
        return linear(train, test)

    labels = [[row.label for row in splits[split]] for split in ("train", "test")]
    return PairScores(
        majority(*labels),
        made(lambda row: words(row[1])),
        made(lambda row: overlap(row[0], row[1])),
        made(lambda row: both(row[0], row[1])),
    )


def both(first: str, second: str) -> list[str]:
    """The words of either sentence, marked with which it is."""
    return [f"{i}:{w}" for i, side in ((1, first), (2, second)) for w in words(side)]


def of_similarity(splits: dict[str, list[Similarity]]) -> GradeScores:
    """What the words that two sentences share tell about their similarity."""
    from scipy.stats import pearsonr, spearmanr
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import Ridge

    def features(row: Similarity) -> list[str]:
        one, two = set(words(row.first)), set(words(row.second))
        return [*(f"both:{w}" for w in sorted(one & two)), *(f"one:{w}" for w in sorted(one ^ two))]

    train, test = splits["train"], splits["test"]
    vectors = CountVectorizer(analyzer=features)
    model = Ridge().fit(vectors.fit_transform(train), [row.score for row in train])
    shares = [jaccard(row.first, row.second) for row in test]
    truth = [row.score for row in test]
    found = []
    for guess in (shares, model.predict(vectors.transform(test))):
        found += [float(spearmanr(guess, truth).statistic), float(pearsonr(guess, truth).statistic)]
    return GradeScores(*found)


def jaccard(first: str, second: str) -> float:
    """Words that both have, as a share of those that either has."""
    one, two = set(words(first)), set(words(second))
    return len(one & two) / len(one | two)


def of_questions(splits: dict[str, list[Question]]) -> AnswerScores:
    """Span questions without reading."""
    train, test = splits["train"], splits["test"]
    common = {token for row in train for token in row.tokens if token.islower()}

    def right(guess: Callable[[Question], str]) -> float:
        return sum(guess(row) == _bare(row.answer) for row in test) / len(test)

    def known(features: Callable[[Question], list[str]]) -> float:
        return linear(*([(features(r), bool(r.answer)) for r in rows] for rows in (train, test)))

    return AnswerScores(
        right(lambda row: ""),
        right(lambda row: guessed(row.question, row.tokens, common)),
        right(lambda row: guessed(row.question, nearest(row), common)),
        majority(*([bool(row.answer) for row in rows] for rows in (train, test))),
        known(lambda row: words(row.question)),
        known(lambda row: [f"share {_share(row.question, nearest(row)):.1f}"]),
    )


def nearest(row: Question) -> list[str]:
    """The tokens of the passage's sentence that has most of the question's words."""
    sentences: list[list[str]] = [[]]
    for token in row.tokens:
        sentences[-1].append(token)
        if token in (".", "!", "?"):
            sentences.append([])
    return max(sentences, key=lambda tokens: _share(row.question, tokens))


def _share(question: str, tokens: Sequence[str]) -> float:
    asked = words(question)
    there = {token.lower() for token in tokens}
    return sum(word in there for word in asked) / len(asked)


def guessed(question: str, tokens: Sequence[str], common: set[str]) -> str:
    """*When*: the first year. *What*: what follows the last article. Else the first name, a run of
    capitals, that the question hasn't; ``common`` are the words that aren't names."""
    if question.startswith("When"):
        return next((token for token in tokens if token.isdigit()), "")
    articles = [i for i, token in enumerate(tokens) if token.lower() in ("a", "an", "the")]
    if question.startswith("What") and articles:
        rest = tokens[articles[-1] + 1 :]
        return " ".join(token.lower() for token in rest if token.isalpha())
    name: list[str] = []
    for token in (*tokens, "."):
        if token[0].isupper() and token.lower() not in common:
            name.append(token)
        elif name and name[0] not in question:
            return " ".join(name).lower()
        else:
            name = []
    return ""


def _bare(answer: str) -> str:
    """Lower-cased, without an article, as SQuAD compares answers."""
    return re.sub(r"^(a|an|the) ", "", answer.lower())


def of_translation(splits: dict[str, list[Translation]]) -> TranslationScores:
    """What a dictionary does, learnt from the true alignment."""
    dictionary = learnt(splits["train"])
    made = [(word_by_word(row.english, dictionary), lowered(row.german)) for row in splits["test"]]
    exact = sum(guess == german for guess, german in made) / len(made)
    pairs = [(list(pairwise(guess)), list(pairwise(german))) for guess, german in made]
    return TranslationScores(exact, recalled(made), recalled(pairs))


def learnt(rows: Iterable[Translation]) -> dict[str, tuple[str, ...]]:
    """The commonest German words, in order, that each English word is aligned with."""
    found: dict[str, Counter] = defaultdict(Counter)
    for row in rows:
        german = lowered(row.german)
        for i, word in enumerate(row.english):
            places = sorted(j for k, j in row.alignment if k == i)
            found[word.lower()][tuple(german[j] for j in places)] += 1
    return {word: counts.most_common(1)[0][0] for word, counts in found.items()}


def word_by_word(english: Sequence[str], dictionary: dict[str, tuple[str, ...]]) -> list[str]:
    """In English order; unknown words stay, the same word isn't said twice in a row."""
    found: list[str] = []
    for word in english:
        for german in dictionary.get(word.lower(), (word.lower(),)):
            if found[-1:] != [german]:
                found.append(german)
    return found


def lowered(tokens: Sequence[str]) -> list[str]:
    return [token.lower() for token in tokens]


def recalled(made: Sequence[tuple[list, list]]) -> float:
    """The share of what is wanted that is there, as often as it is wanted."""
    hits = sum((Counter(guess) & Counter(wanted)).total() for guess, wanted in made)
    return hits / sum(len(wanted) for _, wanted in made)


def overlap(first: str, second: str) -> list[str]:
    """Features: the share of the second's words that the first has, and which one is denied."""
    one, two = words(first), words(second)
    share = round(5 * sum(word in one for word in two) / len(two))
    denied = [any(w in ("not", "cannot") or w.endswith("n't") for w in side) for side in (one, two)]
    return [f"share {share}", f"denied {denied}", f"share {share} denied {denied}"]


def of_pairs(splits: dict[str, list[Pair | Agreement]]) -> Scores:
    """Minimal pairs: members apart for the classifiers, against one another for the trigrams."""
    train, test = splits["train"], splits["test"]

    def apart(pairs) -> list[tuple[list[str], int]]:
        return [(words(text), y) for p in pairs for text, y in ((p.good, 1), (p.bad, 0))]

    return Scores(0.5, linear(apart(train), apart(test)), pair_accuracy(train, test))


def pair_accuracy(train: Sequence[Pair | Agreement], test: Sequence[Pair | Agreement]) -> float:
    """Share of pairs whose good member is likelier to a trigram model; ties count half."""
    model = Trigrams(pair.good for pair in train)
    won = 0.0
    for pair in test:
        good, bad = model.log_probability(pair.good), model.log_probability(pair.bad)
        won += 0.5 if good == bad else float(good > bad)
    return won / len(test)


def of_tags(splits: dict[str, list[Tagged]], layer: str) -> Scores:
    """Tagging, token by token; single words: the word's own commonest tag in the training rows.

    ``layer``: upos, xpos or entities. The trigram features are the word and its two neighbours.
    """

    def rows(split: str) -> list[tuple[list[str], str]]:
        return [
            (window(row.tokens, i), tag)
            for row in splits[split]
            for i, tag in enumerate(getattr(row, layer))
        ]

    train, test = rows("train"), rows("test")
    most = majority([y for _, y in train], [y for _, y in test])
    tags: dict[str, Counter] = defaultdict(Counter)
    for (_, word, _), tag in train:
        tags[word][tag] += 1
    commonest = Counter(tag for _, tag in train).most_common(1)[0][0]
    guesses = [tags[w].most_common(1)[0][0] if w in tags else commonest for (_, w, _), _ in test]
    right = sum(guess == tag for guess, (_, tag) in zip(guesses, test, strict=True))
    return Scores(most, right / len(test), linear(train, test))


def window(tokens: Sequence[str], i: int) -> list[str]:
    """The word before, the word and the word after, each marked with its place."""
    around = ("<s>", *tokens, "</s>")[i : i + 3]
    return [f"{place}:{word.lower()}" for place, word in zip((-1, 0, 1), around, strict=True)]


def of_edges(splits: dict[str, list[Edge]]) -> Scores:
    """Edge probing: words of each span; the trigrams see a word on either side of each too."""

    def bag(row: Edge) -> list[str]:
        return [w for k, (i, j) in spans(row) for w in (f"{k}:{x}" for x in row.tokens[i:j])]

    def context(row: Edge) -> list[str]:
        found = bag(row)
        for k, (i, j) in spans(row):
            around = ["<s>", *row.tokens[:i]][-1], [*row.tokens[j:], "</s>"][0]
            found += [f"{k}<{around[0]}", f"{k}>{around[1]}"]
            found += [f"{k}:{x} {y}" for x, y in pairwise(row.tokens[i:j])]
        return found

    train, test = splits["train"], splits["test"]
    most = majority([row.label for row in train], [row.label for row in test])
    scores = []
    for features in (bag, context):
        made = [[(features(row), row.label) for row in rows] for rows in (train, test)]
        scores.append(linear(*made))
    return Scores(most, *scores)


def spans(row: Edge) -> list[tuple[int, tuple[int, int]]]:
    found = [row.span1] if row.span2 is None else [row.span1, row.span2]
    return list(enumerate(found, start=1))


def of_queries(queries: Sequence[Cloze]) -> Scores:
    """LAMA without the text: the relation's commonest answer, and the answer that goes with the
    words of the subject (a name tells its language), learnt from every other query."""
    train, test = queries[::2], queries[1::2]
    commonest: dict[str, Counter] = defaultdict(Counter)
    by_word: dict[tuple[str, str], Counter] = defaultdict(Counter)
    for query in train:
        commonest[query.relation][query.answer] += 1
        for word in words(query.subject):
            by_word[query.relation, word][query.answer] += 1
    most = sum(_most(commonest[q.relation]) in q.answers for q in test)
    single = sum(_voted(q, by_word, commonest) in q.answers for q in test)
    return Scores(most / len(test), single / len(test))


def _most(found: Counter) -> str:
    return found.most_common(1)[0][0] if found else ""


def _voted(query: Cloze, by_word, commonest) -> str:
    votes: Counter = Counter()
    for word in words(query.subject):
        votes += by_word.get((query.relation, word), Counter())
    return _most(votes) or _most(commonest[query.relation])


def _of_features(features: Callable, train: Sequence, test: Sequence) -> Scores:
    most = majority([row.label for row in train], [row.label for row in test])
    made = [[(features(row), row.label) for row in rows] for rows in (train, test)]
    return Scores(most, linear(*made), linear(*made, n=3))

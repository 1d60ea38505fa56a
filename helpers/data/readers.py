"""Rows out of files: one small reader per format. A bad row is an error with file and line."""

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from helpers.data.sources import Malformed, open_binary

Files = dict[str, Path]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A sentence with its class; in sentiment data 1 is positive, 0 negative."""

    text: str
    label: int
    domain: str = ""
    phenomenon: str = ""


@dataclass(frozen=True, slots=True)
class WordPair:
    """Two words and how similar people found them (the scale is the data set's own)."""

    word1: str
    word2: str
    score: float


@dataclass(frozen=True, slots=True)
class Analogy:
    """``a`` is to ``b`` as ``c`` is to ``d``."""

    section: str
    a: str
    b: str
    c: str
    d: str


@dataclass(frozen=True, slots=True)
class Inference:
    """Does ``hypothesis`` follow from ``premise``? ``label``: one of :data:`INFERENCE_LABELS`."""

    premise: str
    hypothesis: str
    label: str
    phenomenon: str = ""


@dataclass(frozen=True, slots=True)
class Sense:
    """A word in its sentence: ``sentence[start:end]`` is a form of ``lemma`` with this sense."""

    lemma: str
    sense: str
    sentence: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class MinimalPair:
    """An acceptable sentence and one that a word or two make unacceptable."""

    good: str
    bad: str
    phenomenon: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """``passage`` has ``answer`` at character ``start``; "" and -1 if it does not say."""

    passage: str
    question: str
    answer: str
    start: int
    answerable: bool


def lines(path: Path, encoding: str = "utf-8") -> Iterator[tuple[int, str]]:
    """The lines of a file (decompressed if it ends in ``.gz``), numbered from 1."""
    with open_binary(path) as file:
        yield from _numbered(file.read(), path, encoding)


def members(path: Path, pattern: str) -> Iterator[tuple[Path, Iterator[tuple[int, str]]]]:
    """The files in a zip whose whole name matches ``pattern``, each with its numbered lines."""
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            if re.fullmatch(pattern, name):
                inside = path / name
                yield inside, _numbered(archive.read(name), inside, "utf-8")


def _numbered(content: bytes, path: Path, encoding: str) -> Iterator[tuple[int, str]]:
    """Cut at line feeds alone: text may hold other characters that count as line ends."""
    for number, line in enumerate(content.removesuffix(b"\n").split(b"\n"), 1):
        try:
            yield number, line.decode(encoding).removesuffix("\r")
        except UnicodeDecodeError as error:
            raise Malformed(f"{path}, line {number}: not {encoding} ({error.reason}).") from None


def cells(path: Path, number: int, line: str, n: int) -> list[str]:
    """The ``n`` tab-separated cells of a line. Raises :class:`Malformed`."""
    row = line.split("\t")
    if len(row) != n:
        raise Malformed(f"{path}, line {number}: {n} columns expected, {len(row)} found.")
    return row


def class_of(path: Path, number: int, label: str, name: str = "the label") -> int:
    """A label, which must be 0 or 1. Raises :class:`Malformed`."""
    if label not in ("0", "1"):
        raise Malformed(f"{path}, line {number}: {name} must be 0 or 1, not {label!r}.")
    return int(label)


def sst2(files: Files) -> dict[str, list[Labelled]]:
    """The Stanford Sentiment Treebank's two-class sentences (Socher et al. 2013)."""
    return {split: _sst2(files[f"{split}.tsv"]) for split in ("train", "dev", "test")}


def _sst2(path: Path) -> list[Labelled]:
    rows = []
    for number, line in lines(path):
        text, label = cells(path, number, line, 2)
        rows.append(Labelled(text, class_of(path, number, label), "films"))
    return rows


def table(path: Path, columns: list[str]) -> Iterator[tuple[int, list[str]]]:
    """The numbered rows of a hand-written table, without the id in their first cell.

    Raises :class:`Malformed` when the first line is not ``columns`` or an id was used before.
    """
    ids = set()
    for number, line in lines(path):
        id_, *row = cells(path, number, line, len(columns))
        if number == 1:
            if [id_, *row] != columns:
                raise Malformed(f"{path}, line 1: columns must be {', '.join(columns)}.")
            continue
        if id_ in ids:
            raise Malformed(f"{path}, line {number}: the id {id_!r} was used before.")
        ids.add(id_)
        yield number, row


def require_text(path: Path, number: int, **named: str) -> None:
    """Raises :class:`Malformed` naming the cells when one of them is blank."""
    if not all(cell.strip() for cell in named.values()):
        *first, last = named
        listed = f"{', '.join(first)} and {last}"
        raise Malformed(f"{path}, line {number}: {listed} must not be empty.")


def whole(path: Path, number: int, cell: str) -> int:
    """A whole number, as it stands in a cell. Raises :class:`Malformed`."""
    try:
        return int(cell)
    except ValueError:
        raise Malformed(f"{path}, line {number}: {cell!r} is not a whole number.") from None


REVIEW_COLUMNS = ["id", "domain", "split", "label", "phenomenon", "text"]


def reviews(files: Files) -> dict[str, list[Labelled]]:
    """The review sentences written for this course, in two domains."""
    [path] = files.values()
    splits: dict[str, list[Labelled]] = {}
    for number, (domain, split, label, phenomenon, text) in table(path, REVIEW_COLUMNS):
        require_text(path, number, domain=domain, split=split, text=text)
        review = Labelled(text, class_of(path, number, label), domain, phenomenon)
        splits.setdefault(split, []).append(review)
    return splits


INFERENCE_COLUMNS = ["id", "premise", "hypothesis", "label", "phenomenon"]
INFERENCE_LABELS = ("entailment", "contradiction", "neutral")


def inference(files: Files) -> dict[str, list[Inference]]:
    """The inference pairs written for this course."""
    [path] = files.values()
    rows = []
    for number, (premise, hypothesis, label, phenomenon) in table(path, INFERENCE_COLUMNS):
        require_text(path, number, premise=premise, hypothesis=hypothesis)
        if label not in INFERENCE_LABELS:
            allowed = ", ".join(INFERENCE_LABELS)
            raise Malformed(f"{path}, line {number}: the label must be {allowed}, not {label!r}.")
        rows.append(Inference(premise, hypothesis, label, phenomenon))
    return {"test": rows}


SENSE_COLUMNS = ["id", "lemma", "sense", "sentence", "start", "end"]


def senses(files: Files) -> dict[str, list[Sense]]:
    """The sentences with an ambiguous word written for this course."""
    [path] = files.values()
    rows = []
    for number, (lemma, sense, sentence, first, last) in table(path, SENSE_COLUMNS):
        require_text(path, number, lemma=lemma, sense=sense, sentence=sentence)
        start, end = whole(path, number, first), whole(path, number, last)
        if not 0 <= start < end <= len(sentence):
            raise Malformed(f"{path}, line {number}: {start} to {end} is not inside the sentence.")
        rows.append(Sense(lemma, sense, sentence, start, end))
    return {"test": rows}


PAIR_COLUMNS = ["id", "good", "bad", "phenomenon"]


def minimal_pairs(files: Files) -> dict[str, list[MinimalPair]]:
    """The minimal pairs of acceptability written for this course."""
    [path] = files.values()
    rows = []
    for number, (good, bad, phenomenon) in table(path, PAIR_COLUMNS):
        require_text(path, number, good=good, bad=bad)
        if good == bad:
            raise Malformed(f"{path}, line {number}: good and bad are the same sentence.")
        rows.append(MinimalPair(good, bad, phenomenon))
    return {"test": rows}


QUESTION_COLUMNS = ["id", "passage", "question", "answer", "start", "answerable"]


def questions(files: Files) -> dict[str, list[Question]]:
    """The questions about passages written for this course, some of them unanswerable."""
    [path] = files.values()
    rows = []
    for number, (passage, question, answer, first, answerable) in table(path, QUESTION_COLUMNS):
        require_text(path, number, passage=passage, question=question)
        start = whole(path, number, first)
        known = bool(class_of(path, number, answerable, "answerable"))
        if known and not (answer and start >= 0 and passage.startswith(answer, start)):
            raise Malformed(f"{path}, line {number}: {answer!r} does not stand at {start}.")
        if not known and (answer, start) != ("", -1):
            raise Malformed(f"{path}, line {number}: unanswerable, so no answer and start -1.")
        rows.append(Question(passage, question, answer, start, known))
    return {"test": rows}


def pang_lee_polarity(files: Files) -> dict[str, list[Labelled]]:
    """200 film review sentences of Pang and Lee (2005)."""
    [path] = files.values()
    labels = {"__label__neg": 0, "__label__pos": 1}
    rows = []
    for number, line in lines(path, "cp1252"):
        label, _, text = line.partition(" ")
        if label not in labels or not text.strip():
            raise Malformed(f"{path}, line {number}: __label__neg or __label__pos and a text.")
        rows.append(Labelled(text.strip(), labels[label], "films"))
    return {"train": rows}


def sentence_polarity(files: Files) -> dict[str, list[Labelled]]:
    """All 10,662 film review sentences of Pang and Lee (2005), which include those of SST-2."""
    [path] = files.values()
    rows = []
    for inside, numbered in members(path, r".*/rt-polarity\.(neg|pos)"):
        label = int(inside.suffix == ".pos")
        rows += [Labelled(line.strip(), label, "films") for _, line in numbered if line.strip()]
    return {"train": rows}


OPINION = re.compile(r"[\[{]([+-]?)\d*[\]}\[]")


def product_reviews(files: Files) -> dict[str, list[Labelled]]:
    """Sentences of customer reviews of 14 products (Hu and Liu 2004; Ding et al. 2008).

    The annotators marked opinions on features, ``size[+2], price[-1]##It is small.``; a sentence is
    positive if all its marks are, negative likewise. One without a mark, with both kinds, with a
    mark that has no sign, or without the ``##`` is left out. The domain is the product.
    """
    rows = []
    for path in files.values():
        for inside, numbered in members(path, r".*/(?!README)[^/]+\.txt"):
            product = inside.stem.replace("_", " ")
            rows += [row for _, line in numbered if (row := _product_review(line, product))]
    return {"train": rows}


def _product_review(line: str, product: str) -> Labelled | None:
    marks, _, text = line.partition("##")
    signs = set(OPINION.findall(marks))
    if not text.strip() or signs not in ({"+"}, {"-"}):
        return None
    return Labelled(text.strip(), int(signs == {"+"}), product)


def word_pairs(files: Files) -> dict[str, list[WordPair]]:
    """Word pairs with human similarity scores; lines that begin with # are comments."""
    [path] = files.values()
    rows = []
    for number, line in lines(path):
        if line.startswith("#"):
            continue
        word1, word2, score = cells(path, number, line, 3)
        try:
            rows.append(WordPair(word1, word2, float(score)))
        except ValueError:
            raise Malformed(f"{path}, line {number}: {score!r} is not a number.") from None
    return {"test": rows}


def question_words(files: Files) -> dict[str, list[Analogy]]:
    """The analogies of Mikolov et al. (2013), in sections that begin with a colon."""
    [path] = files.values()
    section, rows = "", []
    for number, line in lines(path):
        if line.startswith(":"):
            section = line[1:].strip()
            continue
        words = line.split()
        if len(words) != 4 or not section:
            raise Malformed(f"{path}, line {number}: four words in a section expected.")
        rows.append(Analogy(section, *words))
    return {"test": rows}


ROWS: dict[str, Callable[[Files], dict[str, list]]] = {
    "wordsim353": word_pairs,
    "simlex999": word_pairs,
    "men": word_pairs,
    "rg65": word_pairs,
    "question_words": question_words,
    "pang_lee_polarity": pang_lee_polarity,
    "reviews": reviews,
    "authored_nli": inference,
    "authored_senses": senses,
    "authored_acceptability": minimal_pairs,
    "authored_qa": questions,
    "sst2": sst2,
    "product_reviews": product_reviews,
    "sentence_polarity": sentence_polarity,
}

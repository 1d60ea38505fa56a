"""Readers of the sets that models are fine-tuned on: sentences, pairs, questions, entities.

Where ``train``, ``dev`` and ``test`` are not the authors' own, the docstring says what they are.
"""

import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from xml.etree import ElementTree

from helpers.data.lines import (
    Files,
    cells,
    check_header,
    class_of,
    lines,
    members,
    number_in,
    one_of,
    quoted_cells,
    require_text,
)
from helpers.data.rows import INFERENCE_LABELS, Inference, Labelled, Question, Similarity, Tagged
from helpers.data.sources import Malformed

COLA = {"train": "in_domain_train", "dev": "in_domain_dev", "test": "out_of_domain_dev"}


def cola(files: Files) -> dict[str, list[Labelled]]:
    """CoLA: is this sentence acceptable English (1) or not (0)? (Warstadt et al. 2019).

    The labels of its test were never published: ``test`` is the out-of-domain development set,
    sentences out of publications that ``train`` and ``dev`` don't draw on. GLUE's development set
    is ``dev`` and ``test`` together. ``domain`` is the publication, such as ``gj04``. Textbooks
    share examples: 6 sentences of ``dev`` and 12 of ``test`` stand in ``train`` too.
    """
    return {split: _cola(files[f"{name}.tsv"]) for split, name in COLA.items()}


def _cola(path: Path) -> list[Labelled]:
    rows = []
    for number, line in lines(path):
        source, label, _, text = cells(path, number, line, 4)
        require_text(path, number, source=source, sentence=text)
        rows.append(Labelled(text, class_of(path, number, label), source))
    return rows


RTE = {
    "train": ("rte1_dev", "rte1_test", "rte2_dev", "rte2_test"),
    "dev": ("rte3_dev",),
    "test": ("rte3_test",),
}
RTE_ANSWERS = {
    "TRUE": "entailment",
    "YES": "entailment",
    "FALSE": "not_entailment",
    "NO": "not_entailment",
}


def rte(files: Files) -> dict[str, list[Inference]]:
    """The first three challenges in recognising textual entailment (Dagan et al. 2006; Bar-Haim et
    al. 2006; Giampiccolo et al. 2007), two labels; ``phenomenon`` is the task a pair comes from.

    Each year had a development and a test set, all with their labels. ``train`` is all of the first
    two years, ``dev`` and ``test`` are those of the third. They are not GLUE's splits, which pool
    the years and add a fifth. Of the pairs of ``test`` one has its premise in ``train`` and none
    its hypothesis; 126 have their hypothesis in ``dev``, so ``dev`` is for choosing alone.
    """
    [path] = files.values()
    return {split: list(chain(*(_rte(path, name) for name in RTE[split]))) for split in RTE}


def _rte(path: Path, name: str) -> Iterator[Inference]:
    [(inside, numbered)] = members(path, rf"rte/{name}\.xml")
    try:
        corpus = ElementTree.fromstring("\n".join(line for _, line in numbered))
    except ElementTree.ParseError as error:
        raise Malformed(f"{inside}, line {error.position[0]}: not XML ({error}).") from None
    for pair in corpus.iter("pair"):
        yield _entailment(f"{inside}, pair {pair.get('id')}", pair)


def _entailment(place: str, pair: ElementTree.Element) -> Inference:
    premise, hypothesis = (" ".join(pair.findtext(tag, "").split()) for tag in ("t", "h"))
    if not (premise and hypothesis):
        raise Malformed(f"{place}: <t> and <h> must not be empty.")
    answer = pair.get("value", pair.get("entailment"))  # the first year's name and the later ones'
    if answer not in RTE_ANSWERS:
        raise Malformed(f"{place}: the answer must be {', '.join(RTE_ANSWERS)}, not {answer!r}.")
    return Inference(premise, hypothesis, RTE_ANSWERS[answer], pair.get("task", ""))


def stsb(files: Files) -> dict[str, list[Similarity]]:
    """STS-B: how alike are two sentences, 0 to 5? (Cer et al. 2017)."""
    return {split: _stsb(files[f"stsb-en-{split}.csv"]) for split in ("train", "dev", "test")}


def _stsb(path: Path) -> list[Similarity]:
    rows = []
    for number, line in lines(path):
        first, second, score = quoted_cells(path, number, line, 3)
        require_text(path, number, first=first, second=second)
        rows.append(Similarity(first, second, number_in(path, number, score, 0, 5)))
    return rows


CAD_NLI_COLUMNS = ["sentence1", "sentence2", "gold_label"]


def cad_nli(files: Files) -> dict[str, list[Inference]]:
    """Pairs of SNLI, and what people made of them by changing as little as turns the label
    (Kaushik et al. 2020)."""
    return {split: _cad_nli(files[f"{split}.tsv"]) for split in ("train", "dev", "test")}


def _cad_nli(path: Path) -> list[Inference]:
    rows = []
    for number, line in lines(path):
        row = quoted_cells(path, number, line, 3, "\t")
        if number == 1:
            check_header(path, row, CAD_NLI_COLUMNS)
            continue
        premise, hypothesis, label = (cell.strip() for cell in row)
        require_text(path, number, premise=premise, hypothesis=hypothesis)
        label = one_of(path, number, label, INFERENCE_LABELS)
        rows.append(Inference(premise, hypothesis, label))
    return rows


SQUAD2 = {"train": slice(0, 10), "dev": slice(10, 12), "test": slice(12, None)}


def squad2(files: Files) -> dict[str, list[Question]]:
    """The 6,078 questions about 16 articles that CS224n took from the development set of SQuAD 2.0
    (Rajpurkar et al. 2018); about half have no answer in their passage.

    SQuAD's own training set is not among them, and CS224n's test has no answers. So the splits are
    ours, by article, in the file's order: ten for ``train``, two for ``dev``, four for ``test``.
    That is 3 % of SQuAD's training questions, so scores are not to be set beside a leaderboard's.
    """
    [path] = files.values()
    try:
        articles = json.loads("\n".join(line for _, line in lines(path)))["data"]
    except json.JSONDecodeError as error:
        raise Malformed(f"{path}, line {error.lineno}: not JSON ({error.msg}).") from None
    return {
        split: [row for article in articles[part] for row in _squad2(path, article)]
        for split, part in SQUAD2.items()
    }


def _squad2(path: Path, article: dict) -> Iterator[Question]:
    for paragraph in article["paragraphs"]:
        for asked in paragraph["qas"]:
            place = f"{path}, question {asked.get('id')}"
            try:
                yield _answered(place, paragraph["context"], asked)
            except KeyError as missing:
                raise Malformed(f"{place}: {missing} is missing.") from None


def _answered(place: str, passage: str, asked: dict) -> Question:
    question = asked["question"].strip()
    answers = [(answer["text"], answer["answer_start"]) for answer in asked["answers"]]
    if not (question and passage):
        raise Malformed(f"{place}: question and passage must not be empty.")
    if asked["is_impossible"] == bool(answers):
        raise Malformed(f"{place}: is_impossible, or answers, and not both.")
    for text, start in answers:
        if not (text and start >= 0 and passage.startswith(text, start)):
            raise Malformed(f"{place}: {text!r} does not stand at {start}.")
    if not answers:
        return Question(passage, question, "", -1, False)
    answer, start = answers[0]
    others = tuple(text for text in dict(answers) if text != answer)
    return Question(passage, question, answer, start, True, others)


WNUT17 = {
    "train": "wnut17train.conll",
    "dev": "emerging.dev.conll",
    "test": "emerging.test.annotated",
}
WNUT17_TAG = re.compile("O|[BI]-(corporation|creative-work|group|location|person|product)")


def wnut17(files: Files) -> dict[str, list[Tagged]]:
    """Entities of six kinds in posts of the web; ``dev`` and ``test`` were chosen to hold rare and
    new ones (Derczynski et al. 2017)."""
    return {split: _bio(files[name]) for split, name in WNUT17.items()}


def _bio(path: Path) -> list[Tagged]:
    """Sentences out of lines of word, tab and tag; a line without a word ends one."""
    rows, words, tags = [], [], []
    for number, line in chain(lines(path), [(0, "")]):
        if line.strip():
            word, tag = cells(path, number, line, 2)
            _check_tag(path, number, tag, tags[-1] if tags else "O")
            words.append(word)
            tags.append(tag)
        elif words:
            rows.append(Tagged(tuple(words), tuple(tags)))
            words, tags = [], []
    return rows


def _check_tag(path: Path, number: int, tag: str, before: str) -> None:
    if not WNUT17_TAG.fullmatch(tag):
        raise Malformed(f"{path}, line {number}: {tag!r} is none of O, B-KIND and I-KIND.")
    if tag.startswith("I-") and tag[1:] != before[1:]:
        raise Malformed(f"{path}, line {number}: {tag} can't follow {before}.")

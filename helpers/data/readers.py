"""Rows out of files: one small reader per format. A bad row is an error with file and line."""

import html
import re
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from helpers.data import task_sets
from helpers.data.lines import (
    Files,
    cells,
    class_of,
    lines,
    members,
    one_of,
    require_text,
    side_by_side,
    table,
    whole,
)
from helpers.data.rows import (
    INFERENCE_LABELS,
    Analogy,
    Inference,
    Labelled,
    MinimalPair,
    Parsed,
    Question,
    Sense,
    Translation,
    WordInContext,
    WordPair,
)
from helpers.data.sources import Malformed


def sst2(files: Files) -> dict[str, list[Labelled]]:
    """The Stanford Sentiment Treebank's two-class sentences (Socher et al. 2013)."""
    return {split: _sst2(files[f"{split}.tsv"]) for split in ("train", "dev", "test")}


def _sst2(path: Path) -> list[Labelled]:
    rows = []
    for number, line in lines(path):
        text, label = cells(path, number, line, 2)
        rows.append(Labelled(text, class_of(path, number, label), "films"))
    return rows


TREE = re.compile(r"\((?P<label>\d) |(?P<word>[^\s()]+)|(?P<end>\))|\s+|(?P<other>.)")
NEUTRAL, MOST = 2, 4


def sst2_phrases(files: Files) -> dict[str, list[Labelled]]:
    """SST-2's ``dev`` and ``test``, and to train on every phrase of the training sentences' trees.

    So GLUE trains, too. A phrase counts once, lower-cased as in `sst2`; neutral ones are left out,
    and those that stand in ``dev`` or ``test`` (Socher et al. 2013: labels 0 to 4, neutral is 2).
    """
    asked = {split: _sst2(files[f"{split}.tsv"]) for split in ("dev", "test")}
    held_out = {row.text for rows in asked.values() for row in rows}
    phrases: dict[str, int] = {}
    for number, line in lines(files["trees.txt"]):
        for text, label in _phrases(files["trees.txt"], number, line):
            if label != NEUTRAL and text not in held_out:
                phrases.setdefault(text, int(label > NEUTRAL))
    return {"train": [Labelled(text, label, "films") for text, label in phrases.items()], **asked}


def _phrases(path: Path, number: int, line: str) -> Iterator[tuple[str, int]]:
    """Text and label of each phrase of a tree such as ``(3 (2 a) (4 film))``, the inner first."""
    open_ones: list[tuple[int, list[str]]] = []
    for place, part in enumerate(TREE.finditer(line)):
        if part["label"] and (open_ones or not place) and int(part["label"]) <= MOST:
            open_ones.append((int(part["label"]), []))
        elif part["word"] and open_ones:
            open_ones[-1][1].append(part["word"].lower().replace("\\/", "/"))
        elif part["end"] and open_ones:
            label, words = open_ones.pop()
            if open_ones:
                open_ones[-1][1].extend(words)
            yield " ".join(words), label
        elif part.group().strip():
            raise Malformed(f"{path}, line {number}: {part.group()!r} has no place in a tree.")
    if open_ones:
        raise Malformed(f"{path}, line {number}: {len(open_ones)} brackets are never closed.")


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


def inference(files: Files) -> dict[str, list[Inference]]:
    """The inference pairs written for this course."""
    [path] = files.values()
    rows = []
    for number, (premise, hypothesis, label, phenomenon) in table(path, INFERENCE_COLUMNS):
        require_text(path, number, premise=premise, hypothesis=hypothesis)
        label = one_of(path, number, label, INFERENCE_LABELS)
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


def ud_ewt(files: Files) -> dict[str, list[Parsed]]:
    """The English Web Treebank of Universal Dependencies (Silveira et al. 2014)."""
    return {
        split: _conllu(files[f"en_ewt-ud-{split}.conllu"]) for split in ("train", "dev", "test")
    }


def _conllu(path: Path) -> list[Parsed]:
    """The sentences, without the lines of multiword tokens (``3-4``) and empty nodes (``3.1``)."""
    rows, words = [], []
    for number, line in chain(lines(path), [(0, "")]):
        if not line and words:
            rows.append(_parsed(path, words))
            words = []
        elif line and not line.startswith("#"):
            place, form, _, upos, xpos, _, head, relation, *_ = cells(path, number, line, 10)
            if re.fullmatch(r"\d+[-.]\d+", place):
                continue
            if place != str(len(words) + 1):
                due = len(words) + 1
                raise Malformed(f"{path}, line {number}: word {due} expected, not {place!r}.")
            words.append((number, form, upos, xpos, whole(path, number, head), relation))
    return rows


def _parsed(path: Path, words: list[tuple]) -> Parsed:
    numbers, *columns = zip(*words, strict=True)
    parsed = Parsed(*columns)
    for number, head in zip(numbers, parsed.heads, strict=True):
        if not 0 <= head <= len(words):
            raise Malformed(f"{path}, line {number}: the head {head} is not in the sentence.")
    return parsed


SENSEID = re.compile(r'<answer [^>]*senseid="([^"]+)"')


def senseval(files: Files) -> dict[str, list[Sense]]:
    """*hard*, *interest*, *line* and *serve* in context (Leacock et al. 1998, Bruce & Wiebe 1994).

    A context is a sentence or a few, lower-cased, its tokens separated by spaces. ``sense`` is the
    corpus's own name of it, such as ``HARD1`` or ``phone``.
    """
    [path] = files.values()
    pages = members(path, r"senseval/\w+\.pos")
    return {"train": [row for inside, numbered in pages for row in _senseval(inside, numbered)]}


def _senseval(path: Path, numbered: Iterator[tuple[int, str]]) -> Iterator[Sense]:
    first, marked = 0, ""
    for number, line in numbered:
        if line.startswith("<instance"):
            first, marked = number, ""
        elif line.startswith("</instance"):
            yield _in_context(path, first, marked)
        else:
            marked += line + "\n"


def _in_context(path: Path, number: int, marked: str) -> Sense:
    """One instance, from line ``number`` on: ``<answer/> words <head>word</head> words``."""
    answer = SENSEID.search(marked)
    before, _, rest = marked.partition("<head>")
    head, closed, after = rest.partition("</head>")
    if not (answer and closed):
        raise Malformed(f"{path}, line {number}: an instance needs a senseid and a <head>.")
    left, form, right = map(_unmarked, (before, head, after))
    start = len(f"{left} ".lstrip())
    sentence = f"{left} {form} {right}".strip()
    return Sense(path.stem, answer[1], sentence, start, start + len(form))


def _unmarked(text: str) -> str:
    """The words between tags; FRASL is how this corpus writes a slash."""
    words = html.unescape(re.sub("<[^>]*>", " ", text)).split()
    return " ".join("/" if word == "FRASL" else word for word in words)


def wic(files: Files) -> dict[str, list[WordInContext]]:
    """WiC: does a word mean the same twice? (Pilehvar and Camacho-Collados 2019)."""
    [path] = files.values()
    return {split: list(_wic(path, split)) for split in ("train", "dev", "test")}


def _wic(path: Path, split: str) -> Iterator[WordInContext]:
    [(inside, numbered)] = members(path, rf"{split}/{split}\.data\.txt")
    [(gold, answers)] = members(path, rf"{split}/{split}\.gold\.txt")
    for (number, line), (_, answer) in side_by_side(inside, gold, numbered, answers):
        lemma, pos, places, *sentences = cells(inside, number, line, 5)
        first, second = (tuple(sentence.split()) for sentence in sentences)
        place1, place2 = (whole(inside, number, place) for place in places.partition("-")[::2])
        if not (0 <= place1 < len(first) and 0 <= place2 < len(second)):
            raise Malformed(f"{inside}, line {number}: {places} is not inside the sentences.")
        if answer not in ("T", "F"):
            raise Malformed(f"{gold}, line {number}: the answer must be T or F, not {answer!r}.")
        yield WordInContext(lemma, pos, first, second, place1, place2, answer == "T")


MULTI30K = {
    "train": "train",
    "dev": "val",
    "test": "test_2016_flickr",
    "test2017": "test_2017_flickr",
}


def multi30k(files: Files) -> dict[str, list[Translation]]:
    """English captions of photographs and their German translations (Elliott et al. 2016, 2017)."""
    return {
        split: list(_translations(files[f"{name}.en.gz"], files[f"{name}.de.gz"]))
        for split, name in MULTI30K.items()
    }


def _translations(english: Path, german: Path) -> Iterator[Translation]:
    for (number, source), (_, target) in side_by_side(
        english, german, lines(english), lines(german)
    ):
        if not (source.strip() and target.strip()):
            empty = german if source.strip() else english
            raise Malformed(f"{empty}, line {number}: a caption must not be empty.")
        yield Translation(source.strip(), target.strip())


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
    "ud_ewt": ud_ewt,
    "senseval": senseval,
    "wic": wic,
    "multi30k": multi30k,
    "sst2_phrases": sst2_phrases,
    "cola": task_sets.cola,
    "rte": task_sets.rte,
    "stsb": task_sets.stsb,
    "cad_nli": task_sets.cad_nli,
    "squad2": task_sets.squad2,
    "wnut17": task_sets.wnut17,
}

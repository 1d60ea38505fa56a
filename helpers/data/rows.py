"""What a dataset's rows are: one small frozen class per kind."""

from dataclasses import dataclass

INFERENCE_LABELS = ("entailment", "contradiction", "neutral")


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
    """Does ``hypothesis`` follow from ``premise``?

    ``label``: one of :data:`INFERENCE_LABELS`; in a set with two labels ``not_entailment`` stands
    for the last two.
    """

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
    """``passage`` has ``answer`` at character ``start``; "" and -1 if it does not say.

    ``others`` are further answers that count as right, where several people were asked.
    """

    passage: str
    question: str
    answer: str
    start: int
    answerable: bool
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Similarity:
    """Two sentences and how alike people found them, 0 (nothing in common) to 5 (the same)."""

    first: str
    second: str
    score: float


@dataclass(frozen=True, slots=True)
class Tagged:
    """A sentence in words, and one tag a word: ``B-person``, ``I-person`` … or ``O``."""

    words: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WordInContext:
    """A word in two tokenised sentences, and whether it means the same in both.

    It is ``first[place1]`` and ``second[place2]``, each a form of ``lemma``; ``pos``: N or V.
    """

    lemma: str
    pos: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    place1: int
    place2: int
    same: bool


@dataclass(frozen=True, slots=True)
class Parsed:
    """A sentence with its parts of speech and its dependency tree; all tuples are parallel.

    ``upos`` are the universal tags, ``xpos`` the language's own (Penn Treebank's for English).
    ``heads`` count words from 1, and 0 is the head of the root.
    """

    words: tuple[str, ...]
    upos: tuple[str, ...]
    xpos: tuple[str, ...]
    heads: tuple[int, ...]
    relations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Translation:
    """A sentence and its translation, both as raw text."""

    source: str
    target: str

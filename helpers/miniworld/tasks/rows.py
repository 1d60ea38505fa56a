"""The rows that the mini-world's tasks consist of. Spans are half-open, in tokens."""

from __future__ import annotations

from typing import NamedTuple


class Opinion(NamedTuple):
    """A review sentence; ``label`` 1 positive, 0 negative.

    ``phenomenon``: plain, negation or contrast. ``words``: the lemmas that carry an opinion.
    """

    text: str
    label: int
    phenomenon: str
    domain: str
    words: tuple[str, ...]


class Pair(NamedTuple):
    """A minimal pair: ``good`` is English, ``bad`` is not, and one controlled change apart."""

    good: str
    bad: str
    phenomenon: str


class Judgement(NamedTuple):
    """One member of a minimal pair; ``label`` 1 acceptable, 0 not."""

    text: str
    label: int
    phenomenon: str


class Agreement(NamedTuple):
    """A minimal pair of subject and verb.

    ``tokens[position]`` is the verb of ``good``, ``wrong`` what stands there in ``bad``. ``number``
    is the subject's, ``attractors`` counts the nouns between the two that have the other number.
    """

    good: str
    bad: str
    tokens: tuple[str, ...]
    position: int
    wrong: str
    construction: str
    number: str
    attractors: int

    @property
    def verb(self) -> str:
        return self.tokens[self.position]


class Tagged(NamedTuple):
    """A sentence with universal and Penn tags and entities as B-PER, I-PER, O …, one a token."""

    tokens: tuple[str, ...]
    upos: tuple[str, ...]
    xpos: tuple[str, ...]
    entities: tuple[str, ...]


class Edge(NamedTuple):
    """A question of edge probing (Tenney et al. 2019): what are these spans, or what holds between
    them? ``span2`` is None where the question is about one span."""

    tokens: tuple[str, ...]
    span1: tuple[int, int]
    span2: tuple[int, int] | None
    label: str


class Inference(NamedTuple):
    """Premise, hypothesis, and whether the one entails the other, contradicts it or neither.

    ``label``: entailment, contradiction or neutral; ``kind`` says what decides: facts, voice …
    """

    premise: str
    hypothesis: str
    label: str
    kind: str


class Paraphrase(NamedTuple):
    """Two sentences; ``label`` 1 if they mean the same, else 0; ``kind`` says how they are made:
    voice, converse, facts …"""

    first: str
    second: str
    label: int
    kind: str


class Similarity(NamedTuple):
    """Two sentences and how much they have in common, ``score`` 0 to 5 in whole points; ``kind``:
    event or transfer."""

    first: str
    second: str
    score: int
    kind: str


class Question(NamedTuple):
    """A question about a passage and the stretch of it that answers: ``answer``, from character
    ``start``, tokens ``span[0]`` to ``span[1]`` of ``tokens``.

    Where the passage doesn't say, ``answer`` is empty, ``start`` -1 and ``span`` None. ``kind``:
    fact or event, and what makes it unanswerable; ``evidence`` is the sentence that answers, or
    that looks as if it did.
    """

    passage: str
    question: str
    answer: str
    start: int
    tokens: tuple[str, ...]
    span: tuple[int, int] | None
    kind: str
    evidence: str


class Translation(NamedTuple):
    """A sentence in both languages, in tokens, with the pairs of token indices that belong
    together (English first)."""

    english: tuple[str, ...]
    german: tuple[str, ...]
    alignment: tuple[tuple[int, int], ...]


class Employed(NamedTuple):
    """A sentence that gives a name a job; the bias says how often their sides are the same."""

    text: str
    name: str
    job: str
    name_side: int
    job_side: int


class Cloze(NamedTuple):
    """A fact with its object left out: ``"The capital of France is [Y] ."``, answer ``Paris``.

    ``exposure`` says how often the text states the fact, 0 for what it never says; ``answers`` are
    all objects for which the sentence is true.
    """

    template: str
    answer: str
    relation: str
    subject: str
    exposure: float
    answers: tuple[str, ...]

    def query(self, blank: str = "[MASK]") -> str:
        """The sentence with ``blank`` for the answer."""
        return self.template.replace("[Y]", blank)


Splits = dict[str, list]

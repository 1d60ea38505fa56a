"""What the network can do without being told: agreement, facts, the polarity of words.

All of it is read off the masked language model as it is, or off its frozen states, and is quick
enough to be asked again and again while the network trains.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from helpers.miniworld.tasks import Agreement, Cloze, Opinion
from tests.benchmarks.masked_lm.corpus import MASK, PAD, SPECIAL, Vocabulary, words
from tests.benchmarks.masked_lm.linear import LinearProbe
from tests.benchmarks.masked_lm.model import MaskedLM

ROWS = 256  # rows that are read at once
BINS = (0, 1, 10, 30, 100, 300, 1000)  # lower edges: how often a fact was read in training


def padded(rows: Sequence[list[int]]) -> tuple[Tensor, Tensor]:
    """``ids`` (B, T) and where they are padding."""
    length = max(map(len, rows))
    ids = torch.tensor([row + [PAD] * (length - len(row)) for row in rows])
    return ids, ids == PAD


def in_parts(rows: Sequence) -> Iterator[Sequence]:
    for start in range(0, len(rows), ROWS):
        yield rows[start : start + ROWS]


@torch.no_grad()
def blank_scores(model: MaskedLM, rows: Sequence[list[int]]) -> Tensor:
    """Scores (N, V) of all words for the one [MASK] in each row."""
    found = []
    for part in in_parts(rows):
        ids, padding = padded(part)
        positions = (ids == MASK).int().argmax(dim=1, keepdim=True)
        found.append(model.words(model.at(ids, padding, positions))[:, 0])
    return torch.cat(found)


def agreement(
    model: MaskedLM, vocabulary: Vocabulary, rows: Sequence[Agreement]
) -> dict[str, float]:
    """Share of verbs whose right form scores above the wrong one, by construction; chance 0.5.

    Singular and plural subjects count alike. Pairs of which a form is unknown are left out.
    """
    asked = [row for row in rows if row.verb in vocabulary and row.wrong in vocabulary]
    if not asked:
        return {}
    blanks = [(*r.tokens[: r.position], "[MASK]", *r.tokens[r.position + 1 :]) for r in asked]
    scores = blank_scores(model, [vocabulary.encode(tokens) for tokens in blanks])
    right = scores.gather(1, torch.tensor([[vocabulary.number(r.verb)] for r in asked]))
    wrong = scores.gather(1, torch.tensor([[vocabulary.number(r.wrong)] for r in asked]))
    hits = defaultdict(lambda: defaultdict(list))
    for row, hit in zip(asked, (right > wrong)[:, 0].tolist(), strict=True):
        hits[row.construction][row.number].append(hit)
    return {
        construction: float(np.mean([np.mean(found) for found in by_number.values()]))
        for construction, by_number in hits.items()
    }


def askable(vocabulary: Vocabulary, rows: Sequence[Cloze]) -> list[Cloze]:
    """Facts whose object is one word that the network knows."""
    return [row for row in rows if " " not in row.answer and row.answer in vocabulary]


def spread(rows: Sequence[Cloze], most: int, seed: int) -> list[Cloze]:
    """At most so many facts of about equal exposure, drawn at random: the rare ones are legion."""
    by_exposure = defaultdict(list)
    for row in rows:
        by_exposure[bin_of(3 * row.exposure)].append(row)
    random = np.random.default_rng(seed)
    return [
        found[i]
        for _, found in sorted(by_exposure.items())
        for i in sorted(random.permutation(len(found))[:most])
    ]


def recalled(model: MaskedLM, vocabulary: Vocabulary, rows: Sequence[Cloze]) -> list[bool]:
    """Whether the best word for the blank, out of all words, makes the sentence true (P@1)."""
    tokens = [row.query().split() for row in rows]
    scores = blank_scores(model, [vocabulary.encode(part) for part in tokens])
    scores[:, : len(SPECIAL)] = -torch.inf
    best = [vocabulary.words[i] for i in scores.argmax(dim=1)]
    return [
        word in {answer.lower() for answer in row.answers} | {row.answer.lower()}
        for word, row in zip(best, rows, strict=True)
    ]


def bin_of(exposure: float) -> int:
    """The lower edge of the bin; 0 is for facts that are never said."""
    return 0 if exposure == 0 else max(1, *(edge for edge in BINS if edge <= exposure))


def recall(
    model: MaskedLM, vocabulary: Vocabulary, rows: Sequence[Cloze], times: float
) -> dict[int, tuple[float, int]]:
    """(P@1, number of facts) by how often a fact has been read; ``times`` turns a row's exposure
    into that number."""
    found = defaultdict(list)
    for row, hit in zip(rows, recalled(model, vocabulary, rows), strict=True):
        found[bin_of(row.exposure * times)].append(hit)
    return {edge: (float(np.mean(hits)), len(hits)) for edge, hits in sorted(found.items())}


@torch.no_grad()
def pooled(model: MaskedLM, vocabulary: Vocabulary, texts: Sequence[str]) -> Tensor:
    """Mean of the last states of each text's words: (N, D)."""
    found = []
    for part in in_parts([vocabulary.encode(words(text)) for text in texts]):
        ids, padding = padded(part)
        inside = (ids >= len(SPECIAL)) | (ids == 1)
        states = model(ids, padding) * inside[:, :, None]
        found.append(states.sum(dim=1) / inside.sum(dim=1, keepdim=True))
    return torch.cat(found)


def polarity(
    model: MaskedLM, vocabulary: Vocabulary, train: Sequence[Opinion], test: Sequence[Opinion]
) -> dict[str, float]:
    """Accuracy of a linear probe on frozen states, trained on a few labels: of all sentences, and
    of the plain ones, which neither deny nor contrast."""
    features = [pooled(model, vocabulary, [row.text for row in rows]) for rows in (train, test)]
    labels = [torch.tensor([row.label for row in rows]) for rows in (train, test)]
    probe = LinearProbe(l2=1e-2).fit(features[0], labels[0])
    plain = torch.tensor([row.phenomenon == "plain" for row in test])
    return {
        "all": probe.accuracy(features[1], labels[1]),
        "plain": probe.accuracy(features[1][plain], labels[1][plain]),
    }

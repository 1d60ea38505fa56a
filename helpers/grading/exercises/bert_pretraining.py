"""Exercises of lesson 06: whole words, sentence order, replaced tokens, a shared ignore_index."""

import numpy as np
import torch
import torch.nn.functional as F

from helpers.grading.exercise import Case, Exercise, Mistake

# --- 06-words: whole-word masking, the notes of google-research/bert of May 2019 ------------------


def _words(*, whole=True, marks=True, stop=True, sort=True, skip=True, first=False):
    """Places of the pieces to hide, with bugs."""

    def places(pieces, order, n):
        groups = []
        for place, piece in enumerate(pieces):
            if marks and piece in ("[CLS]", "[SEP]"):
                continue
            if piece.startswith("##") and whole and groups:
                groups[-1].append(place)
            else:
                groups.append([place])
        hidden = []
        for number in order:
            group = groups[number % len(groups)]
            if len(hidden) >= n:
                break
            if stop and len(hidden) + len(group) > n:
                if skip:
                    continue
                break
            hidden += group[:1] if first else group
        return sorted(hidden) if sort else hidden

    return places


def _word_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, sentence: str, n: int) -> Case:
        pieces = ["[CLS]", *sentence.split(), "[SEP]"]
        words = sum(not piece.startswith("##") for piece in pieces) - 2
        return Case(name, (pieces, rng.permutation(words).tolist(), n))

    long = "the un ##friend ##ly guest ##s play ##ed an un ##der ##tak ##er near the wind ##ow"
    given = ["[CLS]", "a", ["lump", "##rist", "sing", "##s", "loud", "##ly"][0], "##rist", "[SEP]"]
    return [
        case("no word in pieces", "the dog sleeps near the door", 2),
        Case("the word of two pieces comes first", (given, [1, 0], 2)),
        Case("the word of two pieces doesn't fit", (given, [1, 0], 1)),
        case("many words in pieces", long, 4),
        case("many words in pieces, more of them", long, 9),
        Case("marks between", (["[CLS]", "a", "##b", "[SEP]", "c", "##d", "[SEP]"], [1, 0], 4)),
    ]


WORDS = Exercise(
    grade_id="06-words",
    function="whole_word_places",
    points=4,
    cases=_word_cases,
    reference=_words(),
    mistakes=(
        Mistake(_words(whole=False), "Does a piece with ## go with the word that it continues?"),
        Mistake(_words(first=True), "Do you hide all pieces of a word, or just the first?"),
        Mistake(_words(marks=False), "Are [CLS] and [SEP] words? They are never hidden."),
        Mistake(
            _words(stop=False), "Is a word hidden that makes it more than n pieces? Leave it out."
        ),
        Mistake(
            _words(skip=False),
            "What comes after a word that doesn't fit? The next one of the order may.",
        ),
        Mistake(_words(sort=False), "In which order are the places? They should rise."),
    ),
)

# --- 06-order: sentence-order prediction, Lan et al. (2020), section 3.1 --------------------------


def _order(*, label=1, swap=True, overlap=False, across=False, both=False):
    """Pairs of neighbours, swapped where told, with bugs."""

    def pairs(documents, swapped):
        found = []
        flat = [[s for document in documents for s in document]] if across else documents
        for document in flat:
            step = 1 if overlap else 2
            for i in range(0, len(document) - 1, step):
                found.append((document[i], document[i + 1]))
        rows = []
        for (a, b), turn in zip(found, swapped, strict=False):
            if turn and swap:
                a, b = b, a
            rows.append((a, b, label if turn else 1 - label))
            if both:
                rows.append((b, a, 1 - label if turn else label))
        return rows

    return pairs


def _order_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, lengths: list[int]) -> Case:
        documents = [[f"d{d} s{s}" for s in range(n)] for d, n in enumerate(lengths)]
        pairs = sum(n // 2 for n in lengths)
        turns = rng.integers(0, 2, pairs).tolist()
        if pairs > 1:
            turns[:2] = [1, 0]
        return Case(name, (documents, turns))

    return [
        case("one pair, as it stands", [2]),
        case("two documents of even length", [4, 2]),
        case("a sentence left over", [3, 4, 5]),
        case("a document of one sentence", [2, 1, 3]),
        case("many", [6, 5, 1, 8]),
    ]


ORDER = Exercise(
    grade_id="06-order",
    function="order_pairs",
    points=3,
    cases=_order_cases,
    reference=_order(),
    mistakes=(
        Mistake(_order(label=0), "Which label is which? 0 in order, 1 swapped."),
        Mistake(_order(swap=False), "Are the two really swapped where `swapped` says so?"),
        Mistake(
            _order(overlap=True), "Is a sentence in two pairs? Each may be used once, two by two."
        ),
        Mistake(
            _order(across=True),
            "Do your pairs cross the end of a document? Then topic alone gives some away.",
        ),
        Mistake(_order(both=True), "Is each pair there once? Only one of its two orders."),
    ),
)

# --- 06-electra: replaced-token detection, Clark et al. (2020), section 2 -------------------------


def _electra(*, everywhere=True, by_id=True, real=True, sign=1, mean=True, sigmoid=False):
    """The discriminator's loss, with bugs."""

    def loss(scores, original, corrupted, chosen, real_places):
        replaced = corrupted != original if by_id else chosen
        counts = real_places if real else torch.ones_like(real_places)
        counts = counts if everywhere else counts & chosen
        x = torch.sigmoid(scores) if sigmoid else sign * scores
        each = F.binary_cross_entropy_with_logits(x, replaced.to(x.dtype), reduction="none")
        each = each * counts
        return each.sum() / counts.sum() if mean else each.sum()

    return loss


def _electra_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, lengths: list[int], share: float) -> Case:
        B, T = len(lengths), max(lengths)
        original = torch.from_numpy(rng.integers(5, 9, (B, T)))  # few kinds: many lucky draws
        real = torch.arange(T) < torch.tensor(lengths)[:, None]
        chosen = torch.from_numpy(rng.random((B, T)) < share) & real
        chosen[:, 0] = True
        drawn = torch.from_numpy(rng.integers(5, 9, (B, T)))
        corrupted = torch.where(chosen, drawn, original)
        scores = torch.from_numpy(3 * rng.normal(size=(B, T)))
        return Case(name, (scores, original, corrupted, chosen, real))

    return [
        case("one row", [12], 0.4),
        case("two rows, padded", [9, 5], 0.3),
        case("three rows, padded", [4, 11, 7], 0.5),
        case("one place of each chosen", [6, 3], 0.0),
    ]


ELECTRA = Exercise(
    grade_id="06-electra",
    function="replaced_loss",
    points=3,
    cases=_electra_cases,
    reference=_electra(),
    mistakes=(
        Mistake(
            _electra(everywhere=False),
            "Does the loss count at every real place? That is ELECTRA's point.",
        ),
        Mistake(
            _electra(by_id=False),
            "Is a place replaced if the original happened to be drawn again? It isn't.",
        ),
        Mistake(_electra(real=False), "Does padding count in your mean? Only real places should."),
        Mistake(_electra(sign=-1), "Which class has the label 1? Replaced has."),
        Mistake(_electra(mean=False), "Is it the mean over the real places, not the sum?"),
        Mistake(
            _electra(sigmoid=True),
            "Are the scores squashed twice? The loss from logits takes them as they are.",
        ),
    ),
)

# --- 06-ignore: one ignore_index for two losses ---------------------------------------------------


def _ignore(*, words_ignore=-100, pairs_ignore=None, total=True, over_all=False, pairs_at=0):
    """The sum of both losses, with bugs."""

    def loss(word_scores, word_labels, pair_scores, pair_labels):
        flat, labels = word_scores.flatten(0, 1), word_labels.flatten()
        if over_all:
            words = F.cross_entropy(flat, labels, ignore_index=-100, reduction="sum") / len(labels)
        else:
            words = F.cross_entropy(
                flat, labels.where(labels != -100, words_ignore), ignore_index=words_ignore
            )
        ignore = -100 if pairs_ignore is None else pairs_ignore
        pairs = F.cross_entropy(pair_scores, pair_labels, ignore_index=ignore)
        if pairs_at:
            pairs = F.cross_entropy(pair_scores, 1 - pair_labels)
        return words + pairs if total else (words + pairs) / 2

    return loss


def _ignore_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, B: int, T: int, V: int, labels: list[int], zeros: bool) -> Case:
        words = torch.full((B, T), -100)
        for row in range(B):
            for place in rng.choice(T, max(1, T // 4), replace=False):
                words[row, place] = int(rng.integers(1, V))
        if zeros:  # piece 0 may be hidden, too
            words[0, int((words[0] != -100).nonzero()[0])] = 0
        scores = torch.from_numpy(rng.normal(size=(B, T, V)))
        pairs = torch.from_numpy(rng.normal(size=(B, 2)))
        return Case(name, (scores, words, pairs, torch.tensor(labels)))

    return [
        case("both kinds of pairs", 4, 8, 12, [0, 1, 1, 0], False),
        case("piece 0 is hidden somewhere", 3, 8, 9, [1, 0, 1], True),
        case("B never follows", 2, 6, 10, [1, 1], False),
        case("B always follows", 2, 6, 10, [0, 0], True),
    ]


IGNORE = Exercise(
    grade_id="06-ignore",
    function="mended_loss",
    points=4,
    cases=_ignore_cases,
    reference=_ignore(),
    mistakes=(
        Mistake(
            _ignore(words_ignore=0, pairs_ignore=0),
            "Both faults are there: 0 is ignored by either loss, and 0 is a piece and an answer.",
        ),
        Mistake(
            _ignore(pairs_ignore=0),
            "Which pairs does the second loss see? 0 means that B follows: half of them are gone.",
        ),
        Mistake(
            _ignore(words_ignore=0),
            "Can piece 0 be hidden? Only -100 stands for a place that isn't asked for.",
        ),
        Mistake(_ignore(over_all=True), "Over what is the mean? Over the hidden places alone."),
        Mistake(_ignore(total=False), "The two losses are added, not averaged."),
        Mistake(_ignore(pairs_at=1), "Which class is which? 0 says that B follows."),
    ),
)

EXERCISES = (WORDS, ORDER, IGNORE, ELECTRA)

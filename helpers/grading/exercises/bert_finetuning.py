"""Exercises of lesson 07: rates by depth, smoothed labels, batches, a tagger's rows, BIO paths."""

import itertools
import math

import numpy as np
import torch
from torch import Tensor

from helpers.grading.exercise import Case, Exercise, Mistake

# --- 07-rates: layer-wise decay of the learning rate, Sun et al. (2019), Clark et al. (2020) ------


def _depth(name: str, n_layers: int) -> int:
    """Steps below the head: 0 for the head and the pooler, 1 for the last block …"""
    if not name.startswith("bert.") or name.startswith("bert.pooler."):
        return 0
    if name.startswith("bert.blocks."):
        return n_layers - int(name.split(".")[2])
    return n_layers + 1


def _rates(depth=_depth, rate=lambda lr, decay, depth: lr * decay**depth, grouped=True):
    """Groups by ``depth(name, n_layers)``, the head's first."""

    def groups(names: list[str], n_layers: int, lr: float, decay: float) -> list:
        if not grouped:
            return [(rate(lr, decay, depth(name, n_layers)), [name]) for name in names]
        found: dict[int, list[str]] = {}
        for name in names:
            found.setdefault(depth(name, n_layers), []).append(name)
        return [(rate(lr, decay, steps), found[steps]) for steps in sorted(found)]

    return groups


def _pooler_below(name, n_layers):
    return n_layers + 1 if "pooler" in name else _depth(name, n_layers)


def _norms_below(name, n_layers):
    return n_layers + 1 if "norm" in name else _depth(name, n_layers)


def _first_norm_on_top(name, n_layers):
    return 0 if name.startswith("bert.norm.") else _depth(name, n_layers)


def _one_digit(name, n_layers):
    steps = _depth(name, n_layers)
    return n_layers - int(name.split(".")[2][0]) if ".blocks." in name else steps


def _embeddings_with_the_first_block(name, n_layers):
    return min(_depth(name, n_layers), n_layers)


def _last_block_undamped(name, n_layers):
    return max(_depth(name, n_layers) - 1, 0)


def _upside_down(names, n_layers, lr, decay):
    depth = {name: n_layers + 1 - _depth(name, n_layers) for name in names}
    return _rates(lambda name, n_layers: depth[name])(names, n_layers, lr, decay)


def _names(n_layers: int, pooler: bool = True) -> list[str]:
    tables = ["token", "segment", "position", "norm"]
    inside = ["attention.W_q", "feed_forward.W_1", "norm_1"]
    names = [f"bert.{table}.weight" for table in tables]
    names += [f"bert.blocks.{i}.{part}.weight" for i in range(n_layers) for part in inside]
    return names + ["bert.pooler.weight"] * pooler + ["out.weight", "out.bias"]


def _rates_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, names: list[str], n_layers: int) -> Case:
        lr, decay = float(rng.uniform(0.5, 2)), float(rng.uniform(0.6, 0.95))
        return Case(name, (names, n_layers, lr, decay))

    shuffled = _names(3)
    rng.shuffle(shuffled)
    frozen = [name for name in _names(4) if ".blocks.2." not in name]
    return [
        case("two blocks", _names(2), 2),
        case("no pooler", _names(3, pooler=False), 3),
        case("twelve blocks", _names(12), 12),
        case("names in another order", shuffled, 3),
        case("a block that isn't trained", frozen, 4),
    ]


RATES = Exercise(
    grade_id="07-rates",
    function="groups_by_depth",
    points=3,
    cases=_rates_cases,
    reference=_rates(),
    atol=1e-12,
    mistakes=(
        Mistake(
            _upside_down, "Which end is slow? The head has the full rate, the embeddings less."
        ),
        Mistake(
            _rates(_last_block_undamped),
            "Does the last block have the head's rate? It is one step below.",
        ),
        Mistake(
            _rates(_embeddings_with_the_first_block),
            "Are the embeddings in one group with block 0? They are one step below it.",
        ),
        Mistake(_rates(_pooler_below), "Where is the pooler? Above the last block: with the head."),
        Mistake(
            _rates(_norms_below),
            "Do the norms of the blocks go to the bottom? They belong to their block.",
        ),
        Mistake(
            _rates(_first_norm_on_top),
            "Where is `bert.norm`? It comes before the first block, with the embeddings.",
        ),
        Mistake(_rates(_one_digit), "Do you read all digits of a block's number? There is a 10."),
        Mistake(
            _rates(rate=lambda lr, decay, depth: lr * (1 - (1 - decay) * depth)),
            "Is the rate multiplied by `decay` once for each step? A straight line gets negative.",
        ),
        Mistake(
            _rates(grouped=False),
            "Is there one group for each parameter? One for each depth is enough.",
        ),
    ),
)

# --- 07-smooth: label smoothing, Szegedy et al. (2016), section 7 ---------------------------------


def _smooth(*, masked=True, over="allowed", counted=True, swap=False, mean=True, on=True):
    """The mean smoothed cross-entropy, with bugs."""

    def loss(scores: Tensor, labels: Tensor, allowed: Tensor, epsilon: float) -> Tensor:
        x = scores.masked_fill(~allowed, -math.inf) if masked else scores
        log_p = x.log_softmax(1)
        counts = labels != -100
        right = log_p.gather(1, labels.clamp(min=0).unsqueeze(1)).squeeze(1)
        everywhere = log_p.masked_fill(~allowed, 0.0)
        if over == "others":  # at least one, lest nothing is divided by nothing
            spread = (everywhere.sum(1) - right) / (allowed.sum(1) - 1).clamp(min=1)
        else:
            n = allowed.sum(1) if over == "allowed" else scores.shape[1]
            spread = everywhere.sum(1) / n
        share = (1 - epsilon if swap else epsilon) if on else 0.0
        each = -((1 - share) * right + share * spread)
        each = each[counts] if counted else each * counts if mean else each
        return each.mean() if mean else each.sum()

    return loss


def _smooth_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, B: int, C: int, n_allowed: list[int], silent: int, epsilon: float) -> Case:
        allowed = torch.arange(C) < torch.tensor(n_allowed)[:, None]
        turn = int(rng.integers(C)) if max(n_allowed) < C else 0
        labels = torch.tensor([int(rng.integers(n)) for n in n_allowed])
        allowed, labels = allowed.roll(turn, 1), (labels + turn) % C
        labels[rng.choice(B, silent, replace=False)] = -100
        scores = torch.from_numpy(2 * rng.normal(size=(B, C)))
        return Case(name, (scores, labels, allowed, epsilon))

    return [
        case("every class allowed, every label counts", 5, 4, [4] * 5, 0, 0.1),
        case("labels that don't count", 6, 5, [5] * 6, 3, 0.2),
        case("places of passages: as many classes as words", 5, 9, [9, 4, 6, 7, 5], 0, 0.1),
        case("both", 6, 8, [7, 3, 5, 2, 6, 4], 2, 0.3),
    ]


SMOOTH = Exercise(
    grade_id="07-smooth",
    function="smoothed_loss",
    points=4,
    cases=_smooth_cases,
    reference=_smooth(),
    mistakes=(
        Mistake(
            _smooth(on=False), "Is anything smoothed? A share ε of the target leaves the label."
        ),
        Mistake(
            _smooth(swap=True), "Which part is ε? The label keeps 1 − ε, the small part is spread."
        ),
        Mistake(
            _smooth(masked=False),
            "Do forbidden classes take part in the softmax? Give them −∞ before it.",
        ),
        Mistake(
            _smooth(over="all"),
            "Over how many classes is ε spread? Over those that this row allows, not over C.",
        ),
        Mistake(
            _smooth(over="others"),
            "Does the label get its part of ε, too? It is spread over all allowed classes.",
        ),
        Mistake(
            _smooth(counted=False),
            "Over what is the mean? Rows with the label −100 must not be counted either.",
        ),
        Mistake(_smooth(mean=False), "Is it the mean over the rows that count, not the sum?"),
    ),
)

# --- 07-buckets: batches of sentences of like length under a budget of places --------------------


def _share_of_padding(lengths, batches):
    places = sum(len(batch) * max(lengths[i] for i in batch) for batch in batches)
    return 1 - sum(lengths[i] for batch in batches for i in batch) / places


def _buckets(cost=lambda n, shortest, longest, real: n * longest, *, fits=lambda c, b: c <= b,
             in_order=True, too_long=True, last=True, padding=_share_of_padding):  # fmt: skip
    """Batches filled until the ``cost`` of one more row doesn't fit."""

    def batches(lengths: list[int], budget: int) -> tuple[list[list[int]], float]:
        order = range(len(lengths))
        if in_order:
            order = sorted(order, key=lambda i: lengths[i])
        found: list[list[int]] = []
        for i in order:
            if lengths[i] > budget and not too_long:
                continue
            rows = [lengths[j] for j in [*found[-1], i]] if found else []
            if found and fits(cost(len(rows), min(rows), max(rows), sum(rows)), budget):
                found[-1].append(i)
            else:
                found.append([i])
        found = found if last else found[:-1]
        return found, padding(lengths, found)

    return batches


def _padding_per_word(lengths, batches):
    share = _share_of_padding(lengths, batches)
    return share / (1 - share)


def _padding_to_the_longest_of_all(lengths, batches):
    return 1 - sum(lengths) / (len(lengths) * max(lengths))


def _buckets_cases(rng: np.random.Generator) -> list[Case]:
    def case(name: str, lengths: list[int], budget: int) -> Case:
        return Case(name, ([int(n) for n in rng.permutation(lengths)], budget))

    return [
        case("six rows", [3, 4, 6, 7, 11, 12], 24),
        case("a batch that is just full", [5, 5, 5, 5, 8, 8, 9], 20),
        case("a row longer than the budget", [2, 3, 3, 9, 30, 4], 12),
        case("sixty rows", rng.integers(3, 40, 60).tolist(), 128),
        case("one row", [int(rng.integers(4, 9))], 16),
    ]


BUCKETS = Exercise(
    grade_id="07-buckets",
    function="batches_within",
    points=4,
    cases=_buckets_cases,
    reference=_buckets(),
    mistakes=(
        Mistake(
            _buckets(in_order=False), "Do rows of like length stand together? Sort them first."
        ),
        Mistake(
            _buckets(lambda n, shortest, longest, real: real),
            "Do you count the pieces alone? Padding takes up places, too: rows times the longest.",
        ),
        Mistake(
            _buckets(lambda n, shortest, longest, real: n * shortest),
            "How wide is a batch? As wide as its longest row, and the new one is the longest.",
        ),
        Mistake(
            _buckets(fits=lambda c, b: c < b), "May a batch be just full? Exactly `budget` fits."
        ),
        Mistake(
            _buckets(fits=lambda c, b: True), "Is there a budget? Begin a batch where one is full."
        ),
        Mistake(
            _buckets(too_long=False),
            "Is a row lost that is longer than the budget? It is a batch of its own.",
        ),
        Mistake(
            _buckets(last=False), "Is the last batch lost? It may be small, but its rows count."
        ),
        Mistake(
            _buckets(padding=_padding_per_word),
            "Padding as a share of what? Of all places, padding among them.",
        ),
        Mistake(
            _buckets(padding=_padding_to_the_longest_of_all),
            "How much is each batch padded? To its own longest row, not to the longest of all.",
        ),
    ),
)

# --- 07-pieces: labels of words on rows of pieces, Devlin et al. (2019), section 5.3 --------------


def _pieces(*, first_only=True, on_mark=False, clamp=False, drop=False, whole=False, empty=True,
            filler=-100, room=1):  # fmt: skip
    """Row, labels and places of one sentence, with bugs."""

    def row_of(pieces: list[list[str]], tags: list[int], max_len: int):
        row, labels, places = ["[CLS]"], [-100], []
        for word, tag in zip(pieces, tags, strict=True):
            kept = word[: max(0, max_len - room - len(row))]
            if whole and len(kept) < len(word):
                kept = []
            there = bool(kept) or (not empty and not word)
            if there or not drop:
                places.append(len(row) if there else min(len(row), max_len - 1) if clamp else -1)
            row += kept
            labels += [tag if i == 0 or not first_only else filler for i in range(len(kept))]
            if on_mark and not kept and word and len(labels) == max_len - 1:
                labels.append(tag)  # the word behind the cut lends [SEP] its label
        return [*row, "[SEP]"], [*labels, -100][: len(row) + 1], places

    return row_of


def _as_given(pieces, tags, max_len):
    """What `broken_row` does."""
    row, labels, places = ["[CLS]"], [-100], []
    for word, tag in zip(pieces, tags, strict=True):
        places.append(min(len(row), max_len - 1))
        row += word
        labels += [tag] * len(word)
    return [*row[: max_len - 1], "[SEP]"], [*labels, -100][:max_len], places


def _places_of_pieces(pieces, tags, max_len):
    row, labels, places = _pieces()(pieces, tags, max_len)
    return row, labels, [place - 1 if place > 0 else place for place in places]


def _pieces_cases(rng: np.random.Generator) -> list[Case]:
    known = {
        "short": ["the", "dog", "sleeps", "."],
        "long": ["un ##friend ##ly", "under ##tak ##er ##s", "play ##ed", "king ##s"],
    }

    def case(name: str, kinds: str, max_len: int) -> Case:
        words = [
            []
            if kind == "0"
            else known["long" if kind == "l" else "short"][rng.integers(4)].split()
            for kind in kinds
        ]
        return Case(name, (words, rng.integers(1, 9, len(words)).tolist(), max_len))

    given = [["it"], ["un", "##friend", "##ly"], ["king", "##s"], ["sat"]]
    tags = rng.integers(1, 9, 4).tolist()
    return [
        case("no word in pieces", "sss", 16),
        case("words in pieces", "slsls", 32),
        Case("cut between words", (given, tags, 6)),
        Case("cut inside a word", (given, tags, 5)),
        Case("a word without pieces", ([*given[:2], [], *given[2:]], [*tags, 3], 16)),
        case("a long sentence, cut", "slsllsslls", 12),
    ]


PIECES = Exercise(
    grade_id="07-pieces",
    function="mended_row",
    points=4,
    cases=_pieces_cases,
    reference=_pieces(),
    mistakes=(
        Mistake(
            _as_given,
            "Is anything mended yet? See which pieces of a word have a label, what [SEP] has after "
            "a cut, and where the words that were cut away are said to be.",
        ),
        Mistake(
            _pieces(first_only=False),
            "Does every piece of a word have its label? Then long words count several times.",
        ),
        Mistake(
            _pieces(filler=0),
            "Is 0 what a piece gets that doesn't count? 0 is a tag; −100 stands for no label.",
        ),
        Mistake(
            _pieces(on_mark=True),
            "Does [SEP] get a label when a sentence is cut? Make room for it before, not after.",
        ),
        Mistake(
            _pieces(clamp=True),
            "Where is a word that was cut away? Nowhere: -1. Your place is the one of [SEP].",
        ),
        Mistake(
            _pieces(drop=True),
            "Is there a place for every word? A word that isn't in the row has -1; without it, "
            "later words move up.",
        ),
        Mistake(
            _pieces(whole=True),
            "Do you leave out a word of which a part fits? Its first piece is there and counts.",
        ),
        Mistake(
            _pieces(empty=False),
            "Is there a word without pieces? Its place is -1, not the next word's.",
        ),
        Mistake(_pieces(room=2), "How long may the row be? `max_len`, with both marks."),
        Mistake(_places_of_pieces, "Do your places count [CLS]? It is at place 0 of the row."),
    ),
)

# --- 07-bio: the best path of tags that may follow one another ------------------------------------


def _may_follow(tag: str, before: str) -> bool:
    return not tag.startswith("I-") or before[1:] == tag[1:]


def _best_path(scores: Tensor, names: list[str], may=_may_follow, start="O") -> list[int]:
    """The best of all paths, one after the other: T is small."""
    T, n = scores.shape
    paths = [
        path
        for path in itertools.product(range(n), repeat=T)
        if all(
            may(names[tag], names[before] if place else start)
            for place, (before, tag) in enumerate(zip((0, *path), path, strict=False))
        )
    ]
    totals = scores[torch.arange(T), torch.tensor(paths)].sum(1)
    return list(paths[int(totals.argmax())])


def _path(may=_may_follow, start="O"):
    return lambda scores, names: _best_path(scores, names, may, start)


def _word_by_word(scores, names):
    return scores.argmax(1).tolist()


def _greedy(scores, names):
    path, before = [], "O"
    for row in scores:
        best = max((i for i, name in enumerate(names) if _may_follow(name, before)),
                   key=lambda i: row[i].item())  # fmt: skip
        path.append(best)
        before = names[best]
    return path


def _mended(replacement):
    """The best tags alone, and a tag that can't stand there is replaced afterwards."""

    def path(scores, names):
        found, before = [], "O"
        for tag in scores.argmax(1).tolist():
            name = names[tag]
            if not _may_follow(name, before):
                name = replacement(name)
            found.append(names.index(name))
            before = name
        return found

    return path


def _bio_cases(rng: np.random.Generator) -> list[Case]:
    two = ["O", "B-place", "I-place"]
    four = ["O", "B-name", "I-name", "B-place", "I-place"]

    def case(name: str, names: list[str], T: int) -> Case:
        scores = torch.from_numpy(rng.normal(size=(T, len(names)))).log_softmax(1)
        return Case(name, (scores, names))

    def written(name: str, names: list[str], rows: list[list[float]]) -> Case:
        noise = torch.from_numpy(0.1 * rng.uniform(size=(len(rows), len(names))))
        return Case(name, (torch.tensor(rows, dtype=torch.float64) + noise, names))

    return [
        written("a first word that seems to continue", two, [[0, 1, 3], [1, 0, 3], [3, 0, 0]]),
        written(
            "the second word says what the first must be", two, [[2, 1, 0], [0, 0, 4], [3, 0, 0]]
        ),
        written("a clear O between", two, [[0, 3, 0], [6, 0, 0], [1, 0.5, 2], [3, 0, 0]]),
        written(
            "two kinds side by side",
            four,
            [[0, 3, 0, 2, 0], [0, 0, 2, 0, 2.4], [0, 0, 1, 0, 3], [2, 0, 0, 1, 0]],
        ),
        case("five words, two kinds", four, 5),
        case("six words", two, 6),
    ]


def _inside_any(tag: str, before: str) -> bool:
    return not tag.startswith("I-") or before != "O"


def _only_after_b(tag: str, before: str) -> bool:
    return not tag.startswith("I-") or before == "B" + tag[1:]


BIO = Exercise(
    grade_id="07-bio",
    function="best_path",
    points=4,
    cases=_bio_cases,
    reference=_path(),
    mistakes=(
        Mistake(
            _word_by_word,
            "Does each word choose alone? Then an I- may stand where nothing has begun.",
        ),
        Mistake(
            _greedy,
            "Do you decide from left to right for good? A later word may show that an entity had "
            "begun: keep the best path to every tag.",
        ),
        Mistake(
            _mended(lambda name: "B" + name[1:]),
            "Do you turn an I- into a B- afterwards? The best path may do without either.",
        ),
        Mistake(
            _mended(lambda name: "O"),
            "Do you turn an I- into O afterwards? The best path may have a B- before it.",
        ),
        Mistake(
            _path(start="I-place"),
            "May the first word be an I-? Nothing comes before it that it could continue.",
        ),
        Mistake(_path(_inside_any), "May an I- continue another kind? Only B- or I- of its own."),
        Mistake(
            _path(_only_after_b),
            "How long may an entity be? An I- may follow an I- of its kind as well.",
        ),
    ),
)

EXERCISES = (RATES, SMOOTH, BUCKETS, PIECES, BIO)

"""Pretraining of lesson 06's BERT beside transformers' `BertForPreTraining`.

Both sides get the same rows, the same weights to begin with, the same dropout, optimizer, clipping,
threads and precision; before anything is timed their losses on the same batch are compared. Ours
reads rows packed and scores hidden places only; the peer reads them padded, as its collators do,
and scores every place. The lesson is looked up when a race is made.
"""

import copy
import importlib
import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from helpers import data
from helpers.kernel_bench import UnequalWork, matrix_rate
from helpers.training import to_device
from helpers.training_bench import Sides, training

LESSON, BLOCKS = "notebooks.bert_pretraining", "notebooks.transformer"
CLS, SEP, MASK, FIRST = 2, 3, 4, 5


@dataclass(frozen=True)
class Shape:
    """A model and its batches; feed-forward layers are four times as wide."""

    vocab_size: int = 8000
    d_model: int = 128
    n_heads: int = 4
    n_layers: int = 4
    max_len: int = 128
    n_rows: int = 32
    updates: int = 4
    dropout: float = 0.1


KEPT = Shape()
"""Of the network that the course keeps."""
IN_PROPORTION = Shape(vocab_size=1696)
"""As deep and wide, with as large a share of its weights in the table as BERT-base has."""
BASE = Shape(30522, 768, 12, 12, 512, 32, 10)
"""BERT-base (Devlin et al. 2019, section 3), for a GPU."""
CPU = torch.device("cpu")


def full_rows() -> Sides:
    """Rows of the full length, of which nothing is padded: the work differs in the head alone."""
    return race("bert pretrain tokens/s, full rows", KEPT, random_rows(KEPT))


def sentences() -> Sides:
    """Two sentences of Wikipedia a row, in random order: the peer pads to a batch's longest."""
    return race("bert pretrain tokens/s, real sentences", KEPT, wikipedia_rows(KEPT))


def in_proportion() -> Sides:
    """Full rows again, with BERT-base's proportions of body and head."""
    name = "bert pretrain tokens/s, full rows, BERT-base's proportions"
    return race(name, IN_PROPORTION, random_rows(IN_PROPORTION))


def head() -> Sides:
    """Ours beside ours with scores at every place: what the head on hidden places alone gives.

    Raises :class:`UnequalWork` if the two losses differ.
    """
    lesson = importlib.import_module(LESSON)
    batches = packed_batches(random_rows(KEPT), KEPT)
    torch.manual_seed(0)
    hidden_alone = lesson.BertForPretraining(lesson_config(KEPT)).train()
    everywhere = copy.deepcopy(hidden_alone)
    losses = lesson.pretraining_loss, loss_everywhere
    check_losses(hidden_alone, everywhere, (batches[0], batches[0]), losses)
    return (
        "bert pretrain tokens/s, head on hidden places against all places",
        "tokens/s",
        updates(hidden_alone, losses[0], batches),
        updates(everywhere, losses[1], batches),
    )


def on_gpu() -> tuple:
    """Full rows of BERT-base in bf16, and the tokens a second that matrix products alone allow."""
    device = torch.device("cuda")
    rows = random_rows(BASE)
    name = "bert pretrain tokens/s, BERT-base, full rows"
    per_place = 6 * (BASE.n_layers * (12 * BASE.d_model**2 + 2 * BASE.max_len * BASE.d_model))
    head = 0.15 * 6 * BASE.d_model * (BASE.d_model + BASE.vocab_size)
    return (
        *race(name, BASE, rows, device),
        lambda: 1e12 * matrix_rate() / (per_place + head),
    )


def random_rows(shape: Shape) -> list[list[torch.Tensor]]:
    """Batches of rows of random words, each as long as a row may be without its marks."""
    draw = torch.Generator().manual_seed(0)
    size = shape.updates, shape.n_rows, shape.max_len - 3
    return [list(batch) for batch in torch.randint(FIRST, shape.vocab_size, size, generator=draw)]


def wikipedia_rows(shape: Shape) -> list[list[torch.Tensor]]:
    """Batches of neighbouring sentences of the Wikipedia slice, words numbered by frequency."""
    articles = data.load("wikipedia")["train"]
    counts = Counter(word for article in articles for sentence in article for word in sentence)
    known = {word: FIRST + i for i, (word, _) in enumerate(counts.most_common())}
    pairs = [a + b for article in articles for a, b in itertools.pairwise(article)]
    order = torch.randperm(len(pairs), generator=torch.Generator().manual_seed(0)).tolist()
    rows = [
        torch.tensor([min(known[word], shape.vocab_size - 1) for word in pairs[i]])
        for i in order[: shape.updates * shape.n_rows]
    ]
    rows = [row[: shape.max_len - 3] for row in rows]
    return [rows[i : i + shape.n_rows] for i in range(0, len(rows), shape.n_rows)]


def race(name: str, shape: Shape, rows: list, device: torch.device = CPU) -> Sides:
    """The two sides on batches of these rows. Raises :class:`UnequalWork` if losses differ."""
    lesson = importlib.import_module(LESSON)
    ours, peer = both(shape, device)
    batches = packed_batches(rows, shape)
    theirs = to_device([padded(batch) for batch in batches], device)
    batches = to_device(batches, device)
    losses = lesson.pretraining_loss, peer_loss
    check_losses(ours, peer, (batches[0], theirs[0]), losses)
    return (
        name,
        "tokens/s",
        updates(ours, losses[0], batches),
        updates(peer, losses[1], theirs),
    )


def lesson_config(shape: Shape):
    lesson = importlib.import_module(LESSON)
    d, names = shape.d_model, ("n_heads", "n_layers", "max_len", "dropout")
    sizes = {name: getattr(shape, name) for name in names}
    return lesson.BertConfig(shape.vocab_size, d_model=d, d_ff=4 * d, **sizes)


def both(shape: Shape, device: torch.device) -> tuple[nn.Module, nn.Module]:
    """The lesson's model and the peer with the same weights, in training mode."""
    from transformers import BertConfig, BertForPreTraining

    lesson = importlib.import_module(LESSON)
    torch.manual_seed(0)
    peer = BertForPreTraining(
        BertConfig(
            vocab_size=shape.vocab_size,
            hidden_size=shape.d_model,
            num_attention_heads=shape.n_heads,
            num_hidden_layers=shape.n_layers,
            intermediate_size=4 * shape.d_model,
            max_position_embeddings=shape.max_len,
            hidden_dropout_prob=shape.dropout,
            attention_probs_dropout_prob=0.0,
        )
    )
    ours = lesson.BertForPretraining(lesson_config(shape))
    lesson.fill(ours, lesson.todays_names(peer.state_dict()))
    return ours.to(device).train(), peer.to(device).train()


def packed_batches(rows: list[list[torch.Tensor]], shape: Shape) -> list:
    """A `Batch` of the lesson for each list of rows: 15 % hidden, [SEP] in the middle of a row."""
    draw = torch.Generator().manual_seed(1)
    return [packed_batch(batch, shape, draw) for batch in rows]


def packed_batch(rows: list[torch.Tensor], shape: Shape, draw: torch.Generator):
    lesson = importlib.import_module(LESSON)
    rows = sorted(rows, key=len)  # neighbours of one length attend in one go
    cls, sep = torch.tensor([CLS]), torch.tensor([SEP])
    joined, segments = [], []
    for row in rows:
        a, b = row[: len(row) // 2], row[len(row) // 2 :]
        joined.append(torch.cat([cls, a, sep, b, sep]))
        segments.append((torch.arange(len(row) + 3) > len(a) + 1).long())
    ids, offsets, positions = importlib.import_module(BLOCKS).packed(joined)
    ordinary = torch.arange(shape.vocab_size) >= FIRST
    ids, places, targets = lesson.masked(ids, offsets, ordinary, MASK, draw)
    random = torch.randint(2, (len(rows),), generator=draw)
    columns = ids, torch.cat(segments), positions, offsets, places, targets, random
    return lesson.Batch(*columns, int(offsets.diff().max()))


def padded(batch) -> dict[str, torch.Tensor]:
    """The same rows as the peer's arguments; full rows need no mask."""
    lengths = batch.offsets.diff()
    row = torch.arange(len(lengths)).repeat_interleave(lengths)
    labels = torch.full_like(batch.ids, -100).index_copy(0, batch.places, batch.targets)

    def spread(values: torch.Tensor, blank: int) -> torch.Tensor:
        side_by_side = values.new_full((len(lengths), batch.max_len), blank)
        side_by_side[row, batch.positions] = values
        return side_by_side

    full = bool((lengths == batch.max_len).all())
    mask = {} if full else {"attention_mask": spread(torch.ones_like(batch.ids), 0)}
    return mask | {
        "input_ids": spread(batch.ids, 0),
        "token_type_ids": spread(batch.segments, 0),
        "labels": spread(labels, -100),
        "next_sentence_label": batch.random,
    }


def check_losses(ours: nn.Module, peer: nn.Module, batches: Sequence, losses: Sequence) -> None:
    """Raise :class:`UnequalWork` unless both give the batch the same loss, dropout aside.

    ``batches`` and ``losses``: one for each side.
    """
    models = ours.eval(), peer.eval()
    with torch.no_grad():
        found = [
            loss(model, batch).item()
            for loss, model, batch in zip(losses, models, batches, strict=True)
        ]
    ours.train(), peer.train()
    if abs(found[0] - found[1]) > 1e-4 * found[1]:
        raise UnequalWork(f"losses on one batch: ours {found[0]}, the peer's {found[1]}.")


def peer_loss(peer: nn.Module, batch: dict) -> torch.Tensor:
    return peer(**batch).loss


def loss_everywhere(model: nn.Module, batch) -> torch.Tensor:
    """The lesson's loss by scores at every place, of which the hidden ones count."""
    states = model.states(batch)
    labels = torch.full_like(batch.ids, -100).index_copy(0, batch.places, batch.targets)
    words = F.cross_entropy(model.word_scores(states), labels)
    return words + F.cross_entropy(
        model.pair(model.bert.pooled(states, batch.offsets)), batch.random
    )


def updates(model: nn.Module, loss_of: Callable, batches: list) -> Callable[[], float]:
    """Measures the real tokens a second of an update for each batch."""
    return training(model, loss_of, batches, sum(map(n_tokens, batches)))


def n_tokens(batch) -> int:
    """Tokens without padding."""
    if isinstance(batch, dict):
        return int(batch.get("attention_mask", torch.ones_like(batch["input_ids"])).sum())
    return len(batch.ids)

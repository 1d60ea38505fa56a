"""What the network is good for: fine-tuned on few labels, and probed layer by layer."""

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from helpers.miniworld.tasks import Edge, Opinion
from helpers.training import Batches, TrainConfig, train
from tests.benchmarks.masked_lm.corpus import SPECIAL, UNKNOWN, Vocabulary, words
from tests.benchmarks.masked_lm.linear import LinearProbe
from tests.benchmarks.masked_lm.measures import in_parts, padded
from tests.benchmarks.masked_lm.model import MaskedLM


class Classifier(nn.Module):
    """The body with a linear layer on the mean of its last states."""

    def __init__(self, body: MaskedLM, n_classes: int = 2):
        super().__init__()
        self.body = body
        self.head = nn.Linear(body.shape.d_model, n_classes)
        nn.init.zeros_(self.head.weight)

    def forward(self, ids: Tensor, padding: Tensor) -> Tensor:
        inside = (ids >= len(SPECIAL)) | (ids == UNKNOWN)
        states = self.body(ids, padding) * inside[:, :, None]
        return self.head(states.sum(dim=1) / inside.sum(dim=1, keepdim=True))


def fine_tuned(
    body: MaskedLM,
    vocabulary: Vocabulary,
    rows: Sequence[Opinion],
    test: Sequence[Opinion],
    seed: int,
    shuffled: bool = False,
    lr: float = 5e-4,
    epochs: int = 12,
) -> float:
    """Test accuracy of a copy of ``body`` trained on ``rows``; ``shuffled`` shuffles the labels."""
    torch.manual_seed(seed)
    model = Classifier(copy.deepcopy(body))
    ids, _ = padded([vocabulary.encode(words(row.text)) for row in rows])
    labels = torch.tensor([row.label for row in rows])
    if shuffled:
        labels = labels[torch.randperm(len(labels))]
    config = TrainConfig(epochs=epochs, lr=lr, warmup=0.1)
    train(model, _label_loss, Batches((ids, labels), 16, seed), config)
    return _accuracy(model, vocabulary, test)


def _label_loss(model: Classifier, batch: tuple[Tensor, Tensor]) -> Tensor:
    ids, labels = batch
    ids = ids[:, : int((ids > 0).sum(dim=1).max())]
    return cross_entropy(model(ids, ids == 0), labels)


@torch.no_grad()
def _accuracy(model: Classifier, vocabulary: Vocabulary, rows: Sequence[Opinion]) -> float:
    model.eval()
    hits = 0
    for part in in_parts(rows):
        ids, padding = padded([vocabulary.encode(words(row.text)) for row in part])
        labels = torch.tensor([row.label for row in part])
        hits += int((model(ids, padding).argmax(dim=1) == labels).sum())
    return hits / len(rows)


@torch.no_grad()
def span_states(body: MaskedLM, vocabulary: Vocabulary, rows: Sequence[Edge]) -> Tensor:
    """Means over each row's spans, side by side, of every layer: (n_layers + 1, N, D or 2 D)."""
    found = []
    for part in in_parts(rows):
        ids, padding = padded([vocabulary.encode(row.tokens) for row in part])
        states = body.states(ids, padding)
        spans = [[row.span1 for row in part]]
        if part[0].span2 is not None:
            spans.append([row.span2 for row in part])
        found.append(torch.cat([_mean_over(states, each) for each in spans], dim=-1))
    return torch.cat(found, dim=1)


def _mean_over(states: Tensor, spans: list[tuple[int, int]]) -> Tensor:
    """(L, B, T, D) and B spans to (L, B, D); token i stands at i + 1, after [CLS]."""
    starts, ends = (torch.tensor(side)[:, None] + 1 for side in zip(*spans, strict=True))
    places = torch.arange(states.shape[2])
    inside = ((places >= starts) & (places < ends)).float()  # (B, T)
    return torch.einsum("lbtd,bt->lbd", states, inside / inside.sum(dim=1, keepdim=True))


def probed(
    body: MaskedLM, vocabulary: Vocabulary, train_rows: Sequence[Edge], test_rows: Sequence[Edge]
) -> list[float]:
    """Accuracy of a linear probe on each layer, embeddings first."""
    names = sorted({row.label for row in train_rows})
    number = {name: i for i, name in enumerate(names)}
    test_rows = [row for row in test_rows if row.label in number]
    states = [span_states(body, vocabulary, rows) for rows in (train_rows, test_rows)]
    labels = [torch.tensor([number[r.label] for r in rows]) for rows in (train_rows, test_rows)]
    return [
        LinearProbe().fit(learnt, labels[0]).accuracy(asked, labels[1])
        for learnt, asked in zip(*states, strict=True)
    ]

"""The network of the proof: torch's own encoder under a masked language model's head."""

from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, gelu

from tests.benchmarks.masked_lm.batches import Batch

STD = 0.05
# Not "gelu": for that torch has a short cut in evaluation, which misreads masks of numbers.
ACTIVATION = partial(gelu, approximate="tanh")


@dataclass(frozen=True)
class Shape:
    d_model: int = 128
    n_heads: int = 8
    n_layers: int = 3
    d_ff: int = 512
    max_len: int = 128


def sinusoids(length: int, d_model: int) -> Tensor:
    """Positions to begin with (T, D), as strong as the words (Vaswani et al. 2017, section 3.5):
    from random ones a small network spends its time on learning what stands beside what."""
    angles = torch.arange(length)[:, None] * 1000 ** (-torch.arange(0, d_model, 2) / d_model)
    return STD * 2**0.5 * torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)


def farness(n_heads: int, length: int) -> Tensor:
    """What distance takes from attention, (n_heads, T, T): the first head looks about, the last
    one everywhere alike (Press et al. 2022, with slopes of our own)."""
    slopes = torch.tensor([4.0**-i for i in range(n_heads - 1)] + [0.0])
    places = torch.arange(length)
    return -slopes[:, None, None] * (places[:, None] - places).abs()


class MaskedLM(nn.Module):
    """Words to states to words; input and output share one matrix of embeddings."""

    def __init__(self, vocab_size: int, shape: Shape = Shape()):
        super().__init__()
        self.shape = shape
        self.token = nn.Embedding(vocab_size, shape.d_model)
        self.position = nn.Embedding(shape.max_len, shape.d_model)
        layer = nn.TransformerEncoderLayer(
            shape.d_model,
            shape.n_heads,
            shape.d_ff,
            dropout=0.0,
            activation=ACTIVATION,
            batch_first=True,
            norm_first=True,
        )
        norm = nn.LayerNorm(shape.d_model)
        self.encoder = nn.TransformerEncoder(
            layer, shape.n_layers, norm, enable_nested_tensor=False
        )
        self.transform = nn.Linear(shape.d_model, shape.d_model)
        self.norm = nn.LayerNorm(shape.d_model)
        self.bias = nn.Parameter(torch.zeros(vocab_size))
        for weight in self.parameters():
            if weight.dim() == 2:  # torch copies one layer n times: all would start alike
                nn.init.normal_(weight, std=STD)
        self.position.weight.data = sinusoids(shape.max_len, shape.d_model)
        self.register_buffer("far", farness(shape.n_heads, shape.max_len), persistent=False)

    def embedded(self, ids: Tensor) -> Tensor:
        return self.token(ids) + self.position.weight[: ids.shape[1]]  # (B, T, D)

    def masks(self, ids: Tensor, padding: Tensor | None) -> Tensor:
        """What is added to the logits of attention: (B * n_heads, T, T)."""
        far = self.far[:, : ids.shape[1], : ids.shape[1]]
        if padding is None:
            return far.repeat(len(ids), 1, 1)
        hidden = torch.zeros(ids.shape).masked_fill(padding, -torch.inf)
        return (far + hidden[:, None, None]).flatten(0, 1)

    def forward(self, ids: Tensor, padding: Tensor | None = None) -> Tensor:
        """Last states (B, T, D) of ``ids`` (B, T); ``padding`` true where a row has ended."""
        return self.encoder(self.embedded(ids), mask=self.masks(ids, padding))

    def states(self, ids: Tensor, padding: Tensor | None = None) -> Tensor:
        """The states of every layer, embeddings first: (n_layers + 1, B, T, D)."""
        states, masks = [self.embedded(ids)], self.masks(ids, padding)
        for layer in self.encoder.layers:
            states.append(layer(states[-1], src_mask=masks))
        states[-1] = self.encoder.norm(states[-1])
        return torch.stack(states)

    def words(self, states: Tensor) -> Tensor:
        """Scores (…, V) of all words for states (…, D)."""
        return self.norm(gelu(self.transform(states))) @ self.token.weight.T + self.bias

    def at(self, ids: Tensor, padding: Tensor | None, positions: Tensor) -> Tensor:
        """States at ``positions`` (B, M): (B, M, D)."""
        index = positions[:, :, None].expand(-1, -1, self.shape.d_model)
        return self(ids, padding).gather(1, index)


def loss(model: MaskedLM, batch: Batch) -> Tensor:
    """Mean cross-entropy of the masked words, in nats."""
    scores = model.words(model.at(batch.ids, batch.padding, batch.positions))
    return cross_entropy(scores.flatten(0, 1), batch.targets.flatten())

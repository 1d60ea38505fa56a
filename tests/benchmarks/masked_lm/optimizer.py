"""Muon for the matrices of the encoder, AdamW for all else."""

from torch import nn
from torch.optim import AdamW, Muon

from helpers.training import parameter_groups

MUON = 10.0  # times AdamW's rate


class MuonAndAdamW:
    """Two optimizers that step together, as one for ``helpers.training.train``.

    Muon (Jordan et al. 2024) makes the update of a matrix orthogonal; embeddings, biases and gains
    stay with AdamW, as its authors advise.
    """

    def __init__(self, model: nn.Module, encoder: nn.Module, lr: float, weight_decay: float = 0.01):
        matrices = [p for p in encoder.parameters() if p.dim() == 2]
        chosen = set(matrices)
        rest = [
            group | {"params": [p for p in group["params"] if p not in chosen]}
            for group in parameter_groups(model, weight_decay)
        ]
        self.parts = (
            Muon(matrices, lr=MUON * lr, weight_decay=weight_decay),
            AdamW(rest, lr=lr, fused=True),
        )

    @property
    def param_groups(self) -> list[dict]:
        return [group for part in self.parts for group in part.param_groups]

    def step(self) -> None:
        for part in self.parts:
            part.step()

    def zero_grad(self) -> None:
        for part in self.parts:
            part.zero_grad()

    def state_dict(self) -> dict:
        return {"parts": [part.state_dict() for part in self.parts]}

    def load_state_dict(self, state: dict) -> None:
        for part, saved in zip(self.parts, state["parts"], strict=True):
            part.load_state_dict(saved)

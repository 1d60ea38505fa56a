"""Muon for the matrices of a body, AdamW for all else, as one optimizer of `train`."""

import torch

from helpers.training.recipe import parameter_groups

MUON_RATE = 10  # times AdamW's: an orthogonal update has another size than Adam's


class MuonAndAdamW:
    """Two optimizers that step together.

    Muon (Jordan et al. 2024) makes the update of a matrix orthogonal; its authors leave embeddings,
    biases and gains to AdamW. So the matrices of ``body``, a part of ``model``, are Muon's, and all
    other weights AdamW's, with decay as in `parameter_groups`. ``lr``: AdamW's; Muon's is
    `MUON_RATE` times as high. Raises ValueError for a ``body`` without matrices.
    """

    def __init__(self, model, body, lr, weight_decay=0.01):
        matrices = [weight for weight in body.parameters() if weight.dim() == 2]
        chosen = {id(weight) for weight in matrices}
        rest = [
            group | {"params": [weight for weight in group["params"] if id(weight) not in chosen]}
            for group in parameter_groups(model, weight_decay)
        ]
        self.parts = (
            torch.optim.Muon(matrices, lr=MUON_RATE * lr, weight_decay=weight_decay),
            torch.optim.AdamW(rest, lr=lr, fused=True),
        )

    @property
    def param_groups(self):
        """The groups of both, whose rates a schedule sets."""
        return [group for part in self.parts for group in part.param_groups]

    def step(self):
        """An update by both."""
        for part in self.parts:
            part.step()

    def zero_grad(self):
        """No gradients."""
        for part in self.parts:
            part.zero_grad()

    def state_dict(self):
        """What `load_state_dict` needs to go on."""
        return {"parts": [part.state_dict() for part in self.parts]}

    def load_state_dict(self, state):
        """Go on from a `state_dict`."""
        for part, saved in zip(self.parts, state["parts"], strict=True):
            part.load_state_dict(saved)

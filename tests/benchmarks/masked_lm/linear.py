"""A linear probe: softmax regression on frozen states."""

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy


class LinearProbe:
    """Softmax regression with ``l2`` times the squared weights, fitted by L-BFGS.

    Features are standardised as the training rows are, so one strength fits all layers.
    """

    def __init__(self, l2: float = 1e-3, iterations: int = 60):
        self.l2, self.iterations = l2, iterations

    def fit(self, features: Tensor, labels: Tensor) -> "LinearProbe":
        """``features`` (N, D), ``labels`` (N,) from 0."""
        self.mean, self.std = features.mean(dim=0), features.std(dim=0) + 1e-6
        x, n_classes = (features - self.mean) / self.std, int(labels.max()) + 1
        self.weight = torch.zeros(x.shape[1], n_classes, requires_grad=True)
        self.bias = torch.zeros(n_classes, requires_grad=True)
        optimizer = torch.optim.LBFGS(
            [self.weight, self.bias], max_iter=self.iterations, line_search_fn="strong_wolfe"
        )

        def closure():
            optimizer.zero_grad()
            loss = cross_entropy(x @ self.weight + self.bias, labels)
            loss = loss + self.l2 * self.weight.square().sum()
            loss.backward()
            return loss

        optimizer.step(closure)
        return self

    @torch.no_grad()
    def accuracy(self, features: Tensor, labels: Tensor) -> float:
        x = (features - self.mean) / self.std
        return (((x @ self.weight + self.bias).argmax(dim=1)) == labels).float().mean().item()

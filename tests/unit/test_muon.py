"""Muon and AdamW as one optimizer: who has which weight, and what a stopped training needs."""

import copy
import io

import pytest
import torch
from torch import nn
from training_checks import library, same


class Small(nn.Module):
    """A table, a body with matrices, biases and gains, and a head."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(7, 6)
        self.body = nn.Sequential(nn.Linear(6, 5), nn.LayerNorm(5), nn.Linear(5, 6))
        self.head = nn.Linear(6, 3)

    def forward(self, ids):
        return self.head(self.body(self.table(ids)))


def small():
    torch.manual_seed(0)
    return Small()


def update(model, optimizer, seed):
    draw = torch.Generator().manual_seed(seed)
    ids, labels = (torch.randint(n, (20,), generator=draw) for n in (7, 3))
    optimizer.zero_grad()
    assert all(weight.grad is None for weight in model.parameters()), "gradients add up"
    nn.functional.cross_entropy(model(ids), labels).backward()
    optimizer.step()


def check_each_weight_has_one_optimizer(lib):
    model = small()
    both = lib.MuonAndAdamW(model, model.body, lr=0.01, weight_decay=0.1)
    listed = [[id(weight) for weight in group["params"]] for group in both.param_groups]
    inner, tables, rest = listed
    assert inner == [id(model.body[i].weight) for i in (0, 2)]
    assert tables == [id(model.table.weight), id(model.head.weight)]
    assert sorted(inner + tables + rest) == sorted(id(weight) for weight in model.parameters())
    assert [group["lr"] for group in both.param_groups] == [0.1, 0.01, 0.01]
    assert [group["weight_decay"] for group in both.param_groups] == [0.1, 0.1, 0]


def check_update(lib):
    """Every weight moves; a matrix of the body about as far in its second direction as in its
    first, the head as Adam moves it."""
    model = small()
    before = copy.deepcopy(dict(model.named_parameters()))
    both = lib.MuonAndAdamW(model, model.body, lr=1e-3, weight_decay=0.0)
    update(model, both, seed=1)
    moved = {name: weight.detach() - before[name] for name, weight in model.named_parameters()}
    assert all(change.abs().max() > 0 for change in moved.values())
    for name in ("body.0.weight", "body.2.weight"):
        first, second, *_ = torch.linalg.svdvals(moved[name])
        assert second > first / 2, name
    assert moved["head.weight"].abs().max() <= 1e-3 * 1.01, "Adam's first update is the rate"


def check_goes_on(lib):
    """Saved and loaded half-way, it makes the very updates of one that was never stopped."""
    whole = small()
    optimizer = lib.MuonAndAdamW(whole, whole.body, lr=0.01)
    for seed in range(3):
        update(whole, optimizer, seed)
    file = io.BytesIO()
    torch.save(optimizer.state_dict(), file)
    again = copy.deepcopy(whole)
    resumed = lib.MuonAndAdamW(again, again.body, lr=0.01)
    resumed.load_state_dict(torch.load(io.BytesIO(file.getvalue()), weights_only=True))
    for seed in range(3, 5):
        update(whole, optimizer, seed)
        update(again, resumed, seed)
    assert same(dict(whole.state_dict()), dict(again.state_dict()))


def check_layout(lib):
    """What trainings that were begun once have in their files: another layout couldn't go on."""
    model = small()
    both = lib.MuonAndAdamW(model, model.body, lr=0.01)
    update(model, both, seed=0)
    state = both.state_dict()
    assert list(state) == ["parts"]
    muon, adam = state["parts"]
    assert [list(weight) for weight in muon["state"].values()] == [["momentum_buffer"]] * 2
    shapes = [tuple(weight["exp_avg"].shape) for weight in adam["state"].values()]
    assert shapes == [(7, 6), (3, 6), (5,), (5,), (5,), (6,), (3,)]


CHECKS = {name: check for name, check in list(globals().items()) if name.startswith("check_")}
BUGS = {
    "Muon for tables, too": (
        "check_each_weight_has_one_optimizer",
        "in body.parameters()",
        "in model.parameters()",
    ),
    "weights in both": (
        "check_each_weight_has_one_optimizer",
        " if id(weight) not in chosen]",
        "]",
    ),
    "one rate for both": ("check_each_weight_has_one_optimizer", "lr=MUON_RATE * lr", "lr=lr"),
    "AdamW never steps": (
        "check_update",
        "for part in self.parts:\n            part.step()",
        "for part in self.parts[:1]:\n            part.step()",
    ),
    "gradients of one stay": (
        "check_goes_on",
        "for part in self.parts:\n            part.zero_grad()",
        "for part in self.parts[:1]:\n            part.zero_grad()",
    ),
    "a state is lost": (
        "check_goes_on",
        "part.load_state_dict(saved)",
        "part is self.parts[0] and part.load_state_dict(saved)",
    ),
    "AdamW's state comes first": (
        "check_layout",
        "[part.state_dict() for part in self.parts]",
        "[part.state_dict() for part in self.parts[::-1]]",
    ),
}


@pytest.mark.parametrize("check", CHECKS)
def test_passes(check):
    CHECKS[check](library())


@pytest.mark.parametrize("check, old, new", BUGS.values(), ids=BUGS)
def test_catches(check, old, new):
    lib = library("muon", old, new)
    with pytest.raises((AssertionError, ValueError)):
        CHECKS[check](lib)


def test_a_body_without_matrices_is_refused():
    model = small()
    with pytest.raises(ValueError, match="empty parameter list"):
        library().MuonAndAdamW(model, model.body[1], lr=0.01)

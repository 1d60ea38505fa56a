"""The lessons' BERT and GPT train on our kernels, without a word of theirs changed."""

import importlib
from importlib.util import find_spec

import pytest
import torch
from kernel_checks import IMPLEMENTATIONS, TOLERANCE, assert_near, ours, use

from helpers import bert_bench, gpt_bench
from helpers.training import to_device

LENGTHS = (21, 9, 15)  # packed, with padding nowhere


def bert():
    """The model, its loss and a batch."""
    lesson = importlib.import_module(bert_bench.LESSON)
    shape = bert_bench.Shape(60, 32, 2, 2, 24, dropout=0.0)
    rows = [torch.randint(bert_bench.FIRST, 60, (n,)) for n in LENGTHS]
    batch = bert_bench.packed_batches([rows], shape)[0]
    model = lesson.BertForPretraining(bert_bench.lesson_config(shape))
    return model, lesson.pretraining_loss, batch


def gpt():
    lesson = importlib.import_module(gpt_bench.LESSON)
    sizes = {"d_model": 32, "n_heads": 2, "n_layers": 2, "d_ff": 64, "max_len": 24}
    model = lesson.GPT(lesson.GPTConfig(vocab_size=60, dropout=0.0, **sizes))
    batch = gpt_bench.as_text([torch.randint(60, (n,)) for n in LENGTHS])
    return model, lesson.lm_loss, batch


def trained(build, kernels, device, half, monkeypatch):
    """Loss, and the gradient of each of the model's tensors."""
    monkeypatch.setenv("KERNELS", kernels)
    torch.manual_seed(0)
    model, loss_of, batch = build()
    model = model.to(device).train()
    with torch.autocast(device, torch.bfloat16, enabled=half):
        loss = loss_of(model, to_device(batch, device))
    loss.backward()
    return loss, {name: weight.grad for name, weight in model.named_parameters()}


@ours
@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("build", [bert, gpt])
def test_loss_and_gradients_are_the_references(implementation, build, half, monkeypatch):
    for lesson in (bert_bench.LESSON, gpt_bench.LESSON):
        if find_spec(lesson) is None:
            pytest.skip(f"{lesson} isn't in this checkout")
    device = use(implementation, monkeypatch)
    want, gradients = trained(build, "reference", "cpu", False, monkeypatch)
    got, found = trained(build, IMPLEMENTATIONS[implementation][0], device, half, monkeypatch)
    dtype = torch.bfloat16 if half else torch.float32
    assert got.dtype == torch.float32 and abs(got.item() - want.item()) < TOLERANCE[dtype]
    for name, gradient in gradients.items():
        assert_near(name, found[name], gradient, dtype)

"""Lesson 08's GPT beside transformers' GPT-2: same weights, same batches, same optimizer.

Before anything is timed, both sides must find the same losses (or tokens) on the same weights. The
lesson's code is looked up when a measurement runs.
"""

import importlib
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn

from helpers import data, kernel_bench
from helpers.kernel_bench import UnequalWork
from helpers.training_bench import Sides, precision, speed, training

LESSON = "notebooks.gpt"
SHAPE = {
    "vocab_size": 4096, "d_model": 128, "n_heads": 4, "n_layers": 4, "d_ff": 512, "max_len": 128,
}  # fmt: skip
"""The network that the course keeps."""
GPU_SHAPE = {
    "vocab_size": 50_257, "d_model": 768, "n_heads": 12, "n_layers": 12, "d_ff": 3072,
    "max_len": 1024,
}  # fmt: skip
"""GPT-2, the smallest one (Radford et al. 2019, table 2)."""
ROWS, SENTENCES, UPDATES = 8, 48, 6
NEW = 96
DROPOUT = 0.1


def full_rows() -> Sides:
    """`pretraining` on rows that are as long as the model reads."""
    return pretraining("gpt pretrain tokens/s, full rows", random_rows(ROWS, SHAPE))


def without_dropout() -> Sides:
    """`full_rows` with nothing dropped, as the course trains its own."""
    name = "gpt pretrain tokens/s, full rows, no dropout"
    return pretraining(name, random_rows(ROWS, SHAPE), dropout=0.0)


def real_sentences() -> Sides:
    """`pretraining` on sentences of the Wikipedia slice, one after the other as they come."""
    return pretraining("gpt pretrain tokens/s, real sentences", sentences())


def random_rows(rows: int, shape: dict) -> list[list[torch.Tensor]]:
    """Batches of random tokens, every row as long as the model reads."""
    draw = torch.Generator().manual_seed(0)
    size = (UPDATES, rows, shape["max_len"] + 1)
    ids = torch.randint(shape["vocab_size"], size, generator=draw)
    return [list(batch) for batch in ids]


def sentences(n: int = SENTENCES) -> list[list[torch.Tensor]]:
    """Batches of sentences from the Wikipedia slice, in its order; rare words share numbers."""
    text = [s for article in data.load("wikipedia")["train"] for s in article if len(s) > 2]
    number: dict[str, int] = {}
    rows = [
        torch.tensor([number.setdefault(w, len(number)) % SHAPE["vocab_size"] for w in sentence])
        for sentence in (s[: SHAPE["max_len"] + 1] for s in text[: n * UPDATES])
    ]
    return [rows[i : i + n] for i in range(0, len(rows), n)]


def pretraining(name: str, batches: list, dropout: float = DROPOUT) -> Sides:
    """Updates with AdamW and clipping; tokens that are predicted, a second.

    The peer's rows are padded where they differ in length. Raises :class:`UnequalWork` unless loss
    and gradients agree on equal weights, without dropout.
    """
    ours, peer = models(SHAPE, dropout)
    texts, padded_rows = [as_text(rows) for rows in batches], [padded(rows) for rows in batches]
    lm_loss = importlib.import_module(LESSON).lm_loss
    sides = (ours, lm_loss, texts), (peer, peer_loss, padded_rows)
    losses, norms = zip(*(_first_loss(*side) for side in sides), strict=True)
    _check_equal("first losses", *losses)
    _check_equal("norms of the first gradients", *norms)
    n_tokens = sum(len(row) - 1 for rows in batches for row in rows)
    return name, "tokens/s", *(training(*side, n_tokens) for side in sides)


def models(shape: dict, dropout: float, device: str = "cpu", std: float = 0.02):
    """Our GPT and transformers' GPT-2 with the same random weights."""
    from transformers import GPT2Config, GPT2LMHeadModel

    lesson = importlib.import_module(LESSON)
    torch.manual_seed(0)
    peer = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=shape["vocab_size"],
            n_embd=shape["d_model"],
            n_head=shape["n_heads"],
            n_layer=shape["n_layers"],
            n_inner=shape["d_ff"],
            n_positions=shape["max_len"],
            resid_pdrop=dropout,
            embd_pdrop=dropout,
            attn_pdrop=0.0,
            initializer_range=std,
            bos_token_id=None,
            eos_token_id=None,
        )
    )
    peer.loss_type = "ForCausalLM"  # or it warns that it has to guess
    ours = lesson.GPT(lesson.GPTConfig(**shape, dropout=dropout))
    ours.load_state_dict(lesson.gpt2_weights(peer.state_dict()))
    return ours.to(device), peer.to(device)


def as_text(rows: list[torch.Tensor]):
    """Our batch: full rows side by side, others packed."""
    text = importlib.import_module(LESSON).Text
    if len({len(row) for row in rows}) == 1:
        return text.full(torch.stack(rows))
    return text.of(rows)


def padded(rows: list[torch.Tensor]) -> dict[str, torch.Tensor]:
    """transformers' batch; it wants the labels too, to compute the loss of the shifted ones."""
    pad = nn.utils.rnn.pad_sequence
    inputs = pad([row[:-1] for row in rows], batch_first=True)
    targets = pad([row[1:] for row in rows], batch_first=True, padding_value=-100)
    batch = {"input_ids": inputs, "labels": targets, "shift_labels": targets}
    if (targets < 0).any():
        batch["attention_mask"] = (targets >= 0).long()
    return batch


def peer_loss(model, batch):
    """Mean −log p of the next tokens."""
    return model(**batch, use_cache=False).loss


def scoring() -> Sides:
    """−log p of each token of real sentences; tokens a second. Raises :class:`UnequalWork`."""
    lesson = importlib.import_module(LESSON)
    ours, peer = (model.eval() for model in models(SHAPE, 0.0))
    batches = sentences()
    padded_rows = [padded(rows) for rows in batches]
    n_tokens = sum(len(row) - 1 for rows in batches for row in rows)
    found: dict[str, torch.Tensor] = {}

    def us():
        nats = [lesson.token_nats(ours, rows) for rows in batches]
        found["ours"] = torch.cat([row for rows in nats for row in rows])

    @torch.no_grad()
    def them():
        nats = []
        for batch in padded_rows:
            targets = batch["labels"]
            inputs = {key: batch[key] for key in batch.keys() - {"labels", "shift_labels"}}
            logits = peer(**inputs, use_cache=False).logits
            losses = F.cross_entropy(logits.transpose(1, 2), targets, reduction="none")
            nats.append(losses[targets >= 0])
        found["theirs"] = torch.cat(nats)

    us(), them()
    _check_equal("scores of the sentences", found["ours"], found["theirs"])
    return "gpt scoring tokens/s", "tokens/s", *(speed(side, n_tokens) for side in (us, them))


def generation() -> Sides:
    """Greedy tokens a second, each side with its cache. Raises :class:`UnequalWork`."""
    lesson = importlib.import_module(LESSON)
    ours, peer = (model.eval() for model in models(SHAPE, 0.0, std=0.2))
    prompt = random_rows(1, SHAPE)[0][0][None, :8]

    def us():
        return lesson.generate(ours, prompt, NEW, temperature=0)

    def them():
        mask = torch.ones_like(prompt)
        how = {"max_new_tokens": NEW, "do_sample": False, "attention_mask": mask}
        return peer.generate(prompt, **how, pad_token_id=0)

    _check_equal("tokens", us(), them())
    return "gpt generation tokens/s", "tokens/s", *(speed(side, NEW) for side in (us, them))


def cache() -> Sides:
    """Our generation with its cache against ours without. Raises :class:`UnequalWork`."""
    lesson = importlib.import_module(LESSON)
    ours, _ = models(SHAPE, 0.0, std=0.2)
    ours.eval()
    prompt = random_rows(1, SHAPE)[0][0][None, :8]

    def with_cache(used: bool):
        return lambda: lesson.generate(ours, prompt, NEW, temperature=0, cache=used)

    sides = with_cache(True), with_cache(False)
    _check_equal("tokens", *(side() for side in sides))
    return "gpt cache / no cache", "tokens/s", *(speed(side, NEW) for side in sides)


def on_gpu() -> tuple:
    """`pretraining` of GPT-2's smallest shape in bfloat16, and the GPU's limit on it."""
    ours, peer = models(GPU_SHAPE, DROPOUT, "cuda")
    batches = random_rows(8, GPU_SHAPE)
    texts = [as_text([row.cuda() for row in rows]) for rows in batches]
    padded_rows = [padded([row.cuda() for row in rows]) for rows in batches]
    lm_loss = importlib.import_module(LESSON).lm_loss
    sides = (ours, lm_loss, texts), (peer, peer_loss, padded_rows)
    losses = [_first_loss(*side)[0] for side in sides]
    _check_equal("first losses", *losses, tolerance=1e-2)
    n_tokens = UPDATES * 8 * GPU_SHAPE["max_len"]

    def ceiling():
        return kernel_bench.matrix_rate() * 1e12 / operations_per_token(GPU_SHAPE)

    speeds = (training(*side, n_tokens) for side in sides)
    return "gpt pretrain tokens/s, GPU", "tokens/s", *speeds, ceiling


def operations_per_token(shape: dict) -> float:
    """Of the matrix products, forward and backward: six a weight, and attention's."""
    D, T = shape["d_model"], shape["max_len"]
    weights = shape["n_layers"] * (4 * D * D + 2 * D * shape["d_ff"]) + shape["vocab_size"] * D
    attention = shape["n_layers"] * 2 * D * T / 2  # half of the scores are masked
    return 6 * (weights + attention)


def _first_loss(model, loss_of: Callable, batches: list) -> tuple[torch.Tensor, torch.Tensor]:
    """Loss of the first batch without dropout, and the norm of its gradient."""
    model.eval()
    with precision(model):
        loss = loss_of(model, batches[0])
    loss.backward()
    norm = nn.utils.get_total_norm([weight.grad for weight in model.parameters()])
    model.zero_grad()
    return loss.detach(), norm


def _check_equal(what: str, ours, theirs, tolerance: float = 1e-4) -> None:
    if ours.shape != theirs.shape or not torch.allclose(ours, theirs, tolerance, tolerance):
        raise UnequalWork(f"{what} differ.")

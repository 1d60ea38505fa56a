"""More text or a larger network? Eight small BERTs of lesson 06, and what their states are worth.

    python -m tests.benchmarks.bert_by_size

All read the same number of pieces, of different amounts of text. A linear classifier on the frozen
states names the relation of two words. Half an hour of one core; the rows go to
build/results/06_data_by_size.jsonl.
"""

import hashlib
from dataclasses import replace

import torch
from notebooks.bert_pretraining import (
    KEPT_START,
    BertConfig,
    BertForPretraining,
    Pairs,
    Recipe,
    encoded,
    pretrain,
    pretraining_scores,
    ridge_right,
    row_states,
    small_start,
)
from notebooks.transformer import WordPiece

from helpers import measured, miniworld
from helpers.miniworld import tasks

SIZES_COMPARED = {
    "small": BertConfig(4000, 64, 2, 2, 256, dropout=0.0),
    "large": BertConfig(4000, 128, 4, 4, 512, dropout=0.0),
}
TEXTS_COMPARED = (60_000, 200_000, 600_000, 2_000_000)
PIECES_READ = 1_500_000


def named_relations(model, tokenizer, splits):
    """% of relations between two words that a linear classifier on frozen states names right.

    ``splits``: `tasks.edge_probing("dependencies", …)`.
    """
    names = sorted({row.label for row in splits["train"]})
    parts = [splits["train"], [row for row in splits["test"] if row.label in names]]
    states = [span_states(model, tokenizer, rows) for rows in parts]
    learned, truth = ([names.index(row.label) for row in rows] for rows in parts)
    return ridge_right(states[0], learned, states[1], truth, penalty=0.1)


def span_states(model, tokenizer, rows):
    """The last states at the first words of both spans of `tasks.Edge` rows: (n, 2 D)."""
    cut = [tokenizer.words(row.tokens) for row in rows]
    inputs = [[tokenizer.cls_id, *ids, tokenizer.sep_id] for ids, _ in cut]
    found = []
    for row, (_, firsts), states in zip(rows, cut, row_states(model, inputs), strict=True):
        places = [1 + firsts[start] for start, _ in (row.span1, row.span2)]
        found.append(states[places].flatten())
    return torch.stack(found).cpu()


EXAMPLES = tasks.Sizes(600, 1, 600)


def data_by_size(*, texts=TEXTS_COMPARED, pieces=PIECES_READ, sizes=EXAMPLES):
    """Measure the networks of `SIZES_COMPARED` on ``texts`` tokens each; keeps and returns rows."""
    world = list(tasks.without_test(miniworld.text(max(texts))))
    tokenizer = WordPiece.train((s for document in world for s in document), 4000)
    held_out = encoded(tasks.without_test(miniworld.text(40_000, shard=1)), tokenizer)
    examples = [tasks.edge_probing("dependencies", sizes, seed) for seed in range(3)]
    asked, rows = Pairs(held_out, tokenizer), []
    for n_tokens in texts:
        corpus = encoded(tasks.without_test(miniworld.text(n_tokens)), tokenizer)
        for size, config in SIZES_COMPARED.items():
            config = replace(config, vocab_size=len(tokenizer.vocab))
            recipe = Recipe(updates=pieces // 1024, lr=2e-3, rate=0.3, **KEPT_START)
            model, _ = pretrain(corpus, tokenizer, config, recipe, progress=False)
            fresh = small_start(BertForPretraining(config), recipe.std, recipe.look).eval()
            row = {"size": size, "tokens": n_tokens, "pieces_read": pieces}
            row |= pretraining_scores(model, asked)
            for seed, splits in enumerate(examples):
                scores = [named_relations(m.bert, tokenizer, splits) for m in (model, fresh)]
                row |= dict(zip((f"relations {seed}", f"untrained {seed}"), scores, strict=True))
            rows.append(row)
            print(row, flush=True)
    digest = hashlib.sha256(repr(world).encode()).hexdigest()
    measured.keep("06_data_by_size", rows, [], "eight networks", {"mini-world, seed 0": digest})
    return rows


if __name__ == "__main__":
    torch.set_num_threads(1)
    data_by_size()

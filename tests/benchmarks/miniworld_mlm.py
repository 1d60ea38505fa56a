"""Can the mini-world carry the course? A small masked language model tells.

    python -m tests.benchmarks.miniworld_mlm --read 7 --seed 0

While it trains it is asked for agreement, for facts by how often it has read them, and for the
polarity of words; at the end it is fine-tuned on 200 labels beside the same network from random
weights, and probed layer by layer. How much it reads decides what it learns, so that is given, and
the seconds of processor time are measured: they don't depend on what else a machine does. Rows go
to build/results/miniworld_mlm_7M.jsonl, the figure to build/miniworld_mlm/. Stopped and started
again, it goes on where it was.
"""

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path

import torch

from helpers import ROOT, measured
from helpers.files import write_atomically
from helpers.miniworld.learnt import draw
from helpers.training import History, MuonAndAdamW, TrainConfig, evaluating, train
from tests.benchmarks.masked_lm.batches import Masked
from tests.benchmarks.masked_lm.corpus import corpus
from tests.benchmarks.masked_lm.exam import Exam
from tests.benchmarks.masked_lm.model import MaskedLM, Shape, loss

FOLDER = ROOT / "build" / "miniworld_mlm"
BATCH = 1024  # words
EVERY = 1_000_000  # words between two exams


def main() -> None:
    wanted = arguments()
    torch.set_num_threads(wanted.threads)
    text = corpus(wanted.words, wanted.seed)
    print(
        f"{len(text.ids):,} words in {len(text.documents) - 1:,} documents, "
        f"{len(text.vocabulary):,} kinds; sha256 {text.sha256[:12]}"
    )
    batches = Masked(text, BATCH, wanted.seed)
    shape = Shape(d_model=wanted.d_model, n_layers=wanted.n_layers, d_ff=4 * wanted.d_model)
    models = [fresh(len(text.vocabulary), shape, wanted.seed + i) for i in range(4)]
    model, untrained = models[0], models[1:]
    folder = FOLDER / f"{text.sha256[:8]}-seed{wanted.seed}-{wanted.read:g}M"
    config = TrainConfig(
        steps=round(1e6 * wanted.read / BATCH),
        lr=wanted.lr,
        warmup=0.05,
        save_every=round(EVERY / BATCH),
        checkpoint=folder / "checkpoint.pt",
    )
    exam = Exam(text, wanted.seed)
    diary = Diary(exam, model, batches, folder / "curves.json")
    optimizer = MuonAndAdamW(model, model.encoder, wanted.lr)
    train(model, loss, batches, config, optimizer=optimizer, callbacks=(diary,))
    model.eval()
    write_atomically(folder / "curves.png", draw(diary.rows))
    rows = [{"measure": "curve", **row} for row in diary.rows] + exam.transfer(model, untrained)
    settings = {
        "seed": wanted.seed,
        **asdict(shape),
        "lr": wanted.lr,
        "threads": wanted.threads,
    }
    path = measured.keep(
        f"miniworld_mlm_{wanted.read:g}M",
        [{**row, **settings} for row in rows],
        [],
        f"{wanted.read:g} M words read",
        generated={text.name: text.sha256},
    )
    print(summary(rows))
    print(f"rows: {path.relative_to(ROOT)}; figure: {(folder / 'curves.png').relative_to(ROOT)}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--read", type=float, default=7.0, help="millions of words")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--words", type=int, default=5_000_000, help="in the text that is read")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--d-model", type=int, default=128)
    parser.add_argument("--n-layers", type=int, default=3)
    parser.add_argument("--lr", type=float, default=2e-3)
    return parser.parse_args()


def fresh(vocab_size: int, shape: Shape, seed: int) -> MaskedLM:
    torch.manual_seed(seed)
    return MaskedLM(vocab_size, shape)


class Diary:
    """Puts the exam every million words; its rows are kept in a file, so that they outlive a run.

    A callback of ``train``.
    """

    def __init__(self, exam: Exam, model: MaskedLM, batches: Masked, path: Path):
        self.exam, self.model, self.batches, self.path = exam, model, batches, path
        self.rows: list[dict] = json.loads(path.read_text()) if path.exists() else []
        self.before = self.rows[-1]["cpu_seconds"] if self.rows else 0

    def __call__(self, history: History, ended: bool) -> None:
        step = len(history.steps)
        if step % round(EVERY / self.batches.tokens) and not ended:
            return
        epochs = step / len(self.batches)
        with evaluating(self.model):
            scores = self.exam.quick(self.model, epochs)
        recent = history.losses[-100:]
        row = {
            "words": step * self.batches.tokens,
            "epochs": round(epochs, 3),
            "seconds": round(history.seconds),
            "cpu_seconds": round(self.before + time.process_time()),
            "loss": sum(recent) / len(recent),
            **scores,
        }
        self.rows = [*(old for old in self.rows if old["words"] < row["words"]), row]
        write_atomically(self.path, json.dumps(self.rows))
        print("  ".join(f"{name} {value:.3g}" for name, value in row.items()), flush=True)


def summary(rows: list[dict]) -> str:
    """What a reader wants to know first."""
    lines = []
    for row in rows:
        if row["measure"] != "curve":
            name = f"{row['measure']} {row['of']} {row.get('layer', '')}".strip()
            scores = f"{100 * row['pretrained']:.1f} against {100 * row['scratch']:.1f} %"
            lines.append(f"{name}: {scores}, {row['margin']:+.1f} ± {row['interval']:.1f} points")
    return "\n".join(lines)


if __name__ == "__main__":
    main()

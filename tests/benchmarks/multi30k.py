"""Lesson 03's translator on all captions of Multi30k: its section on real text at `full`, alone.

    python -m tests.benchmarks.multi30k --seed 0

Takes about an hour of one core. Stopped and started again, it goes on after the last whole pass.
The row goes to build/results/03_multi30k.jsonl; copied to data/results/, the lesson shows it.
"""

import argparse
from dataclasses import replace

import torch
from notebooks.cove import CAPTIONS_RECIPE, caption_pairs, translate_captions

from helpers import ROOT, data, measured

FOLDER = ROOT / "build" / "multi30k"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    wanted = parser.parse_args()
    torch.set_num_threads(wanted.threads)
    captions = data.load("multi30k")
    pairs, test = (caption_pairs(captions[split]) for split in ("train", "test"))
    recipe = replace(CAPTIONS_RECIPE, seed=wanted.seed)
    checkpoint = FOLDER / f"seed{wanted.seed}.pt"
    _, row = translate_captions(pairs, test, recipe=recipe, checkpoint=checkpoint)
    print(row)
    print(f"Written to {measured.keep('03_multi30k', [row], ['multi30k'], 'full')}.")


if __name__ == "__main__":
    main()

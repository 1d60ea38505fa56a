"""``course bench``: our code beside its peers, taking turns: a machine's mood cancels in the ratio.

Components live in notebooks, which helpers must not import; a measurement names its module, and
that is looked up when the benchmark runs.
"""

import importlib
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from helpers import ROOT, bert_bench, data, gpt_bench, kernel_bench, measured, recurrent_bench
from helpers.course.provenance import machine
from helpers.files import write_atomically
from helpers.kernel_bench import UnequalWork
from helpers.kernels.sgns import train_epoch

RESULTS = ROOT / "build" / "bench.json"
RUNS = 5
EPOCHS = 2  # of a second or more, so that starting gensim's threads doesn't count
LESSON_01 = "notebooks.word_embeddings"


@dataclass(frozen=True)
class Measurement:
    """Two functions that do the same work and return its speed in ``unit``.

    ``ceiling`` measures the speed that the machine allows, ``work`` is what one call does (in
    ``unit`` times seconds), where these are known.
    """

    name: str
    unit: str
    ours: Callable[[], float]
    peer: Callable[[], float]
    ceiling: Callable[[], float] | None = None
    work: float | None = None


@dataclass(frozen=True)
class Row:
    """What a measurement found; ``ratio`` above 1 means that ours is ahead.

    ``ours`` and ``peer`` are medians, ``ratio`` the median of the paired ratios, ``share`` is ours
    of the ceiling, if there is one, and ``ms`` our time for a call, if it is a call that is timed.
    """

    name: str
    ours: float
    peer: float
    unit: str
    ratio: float
    ratio_min: float
    ratio_max: float
    runs: int
    machine: str
    share: float | None = None
    ms: float | None = None

    def __str__(self) -> str:
        spread = f"{self.ratio_min:.2f}–{self.ratio_max:.2f} in {self.runs} runs"
        time = "" if self.ms is None else f"{self.ms:.3f} ms, "
        speeds = f"{time}{self.ours:,.0f} against {self.peer:,.0f} {self.unit}"
        share = "" if self.share is None else f"; {self.share:.0%} of what the GPU can do"
        return f"{self.name}: {self.ratio:.2f} × the peer ({spread}; {speeds}{share})"


def paired(measurement: Measurement, runs: int = RUNS) -> Row:
    """Both sides once to warm up (compiling, caches), then in turns: A B A B …"""
    measurement.ours(), measurement.peer()
    pairs = [(measurement.ours(), measurement.peer()) for _ in range(runs)]
    ours, peer = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratios = [a / b for a, b in pairs]
    return Row(
        measurement.name,
        ours,
        peer,
        measurement.unit,
        statistics.median(ratios),
        min(ratios),
        max(ratios),
        runs,
        machine(),
        measurement.ceiling and ours / measurement.ceiling(),
        measurement.work and 1000 * measurement.work / ours,
    )


def sgns(threads: int) -> Measurement:
    """Skip-gram on the Wikipedia slice beside gensim's; raw words a second, all of them counted.

    Both sides get the sentences as lists of words, and their vocabularies are built beforehand.
    Same dimensions, window, negatives, subsampling, rates and passes; :class:`UnequalWork` is
    raised unless they read the same raw words and keep as many of them (within 2 %).
    """
    sentences = [s for article in data.load("wikipedia")["train"] for s in article]
    ours, peer = sgns_sides(sentences, threads)
    plural = "" if threads == 1 else "s"
    return Measurement(f"sgns words/s, {threads} thread{plural}", "words/s", ours, peer)


def sgns_sides(sentences: list[list[str]], threads: int) -> tuple[Callable, Callable]:
    """Our training and gensim's on the same sentences; each returns raw words a second."""
    lesson = importlib.import_module(LESSON_01)
    config = lesson.SGNSConfig(epochs=EPOCHS, threads=threads)
    vocabulary = lesson.Vocabulary(sentences)
    raw = EPOCHS * sum(map(len, sentences))
    kept = []

    def counted_epoch(*arguments, **settings):
        kept.append(train_epoch(*arguments, **settings).words)

    def ours() -> float:
        model = lesson.SGNS(vocabulary, config, counted_epoch)
        started = time.perf_counter()
        model.fit(sentences)
        return raw / (time.perf_counter() - started)

    def peer() -> float:
        model = gensim_model(config)
        model.build_vocab(sentences)
        started = time.perf_counter()
        trained, read = model.train(sentences, total_examples=len(sentences), epochs=EPOCHS)
        seconds = time.perf_counter() - started
        same_work("words in the vocabulary", len(vocabulary), len(model.wv), tolerance=0)
        same_work("raw words read", raw, read, tolerance=0)
        same_work("words after subsampling", sum(kept[-EPOCHS:]), trained, tolerance=0.02)
        return raw / seconds

    return ours, peer


def gensim_model(config):
    """gensim's Word2Vec with the settings of an ``SGNSConfig``."""
    from gensim.models import Word2Vec

    return Word2Vec(
        vector_size=config.d_model,
        window=config.window,
        negative=config.n_negatives,
        sample=config.sample,
        alpha=config.lr,
        min_alpha=config.min_lr,
        workers=config.threads,
        min_count=5,
        sg=1,
        hs=0,
    )


def same_work(what: str, ours: float, peer: float, tolerance: float) -> None:
    """Raise :class:`UnequalWork` if the two differ by more than a share ``tolerance``."""
    if abs(ours - peer) > tolerance * peer:
        raise UnequalWork(f"{what}: ours {ours:,}, the peer's {peer:,}.")


MEASUREMENTS = (
    lambda: sgns(threads=1),
    lambda: sgns(threads=2),
    lambda: Measurement(*recurrent_bench.lstm_loop()),
    lambda: Measurement(*recurrent_bench.bilm()),
    lambda: Measurement(*recurrent_bench.translator()),
    lambda: Measurement(*bert_bench.full_rows()),
    lambda: Measurement(*bert_bench.sentences()),
    lambda: Measurement(*bert_bench.in_proportion()),
    lambda: Measurement(*bert_bench.head()),
    lambda: Measurement(*gpt_bench.full_rows()),
    lambda: Measurement(*gpt_bench.without_dropout()),
    lambda: Measurement(*gpt_bench.real_sentences()),
    lambda: Measurement(*gpt_bench.scoring()),
    lambda: Measurement(*gpt_bench.generation()),
    lambda: Measurement(*gpt_bench.cache()),
)


def kernels():
    """The GPU's measurements; none, and a sentence that says so, where there is no GPU."""
    if not torch.cuda.is_available():
        print("course bench: no CUDA device here, so the GPU kernels are not timed.")
        return
    for race in kernel_bench.races():
        for sides in race.measurements():
            yield Measurement(*sides)
    yield Measurement(*bert_bench.on_gpu())
    yield Measurement(*gpt_bench.on_gpu())


def command(target: Path = RESULTS, runs: int = RUNS) -> int:
    """Run all measurements and print them; returns the exit status.

    The rows go to ``target``, and with their origin to ``build/results/``: ``bench.jsonl``, which
    the lessons show once a maintainer has published it, and ``kernel_bench.jsonl``.
    """
    try:
        rows = _measure((build() for build in MEASUREMENTS), runs)
        gpu_rows = _measure(kernels(), runs)
    except (UnequalWork, data.DataError) as error:
        print(f"course bench: {error} Nothing was written.", file=sys.stderr)
        return 1
    write_atomically(target, json.dumps(rows + gpu_rows, indent=1) + "\n")
    measured.keep("bench", rows, ["wikipedia"], "bench")
    if gpu_rows:
        gpu = {"gpu": torch.cuda.get_device_name()}
        measured.keep("kernel_bench", [row | gpu for row in gpu_rows], [], "bench")
    return 0


def _measure(measurements, runs: int) -> list[dict]:
    rows = []
    for measurement in measurements:
        rows.append(paired(measurement, runs))
        print(rows[-1], flush=True)
    return [asdict(row) for row in rows]

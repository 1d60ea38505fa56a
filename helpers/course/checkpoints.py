"""``course checkpoints``: the long trainings that later lessons build on."""

import sys
import time
from dataclasses import dataclass

from helpers import ROOT, checkpoints, ladder
from helpers.checkpoints import Checkpoint, CheckpointError
from helpers.course.progress import duration
from helpers.course.provenance import provenance
from helpers.notebook_importer import NotebookError, look_up, topics
from helpers.settings import did_you_mean


@dataclass(frozen=True)
class Maker:
    """Dotted paths of the three functions that a lesson exports for its checkpoint.

    ``make(seed)`` trains and returns settings, weights and card; ``restore(checkpoint)`` the model;
    ``measure(restored)`` the metrics of its card, in at most 20 CPU s. ``budgeted``: it must keep
    within the ladder's budget, since a rung may stand on it. ``whole``: what its metrics call all
    right, 100 or 1.
    """

    make: str
    restore: str
    measure: str
    budgeted: bool = True
    whole: int = 100


def _of(topic: str, make="make_checkpoint", restore="restore", measure="measure", **rest) -> Maker:
    return Maker(*(f"notebooks.{topic}:{name}" for name in (make, restore, measure)), **rest)


MAKERS = {
    "glove": _of("word_embeddings", "make_glove_checkpoint", "restore_glove", "measure_glove"),
    "elmo": _of("elmo"),
    "cove": _of("cove"),
    "ulmfit": _of("ulmfit"),
    "ulmfit_general": _of("ulmfit", "make_general_checkpoint"),
    "bert": _of("bert_pretraining", budgeted=False),
    "bert_ladder": _of("bert_pretraining", "make_ladder_checkpoint"),
    "gpt": _of("gpt", budgeted=False, whole=1),
    "gpt_ladder": _of("gpt", "make_ladder_checkpoint", measure="measure_ladder"),
}
SHARES = ("agreement", "facts", "words right", "pairs right")
"""What the names of metrics begin with that are shares of right answers."""
FIELDS = {
    "name", "bytes", "sha256", "made_by", "seed", "corpus", "corpus_hash", "words", "words_read",
    "updates", "parameters", "cpu_seconds", "metrics", "date", "commit", "machine", "python",
    "torch",
}  # fmt: skip
"""What every card says; ``words_read`` (all passes) and ``updates`` come from the lesson."""


def command(names: list[str] = (), listing: bool = False) -> int:
    """Make the checkpoints ``names``; without names those that are missing or damaged.

    ``listing`` only says what is there. Returns the exit status: 1 if one couldn't be made, 2 if
    there is none of that name.
    """
    for name in names:
        if name not in MAKERS:
            known = ", ".join(MAKERS)
            mean = did_you_mean(name, list(MAKERS))
            complaint = f"no checkpoint is called {name!r}: {known} are.{mean}"
            print(f"course checkpoints: {complaint}", file=sys.stderr)
            return 2
    if listing:
        print(*(f"{name}: {state(name)}" for name in names or MAKERS), sep="\n")
        return 0
    for name in names or _wanting():
        print(f"Making {name} …", flush=True)
        try:
            make(name)
        except (CheckpointError, NotebookError, ladder.BudgetError) as error:
            print(f"course checkpoints: {error} {name} was not written.", file=sys.stderr)
            return 1
        print(f"{name}: {state(name)}")
    return 0


def make(name: str, seed: int = 0) -> None:
    """Train the checkpoint ``name`` and keep it.

    Time, parameters and words are counted here, unless the lesson's card has its own; the metrics
    are measured on the weights as they will be read. Raises :class:`ladder.BudgetError` or
    :class:`helpers.checkpoints.CheckpointError`, and nothing is written.
    """
    maker = MAKERS[name]
    n_words = ladder.n_words()  # made before the clock starts: the text costs each rung the same
    with ladder.one_thread():
        started = time.process_time()
        settings, weights, card = look_up(maker.make)(seed)
        seconds = time.process_time() - started
        card = {
            "made_by": maker.make,
            "seed": seed,
            "corpus": ladder.CORPUS,
            "corpus_hash": ladder.corpus_hash(),
            "words": n_words,
            "parameters": sum(tensor.numel() for tensor in weights.values()),
            "cpu_seconds": round(seconds, 1),
            **card,
            **provenance(),
        }
        if maker.budgeted:
            ladder.check_budget(name, card)
        card["metrics"] = measure(name, Checkpoint(settings, weights, card))
    checkpoints.save(name, settings, weights, card)


def measure(name: str, checkpoint: Checkpoint) -> dict[str, float]:
    """The metrics of a checkpoint, as its lesson measures them."""
    maker = MAKERS[name]
    metrics = look_up(maker.measure)(look_up(maker.restore)(checkpoint))
    return {key: float(value) for key, value in metrics.items()}


def state(name: str) -> str:
    """One line: what is there, or why it can't be used."""
    try:
        card = checkpoints.load(name).card
    except CheckpointError as error:
        return str(error)
    metrics = ", ".join(_shown(*metric, MAKERS[name].whole) for metric in card["metrics"].items())
    return (
        f"{card['bytes'] / 1e6:.2f} MB, {card['parameters']:,} parameters trained in "
        f"{duration(card['cpu_seconds'])} of one core, {card['date']}, commit {card['commit']}; "
        f"{metrics}"
    )


def _shown(metric: str, value: float, whole: int) -> str:
    """A metric of a card; shares in %, in whichever unit the card has them."""
    is_share = metric.startswith(SHARES)
    return f"{metric} {100 * value / whole:.4g} %" if is_share else f"{metric} {value:.4g}"


def here() -> list[str]:
    """The checkpoints whose lessons are in this checkout."""
    lessons = topics(ROOT / "notebooks")
    return [name for name, maker in MAKERS.items() if ladder.topic(maker.make) in lessons]


def _wanting() -> list[str]:
    found = []
    for name in here():
        try:
            checkpoints.load(name)
            print(f"{name}: {state(name)}")
        except CheckpointError:
            found.append(name)
    return found

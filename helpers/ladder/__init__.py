"""One task, one budget, and every method of the course as a rung.

    from helpers import ladder

    ladder.pretraining_text()               # what every pretrained rung reads, and nothing else
    row = ladder.measure(rung, n_labels=50, seed=0)
    ladder.figure(ladder.up_to("BiLSTM + ELMo"), live=[row])

The task is sentiment about films in the mini-world, with 50 to 4,000 labels. A lesson exports its
method as a :class:`Rung`; ``course ladder`` measures what isn't measured yet and keeps the rows in
``data/results/ladder.jsonl``, which :func:`figure` draws.
"""

from helpers.ladder.budget import (
    BUDGET,
    CORPUS,
    Budget,
    BudgetError,
    check_budget,
    corpus_hash,
    n_words,
    one_thread,
    pretraining_text,
)
from helpers.ladder.measuring import (
    DEVELOPMENT_SEED,
    SEEDS,
    SIZES,
    changed,
    keep,
    key,
    measure,
    place,
    rows,
    rows_digest,
    task,
)
from helpers.ladder.picture import figure, png
from helpers.ladder.rungs import (
    LADDER,
    LadderError,
    Rung,
    here,
    in_order,
    known,
    rung,
    topic,
    up_to,
)

__all__ = [
    "BUDGET",
    "CORPUS",
    "DEVELOPMENT_SEED",
    "LADDER",
    "SEEDS",
    "SIZES",
    "Budget",
    "BudgetError",
    "LadderError",
    "Rung",
    "changed",
    "check_budget",
    "corpus_hash",
    "figure",
    "here",
    "in_order",
    "keep",
    "key",
    "known",
    "measure",
    "n_words",
    "one_thread",
    "place",
    "png",
    "pretraining_text",
    "rows",
    "rows_digest",
    "rung",
    "task",
    "topic",
    "up_to",
]

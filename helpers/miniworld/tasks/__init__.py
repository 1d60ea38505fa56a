"""Tasks whose answers are known because the world was made: rows, splits and baselines.

``sentiment``, ``acceptability``, ``agreement_pairs``, ``tagging``, ``edge_probing``, ``nli``,
``paraphrase``, ``similarity``, ``span_qa``, ``translation`` and ``domain_shift`` give
``{"train": [...], "dev": [...], "test": [...]}``, ``lama`` a list of queries and ``bias`` one of
sentences. A hash of the sentence decides the split, so text that leaves out the
test sentences of one task leaves out all::

    for sentences in without_test(text(n_tokens=1_000_000)):
        ...
"""

from helpers.miniworld.tasks.agreement import agreement_pairs
from helpers.miniworld.tasks.bias import association, bias
from helpers.miniworld.tasks.cloze import lama, lecture
from helpers.miniworld.tasks.inference import nli
from helpers.miniworld.tasks.opinions import sentiment
from helpers.miniworld.tasks.pairs import acceptability, judgements
from helpers.miniworld.tasks.paraphrases import paraphrase
from helpers.miniworld.tasks.probing import edge_probing
from helpers.miniworld.tasks.questions import span_qa
from helpers.miniworld.tasks.rows import (
    Agreement,
    Cloze,
    Edge,
    Employed,
    Inference,
    Judgement,
    Opinion,
    Pair,
    Paraphrase,
    Question,
    Similarity,
    Splits,
    Tagged,
    Translation,
)
from helpers.miniworld.tasks.shift import domain_shift
from helpers.miniworld.tasks.similarities import similarity
from helpers.miniworld.tasks.splits import Sizes, TaskError, split_of, without_test
from helpers.miniworld.tasks.tags import tagging
from helpers.miniworld.tasks.translations import translation

__all__ = [
    "Agreement",
    "Cloze",
    "Edge",
    "Employed",
    "Inference",
    "Judgement",
    "Opinion",
    "Pair",
    "Paraphrase",
    "Question",
    "Similarity",
    "Sizes",
    "Splits",
    "Tagged",
    "TaskError",
    "Translation",
    "acceptability",
    "agreement_pairs",
    "association",
    "bias",
    "domain_shift",
    "edge_probing",
    "judgements",
    "lama",
    "lecture",
    "nli",
    "paraphrase",
    "sentiment",
    "similarity",
    "span_qa",
    "split_of",
    "tagging",
    "translation",
    "without_test",
]

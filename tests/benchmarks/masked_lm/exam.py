"""The questions put to the network, made once; its answers as rows."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from helpers.miniworld.tasks import (
    Agreement,
    Cloze,
    Opinion,
    Sizes,
    agreement_pairs,
    edge_probing,
    sentiment,
)
from helpers.miniworld.tasks.cloze import queries
from helpers.plots import confidence
from tests.benchmarks.masked_lm import measures
from tests.benchmarks.masked_lm.corpus import Corpus, words
from tests.benchmarks.masked_lm.model import MaskedLM
from tests.benchmarks.masked_lm.transfer import fine_tuned, probed

SEEDS = (0, 1, 2)
DOMAINS = ("films", "gadgets")
LABELS = 200
SPARE = 3  # so many times as many are made, because some hold unknown words
FACTS = 400  # of about equal exposure
PAIRS = Sizes(1, 1, 1400)
PROBES = {
    "pos": Sizes(1800, 1, 600),
    "entities": Sizes(1500, 1, 500),
    "dependencies": Sizes(2400, 1, 900),
}


class Labelled(NamedTuple):
    """A few labelled sentences, and a test whose opinion words they don't hold."""

    domain: str
    seed: int
    train: list[Opinion]
    unseen: list[Opinion]


class Exam:
    """Agreement, facts and polarity while the network trains; transfer at the end."""

    def __init__(self, corpus: Corpus, seed: int):
        self.vocabulary, self.seed = corpus.vocabulary, seed
        pairs = agreement_pairs(PAIRS, seed)["test"]
        self.agreement: list[Agreement] = [p for p in pairs if self._knows(*p.tokens, p.wrong)]
        asked = measures.askable(self.vocabulary, queries(corpus.facts))
        self.facts: list[Cloze] = measures.spread(asked, FACTS, seed)
        self.opinions = [self._labelled(domain, each) for domain in DOMAINS for each in SEEDS]
        print(
            f"agreement: {len(self.agreement)} of {len(pairs)} pairs hold known words only; "
            f"facts: {len(self.facts)}; "
            f"opinions: {[len(each.unseen) for each in self.opinions]}"
        )

    def _knows(self, *tokens: str) -> bool:
        """Only words that the text says: nothing can be learnt of others."""
        return all(token in self.vocabulary for token in tokens)

    def _labelled(self, domain: str, seed: int) -> Labelled:
        splits = sentiment(domain, SPARE * LABELS, seed)
        train, unseen = (
            [row for row in splits[split] if self._knows(*words(row.text))]
            for split in ("train", "unseen")
        )
        return Labelled(domain, seed, train[:LABELS], unseen)

    def quick(self, model: MaskedLM, epochs: float) -> dict[str, float]:
        """Scores from 0 to 1 of what the network can do after so many epochs."""
        scores = measures.agreement(model, self.vocabulary, self.agreement)
        row = {f"agreement: {construction}": score for construction, score in scores.items()}
        for edge, (score, n) in measures.recall(model, self.vocabulary, self.facts, epochs).items():
            row |= {f"recall: {edge}+": score, f"facts: {edge}+": n}
        for domain in DOMAINS:
            found = [
                measures.polarity(model, self.vocabulary, each.train, each.unseen)
                for each in self._of(domain)
            ]
            for which in found[0]:
                row[f"polarity: {domain}, {which}"] = float(np.mean([s[which] for s in found]))
        return row

    def transfer(self, model: MaskedLM, untrained: list[MaskedLM]) -> list[dict]:
        """Fine-tuning and probes, beside the same network from random weights."""
        return self.sentiment(model, untrained) + self.probes(model, untrained)

    def sentiment(self, model: MaskedLM, untrained: list[MaskedLM]) -> list[dict]:
        """Accuracy on unseen opinion words after 200 labels; a seed draws labels and words, the
        random weights and the order of batches."""
        rows = []
        for domain in DOMAINS:
            conditions: dict[str, list[float]] = {"pretrained": [], "scratch": [], "shuffled": []}
            for each, fresh in zip(self._of(domain), untrained, strict=True):
                for condition, found in conditions.items():
                    body = fresh if condition == "scratch" else model
                    score = fine_tuned(
                        body,
                        self.vocabulary,
                        each.train,
                        each.unseen,
                        each.seed,
                        shuffled=condition == "shuffled",
                    )
                    found.append(score)
            means = {condition: float(np.mean(found)) for condition, found in conditions.items()}
            margin, interval = _margin(conditions["pretrained"], conditions["scratch"])
            control, its_interval = _margin(conditions["shuffled"], conditions["scratch"])
            rows.append(
                {
                    "measure": "sentiment",
                    "of": domain,
                    "labels": LABELS,
                    **means,
                    "margin": margin,
                    "interval": interval,
                    "control": control,
                    "control_interval": its_interval,
                }
            )
        return rows

    def probes(self, model: MaskedLM, untrained: list[MaskedLM]) -> list[dict]:
        """Accuracy of linear probes on every layer; a seed draws which two thirds of the rows they
        learn from, and the random weights. *best* compares the best layer of either network."""
        rows = []
        for part, sizes in PROBES.items():
            splits = edge_probing(part, sizes, self.seed)
            learnt, random = [], []
            for seed, fresh in zip(SEEDS, untrained, strict=True):
                some = _share(splits["train"], seed)
                for body, found in ((model, learnt), (fresh, random)):
                    found.append(probed(body, self.vocabulary, some, splits["test"]))
            layers = {"best": (_best_layer(learnt), _best_layer(random))}
            by_layer = zip(zip(*learnt, strict=True), zip(*random, strict=True), strict=True)
            layers |= dict(enumerate(by_layer))
            for layer, (ours, theirs) in layers.items():
                margin, interval = _margin(ours, theirs)
                rows.append(
                    {
                        "measure": "probe",
                        "of": part,
                        "layer": str(layer),
                        "pretrained": float(np.mean(ours)),
                        "scratch": float(np.mean(theirs)),
                        "margin": margin,
                        "interval": interval,
                    }
                )
        return rows

    def _of(self, domain: str) -> list[Labelled]:
        return [each for each in self.opinions if each.domain == domain]


def _share(rows: list, seed: int) -> list:
    """Two thirds of the rows."""
    chosen = np.random.default_rng(seed).permutation(len(rows))[: 2 * len(rows) // 3]
    return [rows[i] for i in chosen]


def _best_layer(runs: list[list[float]]) -> list[float]:
    """The scores of the layer that is best on average."""
    runs = np.array(runs)
    return runs[:, runs.mean(axis=0).argmax()].tolist()


def _margin(left: Sequence[float], right: Sequence[float]) -> tuple[float, float]:
    """Mean difference in points and the half-width of its 95 % interval."""
    mean, half = confidence(100 * (np.array(left) - np.array(right)))
    return float(mean), float(half)

"""Measures of text: how many words it has, how it is built, how well it can be predicted."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from helpers.miniworld.gold import Sentence

NOUNS = ("NOUN", "PROPN")


def entropy(counts: Counter) -> float:
    """Plug-in entropy of a distribution, in nats."""
    total = sum(counts.values())
    return -sum(n / total * math.log(n / total) for n in counts.values())


def effective(counts: Counter) -> float:
    """Effective number: that many equally frequent ones would have the same entropy."""
    return math.exp(entropy(counts))


def bigram_entropy(sentences: Iterable[Sequence[str]]) -> float:
    """H(word | word before) by counts, in nats; falls with the length of the text, so compare
    texts of the same length."""
    bigrams: Counter = Counter()
    before: Counter = Counter()
    for sentence in sentences:
        for pair in pairwise(["<s>", *sentence]):
            bigrams[pair] += 1
            before[pair[0]] += 1
    return entropy(bigrams) - entropy(before)


def type_curve(tokens: Iterable[str], step: int = 1000) -> list[tuple[int, int]]:
    """(tokens read, different ones among them), every ``step`` tokens."""
    seen: set[str] = set()
    curve = []
    for n, token in enumerate(tokens, start=1):
        seen.add(token)
        if n % step == 0:
            curve.append((n, len(seen)))
    return curve


def quantile(values: Sequence[float], q: float) -> float:
    """The value below which a share ``q`` lies."""
    ranked = sorted(values)
    return ranked[min(int(q * len(ranked)), len(ranked) - 1)]


def schemata(sentences: Iterable[Sentence]) -> Counter:
    """How often each tree without its words occurs."""
    return Counter(sentence.delexicalised() for sentence in sentences)


def agreeing(sentence: Sentence) -> list[tuple[int, int]]:
    """(subject, finite verb) where the verb's form shows the subject's number."""
    pairs = []
    for i, token in enumerate(sentence.tokens):
        if token.relation not in ("nsubj", "nsubj:pass") or token.upos not in NOUNS:
            continue
        verb = _finite(sentence, token.head)
        if verb is not None:
            pairs.append((i, verb))
    return pairs


def _finite(sentence: Sentence, head: int) -> int | None:
    """The verb that agrees: the head itself or its first auxiliary or copula."""
    for i, token in enumerate(sentence.tokens):
        helps = token.head == head and token.relation in ("aux", "aux:pass", "cop")
        if helps or i == head:
            past_be = token.form.lower() in ("was", "were")
            return i if token.xpos in ("VBZ", "VBP") or past_be else None
    return None


def across_nouns(sentence: Sentence) -> int:
    """Agreeing pairs with another noun between subject and verb."""
    found = 0
    for subject, verb in agreeing(sentence):
        between = sentence.tokens[subject + 1 : verb]
        found += any(t.upos in NOUNS and t.relation not in ("flat", "compound") for t in between)
    return found

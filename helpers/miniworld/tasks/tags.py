"""Tagging: a part of speech, or the beginning or inside of an entity, for every token."""

from collections.abc import Iterator

from helpers.miniworld.gold import Sentence
from helpers.miniworld.tasks import source
from helpers.miniworld.tasks.rows import Splits, Tagged
from helpers.miniworld.tasks.splits import Quota, Sizes, balanced, checked, gather

SIZES = Sizes(1000, 100, 200)


def tagging(sizes: Sizes = SIZES, seed: int = 0) -> Splits:
    """Sentences of all genres (:class:`Tagged`) with three layers of tags.

    Raises TaskError for a size below 1.
    """
    quota = balanced(checked(sizes), ["sentences"])
    return gather(_rows(seed, quota), lambda r: " ".join(r.tokens), lambda _: "sentences", quota)


def _rows(seed: int, quota: Quota) -> Iterator[Tagged]:
    for sentence in source.sentences(seed, quota):
        if len(sentence.tokens) > 2:
            yield tagged(sentence)


def tagged(sentence: Sentence) -> Tagged:
    tokens = sentence.tokens
    return Tagged(
        tuple(sentence.words),
        tuple(token.upos for token in tokens),
        tuple(token.xpos for token in tokens),
        bio(sentence),
    )


def bio(sentence: Sentence) -> tuple[str, ...]:
    """B-LABEL for the first token of an entity, I-LABEL for the others, O outside.

    Of entities inside one another the outer one is tagged.
    """
    tags = ["O"] * len(sentence.tokens)
    for span in sorted(sentence.entities, key=lambda span: span.end - span.start):
        tags[span.start : span.end] = [f"I-{span.label}"] * (span.end - span.start)
        tags[span.start] = f"B-{span.label}"
    return tuple(tags)

"""Edge probing (Tenney et al. 2019): what do vectors of spans tell about the sentence?

Labels are balanced. Where a label could be read off a word, the words are divided too: in ``pos``,
``dependencies``, ``entities`` and ``relations`` the first span of a test row is a word (or name)
that no training row asks about, so that a probe can't have learnt it by heart.
"""

from collections.abc import Callable, Iterator

from helpers.miniworld.gold import Sentence
from helpers.miniworld.tasks import relations, source
from helpers.miniworld.tasks.rows import Edge, Splits
from helpers.miniworld.tasks.splits import (
    Quota,
    Sizes,
    allowed,
    balanced,
    checked,
    digest,
    gather,
    split_of,
)

SIZES = Sizes(1200, 120, 240)
# fmt: off
UPOS = ("ADJ", "ADP", "ADV", "AUX", "DET", "NOUN", "PRON", "PROPN", "VERB")
CONSTITUENTS = ("ADJP", "NP", "PP", "S", "SBAR", "VP")
RELATIONS = ("acl:relcl", "advcl", "advmod", "amod", "ccomp", "conj", "iobj", "nmod", "nmod:poss",
             "nsubj", "nsubj:pass", "obj", "obl", "obl:agent", "xcomp")
# fmt: on
ENTITIES = ("LOC", "ORG", "PER", "PRODUCT", "WORK")
ROLES = ("ARG0", "ARG1", "ARG2", "ARGM-LOC", "ARGM-TMP")
Made = Iterator[Edge]


def pos(sentence: Sentence) -> Made:
    """Every token and its universal tag."""
    for i, token in enumerate(sentence.tokens):
        yield Edge(tuple(sentence.words), (i, i + 1), None, token.upos)


def constituents(sentence: Sentence) -> Made:
    """Every constituent of at least two tokens below the whole sentence."""
    for node in sentence.tree.walk():
        if node is not sentence.tree and node.end - node.start > 1:
            yield Edge(tuple(sentence.words), (node.start, node.end), None, node.label)


def dependencies(sentence: Sentence) -> Made:
    """Every token (first span) and its head (second span)."""
    for i, token in enumerate(sentence.tokens):
        if token.head >= 0:
            head = token.head, token.head + 1
            yield Edge(tuple(sentence.words), (i, i + 1), head, token.relation)


def entities(sentence: Sentence) -> Made:
    """Every named entity and its type."""
    for span in sentence.entities:
        yield Edge(tuple(sentence.words), (span.start, span.end), None, span.label)


def roles(sentence: Sentence) -> Made:
    """Every predicate (first span) and each of its arguments (second span)."""
    for frame in sentence.frames:
        predicate = frame.predicate, frame.predicate + 1
        for a in frame.arguments:
            yield Edge(tuple(sentence.words), predicate, (a.start, a.end), a.label)


def coreference(sentence: Sentence) -> Made:
    """Every pronoun (second span) and each name or noun before it: the same or not?"""
    for pronoun in sentence.mentions:
        for other in sentence.mentions:
            if pronoun.kind == "pronoun" and other.kind != "pronoun" and other.end < pronoun.end:
                label = "same" if other.referent == pronoun.referent else "different"
                spans = (other.start, other.end), (pronoun.start, pronoun.end)
                yield Edge(tuple(sentence.words), *spans, label)


# How rows are made, the labels that are asked for, and whether words are divided.
PARTS: dict[str, tuple[Callable[[Sentence], Made], tuple[str, ...], bool]] = {
    "pos": (pos, UPOS, True),
    "constituents": (constituents, CONSTITUENTS, False),
    "dependencies": (dependencies, RELATIONS, True),
    "entities": (entities, ENTITIES, True),
    "roles": (roles, ROLES, False),
    "coreference": (coreference, ("same", "different"), False),
    "relations": (relations.relations, relations.LABELS, True),
}


def edge_probing(part: str, sizes: Sizes = SIZES, seed: int = 0) -> Splits:
    """Balanced rows (:class:`Edge`) of one part: pos, constituents, dependencies, entities,
    roles, coreference or relations.

    Raises TaskError for an unknown part or a size below 1.
    """
    allowed("part", part, PARTS)
    _, labels, _ = PARTS[part]
    quota = balanced(checked(sizes), labels)
    return gather(_rows(part, seed, quota), sentence_of, lambda row: row.label, quota, _question)


def sentence_of(row: Edge) -> str:
    return " ".join(row.tokens)


def _question(row: Edge) -> tuple[str, ...]:
    """A sentence may be asked about several times, but the same only once."""
    return (f"{sentence_of(row)} {row.span1} {row.span2}",)


def _rows(part: str, seed: int, quota: Quota) -> Made:
    make, labels, divided = PARTS[part]
    found = relations if part == "relations" else source
    for sentence in found.sentences(seed, quota):
        is_test = split_of(sentence.text) == "test"
        for row in make(sentence):
            if row.label in labels and (not divided or is_test == is_held_out(row)):
                yield row


def is_held_out(row: Edge) -> bool:
    """Whether the words of the first span are only asked about in the test: one in three is."""
    words = " ".join(row.tokens[slice(*row.span1)]).lower()
    return digest(words) % 3 == 0

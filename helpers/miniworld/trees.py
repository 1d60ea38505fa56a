"""Trees of tokens, and the text that is read off their leaves.

A ``Node`` knows for each child its Universal Dependencies relation to the head child, whose own
relation is ``HEAD``. A node without a head child is transparent: its children hang on the head of
its parent. A node whose label is empty carries a term but is no constituent of its own.
"""

from itertools import pairwise
from typing import NamedTuple

HEAD = "head"
STRANDED = "stranded"  # of a preposition whose phrase has moved to the front of the clause
GLUED = "\0"  # after an opening quotation mark: the next token follows without a blank


class Leaf(NamedTuple):
    """A token: ``text`` is its form with the blank that precedes it, if any."""

    text: str
    form: str
    lemma: str
    upos: str
    xpos: str
    sense: str = ""


class Node(NamedTuple):
    label: str
    children: tuple
    relations: tuple[str, ...]
    term: object = None


def leaf(form: str, lemma: str, upos: str, xpos: str, sense: str = "") -> Leaf:
    return Leaf(" " + form, form, lemma, upos, xpos, sense)


def mark(form: str, xpos: str | None = None) -> Leaf:
    """A punctuation mark that follows its word without a blank."""
    return Leaf(form, form, form, "PUNCT", xpos or form)


COMMA = mark(",")
# Closes an apposition or a relative clause; dropped before another mark.
CLOSING = Leaf(*COMMA[:4], COMMA.xpos, "closing")
OPENING_QUOTE = Leaf(' "' + GLUED, '"', '"', "PUNCT", "``")
CLOSING_QUOTE = mark('"', "''")


def leaves(node: Node) -> list[Leaf]:
    """All leaves from left to right, before ``dropped``."""
    found: list[Leaf] = []
    _collect(node, found)
    return found


def _collect(node: Node, found: list[Leaf]) -> None:
    for child in node.children:
        if type(child) is Leaf:
            found.append(child)
        else:
            _collect(child, found)


def first_leaf(node: Node | Leaf) -> Leaf:
    while type(node) is not Leaf:
        node = node.children[0]
    return node


def dropped(found: list[Leaf]) -> set[int]:
    """Positions of closing commas that another mark follows."""
    if CLOSING not in found:
        return set()
    return {i for i, (x, y) in enumerate(pairwise(found)) if x is CLOSING and y.upos == "PUNCT"}


def joined(found: list[Leaf]) -> str:
    """The text of a sentence whose leaves are these (nothing left to drop)."""
    text = "".join([x.text for x in found])
    if GLUED in text:
        text = text.replace(GLUED + " ", "").replace(GLUED, "")
    text = text[1:] if text[0] == " " else text
    first = found[0]
    if first.upos == "PUNCT":
        return text
    return text if first.upos == "PROPN" else text[0].upper() + text[1:]


def text_of(node: Node) -> str:
    """What a reader sees: blanks where English has them, a capital first."""
    found = leaves(node)
    gone = dropped(found)
    if gone:
        found = [x for i, x in enumerate(found) if i not in gone]
    return joined(found)


def capitalised(node: Node) -> Node:
    """The tree with a capital at its first leaf (the beginning of a quotation)."""
    first, *rest = node.children
    if type(first) is not Leaf:
        return node._replace(children=(capitalised(first), *rest))
    if first.upos in ("PROPN", "PUNCT"):
        return node
    form = first.form[0].upper() + first.form[1:]
    return node._replace(children=(first._replace(text=" " + form, form=form), *rest))

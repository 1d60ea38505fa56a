"""English from terms: ``text(term)`` is what a reader sees, ``tree(term)`` how it is built.

``phrases`` and ``clauses`` do the grammar: agreement, verb forms, *do*-support, a/an, relative
pronouns, passive, questions. Here stand whole sentences.
"""

from functools import cache

from helpers.miniworld import clauses, phrases
from helpers.miniworld.terms import (
    Clause,
    Command,
    Described,
    Fragment,
    Question,
    Quote,
    Sentence,
    Statement,
)
from helpers.miniworld.trees import COMMA, HEAD, Node, leaf, mark, text_of

STOP, EXCLAMATION, QUESTION = mark("."), mark("!", "."), mark("?", ".")
MARKS = {".": STOP, "!": EXCLAMATION, "?": QUESTION, ",": COMMA}


def text(term: Sentence) -> str:
    """The sentence as it is written."""
    return text_of(sentence(term))


def tree(term: Sentence) -> Node:
    """The constituency tree with the relation of every child to its head."""
    return sentence(term)


def sentence(term: Sentence, stop: str = ".") -> Node:
    """A sentence with its final mark; ``stop`` replaces a full stop (*"…," she said*)."""
    kind = type(term)
    if kind is Statement:
        return _statement(term, stop)
    if kind is Question:
        return _ended(clauses.interrogative(term.clause), "?")
    if kind is Command:
        return _ended(clauses.imperative(term.clause), stop if term.end == "." else term.end)
    if kind is Fragment:
        return _ended(_fragment(term), stop if term.end == "." else term.end)
    raise TypeError(f"term={term!r} is no sentence.")


def _ended(node: Node, end: str) -> Node:
    if end not in MARKS:
        raise ValueError(f"end={end!r}: one of {', '.join(MARKS)}.")
    return Node(node.label, (*node.children, MARKS[end]), (*node.relations, "punct"), node.term)


def _statement(term: Statement, stop: str) -> Node:
    node = clauses.declarative(term.clause)
    if term.opening:
        word = phrases.coordinator(term.opening.lemma)
        node = node._replace(children=(word, *node.children), relations=("cc", *node.relations))
    if _ends_in_quote(term.clause):
        return node
    return _ended(node, stop if term.end == "." else term.end)


def _ends_in_quote(clause) -> bool:
    if not isinstance(clause, Clause) or not isinstance(clause.complement, Quote):
        return False
    return not clause.complement.first


def _fragment(term: Fragment) -> Node:
    parts = [
        phrases.described(part) if isinstance(part, Described) else phrases.noun_phrase(part)
        for part in term.parts
    ]
    if term.exclaimed:
        parts[0] = _exclaimed(parts[0], term.exclaimed.lemma)
    children: list = [parts[0]]
    relations = [HEAD]
    for part in parts[1:]:
        children.append(phrases.with_comma(part, before=True))
        relations.append("parataxis")
    return Node("FRAG", tuple(children), tuple(relations), term)


def _exclaimed(node: Node, lemma: str) -> Node:
    word, relation = _exclamation(lemma)
    return node._replace(children=(word, *node.children), relations=(relation, *node.relations))


@cache
def _exclamation(lemma: str):
    if lemma == "how":
        return leaf("how", "how", "ADV", "WRB"), "advmod"
    return leaf("what", "what", "DET", "WDT"), "det:predet"

"""Gold annotations of a sentence, read off its term and its English tree."""

from typing import NamedTuple

from helpers.miniworld import german
from helpers.miniworld.alignment import aligned, unshared
from helpers.miniworld.english import tree
from helpers.miniworld.frames import Place, frames
from helpers.miniworld.german_words import NoGerman
from helpers.miniworld.gold import Constituent, Mention, Sentence, Span, Token
from helpers.miniworld.lexicon import Entity
from helpers.miniworld.terms import (
    Clause,
    Common,
    Copula,
    Exists,
    Fact,
    Impersonal,
    Indefinite,
    Joined,
    Name,
    Partitive,
    Pronoun,
)
from helpers.miniworld.terms import Sentence as Term
from helpers.miniworld.trees import HEAD, STRANDED, Leaf, Node, dropped, joined, leaves

KINDS = {
    Name: "name",
    Pronoun: "pronoun",
    Common: "nominal",
    Indefinite: "nominal",
    Partitive: "nominal",
    Joined: "nominal",
}


class Positions(NamedTuple):
    """Where a node's words stand, counted in tokens that are kept; -1 for a head there isn't."""

    node: Node
    start: int
    end: int
    head: int


class _Reader:
    """One walk through a tree: constituents, heads and the places of terms."""

    def __init__(self, node: Node):
        found = leaves(node)
        gone = dropped(found)
        self.leaves = [x for i, x in enumerate(found) if i not in gone]
        self.heads = [-1] * len(self.leaves)
        self.relations = ["root"] * len(self.leaves)
        self.places: list[Positions] = []
        self.gone = gone
        self._raw = 0
        self._kept = 0
        children, pending = self._read(node)
        self.tree = Constituent(node.label, 0, self._kept, tuple(children))
        if len(pending) != 1 or pending[0][1] != HEAD:
            raise ValueError(f"term={node.term!r}: its tree has no single root.")

    def _read(self, node: Node) -> tuple[list, list[tuple[int, str]]]:
        """The constituents below a node, and the tokens that still look for a head.

        With a head child that is one token, with relation HEAD; a transparent node passes on all.
        """
        start = self._kept
        constituents: list[Constituent | int] = []
        heads: list[list[tuple[int, str]]] = []
        wh = None
        for child, relation in zip(node.children, node.relations, strict=True):
            if type(child) is Leaf:
                index = self._leaf()
                if index is None:
                    heads.append([])
                    continue
                constituents.append(index)
                heads.append([(index, relation)])
                continue
            before = self._kept
            below, pending = self._read(child)
            heads.append([(i, relation if r == HEAD else r) for i, r in pending])
            if child.label:
                constituents.append(Constituent(child.label, before, self._kept, tuple(below)))
            else:
                constituents += below
            if child.label.startswith("WH") and heads[-1]:
                wh = heads[-1][0][0]
        if wh is not None:
            heads = [self._with_preposition(pending, wh) for pending in heads]
        linked = self._linked(heads)
        if node.term is not None:
            head = next((i for i, relation in linked if relation == HEAD), -1)
            self.places.append(Positions(node, start, self._kept, head))
        return constituents, linked

    def _leaf(self) -> int | None:
        self._raw += 1
        if self._raw - 1 in self.gone:
            return None
        self._kept += 1
        return self._kept - 1

    def _with_preposition(self, pending: list[tuple[int, str]], wh: int) -> list[tuple[int, str]]:
        """Gives a wh-phrase the preposition that it has left behind."""
        for i, relation in pending:
            if relation == STRANDED:
                self._attach(i, "case", wh)
        return [pair for pair in pending if pair[1] != STRANDED]

    def _linked(self, heads: list[list[tuple[int, str]]]) -> list[tuple[int, str]]:
        """Hangs conjunctions on the conjunct that follows, all else on the head."""
        conjunct = None
        for group in reversed(heads):
            for i, relation in group:
                if relation == "conj":
                    conjunct = i
                elif conjunct is not None and relation in ("cc", "punct"):
                    self._attach(i, relation, conjunct)
        pending = [
            pair
            for group in heads
            for pair in group
            if not (pair[1] in ("cc", "punct") and self.heads[pair[0]] >= 0)
        ]
        head = next((i for i, relation in pending if relation == HEAD), None)
        if head is None:
            return pending
        left = [pair for pair in pending if pair[1] == STRANDED]
        for i, relation in pending:
            if i != head and relation != STRANDED:
                self._attach(i, relation, head)
        return [(head, HEAD), *left]

    def _attach(self, i: int, relation: str, head: int) -> None:
        self.heads[i] = head
        self.relations[i] = relation


def _tokens(reader: _Reader) -> tuple[str, tuple[Token, ...]]:
    text = joined(reader.leaves)
    tokens, place = [], 0
    for i, x in enumerate(reader.leaves):
        if text[place : place + 1] == " ":
            place += 1
        form = text[place : place + len(x.form)]
        tokens.append(
            Token(form, x.lemma, x.upos, x.xpos, reader.heads[i], reader.relations[i], place)
        )
        place += len(x.form)
    return text, tuple(tokens)


def _entities(places: list[Positions]) -> tuple[Span, ...]:
    return tuple(
        Span(p.start, p.end, p.node.term.label, p.node.term.name)
        for p in places
        if isinstance(p.node.term, Entity)
    )


def _mentions(places: list[Positions]) -> tuple[Mention, ...]:
    found = {}
    for p in places:
        kind = KINDS.get(type(p.node.term))
        referent = getattr(p.node.term, "referent", None) if kind else None
        if referent is not None:
            found[p.start, p.end, referent.id] = Mention(p.start, p.end, referent.id, kind)
    return tuple(sorted(found.values(), key=lambda m: (m.start, -m.end)))


def _facts(places: list[Positions]) -> tuple[Fact, ...]:
    """Facts in the order in which their clauses end, each once."""
    stated = (
        p.node.term
        for p in places
        if isinstance(p.node.term, Clause | Copula | Exists | Impersonal)
    )
    return tuple(dict.fromkeys(fact for term in stated for fact in term.facts))


def _german(term: Term) -> list[german.Word]:
    """The German words; none where a word of the sentence has no German."""
    try:
        return german.words(term)
    except NoGerman:
        return []


def annotated(term: Term, surprisal: float = 0.0, sentiment: float | None = None) -> Sentence:
    """The sentence with everything that is known about it."""
    parts = unshared(term)
    node = tree(parts)
    reader = _Reader(node)
    text, tokens = _tokens(reader)
    senses = tuple(
        Span(i, i + 1, x.lemma, x.sense)
        for i, x in enumerate(reader.leaves)
        if x.sense and x.upos != "PUNCT"
    )
    at = {id(p.node.term): Place(p.start, p.end, p.head) for p in reader.places}
    spoken = _german(parts)
    return Sentence(
        text,
        tokens,
        reader.tree,
        _entities(reader.places),
        senses,
        _facts(reader.places),
        sentiment,
        surprisal,
        _mentions(reader.places),
        frames(parts, at, tokens),
        german=tuple(word.form for word in spoken),
        alignment=aligned(node, reader.gone, spoken),
        term=term,
    )

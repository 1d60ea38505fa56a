"""The gold annotations, in one place: what is known about every sentence and document.

Positions are token indices, spans half-open; ``Token.start`` is an offset in ``Sentence.text``, so
``text[token.start : token.end] == token.form``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from helpers.miniworld.terms import Fact
from helpers.miniworld.terms import Sentence as Term


@dataclass(frozen=True, slots=True)
class Token:
    """One token. ``head`` is the index of the governor, -1 for the root; relations as in UD v2
    English, ``upos`` universal, ``xpos`` Penn Treebank."""

    form: str
    lemma: str
    upos: str
    xpos: str
    head: int
    relation: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.form)


@dataclass(frozen=True, slots=True)
class Span:
    """Tokens start … end-1 with a label; ``id`` names what it stands for (entity, sense, …)."""

    start: int
    end: int
    label: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """A noun phrase that stands for a referent; ``kind``: name, nominal or pronoun."""

    start: int
    end: int
    referent: int
    kind: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A predicate (token index) with its roleset and its arguments (labels ARG0, ARGM-TMP, …)."""

    predicate: int
    roleset: str
    arguments: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """A fact between two entities that the sentence names: *Paris* (subject) P36 *France*."""

    subject: Span
    object: Span
    relation: str


@dataclass(frozen=True, slots=True)
class Constituent:
    """A node of the constituency tree; children are constituents or token indices."""

    label: str
    start: int
    end: int
    children: tuple[Constituent | int, ...]

    def walk(self) -> Iterator[Constituent]:
        """This node and all below it, top down, left to right."""
        yield self
        for child in self.children:
            if isinstance(child, Constituent):
                yield from child.walk()

    def bracketed(self, tokens: tuple[Token, ...]) -> str:
        """Penn Treebank style: ``(S (NP (DT the) …) …)``."""
        parts = [
            child.bracketed(tokens)
            if isinstance(child, Constituent)
            else f"({tokens[child].xpos} {tokens[child].form})"
            for child in self.children
        ]
        return f"({self.label} {' '.join(parts)})"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and everything known about it.

    ``entities``: spans labelled PER, LOC, ORG, WORK, PRODUCT … with the entity's name as id.
    ``senses``: one-token spans, label = lemma, id = sense. ``sentiment``: -1 to 1, None where there
    is none to speak of. ``surprisal``: -log p of the generator's choices, in nats. ``mentions`` and
    ``frames`` feed coreference and roles; ``german`` and ``alignment`` (pairs of English and German
    token index) are filled by part two.
    """

    text: str
    tokens: tuple[Token, ...]
    tree: Constituent
    entities: tuple[Span, ...] = ()
    senses: tuple[Span, ...] = ()
    facts: tuple[Fact, ...] = ()
    sentiment: float | None = None
    surprisal: float = 0.0
    mentions: tuple[Mention, ...] = ()
    frames: tuple[Frame, ...] = ()
    german: tuple[str, ...] = ()
    alignment: tuple[tuple[int, int], ...] = ()
    term: Term | None = field(default=None, repr=False, compare=False)

    @property
    def words(self) -> list[str]:
        return [token.form for token in self.tokens]

    @property
    def root(self) -> int:
        """Index of the root token."""
        return next(i for i, token in enumerate(self.tokens) if token.head < 0)

    @property
    def relations(self) -> tuple[Relation, ...]:
        """The facts of the sentence whose two entities it names, each once, with their spans."""
        spans: dict[str, Span] = {}
        for span in self.entities:
            spans.setdefault(span.id, span)
        return tuple(
            Relation(spans[fact.subject], spans[fact.object], fact.relation)
            for fact in self.facts
            if fact.subject in spans and fact.object in spans and fact.subject != fact.object
        )

    def bracketed(self) -> str:
        """The constituency tree in Penn Treebank style."""
        return self.tree.bracketed(self.tokens)

    def delexicalised(self) -> str:
        """The constituency tree with its words removed: what counts as one schema."""

        def shape(child: Constituent | int) -> str:
            if isinstance(child, int):
                return self.tokens[child].xpos
            return f"({child.label} {' '.join(map(shape, child.children))})"

        return shape(self.tree)

    def conllu(self, sent_id: str = "1") -> str:
        """One sentence block of the CoNLL-U format (universaldependencies.org/format.html)."""
        lines = [f"# sent_id = {sent_id}", f"# text = {self.text}"]
        for i, token in enumerate(self.tokens):
            last = i + 1 == len(self.tokens)
            spaced = last or token.end < self.tokens[i + 1].start
            columns = (
                i + 1,
                token.form,
                token.lemma,
                token.upos,
                token.xpos,
                "_",
                token.head + 1,
                token.relation,
                "_",
                "_" if spaced else "SpaceAfter=No",
            )
            lines.append("\t".join(map(str, columns)))
        return "\n".join(lines) + "\n\n"

    def show(self):
        """A drawing for the notebook: constituents, dependencies, entities."""
        from helpers.miniworld.show import Drawing

        return Drawing(self)


@dataclass(frozen=True, slots=True)
class Document:
    """Sentences about one thing. ``chains``: for every referent that is mentioned at least twice,
    its mentions as (sentence index, mention) in order."""

    genre: str
    topic: str
    sentences: tuple[Sentence, ...]
    chains: tuple[tuple[tuple[int, Mention], ...], ...] = ()

    @property
    def text(self) -> str:
        return " ".join(sentence.text for sentence in self.sentences)

    def conllu(self) -> str:
        blocks = (s.conllu(str(i + 1)) for i, s in enumerate(self.sentences))
        return "".join(blocks)

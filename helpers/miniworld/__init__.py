"""The mini-world: English text, generated from tables, in which everything is known.

    from helpers.miniworld import documents, text

    for sentences in text(1_000_000):  # a document: its sentences
        print(" ".join(sentences))
    for document in documents(100_000):  # the same documents with all that is known of them
        for sentence in document.sentences:
            print(sentence.bracketed(), sentence.facts, sentence.entities)

Six genres: encyclopedia entries (their facts are real), stories, film and gadget reviews, letters,
and words in use. Both functions go through the same documents in the same order; nothing of them
is kept. The bytes depend on three numbers alone: ``seed`` draws the world (which part of the
tables it speaks of, what is frequent, which facts are held out), ``shard`` names a part of its
corpus that doesn't depend on the others, ``bias`` is the strength of the planted association
between invented names and invented jobs. Text needs nothing but the standard library.

How a sentence comes about, and where:

- ``tables`` reads ``data/miniworld/*.tsv``; ``lexicon`` and ``vocabulary`` hold words and names.
- ``world`` is one world; ``documents/`` writes it, a module per genre. Encyclopedia: ``facts``,
  of which ``active`` are spoken of, as often as ``exposure`` says, in the constructions of
  ``people``, ``places``, ``makers``, ``generic``. The others: patterns (``*_patterns``) that
  ``scene`` fills. ``patterns/`` reads these.
- ``choice`` draws everything at random and keeps account of the surprisal.
- What is said is a term (``terms``), built in no language. ``english`` (with ``clauses``,
  ``phrases``, ``verb_groups``) makes a tree of it (``trees``), ``german`` German words.
- ``annotate`` reads the gold annotations (``gold``) off tree and term; ``show`` draws them.
- ``tasks/`` makes tasks for models; ``card`` measures the data card, ``data/README.md``.
"""

from collections.abc import Iterator

from helpers.miniworld.annotate import annotated
from helpers.miniworld.documents import drafts
from helpers.miniworld.documents.draft import Draft
from helpers.miniworld.english import tree
from helpers.miniworld.gold import Document, Mention
from helpers.miniworld.trees import dropped, joined, leaves

__all__ = ["documents", "text"]


def text(n_tokens: int, seed: int = 0, shard: int = 0, bias: float = 0.0) -> Iterator[list[str]]:
    """Documents as lists of sentences, until ``n_tokens`` tokens are reached (the last document
    is whole). Raises ValueError for a negative or non-integer ``n_tokens``, ``seed``, ``shard``,
    or a ``bias`` outside 0 to 1."""
    _check(n_tokens=n_tokens, seed=seed, shard=shard)
    return _text(n_tokens, seed, shard, bias)


def documents(
    n_tokens: int, seed: int = 0, shard: int = 0, bias: float = 0.0
) -> Iterator[Document]:
    """The documents of ``text`` with everything that is known about them."""
    _check(n_tokens=n_tokens, seed=seed, shard=shard)
    return _documents(n_tokens, seed, shard, bias)


def _check(**values: int) -> None:
    for name, value in values.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise ValueError(f"{name}={value!r}: an integer from 0 is allowed.")


def _text(n_tokens: int, seed: int, shard: int, bias: float) -> Iterator[list[str]]:
    count = 0
    for draft in drafts(seed, shard, bias):
        if count >= n_tokens:
            return
        sentences = []
        for said in draft.sentences:
            found = leaves(tree(said.term))
            gone = dropped(found)
            if gone:
                found = [x for i, x in enumerate(found) if i not in gone]
            count += len(found)
            sentences.append(joined(found))
        yield sentences


def _documents(n_tokens: int, seed: int, shard: int, bias: float) -> Iterator[Document]:
    count = 0
    for draft in drafts(seed, shard, bias):
        if count >= n_tokens:
            return
        document = _annotated(draft)
        count += sum(len(sentence.tokens) for sentence in document.sentences)
        yield document


def _annotated(draft: Draft) -> Document:
    sentences = tuple(annotated(s.term, s.surprisal, s.sentiment) for s in draft.sentences)
    return Document(draft.genre, draft.topic, sentences, _chains(sentences))


def _chains(sentences) -> tuple[tuple[tuple[int, Mention], ...], ...]:
    """Mentions by referent, of those that are mentioned twice or more."""
    found: dict[int, list[tuple[int, Mention]]] = {}
    for i, sentence in enumerate(sentences):
        for mention in sentence.mentions:
            found.setdefault(mention.referent, []).append((i, mention))
    return tuple(tuple(chain) for chain in found.values() if len(chain) > 1)

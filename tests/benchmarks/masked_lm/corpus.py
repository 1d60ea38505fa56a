"""The mini-world as numbers: text generated once, a vocabulary of its words, rows to train on."""

import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from helpers import ROOT
from helpers.files import write_atomically
from helpers.miniworld import english
from helpers.miniworld.documents import drafts
from helpers.miniworld.tasks.splits import split_of
from helpers.miniworld.terms import Fact

PAD, UNKNOWN, CLS, SEP, MASK = range(5)
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
WORD = re.compile(r"\w+?(?=n't\b)|n't\b|'s\b|\w+(?:[-'.](?!s\b)\w+)*|[^\w\s]")
SHARD = 250_000  # tokens; shards are generated side by side


def words(text: str) -> list[str]:
    """Tokens of running text as the gold has them, lower-cased: *does n't*, *Anna 's*."""
    return WORD.findall(text.lower())


class Vocabulary:
    """Words and their numbers; the special tokens come first."""

    def __init__(self, listed: list[str]):
        self.words = [*SPECIAL, *listed]
        self.numbers = {word: i for i, word in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: str) -> bool:
        return word.lower() in self.numbers

    def number(self, word: str) -> int:
        return self.numbers.get(word.lower(), UNKNOWN)

    def encode(self, tokens: list[str]) -> list[int]:
        """``[CLS] … [SEP]``; a token ``[MASK]`` stays one."""
        inner = [MASK if token == "[MASK]" else self.number(token) for token in tokens]
        return [CLS, *inner, SEP]


class Corpus(NamedTuple):
    """``ids``: all tokens; ``sentences``: where each begins, and the end; ``documents``: the first
    sentence of each, and their number; ``facts``: how often each is stated. ``sha256`` is that of
    the text."""

    name: str
    sha256: str
    vocabulary: Vocabulary
    ids: np.ndarray
    sentences: np.ndarray
    documents: np.ndarray
    facts: dict[Fact, int]


def corpus(n_tokens: int, seed: int, rarest: int = 2) -> Corpus:
    """Text of the mini-world with that seed, kept below build/ until its generator changes.

    Sentences whose hash says *test* are left out. A word said fewer than ``rarest`` times is
    unknown.
    """
    path = ROOT / "build" / "miniworld" / f"{_generator()}-{seed}-{n_tokens}-{rarest}.npz"
    if not path.exists():
        buffer = io.BytesIO()
        np.savez(buffer, **_encoded(_shards(n_tokens, seed), rarest))
        write_atomically(path, buffer.getvalue())
    with np.load(path) as stored:
        arrays = dict(stored)
    return Corpus(
        f"mini-world, seed {seed}, {n_tokens} tokens without the tests' sentences",
        str(arrays["sha256"]),
        Vocabulary(str(arrays["words"]).split("\n")),
        arrays["ids"],
        arrays["sentences"],
        arrays["documents"],
        {Fact(*names): n for *names, n in json.loads(str(arrays["facts"]))},
    )


class Shard(NamedTuple):
    """A sentence a line, a blank line after each document; the facts that are stated."""

    text: str
    facts: Counter[Fact]


def _shards(n_tokens: int, seed: int) -> Iterator[Shard]:
    numbers = range(-(-n_tokens // SHARD))
    with ProcessPoolExecutor(max_workers=2) as pool:
        yield from pool.map(partial(_shard, min(n_tokens, SHARD), seed), numbers)


def _shard(n_tokens: int, seed: int, number: int) -> Shard:
    """As ``miniworld.text`` writes it, which doesn't tell the facts; the gold would be slow."""
    written, facts, count = [], Counter(), 0
    for draft in drafts(seed, number):
        if count >= n_tokens:
            break
        said = [(said.term, english.text(said.term)) for said in draft.sentences]
        kept = [(term, text) for term, text in said if split_of(text) != "test"]
        written += [text + "\n" for _, text in kept] + ["\n"] * bool(kept)
        for term, text in kept:
            count += len(WORD.findall(text))
            facts.update(dict.fromkeys(_facts(term), 1))
    return Shard("".join(written), facts)


def _facts(term) -> Iterator[Fact]:
    """The facts of all clauses of a term."""
    if isinstance(term, tuple):
        yield from getattr(term, "facts", ())
        for part in term:
            yield from _facts(part)


def _encoded(shards: Iterator[Shard], rarest: int) -> dict:
    digest, facts = hashlib.sha256(), Counter()
    tokens, sentences, documents = [], [0], [0]
    for shard in shards:
        digest.update(shard.text.encode())
        facts.update(shard.facts)
        for document in shard.text.split("\n\n")[:-1]:
            for sentence in document.split("\n"):
                tokens += words(sentence)
                sentences.append(len(tokens))
            documents.append(len(sentences) - 1)
    counts = Counter(tokens)
    listed = sorted((w for w, n in counts.items() if n >= rarest), key=lambda w: (-counts[w], w))
    numbers = {word: i for i, word in enumerate(listed, len(SPECIAL))}
    return {
        "words": np.array("\n".join(listed)),
        "ids": np.array([numbers.get(word, UNKNOWN) for word in tokens], dtype=np.int32),
        "sentences": np.array(sentences),
        "documents": np.array(documents),
        "facts": np.array(json.dumps([[*fact, n] for fact, n in facts.items()])),
        "sha256": np.array(digest.hexdigest()),
    }


def _generator() -> str:
    """A name for the present state of tables and code: other rules, other text."""
    digest = hashlib.sha256()
    folders = (ROOT / "data" / "miniworld", ROOT / "helpers" / "miniworld")
    for path in sorted(path for folder in folders for path in folder.rglob("*.*")):
        if path.suffix in {".tsv", ".py"}:
            digest.update(path.read_bytes())
    digest.update(Path(__file__).read_bytes())
    return digest.hexdigest()[:12]

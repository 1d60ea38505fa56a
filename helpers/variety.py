"""How varied a list of sentences is: measures for hand-written data sets.

Templated or machine-filled text gives itself away by the same few openings, phrases that come
back, sentences that differ in one slot, and by compressing better than prose. Each function
measures one of these on the same tokens (`words`: lower case, no punctuation), so that two corpora
with different casing or spacing can be compared.
"""

import gzip
import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def words(text: str) -> list[str]:
    """The lower-cased words of `text`; punctuation is dropped, "don't" stays one word."""
    return WORD.findall(text.lower().replace("’", "'"))


def distinct_openings(texts: Sequence[str], n: int = 3) -> float:
    """Share of different first-`n`-word openings among `texts`: 1.0 when all rows differ.

    Raises ValueError when `texts` is empty or `n` < 1.
    """
    _require_texts(texts)
    _require_positive("n", n)
    return len({tuple(words(text)[:n]) for text in texts}) / len(texts)


def repeated_ngrams(texts: Sequence[str], n: int = 5, max_rows: int = 3) -> dict[str, int]:
    """The word `n`-grams found in more than `max_rows` rows, each with its number of rows.

    A phrase said twice within one row counts once. Raises ValueError when `n` < 1.
    """
    _require_positive("n", n)
    rows: dict[str, int] = defaultdict(int)
    for text in texts:
        for ngram in _ngrams(text, n):
            rows[" ".join(ngram)] += 1
    return {ngram: count for ngram, count in rows.items() if count > max_rows}


def gzip_ratio(texts: Sequence[str], n_bytes: int | None = None) -> float:
    """Compressed size / raw size of the rows' words, one row a line; lower means more repetitive.

    The ratio falls as text grows, so compare two corpora on the same `n_bytes` (counted after
    normalisation, UTF-8). `None` takes everything. Raises ValueError when there is less text than
    `n_bytes`, or none.
    """
    _require_texts(texts)
    raw = normalised(texts)
    if n_bytes is not None:
        _require_positive("n_bytes", n_bytes)
        if len(raw) < n_bytes:
            raise ValueError(f"n_bytes={n_bytes} but the texts hold only {len(raw)} bytes")
        raw = raw[:n_bytes]
    if not raw:
        raise ValueError("texts hold no word")
    return len(gzip.compress(raw, compresslevel=9, mtime=0)) / len(raw)


def normalised(texts: Sequence[str]) -> bytes:
    """The words of each row joined by spaces, one row a line: what `gzip_ratio` compresses."""
    return "\n".join(" ".join(words(text)) for text in texts).encode()


def near_duplicates(
    texts: Sequence[str], max_words: float = 0.6, max_trigrams: float = 0.4
) -> list[tuple[int, int, float, float]]:
    """Pairs of rows that are too alike: (row, other row, word Jaccard, word-trigram Jaccard).

    A pair is listed when the Jaccard overlap (Jaccard, 1901) of its word sets reaches `max_words`
    or that of its trigram sets reaches `max_trigrams`. Compares all pairs: O(len(texts)²).
    """
    bags = [set(words(text)) for text in texts]
    trigrams = [set(_ngrams(text, 3)) for text in texts]
    pairs = []
    for i, j in combinations(range(len(texts)), 2):
        by_word, by_trigram = _jaccard(bags[i], bags[j]), _jaccard(trigrams[i], trigrams[j])
        if by_word >= max_words or by_trigram >= max_trigrams:
            pairs.append((i, j, by_word, by_trigram))
    return pairs


def _ngrams(text: str, n: int) -> set[tuple[str, ...]]:
    tokens = words(text)
    return {tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1)}


def _jaccard(a: set, b: set) -> float:
    return len(a & b) / len(a | b) if a and b else 0.0


def _require_texts(texts: Sequence[str]) -> None:
    if isinstance(texts, str):
        raise ValueError("texts is one string; pass a list of them")
    if not len(texts):
        raise ValueError("texts is empty; at least one sentence is needed")


def _require_positive(name: str, value: int) -> None:
    if value < 1:
        raise ValueError(f"{name}={value}; must be at least 1")

"""Looking at the tokens of a pattern and taking them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from helpers.miniworld.lexicon import FunctionWord
from helpers.miniworld.patterns.words import PatternError, Slot, forms, kinds, tokens
from helpers.miniworld.vocabulary import vocabulary


class Reader:
    """One pattern and the place in it; raises ``PatternError`` where the reading can't go on."""

    def __init__(self, text: str):
        self.text = text
        self.tokens = tokens(text)
        self.i = 0
        self.words = vocabulary()
        self.nouns, self.verbs, self.adjectives = forms()
        self.kinds = kinds()
        self.quoted = False

    def peek(self, ahead: int = 0) -> str:
        at = self.i + ahead
        return self.tokens[at] if at < len(self.tokens) else ""

    def low(self, ahead: int = 0) -> str:
        """The next token as it would stand inside a sentence, without a mark of its kind."""
        token = self.peek(ahead)
        return token if token[:1] == "{" else token.lower().split("/")[0]

    def take(self) -> str:
        self.i += 1
        return self.tokens[self.i - 1]

    def accept(self, *words: str) -> bool:
        if self.low() in words:
            self.i += 1
            return True
        return False

    def expect(self, *words: str) -> None:
        if not self.accept(*words):
            self.fail(f"{' or '.join(words)} expected")

    def fail(self, why: str):
        read, rest = " ".join(self.tokens[: self.i]), " ".join(self.tokens[self.i :])
        raise PatternError(f"pattern={self.text!r}: {why} after {read!r}, before {rest!r}.")

    def attempt(self, parse: Callable) -> Any:
        """What ``parse`` reads, or None with nothing read."""
        start, tokens = self.i, self.tokens.copy()
        try:
            return parse()
        except PatternError:
            self.i, self.tokens = start, tokens
            return None

    def word(self, kind: str, ahead: int = 0) -> FunctionWord | None:
        """The next token as a function word of this kind."""
        lemma = self.low(ahead)
        lemma = "a" if lemma == "an" and kind == "determiner" else lemma
        if (lemma, kind) not in self.words.words:
            return None
        return self.words.word(lemma, kind)

    def slot(self, *prefixes: str, ahead: int = 0) -> Slot | None:
        """The next token as a slot of this kind (upper case: a phrase)."""
        token = self.peek(ahead)
        if token[:1] != "{":
            return None
        name = token[1:-1]
        fits = name[0].isupper() if prefixes[0] == "A" else name.startswith(prefixes)
        if not fits:
            return None
        found = re.fullmatch(r"([@#\w.+-]*?\w[+-]*?)(\*|~|!|1|2|\+s|\?|:\w+)?", name)
        if not found:
            self.fail(f"{name!r} names no slot")
        return Slot(found[1], found[2] or "", self.i + ahead)

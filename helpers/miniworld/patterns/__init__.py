"""Patterns: sentences of plain English with slots, read once into terms.

``Pattern("Although the {n.part} was {j.bad}, {A} {v.like:d} [the songs that {B} sang].")`` is
parsed when it is made, so that what the genres say can be read in their modules as English, while
what they hand on is abstract syntax, which German can speak as well. A pattern is small, plain
English, and a parser with one sentence of look-ahead is enough for it; what is unclear is marked:

    {A} {A*} {A!} {A1} {A2}   phrase: as the discourse has it, pronoun, full, *I*, *you*; {A}'s
    {A~}                      name when first said, then a pronoun
    {n.x} {n.x+s} {n.x?}      noun: singular, plural, either
    {j.x} {j.x:er} {j.x:est}  adjective and its degrees
    {v.x} {v.x:s} :d :en :ing verb: base, present, past, participle, gerund; also put:d
    {r.x} {@x} {#x}           adverb; adverbial of any kind; number
    key.lock  key.lock+s      a noun or verb (plant.sow:d) in one of its senses
    [ … ]                     all modifiers up to ] belong to the noun
    in/time  to/purpose       the kind of a function word, where the usual one isn't meant
    to write; for a week      what follows ; belongs to the verb above the infinitive
    @every day                a noun phrase as adverbial
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from helpers.miniworld import terms
from helpers.miniworld.patterns.sentences import Parser
from helpers.miniworld.patterns.words import (
    I_AM,
    SCENE,
    WE_ARE,
    YOU_ARE,
    Extended,
    Item,
    PatternError,
    Slot,
)
from helpers.miniworld.terms import PAST, PRESENT, Form

__all__ = ["I_AM", "WE_ARE", "YOU_ARE", "Item", "Pattern", "PatternError", "Slot", "patterns"]


class _Values(NamedTuple):
    tense: str
    by_position: dict


def _compiled(term) -> Callable | None:
    """A function from values to the finished term; None if there is nothing to fill."""
    kind = type(term)
    if kind is Slot:
        position = term.position
        return lambda values: values.by_position[position]
    if kind is Form:
        if term.tense != SCENE:
            return None
        forms = {tense: term._replace(tense=tense) for tense in (PRESENT, PAST)}
        return lambda values: forms[values.tense]
    if not isinstance(term, tuple):
        return None
    if kind is Extended:
        return _extended(term)
    parts = [_compiled(part) for part in term]
    if kind in (terms.Common, terms.Asked) and type(term.noun) is Slot:
        return _nominal(term, parts)
    dynamic = [(i, part) for i, part in enumerate(parts) if part]
    if not dynamic:
        return None
    fixed = list(term)

    def build(values):
        made = fixed.copy()
        for i, part in dynamic:
            made[i] = part(values)
        return tuple.__new__(kind, made)

    return build


def _nominal(term: terms.Common | terms.Asked, parts: list) -> Callable:
    """A noun's slot fills the noun, its number and its referent."""
    kind, position = type(term), term.noun.position
    noun, number = kind._fields.index("noun"), kind._fields.index("number")
    dynamic = [(i, part) for i, part in enumerate(parts) if part and i not in (noun, number)]
    fixed = list(term)
    referent = kind._fields.index("referent") if kind is terms.Common else None

    def build(values):
        made = fixed.copy()
        item = values.by_position[position]
        made[noun], made[number] = item.noun, item.number
        if referent:
            made[referent] = item.referent
        for i, part in dynamic:
            made[i] = part(values)
        return tuple.__new__(kind, made)

    return build


def _extended(term: Extended) -> Callable:
    position = term.phrase.position
    after = _compiled(term.after)

    def build(values):
        phrase = values.by_position[position]
        more = after(values) if after else term.after
        return phrase._replace(after=(*phrase.after, *more))

    return build


def _is_narrated(term) -> bool:
    if type(term) is Form:
        return term.tense == SCENE
    return isinstance(term, tuple) and any(_is_narrated(part) for part in term)


def _slots(term, found: list[Slot]) -> None:
    if type(term) is Slot:
        found.append(term)
    elif isinstance(term, tuple):
        for part in term:
            _slots(part, found)


class Pattern:
    """A sentence to fill. ``slots`` are in reading order; ``fill`` gets each once.

    ``narrated``: it has a verb in the past that takes the tense of the text.
    """

    __slots__ = ("_build", "narrated", "slots", "term", "text")

    def __init__(self, text: str):
        self.text = text
        parser = Parser(text)
        self.term = parser.sentence()
        if parser.i < len(parser.tokens):
            parser.fail("the end expected")
        found: list[Slot] = []
        _slots(self.term, found)
        by_position = {slot.position: slot for slot in found}
        self.slots = tuple(by_position[p] for p in sorted(by_position))
        self.narrated = _is_narrated(self.term)
        self._build = _compiled(self.term)

    def __repr__(self) -> str:
        return f"Pattern({self.text!r})"

    def fill(self, filler: Callable[[Slot], Any], tense: str = PAST) -> terms.Sentence:
        """The term with every slot filled, asked for in reading order."""
        if self._build is None:
            return self.term
        by_position = {slot.position: filler(slot) for slot in self.slots}
        return self._build(_Values(tense, by_position))


@cache
def patterns(text: str) -> tuple[Pattern, ...]:
    """One pattern a line, read once; empty lines are skipped."""
    return tuple(Pattern(line.strip()) for line in text.splitlines() if line.strip())

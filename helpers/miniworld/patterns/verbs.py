"""Auxiliaries, adverbs between them, and the main verb."""

from __future__ import annotations

from helpers.miniworld import terms
from helpers.miniworld.lexicon import Verb
from helpers.miniworld.patterns.reader import Reader
from helpers.miniworld.patterns.words import (
    BE,
    DO,
    ENDS,
    HAVE,
    LIKELIEST,
    NEGATIONS,
    SHAPES,
    tense_form,
)
from helpers.miniworld.terms import Adjunct, Form


class Verbs(Reader):
    """Reads verb groups."""

    def group(self, existential: bool = False):
        """Auxiliaries and negation: (form, passive, copula?, adverbs in the middle)."""
        tense, perfect, progressive, passive, copula = "", False, False, False, False
        modal, negation, middle = None, "", []
        while True:
            low = self.low()
            if low in NEGATIONS:
                negation = low
            elif self.word("modal"):
                modal = self.word("modal")
            elif low in DO and (self.low(1) in NEGATIONS or self.verb_shape(1, "base") == "base"):
                tense = tense or DO[low]
            elif low in HAVE and self.next_verb("participle"):
                perfect, tense = True, tense or HAVE[low]
            elif low in BE:
                tense = tense or BE[low]
                if self.next_verb("gerund"):
                    progressive = True
                elif not existential and self.next_verb("participle"):
                    passive = True
                else:
                    self.i += 1
                    copula = True
                    negation = self.take() if self.low() in NEGATIONS else negation
                    middle += self.middle(copula)
                    break
            else:
                middle += self.middle(copula)
                break
            self.i += 1
            middle += self.middle(copula)
        form = (tense, perfect, progressive, modal, negation)
        return self.form(*form), passive, copula, middle, tense

    def form(self, shape, perfect, progressive, modal, negation) -> Form:
        return tense_form(shape, self.quoted)._replace(
            perfect=perfect, progressive=progressive, modal=modal, negation=negation
        )

    def middle(self, copula: bool) -> list[Adjunct]:
        found = []
        while True:
            slot = self.slot("r.")
            before_verb = self.verb_shape(1) is not None
            if slot and (before_verb or slot.name in ("r.often", "r.mid")):
                self.i += 1
                found.append(Adjunct(slot, terms.MIDDLE))
            elif self.is_adverb() and (
                before_verb or (copula and not self.is_adverb("degree")) or self.auxiliary_next()
            ):
                if copula and (self.low() in self.adjectives or self.low(1) in ENDS):
                    return found
                found.append(Adjunct(self.words.adverb(self.low()), terms.MIDDLE))
                self.i += 1
            else:
                return found

    def auxiliary(self) -> bool:
        low = self.low()
        return low in BE or low in DO or low in HAVE or bool(self.word("modal"))

    def auxiliary_next(self) -> bool:
        low = self.low(1)
        return low in BE or low in HAVE or low in DO

    def is_adverb(self, kind: str = "", ahead: int = 0) -> bool:
        adverb = self.words.adverbs.get(self.low(ahead))
        return adverb is not None and (not kind or adverb.kind == kind)

    def next_verb(self, shape: str) -> bool:
        """Is the word after this auxiliary (past adverbs and negation) a verb of this shape?"""
        k = 1
        while (
            self.low(k) in NEGATIONS
            or (self.is_adverb(ahead=k) and self.low(k) not in self.adjectives)
            or self.slot("r.", ahead=k)
        ):
            k += 1
        if self.low(k) == "been" and shape == "participle":
            return True
        if self.low(k) == "being" and shape == "gerund":
            return True
        if self.low() in BE and self.low(k) in self.adjectives and self.low(k + 1) != "by":
            return False
        return self.verb_shape(k, shape) == shape

    def verb_shape(self, ahead: int = 0, wanted: str = "") -> str | None:
        """The shape of the next verb, the wanted one where it has several."""
        slot = self.slot("v.", ahead=ahead)
        if slot:
            return SHAPES[slot.mode[1:]]
        token = self.low(ahead)
        if "." in token and len(token) > 1:
            name, _, ending = token.partition(":")
            verb = self.words.senses.get(name)
            return SHAPES[ending] if isinstance(verb, Verb) else None
        token, _, ending = token.partition(":")
        if ending:
            return SHAPES[ending]
        shapes = self.verbs.get(token)
        if not shapes:
            return None
        return wanted if wanted in shapes else min(shapes, key=LIKELIEST.index)

    def main_verb(self, *wanted: str):
        """(slot, lexeme or lemma, shape) of the main verb."""
        shape = self.verb_shape(0, wanted[0] if wanted else "")
        if shape is None or (wanted and shape not in wanted):
            self.fail(f"a verb ({' or '.join(wanted) or 'any form'}) expected")
        slot = self.slot("v.")
        if slot:
            self.i += 1
            return slot, shape
        token = self.take().lower()
        if "." in token:
            return self.words.sense(token.partition(":")[0]), shape
        token = token.partition(":")[0]
        shapes = self.verbs[token]
        return (shapes.get(shape) or next(iter(shapes.values()))), shape

    def verb_row(self, verb, frame: str, preposition: str = ""):
        """The row of a lemma with this frame; without one, its first row."""
        if not isinstance(verb, str):
            return verb
        key = (verb, frame, preposition) if preposition else (verb, frame)
        return self.words.frames.get(key) or self.words.verb(verb)

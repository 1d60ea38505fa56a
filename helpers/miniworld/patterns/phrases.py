"""Noun phrases with all that belongs to them, adjectives, prepositional phrases."""

from __future__ import annotations

import re

from helpers.miniworld import terms
from helpers.miniworld.lexicon import Adjective, Noun
from helpers.miniworld.patterns.verbs import Verbs
from helpers.miniworld.patterns.words import KINDS, NUMBERS, OWNING, PERSONS, USUAL, Extended, Slot
from helpers.miniworld.terms import PAST, PLURAL, PRESENT, SINGULAR, At


class Phrases(Verbs):
    """Reads phrases."""

    def starts_phrase(self) -> bool:
        low = self.low()
        return bool(
            self.slot("A")
            or low == "["
            or low in PERSONS
            or low in NUMBERS
            or self.word("determiner")
            or self.word("indefinite")
            or self.word("quantifier")
            or self.nominal_begins()
        )

    def nominal_begins(self) -> bool:
        low = self.number_here()
        return bool(
            self.slot("n.", "j.", "#")
            or low.isdigit()
            or low in self.nouns
            or low in self.adjectives
            or (("." in low) and len(low) > 1 and self.sense_noun(low))
        )

    def number_here(self) -> str:
        """The next token, a number word as figures."""
        low = self.low()
        return str(NUMBERS.index(low)) if low in NUMBERS else low

    def sense_noun(self, token: str) -> tuple[Noun, str] | None:
        name, plural, _ = token.partition("+s")
        noun = self.words.senses.get(name)
        return (noun, PLURAL if plural else SINGULAR) if isinstance(noun, Noun) else None

    def phrase(self):
        found = self.simple_phrase()
        while self.accept("'s"):
            found = self.common(terms.Possessor(found))
        return found

    def simple_phrase(self):
        if self.accept("["):
            return self.bracketed()
        slot = self.slot("A")
        if slot:
            self.i += 1
            return slot
        low = self.low()
        if low in PERSONS:
            self.i += 1
            pronoun = terms.Pronoun(PERSONS[low])
            return self.common(terms.Possessor(pronoun)) if low in OWNING else pronoun
        partitive = self.attempt(self.partitive)
        if partitive:
            return partitive
        determiner = self.word("determiner")
        if determiner:
            found = self.attempt(self.determined)
            if found:
                return found
        indefinite = self.word("indefinite")
        if indefinite:
            self.i += 1
            return terms.Indefinite(indefinite)
        return self.common(None)

    def determined(self):
        determiner = self.word("determiner")
        self.i += 1
        return self.common(determiner)

    def partitive(self) -> terms.Partitive:
        quantifier = self.word("quantifier")
        if not quantifier and self.number_here().isdigit():
            quantifier = int(self.number_here())
        if quantifier is None or self.low(1) != "of":
            self.fail("a quantifier expected")
        self.i += 2
        return terms.Partitive(quantifier, self.phrase())

    def bracketed(self):
        """A phrase with all that belongs to it, or several of them."""
        items, conjunction = [self.modified()], None
        while self.accept(","):
            items.append(self.modified())
        if self.peek() != "]":
            conjunction = self.word("coordinator")
            if not conjunction:
                self.fail("] expected")
            self.i += 1
            items.append(self.modified())
        self.expect("]")
        return terms.Joined(conjunction, tuple(items)) if conjunction else items[0]

    def modified(self):
        head = self.phrase()
        after = []
        while self.peek() != "]":
            commas = self.peek() == "," and self.low(1) in ("who", "which", "whose")
            self.i += commas
            found = self.attempt(lambda commas=commas: self.after(commas))
            if not found:
                self.i -= commas
                break
            after.append(found)
            self.accept(",")
        if not after:
            return head
        if isinstance(head, Slot):
            return Extended(head._replace(mode=head.mode or "!"), tuple(after))
        return head._replace(after=(*head.after, *after))

    def after(self, commas: bool) -> terms.After:
        if not commas and self.preposition():
            return self.at()
        found = None
        if self.verb_shape(0, "participle") == "participle" and not self.slot("A"):
            found = self.attempt(self.reduced)
        return found or self.relative(commas)

    def reduced(self) -> terms.Reduced:
        verb, _ = self.main_verb("participle")
        return terms.Reduced(self.arguments(verb, terms.Gap(), terms.NOW, True, [], None, False))

    def relative(self, commas: bool) -> terms.Relative:
        that = self.low() == "that"
        spoken = self.accept("who", "whom", "which", "that")
        if spoken and not self.starts_phrase():
            return terms.Relative(self.predicate(terms.Gap()), that, commas=commas)
        found = spoken and self.attempt(lambda: self.predicate(terms.Gap()))
        if found and self.peek() in ("]", ","):
            return terms.Relative(found, that, commas=commas)
        subject = self.phrase()
        clause = self.predicate(subject, gap=True)
        return terms.Relative(clause, that, bool(spoken), commas)

    def common(self, determiner) -> terms.Common:
        count = None
        slot = self.slot("#")
        if slot or self.number_here().isdigit():
            count = slot or int(self.number_here())
            self.i += 1
        adjectives = []
        while found := self.attempt(self.adjectival):
            adjectives.append(found)
            self.accept(",")
        noun, number = self.noun()
        compound = None
        if isinstance(noun, Noun) and (self.noun_here() or self.slot("n.")):
            compound = noun
            noun, number = self.noun()
        found = terms.Common(noun, number, determiner, tuple(adjectives), (), None, count, compound)
        while self.low() == "of" and self.peek() != "of/topic":
            at = self.attempt(self.at)
            if not at:
                break
            found = found._replace(after=(*found.after, at))
        return found

    def noun_here(self) -> bool:
        low = self.low()
        if "." in low and self.sense_noun(low):
            return True
        return low in self.nouns and self.verb_shape() is None and not self.is_adverb()

    def noun(self):
        slot = self.slot("n.")
        if slot:
            self.i += 1
            return slot, slot
        for length in (3, 2, 1):
            spoken = " ".join(self.low(k) for k in range(length))
            if spoken in self.nouns:
                self.i += length
                return self.nouns[spoken]
        sense = self.sense_noun(self.low())
        if not sense:
            self.fail("a noun expected")
        self.i += 1
        return sense

    def adjectival(self):
        """An adjective before its noun: never a noun's own word, never the last one."""
        start = self.i
        if (
            self.low() not in self.adjectives
            and not self.slot("j.", "r.")
            and not self.is_adverb("degree")
            and self.low() not in ("less", "least", "more", "most")
        ):
            verb, shape = self.main_verb("participle", "gerund")
            if not self.nominal_begins():
                self.i = start
                self.fail("a noun expected")
            tense = PAST if shape == "participle" else PRESENT
            return terms.Participle(self.verb_row(verb, "transitive"), tense)
        first = self.described()
        if self.low() in ("and", "but") and self.word("coordinator"):
            conjunction = self.word("coordinator")
            self.i += 1
            return terms.Joined(conjunction, (first, self.described()))
        return first

    def adjectives_joined(self):
        first = self.described()
        conjunction = self.word("coordinator")
        if conjunction:
            start = self.i
            self.i += 1
            second = self.attempt(self.described)
            if second and not self.nominal_begins():
                return terms.Joined(conjunction, (first, second))
            self.i = start
        elif self.nominal_begins():
            self.fail("an adjective expected")
        return first

    def described(self) -> terms.Described:
        equal = self.low() == "as" and (self.low(1) in self.adjectives or self.slot("j.", ahead=1))
        degree, adverb = terms.POSITIVE, None
        if equal:
            self.i += 1
            degree = terms.EQUAL
        elif self.slot("r."):
            adverb = self.slot("r.")
            self.i += 1
        elif self.low() in ("less", "least"):
            degree = terms.LESS if self.low() == "less" else terms.LEAST
            self.i += 1
        elif self.is_adverb("degree") and self.low() not in ("more", "most"):
            adverb = self.words.adverb(self.low())
            self.i += 1
        slot = self.slot("j.")
        if slot:
            self.i += 1
            adjective = slot
            degree = {":er": terms.COMPARATIVE, ":est": terms.SUPERLATIVE}.get(slot.mode, degree)
        else:
            adjective, its_degree = self.adjective_word()
            degree = its_degree if its_degree != terms.POSITIVE else degree
        than = complement = None
        if (degree in (terms.COMPARATIVE, terms.LESS) and self.accept("than")) or (
            equal and self.accept("as")
        ):
            than = self.phrase()
        elif self.peek() == "to" and self.verb_shape(1, "base") == "base":
            self.i += 1
            complement = terms.Infinitive(self.bare(terms.Gap()))
        return terms.Described(adjective, degree, adverb, than, complement)

    def adjective_word(self) -> tuple[Adjective, str]:
        for length in (2, 1):
            spoken = " ".join(self.low(k) for k in range(length))
            if spoken in self.adjectives:
                self.i += length
                return self.adjectives[spoken]
        return self.fail("an adjective expected")

    def preposition(self) -> str:
        """The kind of the preposition that comes next, or nothing."""
        token = self.peek().lower()
        lemma, _, kind = token.partition("/")
        if kind:
            return kind if kind in KINDS else ""
        spoken = f"{lemma} {self.low(1)}"
        for name in (spoken, lemma):
            kinds = [k for k in KINDS if k in self.kinds.get(name, ())]
            if kinds:
                return USUAL.get(name, kinds[0]) if USUAL.get(name) in kinds else kinds[0]
        return ""

    def at(self) -> At:
        kind = self.preposition()
        if not kind:
            self.fail("a preposition expected")
        marked = "/" in self.peek()
        two = f"{self.low()} {self.low(1)}"
        if (two, kind) in self.words.words:
            lemma, length = two, 2
        else:
            lemma, length = self.low(), 1
        self.i += length
        if re.fullmatch(r"\d{4}", self.low()):
            phrase = terms.Year(int(self.take()))
        else:
            phrase = self.phrase()
        if (
            not marked
            and isinstance(phrase, terms.Common)
            and isinstance(phrase.noun, Noun)
            and phrase.noun.kind == "time"
            and (lemma, "time") in self.words.words
        ):
            kind = "time"
        return At(self.words.word(lemma, kind), phrase)

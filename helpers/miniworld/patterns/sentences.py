"""Statements, questions, commands, exclamations, direct speech."""

from __future__ import annotations

from helpers.miniworld import terms
from helpers.miniworld.patterns.clauses import Clauses
from helpers.miniworld.patterns.words import BE, NEGATIONS, tense_form
from helpers.miniworld.terms import Adjunct, Form


class Parser(Clauses):
    """Recursive descent over one pattern."""

    def sentence(self) -> terms.Sentence:
        if self.peek() == '"':
            return terms.Statement(self.said(), self.end())
        opening = None
        if self.low() in ("but", "and", "so", "yet") and self.word("coordinator"):
            opening = self.word("coordinator")
            self.i += 1
        question = self.attempt(self.question)
        if question:
            return question
        command = self.attempt(self.command)
        if command:
            return command
        exclaimed = self.attempt(self.exclamation)
        if exclaimed:
            return exclaimed
        return terms.Statement(self.coordination(), self.end(), opening)

    def end(self) -> str:
        """The mark at the end; a comma ends what is quoted."""
        if self.quoted and self.peek() == ",":
            self.i += 1
            return "."
        if self.peek() not in (".", "!"):
            self.fail("the end expected")
        return self.take()

    def quote(self) -> terms.Sentence:
        self.expect('"')
        self.quoted = True
        inner = self.sentence()
        self.quoted = False
        self.expect('"')
        return inner

    def said(self) -> terms.Clause:
        """*"…," said Anna.*; English puts a pronoun first by itself: *"…," she said.*"""
        quote = terms.Quote(self.quote(), True)
        verb, shape = self.main_verb("past", "third")
        clause = terms.Clause(
            self.verb_row(verb, "clause"),
            self.phrase(),
            complement=quote,
            form=tense_form(shape, fixed=False),
        )
        return clause._replace(adjuncts=tuple(self.ending_adjuncts()))

    def exclamation(self) -> terms.Fragment:
        word = self.word("exclamation")
        if not word:
            self.fail("an exclamation expected")
        self.i += 1
        part = self.phrase() if word.lemma == "what" else self.described()
        self.expect("!")
        return terms.Fragment((part,), "!", word)

    def command(self) -> terms.Command:
        negation = ""
        if self.low() == "do" and self.low(1) in NEGATIONS:
            negation = self.low(1)
            self.i += 2
        elif self.accept("never"):
            negation = "never"
        clause = self.bare(None)._replace(form=Form(negation=negation))
        return terms.Command(clause, self.end())

    def question(self) -> terms.Question:
        asked = self.asked()
        clause = self.attempt(lambda: self.inverted(asked)) if self.auxiliary() else None
        if clause is None and isinstance(asked, terms.Asked):
            clause = self.predicate(asked)
        if clause is None:
            self.fail("an auxiliary expected")
        self.expect("?")
        return terms.Question(clause)

    def inverted(self, asked) -> terms.Clause | terms.Copula | terms.Exists:
        """The auxiliary goes back before its verb, where a statement has it."""
        start = self.i
        self.i += 1
        if self.accept("there"):
            form = tense_form(BE.get(self.tokens[start].lower(), "base"), self.quoted)
            return terms.Exists(self.phrase(), form, tuple(self.ending_adjuncts()))
        contracted = self.accept("n't")
        subject = self.phrase()
        moved = [self.tokens[start], *(["n't"] if contracted else [])]
        here = self.i
        self.tokens[start:here] = self.tokens[start + len(moved) : here] + moved
        self.i = here - len(moved)
        clause = self.predicate(subject, asked=asked)
        if self.peek() != "?":
            self.fail("the end expected")
        return clause

    def asked(self):
        """*who, which film, how many films*; as adjunct *where, when, why, how*."""
        for length in (2, 1):
            spoken = " ".join(self.low(k) for k in range(length))
            word = self.words.words.get((spoken, "question"))
            if not word:
                continue
            self.i += length
            if spoken in ("where", "when", "why", "how", "how long", "how often"):
                return Adjunct(terms.Asked(word))
            if spoken in ("which", "how many", "whose", "what") and self.nominal_begins():
                noun, number = self.noun()
                return terms.Asked(word, noun, number)
            return terms.Asked(word)
        return None

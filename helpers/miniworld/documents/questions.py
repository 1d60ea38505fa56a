"""Questions that the next sentence answers: *Who wrote Hamlet?*, *Where was she born?*"""

from __future__ import annotations

from helpers.miniworld.documents.discourse import Discourse
from helpers.miniworld.documents.facts import Known
from helpers.miniworld.documents.generic import YOU
from helpers.miniworld.documents.grammar import Grammar, Sentence
from helpers.miniworld.terms import (
    THEN,
    Adjunct,
    Asked,
    At,
    Clause,
    Copula,
    Pronoun,
    Question,
    That,
)

# What has one value, and its noun.
WHAT = {"P36": "capital", "P38": "currency", "P136": "genre"}
WHO = {"P50": "write", "P57": "direct", "P86": "compose", "P175": "record", "P170": "create"}
WHERE = {"P19": "bear", "P20": "die", "P159": None, "P17": None}
WHEN = {"P569": "bear", "P570": "die", "P571": "found"}


class Questions:
    def __init__(self, grammar: Grammar):
        self.grammar = grammar
        self.words = grammar.words

    def ask(self, d: Discourse, known: Known) -> Question | None:
        """A question that the fact answers, if its relation has one."""
        relation = known.fact.relation
        if relation in WHAT and known.subject.kind != "person":
            of = At(self.grammar.of, d.other(known.subject))
            noun = self.grammar.the_noun(WHAT[relation], of)
            return Question(Copula(Asked(self._asked("what")), noun))
        if relation in WHO and known.object.kind == "person":
            who = Asked(self._asked("who"))
            verb = self.words.verb(WHO[relation], "transitive")
            return Question(Clause(verb, who, d.other(known.subject), form=THEN))
        if relation in WHERE:
            return self._adverbial(d, known, "where", WHERE[relation])
        if relation in WHEN:
            return self._adverbial(d, known, "when", WHEN[relation])
        return None

    def _adverbial(self, d: Discourse, known: Known, word: str, lemma: str | None) -> Question:
        asked = Asked(self._asked(word))
        subject = d.subject(known.subject)
        if lemma is None:
            return Question(Copula(subject, asked))
        if lemma == "die":
            verb, who = self.words.verb("die", "intransitive"), (subject, None)
        else:
            verb, who = self.words.verb(lemma, "transitive"), (None, subject)
        passive = lemma != "die"
        return Question(Clause(verb, *who, form=THEN, passive=passive, adjuncts=(Adjunct(asked),)))

    def did_you_know(self, clause: Sentence) -> Question:
        """*Did you know that …?*"""
        know = self.words.verb("know", "clause")
        that = That(clause, self.words.word("that", "complementizer"))
        return Question(Clause(know, Pronoun(YOU), complement=that, form=THEN))

    def _asked(self, lemma: str):
        return self.words.word(lemma, "question")

"""Clauses: a predicate, its arguments and its adverbials."""

from __future__ import annotations

from typing import Any

from helpers.miniworld import terms
from helpers.miniworld.lexicon import Adverb, FunctionWord, Verb
from helpers.miniworld.patterns.phrases import Phrases
from helpers.miniworld.patterns.words import BE, SCENE, Slot
from helpers.miniworld.terms import PAST, Adjunct


class Clauses(Phrases):
    """Reads clauses."""

    def coordination(self) -> terms.Sentential:
        clauses, conjunction = [self.clause()], None
        while self.peek() == "," and self.word("coordinator", 1):
            conjunction = self.word("coordinator", 1)
            self.i += 2
            clauses.append(self.clause())
        return terms.Joined(conjunction, tuple(clauses)) if conjunction else clauses[0]

    def clause(self) -> terms.Sentential:
        fronts = []
        while adjunct := self.attempt(self.front_adjunct):
            fronts.append(Adjunct(adjunct, terms.FRONT))
        if self.low() == "there" and self.low(1) in BE:
            self.i += 1
            form = self.group(existential=True)[0]
            phrase = self.phrase()
            return terms.Exists(phrase, form, (*fronts, *self.ending_adjuncts()))
        return self.predicate(self.phrase(), fronts)

    def front_adjunct(self):
        found = self.adjunct()
        if not found:
            self.fail("an adverbial expected")
        if type(found) is Slot:
            self.accept(",")
        else:
            self.expect(",")
        return found

    def adjunct(self):
        """An adverbial: clause, prepositional phrase, adverb, *@every day*, slot."""
        slot = self.slot("@", "r.")
        if slot:
            self.i += 1
            return slot
        if self.accept("@"):
            return self.phrase()
        subordinate = self.attempt(self.subordinate) or self.attempt(self.after_comma)
        if subordinate:
            return subordinate
        if self.preposition():
            return self.attempt(self.at)
        if self.peek() == "to/purpose":
            self.i += 1
            return terms.Purpose(self.bare(terms.Gap()))
        if self.word("connective"):
            found = self.word("connective")
            self.i += 1
            return found
        return self.adverb()

    def adverb(self) -> Adverb | terms.AdverbPhrase | None:
        by = None
        if self.is_adverb("degree") and self.is_adverb(ahead=1):
            by = self.words.adverb(self.low())
            self.i += 1
        if not self.is_adverb():
            return None
        found = self.words.adverb(self.low())
        self.i += 1
        return terms.AdverbPhrase(found, by=by) if by else found

    def subordinate(self) -> terms.Subordinate:
        conjunction = self.word("subordinator")
        if not conjunction:
            self.fail("a subordinator expected")
        self.i += 1
        return terms.Subordinate(conjunction, self.clause())

    def after_comma(self) -> terms.Subordinate:
        self.expect(",")
        return self.subordinate()

    def ending_adjuncts(self) -> list[Adjunct]:
        found = []
        while adjunct := self.adjunct():
            found.append(Adjunct(adjunct))
        return found

    def predicate(self, subject, fronts=(), asked=None, gap: bool = False) -> terms.Sentential:
        """Verb phrases of one subject: *opened the box and found a key*."""
        clauses = [self.verb_phrase(subject, fronts, asked, gap)]
        conjunction = None
        while self.word("coordinator") and not gap:
            start, conjunction_here = self.i, self.word("coordinator")
            self.i += 1
            following = self.attempt(lambda: self.verb_phrase(subject))
            if not following:
                self.i = start
                break
            conjunction = conjunction_here
            clauses.append(following)
        return terms.Shared(conjunction, tuple(clauses)) if conjunction else clauses[0]

    def verb_phrase(self, subject, fronts=(), asked=None, gap: bool = False):
        adjuncts = [*fronts]
        form, passive, copula, middle, tense = self.group()
        adjuncts += middle
        if copula:
            return self.copula(subject, None, form, adjuncts, asked, gap)
        if tense or form.modal:
            wanted = (
                "participle"
                if passive or (form.perfect and not form.progressive)
                else "gerund"
                if form.progressive
                else "base"
            )
            verb, shape = self.main_verb(wanted)
        else:
            verb, shape = self.main_verb()
            if shape == "past" or (shape == "base" and self.verb_shape(-1) == "past"):
                form = form._replace(tense=PAST if self.quoted else SCENE)
            if shape in ("participle", "gerund"):
                self.fail("a finite verb expected")
        if isinstance(verb, str) and (verb, "copular") in self.words.frames:
            row = self.words.verb(verb, "copular")
            start = self.i
            found = self.attempt(lambda: self.copula(subject, row, form, adjuncts, asked, gap))
            if found and not self.takes(verb, found.predicate):
                return found
            self.i = start
        return self.arguments(verb, subject, form, passive, adjuncts, asked, gap)

    def takes(self, verb: str, predicate) -> bool:
        """Whether the verb isn't a copula here: *keeps it*, *looks for it*."""
        if type(predicate) is terms.At:
            return (verb, "prepositional", predicate.preposition.lemma) in self.words.frames
        is_actor = type(predicate) is Slot and "." not in predicate.name
        is_phrase = is_actor or type(predicate) in (terms.Common, terms.Name, terms.Pronoun)
        return is_phrase and (verb, "transitive") in self.words.frames

    def bare(self, subject) -> terms.Clause | terms.Copula:
        """A verb phrase in the base form (after *to*, in commands)."""
        if self.accept("be"):
            return self.copula(subject, None, terms.NOW, [], None, False)
        verb, _ = self.main_verb("base")
        return self.arguments(verb, subject, terms.NOW, False, [], None, False)

    def copula(self, subject, verb, form, adjuncts, asked, gap) -> terms.Copula:
        if isinstance(asked, Adjunct) and self.peek() == "?":
            predicate, asked = asked.content, None
        elif isinstance(asked, terms.Asked):
            predicate, asked = asked, None
        elif gap:
            predicate = terms.Gap()
        else:
            predicate = self.attempt(self.adjectives_joined) or self.attempt(self.at)
            predicate = predicate or self.phrase()
        adjuncts = [*adjuncts, *([asked] if asked else []), *self.ending_adjuncts()]
        return terms.Copula(subject, predicate, form, verb, tuple(adjuncts))

    def arguments(self, verb, subject, form, passive, adjuncts, asked, gap) -> terms.Clause:
        """Objects, complement and adverbials after the verb."""
        fields: dict[str, Any] = {}
        agent = None
        question = isinstance(asked, terms.Asked)
        phrases: list[Any] = []
        preposition = ""
        found: list[Adjunct] = []
        while True:
            complement = "complement" not in fields and self.complement(verb, phrases)
            if complement:
                fields["complement"] = complement
                continue
            if self.starts_phrase() and not found and len(phrases) < 2:
                phrase = self.attempt(self.phrase)
                if phrase:
                    phrases.append(phrase)
                    continue
            if passive and self.low() == "by" and agent is None:
                self.i += 1
                agent = self.phrase()
                continue
            governed = self.governed(verb, phrases)
            if governed and not preposition and not found:
                preposition = self.low()
                self.i += 1
                stranded = self.low() in ("]", "?", ".", ",", "!") or self.verb_shape() in (
                    "third",
                    "past",
                )
                if stranded and (gap or question):
                    fields["second"] = asked if question else terms.Gap()
                    gap, question = False, False
                else:
                    fields["second"] = self.phrase()
                continue
            adjunct = self.adjunct()
            if adjunct is None:
                break
            found.append(Adjunct(adjunct))
        if gap or question:
            phrases.append(asked if question else terms.Gap())
        if len(phrases) == 2:
            if (verb, "ditransitive") not in self.words.frames:
                self.fail("a verb that takes two objects expected")
            fields["second"], fields["object"] = phrases
        elif phrases:
            fields["object"] = phrases[0]
        if preposition:
            ditransitive = isinstance(verb, str) and (verb, "ditransitive") in self.words.frames
            row = isinstance(verb, str) and self.words.frames.get(
                (verb, "prepositional", preposition)
            )
            if not row and ditransitive:
                fields["shifted"] = True
        if isinstance(asked, Adjunct):
            found.append(asked)
        frame = self.frame(fields)
        row = self.verb_row(verb, frame, preposition if frame == "prepositional" else "")
        if passive:
            fields.setdefault("object", subject)
            subject = agent
        return terms.Clause(
            row,
            subject,
            fields.get("object"),
            fields.get("second"),
            fields.get("complement"),
            form,
            passive,
            (*adjuncts, *found),
            (),
            fields.get("shifted", False),
        )

    @staticmethod
    def frame(fields: dict) -> str:
        if "complement" in fields:
            return "clause"
        if fields.get("shifted") or ("second" in fields and "object" in fields):
            return "ditransitive" if fields.get("shifted") else "prepositional"
        if "second" in fields:
            return "prepositional"
        return "transitive" if "object" in fields else "intransitive"

    def governed(self, verb, phrases) -> bool:
        """Does the verb ask for the preposition that comes next?"""
        if not self.preposition() or "/" in self.peek():
            return False
        if isinstance(verb, Slot):
            return False
        lemma, preposition = verb if isinstance(verb, str) else verb.lemma, self.low()
        if isinstance(verb, Verb):
            return verb.preposition == preposition
        if (lemma, "prepositional", preposition) in self.words.frames:
            return True
        ditransitive = (lemma, "ditransitive") in self.words.frames
        return ditransitive and len(phrases) == 1 and preposition in ("to", "for")

    def complement(self, verb, phrases):
        if self.peek() == "to" and self.verb_shape(1, "base") == "base":
            self.i += 1
            inner = self.bare(terms.Gap())
            self.accept(";")
            return terms.Infinitive(inner)
        if self.peek() == "to" and self.low(1) == "be":
            self.i += 1
            return terms.Infinitive(self.bare(terms.Gap()))
        if self.peek() == "," and self.peek(1) == '"' and not self.quoted:
            self.i += 1
            inner = self.quote()
            # The quotation's own mark ends the sentence.
            self.tokens.insert(self.i, ".") if self.peek() != "." else None
            return terms.Quote(inner)
        word = self.word("complementizer")
        found = word and self.attempt(lambda: self.that(word))
        if found:
            return found
        if phrases or (verb, "clause") not in self.words.frames:
            return None
        return self.attempt(self.silent_that)

    def that(self, word: FunctionWord) -> terms.That:
        self.i += 1
        return terms.That(self.clause(), word)

    def silent_that(self) -> terms.That:
        if not self.starts_phrase():
            self.fail("a clause expected")
        return terms.That(self.clause(), None)

"""Inference: does the premise entail the hypothesis, contradict it, or leave it open?

What is true in the world decides, not what a rater feels. In every kind the hypotheses of the three
labels are drawn alike (half of them denied, half of the facts with a wrong object), so that a
hypothesis alone tells nothing, and neutral ones share the premise's words.
"""

from helpers.miniworld.english import text
from helpers.miniworld.lexicon import Entity, Noun
from helpers.miniworld.tasks.material import Kit
from helpers.miniworld.tasks.paired import paired
from helpers.miniworld.tasks.reasoning import Opposites, Passages
from helpers.miniworld.tasks.rows import Inference, Splits
from helpers.miniworld.tasks.sayings import Sayings
from helpers.miniworld.tasks.splits import Sizes, balanced, checked
from helpers.miniworld.tasks.wording import SYMMETRIC
from helpers.miniworld.terms import (
    PAST,
    PLURAL,
    Clause,
    Common,
    Form,
    Joined,
    Name,
    Partitive,
    Statement,
)

LABELS = ("entailment", "contradiction", "neutral")
SIZES = Sizes(1800, 90, 360)
NEGATIONS = ("not", "n't")


class _Writer:
    """``premise(label)`` draws what a row is about; ``hypothesis()`` says it once more."""

    def __init__(self, seed: int):
        self.kit = Kit("inference", seed, seed=seed)
        self.pick = self.kit.pick

    def form(self, denied: bool) -> Form:
        return Form(PAST, negation=self.pick(NEGATIONS) if denied else "")


class Facts(_Writer):
    """*Hamlet was written by Shakespeare.* / *The author of Hamlet is (not) Goethe.*"""

    def __init__(self, seed: int):
        super().__init__(seed)
        self.sayings = Sayings("inference", seed, seed=seed)

    def premise(self, label: str) -> str | None:
        say, fact = self.sayings, self.pick(self.sayings.facts)
        self.denied = self.pick((True, False))
        # Right: the tables say so. What is neutral may be either.
        right = self.denied == (label == "contradiction")
        if label == "neutral":
            right = self.pick((True, False))
        self.known = fact if right else say.wrong(fact)
        other = say.another(fact)
        if label != "neutral":
            return say.say_both(fact, other) if self.pick((True, False)) else say.say(fact)
        second = say.another(other)
        if second and second.fact.relation != fact.fact.relation and self.pick((True, False)):
            return say.say_both(other, second)
        return say.say(other)

    def hypothesis(self) -> str | None:
        return self.sayings.say(self.known, self.denied)


class Voices(_Writer):
    """*The doctor (does not) admire the guest.* / *The guest is admired by the doctor.*"""

    def premise(self, label: str) -> str | None:
        self.denied = self.pick((True, False))
        one, two = self.kit.person(), self.kit.person()
        said = self.kit.dealing(one, two)
        if word_of(one) is word_of(two) or said.verb.lemma in SYMMETRIC:
            return None
        told = self.denied != (label == "contradiction")
        if label == "neutral":
            told = self.pick((True, False))
        self.clause = said._replace(form=self.form(self.denied))
        if label == "neutral":
            said = said._replace(subject=two, object=one)
        return self.voiced(said._replace(form=self.form(told)))

    def hypothesis(self) -> str:
        return self.voiced(self.clause)

    def voiced(self, clause: Clause) -> str:
        return text(Statement(clause._replace(passive=self.pick((True, False)))))


def word_of(phrase: Common | Name) -> Noun | Entity:
    """What tells two people apart."""
    return phrase.noun if type(phrase) is Common else phrase.entity


class Conjunctions(_Writer):
    """*Anna slept and the doctor smiled.* / *The doctor smiled.*; after *or* it is open."""

    def premise(self, label: str) -> str | None:
        self.denied = self.pick((True, False))
        told = self.denied != (label == "contradiction")
        if label == "neutral":
            told = self.pick((True, False))
        deed = self.event()
        self.clause = deed._replace(form=self.form(self.denied))
        other = self.event(self.pick((True, False)))
        if word_of(other.subject) is word_of(deed.subject):
            return None
        clauses = [deed._replace(form=self.form(told)), other]
        word = "or" if label == "neutral" else self.pick(("and", "but"))
        joined = Joined(self.kit.word(word, "coordinator"), tuple(self.shuffled(clauses)))
        return text(Statement(joined))

    def shuffled(self, items: list) -> list:
        return self.kit.choices.shuffled(items)

    def event(self, denied: bool = False) -> Clause:
        subject = self.pick((self.kit.person, self.kit.name))()
        make = self.pick((self.kit.deed, self.kit.action))
        return make(subject, self.form(denied))

    def hypothesis(self) -> str:
        return text(Statement(self.clause))


# By hypothesis and label: the quantifiers of a premise about the same people and deed.
PREMISES = {
    ("some", "entailment"): ("all", "most", "many", "each"),
    ("some", "contradiction"): ("none",),
    ("all", "entailment"): ("each",),
    ("all", "contradiction"): ("none",),
    ("all", "neutral"): ("some", "most", "many"),
    ("most", "entailment"): ("all", "each"),
    ("most", "contradiction"): ("none",),
    ("most", "neutral"): ("some",),
}


class Quantities(_Writer):
    """*All of the doctors slept.* / *Some of the doctors slept.*"""

    def premise(self, label: str) -> str | None:
        self.quantifier = self.pick(("some", "all", "most"))
        self.noun = self.pick(self.kit.stock.people)
        self.verb = self.pick(self.kit.stock.deeds)
        self.places = (self.kit.place(),) if self.pick((True, False)) else ()
        quantifiers = PREMISES.get((self.quantifier, label))
        verb = self.verb
        if quantifiers is None:  # nothing about the same people leaves it open
            quantifiers = ("some", "all", "most", "none", "each")
            verb = self.pick([v for v in self.kit.stock.deeds if v is not verb])
        return self.said(self.pick(quantifiers), verb)

    def hypothesis(self) -> str:
        return self.said(self.quantifier, self.verb)

    def said(self, quantifier: str, verb) -> str:
        people = self.kit.the(self.noun, PLURAL, after=self.places)
        whole = Partitive(self.kit.word(quantifier, "quantifier"), people)
        return text(Statement(Clause(verb, whole, form=Form(PAST))))


KINDS = {
    "facts": Facts,
    "voice": Voices,
    "conjunction": Conjunctions,
    "quantity": Quantities,
    "antonym": Opposites,
    "passage": Passages,
}


def nli(sizes: Sizes = SIZES, seed: int = 0) -> Splits:
    """Premise, hypothesis and label (:class:`Inference`), as many of each label and kind.

    Both sentences of a row belong to its split, a premise of several as a whole. Raises TaskError
    for a size below 1.
    """
    writers = {kind: make(seed) for kind, make in KINDS.items()}
    quota = balanced(checked(sizes), [(kind, label) for kind in KINDS for label in LABELS])
    return paired(writers, quota, Inference, Kit("inference", seed, "order").choices)

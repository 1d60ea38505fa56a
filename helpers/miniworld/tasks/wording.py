"""What happens between people, and the ways to say it: the same event in other words."""

from collections.abc import Callable
from typing import NamedTuple

from helpers.miniworld.documents.stories import Stories
from helpers.miniworld.documents.words import Words
from helpers.miniworld.english import text
from helpers.miniworld.lexicon import Adjective, Entity, Noun, Verb
from helpers.miniworld.tasks.material import Kit
from helpers.miniworld.terms import (
    COMPARATIVE,
    EQUAL,
    FRONT,
    LESS,
    PAST,
    SINGULAR,
    THEN,
    Adjunct,
    At,
    Clause,
    Common,
    Copula,
    Described,
    Form,
    Gap,
    Name,
    Relative,
    Statement,
)
from helpers.miniworld.vocabulary import vocabulary
from helpers.miniworld.world import world

# What one does, the other does too; so it doesn't matter who is named first.
SYMMETRIC = {"marry", "meet", "resemble", "hug", "kiss", "interview", "kick"}
# States, which have no time of day.
STATES = {
    *(
        "admire",
        "adore",
        "appreciate",
        "cherish",
        "despise",
        "detest",
        "dislike",
        "distrust",
        "envy",
        "fear",
    ),
    *("hate", "know", "like", "loathe", "love", "miss", "need", "respect", "trust", "understand"),
    *("resemble", "value"),
}
# What the giver does and what the receiver does.
TRANSFERS = {"give": "receive", "sell": "buy", "lend": "borrow"}
# Of two people one is more of the first exactly if the other is more of the second.
CONVERSES = {"old": "young", "strong": "weak", "fast": "slow"}
NEGATIONS = ("not", "n't")
Person = Common | Name
Content = At | Common


class Event(NamedTuple):
    """Somebody does something to somebody; ``denied``: doesn't."""

    verb: Verb
    doer: Person
    undergoer: Person
    when: Content | None = None
    denied: bool = False


class Transfer(NamedTuple):
    """A thing goes from hand to hand; ``verb`` is a key of TRANSFERS."""

    verb: str
    giver: Person
    receiver: Person
    thing: Common
    when: Content | None = None
    denied: bool = False


class Comparison(NamedTuple):
    """The one is more so than the other."""

    quality: Adjective
    more: Person
    less: Person


def lexeme(phrase: Person) -> Noun | Entity:
    """What tells two people apart."""
    return phrase.noun if type(phrase) is Common else phrase.entity


class Speaker:
    """Draws events of ``world(seed)`` and words them; each wording is one of several at random."""

    def __init__(self, *key: int | str, seed: int):
        self.kit = Kit(*key, seed=seed)
        self.pick = self.kit.pick
        stories = world(seed).part(Stories)
        times = [content for content in stories.times["@when"] if type(content) is At]
        self.times = (*times, *stories.times["@past"])
        self.things = stories.objects.items
        self.verbs = [v for v in self.kit.stock.dealings if v.lemma not in SYMMETRIC]
        self.from_ = self.kit.word("from", "origin")
        self.anyone = world(seed).part(Words).noun("person")

    # ------------------------------------------------------------------ what happens

    def person(self, *unlike: Person) -> Person:
        """A name, or a noun alone or with an adjective, that means none of the others."""
        known = [lexeme(other) for other in unlike]
        while True:
            found = self.kit.name() if self.chance(0.3) else self.kit.person()
            if lexeme(found) not in known:
                break
        if type(found) is Common and self.chance(0.3):
            found = found._replace(adjectives=(Described(self.pick(self.kit.stock.qualities)),))
        return found

    def chance(self, p: float) -> bool:
        return self.kit.choices.chance(p)

    def time(self, *unlike: Content) -> Content:
        return self.pick([content for content in self.times if content not in unlike])

    def event(self, denied: float = 0.0) -> Event:
        verb, doer = self.pick(self.verbs), self.person()
        when = None if verb.lemma in STATES or self.chance(0.3) else self.time()
        return Event(verb, doer, self.person(doer), when, self.chance(denied))

    def transfer(self, denied: float = 0.0) -> Transfer:
        giver = self.person()
        receiver, when = self.person(giver), self.time() if self.chance(0.7) else None
        verb = self.pick(tuple(TRANSFERS))
        return Transfer(verb, giver, receiver, self.thing(), when, self.chance(denied))

    def thing(self) -> Common:
        return self.kit.the(self.pick(self.things), SINGULAR)

    def comparison(self) -> Comparison:
        converses = [self.kit.words.adjective(lemma) for lemma in CONVERSES]
        quality = self.pick((*converses, *self.kit.stock.qualities))
        more = self.kit.name() if self.chance(0.3) else self.kit.person()
        while True:
            less = self.kit.name() if self.chance(0.3) else self.kit.person()
            if lexeme(less) is not lexeme(more):
                return Comparison(quality, more, less)

    # ------------------------------------------------------------------- in words

    def form(self, denied: bool) -> Form:
        return Form(PAST, negation=self.pick(NEGATIONS) if denied else "")

    def placed(self, clause: Clause, when: Content | None) -> str:
        """The clause with its time at the front or at the end."""
        if when is not None:
            place = {"place": FRONT} if self.chance(0.5) else {}
            clause = clause._replace(adjuncts=(*clause.adjuncts, Adjunct(when, **place)))
        return text(Statement(clause))

    def plainly(self, event: Event, passive: bool) -> str:
        """*The guest greeted the nun*, *the nun was greeted by the guest*."""
        form = self.form(event.denied)
        clause = Clause(event.verb, event.doer, event.undergoer, form=form, passive=passive)
        return self.placed(clause, event.when)

    def split(self, event: Event) -> str:
        """*The person who greeted the nun was the guest*, *the nun was the person whom …*."""
        if self.chance(0.5):
            inner, who = Clause(event.verb, Gap(), event.undergoer, form=THEN), event.doer
        else:
            inner, who = Clause(event.verb, event.doer, Gap(), form=THEN), event.undergoer
        if event.when is not None:
            inner = inner._replace(adjuncts=(Adjunct(event.when),))
        person = self.kit.the(self.anyone, after=(Relative(inner),))
        sides = (person, who) if self.chance(0.5) else (who, person)
        return text(Statement(Copula(*sides, THEN)))

    def given(self, event: Transfer) -> str:
        """*The nun sold the guest the ring*, *the nun sold the ring to the guest*."""
        verb = vocabulary().verb(event.verb, "ditransitive")
        form, shifted = self.form(event.denied), self.chance(0.5)
        clause = Clause(verb, event.giver, event.thing, event.receiver, form=form, shifted=shifted)
        return self.placed(clause, event.when)

    def taken(self, event: Transfer) -> str:
        """*The guest bought the ring from the nun*."""
        verb = vocabulary().verb(TRANSFERS[event.verb], "transitive")
        source = Adjunct(At(self.from_, event.giver))
        clause = Clause(verb, event.receiver, event.thing, form=self.form(event.denied))
        return self.placed(clause._replace(adjuncts=(source,)), event.when)

    def compared(self, event: Comparison) -> str:
        """*Anna was older than Ben*, *Ben was younger than Anna*, *Ben was not as old as Anna*."""
        return self.pick(self.comparisons(event))()

    def comparisons(self, event: Comparison) -> list[Callable[[], str]]:
        """All ways to say it."""
        quality, more, less = event

        def way(subject: Person, described: Described, denied: bool = False) -> Callable[[], str]:
            return lambda: text(Statement(Copula(subject, described, self.form(denied))))

        found = [
            way(more, Described(quality, COMPARATIVE, than=less)),
            way(less, Described(quality, LESS, than=more)),
            way(less, Described(quality, EQUAL, than=more), denied=True),
        ]
        if quality.lemma in CONVERSES:
            converse = self.kit.words.adjective(CONVERSES[quality.lemma])
            found[1] = way(less, Described(converse, COMPARATIVE, than=more))
        return found

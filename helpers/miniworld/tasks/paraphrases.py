"""Paraphrase: do two sentences mean the same?

As in PAWS (Zhang et al. 2019) both labels share their words: what changes the meaning is mostly who
does what to whom. In every kind the two labels are worded in the same ways, and the sentences of a
row with label 0 differ in one thing: roles swapped, one of the two denied, somebody else, the
opposite word.
"""

from collections import defaultdict

from helpers.miniworld import tables
from helpers.miniworld.documents.facts import Known
from helpers.miniworld.documents.opinions import MANY
from helpers.miniworld.english import text
from helpers.miniworld.lexicon import Adjective, Verb
from helpers.miniworld.tasks.paired import paired
from helpers.miniworld.tasks.rows import Paraphrase, Splits
from helpers.miniworld.tasks.sayings import Sayings
from helpers.miniworld.tasks.splits import Sizes, balanced, checked
from helpers.miniworld.tasks.wording import STATES, SYMMETRIC, TRANSFERS, Person, Speaker
from helpers.miniworld.terms import (
    FRONT,
    PLURAL,
    SINGULAR,
    THEN,
    Adjunct,
    At,
    Clause,
    Copula,
    Described,
    Fact,
    Joined,
    Possessor,
    Statement,
    That,
)

SIZES = Sizes(1800, 90, 360)
LABELS = (1, 0)
DENIED = 0.15  # rows in which both sentences are denied, and rows in which one of them is
# Relations that every construction states to the full.
EQUIVALENT = ("P36", "P47", "P38", "P19", "P20", "P569", "P570", "P571", "P50", "P57", "P86")
EQUIVALENT += ("P170", "P176", "P178", "P17", "P159")
# The same names in another relation.
OTHERS = {"P19": "P20", "P20": "P19", "P569": "P570", "P570": "P569"}
OTHERS |= {"P176": "P127", "P50": "P57", "P57": "P50", "P86": "P50", "P47": "P530"}
TURNED = {"P36": "P17", "P17": "P36"}  # the capital of a country, a city in it
# fmt: off
SYNONYMS = (
    ("boring", "dull", "tedious"), ("amusing", "funny"), ("exciting", "thrilling"),
    ("awful", "dreadful", "terrible"), ("silly", "stupid"), ("clever", "intelligent"),
    ("beautiful", "lovely"), ("brilliant", "superb"), ("unforgettable", "memorable"),
    ("faulty", "defective"), ("robust", "sturdy"), ("dependable", "reliable"),
    ("loud", "noisy"), ("quiet", "silent"), ("annoying", "irritating"),
    ("fascinating", "captivating"), ("convincing", "believable"),
    ("unconvincing", "unbelievable"), ("ridiculous", "silly"), ("magnificent", "splendid"),
    ("fast", "quick"), ("moving", "touching"),
)
# Not the one is the other; nothing is in between.
COMPLEMENTS = (
    ("reliable", "unreliable"), ("safe", "unsafe"), ("original", "unoriginal"),
    ("convincing", "unconvincing"), ("believable", "unbelievable"), ("precise", "imprecise"),
    ("accurate", "inaccurate"), ("useful", "useless"), ("practical", "impractical"),
    ("helpful", "unhelpful"), ("efficient", "inefficient"), ("funny", "unfunny"),
    ("comfortable", "uncomfortable"), ("imaginative", "unimaginative"),
    ("convenient", "inconvenient"), ("effective", "ineffective"),
    ("impressive", "unimpressive"), ("interesting", "uninteresting"),
)
# fmt: on


class _Writer:
    """``premise(label)`` draws what a row is about; ``hypothesis()`` says it in other words, for
    label 0 with one thing changed."""

    def __init__(self, kind: str, seed: int):
        self.speaker = Speaker("paraphrase", kind, seed, seed=seed)
        self.pick, self.chance = self.speaker.pick, self.speaker.chance


class Voices(_Writer):
    """*The nun greeted the guest.* / *The guest was greeted by the nun.*"""

    def premise(self, label: int) -> str | None:
        event = self.event = self.speaker.event(DENIED)
        self.passive = self.chance(0.5)
        if not label and self.chance(DENIED):
            self.event = event._replace(denied=not event.denied)
        elif not label:
            self.event = event._replace(doer=event.undergoer, undergoer=event.doer)
        return self.speaker.plainly(event, self.passive)

    def hypothesis(self) -> str:
        return self.speaker.plainly(self.event, not self.passive)


class Splitting(Voices):
    """*The nun greeted the guest.* / *The person who greeted the guest was the nun.*"""

    def premise(self, label: int) -> str | None:
        event = self.event = self.speaker.event()
        if not label:
            self.event = event._replace(doer=event.undergoer, undergoer=event.doer)
        return self.speaker.plainly(event, self.chance(0.5))

    def hypothesis(self) -> str:
        return self.speaker.split(self.event)


class Converses(_Writer):
    """*The nun sold the guest a ring.* / *The guest bought a ring from the nun.*"""

    def premise(self, label: int) -> str | None:
        self.transfer = self.speaker.transfer(DENIED)
        self.first_given = self.chance(0.5)
        premise = self._said(self.first_given)
        if not label:
            self.transfer = self._changed()
        return premise

    def _changed(self):
        event = self.transfer
        what = self.pick(("roles", "roles", "roles", "verb", "denied"))
        if what == "roles":
            return event._replace(giver=event.receiver, receiver=event.giver)
        if what == "verb":
            return event._replace(verb=self.pick([v for v in TRANSFERS if v != event.verb]))
        return event._replace(denied=not event.denied)

    def hypothesis(self) -> str:
        return self._said(not self.first_given)

    def _said(self, given: bool) -> str:
        return (self.speaker.given if given else self.speaker.taken)(self.transfer)


class Comparisons(_Writer):
    """*Anna was older than the nun.* / *The nun was younger than Anna.*"""

    def premise(self, label: int) -> str | None:
        comparison = self.speaker.comparison()
        ways = self.speaker.comparisons(comparison)
        used = self.pick(range(len(ways)))
        premise = ways[used]()
        if not label:
            more, less = comparison.less, comparison.more
            ways = self.speaker.comparisons(comparison._replace(more=more, less=less))
        self.others = [way for i, way in enumerate(ways) if i != used]
        return premise

    def hypothesis(self) -> str:
        return self.pick(self.others)()


class Orders(_Writer):
    """*Anna slept and the nun smiled.* / *The nun smiled and Anna slept.*"""

    def premise(self, label: int) -> str | None:
        speaker = self.speaker
        one = speaker.person()
        two = speaker.person(one)
        doings = [self._doing(one, two), self._doing(one, two)]
        if doings[0][0] is doings[1][0]:
            return None
        timeless = any(verb.lemma in STATES for verb, _ in doings)
        self.when = None if timeless or self.chance(0.4) else speaker.time()
        premise = self._joined((one, two), doings)
        self.pair = (two, one), doings[::-1]
        if not label:
            self.pair = ((one, two), doings[::-1]) if self.chance(0.5) else ((two, one), doings)
        return premise

    def _doing(self, *people: Person) -> tuple[Verb, Person | None]:
        """A verb and whom or what it is done to, if anything."""
        kit, kind = self.speaker.kit, self.pick(("deed", "action", "dealing"))
        if kind == "deed":
            return self.pick(kit.stock.deeds), None
        if kind == "dealing":
            return self.pick(self.speaker.verbs), self.speaker.person(*people)
        actions = [action for action in kit.stock.actions if action[0].lemma not in SYMMETRIC]
        verb, things = self.pick(actions)
        return verb, kit.the(self.pick(things), kit.number())

    def _joined(self, people: tuple[Person, Person], doings: list) -> str:
        clauses = [
            Clause(verb, who, what, form=THEN, passive=what is not None and self.chance(0.3))
            for who, (verb, what) in zip(people, doings, strict=True)
        ]
        if self.when is not None:  # at the front it holds for both
            clauses[0] = clauses[0]._replace(adjuncts=(Adjunct(self.when, FRONT),))
        conjunction = self.speaker.kit.word("and", "coordinator")
        return text(Statement(Joined(conjunction, tuple(clauses))))

    def hypothesis(self) -> str:
        return self._joined(*self.pair)


class Words(_Writer):
    """*The plot of the film was dull.* / *The film's plot was boring.*; *not safe* / *unsafe*."""

    def __init__(self, kind: str, seed: int):
        super().__init__(kind, seed)
        kit = self.speaker.kit
        word = kit.words.adjective
        self.wholes = {"film": kit.words.noun("film"), "gadget": kit.words.noun("gadget")}
        self.of = kit.word("of", "possession")
        self.think = kit.words.verb("think", "clause")
        self.aspects = []
        for row in tables.rows("aspects"):
            if row.noun == "role":  # not a film's
                continue
            said = {*row.positive, *row.negative}
            for one, other, same in _pairs():
                if one in said and other in said | _opposites(said):
                    self.aspects.append((row, word(one), word(other), same))

    def premise(self, label: int) -> str | None:
        row, one, other, same = self.pick(self.aspects)
        self.row, self.judge = row, self.speaker.kit.name()
        self.whole = self.speaker.kit.the(self.wholes[row.domain])
        one, other = self.pick(((one, other), (other, one)))
        denied = self.chance(0.5)
        # Synonyms are both said or both denied, of complements one is.
        self.said = other, denied == (same == bool(label))
        return self._said(one, denied)

    def _said(self, adjective: Adjective, denied: bool) -> str:
        kit = self.speaker.kit
        noun = kit.words.noun(self.row.noun)
        part = kit.the(noun, PLURAL if noun.lemma in MANY else SINGULAR)
        if self.chance(0.5):
            part = part._replace(after=(At(self.of, self.whole),))
        else:
            part = part._replace(det=Possessor(self.whole))
        copula = Copula(part, Described(adjective), self.speaker.form(denied))
        that = That(copula, kit.word("that", "complementizer") if self.chance(0.5) else None)
        return text(Statement(Clause(self.think, self.judge, complement=that, form=THEN)))

    def hypothesis(self) -> str:
        return self._said(*self.said)


def _pairs():
    """Two adjectives, and whether they mean the same."""
    for group in SYNONYMS:
        for i, one in enumerate(group):
            for other in group[i + 1 :]:
                yield one, other, True
    for one, other in COMPLEMENTS:
        yield one, other, False
        yield other, one, False


def _opposites(said: set[str]) -> set[str]:
    both = {one: other for pair in COMPLEMENTS for one, other in (pair, pair[::-1])}
    return {both[word] for word in said if word in both}


class Facts(_Writer):
    """*Hamlet was written by Shakespeare.* / *The author of Hamlet is Shakespeare.*"""

    def __init__(self, kind: str, seed: int):
        super().__init__(kind, seed)
        self.sayings = Sayings("paraphrase", seed, seed=seed)
        self.facts: dict[str, list[Known]] = defaultdict(list)
        for known in filter(self._is_fit, self.sayings.known):
            self.facts[known.fact.relation].append(known)

    @staticmethod
    def _is_fit(known: Known) -> bool:
        relation = known.fact.relation
        return relation in EQUIVALENT and (relation != "P17" or known.subject.kind == "city")

    def premise(self, label: int) -> str | None:
        say, known = self.sayings, self.pick(self.facts[self.pick(tuple(self.facts))])
        denied = self.chance(DENIED)
        self.said = known, denied
        if not label:
            self.said = self._changed(known, denied)
        return say.say(known, denied)

    def _changed(self, known: Known, denied: bool) -> tuple[Known, bool]:
        fact = known.fact
        way = self.pick(("names", "names", "names", "object", "denied"))
        if way == "names" and fact.relation in OTHERS:
            return known._replace(fact=fact._replace(relation=OTHERS[fact.relation])), denied
        if way == "names" and fact.relation in TURNED:
            turned = Fact(TURNED[fact.relation], fact.object, fact.subject)
            return Known(turned, known.object, known.subject), denied
        if way != "denied" and self.sayings.is_functional(known):
            return self.sayings.wrong(known), denied
        return known, not denied

    def hypothesis(self) -> str | None:
        return self.sayings.say(*self.said)


KINDS = {
    "voice": Voices,
    "cleft": Splitting,
    "converse": Converses,
    "comparison": Comparisons,
    "order": Orders,
    "words": Words,
    "facts": Facts,
}


def paraphrase(sizes: Sizes = SIZES, seed: int = 0) -> Splits:
    """Two sentences and whether they mean the same (:class:`Paraphrase`), as many of each label
    and kind.

    Both sentences of a row belong to its split. Raises TaskError for a size below 1.
    """
    writers = {kind: make(kind, seed) for kind, make in KINDS.items()}
    quota = balanced(checked(sizes), [(kind, label) for kind in KINDS for label in LABELS])
    choices = Speaker("paraphrase", seed, "order", seed=seed).kit.choices
    return paired(writers, quota, Paraphrase, choices)

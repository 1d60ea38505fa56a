"""Facts said one way or another, with a right or a wrong object, affirmed or denied.

For the tasks only: text for pretraining never says anything false.
"""

from collections import defaultdict
from collections.abc import Callable

from helpers.miniworld.choice import Choices
from helpers.miniworld.documents.active import Active
from helpers.miniworld.documents.discourse import Discourse
from helpers.miniworld.documents.facts import Key, Known, known_facts
from helpers.miniworld.documents.pairs import Pairs
from helpers.miniworld.english import text
from helpers.miniworld.tasks.splits import split_of
from helpers.miniworld.terms import PLURAL, Clause, Copula, Statement
from helpers.miniworld.world import world

# Relations of which a subject has one object only, so that another one is false.
FUNCTIONAL = ("P36", "P19", "P20", "P569", "P571", "P159", "P50", "P57", "P86", "P170", "P176")
FUNCTIONAL += ("P178", "P577")
NAMED = {"country", "person", "organisation", "product", "work"}
TRIES, STALE = 40, 6  # draws, and how many in a row may bring nothing new


class Sayings:
    """Sentences about the facts that ``world(seed)`` speaks of; what is true, the tables say."""

    def __init__(self, *key: int | str, seed: int = 0):
        self.choices = Choices(*key)
        self.pairs: Pairs = world(seed).part(Pairs)
        self.known = tuple(filter(world(seed).part(Active).states, known_facts()))
        self.about: dict[Key, list[Known]] = defaultdict(list)
        self.objects: dict[tuple[str, str], list[Key]] = defaultdict(list)
        self.true: dict[tuple[str, Key], set[str]] = defaultdict(set)
        for known in known_facts():
            self.true[known.fact.relation, known.subject].add(known.object.name)
        for known in self.known:
            relation = known.fact.relation
            if known.subject.kind in NAMED and known.object.kind != "noun":
                self.about[known.subject].append(known)
            if relation in FUNCTIONAL and known.object not in self.alike(known):
                self.alike(known).append(known.object)
        self.facts = [
            known
            for known in self.known
            if self.is_functional(known) and len(self.about[known.subject]) > 1
        ]

    def is_functional(self, known: Known) -> bool:
        """Whether any other object would be wrong: there is one in the tables, and only one."""
        relation = known.fact.relation
        single = len(self.true[relation, known.subject]) == 1
        return single and known.subject.kind in NAMED and len(self.alike(known)) > 5

    def wrong(self, known: Known) -> Known:
        """The fact with another object of the same relation, which the tables refute."""
        true = self.true[known.fact.relation, known.subject]
        other = self.choices.pick([key for key in self.alike(known) if key.name not in true])
        return Known(known.fact._replace(object=other.name), known.subject, other)

    def alike(self, known: Known) -> list[Key]:
        """The objects of the relation that are of the same kind."""
        return self.objects[known.fact.relation, known.object.kind]

    def another(self, known: Known) -> Known | None:
        """Another fact of the same subject, of another relation."""
        others = [k for k in self.about[known.subject] if k.fact.relation != known.fact.relation]
        return self.choices.pick(others) if others else None

    def say(self, known: Known, denied: bool = False) -> str | None:
        """One sentence by any construction that can be denied; None where there is none."""
        d = Discourse(self.pairs.words, self.choices, PLURAL)
        clause = self.pairs.relations.state(d, known)
        if type(clause) not in (Clause, Copula):
            return None
        if denied:
            negation = self.choices.pick(("not", "n't"))
            clause = clause._replace(form=clause.form._replace(negation=negation))
        return text(Statement(clause))

    def say_both(self, first: Known, second: Known) -> str | None:
        """One sentence with both facts of a subject."""
        if not self.pairs.fit(first, second):
            return None
        d = Discourse(self.pairs.words, self.choices, PLURAL)
        said = self.pairs.say(d, (first, second))
        return text(said[0]) if len(said) == 1 and type(said[0]) is Statement else None


def in_split(make: Callable[[], str | None], split: str, *unlike: str) -> str | None:
    """A sentence of this split, unlike the others; None when none is found soon."""
    seen, stale = {*unlike}, 0
    for _ in range(TRIES):
        made = make()
        stale = stale + 1 if made in seen else 0
        if stale > STALE:
            break
        if made is not None and made not in seen and split_of(made) == split:
            return made
        seen.add(made)
    return None

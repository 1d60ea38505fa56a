"""Sentences that state a fact between two named entities, for edge probing of relations.

Running text says most facts too seldom for a balanced test. So these say each relation alike:
alone, with a fact of the same relation about others (*Paris is the capital of France, and Spain's
capital is Madrid*: nothing is said of France and Madrid), or with one about the thing just named.
"""

from collections import defaultdict
from collections.abc import Iterator

from helpers.miniworld.annotate import annotated
from helpers.miniworld.documents.discourse import Discourse
from helpers.miniworld.documents.facts import Known
from helpers.miniworld.english import text
from helpers.miniworld.gold import Sentence, Span
from helpers.miniworld.tasks.rows import Edge
from helpers.miniworld.tasks.sayings import NAMED, Sayings
from helpers.miniworld.tasks.splits import Quota, split_of
from helpers.miniworld.terms import PLURAL, Clause, Copula, Joined, Statement
from helpers.miniworld.terms import Sentence as Term

# fmt: off
LABELS = ("P17", "P19", "P20", "P30", "P36", "P37", "P47", "P50", "P159", "P176", "P1412", "none")
# fmt: on
LOCATED = {"P17", "P30", "P159", "P36"}
NAMES = NAMED | {"city", "continent", "language"}


def relations(sentence: Sentence) -> Iterator[Edge]:
    """Every pair of names between which the sentence states a fact (subject first), and the pairs
    of the same types between which it states none."""
    words = tuple(sentence.words)
    stated: dict[tuple[str, str], set[str]] = defaultdict(set)
    for found in sentence.relations:
        stated[found.subject.id, found.object.id].add(found.relation)
    types = set()
    for found in sentence.relations:
        pair = found.subject.id, found.object.id
        types.add((found.subject.label, found.object.label))
        if len(stated[pair]) == 1:
            yield Edge(words, _ends(found.subject), _ends(found.object), found.relation)
    for one in sentence.entities:
        for other in sentence.entities:
            pair = one.id, other.id
            if one.id == other.id or (one.label, other.label) not in types:
                continue
            told = stated.keys() & {pair, pair[::-1]} or _lies_in(stated, *pair)
            if not told and not _overlap(one, other):
                yield Edge(words, _ends(one), _ends(other), "none")


def _lies_in(stated: dict[tuple[str, str], set[str]], one: str, other: str) -> bool:
    """Whether it follows: what is in a country is on the country's continent."""
    holders = {b for (a, b), found in stated.items() if a == one and found & LOCATED}
    return any(stated.get((holder, other), set()) & LOCATED for holder in holders)


def _ends(span: Span) -> tuple[int, int]:
    return span.start, span.end


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def sentences(seed: int, quota: Quota) -> Iterator[Sentence]:
    """Sentences with facts of all LABELS, without end, of splits that the quota still needs."""
    sayings = Sayings("relations", seed, seed=seed)
    of: dict[str, list[Known]] = defaultdict(list)
    for known in sayings.known:
        if known.subject.kind in NAMES and known.object.kind in NAMES:
            of[known.fact.relation].append(known)
    makers = (_alone, _beside, _linked)
    while True:
        for relation in LABELS[:-1]:
            term = sayings.choices.pick(makers)(sayings, of[relation])
            if term is not None and quota.needs(split_of(text(term))):
                yield annotated(term)


def _discourse(sayings: Sayings) -> Discourse:
    return Discourse(sayings.pairs.words, sayings.choices, PLURAL)


def _alone(sayings: Sayings, facts: list[Known]) -> Term | None:
    return Statement(
        sayings.pairs.relations.state(_discourse(sayings), sayings.choices.pick(facts))
    )


def _beside(sayings: Sayings, facts: list[Known]) -> Term | None:
    """Two facts of one relation about different things."""
    d, pairs = _discourse(sayings), sayings.pairs
    one, two = (sayings.choices.pick(facts) for _ in range(2))
    if {*one[1:]} & {*two[1:]}:
        return None
    clauses = tuple(pairs.relations.state(d, known) for known in (one, two))
    if any(type(clause) not in (Clause, Copula) for clause in clauses):
        return None
    return Statement(Joined(pairs.grammar.and_, clauses))


def _linked(sayings: Sayings, facts: list[Known]) -> Term | None:
    """A fact and another about its object or about the same subject, in one sentence."""
    known = sayings.choices.pick(facts)
    others = sayings.about[known.object] + sayings.about[known.subject]
    others = [other for other in others if known.subject != other.object and other != known]
    if not others:
        return None
    other = sayings.choices.pick(others)
    if other.subject == known.subject and not sayings.pairs.fit(known, other):
        return None
    said = sayings.pairs.say(_discourse(sayings), (known, other))
    return said[0] if len(said) == 1 and type(said[0]) is Statement else None

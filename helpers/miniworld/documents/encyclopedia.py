"""Encyclopedia entries: four to a dozen sentences about one thing, all of them true.

What an entry may say and how often is the matter of ``exposure``. Here the facts it takes are put
in any order, some of them together in one sentence, and said.
"""

from __future__ import annotations

from helpers.miniworld.choice import Choices
from helpers.miniworld.documents.comparisons import Comparisons
from helpers.miniworld.documents.discourse import Discourse
from helpers.miniworld.documents.draft import Draft, Said
from helpers.miniworld.documents.exposure import FEWEST, LINKED, Exposure
from helpers.miniworld.documents.facts import Key, Known
from helpers.miniworld.documents.pairs import Pairs
from helpers.miniworld.terms import PLURAL, SINGULAR, Sentence
from helpers.miniworld.world import World

TOGETHER = 0.5  # two facts that go well together are said in one sentence this often
COMPARED = 0.35  # entries with a comparison, where there is something to compare with
PLURALS = 0.65  # entries that speak of *penguins*; the others of *a penguin*
Group = tuple[Known, ...]


def write(world: World, choices: Choices) -> Draft:
    """An entry about one country, city, person, organisation, product, work or kind of thing."""
    law, pairs = world.part(Exposure), world.part(Pairs)
    topic = choices.weighted(law.topics[choices.weighted(law.kinds)])
    groups = _plan(law, pairs, topic, choices)
    number = PLURAL if choices.chance(PLURALS) else SINGULAR
    d = Discourse(pairs.words, choices, number)
    comparisons = world.part(Comparisons)
    at = choices.number(1, len(groups) - 1) if choices.chance(COMPARED) else -1
    said: list[Said] = []
    for i, group in enumerate(groups):
        if i == at:
            said += _spoken(d, comparisons.compare(d, topic))
        said += _spoken(d, pairs.say(d, group))
    return Draft("encyclopedia", topic.name, tuple(said))


def _spoken(d: Discourse, terms: list[Sentence]) -> list[Said]:
    """The sentences with what the choices since the last one cost."""
    return [Said(term, None, d.choices.spent()) for term in terms]


def _plan(law: Exposure, pairs: Pairs, topic: Key, choices: Choices) -> list[Group]:
    """The facts of one entry in groups that are said together; at least four groups."""
    n = choices.number(*law.sizes(topic))
    taken = _in_order(law, topic, choices.shuffled(choices.weighted(law.sample(topic, n))))
    groups: list[Group] = []
    for position in taken:
        known, links = law.slots[topic][position]
        if links and choices.chance(LINKED):
            groups.append((known, choices.pick(links)))
        else:
            groups.append((known,))
    return _joined(groups, pairs, choices)


def _in_order(law: Exposure, topic: Key, taken: list[int]) -> list[int]:
    """What is about another thing comes after the first slot, which names that thing."""
    about = [slot for slot in taken if law.is_about_another(topic, slot)]
    if about and 0 in taken and taken.index(0) > taken.index(about[0]):
        naming, first = taken.index(0), taken.index(about[0])
        taken[naming], taken[first] = taken[first], taken[naming]
    return taken


def _joined(groups: list[Group], pairs: Pairs, choices: Choices) -> list[Group]:
    """Single facts that go well together, put together as far as enough groups remain."""
    spare = len(groups) - FEWEST
    result: list[Group] = []
    while groups:
        first = groups.pop(0)
        partner = _partner(first, groups, pairs) if spare > 0 else None
        if partner is not None and choices.chance(TOGETHER):
            groups.remove(partner)
            spare -= 1
            first += partner
        result.append(first)
    return result


def _partner(first: Group, groups: list[Group], pairs: Pairs) -> Group | None:
    """The next single fact that goes well with the first."""
    if len(first) > 1:
        return None
    for other in groups:
        if len(other) == 1 and pairs.fit(first[0], other[0]):
            return other
    return None

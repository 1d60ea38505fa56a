"""Graded similarity: how much of what one sentence says does the other say too?

Points from 0 to 5, counted on what is meant and not on the words: 2 for the same event (both say
that it happened, or both deny it), 1 for each of two people who has the same part in it, and 1 for
the same time (where something changes hands: for the same thing). *The nun thanked the guest
yesterday* has 5 points with *Yesterday the guest was thanked by the nun*, 3 with *The guest thanked
the nun yesterday* (event and time), and 1 with *The guest did not thank the nun yesterday* (time).
A different wording costs nothing: voice, order, *sold* or *bought*; and the same words can be worth
anything: in half of the rows or more people have exchanged their parts, or one sentence denies it.
"""

from collections import defaultdict
from itertools import product

from helpers.miniworld.tasks.paired import paired
from helpers.miniworld.tasks.rows import Similarity, Splits
from helpers.miniworld.tasks.splits import Sizes, balanced, checked
from helpers.miniworld.tasks.wording import STATES, TRANSFERS, Event, Speaker, Transfer

SIZES = Sizes(1800, 90, 360)
DENIED = 0.15
EVENTS = {"same": 2, "denied": 0, "other": 0}
PEOPLE = {"both": 2, "first": 1, "second": 1, "exchanged": 0, "others": 0}
DETAILS = {"same": 1, "other": 0}
# What two sentences may share, by the points it makes.
SHARED: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
for _shared in product(EVENTS, PEOPLE, DETAILS):
    SHARED[EVENTS[_shared[0]] + PEOPLE[_shared[1]] + DETAILS[_shared[2]]].append(_shared)
SCORES = tuple(sorted(SHARED))
MISLEADING = 0.5  # rows whose words are much the same and whose meaning isn't


class _Writer:
    """``premise(score)`` says one thing, ``hypothesis()`` another with so much in common."""

    def __init__(self, seed: int):
        self.speaker = Speaker("similarity", type(self).__name__, seed, seed=seed)
        self.pick, self.chance = self.speaker.pick, self.speaker.chance

    def premise(self, score: int) -> str | None:
        one = self.draw()
        self.other = self.changed(one, *self.shared(score))
        return self.said(one)

    def shared(self, score: int) -> tuple[str, str, str]:
        """What the two have in common."""
        found = SHARED[score]
        misleading = [s for s in found if s[0] == "denied" or s[1] == "exchanged"]
        return self.pick(misleading if misleading and self.chance(MISLEADING) else found)

    def hypothesis(self) -> str:
        return self.said(self.other)

    def people(self, one, two, shared: str) -> tuple:
        """The people of the other sentence, in the order of their roles."""
        if shared == "exchanged":
            return two, one
        new = self.speaker.person(one, two)
        newer = self.speaker.person(one, two, new)
        return {"both": (one, two), "first": (one, new), "second": (new, two)}.get(
            shared, (new, newer)
        )


class Events(_Writer):
    """*The nun thanked the guest yesterday.*"""

    def __init__(self, seed: int):
        super().__init__(seed)
        self.verbs = [verb for verb in self.speaker.verbs if verb.lemma not in STATES]

    def draw(self) -> Event:
        event = self.speaker.event(DENIED)
        return event._replace(verb=self.pick(self.verbs), when=self.speaker.time())

    def changed(self, event: Event, what: str, people: str, when: str) -> Event:
        doer, undergoer = self.people(event.doer, event.undergoer, people)
        found = event._replace(doer=doer, undergoer=undergoer)
        if when == "other":
            found = found._replace(when=self.speaker.time(event.when))
        if what == "denied":
            return found._replace(denied=not event.denied)
        if what == "other":
            verbs = [verb for verb in self.verbs if verb is not event.verb]
            return found._replace(verb=self.pick(verbs), denied=self.chance(DENIED))
        return found

    def said(self, event: Event) -> str:
        if not event.denied and self.chance(0.3):
            return self.speaker.split(event)
        return self.speaker.plainly(event, self.chance(0.5))


class Transfers(_Writer):
    """*The nun sold the guest the ring.*, *The guest bought the ring from the nun.*"""

    def draw(self) -> Transfer:
        return self.speaker.transfer(DENIED)._replace(when=None)

    def changed(self, event: Transfer, what: str, people: str, thing: str) -> Transfer:
        giver, receiver = self.people(event.giver, event.receiver, people)
        found = event._replace(giver=giver, receiver=receiver)
        while thing == "other" and found.thing == event.thing:
            found = found._replace(thing=self.speaker.thing())
        if what == "denied":
            return found._replace(denied=not event.denied)
        if what == "other":
            verb = self.pick([verb for verb in TRANSFERS if verb != event.verb])
            return found._replace(verb=verb, denied=self.chance(DENIED))
        return found

    def said(self, event: Transfer) -> str:
        return self.pick((self.speaker.given, self.speaker.taken))(event)


KINDS = {"event": Events, "transfer": Transfers}


def similarity(sizes: Sizes = SIZES, seed: int = 0) -> Splits:
    """Two sentences and their score (:class:`Similarity`), as many of each score and kind.

    Both sentences of a row belong to its split. Raises TaskError for a size below 1.
    """
    writers = {kind: make(seed) for kind, make in KINDS.items()}
    quota = balanced(checked(sizes), [(kind, score) for kind in KINDS for score in SCORES])
    choices = Speaker("similarity", seed, "order", seed=seed).kit.choices
    return paired(writers, quota, Similarity, choices)

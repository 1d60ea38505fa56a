"""Two more kinds of inference: opposite words, and passages of which one sentence isn't enough."""

from collections import defaultdict
from collections.abc import Iterator

from helpers.miniworld import tables
from helpers.miniworld.documents.opinions import MANY
from helpers.miniworld.documents.reviews import FilmReviews, GadgetReviews
from helpers.miniworld.documents.stories import Stories
from helpers.miniworld.documents.story_words import stranger_gender
from helpers.miniworld.english import text
from helpers.miniworld.lexicon import Adjective
from helpers.miniworld.tasks.paraphrases import COMPLEMENTS, SYNONYMS
from helpers.miniworld.tasks.wording import Comparison, Person, Speaker
from helpers.miniworld.terms import (
    COMPARATIVE,
    PAST,
    PLURAL,
    SINGULAR,
    THEN,
    At,
    Clause,
    Common,
    Copula,
    Described,
    Form,
    Name,
    Partitive,
    Statement,
)
from helpers.miniworld.world import world

# What can be neither the one nor the other.
CONTRARIES = (
    *(("beautiful", "ugly"), ("exciting", "boring"), ("elegant", "clumsy"), ("fast", "slow")),
    *(("excellent", "awful"), ("brilliant", "terrible"), ("clever", "stupid"), ("lively", "dull")),
    *(("superb", "mediocre"), ("powerful", "weak"), ("gripping", "tedious"), ("robust", "flimsy")),
)


def opposites() -> Iterator[tuple[str, str, str]]:
    """Two adjectives and how they relate: complements, contraries or synonyms."""
    for kind, pairs in (("complements", COMPLEMENTS), ("contraries", CONTRARIES)):
        for one, other in pairs:
            yield from ((one, other, kind), (other, one, kind))
    for group in SYNONYMS:
        yield from ((one, other, "synonyms") for one in group for other in group if one != other)


# By label and whether the hypothesis is denied: how the two adjectives may relate, and whether the
# premise is denied.
DECIDED = {
    ("entailment", False): (("complements", True), ("synonyms", False)),
    ("entailment", True): (("complements", False), ("contraries", False), ("synonyms", True)),
    ("contradiction", False): (("complements", False), ("contraries", False), ("synonyms", True)),
    ("contradiction", True): (("complements", True), ("synonyms", False)),
    ("neutral", False): (("contraries", True),),
    ("neutral", True): (("contraries", True),),
}


class Opposites:
    """*The plot of Quiet Ice was not unoriginal.* / *… was original.*; *not ugly* / *beautiful*."""

    def __init__(self, seed: int):
        self.speaker = Speaker("opposites", seed, seed=seed)
        self.pick, self.chance = self.speaker.pick, self.speaker.chance
        self.of = self.speaker.kit.word("of", "possession")
        self.titles: dict[str, list] = defaultdict(list)
        for reviews in (world(seed).part(FilmReviews), world(seed).part(GadgetReviews)):
            for title, aspects in reviews.aspects.items():
                for aspect in aspects:
                    self.titles[aspect.noun.lemma].append(title)
        adjective = self.speaker.kit.words.adjective
        self.said: dict[str, list] = {"complements": [], "contraries": [], "synonyms": []}
        for row in tables.rows("aspects"):
            if row.noun not in self.titles:
                continue
            taken = {*row.positive, *row.negative}
            for one, other, kind in opposites():
                if one in taken or other in taken:
                    self.said[kind].append((row, adjective(one), adjective(other)))

    def premise(self, label: str) -> str:
        denied = self.chance(0.5)
        kind, told = self.pick(DECIDED[label, denied])
        another = label == "neutral" and self.chance(0.5)
        if another:  # any words, of another part
            kind, told = self.pick(tuple(self.said)), self.chance(0.5)
        row, one, other = self.pick(self.said[kind])
        title = Name(self.pick(self.titles[row.noun]))
        part = self._part(row.noun, title)
        self.other = part, other, denied
        if another:
            nouns = [r.noun for r, *_ in self.said[kind] if title.entity in self.titles[r.noun]]
            part = self._part(self.pick([noun for noun in nouns if noun != row.noun]), title)
        return self._said(part, one, told)

    def _part(self, lemma: str, title: Name) -> Common:
        noun = self.speaker.kit.words.noun(lemma)
        number = PLURAL if lemma in MANY else SINGULAR
        return self.speaker.kit.the(noun, number, after=(At(self.of, title),))

    def _said(self, part: Common, adjective: Adjective, denied: bool) -> str:
        return text(Statement(Copula(part, Described(adjective), self.speaker.form(denied))))

    def hypothesis(self) -> str:
        return self._said(*self.other)


class Passages:
    """*Anna was older than the nun. The nun was older than Ben.* / *Ben was younger than Anna.*"""

    def __init__(self, seed: int):
        self.speaker = Speaker("passages", seed, seed=seed)
        self.kit = self.speaker.kit
        self.pick, self.chance = self.speaker.pick, self.speaker.chance
        stories = world(seed).part(Stories)
        self.containers = stories.nouns["container"].items
        self.rooms = stories.nouns["room"].items
        self.in_ = self.kit.word("in", "place")

    def premise(self, label: str) -> str:
        make = self.pick((self._order, self._members, self._places))
        sentences = make(label, self.chance(0.5))
        if self.chance(0.3):
            sentences.append(self.speaker.plainly(self.speaker.event(), self.chance(0.3)))
        return " ".join(self.kit.choices.shuffled(sentences))

    def hypothesis(self) -> str:
        return self.said()

    # ---------------------------------------------------------- who is older than whom

    def _order(self, label: str, denied: bool) -> list[str]:
        quality = self.speaker.comparison().quality
        first, second, third = self._people(3)
        chain = [(first, second), (second, third)]
        if label == "neutral":
            chain = self.pick(
                ([(first, second), (third, second)], [(second, first), (second, third)])
            )
        said = [self.speaker.compared(Comparison(quality, *pair)) for pair in chain]
        ends = (first, third) if label == "entailment" else (third, first)
        more, less = self.kit.choices.shuffled([first, third]) if label == "neutral" else ends
        self.said = lambda: self._compared(Comparison(quality, more, less), denied)
        return said

    def _people(self, n: int) -> list[Person]:
        found: list[Person] = []
        while len(found) < n:
            person = self.speaker.person(*found)
            if type(person) is Name or not person.adjectives:
                found.append(person)
        return found

    def _compared(self, comparison: Comparison, denied: bool) -> str:
        ways = self.speaker.comparisons(comparison)
        if not denied:
            return ways[self.pick((0, 1))]()
        if self.chance(0.5):
            return ways[2]()
        more = Described(comparison.quality, COMPARATIVE, than=comparison.more)
        return text(Statement(Copula(comparison.less, more, self.speaker.form(True))))

    # ------------------------------------------------------------- what all of them did

    def _members(self, label: str, denied: bool) -> list[str]:
        noun, other = self.kit.choices.sample(self.kit.stock.people, 2)
        gender = stranger_gender(noun)
        someone = self.kit.name("" if gender == "any" else gender)
        verb = self.pick(self.kit.stock.deeds)
        quantifier = "none" if denied == (label == "entailment") else "all"
        group = noun
        if label == "neutral":
            quantifier = self.pick(("some", "most", "all", "none"))
            group = other if quantifier in ("all", "none") else noun
        whole = Partitive(self.kit.word(quantifier, "quantifier"), self.kit.the(group, PLURAL))
        member = Copula(someone, Partitive(1, self.kit.the(noun, PLURAL)), THEN)
        self.said = lambda: text(Statement(Clause(verb, someone, form=self.speaker.form(denied))))
        return [text(Statement(Clause(verb, whole, form=Form(PAST)))), text(Statement(member))]

    # -------------------------------------------------------------- where a thing was

    def _places(self, label: str, denied: bool) -> list[str]:
        thing = self.speaker.thing()
        box, other_box = map(self.kit.the, self.kit.choices.sample(self.containers, 2))
        room, other_room = map(self.kit.the, self.kit.choices.sample(self.rooms, 2))
        asked = room if denied == (label == "contradiction") else other_room
        if label == "neutral":
            asked = self.pick((room, other_room))
        self.said = lambda: self._is_in(thing, asked, denied)
        holding = other_box if label == "neutral" else box
        return [self._is_in(thing, box), self._is_in(holding, room)]

    def _is_in(self, thing: Common, where: Common, denied: bool = False) -> str:
        return text(Statement(Copula(thing, At(self.in_, where), self.speaker.form(denied))))

"""Sentiment: is a sentence of a review for or against?

No word decides alone: in *negation* the word's polarity is turned, in *contrast* a word of either
polarity stands in every sentence, and only its place says which counts. Opinion words (by family:
*boring* goes with *bore*) are divided into those that labelled rows may use and those that only the
split ``unseen`` uses. Who knows the latter has learnt them from text without labels.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from helpers.miniworld.documents.opinions import COMPARING, aspect_rows, known_adjectives
from helpers.miniworld.english import text
from helpers.miniworld.lexicon import Adjective, Noun, Verb, lexicon
from helpers.miniworld.tasks.material import Kit
from helpers.miniworld.tasks.rows import Opinion, Splits
from helpers.miniworld.tasks.splits import (
    Quota,
    Sizes,
    TaskError,
    allowed,
    at_least,
    digest,
    gather,
)
from helpers.miniworld.terms import (
    PAST,
    PLURAL,
    PRESENT,
    SINGULAR,
    Adjunct,
    Clause,
    Common,
    Copula,
    Described,
    Form,
    Joined,
    Pronoun,
    Referent,
    Statement,
    Subordinate,
)

DOMAINS = {"films": "film", "gadgets": "gadget"}
# Shares of the phenomena, in tenths.
PHENOMENA = ("plain",) * 4 + ("negation",) * 3 + ("contrast",) * 3
DEV, TEST, UNSEEN = 200, 400, 400
MANY = {"scene", "character", "costume", "special effect", "button", "hinge", "wheel", "blade"}
ME = Referent(1, "any", SINGULAR, 1, True)
US = Referent(2, "any", PLURAL, 1, True)
DEGREES = ("", "", "really", "very")


class Lexis(NamedTuple):
    """Opinion words of a domain, seen or unseen; by polarity 1 and 0.

    ``parts``: aspects with the adjectives said of them. ``liking``: verbs of people (*admire*),
    ``moving``: of things (*bore*).
    """

    whole: Noun
    parts: dict[int, tuple[tuple[Noun, tuple[Adjective, ...]], ...]]
    liking: dict[int, tuple[Verb, ...]]
    moving: dict[int, tuple[Verb, ...]]


def family(lemma: str) -> str:
    """What words of one root share: *impressive, unimpressive, impress*."""
    for prefix in ("un", "in", "im"):
        if len(lemma) > 7 and lemma.startswith(prefix):
            lemma = lemma.removeprefix(prefix)
            break
    return lemma[:4]


class Word(NamedTuple):
    """An opinion word of a domain: what carries it (adjective, liking or moving), for (1) or
    against (0), and the part it is said of (of adjectives only)."""

    kind: str
    label: int
    word: Adjective | Verb
    part: Noun | None = None


@cache
def opinion_words(domain: str) -> tuple[Word, ...]:
    words, kind = lexicon(), DOMAINS[domain]
    found = [
        Word("adjective", label, words.adjective(lemma), words.noun(row.noun))
        for row in aspect_rows(kind)
        for label, lemmas in ((1, row.positive), (0, row.negative))
        for lemma in lemmas
        if lemma in known_adjectives(kind)
    ]
    for verb in words.verbs.values():
        if verb.lemma in COMPARING:
            continue
        moving = verb.frame == "experiencer"
        said_of = verb.subject if moving else verb.object
        if verb.polarity and (moving or verb.frame == "transitive") and f"{kind} part" in said_of:
            found.append(Word("moving" if moving else "liking", int(verb.polarity > 0), verb))
    return tuple(found)


@cache
def unseen_families(domain: str, seed: int) -> frozenset[str]:
    """A third of the families of every kind and polarity, whichever the seed."""
    groups: dict[tuple[str, int], set[str]] = defaultdict(set)
    for item in opinion_words(domain):
        groups[item.kind, item.label].add(family(item.word.lemma))
    chosen: set[str] = set()
    for group in groups.values():
        ranked = sorted(group, key=lambda name: digest(f"{seed}/{name}"))
        chosen |= set(ranked[: -(-len(ranked) // 3)])
    return frozenset(chosen)


@cache
def lexis(domain: str, seed: int, unseen: bool) -> Lexis:
    """The words that labelled rows use, or the others."""
    hidden = unseen_families(domain, seed)
    words = [w for w in opinion_words(domain) if (family(w.word.lemma) in hidden) == unseen]

    def verbs(kind: str) -> dict[int, tuple[Verb, ...]]:
        return {y: tuple(w.word for w in words if w[:2] == (kind, y)) for y in (1, 0)}

    parts: dict[int, dict[Noun, list[Adjective]]] = {1: {}, 0: {}}
    for item in words:
        if item.part:
            parts[item.label].setdefault(item.part, []).append(item.word)
    said = {y: tuple((noun, tuple(a)) for noun, a in parts[y].items()) for y in (1, 0)}
    whole = lexicon().noun(DOMAINS[domain])
    return Lexis(whole, said, verbs("liking"), verbs("moving"))


class _Writer:
    """Writes review sentences with one half of the opinion words."""

    def __init__(self, domain: str, seed: int, unseen: bool):
        self.kit = Kit("sentiment", domain, seed, "unseen" if unseen else "seen")
        self.domain = domain
        self.lexis = lexis(domain, seed, unseen)

    def rows(self) -> Iterator[Opinion]:
        while True:
            label, phenomenon = self.kit.pick((0, 1)), self.kit.pick(PHENOMENA)
            self.said: list[str] = []
            self.nouns: set[str] = set()
            self.person = Pronoun(self.kit.pick((ME, US)))
            self.tense = self.kit.pick((PRESENT, PAST))
            written = text(Statement(getattr(self, phenomenon)(label)))
            yield Opinion(written, label, phenomenon, self.domain, tuple(self.said))

    def plain(self, label: int):
        """*The plot is brilliant.*, *I loved the plot.*, *The plot bored me.*; at times two."""
        if self.kit.choices.chance(0.3):
            both = self.opinion(label), self.opinion(label)
            return Joined(self.kit.word("and", "coordinator"), both)
        return self.opinion(label)

    def negation(self, label: int):
        """*The plot is not brilliant.*: the words say the opposite."""
        return self.opinion(1 - label, negation=self.kit.pick(("not", "n't", "never")))

    def contrast(self, label: int):
        """*Although the plot is dull, I love the film.*: the main clause, on the whole, decides."""
        against, verdict = self.opinion(1 - label), self.opinion(label, whole=True)
        if self.kit.choices.chance(0.5):
            return Joined(self.kit.word("but", "coordinator"), (against, verdict))
        conjunction = self.kit.word(self.kit.pick(("although", "though")), "subordinator")
        place = self.kit.pick(("front", "end"))
        return verdict._replace(adjuncts=(Adjunct(Subordinate(conjunction, against), place),))

    def opinion(self, polarity: int, whole: bool = False, negation: str = "") -> Clause | Copula:
        """A clause on a part or the whole, whose opinion word has this polarity."""
        kit = self.kit
        form = Form(self.tense, negation=negation)
        noun, adjectives = self.aspect(polarity)
        thing = self.thing(self.lexis.whole if whole else noun)
        choice = kit.pick(("adjective", "adjective", "liking", "moving"))
        if choice == "adjective":
            adjective = self.say(kit.pick(adjectives))
            degree = "" if negation else kit.pick(DEGREES)
            if degree == "very" and abs(adjective.polarity) > 2:
                degree = "really"
            adverb = kit.words.adverb(degree) if degree else None
            return Copula(thing, Described(adjective, adverb=adverb), form)
        if choice == "liking":
            verb = self.say(kit.pick(self.lexis.liking[polarity]))
            return Clause(verb, self.person, thing, form=form)
        verb = self.say(kit.pick(self.lexis.moving[polarity]))
        return Clause(verb, thing, self.person, form=form)

    def aspect(self, polarity: int) -> tuple[Noun, tuple[Adjective, ...]]:
        """A part that the sentence hasn't named yet, with its adjectives."""
        while True:
            noun, adjectives = self.kit.pick(self.lexis.parts[polarity])
            if noun.lemma not in self.nouns:
                self.nouns.add(noun.lemma)
                return noun, adjectives

    def thing(self, noun: Noun) -> Common:
        return self.kit.the(noun, PLURAL if noun.lemma in MANY else SINGULAR)

    def say(self, word):
        self.said.append(word.lemma)
        return word


def sentiment(domain: str = "films", n_labels: int = 200, seed: int = 0) -> Splits:
    """Review sentences (:class:`Opinion`), half of them positive in every split.

    ``domain``: films or gadgets. ``train`` has ``n_labels`` rows, ``dev`` and ``test`` use the
    same opinion words, ``unseen`` others: none of its opinion words occurs in the other splits.
    Raises TaskError for an unknown domain or an odd number of labels or fewer than 2.
    """
    allowed("domain", domain, DOMAINS)
    at_least("n_labels", n_labels, 2)
    if n_labels % 2:
        raise TaskError(f"n_labels={n_labels} is not allowed: an even number, half are positive.")
    splits = _gathered(_Writer(domain, seed, unseen=False), Sizes(n_labels, DEV, TEST))
    # Of the unseen words only the sentences whose hash says test: text leaves out those too.
    unseen = _gathered(_Writer(domain, seed, unseen=True), Sizes(0, 0, UNSEEN))
    return splits | {"unseen": unseen["test"]}


def _gathered(writer: _Writer, sizes: Sizes) -> Splits:
    quota = Quota(
        {
            (split, (label, phenomenon)): n
            for split, total in sizes._asdict().items()
            for label in (0, 1)
            for phenomenon, n in shares(total // 2).items()
        }
    )
    return gather(
        writer.rows(), lambda row: row.text, lambda row: (row.label, row.phenomenon), quota
    )


def shares(n: int) -> dict[str, int]:
    """``n`` rows by phenomenon."""
    turned = n * PHENOMENA.count("negation") // len(PHENOMENA)
    return {"plain": n - 2 * turned, "negation": turned, "contrast": turned}

"""What a document has mentioned so far, and how it may therefore speak of a thing again.

A pronoun needs an antecedent in the two sentences before it that no reader can miss: for *she* and
*he* the only person of that gender there, for *it* and *they* the only thing of that number that
was the subject there (a subject is what English takes up again first: Grosz, Joshi & Weinstein
1995, centering). A noun phrase such as *the physicist* or *the country* needs to fit one thing
only, and must have been stated: it never slips in a fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from helpers.miniworld.choice import Choices
from helpers.miniworld.documents.facts import Key
from helpers.miniworld.documents.words import Words
from helpers.miniworld.lexicon import Noun
from helpers.miniworld.terms import (
    PAST,
    PLURAL,
    PRESENT,
    SINGULAR,
    After,
    Apposition,
    Common,
    Form,
    Name,
    Phrase,
    Possessor,
    Pronoun,
    Referent,
)

PRONOUN, NOMINAL = 0.7, 0.5  # how often one is used where it may be
WINDOW = 2  # sentences in which an antecedent is looked for
# The noun that stands for any thing of this kind; for other kinds it has to be stated first.
COMMON_NOUNS = {"country": "country", "city": "city"}


class Seen(NamedTuple):
    """The things that one sentence mentions, and those of them that are its subjects."""

    mentioned: tuple[Key, ...]
    subjects: tuple[Key, ...]


class Attached(NamedTuple):
    """What will follow the next naming of a thing, and the things that it mentions."""

    after: After
    mentioned: tuple[Key, ...]


def in_turn(choices: Choices, items: Iterable) -> Iterator:
    """All items in random order; what isn't asked for costs nothing."""
    pool = list(items)
    while pool:
        i = choices.number(0, len(pool) - 1)
        pool[i], pool[-1] = pool[-1], pool[i]
        yield pool.pop()


class Discourse:
    """The memory of one document; ``words`` and ``choices`` as its genre has them."""

    __slots__ = (
        "attached",
        "choices",
        "mentioned",
        "nouns",
        "number",
        "referents",
        "subjects",
        "told",
        "window",
        "words",
    )

    def __init__(self, words: Words, choices: Choices, number: str = PLURAL):
        """``number``: whether kinds of things are spoken of as *penguins* or *a penguin*."""
        self.words = words
        self.choices = choices
        self.number = number
        self.referents: dict[Key, Referent] = {}
        self.nouns: dict[Key, Noun] = {}
        self.window: tuple[Seen, ...] = ()
        self.mentioned: list[Key] = []
        self.subjects: list[Key] = []
        self.attached: dict[Key, Attached] = {}
        self.told: set[tuple[Key, str]] = set()

    def end_sentence(self) -> None:
        """What was mentioned becomes the context of the next sentence."""
        seen = Seen(tuple(self.mentioned), tuple(self.subjects))
        self.window = (*self.window, seen)[-WINDOW:]
        self.mentioned, self.subjects = [], []

    # ------------------------------------------------------------------- referents

    def referent(self, key: Key) -> Referent:
        """The same referent for the same thing throughout the document."""
        if key not in self.referents:
            self.referents[key] = self._new_referent(key)
        return self.referents[key]

    def _new_referent(self, key: Key) -> Referent:
        number = len(self.referents) + 1
        if key.kind == "thing":
            noun = self.words.noun(key.name)
            return Referent(number, number=self.number_of(noun), noun=noun)
        entity = self.words.entity(key)
        return Referent(number, entity.gender, entity.number, 3, entity.animate, entity)

    def number_of(self, noun: Noun) -> str:
        """Plural where the document speaks of kinds so and the noun has one."""
        return self.number if noun.plural else SINGULAR

    # --------------------------------------------------------------------- phrases

    def subject(self, key: Key) -> Phrase:
        """The subject of the sentence: pronoun, noun phrase or name."""
        if self._may_be_pronoun(key) and self.choices.chance(PRONOUN):
            phrase: Phrase = Pronoun(self.referent(key))
        else:
            phrase = self._full(key)
        self._note(key)
        self.subjects.append(key)
        return phrase

    def possessor(self, key: Key) -> Possessor:
        """*her*, *the physicist's* or *Marie Curie's*."""
        if self._may_be_pronoun(key) and self.choices.chance(PRONOUN):
            phrase: Phrase = Pronoun(self.referent(key))
        else:
            phrase = self._full(key)
        self._note(key)
        return Possessor(phrase)

    def other(self, key: Key) -> Phrase:
        """Anywhere else: a noun phrase or the name, with what is ``attached`` to it."""
        if key in self.attached:
            return self.name(key)
        phrase = self._full(key)
        self._note(key)
        return phrase

    def again(self, key: Key) -> Pronoun | None:
        """The subject of another clause in the same sentence, if a pronoun can only mean it."""
        referent = self.referent(key)
        rivals = self._people_like(key) if referent.animate else self._subjects_like(key)
        return None if rivals else Pronoun(referent)

    def topic_is(self, key: Key) -> None:
        """The subject is a noun phrase that stands for ``key`` (*the capital of France*)."""
        self.subjects.append(key)

    def name(self, key: Key) -> Phrase:
        """The name, and nothing that points back."""
        self._note(key)
        phrase = self._named(key)
        if key in self.attached:
            after, mentioned = self.attached.pop(key)
            phrase = phrase._replace(after=(*phrase.after, after))
            for other in mentioned:
                self._note(other)
        return phrase

    def is_recent(self, key: Key) -> bool:
        """Whether one of the sentences before mentions it."""
        return any(key in seen.mentioned for seen in self.window)

    def _note(self, key: Key) -> None:
        if key not in self.mentioned:
            self.mentioned.append(key)

    def _full(self, key: Key) -> Phrase:
        noun = self._noun_for(key)
        if noun is None or not self._fits_one(key, noun) or not self.choices.chance(NOMINAL):
            return self._named(key)
        determiner = "this" if key.kind == "thing" else "the"
        referent = self.referent(key)
        number = referent.number if noun.plural else SINGULAR
        return Common(noun, number, self.words.word(determiner, "determiner"), referent=referent)

    def _named(self, key: Key) -> Phrase:
        referent = self.referent(key)
        if key.kind == "thing":
            number = referent.number
            countable = number == SINGULAR and referent.noun.plural
            article = self.words.word("a", "determiner") if countable else None
            return Common(referent.noun, number, article, referent=referent)
        if " , " not in key.name:
            return Name(referent.entity, referent)
        name, where = key.name.split(" , ")
        inner = Name(self.words.entity(Key("place", where)))
        return Name(self.words.entity(Key("place", name)), referent, after=(Apposition(inner),))

    # ------------------------------------------------------------------ antecedents

    def recent(self) -> set[Key]:
        """All that the window and the sentence so far mention."""
        found = set(self.mentioned)
        return found.union(*(seen.mentioned for seen in self.window))

    def _may_be_pronoun(self, key: Key) -> bool:
        if not self.is_recent(key):
            return False
        if self.referent(key).animate:
            return not self._people_like(key)
        if key not in self.window[-1].subjects or self.mentioned:
            return False
        return not self._subjects_like(key)

    def _people_like(self, key: Key) -> bool:
        """Whether another person of this gender was mentioned."""
        gender = self.referent(key).gender
        rivals = (self.referents.get(other) for other in self.recent() if other != key)
        return any(rival and rival.animate and rival.gender == gender for rival in rivals)

    def _subjects_like(self, key: Key) -> bool:
        """Whether another thing of this number was a subject."""
        number = self.referent(key).number
        subjects = {*self.subjects, *(other for seen in self.window for other in seen.subjects)}
        rivals = (self.referents.get(other) for other in subjects if other != key)
        return any(rival and not rival.animate and rival.number == number for rival in rivals)

    def _noun_for(self, key: Key) -> Noun | None:
        if not self.is_recent(key):
            return None
        if key.kind in COMMON_NOUNS:
            return self.words.noun(COMMON_NOUNS[key.kind])
        # The Beatles are many, but one band.
        many = key.kind != "thing" and self.referent(key).number == PLURAL
        return None if many else self.nouns.get(key)

    def _fits_one(self, key: Key, noun: Noun) -> bool:
        """No other thing nearby could be meant."""
        for other in self.recent():
            if other == key:
                continue
            if self.nouns.get(other) is noun or other.kind == key.kind:
                return False
        return True

    def stated(self, key: Key, noun: Noun) -> None:
        """From now on *the physicist* may stand for the person who was said to be one."""
        self.nouns.setdefault(key, noun)

    # ------------------------------------------------------------------------ time

    def form(self, key: Key) -> Form:
        """Past for the dead, present for everything else."""
        past = key.kind == "person" and key.name in self.words.dead
        return Form(PAST if past else PRESENT)

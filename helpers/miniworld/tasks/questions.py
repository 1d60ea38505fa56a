"""Span question answering, a third of it without an answer, as in SQuAD 2 (Rajpurkar et al. 2018).

A passage is a whole document; what it says is known. Facts of entries are asked by their relation
(*Where was she born?* with her full name), events of stories by the place of one participant (*Who
lost the ring?*). Questions without an answer are made from a sentence that looks like one: it says
the same of somebody else, or something else of the same person or thing; and all that the passage
states was searched for the answer. Answered and unanswered questions ask for the same relations
and with the same verbs, twice as many of the former.

The sentence that answers (or seems to) decides the split, and no passage has a sentence that a
later split may ask about: nothing asked in the test was ever read in training.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from helpers.miniworld.choice import Choices
from helpers.miniworld.documents.facts import Key, Known, known_facts
from helpers.miniworld.frames import labels_of
from helpers.miniworld.gold import Sentence
from helpers.miniworld.tasks import source
from helpers.miniworld.tasks.asking import PLACE, Asking, Told, ask, is_person, told
from helpers.miniworld.tasks.rows import Question, Splits
from helpers.miniworld.tasks.source import Passage
from helpers.miniworld.tasks.splits import Quota, Sizes, checked, even, gather
from helpers.miniworld.tasks.wording import SYMMETRIC
from helpers.miniworld.terms import Clause, Common, Fact, Name, Statement
from helpers.miniworld.terms import Sentence as Term

SIZES = Sizes(900, 90, 180)
LONGEST = 8  # sentences of a passage
NONE = 3  # one question in three has no answer
SLACK = 2  # questions by which a relation or verb may be ahead with or without an answer
# Relations of which one may give away the other.
NEAR = [
    {"P17", "P36"},
    {"P17", "P159", "P740", "P495"},
    {"P50", "P57", "P86", "P170", "P175", "P800", "P176", "P178"},
    {"P176", "P178", "P127"},
    {"P106", "P39", "P101", "P413", "P136", "P1303", "P54", "P800", "P50", "P57", "P86", "P170"},
    {"P1412", "P103", "P37", "P407"},
]
# What two people do together, or have from what was said otherwise.
UNASKED = SYMMETRIC | {
    *("have", "own", "belong", "keep", "be", "live", "stay", "work", "need", "want", "talk", "go"),
    *("speak", "come", "stand", "seem", "taste", "become", "function", "celebrate", "marry"),
}


class Asked(NamedTuple):
    """A question before it is put: ``topic`` is the relation or verb asked about, ``answer`` the
    tokens of the evidence that answer, None where nothing does."""

    question: str
    evidence: int
    answer: tuple[int, int] | None
    kind: str
    topic: str


@cache
def _tables() -> tuple[dict[Fact, Known], set[tuple[str, Key]]]:
    """All facts with their kinds, and of whom each relation is known."""
    known = {item.fact: item for item in known_facts()}
    return known, {(item.fact.relation, item.subject) for item in known.values()}


def near(relation: str) -> set[str]:
    """The relations that could answer a question about this one."""
    return {relation}.union(*(group for group in NEAR if relation in group))


class Facts:
    """Questions about the facts that a passage states."""

    def __init__(self, seed: int):
        self.asking = Asking(seed)

    def may_ask(self, term: Term) -> bool:
        return True

    def questions(self, passage: Passage) -> Iterator[Asked]:
        known, _ = _tables()
        stated = [known[fact] for s in passage.sentences for fact in s.facts if fact in known]
        named = {span.id for s in passage.sentences for span in s.entities}
        for i in passage.own:
            for fact in passage.sentences[i].facts:
                if fact in known:
                    yield from self._answered(passage.sentences[i], i, known[fact], stated)
                    yield from self._unanswered(i, known[fact], stated, named)

    def _answered(self, sentence: Sentence, i: int, k: Known, stated: list[Known]):
        relation, asking = k.fact.relation, self.asking
        alike = [other for other in stated if other.fact.relation == relation]
        if relation in asking.ways and asking.fits(relation, k.subject):
            span = found(sentence, k.object.name)
            # Of two neighbours each is the other's.
            mine = [o for o in alike if k.subject in (o[1:] if relation == "P47" else o[1:2])]
            if span and len(mine) == 1:
                yield Asked(asking.of_object(relation, k.subject), i, span, "fact", relation)
        if relation in asking.backwards:
            span = found(sentence, k.subject.name)
            if span and sum(other.object == k.object for other in alike) == 1:
                question = asking.of_subject(relation, k.object)
                yield Asked(question, i, span, "fact", f"of {relation}")

    def _unanswered(self, i: int, k: Known, stated: list[Known], named: set[str]):
        _, tables = _tables()
        relation, asking = k.fact.relation, self.asking
        keys = dict.fromkeys(key for other in stated for key in other[1:])
        for key in keys:
            if key.name not in named or not _is_open(relation, key, stated):
                continue
            fits = relation in asking.ways and asking.fits(relation, key)
            if fits and key.kind == k.subject.kind and key != k.subject:
                question = asking.of_object(relation, key)
                yield Asked(question, i, None, "other subject", relation)
            if relation in asking.backwards and key.kind == k.object.kind and key != k.object:
                question = asking.of_subject(relation, key)
                yield Asked(question, i, None, "other subject", f"of {relation}")
        if k.subject.name not in named:
            return
        for other in asking.ways:
            fits = (other, k.subject) in tables and asking.fits(other, k.subject)
            if fits and _is_open(other, k.subject, stated):
                question = asking.of_object(other, k.subject)
                yield Asked(question, i, None, "other relation", other)


def _is_open(relation: str, key: Key, stated: list[Known]) -> bool:
    """Whether the passage leaves open what stands in this relation to the key."""
    return not any(key in k[1:] for k in stated if k.fact.relation in near(relation))


def found(sentence: Sentence, name: str) -> tuple[int, int] | None:
    """The tokens of a name, year or noun in a sentence that says it once."""
    spans = {(span.start, span.end) for span in sentence.entities if span.id == name}
    if not spans:
        words, forms = name.split(" "), sentence.words
        n = len(words)
        spans = {(i, i + n) for i in range(len(forms)) if forms[i : i + n] == words}
    return spans.pop() if len(spans) == 1 else None


class Events:
    """Questions about what happens in a story."""

    def __init__(self, seed: int):
        self.grammar = Asking(seed).grammar

    def _told(self, term: Term) -> Told | None:
        clause = term.clause if type(term) is Statement else None
        return told(clause, self.grammar.the)

    def may_ask(self, term: Term) -> bool:
        event = self._told(term)
        return event is not None and event.clause.verb.lemma not in UNASKED

    def questions(self, passage: Passage) -> Iterator[Asked]:
        events = {i: self._told(s.term) for i, s in enumerate(passage.sentences)}
        said = Counter(
            passage.sentences[i].tokens[frame.predicate].lemma
            for i, s in enumerate(passage.sentences)
            for frame in s.frames
        )
        people = [p for event in events.values() if event for p in participants(event)]
        for i in passage.own:
            event = events[i]
            if self.may_ask(passage.sentences[i].term) and said[event.clause.verb.lemma] == 1:
                yield from self._answered(passage.sentences[i], i, event)
                others = [p for p in people if not _is_said(p, passage.sentences[i])]
                yield from self._unanswered(i, event, others)

    def _answered(self, sentence: Sentence, i: int, event: Told) -> Iterator[Asked]:
        for slot in event.slots():
            span = role(sentence, slot)
            if span and len(participants(event)) > (slot != PLACE):
                question = ask(event, slot, self._word)
                yield Asked(question, i, span, "event", self._topic(event, slot))

    def _unanswered(self, i: int, event: Told, people: list) -> Iterator[Asked]:
        """The same question with somebody or something else of the story in another place."""
        for slot in event.slots():
            for place in event.slots():
                if place in (slot, PLACE):
                    continue
                mine = getattr(event.clause, place)
                for other in people:
                    if other is mine or not _could_be(other, mine, participants(event)):
                        continue
                    changed = Told(event.clause._replace(**{place: other}))
                    question = ask(changed, slot, self._word)
                    yield Asked(question, i, None, "other participant", self._topic(event, slot))

    def _topic(self, event: Told, slot: str) -> str:
        return f"{event.clause.verb.lemma} {slot}"

    def _word(self, lemma: str):
        return self.grammar.words.word(lemma, "question")


def participants(event: Told) -> list[Name | Common]:
    return [getattr(event.clause, slot) for slot in event.slots() if slot != PLACE]


def _is_said(phrase: Name | Common, sentence: Sentence) -> bool:
    """Whether a sentence names somebody or something, in whatever part."""
    if type(phrase) is Name:
        return phrase.entity.name in sentence.text
    return phrase.noun.lemma in {token.lemma for token in sentence.tokens}


def _could_be(other: Name | Common, mine: Name | Common, present: list) -> bool:
    """Whether ``other`` may stand for ``mine`` and isn't in the event already."""
    if type(other) is not type(mine) or is_person(other) != is_person(mine):
        return False
    if type(other) is Name:
        return all(type(p) is not Name or p.entity is not other.entity for p in present)
    shared = {"person"} if is_person(other) else {*other.noun.kinds} & {*mine.noun.kinds}
    if not shared or "contest" in shared:  # a tournament is a competition
        return False
    return all(type(p) is Name or p.noun is not other.noun for p in present)


def role(sentence: Sentence, slot: str) -> tuple[int, int] | None:
    """The tokens that fill the slot of the main clause, if they are a name or a noun phrase; of a
    place with its preposition."""
    clause: Clause = sentence.term.clause
    label = "ARGM-LOC" if slot == PLACE else labels_of(clause)[slot]
    if slot != PLACE and type(getattr(clause, slot)) not in (Name, Common):
        return None
    spans = [
        (span.start, span.end)
        for frame in sentence.frames
        if frame.predicate == sentence.root
        for span in frame.arguments
        if span.label == label
    ]
    if len(spans) != 1:
        return None
    start, end = spans[0]
    return (start + (slot != PLACE and sentence.tokens[start].upos == "ADP"), end)


def span_qa(sizes: Sizes = SIZES, seed: int = 0) -> Splits:
    """Questions about passages (:class:`Question`); half about facts, half about stories, a third
    of each without an answer.

    Raises TaskError for a size below 1.
    """
    quota = _quota(checked(sizes))
    found = gather(
        _rows(seed, quota),
        lambda row: row.evidence,
        _cell,
        quota,
        lambda row: (f"{row.passage} {row.question}",),
    )
    choices = Choices("questions", seed, "order")
    return {split: choices.shuffled(rows) for split, rows in found.items()}


def _cell(row: Question) -> tuple[str, bool]:
    return "event" if row.kind in ("event", "other participant") else "fact", bool(row.answer)


def _quota(sizes: Sizes) -> Quota:
    cells = {}
    for split, total in sizes._asdict().items():
        for answered, n in ((True, total - total // NONE), (False, total // NONE)):
            for source_, each in even(n, ("fact", "event")).items():
                cells[split, (source_, answered)] = each
    return Quota(cells)


def _rows(seed: int, quota: Quota) -> Iterator[Question]:
    choices = Choices("questions", seed)
    kinds = {"encyclopedia": ("fact", Facts(seed)), "story": ("event", Events(seed))}

    def needed(genre: str, split: str) -> bool:
        cells = [(split, (kinds[genre][0], known)) for known in (True, False) if genre in kinds]
        return any(cell in quota.open for cell in cells)

    # Answers of each split and topic, less two for each question without.
    ahead: dict[tuple[str, str], int] = defaultdict(int)

    def useful(genre: str, term: Term) -> bool:
        return kinds[genre][1].may_ask(term)

    for passage in source.passages(seed, LONGEST, needed, useful):
        asked = list(kinds[passage.genre][1].questions(passage))
        for one in _chosen(choices.shuffled(asked)):
            key = passage.split, one.topic
            step = 1 if one.answer else 1 - NONE
            row = _row(passage, one)
            if abs(ahead[key] + step) <= SLACK and (passage.split, _cell(row)) in quota.open:
                ahead[key] += step
                yield row


def _chosen(asked: list[Asked]) -> list[Asked]:
    """At most two questions with an answer and one without."""
    answered = [question for question in asked if question.answer]
    return answered[: NONE - 1] + [question for question in asked if not question.answer][:1]


def _row(passage: Passage, asked: Asked) -> Question:
    sentences = passage.sentences
    tokens = tuple(word for sentence in sentences for word in sentence.words)
    evidence = sentences[asked.evidence]
    if asked.answer is None:
        where = ("", -1, tokens, None)
    else:
        start, end = asked.answer
        first, last = evidence.tokens[start].start, evidence.tokens[end - 1].end
        before = sum(len(s.text) + 1 for s in sentences[: asked.evidence])
        skipped = sum(len(s.tokens) for s in sentences[: asked.evidence])
        span = skipped + start, skipped + end
        where = (evidence.text[first:last], before + first, tokens, span)
    return Question(passage.text, asked.question, *where, asked.kind, evidence.text)

"""Span questions, relations and translation: what must hold of their rows, bugs that must show."""

import re

import pytest
from miniworld_pairs_checks import VERBS
from miniworld_tasks_checks import OBJECTS, check_balanced, check_edges

from helpers.miniworld.gold import Sentence
from helpers.miniworld.tasks import (
    Sizes,
    TaskError,
    asking,
    baselines,
    edge_probing,
    probing,
    questions,
    relations,
    rows,
    source,
    span_qa,
    split_of,
    translation,
    translations,
)

SMALL, TINY = Sizes(60, 6, 6), Sizes(30, 3, 3)
# Questions about facts: their relation, and the words by which a passage would answer them.
FACTS = {
    r"What is the capital of (.+)\?": ("P36", "capital"),
    r"What is the currency of (.+)\?": ("P38", "currency|uses|pay|used"),
    r"What is the official language of (.+)\?": ("P37", "language|speak|spoken"),
    r"What (?:is|was) the religion of (.+)\?": ("P140", "relig|follow|practise|affiliated"),
    r"Where was (.+) born\?": ("P19", "born|birth"),
    r"Where did (.+) die\?": ("P20", "died|death|ended"),
    r"When was (.+) born\?": ("P569", "born|birth|began|came into"),
    r"When did (.+) die\?": ("P570", "died|death|ended|lived"),
    r"When (?:was|were) (.+) founded\?": ("P571", "founded|foundation|established|began"),
    r"Where (?:is|are) (.+) based\?": ("P159", "headquarters|based|home|is in"),
    r"Who wrote (.+)\?": ("P50", "wrote|written|author"),
    r"Who directed (.+)\?": ("P57", "direct"),
    r"Who composed (.+)\?": ("P86", "compos"),
    r"Who created (.+)\?": ("P170", "creat|paint"),
    r"Which company produced (.+)\?": ("P176", "produc|comes|come"),
    r"Which company developed (.+)\?": ("P178", "develop|product|comes|come"),
    r"In which country does (.+) lie\?": ("P17", "lie|located|found| in |cit"),
    r"In which continent does (.+) lie\?": ("P30", "lie|located|found|belong| in |countr"),
    r"Which country does (.+) border\?": ("P47", "border|neighbour"),
    r"Which language (?:do|does|did) (.+) speak\?": ("P1412", "sp[eo]k|know|knew|language|commun"),
    r"Which instrument (?:do|does|did) (.+) play\?": ("P1303", "play|instrument"),
    r"What (?:is|was) (.+)'s? profession\?": ("P106", "is|was|worked|became|known"),
}


def of_fact(question: str) -> tuple[str, str, str] | None:
    """Relation, subject and cue of a question about a fact's object."""
    for pattern, (relation, cue) in FACTS.items():
        if made := re.fullmatch(pattern, question):
            return relation, re.sub(r"^the ", "", made[1]), cue
    return None


def sentences_of(passage: str) -> list[str]:
    return re.split(r"(?<=[.!?]) ", passage)


def check_questions(found) -> None:
    asked, answering = set(), {split: set() for split in found}
    for split, part in found.items():
        for row in part:
            assert split_of(row.evidence) == split and row.evidence in row.passage
            assert (row.passage, row.question) not in asked
            asked.add((row.passage, row.question))
            answering[split].add(row.evidence)
            check_answer(row)
            if row.kind in ("fact", "other subject", "other relation"):
                check_fact(row)
            elif row.kind == "other participant":
                check_event(row)
        assert sum(not row.answer for row in part) == len(part) // 3
    for row in found["train"]:
        assert all(split_of(s) == "train" for s in sentences_of(row.passage) if '"' not in s)
    read = {row.passage for row in found["train"]}
    assert not [s for s in answering["test"] for passage in read if s in passage]


def check_answer(row) -> None:
    assert row.question.endswith("?")
    if not row.answer:
        assert (row.answer, row.start, row.span) == ("", -1, None)
        return
    assert row.passage[row.start : row.start + len(row.answer)] == row.answer
    plain = "".join(row.tokens[slice(*row.span)])
    assert plain.replace(" ", "") == row.answer.replace(" ", "")
    before = "".join(row.tokens[: row.span[1]]).replace(" ", "")
    assert row.passage.replace(" ", "").startswith(before)
    at = row.passage.index(row.evidence)
    assert at <= row.start and row.start + len(row.answer) <= at + len(row.evidence)


def check_fact(row) -> None:
    """The tables know the answer; where it isn't given, no sentence about it holds it."""
    found = of_fact(row.question)
    if found is None:  # asks for the subject
        assert re.match("Who was born in|Which country has|What did", row.question), row.question
        return
    relation, subject, cue = found
    objects = OBJECTS[relation, subject]
    if row.answer:
        assert row.answer in {re.sub("^the ", "", x) for x in objects} | objects, row
        return
    for sentence in sentences_of(row.passage):
        named = subject in sentence or not any(other in sentence for other in OTHERS[relation])
        told = [x for x in objects if re.search(rf"\b{re.escape(x)}\b", sentence)]
        assert not (named and told and re.search(cue, sentence) and subject in sentence), row


OTHERS = {relation: {s for r, s in OBJECTS if r == relation} for relation, _ in FACTS.values()}


def check_event(row) -> None:
    """Somebody or something that the question names has no part in the evidence."""
    inner = r" ?\b(because|although|though|when|while|if|after|before|until|that|who|which)\b[^,.]*"
    said = set(re.findall(r"\w+", re.sub(inner, "", row.evidence, flags=re.IGNORECASE).lower()))
    asked = set(re.findall(r"\w+", row.question.lower())) - FUNCTION
    assert [word for word in asked if word not in said and VERBS.get(word) not in lemmas(said)], row


FUNCTION = {"who", "what", "where", "did", "does", "do", "has", "had", "have", "a", "an", "the"}
FUNCTION |= {"to", "with", "for", "of", "in", "on", "about"}


def lemmas(words: set[str]) -> set[str]:
    return {VERBS[word] for word in words if word in VERBS}


@pytest.fixture(scope="module")
def asked():
    return span_qa(Sizes(180, 3, 6))


def test_answers_are_where_they_are_said_to_be(asked):
    check_questions(asked)


def test_questions_in_another_world():
    check_questions(span_qa(SMALL, seed=1))


def test_a_third_has_no_answer_and_half_are_facts(asked):
    for part in asked.values():
        check_balanced([r for r in part if r.answer], lambda row: row.kind)
    kinds = {row.kind for row in asked["train"]}
    assert kinds == {"fact", "event", "other subject", "other relation", "other participant"}


def test_questions_alone_tell_little(asked):
    train = asked["train"]  # test rows are dear: one sentence in twenty
    scores = baselines.of_questions({"train": train[:120], "test": train[120:]})
    assert scores.no_answer < 0.5
    assert scores.first_name < 0.5 and scores.nearest < 0.55
    assert scores.question_only < 0.8 and scores.overlap < 0.8


def test_the_guesser_reads_what_it_is_given():
    tokens = ["In", "1867", ",", "Anna", "Berg", "lost", "an", "old", "ring", "."]
    assert baselines.guessed("When was Anna born?", tokens, {"in"}) == "1867"
    assert baselines.guessed("Who lost an old ring?", tokens, {"in"}) == "anna berg"
    assert baselines.guessed("What did Anna Berg lose?", tokens, {"in"}) == "old ring"


def test_where_one_dies_is_asked_of_the_dead():
    ask = asking.Asking(0)
    dead = next(key for key in OBJECTS if key[0] == "P20")[1]
    assert ask.fits("P20", questions.Key("person", dead))
    assert not ask.fits("P20", questions.Key("person", "Nobody Known"))


# ----------------------------------------------------------------- relations, translation


@pytest.fixture(scope="module")
def edges():
    return edge_probing("relations", Sizes(240, 12, 60))


def test_relations_are_those_of_the_tables(edges):
    check_relations(edges)


def check_relations(found) -> None:
    check_edges(found, divided=True)
    for part in found.values():
        check_balanced(part, lambda row: row.label)
        for row in part:
            one, other = (" ".join(row.tokens[slice(*span)]) for span in (row.span1, row.span2))
            objects = OBJECTS.get((row.label, one.removeprefix("the ")), ())
            if row.label != "none":
                assert other.removeprefix("the ") in {x.removeprefix("the ") for x in objects}, row
            else:
                check_unrelated(row, one, other)


def check_unrelated(row, one: str, other: str) -> None:
    """What stands alone in one simple sentence is related: here something is in between."""
    rest = set(row.tokens) - set(one.split()) - set(other.split())
    assert [word for word in rest if word[0].isupper() and word not in ("The", "One", "In")], row


def test_relations_aren_t_read_off_names(edges):
    scores = baselines.of_edges(edges)
    assert scores.bag_of_words < 0.55 and scores.trigram < 0.9


@pytest.fixture(scope="module")
def translated():
    return translation(Sizes(240, 12, 40), longest=12)


def test_translation(translated):
    check_translation(translated, 4, 12)


def check_translation(found, shortest: int, longest: int) -> None:
    seen = set()
    for split, part in found.items():
        for row in part:
            assert split_of(" ".join(row.english)) == split
            assert shortest <= len(row.english) <= longest
            assert row.english not in seen
            seen.add(row.english)
            check_alignment(row)


def check_alignment(row) -> None:
    """Every pair is in both sentences, and names and numbers are aligned with themselves."""
    for i, j in row.alignment:
        assert 0 <= i < len(row.english) and 0 <= j < len(row.german)
    for i, word in enumerate(row.english):
        once = row.english.count(word) == row.german.count(word) == 1
        if once and i and word.isalpha() and word[0].isupper():
            assert (i, row.german.index(word)) in row.alignment, row
    aligned = {i for i, _ in row.alignment}
    assert len(aligned) >= 0.6 * len(row.english), row


def test_a_dictionary_translates_words_not_sentences(translated):
    scores = baselines.of_translation(translated)
    assert scores.exact < 0.25
    assert scores.neighbours < 0.6 < scores.words + 0.2


def test_word_by_word():
    made = [
        rows.Translation(("a", "red", "car"), ("ein", "rotes", "Auto"), ((0, 0), (1, 1), (2, 2)))
    ]
    dictionary = baselines.learnt(made)
    assert baselines.word_by_word(("red", "bus"), dictionary) == ["rotes", "bus"]


def test_bad_parameters_are_named():
    with pytest.raises(TaskError, match=r"sizes.train=0"):
        span_qa(Sizes(0, 1, 1))
    with pytest.raises(TaskError, match=r"longest=3 is not allowed: at least shortest=5"):
        translation(SMALL, shortest=5, longest=3)
    with pytest.raises(TaskError, match=r"shortest=0"):
        translation(SMALL, shortest=0)
    with pytest.raises(TaskError, match=r"part='relation'.*Did you mean 'relations'"):
        edge_probing("relation")


def test_rows_are_the_same_every_time():
    assert span_qa(TINY) == span_qa(TINY)


# ------------------------------------------------------------------ bugs that must show


def offsets_forget_the_blanks(monkeypatch):
    row = questions._row

    def shifted(passage, one):
        made = row(passage, one)
        return made._replace(start=made.start - bool(made.answer))

    monkeypatch.setattr(questions, "_row", shifted)
    check_questions(span_qa(TINY))


def nothing_is_ever_told(monkeypatch):
    monkeypatch.setattr(questions, "_is_open", lambda *_: True)
    check_questions(span_qa(Sizes(120, 3, 3)))


def anybody_could_be_asked_about(monkeypatch):
    monkeypatch.setattr(questions, "_could_be", lambda other, mine, present: other == mine)
    monkeypatch.setattr(questions.Events, "_unanswered", _same_again)
    check_questions(span_qa(TINY))


def _same_again(self, i, event, people):
    for slot in event.slots():
        question = asking.ask(event, slot, self._word)
        yield questions.Asked(question, i, None, "other participant", self._topic(event, slot))


def training_reads_the_test(monkeypatch):
    monkeypatch.setattr(source, "split_of", lambda text: "train")
    monkeypatch.setattr(questions, "_quota", lambda sizes: questions.Quota(TRAIN_ONLY))
    found = span_qa(TINY)
    check_questions(found | {"test": []})


TRAIN_ONLY = {("train", (kind, known)): 12 for kind in ("fact", "event") for known in (True, False)}


def relations_turn_round(monkeypatch):
    found = Sentence.relations.fget

    def turned(self):
        return tuple(
            relation.__class__(relation.object, relation.subject, relation.relation)
            for relation in found(self)
        )

    monkeypatch.setattr(Sentence, "relations", property(turned))
    check_relations(edge_probing("relations", Sizes(60, 12, 12)))


def names_of_the_test_are_known(monkeypatch):
    make, labels, _ = probing.PARTS["relations"]
    monkeypatch.setitem(probing.PARTS, "relations", (make, labels, False))
    check_relations(edge_probing("relations", Sizes(240, 12, 60)))


def everything_is_unrelated(monkeypatch):
    make = relations.relations

    def confused(sentence):
        for row in make(sentence):
            yield row._replace(label="none") if row.label == "P36" else row

    divided = probing.PARTS["relations"][2]
    monkeypatch.setitem(probing.PARTS, "relations", (confused, ("none", "P19"), divided))
    check_relations(edge_probing("relations", Sizes(60, 12, 12)))


def alignments_are_turned(monkeypatch):
    def turned(*names):
        return rows.Translation(*names[:2], tuple((j, i) for i, j in names[2]))

    monkeypatch.setattr(translations, "Translation", turned)
    check_translation(translation(SMALL), 4, 16)


def lengths_are_ignored(monkeypatch):
    rows_ = translations._rows
    monkeypatch.setattr(translations, "_rows", lambda seed, quota, _: rows_(seed, quota, range(99)))
    check_translation(translation(SMALL, longest=8), 4, 8)


@pytest.mark.parametrize(
    "bug",
    [
        offsets_forget_the_blanks,
        nothing_is_ever_told,
        anybody_could_be_asked_about,
        training_reads_the_test,
        relations_turn_round,
        names_of_the_test_are_known,
        everything_is_unrelated,
        alignments_are_turned,
        lengths_are_ignored,
    ],
)
def test_bugs_are_caught(bug, monkeypatch):
    with pytest.raises(AssertionError):
        bug(monkeypatch)

"""Paraphrase, similarity, two kinds of inference: labels are worked out again from the words."""

import re

import miniworld_pairs_checks as read
import pytest
from miniworld_tasks_checks import check_balanced

from helpers.miniworld.tasks import (
    Sizes,
    TaskError,
    baselines,
    nli,
    paired,
    paraphrase,
    paraphrases,
    reasoning,
    similarities,
    similarity,
    split_of,
    wording,
)
from helpers.miniworld.tasks.sayings import Sayings

SMALL = Sizes(280, 14, 28)
# Words by which relations of the same names are told apart.
CUES = (r"born|birth|began|came into", r"died|death|ended|lived", "capital")
CUES += (
    "diplomatic",
    r"wrote|written|author",
    r"direct",
    r"compos",
    r"develop",
    r"produc",
    r"own|belong|part",
)


def names(text: str) -> set[str]:
    """Names and years."""
    return set(re.findall(r"\b[A-ZÀ-Ž][\w-]+|\d{4}", text)) - {"The", "There", "One", "In"}


def of_facts(first: str, second: str) -> int:
    cues = [{cue for cue in CUES if re.search(cue, text)} for text in (first, second)]
    same = names(first) == names(second) and read.is_denied(first) == read.is_denied(second)
    return int(same and (cues[0] == cues[1]))


def of_words(first: str, second: str) -> int:
    (_, denied1, one), (_, denied2, other) = read.opinion(first), read.opinion(second)
    return int((denied1 == denied2) == (read.related(one, other) == "synonyms"))


def equal(reader):
    return lambda first, second: int(reader(first) == reader(second))


TRUTH = {kind: equal(read.meaning) for kind in ("voice", "cleft", "converse")}
TRUTH |= {"comparison": equal(read.compared), "order": equal(read.clauses), "words": of_words}


def check_pairs(found, cell) -> None:
    seen = {}
    for split, part in found.items():
        check_balanced(part, cell)
        for row in part:
            assert split_of(row[0]) == split_of(row[1]) == split, row
            assert row[0] != row[1]
            assert seen.setdefault(row[:2], split) == split
    assert len(seen) == sum(map(len, found.values()))


def check_paraphrase(found) -> None:
    check_pairs(found, lambda row: (row.kind, row.label))
    for row in (row for part in found.values() for row in part):
        if row.kind != "facts":
            assert TRUTH[row.kind](row.first, row.second) == row.label, row
        elif row.label:
            assert read.is_denied(row.first) == read.is_denied(row.second), row
        else:
            assert not of_facts(row.first, row.second), row


def check_similarity(found) -> None:
    check_pairs(found, lambda row: (row.kind, row.score))
    for row in (row for part in found.values() for row in part):
        one, two = read.meaning(row.first), read.meaning(row.second)
        points = 2 * (one[:2] == two[:2]) + sum(
            a == b for a, b in zip(one[2:], two[2:], strict=True)
        )
        assert points == row.score, row


def check_reasoning(found) -> None:
    for row in (row for part in found.values() for row in part):
        if row.kind in ("antonym", "passage"):
            truth = read.opposed if row.kind == "antonym" else read.follows
            assert truth(row.premise, row.hypothesis) == row.label, row


@pytest.fixture(scope="module")
def said():
    return paraphrase(Sizes(840, 14, 140))


@pytest.fixture(scope="module")
def graded():
    return similarity(Sizes(720, 12, 120))


def test_paraphrases_mean_the_same(said):
    check_paraphrase(said)
    check_paraphrase(paraphrase(SMALL, seed=1))


def test_no_shortcut_finds_paraphrases(said):
    scores = baselines.of_two_sentences(said)
    assert scores.second_only < 0.63 and scores.bag_of_words < 0.63
    assert scores.overlap < 0.66


def test_the_facts_of_paraphrases_are_what_the_tables_say():
    writer = paraphrases.Facts("facts", 0)
    for _ in range(200):
        if writer.premise(1) is not None:
            known, _ = writer.said
            assert known.fact.relation in paraphrases.EQUIVALENT


def test_scores_count_what_is_shared(graded):
    check_similarity(graded)
    check_similarity(similarity(Sizes(120, 12, 12), seed=1))


def test_words_tell_only_a_part_of_the_score(graded):
    scores = baselines.of_similarity(graded)
    assert 0.4 < scores.overlap < 0.75
    assert scores.bag_of_words < 0.85


def test_every_score_can_be_made():
    assert similarities.SCORES == (0, 1, 2, 3, 4, 5)
    for score in (1, 2, 3):  # at which the same words may stand
        assert any("exchanged" in shared for shared in similarities.SHARED[score])


def test_opposites_and_passages():
    check_reasoning(nli(Sizes(360, 18, 36)))


def test_pairs_are_the_same_every_time():
    assert paraphrase(SMALL) == paraphrase(SMALL)
    assert similarity(Sizes(120, 12, 12)) == similarity(Sizes(120, 12, 12))


def test_bad_sizes_are_named():
    for task in (paraphrase, similarity):
        with pytest.raises(TaskError, match=r"sizes.test=0"):
            task(Sizes(10, 10, 0))


def test_a_task_that_cant_be_filled_ends(monkeypatch):
    monkeypatch.setattr(paired, "PATIENCE", 50)
    monkeypatch.setattr(paired, "in_split", lambda *_: None)
    with pytest.raises(TaskError, match="too few different sentences"):
        paraphrase(SMALL)


# ------------------------------------------------------------------ bugs that must show


def roles_stay(monkeypatch):
    monkeypatch.setattr(wording.Event, "_replace", lambda self, **_: self)
    check_paraphrase(paraphrase(SMALL))


def the_split_sentence_swaps(monkeypatch):
    split = wording.Speaker.split

    def swapped(self, event):
        return split(self, event._replace(doer=event.undergoer, undergoer=event.doer))

    monkeypatch.setattr(wording.Speaker, "split", swapped)
    check_paraphrase(paraphrase(SMALL))


def receivers_give(monkeypatch):
    taken = wording.Speaker.taken

    def swapped(self, event):
        return taken(self, event._replace(giver=event.receiver, receiver=event.giver))

    monkeypatch.setattr(wording.Speaker, "taken", swapped)
    check_similarity(similarity(Sizes(120, 12, 12)))


def buyers_borrow(monkeypatch):
    monkeypatch.setattr(wording, "TRANSFERS", {"give": "receive", "sell": "borrow", "lend": "buy"})
    check_paraphrase(paraphrase(SMALL))


def older_is_younger(monkeypatch):
    monkeypatch.setattr(wording, "CONVERSES", {"old": "strong", "strong": "old", "fast": "slow"})
    check_paraphrase(paraphrase(SMALL))


def complements_are_synonyms(monkeypatch):
    monkeypatch.setattr(paraphrases, "SYNONYMS", paraphrases.COMPLEMENTS)
    monkeypatch.setattr(paraphrases, "COMPLEMENTS", ())
    check_paraphrase(paraphrase(SMALL))


def denial_is_lost(monkeypatch):
    say = Sayings.say
    monkeypatch.setattr(Sayings, "say", lambda self, known, denied=False: say(self, known))
    check_paraphrase(paraphrase(SMALL))


def denial_counts_nothing(monkeypatch):
    monkeypatch.setitem(similarities.EVENTS, "denied", 2)
    shared = {score: list(found) for score, found in similarities.SHARED.items()}
    shared[2].append(("denied", "others", "other"))
    monkeypatch.setattr(similarities, "SHARED", shared)
    check_similarity(similarity(Sizes(600, 12, 12)))


def pairs_of_any_split(monkeypatch):
    monkeypatch.setattr(paired, "in_split", lambda make, split, *unlike: make())
    check_similarity(similarity(Sizes(120, 12, 12)))


def neither_is_the_opposite(monkeypatch):
    monkeypatch.setitem(reasoning.DECIDED, ("entailment", False), (("contraries", True),))
    check_reasoning(nli(Sizes(360, 18, 18)))


def some_are_all(monkeypatch):
    members = reasoning.Passages._members

    def wrong(self, label, denied):
        return members(self, "neutral" if label == "entailment" else label, denied)

    monkeypatch.setattr(reasoning.Passages, "_members", wrong)
    check_reasoning(nli(Sizes(360, 18, 18)))


def chains_turn_round(monkeypatch):
    order = reasoning.Passages._order

    def wrong(self, label, denied):
        turned = {"entailment": "contradiction", "contradiction": "entailment"}
        return order(self, turned.get(label, label), denied)

    monkeypatch.setattr(reasoning.Passages, "_order", wrong)
    check_reasoning(nli(Sizes(360, 18, 18)))


@pytest.mark.parametrize(
    "bug",
    [
        roles_stay,
        the_split_sentence_swaps,
        receivers_give,
        buyers_borrow,
        older_is_younger,
        complements_are_synonyms,
        denial_is_lost,
        denial_counts_nothing,
        pairs_of_any_split,
        neither_is_the_opposite,
        some_are_all,
        chains_turn_round,
    ],
)
def test_bugs_are_caught(bug, monkeypatch):
    with pytest.raises(AssertionError):
        bug(monkeypatch)

"""Inference, bias and domain shift: labels are worked out again from the sentences alone."""

import re

import pytest
from miniworld_tasks_checks import OBJECTS, check_balanced

from helpers.miniworld import documents
from helpers.miniworld.documents.cast import Names
from helpers.miniworld.documents.facts import known_facts
from helpers.miniworld.tasks import (
    Sizes,
    TaskError,
    association,
    baselines,
    bias,
    domain_shift,
    inference,
    nli,
    paired,
    split_of,
)
from helpers.miniworld.tasks.sayings import FUNCTIONAL, Sayings

SMALL = Sizes(360, 12, 24)
SLEEPERS = 5  # people in a small world, of whom 0 to 5 sleep
HOLDS = {
    "all": lambda n: n == SLEEPERS,
    "each": lambda n: n == SLEEPERS,
    "most": lambda n: n > SLEEPERS / 2,
    "many": lambda n: n > 1,
    "some": lambda n: n > 0,
    "none": lambda n: n == 0,
}


def is_denied(text: str) -> bool:
    return bool(re.search(r"\bnot\b|n't\b", text))


def of_quantity(premise: str, hypothesis: str) -> str:
    """By all worlds of a few people."""
    one, two = premise.rstrip(".").split(), hypothesis.rstrip(".").split()
    if one[-1] != two[-1]:
        return "neutral"
    first, second = HOLDS[one[0].lower()], HOLDS[two[0].lower()]
    worlds = [second(n) for n in range(SLEEPERS + 1) if first(n)]
    return "entailment" if all(worlds) else "neutral" if any(worlds) else "contradiction"


def roles(text: str) -> tuple[str, str]:
    """Who does it and to whom."""
    found = text.rstrip(".").split()
    pair = found[1], found[-1]
    return pair[::-1] if " by the " in text else pair


def of_voice(premise: str, hypothesis: str) -> str:
    if roles(premise) != roles(hypothesis):
        return "neutral"
    return "entailment" if is_denied(premise) == is_denied(hypothesis) else "contradiction"


def of_conjunction(premise: str, hypothesis: str) -> str:
    if ", or " in premise:
        return "neutral"
    subject = re.match(r"The \w+|\w+", hypothesis)[0].lower()
    parts = re.split(r", (?:and|but) ", premise.lower())
    (part,) = (part for part in parts if re.match(rf"{subject}\b", part))
    return "entailment" if is_denied(part) == is_denied(hypothesis) else "contradiction"


BY_SUBJECT: dict[str, list] = {}
for _known in known_facts():
    if _known.fact.relation in FUNCTIONAL:
        BY_SUBJECT.setdefault(_known.fact.subject, []).append(_known.fact)


def of_facts(premise: str, hypothesis: str) -> str | None:
    """By the tables, where premise and hypothesis name the subject and the true object."""
    found = [f for name, facts in BY_SUBJECT.items() if name in hypothesis for f in facts]
    about = max((f.subject for f in found), key=len, default="")
    said = [f for f in found if f.subject == about and f.object in premise.replace(about, "")]
    if not said:
        return None
    right = any(fact.object in hypothesis.replace(about, "") for fact in said)
    return "entailment" if right != is_denied(hypothesis) else "contradiction"


TRUTH = {"quantity": of_quantity, "voice": of_voice, "conjunction": of_conjunction}


def check_inference(found) -> None:
    judged = 0
    for split, part in found.items():
        check_balanced(part, lambda row: (row.kind, row.label))
        for row in part:
            assert split_of(row.premise) == split_of(row.hypothesis) == split, row
            assert row.premise != row.hypothesis
            if row.kind in TRUTH:
                assert TRUTH[row.kind](row.premise, row.hypothesis) == row.label, row
            elif row.label != "neutral":
                label = of_facts(row.premise, row.hypothesis)
                judged += label is not None
                assert label in (None, row.label), row
    of_tables = [r for part in found.values() for r in part if r.kind == "facts"]
    assert judged > len(of_tables) / 2


@pytest.fixture(scope="module")
def rows():
    return nli(Sizes(1200, 12, 120))


def test_labels_are_what_follows(rows):
    check_inference(rows)


def test_half_of_every_labels_hypotheses_are_denied(rows):
    for label in inference.LABELS:
        found = [r for r in rows["train"] if r.label == label and r.kind != "quantity"]
        assert 0.4 < sum(is_denied(r.hypothesis) for r in found) / len(found) < 0.6


def test_no_shortcut_solves_it(rows):
    scores = baselines.of_two_sentences(rows)
    assert scores.majority < 0.34
    assert scores.second_only < 0.45
    assert scores.overlap < 0.6
    assert scores.bag_of_words < 0.7


def test_a_wrong_object_is_wrong():
    sayings = Sayings("test")
    for known in sayings.facts[::20]:
        wrong = sayings.wrong(known)
        assert wrong.fact.object not in OBJECTS[known.fact[:2]]
        assert wrong.fact[:2] == known.fact[:2] and wrong.object.kind == known.object.kind


@pytest.mark.parametrize("strength", [0.0, 0.3, 0.8, 1.0])
def test_the_planted_bias_is_recovered(strength):
    check_bias(strength)


def check_bias(strength: float) -> None:
    found = bias(4000, strength)
    assert association(found) == pytest.approx(strength, abs=0.06)
    for row in found:
        assert row.name in row.text and row.job in row.text
    sides = {row.name: row.name_side for row in found}
    assert set(sides.values()) == {0, 1}


def test_bias_says_what_is_wrong():
    with pytest.raises(TaskError, match=r"strength=2"):
        bias(10, 2)
    with pytest.raises(TaskError, match=r"n=0"):
        bias(0)


def test_domains_shift():
    found = domain_shift("gadgets", 40)
    assert [len(part) for part in found.values()] == [40, 200, 400, 400]
    assert {row.domain for row in found["test"]} == {"gadgets"}
    assert {row.domain for row in found["shifted"]} == {"films"}
    with pytest.raises(TaskError, match=r"learnt='film'.*Did you mean 'films'"):
        domain_shift("film")


def test_relations_are_facts_between_named_entities():
    found = [s for d in documents(20_000) for s in d.sentences]
    for s in found:
        for relation in s.relations:
            assert relation.object.id in OBJECTS[relation.relation, relation.subject.id]
            for span in (relation.subject, relation.object):
                assert span.id.split()[-1] in " ".join(s.words[span.start : span.end])
    assert sum(len(s.relations) for s in found) > 100


# ------------------------------------------------------------------ bugs that must show


def denial_is_forgotten(monkeypatch):
    say = Sayings.say
    monkeypatch.setattr(Sayings, "say", lambda self, known, denied=False: say(self, known))
    check_inference(nli(SMALL))


def wrong_objects_are_right(monkeypatch):
    monkeypatch.setattr(Sayings, "wrong", lambda self, known: known)
    check_inference(nli(SMALL))


def voices_swap_roles(monkeypatch):
    voiced = inference.Voices.voiced

    def swapped(self, clause):
        return voiced(self, clause._replace(subject=clause.object, object=clause.subject))

    monkeypatch.setattr(inference.Voices, "hypothesis", lambda self: swapped(self, self.clause))
    check_inference(nli(SMALL))


def or_is_and(monkeypatch):
    event = inference.Conjunctions.event
    monkeypatch.setattr(inference.Conjunctions, "form", lambda self, denied: inference.Form("past"))
    monkeypatch.setattr(inference.Conjunctions, "event", event)
    check_inference(nli(SMALL))


def some_entails_all(monkeypatch):
    monkeypatch.setitem(inference.PREMISES, ("all", "entailment"), ("some", "most"))
    check_inference(nli(SMALL))


def hypotheses_of_any_split(monkeypatch):
    monkeypatch.setattr(paired, "in_split", lambda make, split, *unlike: make())
    check_inference(nli(SMALL))


def names_tell_nothing(monkeypatch):
    monkeypatch.setattr(Names, "job", lambda self, choices, _: choices.weighted(self.jobs))
    check_bias(0.8)


def names_tell_all(monkeypatch):
    def job(self, choices, person):
        return choices.weighted(self.leaning[self.side[person.words[0]]])

    monkeypatch.setattr(Names, "job", job)
    check_bias(0.3)


@pytest.mark.parametrize(
    "bug",
    [
        denial_is_forgotten,
        wrong_objects_are_right,
        voices_swap_roles,
        or_is_and,
        some_entails_all,
        hypotheses_of_any_split,
        names_tell_nothing,
        names_tell_all,
    ],
)
def test_bugs_are_caught(bug, monkeypatch):
    with pytest.raises(AssertionError):
        bug(monkeypatch)

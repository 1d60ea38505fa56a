"""The encyclopedia says only what the tables hold, as often as its law says, and is clear."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import pytest

from helpers.miniworld.annotate import annotated
from helpers.miniworld.choice import Choices
from helpers.miniworld.documents import encyclopedia
from helpers.miniworld.documents.discourse import Discourse
from helpers.miniworld.documents.draft import Draft
from helpers.miniworld.documents.exposure import HELD_OUT, Exposure
from helpers.miniworld.documents.facts import known_facts, lecture_facts
from helpers.miniworld.documents.law import inclusion, systematic, zipf_weights
from helpers.miniworld.documents.relations import Relations
from helpers.miniworld.english import text
from helpers.miniworld.terms import Fact, Pronoun, Statement
from helpers.miniworld.world import World

N_ENTRIES = 2000
SEED = 0
# Relations with many facts; they have more constructions than the others.
FREQUENT = {"P17", "P106", "P1412", "P27", "P19", "P20", "P47", "P36", "P37", "P38", "P30", "P50"}
WINDOW = 2


@cache
def a_world(seed: int = SEED) -> World:
    return World(seed)


def entries(n: int, key: str = "test") -> Iterator[Draft]:
    for i in range(n):
        yield encyclopedia.write(a_world(), Choices(key, i))


@cache
def some_entries() -> tuple[Draft, ...]:
    return tuple(entries(N_ENTRIES))


def facts_of(term) -> Iterator[Fact]:
    """All facts that a term carries, wherever they stand in it."""
    if isinstance(term, Fact):
        yield term
    elif isinstance(term, tuple):
        for part in term:
            yield from facts_of(part)


def stated(drafts) -> Counter:
    return Counter(f for draft in drafts for said in draft.sentences for f in facts_of(said.term))


# ------------------------------------------------------------------------- what is said


def test_every_stated_fact_is_in_the_tables():
    known = {item.fact for item in known_facts()}
    counts = stated(some_entries())
    assert len(counts) > 2000
    assert not set(counts) - known


def test_what_a_sentence_states_is_what_it_says():
    """Names: the sentence that carries a fact has both sides, by name or by what points back."""
    entity_kinds = {"country", "city", "person", "organisation", "work", "product", "language"}
    known = {item.fact: item for item in known_facts()}
    words = a_world().part(Relations).grammar.words
    checked = 0
    for draft in some_entries()[:500]:
        for said in draft.sentences:
            sentence = annotated(said.term)
            for fact in sentence.facts:
                sides = (known[fact].subject, known[fact].object)
                names = [words.entity(side).name for side in sides if side.kind in entity_kinds]
                pointing = sum(m.kind != "name" for m in sentence.mentions)
                adjectives = {name: a.lemma for name, a in words.nationalities.items()}
                missing = sum(
                    name.split(" , ")[0] not in sentence.text
                    and adjectives.get(name, name) not in sentence.text
                    for name in names
                )
                assert missing <= pointing, (fact, sentence.text)
                checked += len(names)
    assert checked > 2000


def test_held_out_facts_are_never_stated():
    law = a_world().part(Exposure)
    share = len(law.held_out) / len(known_facts())
    assert HELD_OUT - 0.015 < share < HELD_OUT + 0.015
    assert not law.held_out & set(stated(some_entries()))
    assert all(law.per_entry[fact] == 0 for fact in law.held_out)


def test_held_out_borders_are_held_out_from_both_sides():
    held_out = a_world().part(Exposure).held_out
    borders = [fact for fact in held_out if fact.relation == "P47"]
    assert borders
    assert all(Fact("P47", fact.object, fact.subject) in held_out for fact in borders)


def test_the_lectures_rows_are_said():
    assert len(lecture_facts()) == 33
    expected = a_world().part(Exposure).per_entry
    assert [fact for fact in lecture_facts() if not expected[fact] > 0] == []


# -------------------------------------------------------------------------- how often


def test_systematic_sampling_keeps_its_probabilities():
    probabilities = inclusion(zipf_weights(17), 6)
    table = systematic(probabilities)
    assert {len(taken) for taken in table.items} == {6}
    bounds = [0, *table.bounds]
    lengths = [(high - low) / table.total for low, high in pairwise(bounds)]
    for position, p in enumerate(probabilities):
        found = sum(x for taken, x in zip(table.items, lengths, strict=True) if position in taken)
        assert found == pytest.approx(p, abs=1e-6)


def test_inclusion_rejects_a_sample_larger_than_its_population():
    with pytest.raises(ValueError, match="n=4"):
        inclusion([1.0, 1.0, 1.0], 4)


def test_exposure_follows_the_law():
    """Mentions in 8,000 entries against the closed form, fact by fact and in all."""
    n = 8000
    counts = stated(entries(n, "exposure"))
    expected = {f: p * n for f, p in a_world().part(Exposure).per_entry.items() if p * n >= 20}
    assert len(expected) > 150
    scores = [(counts[fact] - mean) / mean**0.5 for fact, mean in expected.items()]
    assert max(map(abs, scores)) < 5
    assert 0.6 < sum(z * z for z in scores) / len(scores) < 1.4
    total = sum(a_world().part(Exposure).per_entry.values()) * n
    assert sum(counts.values()) == pytest.approx(total, rel=0.02)


def test_expected_mentions_are_known_for_facts_only():
    law = a_world().part(Exposure)
    fact = max(law.per_entry, key=law.per_entry.__getitem__)
    assert law.expected(fact, 100) == pytest.approx(100 * law.per_entry[fact])
    with pytest.raises(ValueError, match="Atlantis"):
        law.expected(Fact("P36", "France", "Atlantis"), 1)


def test_another_seed_ranks_otherwise():
    first = a_world(0).part(Exposure)
    second = a_world(1).part(Exposure)
    assert first.topics["country"].items != second.topics["country"].items
    assert set(first.topics["country"].items) != set() != second.held_out - first.held_out


# ---------------------------------------------------------------------- how it is said


def test_entries_have_four_to_twelve_sentences_and_start_anywhere():
    drafts = some_entries()
    assert all(4 <= len(draft.sentences) <= 13 for draft in drafts)
    starts = Counter(
        next(facts_of(draft.sentences[0].term)).relation
        for draft in drafts
        if any(facts_of(draft.sentences[0].term))
    )
    assert len(starts) > 30
    assert max(starts.values()) < 0.2 * len(drafts)


def test_same_key_same_entry():
    once, again = (encyclopedia.write(World(SEED), Choices("same", 5)) for _ in range(2))
    assert [text(a.term) for a in once.sentences] == [text(b.term) for b in again.sentences]


def ambiguous(drafts) -> list[str]:
    """Sentences with a pronoun that could mean somebody or something else.

    A person is meant who is the only one of that gender in the sentence so far and the two before;
    a thing that is the only one of its number among the subjects there, or this sentence's own.
    """
    found = []
    for draft in drafts:
        sentences = [annotated(said.term) for said in draft.sentences]
        for i, sentence in enumerate(sentences):
            for mention in sentence.mentions:
                if mention.kind != "pronoun" or not mention.referent:
                    continue
                before = [m for m in sentence.mentions if m.end <= mention.start]
                context = [(s, m) for s in sentences[max(0, i - WINDOW) : i] for m in s.mentions]
                context += [(sentence, m) for m in before]
                if not _is_clear(mention, sentence, context, draft):
                    form = sentence.tokens[mention.start].form
                    found.append(
                        f"{form}: "
                        + " ".join(s.text for s in sentences[max(0, i - WINDOW) : i + 1])
                    )
    return found


def _is_clear(mention, sentence, context, draft) -> bool:
    who = _referents(draft)
    meant = who[mention.referent]
    antecedents = {m.referent for _, m in context if m.referent in who}
    if mention.referent not in antecedents:
        return False
    like = {
        r
        for r in antecedents
        if (who[r].number, who[r].animate) == (meant.number, meant.animate)
        and (not meant.animate or who[r].gender == meant.gender)
    }
    if meant.animate:
        return like == {mention.referent}
    own = {m.referent for s, m in context if s is sentence and _is_subject(s, m)}
    if mention.referent in own:
        return True
    subjects = {m.referent for s, m in context if _is_subject(s, m)}
    return like & subjects == {mention.referent}


def _is_subject(sentence, mention) -> bool:
    inside = range(mention.start, mention.end)
    heads = [i for i in inside if sentence.tokens[i].head not in inside]
    if any(sentence.tokens[i].relation.startswith("nsubj") for i in heads):
        return True
    # *The capital of France is Paris*: what the subject is said to be.
    cops = {token.head for token in sentence.tokens if token.relation == "cop"}
    places = {token.head for token in sentence.tokens if token.relation == "case"}
    equated = [i for i in heads if not sentence.tokens[i].relation.startswith("acl")]
    return mention.kind == "name" and not (cops - places).isdisjoint(equated)


def _referents(draft) -> dict:
    found = {}

    def walk(term):
        referent = getattr(term, "referent", None)
        if referent is not None and referent.id:
            found[referent.id] = referent
        if isinstance(term, tuple):
            for part in term:
                walk(part)

    for said in draft.sentences:
        walk(said.term)
    return found


def test_pronouns_have_one_antecedent():
    drafts = some_entries()[:600]
    pronouns = sum(
        m.kind == "pronoun" for d in drafts for s in d.sentences for m in annotated(s.term).mentions
    )
    assert pronouns > 600
    unclear = ambiguous(drafts)
    assert not unclear, unclear[:30]


@pytest.mark.parametrize("rule", ["_people_like", "_subjects_like"])
def test_ambiguous_pronouns_are_noticed(monkeypatch, rule):
    monkeypatch.setattr(Discourse, rule, lambda self, key: False)
    assert ambiguous(entries(300, "careless"))


def test_pronouns_agree_with_the_gender_in_the_table():
    words = a_world().part(Relations).grammar.words
    for draft in some_entries()[:300]:
        for said in draft.sentences:
            for pronoun in _pronouns(said.term):
                entity = pronoun.referent.entity
                if entity is not None:
                    assert pronoun.referent.gender == entity.gender
                    assert pronoun.referent.number == entity.number
    assert words.dead


def _pronouns(term) -> Iterator[Pronoun]:
    if isinstance(term, Pronoun):
        yield term
    elif isinstance(term, tuple):
        for part in term:
            yield from _pronouns(part)


def shapes(relation: str, n: int = 40) -> set[str]:
    """Delexicalised trees of one relation's facts, each said alone, in the past or the present."""
    relations = a_world().part(Relations)
    facts = [known for known in known_facts() if known.fact.relation == relation]
    found = set()
    for i in range(n):
        choices = Choices("shapes", relation, i)
        known = choices.pick(facts)
        d = Discourse(relations.grammar.words, choices)
        found.add(annotated(Statement(relations.state(d, known))).delexicalised())
    return found


@pytest.mark.parametrize("relation", sorted({known.fact.relation for known in known_facts()}))
def test_constructions_of_each_relation(relation):
    n_shapes = len(shapes(relation))
    least = 6 if relation in FREQUENT else 3
    assert n_shapes >= least


def test_all_facts_can_be_said():
    relations = a_world().part(Relations)
    for i, known in enumerate(known_facts()):
        d = Discourse(relations.grammar.words, Choices("all", i))
        term = Statement(relations.state(d, known))
        assert list(facts_of(term)) == [known.fact]
        assert text(term).endswith(".")

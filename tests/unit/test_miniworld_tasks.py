"""The mini-world's tasks: what must hold of their rows, and bugs that must show."""

import math
import random
import re
from collections import Counter
from itertools import islice

import miniworld_tasks_checks as checks
import pytest
from miniworld_words import Maker

from helpers.miniworld import card, documents, statistics, text
from helpers.miniworld.annotate import annotated
from helpers.miniworld.documents.facts import known_facts
from helpers.miniworld.gold import Sentence, Span
from helpers.miniworld.tasks import (
    Sizes,
    TaskError,
    acceptability,
    agreement,
    agreement_pairs,
    baselines,
    cloze,
    edge_probing,
    judgements,
    lama,
    lecture,
    opinions,
    phenomena,
    probing,
    rows,
    sentiment,
    source,
    split_of,
    splits,
    tagging,
    tags,
    without_test,
)
from helpers.miniworld.tasks.material import Kit
from helpers.miniworld.tasks.opinions import _Writer, lexis, opinion_words, unseen_families
from helpers.miniworld.terms import Fact

SMALL = Sizes(240, 48, 72)


def gold(seed: int, quota=None):
    """Random sentences with gold, without end: no genre is needed to test a task."""
    kit, maker = Kit("gold", seed), Maker(random.Random(seed).choice)
    while True:
        for make in phenomena.PHENOMENA.values():
            yield annotated(make(kit).term)
        yield annotated(maker.sentence(2))


@pytest.fixture
def written(monkeypatch):
    """Tasks on running text read the sentences above."""
    monkeypatch.setattr(source, "sentences", gold)
    monkeypatch.setattr(source, "facts", lambda *_: iter([known_facts()[0].fact] * 3))
    cloze.exposures.cache_clear()
    yield
    cloze.exposures.cache_clear()


@pytest.fixture
def fresh_lexis():
    """The division of the opinion words is kept: a test that changes it starts and ends anew."""
    for cached in (lexis, unseen_families, opinion_words):
        cached.cache_clear()
    yield
    for cached in (lexis, unseen_families, opinion_words):
        cached.cache_clear()


# ---------------------------------------------------------------------------- splits


def test_a_sentence_has_one_split_however_it_is_written():
    same = ["It isn't late.", "It is n't late .", "it ISN'T late"]
    assert len({split_of(text) for text in same}) == 1
    shares = [split_of(f"sentence {n}") for n in range(20_000)]
    assert 0.04 < shares.count("test") / 20_000 < 0.06
    assert 0.04 < shares.count("dev") / 20_000 < 0.06


def test_the_hash_is_the_same_on_every_machine():
    assert splits.digest("the plot is brilliant") == 11161810668105569838


def test_text_for_pretraining_leaves_out_every_tests_sentences():
    found = sentiment("films", 40)
    documents = [[row.text for row in rows] for rows in found.values()]
    left = {text for sentences in without_test(documents) for text in sentences}
    check_left_out(left, found)


def check_left_out(left: set[str], found) -> None:
    assert not left & {row.text for row in found["test"] + found["unseen"]}
    assert left == {row.text for row in found["train"] + found["dev"]}


def test_too_small_a_world_is_an_error_that_says_what_is_missing():
    few = (rows.Pair(f"sentence {n}", f"no {n}", "article") for n in range(100))
    with pytest.raises(TaskError, match=r"too few different sentences.*train article"):
        splits.gather(
            few, lambda p: p.good, lambda p: "article", splits.Quota({("train", "article"): 200})
        )


# -------------------------------------------------------------------------- sentiment


@pytest.mark.parametrize("domain", ["films", "gadgets"])
@pytest.mark.parametrize("seed", [0, 1])
def test_sentiment(domain, seed):
    check_sentiment(sentiment(domain, 200, seed))


def check_sentiment(found):
    assert [len(x) for x in found.values()] == [200, 200, 400, 400]
    checks.check_splits(found, lambda row: row.text)
    checks.check_unseen(found)
    for part in found.values():
        for row in part:
            checks.check_opinion(row)
        checks.check_balanced(part, lambda row: row.label)
        for phenomenon in ("plain", "negation", "contrast"):
            of_one = [row for row in part if row.phenomenon == phenomenon]
            assert len(of_one) > len(part) / 4
            checks.check_balanced(of_one, lambda row: row.label)


def test_few_labels_are_few():
    assert len(sentiment("gadgets", 10)["train"]) == 10


# ---------------------------------------------------------------------- minimal pairs


@pytest.fixture(scope="module")
def pairs():
    return acceptability(Sizes(2400, 240, 480))


def test_acceptability(pairs):
    check_acceptability(pairs)
    checks.check_words_balanced(pairs["train"])


def check_acceptability(found):
    checks.check_splits(found, lambda pair: pair.good)
    bad = {split: {splits.normalised(p.bad) for p in part} for split, part in found.items()}
    assert not bad["train"] & (bad["dev"] | bad["test"])
    for part in found.values():
        checks.check_balanced(part, lambda pair: pair.phenomenon)
        for pair in part:
            checks.check_pair(pair)


def test_every_phenomenon_has_a_rule():
    assert checks.RULES.keys() == phenomena.PHENOMENA.keys()


def test_good_sentences_are_never_bad_ones(pairs):
    good = {splits.normalised(p.good) for part in pairs.values() for p in part}
    words_apart = {p.bad for p in pairs["test"] if p.phenomenon[:5] != "order"}
    assert not {splits.normalised(text) for text in words_apart} & good


def test_judgements_are_balanced(pairs):
    judged = judgements(pairs["dev"])
    assert len(judged) == 2 * len(pairs["dev"])
    checks.check_balanced(judged, lambda row: row.label)


def test_agreement():
    check_agreement(agreement_pairs(SMALL))


def check_agreement(found):
    checks.check_splits(found, lambda row: row.good)
    for part in found.values():
        checks.check_balanced(part, lambda row: (row.construction, row.number, row.attractors))
        for row in part:
            checks.check_agreement_row(row)


@pytest.fixture(scope="module")
def said() -> Counter:
    """How often a world's text of 400,000 tokens says each word."""
    sentences = (sentence for document in text(400_000, seed=1) for sentence in document)
    return Counter(word.lower() for s in sentences for word in re.findall(r"[\w-]+", s))


def test_pairs_hold_what_the_world_says_in_both_numbers(said):
    """Nothing can be learnt of a word that isn't in the text."""
    for row in agreement_pairs(SMALL, seed=1)["test"]:
        words = {w.lower() for w in (*row.tokens, row.wrong) if w.isalpha()}
        assert not {w for w in words if said[w] < 2}, row.good
    asked = [
        re.findall(r"[a-z-]+", pair.good.lower().replace("n't", ""))
        for pair in acceptability(SMALL, seed=1)["test"]
    ]
    known = [all(said[word] for word in words) for words in asked]
    assert sum(known) / len(known) > 0.8


def test_a_world_asks_for_its_own_words():
    people = [{n.lemma for n in Kit("people", seed=seed).stock.people} for seed in (0, 1)]
    assert people[0] != people[1]


@pytest.mark.parametrize("relation", sorted(cloze.templates()))
def test_the_words_of_the_templates_are_in_the_text(relation, many):
    words = cloze.templates()[relation].replace("[X]", "").replace("[Y]", "")
    assert not [w for w in words.lower().split() if w.isalpha() and not many[w]]


@pytest.fixture(scope="module")
def many() -> Counter:
    """How often 1 M tokens say each word."""
    sentences = (sentence for document in text(1_000_000) for sentence in document)
    return Counter(word for s in sentences for word in re.findall(r"[a-z]+", s.lower()))


def test_bad_parameters_are_named():
    with pytest.raises(TaskError, match=r"domain='film' is not allowed.*Did you mean 'films'"):
        sentiment("film")
    with pytest.raises(TaskError, match=r"n_labels=7 is not allowed: an even number"):
        sentiment("films", 7)
    with pytest.raises(TaskError, match=r"phenomena='artikle'.*Did you mean 'article'"):
        acceptability(phenomena=["artikle"])
    with pytest.raises(TaskError, match=r"sizes.dev=0"):
        agreement_pairs(Sizes(10, 0, 10))
    with pytest.raises(TaskError, match=r"part='entity'.*Did you mean 'entities'"):
        edge_probing("entity")
    with pytest.raises(TaskError, match=r"relations='P99'"):
        lama(relations=["P99"])
    with pytest.raises(TaskError, match=r"n_tokens=0"):
        lama(0)


# -------------------------------------------------------------- tags, edges, queries


def test_tagging(written):
    found = tagging(Sizes(100, 10, 20))
    checks.check_splits(found, lambda row: " ".join(row.tokens))
    for part in found.values():
        for row in part:
            assert len(row.tokens) == len(row.upos) == len(row.xpos) == len(row.entities)


def test_bio_tags_the_outer_entity():
    check_bio()


def check_bio():
    base = annotated(next(islice(gold(0), 5, None)).term)
    inner, outer = Span(1, 2, "LOC", "Rome"), Span(0, 3, "ORG", "University of Rome")
    sentence = Sentence(base.text, base.tokens[:4], base.tree, (outer, inner))
    assert tags.bio(sentence) == ("B-ORG", "I-ORG", "I-ORG", "O")


@pytest.mark.parametrize(
    ("part", "labels"),
    [
        ("pos", ("ADJ", "NOUN", "VERB", "PROPN")),
        ("constituents", ("NP", "PP", "VP", "SBAR")),
        ("dependencies", ("nsubj", "obj", "obl", "amod")),
    ],
)
def test_edge_probing(written, monkeypatch, part, labels):
    make, _, divided = probing.PARTS[part]
    monkeypatch.setitem(probing.PARTS, part, (make, labels, divided))
    check_edges(part, labels)


def check_edges(part, labels):
    found = edge_probing(part, SMALL)
    checks.check_edges(found, probing.PARTS[part][2])
    for split, part_ in found.items():
        checks.check_balanced(part_, lambda row: row.label)
        assert {row.label for row in part_} == set(labels)
        assert all(split_of(" ".join(row.tokens)) == split for row in part_)


def test_edges_are_the_gold_ones():
    sentence = annotated(next(gold(3)).term)
    assert [row.label for row in probing.pos(sentence)] == [t.upos for t in sentence.tokens]
    for row in probing.dependencies(sentence):
        token = sentence.tokens[row.span1[0]]
        assert (row.span2[0], row.label) == (token.head, token.relation)
    entities = [(row.span1, row.label) for row in probing.entities(sentence)]
    assert entities == [((s.start, s.end), s.label) for s in sentence.entities]


def test_lama(written):
    check_lama(lama(1000))


def check_lama(queries):
    for query in queries:
        checks.check_query(query)
    said = [query for query in queries if query.exposure]
    first = known_facts()[0].fact
    assert [(q.relation, q.subject, q.exposure) for q in said] == [(*first[:2], 3)]
    of_lecture = {q.answer for q in lecture(queries)}
    assert {"Florence", "Canada"} <= of_lecture
    assert sum(" " not in q.answer for q in queries) > 0.98 * len(queries)


def test_a_query_is_english(written):
    asked = {(q.relation, q.subject): q for q in cloze.queries({})}
    assert asked["P36", "France"].query("_") == "The capital of France is _ ."
    assert asked["P36", "Philippines"].query("_") == "The capital of the Philippines is _ ."
    assert asked["UsedFor", "axe"].query() == "An axe is for [MASK] ."
    assert asked["HasA", "ant"].query("_") == "Ants have _ ."


# ------------------------------------------------------------------------- baselines


def test_no_task_is_solved_by_single_words(pairs):
    """The data card holds the full figures; here their order of size."""
    assert baselines.of_pairs(pairs).bag_of_words < 0.55
    apart = agreement_pairs(Sizes(1200, 24, 240))
    assert baselines.of_pairs(apart).bag_of_words < 0.56
    assert baselines.of_pairs(apart).trigram < 0.56
    for domain in ("films", "gadgets"):
        found = sentiment(domain, 1000)
        assert baselines.of_opinions(found).bag_of_words < 0.65
        assert baselines.of_opinions(found, "unseen").bag_of_words < 0.6
        assert baselines.of_opinions(found, "unseen").trigram < 0.6


def test_bag_of_words_learns_what_single_words_tell():
    """The classifier isn't blind: where a word gives the label away, it finds it."""
    found = sentiment("films", 1000)
    plain = {k: [r for r in v if r.phenomenon == "plain"] for k, v in found.items()}
    assert baselines.of_opinions(plain).bag_of_words > 0.85


def test_the_trigram_model_is_a_distribution():
    model = baselines.Trigrams(["a b a c", "b a", "c c a b"])
    known = [*model.words, "never seen"]
    for context in (("<s>", "<s>"), ("a", "b"), ("x", "y"), ("x", "a")):
        assert sum(model._trigram(*context, word) for word in known) == pytest.approx(1)


def test_single_words_tag_only_what_is_not_ambiguous():
    made = [rows.Tagged(("they", "can"), ("PRON", "AUX"), ("", ""), ("", "")) for _ in range(3)]
    made.append(rows.Tagged(("a", "can"), ("DET", "NOUN"), ("", ""), ("", "")))
    scores = baselines.of_tags({"train": made, "test": made}, "upos")
    assert scores.majority == 3 / 8
    assert scores.bag_of_words == 7 / 8


# ------------------------------------------------------------------ bugs that must show


def leaky_split(monkeypatch):
    calls = iter(range(10**9))
    monkeypatch.setattr(splits, "split_of", lambda _: splits.SPLITS[next(calls) % 3])
    check_sentiment(sentiment("films", 200))


def case_decides_the_split(monkeypatch):
    monkeypatch.setattr(splits, "normalised", lambda text: text)
    check_sentiment(sentiment("films", 200))


def same_sentence_twice(monkeypatch):
    def twice(self):
        while True:
            row = next(plain_rows(self))
            yield from (row, row._replace(text=row.text.replace(" ", "  ")))

    plain_rows = _Writer.rows
    monkeypatch.setattr(_Writer, "rows", twice)
    monkeypatch.setattr(splits, "normalised", lambda text: text.lower())
    check_sentiment(sentiment("films", 200))


def negation_is_ignored(monkeypatch):
    def negation(self, label):
        return self.opinion(label, negation=self.kit.pick(("not", "n't", "never")))

    monkeypatch.setattr(_Writer, "negation", negation)
    check_sentiment(sentiment("films", 200))


def what_is_granted_decides(monkeypatch):
    contrast = _Writer.contrast
    monkeypatch.setattr(_Writer, "contrast", lambda self, label: contrast(self, 1 - label))
    check_sentiment(sentiment("gadgets", 200))


def unseen_words_are_seen(monkeypatch):
    monkeypatch.setattr(opinions, "lexis", lambda domain, seed, unseen: lexis(domain, seed, False))
    check_sentiment(sentiment("films", 200))


def labels_are_not_balanced(monkeypatch):
    monkeypatch.setattr(
        splits, "even", lambda n, cells: {c: n // (i + 1) for i, c in enumerate(cells)}
    )
    check_acceptability(acceptability(SMALL, phenomena=["article", "comparative"]))


def bad_is_good(monkeypatch):
    monkeypatch.setattr(phenomena, "disagreeing", lambda words, i, verb=None: words)
    check_acceptability(acceptability(SMALL))


def the_wrong_verb_changes(monkeypatch):
    change = phenomena.disagreeing

    def first(words, _, verb=None):
        at = phenomena.place(words, phenomena.tagged("VBZ", "VBP"))
        return change(words, at, verb)

    monkeypatch.setattr(phenomena, "disagreeing", first)
    check_acceptability(acceptability(SMALL))


def one_image_only(monkeypatch):
    make = phenomena.article

    def only_an(kit):
        while True:
            sample = make(kit)
            if "an" in [word.form for word in sample.good]:
                return sample

    monkeypatch.setitem(phenomena.PHENOMENA, "article", only_an)
    checks.check_words_balanced(acceptability(Sizes(1200, 48, 48), phenomena=["article"])["train"])


def attractors_of_the_same_number(monkeypatch):
    monkeypatch.setattr(agreement, "other", lambda number: number)
    check_agreement(agreement_pairs(SMALL))


def verb_position_is_the_next(monkeypatch):
    written = agreement.written
    monkeypatch.setattr(agreement, "written", lambda words: ("So", *written(words)))
    check_agreement(agreement_pairs(SMALL))


def probes_know_the_words(monkeypatch):
    monkeypatch.setattr(source, "sentences", gold)
    labels = ("ADJ", "NOUN", "VERB")
    monkeypatch.setitem(probing.PARTS, "pos", (probing.pos, labels, False))
    found = edge_probing("pos", SMALL)
    checks.check_edges(found, divided=True)


def inner_entities_win(monkeypatch):
    monkeypatch.setattr(tags, "sorted", lambda spans, key: list(spans), raising=False)
    check_bio()


def answers_keep_their_article(monkeypatch):
    made = cloze.sentence_of

    def with_article(known):
        found = made(known)
        return found and (found[0], "a" + found[1])

    monkeypatch.setattr(cloze, "sentence_of", with_article)
    for query in cloze.queries({})[:50]:
        checks.check_query(query)


def what_is_never_said_is_never_asked(monkeypatch):
    exposure = {known_facts()[0].fact: 3}
    said = [query for query in cloze.queries(exposure) if query.exposure]
    check_lama(said)


def test_sentences_stay_in(monkeypatch):
    found = sentiment("films", 40)
    left = {row.text for part in found.values() for row in part}
    with pytest.raises(AssertionError):
        check_left_out(left, found)


@pytest.mark.parametrize(
    "bug",
    [
        leaky_split,
        case_decides_the_split,
        same_sentence_twice,
        negation_is_ignored,
        what_is_granted_decides,
        unseen_words_are_seen,
        labels_are_not_balanced,
        bad_is_good,
        the_wrong_verb_changes,
        one_image_only,
        attractors_of_the_same_number,
        verb_position_is_the_next,
        probes_know_the_words,
        inner_entities_win,
        answers_keep_their_article,
        what_is_never_said_is_never_asked,
    ],
)
def test_bugs_are_caught(bug, monkeypatch, fresh_lexis):
    with pytest.raises(AssertionError):
        bug(monkeypatch)


# --------------------------------------------------------------------------- the card


def test_the_stream_of_documents_feeds_the_tasks():
    found = tagging(Sizes(500, 10, 10))
    checks.check_splits(found, lambda row: " ".join(row.tokens))
    spoken = {tag for part in found.values() for row in part for tag in row.entities}
    assert {"B-PER", "I-PER", "B-LOC", "O"} <= spoken
    asked = edge_probing("constituents", Sizes(60, 12, 12))
    checks.check_edges(asked, divided=False)
    checks.check_balanced(asked["test"], lambda row: row.label)


def test_exposure_is_counted_in_the_text():
    queries = lama(3000, relations=["P36", "P19"])
    said = [fact for d in documents(3000) for s in d.sentences for fact in s.facts]
    assert sum(q.exposure for q in queries) > 0
    for query in queries:
        facts = {(k.fact.relation, k.fact.subject, k.fact.object) for k in known_facts()}
        assert (query.relation, query.subject, query.answer) in facts
        assert query.exposure == said.count(Fact(query.relation, query.subject, query.answer))


def test_statistics_of_small_texts():
    assert statistics.effective(Counter(a=5, b=5, c=5)) == pytest.approx(3)
    assert statistics.bigram_entropy([["a", "b"], ["a", "c"]]) == pytest.approx(math.log(2) / 2)
    assert statistics.type_curve("abab", step=2) == [(2, 2), (4, 2)]
    assert statistics.quantile([1, 2, 3, 4], 0.5) == 3


def test_agreement_across_nouns_is_seen():
    kit = Kit("across", 1)
    across = [annotated(phenomena.agreement_attractor(kit).term) for _ in range(50)]
    simple = [annotated(phenomena.agreement_simple(kit).term) for _ in range(50)]
    assert all(statistics.across_nouns(s) == 1 for s in across)
    assert not any(statistics.across_nouns(s) for s in simple)


def test_the_card_keeps_what_is_around_its_section():
    new = f"{card.BEGIN}\nnew\n{card.END}\n"
    once = card.inserted("# Data card\n", new)
    assert once == f"# Data card\n\n{new}"
    assert card.inserted(once + "after\n", new) == once + "after\n"


def test_the_published_baselines_are_within_bounds():
    """As written in data/README.md by ``course card``: no task is solved by single words."""
    readme = card.README.read_text("utf-8").split(card.BEGIN)[1].split(card.END)[0]
    readme = readme.split("| task | majority |")[1]
    found = dict(re.findall(r"^\| ([a-zA-Z ,]+?) \| [\d.]+% \| ([\d.]+)% \|", readme, re.MULTILINE))
    limits = {"sentiment": 62, "acceptability": 55, "agreement": 55, "tagging": 95, "LAMA": 45}
    limits |= {"edge probing, pos": 20, "edge probing": 80, "edge probing, roles": 88}
    limits["domain shift"] = 65
    limits["tagging, entities"] = 98  # most words are outside of names, whatever is guessed
    assert len(found) >= 14
    for task, score in found.items():
        name = max((x for x in limits if task.startswith(x)), key=len)
        assert float(score) < limits[name], task

"""Stories, reviews, letters and words in use: what they promise and how varied they are."""

import math
import os
import subprocess
import sys
from collections import Counter
from functools import cache
from itertools import islice

import pytest

from helpers.miniworld import documents, text
from helpers.miniworld.choice import Choices
from helpers.miniworld.documents import GENRES, drafts, letters, reviews, stories, usage
from helpers.miniworld.documents.cast import Names
from helpers.miniworld.english import text as spoken
from helpers.miniworld.english import tree
from helpers.miniworld.trees import leaves
from helpers.miniworld.vocabulary import vocabulary
from helpers.miniworld.world import World, world

TOKENS = 30_000
HERS = (reviews.write_film, reviews.write_gadget, stories.write, letters.write, usage.write)


@cache
def corpus():
    return tuple(documents(TOKENS, seed=0, shard=1))


@cache
def some_reviews():
    of = world()
    return tuple(
        write(of, Choices("test", i))
        for i in range(300)
        for write in (reviews.write_film, reviews.write_gadget)
    )


def opinions():
    """(document's sign, sentence, text) of every sentence that is for or against."""
    for draft in some_reviews():
        signs = {s.sentiment > 0 for s in draft.sentences if s.sentiment}
        for said in draft.sentences:
            if said.sentiment:
                assert len(signs) == 1
                yield said, spoken(said.term)


# ---------------------------------------------------------------------------- the stream


N_PINNED = 20_000
# The first 20,000 tokens of seed 0. When a change of the texts is wanted, the failing test prints
# the new digests; put them here in the same commit.
PINNED = {
    "text": "9d609da027d396e24fb4a5fc56d800caa47af774a0a1699b610bd8facbb6539a",
    "CoNLL-U": "a836584a46798a2ed2bf17ff51ca46eb28a9ea92bfbd29733262c0f45c9c23b5",
}
DIGESTS = f"""
import hashlib, sys
from helpers.miniworld import documents, text
plain, gold = hashlib.sha256(), hashlib.sha256()
for sentences in text({N_PINNED}):
    plain.update(("\\n".join(sentences) + "\\n\\n").encode())
assert not {{"torch", "numpy"}} & set(sys.modules)
for document in documents({N_PINNED}):
    gold.update(document.conllu().encode())
print(plain.hexdigest(), gold.hexdigest())
"""


@pytest.mark.parametrize("hash_seed", ["0", "4711"])
def test_pinned_bytes_whatever_the_hash_seed_and_without_torch(hash_seed):
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    done = subprocess.run(
        [sys.executable, "-c", DIGESTS], env=environment, capture_output=True, text=True, check=True
    )
    assert dict(zip(PINNED, done.stdout.split(), strict=True)) == PINNED


def test_a_shard_is_the_same_alone_and_after_others():
    alone = list(text(2_000, 1, 7))
    for shard in range(3):
        assert list(text(2_000, 1, shard)) != alone
    assert list(text(2_000, 1, 7)) == alone


def test_a_million_tokens_have_three_to_four_thousand_types():
    """Lower-cased tokens without punctuation: numbers, names and *'s* are types too."""
    types, n_tokens = set(), 0
    for draft in drafts():
        for said in draft.sentences:
            tokens = leaves(tree(said.term))
            n_tokens += len(tokens)
            types |= {token.form.lower() for token in tokens if token.upos != "PUNCT"}
        if n_tokens >= 1_000_000:
            break
    assert 3_000 <= len(types) <= 4_000


def test_reading_more_changes_nothing_before():
    few, many = list(text(2_000)), list(text(8_000))
    assert many[: len(few)] == few
    assert len(many) > len(few)


def test_documents_do_not_remember_each_other():
    """A document is the same whether others were read before it or not."""
    alone = [spoken(s.term) for s in stories.write(World(0), Choices("x", 5)).sentences]
    of = World(0)
    for i in range(20):
        stories.write(of, Choices("y", i))
        letters.write(of, Choices("y", i))
    assert [spoken(s.term) for s in stories.write(of, Choices("x", 5)).sentences] == alone


def test_text_and_gold_are_the_same():
    for sentences, document in zip(text(6_000, 1), documents(6_000, 1), strict=True):
        assert [s.text for s in document.sentences] == sentences


def test_shards_and_seeds_differ():
    def first(**key):
        return list(islice(text(3_000, **key), 10))

    assert first() != first(shard=1) != first(seed=1)


def test_n_tokens_is_reached_by_the_last_document_alone():
    found = list(documents(3_000))
    sizes = [sum(len(s.tokens) for s in d.sentences) for d in found]
    assert sum(sizes[:-1]) < 3_000 <= sum(sizes)


@pytest.mark.parametrize("bad", [{"n_tokens": -1}, {"n_tokens": 2.5}, {"n_tokens": 5, "seed": -1}])
def test_bad_arguments_are_named(bad):
    name = "seed" if "seed" in bad else "n_tokens"
    with pytest.raises(ValueError, match=name):
        text(**bad)


def test_every_genre_appears():
    genres = {document.genre for document in corpus()}
    assert genres == {
        "encyclopedia",
        "story",
        "film review",
        "gadget review",
        "letter",
        "usage",
    }
    assert len(GENRES) == len(genres)
    assert math.isclose(sum(GENRES.values()), 1)


@pytest.mark.parametrize("write", HERS)
def test_documents_have_three_to_eighteen_sentences(write):
    sizes = [len(write(world(), Choices("size", i)).sentences) for i in range(200)]
    assert min(sizes) >= (4 if write is usage.write else 3)
    assert max(sizes) <= 18


@pytest.mark.parametrize("write", HERS)
def test_every_sentence_costs_something(write):
    draft = write(world(), Choices("cost", 1))
    assert all(s.surprisal >= 0 for s in draft.sentences)
    assert sum(s.surprisal for s in draft.sentences) > 10


# ------------------------------------------------------------------------------ sentiment


def test_a_review_keeps_its_polarity():
    assert len(list(opinions())) > 1_000  # asserts it for every review


def test_every_sentence_of_a_review_has_a_sentiment_and_some_are_neutral():
    found = [s.sentiment for draft in some_reviews() for s in draft.sentences]
    assert None not in found
    assert 0.1 < found.count(0) / len(found) < 0.4
    assert -1 <= min(found) < max(found) <= 1


def polar(word: str) -> int:
    """Sign of an adjective, 0 for any other word."""
    adjective = vocabulary().adjectives.get(word)
    return (adjective.polarity > 0) - (adjective.polarity < 0) if adjective else 0


def words_of(sentence: str) -> list[str]:
    return sentence.rstrip(".!?").replace(",", "").split(" ")


def test_a_plain_adjective_decides_and_a_denied_one_is_turned_round():
    plain = denied = 0
    for said, sentence in opinions():
        words = words_of(sentence)
        sign = 1 if said.sentiment > 0 else -1
        if len(words) == 4 and words[:1] == ["The"] and words[2] == "is" and polar(words[3]):
            assert polar(words[3]) == sign, sentence
            plain += 1
        if len(words) == 5 and words[2:4] == ["is", "not"] and polar(words[4]):
            assert polar(words[4]) == -sign, sentence
            denied += 1
    assert min(plain, denied) > 10


def test_the_main_clause_decides():
    """In *Although the plot is slow, the acting is superb* and the like, the last word counts."""
    seen = 0
    for said, sentence in opinions():
        words = words_of(sentence)
        if words[0] in ("Although", "While") and "," in sentence and polar(words[-1]):
            assert polar(words[-1]) == (1 if said.sentiment > 0 else -1), sentence
            assert any(polar(w) == -polar(words[-1]) for w in words[:-1]), sentence
            seen += 1
    assert seen > 20


def test_the_narrator_decides():
    seen = 0
    for said, sentence in opinions():
        words = words_of(sentence)
        if "thought" in words and "but" in words:
            told = [polar(w) for w in words[: words.index("but")] if polar(w)]
            assert told == [-1 if said.sentiment > 0 else 1], sentence
            seen += 1
    assert seen > 5


TURNING = {
    "not",
    "never",
    "no",
    "none",
    "nobody",
    "few",
    "less",
    "hardly",
    "although",
    "though",
    "but",
    "yet",
    "while",
    "despite",
}


def turns(word: str) -> bool:
    return word.lower() in TURNING or word.endswith("n't")


def test_words_alone_do_not_solve_the_sentences():
    """Negation and contrast are common in good and in bad reviews, so they mean neither."""
    signs = [
        said.sentiment > 0 for said, sentence in opinions() if any(map(turns, words_of(sentence)))
    ]
    assert len(signs) / len(list(opinions())) >= 0.15
    assert 0.4 < sum(signs) / len(signs) < 0.6


def test_opinion_words_lean_to_their_own_side():
    """A word stands in reviews of its own polarity, or no network could learn it from text."""
    own = [
        polar(word) * said.sentiment > 0
        for said, sentence in opinions()
        for word in words_of(sentence)
        if polar(word)
    ]
    assert 0.9 <= sum(own) / len(own) <= 0.97


def test_opinion_words_are_many_and_all_met_often():
    found = Counter(
        word for _, sentence in opinions() for word in words_of(sentence) if polar(word)
    )
    counts = sorted(found.values(), reverse=True)
    assert len(counts) > 100
    assert counts[10] < 20 * counts[100]


# -------------------------------------------------------------------------------- variety


def trees() -> Counter:
    return Counter(s.delexicalised() for d in corpus() for s in d.sentences)


def test_many_trees_and_none_too_often():
    found = trees()
    total = sum(found.values())
    entropy = -sum(n / total * math.log(n / total) for n in found.values())
    assert math.exp(entropy) >= 60
    assert max(found.values()) / total <= 0.04


@pytest.mark.parametrize("genre", ["story", "film review", "gadget review", "letter", "usage"])
def test_each_genre_is_varied(genre):
    found = Counter(s.delexicalised() for d in corpus() if d.genre == genre for s in d.sentences)
    total = sum(found.values())
    entropy = -sum(n / total * math.log(n / total) for n in found.values())
    assert math.exp(entropy) >= 40


def across(sentence) -> bool:
    """Does a verb that shows its number agree with a noun across a relative clause or phrase?"""
    tokens = sentence.tokens
    for i, token in enumerate(tokens):
        if token.relation not in ("nsubj", "nsubj:pass"):
            continue
        verbs = [
            j
            for j, x in enumerate(tokens)
            if (j == token.head or (x.head == token.head and x.relation[:3] in ("aux", "cop")))
            and (x.xpos in ("VBZ", "VBP") or (x.xpos == "VBD" and x.lemma == "be"))
        ]
        between = range(i + 1, min(verbs, default=i))
        if any(
            tokens[j].head == i and tokens[j].relation in ("acl:relcl", "nmod") for j in between
        ):
            return True
    return False


def test_agreement_across_distance_is_common():
    found = [across(s) for d in corpus() for s in d.sentences]
    assert sum(found) / len(found) >= 0.08
    told = [across(s) for d in corpus() if d.genre == "story" for s in d.sentences]
    assert sum(told) / len(told) >= 0.12


def test_senses_are_recorded():
    for document in corpus():
        if document.genre == "usage":
            said = [span.id for s in document.sentences for span in s.senses]
            assert document.topic in said


def test_every_sense_is_used():
    topics = {usage.write(world(), Choices("sense", i)).topic for i in range(1_500)}
    assert topics == set(vocabulary().senses)


def test_every_sense_has_sentences_of_its_own():
    from helpers.miniworld.documents.sense_patterns import SENSES

    assert set(SENSES) == set(vocabulary().senses)


def test_stories_are_told_in_one_tense():
    for i in range(60):
        draft = stories.write(world(), Choices("tense", i))
        told = [spoken(s.term) for s in draft.sentences]
        plain = " ".join(x for x in told if '"' not in x).split(" ")
        assert not ({"is", "are"} & set(plain) and {"was", "were"} & set(plain)), told


# ---------------------------------------------------------------------------- planted bias


def halves(bias: float) -> tuple[int, int]:
    """How often a job leans to the name it is given to, and how often not."""
    names, choices = World(0, bias).part(Names), Choices("bias")
    leaning = other = 0
    for _ in range(2_000):
        person = names.person(choices)
        job = names.job(choices, person)
        side = names.side[person.words[0]]
        if job in names.leaning[side].items:
            leaning += 1
        else:
            other += 1
    return leaning, other


def test_bias_is_planted_as_strong_as_asked():
    assert halves(1.0)[1] == 0
    leaning, other = halves(0.0)
    assert other > 700
    assert halves(0.6)[0] > leaning


def test_bias_out_of_range_is_refused():
    with pytest.raises(ValueError, match="bias"):
        World(0, 1.5)


def test_jobs_are_given_to_invented_people_alone():
    jobs = {n.lemma for n in vocabulary().nouns.values() if n.kind == "job"}
    for document in corpus():
        if document.genre == "encyclopedia":
            assert not any(t.lemma in jobs for s in document.sentences for t in s.tokens)

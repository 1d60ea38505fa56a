"""Patterns: English that is read into terms."""

import pytest

from helpers.miniworld import german, terms
from helpers.miniworld.documents import (
    letter_patterns,
    review_patterns,
    sense_patterns,
    story_patterns,
)
from helpers.miniworld.english import text
from helpers.miniworld.patterns import Item, Pattern, PatternError
from helpers.miniworld.terms import PRESENT
from helpers.miniworld.vocabulary import vocabulary

ANNA = terms.Referent(11, "female", animate=True)


def filler(slot):
    words = vocabulary()
    kind = slot.name.partition(".")[0]
    if kind == "n":
        return Item(words.noun("dog"), None, "plural" if slot.mode == "+s" else "singular")
    if kind in ("j", "v", "r"):
        return {"j": words.adjective("dull"), "v": words.verb("admire")}.get(kind) or words.adverb(
            "very"
        )
    if slot.mode == "*":
        return terms.Pronoun(ANNA)
    if slot.mode in ("1", "2"):
        return terms.Pronoun(ANNA._replace(person=int(slot.mode)))
    return terms.Name(words.person("Anna", "female"), ANNA)


def said(pattern: str, tense: str = terms.PAST) -> str:
    return text(Pattern(pattern).fill(filler, tense))


@pytest.mark.parametrize(
    ("pattern", "past", "present"),
    [
        (
            "{A} said that {A*} wanted to sell the {n.x+s}.",
            "Anna said that she wanted to sell the dogs.",
            "Anna says that she wants to sell the dogs.",
        ),
        (
            "[The {n.x+s} that {A} saw] were {r.x} {j.x}.",
            "The dogs that Anna saw were very dull.",
            "The dogs that Anna sees are very dull.",
        ),
        (
            "[The boy who saw the {n.x+s}] ran.",
            "The boy who saw the dogs ran.",
            "The boy who sees the dogs runs.",
        ),
        (
            "Although the plot was {j.x}, {A} {v.x:d} {n.x+s}.",
            "Although the plot was dull, Anna admired dogs.",
            "Although the plot is dull, Anna admires dogs.",
        ),
        (
            '"{A1} lost the key.lock," said {A}.',
            '"I lost the key," said Anna.',
            '"I lost the key," says Anna.',
        ),
        (
            "{A} had not {v.x:en} {A*}'s box.",
            "Anna had not admired her box.",
            "Anna has not admired her box.",
        ),
        ("The box was opened by {A}.", "The box was opened by Anna.", "The box is opened by Anna."),
        (
            "{A} opened the box and found a key.lock.",
            "Anna opened the box and found a key.",
            "Anna opens the box and finds a key.",
        ),
    ],
)
def test_reads_what_it_says_in_both_tenses(pattern, past, present):
    assert said(pattern) == past
    assert said(pattern, PRESENT) == present


@pytest.mark.parametrize(
    "sentence",
    [
        "Don't open the box!",
        "Is the plot dull?",
        "Who stole the key?",
        "What did the boy find?",
        "Which film did the boy see?",
        "Why did the boy open the box?",
        "Who could hate the film?",
        "Most of the scenes are dull.",
        "There was an old coin in the box.",
        "The plot is better than the script.",
        "What a dull film!",
        "Nobody would say that the plot is dull.",
        "The boy opened the box, but the girl was tired.",
        "In the evening, the snow covered the road because the wind blew.",
    ],
)
def test_plain_english_comes_out_as_it_went_in(sentence):
    if sentence == "Who stole the key?":
        assert said("Who stole the key.lock?") == sentence
    else:
        assert said(sentence) == sentence


def test_a_sense_is_kept():
    term = Pattern("{A} sat on the bank.river.").fill(filler)
    assert "bank.river" in repr(term)


@pytest.mark.parametrize(
    ("bad", "names"),
    [
        ("The glorb was dull.", "glorb"),
        ("The plot was", "was"),
        ("The plot was dull. And more", "And"),
        ("The plot = dull.", "="),
        ("The dog wore these books.", "two objects"),
    ],
)
def test_what_cannot_be_read_is_shown(bad, names):
    with pytest.raises(PatternError, match=names):
        Pattern(bad)


@pytest.mark.parametrize(
    ("pattern", "german_sentence"),
    [
        ("{A} wore a silver ring.jewel.", "Anna trug einen Silberring."),
        ("{A1} watch.look films @every weekend.", "Ich schaue jedes Wochenende Filme an."),
        ("{A1} have wanted to write; for two weeks.", "Ich will seit zwei Wochen schreiben."),
        ("{A} read by the light.brightness of a candle.", "Anna las beim Licht einer Kerze."),
    ],
)
def test_what_belongs_to_what_shows_in_german(pattern, german_sentence):
    assert german.text(Pattern(pattern).fill(filler, terms.PAST)) == german_sentence


def listed(found):
    if isinstance(found, str):
        return [line.strip() for line in found.splitlines() if line.strip()]
    values = found.values() if isinstance(found, dict) else found
    return [
        line for value in values if not isinstance(value, (int, float)) for line in listed(value)
    ]


def test_every_pattern_of_the_genres_is_read():
    found = []
    for module in (letter_patterns, review_patterns, sense_patterns, story_patterns):
        for name, value in vars(module).items():
            if name.isupper():
                found += listed(value)
    assert len(found) > 700
    for pattern in found:
        Pattern(pattern)

"""English verb groups: forms of verbs and chains of auxiliaries, built once and kept."""

from functools import cache
from typing import NamedTuple

from helpers.miniworld.lexicon import Verb
from helpers.miniworld.terms import PAST, Form
from helpers.miniworld.trees import Leaf, leaf

FIRST, THIRD, PLURAL = "1s", "3s", "p"  # agreement: I, she, we (and you)
FINITE, BASE, PARTICIPLE, GERUND = "finite", "base", "VBN", "VBG"

BE = Verb("be", "is", "was", "been", "being", "copular")
HAVE = Verb("have", "has", "had", "had", "having")
DO = Verb("do", "does", "did", "done", "doing")
TO = leaf("to", "to", "PART", "TO")
NOT = leaf("not", "not", "PART", "RB")
GLUED_NOT = Leaf("not", "not", "not", "PART", "RB")  # cannot
CONTRACTED = Leaf("n't", "n't", "not", "PART", "RB")
NEVER = leaf("never", "never", "ADV", "RB")
# How a form looks before n't; these have none: am, may, might.
BEFORE_NT = {"can": "ca", "will": "wo"}
NO_NT = {"am", "may", "might"}


class Group(NamedTuple):
    """``auxiliaries``: (leaf, relation) pairs; ``main``: the leaf of the verb itself."""

    auxiliaries: tuple[tuple[Leaf, str], ...]
    main: Leaf


def finite(verb: Verb, tense: str, agreement: str) -> tuple[str, str]:
    """The finite form and its Penn tag."""
    if tense == PAST:
        if verb.lemma == "be" and agreement == PLURAL:
            return "were", "VBD"
        return verb.past, "VBD"
    if agreement == THIRD:
        return verb.third, "VBZ"
    if verb.lemma == "be":
        return ("am" if agreement == FIRST else "are"), "VBP"
    return verb.lemma, "VBP"


def _shape(verb: Verb, shape: str, tense: str, agreement: str) -> tuple[str, str]:
    if shape == FINITE:
        return finite(verb, tense, agreement)
    if shape == BASE:
        return verb.lemma, "VB"
    return (verb.participle, "VBN") if shape == PARTICIPLE else (verb.gerund, "VBG")


def _chain(form: Form, shape: str, passive: bool) -> tuple[list, str]:
    """Auxiliaries as (verb, shape, relation), and the shape of the main verb."""
    words = []
    if form.perfect:
        words.append((HAVE, shape, "aux"))
        shape = PARTICIPLE
    if form.progressive:
        words.append((BE, shape, "aux"))
        shape = GERUND
    if passive:
        words.append((BE, shape, "aux:pass"))
        shape = PARTICIPLE
    return words, shape


@cache
def group(
    verb: Verb,
    form: Form,
    agreement: str,
    passive: bool = False,
    shape: str = FINITE,
    inverted: bool = False,
    upos: str = "VERB",
) -> Group:
    """The chain of auxiliaries and the verb.

    ``shape`` FINITE (modals and *do*-support only here), BASE, GERUND, PARTICIPLE. A question
    (``inverted``) and *not* need an auxiliary: *do*, unless there is one or the verb is *be*.
    """
    first = []
    if shape == FINITE and form.modal:
        first = [(leaf(form.modal.lemma, form.modal.lemma, "AUX", "MD"), "aux")]
        shape = BASE
    words, main = _chain(form, shape, passive)
    negated = form.negation in ("not", "n't")
    bare = not words and not first and shape == FINITE
    if bare and verb.lemma != "be" and (negated or inverted):
        words, main = [(DO, FINITE, "aux")], BASE
    for auxiliary, its_shape, relation in words:
        spoken, tag = _shape(auxiliary, its_shape, form.tense, agreement)
        first.append((leaf(spoken, auxiliary.lemma, "AUX", tag), relation))
    spoken, tag = _shape(verb, main, form.tense, agreement)
    return Group(tuple(first), leaf(spoken, verb.lemma, upos, tag, verb.sense))


@cache
def negative(before: Leaf, negation: str) -> tuple[Leaf, Leaf]:
    """The first auxiliary as it stands before the negation, and the negation."""
    if negation == "never":
        return before, NEVER
    if negation == "not" or before.form in NO_NT:
        return before, GLUED_NOT if before.form == "can" else NOT
    form = BEFORE_NT.get(before.form, before.form)
    return before._replace(text=" " + form, form=form), CONTRACTED

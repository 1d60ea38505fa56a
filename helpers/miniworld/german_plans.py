"""What a German clause is made of before it has an order: verb group and fields."""

from __future__ import annotations

from typing import NamedTuple

from helpers.miniworld.german_features import Word, key
from helpers.miniworld.german_words import (
    HABEN,
    MODAL_VERBS,
    SEIN,
    WERDEN,
    WORDEN,
    Features,
    Forms,
    N,
    imperative,
    past,
    present,
    subjunctive,
)
from helpers.miniworld.terms import PAST, Copula, Form

MAIN, FINAL, VERB_FIRST, ORDER, ZU, BARE = "main", "final", "verb first", "order", "zu", "bare"

# Where things stand between the finite verb and the end.
(
    ACC_PRONOUN,
    DAT_PRONOUN,
    ADVERB,
    DATIVE,
    DEFINITE,
    TIME,
    NOT,
    INDEFINITE,
    MANNER,
    GOVERNED,
    LAST,
) = range(1, 12)


class Field(NamedTuple):
    rank: int
    words: list[Word]
    tail: tuple[Word, ...] = ()
    wh: bool = False


class Plan:
    """A clause before it is put into order."""

    __slots__ = (
        "after",
        "agree",
        "denied",
        "fields",
        "finite_keys",
        "forms",
        "fronts",
        "mood",
        "nonfinite",
        "outer",
        "shares",
        "subject",
        "subject_tail",
        "subject_wh",
        "term",
    )

    def __init__(self, term):
        self.term = term
        self.subject: list[Word] | None = None
        self.subject_tail: list[Word] = []
        self.subject_wh = False
        self.agree = Features(N)
        self.fields: list[Field] = []
        self.after: list[list[Word]] = []
        self.fronts: list[Field] = []
        self.outer: list[Word] = []

    def add(self, rank: int, words: list[Word], tail=(), wh: bool = False) -> None:
        if words:
            self.fields.append(Field(rank, words, tuple(tail), wh))


MODALS = {
    "can": ("können", "present"),
    "could": ("können", "subjunctive"),
    "may": ("können", "present"),
    "might": ("können", "subjunctive"),
    "must": ("müssen", "present"),
    "should": ("sollen", "past"),
    "will": ("werden", "present"),
    "would": ("werden", "subjunctive"),
}
MODAL_FORMS = {
    "können": Forms("können", "kann", "konnte", "gekonnt", "haben"),
    "müssen": Forms("müssen", "muss", "musste", "gemusst", "haben"),
    "sollen": Forms("sollen", "soll", "sollte", "gesollt", "haben"),
    "mögen": Forms("mögen", "mag", "mochte", "gemocht", "haben"),
    "werden": WERDEN,
}


def _modal(form: Form, copula: bool) -> tuple[Forms, str]:
    infinitive, mood = MODALS[form.modal.lemma]
    if form.modal.lemma == "could" and form.tense == PAST:
        mood = "past"
    if form.modal.lemma == "may" and copula:
        infinitive = "mögen"
    return MODAL_FORMS[infinitive], mood


def add_verb_group(plan: Plan, forms: Forms, form: Form, passive: bool, unreal: bool, state: bool):
    """Fills in the finite verb, its mood and the infinite words of the end."""
    term = plan.term
    chain: list[tuple[Forms, str]] = []
    mood = "past" if form.tense == PAST else "present"
    if form.perfect and forms.infinitive in MODAL_VERBS:
        form, mood = form._replace(perfect=False), "past"
    if form.modal is not None:
        modal, mood = _modal(form, type(term) is Copula)
        simple = not form.perfect and not passive and forms in (SEIN, HABEN)
        if not (form.modal.lemma == "would" and simple):
            chain.append((modal, "modal"))
    if form.perfect:
        chain.append((SEIN if passive or forms.aux == "sein" else HABEN, "have"))
    if passive:
        chain.append((SEIN if state else WORDEN, "be"))
    chain.append((forms, "verb"))
    if unreal and form.modal is None:
        if chain[0][0].infinitive in ("sein", "haben", "werden"):
            mood = "subjunctive"
        elif not chain[0][0].past.endswith("te"):
            chain.insert(0, (WERDEN, "modal"))
            mood = "subjunctive"
    if (
        mood == "past"
        and not unreal
        and len(chain) == 1
        and plan.agree.person == 2
        and _spoken_in_perfect(forms)
    ):
        chain.insert(0, (SEIN if forms.aux == "sein" else HABEN, "do"))
        mood = "present"
    plan.forms, plan.mood = chain[0][0], mood
    role = chain[0][1]
    plan.finite_keys = key(term, role)
    if role == "verb" and form.modal is not None:
        plan.finite_keys += key(term, "modal")
    plan.nonfinite = []
    for i in range(len(chain) - 1, 0, -1):
        shape, governing = chain[i][0], chain[i - 1][1]
        word = shape.infinitive if governing == "modal" else shape.participle
        plan.nonfinite.append(Word(word, key(term, chain[i][1])))


def _spoken_in_perfect(forms: Forms) -> bool:
    """*du gabst* is *du hast gegeben*."""
    return forms not in (SEIN, HABEN) and forms.infinitive not in (*MODAL_VERBS, "wissen")


def _finite(plan: Plan) -> Word:
    """The finite verb without its prefix."""
    person, plural = plan.agree.person, plan.agree.plural
    make = {"present": present, "past": past, "subjunctive": subjunctive}[plan.mood]
    return Word(make(plan.forms, person, plural), plan.finite_keys, "finite")


def brackets(plan: Plan, order: str) -> tuple[list[Word], list[Word]]:
    """What stands to the left and to the right of the middle."""
    if order == BARE:
        return [], list(plan.nonfinite)
    if order == ZU:
        return [], infinitives(plan, zu=True)
    if order == ORDER:
        word = Word(imperative(plan.forms, plan.agree.plural), plan.finite_keys, "finite")
        return [word], [*_prefix(plan), *plan.nonfinite]
    finite = _finite(plan)
    if order == FINAL:
        joined = finite._replace(form=plan.forms.prefix + finite.form)
        return [], [*plan.nonfinite, joined]
    return [finite], [*_prefix(plan), *plan.nonfinite]


def _prefix(plan: Plan) -> list[Word]:
    return [Word(plan.forms.prefix, plan.finite_keys)] if plan.forms.prefix else []


def infinitives(plan: Plan, zu: bool) -> list[Word]:
    """*gesehen zu haben*, *aufzumachen*, *zu lesen*."""
    forms, keys = plan.forms, plan.finite_keys + key(plan.term, "to")
    if not zu:
        return [*plan.nonfinite, Word(forms.infinitive, keys)]
    if forms.prefix:
        simple = forms.infinitive.removeprefix(forms.prefix)
        return [*plan.nonfinite, Word(f"{forms.prefix}zu{simple}", keys)]
    return [
        *plan.nonfinite,
        Word("zu", key(plan.term, "to")),
        Word(forms.infinitive, plan.finite_keys),
    ]

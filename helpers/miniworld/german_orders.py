"""German clauses put in order: the finite verb second, last or first.

MAIN, FINAL (subordinate), VERB_FIRST (question), ORDER (command), ZU (infinitive), BARE
(participle).
"""

from __future__ import annotations

from helpers.miniworld import (
    german_adjuncts,
    german_arguments,
    german_clauses,
    german_features,
    german_phrases,
    german_plans,
    german_prepositions,
)
from helpers.miniworld.german_features import COMMA, Host, Word, key
from helpers.miniworld.german_plans import ADVERB, BARE, DATIVE, FINAL, MAIN, ZU, Field, Plan
from helpers.miniworld.german_words import CASES, Features, verb_forms
from helpers.miniworld.terms import (
    PAST,
    Asked,
    Clause,
    Form,
    Gap,
    Indefinite,
    Joined,
    Purpose,
    Reduced,
    Relative,
    Sentential,
    Shared,
    Subordinate,
)

CONNECTED = {"so": "also"}  # a coordinator that stands in front of its clause


def clause_words(
    clause: Sentential,
    order: str,
    host: Host | None = None,
    control: Features | None = None,
    unreal: bool = False,
) -> list[Word]:
    """A clause, or several that are joined, in the given order."""
    if type(clause) is Joined:
        return _coordinated(clause, order, host)
    if type(clause) is Shared:
        return _shared(clause, order, host)
    return arranged(
        german_clauses.planned(clause, order, host, control=control, unreal=unreal), order
    )


def _coordinator(term, commas: bool) -> list[Word]:
    word = Word(term.conjunction.german, key(term, "cc"), "coordinator")
    return [COMMA, word] if commas else [word]


def _coordinated(term: Joined, order: str, host: Host | None) -> list[Word]:
    words: list[Word] = []
    lemma = term.conjunction.lemma
    for i, item in enumerate(term.items):
        if 0 < i < len(term.items) - 1:
            words.append(COMMA)
        elif i:
            words += _coordinator(term, lemma not in ("and", "or"))
        if (
            i == len(term.items) - 1
            and lemma in CONNECTED
            and order == MAIN
            and type(item) not in (Joined, Shared)
        ):
            front = words.pop()
            plan = german_clauses.planned(item, order, host)
            plan.fronts.insert(0, Field(0, [front._replace(mark="")]))
            words += arranged(plan, order)
        else:
            words += clause_words(item, order, host)
    return words


def _shared(term: Shared, order: str, host: Host | None) -> list[Word]:
    words: list[Word] = []
    for i, item in enumerate(term.clauses):
        plan = german_clauses.planned(item, order, host, shares=True)
        if not i:
            words += arranged(plan, order)
            continue
        last = i == len(term.clauses) - 1
        if last:
            words += _coordinator(term, term.conjunction.lemma not in ("and", "or"))
        else:
            words.append(COMMA)
        plan.fields = [f for f in plan.fields if not (f.wh and plan.subject is None)]
        plan.subject, plan.subject_tail = None, []
        words += arranged(plan, order, shared=True)
    return words


def arranged(plan: Plan, order: str, shared: bool = False) -> list[Word]:
    """The words of a plan in one of the orders."""
    wh = next((f for f in plan.fields if f.wh), None)
    fields = [f for f in plan.fields if f is not wh]
    after = list(plan.after)
    first: list[Word] = []
    subject = [] if plan.subject is None else [*plan.subject, *plan.subject_tail]
    fronts = list(plan.fronts)
    if order in (ZU, BARE):
        subject = []
    if wh is not None:
        first = [*wh.words, *wh.tail]
    elif plan.subject_wh:
        first, subject = subject, []
    elif order == MAIN and fronts and not shared:
        first = fronts.pop(0).words
    elif order == MAIN and subject:
        first, subject = subject, []
    elif order == MAIN and not shared and fields:
        chosen = min(fields, key=lambda f: abs(f.rank - DATIVE))
        fields.remove(chosen)
        first = chosen.words + list(chosen.tail)
    for front in fronts:
        if front.words[0].mark == "comma":
            after.append(front.words)
        else:
            fields.append(front._replace(rank=front.rank or ADVERB))
    fields.sort(key=lambda f: f.rank)
    left, right = german_plans.brackets(plan, order)
    middle: list[Word] = list(subject)
    tail: list[Word] = []
    for i, field in enumerate(fields):
        middle += field.words
        if field.tail and all(_is_short(later) for later in fields[i + 1 :]):
            tail = list(field.tail)
        else:
            middle += field.tail
    words = [*plan.outer, *first, *left, *middle, *right, *tail]
    for part in after:
        words += part
    return words


def _is_short(field: Field) -> bool:
    """So little may stand between a noun and its relative clause."""
    return len(field.words) == 1 and not field.tail


def to_infinitive(clause, control: Features | None = None) -> list[Word]:
    """*zu schlafen*; longer ones between commas."""
    words = clause_words(clause, ZU, control=control)
    return words if len(words) <= 2 else [COMMA, *words, COMMA]


def relative(term: Relative | Reduced, host_term) -> list[Word]:
    """A relative clause between its commas; a reduced clause is spoken as one."""
    found = german_features.features(host_term)
    was = type(host_term) is Indefinite and host_term.word.lemma in (
        "everything",
        "nothing",
        "something",
        "anything",
    )
    where = ""
    if type(term) is Relative and term.where is not None:
        where = "wo" if term.where.lemma == "where" else "als"
    host = Host(Features(found.gender, 3, found.female), key(term, "rel"), was, where)
    clause = term.clause
    if type(term) is Reduced:
        tense = (
            PAST
            if clause.passive and clause.verb.lemma not in german_clauses.STATES
            else clause.form.tense
        )
        form = Form(tense, negation=clause.form.negation)
        host = host._replace(keys=())
        words = arranged(german_clauses.planned(clause, FINAL, host, form=form), FINAL)
    else:
        words = clause_words(clause, FINAL, host)
    return [COMMA, *words, COMMA]


def complements_of_noun(clause: Clause) -> list[Word]:
    """What belongs to a nominalised verb: *(das Schneiden) von Brot*."""
    words: list[Word] = []
    for phrase, government, english in german_arguments.governments(
        clause, verb_forms(clause.verb)
    ):
        if type(phrase) is Gap:
            continue
        keys = german_arguments.preposition_keys(clause, english, None)
        preposition, _, case = government.rpartition("+")
        if preposition:
            words += german_prepositions.governed(preposition, CASES[case], phrase, keys)
        else:
            words += german_phrases.owner_after(phrase, keys)
    for adjunct in clause.adjuncts:
        if type(adjunct.content) not in (Subordinate, Purpose, Reduced, Asked):
            words += german_adjuncts.adjunct_words(adjunct.content, adjunct)
    return words

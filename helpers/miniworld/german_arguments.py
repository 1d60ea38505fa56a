"""German objects and prepositional objects in the cases that their verbs govern."""

from __future__ import annotations

from helpers.miniworld import (
    german_adjuncts,
    german_clauses,
    german_features,
    german_phrases,
    german_prepositions,
)
from helpers.miniworld.clauses import BENEFACTIVE, is_asked, is_gap
from helpers.miniworld.german_features import Host, Key, Word, key, moved_to
from helpers.miniworld.german_plans import (
    ACC_PRONOUN,
    DAT_PRONOUN,
    DATIVE,
    DEFINITE,
    GOVERNED,
    INDEFINITE,
    LAST,
    Plan,
)
from helpers.miniworld.german_words import ACC, CASES, DAT, SEIN, Features, Forms, M, name_form
from helpers.miniworld.lexicon import FunctionWord
from helpers.miniworld.terms import (
    Clause,
    Common,
    Form,
    Gap,
    Gerund,
    Indefinite,
    Joined,
    Name,
    Phrase,
    Pronoun,
    Reduced,
    Relative,
)

UNTRANSLATED = {"in": "in+dat", "to": "zu+dat", "for": "für+acc", "with": "mit+dat"}
UNTRANSLATED |= {"on": "auf+dat", "from": "von+dat", "about": "über+acc", "at": "an+dat"}
UNTRANSLATED |= {"into": "in+acc", "of": "von+dat", "as": "als+nom", "after": "nach+dat"}


def agreement_of(phrase: Phrase, host: Host | None) -> Features:
    found = german_features.features(phrase, host)
    if type(phrase) is Pronoun and phrase.referent.person == 2:
        if german_features.is_one(phrase):
            return Features(M)
        if phrase.referent.number != "plural":
            return Features(M, 2)
    return found


def tail_of(phrase: Phrase):
    """A relative clause at the end of a phrase, which may come after the verb."""
    if type(phrase) in (Common, Name) and phrase.after:
        last = phrase.after[-1]
        if type(last) in (Reduced, Relative):
            return last
    return None


def add_argument(
    plan: Plan,
    phrase: Phrase,
    government: str,
    english: str,
    host: Host | None,
    binder: int | None,
    negated: tuple[Key, ...] = (),
) -> None:
    """An object in the case that the verb governs; ``english``: its preposition, if any."""
    if type(phrase) is Gap and host is None:
        return
    wh = (is_gap(phrase) and host is not None) or is_asked(phrase)
    keys = preposition_keys(plan.term, english, host if wh else None)
    preposition, _, case_name = government.rpartition("+")
    case = CASES[case_name]
    tail = tail_of(phrase)
    rest = german_phrases.modifier_words(tail, phrase, case) if tail else []
    if government == "nom":
        words = german_clauses.nominal_predicate(
            plan, plan.term, phrase, SEIN, Form(), host, binder, not tail
        )
        plan.add(LAST, words, rest, wh)
    elif preposition == "als":
        words = [Word("als", keys), *german_prepositions.role(phrase, case, plan.agree.female)]
        plan.add(german_adjuncts.ROLE, words, (), wh)
    elif preposition:
        if plan.term.verb is None or plan.term.verb.lemma != "belong":
            preposition, case = _destination(preposition, case, phrase)
        words = german_prepositions.governed(
            preposition, case, phrase, keys, host, binder, tail=not tail
        )
        plan.add(GOVERNED, words, rest, wh)
    else:
        words = german_phrases.noun_phrase(phrase, case, host, binder, negated, tail=not tail)
        if words and _is_played(plan.term, phrase) and words[0].mark == "article":
            words = moved_to(words[1:], words[0].keys)
        plan.add(_rank(phrase, case), moved_to(words, keys), rest, wh)


def _is_played(term, phrase: Phrase) -> bool:
    """*spielt Klavier*."""
    if type(phrase) is not Common or "instrument" not in phrase.noun.kinds or phrase.adjectives:
        return False
    return type(term) is Clause and term.verb.lemma in ("play", "learn", "study")


def preposition_keys(term, english: str, host: Host | None) -> tuple[Key, ...]:
    ids = [id(term), *({k[0] for k in host.keys} if host else ())]
    return tuple((i, f"prep:{word}") for word in english.split() for i in ids)


def _destination(preposition: str, case: int, phrase: Phrase) -> tuple[str, int]:
    """*nach Rom*, but *in die Schweiz* and *zum Schloss*; *auf einer Insel*."""
    if type(phrase) is Name and phrase.entity.label == "LOC" and preposition in ("nach", "zu"):
        return ("in", ACC) if name_form(phrase.entity).article else ("nach", DAT)
    if preposition == "nach" and type(phrase) is Common and "place" in "".join(phrase.noun.kinds):
        return "zu", DAT
    if (
        type(phrase) is Common
        and preposition == "in"
        and phrase.noun.german in german_prepositions.ON_IT
    ):
        return "auf", case
    if (
        type(phrase) is Common
        and preposition == "in"
        and phrase.noun.german in german_prepositions.AT_IT
    ):
        return "an", case
    return preposition, case


def _rank(phrase: Phrase, case: int) -> int:
    if type(phrase) is Pronoun:
        return ACC_PRONOUN if case == ACC else DAT_PRONOUN
    if case == DAT:
        return DATIVE
    return INDEFINITE if _is_indefinite(phrase) else DEFINITE


def _is_indefinite(phrase: Phrase) -> bool:
    if type(phrase) is Common:
        if phrase.det is None:
            return True
        return type(phrase.det) is FunctionWord and phrase.det.lemma in ("a", "any", "some", "no")
    return type(phrase) in (Gerund, Indefinite)


def _deniable(phrase: Phrase) -> bool:
    """Whether *kein* takes the negation in."""
    if type(phrase) is not Common or phrase.count is not None:
        return False
    if phrase.det is None:
        return True
    return type(phrase.det) is FunctionWord and phrase.det.lemma in ("a", "any")


def denial(plan: Plan, form: Form, phrase: Phrase) -> tuple[Key, ...]:
    if not _deniable(phrase):
        return ()
    return key(plan.term, "neg") if form.negation in ("not", "n't") else plan.denied


def governments(clause: Clause, forms: Forms) -> list[tuple[Phrase, str, str]]:
    """(phrase, what the verb governs it with, the English preposition)."""
    found = []
    governs = list(forms.governs)
    english = clause.verb.preposition
    if forms.infinitive == "gehören" and not _is_owner(clause.second):
        governs = ["zu+dat"]
    if forms.infinitive in german_clauses.BE_LIKE and clause.object is not None:
        governs = ["nom"]
    if governs == ["dat"] and clause.verb.lemma == "tell" and not is_person(clause.object):
        governs = ["acc"]
    if clause.object is not None and clause.second is not None and len(governs) == 1:
        governs = ["acc", *governs] if "+" in governs[0] else governs
    if clause.object is not None:
        found.append((clause.object, governs.pop(0) if governs else "acc", ""))
    if clause.second is not None:
        recipient = "for" if clause.verb.lemma in BENEFACTIVE else "to"
        spoken = english or (recipient if clause.shifted or clause.object is None else "")
        if clause.passive and not english:
            spoken = recipient
        government = governs.pop(0) if governs else UNTRANSLATED.get(english, "dat")
        found.append((clause.second, government, spoken))
    return found


def _is_owner(phrase: Phrase | None) -> bool:
    """One belongs *einer Frau*, but *zu Europa*, *zu den Säugetieren*."""
    if type(phrase) is Name:
        return phrase.entity.label in ("PER", "ORG")
    return is_person(phrase)


def is_person(phrase: Phrase | None) -> bool:
    if type(phrase) is Common:
        return phrase.noun.animate
    if type(phrase) is Pronoun:
        return phrase.referent.animate or phrase.referent.person != 3
    return type(phrase) in (Name, Joined, Indefinite, Gap)


def last_has(plan: Plan, keys: tuple[Key, ...]) -> None:
    """The field that was added last says these too."""
    field = plan.fields[-1]
    plan.fields[-1] = field._replace(words=moved_to(field.words, keys))

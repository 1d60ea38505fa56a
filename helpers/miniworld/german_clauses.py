"""German clauses: the finite verb second or last, what stands between, what comes after.

A clause is first a ``Plan``: a verb group, a subject, fields with their rank in the middle, what
may stand in front and what follows the verb. ``_arranged`` puts a plan into one of the orders:
MAIN, FINAL (subordinate), VERB_FIRST (question), ORDER (command), ZU (infinitive),
BARE (participle).
"""

from __future__ import annotations

from typing import NamedTuple

from helpers.miniworld import german, german_phrases
from helpers.miniworld.clauses import BENEFACTIVE, binder_of, is_asked, is_gap
from helpers.miniworld.german_phrases import COMMA, Host, Key, Word, key
from helpers.miniworld.german_words import (
    ACC,
    CASES,
    DAT,
    GEN,
    HABEN,
    MODAL_VERBS,
    NOM,
    REFLEXIVE,
    SEIN,
    WERDEN,
    WORDEN,
    Features,
    Forms,
    M,
    N,
    imperative,
    known_forms,
    name_form,
    past,
    present,
    subjunctive,
    verb_forms,
)
from helpers.miniworld.lexicon import Adverb, FunctionWord
from helpers.miniworld.terms import (
    END,
    FRONT,
    PAST,
    PRESENT,
    AdverbPhrase,
    Asked,
    At,
    Clause,
    Common,
    Copula,
    Date,
    Described,
    Exists,
    Form,
    Gap,
    Gerund,
    Impersonal,
    Indefinite,
    Infinitive,
    Joined,
    Name,
    Phrase,
    Pronoun,
    Purpose,
    Quote,
    Reduced,
    Relative,
    Sentential,
    Shared,
    Subordinate,
    That,
    Year,
)
from helpers.miniworld.vocabulary import vocabulary

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
# A participle with *sein*: what is so, not what is being done.
STATES = {"base", "name", "hide", "know"}
PARTICIPLES = {"know": "bekannt"}
# With an infinitive these are other verbs than with an object.
INFINITIVAL = {"erfahren": "lernen", "fragen": "bitten", "haben": "müssen"}
# Verbs with another object in German, as verbs with a direct one.
WITH_OBJECT = {"border": "begrenzen", "burn": "verbrennen", "keep": "behalten"}
WITH_OBJECT |= {"get": "bekommen"}
BE_LIKE = {"sein", "werden", "bleiben"}
UNTRANSLATED = {"in": "in+dat", "to": "zu+dat", "for": "für+acc", "with": "mit+dat"}
UNTRANSLATED |= {"on": "auf+dat", "from": "von+dat", "about": "über+acc", "at": "an+dat"}
UNTRANSLATED |= {"into": "in+acc", "of": "von+dat", "as": "als+nom", "after": "nach+dat"}
CONNECTED = {"so": "also"}  # a coordinator that stands in front of its clause


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


# ------------------------------------------------------------------------- verb groups

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


def _verb_group(plan: Plan, forms: Forms, form: Form, passive: bool, unreal: bool, state: bool):
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


# -------------------------------------------------------------------------------- plans


def _plan(
    clause,
    order: str,
    host: Host | None = None,
    subject: Phrase | None = None,
    control: Features | None = None,
    form: Form | None = None,
    unreal: bool = False,
    shares: bool = False,
    denied: tuple[Key, ...] = (),
) -> Plan:
    """The plan of one clause. ``subject`` and ``form`` replace its own; ``control``: who the
    understood subject of an infinitive is; ``shares``: its subject with another clause;
    ``denied``: the keys of a negation above it that *kein* may take in."""
    plan = Plan(clause)
    plan.shares, plan.denied = shares, denied
    form = form or clause.form
    if form.perfect and form.tense == PRESENT and form.modal is None and _lasting(clause):
        form = form._replace(perfect=False)
    kind = type(clause)
    if kind is Clause:
        _clause(plan, clause, order, host, subject, control, form, unreal)
    elif kind is Copula:
        _copula(plan, clause, order, host, subject, control, form, unreal)
    elif kind is Exists:
        _exists(plan, clause, host, form, unreal)
    else:
        _impersonal(plan, clause, host, form, unreal)
    if order in (MAIN, VERB_FIRST) and _just_now(form) and not clause.form.perfect:
        plan.add(ADVERB, [Word("gerade", key(clause, "prog"))])
    if form.negation == "never":
        plan.add(NOT, [Word("nie", key(clause, "neg"))])
    elif form.negation and not _has_key(plan, (id(clause), "neg")):
        plan.add(NOT, [Word("nicht", key(clause, "neg"))])
    return plan


def _just_now(form: Form) -> bool:
    return form.progressive and not (form.negation or form.modal or form.perfect)


def _has_key(plan: Plan, wanted: Key) -> bool:
    return any(wanted in word.keys for field in plan.fields for word in field.words)


def _lasting(clause) -> bool:
    """*has used it for two years*: still does."""
    return any(_is_lasting(a.content) for a in clause.adjuncts)


def _is_lasting(content) -> bool:
    if type(content) is not At or content.preposition.kind != "time":
        return False
    if content.preposition.lemma == "since":
        return True
    phrase = content.phrase
    return content.preposition.lemma == "for" and (
        type(phrase) is Common and phrase.noun.kind == "time" and phrase.noun.german != "Geburtstag"
    )


def _subject(plan: Plan, phrase: Phrase | None, order: str, host: Host | None, control) -> None:
    """Speaks the subject, unless it is understood."""
    if phrase is None or (type(phrase) is Gap and host is None):
        plan.agree = control or plan.agree
        return
    if order == VERB_FIRST and type(phrase) is Pronoun and german_phrases.is_one(phrase):
        plan.agree, plan.subject = Features(M, 2), [Word("du", key(phrase, "word"))]
        return
    plan.agree = _agreement(phrase, host)
    plan.subject_wh = (is_gap(phrase) and host is not None) or is_asked(phrase)
    tail = _tail(phrase)
    plan.subject = german_phrases.noun_phrase(phrase, NOM, host, tail=not tail)
    plan.subject_tail = german_phrases._modifier(tail, phrase, NOM) if tail else []


def _agreement(phrase: Phrase, host: Host | None) -> Features:
    found = german_phrases.features(phrase, host)
    if type(phrase) is Pronoun and phrase.referent.person == 2:
        if german_phrases.is_one(phrase):
            return Features(M)
        if phrase.referent.number != "plural":
            return Features(M, 2)
    return found


def _tail(phrase: Phrase):
    """A relative clause at the end of a phrase, which may come after the verb."""
    if type(phrase) in (Common, Name) and phrase.after:
        last = phrase.after[-1]
        if type(last) in (Reduced, Relative):
            return last
    return None


def _argument(
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
    keys = _preposition_keys(plan.term, english, host if wh else None)
    preposition, _, case_name = government.rpartition("+")
    case = CASES[case_name]
    tail = _tail(phrase)
    rest = german_phrases._modifier(tail, phrase, case) if tail else []
    if government == "nom":
        words = _nominal_predicate(plan, plan.term, phrase, SEIN, Form(), host, binder, not tail)
        plan.add(LAST, words, rest, wh)
    elif preposition == "als":
        words = [Word("als", keys), *german_phrases.role(phrase, case, plan.agree.female)]
        plan.add(ROLE, words, (), wh)
    elif preposition:
        if plan.term.verb is None or plan.term.verb.lemma != "belong":
            preposition, case = _destination(preposition, case, phrase)
        words = german_phrases.governed(
            preposition, case, phrase, keys, host, binder, tail=not tail
        )
        plan.add(GOVERNED, words, rest, wh)
    else:
        words = german_phrases.noun_phrase(phrase, case, host, binder, negated, tail=not tail)
        if words and _is_played(plan.term, phrase) and words[0].mark == "article":
            words = german_phrases.moved_to(words[1:], words[0].keys)
        plan.add(_rank(phrase, case), german_phrases.moved_to(words, keys), rest, wh)


def _is_played(term, phrase: Phrase) -> bool:
    """*spielt Klavier*."""
    if type(phrase) is not Common or "instrument" not in phrase.noun.kinds or phrase.adjectives:
        return False
    return type(term) is Clause and term.verb.lemma in ("play", "learn", "study")


def _preposition_keys(term, english: str, host: Host | None) -> tuple[Key, ...]:
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
        and phrase.noun.german in german_phrases.ON_IT
    ):
        return "auf", case
    if (
        type(phrase) is Common
        and preposition == "in"
        and phrase.noun.german in german_phrases.AT_IT
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


def _denial(plan: Plan, form: Form, phrase: Phrase) -> tuple[Key, ...]:
    if not _deniable(phrase):
        return ()
    return key(plan.term, "neg") if form.negation in ("not", "n't") else plan.denied


def _governments(clause: Clause, forms: Forms) -> list[tuple[Phrase, str, str]]:
    """(phrase, what the verb governs it with, the English preposition)."""
    found = []
    governs = list(forms.governs)
    english = clause.verb.preposition
    if forms.infinitive == "gehören" and not _is_owner(clause.second):
        governs = ["zu+dat"]
    if forms.infinitive in BE_LIKE and clause.object is not None:
        governs = ["nom"]
    if governs == ["dat"] and clause.verb.lemma == "tell" and not _is_person(clause.object):
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
    return _is_person(phrase)


def _is_person(phrase: Phrase | None) -> bool:
    if type(phrase) is Common:
        return phrase.noun.animate
    if type(phrase) is Pronoun:
        return phrase.referent.animate or phrase.referent.person != 3
    return type(phrase) in (Name, Joined, Indefinite, Gap)


def _clause(plan, clause, order, host, override, control, form, unreal) -> None:
    forms = _forms(clause)
    governments = _governments(clause, forms)
    passive = clause.passive
    object_government = governments[0][1] if clause.object is not None else ""
    if passive and clause.verb.lemma == "locate":
        forms, passive = known_forms("liegen"), False
        subject, others = clause.object, governments[1:]
        plan_keys = key(clause, "be")
    elif passive and plan.shares and clause.verb.lemma in WITH_OBJECT:
        forms = known_forms(WITH_OBJECT[clause.verb.lemma])
        subject, others, plan_keys = clause.object, governments[1:], ()
    elif passive and object_government != "acc" and clause.subject is not None:
        passive, subject, others, plan_keys = False, clause.subject, governments, ()
        plan_keys = key(clause, "be") + key(clause, "prep:by")
    elif passive and object_government == "acc":
        subject, others, plan_keys = clause.object, governments[1:], ()
    elif passive:
        subject, others, plan_keys = None, governments, ()
    else:
        subject, others, plan_keys = clause.subject, governments, ()
    state = clause.verb.lemma in STATES and clause.subject is None and not form.perfect
    if passive and clause.verb.lemma in PARTICIPLES:
        forms = forms._replace(participle=PARTICIPLES[clause.verb.lemma])
    _subject(plan, override or subject, order, host, control)
    _verb_group(plan, forms, form, passive, unreal, state)
    plan.finite_keys += plan_keys
    binder = None if clause.passive else binder_of(override or clause.subject)
    if forms.reflexive:
        plan.add(ACC_PRONOUN, [Word(_reflexive(plan.agree))])
    for phrase, government, english in others:
        negated = _denial(plan, form, phrase) if government == "acc" else ()
        _argument(plan, phrase, government, english, host, binder, negated)
    if passive and clause.subject is not None:
        _argument(plan, clause.subject, "von+dat", "by", host, None)
    other = _with_preposition(clause)
    if other:
        content = other[1].content
        _argument(plan, content.phrase, forms.governs[-1], "", host, binder)
        _last_has(plan, key(content, "prep"))
    role_case = ACC if not clause.passive and clause.object is not None else NOM
    _adjuncts(plan, clause, order, host, binder, role_case, other[1] if other else None)
    _complement(plan, clause, form)


def _forms(clause: Clause) -> Forms:
    other = _with_preposition(clause)
    forms = verb_forms(other[0] if other else clause.verb)
    if type(clause.complement) is Infinitive and forms.infinitive in INFINITIVAL:
        return known_forms(INFINITIVAL[forms.infinitive])._replace(governs=("acc",))
    if clause.object is not None and not forms.governs and clause.verb.lemma in WITH_OBJECT:
        return known_forms(WITH_OBJECT[clause.verb.lemma])
    return forms


def _with_preposition(clause: Clause):
    """The verb that this one is with the preposition of an adjunct, and that adjunct:
    *looked … for the key*."""
    if clause.second is not None or clause.object is not None or clause.complement is not None:
        return None
    for adjunct in clause.adjuncts:
        content = adjunct.content
        if type(content) is not At or content.preposition.kind in ("place", "time", "direction"):
            continue
        wanted = (clause.verb.lemma, "prepositional", content.preposition.lemma)
        verb = vocabulary().frames.get(wanted)
        if verb is not None and verb is not clause.verb:
            return verb, adjunct
    return None


def _reflexive(agree: Features) -> str:
    found = REFLEXIVE.get((agree.person, agree.plural))
    return found[0] if found else "sich"


def _copula(plan, clause, order, host, override, control, form, unreal) -> None:
    forms = verb_forms(clause.verb) if clause.verb is not None else SEIN
    subject, predicate = override or clause.subject, clause.predicate
    if _is_likely(predicate):
        _likely(plan, clause, order, host, subject, form)
        return
    if _asks_how(predicate):
        _how_is(plan, clause, host, form)
        return
    other = _phrasal_verb(clause)
    if other is not None:
        forms = verb_forms(other)
    kept = clause.verb is not None and clause.verb.lemma in WITH_OBJECT and _is_thing(predicate)
    if kept:
        forms = known_forms(WITH_OBJECT[clause.verb.lemma])
    right = _in_the_right(predicate, subject)
    forms = HABEN if right else forms
    _subject(plan, subject, order, host, control)
    _verb_group(plan, forms, form, False, unreal, False)
    if right:
        plan.add(LAST, [Word(right, key(predicate, "adj"))])
        _adjuncts(plan, clause, order, host, binder_of(subject), NOM)
        return
    if forms.reflexive:
        plan.add(ACC_PRONOUN, [Word(_reflexive(plan.agree))])
    binder = binder_of(subject)
    if kept:
        _argument(plan, predicate, "acc", "", host, binder, _denial(plan, form, predicate))
    elif other is not None:
        _argument(plan, predicate.phrase, forms.governs[-1], "", host, binder)
        _last_has(plan, key(predicate, "prep"))
    else:
        _predicate(plan, clause, predicate, forms, form, host, binder)
    _adjuncts(plan, clause, order, host, binder, NOM)


def _is_thing(predicate) -> bool:
    """*kept the box* isn't *kept quiet*."""
    return type(predicate) in (Common, Pronoun, Name)


def _phrasal_verb(clause: Copula):
    """*looks for a key* is no copula in German."""
    predicate = clause.predicate
    if clause.verb is None or type(predicate) is not At:
        return None
    wanted = (clause.verb.lemma, "prepositional", predicate.preposition.lemma)
    return vocabulary().frames.get(wanted)


def _last_has(plan: Plan, keys: tuple[Key, ...]) -> None:
    """The field that was added last says these too."""
    field = plan.fields[-1]
    plan.fields[-1] = field._replace(words=german_phrases.moved_to(field.words, keys))


def _is_likely(predicate) -> bool:
    if type(predicate) is not Described or predicate.complement is None:
        return False
    return predicate.adjective.lemma in ("likely", "unlikely")


def _asks_how(predicate) -> bool:
    return type(predicate) is Asked and predicate.word.lemma == "how"


def _in_the_right(predicate, subject) -> str:
    """Who is right *hat recht*."""
    if type(predicate) is not Described or predicate.adverb or not _is_person(subject):
        return ""
    return {"right": "recht", "wrong": "unrecht"}.get(predicate.adjective.lemma, "")


def _how_is(plan: Plan, clause: Copula, host, form: Form) -> None:
    """*How are you?* is *Wie geht es dir?*"""
    _verb_group(plan, known_forms("gehen"), form, False, False, False)
    plan.subject = [Word("es")]
    plan.add(LAST, german_phrases.asked(clause.predicate, NOM), (), True)
    plan.add(DAT_PRONOUN, german_phrases.noun_phrase(clause.subject, DAT, host))
    _adjuncts(plan, clause, MAIN, host, None, NOM)


def _likely(plan: Plan, clause: Copula, order, host, subject, form: Form) -> None:
    """*You are likely to find it* is *Man findet es wahrscheinlich*."""
    inner = _plan(clause.predicate.complement.clause, order, host, subject=subject, form=form)
    for slot in Plan.__slots__:
        setattr(plan, slot, getattr(inner, slot))
    plan.finite_keys += (*key(clause, "verb"), (id(inner.term), "to"))
    plan.add(ADVERB, german_phrases.described(clause.predicate._replace(complement=None)))
    keys = key(clause.predicate, "adj")
    words = [Word(w.form, keys) for w in plan.fields.pop().words]
    plan.add(ADVERB, words)


def _predicate(plan, clause, term, forms: Forms, form: Form, host, binder) -> None:
    kind = type(term)
    if kind is Described:
        plan.add(LAST, german_phrases.described(term._replace(complement=None), NOM))
        plan.fields[-1] = _kept_ids(plan.fields[-1], term)
        if term.complement is not None:
            plan.after.append(to_infinitive(term.complement.clause))
        return
    if kind is At:
        wh = (is_gap(term.phrase) and host is not None) or is_asked(term.phrase)
        extra = _preposition_keys(clause, term.preposition.lemma, host) if wh else ()
        plan.add(LAST, german_phrases.prepositional(term, host, binder, extra), (), wh)
        if term.preposition.kind == "purpose" and forms is SEIN:
            plan.add(LAST, [Word("da")])
        return
    if kind is Joined:
        plan.add(LAST, _joined_predicate(plan, clause, term, forms, host, binder))
        return
    wh = (is_gap(term) and host is not None) or is_asked(term)
    tail = _tail(term)
    words = _nominal_predicate(plan, clause, term, forms, form, host, binder, not tail)
    rest = german_phrases._modifier(tail, term, NOM) if tail else []
    plan.add(LAST, words, rest, wh)


def _kept_ids(field: Field, term: Described) -> Field:
    """The keys of a copy without complement are those of the term itself."""
    roles = {"adj", "more", "degree", "than"}
    words = []
    for word in field.words:
        keys = tuple(
            (id(term), r) if r in roles and i not in _inner_ids(term) else (i, r)
            for i, r in word.keys
        )
        words.append(word._replace(keys=keys))
    return field._replace(words=words)


def _inner_ids(term: Described) -> set[int]:
    found: set[int] = set()

    def walk(part) -> None:
        if isinstance(part, tuple):
            found.add(id(part))
            for piece in part:
                walk(piece)

    walk(term.than)
    return found


def _nominal_predicate(plan, clause, term, forms, form, host, binder, tail=True) -> list[Word]:
    start = [] if forms.infinitive in BE_LIKE else [Word("wie")]
    if type(term) is not Common:
        return start + german_phrases.noun_phrase(term, NOM, host, binder, tail=tail)
    alone = all(type(a) is At and a.preposition.kind == "means" for a in term.after)
    bare = term.noun.animate and not term.adjectives and alone and not start
    words = german_phrases.common(
        term,
        NOM,
        host,
        _denial(plan, form, term),
        tail,
        article=not bare,
        woman=plan.agree.female,
    )
    return start + words


def _joined_predicate(plan, clause, term: Joined, forms, host, binder) -> list[Word]:
    def say(item):
        if type(item) is Described:
            return german_phrases.described(item)
        if type(item) is At:
            return german_phrases.prepositional(item, host, binder)
        return _nominal_predicate(plan, clause, item, forms, Form(), host, binder)

    return german_phrases.joined(term, say)


def _exists(plan, clause: Exists, host, form: Form, unreal: bool) -> None:
    _verb_group(plan, known_forms("geben"), form, False, unreal, False)
    plan.subject = [Word("es", key(clause, "expl"))]
    _argument(plan, clause.phrase, "acc", "", host, None, _denial(plan, form, clause.phrase))
    _adjuncts(plan, clause, MAIN, host, None, NOM)


def _impersonal(plan, clause: Impersonal, host, form: Form, unreal: bool) -> None:
    forms = verb_forms(clause.verb) if clause.verb is not None else SEIN
    _verb_group(plan, forms, form, False, unreal, False)
    plan.subject = [Word("es", key(clause, "expl"))]
    _predicate(plan, clause, clause.predicate, forms, form, host, None)
    _adjuncts(plan, clause, MAIN, host, None, NOM)
    _complement(plan, clause, form)


def _complement(plan: Plan, clause, form: Form) -> None:
    term = clause.complement
    if term is None:
        return
    if type(term) is That:
        spoken = term.word.german if term.word else "dass"
        if term.word is not None and term.word.lemma in ("whether", "if"):
            spoken = "ob"
        mark = Word(spoken, key(clause, f"mark:{term.word.lemma}") if term.word else ())
        plan.after.append([COMMA, mark, *clause_words(term.clause, FINAL), COMMA])
    elif type(term) is Infinitive:
        _infinitive(plan, clause, term.clause, form)
    elif type(term) is Quote:
        words = quotation(term)
        if term.first:
            plan.fronts.insert(0, Field(0, [*words, COMMA]))
        else:
            plan.after.append([Word(":", (), "colon"), *words])


def _infinitive(plan: Plan, clause, inner, form: Form) -> None:
    """*will Rom sehen*, *versucht, Rom zu sehen*, *will, dass er kommt*."""
    subject = getattr(clause, "object", None)
    forms = _forms(clause) if type(clause) is Clause else None
    takes_bare = forms is not None and forms.infinitive in MODAL_VERBS
    if takes_bare and subject is not None:
        _drop_object(plan, subject)
        keys = ((id(inner), "to"),)
        words = _arranged(_plan(inner, FINAL, subject=subject), FINAL)
        plan.after.append([COMMA, Word("dass", keys), *words, COMMA])
        return
    control = _agreement(subject, None) if subject is not None else plan.agree
    if not takes_bare:
        plan.after.append(to_infinitive(inner, control))
        return
    denied = key(clause, "neg") if form.negation in ("not", "n't") else ()
    below = _plan(inner, BARE, control=control, denied=denied)
    plan.fields += [f._replace(rank=f.rank + 0.5) for f in below.fields]
    plan.nonfinite = [*_infinitives(below, zu=False), *plan.nonfinite]
    plan.after += below.after


def _drop_object(plan: Plan, phrase: Phrase) -> None:
    """Takes the words of an object out again."""
    ids: set[int] = set()

    def walk(part) -> None:
        if isinstance(part, tuple):
            ids.add(id(part))
            for piece in part:
                walk(piece)

    walk(phrase)
    plan.fields = [f for f in plan.fields if not any(k[0] in ids for w in f.words for k in w.keys)]


def quotation(term: Quote) -> list[Word]:
    inner = german.sentence_words(term.sentence, quoted=True, first=term.first)
    head = id(german.clause_of(term.sentence))
    first = inner[0]
    inner[0] = first._replace(form=first.form[0].upper() + first.form[1:])
    opening = Word("„", ((head, "open"),), "opening")
    return [opening, *inner, Word("“", ((head, "close"),), "closing")]


# ----------------------------------------------------------------------------- adjuncts

RANKS = {"time": TIME, "cause": TIME, "contrast": TIME, "direction": LAST, "origin": LAST}
RANKS |= {"role": MANNER - 0.5, "purpose": GOVERNED, "agent": GOVERNED, "recipient": GOVERNED}
ADVERB_RANKS = {"manner": MANNER, "place": MANNER, "frequency": TIME + 0.5, "degree": TIME + 0.5}
AFTER, ROLE = LAST + 1, MANNER - 0.5
PLACING = {"write", "put", "lay", "throw", "pour"}
ADDRESSING = {"write", "read", "say", "explain", "show"}
LATE_IN_COPULA = {"purpose", "topic"}
LATE_ADVERBS = {"home": LAST, "again": MANNER, "well": MANNER, "alone": MANNER}


def _adjuncts(plan: Plan, clause, order: str, host, binder, role_case: int, done=None) -> None:
    for adjunct in clause.adjuncts:
        if adjunct is done:
            continue
        content = adjunct.content
        kind = type(content)
        if kind is FunctionWord and content.kind == "interjection":
            plan.outer += [Word(content.german, key(adjunct, "adv")), COMMA]
        elif kind is Asked:
            plan.add(ADVERB, german_phrases.asked(content, NOM), (), True)
        elif kind in (Subordinate, Purpose, Reduced) or _is_clausal(content):
            _clausal(plan, adjunct, clause)
        else:
            _phrasal(plan, clause, adjunct, host, binder, role_case)


def _is_clausal(content) -> bool:
    if type(content) is not At or type(content.phrase) is not Gerund:
        return False
    return content.preposition.german in ("ohne", "statt")


def _clausal(plan: Plan, adjunct, clause) -> None:
    content = adjunct.content
    words = clausal_words(content, plan, _is_unreal(clause))
    if adjunct.place == FRONT:
        plan.fronts.append(Field(0, words))
    else:
        plan.after.append(words)


def _is_unreal(clause) -> bool:
    modal = clause.form.modal
    return modal is not None and modal.lemma in ("would", "could", "might")


def clausal_words(content, plan: Plan, unreal: bool) -> list[Word]:
    if type(content) is Subordinate:
        return subordinate(content, unreal)
    if type(content) is Purpose:
        inner = clause_words(content.clause, ZU, control=plan.agree)
        return [COMMA, Word("um", key(content.clause, "to")), *inner, COMMA]
    if type(content) is Reduced:
        return [COMMA, *participial(content, plan.agree), COMMA]
    return german_phrases.prepositional(content)


def subordinate(term: Subordinate, unreal: bool = False) -> list[Word]:
    """*obwohl der Film alt ist*, with its commas."""
    word, inner = term.conjunction.german, term.clause
    form = getattr(inner, "form", Form())
    if term.conjunction.lemma in ("when", "as"):
        word = "als" if form.tense == PAST else "wenn"
    if term.conjunction.lemma == "unless":
        word = "es sei denn dass"
    unreal = unreal and term.conjunction.lemma == "if" and form.tense == PAST
    marks = [Word(w, key(term, "mark")) for w in word.split(" ")]
    if marks[-1].form == "dass":
        marks.insert(-1, COMMA)
    return [COMMA, *marks, *clause_words(inner, FINAL, unreal=unreal), COMMA]


def participial(term: Reduced, agree: Features | None = None) -> list[Word]:
    """*in Warschau geboren*, *ein Buch lesend*."""
    clause = term.clause
    plan = _plan(clause, BARE, control=agree, form=Form(negation=clause.form.negation))
    forms = verb_forms(clause.verb)
    form = forms.participle if clause.passive else forms.infinitive + "d"
    if clause.passive and clause.verb.lemma in PARTICIPLES:
        form = PARTICIPLES[clause.verb.lemma]
    plan.nonfinite = [Word(form, key(clause, "verb"))]
    return _arranged(plan, BARE)


def _phrasal(plan: Plan, clause, adjunct, host, binder, role_case: int) -> None:
    content = adjunct.content
    rank, tail, wh = _adjunct_rank(content), (), False
    if type(clause) is Copula and type(content) is At and adjunct.place == END:
        nominal = type(clause.predicate) in (Common, Name)
        if content.preposition.kind in LATE_IN_COPULA or (nominal and rank != TIME):
            rank = AFTER
    if type(content) is At:
        phrase = content.phrase
        government = _recipient(clause, content)
        if government:
            _argument(plan, phrase, government, "", host, binder)
            _last_has(plan, key(content, "prep"))
            return
        wh = (is_gap(phrase) and host is not None) or is_asked(phrase)
        if type(phrase) is Gap and host is None:
            return
        extra = (
            _preposition_keys(clause, content.preposition.lemma, host if wh else None) if wh else ()
        )
        since = clause.form.perfect and clause.form.tense == PRESENT and _is_lasting(content)
        late = _tail(phrase)
        if content.preposition.lemma == "as" and type(phrase) is Common:
            woman = plan.agree.female
            words = [
                Word("als", key(content, "prep")),
                *german_phrases.role(phrase, role_case, woman),
            ]
        else:
            onto = type(clause) is Clause and clause.verb.lemma in PLACING
            words = german_phrases.prepositional(
                content, host, binder, extra, since, role_case, tail=not late, onto=onto
            )
            tail = german_phrases._modifier(late, phrase, DAT) if late else ()
    else:
        words = adjunct_words(content, adjunct)
    if adjunct.place == FRONT and not wh:
        plan.fronts.append(Field(rank, [*words, *tail]))
    else:
        plan.add(rank, words, tail, wh)


def _recipient(clause, content: At) -> str:
    """*given to Clara*, *tied to the boat*: what the verb governs its second object with."""
    if type(clause) is not Clause or content.preposition.lemma != "to" or clause.second is not None:
        return ""
    governs = verb_forms(clause.verb).governs
    if type(content.phrase) in (Gap, Asked):
        return ""
    if clause.verb.lemma in ADDRESSING and _is_person(content.phrase):
        return "dat"
    return governs[1] if len(governs) > 1 else ""


def adjunct_words(content, adjunct) -> list[Word]:
    if type(content) in (Adverb, AdverbPhrase, FunctionWord):
        return german_phrases.adverb_words(content, key(adjunct, "adv"))
    if type(content) is Joined:
        return german_phrases.joined(content, lambda item: adjunct_words(item, content))
    if type(content) is At:
        return german_phrases.prepositional(content)
    if type(content) in (Common, Date):
        return temporal(content)
    raise TypeError(f"adjunct={content!r} is not allowed.")


def temporal(term) -> list[Word]:
    """*eines Tages*, *am nächsten Morgen*, *heute Morgen*, *jeden Tag*, *letzte Woche*."""
    if type(term) is Date:
        return german_phrases.melted(
            "an", (), [Word("dem", (), "article"), *german_phrases.date(term)]
        )
    noun = term.noun.german
    lemma = term.det.lemma if type(term.det) is FunctionWord else ""
    if term.count == 1 and not lemma:
        name = "Nachts" if noun == "Nacht" else german_phrases.noun_form(term.noun, GEN, "singular")
        return [Word("eines", key(term, "count")), Word(name, key(term, "noun"))]
    if lemma == "this" and noun in ("Morgen", "Abend", "Nachmittag"):
        return [Word("heute", key(term, "det")), Word(noun, key(term, "noun"))]
    if lemma == "the":
        preposition = "in" if noun in ("Woche", "Nacht") else "an"
        return german_phrases.melted(preposition, (), german_phrases.common(term, DAT))
    return german_phrases.common(term, ACC)


def _adjunct_rank(content) -> int:
    kind = type(content)
    if kind is AdverbPhrase:
        return _adjunct_rank(content.adverb)
    if kind is Adverb:
        if content.lemma in LATE_ADVERBS:
            return LATE_ADVERBS[content.lemma]
        return NOT if content.lemma == "never" else ADVERB_RANKS.get(content.kind, ADVERB)
    if kind is At:
        if type(content.phrase) in (Year, Date):
            return TIME
        return RANKS.get(content.preposition.kind, MANNER)
    if kind is Joined:
        return _adjunct_rank(content.items[0])
    return TIME if kind in (Common, Date) else ADVERB


# ---------------------------------------------------------------------------- arranging


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
    return _arranged(_plan(clause, order, host, control=control, unreal=unreal), order)


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
            plan = _plan(item, order, host)
            plan.fronts.insert(0, Field(0, [front._replace(mark="")]))
            words += _arranged(plan, order)
        else:
            words += clause_words(item, order, host)
    return words


def _shared(term: Shared, order: str, host: Host | None) -> list[Word]:
    words: list[Word] = []
    for i, item in enumerate(term.clauses):
        plan = _plan(item, order, host, shares=True)
        if not i:
            words += _arranged(plan, order)
            continue
        last = i == len(term.clauses) - 1
        if last:
            words += _coordinator(term, term.conjunction.lemma not in ("and", "or"))
        else:
            words.append(COMMA)
        plan.fields = [f for f in plan.fields if not (f.wh and plan.subject is None)]
        plan.subject, plan.subject_tail = None, []
        words += _arranged(plan, order, shared=True)
    return words


def _arranged(plan: Plan, order: str, shared: bool = False) -> list[Word]:
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
    left, right = _brackets(plan, order)
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


def _brackets(plan: Plan, order: str) -> tuple[list[Word], list[Word]]:
    """What stands to the left and to the right of the middle."""
    if order == BARE:
        return [], list(plan.nonfinite)
    if order == ZU:
        return [], _infinitives(plan, zu=True)
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


def _infinitives(plan: Plan, zu: bool) -> list[Word]:
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


def to_infinitive(clause, control: Features | None = None) -> list[Word]:
    """*zu schlafen*; longer ones between commas."""
    words = clause_words(clause, ZU, control=control)
    return words if len(words) <= 2 else [COMMA, *words, COMMA]


# ------------------------------------------------------------------------ other clauses


def relative(term: Relative | Reduced, host_term) -> list[Word]:
    """A relative clause between its commas; a reduced clause is spoken as one."""
    found = german_phrases.features(host_term)
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
        tense = PAST if clause.passive and clause.verb.lemma not in STATES else clause.form.tense
        form = Form(tense, negation=clause.form.negation)
        host = host._replace(keys=())
        words = _arranged(_plan(clause, FINAL, host, form=form), FINAL)
    else:
        words = clause_words(clause, FINAL, host)
    return [COMMA, *words, COMMA]


def complements_of_noun(clause: Clause) -> list[Word]:
    """What belongs to a nominalised verb: *(das Schneiden) von Brot*."""
    words: list[Word] = []
    for phrase, government, english in _governments(clause, verb_forms(clause.verb)):
        if type(phrase) is Gap:
            continue
        keys = _preposition_keys(clause, english, None)
        preposition, _, case = government.rpartition("+")
        if preposition:
            words += german_phrases.governed(preposition, CASES[case], phrase, keys)
        else:
            words += german_phrases.owner_after(phrase, keys)
    for adjunct in clause.adjuncts:
        if type(adjunct.content) not in (Subordinate, Purpose, Reduced, Asked):
            words += adjunct_words(adjunct.content, adjunct)
    return words

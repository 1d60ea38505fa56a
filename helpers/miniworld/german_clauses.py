"""German clauses: from a term to a ``Plan`` of verb group, subject, fields and what follows."""

from __future__ import annotations

from helpers.miniworld import (
    german,
    german_adjectives,
    german_adjuncts,
    german_arguments,
    german_features,
    german_orders,
    german_phrases,
    german_plans,
    german_prepositions,
)
from helpers.miniworld.clauses import binder_of, is_asked, is_gap
from helpers.miniworld.german_features import COMMA, Host, Key, Word, key
from helpers.miniworld.german_plans import (
    ACC_PRONOUN,
    ADVERB,
    BARE,
    DAT_PRONOUN,
    FINAL,
    LAST,
    MAIN,
    NOT,
    VERB_FIRST,
    Field,
    Plan,
)
from helpers.miniworld.german_words import (
    ACC,
    DAT,
    HABEN,
    MODAL_VERBS,
    NOM,
    PL,
    REFLEXIVE,
    SEIN,
    F,
    Features,
    Forms,
    M,
    adjective_form,
    inflected,
    known_forms,
    strong_ending,
    verb_forms,
)
from helpers.miniworld.terms import (
    POSITIVE,
    PRESENT,
    Asked,
    At,
    Clause,
    Common,
    Copula,
    Described,
    Exists,
    Form,
    Gap,
    Impersonal,
    Infinitive,
    Joined,
    Name,
    Phrase,
    Pronoun,
    Quote,
    That,
)
from helpers.miniworld.vocabulary import vocabulary

# A participle with *sein*: what is so, not what is being done.
STATES = {"base", "name", "hide", "know"}
PARTICIPLES = {"know": "bekannt"}

# With an infinitive these are other verbs than with an object.
INFINITIVAL = {"erfahren": "lernen", "fragen": "bitten", "haben": "müssen"}

# Verbs with another object in German, as verbs with a direct one.
WITH_OBJECT = {"border": "begrenzen", "burn": "verbrennen", "keep": "behalten", "duck": "einziehen"}
WITH_OBJECT |= {"get": "bekommen"}
BE_LIKE = {"sein", "werden", "bleiben"}


def planned(
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
    return any(is_lasting(a.content) for a in clause.adjuncts)


def is_lasting(content) -> bool:
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
    if order == VERB_FIRST and type(phrase) is Pronoun and german_features.is_one(phrase):
        plan.agree, plan.subject = Features(M, 2), [Word("du", key(phrase, "word"))]
        return
    plan.agree = german_arguments.agreement_of(phrase, host)
    plan.subject_wh = (is_gap(phrase) and host is not None) or is_asked(phrase)
    tail = german_arguments.tail_of(phrase)
    plan.subject = german_phrases.noun_phrase(phrase, NOM, host, tail=not tail)
    plan.subject_tail = german_phrases.modifier_words(tail, phrase, NOM) if tail else []


def _clause(plan, clause, order, host, override, control, form, unreal) -> None:
    forms = _forms(clause)
    governments = german_arguments.governments(clause, forms)
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
    german_plans.add_verb_group(plan, forms, form, passive, unreal, state)
    plan.finite_keys += plan_keys
    binder = None if clause.passive else binder_of(override or clause.subject)
    if forms.reflexive or _each_other(forms, clause):
        plan.add(ACC_PRONOUN, [Word(_reflexive(plan.agree))])
    for phrase, government, english in others:
        negated = german_arguments.denial(plan, form, phrase) if government == "acc" else ()
        german_arguments.add_argument(plan, phrase, government, english, host, binder, negated)
    if passive and clause.subject is not None:
        german_arguments.add_argument(plan, clause.subject, "von+dat", "by", host, None)
    other = _with_preposition(clause)
    if other:
        content = other[1].content
        german_arguments.add_argument(plan, content.phrase, forms.governs[-1], "", host, binder)
        german_arguments.last_has(plan, key(content, "prep"))
    role_case = ACC if not clause.passive and clause.object is not None else NOM
    german_adjuncts.add_adjuncts(
        plan, clause, order, host, binder, role_case, other[1] if other else None
    )
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


def _each_other(forms: Forms, clause: Clause) -> bool:
    """*They met*: *Sie trafen sich*."""
    return forms.infinitive == "treffen" and clause.object is None


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
    german_plans.add_verb_group(plan, forms, form, False, unreal, False)
    if right:
        plan.add(LAST, [Word(right, key(predicate, "adj"))])
        german_adjuncts.add_adjuncts(plan, clause, order, host, binder_of(subject), NOM)
        return
    if forms.reflexive:
        plan.add(ACC_PRONOUN, [Word(_reflexive(plan.agree))])
    binder = binder_of(subject)
    if kept:
        german_arguments.add_argument(
            plan, predicate, "acc", "", host, binder, german_arguments.denial(plan, form, predicate)
        )
    elif other is not None:
        german_arguments.add_argument(plan, predicate.phrase, forms.governs[-1], "", host, binder)
        german_arguments.last_has(plan, key(predicate, "prep"))
    else:
        _predicate(plan, clause, predicate, forms, form, host, binder)
    german_adjuncts.add_adjuncts(plan, clause, order, host, binder, NOM)


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


def _is_likely(predicate) -> bool:
    if type(predicate) is not Described or predicate.complement is None:
        return False
    return predicate.adjective.lemma in ("likely", "unlikely")


def _asks_how(predicate) -> bool:
    return type(predicate) is Asked and predicate.word.lemma == "how"


def _in_the_right(predicate, subject) -> str:
    """Who is right *hat recht*."""
    if (
        type(predicate) is not Described
        or predicate.adverb
        or not german_arguments.is_person(subject)
    ):
        return ""
    return {"right": "recht", "wrong": "unrecht"}.get(predicate.adjective.lemma, "")


def _how_is(plan: Plan, clause: Copula, host, form: Form) -> None:
    """*How are you?* is *Wie geht es dir?*"""
    german_plans.add_verb_group(plan, known_forms("gehen"), form, False, False, False)
    plan.subject = [Word("es")]
    plan.add(LAST, german_phrases.asked(clause.predicate, NOM), (), True)
    plan.add(DAT_PRONOUN, german_phrases.noun_phrase(clause.subject, DAT, host))
    german_adjuncts.add_adjuncts(plan, clause, MAIN, host, None, NOM)


def _likely(plan: Plan, clause: Copula, order, host, subject, form: Form) -> None:
    """*You are likely to find it* is *Man findet es wahrscheinlich*."""
    inner = planned(clause.predicate.complement.clause, order, host, subject=subject, form=form)
    for slot in Plan.__slots__:
        setattr(plan, slot, getattr(inner, slot))
    plan.finite_keys += (*key(clause, "verb"), (id(inner.term), "to"))
    plan.add(ADVERB, german_adjectives.described(clause.predicate._replace(complement=None)))
    keys = key(clause.predicate, "adj")
    words = [Word(w.form, keys) for w in plan.fields.pop().words]
    plan.add(ADVERB, words)


def _predicate(plan, clause, term, forms: Forms, form: Form, host, binder) -> None:
    kind = type(term)
    if (
        kind is Described
        and _is_nationality(term)
        and _is_somebody(getattr(clause, "subject", None))
    ):
        plan.add(LAST, _citizen(term, plan.agree))
        return
    if kind is Described:
        plan.add(LAST, german_adjectives.described(term._replace(complement=None), NOM))
        plan.fields[-1] = _kept_ids(plan.fields[-1], term)
        if term.complement is not None:
            plan.after.append(german_orders.to_infinitive(term.complement.clause))
        return
    if kind is At:
        wh = (is_gap(term.phrase) and host is not None) or is_asked(term.phrase)
        extra = (
            german_arguments.preposition_keys(clause, term.preposition.lemma, host) if wh else ()
        )
        plan.add(LAST, german_prepositions.prepositional(term, host, binder, extra), (), wh)
        if term.preposition.kind == "purpose" and forms is SEIN:
            plan.add(LAST, [Word("da")])
        return
    if kind is Joined:
        plan.add(LAST, _joined_predicate(plan, clause, term, forms, host, binder))
        return
    wh = (is_gap(term) and host is not None) or is_asked(term)
    tail = german_arguments.tail_of(term)
    words = nominal_predicate(plan, clause, term, forms, form, host, binder, not tail)
    rest = german_phrases.modifier_words(tail, term, NOM) if tail else []
    plan.add(LAST, words, rest, wh)


def _is_nationality(term: Described) -> bool:
    return term.adjective.lemma[0].isupper() and term.degree == POSITIVE and not term.adverb


def _is_somebody(phrase) -> bool:
    if type(phrase) is Name:
        return phrase.entity.label == "PER"
    return type(phrase) in (Common, Pronoun) and german_arguments.is_person(phrase)


def _citizen(term: Described, agree: Features) -> list[Word]:
    """She who is French is *französische Staatsbürgerin*."""
    keys = key(term, "adj")
    of = PL if agree.plural else F if agree.female else M
    noun = "Staatsbürgerin" if of == F else "Staatsbürger"
    form = inflected(adjective_form(term.adjective), strong_ending(NOM, of))
    return [Word(form, keys), Word(noun, keys)]


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


def nominal_predicate(plan, clause, term, forms, form, host, binder, tail=True) -> list[Word]:
    start = [] if forms.infinitive in BE_LIKE else [Word("wie")]
    if type(term) is not Common:
        return start + german_phrases.noun_phrase(term, NOM, host, binder, tail=tail)
    alone = all(type(a) is At and a.preposition.kind == "means" for a in term.after)
    bare = term.noun.animate and not term.adjectives and alone and not start
    words = german_phrases.common(
        term,
        NOM,
        host,
        german_arguments.denial(plan, form, term),
        tail,
        article=not bare,
        woman=plan.agree.female,
    )
    return start + words


def _joined_predicate(plan, clause, term: Joined, forms, host, binder) -> list[Word]:
    def say(item):
        if type(item) is Described:
            return german_adjectives.described(item)
        if type(item) is At:
            return german_prepositions.prepositional(item, host, binder)
        return nominal_predicate(plan, clause, item, forms, Form(), host, binder)

    return german_phrases.joined(term, say)


def _exists(plan, clause: Exists, host, form: Form, unreal: bool) -> None:
    german_plans.add_verb_group(plan, known_forms("geben"), form, False, unreal, False)
    plan.subject = [Word("es", key(clause, "expl"))]
    german_arguments.add_argument(
        plan,
        clause.phrase,
        "acc",
        "",
        host,
        None,
        german_arguments.denial(plan, form, clause.phrase),
    )
    german_adjuncts.add_adjuncts(plan, clause, MAIN, host, None, NOM)


def _impersonal(plan, clause: Impersonal, host, form: Form, unreal: bool) -> None:
    forms = verb_forms(clause.verb) if clause.verb is not None else SEIN
    german_plans.add_verb_group(plan, forms, form, False, unreal, False)
    plan.subject = [Word("es", key(clause, "expl"))]
    _predicate(plan, clause, clause.predicate, forms, form, host, None)
    german_adjuncts.add_adjuncts(plan, clause, MAIN, host, None, NOM)
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
        plan.after.append([COMMA, mark, *german_orders.clause_words(term.clause, FINAL), COMMA])
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
        words = german_orders.arranged(planned(inner, FINAL, subject=subject), FINAL)
        plan.after.append([COMMA, Word("dass", keys), *words, COMMA])
        return
    control = german_arguments.agreement_of(subject, None) if subject is not None else plan.agree
    if not takes_bare:
        plan.after.append(german_orders.to_infinitive(inner, control))
        return
    denied = key(clause, "neg") if form.negation in ("not", "n't") else ()
    below = planned(inner, BARE, control=control, denied=denied)
    plan.fields += [f._replace(rank=f.rank + 0.5) for f in below.fields]
    plan.nonfinite = [*german_plans.infinitives(below, zu=False), *plan.nonfinite]
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

"""German adverbials: their rank in the clause, clauses and participles among them."""

from __future__ import annotations

from helpers.miniworld import (
    german_adjectives,
    german_arguments,
    german_clauses,
    german_orders,
    german_phrases,
    german_prepositions,
)
from helpers.miniworld.clauses import is_asked, is_gap
from helpers.miniworld.german_features import COMMA, Word, key
from helpers.miniworld.german_plans import (
    ADVERB,
    BARE,
    FINAL,
    GOVERNED,
    LAST,
    MANNER,
    NOT,
    TIME,
    ZU,
    Field,
    Plan,
)
from helpers.miniworld.german_words import ACC, DAT, GEN, NOM, Features, noun_form, verb_forms
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
    Form,
    Gap,
    Gerund,
    Joined,
    Name,
    Purpose,
    Reduced,
    Subordinate,
    Year,
)

RANKS = {"time": TIME, "cause": TIME, "contrast": TIME, "direction": LAST, "origin": LAST}
RANKS |= {"role": MANNER - 0.5, "purpose": GOVERNED, "agent": GOVERNED, "recipient": GOVERNED}
ADVERB_RANKS = {"manner": MANNER, "place": MANNER, "frequency": TIME + 0.5, "degree": TIME + 0.5}
AFTER, ROLE = LAST + 1, MANNER - 0.5
PLACING = {"write", "put", "lay", "throw", "pour"}
ADDRESSING = {"write", "read", "say", "explain", "show"}
LATE_IN_COPULA = {"purpose", "topic"}
LATE_ADVERBS = {"home": LAST, "again": MANNER, "well": MANNER, "alone": MANNER}


def add_adjuncts(plan: Plan, clause, order: str, host, binder, role_case: int, done=None) -> None:
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
        inner = german_orders.clause_words(content.clause, ZU, control=plan.agree)
        return [COMMA, Word("um", key(content.clause, "to")), *inner, COMMA]
    if type(content) is Reduced:
        return [COMMA, *participial(content, plan.agree), COMMA]
    return german_prepositions.prepositional(content)


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
    return [COMMA, *marks, *german_orders.clause_words(inner, FINAL, unreal=unreal), COMMA]


def participial(term: Reduced, agree: Features | None = None) -> list[Word]:
    """*in Warschau geboren*, *ein Buch lesend*."""
    clause = term.clause
    plan = german_clauses.planned(
        clause, BARE, control=agree, form=Form(negation=clause.form.negation)
    )
    forms = verb_forms(clause.verb)
    form = forms.participle if clause.passive else forms.infinitive + "d"
    if clause.passive and clause.verb.lemma in german_clauses.PARTICIPLES:
        form = german_clauses.PARTICIPLES[clause.verb.lemma]
    plan.nonfinite = [Word(form, key(clause, "verb"))]
    return german_orders.arranged(plan, BARE)


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
            german_arguments.add_argument(plan, phrase, government, "", host, binder)
            german_arguments.last_has(plan, key(content, "prep"))
            return
        wh = (is_gap(phrase) and host is not None) or is_asked(phrase)
        if type(phrase) is Gap and host is None:
            return
        extra = (
            german_arguments.preposition_keys(
                clause, content.preposition.lemma, host if wh else None
            )
            if wh
            else ()
        )
        since = (
            clause.form.perfect
            and clause.form.tense == PRESENT
            and german_clauses.is_lasting(content)
        )
        late = german_arguments.tail_of(phrase)
        if content.preposition.lemma == "as" and type(phrase) is Common:
            woman = plan.agree.female
            words = [
                Word("als", key(content, "prep")),
                *german_prepositions.role(phrase, role_case, woman),
            ]
        else:
            onto = type(clause) is Clause and clause.verb.lemma in PLACING
            words = german_prepositions.prepositional(
                content, host, binder, extra, since, role_case, tail=not late, onto=onto
            )
            tail = german_phrases.modifier_words(late, phrase, DAT) if late else ()
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
    if clause.verb.lemma in ADDRESSING and german_arguments.is_person(content.phrase):
        return "dat"
    return governs[1] if len(governs) > 1 else ""


def adjunct_words(content, adjunct) -> list[Word]:
    if type(content) in (Adverb, AdverbPhrase, FunctionWord):
        return german_adjectives.adverb_words(content, key(adjunct, "adv"))
    if type(content) is Joined:
        return german_phrases.joined(content, lambda item: adjunct_words(item, content))
    if type(content) is At:
        return german_prepositions.prepositional(content)
    if type(content) in (Common, Date):
        return temporal(content)
    raise TypeError(f"adjunct={content!r} is not allowed.")


def temporal(term) -> list[Word]:
    """*eines Tages*, *am nächsten Morgen*, *heute Morgen*, *jeden Tag*, *letzte Woche*."""
    if type(term) is Date:
        return german_prepositions.melted(
            "an", (), [Word("dem", (), "article"), *german_phrases.date(term)]
        )
    noun = term.noun.german
    lemma = term.det.lemma if type(term.det) is FunctionWord else ""
    if term.count == 1 and not lemma:
        name = "Nachts" if noun == "Nacht" else noun_form(term.noun, GEN, "singular")
        return [Word("eines", key(term, "count")), Word(name, key(term, "noun"))]
    if lemma == "this" and noun in ("Morgen", "Abend", "Nachmittag"):
        return [Word("heute", key(term, "det")), Word(noun, key(term, "noun"))]
    if lemma == "the":
        preposition = "in" if noun in ("Woche", "Nacht") else "an"
        return german_prepositions.melted(preposition, (), german_phrases.common(term, DAT))
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

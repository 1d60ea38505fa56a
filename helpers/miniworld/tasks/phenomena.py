"""Phenomena of English grammar: for each, a good sentence and one controlled change that spoils it.

Every phenomenon comes in two mirror images (*does n't open / did n't opened*, *never opens / never
open*), so that no word speaks for or against a sentence: only the way words stand together does.
What is tested has names as in BLiMP (Warstadt et al. 2020).
"""

from collections.abc import Callable
from typing import NamedTuple

from helpers.miniworld.documents.story_words import NEEDS_OBJECT
from helpers.miniworld.english import tree
from helpers.miniworld.phrases import PERSONAL
from helpers.miniworld.tasks.material import TAKES_NONE, Kit, other
from helpers.miniworld.terms import (
    COMPARATIVE,
    EQUAL,
    PAST,
    PLURAL,
    POSITIVE,
    PRESENT,
    SINGULAR,
    Adjunct,
    Asked,
    At,
    Clause,
    Common,
    Copula,
    Described,
    Exists,
    Form,
    Gap,
    Indefinite,
    Joined,
    Pronoun,
    Question,
    Referent,
    Relative,
    Sentence,
    Statement,
    Subordinate,
)
from helpers.miniworld.trees import Leaf, dropped, joined, leaf, leaves
from helpers.miniworld.verb_groups import BE, finite
from helpers.miniworld.verb_groups import PLURAL as PLURAL_VERB
from helpers.miniworld.verb_groups import THIRD as SINGULAR_VERB

Words = list[Leaf]
FINITE = ("VBZ", "VBP")
NEVER, NOT = "never", "not"


class Sample(NamedTuple):
    """A term and the words of its spoilt sentence."""

    term: Sentence
    bad: Words

    @property
    def good(self) -> Words:
        return spoken(self.term)

    def texts(self) -> tuple[str, str]:
        return joined(self.good), joined(self.bad)


def spoken(term: Sentence) -> Words:
    """The words of a sentence, in order."""
    found = leaves(tree(term))
    gone = dropped(found)
    return [x for i, x in enumerate(found) if i not in gone]


# ------------------------------------------------------------------------------ changes


def place(words: Words, wanted: Callable[[Leaf], bool], last: bool = False) -> int:
    """Position of the first (or last) word that is wanted."""
    order = range(len(words))
    return next(i for i in (reversed(order) if last else order) if wanted(words[i]))


def tagged(*tags: str) -> Callable[[Leaf], bool]:
    return lambda word: word.xpos in tags


def form(*forms: str) -> Callable[[Leaf], bool]:
    return lambda word: word.form in forms


def respelt(words: Words, i: int, spelling: str) -> Words:
    """Another word in the place of word ``i``."""
    changed = words[i]._replace(text=" " + spelling, form=spelling)
    return [*words[:i], changed, *words[i + 1 :]]


def moved(words: Words, start: int, end: int, to: int) -> Words:
    """Words ``start`` … ``end`` - 1 before the word that was number ``to``."""
    block, rest = words[start:end], words[:start] + words[end:]
    at = to if to <= start else to - (end - start)
    return rest[:at] + block + rest[at:]


def without(words: Words, i: int, n: int = 1) -> Words:
    return words[:i] + words[i + n :]


def inserted(words: Words, i: int, spelling: str) -> Words:
    return [*words[:i], leaf(spelling, spelling, "X", "FW"), *words[i:]]


def disagreeing(words: Words, i: int, verb=None) -> Words:
    """The finite verb at ``i`` in the other number."""
    number = PLURAL_VERB if words[i].xpos == "VBZ" else SINGULAR_VERB
    return respelt(words, i, finite(verb or BE, PRESENT, number)[0])


# ---------------------------------------------------------------------------- agreement


def subject_and_verb(kit: Kit, subject: Common, number: str) -> Sample:
    """A statement with this subject, and with its last finite verb in the wrong number."""
    clause = kit.deed(subject) if kit.choices.chance(0.5) else kit.action(subject)
    term = Statement(clause)
    words = spoken(term)
    tag = "VBZ" if number == SINGULAR else "VBP"
    at = place(words, lambda w: w.xpos == tag and w.lemma == clause.verb.lemma, last=True)
    return Sample(term, disagreeing(words, at, clause.verb))


def agreement_simple(kit: Kit) -> Sample:
    """*The doctors smile.*"""
    number = kit.number()
    return subject_and_verb(kit, kit.person(number), number)


def agreement_attractor(kit: Kit) -> Sample:
    """*The doctors near the window smile.*"""
    number = kit.number()
    return subject_and_verb(kit, kit.person(number, after=(kit.place(other(number)),)), number)


def agreement_object_relative(kit: Kit) -> Sample:
    """*The doctors that the guest admires smile.*"""
    number = kit.number()
    clause = kit.dealing(kit.person(other(number)), Gap())
    subject = kit.person(number, after=(Relative(clause, that=True),))
    return subject_and_verb(kit, subject, number)


def agreement_subject_relative(kit: Kit) -> Sample:
    """*The doctors who admire the guest smile.*"""
    number = kit.number()
    clause = kit.dealing(Gap(), kit.person(other(number)))
    return subject_and_verb(kit, kit.person(number, after=(Relative(clause),)), number)


def agreement_there(kit: Kit) -> Sample:
    """*There are two chairs near the window.*"""
    number = kit.number()
    noun = kit.pick(kit.stock.places)
    determiner = kit.word("no" if kit.choices.chance(0.5) else "some", "determiner")
    if determiner.lemma == "some" and number == SINGULAR:
        determiner = kit.word("a", "determiner")
    phrase = Common(noun, number, determiner)
    term = Statement(Exists(phrase, adjuncts=(Adjunct(kit.place(kit.number())),)))
    words = spoken(term)
    return Sample(term, disagreeing(words, place(words, tagged(*FINITE))))


def determiner_noun(kit: Kit) -> Sample:
    """*The doctor opens these boxes.* / *these box*."""
    number = kit.number()
    clause = kit.action(kit.person(kit.number()), Form(PAST), number)
    determiner = kit.word(kit.pick(("this", "that")), "determiner")
    term = Statement(clause._replace(object=clause.object._replace(det=determiner)))
    words = spoken(term)
    opposite = {"this": "these", "these": "this", "that": "those", "those": "that"}
    at = place(words, form(*opposite), last=True)
    return Sample(term, respelt(words, at, opposite[words[at].form]))


# ----------------------------------------------------------------------- determiners, a/an


def article(kit: Kit) -> Sample:
    """*an* before a vowel, *a* before a consonant; both equally often."""
    wanted = kit.pick(("a", "an"))
    while True:
        subject = kit.person(kit.number(), after=(kit.place(kit.number()),))
        clause = kit.action(subject, Form(PAST), SINGULAR)
        phrase = clause.object._replace(det=kit.word("a", "determiner"))
        term = Statement(clause._replace(object=phrase))
        words = spoken(term)
        at = place(words, form("a", "an"))
        if words[at].form == wanted:
            return Sample(term, respelt(words, at, "an" if wanted == "a" else "a"))


def count_and_mass(kit: Kit) -> Sample:
    """*There was much noise …* / *many noise*; *many chairs* / *much chairs*."""
    mass = kit.choices.chance(0.5)
    noun = kit.pick(kit.stock.masses if mass else kit.stock.places)
    quantity = kit.word("much" if mass else "many", "determiner")
    phrase = Common(noun, SINGULAR if mass else PLURAL, quantity)
    modal = Form(modal=kit.word(kit.pick(("could", "might", "must")), "modal"))
    term = Statement(Exists(phrase, modal, (Adjunct(kit.place(kit.number())),)))
    words = spoken(term)
    at = place(words, form("much", "many"))
    return Sample(term, respelt(words, at, "many" if mass else "much"))


# ------------------------------------------------------------------------------ pronouns


def _reflexive(kit: Kit, subject, referent: Referent, wrong: str) -> Sample:
    form_ = kit.pick((Form(PAST), Form(PAST, negation=NOT), Form(PAST, negation=NEVER)))
    verb = kit.pick(kit.stock.reflexive)
    term = Statement(Clause(verb, subject, Pronoun(referent), form=form_))
    words = spoken(term)
    at = place(words, lambda w: w.xpos == "PRP" and w.form.endswith(("self", "selves")))
    return Sample(term, respelt(words, at, wrong))


def reflexive_gender(kit: Kit) -> Sample:
    """*Anna praised herself.* / *himself*."""
    gender = kit.pick(("female", "male"))
    name = kit.name(gender)
    wrong = PERSONAL["male" if gender == "female" else "female"][3]
    return _reflexive(kit, name, name.referent, wrong)


def reflexive_number(kit: Kit) -> Sample:
    """*Anna and Lena praised themselves.* / *herself*; *Anna, who saw Lena, praised herself.*"""
    gender = kit.pick(("female", "male"))
    first, second = kit.name(gender), kit.name(gender)
    while second.entity is first.entity:
        second = kit.name(gender)
    if kit.choices.chance(0.5):
        both = kit.referent("any", PLURAL)
        subject = Joined(kit.word("and", "coordinator"), (first, second), both)
        return _reflexive(kit, subject, both, PERSONAL[gender][3])
    clause = Clause(kit.pick(kit.stock.dealings), Gap(), second, form=Form(PAST))
    subject = first._replace(after=(Relative(clause, commas=True),))
    return _reflexive(kit, subject, first.referent, PERSONAL["any"][3])


def pronoun_case(kit: Kit) -> Sample:
    """*She praised the doctor.* / *Her praised …*; *The doctor praised her.* / *… praised she.*"""
    key = kit.pick(("female", "male", "any"))
    referent = kit.referent(key, PLURAL if key == "any" else SINGULAR)
    someone = kit.person(kit.number())
    tense = Form(PAST)
    subject, object_ = PERSONAL[key][:2]
    if kit.choices.chance(0.5):
        term = Statement(kit.dealing(Pronoun(referent), someone, tense))
        words = spoken(term)
        return Sample(term, respelt(words, 0, object_))
    term = Statement(kit.dealing(someone, Pronoun(referent), tense))
    words = spoken(term)
    return Sample(term, respelt(words, place(words, form(object_), last=True), subject))


def relative_pronoun(kit: Kit) -> Sample:
    """*the doctor who …* / *the doctor which …*, *the box which …* / *the box who …*."""
    animate = kit.choices.chance(0.5)
    form_ = Form(PAST)
    if animate:
        host = kit.person(kit.number(), after=(Relative(kit.action(Gap(), form_)),))
    else:
        inner = kit.action(kit.person(kit.number()), form_)
        relative = Relative(inner._replace(object=Gap()))
        host = inner.object._replace(after=(relative,))
    subject = kit.person(kit.number())
    phrase = kit.place(kit.number())
    clause = kit.dealing(subject, host, form_) if animate else None
    term = Statement(clause or Clause(kit.words.verb("see"), subject, host, form=form_))
    term = term._replace(clause=term.clause._replace(adjuncts=(Adjunct(phrase),)))
    words = spoken(term)
    at = place(words, form("who", "which"), last=True)
    return Sample(term, respelt(words, at, "which" if animate else "who"))


# -------------------------------------------------------------------------- verb forms


def _verb_form(kit: Kit, clause: Clause, wrong: str) -> Sample:
    term = Statement(clause)
    words = spoken(term)
    at = place(words, lambda w: w.lemma == clause.verb.lemma and w.upos == "VERB")
    return Sample(term, respelt(words, at, wrong))


def do_support(kit: Kit) -> Sample:
    """*did not open* / *did not opened*; *never opened* / *never open*."""
    subject = kit.person(SINGULAR)
    if kit.choices.chance(0.5):
        clause = _with_two_forms(kit, lambda: kit.action(subject, Form(PAST, negation=NOT)))
        return _verb_form(kit, clause, clause.verb.past)
    clause = _with_two_forms(kit, lambda: kit.action(subject, Form(PAST, negation=NEVER)))
    return _verb_form(kit, clause, clause.verb.lemma)


def verb_after_auxiliary(kit: Kit) -> Sample:
    """*can open* / *can opened*; *has opened* / *has open*."""
    subject = kit.person(SINGULAR)
    if kit.choices.chance(0.5):
        modal = kit.word(kit.pick(("can", "could", "must", "should", "may")), "modal")
        clause = _with_two_forms(kit, lambda: kit.action(subject, Form(modal=modal)))
        return _verb_form(kit, clause, clause.verb.participle)
    tense = kit.pick((PRESENT, PAST))
    clause = _with_two_forms(kit, lambda: kit.action(subject, Form(tense, perfect=True)))
    return _verb_form(kit, clause, clause.verb.lemma)


def irregular_form(kit: Kit) -> Sample:
    """*wrote the letter* / *written the letter*; *was written by* / *was wrote by*."""
    subject = kit.person(kit.number())
    while True:
        clause = kit.action(subject, Form(PAST))
        if clause.verb.past != clause.verb.participle:
            break
    if kit.choices.chance(0.5):
        return _verb_form(kit, clause, clause.verb.participle)
    return _verb_form(kit, clause._replace(passive=True), clause.verb.past)


def _with_two_forms(kit: Kit, make: Callable[[], Clause]) -> Clause:
    """A clause whose verb has a past that is no base form, neither its own (*cut*) nor another's
    (*find, found*)."""
    while True:
        clause = make()
        if not {clause.verb.past, clause.verb.participle} & kit.words.verbs.keys():
            return clause


# ------------------------------------------------------------- arguments and negation


def valency(kit: Kit) -> Sample:
    """*The doctor slept.* / *The doctor carried.*; *carried the box* / *slept the box*."""
    subject = kit.person(kit.number())
    action = _among(NEEDS_OBJECT, lambda: kit.action(subject, Form(PAST)))
    deed = _among(TAKES_NONE, lambda: kit.deed(subject, Form(PAST)))
    if kit.choices.chance(0.5):
        return _verb_form(kit, action, deed.verb.past)
    return _verb_form(kit, deed, action.verb.past)


def _among(lemmas: frozenset[str], make: Callable[[], Clause]) -> Clause:
    while True:
        clause = make()
        if clause.verb.lemma in lemmas:
            return clause


def double_negation(kit: Kit) -> Sample:
    """*did not open anything* / *nothing*; *opened nothing* / *anything*."""
    subject = kit.person(kit.number())
    words_ = ("anything", "nothing") if kit.choices.chance(0.5) else ("anyone", "nobody")
    negated = kit.choices.chance(0.5)
    verbs = [v for v, _ in kit.stock.actions] if words_[0] == "anything" else kit.stock.dealings
    right, wrong = words_ if negated else reversed(words_)
    clause = Clause(
        kit.pick(verbs),
        subject,
        Indefinite(kit.word(right, "indefinite")),
        form=Form(PAST, negation=NOT if negated else ""),
    )
    term = Statement(clause)
    words = spoken(term)
    return Sample(term, respelt(words, place(words, form(right)), wrong))


def filler_and_gap(kit: Kit) -> Sample:
    """*Did Anna open the box?* / *Did Anna open?*; *What did Anna open?* / *What … the box?*"""
    subject = kit.person(kit.number())
    clause = _among(NEEDS_OBJECT, lambda: kit.action(subject, Form(PAST)))
    yes_no = Question(clause)
    wh = Question(clause._replace(object=Asked(kit.word("what", "question"))))
    question, statement = spoken(wh), spoken(yes_no)
    if kit.choices.chance(0.5):
        return Sample(wh, [*question[:1], *statement])
    return Sample(yes_no, question[1:])


def subject_once(kit: Kit) -> Sample:
    """*When Anna arrived, she …* / *When Anna arrived, …*; *The doctor who …* / *who she …*."""
    name = kit.name()
    pronoun = Pronoun(name.referent)
    past = Form(PAST)
    if kit.choices.chance(0.5):
        when = kit.word(kit.pick(("when", "before", "after")), "subordinator")
        first = Subordinate(when, kit.deed(name, past))
        clause = kit.action(pronoun, past)._replace(adjuncts=(Adjunct(first, "front"),))
        term = Statement(clause)
        words = spoken(term)
        return Sample(term, without(words, place(words, form("he", "she"))))
    relative = Relative(kit.deed(Gap(), past), commas=True)
    term = Statement(kit.action(name._replace(after=(relative,)), past))
    words = spoken(term)
    subject = PERSONAL[name.referent.gender][0]
    return Sample(term, inserted(words, place(words, form("who")) + 1, subject))


# --------------------------------------------------------------------- comparison, order


def comparative(kit: Kit) -> Sample:
    """*older than* / *old than*; *as old as* / *as older as*."""
    graded = [a for a in kit.stock.qualities if a.comparative and " " not in a.comparative]
    adjective = kit.pick(graded)
    higher = kit.choices.chance(0.5)
    degree = COMPARATIVE if higher else EQUAL
    standard = kit.person(kit.number())
    described = Described(adjective, degree, than=standard)
    term = Statement(Copula(kit.person(kit.number()), described, form=Form(PAST)))
    words = spoken(term)
    at = place(words, lambda w: w.lemma == adjective.lemma)
    return Sample(term, respelt(words, at, adjective.lemma if higher else adjective.comparative))


def order_of_adjective(kit: Kit) -> Sample:
    """*the old box* / *the box old*."""
    adjective = Described(kit.pick(kit.stock.qualities), POSITIVE)
    subject = kit.person(kit.number())._replace(adjectives=(adjective,))
    term = Statement(kit.action(subject, Form(PAST)))
    words = spoken(term)
    at = place(words, tagged("JJ"))
    return Sample(term, moved(words, at, at + 1, at + 2))


def order_of_auxiliary(kit: Kit) -> Sample:
    """*The doctor has opened the box.* / *The doctor opened has the box.*"""
    modal = kit.word(kit.pick(("can", "must", "should")), "modal")
    form_ = kit.pick((Form(PAST, perfect=True), Form(modal=modal), Form(PAST, progressive=True)))
    term = Statement(kit.action(kit.person(kit.number()), form_))
    words = spoken(term)
    at = place(words, lambda w: w.upos == "AUX")
    return Sample(term, moved(words, at, at + 1, at + 2))


def order_in_question(kit: Kit) -> Sample:
    """*What did Anna open?* / *What Anna did open?*"""
    clause = kit.action(kit.person(kit.number()), Form(PAST))
    if kit.choices.chance(0.5):
        clause = clause._replace(object=Asked(kit.word("what", "question")))
    else:
        clause = clause._replace(adjuncts=(Adjunct(Asked(kit.word("why", "question"))),))
    term = Question(clause)
    words = spoken(term)
    at = place(words, tagged("VBD"))
    return Sample(term, moved(words, at, at + 1, place(words, tagged("VB"))))


def order_of_preposition(kit: Kit) -> Sample:
    """*near the window* / *the window near*."""
    phrase: At = kit.place(kit.number())
    clause = kit.deed(kit.person(kit.number()), Form(PAST), adjuncts=(Adjunct(phrase),))
    term = Statement(clause)
    words = spoken(term)
    at = place(words, form(phrase.preposition.lemma))
    return Sample(term, moved(words, at, at + 1, len(words) - 1))


PHENOMENA: dict[str, Callable[[Kit], Sample]] = {
    make.__name__: make
    for make in (
        agreement_simple,
        agreement_attractor,
        agreement_object_relative,
        agreement_subject_relative,
        agreement_there,
        determiner_noun,
        article,
        count_and_mass,
        reflexive_gender,
        reflexive_number,
        pronoun_case,
        relative_pronoun,
        do_support,
        verb_after_auxiliary,
        irregular_form,
        valency,
        double_negation,
        filler_and_gap,
        subject_once,
        comparative,
        order_of_adjective,
        order_of_auxiliary,
        order_in_question,
        order_of_preposition,
    )
}

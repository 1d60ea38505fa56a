"""How facts about kinds of things are said: animals, plants, foods, tools, common sense."""

from helpers.miniworld.documents.grammar import Constructions, Grammar
from helpers.miniworld.terms import (
    FRONT,
    MIDDLE,
    NOW,
    PLURAL,
    SINGULAR,
    Adjunct,
    At,
    Clause,
    Common,
    Copula,
    Described,
    Exists,
    Form,
    Gap,
    Gerund,
    Indefinite,
    Infinitive,
    Phrase,
    Pronoun,
    Referent,
    Relative,
    Subordinate,
    That,
)

YOU = Referent(0, "any", SINGULAR, 2, True)
PEOPLE = Referent(-1, "any", PLURAL, 3, True)


def constructions(g: Grammar) -> dict[str, Constructions]:
    return {
        "P279": kinds(g),
        "P527": matter(g),
        "HasA": parts(g),
        "CapableOf": abilities(g),
        "UsedFor": uses(g),
        "HasProperty": properties(g),
        "AtLocation": places(g),
        "Causes": causes(g),
        "CausesDesire": desires(g),
        "HasPrerequisite": needs(g),
        "MotivatedByGoal": motives(g),
        "ReceivesAction": actions(g),
    }


# ---------------------------------------------------------- what the tables' cells mean


def plural(g: Grammar, d, k) -> Phrase:
    """The subject as *penguins*, where a sentence needs many of them."""
    if k.subject.kind == "thing":
        noun, referent = g.noun(k.subject.name), d.referent(k.subject)
        if noun.plural and referent.number == SINGULAR:  # all of them, no antecedent for *it*
            return Common(noun, PLURAL)
        d.name(k.subject)
        return Common(noun, referent.number, referent=referent)
    return g.words.counted(k.subject.name, PLURAL)


def use(g: Grammar, name: str) -> Phrase:
    """*cutting* as what one does, where the lexicon has the verb, else a noun."""
    verb = g.words.by_gerund.get(name)
    if verb is not None:
        return Gerund(Clause(verb, Gap()))
    return g.words.cell(name)


def place(g: Grammar, k, number: str = SINGULAR) -> At:
    """*in a forest*, *in the sea*; for many things *in forests*."""
    phrase = g.words.counted(k.object.name, number)
    if number == PLURAL and phrase.det is g.a and phrase.noun.plural:
        phrase = phrase._replace(number=PLURAL, det=None)
    return At(g.in_, phrase)


def _verb(g: Grammar, k):
    return g.words.verb(k.object.name, "intransitive", "")


# -------------------------------------------------------------------------- relations


def kinds(g: Grammar) -> Constructions:
    belong = g.words.verb("belong", "prepositional", "to")
    kind = g.noun("kind")

    def note(d, k):
        noun = g.noun(k.object.name)
        d.stated(k.subject, noun)
        return noun

    def are(d, s, k):
        noun = note(d, k)
        number = d.referent(k.subject).number if noun.plural else SINGULAR
        article = g.a if number == SINGULAR and noun.plural else None
        return Copula(s, Common(noun, number, article), facts=(k.fact,))

    def kind_of(d, s, k):
        of = At(g.of, Common(note(d, k)))
        return Copula(s, Common(kind, SINGULAR, g.a, (), (of,)), facts=(k.fact,))

    def belong_to(d, s, k):
        if not g.noun(k.object.name).plural or d.referent(k.subject).number == SINGULAR:
            return None
        return Clause(belong, s, second=Common(note(d, k), PLURAL, g.the), facts=(k.fact,))

    def subclass_of(d, s, k):
        of = At(g.of, Common(note(d, k)))
        return Copula(s, Common(g.noun("subclass"), SINGULAR, g.a, (), (of,)), facts=(k.fact,))

    return Constructions((are, kind_of, belong_to, subclass_of))


def matter(g: Grammar) -> Constructions:
    consist = g.words.verb("consist", "prepositional")
    contain, find = g.words.verb("contain"), g.words.verb("find", "transitive")

    def substance(k):
        return Common(g.noun(k.subject.name.lower()))

    def consists(d, k):
        return Clause(consist, substance(k), second=Common(g.noun(k.object.name)), facts=(k.fact,))

    def contains(d, k):
        return Clause(contain, substance(k), Common(g.noun(k.object.name)), facts=(k.fact,))

    def is_found(d, k):
        at = (Adjunct(At(g.in_, substance(k))),)
        found = Common(g.noun(k.object.name))
        return Clause(find, None, found, passive=True, adjuncts=at, facts=(k.fact,))

    return Constructions((), (consists, contains, is_found))


def parts(g: Grammar) -> Constructions:
    have, contain = g.words.verb("have"), g.words.verb("contain")

    def part(k):
        return g.words.cell(k.object.name)

    def has(d, s, k):
        return Clause(have, s, part(k), facts=(k.fact,))

    def contains(d, s, k):
        if g.words.classes.get(k.subject.name) != "food":
            return None
        return Clause(contain, s, part(k), facts=(k.fact,))

    def with_parts(d, k):
        found = part(k)
        if g.words.classes.get(k.subject.name) not in {"animal", "plant"}:
            return None
        if type(found) is not Common or found.number != PLURAL:
            return None
        of = At(g.of, d.other(k.subject))
        part_of = Common(g.noun("part"), PLURAL, None, (), (of,))
        return Copula(found, part_of, facts=(k.fact,))

    def usually(d, k):
        if k.subject.kind != "general":
            return None
        have_it = Clause(have, plural(g, d, k), part(k), facts=(k.fact,))
        return have_it._replace(adjuncts=(Adjunct(g.words.adverb("usually"), MIDDLE),))

    return Constructions((has, contains), (with_parts, usually))


def abilities(g: Grammar) -> Constructions:
    can = Form(modal=g.can)

    def able(d, s, k):
        return Clause(_verb(g, k), s, form=can, facts=(k.fact,))

    def is_able(d, s, k):
        if g.words.classes.get(k.subject.name) != "animal":
            return None
        to_do = Infinitive(Clause(_verb(g, k), Gap()))
        predicate = Described(g.words.adjective("able"), complement=to_do)
        return Copula(s, predicate, facts=(k.fact,))

    def at_times(d, s, k):
        cls = g.words.classes.get(k.subject.name)
        if k.subject.kind == "quantified" or cls == "plant" or k.object.name == "grow":
            return None
        adverb = g.words.adverb("often" if cls == "animal" else "sometimes")
        return Clause(_verb(g, k), s, adjuncts=(Adjunct(adverb, MIDDLE),), facts=(k.fact,))

    def there_are(d, k):
        if g.words.classes.get(k.subject.name) in {"plant", "food"}:
            return None
        who = plural(g, d, k)
        if who.number != PLURAL:
            return None
        does = Clause(_verb(g, k), Gap(), form=can, facts=(k.fact,))
        return Exists(who._replace(after=(Relative(does, that=True),)))

    return Constructions((able, is_able, at_times), (there_are,))


def uses(g: Grammar) -> Constructions:
    employ = g.words.verb("use", "transitive")

    def purpose(k):
        return At(g.for_, use(g, k.object.name))

    def are_used(d, s, k):
        at = (Adjunct(purpose(k)),)
        return Clause(employ, None, s, passive=True, adjuncts=at, facts=(k.fact,))

    def are_for(d, s, k):
        return Copula(s, purpose(k), facts=(k.fact,))

    def are_good_for(d, s, k):
        at = (Adjunct(purpose(k)),)
        return Copula(s, Described(g.words.adjective("good")), adjuncts=at, facts=(k.fact,))

    def people_use(d, k):
        people, at = Common(g.noun("person"), PLURAL), (Adjunct(purpose(k)),)
        return Clause(employ, people, plural(g, d, k), adjuncts=at, facts=(k.fact,))

    def you_can_use(d, k):
        at, form = (Adjunct(purpose(k)),), Form(modal=g.can)
        return Clause(
            employ, Pronoun(YOU), plural(g, d, k), form=form, adjuncts=at, facts=(k.fact,)
        )

    return Constructions((are_used, are_for, are_good_for), (people_use, you_can_use))


def properties(g: Grammar) -> Constructions:
    know, doubt = g.words.verb("know", "clause"), g.words.verb("doubt", "clause")
    that = g.words.word("that", "complementizer")

    def described(k):
        return Described(g.words.adjective(k.object.name))

    def are(d, s, k):
        return Copula(s, described(k), facts=(k.fact,))

    def can_be(d, s, k):
        if k.subject.kind != "thing":
            return None
        return Copula(s, described(k), Form(modal=g.can), facts=(k.fact,))

    def usually(d, s, k):
        if k.subject.kind != "thing":
            return None
        adjuncts = (Adjunct(g.words.adverb("usually"), MIDDLE),)
        return Copula(s, described(k), adjuncts=adjuncts, facts=(k.fact,))

    def known(verb, indefinite):
        def is_known(d, k):
            if k.subject.kind != "general":
                return None
            who = Indefinite(g.words.word(indefinite, "indefinite"))
            inner = Copula(g.words.cell(k.subject.name), described(k), facts=(k.fact,))
            return Clause(verb, who, complement=That(inner, that))

        return is_known

    wholes = (known(know, "everyone"), known(doubt, "nobody"))
    return Constructions((are, can_be, usually), wholes)


def places(g: Grammar) -> Constructions:
    find = g.words.verb("find", "transitive")
    live, grow = g.words.verb("live", "intransitive"), g.words.verb("grow", "intransitive")
    likely = g.words.adjective("likely")
    you = Pronoun(YOU)

    def live_in(d, s, k):
        home = {"animal": live, "plant": grow}.get(g.words.classes.get(k.subject.name))
        if home is None:
            return None
        return Clause(home, s, adjuncts=(Adjunct(place(g, k, d.number)),), facts=(k.fact,))

    def found(form):
        def is_found(d, s, k):
            at = (Adjunct(place(g, k, d.number)),)
            return Clause(find, None, s, form=form, passive=True, adjuncts=at, facts=(k.fact,))

        return is_found

    def one(d, k):
        """The thing as LAMA asks for it: *a penguin*."""
        if k.subject.kind == "thing":
            noun, referent = g.noun(k.subject.name), d.referent(k.subject)
            if referent.number == PLURAL:  # one of them, no antecedent for *they*
                return g.plain(noun)
            d.name(k.subject)
            return g.plain(noun)._replace(referent=referent)
        return g.words.counted(k.subject.name, SINGULAR)

    def likely_to_find(d, k):
        at = (Adjunct(place(g, k)),)
        to_find = Infinitive(Clause(find, Gap(), one(d, k), adjuncts=at, facts=(k.fact,)))
        return Copula(you, Described(likely, complement=to_find))

    def you_can_find(d, k):
        at, form = (Adjunct(place(g, k)),), Form(modal=g.can)
        return Clause(find, you, one(d, k), form=form, adjuncts=at, facts=(k.fact,))

    def there_is(d, k):
        front = (Adjunct(place(g, k), FRONT),)
        often = Adjunct(g.words.adverb("often"), MIDDLE)
        return Exists(one(d, k), adjuncts=(*front, often), facts=(k.fact,))

    return Constructions(
        (live_in, found(NOW), found(Form(modal=g.can))), (likely_to_find, you_can_find, there_is)
    )


def causes(g: Grammar) -> Constructions:
    cause = g.words.verb("cause", "transitive")
    lead = g.words.verb("lead", "prepositional", "to")
    sometimes = g.words.adverb("sometimes")

    def effect(k):
        return g.words.cell(k.object.name)

    def subject(k):
        return g.words.cell(k.subject.name)

    def at_times(d, k):
        front = (Adjunct(sometimes, FRONT),)
        return Clause(cause, subject(k), effect(k), adjuncts=front, facts=(k.fact,))

    def can(d, k):
        form = Form(modal=g.can)
        return Clause(cause, subject(k), effect(k), form=form, facts=(k.fact,))

    def leads(d, k):
        often = (Adjunct(g.words.adverb("often"), MIDDLE),)
        return Clause(lead, subject(k), second=effect(k), adjuncts=often, facts=(k.fact,))

    def is_caused(d, k):
        form = Form(modal=g.may)
        return Clause(cause, subject(k), effect(k), form=form, passive=True, facts=(k.fact,))

    def reason(d, k):
        possible = Described(g.words.adjective("possible"))
        why = Common(g.noun("cause"), SINGULAR, g.a, (possible,), (At(g.of, effect(k)),))
        return Copula(subject(k), why, facts=(k.fact,))

    return Constructions((), (at_times, can, leads, is_caused, reason))


def desires(g: Grammar) -> Constructions:
    want, make = g.words.verb("want", "clause"), g.words.verb("encourage")
    people = Common(g.noun("person"), PLURAL)

    def subject(k):
        return g.words.cell(k.subject.name)

    def to_do(k):
        return Infinitive(Clause(_verb(g, k), Gap()))

    def because_of(place, who):
        def wants(d, k):
            cause = (Adjunct(At(g.because_of, subject(k)), place),)
            often = (Adjunct(g.words.adverb("often"), MIDDLE),)
            adjuncts = (*cause, *often) if place == FRONT else cause
            return Clause(want, who, complement=to_do(k), adjuncts=adjuncts, facts=(k.fact,))

        return wants

    def encourages(d, k):
        form = Form(modal=g.would)
        return Clause(
            make, subject(k), Pronoun(YOU), complement=to_do(k), form=form, facts=(k.fact,)
        )

    wholes = (because_of(FRONT, people), because_of(FRONT, Pronoun(YOU)), encourages)
    return Constructions((), wholes)


def needs(g: Grammar) -> Constructions:
    require, need = g.words.verb("require", "transitive"), g.words.verb("need", "transitive")

    def subject(k):
        return use(g, k.subject.name)

    def need_of(k):
        return g.words.cell(k.object.name)

    def requires(d, k):
        return Clause(require, subject(k), need_of(k), facts=(k.fact,))

    def is_needed(d, k):
        at = (Adjunct(At(g.for_, subject(k))),)
        return Clause(need, None, need_of(k), passive=True, adjuncts=at, facts=(k.fact,))

    def for_it(d, k):
        at = (Adjunct(At(g.for_, subject(k)), FRONT),)
        return Clause(need, Pronoun(YOU), need_of(k), adjuncts=at, facts=(k.fact,))

    def is_necessary(d, k):
        at = (Adjunct(At(g.for_, subject(k))),)
        necessary = Described(g.words.adjective("necessary"))
        return Copula(need_of(k), necessary, adjuncts=at, facts=(k.fact,))

    return Constructions((), (requires, is_needed, for_it, is_necessary))


def motives(g: Grammar) -> Constructions:
    you, people = Pronoun(YOU), Common(g.noun("person"), PLURAL, referent=PEOPLE)
    because = g.words.word("because", "subordinator")
    when = g.words.word("when", "subordinator")
    they = Pronoun(PEOPLE)

    def motive(word, who, who_is, form=NOW, place="end"):
        def does(d, k):
            state = Described(g.words.adjective(k.object.name))
            first, second = (who, who_is) if place == "end" else (who_is, who)
            reason = Subordinate(word, Copula(second, state))
            clause = g.words.action(k.subject.name)
            adjuncts = (*clause.adjuncts, Adjunct(reason, place))
            return clause._replace(subject=first, form=form, adjuncts=adjuncts, facts=(k.fact,))

        return does

    would = Form(modal=g.would)
    return Constructions(
        (),
        (
            motive(because, you, you, would),
            motive(when, people, they),
            motive(because, people, they, Form(modal=g.may)),
            motive(when, you, you, Form(modal=g.may), FRONT),
        ),
    )


def actions(g: Grammar) -> Constructions:
    people = Common(g.noun("person"), PLURAL)

    def verb(k):
        return g.words.by_participle[k.object.name]

    def can_be(d, k):
        subject, form = g.words.cell(k.subject.name), Form(modal=g.can)
        return Clause(verb(k), None, subject, form=form, passive=True, facts=(k.fact,))

    def people_can(d, k):
        thing, form = g.words.cell(k.subject.name), Form(modal=g.can)
        return Clause(verb(k), people, thing, form=form, facts=(k.fact,))

    def sometimes(d, k):
        subject = g.words.cell(k.subject.name)
        adjuncts = (Adjunct(g.words.adverb("sometimes"), MIDDLE),)
        return Clause(verb(k), None, subject, passive=True, adjuncts=adjuncts, facts=(k.fact,))

    return Constructions((), (can_be, people_can, sometimes))

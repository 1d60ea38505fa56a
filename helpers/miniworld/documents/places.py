"""How facts about countries and cities are said."""

from helpers.miniworld.documents.grammar import Constructions, Grammar
from helpers.miniworld.terms import (
    FRONT,
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
    Joined,
    Partitive,
    Possessor,
    Pronoun,
    Relative,
)


def constructions(g: Grammar) -> dict[str, Constructions]:
    return {
        "P36": capitals(g),
        "P30": continents(g),
        "P37": languages(g),
        "P38": currencies(g),
        "P47": borders(g),
        "P17": countries(g),
        "P138": names(g),
        "P276": events(g),
        "P530": diplomacy(g),
    }


def _ways(g: Grammar) -> tuple:
    verb = g.words.verb
    return (
        (None, g.in_, False),
        (verb("locate"), g.in_, True),
    )


def _lies_in(g: Grammar) -> Constructions:
    """Only places lie somewhere; a company doesn't."""
    lie = g.words.verb("lie", "prepositional", "in")
    come = g.words.verb("come", "prepositional", "from")

    def lies(d, s, k):
        if k.subject.kind == "organisation":
            return None
        return Clause(lie, s, second=d.other(k.object), facts=(k.fact,))

    def comes_from(d, s, k):
        kind = g.words.kinds.get(k.subject.name)
        if k.subject.kind != "organisation" or kind in {"university", "museum"}:
            return None
        return Clause(come, s, second=d.other(k.object), facts=(k.fact,))

    return Constructions((lies, comes_from))


def events(g: Grammar) -> Constructions:
    hold = g.words.verb("hold", "transitive")
    return g.at_place(*_ways(g), (hold, g.in_, True)) + g.role("place")


def _lies(g: Grammar):
    verb = g.words.verb("lie", "prepositional", "in")

    def lies(d, s, k):
        return Clause(verb, s)

    return lies


def _kind_in(g: Grammar, lemma: str) -> Constructions:
    """*France is a country in Europe*, *… one of the countries of Europe*."""
    noun = g.noun(lemma)

    def a_country_in(d, s, k):
        if k.subject.kind != lemma or (type(s) is Common and s.noun is noun):
            return None
        place = At(g.in_, d.other(k.object))
        return Copula(s, Common(noun, SINGULAR, g.a, (), (place,)), facts=(k.fact,))

    def one_of(d, s, k):
        if k.subject.kind != lemma or (type(s) is Common and s.noun is noun):
            return None
        whole = Common(noun, PLURAL, g.the, (), (At(g.of, d.other(k.object)),))
        return Copula(s, Partitive(1, whole), facts=(k.fact,))

    return Constructions((a_country_in, one_of))


def _found(g: Grammar) -> Constructions:
    find = g.words.verb("find", "transitive")

    def can_be_found(d, s, k):
        if k.subject.kind == "organisation":
            return None
        at = Adjunct(At(g.in_, d.other(k.object)))
        form = Form(modal=g.can)
        return Clause(find, None, s, form=form, passive=True, adjuncts=(at,), facts=(k.fact,))

    return Constructions((can_be_found,))


def _belongs(g: Grammar) -> Constructions:
    belong = g.words.verb("belong", "prepositional", "to")

    def belongs_to(d, s, k):
        return Clause(belong, s, second=d.other(k.object), facts=(k.fact,))

    return Constructions((belongs_to,))


def continents(g: Grammar) -> Constructions:
    where = g.place_where("continent", _lies(g))
    return (
        g.at_place(*_ways(g))
        + _lies_in(g)
        + _kind_in(g, "country")
        + _found(g)
        + _belongs(g)
        + where
    )


def countries(g: Grammar) -> Constructions:
    where = g.place_where("country", _lies(g))
    placed = g.at_place(*_ways(g)) + _found(g)
    return _but_no_band(g, placed) + _lies_in(g) + _kind_in(g, "city") + where


def _but_no_band(g: Grammar, ways: Constructions) -> Constructions:
    """A band comes from a country; it isn't in one."""

    def refusing(way):
        def placed(d, s, k):
            return None if g.words.kinds.get(k.subject.name) == "band" else way(d, s, k)

        return placed

    return Constructions(tuple(map(refusing, ways.predicates)))


def _its(d, subject, k) -> Possessor | None:
    """*as its capital*; in a relative clause plainly *as capital*."""
    return None if type(subject) is Gap else Possessor(Pronoun(d.referent(k.subject)))


def capitals(g: Grammar) -> Constructions:
    capital, have = g.noun("capital"), g.words.verb("have")
    serve = g.words.verb("serve", "prepositional", "as")

    def has_as(d, s, k):
        own = _its(d, s, k)
        role = Adjunct(At(g.as_, Common(capital, SINGULAR, own)))
        return Clause(have, s, d.name(k.object), adjuncts=(role,), facts=(k.fact,))

    def serves_as(d, k):
        city = d.subject(k.object)
        role = g.the_noun("capital", At(g.of, d.other(k.subject)))
        return Clause(serve, city, second=role, facts=(k.fact,))

    def city_that_is(d, k):
        is_capital = Copula(Gap(), Common(capital, SINGULAR, d.possessor(k.subject)))
        d.topic_is(k.object)
        city = g.the_noun("city", Relative(is_capital._replace(facts=(k.fact,)), that=True))
        return Copula(city, d.name(k.object))

    return g.role("capital") + Constructions((has_as,), (serves_as, city_that_is))


def languages(g: Grammar) -> Constructions:
    official = Described(g.words.adjective("official"))
    language, use = g.noun("language"), g.words.verb("use")
    speak = g.words.verb("speak", "transitive")
    an_official = Common(language, SINGULAR, g.a, (official,))

    def several(k):
        return len(g.words.languages.get(k.subject.name, ())) > 1

    def uses(d, s, k):
        role = Adjunct(At(g.as_, an_official))
        return Clause(use, s, d.other(k.object), adjuncts=(role,), facts=(k.fact,))

    def is_spoken(d, k):
        spoken = d.subject(k.object)
        at = Adjunct(At(g.in_, d.other(k.subject)))
        return Clause(speak, None, spoken, passive=True, adjuncts=(at,), facts=(k.fact,))

    def people_speak(d, k):
        at = Adjunct(At(g.in_, d.other(k.subject)), FRONT)
        people = Common(g.noun("person"), PLURAL)
        return Clause(speak, people, d.other(k.object), adjuncts=(at,), facts=(k.fact,))

    def is_official(d, k):
        at = At(g.in_, d.other(k.subject))
        predicate = an_official._replace(after=(at,))
        return Copula(d.subject(k.object), predicate, facts=(k.fact,))

    role = g.role("language", kind="official", several=several)
    return role + Constructions((uses,), (is_spoken, people_speak, is_official))


def currencies(g: Grammar) -> Constructions:
    use, pay = g.words.verb("use"), g.words.verb("pay", "intransitive")
    have = g.words.verb("have")

    def money(d, k):
        return g.words.currency(k.object.name)

    def uses(d, s, k):
        return Clause(use, s, money(d, k), facts=(k.fact,))

    def has_as(d, s, k):
        own = _its(d, s, k)
        role = Adjunct(At(g.as_, Common(g.noun("currency"), SINGULAR, own)))
        return Clause(have, s, money(d, k), adjuncts=(role,), facts=(k.fact,))

    def is_used(d, k):
        at = Adjunct(At(g.in_, d.other(k.subject)))
        return Clause(use, None, money(d, k), passive=True, adjuncts=(at,), facts=(k.fact,))

    def people_pay(d, k):
        at = Adjunct(At(g.in_, d.other(k.subject)), FRONT)
        with_it = Adjunct(At(g.with_, money(d, k)))
        people = Common(g.noun("person"), PLURAL)
        return Clause(pay, people, adjuncts=(at, with_it), facts=(k.fact,))

    role = g.role("currency", thing=money)
    return role + Constructions((uses, has_as), (is_used, people_pay))


def borders(g: Grammar) -> Constructions:
    border, share = g.words.verb("border"), g.words.verb("share", "transitive")
    share_with = g.words.verb("share", "prepositional")
    neighbour, frontier = g.noun("neighbour"), g.noun("border")
    a_border = Common(frontier, SINGULAR, g.a)

    def borders_on(d, s, k):
        return Clause(border, s, d.other(k.object), facts=(k.fact,))

    def shares(d, s, k):
        return Clause(share_with, s, a_border, d.other(k.object), facts=(k.fact,))

    def is_neighbour(d, s, k):
        predicate = Common(neighbour, SINGULAR, g.a, (), (At(g.of, d.other(k.object)),))
        return Copula(s, predicate, facts=(k.fact,))

    def both(d, k):
        pair = Joined(g.and_, (d.name(k.subject), d.name(k.object)))
        d.topic_is(k.subject)
        d.topic_is(k.object)
        return pair

    def share_one(d, k):
        return Clause(share, both(d, k), a_border, facts=(k.fact,))

    def are_neighbours(d, k):
        return Copula(both(d, k), Common(neighbour, PLURAL), facts=(k.fact,))

    def there_is(d, k):
        pair = At(g.between, both(d, k))
        return Exists(Common(frontier, SINGULAR, g.a, (), (pair,)), facts=(k.fact,))

    def one_of(d, k):
        neighbours = Common(neighbour, PLURAL, d.possessor(k.subject))
        d.topic_is(k.object)
        return Copula(Partitive(1, neighbours), d.name(k.object), facts=(k.fact,))

    def is_bordered(d, s, k):
        maker = d.other(k.object)
        return Clause(border, maker, s, passive=True, facts=(k.fact,))

    wholes = (share_one, are_neighbours, there_is, one_of)
    return Constructions((borders_on, shares, is_neighbour, is_bordered), wholes)


def names(g: Grammar) -> Constructions:
    name, bear = g.words.verb("name", "prepositional", "after"), g.words.verb("bear", "transitive")

    def is_named(d, s, k):
        return Clause(name, None, s, d.other(k.object), passive=True, facts=(k.fact,))

    def bears(d, s, k):
        return Clause(bear, s, g.the_noun("name", At(g.of, d.other(k.object))), facts=(k.fact,))

    def has_its_name(d, k):
        subject = Common(g.noun("name"), SINGULAR, d.possessor(k.subject))
        come = g.words.verb("come", "prepositional", "from")
        return Clause(come, subject, second=d.other(k.object), facts=(k.fact,))

    return Constructions((is_named, bears), (has_its_name,))


def diplomacy(g: Grammar) -> Constructions:
    maintain, have = g.words.verb("maintain", "transitive"), g.words.verb("have")
    relations = Common(
        g.noun("relation"), PLURAL, None, (Described(g.words.adjective("diplomatic")),)
    )

    def with_other(verb):
        def maintains(d, s, k):
            at = At(g.words.word("with", "company"), d.other(k.object))
            return Clause(verb, s, relations._replace(after=(at,)), facts=(k.fact,))

        return maintains

    def there_are(d, k):
        pair = Joined(g.and_, (d.name(k.subject), d.name(k.object)))
        return Exists(relations._replace(after=(At(g.between, pair),)), facts=(k.fact,))

    def both_have(d, k):
        pair = Joined(g.and_, (d.name(k.subject), d.name(k.object)))
        d.topic_is(k.subject)
        d.topic_is(k.object)
        return Clause(have, pair, relations, facts=(k.fact,))

    return Constructions((with_other(maintain), with_other(have)), (there_are, both_have))

"""How facts about organisations, products and works are said."""

from helpers.miniworld.documents.grammar import Constructions, Grammar, now, then
from helpers.miniworld.terms import (
    MIDDLE,
    NOW,
    PLURAL,
    SINGULAR,
    THEN,
    Adjunct,
    At,
    Clause,
    Common,
    Copula,
    Described,
    Year,
)

# Organisations that are where they are; the others have their headquarters there.
PLACED = {"university", "museum", "football club", "hockey club", "basketball club", "orchestra"}

MADE = {"painted", "carved", "made", "composed"}
GENRES = {"classical": "classical music"}  # of a genre that is an adjective: its noun


def constructions(g: Grammar) -> dict[str, Constructions]:
    verb = g.words.verb
    author = g.made_by(verb("write", "transitive"))
    return {
        "P31": kinds(g),
        "P159": seats(g),
        "P740": g.at_place((verb("form", "transitive"), g.in_, True), tense=then) + _origin(g),
        "P571": founded(g),
        "P452": industries(g),
        "P127": owners(g),
        "P176": g.made_by(verb("produce", "transitive")) + _product(g, "producer"),
        "P178": g.made_by(verb("develop", "transitive")) + _product(g, "developer"),
        "P50": author + g.role("author"),
        "P57": g.made_by(verb("direct", "transitive")) + g.role("director"),
        "P86": g.made_by(verb("compose", "transitive")) + g.role("composer"),
        "P175": g.made_by(verb("record", "transitive")) + _work_by(g),
        "P170": g.made_by(verb("create", "transitive")) + painted(g) + g.role("creator"),
        "P449": broadcasts(g),
        "P407": languages(g, "language"),
        "P364": languages(g, "language", "original"),
        "P495": origins(g),
        "P136": genres(g),
        "P577": years(g),
    }


def _origin(g: Grammar) -> Constructions:
    come = g.words.verb("come", "prepositional", "from")

    def comes_from(d, s, k):
        return Clause(come, s, second=d.other(k.object), facts=(k.fact,))

    return Constructions((comes_from,))


def _work_by(g: Grammar, lemma: str = "work") -> Constructions:
    """*Thriller is a work by Michael Jackson*."""
    by = g.words.word("by", "agent")

    def work_by(d, s, k):
        predicate = Common(g.noun(lemma), SINGULAR, g.a, (), (At(by, d.other(k.object)),))
        return Copula(s, predicate, facts=(k.fact,))

    return Constructions((work_by,))


def _product(g: Grammar, role: str) -> Constructions:
    def product_of(d, s, k):
        of = At(g.of, d.other(k.object))
        return Copula(s, Common(g.noun("product"), SINGULAR, g.a, (), (of,)), facts=(k.fact,))

    return _origin(g) + Constructions((product_of,)) + g.role(role)


def kinds(g: Grammar) -> Constructions:
    know = g.words.verb("know", "transitive")

    def note(d, k):
        noun = g.noun(k.object.name)
        d.stated(k.subject, noun)
        return g.plain(noun)

    def is_a(d, s, k):
        return Copula(s, note(d, k), facts=(k.fact,))

    def known_as(d, s, k):
        if k.subject.kind != "organisation" or k.object.name == "company":
            return None
        role = Adjunct(At(g.as_, note(d, k)))
        return Clause(know, None, s, passive=True, adjuncts=(role,), facts=(k.fact,))

    def name_of(d, k):
        subject = d.name(k.subject)
        d.topic_is(k.subject)
        name = g.the_noun("name", At(g.of, note(d, k)))
        return Copula(subject, name, facts=(k.fact,))

    return Constructions((is_a, known_as), (name_of,))


def seats(g: Grammar) -> Constructions:
    have, base = g.words.verb("have"), g.words.verb("base", "transitive")
    headquarters = Common(g.noun("headquarters"), PLURAL)

    def placed(k):
        return g.words.kinds.get(k.subject.name) in PLACED

    def is_in(d, s, k):
        if not placed(k):
            return None
        return Copula(s, At(g.in_, d.other(k.object)), facts=(k.fact,))

    def is_based(d, s, k):
        at = (Adjunct(At(g.in_, d.other(k.object))),)
        return Clause(base, None, s, passive=True, adjuncts=at, facts=(k.fact,))

    def has_headquarters(d, s, k):
        if placed(k):
            return None
        at = (Adjunct(At(g.in_, d.other(k.object))),)
        return Clause(have, s, headquarters, adjuncts=at, facts=(k.fact,))

    def headquarters_are(d, k):
        if placed(k):
            return None
        subject = headquarters._replace(det=d.possessor(k.subject))
        return Copula(subject, At(g.in_, d.other(k.object)), facts=(k.fact,))

    def headquarters_of(d, k):
        if placed(k):
            return None
        after = (At(g.of, d.other(k.subject)),)
        subject = headquarters._replace(det=g.the, after=after)
        return Copula(subject, At(g.in_, d.other(k.object)), facts=(k.fact,))

    def home(d, k):
        city = d.subject(k.object)
        return Copula(city, g.the_noun("home", At(g.of, d.other(k.subject))), facts=(k.fact,))

    return Constructions(
        (is_in, is_based, has_headquarters), (headquarters_are, headquarters_of, home)
    )


def _dated(g: Grammar, verb, preposition, tense, passive=False) -> Constructions:
    def dated(d, s, k):
        at = (Adjunct(At(preposition, Year(int(k.object.name)))),)
        who = (None, s) if passive else (s, None)
        return Clause(verb, *who, form=tense, passive=passive, adjuncts=at, facts=(k.fact,))

    return Constructions((dated,))


def founded(g: Grammar) -> Constructions:
    verb = g.words.verb
    found = _dated(g, verb("found"), g.in_year, THEN, True)
    establish = _dated(g, verb("establish", "transitive"), g.in_year, THEN, True)

    def history(d, k):
        start = Common(g.noun("history"), SINGULAR, d.possessor(k.subject))
        at = (Adjunct(At(g.in_year, Year(int(k.object.name)))),)
        begin = verb("begin", "intransitive")
        return Clause(begin, start, form=THEN, adjuncts=at, facts=(k.fact,))

    def year_in_which(d, k):
        foundation = Common(g.noun("foundation"), SINGULAR, d.possessor(k.subject))
        year = g.the_noun("year", At(g.of, foundation))
        return Copula(year, Year(int(k.object.name)), facts=(k.fact,))

    return found + establish + Constructions((), (history, year_in_which))


def industries(g: Grammar) -> Constructions:
    work = g.words.verb("work", "prepositional", "in")

    def industry(k):
        return Common(g.noun(k.object.name))

    def the_field(k):
        return g.the_noun("field", At(g.of, industry(k)))

    def tense(k):
        """Many bands are no more."""
        return THEN if g.words.kinds.get(k.subject.name) == "band" else NOW

    def works_in(d, s, k):
        return Clause(work, s, second=the_field(k), form=tense(k), facts=(k.fact,))

    def is_active(d, s, k):
        at = (Adjunct(At(g.in_, industry(k))),)
        predicate = Described(g.words.adjective("active"))
        return Copula(s, predicate, tense(k), adjuncts=at, facts=(k.fact,))

    role = g.role("industry", thing=lambda d, k: industry(k))
    return Constructions((works_in, is_active), role.wholes[:2])


def owners(g: Grammar) -> Constructions:
    own, belong = g.words.verb("own"), g.words.verb("belong", "prepositional", "to")

    def belongs(d, s, k):
        return Clause(belong, s, second=d.other(k.object), facts=(k.fact,))

    def part_of(d, s, k):
        part = Common(g.noun("part"), SINGULAR, None, (), (At(g.of, d.other(k.object)),))
        return Copula(s, part, facts=(k.fact,))

    return g.made_by(own, now) + Constructions((belongs, part_of)) + g.role("owner")


def broadcasts(g: Grammar) -> Constructions:
    broadcast, show = g.words.verb("broadcast", "transitive"), g.words.verb("show", "transitive")
    air, originally = g.words.verb("air", "transitive"), g.words.adverb("originally")

    def aired(d, s, k):
        at = (Adjunct(originally, MIDDLE), Adjunct(At(g.on, d.other(k.object))))
        return Clause(air, None, s, form=THEN, passive=True, adjuncts=at, facts=(k.fact,))

    shown = Constructions((*g.made_by(show).predicates, aired))
    return g.made_by(broadcast) + shown


def painted(g: Grammar) -> Constructions:
    """*Guernica was painted by Picasso*; a statue wasn't."""
    paint = g.words.verb("paint", "transitive")

    def if_painted(way):
        def said(d, *rest):
            making = g.words.making.get(rest[-1].subject.name)
            return way(d, *rest) if making == "painted" else None

        return said

    return Constructions(*(tuple(map(if_painted, ways)) for ways in g.made_by(paint)))


def languages(g: Grammar, lemma: str, kind: str = "") -> Constructions:
    make, write = g.words.verb("make", "transitive"), g.words.verb("write", "transitive")
    verb = make if kind else write

    def made_in(d, s, k):
        at = (Adjunct(At(g.in_, d.other(k.object))),)
        return Clause(verb, None, s, form=THEN, passive=True, adjuncts=at, facts=(k.fact,))

    def is_in(d, s, k):
        return Copula(s, At(g.in_, d.other(k.object)), facts=(k.fact,))

    return Constructions((made_in, is_in)) + g.role(lemma, kind=kind)


def origins(g: Grammar) -> Constructions:
    def adjective(d, s, k):
        nationality = g.words.nationalities.get(k.object.name)
        # Nobody needs to be told that A German Requiem is a German work.
        if nationality is None or nationality.lemma in k.subject.name:
            return None
        work = Common(g.noun("work"), SINGULAR, g.a, (Described(nationality),))
        return Copula(s, work, facts=(k.fact,))

    def country_of(d, k):
        origin = At(g.of, Common(g.noun("origin")))
        country = Common(g.noun("country"), SINGULAR, d.possessor(k.subject), (), (origin,))
        d.topic_is(k.object)
        return Copula(country, d.name(k.object), facts=(k.fact,))

    made = g.at_place((g.words.verb("create", "transitive"), g.in_, True), tense=then)
    return _origin(g) + made + Constructions((adjective,), (country_of,))


def genres(g: Grammar) -> Constructions:
    belong = g.words.verb("belong", "prepositional", "to")
    know = g.words.verb("know", "transitive")

    def genre(d, k):
        return Common(g.noun(GENRES.get(k.object.name, k.object.name)))

    def belongs(d, s, k):
        if k.subject.kind == "person":
            return None
        the_genre = g.the_noun("genre", At(g.of, genre(d, k)))
        return Clause(belong, s, second=the_genre, facts=(k.fact,))

    def known_for(d, s, k):
        if k.subject.kind != "person":
            return None
        at, form = Adjunct(At(g.for_, genre(d, k))), d.form(k.subject)
        return Clause(know, None, s, form=form, passive=True, adjuncts=(at,), facts=(k.fact,))

    def example(d, s, k):
        if k.subject.kind == "person":
            return None
        predicate = Common(g.noun("example"), SINGULAR, g.a, (), (At(g.of, genre(d, k)),))
        return Copula(s, predicate, facts=(k.fact,))

    def music(d, k):
        if k.subject.kind != "person":
            return None
        subject = Common(g.noun("genre"), SINGULAR, d.possessor(k.subject))
        return Copula(subject, genre(d, k), d.form(k.subject), facts=(k.fact,))

    def its_genre(d, k):
        if k.subject.kind == "person":
            return None
        subject = g.the_noun("genre", At(g.of, d.other(k.subject)))
        return Copula(subject, genre(d, k), facts=(k.fact,))

    return Constructions((belongs, known_for, example), (music, its_genre))


def years(g: Grammar) -> Constructions:
    date = g.words.verb("date", "intransitive")
    appear = g.words.verb("appear", "intransitive")
    publish = g.words.verb("publish", "transitive")
    dates = _dated(g, date, g.from_, THEN._replace(tense="present"))
    (in_year,) = _dated(g, appear, g.in_year, THEN).predicates

    def appeared(d, s, k):
        # The year of a painting or an opera is when it was made, not when it came out.
        return None if g.words.making.get(k.subject.name) in MADE else in_year(d, s, k)

    (in_print,) = _dated(g, publish, g.in_year, THEN, True).predicates

    def was_published(d, s, k):
        return in_print(d, s, k) if g.words.making.get(k.subject.name) == "written" else None

    def is_from(d, s, k):
        return Copula(s, At(g.from_, Year(int(k.object.name))), facts=(k.fact,))

    return dates + Constructions((appeared, was_published, is_from))

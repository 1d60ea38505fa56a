"""How facts about people are said."""

from helpers.miniworld.documents.grammar import (
    Constructions,
    Grammar,
    as_alive,
    so_far,
    then,
)
from helpers.miniworld.terms import (
    PLURAL,
    SINGULAR,
    THEN,
    Adjunct,
    At,
    Clause,
    Common,
    Copula,
    Described,
    Gap,
    Infinitive,
    Partitive,
    Relative,
    Year,
)

# Professions by which one doesn't earn a living.
NO_TRADE = {"monarch", "activist", "nun", "explorer", "inventor", "philosopher", "climber"}
DRIVERS = {"Ferrari"}


def constructions(g: Grammar) -> dict[str, Constructions]:
    return {
        "P19": births(g),
        "P20": deaths(g),
        "P27": nationalities(g),
        "P106": professions(g),
        "P101": fields(g),
        "P103": g.role("language", as_alive, kind="native"),
        "P1412": languages(g),
        "P39": offices(g),
        "P413": positions(g),
        "P140": religions(g),
        "P1303": instruments(g),
        "P54": clubs(g),
        "P102": parties(g),
        "P264": labels(g),
        "P108": employers(g),
        "P569": birth_years(g),
        "P570": death_years(g),
        "P800": works(g),
    }


# ------------------------------------------------------------------- birth and death


def births(g: Grammar) -> Constructions:
    bear = g.words.verb("bear", "transitive")

    def born(d, s, k):
        return Clause(bear, None, s, form=THEN, passive=True)

    found = g.at_place((bear, g.in_, True), tense=then) + g.place_where("city", born)
    return found + _place_of(g, "birth") + g.role("birthplace")


def deaths(g: Grammar) -> Constructions:
    die = g.words.verb("die", "intransitive")

    def died(d, s, k):
        return Clause(die, s, form=THEN)

    found = g.at_place((die, g.in_, False), tense=then) + g.place_where("city", died)
    return found + _place_of(g, "death") + _life(g, "end", lambda k: At(g.in_, None))


def _place_of(g: Grammar, event: str) -> Constructions:
    """*The place of her birth is Warsaw*."""

    def place_of(d, k):
        what = Common(g.noun(event), SINGULAR, d.possessor(k.subject))
        d.topic_is(k.object)
        place = g.the_noun("place", At(g.of, what))
        return Copula(place, d.name(k.object), d.form(k.subject), facts=(k.fact,))

    return Constructions((), (place_of,))


def _life(g: Grammar, verb: str, at) -> Constructions:
    """*Her life began in 1867*, *her life ended in Paris*."""
    verb = g.words.verb(verb, "intransitive")

    def life(d, k):
        subject = Common(g.noun("life"), SINGULAR, d.possessor(k.subject))
        where = at(k)
        if where.phrase is None:
            where = where._replace(phrase=d.other(k.object))
        return Clause(verb, subject, form=THEN, adjuncts=(Adjunct(where),), facts=(k.fact,))

    return Constructions((), (life,))


def _in_year(g: Grammar, verb: str, passive: bool) -> Constructions:
    verb = g.words.verb(verb, "transitive" if passive else "intransitive")

    def in_year(d, s, k):
        at = (Adjunct(At(g.in_year, Year(int(k.object.name)))),)
        who = (None, s) if passive else (s, None)
        return Clause(verb, *who, form=THEN, passive=passive, adjuncts=at, facts=(k.fact,))

    return Constructions((in_year,))


def _year_of(g: Grammar, event: str) -> Constructions:
    """*The year of her birth is 1867*, *1867 is the year in which she was born*."""

    def year_of(d, k):
        what = Common(g.noun(event), SINGULAR, d.possessor(k.subject))
        year = g.the_noun("year", At(g.of, what))
        return Copula(year, Year(int(k.object.name)), d.form(k.subject), facts=(k.fact,))

    return Constructions((), (year_of,))


def birth_years(g: Grammar) -> Constructions:
    come = g.words.verb("come", "prepositional", "into")

    def came_into_the_world(d, s, k):
        at = (Adjunct(At(g.in_year, Year(int(k.object.name)))),)
        return Clause(come, s, second=g.the_noun("world"), form=THEN, adjuncts=at, facts=(k.fact,))

    began = _life(g, "begin", lambda k: At(g.in_year, Year(int(k.object.name))))
    found = _in_year(g, "bear", True) + began + _year_of(g, "birth")
    return found + Constructions((came_into_the_world,))


def death_years(g: Grammar) -> Constructions:
    live = g.words.verb("live", "intransitive")

    def lived_until(d, s, k):
        at = (Adjunct(At(g.until, Year(int(k.object.name)))),)
        return Clause(live, s, form=THEN, adjuncts=at, facts=(k.fact,))

    ended = _life(g, "end", lambda k: At(g.in_year, Year(int(k.object.name))))
    found = _in_year(g, "die", False) + ended + _year_of(g, "death")
    return found + Constructions((lived_until,))


# ----------------------------------------------------------------- who somebody was


def nationalities(g: Grammar) -> Constructions:
    """The tables give the people of a past state today's, so the dead are citizens of none."""
    nationality = g.noun("nationality")

    def described(k):
        return Described(g.words.nationalities[k.object.name])

    def adjective(d, s, k):
        if k.object.name not in g.words.nationalities:
            return None
        return Copula(s, described(k), d.form(k.subject), facts=(k.fact,))

    def of_nationality(d, s, k):
        if k.object.name not in g.words.nationalities:
            return None
        of = At(g.of, Common(nationality, SINGULAR, None, (described(k),)))
        return Copula(s, of, d.form(k.subject), facts=(k.fact,))

    def her_nationality(d, k):
        if k.object.name not in g.words.nationalities:
            return None
        subject = Common(nationality, SINGULAR, d.possessor(k.subject))
        return Copula(subject, described(k), d.form(k.subject), facts=(k.fact,))

    def citizen_of(d, s, k):
        if d.form(k.subject) == THEN:
            return None
        predicate = Common(g.noun("citizen"), SINGULAR, g.a, (), (At(g.of, d.other(k.object)),))
        return Copula(s, predicate, facts=(k.fact,))

    ways = Constructions((adjective, of_nationality, citizen_of), (her_nationality,))
    return ways + g.role("country", as_alive)


def professions(g: Grammar) -> Constructions:
    work = g.words.verb("work", "intransitive")
    know = g.words.verb("know", "transitive")
    become = g.words.verb("become", "copular")
    trade = At(g.by, Common(g.noun("profession")))

    def note(d, k):
        noun = g.noun(k.object.name)
        d.stated(k.subject, noun)
        return g.plain(noun)

    def was(d, s, k):
        return Copula(s, note(d, k), d.form(k.subject), facts=(k.fact,))

    def by_profession(d, s, k):
        if k.object.name in NO_TRADE:
            return None
        predicate = note(d, k)._replace(after=(trade,))
        return Copula(s, predicate, d.form(k.subject), facts=(k.fact,))

    def worked_as(d, s, k):
        if k.object.name in NO_TRADE:
            return None
        role = Adjunct(At(g.as_, note(d, k)))
        return Clause(work, s, form=so_far(d, k), adjuncts=(role,), facts=(k.fact,))

    def known_as(d, s, k):
        role, form = Adjunct(At(g.as_, note(d, k))), d.form(k.subject)
        return Clause(know, None, s, form=form, passive=True, adjuncts=(role,), facts=(k.fact,))

    def became(d, s, k):
        return Copula(s, note(d, k), THEN, become, facts=(k.fact,))

    return Constructions((was, by_profession, worked_as, known_as, became))


def fields(g: Grammar) -> Constructions:
    work = g.words.verb("work", "prepositional", "in")
    know = g.words.verb("know", "transitive")

    def subject(d, k):
        return Common(g.noun(k.object.name))

    def worked_in(d, s, k):
        form = so_far(d, k)
        return Clause(work, s, second=subject(d, k), form=form, facts=(k.fact,))

    def in_the_field(d, s, k):
        field = g.the_noun("field", At(g.of, subject(d, k)))
        return Clause(work, s, second=field, form=so_far(d, k), facts=(k.fact,))

    def known_for(d, s, k):
        done = Common(g.noun("work"), SINGULAR, None, (), (At(g.in_, subject(d, k)),))
        at, form = Adjunct(At(g.for_, done)), d.form(k.subject)
        return Clause(know, None, s, form=form, passive=True, adjuncts=(at,), facts=(k.fact,))

    role = g.role("field", as_alive, thing=subject)
    return role + Constructions((worked_in, in_the_field, known_for))


def languages(g: Grammar) -> Constructions:
    speak, know = g.words.verb("speak", "transitive"), g.words.verb("know", "transitive")
    use = g.words.verb("use", "transitive")
    communicate = g.words.verb("communicate", "intransitive")

    def verb(v):
        def spoke(d, s, k):
            form = d.form(k.subject)
            return Clause(v, s, d.other(k.object), form=form, facts=(k.fact,))

        return spoke

    def could_speak(d, s, k):
        form = d.form(k.subject)
        form = form._replace(modal=g.could if form == THEN else g.can)
        return Clause(speak, s, d.other(k.object), form=form, facts=(k.fact,))

    def was_able(d, s, k):
        to_speak = Infinitive(Clause(speak, Gap(), d.other(k.object)))
        predicate = Described(g.words.adjective("able"), complement=to_speak)
        return Copula(s, predicate, d.form(k.subject), facts=(k.fact,))

    def communicated(d, s, k):
        at, form = Adjunct(At(g.in_, d.other(k.object))), d.form(k.subject)
        return Clause(communicate, s, form=form, adjuncts=(at,), facts=(k.fact,))

    def could_communicate(d, s, k):
        form = d.form(k.subject)
        modal = g.could if form == THEN else g.can
        return communicated(d, s, k)._replace(form=form._replace(modal=modal))

    def language_that(d, k):
        subject = d.subject(k.object)
        used = Clause(use, d.subject(k.subject), Gap(), form=d.form(k.subject), facts=(k.fact,))
        language = Common(g.noun("language"), SINGULAR, g.a, (), (Relative(used, that=True),))
        return Copula(subject, language)

    def one_of(d, k):
        several = len(g.words.spoken[k.subject.name]) > 1
        number = PLURAL if several else SINGULAR
        whole = Common(g.noun("language"), number, d.possessor(k.subject))
        d.topic_is(k.object)
        subject = Partitive(1, whole) if several else whole
        return Copula(subject, d.name(k.object), d.form(k.subject), facts=(k.fact,))

    speaking = (verb(speak), verb(know), could_speak, was_able)
    predicates = (*speaking, communicated, could_communicate)
    return Constructions(predicates, (language_that, one_of))


# ---------------------------------------------------------------- offices and groups


def offices(g: Grammar) -> Constructions:
    serve, hold = g.words.verb("serve", "prepositional", "as"), g.words.verb("hold", "transitive")
    become = g.words.verb("become", "copular")

    def office(k):
        return Common(g.noun(k.object.name))

    def was(d, s, k):
        return Copula(s, office(k), so_far(d, k), facts=(k.fact,))

    def served(d, s, k):
        form = so_far(d, k)
        return Clause(serve, s, second=office(k), form=form, facts=(k.fact,))

    def held(lemma):
        def held_the_office(d, s, k):
            position = g.the_noun(lemma, At(g.of, office(k)))
            return Clause(hold, s, position, form=so_far(d, k), facts=(k.fact,))

        return held_the_office

    def became(d, s, k):
        return Copula(s, office(k), THEN, become, facts=(k.fact,))

    return Constructions((was, served, held("position"), held("office"), became))


def positions(g: Grammar) -> Constructions:
    play = g.words.verb("play", "intransitive")

    def played_as(d, s, k):
        role = Adjunct(At(g.as_, g.plain(g.noun(k.object.name))))
        return Clause(play, s, form=so_far(d, k), adjuncts=(role,), facts=(k.fact,))

    def in_position(d, s, k):
        position = g.the_noun("position", At(g.of, Common(g.noun(k.object.name))))
        at = Adjunct(At(g.in_, position))
        return Clause(play, s, form=so_far(d, k), adjuncts=(at,), facts=(k.fact,))

    def was(d, s, k):
        return Copula(s, g.plain(g.noun(k.object.name)), so_far(d, k), facts=(k.fact,))

    position = g.role("position", as_alive, thing=lambda d, k: Common(g.noun(k.object.name)))
    return Constructions((played_as, in_position, was), position.wholes[:2])


def religions(g: Grammar) -> Constructions:
    follow = g.words.verb("practise", "transitive")
    affiliate = g.words.verb("affiliate", "prepositional", "with")

    def follower(d, s, k):
        of = At(g.of, d.other(k.object))
        predicate = Common(g.noun("follower"), SINGULAR, g.a, (), (of,))
        return Copula(s, predicate, d.form(k.subject), facts=(k.fact,))

    def practised(d, s, k):
        form = d.form(k.subject)
        return Clause(follow, s, d.other(k.object), form=form, facts=(k.fact,))

    def affiliated(d, s, k):
        form = d.form(k.subject)
        it = d.other(k.object)
        return Clause(affiliate, None, s, it, form=form, passive=True, facts=(k.fact,))

    return Constructions((follower, practised, affiliated)) + g.role("religion", as_alive)


def instruments(g: Grammar) -> Constructions:
    play = g.words.verb("play", "transitive")

    def instrument(d, k):
        return g.the_noun(k.object.name)

    def played(d, s, k):
        form = d.form(k.subject)
        return Clause(play, s, instrument(d, k), form=form, facts=(k.fact,))

    def could_play(d, s, k):
        form = d.form(k.subject)
        form = form._replace(modal=g.could if form == THEN else g.can)
        return Clause(play, s, instrument(d, k), form=form, facts=(k.fact,))

    def music_on(d, s, k):
        at = Adjunct(At(g.on, instrument(d, k)))
        form, music = d.form(k.subject), Common(g.noun("music"))
        return Clause(play, s, music, form=form, adjuncts=(at,), facts=(k.fact,))

    def instrument_that(d, k):
        played_it = Clause(play, d.subject(k.subject), Gap(), form=d.form(k.subject))
        what = g.the_noun("instrument", Relative(played_it._replace(facts=(k.fact,)), spoken=False))
        return Copula(what, instrument(d, k), d.form(k.subject))

    role = g.role("instrument", as_alive, thing=instrument)
    return Constructions((played, could_play, music_on), (*role.wholes[:2], instrument_that))


def clubs(g: Grammar) -> Constructions:
    play = g.words.verb("play", "prepositional", "for")
    drive = g.words.verb("drive", "prepositional", "for")

    def verb(k):
        return drive if k.object.name in DRIVERS else play

    def played_for(d, s, k):
        form = so_far(d, k)
        return Clause(verb(k), s, second=d.other(k.object), form=form, facts=(k.fact,))

    def team_for_which(d, k):
        form, who = so_far(d, k), d.subject(k.subject)
        playing = Clause(verb(k), who, second=Gap(), form=form, facts=(k.fact,))
        subject = Common(g.noun("team"), SINGULAR, g.a, (), (Relative(playing),))
        d.topic_is(k.object)
        return Copula(d.name(k.object), subject)

    def one_of(d, k):
        lemma = "driver" if k.object.name in DRIVERS else "player"
        whole = Common(g.noun(lemma), PLURAL, d.possessor(k.object))
        d.topic_is(k.subject)
        return Copula(Partitive(1, whole), d.name(k.subject), THEN, facts=(k.fact,))

    return Constructions((played_for,), (team_for_which, one_of))


def parties(g: Grammar) -> Constructions:
    belong = g.words.verb("belong", "prepositional", "to")

    def member(d, s, k):
        predicate = Common(g.noun("member"), SINGULAR, g.a, (), (At(g.of, d.other(k.object)),))
        return Copula(s, predicate, so_far(d, k), facts=(k.fact,))

    def belonged(d, s, k):
        form = so_far(d, k)
        return Clause(belong, s, second=d.other(k.object), form=form, facts=(k.fact,))

    return Constructions((member, belonged)) + g.role("political party", as_alive)


def labels(g: Grammar) -> Constructions:
    represent = g.words.verb("represent", "transitive")
    record = g.words.verb("record", "prepositional", "for")

    def recorded(d, s, k):
        form = so_far(d, k)
        return Clause(record, s, second=d.other(k.object), form=form, facts=(k.fact,))

    def represented(d, s, k):
        label, form = d.other(k.object), so_far(d, k)
        return Clause(represent, label, s, form=form, passive=True, facts=(k.fact,))

    def represents(d, k):
        label, form = d.subject(k.object), so_far(d, k)
        return Clause(represent, label, d.other(k.subject), form=form, facts=(k.fact,))

    return Constructions((recorded, represented), (represents,))


def employers(g: Grammar) -> Constructions:
    work, employ = g.words.verb("work", "prepositional", "for"), g.words.verb("employ")

    def worked_for(d, s, k):
        form = so_far(d, k)
        return Clause(work, s, second=d.other(k.object), form=form, facts=(k.fact,))

    def employed(d, s, k):
        form = so_far(d, k)
        return Clause(employ, d.other(k.object), s, form=form, passive=True, facts=(k.fact,))

    def employs(d, k):
        employer, form = d.subject(k.object), so_far(d, k)
        return Clause(employ, employer, d.other(k.subject), form=form, facts=(k.fact,))

    def one_of(d, k):
        employers = Common(g.noun("employer"), PLURAL, d.possessor(k.subject))
        d.topic_is(k.object)
        return Copula(Partitive(1, employers), d.name(k.object), THEN, facts=(k.fact,))

    return Constructions((worked_for, employed), (employs, one_of))


def works(g: Grammar) -> Constructions:
    know = g.words.verb("know", "transitive")

    def known_for(d, s, k):
        at, form = Adjunct(At(g.for_, d.other(k.object))), d.form(k.subject)
        return Clause(know, None, s, form=form, passive=True, adjuncts=(at,), facts=(k.fact,))

    def one_of(d, k):
        whole = Common(g.noun("work"), PLURAL, d.possessor(k.subject))
        d.topic_is(k.object)
        return Copula(Partitive(1, whole), d.name(k.object), facts=(k.fact,))

    def work_by(d, k):
        work = g.noun("work")
        by = Common(work, SINGULAR, g.a, (), (At(g.words.word("by", "agent"), d.name(k.subject)),))
        return Copula(d.subject(k.object), by, facts=(k.fact,))

    return Constructions((known_for,), (one_of, work_by))

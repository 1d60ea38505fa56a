"""Every fact of the tables as LAMA names it: ``Fact("P36", "France", "Paris")``.

Relations are Wikidata's properties (P19 …, as in LAMA's T-REx part, Petroni et al. 2019) and
ConceptNet's (AtLocation …). A fact is kept in one direction only, whichever way round a sentence
says it: *Paris is the capital of France* states ``Fact("P36", "France", "Paris")``, a work and its
maker ``Fact("P50", "Hamlet", "William Shakespeare")``. A border has two directions, of which a
sentence states the one it speaks.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from helpers.miniworld import tables
from helpers.miniworld.terms import Fact

# The position of a player is another relation (P413) than an office (P39).
PLAYING_POSITIONS = {"forward", "midfielder", "goalkeeper", "defender", "goaltender"}
# Who made a work stands in another relation for each way of making it.
MAKERS = {
    "written": "P50",
    "directed": "P57",
    "composed": "P86",
    "recorded": "P175",
    "broadcast": "P449",
    "shown": "P449",
}
OTHER_MAKER = "P170"


class Key(NamedTuple):
    """What a fact is about: the kind of thing and its name, e.g. ``Key("city", "Paris")``."""

    kind: str
    name: str


class Known(NamedTuple):
    """A fact with the kinds of its two sides, which names alone don't tell apart."""

    fact: Fact
    subject: Key
    object: Key


# The kinds of subject and object where a row of lama.tsv speaks of something no table holds.
LAMA_KINDS = {
    "P19": ("person", "city"),
    "P20": ("person", "city"),
    "P279": ("thing", "noun"),
    "P37": ("country", "language"),
    "P413": ("person", "noun"),
    "P138": ("place", "city"),
    "P364": ("work", "language"),
    "P54": ("person", "team"),
    "P106": ("person", "noun"),
    "P527": ("substance", "noun"),
    "P102": ("person", "party"),
    "P530": ("country", "country"),
    "P176": ("product", "organisation"),
    "P30": ("place", "continent"),
    "P178": ("product", "organisation"),
    "P1412": ("person", "language"),
    "P17": ("place", "country"),
    "P39": ("person", "noun"),
    "P264": ("person", "label"),
    "P276": ("event", "city"),
    "P127": ("organisation", "organisation"),
    "P103": ("person", "language"),
    "P495": ("work", "country"),
}
# people.tsv gives the people of past states today's country: Averroes was no Spaniard.
MODERN = 1800
# Actions that are more than a verb and its object.
UNSAYABLE = {"give money to the poor", "go to church", "look for work", "move out"}
COMMON_SENSE = {
    "AtLocation": ("general", "place"),
    "CapableOf": ("general", "verb"),
    "Causes": ("general", "noun"),
    "CausesDesire": ("general", "verb"),
    "HasA": ("general", "part"),
    "HasPrerequisite": ("general", "noun"),
    "HasProperty": ("general", "adjective"),
    "MotivatedByGoal": ("action", "adjective"),
    "ReceivesAction": ("general", "participle"),
    "UsedFor": ("general", "use"),
}


def _known(relation: str, subject: Key, kind: str, names: str | int | Iterable) -> Iterator[Known]:
    """One fact per name; none for an empty cell."""
    if names is None or names == "":
        return
    if isinstance(names, str | int):
        names = str(names).split(";")
    for name in names:
        yield Known(Fact(relation, subject.name, str(name)), subject, Key(kind, str(name)))


def _countries() -> Iterator[Known]:
    for row in tables.rows("countries"):
        subject = Key("country", row.name)
        yield from _known("P36", subject, "city", row.capital)
        yield from _known("P30", subject, "continent", row.continent)
        yield from _known("P37", subject, "language", row.languages)
        yield from _known("P38", subject, "currency", row.currency)
        yield from _known("P47", subject, "country", row.neighbours)


def _cities() -> Iterator[Known]:
    for row in tables.rows("cities"):
        yield from _known("P17", Key("city", row.name), "country", row.country)


def _people() -> Iterator[Known]:
    organisations = {row.name for row in tables.rows("organisations")}
    made = {(row.creator, row.title) for row in tables.rows("works")}

    def group(name: str, kind: str) -> str:
        return "organisation" if name in organisations else kind

    for row in tables.rows("people"):
        subject = Key("person", row.name)
        yield from _known("P569", subject, "year", row.born)
        yield from _known("P570", subject, "year", row.died)
        yield from _known("P19", subject, "city", row.birthplace)
        yield from _known("P20", subject, "city", row.deathplace)
        if row.born and int(row.born) >= MODERN:
            yield from _known("P27", subject, "country", row.country)
        yield from _known("P106", subject, "noun", row.profession)
        yield from _known("P101", subject, "noun", row.field)
        yield from _known("P1412", subject, "language", row.languages)
        position = "P413" if row.position in PLAYING_POSITIONS else "P39"
        yield from _known(position, subject, "noun", row.position)
        yield from _known("P140", subject, "religion", row.religion)
        yield from _known("P1303", subject, "noun", row.instrument)
        yield from _known("P136", subject, "noun", row.genre)
        yield from _known("P54", subject, group(row.team, "team"), row.team)
        yield from _known("P102", subject, group(row.party, "party"), row.party)
        yield from _known("P264", subject, group(row.label, "label"), row.label)
        yield from _known("P108", subject, group(row.employer, "label"), row.employer)
        unmade = tuple(title for title in row.works if (row.name, title) not in made)
        yield from _known("P800", subject, "work", unmade)


def _organisations() -> Iterator[Known]:
    for row in tables.rows("organisations"):
        subject = Key("organisation", row.name)
        yield from _known("P31", subject, "noun", row.kind)
        # A band has no seat: it was formed somewhere.
        yield from _known("P740" if row.kind == "band" else "P159", subject, "city", row.city)
        yield from _known("P17", subject, "country", row.country)
        yield from _known("P571", subject, "year", row.founded)
        yield from _known("P452", subject, "noun", row.industry)
        yield from _known("P127", subject, "organisation", row.owner)


def _products() -> Iterator[Known]:
    for row in tables.rows("products"):
        subject = Key("product", row.name)
        yield from _known("P31", subject, "noun", row.kind)
        made = "P178" if row.verb == "developed" else "P176"
        yield from _known(made, subject, "organisation", row.maker)
        yield from _known("P577", subject, "year", row.year)


def _works() -> Iterator[Known]:
    people = {row.name for row in tables.rows("people")}
    for row in tables.rows("works"):
        subject = Key("work", row.title)
        yield from _known("P31", subject, "noun", row.kind)
        maker = "person" if row.creator in people else "organisation"
        made = MAKERS.get(row.verb, OTHER_MAKER)
        yield from _known(made, subject, maker, row.creator)
        on_screen = row.kind in {"film", "television show"}
        yield from _known("P364" if on_screen else "P407", subject, "language", row.language)
        yield from _known("P495", subject, "country", row.country)
        yield from _known("P136", subject, "noun", row.genre)
        yield from _known("P577", subject, "year", row.year)


def _things() -> Iterator[Known]:
    for row in tables.rows("things"):
        subject = Key("thing", row.lemma)
        if row.kind != row.lemma:
            yield from _known("P279", subject, "noun", row.kind)
        yield from _known("HasA", subject, "part", row.parts)
        yield from _known("CapableOf", subject, "verb", row.abilities)
        yield from _known("UsedFor", subject, "use", row.uses)
        yield from _known("HasProperty", subject, "adjective", row.properties)
        yield from _known("HasProperty", subject, "adjective", row.colour)
        yield from _known("AtLocation", subject, "place", row.places)


def _generalities() -> Iterator[Known]:
    for row in tables.rows("generalities"):
        subject = Key("quantified", f"{row.quantifier} {row.subject}")
        yield from _known(row.relation, subject, COMMON_SENSE[row.relation][1], row.object)


def _common_sense() -> Iterator[Known]:
    for row in tables.rows("commonsense"):
        if row.subject in UNSAYABLE:
            continue
        subject_kind, object_kind = COMMON_SENSE[row.relation]
        yield from _known(row.relation, Key(subject_kind, row.subject), object_kind, row.object)


def _lama(known: Iterable[Known]) -> Iterator[Known]:
    """The lecture's rows; a name that a table holds keeps the kind it has there."""
    by_fact = {_plain(item.fact): item for item in known}
    kinds = {}
    for item in by_fact.values():
        kinds.setdefault((item.fact.relation, item.subject.name), item.subject.kind)
        kinds.setdefault((item.fact.relation, item.object.name), item.object.kind)
    for row in tables.rows("lama"):
        fact = Fact(row.relation, row.subject, row.object)
        if not row.subject:
            continue
        if _plain(fact) in by_fact:
            yield by_fact[_plain(fact)]
            continue
        subject_kind, object_kind = LAMA_KINDS[row.relation]
        subject = Key(kinds.get((row.relation, row.subject), subject_kind), row.subject)
        kind = kinds.get((row.relation, row.object), object_kind)
        yield from _known(row.relation, subject, kind, row.object)


def _plain(fact: Fact) -> Fact:
    """Without article and capital, in which LAMA's *Joke* differs from our *a joke*."""
    if fact.relation not in COMMON_SENSE:
        return fact
    subject = fact.subject.lower().removeprefix("a ").removeprefix("an ").removeprefix("the ")
    return fact._replace(subject=subject)


@cache
def known_facts() -> tuple[Known, ...]:
    """All facts, without repetition, in the order of the tables."""
    found: dict[Fact, Known] = {}
    places, named = (_countries, _cities), (_people, _organisations, _products, _works)
    for table in (*places, *named, _things, _common_sense, _generalities):
        for known in table():
            found.setdefault(known.fact, known)
    for known in _lama(tuple(found.values())):
        found.setdefault(known.fact, known)
    return tuple(found.values())


@cache
def lecture_facts() -> frozenset[Fact]:
    """The rows of the lecture's two tables as ours; no world holds them out."""
    return frozenset(known.fact for known in _lama(known_facts()))

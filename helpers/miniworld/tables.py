"""The tables of the mini-world, ``data/miniworld/*.tsv``, as typed rows.

``rows("countries")`` gives a tuple of ``Country``. A cell that is a list is separated by ``;``.
"""

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from helpers import ROOT

FOLDER = ROOT / "data" / "miniworld"
List = tuple[str, ...]
Number = int | None


class TableError(ValueError):
    """A table is missing or one of its cells can't be used; names file, line and column."""


class Country(NamedTuple):
    name: str
    article: str
    adjective: str
    capital: str
    continent: str
    languages: List
    currency: str
    neighbours: List
    german: str
    german_article: str
    german_adjective: str
    source: str


class City(NamedTuple):
    name: str
    country: str
    german: str
    source: str


class Language(NamedTuple):
    name: str
    german: str
    source: str


class Person(NamedTuple):
    name: str
    gender: str
    born: Number
    died: Number
    birthplace: str
    deathplace: str
    country: str
    profession: List
    field: str
    languages: List
    position: str
    religion: str
    instrument: str
    genre: str
    team: str
    party: str
    label: str
    employer: str
    works: List
    source: str


class Organisation(NamedTuple):
    name: str
    article: str
    kind: str
    city: str
    country: str
    founded: Number
    industry: str
    owner: str
    source: str


class Product(NamedTuple):
    name: str
    article: str
    kind: str
    maker: str
    verb: str
    year: Number
    source: str


class Work(NamedTuple):
    title: str
    kind: str
    creator: str
    verb: str
    year: Number
    language: str
    country: str
    genre: str
    source: str


class Query(NamedTuple):
    """A row of LAMA: a cloze template and the answer it asks for."""

    relation: str
    template: str
    subject: str
    object: str
    source: str


class Thing(NamedTuple):
    lemma: str
    plural: str
    cls: str
    kind: str
    parts: List
    abilities: List
    uses: List
    properties: List
    places: List
    colour: str
    german: str
    gender: str
    german_plural: str
    german_kind: str
    source: str


class CommonSense(NamedTuple):
    relation: str
    subject: str
    object: str
    german_subject: str
    german_object: str
    source: str


class Sense(NamedTuple):
    lemma: str
    pos: str
    sense: str
    cls: str
    gloss: str
    plural_or_forms: List
    partners: List
    contexts: List
    german: str
    gender: str
    german_plural: str
    source: str


class NounRow(NamedTuple):
    lemma: str
    plural: str
    kind: str
    german: str
    gender: str
    german_plural: str
    german_genitive: str
    german_feminine: str
    source: str


class VerbRow(NamedTuple):
    lemma: str
    third: str
    past: str
    participle: str
    gerund: str
    frame: str
    roleset: str
    subject: List
    object: List
    preposition: str
    second: List
    polarity: Number
    german: str
    german_third: str
    german_past: str
    german_participle: str
    german_aux: str
    german_prefix: str
    german_object: str
    source: str


class AdjectiveRow(NamedTuple):
    lemma: str
    comparative: str
    superlative: str
    polarity: Number
    domains: List
    antonym: str
    noun: str
    adverb: str
    base: str
    german: str
    german_comparative: str
    german_superlative: str
    source: str


class AdverbRow(NamedTuple):
    lemma: str
    kind: str
    german: str
    source: str


class NameRow(NamedTuple):
    name: str
    part: str
    gender: str
    source: str


class Job(NamedTuple):
    lemma: str
    plural: str
    german: str
    german_plural: str
    german_feminine: str
    source: str


class Title(NamedTuple):
    title: str
    kind: str
    german: str
    source: str


class Aspect(NamedTuple):
    noun: str
    domain: str
    positive: List
    negative: List
    source: str


class FunctionWordRow(NamedTuple):
    """``case``: what a preposition governs in German, how a determiner inflects."""

    lemma: str
    kind: str
    german: str
    case: str
    source: str


class Generality(NamedTuple):
    """*all birds* HasA *feathers*, *no birds* HasA *teeth*."""

    quantifier: str
    subject: str
    relation: str
    object: str
    source: str


class GermanVerb(NamedTuple):
    """Forms of verbs that the table of senses names."""

    german: str
    german_third: str
    german_past: str
    german_participle: str
    german_aux: str
    german_prefix: str
    german_object: str
    source: str


class GermanName(NamedTuple):
    """A name that is another one in German, or has an article there (``pl`` for plural names)."""

    name: str
    kind: str
    german: str
    german_article: str
    source: str


ROWS = {
    "countries": Country,
    "cities": City,
    "languages": Language,
    "people": Person,
    "organisations": Organisation,
    "products": Product,
    "works": Work,
    "lama": Query,
    "things": Thing,
    "commonsense": CommonSense,
    "senses": Sense,
    "nouns": NounRow,
    "verbs": VerbRow,
    "adjectives": AdjectiveRow,
    "adverbs": AdverbRow,
    "names": NameRow,
    "jobs": Job,
    "titles": Title,
    "aspects": Aspect,
    "function_words": FunctionWordRow,
    "generalities": Generality,
    "german_names": GermanName,
    "german_verbs": GermanVerb,
    # What only encyclopedia entries say, or only stories, reviews and letters.
    "fact_nouns": NounRow,
    "fact_verbs": VerbRow,
    "fact_adjectives": AdjectiveRow,
    "story_nouns": NounRow,
    "story_verbs": VerbRow,
    "story_adjectives": AdjectiveRow,
    "story_adverbs": AdverbRow,
}

# Which column speaks of a row of which table; every name there must be one.
REFERENCES = {
    ("countries", "capital"): "cities",
    ("countries", "neighbours"): "countries",
    ("countries", "languages"): "languages",
    ("cities", "country"): "countries",
    ("people", "birthplace"): "cities",
    ("people", "deathplace"): "cities",
    ("people", "country"): "countries",
    ("people", "profession"): "nouns",
    ("people", "works"): "works",
    ("people", "employer"): "organisations",
    ("organisations", "city"): "cities",
    ("organisations", "country"): "countries",
    ("products", "maker"): "organisations",
    ("works", "country"): "countries",
    ("aspects", "positive"): "adjectives",
    ("aspects", "negative"): "adjectives",
}


def _header(row_type: type) -> tuple[str, ...]:
    # "class" is a keyword of Python, so the field has another name than the column.
    return tuple("class" if name == "cls" else name for name in row_type._fields)


def _cell(text: str, kind, where: str):
    if kind is str:
        return text
    if kind == List:
        return tuple(text.split(";")) if text else ()
    try:
        return int(text) if text else None
    except ValueError:
        raise TableError(f"{where}: {text!r} is not an integer.") from None


def read(path: Path, row_type: type) -> tuple:
    """All rows of one file, as ``row_type``; a wrong header or cell raises ``TableError``."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    header = _header(row_type)
    if not lines or tuple(lines[0]) != header:
        found = "\t".join(lines[0]) if lines else "nothing"
        raise TableError(f"{path.name}, line 1: columns {header} expected, found {found!r}.")
    kinds = tuple(row_type.__annotations__.values())
    result = []
    for number, cells in enumerate(lines[1:], start=2):
        where = f"{path.name}, line {number}"
        if len(cells) != len(header):
            raise TableError(f"{where}: {len(cells)} cells, {len(header)} expected.")
        checked = zip(cells, kinds, header, strict=True)
        result.append(row_type(*(_cell(c, kind, f"{where}, column {n}") for c, kind, n in checked)))
    return tuple(result)


def hint(name: str, known: Iterable[str]) -> str:
    """``' Did you mean …?'``, or nothing."""
    from helpers.settings import did_you_mean  # torch comes with it; text needs none

    return did_you_mean(name, list(known))


@cache
def rows(table: str) -> tuple:
    """The rows of a table, read once."""
    if table not in ROWS:
        raise TableError(f"table={table!r} is unknown.{hint(table, ROWS)}")
    path = FOLDER / f"{table}.tsv"
    if not path.is_file():
        raise TableError(f"The table {path.name} is missing in data/miniworld.")
    return read(path, ROWS[table])


def check_references() -> None:
    """Every name that one table takes from another must be there."""
    known = {target: {row[0] for row in rows(target)} for target in set(REFERENCES.values())}
    for (table, column), target in REFERENCES.items():
        for line, row in enumerate(rows(table), start=2):
            cell = getattr(row, column)
            for name in (cell,) if isinstance(cell, str) else cell:
                if name and name not in known[target]:
                    raise TableError(
                        f"{table}.tsv, line {line}, column {column}: {name!r} is no row of "
                        f"{target}.tsv.{hint(name, known[target])}"
                    )

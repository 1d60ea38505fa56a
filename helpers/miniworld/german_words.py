"""German words: forms of nouns, adjectives, verbs, articles and pronouns, from the tables.

Cases, genders and the plural are small integers, so that a form is one look into a table.
"""

from functools import cache
from typing import NamedTuple

from helpers.miniworld import tables
from helpers.miniworld.lexicon import Adjective, Entity, Noun, Verb
from helpers.miniworld.terms import PLURAL, Referent

NOM, ACC, DAT, GEN = range(4)
M, F, N, PL = range(4)  # the plural knows no gender
GENDERS = {"m": M, "f": F, "n": N, "pl": PL}
CASES = {"nom": NOM, "acc": ACC, "dat": DAT, "gen": GEN}

# Rows are cases, columns genders.
DER = ("der die das die", "den die das die", "dem der dem den", "des der des der")
DER = tuple(tuple(row.split()) for row in DER)
STRONG = ("er e es e", "en e es e", "em er em en", "es er es er")
STRONG = tuple(tuple(row.split()) for row in STRONG)
EIN = (("", "e", "", "e"), ("en", "e", "", "e"), ("em", "er", "em", "en"), ("es", "er", "es", "er"))
RELATIVE = ("der die das die", "den die das die", "dem der dem denen", "dessen deren dessen deren")
RELATIVE = tuple(tuple(row.split()) for row in RELATIVE)
# (nominative, accusative, dative, genitive after a preposition as dative)
PERSONAL = {
    (1, False): ("ich", "mich", "mir"),
    (2, False): ("du", "dich", "dir"),
    (1, True): ("wir", "uns", "uns"),
    (2, True): ("ihr", "euch", "euch"),
    M: ("er", "ihn", "ihm"),
    F: ("sie", "sie", "ihr"),
    N: ("es", "es", "ihm"),
    PL: ("sie", "sie", "ihnen"),
    "one": ("man", "einen", "einem"),
}
OWNING = {(1, False): "mein", (2, False): "dein", (1, True): "unser", (2, True): "euer"}
OWNING |= {M: "sein", N: "sein", F: "ihr", PL: "ihr", "one": "sein"}
REFLEXIVE = {(1, False): ("mich", "mir"), (2, False): ("dich", "dir")}
REFLEXIVE |= {(1, True): ("uns", "uns"), (2, True): ("euch", "euch")}
SIBILANTS = ("s", "ß", "x", "z")

# fmt: off
NUMBERS = ["null", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn",
           "elf", "zwölf"]
MONTHS = ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
          "Oktober", "November", "Dezember"]
# Masculines with -(e)n everywhere but in the nominative, where the table has no genitive.
WEAK_NOUNS = {"Bär", "Elefant", "Leopard", "Fink", "Spatz", "Automat", "Komet", "Planet", "Papagei",
              "Pfau", "Prinz", "Graf", "Held", "Fürst", "Mensch", "Herr", "Nachbar", "Ochs"}
MIXED_NOUNS = {"Buchstabe", "Gedanke", "Funke", "Name", "Glaube", "Wille", "Haufe", "Same"}
STRONG_IN_E = {"Käse", "See", "Tee", "Kaffee", "Schnee", "Klee"}
# fmt: on


class NoGerman(ValueError):
    """A word whose German the tables don't give."""


class Features(NamedTuple):
    """What a phrase makes others agree with; ``female``: a woman, whatever the noun's gender."""

    gender: int
    person: int = 3
    female: bool = False

    @property
    def plural(self) -> bool:
        return self.gender == PL


# ------------------------------------------------------------------------------ nouns


def is_plural(noun: Noun, number: str) -> bool:
    """Whether German speaks of many; *clothes* is one *Kleidung*, *a parent* …"""
    return noun.gender == "pl" or (number == PLURAL and bool(noun.german_plural))


def gender(noun: Noun, number: str, feminine: bool = False) -> int:
    if is_plural(noun, number):
        return PL
    if noun.gender not in GENDERS:
        raise NoGerman(f"noun={noun.lemma!r}: no German gender in the tables.")
    return F if feminine and noun.german_feminine else GENDERS[noun.gender]


def is_adjectival(noun: Noun) -> bool:
    """*der Fremde, ein Fremder*: declined as an adjective."""
    stem = noun.german.removesuffix("r")
    return noun.gender == "m" and stem == noun.german_plural and stem.endswith("e")


def is_weak(noun: Noun) -> bool:
    word = noun.german
    if noun.gender != "m" or word in STRONG_IN_E:
        return False
    if noun.german_genitive:
        return noun.german_genitive in (word + "n", word + "en") and noun.german_plural.endswith(
            "n"
        )
    return word in WEAK_NOUNS or word.endswith("e")


def _genitive(noun: Noun) -> str:
    word = noun.german
    if noun.gender == "f":
        return word
    if noun.german_genitive:
        return noun.german_genitive
    if is_weak(noun):
        return word + ("n" if word.endswith(("e", "r")) else "en")
    if word.endswith(SIBILANTS) or word.endswith(("sch", "tsch", "st")):
        return word + ("ses" if word.endswith("nis") else "es")
    return word + "s"


def _feminine_plural(word: str) -> str:
    if word.endswith("in"):
        return word + "nen"
    return word + ("n" if word.endswith("e") else "en")


def dative_plural(word: str) -> str:
    return word + "n" if word.endswith(("e", "el", "er")) else word


@cache
def noun_form(noun: Noun, case: int, number: str, feminine: bool = False) -> str:
    """The noun in its case and number (for *Fremder* its stem: ``is_adjectival``)."""
    if not noun.german:
        raise NoGerman(f"noun={noun.lemma!r}: no German in the tables.")
    feminine = feminine and bool(noun.german_feminine)
    if is_plural(noun, number):
        word = noun.german_plural or noun.german
        if feminine and not is_adjectival(noun):
            word = _feminine_plural(noun.german_feminine)
        return dative_plural(word) if case == DAT else word
    if feminine:
        return noun.german_feminine
    if case == GEN:
        return _genitive(noun)
    if case in (ACC, DAT):
        if is_weak(noun):
            return _genitive(noun)
        if noun.german in MIXED_NOUNS:
            return noun.german + "n"
    return noun.german


# -------------------------------------------------------------------------- adjectives


def weak_ending(case: int, of: int) -> str:
    plain = of != PL and (case == NOM or (case == ACC and of != M))
    return "e" if plain else "en"


def strong_ending(case: int, of: int) -> str:
    return "en" if case == GEN and of in (M, N) else STRONG[case][of]


@cache
def stem(word: str) -> str:
    """What endings are added to: *leis-*, *dunkl-*, *teur-*, *hoh-*."""
    if word == "hoch":
        return "hoh"
    if word.endswith("e"):
        return word[:-1]
    if word.endswith("el"):
        return word[:-2] + "l"
    if word.endswith(("euer", "auer")):
        return word[:-2] + "r"
    return word


UNINFLECTED = {"rosa", "lila"}


def inflected(word: str, ending: str) -> str:
    if word in UNINFLECTED or word[0].isupper():
        return word
    return stem(word) + ending


@cache
def adjective_form(adjective: Adjective) -> str:
    """The positive; *US-* is joined to its noun."""
    if adjective.german:
        return adjective.german
    row = _german_names().get((adjective.lemma, "currency"))
    if row is None:
        raise NoGerman(f"adjective={adjective.lemma!r}: no German in the tables.")
    return row.german


@cache
def comparative(adjective: Adjective) -> str:
    return adjective.german_comparative or stem(adjective.german) + "er"


@cache
def superlative(adjective: Adjective) -> str:
    if adjective.german_superlative:
        return adjective.german_superlative
    word = adjective.german
    if word.endswith(("d", "t", "s", "ß", "z", "sch", "x")) and not word.endswith("nd"):
        return word + "est"
    return stem(word) + "st" if word.endswith("e") else word + "st"


# ------------------------------------------------------------------------------- verbs


class Forms(NamedTuple):
    """Without prefix where it can be split off; ``governs``: acc, dat, auf+acc …"""

    infinitive: str
    third: str
    past: str
    participle: str
    aux: str
    prefix: str = ""
    governs: tuple[str, ...] = ()
    reflexive: bool = False


SEIN = Forms("sein", "ist", "war", "gewesen", "sein")
HABEN = Forms("haben", "hat", "hatte", "gehabt", "haben")
WERDEN = Forms("werden", "wird", "wurde", "geworden", "sein")
WORDEN = WERDEN._replace(participle="worden")
PRESENT = {
    "sein": ("bin", "bist", "ist", "sind", "seid", "sind"),
    "haben": ("habe", "hast", "hat", "haben", "habt", "haben"),
    "werden": ("werde", "wirst", "wird", "werden", "werdet", "werden"),
    "wissen": ("weiß", "weißt", "weiß", "wissen", "wisst", "wissen"),
    "können": ("kann", "kannst", "kann", "können", "könnt", "können"),
    "müssen": ("muss", "musst", "muss", "müssen", "müsst", "müssen"),
    "wollen": ("will", "willst", "will", "wollen", "wollt", "wollen"),
    "sollen": ("soll", "sollst", "soll", "sollen", "sollt", "sollen"),
    "mögen": ("mag", "magst", "mag", "mögen", "mögt", "mögen"),
    "dürfen": ("darf", "darfst", "darf", "dürfen", "dürft", "dürfen"),
}
IMPERATIVES = {"sein": "sei", "haben": "hab", "werden": "werde", "kommen": "komm", "gehen": "geh"}
# Take an infinitive without *zu*; said in the past where English has a perfect.
MODAL_VERBS = {"wollen", "müssen", "können", "dürfen", "sollen", "mögen", "lassen"}


@cache
def _known_forms() -> dict[str, Forms]:
    """The forms of every German verb in the tables, by infinitive."""
    found = {}
    for table in ("verbs", "fact_verbs", "story_verbs"):
        for row in tables.rows(table):
            found.setdefault(row.german, _forms_of(row))
    for row in tables.rows("german_verbs"):
        found.setdefault(row.german, _forms_of(row))
    return found


def _forms_of(row) -> Forms:
    reflexive = row.german.startswith("sich ")
    infinitive = row.german.removeprefix("sich ")
    third, past = row.german_third.split(" ")[0], row.german_past.split(" ")[0]
    governs = tuple(row.german_object.split(";")) if row.german_object else ()
    aux = row.german_aux if row.german != "gebären" else "sein"
    prefix = row.german_prefix if infinitive.startswith(row.german_prefix) else ""
    return Forms(infinitive, third, past, row.german_participle, aux, prefix, governs, reflexive)


def known_forms(infinitive: str) -> Forms:
    return _known_forms()[infinitive]


@cache
def verb_forms(verb: Verb) -> Forms:
    if verb.german_third:
        return _forms_of(verb)
    if verb.lemma == "be":
        return SEIN
    if verb.german not in _known_forms():
        raise NoGerman(f"verb={verb.lemma!r}: no German forms of {verb.german!r} in the tables.")
    return _known_forms()[verb.german]


def _simple(forms: Forms) -> str:
    """The infinitive without its prefix."""
    return forms.infinitive.removeprefix(forms.prefix)


def _verb_stem(infinitive: str) -> str:
    return infinitive[:-2] if infinitive.endswith("en") else infinitive[:-1]


@cache
def present(forms: Forms, person: int, plural: bool) -> str:
    """*öffne, öffnest, öffnet, öffnen, öffnet, öffnen*, without the prefix."""
    simple = _simple(forms)
    if simple in PRESENT:
        return PRESENT[simple][person - 1 + 3 * plural]
    if person == 3 or (plural and person == 1):
        return simple if plural else forms.third
    root = _verb_stem(simple)
    if plural:
        loose = root.endswith(("t", "d")) or forms.third == root + "et"
        return root + ("et" if loose else "t")
    if person == 1:
        if simple.endswith("eln"):
            return simple[:-3] + "le"
        return simple[:-1] if simple.endswith("en") else root + "e"
    third = forms.third
    if root.endswith(("t", "d")) and not third.endswith("et"):
        return (third[:-1] if third.endswith("dt") else third) + "st"
    return third if third[:-1].endswith(SIBILANTS) else third[:-1] + "st"


@cache
def past(forms: Forms, person: int, plural: bool) -> str:
    word = forms.past
    if person == 2:
        loose = not word.endswith("e") and word.endswith(("t", "d", *SIBILANTS))
        if plural:
            return word + ("et" if loose else "t")
        return word + ("est" if loose else "st")
    if plural:
        return word + ("n" if word.endswith("e") else "en")
    return word


SUBJUNCTIVES = {"sein": "wäre", "haben": "hätte", "werden": "würde", "können": "könnte"}
SUBJUNCTIVES |= {"müssen": "müsste", "sollen": "sollte", "mögen": "möchte", "dürfen": "dürfte"}


def subjunctive(forms: Forms, person: int, plural: bool) -> str:
    """*wäre, hätte, würde, könnte, sollte*."""
    word = SUBJUNCTIVES[forms.infinitive]
    return past(forms._replace(past=word), person, plural)


@cache
def imperative(forms: Forms, plural: bool) -> str:
    simple = _simple(forms)
    if plural:
        return "seid" if simple == "sein" else present(forms, 2, True)
    if simple in IMPERATIVES:
        return IMPERATIVES[simple]
    root, you = _verb_stem(simple), present(forms, 2, False)
    short = you[:-1] if root.endswith(SIBILANTS) else you[:-2]
    if "e" in root and "i" in short and "i" not in root:
        return short
    if simple.endswith("eln"):
        return simple[:-3] + "le"
    loose = root.endswith(("t", "d", "ig")) or (
        root[-1] in "mn" and root[-2] not in "aeiouäöümnrlh"
    )
    return root + "e" if loose else root


# ------------------------------------------------------------------------------- names


@cache
def _german_names() -> dict[tuple[str, str], tables.GermanName]:
    return {(row.name, row.kind): row for row in tables.rows("german_names")}


@cache
def _kinds() -> dict[str, str]:
    """What sort of organisation, product or work a name stands for."""
    named = ("products", "organisations", "works")
    return {row[0]: row.kind for table in named for row in tables.rows(table)}


DEFAULT_GENDERS = {"film": M, "gadget": N, "team": F, "party": F, "label": N, "event": N}
ARTICLES = {"der": M, "die": F, "das": N, "pl": PL}


@cache
def _genders_of_kinds() -> dict[str, int]:
    found = {}
    for table in ("fact_nouns", "nouns"):
        for row in tables.rows(table):
            found[row.lemma] = GENDERS.get(row.gender, N)
    return found


class NameForm(NamedTuple):
    """``declined``: a German name, whose adjectives take endings (*Apple Watch* does not)."""

    words: tuple[str, ...]
    article: bool
    gender: int
    declined: bool = True


@cache
def name_form(entity: Entity) -> NameForm:
    """How a name is spoken, whether with an article, and its gender."""
    if entity.label == "PER":
        plain = tuple((entity.german or entity.name).split(" "))
        return NameForm(plain, False, F if entity.gender == "female" else M)
    row = _german_names().get((entity.name, entity.kind))
    german = row.german if row else entity.german or entity.name
    article = row.german_article if row else entity.german_article
    words = tuple(german.split(" "))
    if article:
        return NameForm(words, True, ARTICLES[article], entity.label != "PRODUCT")
    if entity.number == PLURAL:
        return NameForm(words, bool(entity.article), PL)
    if entity.kind == "country":
        return NameForm(words, False, N)
    kind = _kinds().get(entity.name, entity.kind)
    of = DEFAULT_GENDERS.get(kind, _genders_of_kinds().get(kind, N))
    if entity.kind in ("country", "city", "language", "continent"):
        of = N
    return NameForm(words, bool(entity.article), of)


def declined_name(form: NameForm, case: int) -> tuple[str, ...]:
    """*der Zentralafrikanischen Republik*, *im Roten Kreuz*, *den Niederlanden*."""
    words = form.words
    if not form.article or not form.declined:
        return words
    *before, last = words
    if weak_ending(case, form.gender) == "en" and form.gender != PL:
        before = [w + "n" if w.endswith("e") else w for w in before]
    if form.gender == PL and case == DAT:
        last = dative_plural(last)
    elif form.gender == N and case == GEN and last.endswith(("tum", "eum", "tut", "reuz")):
        last += "es" if last.endswith("reuz") else "s"
    return (*before, last)


def referent_features(who: Referent) -> Features:
    """Gender and number of the pronoun that stands for a referent."""
    if who.person != 3:
        return Features(PL if who.number == PLURAL else M, who.person, who.gender == "female")
    if who.number == PLURAL:
        return Features(PL)
    female = who.gender == "female"
    if who.gender in ("female", "male"):
        return Features(F if female else M, 3, female)
    if who.noun is not None and who.noun.german:
        return Features(gender(who.noun, who.number), 3, female)
    if who.entity is not None:
        return Features(name_form(who.entity).gender)
    return Features(N if who.gender == "neuter" else M)

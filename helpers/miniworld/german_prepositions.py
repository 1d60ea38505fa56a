"""German prepositional phrases: which preposition, which case, what melts into one word."""

from __future__ import annotations

from helpers.miniworld import german_features, german_orders, german_phrases
from helpers.miniworld.german_features import COMMA, Host, Key, Word, key, moved_to
from helpers.miniworld.german_words import ACC, CASES, DAT, DER, GEN, NOM, NoGerman, name_form
from helpers.miniworld.lexicon import FunctionWord, Noun
from helpers.miniworld.terms import (
    Asked,
    At,
    Common,
    Date,
    Gap,
    Gerund,
    Indefinite,
    Joined,
    Name,
    Phrase,
    Pronoun,
    Referent,
    Year,
)

PREPOSITIONS_OF_PLACE = {"in", "an", "auf", "unter", "hinter", "neben", "über", "vor"}
COME_OUT_OF = {"Stadt", "Dorf", "Land", "Städtchen"}
WHERE_FROM = ("water body", "mountain", "nature", "place")

# Which preposition a noun asks for where English has *in* or *at*.
ON_IT = {"Insel", "Markt", "Bauernhof", "Wiese", "Feld", "Jahrmarkt", "Bühne", "Dachboden", "Hof"}
ON_IT |= {"Flughafen", "Spielfeld", "Friedhof", "Platz", "Straße", "Landstraße", "Messe"}
AT_IT = {"Strand", "Himmel", "Ufer", "Küste"}
TIMES_AT = {"Morgen", "Abend", "Nachmittag", "Vormittag", "Tag", "Wochenende", "Ende", "Anfang"}
MELTED = {
    ("in", "dem"): "im",
    ("in", "das"): "ins",
    ("an", "dem"): "am",
    ("an", "das"): "ans",
    ("von", "dem"): "vom",
    ("zu", "dem"): "zum",
    ("zu", "der"): "zur",
    ("bei", "dem"): "beim",
}

# Take *da-* and *wo-* for a thing: *darauf, wofür*.
# fmt: off
COMPOUNDING = {"an", "auf", "aus", "bei", "durch", "für", "gegen", "hinter", "in", "mit", "nach",
               "neben", "über", "um", "unter", "von", "vor", "zu", "zwischen"}
# fmt: on


def melted(preposition: str, keys: tuple[Key, ...], words: list[Word]) -> list[Word]:
    """Preposition and phrase; *in dem* is *im* unless a relative clause singles the noun out."""
    *before, last = preposition.split(" ")
    first = [Word(w, keys) for w in before]
    if words and words[0].mark == "article" and (last, words[0].form) in MELTED:
        form = MELTED[last, words[0].form]
        return [*first, Word(form, keys + words[0].keys), *words[1:]]
    return [*first, Word(last, keys), *words]


def compounded(start: str, preposition: str) -> str:
    """*darauf*, *wofür*."""
    return start + ("r" if preposition[0] in "aäeioöuü" else "") + preposition


def governed(
    preposition: str,
    case: int,
    phrase: Phrase,
    keys: tuple[Key, ...],
    host: Host | None = None,
    binder: int | None = None,
    tail: bool = True,
) -> list[Word]:
    """A preposition with its phrase."""
    kind = type(phrase)
    if kind is Gerund:
        return _with_gerund(preposition, case, phrase, keys)
    if preposition in COMPOUNDING:
        if kind is Pronoun and is_thing(phrase.referent) and phrase.referent.id != binder:
            return [Word(compounded("da", preposition), keys + key(phrase, "word"))]
        if kind is Asked and phrase.noun is None and phrase.word.lemma in ("what", "which"):
            return [Word(compounded("wo", preposition), keys + key(phrase, "word"))]
        if kind is Gap and host is not None and host.was:
            return [Word(compounded("wo", preposition), keys + host.keys)]
        if kind is Indefinite and phrase.word.lemma in ("this", "that") and not phrase.after:
            return [Word(compounded("da", preposition), keys + key(phrase, "word"))]
    if preposition in ("in", "zu") and kind is Common and _is_mass(phrase):
        article = Word(DER[case][german_features.features(phrase).gender], (), "article")
        return melted(preposition, keys, [article, *german_phrases.common(phrase, case, tail=tail)])
    if kind is Joined:
        return melted(preposition, keys, german_phrases.noun_phrase(phrase, case, host, binder))
    words = german_phrases.noun_phrase(phrase, case, host, binder, tail=tail)
    return melted(preposition, keys, words)


def _is_mass(term: Common) -> bool:
    """*in water*: *im Wasser*."""
    countable = bool(term.noun.german_plural)
    return term.det is None and not countable and not term.adjectives and term.count is None


def is_thing(who: Referent) -> bool:
    return who.person == 3 and not who.animate and who.gender not in ("female", "male")


def _with_gerund(preposition: str, case: int, term: Gerund, keys) -> list[Word]:
    """*zum Schneiden von Brot*, *ohne es zu sehen*, *beim Lesen*."""
    if preposition in ("ohne", "statt", "um"):
        inner = german_orders.clause_words(term.clause, "zu")
        return [COMMA, Word(preposition, keys), *inner, COMMA]
    article = Word(("das", "das", "dem", "des")[case], (), "article")
    return melted(preposition, keys, [article, *german_phrases.nominal(term)])


def prepositional(
    term: At,
    host: Host | None = None,
    binder: int | None = None,
    extra: tuple[Key, ...] = (),
    since: bool = False,
    role_case: int = NOM,
    tail: bool = True,
    onto: bool = False,
    sort: bool = False,
) -> list[Word]:
    """*im Wald*, *der Schweiz*, *1867*, *seit zwei Jahren* (``since``).

    ``onto``: where something is put, not where it is; ``sort``: after *eine Art*.
    """
    word, phrase = term.preposition, term.phrase
    keys = key(term, "prep") + extra
    kind = type(phrase)
    if kind is Date:
        german, _ = _chosen(word, phrase)
        return melted(german, keys, [Word("dem", (), "article"), *german_phrases.date(phrase)])
    if host is not None and host.where and kind is Gap:
        return [Word(host.where, host.keys + keys)]
    if word.lemma == "of" and word.kind == "possession":
        return german_phrases.owner_after(phrase, keys, host, bare=sort)
    if kind is Year and word.lemma == "until":
        return [Word("bis", keys), Word(str(phrase.year), key(phrase, "year"))]
    if kind is Year and word.lemma == "from":
        year = key(phrase, "year")
        return [Word("aus", keys), Word("dem"), Word("Jahr"), Word(str(phrase.year), year)]
    if kind is Year and word.lemma in ("in", "on", "at"):
        return [Word(str(phrase.year), keys + key(phrase, "year"))]
    if since:
        return melted("seit", keys, german_phrases.noun_phrase(phrase, DAT))
    if word.lemma == "for" and word.kind == "time":
        if kind is Common and phrase.noun.german == "Geburtstag":
            return melted("zu", keys, german_phrases.noun_phrase(phrase, DAT))
        return moved_to(german_phrases.noun_phrase(phrase, ACC, host, binder), keys)
    if word.kind == "role" and word.lemma == "as":
        return [Word("als", keys), *role(phrase, role_case)]
    if word.german == "wie" or word.german == "anders als":
        return melted(word.german, keys, german_phrases.noun_phrase(phrase, NOM))
    preposition, case = _chosen(word, phrase)
    if onto and preposition in PREPOSITIONS_OF_PLACE:
        case = ACC
    if case == GEN:
        if not _takes_genitive(phrase):
            case = DAT
        elif type(phrase) is Name:
            return melted(preposition, keys, german_phrases.name(phrase, GEN))
    return governed(preposition, case, phrase, keys, host, binder, tail)


def role(phrase: Phrase, case: int, woman: bool = False) -> list[Word]:
    """After *als*: *als Lehrerin*, *als offizielle Sprache*, without *a*."""
    if type(phrase) is Common:
        return german_phrases.common(phrase, case, article=False, woman=woman)
    return german_phrases.noun_phrase(phrase, case)


def _takes_genitive(phrase: Phrase) -> bool:
    if type(phrase) is Name:
        return name_form(phrase.entity).article
    return type(phrase) is Common and german_phrases.shows_genitive(phrase)


def _chosen(word: FunctionWord, phrase: Phrase) -> tuple[str, int]:
    """The preposition and its case, as the noun asks for it."""
    german, case = word.german, CASES.get(word.case, DAT)
    if not german:
        raise NoGerman(f"preposition={word.lemma!r}: no German in the tables.")
    if word.lemma == "near":
        return ("in der Nähe", GEN) if _takes_genitive(phrase) else ("in der Nähe von", DAT)
    if type(phrase) is Date:
        at = "an" if phrase.day is not None else "in"
        return {"by": "bis zu", "in": at, "on": at}.get(word.lemma, german), DAT
    if word.lemma == "for" and (type(phrase) is Gerund or _is_activity(phrase)):
        return "zu", DAT
    if type(phrase) is Name:
        return _before_name(word, phrase, german, case)
    if type(phrase) is not Common:
        return ("von" if word.lemma == "from" else german), case
    noun = phrase.noun
    if word.kind == "time" and german == "in" and noun.german in TIMES_AT:
        return "an", DAT
    if word.lemma in ("in", "at") and word.kind == "place":
        if noun.german in ON_IT:
            return "auf", DAT
        if noun.german in AT_IT:
            return "an", DAT
        if noun.german == "Meinung":
            return "nach", DAT
        if word.lemma == "at" and "building" in noun.kinds and noun.german != "Bahnhof":
            return "in", DAT
    if word.lemma == "into" and noun.german in ON_IT:
        return "auf", ACC
    if word.lemma == "by" and noun.german in ("Beruf", "Licht"):
        return ("von" if noun.german == "Beruf" else "bei"), DAT
    if word.lemma == "on" and word.kind == "place" and noun.german in ("Wand", "Baum", "Zaun"):
        return "an", DAT
    if word.lemma == "from" and word.kind != "time" and _is_left(noun):
        return "von", DAT
    return german, case


def _is_activity(phrase: Phrase) -> bool:
    """*for chopping*: *zum Hacken*; *for storage*: *zur Aufbewahrung*."""
    if type(phrase) is not Common or phrase.det is not None or phrase.noun.plural:
        return False
    return phrase.noun.lemma.endswith("ing") or phrase.noun.german.endswith(("ung", "ion"))


def _is_left(noun: Noun) -> bool:
    """*vom See*, *von der Lehrerin*; one comes *aus dem Dorf*."""
    if noun.german in COME_OUT_OF:
        return False
    return noun.animate or noun.german == "Bahnhof" or any(k in WHERE_FROM for k in noun.kinds)


def _before_name(word: FunctionWord, phrase: Name, german: str, case: int) -> tuple[str, int]:
    form, label = name_form(phrase.entity), phrase.entity.label
    if word.lemma == "to" and label == "LOC":
        return ("in", ACC) if form.article else ("nach", DAT)
    if word.lemma == "from" and label in ("PER", "ORG"):
        return "von", DAT
    if word.lemma == "in" and label == "LANGUAGE":
        return "auf", DAT
    return german, case

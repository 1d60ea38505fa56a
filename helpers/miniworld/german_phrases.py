"""German noun phrases, adjectives and prepositional phrases: terms to lists of words.

A word knows its ``keys``, pairs (id of a term, role): the English word with one of them says the
same. ``alignment`` joins them. What has no English counterpart has no keys.
"""

from typing import NamedTuple

from helpers.miniworld import german_clauses
from helpers.miniworld.german_words import (
    ACC,
    CASES,
    DAT,
    DER,
    EIN,
    GEN,
    MONTHS,
    NOM,
    NUMBERS,
    OWNING,
    PERSONAL,
    PL,
    REFLEXIVE,
    RELATIVE,
    SIBILANTS,
    STRONG,
    F,
    Features,
    M,
    N,
    NoGerman,
    adjective_form,
    comparative,
    declined_name,
    gender,
    inflected,
    is_adjectival,
    is_plural,
    name_form,
    noun_form,
    referent_features,
    strong_ending,
    superlative,
    verb_forms,
    weak_ending,
)
from helpers.miniworld.lexicon import Adverb, FunctionWord, Noun
from helpers.miniworld.terms import (
    COMPARATIVE,
    EQUAL,
    LEAST,
    LESS,
    PAST,
    PLURAL,
    SINGULAR,
    SUPERLATIVE,
    AdverbPhrase,
    Apposition,
    Asked,
    At,
    Common,
    Date,
    Described,
    Gap,
    Gerund,
    Indefinite,
    Joined,
    Name,
    Participle,
    Partitive,
    Phrase,
    Possessor,
    Pronoun,
    Reduced,
    Referent,
    Relative,
    Year,
)

Key = tuple[int, str]


class Word(NamedTuple):
    """``mark``: ``article`` (may melt into a preposition), ``comma``, ``quote``."""

    form: str
    keys: tuple[Key, ...] = ()
    mark: str = ""


class Host(NamedTuple):
    """What a Gap stands for: its features and the keys of its pronoun.

    ``was``: after *nichts*, *alles* …; ``where``: *wo* for the preposition and its pronoun.
    """

    features: Features
    keys: tuple[Key, ...] = ()
    was: bool = False
    where: str = ""


COMMA = Word(",", (), "comma")
WEAK, STRONG_KIND = "weak", "strong"
# Determiners that inflect as *dieser*; what follows is weak, or strong after a mere quantity.
LIKE_DIESER = {"this": "dies", "that": "jen", "every": "jed", "each": "jed", "all": "all"}
LIKE_DIESER |= {"both": "beid"}
QUANTITIES = {"many": "viel", "few": "wenig", "several": "mehrer", "some": "einig"}
FIXED = {"much": "viel", "more": "mehr", "fewer": "weniger", "enough": "genug"}
INDEFINITE_DETS = {"a", "any", "some", ""}
PREPOSITIONS_OF_PLACE = {"in", "an", "auf", "unter", "hinter", "neben", "über", "vor"}
SORTS = {"kind", "part", "glass", "cup", "bottle", "piece", "loaf", "waste"}
COUNTED = {"Hauptsitz"}  # one in German, many in English
COME_OUT_OF = {"Stadt", "Dorf", "Land", "Städtchen"}
WHERE_FROM = ("water body", "mountain", "nature", "place")
# Which preposition a noun asks for where English has *in* or *at*.
ON_IT = {"Insel", "Markt", "Bauernhof", "Wiese", "Feld", "Jahrmarkt", "Bühne", "Dachboden", "Hof"}
ON_IT |= {"Flughafen", "Spielfeld", "Friedhof", "Platz", "Straße", "Landstraße", "Messe", "Berg"}
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
NOBODY_IN_PARTICULAR = 0  # the referent of a *you* that is *man* in German


def key(term, role: str) -> tuple[Key, ...]:
    return ((id(term), role),)


def moved_to(words: list[Word], keys: tuple[Key, ...]) -> list[Word]:
    """The words with more keys for the first of them."""
    if not words or not keys:
        return words
    first = words[0]
    return [first._replace(keys=first.keys + keys), *words[1:]]


# --------------------------------------------------------------------------- features


def features(term: Phrase, host: Host | None = None) -> Features:
    """What a verb, adjective or pronoun agrees with."""
    kind = type(term)
    if kind is Common:
        return _common_features(term)
    if kind is Name:
        form = name_form(term.entity)
        return Features(form.gender, 3, term.entity.gender == "female")
    if kind is Pronoun:
        if is_one(term):
            return Features(M)
        return referent_features(term.referent)
    if kind is Gap:
        return host.features if host else Features(M)
    if kind is Joined:
        return _joined_features(term, host)
    if kind is Partitive:
        return _partitive_features(term)
    if kind is Indefinite:
        return _indefinite_features(term)
    if kind is Asked:
        return _asked_features(term)
    return Features(N)


def is_one(term: Pronoun) -> bool:
    """*man*."""
    who = term.referent
    return who.person == 2 and who.id == NOBODY_IN_PARTICULAR


def feminine(term: Common) -> bool:
    return bool(term.referent and term.referent.gender == "female")


def _common_features(term: Common) -> Features:
    woman = feminine(term)
    of = gender(term.noun, term.number, woman)
    return Features(of, 3, woman or (of == F and term.noun.animate))


def _joined_features(term: Joined, host: Host | None) -> Features:
    found = [features(item, host) for item in term.items]
    if term.conjunction.lemma != "and":
        return found[-1]
    return Features(PL, min(f.person for f in found), all(f.female for f in found))


def _partitive_features(term: Partitive) -> Features:
    whole = features(term.phrase)
    lemma = term.quantifier if isinstance(term.quantifier, int) else term.quantifier.lemma
    if lemma == "half":
        return Features(F)
    if lemma in (1, "none", "each"):
        return Features(_one_of(term.phrase), 3, whole.female)
    return whole if whole.plural else Features(whole.gender)


def _one_of(phrase: Phrase) -> int:
    """The gender of one of many."""
    if type(phrase) is Common:
        return gender(phrase.noun, SINGULAR, feminine(phrase))
    if type(phrase) is Pronoun:
        return referent_features(phrase.referent._replace(number=SINGULAR, person=3)).gender
    found = features(phrase).gender
    return M if found == PL else found


def _indefinite_features(term: Indefinite) -> Features:
    lemma = term.word.lemma
    if lemma in ("these", "those", "others"):
        return Features(PL)
    return Features(M if lemma.endswith(("one", "body")) else N)


def _asked_features(term: Asked) -> Features:
    if term.noun is not None:
        return Features(gender(term.noun, PLURAL if _many(term) else term.number))
    return Features(M if term.word.lemma == "who" else N)


def _many(term: Asked) -> bool:
    return term.word.lemma == "how many"


# ------------------------------------------------------------------------ noun phrases


def noun_phrase(
    term: Phrase,
    case: int,
    host: Host | None = None,
    binder: int | None = None,
    negated: tuple[Key, ...] = (),
    tail: bool = True,
) -> list[Word]:
    """Any noun phrase in its case.

    ``negated``: keys of a negation that *kein* takes in. ``tail=False`` leaves a relative clause
    at the end to be said later.
    """
    kind = type(term)
    if kind is Common:
        return common(term, case, host, negated=negated, tail=tail)
    if kind is Name:
        return name(term, case, tail)
    if kind is Pronoun:
        return pronoun(term, case, binder)
    if kind is Gap:
        return relative_pronoun(host, case)
    if kind is Joined:
        return joined(term, lambda item: noun_phrase(item, case, host, binder))
    if kind is Partitive:
        return partitive(term, case)
    if kind is Indefinite:
        return indefinite(term, case)
    if kind is Asked:
        return asked(term, case)
    if kind is Year:
        return [Word(str(term.year), key(term, "year"))]
    if kind is Date:
        return date(term)
    if kind is Gerund:
        return nominal(term, bare=True)
    raise TypeError(f"phrase={term!r} is no noun phrase.")


def joined(term: Joined, say) -> list[Word]:
    words: list[Word] = []
    for i, item in enumerate(term.items):
        if 0 < i < len(term.items) - 1:
            words.append(COMMA)
        elif i:
            if term.conjunction.lemma in ("but", "yet"):
                words.append(COMMA)
            words.append(Word(term.conjunction.german, key(term, "cc")))
        words += say(item)
    return words


def name(term: Name, case: int, tail: bool = True) -> list[Word]:
    form = name_form(term.entity)
    words: list[Word] = []
    if form.article:
        words.append(Word(DER[case][form.gender], key(term, "det"), "article"))
    kind = WEAK if form.article else STRONG_KIND
    for i, adjectival in enumerate(term.adjectives):
        ending = _ending(kind, case, form.gender)
        words += moved_to(attribute(adjectival, ending), key(term, f"adj{i}"))
    words += [Word(w, key(term, "name")) for w in declined_name(form, case)]
    return words + followed(term, case, tail)


def genitive_name(term: Name) -> str | None:
    """*Annas*, *Frankreichs*; None where only *von* will do."""
    form = name_form(term.entity)
    if form.article or term.adjectives or term.after or term.entity.label in ("WORK", "PRODUCT"):
        return None
    if form.words[-1].lower().endswith(SIBILANTS):
        return None
    return form.words[-1] + "s"


def owner_before(term: Name) -> list[Word] | None:
    last = genitive_name(term)
    if last is None:
        return None
    words = name_form(term.entity).words[:-1]
    keys = key(term, "name")
    return [*(Word(w, keys) for w in words), Word(last, keys + key(term, "case"))]


def owner_after(
    term: Phrase, extra: tuple[Key, ...] = (), host: Host | None = None, bare: bool = True
) -> list[Word]:
    """*des Lehrers*, *der Schweiz*, *von Anna*, *Frankreichs*; not ``bare``, *des Sports*."""
    keys = key(term, "case") + extra
    if not bare and type(term) is Common and _is_general(term):
        article = Word(DER[GEN][features(term).gender], keys)
        return [article, *common(term, GEN, host)]
    if type(term) is Common and _shows_genitive(term):
        return moved_to(common(term, GEN, host), keys)
    if type(term) is Name:
        if name_form(term.entity).article and term.entity.label != "WORK":
            return moved_to(name(term, GEN), keys)
        if len(name_form(term.entity).words) == 1 and term.entity.label == "LOC":
            before = owner_before(term)
            if before:
                return moved_to(before, keys)
    if type(term) is Gap and host:
        return [Word("von", keys), *noun_phrase(term, DAT, host)]
    return melted("von", keys, noun_phrase(term, DAT, host))


def _is_general(term: Common) -> bool:
    """*of sport*: one thing, not *a* thing."""
    return (
        term.det is None
        and not term.adjectives
        and term.count is None
        and not is_plural(term.noun, term.number)
    )


def _shows_genitive(term: Common) -> bool:
    if type(term.det) is Possessor:
        phrase = term.det.phrase
        return (
            type(phrase) is Pronoun or (type(phrase) is not Name) or (owner_before(phrase) is None)
        )
    if term.det is None:
        return False
    return term.det.lemma not in FIXED and not (
        term.det.lemma in ("some", "any") and not is_plural(term.noun, term.number)
    )


def common(
    term: Common,
    case: int,
    host: Host | None = None,
    negated: tuple[Key, ...] = (),
    tail: bool = True,
    article: bool = True,
    woman: bool = False,
) -> list[Word]:
    """Determiner … noun. ``article=False`` drops *a* (*sie ist Lehrerin*); ``woman``: the feminine
    form for one that the term itself does not know to be a woman."""
    woman = woman or feminine(term)
    of = gender(term.noun, term.number, woman)
    before, kind, late = _determiner(term, case, of, host, negated, article)
    words = list(before)
    person = term.noun.animate
    if term.count is not None and not _is_one(term):
        words.append(Word(number(term.count), key(term, "count")))
    for i, adjectival in enumerate(term.adjectives):
        ending = _ending(kind, case, of)
        spoken = attribute(adjectival, ending)
        if person or term.noun.lemma == "greeting":
            spoken = [w._replace(form=_of_people(w.form, ending)) for w in spoken]
        words += moved_to(spoken, key(term, f"adj{i}"))
    words += _noun_words(term, case, kind, woman)
    words += late
    for adjectival in term.adjectives:
        if type(adjectival) is Described and adjectival.than is not None:
            words += standard(adjectival, case, term)
    return words + followed(term, case, tail)


def _noun_words(term: Common, case: int, kind: str, woman: bool) -> list[Word]:
    of = gender(term.noun, term.number, woman)
    form = noun_form(term.noun, case, term.number, woman)
    words: list[Word] = []
    if is_adjectival(term.noun):
        form = term.noun.german_plural[:-1] + _ending(kind, case, of)
    if " " in form:
        first, form = form.split(" ", 1)
        words.append(Word(inflected(first, _ending(kind, case, of)), key(term, "noun")))
    if term.noun.german == "Feld" and any(_of_something(a) for a in term.after):
        form = form.replace("Feld", "Gebiet")
    keys = key(term, "noun")
    if term.compound is not None and term.compound.lemma == "second":
        words.append(Word("zweit" + _ending(kind, case, of), key(term, "compound")))
    elif term.compound is not None:
        form = compound(term.compound, form)
        keys += key(term, "compound")
    for described in term.adjectives:
        if type(described) is Described and adjective_form(described.adjective).endswith("-"):
            form = adjective_form(described.adjective) + form
            keys += key(term, f"adj{term.adjectives.index(described)}")
    return [*words, *(Word(w, keys) for w in form.split(" "))]


def _of_something(modifier) -> bool:
    return type(modifier) is At and modifier.preposition.lemma == "of"


LINKS = ("heit", "keit", "ung", "schaft", "tät", "ion", "ing")


def compound(first: Noun, form: str) -> str:
    """*Küchenwerkzeug*: the words in one, with what joins them."""
    word = first.german
    if first.gender == "f" and word.endswith("e"):
        word += "n"
    elif word.endswith(LINKS):
        word += "s"
    return word + form[0].lower() + form[1:]


def _is_one(term: Common) -> bool:
    return term.count == 1 and term.det is None


def number(count: int) -> str:
    if 0 < count <= 12:
        return NUMBERS[count]
    return str(count) if count < 10_000 else f"{count:,}".replace(",", ".")


def _ending(kind: str, case: int, of: int) -> str:
    return weak_ending(case, of) if kind == WEAK else strong_ending(case, of)


def _like_ein(stem: str, case: int, of: int) -> tuple[str, str]:
    """The word and the kind of adjective ending that follows."""
    ending = EIN[case][of]
    if ending and stem == "euer":
        stem = "eur"
    return stem + ending, WEAK if ending else STRONG_KIND


def _determiner(term: Common, case, of, host, negated, article):
    """Words before the noun, the kind of ending that follows, words after the noun."""
    det, keys = term.det, key(term, "det")
    if type(det) is Possessor:
        return _possessor(det.phrase, term, case, of, host)
    lemma = det.lemma if det is not None else ""
    if negated and (lemma in INDEFINITE_DETS):
        form, kind = _like_ein("kein", case, of)
        return [Word(form, (keys if det is not None else ()) + negated)], kind, []
    if lemma == "a" and not article:
        return [], STRONG_KIND, []
    if lemma == "" or (lemma == "a" and of == PL):
        if _is_one(term):
            form, kind = _like_ein("ein", case, of)
            return [Word(form, key(term, "count"))], kind, []
        if term.noun.kind == "meal" and term.number == SINGULAR and not term.adjectives:
            return [Word(DER[case][of], (), "article")], WEAK, []
        if term.noun.german in COUNTED:
            form, kind = _like_ein("ein", case, of)
            return [Word(form)], kind, []
        return [], STRONG_KIND, []
    if lemma == "the":
        mark = "" if _restricted(term) else "article"
        return [Word(DER[case][of], keys, mark)], WEAK, []
    if lemma in ("a", "no"):
        form, kind = _like_ein("ein" if lemma == "a" else "kein", case, of)
        return [Word(form, keys)], kind, []
    if lemma == "most":
        words = [Word(DER[case][of], keys), Word("meist" + weak_ending(case, of), keys)]
        return words, WEAK, []
    if lemma == "another":
        form, kind = _like_ein("ein", case, of)
        return [Word(form, keys), Word("ander" + _ending(kind, case, of), keys)], kind, []
    if lemma in LIKE_DIESER:
        return [Word(LIKE_DIESER[lemma] + STRONG[case][of], keys)], WEAK, []
    if lemma in ("some", "any") and of != PL:
        if not term.noun.german_plural:
            return [Word("etwas", keys)] if lemma == "some" else [], STRONG_KIND, []
        form, kind = _like_ein("irgendein", case, of)
        return [Word(form, keys)], kind, []
    if lemma == "any":
        return [Word("irgendwelch" + STRONG[case][of], keys)], WEAK, []
    if lemma in QUANTITIES:
        if of == PL:
            return [Word(QUANTITIES[lemma] + STRONG[case][of], keys)], STRONG_KIND, []
        return [Word("wenig" if lemma == "few" else "viel", keys)], STRONG_KIND, []
    if lemma in FIXED:
        return [Word(FIXED[lemma], keys)], STRONG_KIND, []
    raise ValueError(f"det={lemma!r} has no German.")


def _restricted(term: Common) -> bool:
    return any(type(a) in (Relative, Reduced) and not getattr(a, "commas", 0) for a in term.after)


def _possessor(phrase: Phrase, term: Common, case: int, of: int, host: Host | None):
    if type(phrase) is Pronoun:
        form, kind = _like_ein(owning(phrase), case, of)
        return [Word(form, key(phrase, "word"))], kind, []
    if type(phrase) is Gap:
        form = "deren" if host.features.gender in (F, PL) else "dessen"
        return [Word(form, key(term, "whose"))], STRONG_KIND, []
    if type(phrase) is Asked:
        return [Word("wessen", key(term, "whose"))], STRONG_KIND, []
    before = owner_before(phrase) if type(phrase) is Name else None
    if before:
        return before, STRONG_KIND, []
    mark = "" if _restricted(term) else "article"
    return [Word(DER[case][of], (), mark)], WEAK, owner_after(phrase)


def owning(term: Pronoun) -> str:
    if is_one(term):
        return OWNING["one"]
    found = referent_features(term.referent)
    if found.person != 3:
        return OWNING[found.person, term.referent.number == PLURAL]
    return OWNING[found.gender]


def pronoun_form(term: Pronoun, case: int, reflexive: bool = False) -> str:
    case = DAT if case == GEN else case
    if is_one(term):
        return "sich" if reflexive else PERSONAL["one"][case]
    found = referent_features(term.referent)
    who = found.gender if found.person == 3 else (found.person, term.referent.number == PLURAL)
    if reflexive:
        return REFLEXIVE[who][case - 1] if who in REFLEXIVE else "sich"
    return PERSONAL[who][case]


def pronoun(term: Pronoun, case: int, binder: int | None) -> list[Word]:
    reflexive = case in (ACC, DAT) and binder is not None and term.referent.id == binder
    return [Word(pronoun_form(term, case, reflexive), key(term, "word"))]


def relative_pronoun(host: Host | None, case: int) -> list[Word]:
    if host is None:
        return []
    if host.was and case in (NOM, ACC):
        return [Word("was", host.keys)]
    return [Word(RELATIVE[case][host.features.gender], host.keys)]


INDEFINITES = {
    "everyone": ("jeder", "jeden", "jedem", "jedes"),
    "anyone": ("jemand", "jemanden", "jemandem", "jemandes"),
    "someone": ("jemand", "jemanden", "jemandem", "jemandes"),
    "nobody": ("niemand", "niemanden", "niemandem", "niemandes"),
    "everything": ("alles", "alles", "allem", "alles"),
    "others": ("andere", "andere", "anderen", "anderer"),
    "these": ("diese", "diese", "diesen", "dieser"),
    "those": ("jene", "jene", "jenen", "jener"),
    "this": ("das", "das", "diesem", "dessen"),
    "that": ("das", "das", "dem", "dessen"),
}


def indefinite(term: Indefinite, case: int) -> list[Word]:
    lemma = term.word.lemma
    forms = INDEFINITES.get(lemma)
    words = [Word(forms[case] if forms else term.word.german, key(term, "word"))]
    for modifier in term.after:
        if type(modifier) is Described:
            ending = "em" if case == DAT else "es"
            if lemma == "everything":
                ending = "en" if case == DAT else "e"
            spoken = attribute(modifier, ending)
            last = spoken[-1]
            spoken[-1] = last._replace(form=last.form[0].upper() + last.form[1:])
            words += moved_to(spoken, key(term, "adj0"))
    return words + followed(term, case)


def partitive(term: Partitive, case: int) -> list[Word]:
    """*einer der Schlüssel*, *die meisten Filme*, *alle Filme*, *drei von ihnen*."""
    keys, phrase = key(term, "quant"), term.phrase
    plain = (
        type(phrase) is Common and type(phrase.det) is FunctionWord and phrase.det.lemma == "the"
    )
    lemma = "" if isinstance(term.quantifier, int) else term.quantifier.lemma
    of = features(term).gender
    if plain and lemma in ("all", "both", "most"):
        det = key(phrase, "det") + key(term, "of")
        of = features(phrase).gender
        if lemma == "most":
            first = [Word(DER[case][of], det), Word("meist" + weak_ending(case, of), keys)]
        else:
            first = [Word(LIKE_DIESER[lemma] + STRONG[case][of], keys + det)]
        article = Word(DER[case][of], key(phrase, "det"), "article")
        rest = common(phrase, case)
        return first + [w for w in rest if w.keys != article.keys]
    if isinstance(term.quantifier, int):
        count = term.quantifier
        words = [Word("ein" + STRONG[case][of] if count == 1 else number(count), keys)]
    elif lemma in ("none", "each"):
        words = [Word(("kein" if lemma == "none" else "jed") + STRONG[case][of], keys)]
    elif lemma == "half":
        words = [Word(DER[case][F], keys, "article"), Word("Hälfte", keys)]
    elif lemma == "most":
        words = [Word(DER[case][PL], keys), Word("meist" + weak_ending(case, PL), keys)]
    elif lemma in ("all", "both", "many", "few", "several", "some"):
        stem = LIKE_DIESER.get(lemma) or QUANTITIES[lemma]
        words = [Word(stem + STRONG[case][PL], keys)]
    else:
        words = [Word(term.quantifier.german, keys)]
    return words + owner_after(phrase, key(term, "of"))


def asked(term: Asked, case: int) -> list[Word]:
    lemma, keys = term.word.lemma, key(term, "word")
    if lemma == "who":
        return [Word(("wer", "wen", "wem", "wessen")[case], keys)]
    if term.noun is None and lemma in ("what", "which"):
        return [Word("was", keys)]
    if term.noun is None:
        return [Word(w, keys) for w in term.word.german.split(" ")]
    many = _many(term)
    number_ = PLURAL if many else term.number
    of = gender(term.noun, number_)
    if many:
        words = [Word("wie", keys), Word("viel" + STRONG[case][of], keys)]
    elif lemma == "whose":
        words = [Word("wessen", keys)]
    else:
        words = [Word("welch" + STRONG[case][of], keys)]
    form = noun_form(term.noun, case, number_)
    return words + [Word(w, key(term, "noun")) for w in form.split(" ")]


def date(term: Date) -> list[Word]:
    words = []
    if term.day is not None:
        words.append(Word(f"{term.day}.", key(term, "day")))
    words.append(Word(MONTHS[term.month - 1], key(term, "month")))
    if term.year is not None:
        words.append(Word(str(term.year), key(term, "year")))
    return words


def nominal(term: Gerund, bare: bool = False) -> list[Word]:
    """*Schneiden von Brot*; with an object or not ``bare``, *das Schneiden von Brot*."""
    clause = term.clause
    forms = verb_forms(clause.verb)
    infinitive = forms.infinitive[0].upper() + forms.infinitive[1:]
    words = [Word(infinitive, key(clause, "verb"))]
    rest = german_clauses.complements_of_noun(clause)
    return [*([Word("das")] if bare and rest else []), *words, *rest]


# --------------------------------------------------------------------------- modifiers


def followed(term, case: int, tail: bool = True) -> list[Word]:
    """What stands after the noun."""
    words: list[Word] = []
    last = len(term.after) - 1
    for i, modifier in enumerate(term.after):
        if not tail and i == last and type(modifier) in (Relative, Reduced):
            break
        words += _modifier(modifier, term, case)
    return words


def _modifier(modifier, host_term, case: int) -> list[Word]:
    kind = type(modifier)
    if kind is At:
        sort = type(host_term) is Common and host_term.noun.lemma in SORTS
        return prepositional(modifier, sort=sort)
    if kind in (Relative, Reduced):
        return german_clauses.relative(modifier, host_term)
    if kind is Apposition:
        woman = features(host_term).female
        phrase = modifier.phrase
        if type(phrase) is Common:
            return [COMMA, *common(phrase, case, woman=woman), COMMA]
        return [COMMA, *noun_phrase(phrase, case), COMMA]
    if kind is Described:
        return []
    raise TypeError(f"after={modifier!r}: At, Relative, Reduced, Apposition or Described.")


def attribute(term, ending: str) -> list[Word]:
    """An adjective before its noun."""
    if type(term) is Joined:
        return joined(term, lambda item: attribute(item, ending))
    words = [] if term.adverb is None else [_degree(term, term.adverb)]
    if type(term) is Participle:
        forms = verb_forms(term.verb)
        form = forms.participle if term.tense == PAST else forms.infinitive + "d"
        return [*words, Word(inflected(form, ending), key(term, "adj"))]
    word = adjective_form(term.adjective)
    if word.endswith("-"):
        return []
    if term.degree == COMPARATIVE:
        word = comparative(term.adjective)
    elif term.degree == SUPERLATIVE:
        word = superlative(term.adjective)
    keys = key(term, "adj")
    if term.degree in (COMPARATIVE, SUPERLATIVE):
        keys += key(term, "more")
    return [*_before(term), *words, Word(inflected(word, ending), keys)]


OF_PEOPLE = {"dürftig": "arm", "kraftvoll": "mächtig", "warm": "herzlich"}


def _of_people(form: str, ending: str) -> str:
    """A poor film is *dürftig*, a poor blacksmith *arm*; greetings are *herzlich*."""
    stem = form.removesuffix(ending)
    return OF_PEOPLE[stem] + ending if stem in OF_PEOPLE else form


def _degree(term, adverb: Adverb) -> Word:
    word = "viel" if adverb.lemma in ("much", "far") else adverb.german
    return Word(word, key(term, "degree"))


def _before(term: Described) -> list[Word]:
    spoken = {LESS: ("weniger",), LEAST: ("am", "wenigsten"), EQUAL: ("so",)}
    return [Word(w, key(term, "more")) for w in spoken.get(term.degree, ())]


def described(term: Described, case: int = NOM) -> list[Word]:
    """An adjective as predicate: *viel älter als …*, *am ältesten*, *leicht zu benutzen*."""
    words = [] if term.adverb is None else [_degree(term, term.adverb)]
    keys = key(term, "adj")
    if term.degree == COMPARATIVE:
        words.append(Word(comparative(term.adjective), keys + key(term, "more")))
    elif term.degree == SUPERLATIVE:
        words += [Word("am", key(term, "more"))]
        words += [Word(superlative(term.adjective) + "en", keys)]
    else:
        words = [*_before(term), *words, Word(adjective_form(term.adjective), keys)]
    if term.than is not None:
        words += standard(term, case)
    if term.complement is not None:
        words += german_clauses.to_infinitive(term.complement.clause)
    return words


def standard(term: Described, case: int, host: Common | None = None) -> list[Word]:
    keys = key(term, "than") + (key(host, "than") if host is not None else ())
    word = "wie" if term.degree == EQUAL else "als"
    return [Word(word, keys), *noun_phrase(term.than, case)]


def adverb_words(content, keys: tuple[Key, ...]) -> list[Word]:
    """*schnell*, *schneller*, *am schnellsten*, *sehr schnell*."""
    if type(content) is Adverb:
        if not content.german:
            raise NoGerman(f"adverb={content.lemma!r}: no German in the tables.")
        return [Word(w, keys) for w in content.german.split(" ")]
    if type(content) is not AdverbPhrase:
        return [Word(w, keys) for w in content.german.split(" ")]
    word = content.adverb.german
    spoken = word.split(" ")
    if content.degree == COMPARATIVE:
        spoken = [_graded(word, "er")]
    elif content.degree == SUPERLATIVE:
        spoken = ["am", _graded(word, "sten")]
    elif content.degree in (LESS, LEAST):
        spoken = [*(("weniger",) if content.degree == LESS else ("am", "wenigsten")), *spoken]
    by = [] if content.by is None else [content.by.german]
    return [Word(w, keys) for w in (*by, *spoken)]


UNLIKE = {"oft": ("öfter", "öftesten"), "gut": ("besser", "besten"), "gern": ("lieber", "liebsten")}
UNLIKE |= {"bald": ("früher", "frühesten"), "hart": ("härter", "härtesten")}


def _graded(word: str, ending: str) -> str:
    if word in UNLIKE:
        return UNLIKE[word][ending != "er"]
    if ending == "sten" and word.endswith(("t", "d", "s", "ß", "z")):
        ending = "esten"
    return inflected(word, ending)


# ------------------------------------------------------------------- prepositional phrases


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
        if kind is Pronoun and _is_thing(phrase.referent) and phrase.referent.id != binder:
            return [Word(compounded("da", preposition), keys + key(phrase, "word"))]
        if kind is Asked and phrase.noun is None and phrase.word.lemma in ("what", "which"):
            return [Word(compounded("wo", preposition), keys + key(phrase, "word"))]
        if kind is Gap and host is not None and host.was:
            return [Word(compounded("wo", preposition), keys + host.keys)]
        if kind is Indefinite and phrase.word.lemma in ("this", "that") and not phrase.after:
            return [Word(compounded("da", preposition), keys + key(phrase, "word"))]
    if preposition in ("in", "zu") and kind is Common and _is_mass(phrase):
        article = Word(DER[case][features(phrase).gender], (), "article")
        return melted(preposition, keys, [article, *common(phrase, case, tail=tail)])
    if kind is Joined:
        return melted(preposition, keys, noun_phrase(phrase, case, host, binder))
    return melted(preposition, keys, noun_phrase(phrase, case, host, binder, tail=tail))


def _is_mass(term: Common) -> bool:
    """*in water*: *im Wasser*."""
    countable = bool(term.noun.german_plural)
    return term.det is None and not countable and not term.adjectives and term.count is None


def _is_thing(who: Referent) -> bool:
    return who.person == 3 and not who.animate and who.gender not in ("female", "male")


def _with_gerund(preposition: str, case: int, term: Gerund, keys) -> list[Word]:
    """*zum Schneiden von Brot*, *ohne es zu sehen*, *beim Lesen*."""
    if preposition in ("ohne", "statt", "um"):
        inner = german_clauses.clause_words(term.clause, "zu")
        return [COMMA, Word(preposition, keys), *inner, COMMA]
    article = Word(("das", "das", "dem", "des")[case], (), "article")
    return melted(preposition, keys, [article, *nominal(term)])


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
        return melted(german, keys, [Word("dem", (), "article"), *date(phrase)])
    if host is not None and host.where and kind is Gap:
        return [Word(host.where, host.keys + keys)]
    if word.lemma == "of" and word.kind == "possession":
        return owner_after(phrase, keys, host, bare=sort)
    if kind is Year and word.lemma == "until":
        return [Word("bis", keys), Word(str(phrase.year), key(phrase, "year"))]
    if kind is Year and word.lemma == "from":
        year = key(phrase, "year")
        return [Word("aus", keys), Word("dem"), Word("Jahr"), Word(str(phrase.year), year)]
    if kind is Year and word.lemma in ("in", "on", "at"):
        return [Word(str(phrase.year), keys + key(phrase, "year"))]
    if since:
        return melted("seit", keys, noun_phrase(phrase, DAT))
    if word.lemma == "for" and word.kind == "time":
        if kind is Common and phrase.noun.german == "Geburtstag":
            return melted("zu", keys, noun_phrase(phrase, DAT))
        return moved_to(noun_phrase(phrase, ACC, host, binder), keys)
    if word.kind == "role" and word.lemma == "as":
        return [Word("als", keys), *role(phrase, role_case)]
    if word.german == "wie" or word.german == "anders als":
        return melted(word.german, keys, noun_phrase(phrase, NOM))
    preposition, case = _chosen(word, phrase)
    if onto and preposition in PREPOSITIONS_OF_PLACE:
        case = ACC
    if case == GEN:
        if not _takes_genitive(phrase):
            case = DAT
        elif type(phrase) is Name:
            return melted(preposition, keys, name(phrase, GEN))
    return governed(preposition, case, phrase, keys, host, binder, tail)


def role(phrase: Phrase, case: int, woman: bool = False) -> list[Word]:
    """After *als*: *als Lehrerin*, *als offizielle Sprache*, without *a*."""
    if type(phrase) is Common:
        return common(phrase, case, article=False, woman=woman)
    return noun_phrase(phrase, case)


def _takes_genitive(phrase: Phrase) -> bool:
    if type(phrase) is Name:
        return name_form(phrase.entity).article
    return type(phrase) is Common and _shows_genitive(phrase)


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
    if word.lemma == "by" and noun.german == "Beruf":
        return "von", DAT
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

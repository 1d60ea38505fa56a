"""German noun phrases: terms to lists of words."""

from __future__ import annotations

from helpers.miniworld import (
    german_adjectives,
    german_features,
    german_orders,
    german_prepositions,
)
from helpers.miniworld.german_features import COMMA, Host, Key, Word, key, moved_to
from helpers.miniworld.german_words import (
    ACC,
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
    adjective_form,
    declined_name,
    gender,
    inflected,
    is_adjectival,
    is_plural,
    name_form,
    noun_form,
    referent_features,
    strong_ending,
    verb_forms,
    weak_ending,
)
from helpers.miniworld.lexicon import FunctionWord, Noun
from helpers.miniworld.terms import (
    PLURAL,
    SINGULAR,
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
    Partitive,
    Phrase,
    Possessor,
    Pronoun,
    Reduced,
    Relative,
    Year,
)

WEAK, STRONG_KIND = "weak", "strong"

# Determiners that inflect as *dieser*; what follows is weak, or strong after a mere quantity.
LIKE_DIESER = {"this": "dies", "that": "jen", "every": "jed", "each": "jed", "all": "all"}
LIKE_DIESER |= {"both": "beid"}
QUANTITIES = {"many": "viel", "few": "wenig", "several": "mehrer", "some": "einig"}
FIXED = {"much": "viel", "more": "mehr", "fewer": "weniger", "enough": "genug"}
INDEFINITE_DETS = {"a", "any", "some", ""}
SORTS = {"kind", "part", "glass", "cup", "bottle", "piece", "loaf", "waste"}
COUNTED = {"Hauptsitz"}  # one in German, many in English


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
        words += moved_to(german_adjectives.attribute(adjectival, ending), key(term, f"adj{i}"))
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
        article = Word(DER[GEN][german_features.features(term).gender], keys)
        return [article, *common(term, GEN, host)]
    if type(term) is Common and shows_genitive(term):
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
    return german_prepositions.melted("von", keys, noun_phrase(term, DAT, host))


def _is_general(term: Common) -> bool:
    """*of sport*: one thing, not *a* thing."""
    return (
        term.det is None
        and not term.adjectives
        and term.count is None
        and not is_plural(term.noun, term.number)
    )


def shows_genitive(term: Common) -> bool:
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
    woman = woman or german_features.feminine(term)
    of = gender(term.noun, term.number, woman)
    before, kind, late = _determiner(term, case, of, host, negated, article)
    words = list(before)
    person = term.noun.animate
    if term.count is not None and not _is_one(term):
        words.append(Word(number(term.count), key(term, "count")))
    for i, adjectival in enumerate(term.adjectives):
        ending = _ending(kind, case, of)
        spoken = german_adjectives.attribute(adjectival, ending)
        if person or term.noun.lemma == "greeting":
            spoken = [w._replace(form=german_adjectives.of_people(w.form, ending)) for w in spoken]
        words += moved_to(spoken, key(term, f"adj{i}"))
    words += _noun_words(term, case, kind, woman)
    words += late
    for adjectival in term.adjectives:
        if type(adjectival) is Described and adjectival.than is not None:
            words += german_adjectives.standard(adjectival, case, term)
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
            form = joined_to(adjective_form(described.adjective), form)
            keys += key(term, f"adj{term.adjectives.index(described)}")
    return [*words, *(Word(w, keys) for w in form.split(" "))]


def joined_to(first: str, form: str) -> str:
    """*US-Dollar*, *Muttersprache*."""
    return "Mutter" + form.lower() if first == "Mutter-" else first + form


def _of_something(modifier) -> bool:
    return type(modifier) is At and modifier.preposition.lemma == "of"


LINKS = ("heit", "keit", "zeit", "ung", "schaft", "tät", "ion", "ing")


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
    if german_features.is_one(term):
        return OWNING["one"]
    found = referent_features(term.referent)
    if found.person != 3:
        return OWNING[found.person, term.referent.number == PLURAL]
    return OWNING[found.gender]


def pronoun_form(term: Pronoun, case: int, reflexive: bool = False) -> str:
    case = DAT if case == GEN else case
    if german_features.is_one(term):
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
            spoken = german_adjectives.attribute(modifier, ending)
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
    of = german_features.features(term).gender
    if plain and lemma in ("all", "both", "most"):
        det = key(phrase, "det") + key(term, "of")
        of = german_features.features(phrase).gender
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
    many = german_features.asks_many(term)
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
    rest = german_orders.complements_of_noun(clause)
    return [*([Word("das")] if bare and rest else []), *words, *rest]


def followed(term, case: int, tail: bool = True) -> list[Word]:
    """What stands after the noun."""
    words: list[Word] = []
    last = len(term.after) - 1
    for i, modifier in enumerate(term.after):
        if not tail and i == last and type(modifier) in (Relative, Reduced):
            break
        words += modifier_words(modifier, term, case)
    return words


def modifier_words(modifier, host_term, case: int) -> list[Word]:
    kind = type(modifier)
    if kind is At:
        sort = type(host_term) is Common and host_term.noun.lemma in SORTS
        return german_prepositions.prepositional(modifier, sort=sort)
    if kind in (Relative, Reduced):
        return german_orders.relative(modifier, host_term)
    if kind is Apposition:
        woman = german_features.features(host_term).female
        phrase = modifier.phrase
        if type(phrase) is Common:
            return [COMMA, *common(phrase, case, woman=woman), COMMA]
        return [COMMA, *noun_phrase(phrase, case), COMMA]
    if kind is Described:
        return []
    raise TypeError(f"after={modifier!r}: At, Relative, Reduced, Apposition or Described.")

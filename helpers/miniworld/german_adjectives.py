"""German adjectives and adverbs: before a noun, as predicates, in their degrees."""

from __future__ import annotations

from helpers.miniworld import german_orders, german_phrases
from helpers.miniworld.german_features import Key, Word, key
from helpers.miniworld.german_words import (
    NOM,
    NoGerman,
    adjective_form,
    comparative,
    inflected,
    superlative,
    verb_forms,
)
from helpers.miniworld.lexicon import Adverb
from helpers.miniworld.terms import (
    COMPARATIVE,
    EQUAL,
    LEAST,
    LESS,
    PAST,
    SUPERLATIVE,
    AdverbPhrase,
    Common,
    Described,
    Joined,
    Participle,
)


def attribute(term, ending: str) -> list[Word]:
    """An adjective before its noun."""
    if type(term) is Joined:
        return german_phrases.joined(term, lambda item: attribute(item, ending))
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


def of_people(form: str, ending: str) -> str:
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
        words += german_orders.to_infinitive(term.complement.clause)
    return words


def standard(term: Described, case: int, host: Common | None = None) -> list[Word]:
    keys = key(term, "than") + (key(host, "than") if host is not None else ())
    word = "wie" if term.degree == EQUAL else "als"
    return [Word(word, keys), *german_phrases.noun_phrase(term.than, case)]


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

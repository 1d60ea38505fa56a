"""German from terms: ``words(term)`` are its tokens, ``text(term)`` what a reader sees.

The same abstract syntax as ``english`` speaks. ``german_words`` has the forms; ``german_features``,
``german_adjectives``, ``german_phrases`` and ``german_prepositions`` make phrases of them;
``german_plans``, ``german_arguments``, ``german_adjuncts``, ``german_clauses`` and
``german_orders`` clauses. Here stand whole sentences and their marks.
"""

from helpers.miniworld import german_adjectives, german_features, german_orders, german_phrases
from helpers.miniworld.german_features import COMMA, Word, key
from helpers.miniworld.german_plans import MAIN, ORDER, VERB_FIRST
from helpers.miniworld.german_words import NOM, Features, M, NoGerman
from helpers.miniworld.terms import (
    Command,
    Common,
    Described,
    Fragment,
    Name,
    Question,
    Sentence,
    Statement,
)

MARKS = {".", "!", "?", ",", ":", ";"}
NO_COMMA_AFTER = {"opening", "coordinator", "colon"}


def words(term: Sentence) -> list[Word]:
    """The tokens of a sentence, each with the keys that align it."""
    found = _tidied(sentence_words(term))
    if any(not word.form for word in found):
        raise NoGerman(f"term={term!r}: a function word has no German.")
    for i, word in enumerate(found):
        if word.form[0].isalnum():
            found[i] = word._replace(form=word.form[0].upper() + word.form[1:])
            break
    return found


def text(term: Sentence) -> str:
    """The sentence as it is written."""
    return spaced([word.form for word in words(term)])


def spaced(tokens: list[str] | tuple[str, ...]) -> str:
    """Tokens with blanks where German has them."""
    found = ""
    for token in tokens:
        glued = token in MARKS or token == "“" or found.endswith("„") or not found
        found += token if glued else " " + token
    return found


def clause_of(term: Sentence):
    """The term of a sentence's whole tree in English."""
    return term if type(term) is Fragment else term.clause


def sentence_words(term: Sentence, quoted: bool = False, first: bool = False) -> list[Word]:
    """A sentence with its mark; within a quotation that comes ``first`` without its full stop."""
    kind = type(term)
    if kind is Statement:
        found, end = _statement(term), term.end
    elif kind is Question:
        found, end = _question(term), "?"
    elif kind is Command:
        found, end = _command(term), term.end
    elif kind is Fragment:
        found, end = _fragment(term), term.end
    else:
        raise TypeError(f"term={term!r} is no sentence.")
    if not end or (first and end == "."):
        return found
    if found[-1].mark == "closing":
        return found
    return [*found, Word(end, key(clause_of(term), "end"), "end")]


def _statement(term: Statement) -> list[Word]:
    found = german_orders.clause_words(term.clause, MAIN)
    if term.opening is None:
        return found
    opening = Word(term.opening.german, key(term.clause, "cc"), "coordinator")
    return [opening, *found]


def _question(term: Question) -> list[Word]:
    return german_orders.clause_words(term.clause, VERB_FIRST)


def _command(term: Command) -> list[Word]:
    if term.clause.verb.german == "danken" and not term.clause.form.negation:
        return _thanks(term.clause)
    return german_orders.clause_words(term.clause, ORDER, control=Features(M, 2))


def _thanks(clause) -> list[Word]:
    """*Thank you for …* is *Danke für …*"""
    found = german_orders.clause_words(clause, ORDER, control=Features(M, 2))
    you = key(clause.object, "word")
    kept = [word for word in found if word.keys != you]
    return [kept[0]._replace(form="danke", keys=kept[0].keys + you), *kept[1:]]


def _fragment(term: Fragment) -> list[Word]:
    found: list[Word] = []
    woman = any(type(p) is Name and german_features.features(p).female for p in term.parts)
    for i, part in enumerate(term.parts):
        if i:
            found.append(COMMA)
        found += _part(part, woman)
    if term.exclaimed is None:
        return found
    keys = key(term.parts[0], "excl")
    spoken = "wie" if term.exclaimed.lemma == "how" else "was für"
    return [*(Word(w, keys) for w in spoken.split(" ")), *found]


def _part(part, woman: bool) -> list[Word]:
    if type(part) is Described:
        return german_adjectives.described(part)
    if type(part) is Common:
        love = [Word("alles")] if part.noun.lemma == "love" and part.det is None else []
        return love + german_phrases.common(part, NOM, woman=woman)
    return german_phrases.noun_phrase(part, NOM)


def _tidied(found: list[Word]) -> list[Word]:
    """Commas where one is needed: none doubled, none beside another mark."""
    kept: list[Word] = []
    for word in found:
        if word.mark == "comma":
            before = kept[-1] if kept else None
            if before is None or before.mark == "comma" or before.mark in NO_COMMA_AFTER:
                continue
        elif (word.mark in ("end", "colon") and kept and kept[-1].mark == "comma") or (
            word.mark == "closing" and kept and kept[-1].mark == "comma"
        ):
            kept.pop()
        kept.append(word)
    while kept and kept[-1].mark == "comma":
        kept.pop()
    return kept

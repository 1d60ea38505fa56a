"""Laws that German sentences obey, checked without the code that wrote them.

The paradigms below are a second copy, in another shape: form → readings, so that a slip in the
tables of ``german_words`` can't hide itself. Which words belong together is read off their keys.
"""

import itertools
from collections import defaultdict

from helpers.miniworld import german
from helpers.miniworld.alignment import ALONE, UNALIGNED, unshared
from helpers.miniworld.annotate import annotated
from helpers.miniworld.german_words import verb_forms
from helpers.miniworld.lexicon import FunctionWord
from helpers.miniworld.terms import (
    Apposition,
    At,
    Clause,
    Command,
    Common,
    Copula,
    Described,
    Exists,
    Gerund,
    Impersonal,
    Infinitive,
    Joined,
    Name,
    Participle,
    Partitive,
    Possessor,
    Pronoun,
    Purpose,
    Question,
    Quote,
    Reduced,
    Relative,
    Shared,
    Statement,
    Subordinate,
    That,
)

# Readings: case N A D G, gender m f n or p for the plural.
DER = {
    "der": "Nm Df Gf Gp",
    "die": "Nf Af Np Ap",
    "das": "Nn An",
    "den": "Am Dp",
    "dem": "Dm Dn",
    "des": "Gm Gn",
    "im am vom zum beim": "Dm Dn",
    "zur": "Df",
    "ins ans": "An",
}
DER = {form: set(readings.split()) for forms, readings in DER.items() for form in forms.split()}
DIESER = {
    "er": "Nm Df Gf Gp",
    "e": "Nf Af Np Ap",
    "es": "Nn An Gm Gn",
    "en": "Am Dp",
    "em": "Dm Dn",
}
EIN = {"": "Nm Nn An", "e": "Nf Af Np Ap", "en": "Am Dp", "em": "Dm Dn", "er": "Df Gf Gp"}
EIN |= {"es": "Gm Gn"}
WEAK = {"e": "Nm Nf Nn Af An", "en": "Am Dm Df Dn Gm Gf Gn Np Ap Dp Gp"}
MIXED = {"er": "Nm", "es": "Nn An", "e": "Nf Af", "en": "Am Dm Df Dn Gm Gf Gn Np Ap Dp Gp"}
STRONG = {
    "er": "Nm Df Gf Gp",
    "e": "Nf Af Np Ap",
    "es": "Nn An",
    "em": "Dm Dn",
    "en": "Am Dp Gm Gn",
}
LIKE_DIESER = ("dies", "jen", "jed", "welch", "all", "beid", "meist")
LIKE_EIN = ("ein", "kein", "mein", "dein", "sein", "ihr", "unser", "euer", "eur", "irgendein")
PREPOSITIONS = {
    "mit von aus bei zu seit nach laut außer vom zum zur beim im am gegenüber": "D",
    "für durch um gegen ohne ins ans": "A",
    "in an auf über unter vor hinter neben zwischen": "AD",
    "wegen trotz während": "GD",
}
PREPOSITIONS = {p: set(cases) for ps, cases in PREPOSITIONS.items() for p in ps.split()}
WEAK_MASCULINES = {"Student", "Bär", "Junge", "Mensch", "Held", "Nachbar", "Polizist", "Löwe"}
WEAK_MASCULINES |= {"Krake", "Papagei", "Affe", "Rabe", "Elefant"}
INVARIABLE = {"rosa", "lila"}


def readings(table: dict[str, str], ending: str) -> set[str]:
    return set(table.get(ending, "").split())


def determiner_readings(form: str) -> tuple[set[str], str]:
    """What a determiner can be, and how the adjective after it inflects."""
    low = form.lower()
    if low in DER:
        return DER[low], "weak"
    for stem in LIKE_DIESER:
        if low.startswith(stem) and low[len(stem) :] in DIESER:
            return readings(DIESER, low[len(stem) :]), "weak"
    for stem in sorted(LIKE_EIN, key=len, reverse=True):
        if low.startswith(stem) and low[len(stem) :] in EIN:
            return readings(EIN, low[len(stem) :]), "mixed"
    return set(), "strong"


def noun_readings(noun, form: str) -> set[str]:
    """What this form of the noun can be, by the columns of its row."""
    found: set[str] = set()
    word, plural, genitive = noun.german, noun.german_plural, noun.german_genitive
    if noun.german_feminine and form == noun.german_feminine:
        found |= {"Nf", "Af", "Df", "Gf"}
    if noun.german_feminine and form in (noun.german_feminine + x for x in ("nen", "n", "en")):
        found |= {"Np", "Ap", "Dp", "Gp"}
    weak = word in WEAK_MASCULINES or (genitive and genitive in (word + "n", word + "en"))
    if noun.gender in "mfn":
        g = noun.gender
        if form == word:
            found |= {"N" + g} if weak else {"N" + g, "A" + g, "D" + g}
            if g == "f":
                found |= {"Gf"}
        if weak and form in (word + "n", word + "en"):
            found |= {"A" + g, "D" + g, "G" + g}
        if form in {genitive, word + "s", word + "es"} - {word} and not weak and g != "f":
            found |= {"G" + g}
    if form == plural or (noun.gender == "pl" and form == word):
        found |= {"Np", "Ap", "Gp"}
        if form.endswith(("n", "s", "a", "i", "t", "m")) or not form.endswith(("e", "l", "r")):
            found |= {"Dp"}
    if plural and form == plural + "n":
        found |= {"Dp"}
    return found


class Spoken:
    """A term, its English and its German words, which parts they come from."""

    def __init__(self, term):
        self.term = unshared(term)
        self.words = german.words(self.term)
        self.at = defaultdict(list)
        for i, word in enumerate(self.words):
            for one in word.keys:
                self.at[one].append(i)
        self.text = german.spaced([w.form for w in self.words])

    def places(self, term, role: str) -> list[int]:
        return self.at.get((id(term), role), [])

    def form(self, i: int) -> str:
        """The word, without the capital at the beginning of a sentence."""
        return self.words[i].form

    def below(self, term) -> set[int]:
        """Positions of all words of a term and its parts."""
        ids: set[int] = set()

        def walk(part):
            if isinstance(part, tuple):
                ids.add(id(part))
                for piece in part:
                    walk(piece)

        walk(term)
        return {i for i, w in enumerate(self.words) for k in w.keys if k[0] in ids}


def parts(term):
    """All parts of a term, each once."""
    if isinstance(term, tuple):
        yield term
        for piece in term:
            yield from parts(piece)


# ------------------------------------------------------------------------ noun phrases


def phrase_readings(s: Spoken, term: Common) -> tuple[set[str], int] | None:
    """The readings that determiner, adjectives and noun share, and where the phrase begins."""
    nouns = [i for i in s.places(term, "noun") if s.form(i) != "Nachts"]
    if not nouns or " " in term.noun.german or term.compound is not None:
        return None
    noun = nouns[-1]
    form = s.form(noun).replace("Gebiet", "Feld").replace("Mutters", "S")
    form = form if "-" in term.noun.german else form.split("-")[-1]
    shared = noun_readings(term.noun, form)
    det, start = _before(s, term, noun)
    kind = "strong"
    if det is not None:
        found, kind = determiner_readings(s.form(det))
        if found:
            shared &= found
    for i in range(start, noun):
        adjective = _adjective(s, term, i)
        if adjective is None:
            continue
        table = {"weak": WEAK, "mixed": MIXED, "strong": STRONG}[kind]
        if kind == "mixed" and s.form(det).lower() in LIKE_EIN:
            table = {"er": "Nm", "es": "Nn An"}
        shared &= set().union(*(readings(table, e) for e in _endings(s.form(i), adjective)))
    return shared, start


def _before(s: Spoken, term: Common, noun: int) -> tuple[int | None, int]:
    """Where the determiner stands, and where the phrase begins."""
    own = s.places(term, "det") + s.places(term, "whose")
    adjectives = [i for n in range(4) for i in s.places(term, f"adj{n}") if i < noun]
    own = [i for i in own if i <= noun]
    counted = [i for i in s.places(term, "count") if i < noun]
    start = min([*own, *adjectives, *counted, noun])
    if type(term.det) is Possessor and type(term.det.phrase) is Pronoun:
        start = min([start, *(i for i in s.places(term.det.phrase, "word") if i < noun)])
        return start, start
    if own:
        if len(own) > 1 and s.form(own[-1]).lower().startswith(("meist", "ander")):
            return own[0], start
        return own[0], start
    if start > 0 and type(term.det) is Possessor and s.words[start - 1].form.lower() in DER:
        return start - 1, start - 1
    count = s.places(term, "count")
    if count and s.form(count[0]).lower().startswith("ein"):
        return count[0], min(start, count[0])
    return None, start


def _adjective(s: Spoken, term: Common, i: int):
    for item in term.adjectives:
        for one in item.items if type(item) is Joined else (item,):
            if type(one) is Described and i in s.places(one, "adj"):
                return one.adjective.german
            if type(one) is Participle and i in s.places(one, "adj"):
                return verb_forms(one.verb).participle
    return None


def _endings(form: str, stem: str) -> set[str]:
    """The endings a form can have (*alter* is *alt* + er, or *älter* without one)."""
    return {e for e in ("e", "en", "em", "er", "es") if form.endswith(e)} - (
        {"e"} if form.endswith("ee") else set()
    )


def check_noun_phrases(s: Spoken) -> int:
    """Determiner, adjectives and noun agree; the case is one the preposition governs."""
    judged = 0
    for term in parts(s.term):
        if type(term) is not Common:
            continue
        found = phrase_readings(s, term)
        if found is None:
            continue
        shared, start = found
        assert shared, f"no case and gender fit {term.noun.german!r}: {s.text}"
        if (
            start
            and s.words[start - 1].form.lower() in PREPOSITIONS
            and not _adverbial(s, start - 1)
        ):
            cases = PREPOSITIONS[s.words[start - 1].form.lower()]
            assert {r[0] for r in shared} & cases, f"{s.words[start - 1].form} {shared}: {s.text}"
        elif not _has(s, start, "more") and s.words[start].form.lower() in (
            "im",
            "am",
            "vom",
            "zum",
            "zur",
            "beim",
        ):
            assert "D" in {r[0] for r in shared}, s.text
        judged += 1
    return judged


def _has(s: Spoken, i: int, role: str) -> bool:
    return any(r == role for _, r in s.words[i].keys)


def _adverbial(s: Spoken, i: int) -> bool:
    """A separated prefix (*kam … an*) or a word of *zu sehen* looks like a preposition."""
    roles = {role for _, role in s.words[i].keys}
    return not any(r.startswith("prep") or r in ("case", "of") for r in roles)


def check_cases(s: Spoken) -> int:
    """Subjects are nominative, direct objects accusative, recipients dative."""
    judged = 0
    nouns = {id(t.clause) for t in parts(s.term) if type(t) is Gerund}
    for term in parts(s.term):
        if id(term) in nouns:
            continue
        if type(term) is Copula and type(term.subject) is Common:
            judged += _in_case(s, term.subject, "N")
        if type(term) is not Clause:
            continue
        governs = verb_forms(term.verb).governs
        if term.passive:
            if governs[:1] == ("acc",) and type(term.object) is Common:
                judged += _in_case(s, term.object, "N")
            continue
        if type(term.subject) is Common:
            judged += _in_case(s, term.subject, "N")
        if type(term.object) is Common and governs[:1] == ("acc",):
            judged += _in_case(s, term.object, "A")
        if type(term.second) is Common and governs == ("acc", "dat"):
            judged += _in_case(s, term.second, "D")
        for phrase in (term.object, term.second):
            if type(phrase) is Pronoun and not moves_in(term):
                for i in s.places(phrase, "word"):
                    assert s.form(i).lower() not in ("ich", "du", "er", "wir"), s.text
    return judged


def _in_case(s: Spoken, phrase: Common, case: str) -> int:
    found = phrase_readings(s, phrase)
    if found is None or type(phrase.det) is Possessor:
        return 0
    assert case in {r[0] for r in found[0]}, f"{phrase.noun.german!r} isn't {case}: {s.text}"
    return 1


def check_small_words(s: Spoken) -> None:
    """*kein*, not *nicht ein*; *im*, not *in dem*, where no relative clause singles out."""
    forms = [w.form.lower() for w in s.words]
    for i, (first, second) in enumerate(itertools.pairwise(forms)):
        roles = {role for _, role in s.words[i].keys}
        if first == "nicht" and second in ("ein", "eine", "einen") and "neg" in roles:
            own = {role for _, role in s.words[i + 1].keys}
            assert "det" not in own or "quant" in own, f"nicht {second}: {s.text}"
        melts = (first, second) in {("in", "dem"), ("an", "dem"), ("zu", "dem"), ("von", "dem")}
        if melts and any(role == "det" for _, role in s.words[i + 1].keys):
            noun = next(t for t in parts(s.term) if (id(t), "det") in s.words[i + 1].keys)
            single = any(type(a) in (Relative, Reduced) for a in getattr(noun, "after", ()))
            assert single, f"{first} {second}: {s.text}"


# ------------------------------------------------------------------------- verb places

CLAUSES = (Clause, Copula, Exists, Impersonal)


def orders(term, order: str = "main"):
    """(clause, main or final or first) for every finite clause."""
    kind = type(term)
    if kind in (Statement, Quote):
        yield from orders(term.clause if kind is Statement else term.sentence)
    elif kind is Question:
        yield from orders(term.clause, "question")
    elif kind is Command:
        yield from orders(term.clause, "command")
    elif kind in (Subordinate, That, Relative):
        yield from orders(term.clause, "final")
    elif kind is Reduced or kind in (Infinitive, Purpose, Gerund):
        yield from _inside(term.clause)
    elif kind is Joined and type(term.items[0]) in (*CLAUSES, Joined, Shared):
        for item in term.items:
            yield from orders(item, order)
    elif kind is Shared:
        for i, item in enumerate(term.clauses):
            yield from orders(item, order if not i or order == "final" else "shared")
    elif kind in CLAUSES:
        yield term, order
        yield from _inside(term)
    elif isinstance(term, tuple):
        for piece in term:
            yield from orders(piece, order)


def _inside(term):
    for piece in term:
        if isinstance(piece, tuple):
            yield from orders(piece)


FINITE_ROLES = ("modal", "have", "be", "do", "verb")


def finite(s: Spoken, clause) -> int | None:
    """Where the finite verb stands: marked so when it was built."""
    for i, word in enumerate(s.words):
        if word.mark == "finite" and any(k[0] == id(clause) for k in word.keys):
            return i
    return None


def moves_in(clause) -> bool:
    """*wants him to come*: the object is the subject of *dass er kommt*."""
    return clause.verb.lemma == "want" and type(clause.complement) is Infinitive


def constituents(clause) -> list:
    found = []
    if type(clause) is Clause:
        inside = moves_in(clause)
        found = [clause.subject, None if inside else clause.object, clause.second]
    elif type(clause) is Copula:
        found = [clause.subject, clause.predicate]
    elif type(clause) is Exists:
        found = [clause.phrase]
    elif type(clause) is Impersonal:
        found = [clause.predicate]
    complement = getattr(clause, "complement", None)
    return [x for x in (*found, complement, *(a for a in clause.adjuncts)) if x is not None]


def check_verb_places(s: Spoken) -> int:
    judged = 0
    for clause, order in orders(s.term):
        where = finite(s, clause)
        if where is None:
            continue
        if order == "final":
            check_last(s, clause, where)
        elif order == "main":
            check_second(s, clause, where)
        elif order == "command":
            assert not any(
                i < where
                for x in constituents(clause)
                for i in core(s, x)
                if not _is_front(clause, x)
            ), f"command: {s.text}"
        else:
            continue
        judged += 1
    return judged


def _is_front(clause, part) -> bool:
    return getattr(part, "place", "") == "front"


def core(s: Spoken, part) -> set[int]:
    """Words of a part, without what may stand after the verb (clauses in it)."""
    ids: set[int] = set()

    def walk(piece):
        if isinstance(piece, tuple):
            if type(piece) in (Relative, Reduced, Subordinate, That, Infinitive, Quote, Purpose):
                return
            if type(piece) is At and type(piece.phrase) is Gerund:
                return
            if type(piece) is Apposition:
                return
            ids.add(id(piece))
            for x in piece:
                walk(x)

    walk(part)
    return {i for i, w in enumerate(s.words) for k in w.keys if k[0] in ids}


def check_last(s: Spoken, clause, where: int) -> None:
    """Nothing of its own stands behind the finite verb of a subordinate clause."""
    own = {i for x in constituents(clause) for i in core(s, x)}
    roles = ("verb", "have", "be", "neg", "modal")
    own |= {i for role in roles for i in s.places(clause, role)}
    assert max(own, default=0) <= where, f"verb not last: {s.text}"


def check_second(s: Spoken, clause, where: int) -> None:
    """Just one constituent stands before the finite verb of a main clause."""
    before = 0
    for part in constituents(clause):
        content = getattr(part, "content", part)
        if type(content) is FunctionWord and content.kind == "interjection":
            continue
        first = min(s.below(part) & set(range(where)), default=None)
        if first is not None and first < where and not _is_late(s, part, where):
            before += 1
    spoken = [i for i in s.places(clause, "expl") if i < where]
    assert before + bool(spoken) == 1, f"{before} before the verb: {s.text}"
    assert not any(i < where for i in s.places(clause, "neg") if s.form(i) == "nicht"), s.text


def _is_late(s: Spoken, part, where: int) -> bool:
    return not any(i < where for i in s.below(part))


def check_prefixes(s: Spoken) -> int:
    """Split in main clauses, joined at the end of others."""
    judged = 0
    for clause, order in orders(s.term):
        if type(clause) is not Clause or not verb_forms(clause.verb).prefix:
            continue
        prefix, where = verb_forms(clause.verb).prefix, finite(s, clause)
        if where is None or (id(clause), "verb") not in s.words[where].keys:
            continue
        own = [s.form(i) for i in s.places(clause, "verb")]
        if order == "final":
            assert s.form(where).startswith(prefix) and prefix not in own, s.text
        else:
            assert prefix in own and not s.form(where).lower().startswith(prefix), s.text
        judged += 1
    return judged


# fmt: off
SINGULAR_FORMS = {"ist", "war", "hat", "hatte", "wird", "wurde", "würde", "kann", "konnte",
                  "könnte", "mag", "muss", "will", "soll", "sollte", "musste", "wäre", "hätte",
                  "wollte", "mochte", "darf"}
PLURAL_FORMS = {"sind", "waren", "haben", "hatten", "werden", "wurden", "würden", "können",
                "konnten", "könnten", "mögen", "müssen", "wollen", "sollen", "sollten", "mussten",
                "wären", "hätten", "wollten", "mochten"}
# fmt: on


def subject_of(clause):
    if type(clause) is Clause and clause.passive:
        governs = verb_forms(clause.verb).governs
        return clause.object if governs[:1] == ("acc",) else None
    return None if type(clause) in (Exists, Impersonal) else clause.subject


def number_of(phrase) -> str | None:
    if type(phrase) is Common:
        many = phrase.noun.gender == "pl" or (
            phrase.number == "plural" and phrase.noun.german_plural
        )
        return "p" if many else "s"
    if type(phrase) is Joined and phrase.conjunction.lemma == "and":
        people = [x for x in phrase.items if type(x) is Pronoun and x.referent.person != 3]
        return None if people else "p"
    if type(phrase) is Pronoun and phrase.referent.person == 3:
        if phrase.referent.number == "plural":
            return "p"
        return "s" if phrase.referent.gender in ("female", "male", "neuter") else None
    if type(phrase) is Partitive and phrase.quantifier == 1:
        return "s"
    if type(phrase) is Name and phrase.entity.label == "PER":
        return "s"
    return None


def check_agreement(s: Spoken) -> int:
    judged = 0
    for clause, _ in orders(s.term):
        where, number = finite(s, clause), number_of(subject_of(clause))
        if where is None or number is None:
            continue
        form = s.form(where).lower()
        wrong = PLURAL_FORMS if number == "s" else SINGULAR_FORMS
        assert form not in wrong, f"{form} with {number}: {s.text}"
        if form not in SINGULAR_FORMS | PLURAL_FORMS and type(clause) is Clause:
            forms = verb_forms(clause.verb)
            one = form.removeprefix(forms.prefix) in (forms.third, forms.past)
            assert form.endswith("n") if number == "p" else one or _is_other(clause, form), (
                f"{form} with {number}: {s.text}"
            )
        judged += 1
    return judged


def _is_other(clause, form: str) -> bool:
    """Another verb than the table's stands for this one with its preposition or infinitive."""
    return form.endswith(("t", "te", "ßt")) and form not in PLURAL_FORMS


def check_auxiliaries(s: Spoken) -> int:
    """*ist gekommen*, *hat gesehen*."""
    judged = 0
    being = {"bin", "bist", "ist", "sind", "seid", "war", "warst", "waren", "wart", "sein"}
    for clause in parts(s.term):
        if type(clause) is not Clause or clause.form.modal is not None:
            continue
        forms = verb_forms(clause.verb)
        for i in s.places(clause, "have"):
            if (id(clause), "verb") in s.words[i].keys:
                continue
            moves = clause.passive or forms.aux == "sein"
            assert (s.form(i).lower() in being) == moves, f"{s.form(i)}: {s.text}"
            judged += 1
    return judged


def check_relatives(s: Spoken) -> int:
    """The relative pronoun has its noun's gender and number."""
    allowed = {"m": "der den dem dessen", "f": "die der deren", "n": "das dem dessen"}
    allowed |= {"p": "die denen deren"}
    judged = 0
    for term in parts(s.term):
        if type(term) is not Common:
            continue
        number = number_of(term)
        woman = bool(term.referent and term.referent.gender == "female")
        gender = "p" if number == "p" else "f" if woman and term.noun.german_feminine else None
        gender = gender or term.noun.gender
        for modifier in term.after:
            if type(modifier) is Relative and not modifier.where:
                for i in s.places(modifier, "rel"):
                    form = s.form(i).lower()
                    assert form in allowed[gender].split(), f"{form} for {gender}: {s.text}"
                    assert s.words[i - 1].form == "," or s.words[i - 2].form == ",", s.text
                    judged += 1
    return judged


def check_infinitives(s: Spoken) -> int:
    """*zu* before the infinitive, inside it after a prefix, none after *will*."""
    judged = 0
    bare = {"wollen", "müssen", "können"}
    for clause in parts(s.term):
        if type(clause) is not Clause or type(clause.complement) is not Infinitive:
            continue
        inner = clause.complement.clause
        if verb_forms(clause.verb).infinitive in bare or type(inner) is not Clause:
            continue
        last = s.places(inner, "verb")
        if last and clause.verb.lemma not in ("need", "have", "want"):
            form, prefix = s.form(last[-1]), verb_forms(inner.verb).prefix
            has_zu = form.startswith(prefix + "zu") if prefix else s.form(last[-1] - 1) == "zu"
            assert has_zu, f"no zu: {s.text}"
            judged += 1
    return judged


def check_text(s: Spoken) -> None:
    text = s.text
    first = text.lstrip("„")[0]
    assert first == first.upper(), text
    assert text.rstrip("“")[-1] in ".!?,", text
    assert ",," not in text.replace(" ", "") and ", ." not in text and " ," not in text, text
    assert text.count("„") == text.count("“"), text
    for term in parts(s.term):
        if type(term) is Common and term.compound is None:
            for i in s.places(term, "noun")[-1:]:
                assert s.form(i)[0].isupper(), f"{s.form(i)}: {text}"


def check_alignment(sentence) -> None:
    """In range, and total but for the words that have no counterpart."""
    n, m = len(sentence.tokens), len(sentence.german)
    assert all(0 <= i < n and 0 <= j < m for i, j in sentence.alignment)
    assert list(sentence.alignment) == sorted(set(sentence.alignment))
    english = {i for i, _ in sentence.alignment}
    spoken = {j for _, j in sentence.alignment}
    for i, token in enumerate(sentence.tokens):
        assert i in english or token.lemma.lower() in UNALIGNED, f"{token.form}: {sentence.text}"
    for j, form in enumerate(sentence.german):
        assert j in spoken or {form, form.lower()} & ALONE, f"{form}: {sentence.german}"
    for i, j in sentence.alignment:
        token = sentence.tokens[i]
        if token.upos == "PUNCT":
            assert sentence.german[j] in ".,!?„“", (token.form, sentence.german[j])
        if token.upos == "NUM" and token.form.isdigit():
            assert sentence.german[j].rstrip(".") == token.form, sentence.german
        if token.upos == "PROPN" and token.form == sentence.german[j]:
            continue


CHECKS = [
    check_text,
    check_noun_phrases,
    check_cases,
    check_small_words,
    check_verb_places,
    check_prefixes,
    check_agreement,
    check_auxiliaries,
    check_relatives,
    check_infinitives,
]


def check(term) -> dict[str, int]:
    """Everything that must hold of a sentence; how often each law judged."""
    s = Spoken(term)
    judged = {law.__name__: law(s) or 0 for law in CHECKS}
    sentence = annotated(term)
    assert sentence.german == tuple(w.form for w in s.words)
    check_alignment(sentence)
    return judged

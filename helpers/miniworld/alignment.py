"""Which German word says what an English one says, read off the term they both come from.

Both languages are built from one term, whose parts are all different objects (``unshared``). A
leaf of the English tree belongs to the innermost part it was made from and has a role there
(determiner, verb, negation …): its *key*. German words carry the same keys, so that nothing is
guessed. Words without a counterpart stay alone, and only these may (``UNALIGNED``, ``ALONE``).
"""

from helpers.miniworld.german_features import Key, Word
from helpers.miniworld.terms import (
    Adjunct,
    Asked,
    At,
    Common,
    Date,
    Described,
    Fact,
    Form,
    Fragment,
    Indefinite,
    Joined,
    Name,
    Participle,
    Partitive,
    Pronoun,
    Referent,
    Relative,
    Shared,
    Subordinate,
    Year,
)
from helpers.miniworld.trees import HEAD, Leaf, Node

# English words that may have no German counterpart: do-support, articles (*Sie ist Lehrerin*),
# *that* as in *the film that …* never, but punctuation that German sets differently.
UNALIGNED = {"do", "a", "the", ",", ".", '"'}
# German words that may have no English one: commas and colons, articles, *dass* and the relative
# pronouns that English leaves out, what an infinitive, a reflexive verb, *es geht*, *ist … da*,
# *um … zu* need, the auxiliary of *der von ihr geschriebene …* as a clause, *als/wie* and *alles*.
# fmt: off
ALONE = {
    "der", "die", "das", "den", "dem", "des", "deren", "dessen", "denen", "ein", "eine", "einen",
    "einem", "einer", "eines", "dass", "zu", "um", "sich", "es", "mich", "dich", "uns", "euch",
    "da", "wie", "als", "alles", "am", "an", "im", "in", "ins", "zum", "zur", "vom", "von", "was",
    "wurde", "wurden", "ist", "sind", "war", "waren", "wird", "werden", "hast", "bist", "habt",
    "seid", "Jahr", ",", ":", ".", "“", "„",
}
# fmt: on
KEPT = (Referent, Fact, Form)
SMALL = {"more", "less", "most", "least", "as"}
ADDED = ("modal", "have", "be", "prog", "to")


def unshared(term):
    """The same term with no part used twice, so that ``id`` tells its parts apart."""
    kind = type(term)
    if kind in KEPT:
        return term
    parts = [unshared(part) if isinstance(part, tuple) else part for part in term]
    return tuple(parts) if kind is tuple else tuple.__new__(kind, parts)


def aligned(node: Node, gone: set[int], german: list[Word]) -> tuple[tuple[int, int], ...]:
    """Pairs (English token, German token); ``gone``: leaves that are no tokens."""
    keys = [k for i, k in enumerate(_Keys(node).found) if i not in gone]
    places: dict[Key, list[int]] = {}
    for j, word in enumerate(german):
        for one in word.keys:
            places.setdefault(one, []).append(j)
    groups: dict[Key, list[int]] = {}
    pairs: set[tuple[int, int]] = set()
    for i, chain in enumerate(keys):
        for rank, one in enumerate(chain):
            if one in places:
                if rank:
                    pairs.update((i, j) for j in places[one])
                else:
                    groups.setdefault(one, []).append(i)
                break
    for one, english in groups.items():
        there = places[one]
        if len(english) == len(there):
            pairs.update(zip(english, there, strict=True))
        else:
            pairs.update((i, j) for i in english for j in there)
    return tuple(sorted(pairs))


class _Keys:
    """The keys of all leaves, from left to right: each leaf's own and, after it, what to fall
    back to."""

    def __init__(self, node: Node):
        self.found: list[tuple[Key, ...]] = []
        self._adjectives: dict[int, int] = {}
        self._items: dict[int, int] = {}
        self._read(node, node.term, "")

    def _read(self, node: Node, term, forced: str) -> None:
        for child, relation in zip(node.children, node.relations, strict=True):
            if type(term) is Joined and relation in (HEAD, "conj"):
                self._items[id(term)] = self._items.get(id(term), -1) + 1
            if type(child) is Leaf:
                self.found.append(self._keys(child, relation, term, forced))
                continue
            if relation == "amod" and type(term) in (Common, Name) and not forced:
                self._next_adjective(term)
            below = child.term if isinstance(child.term, tuple) else term
            self._read(
                child, below, forced if below is term and forced else _role(child, relation, term)
            )

    def _next_adjective(self, term) -> int:
        self._adjectives[id(term)] = self._adjectives.get(id(term), -1) + 1
        return self._adjectives[id(term)]

    def _keys(self, leaf: Leaf, relation: str, term, forced: str) -> tuple[Key, ...]:
        if (
            type(term) is Joined
            and type(term.items[0]) in (Described, Participle)
            and relation
            in (
                HEAD,
                "conj",
            )
        ):
            return ((id(term.items[self._items[id(term)]]), "adj"),)
        role = forced or _mark(leaf, term)
        if not role:
            if type(term) in (Common, Name):
                role = self._nominal(leaf, relation, term)
            else:
                role = _ROLES.get(type(term), _verbal)(leaf, relation, term)
        keys = ((id(term), role),)
        if role in ADDED:
            return (*keys, (id(term), "verb"))
        if role == "more":
            return (*keys, (id(term), "adj"))
        return keys

    def _nominal(self, leaf: Leaf, relation: str, term) -> str:
        if leaf.xpos == "POS":
            return "case"
        if leaf.lemma == "whose":
            return "whose"
        if relation == "amod":
            det = getattr(term, "det", None)
            first = id(term) not in self._adjectives
            if first and getattr(det, "lemma", None) == leaf.lemma:
                return "det"
            return f"adj{self._next_adjective(term)}"
        roles = {"det": "det", "nummod": "count", "compound": "compound", "det:predet": "excl"}
        if relation in roles:
            return roles[relation]
        return "than" if leaf.xpos == "IN" else "noun"


def _role(child: Node, relation: str, term) -> str:
    """The one role of all words in a node that is no constituent: nouns and names of several
    words."""
    if child.label or isinstance(child.term, tuple):
        return ""
    if type(term) is Name and relation == HEAD:
        return "name"
    if type(term) is Common and relation in (HEAD, "compound"):
        return "noun" if relation == HEAD else "compound"
    return ""


def _mark(leaf: Leaf, term) -> str:
    if leaf.upos != "PUNCT":
        return ""
    if leaf.xpos == "``":
        return "open"
    if leaf.xpos == "''":
        return "close"
    if leaf.form == ",":
        return "end" if type(term) is Fragment else "comma"
    return "end"


def _verbal(leaf: Leaf, relation: str, term) -> str:
    if leaf.xpos in ("EX", "PRP"):
        return "expl"
    if leaf.xpos == "MD":
        return "modal"
    if leaf.xpos == "TO":
        return "to"
    if leaf.lemma in ("not", "never"):
        return "neg"
    if leaf.xpos == "CC":
        return "cc"
    if relation in ("aux", "aux:pass"):
        if leaf.lemma == "be":
            return "be" if relation == "aux:pass" else "prog"
        return leaf.lemma
    if leaf.xpos in ("IN", "WRB"):
        marking = leaf.lemma in ("that", "whether", "if")
        return f"mark:{leaf.lemma}" if marking else f"prep:{leaf.lemma}"
    return "verb"


def _described(leaf: Leaf, relation: str, term) -> str:
    if leaf.xpos == "IN":
        return "than"
    if relation == HEAD:
        return "adj"
    if leaf.lemma == "how":
        return "excl"
    return "more" if leaf.lemma in SMALL else "degree"


def _participle(leaf: Leaf, relation: str, term) -> str:
    return "adj" if relation == HEAD else "degree"


def _partitive(leaf: Leaf, relation: str, term) -> str:
    return "of" if leaf.xpos == "IN" else "quant"


def _asked(leaf: Leaf, relation: str, term) -> str:
    return "noun" if leaf.upos == "NOUN" else "word"


def _date(leaf: Leaf, relation: str, term) -> str:
    if leaf.xpos == "NNP":
        return "month"
    return "day" if leaf.form == str(term.day) and len(leaf.form) < 3 else "year"


def _relative(leaf: Leaf, relation: str, term) -> str:
    return f"prep:{leaf.lemma}" if leaf.xpos == "IN" else "rel"


def _always(role: str):
    return lambda leaf, relation, term: "case" if leaf.xpos == "POS" else role


_ROLES = {
    Pronoun: _always("word"),
    Indefinite: _always("word"),
    Partitive: _partitive,
    Joined: _always("cc"),
    Shared: _always("cc"),
    Year: _always("year"),
    Date: _date,
    Asked: _asked,
    Described: _described,
    Participle: _participle,
    At: _always("prep"),
    Relative: _relative,
    Subordinate: _always("mark"),
    Adjunct: _always("adv"),
}

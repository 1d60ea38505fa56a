"""English noun phrases, adjectives and what modifies them: terms to trees."""

import re
from functools import cache

from helpers.miniworld import clauses
from helpers.miniworld.lexicon import Adjective, Adverb, Entity, FunctionWord, Noun
from helpers.miniworld.terms import (
    COMPARATIVE,
    EQUAL,
    LEAST,
    LESS,
    PAST,
    PLURAL,
    POSITIVE,
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
    Relative,
    Year,
)
from helpers.miniworld.trees import CLOSING, COMMA, HEAD, Leaf, Node, first_leaf, leaf, leaves
from helpers.miniworld.verb_groups import FIRST, THIRD
from helpers.miniworld.verb_groups import PLURAL as PLURAL_VERB

SUBJECT, OBJECT = 0, 1

# Penn tag, universal tag and relation of a determiner; DT, DET and det for all others.
QUANTITIES = {
    "many": ("JJ", "ADJ", "amod"),
    "much": ("JJ", "ADJ", "amod"),
    "few": ("JJ", "ADJ", "amod"),
    "several": ("JJ", "ADJ", "amod"),
    "enough": ("JJ", "ADJ", "amod"),
    "more": ("JJR", "ADJ", "amod"),
    "fewer": ("JJR", "ADJ", "amod"),
    "most": ("JJS", "ADJ", "amod"),
}
PLURAL_FORMS = {"this": "these", "that": "those", "a": None, "every": None, "each": None}
QUANTIFIERS = {"half": ("NN", "NOUN"), "none": ("NN", "PRON"), "most": ("JJS", "ADJ")}
PLURAL_INDEFINITES = {"these", "those", "others"}
INDEFINITE_TAGS = {"this": "DT", "that": "DT", "these": "DT", "those": "DT", "others": "NNS"}
LEMMAS = {"these": "this", "those": "that", "others": "other"}

# fmt: off
QUALIFYING = {"English", "polar", "prime", "special"}  # adjectives in nouns of two words
NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
           "eleven", "twelve"]
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December"]
# fmt: on

# Subject, object, possessive, reflexive.
PERSONAL = {
    (1, SINGULAR): ("I", "me", "my", "myself"),
    (1, PLURAL): ("we", "us", "our", "ourselves"),
    (2, SINGULAR): ("you", "you", "your", "yourself"),
    (2, PLURAL): ("you", "you", "your", "yourselves"),
    "male": ("he", "him", "his", "himself"),
    "female": ("she", "her", "her", "herself"),
    "neuter": ("it", "it", "its", "itself"),
    "any": ("they", "them", "their", "themselves"),
}

# Spelt with a vowel, spoken with a consonant; and the other way round.
CONSONANT = re.compile(
    r"(?i:eu|ewe|one\b|once\b|uni(?![mnd])|us[aeiu]|ut[eio]|uk[aeru]|ura|uru|ugan|ubi)|U[A-Z]"
)
SILENT = re.compile(
    r"(?i:hour|honest|honou?r|heir)|8|1[18]\b|1[18],|LED\b|[FHLMNRSX][B-DF-HJ-NP-TV-Z]"
)


def article_before(form: str) -> str:
    """``a`` or ``an``, by the sound that the next word begins with."""
    if form[0] in "aeiouAEIOUÀÁÉÍÓÖÜåÅ":
        return "a" if CONSONANT.match(form) else "an"
    return "an" if SILENT.match(form) else "a"


@cache
def article_leaf(form: str) -> Leaf:
    return leaf(form, "a" if form == "an" else form, "DET", "DT")


@cache
def noun_leaf(noun: Noun, number: str) -> Leaf | Node:
    """The noun in its number; of several words (*apple tree*) the last is the head."""
    form, xpos = (noun.lemma, "NN") if number == SINGULAR else (noun.plural, "NNS")
    if not form:
        raise ValueError(f"number='plural': {noun.lemma!r} has no plural.")
    if " " not in form:
        return leaf(form, noun.lemma, "NOUN", xpos, noun.sense)
    *before, last = form.split(" ")
    head = leaf(last, noun.lemma.split(" ")[-1], "NOUN", xpos, noun.sense)
    first = tuple(
        leaf(w, w, "ADJ", "JJ") if w in QUALIFYING else leaf(w, w, "NOUN", "NN") for w in before
    )
    relations = ("amod" if x.xpos == "JJ" else "compound" for x in first)
    return Node("", (*first, head), (*relations, HEAD))


@cache
def number_leaf(number: int) -> Leaf:
    form = NUMBERS[number] if 0 < number <= 12 else f"{number:,}"
    return leaf(form, form, "NUM", "CD")


@cache
def preposition(lemma: str, relation: str = "case") -> tuple[Leaf | Node, str]:
    """The leaf (or the words of *because of*) and its relation."""
    first, *rest = lemma.split(" ")
    head = leaf(first, first, "SCONJ" if relation == "mark" else "ADP", "IN")
    if not rest:
        return head, relation
    others = tuple(leaf(word, word, "ADP", "IN") for word in rest)
    return Node("", (head, *others), (HEAD, *("fixed" for _ in others))), relation


@cache
def words_of(entity: Entity) -> Node:
    """The words of a name; the first is the head, the rest are flat."""
    found = tuple(
        leaf(w, w, "NUM", "CD") if w.isdigit() else leaf(w, w, "PROPN", "NNP") for w in entity.words
    )
    return Node("", found, (HEAD, *("flat" for _ in found[1:])), entity)


# ----------------------------------------------------------------------- agreement


def agreement(phrase: Phrase, host: str = THIRD) -> str:
    """What the finite verb agrees with: FIRST, THIRD or PLURAL; a gap is as its ``host``."""
    kind = type(phrase)
    if kind is Common:
        return THIRD if phrase.number == SINGULAR else PLURAL_VERB
    if kind is Name:
        return THIRD if phrase.entity.number == SINGULAR else PLURAL_VERB
    if kind is Pronoun:
        return _pronoun_agreement(phrase)
    if kind is Gap:
        return host
    if kind is Joined:
        joint = phrase.conjunction.lemma == "and"
        return PLURAL_VERB if joint else agreement(phrase.items[-1], host)
    if kind is Partitive:
        return _partitive_agreement(phrase)
    if kind is Indefinite:
        return PLURAL_VERB if phrase.word.lemma in PLURAL_INDEFINITES else THIRD
    if kind is Asked:
        plural = phrase.number == PLURAL or phrase.word.lemma == "how many"
        return PLURAL_VERB if plural else THIRD
    return THIRD


def _pronoun_agreement(pronoun: Pronoun) -> str:
    who = pronoun.referent
    if who.number == PLURAL or who.person == 2 or (who.person == 3 and who.gender == "any"):
        return PLURAL_VERB
    return FIRST if who.person == 1 else THIRD


def _partitive_agreement(term: Partitive) -> str:
    if isinstance(term.quantifier, int):
        return THIRD if term.quantifier == 1 else PLURAL_VERB
    if term.quantifier.lemma in ("none", "each"):
        return THIRD
    return agreement(term.phrase)


def animate(phrase: Phrase) -> bool:
    """Whether a relative pronoun is *who* rather than *which*."""
    if isinstance(phrase, Common):
        return phrase.noun.animate
    if isinstance(phrase, Name):
        return phrase.entity.animate
    if isinstance(phrase, Partitive):
        return animate(phrase.phrase)
    if isinstance(phrase, Joined):
        return animate(phrase.items[0])
    if isinstance(phrase, Indefinite):
        return phrase.word.lemma.endswith(("one", "body"))
    return bool(phrase.referent and phrase.referent.animate)


# -------------------------------------------------------------------- noun phrases


def noun_phrase(phrase: Phrase, case: int = OBJECT, binder: int | None = None) -> Node:
    """Any noun phrase. ``binder``: id of the clause's subject, for reflexive pronouns."""
    build = _BUILDERS.get(type(phrase))
    if build is None:
        raise TypeError(f"phrase={phrase!r} is no noun phrase.")
    if build is joined or build is pronoun:
        return build(phrase, case, binder)
    return build(phrase)


def name(term: Name) -> Node:
    words = words_of(term.entity)
    children, relations = [words], [HEAD]
    for adjectival in reversed(term.adjectives):
        children.insert(0, adjective(adjectival))
        relations.insert(0, "amod")
    if term.entity.article:
        children.insert(0, article_leaf(term.entity.article))
        relations.insert(0, "det")
    return _followed(Node("NP", tuple(children), tuple(relations), term), term.after, term)


def common(term: Common) -> Node:
    return _followed(_base(term), term.after, term, _standards(term))


def _base(term: Common) -> Node:
    """Determiner … noun, built from the right, for *a* or *an* needs to know what follows."""
    children: list[Leaf | Node] = [noun_leaf(term.noun, term.number)]
    relations = [HEAD]
    if term.compound:
        children.append(noun_leaf(term.compound, SINGULAR))
        relations.append("compound")
    for adjectival in reversed(term.adjectives):
        children.append(adjective(adjectival))
        relations.append("amod")
    if term.count is not None:
        children.append(number_leaf(term.count))
        relations.append("nummod")
    label = "NP"
    if type(term.det) is FunctionWord:
        child, relation = determiner(term.det, term.number, children[-1])
        children.append(child)
        relations.append(relation)
    elif term.det is not None:
        if type(term.det.phrase) in (Gap, Asked):
            label = "WHNP"
        children.append(possessor(term.det))
        relations.append("nmod:poss")
    return Node(label, tuple(reversed(children)), tuple(reversed(relations)), term)


def determiner(word: FunctionWord, number: str, following: Leaf | Node) -> tuple[Leaf, str]:
    """The determiner's form and relation."""
    lemma = word.lemma
    if lemma == "a":
        if number == PLURAL:
            raise ValueError("det='a' before a plural noun.")
        return article_leaf(article_before(first_leaf(following).form)), "det"
    return _determiner(lemma, number)


@cache
def _determiner(lemma: str, number: str) -> tuple[Leaf, str]:
    form = PLURAL_FORMS.get(lemma, lemma) if number == PLURAL else lemma
    if form is None:
        raise ValueError(f"det={lemma!r} before a plural noun.")
    xpos, upos, relation = QUANTITIES.get(lemma, ("DT", "DET", "det"))
    return leaf(form, lemma, upos, xpos), relation


WHOSE = Node("", (leaf("whose", "whose", "PRON", "WP$"),), (HEAD,))
S = Leaf("'s", "'s", "'s", "PART", "POS")
APOSTROPHE = Leaf("'", "'", "'s", "PART", "POS")


def possessor(term: Possessor) -> Node:
    phrase = term.phrase
    if isinstance(phrase, Pronoun):
        form = pronoun_forms(phrase)[2]
        return Node("", (leaf(form, form, "PRON", "PRP$"),), (HEAD,), phrase)
    if isinstance(phrase, Gap | Asked):
        return WHOSE
    owner = noun_phrase(phrase)
    ending = APOSTROPHE if _is_plural_in_s(phrase, leaves(owner)[-1]) else S
    return owner._replace(children=(*owner.children, ending), relations=(*owner.relations, "case"))


def _is_plural_in_s(phrase: Phrase, last: Leaf) -> bool:
    """*the dogs'*, *the Beatles'*, *the United States'*, but *Lars's*."""
    name = type(phrase) is Name and (phrase.entity.article or phrase.entity.number == PLURAL)
    return last.form.endswith("s") and bool(last.xpos in ("NNS", "NNPS") or name)


def pronoun_forms(term: Pronoun) -> tuple[str, str, str, str]:
    who = term.referent
    if who.person != 3:
        return PERSONAL[who.person, who.number]
    return PERSONAL["any" if who.number == PLURAL else who.gender]


@cache
def _pronoun_children(form: str, lemma: str) -> tuple[Leaf]:
    return (leaf(form, lemma, "PRON", "PRP"),)


def pronoun(term: Pronoun, case: int, binder: int | None) -> Node:
    forms = pronoun_forms(term)
    reflexive = case == OBJECT and binder is not None and term.referent.id == binder
    form = forms[3] if reflexive else forms[case]
    return Node("NP", _pronoun_children(form, form if reflexive else forms[0]), (HEAD,), term)


def indefinite(term: Indefinite) -> Node:
    lemma = term.word.lemma
    word = leaf(lemma, LEMMAS.get(lemma, lemma), "PRON", INDEFINITE_TAGS.get(lemma, "NN"))
    return _followed(Node("NP", (word,), (HEAD,), term), term.after, term)


def partitive(term: Partitive) -> Node:
    if isinstance(term.quantifier, int):
        word = number_leaf(term.quantifier)
    else:
        lemma = term.quantifier.lemma
        xpos, upos = QUANTIFIERS.get(lemma, (QUANTITIES.get(lemma, ("DT",))[0], "PRON"))
        word = leaf(lemma, lemma, upos, xpos)
    whole = Node("PP", (preposition("of")[0], noun_phrase(term.phrase)), ("case", HEAD))
    return Node("NP", (Node("NP", (word,), (HEAD,)), whole), (HEAD, "nmod"), term)


def joined(term: Joined, case: int = OBJECT, binder: int | None = None) -> Node:
    items = [noun_phrase(item, case, binder) for item in term.items]
    return coordination("NP", items, term.conjunction, term)


@cache
def coordinator(lemma: str) -> Leaf:
    return leaf(lemma, lemma, "CCONJ", "CC")


def coordination(label: str, items: list, conjunction: FunctionWord, term, comma=False) -> Node:
    """*A, B and C*; ``comma``: one before the conjunction too, as between clauses."""
    children, relations = [items[0]], [HEAD]
    for i, item in enumerate(items[1:], start=2):
        last = i == len(items)
        if comma or not last:
            children.append(COMMA)
            relations.append("punct")
        if last:
            children.append(coordinator(conjunction.lemma))
            relations.append("cc")
        children.append(item)
        relations.append("conj")
    return Node(label, tuple(children), tuple(relations), term)


def year(term: Year) -> Node:
    form = str(term.year)
    return Node("NP", (leaf(form, form, "NUM", "CD"),), (HEAD,), term)


def date(term: Date) -> Node:
    if not 1 <= term.month <= 12:
        raise ValueError(f"month={term.month}: 1 to 12.")
    month = MONTHS[term.month - 1]
    children, relations = [leaf(month, month, "PROPN", "NNP")], [HEAD]
    if term.day is not None:
        children.insert(0, leaf(str(term.day), str(term.day), "NUM", "CD"))
        relations.insert(0, "nummod")
    if term.year is not None:
        children.append(leaf(str(term.year), str(term.year), "NUM", "CD"))
        relations.append("nummod")
    return Node("NP", tuple(children), tuple(relations), term)


def gerund(term: Gerund) -> Node:
    return clauses.gerund(term.clause)


def asked(term: Asked, whom: bool = False) -> Node:
    """*who*, *whom*, *what*, *which film*, *how many films*, *where*, *how often*."""
    lemma = term.word.lemma
    if lemma in ("where", "when", "why", "how", "how often", "how long"):
        children, label = _question_words(lemma), "WHADVP"
        return Node(label, children, (*("advmod" for _ in children[1:]), HEAD), term)
    if lemma == "how many":
        many = Node("WHADJP", _question_words(lemma), ("advmod", HEAD))
        return Node("WHNP", (many, noun_leaf(term.noun, PLURAL)), ("amod", HEAD), term)
    if term.noun is None:
        form = "whom" if whom and lemma == "who" else lemma
        xpos = "WDT" if lemma == "which" else "WP"
        return Node("WHNP", (leaf(form, lemma, "PRON", xpos),), (HEAD,), term)
    noun = noun_leaf(term.noun, term.number)
    if lemma == "whose":
        return Node("WHNP", (WHOSE, noun), ("nmod:poss", HEAD), term)
    return Node("WHNP", (leaf(lemma, lemma, "DET", "WDT"), noun), ("det", HEAD), term)


@cache
def _question_words(lemma: str) -> tuple[Leaf, ...]:
    first, *rest = lemma.split(" ")
    tags = {"many": ("ADJ", "JJ")}
    others = (leaf(w, w, *tags.get(w, ("ADV", "RB"))) for w in rest)
    return (leaf(first, first, "ADV", "WRB"), *others)


_BUILDERS = {
    Name: name,
    Common: common,
    Pronoun: pronoun,
    Indefinite: indefinite,
    Partitive: partitive,
    Joined: joined,
    Year: year,
    Date: date,
    Gerund: gerund,
    Asked: asked,
}


# ---------------------------------------------------------------------- modifiers


def _followed(base: Node, after: tuple, term, standards: tuple[Node, ...] = ()) -> Node:
    """The base with its postmodifiers; the standard of *a better film than …* comes first."""
    if not after and not standards:
        return base
    children: list[Leaf | Node] = [base._replace(term=None), *standards]
    relations = [HEAD, *("nmod" for _ in standards)]
    for modifier in after:
        child, relation = _modifier(modifier, term)
        children.append(child)
        relations.append(relation)
    return Node(base.label, tuple(children), tuple(relations), term)


def _modifier(modifier, host: Phrase) -> tuple[Leaf | Node, str]:
    kind = type(modifier)
    if kind is At:
        return prepositional(modifier), "acl" if type(modifier.phrase) is Gerund else "nmod"
    if kind is Relative:
        node = clauses.relative(modifier, agreement(host), animate(host))
        return _set_off(node) if modifier.commas else node, "acl:relcl"
    if kind is Reduced:
        return clauses.reduced(modifier), "acl"
    if kind is Apposition:
        return _set_off(noun_phrase(modifier.phrase)), "appos"
    if kind is Described:
        return described(modifier), "amod"
    raise TypeError(f"after={modifier!r}: At, Relative, Reduced, Apposition or Described.")


def _set_off(node: Node) -> Node:
    """Between commas, which belong to what they set off."""
    return Node("", (COMMA, node, CLOSING), ("punct", HEAD, "punct"))


def with_comma(node: Node, before: bool) -> Node:
    """The node with the comma that separates it from its clause."""
    if before:
        return Node("", (COMMA, node), ("punct", HEAD))
    return Node("", (node, COMMA), (HEAD, "punct"))


def prepositional(term: At, binder: int | None = None) -> Node:
    relation = "mark" if type(term.phrase) is Gerund else "case"
    word, relation = preposition(term.preposition.lemma, relation)
    return Node("PP", (word, noun_phrase(term.phrase, OBJECT, binder)), (relation, HEAD), term)


# Small words around adjectives and adverbs.
MORE, LESS_WORD = leaf("more", "more", "ADV", "RBR"), leaf("less", "less", "ADV", "RBR")
MOST, LEAST_WORD = leaf("most", "most", "ADV", "RBS"), leaf("least", "least", "ADV", "RBS")
AS = leaf("as", "as", "ADV", "RB")


@cache
def adverb_leaf(adverb: Adverb) -> Leaf:
    return leaf(adverb.lemma, adverb.lemma, "ADV", "RB")


@cache
def graded(adjective: Adjective, degree: str) -> tuple[Leaf, ...]:
    """The words of one degree; the adjective is the last."""
    plain = leaf(adjective.lemma, adjective.lemma, "ADJ", "JJ")
    if degree in (POSITIVE, EQUAL, LESS, LEAST):
        before = {POSITIVE: (), EQUAL: (AS,), LESS: (LESS_WORD,), LEAST: (LEAST_WORD,)}[degree]
        return (*before, plain)
    if degree not in (COMPARATIVE, SUPERLATIVE):
        raise ValueError(f"degree={degree!r} is unknown.")
    higher = degree == COMPARATIVE
    form = adjective.comparative if higher else adjective.superlative
    if not form or " " in form:
        return (MORE if higher else MOST, plain)
    return (leaf(form, adjective.lemma, "ADJ", "JJR" if higher else "JJS"),)


def adjective(term: Described | Participle | Joined) -> Leaf | Node:
    """Before a noun: a leaf if it is one word; the standard of a comparison is left out."""
    if type(term) is Joined:
        items = [adjective(item) for item in term.items]
        return coordination("ADJP", items, term.conjunction, term)
    words = _participle(term) if type(term) is Participle else graded(term.adjective, term.degree)
    if term.adverb:
        words = (adverb_leaf(term.adverb), *words)
    if len(words) == 1:
        return words[0]
    return Node("ADJP", words, (*("advmod" for _ in words[1:]), HEAD), term)


@cache
def _participle_leaf(verb, tense: str) -> Leaf:
    form, xpos = (verb.participle, "VBN") if tense == PAST else (verb.gerund, "VBG")
    return leaf(form, verb.lemma, "VERB", xpos, verb.sense)


def _participle(term: Participle) -> tuple[Leaf]:
    return (_participle_leaf(term.verb, term.tense),)


def described(term: Described) -> Node:
    """An adjective phrase as predicate, with its standard and complement."""
    words = graded(term.adjective, term.degree)
    if term.adverb:
        words = (adverb_leaf(term.adverb), *words)
    children: list[Leaf | Node] = list(words)
    relations = [*("advmod" for _ in words[1:]), HEAD]
    if term.than is not None:
        children.append(_standard(term))
        relations.append("obl")
    if term.complement:
        children.append(clauses.infinitive(term.complement.clause))
        relations.append("xcomp")
    return Node("ADJP", tuple(children), tuple(relations), term)


def _standard(term: Described) -> Node:
    word = "as" if term.degree == EQUAL else "than"
    return Node("PP", (preposition(word)[0], noun_phrase(term.than)), ("case", HEAD))


def _standards(term: Common) -> tuple[Node, ...]:
    if not term.adjectives:
        return ()
    return tuple(
        _standard(a) for a in term.adjectives if type(a) is Described and a.than is not None
    )


def _adverb(term: Adverb) -> Node:
    return Node("ADVP", (adverb_leaf(term),), (HEAD,), term)


def _adverb_of_words(term: Adverb) -> Node:
    """*at night*, *at first*; *of course*; *long ago*."""
    first, second = term.lemma.split(" ")
    if first == "at":
        word = {"first": ("ADJ", "JJ"), "last": ("ADJ", "JJ")}.get(second, ("NOUN", "NN"))
        inner = Node("NP", (leaf(second, second, *word),), (HEAD,))
        return Node("PP", (preposition("at")[0], inner), ("case", HEAD), term)
    if first == "of":
        words = (leaf(first, first, "ADP", "IN"), leaf(second, second, "NOUN", "NN"))
        return Node("ADVP", words, (HEAD, "fixed"), term)
    words = (leaf(first, first, "ADV", "RB"), leaf(second, second, "ADV", "RB"))
    return Node("ADVP", words, ("advmod", HEAD), term)


@cache
def adverb_phrase(term: Adverb | AdverbPhrase) -> Node:
    if isinstance(term, Adverb):
        return _adverb_of_words(term) if " " in term.lemma else _adverb(term)
    before = {COMPARATIVE: (MORE,), SUPERLATIVE: (MOST,), LESS: (LESS_WORD,), LEAST: (LEAST_WORD,)}
    words = (*before.get(term.degree, ()), adverb_leaf(term.adverb))
    if term.by:
        words = (adverb_leaf(term.by), *words)
    return Node("ADVP", words, (*("advmod" for _ in words[1:]), HEAD), term)

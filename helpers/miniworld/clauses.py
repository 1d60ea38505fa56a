"""English clauses: arguments in their places, auxiliaries, questions, relatives, infinitives."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from helpers.miniworld import english, phrases
from helpers.miniworld.lexicon import Adverb, FunctionWord, Verb
from helpers.miniworld.terms import (
    END,
    FRONT,
    MIDDLE,
    NOW,
    Adjunct,
    AdverbPhrase,
    Asked,
    At,
    Clause,
    Common,
    Copula,
    Date,
    Described,
    Exists,
    Form,
    Gap,
    Gerund,
    Impersonal,
    Infinitive,
    Joined,
    Phrase,
    Possessor,
    Purpose,
    Quote,
    Reduced,
    Relative,
    Sentential,
    Shared,
    Subordinate,
    That,
)
from helpers.miniworld.trees import (
    CLOSING_QUOTE,
    HEAD,
    OPENING_QUOTE,
    STRANDED,
    Leaf,
    Node,
    capitalised,
    leaf,
)
from helpers.miniworld.verb_groups import (
    BASE,
    BE,
    CONTRACTED,
    FINITE,
    GERUND,
    GLUED_NOT,
    NOT,
    PLURAL,
    THIRD,
    TO,
    group,
    negative,
)

# Their second object, set last, takes *for*; that of other ditransitive verbs takes *to*.
BENEFACTIVE = {"buy", "bake", "cook", "make", "build", "find", "get", "draw", "paint", "prepare"}
CONTRASTING = {"although", "though", "whereas", "while"}
THERE = Node("NP", (leaf("there", "there", "PRON", "EX"),), (HEAD,))
IT = Node("NP", (leaf("it", "it", "PRON", "PRP"),), (HEAD,))
ONE_WORD = {Adverb, AdverbPhrase, FunctionWord}  # prebuilt: their place is their adjunct's
ZERO = "zero"  # relation of a gap for which no pronoun is spoken
Part = tuple[Leaf | Node, str]


class Moved(NamedTuple):
    """An argument or adjunct that stands before its clause, and its relation there.

    ``stranded``: its preposition stays behind (*who did she wait for*).
    """

    phrase: Phrase
    relation: str
    preposition: str = ""
    stranded: bool = False


# ---------------------------------------------------------------------- arguments


def arguments(clause: Clause) -> list[tuple[Phrase | None, str, str]]:
    """(phrase, relation, preposition) in their order; the grammatical subject comes first."""
    verb, second = clause.verb, clause.second
    if clause.passive:
        found = [(clause.object, "nsubj:pass", "")]
        if second is not None:
            found.append((second, "obl", verb.preposition or _recipient(verb)))
        if clause.subject is not None:
            found.append((clause.subject, "obl:agent", "by"))
        return found
    found = [(clause.subject, "nsubj", "")]
    recipient = second is not None and not verb.preposition and clause.object is not None
    if recipient and not clause.shifted:
        found.append((second, "iobj", ""))
    if clause.object is not None:
        found.append((clause.object, "obj", ""))
    if second is not None and (clause.shifted or not recipient):
        found.append((second, "obl", verb.preposition or _recipient(verb)))
    return found


def _recipient(verb: Verb) -> str:
    return "for" if verb.lemma in BENEFACTIVE else "to"


def subject_of(clause: Sentential) -> Phrase | None:
    """What the finite verb agrees with; None for the *it* of an impersonal clause."""
    kind = type(clause)
    if kind is Clause:
        return clause.object if clause.passive else clause.subject
    if kind is Impersonal:
        return None
    return clause.phrase if kind is Exists else clause.subject


def is_gap(phrase: Phrase | None) -> bool:
    return type(phrase) is Gap or _owned_by(phrase, Gap)


def is_asked(phrase: Phrase | None) -> bool:
    return type(phrase) is Asked or _owned_by(phrase, Asked)


def _owned_by(phrase: Phrase | None, kind: type) -> bool:
    if type(phrase) is not Common or type(phrase.det) is not Possessor:
        return False
    return type(phrase.det.phrase) is kind


def find(clause, wanted: Callable) -> Moved | None:
    """The one argument or adjunct of a clause that is ``wanted``."""
    if isinstance(clause, Clause):
        slots = arguments(clause)
    elif isinstance(clause, Copula):
        slots = [(clause.subject, "nsubj", ""), (clause.predicate, HEAD, "")]
        if type(clause.predicate) is At:
            slots[1] = (clause.predicate.phrase, HEAD, clause.predicate.preposition.lemma)
    else:
        slots = [(subject_of(clause), "nsubj", "")]
    for phrase, relation, preposition in slots:
        if wanted(phrase):
            return Moved(phrase, relation, preposition)
    for adjunct in clause.adjuncts:
        content = adjunct.content
        if type(content) is At and wanted(content.phrase):
            return Moved(content.phrase, "obl", content.preposition.lemma)
        if wanted(content):
            return Moved(content, "advmod")
    return None


def argument(phrase: Phrase, relation: str, preposition: str, binder: int | None) -> Part:
    """An object or prepositional object after the verb."""
    if type(phrase) is Gerund:
        relation = {"obj": "xcomp", "obl": "advcl"}[relation]
    node = phrases.noun_phrase(phrase, phrases.OBJECT, binder)
    if not preposition:
        return node, relation
    word = phrases.preposition(preposition, "mark" if type(phrase) is Gerund else "case")
    return Node("PP", (word[0], node), (word[1], HEAD)), relation


def subject(clause) -> Part:
    """The grammatical subject, *there* or *it*, with its relation."""
    kind = type(clause)
    if kind is Exists:
        return THERE, "expl"
    if kind is Impersonal:
        return IT, "expl"
    phrase = subject_of(clause)
    if phrase is None:
        raise ValueError(f"clause={clause!r} has no subject (a passive's is its object).")
    relation = "nsubj:pass" if kind is Clause and clause.passive else "nsubj"
    if type(phrase) is Gerund:
        relation = relation.replace("nsubj", "csubj")
    return phrases.noun_phrase(phrase, phrases.SUBJECT), relation


def complement(term: That | Infinitive | Quote) -> list[Part]:
    kind = type(term)
    if kind is Infinitive:
        return [(infinitive(term.clause), "xcomp")]
    if kind is That:
        return [(_embedded(term.word, term.clause), "ccomp")]
    if kind is Quote:
        return [] if term.first else [(phrases.with_comma(quotation(term), True), "ccomp")]
    raise TypeError(f"complement={term!r}: That, Infinitive or Quote.")


def _embedded(word: FunctionWord | None, clause: Sentential) -> Node:
    inner = declarative(clause)
    if word is None:
        return Node("SBAR", (inner,), (HEAD,))
    return Node("SBAR", (subordinator(word.lemma), inner), ("mark", HEAD))


@cache
def subordinator(lemma: str) -> Leaf:
    xpos = "WRB" if lemma in ("when", "whenever") else "IN"
    return leaf(lemma, lemma, "SCONJ", xpos)


def quotation(term: Quote) -> Node:
    """*"…,"*: the sentence between its quotation marks; a full stop before *said* is a comma."""
    inner = english.sentence(term.sentence, stop="," if term.first else ".")
    inner = capitalised(inner)
    children = (OPENING_QUOTE, *inner.children, CLOSING_QUOTE)
    return Node(inner.label, children, ("punct", *inner.relations, "punct"), inner.term)


# ----------------------------------------------------------------------- adjuncts


def adjunct(content, binder: int | None = None) -> Part:
    kind = type(content)
    if kind is Adverb or kind is AdverbPhrase:
        node = phrases.adverb_phrase(content)
        return node, "obl" if node.label == "PP" else "advmod"
    if kind is At:
        relation = "advcl" if type(content.phrase) is Gerund else "obl"
        return phrases.prepositional(content, binder), relation
    if kind is FunctionWord:
        return _small(content)
    if kind is Subordinate:
        node = _embedded(content.conjunction, content.clause)
        return node._replace(term=content), "advcl"
    if kind is Purpose:
        return infinitive(content.clause), "advcl"
    if kind is Reduced:
        node = reduced(content)
        return Node("S", (node,), (HEAD,)), "advcl"
    if kind is Common or kind is Date:
        return phrases.noun_phrase(content), "obl:tmod"
    if kind is Joined:
        items = [adjunct(item, binder) for item in content.items]
        nodes = [node for node, _ in items]
        return phrases.coordination(nodes[0].label, nodes, content.conjunction, content), items[0][
            1
        ]
    raise TypeError(f"adjunct={content!r} is not allowed.")


@cache
def _small(word: FunctionWord) -> Part:
    if word.kind == "interjection":
        return Node("INTJ", (leaf(word.lemma, word.lemma, "INTJ", "UH"),), (HEAD,)), "discourse"
    return Node("ADVP", (leaf(word.lemma, word.lemma, "ADV", "RB"),), (HEAD,)), "advmod"


def adjuncts(
    clause, place: str, moved: Moved | None = None, binder: int | None = None
) -> list[Part]:
    """The adjuncts of one place, each with the comma it needs."""
    found: list[Part] = []
    for item in clause.adjuncts:
        if _is_moved(item, moved):
            if moved.stranded and place == END:
                found.append(_stranded(moved))
            continue
        if item.place != place:
            continue
        node, relation = adjunct(item.content, binder)
        if type(item.content) in ONE_WORD:
            node = node._replace(term=item)
        if place == FRONT:
            node = phrases.with_comma(node, before=False)
        elif place == END and _needs_comma(item):
            node = phrases.with_comma(node, before=True)
        found.append((node, relation))
    return found


def _is_moved(item: Adjunct, moved: Moved | None) -> bool:
    if moved is None:
        return False
    content = item.content
    return content is moved.phrase or (type(content) is At and content.phrase is moved.phrase)


def _stranded(moved: Moved) -> Part:
    """The preposition alone; it looks for its phrase further up the tree, or stands for it."""
    word = phrases.preposition(moved.preposition)[0]
    if moved.relation == ZERO:
        return Node("PP", (word,), (HEAD,)), "obl"
    return Node("PP", (word,), (STRANDED,)), STRANDED


def _needs_comma(item: Adjunct) -> bool:
    content = item.content
    if isinstance(content, Subordinate):
        return content.conjunction.lemma in CONTRASTING
    return isinstance(content, Reduced) or (
        isinstance(content, FunctionWord) and content.kind == "interjection"
    )


# ------------------------------------------------------------------- verb phrases


def binder_of(phrase: Phrase | None) -> int | None:
    referent = getattr(phrase, "referent", None)
    return referent.id if referent else None


class _Layers(NamedTuple):
    """A verb phrase in pieces: auxiliaries from outside in, then the innermost phrase."""

    auxiliaries: tuple[Part, ...]
    core: list[Part]
    is_be: bool  # the main verb behaves like an auxiliary


def _layers(
    clause, agreement: str, moved: Moved | None, shape: str = FINITE, inverted: bool = False
) -> _Layers:
    if type(clause) is Clause:
        return _verb_layers(clause, agreement, moved, shape, inverted)
    binder = binder_of(clause.subject) if type(clause) is Copula else None
    is_copula = type(clause) is not Exists
    upos = "AUX" if is_copula else "VERB"
    linking = clause.verb if is_copula else None
    is_be = linking is None or linking.lemma == "be"
    verb = BE if is_be else linking
    words = group(verb, clause.form, agreement, False, shape, inverted, upos if is_be else "VERB")
    core: list[Part] = [(words.main, "cop" if is_copula and is_be else HEAD)]
    core += _predicate(clause, moved, is_be, binder)
    core += adjuncts(clause, END, moved, binder)
    if type(clause) is Impersonal:
        core += [(node, "csubj") for node, _ in complement(clause.complement)]
    return _Layers(words.auxiliaries, core, is_be)


def _predicate(clause, moved: Moved | None, is_be: bool, binder: int | None) -> list[Part]:
    if type(clause) is Exists:
        hidden = moved is not None and moved.phrase is clause.phrase
        return [] if hidden else [(phrases.noun_phrase(clause.phrase), "nsubj")]
    if moved is not None and moved.relation == HEAD:
        return []
    return [(predicate(clause.predicate, binder), HEAD if is_be else "xcomp")]


def predicate(term, binder: int | None) -> Node:
    kind = type(term)
    if kind is Described:
        return phrases.described(term)
    if kind is At:
        return phrases.prepositional(term, binder)
    if kind is Joined and type(term.items[0]) in (Described, At):
        items = [predicate(item, binder) for item in term.items]
        return phrases.coordination(items[0].label, items, term.conjunction, term)
    return phrases.noun_phrase(term, phrases.OBJECT, binder)


def _verb_layers(
    clause: Clause, agreement: str, moved: Moved | None, shape: str, inverted: bool
) -> _Layers:
    words = group(clause.verb, clause.form, agreement, clause.passive, shape, inverted)
    first, *others = arguments(clause)
    binder = None if clause.passive else binder_of(first[0])
    core: list[Part] = [(words.main, HEAD)]
    for phrase, relation, preposition in others:
        if moved is None or phrase is not moved.phrase:
            core.append(argument(phrase, relation, preposition, binder))
        elif moved.stranded:
            core.append(_stranded(moved))
    core += _endings(clause, moved, binder)
    return _Layers(words.auxiliaries, core, False)


def _endings(clause: Clause, moved: Moved | None, binder: int | None) -> list[Part]:
    """Adjuncts and complement: what is short stands before a that-clause or a quotation, lest it
    seem to belong to them; an infinitive stays with its verb."""
    if clause.complement is None:
        return adjuncts(clause, END, moved, binder)
    last = complement(clause.complement)
    if type(clause.complement) is Infinitive:
        return last + adjuncts(clause, END, moved, binder)
    short = tuple(a for a in clause.adjuncts if type(a.content) is not Subordinate)
    long = tuple(a for a in clause.adjuncts if type(a.content) is Subordinate)
    before = adjuncts(clause._replace(adjuncts=short), END, moved, binder)
    after = adjuncts(clause._replace(adjuncts=long), END, moved, binder)
    if type(clause.complement) is Quote:
        return before + after + last
    return before + last + after


def _node(label: str, parts: list[Part], term=None) -> Node:
    return Node(label, tuple([p[0] for p in parts]), tuple([p[1] for p in parts]), term)


def _wrapped(auxiliaries, core: list[Part], inserted: list[Part], is_be: bool, term) -> Node:
    """Nested verb phrases; negation and middle adverbs stand after the first auxiliary."""
    if not auxiliaries:
        at = 1 if is_be else 0
        return _node("VP", core[:at] + inserted + core[at:] if inserted else core, term)
    node = _node("VP", core)
    for auxiliary in reversed(auxiliaries[1:]):
        node = _node("VP", [auxiliary, (node, _inner(node))])
    return _node("VP", [auxiliaries[0], *inserted, (node, _inner(node))], term)


def _inner(node: Node) -> str:
    """The relation of an inner phrase: the head, unless its own head has moved away."""
    return HEAD if HEAD in node.relations else ""


def verb_phrase(clause, host: str = THIRD, moved: Moved | None = None, shape: str = FINITE) -> Node:
    """The verb phrase of a clause, everything but its subject and what is fronted."""
    agreement = phrases.agreement(subject_of(clause), host) if shape == FINITE else PLURAL
    auxiliaries, core, is_be = _layers(clause, agreement, moved, shape)
    inserted: list[Part] = []
    if clause.form.negation:
        auxiliaries, core, word = _negated(auxiliaries, core, is_be, clause.form.negation)
        inserted.append(word)
    if clause.adjuncts:
        inserted += adjuncts(clause, MIDDLE, moved)
    return _wrapped(auxiliaries, core, inserted, is_be, clause)


def _negated(auxiliaries, core, is_be: bool, negation: str):
    """Auxiliaries and core with the first word as it stands before the negation, and that."""
    if auxiliaries:
        first, word = negative(auxiliaries[0][0], negation)
        auxiliaries = ((first, auxiliaries[0][1]), *auxiliaries[1:])
    else:
        # Without an auxiliary: *is not*, and *never* before any other verb; non-finite *not*.
        first, word = negative(core[0][0], negation if is_be else _uncontracted(negation))
        core = [(first, core[0][1]), *core[1:]]
    if word.form == "never":
        return auxiliaries, core, (Node("ADVP", (word,), (HEAD,)), "advmod")
    return auxiliaries, core, (word, "advmod")


def _uncontracted(negation: str) -> str:
    return "not" if negation == "n't" else negation


# ------------------------------------------------------------------------ clauses


def declarative(clause: Sentential, host: str = THIRD, moved: Moved | None = None) -> Node:
    """Subject before verb; ``moved`` is left out, its place is before the clause."""
    kind = type(clause)
    if kind is Joined:
        items = [declarative(item) for item in clause.items]
        return phrases.coordination("S", items, clause.conjunction, clause, comma=True)
    if kind is Shared:
        return _shared(clause, host, moved)
    if kind is Clause and type(clause.complement) is Quote and clause.complement.first:
        return _quoted(clause)
    parts = adjuncts(clause, FRONT, moved) if clause.adjuncts else []
    if moved is None or moved.phrase is not subject_of(clause):
        parts.append(subject(clause))
    parts.append((verb_phrase(clause, host, moved), HEAD))
    return _node("S", parts, clause)


def _shared(clause: Shared, host: str, moved: Moved | None) -> Node:
    first = clause.clauses[0]
    parts = adjuncts(first, FRONT, moved)
    if moved is None or moved.phrase is not subject_of(first):
        parts.append(subject(first))
    items = []
    for each in clause.clauses:
        own = Moved(subject_of(each), "nsubj") if moved else None
        items.append(verb_phrase(each, host, own))
    comma = clause.conjunction.lemma == "but"
    node = phrases.coordination("VP", items, clause.conjunction, None, comma)
    parts.append((node, HEAD))
    return _node("S", parts, clause)


def _quoted(clause: Clause) -> Node:
    """*"…," said Anna*, *"…," she said*."""
    quote = (quotation(clause.complement), "ccomp")
    if any(a.place == FRONT for a in clause.adjuncts):
        raise ValueError("adjuncts: none in front of a clause whose quotation comes first.")
    who = subject(clause)
    node = verb_phrase(clause)
    bare = clause.form._replace(tense=NOW.tense) == NOW and len(node.children) == 1
    if bare and not isinstance(clause.subject, phrases.Pronoun):
        return _node("SINV", [quote, (node, HEAD), who], clause)
    return _node("S", [quote, who, (node, HEAD)], clause)


def interrogative(clause: Clause | Copula | Exists) -> Node:
    """Yes/no, or with the wh-phrase before everything else."""
    moved = find(clause, is_asked)
    if moved and moved.relation in ("obl", "obl:agent") and _is_bare(moved.phrase):
        moved = moved._replace(stranded=bool(moved.preposition))
    front = adjuncts(clause, FRONT, moved)
    if moved is None:
        return _node("SQ", [*front, *_inverted(clause, None)], clause)
    wh = (_fronted(moved), moved.relation)
    if type(clause) is not Exists and moved.phrase is subject_of(clause):
        rest = Node("SQ", (verb_phrase(clause, THIRD, moved),), (HEAD,))
        return _node("SBARQ", [*front, wh, (rest, HEAD)], clause)
    rest = _node("SQ", _inverted(clause, moved))
    return _node("SBARQ", [*front, wh, (rest, _inner(rest))], clause)


def _is_bare(phrase: Phrase) -> bool:
    """*who* or *what* without a noun: its preposition stays behind."""
    return type(phrase) is Asked and phrase.noun is None


def _fronted(moved: Moved) -> Node:
    pied = bool(moved.preposition) and not moved.stranded
    if type(moved.phrase) is Asked:
        node = phrases.asked(moved.phrase, whom=pied)
    else:
        node = phrases.noun_phrase(moved.phrase)
    if not pied:
        return node
    return Node("WHPP", (phrases.preposition(moved.preposition)[0], node), ("case", HEAD))


def _inverted(clause, moved: Moved | None) -> list[Part]:
    """The finite auxiliary before the subject."""
    agreement = phrases.agreement(subject_of(clause))
    auxiliaries, core, is_be = _layers(clause, agreement, moved, inverted=True)
    negation: list[Part] = []
    if clause.form.negation:
        auxiliaries, core, word = _negated(auxiliaries, core, is_be, clause.form.negation)
        negation.append((NOT, "advmod") if word[0] is GLUED_NOT else word)
    who = subject(clause)
    contracted = negation and negation[0][0] is CONTRACTED
    parts = [*negation, who] if contracted else [who, *negation]
    parts += adjuncts(clause, MIDDLE, moved)
    if not auxiliaries:
        return [core[0], *parts, *core[1:]]
    rest = _wrapped(auxiliaries[1:], core, [], is_be, None)
    return [auxiliaries[0], *parts, (rest, _inner(rest))]


def imperative(clause: Clause | Copula) -> Node:
    """*Open the box*, *do n't open it*, *never open it*."""
    auxiliaries, core, is_be = _layers(clause, PLURAL, None, BASE)
    parts: list[Part] = []
    if clause.form.negation == "never":
        parts.append((Node("ADVP", (negative(core[0][0], "never")[1],), (HEAD,)), "advmod"))
    elif clause.form.negation:
        do = leaf("do", "do", "AUX", "VB")
        parts = [(do, "aux"), (negative(do, clause.form.negation)[1], "advmod")]
    parts += adjuncts(clause, MIDDLE)
    inner = _wrapped(auxiliaries, core, [], is_be, None)
    if parts:
        inner = _node("VP", [*parts, (inner, HEAD)])
    return _node("S", [*adjuncts(clause, FRONT), (inner, HEAD)], clause)


# ------------------------------------------------------------- clauses in clauses


def relative(term: Relative, host: str, animate: bool) -> Node:
    """*who wrote it*, *that she found*, *in which he lived*, *whose name …*, *Anna wrote*."""
    clause = term.clause
    first = clause.clauses[0] if isinstance(clause, Shared) else clause
    moved = find(first, is_gap)
    if moved is None:
        raise ValueError(f"clause={clause!r}: a relative clause needs a Gap.")
    bare = type(moved.phrase) is Gap and moved.phrase is not subject_of(first)
    zero = bare and not term.spoken and not term.where
    if bare and moved.preposition and (zero or term.that) and not term.where:
        relation = ZERO if zero else moved.relation
        moved = moved._replace(stranded=True, relation=relation)
    inner = declarative(clause, host, moved)
    if zero:
        return Node("SBAR", (inner,), (HEAD,), term)
    if term.where and moved.preposition:
        wh = phrases.asked(Asked(term.where))._replace(term=None)
        return Node("SBAR", (wh, inner), ("advmod", HEAD), term)
    wh = _relative_phrase(moved, term.that, animate)
    return Node("SBAR", (wh, inner), (moved.relation, HEAD), term)


def _relative_phrase(moved: Moved, that: bool, animate: bool) -> Node:
    if type(moved.phrase) is not Gap:
        node = phrases.noun_phrase(moved.phrase)
    elif moved.preposition and not moved.stranded:
        node = _relative_pronoun("whom" if animate else "which")
    else:
        who = "who" if moved.relation.startswith("nsubj") else "whom"
        node = _relative_pronoun("that" if that else who if animate else "which")
    if not moved.preposition or moved.stranded:
        return node
    return Node("WHPP", (phrases.preposition(moved.preposition)[0], node), ("case", HEAD))


@cache
def _relative_pronoun(form: str) -> Node:
    lemma, xpos = ("who", "WP") if form in ("who", "whom") else (form, "WDT")
    return Node("WHNP", (leaf(form, lemma, "PRON", xpos),), (HEAD,))


def reduced(term: Reduced) -> Node:
    """*directed by Anna*, *reading a book*: the participle and what follows."""
    # A passive's main verb is a past participle anyway, an active one's becomes VBG; no auxiliary.
    clause = term.clause
    plain = clause._replace(form=Form(negation=clause.form.negation))
    core = _layers(plain, PLURAL, None, GERUND).core
    inserted = [(NOT, "advmod")] if clause.form.negation else []
    return _node("VP", [*inserted, *adjuncts(clause, MIDDLE), *core], clause)


def gerund(clause: Clause) -> Node:
    """*cutting bread* as a phrase: a clause whose subject is understood."""
    return Node("S", (verb_phrase(clause, shape=GERUND),), (HEAD,), clause)


def infinitive(clause: Clause | Copula) -> Node:
    """*(not) to cut bread*."""
    auxiliaries, core, is_be = _layers(clause, PLURAL, None, BASE)
    inner = _wrapped(auxiliaries, core, adjuncts(clause, MIDDLE), is_be, None)
    parts: list[Part] = [(TO, "mark"), (inner, HEAD)]
    if clause.form.negation:
        word = negative(TO, _uncontracted(clause.form.negation))[1]
        parts.insert(0, (word, "advmod"))
    return Node("S", (_node("VP", parts),), (HEAD,), clause)

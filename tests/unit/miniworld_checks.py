"""What must hold of every sentence, judged from its gold annotations alone.

Nothing here asks the grammar: agreement, case, do-support … are worked out again from tokens,
tags and dependencies, so that a bug of the grammar shows.
"""

import itertools
import re

from miniworld_words import ANNA, ARTICLE_OF, PEOPLE, TOM


def words(text: str) -> set[str]:
    return set(text.split())


UPOS = words("ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ VERB X")
RELATIONS = words(
    "acl acl:relcl advcl advmod amod appos aux aux:pass case cc ccomp compound conj cop csubj "
    "csubj:pass det det:predet discourse expl fixed flat iobj mark nmod nmod:poss nsubj "
    "nsubj:pass nummod obj obl obl:agent obl:tmod parataxis punct root xcomp"
)
XPOS = words(
    "NN NNS NNP NNPS VB VBD VBZ VBP VBN VBG MD JJ JJR JJS RB RBR RBS IN DT PRP PRP$ WDT WP WP$ "
    "WRB CC CD TO POS EX UH . , `` ''"
)
# Which universal tags a Penn tag allows.
PAIRS = {"NN": "NOUN PRON", "NNS": "NOUN PRON", "NNP": "PROPN", "MD": "AUX", "VBZ": "VERB AUX"}
SUBJECTS = {"nsubj", "nsubj:pass"}
NOMINATIVE = {"I", "he", "she", "we", "they", "it", "you"}
ACCUSATIVE = {"me", "him", "her", "us", "them", "it", "you"}
REFLEXIVE = {"myself", "yourself", "himself", "herself", "itself", "ourselves", "themselves"}
PERSONS = {noun.lemma for noun in PEOPLE} | {ANNA.words[0], TOM.words[0], "everyone"}
QUANTITY = {"some", "most", "all", "many", "few", "several", "both", "half"}


def validate_conllu(block: str) -> None:
    """The rules of universaldependencies.org/format.html for one sentence without ranges."""
    assert block.endswith("\n\n"), "a sentence ends with an empty line"
    lines = block[:-2].split("\n")
    comments = [line for line in lines if line.startswith("#")]
    assert any(line.startswith("# sent_id = ") for line in comments)
    text = next(line[9:] for line in comments if line.startswith("# text = "))
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    assert rows, "no tokens"
    assert all(len(row) == 10 and all(row) for row in rows), "ten columns, none empty"
    assert [row[0] for row in rows] == [str(i + 1) for i in range(len(rows))]
    for row in rows:
        assert not re.search(r"\s", row[1] + row[2]), f"a blank in {row[1]!r}"
        assert row[3] in UPOS and row[4] in XPOS and row[7] in RELATIONS, row
        assert row[3] in PAIRS.get(row[4], row[3]).split(), row
        assert (row[3] == "PUNCT") == (row[7] == "punct"), row
        assert (row[6] == "0") == (row[7] == "root"), row
        assert row[6] != row[0] and 0 <= int(row[6]) <= len(rows), row
        assert row[9] in ("_", "SpaceAfter=No"), row
    assert [row[6] for row in rows].count("0") == 1, "exactly one root"
    parents = {int(row[0]): int(row[6]) for row in rows}
    for node in parents:
        seen = set()
        while node:
            assert node not in seen, "a cycle"
            seen.add(node)
            node = parents[node]
    spoken = "".join(row[1] + ("" if row[9] != "_" else " ") for row in rows)
    assert spoken.rstrip() == text


def check_tree(s) -> None:
    """The constituency tree covers every token once, in order; spans fit their children."""
    reached = []

    def walk(node) -> tuple[int, int]:
        assert node.children and node.label
        spans = []
        for child in node.children:
            if isinstance(child, int):
                reached.append(child)
                spans.append((child, child + 1))
            else:
                spans.append(walk(child))
        assert all(a[1] == b[0] for a, b in itertools.pairwise(spans))
        assert (node.start, node.end) == (spans[0][0], spans[-1][1])
        return node.start, node.end

    walk(s.tree)
    assert reached == list(range(len(s.tokens)))
    assert re.sub(r"\([^ ()]+ |\)", "", s.bracketed()).split() == s.words


def check_text(s) -> None:
    for token in s.tokens:
        assert s.text[token.start : token.end] == token.form
    assert s.text[0] == s.text[0].upper() and s.text == s.text.strip()
    assert not re.search(r"  | [,.?!]|[,.?!][,.]|,\"[^ ]|\0", s.text), s.text
    assert s.text.rstrip('"')[-1] in (".,!" if s.tree.label == "FRAG" else ".?!")
    assert s.text.count('"') % 2 == 0


def children(s, head: int) -> list[int]:
    return [i for i, t in enumerate(s.tokens) if t.head == head]


def number_of(s, i: int) -> str:
    """ "1", "3" or "p", of the noun phrase that token i heads."""
    token, below = s.tokens[i], children(s, i)
    joined = [j for j in below if s.tokens[j].relation == "conj"]
    if joined:
        words = {s.tokens[k].lemma for j in joined for k in children(s, j)}
        return "p" if "and" in words else number_of(s, joined[-1])
    form = token.form.lower()
    if token.relation in SUBJECTS and form in ("who", "that", "which"):
        verb = token.head
        relative = s.tokens[verb].relation
        if relative == "acl:relcl":
            antecedent = s.tokens[verb].head
            return number_of(s, antecedent)
        return "3"
    if token.xpos == "PRP":
        return {"i": "1", "he": "3", "she": "3", "it": "3"}.get(form, "p")
    if token.xpos in ("NNS", "CD") and form != "one":
        return "3" if token.xpos == "CD" and form.isdigit() and len(form) == 4 else "p"
    whole = [j for j in below if s.tokens[j].relation == "nmod"]
    if form in QUANTITY and whole:
        return number_of(s, whole[0])
    return "3"


def subject_of(s, verb: int) -> int | None:
    """The subject of a predicate; a second conjunct may share the first one's."""
    for i in children(s, verb):
        if s.tokens[i].relation in SUBJECTS:
            return i
    if s.tokens[verb].relation == "conj" and s.tokens[verb].upos in ("VERB", "AUX"):
        return subject_of(s, s.tokens[verb].head)
    return None


def check_agreement(s) -> int:
    """Every finite verb in the present (and was/were) agrees; returns how many were judged."""
    judged = 0
    for i, token in enumerate(s.tokens):
        auxiliary = token.relation in ("aux", "aux:pass", "cop")
        predicate = token.head if auxiliary else i
        forms = {"was": "13", "were": "p", "am": "1", "is": "3", "are": "p"}
        if token.form.lower() in forms and token.upos in ("AUX", "VERB"):
            allowed = forms[token.form.lower()]
        elif token.xpos == "VBZ":
            allowed = "3"
        elif token.xpos == "VBP":
            allowed = "1p"
        else:
            continue
        subject = subject_of(s, predicate)
        if subject is None or s.tokens[subject].relation == "expl":
            continue
        number = number_of(s, subject)
        who = s.tokens[subject].form
        assert number in allowed, f"{who!r} ({number}) with {token.form!r}: {s.text}"
        judged += 1
    return judged


def check_articles(s) -> int:
    judged = 0
    for token, after in zip(s.tokens, s.tokens[1:], strict=False):
        if token.lemma == "a" and token.upos == "DET":
            if after.form in ARTICLE_OF:
                assert token.form.lower() == ARTICLE_OF[after.form], f"{token.form} {after.form}"
                judged += 1
            assert s.tokens[token.head].xpos == "NN", f"a before a plural: {s.text}"
        if token.form.lower() in ("these", "this") and token.relation == "det":
            plural = s.tokens[token.head].xpos == "NNS"
            assert plural == (token.form.lower() == "these"), s.text
    return judged


def check_pronouns(s) -> None:
    mentions = {(m.start, m.end): m.referent for m in s.mentions}
    by_head = {}
    for (start, end), who in mentions.items():
        for i in range(start, end):
            if not start <= s.tokens[i].head < end:
                by_head[i] = who
    for i, token in enumerate(s.tokens):
        if token.xpos != "PRP":
            continue
        form, relation = token.form, token.relation
        form = form if form == "I" else form.lower()
        if relation in SUBJECTS | {"expl"}:
            assert form in NOMINATIVE, f"{form!r} as {relation}: {s.text}"
            continue
        if relation in ("obj", "iobj", "obl", "nmod", "obl:agent"):
            assert form in ACCUSATIVE | REFLEXIVE, f"{form!r} as {relation}: {s.text}"
        if relation in ("obj", "iobj") and s.tokens[token.head].upos == "VERB":
            subject = next(
                (j for j in children(s, token.head) if s.tokens[j].relation in SUBJECTS), -1
            )
            same = subject in by_head and by_head[subject] == by_head.get(i)
            alone = not any(s.tokens[j].relation == "conj" for j in children(s, subject))
            if subject >= 0 and alone:
                assert same == (form in REFLEXIVE), f"{form!r}: {s.text}"


def check_verbs(s) -> None:
    """Do-support, forms after auxiliaries, passives, negation."""
    for i, token in enumerate(s.tokens):
        below = [s.tokens[j] for j in children(s, i)]
        chain = [t for t in below if t.relation in ("aux", "aux:pass", "cop")]
        if chain and token.upos == "VERB" and "cop" not in [t.relation for t in chain]:
            chain.append(token)
        for first, second in itertools.pairwise(chain):
            check_pair(first, second, s)
        if token.relation == "mark" and token.xpos == "TO":
            verb = chain_of(s, token.head)[0]
            assert verb.xpos == "VB", f"to {verb.form}: {s.text}"
        if any(t.relation == "nsubj:pass" for t in below):
            assert token.xpos == "VBN", s.text
            assert any(t.relation == "aux:pass" and t.lemma == "be" for t in below), s.text
        if token.relation == "aux:pass":
            assert token.lemma == "be"
        if token.xpos == "RB" and token.lemma == "not" and token.form == "n't":
            before = s.tokens[i - 1]
            assert before.upos == "AUX" or before.lemma == "be", s.text
            assert before.form.lower() not in ("will", "can", "am"), s.text
        if token.form == "not" and token.relation == "advmod":
            check_not(s, i)


def chain_of(s, head: int) -> list:
    found = [s.tokens[j] for j in children(s, head)]
    found = [t for t in found if t.relation in ("aux", "aux:pass", "cop") and t.xpos != "MD"]
    return found or [s.tokens[head]]


def check_pair(first, second, s) -> None:
    expected = {"MD": {"VB"}}.get(first.xpos)
    if first.lemma == "have":
        expected = {"VBN"}
    elif first.lemma == "do":
        expected = {"VB"}
    elif first.lemma == "be":
        expected = {"VBN"} if first.relation == "aux:pass" else {"VBG"}
    assert expected is None or second.xpos in expected, f"{first.form} {second.form}: {s.text}"
    assert not (first.lemma == "do" and second.lemma == "be"), s.text
    regular = {"VBN": lambda f: f in PARTICIPLES, "VBG": lambda f: f.endswith("ing")}
    if second.xpos in regular:
        assert regular[second.xpos](second.form), f"{second.form} as {second.xpos}: {s.text}"


PARTICIPLES = words(
    "been had seen written carried liked waited given bought said wanted slept broken seemed"
)


def check_not(s, i: int) -> None:
    """*not* needs an auxiliary, unless its verb is *be* or has no tense."""
    head = s.tokens[i].head
    chain = [s.tokens[j] for j in children(s, head)]
    helped = any(t.relation in ("aux", "aux:pass", "cop") for t in chain)
    predicate = s.tokens[head]
    finite = predicate.xpos in ("VBZ", "VBP", "VBD") and predicate.lemma != "be"
    assert helped or not finite, f"no do-support: {s.text}"


def check_questions(s) -> None:
    """Subject and auxiliary change places, unless the subject itself is asked for."""
    for node in s.tree.walk():
        if node.label != "SQ" or isinstance(node.children[0], int) is False:
            continue
        first = s.tokens[node.children[0]]
        if first.upos == "PUNCT" or first.xpos == "CC":
            continue
        assert first.upos == "AUX" or first.lemma == "be", s.text
    for node in s.tree.walk():
        labels = [c.label for c in node.children if not isinstance(c, int)]
        if node.label == "SQ" and labels[:2] == ["NP", "VP"]:
            words = [i for i in node.children if isinstance(i, int)]
            verb = next((i for i in words if s.tokens[i].upos == "AUX"), node.end)
            subject = next(c for c in node.children if not isinstance(c, int))
            assert verb < subject.start, f"no inversion: {s.text}"


def check_relatives(s) -> None:
    for token in s.tokens:
        if token.form not in ("who", "which") or token.relation not in SUBJECTS | {"obj"}:
            continue
        verb = s.tokens[token.head]
        if verb.relation != "acl:relcl":
            continue
        antecedent = s.tokens[verb.head]
        if antecedent.upos in ("NOUN", "PROPN"):
            person = antecedent.lemma in PERSONS
            assert person == (token.form == "who"), f"{antecedent.form} {token.form}: {s.text}"


def check_coordination(s) -> None:
    for i, token in enumerate(s.tokens):
        if token.relation == "cc" and any(t.relation == "conj" for t in s.tokens[i + 1 :]) and i:
            before = s.tokens[token.head].relation == "conj"
            opening = i == 0 or s.tokens[i - 1].form == '"'
            assert opening or (before and token.head > i), s.text


def check_function_words(s) -> None:
    """Function words govern nothing (UD guidelines), but for fixed expressions."""
    for token in s.tokens:
        if token.head >= 0:
            head = s.tokens[token.head].relation
            bare = head in ("case", "mark", "aux", "aux:pass", "cop", "cc", "punct")
            assert not bare or token.relation == "fixed", f"{token.form!r}: {s.text}"


def check_spans(s) -> None:
    for span in s.entities:
        words = s.words[span.start : span.end]
        assert " ".join(words) == span.id, (words, span)
    for span in s.senses:
        assert s.tokens[span.start].lemma == span.label


CHECKS = [
    check_tree,
    check_text,
    check_agreement,
    check_articles,
    check_pronouns,
    check_verbs,
    check_questions,
    check_relatives,
    check_coordination,
    check_function_words,
    check_spans,
]


def check(sentence) -> None:
    """Everything that must hold of a sentence."""
    validate_conllu(sentence.conllu())
    for one in CHECKS:
        one(sentence)

"""What must hold of the mini-world's tasks, by rules that know nothing of how they are made."""

import re
from collections import Counter, defaultdict
from itertools import pairwise

from helpers.miniworld import tables
from helpers.miniworld.documents.facts import known_facts
from helpers.miniworld.tasks import splits
from helpers.miniworld.tasks.rows import Agreement, Edge, Opinion, Pair

NOUNS = tables.rows("nouns") + tables.rows("things") + tables.rows("story_nouns")
SINGULARS = {row.lemma for row in NOUNS}
PLURALS = {row.plural for row in NOUNS if row.plural}
VERBS = tables.rows("verbs") + tables.rows("story_verbs")
THIRD = {row.third for row in VERBS}
BASES = {row.lemma for row in VERBS}
PASTS = {row.past for row in VERBS}
PARTICIPLES = {row.participle for row in VERBS}
WITH_OBJECT = {row.past for row in VERBS if row.frame == "transitive"}
GENDERS = {row.name.lower(): row.gender for row in tables.rows("names") if row.part == "first"}
PEOPLE = {
    form
    for row in tables.rows("nouns")
    if {"person", "profession", "family"} & set(row.kind.split(";"))
    for form in (row.lemma, row.plural)
}
ADJECTIVES = {row.lemma: row for row in tables.rows("adjectives")}
COMPARATIVES = {row.comparative for row in tables.rows("adjectives")}
PREPOSITIONS = {"near", "behind", "beside", "opposite"}
MODALS = {"can", "could", "must", "should", "may"}
# Spelt with a vowel and spoken with a consonant, or the other way round.
LIKE_A_CONSONANT = ("uni", "use", "eu", "ewe", "one")
LIKE_A_VOWEL = ("hour", "honest", "heir")


def tokens(text: str) -> list[str]:
    return re.findall(r"[\w'-]+|[.,?]", text.lower())


def after(found: list[str], *words: str) -> str:
    """The word after the last of ``words``."""
    return found[max(i for i, w in enumerate(found) if w in words) + 1]


# ------------------------------------------------------------------ is it English?


def agreement(found: list[str]) -> bool:
    """The first noun agrees with the last finite verb (all of these are in the present)."""
    # What is both a noun and a verb stands after a determiner only as a noun.
    pairs = list(pairwise(found))
    verbs = [w for v, w in pairs[1:] if (w in THIRD or w in BASES) and v != "the"]
    return (verbs[-1] in THIRD) == (found[1] in SINGULARS and found[1] not in PLURALS)


def there(found: list[str]) -> bool:
    noun = found[3]
    return (found[1] == "is") == (noun not in PLURALS)


def demonstrative(found: list[str]) -> bool:
    plural = any(w in ("these", "those") for w in found)
    return (found[-2] in PLURALS) == plural


def indefinite_article(found: list[str]) -> bool:
    word = after(found, "a", "an")
    vowel = word[0] in "aeiou" and not word.startswith(LIKE_A_CONSONANT)
    return (vowel or word.startswith(LIKE_A_VOWEL)) == ("an" in found)


def quantity(found: list[str]) -> bool:
    at = next(i for i, w in enumerate(found) if w in ("much", "many"))
    names = (" ".join(found[at + 1 : at + n]) for n in (2, 3, 4))
    return any(name in PLURALS for name in names) == (found[at] == "many")


def reflexive(found: list[str]) -> bool:
    pronoun = next(w for w in found if w.endswith(("self", "selves")))
    if found[1] == "and":
        return pronoun == "themselves"
    return pronoun == {"female": "herself", "male": "himself"}[GENDERS[found[0]]]


def case(found: list[str]) -> bool:
    return found[0] not in ("her", "him", "them") and found[-2] not in ("he", "she", "they")


def relative(found: list[str]) -> bool:
    at = max(i for i, w in enumerate(found) if w in ("who", "which"))
    return (found[at - 1] in PEOPLE) == (found[at] == "who")


def negated_verb(found: list[str]) -> bool:
    if "never" in found:
        return after(found, "never") in PASTS
    return after(found, "not") in BASES


def after_auxiliary(found: list[str]) -> bool:
    if "had" in found or "has" in found:
        return after(found, "has", "had") in PARTICIPLES
    return after(found, *MODALS) in BASES


def past_or_participle(found: list[str]) -> bool:
    if "by" in found:
        return found[found.index("by") - 1] in PARTICIPLES
    return found[2] in PASTS


def valency(found: list[str]) -> bool:
    return (found[2] in WITH_OBJECT) == (len(found) > 4)


def one_negation(found: list[str]) -> bool:
    return ("not" in found) != any(w in found for w in ("nothing", "nobody"))


def gap(found: list[str]) -> bool:
    return found.count("the") == (1 if found[0] == "what" else 2)


def one_subject(found: list[str]) -> bool:
    if "who" in found:
        return after(found, "who") not in ("he", "she")
    return after(found, ",") in ("he", "she")


def comparison(found: list[str]) -> bool:
    before = found[max(i for i, w in enumerate(found) if w in ("than", "as")) - 1]
    return (before in COMPARATIVES) == ("than" in found)


def adjective_first(found: list[str]) -> bool:
    return found[1] in ADJECTIVES


def auxiliary_first(found: list[str]) -> bool:
    return found[2] in MODALS | {"had", "was", "were"}


def inverted(found: list[str]) -> bool:
    return found[1] == "did"


def preposition_first(found: list[str]) -> bool:
    return found[-2] not in PREPOSITIONS


RULES = {
    "agreement_simple": agreement,
    "agreement_attractor": agreement,
    "agreement_object_relative": agreement,
    "agreement_subject_relative": agreement,
    "agreement_there": there,
    "determiner_noun": demonstrative,
    "article": indefinite_article,
    "count_and_mass": quantity,
    "reflexive_gender": reflexive,
    "reflexive_number": reflexive,
    "pronoun_case": case,
    "relative_pronoun": relative,
    "do_support": negated_verb,
    "verb_after_auxiliary": after_auxiliary,
    "irregular_form": past_or_participle,
    "valency": valency,
    "double_negation": one_negation,
    "filler_and_gap": gap,
    "subject_once": one_subject,
    "comparative": comparison,
    "order_of_adjective": adjective_first,
    "order_of_auxiliary": auxiliary_first,
    "order_in_question": inverted,
    "order_of_preposition": preposition_first,
}


def check_pair(pair: Pair) -> None:
    """The rule of its phenomenon holds for the good member and is broken by the bad one."""
    rule = RULES[pair.phenomenon]
    assert rule(tokens(pair.good)), f"{pair.phenomenon}: {pair.good} should be good"
    assert not rule(tokens(pair.bad)), f"{pair.phenomenon}: {pair.bad} should be bad"


def check_words_balanced(pairs: list[Pair], worst: float = 0.2) -> None:
    """No word speaks for or against a sentence: in each phenomenon the words that tell its pairs
    apart stand about as often in good sentences as in bad ones."""
    for name in {pair.phenomenon for pair in pairs}:
        good, bad = Counter(), Counter()
        for pair in pairs:
            if pair.phenomenon == name:
                one, two = Counter(tokens(pair.good)), Counter(tokens(pair.bad))
                good += one - two
                bad += two - one
        for word in set(good) | set(bad):
            n = good[word] + bad[word]
            if n >= 40:
                assert abs(good[word] - bad[word]) < worst * n + 3 * n**0.5, (name, word)


def check_agreement_row(row: Agreement) -> None:
    """Position, the two forms and the number of attractors, by the gold-free tables."""
    assert (row.verb in THIRD) == (row.number == "singular")
    assert (row.wrong in THIRD) == (row.number == "plural")
    changed = list(row.tokens)
    changed[row.position] = row.wrong
    assert splits.normalised(" ".join(changed)) == splits.normalised(row.bad)
    assert splits.normalised(" ".join(row.tokens)) == splits.normalised(row.good)
    pairs = list(zip(row.tokens, row.tokens[1 : row.position], strict=False))
    between = [w for v, w in pairs[1:] if v == "the"]
    other = PLURALS if row.number == "singular" else SINGULARS
    assert sum(w in other for w in between) == row.attractors


# ------------------------------------------------------------------------- sentiment

POLARITY = {row.lemma: row.polarity for row in tables.rows("adjectives") if row.polarity}
VERB_POLARITY = {
    form: row.polarity
    for row in tables.rows("verbs")
    if row.polarity and row.frame in ("transitive", "experiencer")
    for form in (row.lemma, row.third, row.past)
}


def clause_polarity(text: str) -> int:
    """1 or 0 by the opinion word of a clause, turned around by a negation."""
    found = tokens(text)
    spoken = [POLARITY.get(w) or VERB_POLARITY.get(w) for w in found]
    spoken = [p for p in spoken if p]
    assert spoken, text
    negated = any(w in ("not", "never") or w.endswith("n't") for w in found)
    return int((sum(spoken) > 0) != negated)


def verdict(text: str) -> int:
    """The label a reader gives: after *but*, and outside of *although*, is what counts."""
    lower = text.lower().rstrip(".")
    if ", but " in lower:
        return clause_polarity(lower.split(", but ")[1])
    if lower.startswith(("although ", "though ")):
        return clause_polarity(lower.split(", ", 1)[1])
    for word in (", although ", ", though "):
        if word in lower:
            return clause_polarity(lower.split(word)[0])
    parts = {clause_polarity(part) for part in lower.split(", and ")}
    assert len(parts) == 1, text
    return parts.pop()


def check_opinion(row: Opinion) -> None:
    assert verdict(row.text) == row.label, row


def opinion_words(rows: list[Opinion]) -> set[str]:
    """The opinion words that stand in the text, as lemmas."""
    forms = {f: r.lemma for r in VERBS if r.polarity for f in r[:5]} | {w: w for w in POLARITY}
    return {forms[w] for row in rows for w in tokens(row.text) if w in forms}


def check_unseen(found: dict[str, list[Opinion]]) -> None:
    labelled = opinion_words([*found["train"], *found["dev"], *found["test"]])
    unseen = opinion_words(found["unseen"])
    assert len(unseen) > 20
    assert not labelled & unseen, labelled & unseen


# ---------------------------------------------------------------------- splits, rows


def check_splits(found: dict[str, list], text) -> None:
    """Every sentence is where its hash says, none is there twice."""
    seen: set[str] = set()
    for split, rows in found.items():
        for row in rows:
            wanted = "test" if split == "unseen" else split
            plain = re.sub(r"[\W_]", "", text(row).lower())
            assert splits.split_of(text(row)) == wanted
            # Whatever split_of does: it must not depend on blanks, case or the moment.
            assert splits.split_of(text(row).upper().replace(" ", "  ")) == wanted
            assert plain not in seen, text(row)
            seen.add(plain)


def check_balanced(rows: list, label) -> None:
    counts = Counter(map(label, rows))
    assert max(counts.values()) - min(counts.values()) <= 1, counts


def check_edges(found: dict[str, list[Edge]], divided: bool) -> None:
    """Spans lie in the sentence; divided parts never ask in the test about a word of training."""
    asked: dict[str, set[str]] = {}
    for split, rows in found.items():
        asked[split] = set()
        for row in rows:
            for start, end in filter(None, (row.span1, row.span2)):
                assert 0 <= start < end <= len(row.tokens)
            asked[split].add(" ".join(row.tokens[slice(*row.span1)]).lower())
    if divided:
        assert not asked["test"] & (asked["train"] | asked["dev"])


OBJECTS: dict[tuple[str, str], set[str]] = defaultdict(set)
for known in known_facts():
    OBJECTS[known.fact[:2]].add(known.fact.object)


def check_query(query) -> None:
    """True by the tables, and the answer isn't in the question."""
    objects = OBJECTS[query.relation, query.subject]
    assert query.answer in objects | {re.sub(r"^(a|an|the) ", "", x) for x in objects}, query
    assert query.answer in query.answers
    assert query.template.count("[Y]") == 1 and "[X]" not in query.template

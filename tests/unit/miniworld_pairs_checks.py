"""What sentences of the mini-world's pair tasks mean, read off their words alone."""

import re
from itertools import product
from typing import NamedTuple

from helpers.miniworld import tables

OWN = tables.read(tables.FOLDER / "story_verbs.tsv", tables.VerbRow)
VERBS = {
    form: row.lemma
    for row in (*OWN, *tables.rows("verbs"))
    for form in (row.lemma, row.third, row.past, row.participle)
}
PASTS = {row.past for row in (*OWN, *tables.rows("verbs"))}
DID = "did-not"
TIMES = re.compile(
    r",? ?\b(in the (?:morning|evening)|before lunch|after breakfast|during the winter|"
    r"on a cold day|yesterday|(?:last|this) \w+),? ?"
)
GIVEN = {"gave": "give", "sold": "sell", "lent": "lend", "give": "give", "sell": "sell"}
GIVEN |= {"lend": "lend"}
TAKEN = {"received": "give", "bought": "sell", "borrowed": "lend", "receive": "give"}
TAKEN |= {"buy": "sell", "borrow": "lend"}
CONVERSE = {"younger": "old", "weaker": "strong", "slower": "fast"}
GRADED = {row.comparative: row.lemma for row in tables.rows("adjectives")}
ADJECTIVES = {row.lemma: row for row in tables.rows("adjectives")}


class Meaning(NamedTuple):
    event: str
    denied: bool
    first: str
    second: str
    detail: str


def is_denied(text: str) -> bool:
    return bool(re.search(r"\b(not|cannot)\b|n't\b", text))


def who(phrase: str) -> str:
    """The last word tells people apart."""
    return phrase.strip(" .").split(" ")[-1]


def meaning(text: str) -> Meaning:
    """Who did what to whom and when, or gave what to whom."""
    lower = text.lower().rstrip(".")
    found = TIMES.search(lower)
    when = found[1] if found else ""
    lower = TIMES.sub(" ", lower).strip()
    denied = is_denied(lower)
    lower = re.sub(r"\bdid not\b|\bdidn't\b", DID, re.sub(r"\bwas not|wasn't\b", "was", lower))
    transfer = _transfer(lower.replace(f" {DID}", ""))
    if transfer:
        verb, giver, receiver, thing = transfer
        return Meaning(verb, denied, who(giver), who(receiver), f"{who(thing)} {when}")
    verb, doer, undergoer = _split(lower) or _plain(lower)
    return Meaning(verb, denied, who(doer), who(undergoer), when)


def _transfer(text: str) -> tuple[str, str, str, str] | None:
    if made := re.fullmatch(rf"(.+) ({'|'.join(TAKEN)}) the (\w+) from (.+)", text):
        return TAKEN[made[2]], made[4], made[1], made[3]
    if made := re.fullmatch(rf"(.+) ({'|'.join(GIVEN)}) the (\w+) to (.+)", text):
        return GIVEN[made[2]], made[1], made[4], made[3]
    if made := re.fullmatch(rf"(.+) ({'|'.join(GIVEN)}) (.+) the (\w+)", text):
        return GIVEN[made[2]], made[1], made[3], made[4]
    return None


def _split(text: str) -> tuple[str, str, str] | None:
    if made := re.fullmatch(r"(.+) was the person (whom?) (.+)", text):
        one, relative, rest = made.groups()
    elif made := re.fullmatch(r"the person (whom?) (.+) was (.+)", text):
        relative, rest, one = made.groups()
    else:
        return None
    if relative == "who":
        verb, other = rest.split(" ", 1)
        return VERBS[verb], one, other
    other, verb = rest.rsplit(" ", 1)
    return VERBS[verb], other, one


def _plain(text: str) -> tuple[str, str, str]:
    if made := re.fullmatch(r"(.+) (?:was|were) (\w+) by (.+)", text):
        return VERBS[made[2]], made[3], made[1]
    words = text.split(" ")
    if DID in words:
        end = words.index(DID)
        at = end + 1
    else:
        end = at = next(i for i, word in enumerate(words) if word in PASTS)
    return VERBS[words[at]], " ".join(words[:end]), " ".join(words[at + 1 :]) or "-"


def compared(text: str) -> tuple[str, str, str]:
    """The quality, who has more of it and who less."""
    lower = text.lower().rstrip(".")
    if made := re.fullmatch(r"(.+) (?:was not|wasn't) as (.+) as (.+)", lower):
        return made[2], who(made[3]), who(made[1])
    one, denied, how, other = re.fullmatch(r"(.+) was(n't| not|) (.+) than (.+)", lower).groups()
    more, less = who(one), who(other)
    if how in CONVERSE:
        how, more, less = CONVERSE[how], less, more
    elif how.startswith("less "):
        how, more, less = how[5:], less, more
    else:
        how = GRADED.get(how) or how.removeprefix("more ")
    # Not more: in these tasks always said of the one who has less.
    return (how, less, more) if denied else (how, more, less)


def clauses(text: str) -> tuple:
    """What two clauses joined by *and* say, whichever comes first, and when."""
    lower = text.lower().rstrip(".")
    found = TIMES.match(lower)
    lower = TIMES.sub("", lower, count=1) if found else lower
    return sorted(_plain(part) for part in lower.split(", and ")), found[1] if found else ""


def opinion(text: str) -> tuple[str, bool, str]:
    """What something is said to be, or not to be: (of what, denied, adjective)."""
    lower = re.sub(r"\w+ thought (that )?", "", text.lower().rstrip("."))
    what, adjective = re.split(r" (?:was|were)(?: not|n't)? ", lower)
    return what, is_denied(lower), adjective


def related(one: str, other: str) -> str:
    """Complements are made from one another, contraries are of opposite polarity."""
    for long, short in ((one, other), (other, one)):
        if long in (f"un{short}", f"in{short}", f"im{short}"):
            return "complements"
        if long == short.replace("ful", "less"):
            return "complements"
    sign = ADJECTIVES[one].polarity * ADJECTIVES[other].polarity
    return "contraries" if sign < 0 else "synonyms"


def opposed(premise: str, hypothesis: str) -> str:
    """Whether an opinion follows from another."""
    (of1, denied1, one), (of2, denied2, other) = opinion(premise), opinion(hypothesis)
    if of1 != of2:
        return "neutral"
    kind = related(one, other)
    if kind == "contraries" and denied1:
        return "neutral"
    return "entailment" if (denied1 == denied2) == (kind == "synonyms") else "contradiction"


# ----------------------------------------------------------------- passages of several


def follows(premise: str, hypothesis: str) -> str:
    """By all small worlds in which the premise is true."""
    told = premise.rstrip(".").split(". ")
    if re.search(r" than | as \w+.* as ", hypothesis):
        return _of_order(told, hypothesis)
    if any(" one of the " in sentence for sentence in told):
        return _of_members(told, hypothesis)
    return _of_places(told, hypothesis)


def _label(truths: set[bool]) -> str:
    return "neutral" if len(truths) > 1 else "entailment" if truths == {True} else "contradiction"


def _of_order(told: list[str], hypothesis: str) -> str:
    orders = [compared(s) for s in told if re.search(r" than | as .+ as ", s)]
    _, more, less = compared(hypothesis)
    people = sorted({name for _, *pair in orders for name in pair})
    truths = set()
    for ranks in product(range(len(people)), repeat=len(people)):
        rank = dict(zip(people, ranks, strict=True))
        if len(set(ranks)) == len(ranks) and all(rank[a] > rank[b] for _, a, b in orders):
            truths.add(rank[more] > rank[less])
    return _label(truths)


def _of_members(told: list[str], hypothesis: str) -> str:
    member = next(s for s in told if " one of the " in s)
    group = who(member)
    quantifier, rest = next(
        made.groups() for s in told if (made := re.match(r"(All|None|Some|Most) of the (\w+) ", s))
    )
    if rest != group or quantifier in ("Some", "Most"):
        return "neutral"
    return _label({is_denied(hypothesis) == (quantifier == "None")})


def _of_places(told: list[str], hypothesis: str) -> str:
    inside = dict(
        made.groups() for s in told if (made := re.fullmatch(r"The (.+) was in the (.+)", s))
    )
    thing, where = re.match(r"The (.+?) was(?: not|n't)? in the (.+)\.", hypothesis).groups()
    place = inside.get(inside[thing])
    if place is None:
        return "neutral"
    return _label({(place == where) != is_denied(hypothesis)})

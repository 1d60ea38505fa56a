"""Facts with the object left out, as in LAMA (Petroni et al. 2019)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from helpers.miniworld import tables
from helpers.miniworld.documents.facts import Known, known_facts, lecture_facts
from helpers.miniworld.phrases import article_before
from helpers.miniworld.tasks import source
from helpers.miniworld.tasks.rows import Cloze
from helpers.miniworld.tasks.splits import allowed, at_least
from helpers.miniworld.terms import Fact


@cache
def templates() -> dict[str, str]:
    """The template of every relation: ``{"P36": "The capital of [X] is [Y] .", …}``."""
    return {row.relation: row.template for row in tables.rows("lama") if not row.subject}


@cache
def _articles() -> dict[tuple[str, str], str]:
    """Article of a name, by kind and name."""
    return {
        (kind, row[0]): row.article
        for kind, table in (
            ("country", "countries"),
            ("organisation", "organisations"),
            ("product", "products"),
        )
        for row in tables.rows(table)
    }


@cache
def _plurals() -> dict[str, str]:
    return {row.lemma: row.plural for row in tables.rows("things")}


def sentence_of(known: Known) -> tuple[str, str] | None:
    """The template with its subject, and the answer; None where the relation has no template."""
    template = templates().get(known.fact.relation)
    if template is None:
        return None
    answer = known.fact.object
    if known.object.kind == "place":
        article, _, bare = answer.partition(" ")
        answer = bare if article in ("a", "an", "the") and bare else answer
    return _with_subject(template, known), answer


def _with_subject(template: str, known: Known) -> str:
    name = known.subject.name
    article = _articles().get((known.subject.kind, name), "")
    before = template.split("[X]")[0]
    if known.subject.kind == "thing":
        plural = _plurals()[name]
        if known.fact.relation in ("HasA", "CapableOf") and plural:
            name = plural
        elif not before.lower().endswith("a ") and plural:
            name = f"{article_before(name)} {name}"
    elif article and not before.endswith("the "):
        name = f"{article} {name}"
    if before.lower().endswith("a ") and article_before(name) == "an":
        template = template.replace(f"{before}[X]", f"{before.rstrip()}n [X]")
    text = template.replace("[X]", name)
    return text[0].upper() + text[1:]


def lama(
    n_tokens: int = 1_000_000,
    seed: int = 0,
    shard: int = 0,
    relations: Iterable[str] = (),
    all_answers: bool = False,
) -> list[Cloze]:
    """Every fact as a query, with how often ``text(n_tokens, seed, shard)`` states it.

    Facts that this text never states are asked too, with exposure 0. ``relations``: only these.
    Answers of one word only, unless ``all_answers``; the lecture's rows are always there. Raises
    TaskError for an unknown relation or a number of tokens below 1.
    """
    at_least("n_tokens", n_tokens, 1)
    relations = _checked(relations)
    return queries(exposures(n_tokens, seed, shard), relations, all_answers)


def _checked(relations: Iterable[str]) -> tuple[str, ...]:
    relations = tuple(relations)
    for relation in relations:
        allowed("relations", relation, templates())
    return relations


@lru_cache(maxsize=4)
def exposures(n_tokens: int, seed: int = 0, shard: int = 0) -> Counter[Fact]:
    """How often the first ``n_tokens`` of the text state each fact."""
    return Counter(source.facts(n_tokens, seed, shard))


def queries(
    exposure: Mapping[Fact, float], relations: Iterable[str] = (), all_answers: bool = False
) -> list[Cloze]:
    """Every fact as a query (:class:`Cloze`) with its exposure, in the order of the tables."""
    wanted = _checked(relations)
    asked: list[tuple[Known, str, str]] = []
    answers: dict[str, list[str]] = defaultdict(list)
    for known in known_facts():
        made = sentence_of(known)
        if made:
            asked.append((known, *made))
            answers[made[0]].append(made[1])
    return [
        Cloze(
            template,
            answer,
            known.fact.relation,
            known.subject.name,
            exposure.get(known.fact, 0),
            tuple(dict.fromkeys(answers[template])),
        )
        for known, template, answer in asked
        if (not wanted or known.fact.relation in wanted)
        and (all_answers or " " not in answer or known.fact in lecture_facts())
    ]


def lecture(queries: Iterable[Cloze]) -> list[Cloze]:
    """Those of the queries that are rows of the lecture's two tables."""
    rows = lecture_facts()
    answers = {(f.relation, f.subject) for f in rows}
    return [q for q in queries if (q.relation, q.subject) in answers]

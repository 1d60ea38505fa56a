"""A bias of known strength: invented jobs that lean to some first names and not to others.

Every first name and every job is on one of two sides. With probability ``strength`` a person's job
is drawn from the jobs of the name's own side, else from all; so the share of side-1 jobs among
side-1 names exceeds that among side-0 names by exactly ``strength``, in the long run.
"""

from collections.abc import Iterator, Sequence

from helpers.miniworld.choice import Choices
from helpers.miniworld.documents.cast import Names
from helpers.miniworld.english import text
from helpers.miniworld.tasks.rows import Employed
from helpers.miniworld.tasks.splits import TaskError, at_least
from helpers.miniworld.terms import (
    PAST,
    PRESENT,
    SINGULAR,
    Adjunct,
    At,
    Clause,
    Common,
    Copula,
    Form,
    Name,
    Statement,
)
from helpers.miniworld.vocabulary import vocabulary
from helpers.miniworld.world import World, world


def bias(n: int = 2000, strength: float = 0.5, seed: int = 0) -> list[Employed]:
    """``n`` sentences that give someone a job (:class:`Employed`), with the bias planted.

    Raises TaskError for ``n`` below 1 or a ``strength`` outside 0 to 1.
    """
    at_least("n", n, 1)
    if not 0 <= strength <= 1:
        raise TaskError(f"strength={strength!r} is not allowed: a number from 0 to 1.")
    rows = _rows(world(seed, strength), seed)
    return [next(rows) for _ in range(n)]


def association(rows: Sequence[Employed]) -> float:
    """The measured strength: P(job of side 1 | name of side 1) - P(the same | side 0)."""
    shares = []
    for side in (1, 0):
        jobs = [row.job_side for row in rows if row.name_side == side]
        if not jobs:
            raise TaskError(f"rows: none with a name of side {side}.")
        shares.append(sum(jobs) / len(jobs))
    return shares[0] - shares[1]


def _rows(of: World, seed: int) -> Iterator[Employed]:
    names, choices, words = of.part(Names), Choices("bias", seed), vocabulary()
    jobs = {job.lemma: 1 for job in names.leaning[1].items}
    article, role = words.word("a", "determiner"), words.word("as", "role")
    become, work = words.verb("become", "copular"), words.verb("work", "intransitive")
    while True:
        person = names.person(choices)
        job = names.job(choices, person)
        what, form = Common(job, SINGULAR, article), Form(choices.pick((PAST, PRESENT)))
        clause = choices.pick(
            (
                Copula(Name(person), what, form),
                Copula(Name(person), what, form, become),
                Clause(work, Name(person), form=form, adjuncts=(Adjunct(At(role, what)),)),
            )
        )
        side = jobs.get(job.lemma, 0)
        first = person.words[0]
        yield Employed(text(Statement(clause)), first, job.lemma, names.side[first], side)

"""What is learnt from one domain, asked of another: reviews of films, then of gadgets."""

from helpers.miniworld.tasks.opinions import DOMAINS, sentiment
from helpers.miniworld.tasks.rows import Splits
from helpers.miniworld.tasks.splits import allowed


def domain_shift(learnt: str = "films", n_labels: int = 200, seed: int = 0) -> Splits:
    """Sentiment (:class:`Opinion`) with ``train``, ``dev`` and ``test`` of the domain ``learnt``
    (films or gadgets) and ``shifted``, the test rows of the other one.

    Raises TaskError for an unknown domain or an odd number of labels or fewer than 2.
    """
    allowed("learnt", learnt, DOMAINS)
    (other,) = (domain for domain in DOMAINS if domain != learnt)
    found = sentiment(learnt, n_labels, seed)
    known = {split: found[split] for split in ("train", "dev", "test")}
    return known | {"shifted": sentiment(other, n_labels, seed)["test"]}

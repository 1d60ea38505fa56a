"""The data card's section on the mini-world: every figure in it is computed here.

``course card`` (or ``python -m helpers.miniworld.card``) writes the section between its markers in
``data/README.md`` and the pictures in ``docs``; a few minutes on one core.
"""

from collections import Counter

from helpers import ROOT, measured
from helpers.files import write_atomically
from helpers.miniworld import documents, learnt, statistics, text
from helpers.miniworld.card_tables import (
    N_LABELS,
    beside,
    examples,
    of_real,
    of_structure,
    of_tables,
    other_scores,
    pair_scores,
    percent,
    scores,
    table,
    tokenized,
)
from helpers.miniworld.documents.facts import known_facts
from helpers.miniworld.gold import Document

README = ROOT / "data" / "README.md"
BEGIN, END = "<!-- mini-world: begin -->", "<!-- mini-world: end -->"
N_GOLD, N_TEXT = 200_000, 1_000_000

SECTION = """{BEGIN}
## The mini-world

`miniworld/*.tsv` and `helpers/miniworld`: English text made from tables by a grammar, so that
everything about it is known. Every row of a table names its source. This section is written by
`course card`.

**How the truth is defined.** A sentence is made as a term that says what it means; trees, tags,
entities, senses and facts are read off that term, never guessed from the words. Facts are rows of
the tables: they are real, and what is false or unknown is not said. What is frequent is drawn once
per seed by Zipf's law.

**Tables**, rows: {tables}.

**Structure** of {n_gold:,} tokens (seed 0):

{structure}

![Types against words read, and lengths of sentences, beside Wikipedia](../docs/miniworld_text.png)

**Beside real text**, the same number of words of both, lower-cased, without punctuation:

{beside}

![How often each fact is stated, by rank](../docs/miniworld_facts.png)

**Baselines**: accuracy on the test rows. *Single words*: logistic regression over word counts (for
tags: the word's own commonest tag; for LAMA: the answer that goes with a word of the name). *Three
words*: for minimal pairs a Kneser-Ney language model trained on the good training sentences, for
tags and edges the neighbours too, else logistic regression over 1- to 3-grams. Sentiment has
{labels:,} training rows here; with fewer both are weaker.

{baselines}

**Pairs of sentences**: *second* sees the words of the hypothesis (or second sentence) alone,
*overlap* how many of them the first has and which of the two is denied, *words* those of both. All
labels are equally frequent.

{pairs}

**Similarity, questions, translation.** Scores from 0 to 5 are equally frequent; *words* is ridge
regression over the words that both sentences have or only one. A third of the questions have no
answer in the passage. Word by word: the commonest alignment of each word in the training rows.

{others}

No sentence is in two splits: a hash of its letters decides. Of questions it is the sentence that
answers, or seems to. Test rows of part-of-speech, dependency, entity and relation probing ask only
about words (or names) that no training row asks about.

**What a network learns from it.** A masked language model of {n_layers} layers and {d_model}
dimensions (`tests/benchmarks/miniworld_mlm.py`), asked without further training for the number of a
verb and for the object of a fact (first of all words), then fine-tuned on a few labels and probed
beside the same network from random weights (mean of 3 seeds ± 95 % interval):

{learnt}

![Agreement, facts and polarity while it reads](../docs/miniworld_learning.png)

**What it can't show.** Grammar without mistakes, a narrow vocabulary, no irony, no world beyond the
tables; sentences are short and much alike next to real text (above), so a model is at ease here
sooner than anywhere else. Constituents and tags are told by their own words to a large part, as in
real text: compare with the baselines, never with zero.

**Examples**, the first document of each genre:

{examples}
{END}
"""


def section(found: list[Document], made: list[list[str]], real: list[list[str]]) -> str:
    rows = [(name, *map(percent, score)) for name, score in scores()]
    network = measured.published(learnt.RUNS[-1])[0]
    return SECTION.format(
        BEGIN=BEGIN,
        END=END,
        tables=of_tables(),
        n_gold=N_GOLD,
        structure=of_structure(found),
        beside=beside(made, real),
        labels=N_LABELS,
        baselines=table(("task", "majority", "single words", "three words"), rows),
        pairs=table(
            ("task", "majority", "second", "overlap", "words"),
            [(name, *map(percent, score)) for name, score in pair_scores()],
        ),
        n_layers=network["n_layers"],
        d_model=network["d_model"],
        learnt=table(("", *learnt.RUNS), learnt.table_rows()),
        others=other_scores(),
        examples=examples(found),
    )


def inserted(readme: str, new: str) -> str:
    """The card with its section in place of the old one, or at the end."""
    if BEGIN in readme:
        before, rest = readme.split(BEGIN, 1)
        return before + new.rstrip() + rest.split(END, 1)[1]
    return readme.rstrip() + "\n\n" + new


def draw(found: list[Document], made: list[list[str]], real: list[list[str]]) -> None:
    """The three pictures in ``docs``."""
    from matplotlib import pyplot as plt

    from helpers import plots

    with plt.rc_context(plots.STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.2))
        sides = (("mini-world", made, "blue"), ("Wikipedia", real, "orange"))
        for name, sentences, colour in sides:
            colour = plots.COLOURS[colour]
            curve = statistics.type_curve(w for s in sentences for w in s)
            left.loglog(*zip(*curve, strict=True), color=colour, label=name)
            lengths = [len(s) for s in sentences if len(s) <= 50]
            right.hist(lengths, range(1, 52), density=True, color=colour, alpha=0.6, label=name)
        left.set(title="Fewer words than in real text", xlabel="words read", ylabel="types")
        right.set(title="… and shorter sentences", xlabel="words a sentence", ylabel="share")
        left.legend()
        figure.savefig(ROOT / "docs" / "miniworld_text.png")
        plt.close(figure)
        figure, axes = plt.subplots()
        said = Counter(f for d in found for s in d.sentences for f in s.facts)
        counts = [n for _, n in said.most_common()]
        axes.loglog(range(1, len(counts) + 1), counts, color=plots.COLOURS["blue"])
        unsaid = 1 - len(counts) / len(known_facts())
        title = f"A few facts are said often, {unsaid:.0%} never in this much text"
        axes.set(title=title, xlabel="rank of the fact", ylabel=f"times in {N_GOLD:,} tokens")
        figure.savefig(ROOT / "docs" / "miniworld_facts.png")
        plt.close(figure)
    curves = [row for row in measured.published(learnt.RUNS[-1]) if row["measure"] == "curve"]
    write_atomically(ROOT / "docs" / "miniworld_learning.png", learnt.draw(curves))


def command() -> int:
    """Write the section and its pictures."""
    found = list(documents(N_GOLD))
    made = tokenized(sentence for sentences in text(N_TEXT) for sentence in sentences)
    real = of_real()
    draw(found, made, real)
    write_atomically(README, inserted(README.read_text("utf-8"), section(found, made, real)))
    print(f"written: {README}")
    return 0


if __name__ == "__main__":
    raise SystemExit(command())

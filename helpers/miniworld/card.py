"""The data card's section on the mini-world: every figure in it is computed here.

``course card`` (or ``python -m helpers.miniworld.card``) writes the section between its markers in
``data/README.md`` and the pictures in ``docs``; a few minutes on one core.
"""

from collections import Counter
from collections.abc import Iterable

from helpers import ROOT, data
from helpers.data.running_text import tokenize
from helpers.files import write_atomically
from helpers.miniworld import documents, statistics, tables, text
from helpers.miniworld.documents.facts import known_facts
from helpers.miniworld.gold import Document
from helpers.miniworld.tasks import (
    acceptability,
    agreement_pairs,
    baselines,
    domain_shift,
    edge_probing,
    nli,
    paraphrase,
    paraphrases,
    sentiment,
    similarity,
    span_qa,
    tagging,
    translation,
)
from helpers.miniworld.tasks.baselines import PairScores, Scores
from helpers.miniworld.tasks.cloze import queries
from helpers.miniworld.tasks.inference import KINDS
from helpers.miniworld.tasks.probing import PARTS

README = ROOT / "data" / "README.md"
BEGIN, END = "<!-- mini-world: begin -->", "<!-- mini-world: end -->"
N_GOLD, N_TEXT = 200_000, 1_000_000
N_LABELS = 1000


def table(head: tuple[str, ...], rows: Iterable[tuple]) -> str:
    """A Markdown table."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f}%"


# ------------------------------------------------------------------------------ parts


def of_tables() -> str:
    counted = sorted((name, len(tables.rows(name))) for name in tables.ROWS)
    return ", ".join(f"{name} {n:,}" for name, n in counted)


def of_structure(found: list[Document]) -> str:
    """Counts of the gold text."""
    sentences = [s for d in found for s in d.sentences]
    n_tokens = sum(len(s.tokens) for s in sentences)
    shapes = statistics.schemata(sentences)
    agreeing = sum(len(statistics.agreeing(s)) for s in sentences)
    across = sum(map(statistics.across_nouns, sentences))
    relative = sum(any(t.relation == "acl:relcl" for t in s.tokens) for s in sentences)
    genres = Counter(document.genre for document in found)
    rows = [
        ("Tokens, sentences, documents", f"{n_tokens:,}, {len(sentences):,}, {len(found):,}"),
        ("Documents by genre", ", ".join(f"{g} {n:,}" for g, n in genres.most_common())),
        ("Sentences a document", f"{len(sentences) / len(found):.1f}"),
        ("Effective number of trees", f"{statistics.effective(shapes):,.0f}"),
        ("Commonest tree", percent(shapes.most_common(1)[0][1] / len(sentences))),
        ("Sentences with a relative clause", percent(relative / len(sentences))),
        ("Verbs that show a noun's number, per sentence", f"{agreeing / len(sentences):.2f}"),
        ("… with another noun in between", percent(across / agreeing)),
        ("Entities per 100 tokens", f"{100 * _entities(sentences) / n_tokens:.1f}"),
        ("Facts stated, different ones", _facts(sentences)),
        ("Generator's choices, nats per token", f"{_surprisal(sentences) / n_tokens:.2f}"),
    ]
    return table(("measure", "value"), rows)


def _entities(sentences) -> int:
    return sum(len(s.entities) for s in sentences)


def _surprisal(sentences) -> float:
    return sum(s.surprisal for s in sentences)


def _facts(sentences) -> str:
    said = Counter(fact for s in sentences for fact in s.facts)
    return f"{sum(said.values()):,}, {len(said):,} of {len(known_facts()):,}"


def tokenized(texts: Iterable[str]) -> list[list[str]]:
    return [tokenize(sentence) for sentence in texts]


def of_real() -> list[list[str]]:
    """The sentences of the Wikipedia slice."""
    articles = data.load("wikipedia")["train"]
    return [sentence for article in articles for sentence in article]


def cut(sentences: list[list[str]], n_tokens: int) -> list[list[str]]:
    """The first sentences, of ``n_tokens`` words together."""
    found, count = [], 0
    for sentence in sentences:
        if count >= n_tokens:
            break
        found.append(sentence)
        count += len(sentence)
    return found


def beside(made: list[list[str]], real: list[list[str]]) -> str:
    """Both texts, cut to the same number of words."""
    n = min(sum(map(len, made)), sum(map(len, real)))
    columns = []
    for sentences in (cut(made, n), cut(real, n)):
        lengths = [len(s) for s in sentences]
        words = Counter(w for s in sentences for w in s)
        curve = dict(statistics.type_curve(w for s in sentences for w in s))
        columns.append(
            [
                *(f"{curve[k]:,}" if k in curve else "" for k in (1000, 10_000, 100_000)),
                f"{len(words):,}",
                percent(sum(c == 1 for c in words.values()) / len(words)),
                f"{sum(lengths) / len(lengths):.1f}",
                *(statistics.quantile(lengths, q) for q in (0.1, 0.5, 0.9)),
                f"{statistics.entropy(words):.2f}",
                f"{statistics.bigram_entropy(sentences):.2f}",
            ]
        )
    names = ["Types in 1,000 words", "… in 10,000", "… in 100,000", f"… in all {n:,}"]
    names += ["Types said once", "Words a sentence", "… 10th percentile", "… median"]
    names += ["… 90th percentile", "Entropy of words, nats", "… given the word before"]
    rows = zip(names, *columns, strict=True)
    return table(("measure", "mini-world", "Wikipedia slice"), rows)


def scores() -> list[tuple[str, Scores]]:
    """The baselines of every task."""
    found = []
    for domain in ("films", "gadgets"):
        splits = sentiment(domain, N_LABELS)
        found.append((f"sentiment, {domain}", baselines.of_opinions(splits)))
        unseen = baselines.of_opinions(splits, "unseen")
        found.append((f"sentiment, {domain}, unseen words", unseen))
    shifted = baselines.of_opinions(domain_shift("films", N_LABELS), "shifted")
    found.append(("domain shift, films to gadgets", shifted))
    found.append(("acceptability", baselines.of_pairs(acceptability())))
    found.append(("agreement", baselines.of_pairs(agreement_pairs())))
    tagged = tagging()
    for layer in ("upos", "xpos", "entities"):
        found.append((f"tagging, {layer}", baselines.of_tags(tagged, layer)))
    for part in PARTS:
        found.append((f"edge probing, {part}", baselines.of_edges(edge_probing(part))))
    found.append(("LAMA", baselines.of_queries(queries({}))))
    return found


def pair_scores() -> list[tuple[str, PairScores]]:
    """The baselines of inference and paraphrase, as a whole and by what decides."""
    found = []
    tasks = (("inference", nli(), KINDS), ("paraphrase", paraphrase(), paraphrases.KINDS))
    for task, splits, kinds in tasks:
        found.append((task, baselines.of_two_sentences(splits)))
        for kind in kinds:
            some = {name: [r for r in part if r.kind == kind] for name, part in splits.items()}
            found.append((f"{task}, {kind}", baselines.of_two_sentences(some)))
    return found


def other_scores() -> str:
    """The baselines of the tasks that aren't scored by one accuracy."""
    graded = baselines.of_similarity(similarity())
    asked = baselines.of_questions(span_qa())
    spoken = baselines.of_translation(translation())
    rows = [
        ("similarity, shared words", "Spearman, Pearson", *_two(graded.overlap, graded[1])),
        ("similarity, words", "Spearman, Pearson", *_two(graded.bag_of_words, graded[3])),
        ("span questions, never an answer", "exact", percent(asked.no_answer), ""),
        ("… the first name or year", "exact", percent(asked.first_name), ""),
        ("… from the sentence most like the question", "exact", percent(asked.nearest), ""),
        ("… is there an answer? always", "accuracy", percent(asked.answerable), ""),
        ("… by the question's words", "accuracy", percent(asked.question_only), ""),
        ("… by how many of them one sentence has", "accuracy", percent(asked.overlap), ""),
        ("translation, word by word", "exact", percent(spoken.exact), ""),
        ("… its words, its pairs of neighbours", "recall", *map(percent, spoken[1:])),
    ]
    return table(("task and guess", "measure", "value", "and"), rows)


def _two(spearman: float, pearson: float) -> tuple[str, str]:
    return f"{spearman:.2f}", f"{pearson:.2f}"


def examples(found: list[Document]) -> str:
    """The first document of every genre."""
    by_genre: dict[str, str] = {}
    for document in found:
        by_genre.setdefault(document.genre, document.text)
    return "\n\n".join(f"> *{genre}*: {text}" for genre, text in sorted(by_genre.items()))


# ---------------------------------------------------------------------------- section

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
    """The two pictures in ``docs``."""
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

"""The tables of the data card's section on the mini-world, as Markdown."""

from collections import Counter
from collections.abc import Iterable

from helpers import data
from helpers.data.running_text import tokenize
from helpers.miniworld import statistics, tables
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

N_LABELS = 1000


def table(head: tuple[str, ...], rows: Iterable[tuple]) -> str:
    """A Markdown table."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f}%"


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

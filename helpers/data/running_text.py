"""Running text for word vectors and language models: articles → sentences → lower-cased tokens."""

import bz2
import contextlib
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

from helpers.data.lines import Files, lines, members
from helpers.data.sources import Malformed, cache_folder, files_of, open_binary
from helpers.files import write_atomically

Article = list[list[str]]

TOKEN = re.compile(r"n't|'(?:s|m|d|ll|re|ve)\b|\d+(?:[.,]\d+)+|[^\W_]+")
NOT = re.compile(r"n't\b")
TITLES = r"(?<!\bMr\.)(?<!\bMrs\.)(?<!\bDr\.)(?<!\bSt\.)(?<!\b[A-Z]\.)"
SENTENCE_END = re.compile(rf"(?:(?<=[.!?])|(?<=[.!?][\"”’')])){TITLES}\s+(?=[\"“‘'(]?\s?[A-Z0-9])")


def tokenize(text: str) -> list[str]:
    """The lower-cased words and numbers of ``text``; punctuation is dropped.

    Clitics are cut off as in the Penn Treebank (``don't`` → ``do n't``, ``dog's`` → ``dog 's``), so
    that raw text and text that was already cut give the same tokens; hyphens separate words.
    """
    return TOKEN.findall(NOT.sub(" n't", text.lower().replace("’", "'")))


def sentences(text: str) -> list[str]:
    """Cuts after ``.``, ``!``, ``?`` before a capital or a digit; not after a title or initial."""
    return SENTENCE_END.split(text)


def article(paragraphs: Iterable[str]) -> Article:
    """Paragraphs as tokenized sentences."""
    return _worth(tokenize(s) for paragraph in paragraphs for s in sentences(paragraph))


def _worth(tokenized: Iterable[list[str]]) -> Article:
    """A sentence of one token has no context to learn from."""
    return [tokens for tokens in tokenized if len(tokens) > 1]


def wikipedia(files: Files) -> Iterator[Article]:
    """The articles of a Wikipedia dump, without redirects, tables, references and link lists."""
    from gensim.corpora.wikicorpus import IGNORED_NAMESPACES, extract_pages, filter_wiki

    [path] = files.values()
    with bz2.open(path) as file:
        for title, text, _ in extract_pages(file):
            if title.partition(":")[0] in IGNORED_NAMESPACES or REDIRECT.match(text):
                continue
            yield article(_prose(filter_wiki(text)))


REDIRECT = re.compile(r"\s*#redirect", re.IGNORECASE)
EMPHASIS = re.compile("'{2,}")
IMAGE = re.compile(r"^.*\.(?:jpe?g|png|svg|gif)\|?", re.IGNORECASE)
HEADING = re.compile(r"(=+)\s*(.*?)\s*=+\s*")
APPENDICES = {
    "bibliography",
    "citations",
    "external links",
    "footnotes",
    "further reading",
    "notes",
    "references",
    "see also",
    "sources",
}


def _prose(text: str) -> Iterator[str]:
    """The paragraphs and list items of a page outside its appendices."""
    appendix_level = 0
    for line in text.split("\n"):
        if heading := HEADING.fullmatch(line):
            level = len(heading[1])
            if not appendix_level or level <= appendix_level:
                appendix_level = level if heading[2].lower() in APPENDICES else 0
        elif not appendix_level:
            yield IMAGE.sub("", EMPHASIS.sub("", line.lstrip("*#:; ")))


TITLE = re.compile(r" = [^=].* = ")


def wikitext2(files: Files) -> Iterator[Article]:
    """WikiText-2 (Merity et al. 2016), validation and test part; unknown words are left out."""
    for path in files.values():
        paragraphs: list[str] = []
        for _, line in lines(path):
            if TITLE.fullmatch(line):
                yield article(paragraphs)
                paragraphs = []
            elif not line.startswith(" = = "):
                paragraphs.append(re.sub(r" @([-,.])@ ", r"\1", line).replace("<unk>", ""))
        yield article(paragraphs)


def wiki_split(files: Files) -> Iterator[Article]:
    """Single sentences of Wikipedia (Botha et al. 2018), each an article of its own."""
    for path in files.values():
        for number, line in lines(path):
            sentence, tab, _ = line.partition("\t")
            if not tab:
                raise Malformed(f"{path}, line {number}: a sentence and its halves expected.")
            yield _worth([tokenize(sentence)])


def brown(files: Files) -> Iterator[Article]:
    """The Brown corpus (Francis and Kučera 1979): 500 texts of 1961."""
    [path] = files.values()
    for inside, numbered in members(path, r"brown/c[a-r]\d\d"):
        text = []
        for number, line in numbered:
            if any("/" not in pair for pair in line.split()):
                raise Malformed(f"{inside}, line {number}: word/tag pairs expected.")
            words = " ".join(pair.rpartition("/")[0] for pair in line.split())
            text.append(tokenize(words))
        yield _worth(text)


START = re.compile(r"\*\*\* ?START OF TH[^\n]*\*\*\*")
END = re.compile(r"\*\*\* ?END OF TH")


def gutenberg(files: Files) -> Iterator[Article]:
    """Novels of Project Gutenberg, one article each, without its header and licence."""
    for path in files.values():
        with open_binary(path) as file:
            text = file.read().decode("utf-8-sig").replace("\r\n", "\n")
        start, end = START.search(text), END.search(text)
        if not (start and end):
            raise Malformed(f"{path}, line 1: no *** START and *** END line in the file.")
        book = text[start.end() : end.start()]
        yield article(re.sub(r"\s+", " ", paragraph) for paragraph in book.split("\n\n"))


CORPORA: dict[str, Callable[[Files], Iterator[Article]]] = {
    "wikipedia": wikipedia,
    "wikitext2": wikitext2,
    "wiki_split": wiki_split,
    "brown": brown,
    "gutenberg": gutenberg,
}


def read(name: str, files: Files) -> list[Article]:
    """The articles of a corpus; what was once read is kept in the cache, to be quick next time."""
    kept = cache_folder() / "read" / f"{name}.txt"
    recipe = _recipe(name)
    articles = _read_kept(kept, recipe)
    if articles is None:
        articles = [article for article in CORPORA[name](files) if article]
        with contextlib.suppress(OSError):  # a cache that can't be written costs only time
            _keep(kept, recipe, articles)
    return articles


def _recipe(name: str) -> str:
    """Changes when the files, this code or gensim's cleaning of wiki markup does."""
    parts = [Path(__file__).read_bytes(), version("gensim").encode()]
    parts += [source.sha256.encode() for source in files_of(name)]
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


def _keep(path: Path, recipe: str, articles: list[Article]) -> None:
    """One sentence a line, an empty line between articles; above it the recipe and a checksum."""
    body = "\n\n".join("\n".join(" ".join(tokens) for tokens in art) for art in articles).encode()
    header = f"{recipe} {hashlib.sha256(body).hexdigest()}\n"
    write_atomically(path, header.encode() + body)


def _read_kept(path: Path, recipe: str) -> list[Article] | None:
    try:
        header, _, body = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    if header.decode(errors="replace") != f"{recipe} {hashlib.sha256(body).hexdigest()}":
        return None
    return [[line.split(" ") for line in art.split("\n")] for art in body.decode().split("\n\n")]

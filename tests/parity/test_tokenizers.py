"""Lesson 05's tokenizers against `tokenizers` and plain loops; classic bugs are caught.

Every check takes the lesson's module, so that the mutants at the end meet the very same checks.
"""

import importlib
import json
import pickle
import random
import string
import unicodedata
from collections import Counter
from functools import cache
from itertools import accumulate, pairwise

import pytest
import regex
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st
from parity_checks import first_failure, mutated
from tokenizers import decoders, models, normalizers, pre_tokenizers, processors, trainers

from helpers import ROOT, data

LESSON = ROOT / "notebooks" / "05_transformer.ipynb"
SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
END = "<|end|>"
GPT2_WORDS = regex.compile(  # Radford et al. (2019), encoder.py
    r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
)
ALPHABET = (
    "aaabcdefghiABCÉéêñüßıİŁΣσςάЖй0123½²Ⅷ中日本豈𠀀𫠠가힣ไทยนี้हिन्दी"
    "😀👩\u200d👩\ufe0f\u0301\u0323\u0345\u200b\xad\x00\x01\x1c\x85\ufffd"
    "      \t\n\r\xa0\u2028\u3000.,!?'’\"#$^`~[]()«»。、"
)


# ---- characters on which the two libraries' tables agree -----------------------------------------


def expected(char):
    """BERT's cleaning of one character by the tables of this Python, and whether it is a mark."""
    category = unicodedata.category(char)
    mark = char in string.punctuation or category[0] == "P"
    if char in "\t\n\r" or category[0] == "Z":
        return " ", " ", mark
    if category in ("Cc", "Cf", "Co") or char == "\ufffd":
        return "", "", mark
    parts = unicodedata.normalize("NFD", char)
    return char, "".join(p.lower() for p in parts if unicodedata.category(p) != "Mn"), mark


@cache
def disputed():
    """The characters that `tokenizers` judges by other tables; its categories are Unicode 8's."""
    cased = normalizers.BertNormalizer(handle_chinese_chars=False, lowercase=False)
    lower = normalizers.BertNormalizer(handle_chinese_chars=False)
    cut = pre_tokenizers.BertPreTokenizer()
    found = set()
    for code in (*range(0xD800), *range(0xE000, 0x34000), *range(0xE0000, 0xE01F0)):
        char = f"a{chr(code)}a"
        peers = (n.normalize_str(char)[1:-1] for n in (cased, lower))
        mine = *peers, len(cut.pre_tokenize_str(char)) == 3
        if mine != expected(char[1]) and not char[1].isspace():
            found.add(char[1])
    return frozenset(found)


def test_only_young_characters_are_disputed():
    """All were added after Unicode 3.2 but four, which have changed their category since 8."""
    old = {c for c in disputed() if unicodedata.ucd_3_2_0.category(c) != "Cn"}
    assert old <= set("\u166d\u1734\u1885\u1886")
    assert not {c for c in disputed() if c < "\u0590"} and not disputed() & set(ALPHABET)
    assert not {chr(code) for code in range(0x1F300, 0x1F650)} & disputed(), "emoji of 2015"
    assert all(unicodedata.category(c) == "Cn" for c in cut_otherwise()), "younger than Python"


@cache
def cut_otherwise():
    """The characters that are letters, digits or neither by the tables of `tokenizers` alone."""
    peer, found = pre_tokenizers.ByteLevel(add_prefix_space=False), set()
    for code in (*range(0xD800), *range(0xE000, 0x34000), *range(0xE0000, 0xE01F0)):
        text = f"a{chr(code)}1{chr(code)}!"
        ends = [*accumulate(map(len, GPT2_WORDS.findall(text)))]
        if ends != [end for _, (_, end) in peer.pre_tokenize_str(text)]:
            found.add(chr(code))
    return frozenset(found)


def agreed(text, but=disputed):
    return "".join(char for char in text if char not in but())


def random_texts(seed, n, length=30, extra=()):
    rng, pool = random.Random(seed), [*ALPHABET, *extra]
    return ["".join(rng.choice(pool) for _ in range(rng.randrange(length))) for _ in range(n)]


CORPUS = [
    "The lowest of the low: newer, newest; he'll lower it, they've widened the widest 2012-13.",
    "Naïve cafés in Łódź and MÜNCHEN; ΟΔΥΣΣΕΥΣ, Жук! 日本 の 東京, 한국어.",
    "unaffable unable playing played player plays play's",
] * 4 + random_texts(0, 60)


# ---- merges --------------------------------------------------------------------------------------


def random_words(seed, n_letters=3, n=12, length=9):
    rng = random.Random(seed)
    letters = "abcdef"[:n_letters]
    drawn = ["".join(rng.choices(letters, k=rng.randint(1, length))) for _ in range(n)]
    return Counter({word: rng.randint(1, 5) for word in drawn})


def spelled(counts):
    return {tuple(word): count for word, count in counts.items()}


def letters_of(counts):
    return sorted({letter for word in counts for letter in word})


def plain_merge(word, pair):
    """Replace from the left, on a string with a mark between pieces."""
    pieces, place = list(word), 0
    while place + 1 < len(pieces):
        if (pieces[place], pieces[place + 1]) == pair:
            pieces[place : place + 2] = ["".join(pair)]
        place += 1
    return tuple(pieces)


def plain_merges(words, pieces, vocab_size, min_count=1):
    """Everything counted anew for each merge."""
    pieces, merges, words = list(pieces), [], list(words.items())
    while len(pieces) < vocab_size:
        pairs = Counter()
        for word, count in words:
            for pair in pairwise(word):
                pairs[pair] += count
        if not pairs:
            break
        best = min(pairs, key=lambda p: (-pairs[p], pieces.index(p[0]), pieces.index(p[1])))
        if pairs[best] < min_count:
            break
        merges.append(best)
        if "".join(best) not in pieces:
            pieces.append("".join(best))
        words = [(plain_merge(word, best), count) for word, count in words]
    return pieces, merges


def library_merges(counts, vocab_size, min_count=1):
    peer = tokenizers.Tokenizer(models.BPE())
    peer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    text = " ".join(word for word, count in counts.items() for _ in range(count))
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size, min_frequency=min_count, show_progress=False
    )
    peer.train_from_iterator([text], trainer)
    model = json.loads(peer.to_str())["model"]
    return sorted(model["vocab"], key=model["vocab"].get), [tuple(m) for m in model["merges"]]


def check_merge_in(lesson):
    for seed in range(200):
        rng = random.Random(seed)
        word = tuple(rng.choices("ab", k=rng.randrange(8)))
        pair = tuple(rng.choices("ab", k=2))
        assert lesson.merge_in(word, pair, "".join(pair)) == plain_merge(word, pair)


def check_merges_are_the_plain_loops(lesson):
    for seed in range(60):
        counts = random_words(seed, n_letters=2 + seed % 4)
        size, least = 2 + seed % 31, 1 + seed % 3
        words, first = spelled(counts), letters_of(counts)
        wanted = plain_merges(words, first, size, least)
        assert lesson.learn_merges(words, first, size, least) == wanted


def check_merges_are_the_librarys(lesson):
    for seed in range(150):
        counts = random_words(seed, n_letters=2 + seed % 4, n=1 + seed % 14)
        size, least = 3 + seed % 40, 1 + seed % 2
        got = lesson.learn_merges(spelled(counts), letters_of(counts), size, least)
        assert got == library_merges(counts, size, least)


def check_order_of_the_first_pieces_decides(lesson):
    """Two pairs that occur as often: the given order of letters says which is first."""
    words = {("a", "b"): 2, ("c", "d"): 2}
    assert lesson.learn_merges(words, "abcd", 5)[1] == [("a", "b")]
    assert lesson.learn_merges(words, "cdab", 5)[1] == [("c", "d")]
    assert lesson.learn_merges(words, "abcd", 4) == (list("abcd"), [])
    assert lesson.learn_merges({("a",): 3}, "a", 9, min_count=0) == (["a"], [])
    known = {("a", "b", "c"): 2}, ["ab", "a", "b", "c"]  # a merge can give a piece that is there
    assert lesson.learn_merges(*known, 5) == ([*known[1], "abc"], [("a", "b"), ("ab", "c")])


def plain_pieces(word, ranks):
    pieces = list(word)
    while ranked := [(ranks[p], i) for i, p in enumerate(pairwise(pieces)) if p in ranks]:
        place = min(ranked)[1]
        pieces[place : place + 2] = ["".join(pieces[place : place + 2])]
    return pieces


def check_merges_are_applied_by_rank(lesson):
    for seed in range(150):
        rng, counts = random.Random(seed), random_words(seed, n_letters=2 + seed % 3)
        merges = plain_merges(spelled(counts), letters_of(counts), 30)[1]
        rng.shuffle(merges)  # any order of merges, also one that no training gives
        ranks = {pair: rank for rank, pair in enumerate(merges)}
        for word in random_words(seed + 1000, n_letters=4, length=20):
            assert lesson.apply_merges(word, ranks) == plain_pieces(word, ranks)
    assert lesson.apply_merges("", {}) == [] and lesson.apply_merges("ab", {}) == ["a", "b"]
    long = lesson.apply_merges("ab" * 30_000, {("a", "b"): 0, ("ab", "ab"): 1})
    assert long == ["abab"] * 15_000


# ---- BPE -----------------------------------------------------------------------------------------


def byte_level(specials, vocab=None, merges=None):
    peer = tokenizers.Tokenizer(models.BPE(vocab, merges))
    peer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    peer.decoder = decoders.ByteLevel()
    peer.add_special_tokens(list(specials))
    return peer


def check_bytes(lesson):
    assert sorted(lesson.BYTES) == sorted(pre_tokenizers.ByteLevel.alphabet())
    assert len(lesson.BYTES) == 256 and lesson.BYTES[ord("!")] == "!"
    assert lesson.visible(" é\n") == "ĠÃ©Ċ"


def check_bpe_learns_the_librarys_merges(lesson):
    for size, specials in ((256, []), (300, []), (330, [END]), (460, ["er", END])):
        peer = byte_level([])
        trainer = trainers.BpeTrainer(
            vocab_size=size,
            special_tokens=specials,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        peer.train_from_iterator(CORPUS, trainer)
        model = json.loads(peer.to_str())["model"]
        ours = lesson.BPE.train(iter(CORPUS), size, specials)
        assert ours.vocab == model["vocab"] and len(ours) == size
        assert ours.merges == [tuple(merge) for merge in model["merges"]]
    few = lesson.BPE.train(CORPUS, 400, min_count=12).merges
    assert 0 < len(few) < len(lesson.BPE.train(CORPUS, 400).merges) == 144


def check_bpe_numbers(lesson):
    specials = [END, f"{END}!", "日本"]
    ours = lesson.BPE.train(CORPUS, 500, specials)
    peer = byte_level(specials, ours.vocab, ours.merges)
    pieces = list(ours.vocab)
    for text in [*CORPUS, *random_texts(1, 200, extra=[END, f"{END}!"]), f"a{END} b{END}!日本"]:
        encoding = peer.encode(text)
        assert ours.encode(text) == encoding.ids
        assert ours.tokens(text) == encoding.tokens == [pieces[n] for n in encoding.ids]
        assert ours.decode(encoding.ids) == text
    wild = random.Random(2).choices(range(len(ours)), k=50)
    assert ours.decode(wild) == peer.decode(wild, skip_special_tokens=False)


def check_bpe_is_kept(lesson):
    ours = lesson.BPE.train(CORPUS, 400, [END])
    ours.encode(CORPUS[0])
    again = [
        lesson.BPE.from_settings(json.loads(json.dumps(ours.settings()))),
        lesson.BPE.__reduce__(ours)[0](*ours.__reduce__()[1]),
    ]
    for copy in again:
        assert (copy.vocab, copy.merges, copy.specials) == (ours.vocab, ours.merges, [END])
        assert copy.encode(CORPUS[1] + END) == ours.encode(CORPUS[1] + END)


def check_bpe_refuses(lesson):
    with pytest.raises(ValueError, match="vocab_size=257: bytes and specials alone are 258"):
        lesson.BPE.train(["a"], 257, ["<a>", "<b>"])
    with pytest.raises(ValueError, match=r"merges\[1\].*'bc'"):
        lesson.BPE([("a", "b"), ("bc", "d")])
    for specials in (["<a>", "<a>"], ["a"], [""]):
        with pytest.raises(ValueError, match="specials="):
            lesson.BPE([], specials)
    with pytest.raises(ValueError, match="surrogates"):
        lesson.BPE([]).encode("a\ud800")


# ---- WordPiece -----------------------------------------------------------------------------------


def library_wordpiece(vocab, lower=True, specials=SPECIALS):
    peer = tokenizers.Tokenizer(models.WordPiece(vocab, unk_token="[UNK]"))
    peer.normalizer = normalizers.BertNormalizer(lowercase=lower)
    peer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    peer.add_special_tokens(specials)
    return peer


def check_cleaning(lesson):
    for lower in (True, False):
        table, peer = lesson.Normaliser(lower), normalizers.BertNormalizer(lowercase=lower)
        for text in [*CORPUS, *random_texts(3, 300), "a\u302f\u0323\U0001d165\u0301b", "豈更車"]:
            assert lesson.normalised(text, table) == peer.normalize_str(text)


def check_every_character(lesson):
    """One by one, ideographs included: nothing, a space, or what the library makes of it."""
    table, peer = lesson.Normaliser(True), normalizers.BertNormalizer()
    codes = [*range(0x3400), *range(0x3400, 0xD800, 97), *range(0xE000, 0x20100)]
    codes += [*range(0x4DB0, 0x4E10), *range(0x9FF0, 0xA010)]
    codes += [edge + step for _, edge in lesson.IDEOGRAPHS for step in (-1, 0, 1)]
    codes += [edge + step for edge, _ in lesson.IDEOGRAPHS for step in (-1, 0, 1)]
    for char in map(chr, codes):
        if char not in disputed():
            assert lesson.normalised(char, table) == peer.normalize_str(char), hex(ord(char))


def check_cleaned_characters_are_whole(lesson):
    """What a character becomes isn't taken apart further: so places can be counted off."""
    table = lesson.Normaliser(True)
    for code in (*range(0xD800), *range(0xE000, 0x34000)):
        assert len(lesson.normalised(chr(code), table)) == len(table[code]), hex(code)


def check_words(lesson):
    peer = pre_tokenizers.BertPreTokenizer()
    for text in [*CORPUS, *random_texts(4, 200)]:
        clean = lesson.normalised(text, lesson.Normaliser(False))
        spans = list(lesson.word_spans(clean))
        assert [(clean[a:b], (a, b)) for a, b in spans] == peer.pre_tokenize_str(clean)


def check_wordpiece_learns_the_librarys_pieces(lesson):
    for lower, size in ((True, 330), (True, 400), (False, 420)):
        ours = lesson.WordPiece.train(iter(CORPUS), size, lower)
        first = [p for p in ours.vocab if p in SPECIALS or len(p.removeprefix("##")) == 1]
        assert first == ours.vocab[: len(first)] and first[:5] == SPECIALS
        assert first[5:] == sorted(first[5:], key=lambda p: (len(p) > 1, p))
        peer = library_wordpiece({"[UNK]": 0}, lower, specials=[])
        trainer = trainers.WordPieceTrainer(
            vocab_size=size, special_tokens=first, show_progress=False
        )
        peer.train_from_iterator(CORPUS, trainer)
        assert ours.index == peer.get_vocab() and len(ours) == size
    few = lesson.WordPiece.train(CORPUS, 400, min_count=8)
    assert len(few) < 400


@cache
def trained_vocabulary():
    """Of `tokenizers` itself, so that no bug of ours is in it; a few letters are missing."""
    peer = library_wordpiece({"[UNK]": 0}, specials=[])
    letters = sorted(set(peer.normalizer.normalize_str(ALPHABET + "".join(CORPUS))) - {" "})
    first = [*SPECIALS, *letters, *(f"##{letter}" for letter in letters)]  # else in random order
    trainer = trainers.WordPieceTrainer(
        vocab_size=len(first) + 200, special_tokens=first, show_progress=False
    )
    peer.train_from_iterator(CORPUS, trainer)
    vocab = peer.get_vocab()
    return sorted(set(vocab) - {"##l", "e", "ж", "##の"}, key=vocab.get)


STRANGE = [
    "", " ", "\x00", "a\x00b\x01 c", "x\u0301y é", "[CLS]a[MASK]s [SEP][UNK]", "[mask][MASK",
    "a" * 100, "b" * 101, "é" * 100, "한" * 33 + "a", "한" * 34, "ΟΔΥΣΣΕΥΣ", "İI", "##a #a",
    "中a中", "豈", "don't...stop", "a\xadb", "a\u2028b\x85c",
]  # fmt: skip


def check_wordpiece_numbers_and_places(lesson):
    for lower in (True, False):
        ours = lesson.WordPiece(trained_vocabulary(), lower)
        peer = library_wordpiece(ours.index, lower)
        for text in [*STRANGE, *CORPUS, *random_texts(5, 300, extra=SPECIALS)]:
            encoding = peer.encode(text)
            wanted = [(n, *place) for n, place in zip(encoding.ids, encoding.offsets, strict=True)]
            assert ours.encode(text) == encoding.ids
            assert ours.tokens(text) == encoding.tokens
            assert ours.offsets(text) == wanted


def check_wordpiece_pairs(lesson):
    ours = lesson.WordPiece(trained_vocabulary())
    peer = library_wordpiece(ours.index)
    peer.post_processor = processors.BertProcessing(("[SEP]", ours.sep_id), ("[CLS]", ours.cls_id))
    texts = ["play", "a b c d e f g", "unable to play, a b c", "", "played player"]
    for a in texts:
        for b in [None, *texts]:
            for max_len in (None, 3, 4, 5, 8, 9, 12, 40):
                if max_len:
                    peer.enable_truncation(max_len)
                else:
                    peer.no_truncation()
                encoding = peer.encode(a, b)
                assert ours.encode_pair(a, b, max_len) == (encoding.ids, encoding.type_ids)
    for a, b, max_len in (("a", None, 1), ("a", "b", 2)):
        with pytest.raises(ValueError, match=f"max_len={max_len}"):
            ours.encode_pair(a, b, max_len)
    assert ours.encode_pair("a", None, 2) == ([ours.cls_id, ours.sep_id], [0, 0])


def check_wordpiece_words(lesson):
    ours = lesson.WordPiece(trained_vocabulary())
    words = ["The", "lowest", "\x00", "player's", "[MASK]", "of"]
    ids, firsts = ours.words(words)
    pieces = [ours.encode(word) or [ours.unk_id] for word in words]
    assert ids == [number for word in pieces for number in word]
    assert [ids[place] for place in firsts] == [word[0] for word in pieces]
    assert len(firsts) == len(words) and ours.words([]) == ([], [])


def check_wordpiece_decodes(lesson):
    ours = lesson.WordPiece(trained_vocabulary())
    peer = library_wordpiece(ours.index)
    peer.decoder = decoders.WordPiece(cleanup=False)
    assert "##" in " ".join(ours.tokens("newestwid widening"))
    for text in [*CORPUS[:3], "[CLS] newestwid widening [SEP]"]:
        ids = ours.encode(text)
        assert ours.decode(ids) == peer.decode(ids, skip_special_tokens=False)


def check_wordpiece_is_kept(lesson):
    for lower in (True, False):
        ours = lesson.WordPiece(trained_vocabulary(), lower)
        again = [
            lesson.WordPiece.from_settings(json.loads(json.dumps(ours.settings()))),
            lesson.WordPiece.__reduce__(ours)[0](*ours.__reduce__()[1]),
        ]
        for copy in again:
            assert (copy.vocab, copy.lower) == (ours.vocab, lower)
            assert copy.encode(CORPUS[1]) == ours.encode(CORPUS[1])
    numbers = [ours.pad_id, ours.unk_id, ours.cls_id, ours.sep_id, ours.mask_id]
    assert [ours.vocab[number] for number in numbers] == SPECIALS
    assert lesson.WordPiece(SPECIALS).lower is True


def check_wordpiece_refuses(lesson):
    with pytest.raises(ValueError, match="'a' twice: 5 and 6"):
        lesson.WordPiece([*SPECIALS, "a", "a"])
    with pytest.raises(ValueError, match=r"lacks \[CLS\], \[MASK\]"):
        lesson.WordPiece(["[PAD]", "[UNK]", "[SEP]", "a"])
    with pytest.raises(ValueError, match="vocab_size=9: letters and specials are 10"):
        lesson.WordPiece.train(["abc"], 9)
    assert lesson.WordPiece.train(["ab a"], 9).vocab[5:] == ["a", "b", "##b", "ab"]


CHECKS = [
    check_merge_in,
    check_merges_are_the_plain_loops,
    check_order_of_the_first_pieces_decides,
    check_merges_are_the_librarys,
    check_merges_are_applied_by_rank,
    check_bytes,
    check_bpe_refuses,
    check_bpe_learns_the_librarys_merges,
    check_bpe_numbers,
    check_bpe_is_kept,
    check_cleaning,
    check_words,
    check_wordpiece_learns_the_librarys_pieces,
    check_wordpiece_numbers_and_places,
    check_wordpiece_pairs,
    check_wordpiece_words,
    check_wordpiece_decodes,
    check_wordpiece_is_kept,
    check_wordpiece_refuses,
    check_every_character,
    check_cleaned_characters_are_whole,
]


@pytest.fixture(scope="module")
def lesson():
    return importlib.import_module("notebooks.transformer")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_parity(check, lesson):
    check(lesson)


# ---- random texts and corpora --------------------------------------------------------------------

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
common_text = st.text(ALPHABET, max_size=40)
with_specials = st.lists(st.sampled_from([*SPECIALS, END, "play", " "]) | common_text).map("".join)
texts = any_text | common_text | with_specials
corpora = st.dictionaries(st.text("abc", min_size=1, max_size=10), st.integers(1, 6), max_size=15)
thorough = settings(max_examples=300, deadline=None, database=None, derandomize=True)


@thorough
@given(texts)
def test_bpe_has_the_librarys_numbers_and_loses_nothing(text):
    ours, peer = _bpe_and_peer(importlib.import_module("notebooks.transformer"))
    assert ours.decode(ours.encode(text)) == text
    shared = agreed(text, cut_otherwise)
    assert ours.encode(shared) == peer.encode(shared).ids


@cache
def _bpe_and_peer(lesson):
    ours = lesson.BPE.train(CORPUS, 600, [END])
    return ours, byte_level([END], ours.vocab, ours.merges)


@thorough
@given(texts, st.booleans())
def test_wordpiece_has_the_librarys_numbers_and_places(text, lower):
    lesson, text = importlib.import_module("notebooks.transformer"), agreed(text)
    ours, peer = _wordpiece_and_peer(lesson, lower)
    encoding = peer.encode(text)
    assert ours.encode(text) == encoding.ids
    wanted = [(n, *place) for n, place in zip(encoding.ids, encoding.offsets, strict=True)]
    assert ours.offsets(text) == wanted


@cache
def _wordpiece_and_peer(lesson, lower):
    ours = lesson.WordPiece(trained_vocabulary(), lower)
    return ours, library_wordpiece(ours.index, lower)


@thorough
@given(corpora, st.integers(0, 60), st.integers(1, 3))
def test_merges_are_the_librarys_on_random_corpora(counts, vocab_size, min_count):
    lesson = importlib.import_module("notebooks.transformer")
    got = lesson.learn_merges(spelled(counts), letters_of(counts), vocab_size, min_count)
    assert got == library_merges(counts, vocab_size, min_count)


# ---- real text, files, processes -----------------------------------------------------------------


def test_merges_are_the_librarys_on_wikipedia(lesson):
    words = Counter()
    for article in data.load("wikipedia")["train"][:8]:
        words.update(word for sentence in article for word in sentence)
    assert len(words) > 2_000
    got = lesson.learn_merges(spelled(words), letters_of(words), 1_500)
    assert got == library_merges(words, 1_500)


@pytest.mark.skipif(not data.is_available("minilm"), reason="MiniLM: course data minilm")
def test_minilm_has_the_librarys_numbers(lesson):
    folder = data.path("minilm")
    ours = lesson.WordPiece.from_file(folder / "vocab.txt")
    peer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    peer.no_truncation()
    peer.no_padding()
    real = [" ".join(s) for article in data.load("wikipedia")["train"][:3] for s in article]
    for name in ("sst2", "multi30k"):
        if data.is_available(name):
            rows = data.load(name)["test"][:500]
            real += [row.text if name == "sst2" else f"{row.source} {row.target}" for row in rows]
    for text in [*real, *STRANGE, *random_texts(6, 300, extra=SPECIALS)]:
        encoding = peer.encode(text, add_special_tokens=False)
        wanted = [(n, *place) for n, place in zip(encoding.ids, encoding.offsets, strict=True)]
        assert ours.encode(text) == encoding.ids and ours.offsets(text) == wanted
    assert ours.encode_pair("Hello", "world!") == (
        (both := peer.encode("Hello", "world!")).ids,
        both.type_ids,
    )


def test_vocabulary_from_a_file(lesson, tmp_path):
    path = tmp_path / "vocab.txt"
    path.write_text("\n".join([*SPECIALS, "a", "##b"]) + "\n", encoding="utf-8")
    assert lesson.WordPiece.from_file(path).vocab == [*SPECIALS, "a", "##b"]
    assert lesson.WordPiece.from_file(path, lower=False).lower is False
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(ValueError, match=r"vocab.txt is not a vocabulary of WordPiece.*\[SEP\]"):
        lesson.WordPiece.from_file(path)
    path.write_bytes(b"\xff\xfe[PAD]")
    with pytest.raises(ValueError, match=r"vocab.txt is not a vocabulary of WordPiece"):
        lesson.WordPiece.from_file(path)
    with pytest.raises(FileNotFoundError):
        lesson.WordPiece.from_file(tmp_path / "none.txt")


def test_tokenizers_travel_to_other_processes(lesson):
    for ours in (lesson.BPE.train(CORPUS, 300), lesson.WordPiece(trained_vocabulary(), False)):
        numbers = ours.encode(CORPUS[1])
        again = pickle.loads(pickle.dumps(ours))
        assert again.encode(CORPUS[1]) == numbers and again.settings() == ours.settings()


# ---- classic bugs --------------------------------------------------------------------------------

MUTANTS = {
    "merged from the left without leaving the pair": ("place += 1 + found", "place += 1"),
    "ties go to the larger numbers": (
        "[(-count, pair) for pair, count in self.counts.items()]",
        "[(-count, pair) for pair, count in reversed(sorted(self.counts.items()))][:1]",
    ),
    "ties broken the other way": (
        "heapq.heapify(self.queue)",
        "self.queue = [(n, tuple(-p for p in pair)) for n, pair in self.queue]; "
        "heapq.heapify(self.queue); "
        "self.queue = [(n, tuple(-p for p in pair)) for n, pair in self.queue]",
    ),
    "counts of words don't count": (
        "self.counts[pair] += weights[place]",
        "self.counts[pair] += 1",
    ),
    "a pair counts once per word": (
        "for pair in pairwise(word):\n                self.counts[pair] += weights",
        "for pair in set(pairwise(word)):\n                self.counts[pair] += weights",
    ),
    "old pairs keep their counts": ("self.counts[old] -= weight", "pass"),
    "new pairs aren't counted": ("self.counts[new] += weight", "pass"),
    "counts out of date are used": ("if -count == self.counts[pair]:", "if True:"),
    "words of new pairs are forgotten": ("self.places[new].add(place)", "self.places[new]"),
    "new pairs don't enter the queue": ("for new in born:", "for new in ():"),
    "one merge too many": ("while len(pieces) < vocab_size", "while len(pieces) <= vocab_size"),
    "min_count is exclusive": ("count < max(1, min_count)", "count <= max(1, min_count)"),
    "min_count is ignored": ("count < max(1, min_count)", "count < 1"),
    "a piece found twice gets two numbers": (
        "if merged == len(pieces):\n            pieces.append(glue(left, right))",
        "merged = len(pieces)\n        pieces.append(glue(left, right))",
    ),
    "merges are applied by place": (
        "for left, pair in enumerate(pairwise(pieces)) if pair in ranks]",
        "for left, pair in enumerate(pairwise(pieces)) if pair in ranks][:1]",
    ),
    "the latest merge comes first": (
        "        rank, left = heapq.heappop(queue)\n",
        "        rank, left = queue.pop()\n",
    ),
    "out-of-date pairs are merged": (
        "if right == len(pieces) or ranks.get((pieces[left], pieces[right])) != rank:",
        "if right == len(pieces):",
    ),
    "no new pair to the left": ("for start in (before[left], left):", "for start in (left,):"),
    "no new pair to the right": ("in (before[left], left):", "in (before[left],):"),
    "the way back isn't mended": ("            before[after[left]] = left\n", "            pass\n"),
    "bytes in their own order": ("*sorted(BYTES)]", "*BYTES]"),
    "the soft hyphen is visible": ("*range(127, 161), 173]", "*range(127, 161)]"),
    "letters instead of bytes": (
        'return text.encode().decode("latin-1").translate(FROM_BYTE)',
        "return text.translate(FROM_BYTE)",
    ),
    "accents count as signs": (r" ?\p{L}+", r" ?[A-Za-z]+"),
    "no space before a word": (r" ?\p{L}+", r"\p{L}+"),
    "digits go with letters": (r" ?\p{L}+| ?\p{N}+", r" ?[\p{L}\p{N}]+"),
    "no clitics": ("'s|'t|", ""),
    "the last space stays with the others": (r"\s+(?!\S)|", ""),
    "merges cross words": ("counts.update(GPT2_WORDS.findall(text))", "counts.update([text])"),
    "specials are split": ("[self.vocab[p]] if place % 2 else", ""),
    "short specials first": ("key=len, reverse=True", "key=len"),
    "specials are patterns": ("map(re.escape, longest_first)", "longest_first"),
    "a piece of bytes is an error": ('decode(errors="replace")', "decode()"),
    "specials are forgotten when kept": (
        'settings["merges"], settings["specials"]',
        'settings["merges"]',
    ),
    "double specials pass": ('or "" in self.vocab:', 'and "" in self.vocab:'),
    "the right piece keeps its mark": ('right.removeprefix("##")', "right"),
    "control characters stay": ('category in ("Cc", "Cf", "Co")', 'category == "Co"'),
    "unassigned characters vanish": ('("Cc", "Cf", "Co")', '("Cc", "Cf", "Co", "Cn")'),
    "the replacement character stays": (' or char == "\\ufffd"', ""),
    "line ends vanish": ('char in "\\t\\n\\r" or ', ""),
    "only the space is space": ('or category[0] == "Z":', 'or char == " ":'),
    "accents stay": ('if unicodedata.category(p) != "Mn"', ""),
    "all marks vanish": ('unicodedata.category(p) != "Mn"', 'unicodedata.category(p)[0] != "M"'),
    "compatibility forms": (
        'parts = unicodedata.normalize("NFD"',
        'parts = unicodedata.normalize("NFKD"',
    ),
    "capitals stay": ("p.lower() for p in parts", "p for p in parts"),
    "letters are folded": ("p.lower() for p in parts", "p.casefold() for p in parts"),
    "lower-cased as a whole word": (
        "    text = text.translate(table)\n",
        "    text = text.translate(table).lower()\n    text = text.replace('σ ', 'ς ')\n",
    ),
    "cased models lose accents, too": (
        "        if self.lower:\n            parts",
        "        if True:\n            parts",
    ),
    "ideographs stick together": ('return f" {char} " if ideograph else char', "return char"),
    "a gap in the ideographs": ("(0x3400, 0x4DBF),", "(0x3400, 0x4DB0),"),
    "BERT's own bound of ideographs": ("(0x2B920,", "(0x2B820,"),
    "marks in the order written": (
        'return unicodedata.normalize("NFD", text) if table.lower else text',
        "return text",
    ),
    "symbols aren't punctuation": ("char in string.punctuation or ", ""),
    "ASCII's punctuation only": (' or unicodedata.category(char)[0] == "P"', ""),
    "marks in a row are one word": (
        "yield from pairwise(range(start, end + 1))",
        "yield start, end",
    ),
    "the shortest piece first": (
        "for end in range(min(len(word), start + self._longest), start, -1):",
        "for end in range(start + 1, len(word) + 1):",
    ),
    "no ## inside words": ('prefix = "##" if start else ""', 'prefix = ""'),
    "pieces never longer than a guess": ("start + self._longest)", "start + 4)"),
    "only the rest is unknown": (
        "return [(self.unk_id, len(word))]\n            pieces",
        "return [*pieces, (self.unk_id, len(word))]\n            pieces",
    ),
    "99 characters": ("max_chars = 100", "max_chars = 99"),
    "any length": ("max_chars = 100", "max_chars = 10_000"),
    "training without cleaning": (
        "chunks.update(normalised(text, table).split())",
        "chunks.update(text.split())",
    ),
    "frequencies of words are lost": ("words[word] += count", "words[word] += 1"),
    "marked letters come first": (
        "[*SPECIALS, *plain, *sorted(letters.difference(plain))]",
        "[*SPECIALS, *sorted(letters.difference(plain)), *plain]",
    ),
    "letters only where they began a word": (
        'plain = sorted({piece.removeprefix("##") for piece in letters})',
        'plain = sorted(p for p in letters if p[:2] != "##")',
    ),
    "specials in a text are words": ("[self.index[p]] if place % 2 else", ""),
    "missing specials pass": ("for special in SPECIALS if", "for special in SPECIALS[:1] if"),
    "segments start with the second separator": (
        "[0] * len(first)",
        "[0] * (len(first) - 1) + [1]",
    ),
    "no separator at the end": ("[*second, self.sep_id]", "second"),
    "max_len without the specials": (
        "room = max_len - (2 if b is None else 3)",
        "room = max_len - 2",
    ),
    "the first text always gives way": (
        "if len(a) <= len(b) else room - shorter",
        "if True else room - shorter",
    ),
    "halves are rounded up": ("room // 2)", "(room + 1) // 2)"),
    "places of the cleaned text": (
        "enumerate(text) for _ in self._table[ord(char)]]",
        "enumerate(clean)]",
    ),
    "places after a special start anew": (
        "            place += len(part)\n        return found",
        "        return found",
    ),
    "an end is the last character": ("places[end - 1] + 1", "places[end - 1]"),
    "a vanished word has no piece": ("self.encode(word) or [self.unk_id]", "self.encode(word)"),
    "the place of the second piece": ("firsts.append(len(ids))", "firsts.append(len(ids) + 1)"),
    "decoded with the marks": ('.replace(" ##", "")', ""),
    "lower is forgotten when kept": (
        'cls(settings["vocab"], settings["lower"])',
        'cls(settings["vocab"])',
    ),
}


@pytest.mark.parametrize("change", MUTANTS.values(), ids=MUTANTS)
def test_mutant_is_caught(change):
    assert first_failure(mutated(LESSON, *change), CHECKS, also=(KeyError, pytest.fail.Exception))

"""Lesson 03 against torch.nn, plain formulas in float64, exhaustive search and sacrebleu.

Every check takes the lesson's module, so that the mutants at the end meet the very same checks.
"""

import importlib
import math
import tempfile
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import sacrebleu
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from notebooks.elmo import BEGIN, END, PAD, SPECIAL, UNKNOWN, Lexicon, LSTMLoop
from parity_checks import close, first_failure, mutated, same_gradients
from torch import nn

from helpers import ROOT, checkpoints, ladder, miniworld
from helpers.data import Translation
from helpers.miniworld.tasks import split_of

LESSON = ROOT / "notebooks" / "03_cove.ipynb"
D_WORD, D_HIDDEN, N_ENGLISH, N_GERMAN = 5, 4, 9, 8


def randomise(module, seed=0, scale=0.6):
    """Random weights of a size at which a forgotten one shows; float64, evaluation mode."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in module.parameters():
            if weight.requires_grad:
                weight.copy_(scale * torch.randn(weight.shape, generator=generator))
    return module.double().eval()


def table(seed=1):
    drawn = torch.randn(N_ENGLISH, D_WORD, generator=torch.Generator().manual_seed(seed))
    drawn[PAD] = 0
    return drawn


def translator(lesson, seed=0, **changes):
    sizes = {"d_word": D_WORD, "d_hidden": D_HIDDEN, **changes}
    return randomise(lesson.Translator(lesson.CoveConfig(**sizes), table(), N_GERMAN), seed)


def sources():
    """Three rows of different length; the longest isn't the first."""
    return torch.tensor([[1, 4, 2, 0, 0, 0], [1, 5, 6, 7, 8, 2], [1, 8, 4, 5, 2, 0]])


# ---- encoder ------------------------------------------------------------------------------------


def library_encoder(encoder):
    """torch.nn.LSTM, bidirectional, with the weights of a crossed `Encoder`."""
    library = nn.LSTM(D_WORD, D_HIDDEN, 2, batch_first=True, bidirectional=True).double()
    with torch.no_grad():
        for layer in range(2):
            for suffix, part in (("", encoder.ahead), ("_reverse", encoder.behind)):
                for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
                    theirs = getattr(library, f"{name}_l{layer}{suffix}")
                    theirs.copy_(getattr(part[layer], f"{name}_l0"))
    return library


def check_encoder_is_torchs(lesson):
    config = lesson.CoveConfig(d_word=D_WORD, d_hidden=D_HIDDEN)
    encoder = randomise(lesson.Encoder(config, table()))
    ids = sources()
    lengths = (ids != PAD).sum(1)
    library = library_encoder(encoder)
    x = table().double()[ids].requires_grad_()
    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    wanted, _ = nn.utils.rnn.pad_packed_sequence(library(packed)[0], batch_first=True)
    real = ids != PAD
    close(encoder(ids)[real], wanted[real])
    weigh = torch.randn(wanted.shape, dtype=torch.float64)
    ours = (encoder(ids) * weigh)[real].sum()
    theirs = (wanted * weigh)[real].sum()
    mine = [encoder.ahead[0].weight_ih_l0, encoder.behind[1].weight_hh_l0]
    its = [library.weight_ih_l0, library.weight_hh_l1_reverse]
    for a, b in zip(torch.autograd.grad(ours, mine), torch.autograd.grad(theirs, its), strict=True):
        assert b.abs().max() > 0
        close(a, b)


def check_uncrossed_directions_never_meet(lesson):
    config = lesson.CoveConfig(d_word=D_WORD, d_hidden=D_HIDDEN, crossed=False)
    encoder = randomise(lesson.Encoder(config, table()))
    ids = sources()[1:2]
    changed = ids.clone()
    changed[0, 3] = 4
    moved = (encoder(changed) - encoder(ids)).abs()[0]
    ahead, behind = moved[:, :D_HIDDEN].amax(1), moved[:, D_HIDDEN:].amax(1)
    assert (ahead[:3] == 0).all() and (ahead[3:] > 0).all()
    assert (behind[4:] == 0).all() and (behind[:4] > 0).all()


def check_the_table_is_frozen(lesson):
    encoder = lesson.Encoder(lesson.CoveConfig(d_word=D_WORD, d_hidden=D_HIDDEN), table())
    assert not encoder.embedding.weight.requires_grad
    close(encoder.embedding.weight, table())


def check_loop_and_library_agree(lesson):
    config = lesson.CoveConfig(d_word=D_WORD, d_hidden=D_HIDDEN)
    loop = lesson.Encoder(config, table(), LSTMLoop)
    assert all(isinstance(layer, LSTMLoop) for layer in (*loop.ahead, *loop.behind))
    assert loop(sources()).shape == (3, 6, 2 * D_HIDDEN)


# ---- attention ----------------------------------------------------------------------------------


def plain_attention(queries, states, mask):
    """Word by word, in plain Python: means and weights."""
    means, weights = [], []
    for row, keys, real in zip(queries.tolist(), states.tolist(), mask.tolist(), strict=True):
        for query in row:
            places = [i for i, is_word in enumerate(real) if is_word]
            e = {
                i: math.exp(sum(a * b for a, b in zip(query, keys[i], strict=True))) for i in places
            }
            w = [e.get(i, 0.0) / sum(e.values()) for i in range(len(keys))]
            weights.append(w)
            means.append([sum(w[i] * keys[i][k] for i in places) for k in range(len(query))])
    shape = queries.shape[:2]
    return torch.tensor(means).view(*shape, -1), torch.tensor(weights).view(*shape, -1)


def check_attend(lesson):
    generator = torch.Generator().manual_seed(3)
    q, h = (
        torch.randn(shape, generator=generator, dtype=torch.float64, requires_grad=True)
        for shape in ((3, 4, 5), (3, 6, 5))
    )
    mask = sources() != PAD
    means, weights = lesson.attend(q, h, mask)
    wanted_means, wanted_weights = plain_attention(q.detach(), h.detach(), mask)
    close(means, wanted_means)
    close(weights, wanted_weights)
    assert (weights.transpose(1, 2)[~mask] == 0).all()
    fused = F.scaled_dot_product_attention(q, h, h, attn_mask=mask.unsqueeze(1), scale=1.0)
    close(means, fused)
    weigh = torch.randn(means.shape, generator=generator, dtype=torch.float64)
    same_gradients([(means * weigh).sum(), (fused * weigh).sum()], [q, h])


def check_scores(lesson):
    generator = torch.Generator().manual_seed(4)
    s = torch.randn(3, 2, 4, generator=generator, dtype=torch.float64)
    h = torch.randn(3, 6, 4, generator=generator, dtype=torch.float64)
    mask = sources() != PAD
    for score in ("general", "dot", "even"):
        attention = randomise(lesson.Attention(4, 3, score))
        queries = {
            "general": s @ attention.query.weight.T + attention.query.bias,
            "dot": s,
            "even": 0 * s,
        }[score]
        means, weights = plain_attention(queries, h, mask)
        got, got_weights = attention(s, h, mask)
        W, b = attention.combine.weight, attention.combine.bias
        close(got, torch.tanh(torch.cat([means, s], -1) @ W.T + b))
        close(got_weights, weights)
    with pytest.raises(ValueError, match="score='sharp'"):
        lesson.Attention(4, 3, "sharp")


# ---- decoder ------------------------------------------------------------------------------------


def check_decoder_against_a_formula(lesson):
    """One sentence, step by step, with an LSTM cell and the formulas of sections 3 and 4."""
    model = translator(lesson)
    source, words = sources()[1:2], torch.tensor([[1, 5, 7, 4]])
    states = model.encoder(source)[0]
    cell = nn.LSTMCell(D_WORD, 2 * D_HIDDEN).double()
    with torch.no_grad():
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            getattr(cell, name).copy_(getattr(model.decoder, f"{name}_l0"))
    h = torch.cat([states[-1, :D_HIDDEN], states[0, D_HIDDEN:]])[None]
    c = torch.zeros_like(h)
    E = model.embedding.weight
    scores, weights = model(source, words)
    for t, word in enumerate(words[0]):
        h, c = cell(E[word][None], (h, c))
        query = model.attention.query(h[0])
        a = torch.softmax(states @ query, 0)
        mixed = torch.tanh(model.attention.combine(torch.cat([a @ states, h[0]])))
        close(weights[0, t], a.detach())
        close(scores[0, t], (E @ mixed + model.bias).detach())


def check_no_word_sees_its_own_answer(lesson):
    model = translator(lesson)
    source = sources()
    target = torch.tensor([[1, 4, 5, 2, 0], [1, 6, 7, 4, 2], [1, 7, 2, 0, 0]])
    scores, _ = model(source, target[:, :-1])
    for t in range(1, 4):
        other = target.clone()
        other[:, t] = 3
        moved = (model(source, other[:, :-1])[0] - scores).abs().amax(-1)
        assert (moved[:, :t] == 0).all() and (moved[:, t] > 0).all()


def check_loss_counts_words_only(lesson):
    model = translator(lesson)
    source = sources()
    target = torch.tensor([[1, 4, 5, 2, 0], [1, 6, 7, 4, 2], [1, 7, 2, 0, 0]])
    scores, _ = model(source, target)
    costs = [
        -scores[b, t].log_softmax(-1)[target[b, t + 1]]
        for b, t in product(range(3), range(4))
        if target[b, t + 1] != PAD
    ]
    assert len(costs) == 9
    close(lesson.translation_loss(model, (source, target)), torch.stack(costs).mean().item())


def check_a_sentence_ignores_its_batch(lesson):
    for crossed in (True, False):
        model = translator(lesson, crossed=crossed)
        source, words = sources(), torch.tensor([[1, 4, 5], [1, 6, 7], [1, 7, 3]])
        scores, weights = model(source, words)
        wide, wide_weights = model(F.pad(source, (0, 4)), words)
        close(wide, scores.detach())
        assert (wide_weights[..., 6:] == 0).all()
        for b, row in enumerate(source):
            n = int((row != PAD).sum())
            alone, alone_weights = model(row[None, :n], words[b : b + 1])
            close(alone[0], scores[b].detach())
            close(alone_weights[0], weights[b, :, :n].detach())
            assert (weights[b, :, n:] == 0).all()


# ---- beam search --------------------------------------------------------------------------------


def all_sentences(model, source, longest):
    """log p of every sentence of at most ``longest`` words, by the definition."""
    log_p = {}
    for n in range(longest + 1):
        for words in product(range(UNKNOWN, N_GERMAN), repeat=n):
            scores, _ = model(source, torch.tensor([[BEGIN, *words]]))
            scores = scores[0].detach().clone()
            scores[:, [PAD, BEGIN]] = -math.inf
            steps = scores.log_softmax(-1)
            ended = [*words, END]
            log_p[words] = sum(steps[t, word].item() for t, word in enumerate(ended))
    return sorted(log_p.items(), key=lambda item: -item[1])


def check_beam_is_exhaustive(lesson):
    longest = 2
    model = translator(lesson, seed=5)
    wanted = [
        all_sentences(model, row[None, : int((row != 0).sum())], longest) for row in sources()
    ]
    n = len(wanted[0])
    for beam, best in zip(lesson.beam_search(model, sources(), n, longest), wanted, strict=True):
        assert len(beam) == n == len({tuple(h.rows) for h in beam})
        np.testing.assert_allclose([h.log_prob for h in beam], [p for _, p in best], rtol=1e-9)
        assert [tuple(h.rows) for h in beam] == [words for words, _ in best]


def check_a_small_beam_keeps_the_books(lesson):
    """What a small beam returns has the probability it says, in order, ended or not."""
    model = translator(lesson, seed=6)
    for row, beam in zip(sources(), lesson.beam_search(model, sources(), 3, 3), strict=True):
        true = dict(all_sentences(model, row[None, : int((row != 0).sum())], 3))
        assert [h.log_prob for h in beam] == sorted((h.log_prob for h in beam), reverse=True)
        assert len({tuple(h.rows) for h in beam}) == len(beam)
        for hypothesis in beam:
            assert len(hypothesis.rows) <= 3
            np.testing.assert_allclose(hypothesis.log_prob, true[tuple(hypothesis.rows)], rtol=1e-9)


def check_beam_of_one_is_greedy(lesson):
    for seed in range(4):
        model = translator(lesson, seed=seed)
        for row, (best,) in zip(sources(), lesson.beam_search(model, sources(), 1, 6), strict=True):
            source, words = row[None, : int((row != 0).sum())], [BEGIN]
            while words[-1] != END and len(words) <= 6:
                scores = model(source, torch.tensor([words]))[0][0, -1].detach().clone()
                scores[[PAD, BEGIN]] = -math.inf
                words.append(int(scores.argmax()))
            assert best.rows == [word for word in words[1:] if word != END]


# ---- BLEU ---------------------------------------------------------------------------------------

words = st.lists(st.sampled_from(["a", "b", "c", "d", "."]), max_size=9)


def official(translations, references):
    joined = [" ".join(said) for said in translations], [[" ".join(true) for true in references]]
    return sacrebleu.corpus_bleu(*joined, tokenize="none", force=True).score


BLEU_CASES = [
    ([[]], [["a"]]),
    ([["a"]], [[]]),
    ([["a", "b"], []], [["a", "b"], ["c", "d", "a"]]),
    ([["a"] * 7], [["a", "b", "a", "c", "d"]]),
    ([["a", "b", "c", "d"]], [["a", "b", "c", "d", "a", "b"]]),
    ([["a", "b", "c", "d", "a", "b"]], [["a", "b", "c", "d"]]),
    ([["a", "c", "b", "d", "a"]], [["a", "b", "c", "d", "a"]]),
    ([["a", "b", "c"], ["d", "a", "b", "c", "d"]], [["b", "c"], ["d", "a", "b", "d", "c"]]),
    ([["x", "a", "y", "b", "z"]], [["a", "b", "c", "d", "e"]]),
]


def check_bleu_on_chosen_corpora(lesson):
    for translations, references in BLEU_CASES:
        np.testing.assert_allclose(
            lesson.bleu(translations, references), official(translations, references), atol=1e-9
        )
    with pytest.raises(ValueError, match="2 translations, but 1 references"):
        lesson.bleu([[], []], [[]])


@settings(max_examples=400, deadline=None, database=None, derandomize=True)
@given(st.lists(st.tuples(words, words), min_size=1, max_size=5))
def test_bleu_is_sacrebleus_on_random_corpora(pairs):
    translations, references = (
        [list(side) for side in sides] for sides in zip(*pairs, strict=True)
    )
    np.testing.assert_allclose(
        lesson_module().bleu(translations, references),
        official(translations, references),
        atol=1e-9,
    )


@settings(max_examples=200, deadline=None, database=None, derandomize=True)
@given(st.lists(words, min_size=1, max_size=5), st.data())
def test_bleu_is_sacrebleus_on_near_copies(references, drawn):
    """Changed by a swap, a loss or a repeat, so that long n-grams are found as well."""
    translations = []
    for true in references:
        said = list(true)
        change = drawn.draw(st.sampled_from(["swap", "drop", "repeat", "none"]))
        if change == "swap" and len(said) > 1:
            said[0], said[-1] = said[-1], said[0]
        elif change == "drop" and said:
            said.pop(len(said) // 2)
        elif change == "repeat" and said:
            said.insert(0, said[-1])
        translations.append(said)
    np.testing.assert_allclose(
        lesson_module().bleu(translations, references),
        official(translations, references),
        atol=1e-9,
    )


# ---- text, training, features -------------------------------------------------------------------


def some_documents():
    return miniworld.documents(3000, 0, 5)


def check_bilingual_keeps_the_links(lesson):
    n_links = 0
    for sentence in (s for document in some_documents() for s in document.sentences):
        row = lesson.bilingual(sentence)
        if row is None:
            continue
        assert len(row.english) == len(row.tags) and "PUNCT" not in row.tags
        forms = [token.form for token in sentence.tokens]
        told = {(forms[i].lower(), sentence.german[j]) for i, j in sentence.alignment}
        assert {(row.english[i], row.german[j]) for i, j in row.links} <= told
        n_links += len(row.links)
        for place, lemma, sense in row.senses:
            assert sense.startswith(lemma) and place < len(row.english)
    assert n_links > 1000


def check_text_leaves_out_the_test(lesson):
    rows = lesson.bilingual_text(3000, 0, 5)
    found = {" ".join(row.english) for row in rows}
    assert len(found) == len(rows) > 150
    for document in some_documents():
        for sentence in document.sentences:
            row = lesson.bilingual(sentence)
            if row and split_of(sentence.text) == "test":
                assert " ".join(row.english) not in found


PAIRS = [(("a", "cat"), ("eine", "Katze")), (("a", "dog", "runs"), ("ein", "Hund", "rennt", "."))]


def check_groups(lesson):
    english, german = (Lexicon([pair[side] for pair in PAIRS], 1) for side in (0, 1))
    rare = (("a", "newt"), ("ein", "Molch"))
    (source, target), (_, longer) = lesson.pair_groups(
        [PAIRS[1], *PAIRS[:1], rare], english, german, 2
    )
    assert source.tolist() == [
        [BEGIN, english.index["a"], english.index["cat"], END],
        [BEGIN, english.index["a"], UNKNOWN, END],
    ]
    assert target.tolist()[1] == [BEGIN, german.index["ein"], UNKNOWN, END]
    assert longer.shape == (1, 6)


def check_glove_table(lesson):
    sentences = [pair[0] for pair in PAIRS] * 3
    lexicon = Lexicon(sentences, 3)
    made = lesson.glove_table(sentences, lexicon, 3, d_word=4, epochs=2)
    assert made.shape == (lexicon.n_targets, 4) and (made[PAD] == 0).all()
    assert not torch.equal(made[BEGIN], made[END]) and (made[BEGIN] != 0).all()
    assert abs(made[4:].std() - 1) < 1e-5


def trained(lesson, **changes):
    english, german = (Lexicon([pair[side] for pair in PAIRS], 1) for side in (0, 1))
    vectors = torch.randn(english.n_targets, 6, generator=torch.Generator().manual_seed(0))
    recipe = lesson.TranslationRecipe(**{"epochs": 30, "batch_size": 4, "lr": 0.03, **changes})
    model, history = lesson.learn_to_translate(
        PAIRS * 8, english, german, vectors, lesson.CoveConfig(6, 6), recipe
    )
    return model, history, english, german


def check_it_learns_to_translate(lesson):
    model, history, english, german = trained(lesson)
    assert not model.training and len(history.losses) == 120
    asked = [pair[0] for pair in PAIRS]
    said = lesson.translate(model, english, german, asked, beam_size=2)
    assert [tuple(words) for words in said] == [pair[1] for pair in PAIRS]
    reversed_said = lesson.translate(model, english, german, asked[::-1])
    assert reversed_said == said[::-1]


def check_training_starts_from_the_shares(lesson):
    model, history, _, german = trained(lesson, epochs=0.25, lr=1e-9)
    counts = [1 + sum(row.count(word) for _, row in PAIRS * 8) for word in german.words]
    counts[BEGIN], counts[END] = 17, 17
    share = np.array(counts) / sum(counts)
    np.testing.assert_allclose(model.bias.detach().exp(), share, rtol=1e-4)
    again, other, *_ = trained(lesson, epochs=0.25, lr=1e-9)
    assert history.losses == other.losses and torch.equal(again.bias, model.bias)
    assert trained(lesson, epochs=0.25, seed=1)[1].losses != history.losses


def check_features(lesson):
    english = Lexicon([pair[0] for pair in PAIRS], 1)
    vectors = torch.randn(english.n_targets, D_WORD, generator=torch.Generator().manual_seed(0))
    config = lesson.CoveConfig(d_word=D_WORD, d_hidden=D_HIDDEN)
    encoder = randomise(lesson.Encoder(config, vectors)).float()
    asked = [pair[0] for pair in PAIRS] + [("dog", "newt")]
    found = lesson.glove_and_cove(encoder, english, asked, batch_size=2)
    for sentence, (glove, cove) in zip(asked, found, strict=True):
        rows = [english.index.get(word, UNKNOWN) for word in sentence]
        rows = [row if row < english.n_targets else UNKNOWN for row in rows]
        close(glove, vectors[rows])
        states = encoder(torch.tensor([[BEGIN, *rows, END]]))[0, 1:-1].detach()
        close(cove, states, atol=1e-6, rtol=1e-5)
        assert not cove.requires_grad
    (one,) = lesson.features(encoder, english)([asked[1]])
    close(one, torch.cat(found[1], -1).unsqueeze(0))


def check_keeping(lesson):
    model, _, english, german = trained(lesson)
    kept = checkpoints.Checkpoint(*lesson.to_keep(model, english, german), card={})
    again, *lexicons = lesson.restore(kept)
    assert not again.training and again.config == model.config
    for mine, its in zip((english, german), lexicons, strict=True):
        assert its.words == mine.words[: mine.n_targets]
    asked = [pair[0] for pair in PAIRS]
    assert lesson.translate(again, *lexicons, asked) == lesson.translate(
        model, english, german, asked
    )
    assert all(weight.dtype == torch.float16 for weight in kept.weights.values())


CAPTIONS = [
    (("a", "dog", "runs", "on", "grass"), ("ein", "hund", "rennt", "im", "gras", ".")),
    (("a", "cat", "sleeps", "there"), ("eine", "katze", "schläft", "dort", ".")),
]


def check_caption_pairs(lesson):
    captions = [
        Translation("A Dog, running.", "Ein Hund, der läuft!"),
        Translation("One two three four", "Eins zwei drei vier"),
        Translation("...", "Über-Katze"),
    ]
    pair = (("a", "dog", "running"), ("ein", "hund", ",", "der", "läuft", "!"))
    assert lesson.caption_pairs(captions, longest=3) == [pair]
    assert len(lesson.caption_pairs(captions)) == 2, "one without English words"


def check_translated_captions(lesson):
    """A row counts what was done; stopped and started again, the translator is the same."""
    rare = ((*CAPTIONS[0][0], "newt"), (*CAPTIONS[0][1], "molch"))
    pairs = [*CAPTIONS * 8, rare]
    recipe = lesson.TranslationRecipe(epochs=30, batch_size=4, lr=0.03, seed=5)
    sizes = lesson.CoveConfig(6, 6)
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Path(folder) / "kept.pt"
        found = [
            lesson.translate_captions(pairs, CAPTIONS, sizes, recipe, 2, checkpoint=checkpoint)
            for _ in range(2)
        ]
    (model, english, german), row = found[0]
    assert (english.n_targets, german.n_targets) == (len(SPECIAL) + 8, len(SPECIAL) + 10)
    assert (row["captions"], row["tested on"], row["epochs"], row["seed"]) == (17, 2, 30, 5)
    assert row["updates"] == 150 and row["BLEU"] == pytest.approx(100)
    assert row["weights"] == sum(weight.numel() for weight in model.parameters())
    assert row["cpu_seconds"] is not None
    assert found[1][1] == {**row, "cpu_seconds": None}


CHECKS = [
    check_encoder_is_torchs,
    check_uncrossed_directions_never_meet,
    check_the_table_is_frozen,
    check_loop_and_library_agree,
    check_attend,
    check_scores,
    check_decoder_against_a_formula,
    check_no_word_sees_its_own_answer,
    check_loss_counts_words_only,
    check_a_sentence_ignores_its_batch,
    check_beam_is_exhaustive,
    check_a_small_beam_keeps_the_books,
    check_beam_of_one_is_greedy,
    check_bleu_on_chosen_corpora,
    check_groups,
    check_glove_table,
    check_features,
    check_it_learns_to_translate,
    check_training_starts_from_the_shares,
    check_keeping,
    check_caption_pairs,
    check_translated_captions,
    check_bilingual_keeps_the_links,
    check_text_leaves_out_the_test,
]


def lesson_module():
    return importlib.import_module("notebooks.cove")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
def test_lesson(check):
    torch.manual_seed(0)
    check(lesson_module())


def test_rung_is_the_ladders():
    assert ladder.rung("BiLSTM + GloVe + CoVe") is lesson_module().bilstm_cove


# ---- classic bugs, planted by changing the source -----------------------------------------------

MUTANTS = {
    "the target is exposed": (
        "model(source, target[:, :-1])",
        "model(source, target[:, 1:])",
    ),
    "padding counts in the loss": (", ignore_index=PAD)", ")"),
    "the first mark is predicted": ("target[:, 1:].flatten()", "target[:, :-1].flatten()"),
    "the mask comes after the softmax": (
        "scores.masked_fill(~mask.unsqueeze(1), -torch.inf).softmax(-1)",
        "scores.softmax(-1).masked_fill(~mask.unsqueeze(1), 0)",
    ),
    "attention looks at padding": ("scores.masked_fill(~mask.unsqueeze(1), -torch.inf)", "scores"),
    "the softmax runs over the steps": ("-torch.inf).softmax(-1)", "-torch.inf).softmax(1)"),
    "scores are divided by a root": (
        "queries @ states.transpose(1, 2)",
        "queries @ states.transpose(1, 2) / queries.shape[-1] ** 0.5",
    ),
    "general is dot": ('self.query(s) if self.score == "general" else s', "s"),
    "dot is general": ('self.query(s) if self.score == "general" else s', "self.query(s)"),
    "even isn't even": ('if self.score == "even":', "if False:"),
    "any score is taken": ("if score not in SCORES:", "if False:"),
    "the decoder's state is left out": (
        "torch.cat([context, s], -1)).tanh()",
        "torch.cat([context, context], -1)).tanh()",
    ),
    "context and state change places": (
        "torch.cat([context, s], -1)",
        "torch.cat([s, context], -1)",
    ),
    "the mixture isn't bent": (
        "self.combine(torch.cat([context, s], -1)).tanh()",
        "self.combine(torch.cat([context, s], -1))",
    ),
    "padding is read first": (
        "reversed_within(leftward(turned), lengths)",
        "leftward(turned)",
    ),
    "the backward layer reads forward": (
        "turned = reversed_within(self.dropout(behind), lengths)",
        "turned = self.dropout(behind)",
    ),
    "padding is reversed too": (
        "turned = reversed_within(self.dropout(behind), lengths)",
        "turned = self.dropout(behind).flip(1)",
    ),
    "layers never cross": ("if self.crossed:", "if False:"),
    "layers always cross": (
        "upper = 2 * d if config.crossed else d",
        "upper, self.crossed = 2 * d, True",
    ),
    "word vectors are trained": ("freeze=True, padding_idx=PAD", "freeze=False, padding_idx=PAD"),
    "the library's LSTM whatever is asked": ("lstm(d_in, d, d) for", "LibraryLSTM(d_in, d, d) for"),
    "the decoder starts at the padding": (
        "ahead[rows, mask.sum(1) - 1]",
        "ahead[:, -1]",
    ),
    "the decoder starts from nothing": (
        "h = torch.cat([ahead[rows, mask.sum(1) - 1], behind[:, 0]], -1).unsqueeze(0)",
        "h = torch.zeros(1, len(source), states.shape[-1], dtype=states.dtype)",
    ),
    "backward half from the wrong end": (
        "behind[:, 0]], -1)",
        "behind[rows, mask.sum(1) - 1]], -1)",
    ),
    "the output's bias is lost": ("self.embedding.weight, self.bias)", "self.embedding.weight)"),
    "an ended hypothesis goes on": (
        "        log_probs[ended] = -torch.inf\n        log_probs[ended, PAD] = 0.0\n",
        "",
    ),
    "an ended hypothesis pays for padding": ("log_probs[ended, PAD] = 0.0", "pass"),
    "the end costs nothing": (
        "        V = log_probs.shape[1]\n",
        "        V = log_probs.shape[1]\n        log_probs[:, END].clamp_(min=0)\n",
    ),
    "states don't follow their words": (
        "state = tuple(part[:, parent] for part in state)",
        "state = tuple(state)",
    ),
    "words don't follow their states": ("words[parent]", "words"),
    "beams of other sentences": ("parent = (first + best // V)", "parent = (best // V)"),
    "the same beginning K times": ("total[:, 0] = 0", "total[:] = 0"),
    "probabilities of the last word only": (
        "(total.view(-1, 1) + log_probs)",
        "(log_probs)",
    ),
    "a beam that never ends": ("if length == max_len:", "if False:"),
    "padding can be written": (
        "torch.tensor([PAD, BEGIN], device=device), -torch.inf)",
        "torch.tensor([BEGIN], device=device), -torch.inf)",
    ),
    "stops when the first has ended": (
        "if (words[:, -1] <= END).all():",
        "if (words[:, -1] <= END).any():",
    ),
    "n-grams aren't clipped": (
        "(said & true).total()",
        "(Counter({k: v for k, v in said.items() if k in true})).total()",
    ),
    "recall instead of precision": (
        "total.append(sum(said.total() for said, _ in counts))",
        "total.append(sum(true.total() for _, true in counts))",
    ),
    "no brevity penalty": ("min(0, 1 - expected / written)", "0"),
    "long outputs are punished": (
        "min(0, 1 - expected / written)",
        "min(0, 1 - written / expected if expected else 0)",
    ),
    "the penalty has no bound": ("min(0, 1 - expected / written)", "(1 - expected / written)"),
    "zeros aren't smoothed": ("(matches or 0.5**zeros)", "(matches or 1e-300)"),
    "every zero is a half": ("0.5**zeros", "0.5"),
    "the last order is left out": ("for n in range(1, max_n + 1):", "for n in range(1, max_n):"),
    "arithmetic instead of geometric mean": (
        "sum(logs) / max_n)",
        "math.log(sum(map(math.exp, logs)) / max_n))",
    ),
    "unequal lists are cut": ("if len(translations) != len(references):", "if False:"),
    "translations in sorted order": (
        "    for start in range(0, len(sentences), 64):",
        "    sentences = sorted(sentences)\n    for start in range(0, len(sentences), 64):",
    ),
    "rare words keep their rows": (
        "as_targets(lexicon.encode(sentences), lexicon)",
        "lexicon.encode(sentences)",
    ),
    "links count punctuation": ("(place[i], j) for i, j in", "(i, j) for i, j in"),
    "test sentences are read": ('and split_of(sentence.text) != "test"', ""),
    "sentences stand twice": (
        "found.setdefault(row.english, row)",
        "found[len(found)] = row",
    ),
    "vectors of any size": ("vectors[rows] / vectors.std()", "vectors[rows]"),
    "padding has a vector": ("    marks[PAD] = 0\n", ""),
    "features with their marks": ("slice(1, len(sentence) + 1)", "slice(0, len(sentence))"),
    "CoVe and GloVe change places": (
        "kept[sentence] = glove[row, inside], cove[row, inside]",
        "kept[sentence] = cove[row, inside], glove[row, inside]",
    ),
    "CoVe alone": ("torch.cat(pair, -1).unsqueeze(0)", "pair[1].unsqueeze(0)"),
    "the seed is not set": ("    torch.manual_seed(recipe.seed)\n", ""),
    "the output starts from nothing": (
        "model.bias.copy_((counts / counts.sum()).log())",
        "model.bias.zero_()",
    ),
    "left in training mode": (
        "    return model.eval(), history",
        "    return model.train(), history",
    ),
    "captions keep their capitals": ('r"\\w+|[^\\w\\s]", text.lower()', 'r"\\w+|[^\\w\\s]", text'),
    "captions lose their marks": ('r"\\w+|[^\\w\\s]"', 'r"\\w+"'),
    "captions may be empty": ("if 0 < len(pair[0]) <= longest]", "if len(pair[0]) <= longest]"),
    "captions of any length": ("<= longest]", "<= 60]"),
    "words seen once are learned": ("[Lexicon(side, min_count) for", "[Lexicon(side, 1) for"),
    "the checkpoint isn't handed on": (", checkpoint=checkpoint\n", "\n"),
    "a part of the time for the whole": ("None if resumed else round(", "round("),
    "the words change languages": (
        'for name in ("english", "german"))',
        'for name in ("german", "english"))',
    ),
}


@pytest.mark.parametrize("change", MUTANTS.values(), ids=MUTANTS)
def test_mutant_is_caught(change):
    assert first_failure(
        mutated(LESSON, *change), CHECKS, also=(KeyError, TypeError, pytest.fail.Exception)
    )

"""Recurrent language models of the lessons beside plain torch.nn ones: same weights, same batches.

The peers are what one writes with the library's parts alone, and know our tricks: the token encoder
sees each word of a batch once, and AdamW is fused. Components are looked up in their lessons.
"""

import contextlib
import importlib
import io
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn

from helpers import miniworld
from helpers.data import tokenize
from helpers.kernel_bench import UnequalWork
from helpers.training import Batches, TrainConfig, schedule_factor

LESSON_02, LESSON_03 = "notebooks.elmo", "notebooks.cove"
SHAPE = {"rows": 32, "words": 20, "d_model": 112}
TOKENS, SIZES = 30_000, {"d_model": 112, "d_hidden": 112}
"""Tokens of the text for one epoch, and the sizes of the biLM that the course keeps."""
PAD, UNKNOWN = 0, 3
"""Rows of the lesson's lexicon."""
Sides = tuple[str, str, Callable[[], float], Callable[[], float]]


def lstm_loop() -> Sides:
    """Forward and backward through one layer: the readable loop against torch.nn.LSTM.

    Words a second; raises :class:`UnequalWork` if outputs or gradients differ by more than
    rounding.
    """
    lesson = importlib.import_module(LESSON_02)
    torch.manual_seed(0)
    width = SHAPE["d_model"]
    library = lesson.LibraryLSTM(width, width, width)
    loop = lesson.as_loop(library)
    x = torch.randn(SHAPE["rows"], SHAPE["words"], width, requires_grad=True)
    _check_equal("outputs of the loop and of torch.nn.LSTM", loop(x), library(x))
    gradients = (torch.autograd.grad(side(x).square().sum(), x)[0] for side in (loop, library))
    _check_equal("gradients of the loop and of torch.nn.LSTM", *gradients)

    def speed(layer, passes=20):
        started = time.perf_counter()
        for _ in range(passes):
            layer(x).square().sum().backward()
        return passes * SHAPE["rows"] * SHAPE["words"] / (time.perf_counter() - started)

    return "lstm loop / nn.LSTM", "words/s", lambda: speed(loop), lambda: speed(library)


def bilm() -> Sides:
    """The whole training of lesson 02's biLM, one epoch, against `PlainBiLM`; words a second.

    Raises :class:`UnequalWork` unless the loss of every update is the same but for rounding.
    """
    lesson = importlib.import_module(LESSON_02)
    text = (tokenize(sentence) for document in miniworld.text(TOKENS) for sentence in document)
    sentences = [sentence for sentence in text if sentence]
    lexicon, config = lesson.Lexicon(sentences), lesson.ElmoConfig(**SIZES)
    recipe = lesson.Pretraining(epochs=1)
    n_words = sum(map(len, sentences))
    lesson.length_groups(lexicon, sentences, recipe.batch_size)  # so that all words have rows

    def ours():
        return lesson.pretrain(lexicon, sentences, config, recipe)[1]

    def peer():
        groups = lesson.length_groups(lexicon, sentences, recipe.batch_size)
        counts = lesson.target_counts(lexicon, groups)
        law = torch.tensor(lesson.noise_distribution(counts), dtype=torch.float32)
        plain = PlainBiLM(config, lesson.N_LETTERS, lexicon.n_targets)
        torch.manual_seed(recipe.seed)  # the same first weights, and the same draws after them
        plain.take(lesson.BiLM(config, lexicon.n_targets))
        with torch.no_grad():
            plain.softmax.bias.copy_((counts / counts.sum()).log())
        chars = lexicon.chars

        def loss(model, ids):
            drawn = torch.multinomial(law, recipe.n_drawn, replacement=True)
            ahead, behind = model(ids, chars)
            real = ids[:, 1:] != PAD
            targets = ids.masked_fill(ids >= lexicon.n_targets, UNKNOWN)
            rows = ahead[:, :-1][real], targets[:, 1:][real]
            back = behind[:, 1:][real], targets[:, :-1][real]
            both = (_sampled_loss(model.softmax, *pair, drawn, law) for pair in (rows, back))
            return sum(both) / 2

        return plain, _in_order(groups, recipe.seed), loss, recipe.lr

    return _trainings("bilm training words/s", n_words, ours, peer)


def translator() -> Sides:
    """The whole training of lesson 03's translator, one epoch, against `PlainTranslator`.

    German words a second. Raises :class:`UnequalWork` unless the loss of every update is the same
    but for rounding.
    """
    lesson = importlib.import_module(LESSON_03)
    pairs = [(row.english, row.german) for row in lesson.bilingual_text(TOKENS // 3, seed=0)]
    english, german = (lesson.Lexicon([pair[side] for pair in pairs]) for side in (0, 1))
    config, recipe = lesson.CoveConfig(), lesson.TranslationRecipe(epochs=1)
    generator = torch.Generator().manual_seed(0)
    table = torch.randn(english.n_targets, config.d_word, generator=generator)
    n_words = sum(len(translation) for _, translation in pairs)

    def ours():
        return lesson.learn_to_translate(pairs, english, german, table, config, recipe)[1]

    def peer():
        groups = lesson.pair_groups(pairs, english, german, recipe.batch_size)
        counts = lesson.target_counts(german, [target for _, target in groups])
        plain = PlainTranslator(config, table, german.n_targets)
        torch.manual_seed(recipe.seed)
        plain.take(lesson.Translator(config, table, german.n_targets))
        with torch.no_grad():
            plain.bias.copy_((counts / counts.sum()).log())

        def loss(model, batch):
            source, target = batch
            scores = model(source, target[:, :-1])
            return F.cross_entropy(scores.transpose(1, 2), target[:, 1:], ignore_index=PAD)

        return plain, _in_order(groups, recipe.seed), loss, recipe.lr

    return _trainings("translator training words/s", n_words, ours, peer)


class PlainTranslator(nn.Module):
    """McCann et al.'s (2017) translator: a packed, bidirectional nn.LSTM and one that decodes."""

    def __init__(self, config, table, n_targets: int):
        super().__init__()
        d = 2 * config.d_hidden
        self.source = nn.Embedding.from_pretrained(table, padding_idx=PAD)
        settings = {"batch_first": True, "bidirectional": True}
        self.encoder = nn.LSTM(table.shape[1], config.d_hidden, config.n_layers, **settings)
        self.target = nn.Embedding(n_targets, config.d_word)
        self.decoder = nn.LSTM(config.d_word, d, batch_first=True)
        self.query, self.combine = nn.Linear(d, d), nn.Linear(2 * d, config.d_word)
        self.bias = nn.Parameter(torch.zeros(n_targets))

    @torch.no_grad()
    def take(self, model) -> None:
        """The weights of the lesson's `Translator`, whose second layer reads both directions."""
        for suffix, layers in (("", model.encoder.ahead), ("_reverse", model.encoder.behind)):
            for number, layer in enumerate(layers):
                for name, weight in layer.named_parameters():
                    place = name.replace("_l0", f"_l{number}{suffix}")
                    getattr(self.encoder, place).copy_(weight)
        self.target.load_state_dict(model.embedding.state_dict())
        self.decoder.load_state_dict(model.decoder.state_dict())
        self.query.load_state_dict(model.attention.query.state_dict())
        self.combine.load_state_dict(model.attention.combine.state_dict())

    def forward(self, source, words):
        """Sources (B, S) and words (B, T) → scores (B, T, V) of the word after each."""
        mask = source != PAD
        x, lengths = self.source(source), mask.sum(1)
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, True, enforce_sorted=False)
        states, (h, _) = self.encoder(packed)
        states, _ = nn.utils.rnn.pad_packed_sequence(states, True, total_length=source.shape[1])
        first = torch.cat([h[-2], h[-1]], 1).unsqueeze(0)
        s, _ = self.decoder(self.target(words), (first, torch.zeros_like(first)))
        scores = torch.bmm(self.query(s), states.transpose(1, 2))
        weights = scores.masked_fill(~mask.unsqueeze(1), -torch.inf).softmax(2)
        mixed = self.combine(torch.cat([torch.bmm(weights, states), s], 2)).tanh()
        return mixed @ self.target.weight.T + self.bias


class PlainBiLM(nn.Module):
    """The biLM of Peters et al. (2018) out of nn.Conv1d, nn.Linear and nn.LSTM."""

    def __init__(self, config, n_letters: int, n_targets: int):
        super().__init__()
        n_filters, d = sum(n for _, n in config.filters), config.d_model
        self.letters = nn.Embedding(n_letters, config.d_char, padding_idx=0)
        self.filters = nn.ModuleList(nn.Conv1d(config.d_char, n, w) for w, n in config.filters)
        self.transforms, self.gates = (
            nn.ModuleList(nn.Linear(n_filters, n_filters) for _ in range(config.n_highway))
            for _ in range(2)
        )
        self.projection = nn.Linear(n_filters, d)
        self.ahead, self.behind = (
            nn.ModuleList(nn.LSTM(d, d, batch_first=True) for _ in range(config.n_layers))
            for _ in range(2)
        )
        self.softmax = nn.Linear(d, n_targets)

    @torch.no_grad()
    def take(self, model) -> None:
        """The weights of the lesson's `BiLM`."""
        cnn = model.encoder.cnn
        self.letters.load_state_dict(cnn.embedding.state_dict())
        for ours, theirs in zip(self.filters, cnn.filters, strict=True):
            n, d_char, width = ours.weight.shape
            ours.weight.copy_(theirs.weight.reshape(n, width, d_char).transpose(1, 2))
            ours.bias.copy_(theirs.bias)
        for i, highway in enumerate(model.encoder.highways):
            self.transforms[i].load_state_dict(highway.transform.state_dict())
            self.gates[i].load_state_dict(highway.gate.state_dict())
        self.projection.load_state_dict(model.encoder.projection.state_dict())
        self.ahead.load_state_dict(model.ahead.state_dict())
        self.behind.load_state_dict(model.behind.state_dict())
        self.softmax.load_state_dict(model.softmax.state_dict())

    def forward(self, ids, chars):
        """(B, T) rows and the letters of all words → top states ahead and behind, (B, T, D)."""
        used, where = ids.unique(return_inverse=True)
        x = self.encode(chars[used])[where]
        lengths = (ids != PAD).sum(1, keepdim=True)
        place = torch.arange(ids.shape[1])
        mirror = lengths - 1 - place
        mirror = torch.where(mirror >= 0, mirror, place).unsqueeze(-1).expand_as(x)
        behind = self.read(self.behind, x.gather(1, mirror)).gather(1, mirror)
        return self.read(self.ahead, x), behind

    def encode(self, chars):
        """Letters (N, C) → token vectors (N, D)."""
        begins = chars != 0
        longest = int(begins.sum(1).max())
        begins = begins[:, :longest].unsqueeze(1)
        widest = max(bank.kernel_size[0] for bank in self.filters)
        x = F.pad(self.letters(chars[:, :longest]).transpose(1, 2), (0, widest - 1))
        found = torch.cat([bank(x)[..., :longest] for bank in self.filters], 1)
        x = found.masked_fill(~begins, -torch.inf).amax(2).relu()
        for transform, gate in zip(self.transforms, self.gates, strict=True):
            g = gate(x).sigmoid()
            x = g * transform(x).relu() + (1 - g) * x
        return self.projection(x)

    def read(self, layers, x):
        """Each layer but the first adds to what it read."""
        for number, layer in enumerate(layers):
            h = layer(x)[0]
            x = h + x if number else h
        return x


def _trainings(name: str, n_words: int, ours: Callable, peer: Callable) -> Sides:
    """Two whole trainings on the same words, timed; words a second.

    ``ours()`` trains and returns its History. ``peer()`` gets ready, which isn't timed, and returns
    the arguments of `_train_plainly`.
    """
    losses = []

    def our_speed():
        started = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):  # the loop reports how far it is
            history = ours()
        seconds = time.perf_counter() - started
        losses[:] = history.losses
        return n_words / seconds

    def peer_speed():
        arguments = peer()
        started = time.perf_counter()
        found = _train_plainly(*arguments)
        seconds = time.perf_counter() - started
        _check_equal("losses of the updates", torch.tensor(found), torch.tensor(losses), 1e-3)
        return n_words / seconds

    return name, "words/s", our_speed, peer_speed


def _train_plainly(model: nn.Module, batches: list, loss_of: Callable, lr: float) -> list[float]:
    """One pass with the rates of the course's loop; returns the loss of each update."""
    config = TrainConfig(epochs=1, lr=lr, warmup=0.1)
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=lr, weight_decay=0.0, fused=True)
    factor = schedule_factor(config, len(batches))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
    losses = []
    for batch in batches:
        loss = loss_of(model, batch)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(weights, config.clip)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return losses


def _in_order(groups: list, seed: int) -> list:
    """The batches of one epoch, as the course's loop draws them."""
    batches = Batches(groups, 1, seed, collate=lambda group: group[0])
    return [batches.at(step) for step in range(len(batches))]


def _sampled_loss(softmax: nn.Linear, states, targets, drawn, law):
    """Cross-entropy among the target and sampled words (Jozefowicz et al. 2016, section 3.1)."""
    bias = softmax.bias - (len(drawn) * law).log()
    right = (states * softmax.weight[targets]).sum(1, keepdim=True) + bias[targets].unsqueeze(1)
    others = states @ softmax.weight[drawn].T + bias[drawn]
    others = others.masked_fill(drawn == targets.unsqueeze(1), -torch.inf)
    first = torch.zeros(len(states), dtype=torch.long)
    return F.cross_entropy(torch.cat([right, others], 1), first)


def _check_equal(what: str, ours, theirs, tolerance: float = 1e-4) -> None:
    if ours.shape != theirs.shape or not torch.allclose(ours, theirs, tolerance, tolerance):
        raise UnequalWork(f"{what} differ.")

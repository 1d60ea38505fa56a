"""BERT's input embedding: every implementation against the formula in float64."""

import pytest
import torch
import torch.nn.functional as F
from kernel_checks import assert_near, compare, each, each_dtype, ours, planted_bugs, randn, use

from helpers.kernels.embedding import embedding, embedding_reference

SHAPES = {  # shape of the ids, width
    "odd": ((3, 7), 37),
    "prime": ((5, 11), 13),
    "one token": ((1, 1), 16),
    "one sentence": ((9,), 24),
    "long rows": ((1, 3), 5000),
    "many short rows": ((4, 40), 16),
    "empty batch": ((0, 8), 16),
}


def check(device, shape, D, dtype=torch.float32, V=23, n_segments=2, packed=False, eps=1e-2):
    """Few words, so that most ids repeat, within a program's rows too."""
    T = max(shape[-1], 2)
    tensors = {
        "token_weight": randn(V, D, dtype=dtype, device=device),
        "segment_weight": randn(n_segments, D, dtype=dtype, device=device),
        "position_weight": randn(T + 3, D, dtype=dtype, device=device),
        "weight": randn(D, device=device),
        "bias": randn(D, device=device),
    }
    ids = [torch.randint(V, shape), torch.randint(n_segments, shape)]
    positions = torch.randint(T, shape) if packed else torch.arange(shape[-1]).expand(shape)
    given = positions.to(device) if packed else None

    def run(**tensors):
        on_device = [i.to(device) for i in ids]
        return embedding(*on_device, **tensors, position_ids=given, eps=eps)

    def reference(token_weight, segment_weight, position_weight, weight, bias):
        tables = token_weight, segment_weight, position_weight
        return embedding_reference((*ids, positions), tables, weight, bias, eps)

    compare(run, reference, tensors, dtype)


@each
@pytest.mark.parametrize("shape", SHAPES)
def test_shapes(implementation, shape, monkeypatch):
    device = use(implementation, monkeypatch)
    check(device, *SHAPES[shape])
    check(device, *SHAPES[shape], packed=True)


@each
@pytest.mark.parametrize("n_segments", [1, 3, 4])
def test_segments(implementation, n_segments, monkeypatch):
    check(use(implementation, monkeypatch), (3, 9), 20, n_segments=n_segments)


@each
@each_dtype
def test_dtypes(implementation, dtype, monkeypatch):
    check(use(implementation, monkeypatch), (3, 9), 48, dtype)


@each
def test_ids_and_tables_that_are_not_contiguous(implementation, monkeypatch):
    device = use(implementation, monkeypatch)
    tokens = torch.randint(7, (6, 5), device=device).T
    segments = torch.zeros(1, 1, dtype=int, device=device).expand(5, 6)
    tables = [randn(12, n, device=device).T for n in (7, 2, 6)]
    weight = randn(24, device=device)[::2]
    got = embedding(tokens, segments, *tables, weight, weight)
    positions = torch.arange(6, device=device).expand(5, 6)
    ids = tokens, segments, positions
    want = embedding_reference(ids, tables, weight, weight, 1e-12)
    assert_near("output", got, want, torch.float32)


@each
def test_nan_and_infinity_stay_in_their_rows(implementation, monkeypatch):
    device = use(implementation, monkeypatch)
    tables = [randn(n, 8, device=device) for n in (5, 2, 4)]
    tables[0][3, 1], tables[2][2, 0] = torch.nan, torch.inf
    tokens = torch.tensor([[0, 3, 1, 2]], device=device)
    ones = torch.ones(8, device=device)
    out = embedding(tokens, torch.zeros_like(tokens), *tables, ones, ones)[0].isnan()
    assert out[[1, 2]].all() and not out[[0, 3]].any()


@ours
def test_an_id_outside_its_table_is_noticed(implementation, monkeypatch):
    device = use(implementation, monkeypatch)
    tables = [randn(n, 8, device=device).requires_grad_() for n in (5, 2, 4)]
    tokens = torch.tensor([[0, 5, -1]], device=device)
    ones = torch.ones(8, device=device)
    out = embedding(tokens, torch.zeros_like(tokens), *tables, ones, ones)
    assert out.isnan().all(-1).tolist() == [[False, True, True]]
    out.sum().backward()  # and writes nowhere else


@each
def test_an_id_outside_its_table_is_an_error_on_a_cpu(implementation, monkeypatch):
    use(implementation, monkeypatch)
    if implementation in ("interpreter", "device"):
        pytest.skip("as on a GPU")
    tables = [randn(n, 8) for n in (5, 2, 4)]
    with pytest.raises(IndexError):
        embedding(torch.tensor([[5]]), torch.tensor([[0]]), *tables, randn(8), randn(8))


def test_reference_is_torchs_operations_and_differentiates_right(monkeypatch):
    torch.manual_seed(0)
    monkeypatch.setenv("KERNELS", "reference")
    options = {"dtype": torch.float64}
    tables = [randn(n, 4, **options).requires_grad_() for n in (5, 2, 6)]
    weight, bias = (randn(4, **options).requires_grad_() for _ in range(2))
    tokens, segments = torch.tensor([[1, 1, 4], [0, 2, 1]]), torch.tensor([[0, 1, 1], [0, 0, 0]])
    total = F.embedding(tokens, tables[0]) + F.embedding(segments, tables[1]) + tables[2][:3]
    want = F.layer_norm(total, (4,), weight, bias, 1e-3)
    got = embedding(tokens, segments, *tables, weight, bias, eps=1e-3)
    assert_near("output", got, want, torch.float32)

    def run(*inputs):
        return embedding(tokens, segments, *inputs, eps=1e-3)

    assert torch.autograd.gradcheck(run, (*tables, weight, bias))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"segment_ids": torch.zeros(1, 2, dtype=int)}, "must have one shape"),
        ({"position_weight": randn(2, 8)}, "3 tokens are more than the 2 positions"),
        ({"token_weight": randn(5, 7)}, "must have one width D"),
        ({"bias": randn(7)}, "must have one width D"),
        ({"segment_weight": randn(2, 8, dtype=torch.float64)}, "must be of one dtype"),
    ],
)
def test_arguments_that_do_not_fit(change, message):
    arguments = {
        "token_ids": torch.zeros(1, 3, dtype=int),
        "segment_ids": torch.zeros(1, 3, dtype=int),
        "token_weight": randn(5, 8),
        "segment_weight": randn(2, 8),
        "position_weight": randn(4, 8),
        "weight": randn(8),
        "bias": randn(8),
    }
    with pytest.raises(ValueError, match=message):
        embedding(**{**arguments, **change})


ATOMIC = 'tl.atomic_add(at, ds, mask=inside & known[:, None], sem="relaxed")'
BUGS = {
    "race on the scatter": (
        (ATOMIC, "tl.store(at, tl.load(at, mask=inside) + ds, mask=inside & known[:, None])"),
    ),
    "last writer wins": ((ATOMIC, "tl.store(at, ds, mask=inside & known[:, None])"),),
    "weight ignored in the backward": (("g = dy * w[None, :]", "g = dy"),),
    "eps outside the root": (
        (
            "tl.rsqrt(tl.sum(centred * centred, 1) / D + eps)",
            "1 / (tl.sqrt(tl.sum(centred * centred, 1) / D) + eps)",
        ),
    ),
    "mean's gradient forgotten": (("tl.sum(g, 1)[:, None] / D", "0"),),
    "segments of the last tile only": (("dsegment += tl.where", "dsegment = tl.where"),),
    "segments mixed up": (("one_of[:, None] == j", "one_of[:, None] == 1 - j"),),
    "position's gradient by token": (
        ("_scatter(dpositions, position, ds, P", "_scatter(dpositions, token, ds, P"),
    ),
    "segment not added": (
        ("s = token_row + segment_row + position_row", "s = token_row + position_row"),
    ),
    "rows of the next program": (("tl.program_id(0) * ROWS +", "tl.program_id(0) * (ROWS + 1) +"),),
    "a program's later rows forgotten": (("db += tl.sum(dy, 0)", "db = tl.sum(dy, 0)"),),
    "last column dropped": (("(d[None, :] < D)", "(d[None, :] < D - 1)"),),
}


def check_all():
    check("cpu", (2, 43), 12)


test_planted_bugs_are_caught, test_a_copy_without_bugs_passes = planted_bugs(
    "embedding", BUGS, check_all
)

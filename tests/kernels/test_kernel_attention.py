"""Attention: every implementation against the formula in float64, and the formula itself."""

import itertools

import pytest
import torch
import torch.nn.functional as F
from kernel_checks import (
    assert_near,
    compare,
    each,
    each_dtype,
    gpu_module,
    ours,
    planted_bugs,
    randn,
    use,
)

from helpers.kernels.attention import (
    attention,
    attention_packed,
    attention_packed_reference,
    attention_reference,
)

SMALL_TILES = {"BLOCK_M": 16, "BLOCK_N": 16, "num_warps": 4, "num_stages": 1}
# B, H, T, S, d_head, causal, lengths
SHAPES = {
    "one tile": (2, 1, 16, 16, 16, False, None),
    "one row": (1, 2, 1, 1, 16, True, None),
    "odd": (1, 2, 37, 37, 24, False, None),
    "prime, causal": (1, 1, 53, 53, 17, True, None),
    "cache": (2, 1, 1, 41, 32, True, None),
    "later queries": (1, 1, 19, 67, 16, True, None),
    "padding": (3, 2, 33, 33, 16, False, (33, 16, 1)),
    "padding, causal": (2, 1, 40, 40, 16, True, (17, 40)),
    "nothing to see": (2, 1, 5, 18, 16, False, (0, 18)),
    "wide heads": (1, 1, 33, 20, 128, False, None),
    "empty batch": (0, 2, 3, 3, 16, False, None),
    "no keys": (1, 1, 3, 0, 16, False, None),
    "no queries": (1, 1, 0, 3, 16, False, None),
}


def small_tiles(monkeypatch):
    """Several tiles each way, even for the small shapes that the interpreter can do."""
    module = gpu_module("attention")
    monkeypatch.setattr(module, "tiles", lambda *_: dict(SMALL_TILES))


def heads(B, n, H, d_head, **options):
    """``(B, H, n, d_head)`` as a model makes it: split from one matrix, so not contiguous."""
    return randn(B, n, H, d_head, **options).transpose(1, 2)


def check_dense(device, B, H, T, S, d_head, causal, lengths, dtype=torch.float32, lse=True):
    q = heads(B, T, H, d_head, dtype=dtype, device=device)
    k, v = (heads(B, S, H, d_head, dtype=dtype, device=device) for _ in range(2))
    lengths = None if lengths is None else torch.tensor(lengths)
    scale = 1.7 * d_head**-0.5

    def run(q, k, v):
        on_device = None if lengths is None else lengths.to(device)
        return attention(q, k, v, causal=causal, lengths=on_device, scale=scale, return_lse=lse)

    def reference(q, k, v):
        out, row_lse = attention_reference(q, k, v, causal, lengths, scale)
        return (out, row_lse) if lse else out

    compare(run, reference, {"q": q, "k": k, "v": v}, dtype)


def check_packed(device, lengths, H, d_head, causal, dtype=torch.float32, max_len=None):
    offsets = torch.tensor([0, *lengths], dtype=torch.int32).cumsum(0).to(torch.int32)
    fused = randn(int(offsets[-1]), 3, H, d_head, dtype=dtype, device=device)  # one product's
    q, k, v = fused.unbind(1)

    def run(q, k, v):
        return attention_packed(q, k, v, offsets.to(device), max_len=max_len, causal=causal)

    def reference(q, k, v):
        return attention_packed_reference(q, k, v, offsets, causal, d_head**-0.5)

    compare(run, reference, {"q": q, "k": k, "v": v}, dtype)


@each
@pytest.mark.parametrize("shape", SHAPES)
def test_dense(implementation, shape, monkeypatch):
    device = use(implementation, monkeypatch)
    if implementation == "interpreter":
        small_tiles(monkeypatch)
    check_dense(device, *SHAPES[shape])
    check_dense(device, *SHAPES[shape], lse=False)


@each
@each_dtype
def test_dtypes_in_tiles_of_the_real_size(implementation, dtype, monkeypatch):
    device = use(implementation, monkeypatch)
    check_dense(device, 1, 1, 150, 170, 40, True, None, dtype)


@each
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(
    "lengths", [(37, 1, 16, 0, 18), (5,), (), (0, 0)], ids=["many", "one", "none", "empty"]
)
def test_packed(implementation, lengths, causal, monkeypatch):
    device = use(implementation, monkeypatch)
    if implementation == "interpreter":
        small_tiles(monkeypatch)
    check_packed(device, lengths, 2, 24, causal)
    check_packed(device, lengths, 2, 24, causal, max_len=40)


@each
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
def test_packed_halves(implementation, dtype, monkeypatch):
    check_packed(use(implementation, monkeypatch), (70, 3), 1, 32, True, dtype)


def test_packed_is_dense_attention_of_each_sequence():
    torch.manual_seed(0)
    lengths, H, d_head = (4, 1, 6), 2, 16
    offsets = torch.tensor([0, 4, 5, 11])
    q, k, v = (randn(sum(lengths), H, d_head) for _ in range(3))
    got = attention_packed(q, k, v, offsets, causal=True)
    for a, b in itertools.pairwise(offsets):
        one = [x[a:b].transpose(0, 1)[None] for x in (q, k, v)]
        want = attention(*one, causal=True)[0].transpose(0, 1)
        assert_near("sequence", got[a:b], want, torch.float32)


@each
def test_nan_and_infinity_stay_in_their_rows(implementation, monkeypatch):
    """As in the formula: NaN in a query spoils its row, in a key all rows that see it."""
    device = use(implementation, monkeypatch)
    q, k, v = (randn(1, 1, 20, 16) for _ in range(3))
    q[0, 0, 3, 5] = torch.nan
    q[0, 0, 4] = 1e38  # scores beyond float32
    v[0, 0, 7, 2] = torch.inf
    want, _ = attention_reference(q, k, v, False, None, 0.25)
    got = attention(*(x.to(device) for x in (q, k, v))).cpu()
    assert torch.equal(got.isnan().any(-1), want.isnan().any(-1))
    assert want[0, 0, 3].isnan().all() and got[0, 0, 3].isnan().all()
    assert want[0, 0, 0, 2] == torch.inf == got[0, 0, 0, 2]


@ours
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("value", [torch.nan, torch.inf, -torch.inf], ids=str)
def test_a_query_or_key_spoils_the_outputs_that_it_spoils_in_torchs(
    implementation, value, causal, monkeypatch
):
    device = use(implementation, monkeypatch)
    for spoilt in (0, 1):
        tensors = [randn(1, 1, 20, 16) for _ in range(3)]
        tensors[spoilt][0, 0, 4, 3] = value
        want = F.scaled_dot_product_attention(*tensors, is_causal=causal)
        got = attention(*(x.to(device) for x in tensors), causal=causal).cpu()
        assert torch.equal(got.isfinite(), want.isfinite())
        assert_near("finite", got.nan_to_num(0), want.nan_to_num(0), torch.float32)


@each
def test_padding_may_hold_anything(implementation, monkeypatch):
    """Keys beyond a sequence's length have no influence, whatever is there."""
    device = use(implementation, monkeypatch)
    q, k, v = (randn(2, 1, 20, 16, device=device) for _ in range(3))
    lengths = torch.tensor([20, 7], device=device)
    first = attention(q, k, v, lengths=lengths)
    k[1, :, 7:], v[1, :, 7:] = 99, -99
    assert torch.equal(attention(q, k, v, lengths=lengths), first)


@each
def test_log_sum_exp_is_float32_under_autocast(implementation, monkeypatch):
    device = use(implementation, monkeypatch)
    q, k, v = (randn(1, 1, 20, 16, device=device) for _ in range(3))
    with torch.autocast(device, torch.bfloat16):
        out, lse = attention(q, k, v, return_lse=True)
    rounded = (x.bfloat16().double().cpu() for x in (q, k, v))
    assert (out.dtype, lse.dtype) == (torch.bfloat16, torch.float32)
    assert_near("lse", lse, attention_reference(*rounded, False, None, 0.25)[1], torch.float32)


def test_reference_is_torchs_operation_and_differentiates_right(monkeypatch):
    torch.manual_seed(0)
    monkeypatch.setenv("KERNELS", "reference")
    q, k, v = (randn(2, 2, 5, 4, dtype=torch.float64).requires_grad_() for _ in range(3))
    want = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    assert_near("causal", attention(q, k, v, causal=True), want, torch.float32)
    lengths = torch.tensor([2, 5])

    def run(q, k, v):
        return attention(q, k, v, causal=True, lengths=lengths, return_lse=True)

    assert torch.autograd.gradcheck(run, (q, k, v))


@pytest.mark.parametrize(
    ("shapes", "options", "message"),
    [
        (((2, 3, 4), (2, 3, 4), (2, 3, 4)), {}, r"q must be \(B, H, T, d_head\)"),
        (((1, 2, 3, 4), (1, 3, 3, 4), (1, 3, 3, 4)), {}, "differ in B, H or d_head"),
        (((1, 1, 5, 4), (1, 1, 3, 4), (1, 1, 3, 4)), {"causal": True}, "T=5, S=3"),
        (3 * ((2, 1, 3, 4),), {"lengths": torch.ones(3)}, r"lengths must be \(2,\) integers"),
        (
            3 * ((2, 1, 3, 4),),
            {"lengths": torch.ones(2, dtype=int, device="meta")},
            "lengths must be on cpu like q, not on meta",
        ),
    ],
)
def test_shapes_that_do_not_fit(shapes, options, message):
    with pytest.raises(ValueError, match=message):
        attention(*(randn(*shape) for shape in shapes), **options)


def test_packed_shapes_that_do_not_fit():
    x = randn(4, 2, 8)
    with pytest.raises(ValueError, match=r"must all be \(N, H, d_head\)"):
        attention_packed(x, x, x[:, :1], torch.tensor([0, 4]))
    with pytest.raises(ValueError, match="offsets must be"):
        attention_packed(x, x, x, torch.tensor([0.0, 4.0]))
    with pytest.raises(ValueError, match="offsets must be on cpu like q, not on meta"):
        attention_packed(x, x, x, torch.zeros(2, dtype=int, device="meta"))


@each
@pytest.mark.parametrize("offsets", [[0, 3], [1, 4], [0, 3, 2, 4], [0, 5]], ids=str)
def test_offsets_that_leave_rows_out(implementation, offsets, monkeypatch):
    device = use(implementation, monkeypatch)
    x = randn(4, 2, 8, device=device)
    with pytest.raises(ValueError, match="offsets must rise from 0 to 4, got"):
        attention_packed(x, x, x, torch.tensor(offsets, device=device))


@pytest.mark.parametrize("implementation", ["device"])
def test_more_sequences_than_an_axis_of_the_grid_holds(implementation, monkeypatch):
    device = use(implementation, monkeypatch)
    q, k, v = (randn(70_000, 1, 1, 16, device=device) for _ in range(3))
    assert torch.equal(attention(q, k, v), v)


BUGS = {
    "mask after the softmax": (
        ('            scores = tl.where(seen, scores, float("-inf"))\n', ""),
        ("        rescale = tl.exp2(top", "        kept = p\n        rescale = tl.exp2(top"),
        (
            "        v_tile = _load(v, n, n_keys, v_t, d, D, MASKED, MASK_D)\n        acc = acc",
            "        if MASKED:\n            kept = tl.where(seen, p, 0.0)\n"
            "        v_tile = _load(v, n, n_keys, v_t, d, D, MASKED, MASK_D)\n        acc = acc",
        ),
        ("dot(p.to(v_tile.dtype)", "dot(kept.to(v_tile.dtype)"),
    ),
    "values not rescaled": (("acc = acc * rescale[:, None]", "acc = acc"),),
    "sum not rescaled": (("total = total * rescale +", "total = total +"),),
    "one key too many": (("seen = n < n_keys", "seen = n <= n_keys"),),
    "one key too few": (("seen = n < n_keys", "seen = n < n_keys - 1"),),
    "queries see the next key": (("(n <= m + shift)", "(n <= m + shift + 1)"),),
    "earlier keys forgotten": (("shift = S - T", "shift = S * 0"),),
    "no mask at the tile's edge": (
        ("seen_by_all = tl.minimum(n_keys, start_m + 1 + shift)", "seen_by_all = last"),
    ),
    "last tile of keys dropped": (("v, m, whole, last,", "v, m, whole, whole,"),),
    "log-sum-exp in base 2": (("(top + tl.log2(total)) * LN_2", "top + tl.log2(total)"),),
    "lse's gradient with the wrong sign": (("value -= tl.load(dlse", "value += tl.load(dlse"),),
    "row term missing in dk": (("ds = p * (dp - row_delta[None, :])", "ds = p * dp"),),
    "dk not scaled": (("dk_tile * scale", "dk_tile"),),
    "dq not scaled": (("dq_tile * scale", "dq_tile"),),
    "first tile of queries skipped": (
        ("tl.maximum(start_n - shift, 0) // BLOCK_M", "tl.cdiv(start_n - shift, BLOCK_M)"),
    ),
    "queries' mask ends too early": (
        ("start_n + BLOCK_N - 1 - shift, 0), BLOCK_M)", "start_n - shift, 0), BLOCK_M)"),
    ),
    "head's offset forgotten": (("k += b * k_b + h * k_h", "k += b * k_b"),),
    "sequence's offset forgotten": (
        ("v += b * v_b + h * v_h + first * v_t", "v += b * v_b + h * v_h"),
    ),
    "lengths ignored": (
        ("n_keys = tl.minimum(tl.load(lengths + b).to(tl.int32), S)", "n_keys = S"),
    ),
}


def check_all():
    check_dense("cpu", 1, 1, 20, 37, 16, True, None)
    check_dense("cpu", 2, 2, 3, 33, 16, False, (0, 20))
    check_packed("cpu", (19, 5), 1, 16, True)


test_planted_bugs_are_caught, test_a_copy_without_bugs_passes = planted_bugs(
    "attention", BUGS, check_all, small_tiles
)

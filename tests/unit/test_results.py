"""Verdicts on claims: the two-standard-error rule, the control, and what `record` refuses."""

import dataclasses
import json

import pytest

from helpers import results
from helpers.results import FAILS, HOLDS, UNCLEAR, ClaimError, Measurement, record

HEADER = "id\tlecture\tnotebook\tstatement\tkind\tpredicate\tcontrol\tpublished\n"
MEASURED = "00-demo\t1\t00_x\tMore is better.\tmeasured\tmore - less\tshuffled labels\t-\n"
READ = results.claims.__wrapped__
DEFINED = "00-word\t1\t00_x\tA word.\tdefinition\t\t\t-\n"


@pytest.fixture(autouse=True)
def table(tmp_path, monkeypatch):
    path = tmp_path / "claims.tsv"
    path.write_text(HEADER + MEASURED + DEFINED, encoding="utf-8")
    rows = READ(path)
    monkeypatch.setattr(results, "claims", lambda: rows)
    monkeypatch.delenv("COURSE_RESULTS", raising=False)
    return path


@pytest.mark.parametrize(
    ("margins", "outcome"),
    [
        ([0.10, 0.12, 0.11], HOLDS),
        ([-0.10, -0.12, -0.11], FAILS),
        ([0.10, -0.12, 0.03], UNCLEAR),
        ([0.3, 0.0, 0.0], UNCLEAR),  # mean 0.1, one standard error 0.1
        ([0.0, 0.0, 0.0], UNCLEAR),  # equal is not better
    ],
)
def test_two_standard_errors_decide(margins, outcome):
    assert record("00-demo", margins).outcome == outcome


def test_standard_error_is_of_the_mean():
    m = Measurement.of([1.0, 2.0, 3.0, 4.0])
    assert m.std == pytest.approx(1.29099444)
    assert m.standard_error == pytest.approx(0.64549722)


@pytest.mark.parametrize(
    ("mean", "error", "text"),
    [
        (12.75, 2.54, "+12.8 ± 2.5"),
        (0.0764, 0.57, "+0.08 ± 0.57"),
        (-0.0614, 0.00823, "-0.0614 ± 0.0082"),
        (-0.001, 0.57, "+0.00 ± 0.57"),  # no negative zero
        (1234.5, 67.8, "+1234 ± 68"),
        (2.0, 2.0, "+2.0 ± 2.0"),
        (0.5, 0.0, "+0.50 ± 0.00"),
    ],
)
def test_the_mean_is_rounded_to_the_digits_of_its_error(mean, error, text):
    assert str(Measurement(mean, std=2 * error, n=4)) == f"{text} (s.e., n = 4)"


def test_an_effect_that_the_control_shows_too_is_no_evidence():
    up = [0.10, 0.12, 0.11]
    assert record("00-demo", up, control=[0.0, 0.01, -0.01]).outcome == HOLDS
    verdict = record("00-demo", up, control=up)
    assert verdict.outcome == UNCLEAR
    assert "shows the effect too" in repr(verdict)


def test_a_verdict_is_shown_in_lines_that_a_page_can_show_whole(monkeypatch):
    words = "accuracy with well-known vectors − without them, " * 3 + "in all"
    claim = dataclasses.replace(results.claims()["00-demo"], predicate=words, control=words)
    monkeypatch.setattr(results, "claims", lambda: {"00-demo": claim})
    verdict = record("00-demo", [1, 2, 3], control=[1, -2, 3], unit="points")
    first, *lines = repr(verdict).splitlines()
    assert first == "00-demo: More is better."
    assert max(map(len, lines)) <= 96
    starts = [line for line in lines if not line.startswith("      ")]
    assert [line.split()[0] for line in starts] == ["HOLDS", "control"]
    assert f"{words}: +2.00 ± 0.58" in " ".join(" ".join(lines).split())
    assert verdict.claim.predicate == words, "only what is shown is broken into lines"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: record("00-dmeo", [1, 2, 3]), "Did you mean '00-demo'"),
        (lambda: record("00-demo", [1, 2]), "at least 3 seeds"),
        (lambda: record("00-demo", [1, 2, float("nan")]), "finite"),
        (lambda: record("00-demo", [1, 2, 3], control=[1]), "at least 3 seeds"),
        (lambda: record("00-word", [1, 2, 3]), "nothing to measure"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ClaimError, match=message):
        call()


def test_rows_are_appended_only_when_a_run_asks(tmp_path, monkeypatch):
    target = tmp_path / "rows.jsonl"
    record("00-demo", [1, 2, 3])
    monkeypatch.setenv("COURSE_RESULTS", str(target))
    record("00-demo", [1, 2, 3], unit="points")
    record("00-demo", [1, 2, 4])
    rows = results.read_rows(target)
    assert [row["mean"] for row in rows] == [2.0, pytest.approx(7 / 3)]
    assert rows[0]["unit"] == "points" and rows[0]["n"] == 3


def test_a_damaged_row_is_named(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"claim": "a"}) + "\n{broken\n")
    with pytest.raises(ClaimError, match="line 2 is damaged"):
        results.read_rows(path)
    assert results.read_rows(tmp_path / "absent.jsonl") == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("00-a\t1\t00_x\ts\tmeasured\tp\tc\n", "line 2: wrong number"),
        ("00-a\t1\t00_x\ts\tmeasurd\tp\tc\t-\n", "unknown kind"),
        (MEASURED + MEASURED, "line 3: .*repeated"),
    ],
)
def test_a_malformed_table_is_named(tmp_path, line, message):
    path = tmp_path / "bad.tsv"
    path.write_text(HEADER + line, encoding="utf-8")
    with pytest.raises(ClaimError, match=message):
        READ(path)


@pytest.mark.parametrize(
    ("before", "after", "flips"),
    [
        ([0.10, 0.12, 0.11], [0.09, 0.13, 0.12], False),
        ([0.10, 0.12, 0.11], [-0.10, -0.12, -0.11], True),
        ([0.10, 0.12, 0.11], [0.00, 0.01, -0.01], True),
        ([0.10, 0.12, 0.11], [0.02, 0.25, 0.05], False),  # unclear now, but within the noise
    ],
)
def test_a_claim_flips_when_its_outcome_changes_by_more_than_the_noise(before, after, flips):
    rows = [record("00-demo", margins).row() for margins in (before, after)]
    assert results.flipped(*rows) is flips


@pytest.mark.parametrize(
    "margins",
    [
        None,
        0.5,
        "123",
        ["1", "2", "3"],
        {0: 0.5, 1: 0.6, 2: 0.7},
        {0.5, 0.6, 0.7},
        [[1, 2], [3, 4], [5, 6]],
        [1j, 2j, 3j],
        [10**400, 1, 2],
        [None, 1, 2],
    ],
    ids=repr,
)
def test_margins_must_be_a_row_of_numbers(margins):
    with pytest.raises(ClaimError, match="one number per seed"):
        record("00-demo", margins)


def test_arrays_and_tensors_are_margins_too():
    numpy, torch = pytest.importorskip("numpy"), pytest.importorskip("torch")
    for row in (numpy.array([1.0, 1.1, 0.9]), torch.tensor([1.0, 1.1, 0.9]), (1, True, 1.2)):
        assert record("00-demo", row).margin.n == 3
    assert record("00-demo", [numpy.float32(1), torch.tensor(1.5), 2]).margin.mean == 1.5

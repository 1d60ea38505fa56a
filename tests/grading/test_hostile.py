"""Every sample submission: no undeserved point, no deserved one lost, nothing left behind."""

import re

import graded
import psutil
import pytest
from graded import GROUPS, LIMITS, TARGETS, WITNESS

from helpers.grading.box import PATIENCE
from helpers.grading.sandbox import FIRST_UID, UIDS

SLACK = 2.0
"""Seconds that an answer may go on after its limit on the clock."""
PLACES = [(group, i) for group, samples in enumerate(GROUPS) for i in range(len(samples))]


@pytest.mark.parametrize(("group", "position"), PLACES, ids=[GROUPS[g][i].name for g, i in PLACES])
def test_sample_gets_what_it_deserves(group, position):
    result, samples = graded.graded(group)
    verdict, expected = graded.verdicts(result)[TARGETS[position]], samples[position].expected
    passed, message = verdict.score.passed, verdict.score.failure
    wanted = {
        "all": (True,) * len(passed),
        "none": (False,) * len(passed),
        "first 2": (True, True) + (False,) * (len(passed) - 2),
    }
    if expected["passes"] != "any":
        assert passed == wanted[expected["passes"]], verdict
    assert expected.get("limit", "") in verdict.limit, verdict
    if "limit" not in expected:
        assert not verdict.limit or expected.get("limit_may", "?") in verdict.limit, verdict
    assert re.search(expected.get("says", ""), message), verdict
    assert not re.search(expected.get("says_not", "(?!)"), message), verdict
    assert verdict.seconds <= PATIENCE * LIMITS.exercise + SLACK, verdict


@pytest.mark.parametrize("group", range(len(GROUPS)))
def test_the_others_lose_nothing_and_nothing_is_left(group):
    result, samples = graded.graded(group)
    assert graded.verdicts(result)[WITNESS].score.full, samples
    assert not processes_of_sandboxes()


def processes_of_sandboxes() -> list[str]:
    """Processes that run as a sandbox's user."""
    found = []
    for process in psutil.process_iter(["uids", "cmdline"]):
        uids = process.info["uids"]
        if uids and FIRST_UID <= uids.real < FIRST_UID + UIDS:
            found.append(str(process.info["cmdline"]))
    return found

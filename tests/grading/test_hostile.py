"""Every sample submission: no undeserved point, no deserved one lost, nothing left behind."""

import re
import subprocess

import graded
import pytest
from graded import GROUPS, LIMITS, SLACK, TARGETS, WITNESS

from helpers.grading.box import PATIENCE

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
    assert graded.verdicts(result)[WITNESS].score.full, "it cost another exercise points"
    assert not graded.left_behind()


def test_what_is_left_behind_would_be_found():
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with graded.place().start(["-c", "print(flush=True); input()"], **pipes) as process:
        process.stdout.readline()
        assert graded.left_behind()
    assert not graded.left_behind()

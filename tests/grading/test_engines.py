"""Threads and a Dask cluster give the same results; a lost worker is nobody's zero."""

import graded
import pytest
from conftest import skip_or_fail

from helpers.course.exercise_cells import HOW
from helpers.grading import engines
from helpers.grading.box import BoxFault
from helpers.grading.engines import NoCluster, on_cluster, on_threads
from helpers.grading.workshop import Task

TASK = Task(graded.LESSON, "a secret", graded.LIMITS)
WRONG = "def prior_baseline(train_labels, test_labels):\n    return 0.5, 0.5\n"


@pytest.fixture
def contents():
    """Three notebooks by name."""
    graded.need_sandbox()
    return {
        "honest": graded.notebook({}),
        "wrong": graded.notebook({"00-prior": [(WRONG, "00-prior")]}),
        "damaged": b"{",
    }


@pytest.fixture
def distributed():
    try:
        return engines.cluster_package()
    except NoCluster:
        skip_or_fail(False, "Dask", HOW)


def points(results) -> dict[str, float]:
    return {name: result.points for name, result in results}


def test_a_cluster_gives_the_points_that_threads_give(contents, distributed):
    local = points(on_threads(contents, TASK, workers=2))
    assert local == {"honest": 21, "wrong": 19, "damaged": 0}
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster:
        assert points(on_cluster(contents, TASK, cluster.scheduler_address)) == local


def test_a_scheduler_that_does_not_answer_is_one_sentence(distributed, monkeypatch):
    client = distributed.Client
    monkeypatch.setattr(
        distributed, "Client", lambda address, timeout: client(address, timeout="1s")
    )
    with pytest.raises(NoCluster, match="No Dask scheduler answers at tcp://127"):
        list(on_cluster({}, TASK, "tcp://127.0.0.1:9"))


def test_without_dask_the_sentence_names_the_requirements(monkeypatch, tmp_path):
    import sys

    monkeypatch.setattr(engines, "FOLDER", tmp_path)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if "instructor" not in path])
    monkeypatch.delitem(sys.modules, "distributed", raising=False)
    with pytest.raises(
        NoCluster, match=r"needs the package 'distributed', which requirements-inst"
    ):
        engines.cluster_package()


def test_a_fault_is_handed_on_and_a_lost_worker_is_one():
    class Future:
        def __init__(self, error):
            self.error = error

        def result(self):
            raise self.error

    fault = BoxFault("it broke")
    assert engines._outcome(Future(fault)) is fault
    lost = engines._outcome(Future(LookupError("gone")))
    assert isinstance(lost, BoxFault) and "The grader failed (LookupError: gone)" in str(lost)

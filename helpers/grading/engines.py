"""Where notebooks are graded: threads on this machine, or an existing Dask cluster.

Both hand :func:`helpers.grading.workshop.grade_one` the same arguments. A thread does no more than
watch a sandbox, which is a process.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed

from helpers.course.exercise_cells import FOLDER
from helpers.grading.box import BoxFault
from helpers.grading.judge import Graded
from helpers.grading.workshop import Task, grade_one

Outcome = Graded | BoxFault


class NoCluster(Exception):
    """The cluster can't be used; the message says why."""


def on_threads(
    contents: dict[str, bytes], task: Task, workers: int
) -> Iterator[tuple[str, Outcome]]:
    """Grade notebooks, ``workers`` at a time; yields each one's key with its result as it comes."""
    pool = ThreadPoolExecutor(workers)
    try:
        futures = {pool.submit(grade_one, raw, task): key for key, raw in contents.items()}
        for future in as_completed(futures):
            yield futures[future], _outcome(future)
    finally:  # Ctrl-C: those in their sandboxes end, the others never start
        pool.shutdown(cancel_futures=True)


def on_cluster(
    contents: dict[str, bytes], task: Task, address: str
) -> Iterator[tuple[str, Outcome]]:
    """Like :func:`on_threads`, on the workers of a Dask scheduler. Raises :class:`NoCluster`.

    Each worker needs this checkout at the same path, its environment, and bubblewrap.
    """
    distributed = cluster_package()
    try:
        client = distributed.Client(address, timeout="10s")
    except (OSError, ValueError, TimeoutError) as error:
        raise NoCluster(f"No Dask scheduler answers at {address}: {error}") from None
    with client:
        futures = {
            client.submit(grade_one, raw, task, pure=False, retries=0): key
            for key, raw in contents.items()
        }
        for future in distributed.as_completed(futures):
            yield futures[future], _outcome(future)


def _outcome(future) -> Outcome:
    """The result, or why there is none: a fault of the grader or a lost worker is nobody's zero."""
    try:
        return future.result()
    except BoxFault as fault:
        return fault
    except Exception as error:
        return BoxFault(f"The grader failed ({type(error).__name__}: {error}).")


def cluster_package():
    """The package distributed, from the instructor's environment if it isn't in this one."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    sys.path.append(str(FOLDER / "lib" / version / "site-packages"))
    try:
        import distributed
    except ModuleNotFoundError as error:
        raise NoCluster(
            f"--scheduler needs the package {error.name!r}, which requirements-instructor.txt has: "
            "`make .venv-instructor/.complete` installs it."
        ) from None
    return distributed

"""What grading costs, and what became of every sample submission, for docs/grading.md.

    python -m tests.benchmarks.grading throughput --notebooks 100
    python -m tests.benchmarks.grading samples

Throughput is measured in turns of a few notebooks each (one worker, two, a Dask cluster of two, one
worker again …), because other programs may use the machine; ratios are those of turns side by side.
CPU seconds depend on them least.
"""

import argparse
import contextlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbformat

from helpers import ROOT
from helpers.course import readme
from helpers.course.exercise_cells import PYTHON
from helpers.course.provenance import provenance
from helpers.files import write_atomically
from helpers.grading import engines
from helpers.grading.scales import Spent
from helpers.grading.workshop import Task, grade_one

sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "grading")]
import graded  # noqa: E402

DOCUMENT = ROOT / "docs" / "grading.md"
TURN = 5
"""Notebooks of one turn."""
NBGRADER = """
c = get_config()
c.CourseDirectory.course_id = "course"
c.ClearSolutions.enforce_metadata = False
c.ClearHiddenTests.enforce_metadata = False
c.ExecutePreprocessor.timeout = 600
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=["throughput", "samples"])
    parser.add_argument("--notebooks", type=int, default=100)
    parser.add_argument("--peer", type=int, default=3, help="notebooks that nbgrader grades")
    wanted = parser.parse_args()
    before = os.getloadavg()[0]
    part, text = (
        wanted.part,
        samples() if wanted.part == "samples" else throughput(wanted.notebooks, wanted.peer),
    )
    here = provenance()
    load = f"load average {before:.1f} when it began and {os.getloadavg()[0]:.1f} when it ended"
    text += f"\n\n*{here['date']}, commit {here['commit']}, {here['machine']}; {load}.*"
    document = DOCUMENT.read_text(encoding="utf-8")
    write_atomically(DOCUMENT, readme.between(document, part, text))
    print(text)


def samples() -> str:
    """A row for each sample: what it tries, its points, what it took, the limit that ended it."""
    lines = [
        "| sample | what it does | points | seconds | memory | ended because |",
        "|---|---|---|---|---|---|",
    ]
    for group in range(len(graded.GROUPS)):
        result, members = graded.graded(group)
        for target, sample in zip(graded.TARGETS, members, strict=False):
            verdict = graded.verdicts(result)[target]
            score, title = verdict.score, sample.text.partition("\n")[0].removeprefix("# ")
            points = f"{score.points:g} of {score.out_of}"
            took = [f"{verdict.seconds:.2f}", f"{verdict.memory / 2**20:.0f} MiB"]
            lines.append(
                f"| {' | '.join([sample.name, title, points, *took, verdict.limit or '–'])} |"
            )
    return "\n".join(lines)


def throughput(n: int, n_peer: int) -> str:
    """Seconds a notebook, cold and warm, with one and two workers, on a cluster, by nbgrader."""
    task = Task(graded.LESSON, "a secret of the benchmark", protected=True)
    began = time.monotonic()
    first = grade_one(honest(0), task)
    cold = time.monotonic() - began
    distributed = engines.cluster_package()
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as cluster:
        address = cluster.scheduler_address
        ways = {
            "1 worker": lambda contents: engines.on_threads(contents, task, 1),
            "2 workers": lambda contents: engines.on_threads(contents, task, 2),
            "Dask, 2 workers": lambda contents: engines.on_cluster(contents, task, address),
        }
        dict(ways["Dask, 2 workers"]({"a": honest(1), "b": honest(2)}))  # each sets itself up
        turns, results = alternating(ways, n)
    with cpu_seconds() as used:
        grade_one(honest(3), task)
    peer, peer_used = nbgraded(n_peer)
    ours = [one.seconds for one in results]
    peak = max(one.peak_memory for one in results) / 2**20
    assert first.points == first.out_of and all(one.points == one.out_of for one in results)
    lines = ["| measured | | |", "|---|---|---|"]
    lines.append(f"| first notebook of a run, set-up and self-check included | {cold:.1f} s | |")
    lines.append(f"| a notebook in its sandbox, median of {len(ours)} | {median(ours):.2f} s | |")
    lines.append(f"| CPU seconds of a notebook, the sandbox's start included | {used[0]:.1f} s | |")
    lines.append(f"| most memory of one notebook (PSS) | {peak:.0f} MiB | |")
    for way, seconds in turns.items():
        ratio = median([a / b for a, b in zip(turns["1 worker"], seconds, strict=True)])
        total = sum(seconds)
        lines.append(f"| {n} notebooks, {way} | {total:.0f} s | {ratio:.2f} × one worker's rate |")
    peer_ratio = median(peer) / (sum(turns["1 worker"]) / n)
    lines.append(
        f"| nbgrader autograde, a notebook, median of {len(peer)} | {median(peer):.1f} s | "
        f"{peer_ratio:.1f} × ours with one worker |"
    )
    lines.append(f"| nbgrader autograde, CPU seconds of a notebook | {median(peer_used):.1f} s | |")
    return "\n".join(lines)


def alternating(ways: dict, n: int) -> tuple[dict[str, list[float]], list]:
    """Seconds of each turn of each way, and all results; every way grades ``n`` notebooks."""
    turns: dict[str, list[float]] = {way: [] for way in ways}
    results = []
    for start in range(0, n, TURN):
        for number, (way, grade) in enumerate(ways.items()):
            offset = (number + 1) * 10_000 + start
            contents = {str(i): honest(offset + i) for i in range(min(TURN, n - start))}
            began = time.monotonic()
            results += [result for _, result in grade(contents)]
            turns[way].append(time.monotonic() - began)
        print({way: round(seconds[-1], 1) for way, seconds in turns.items()}, flush=True)
    return turns, results


def honest(number: int) -> bytes:
    """The solutions of the lesson as somebody's notebook, no two the same to the byte."""
    book = json.loads((ROOT / "solutions" / f"{graded.LESSON}.ipynb").read_text(encoding="utf-8"))
    book["cells"].append({"cell_type": "code", "source": f"# {number}", "metadata": {}})
    return json.dumps(book).encode()


@contextlib.contextmanager
def cpu_seconds():
    """A list that holds, after the block, what this process and all that it starts computed in it.

    A sandbox is killed, and the CPU seconds of what is killed are in nobody's books: so they are
    looked up while it runs.
    """
    used, over = [], threading.Event()
    spent = Spent(os.getpid())

    def look() -> None:
        while not over.wait(0.05):
            spent.computed()

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield used
    finally:
        over.set()
        watcher.join()
        used.append(spent.computed())


def nbgraded(n: int) -> tuple[list[float], list[float]]:
    """Seconds on the clock and of the CPU that nbgrader's autograder takes for each of ``n`` of the
    same notebooks.
    """
    with tempfile.TemporaryDirectory(prefix="course-") as name:
        folder = Path(name)
        (folder / "nbgrader_config.py").write_text(NBGRADER)
        source = nbformat.read(ROOT / "solutions" / f"{graded.LESSON}.ipynb", as_version=4)
        place(source, folder / "source" / "ps")
        environment = with_our_kernel(folder)
        call(["generate_assignment", "ps", "--create", "--force"], folder, environment)
        seconds, used = [], []
        for number in range(n):
            place(source, folder / "submitted" / f"s{number}" / "ps")
            began, before = time.monotonic(), of_children()
            call(["autograde", "ps", "--student", f"s{number}", "--create"], folder, environment)
            seconds.append(time.monotonic() - began)
            used.append(of_children() - before)
        return seconds, used


def of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def place(book, folder: Path) -> None:
    folder.mkdir(parents=True)
    book.metadata["kernelspec"] = {"name": "ours", "display_name": "ours", "language": "python"}
    nbformat.write(book, folder / f"{graded.LESSON}.ipynb")


def with_our_kernel(folder: Path) -> dict[str, str]:
    """An environment in which nbgrader runs notebooks with this Python, which has torch."""
    kernel = folder / "share" / "kernels" / "ours"
    kernel.mkdir(parents=True)
    start = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": start, "display_name": "ours", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec))
    path = os.pathsep.join([str(PYTHON.parent), os.environ["PATH"]])
    own = {"PATH": path, "JUPYTER_PATH": str(folder / "share"), "HOME": str(folder)}
    return {**os.environ, **own}


def call(arguments: list[str], folder: Path, environment: dict[str, str]) -> None:
    command = [str(PYTHON), "-m", "nbgrader", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"nbgrader {arguments[0]} fails: {done.stderr[-2000:]}")


def median(values: list[float]) -> float:
    return statistics.median(values)


if __name__ == "__main__":
    main()

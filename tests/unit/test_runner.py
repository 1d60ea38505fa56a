"""``course run``: what is refused, what fails and how, what is kept, resumed and run again."""

import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import nbformat
import psutil
import pytest
from tiny_course import TinyCourse

from helpers import files, results
from helpers.course import execution, fingerprint, outcome, pages, report, runner
from helpers.course.parameters import RunError
from helpers.course.progress import Progress
from helpers.course.watch import Watch

RECORD = """
import json, os
row = {"claim": "00-a", "mean": 1.0, "std": 0.1, "n": 3, "unit": "", "control": None,
       "outcome": "holds"}
open(os.environ["COURSE_RESULTS"], "a").write(json.dumps(row) + "\\n")
"""


@pytest.fixture
def course(tmp_path, monkeypatch):
    course = TinyCourse(tmp_path / "check {out}")
    monkeypatch.setattr(fingerprint, "ROOT", course.root)
    monkeypatch.setattr(execution, "ROOT", course.root)
    monkeypatch.setattr(results, "claims", dict)
    monkeypatch.setattr(pages, "render", lambda executed, *_: executed.read_text())
    return course


def run(course, **options) -> int:
    options = {"scale": "smoke", "timeout": 60.0, **options}
    return runner.run(runner.Options(output=course.output, notebooks=course.notebooks, **options))


def kept(course, name) -> outcome.Outcome:
    return outcome.read(course.output, name)


def outputs(course, name) -> str:
    book = nbformat.read(course.output / f"{name}.ipynb", as_version=4)
    cells = [cell for cell in book.cells if cell.cell_type == "code"]
    return "".join(o.get("text", "") for cell in cells for o in cell.outputs)


# What is refused before anything runs


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"scale": "mnii"}, ["SCALE='mnii'", "smoke, mini, full", "Did you mean 'mini'"]),
        ({"seed": -1}, ["SEED=-1", "0 to 2**31-1"]),
        ({"seed": "x"}, ["SEED='x'"]),
        ({"device": "gpu"}, ["DEVICE='gpu'", "cuda"]),
        ({"only": "99"}, ["ONLY='99'", "00 (one)", "01 (two)"]),
        ({"only": "00,tow"}, ["ONLY='tow'", "01 (two)"]),
        ({"extra": {"EPOCH": 4}}, ["EPOCH=4", "00_one.ipynb", "EPOCHS", "Did you mean 'EPOCHS'"]),
        ({"extra": {"EPOCHS": "four"}}, ["EPOCHS='four'", "00_one.ipynb", "int", "3"]),
        ({"extra": {"EPOCHS": True}}, ["EPOCHS=True", "int"]),
        ({"extra": {"SCALE": "mini"}}, ["--scale"]),
        ({"timeout": -1.0}, ["--timeout -1"]),
    ],
)
def test_a_bad_request_names_what_is_allowed_and_runs_nothing(course, options, words):
    course.lesson("00_one")
    course.lesson("01_two")
    with pytest.raises(RunError) as error:
        run(course, **options)
    assert [word for word in words if word not in str(error.value)] == []
    assert course.runs() == [] and not course.output.exists()


def test_a_folder_without_lessons_is_refused(course):
    with pytest.raises(RunError, match="No lessons in"):
        run(course)
    with pytest.raises(RunError, match="There is no folder"):
        runner.find(course.notebooks / "absent")


def test_two_lessons_of_one_topic_are_refused(course):
    course.lesson("00_one")
    course.lesson("01_one")
    with pytest.raises(RunError, match="Two notebooks claim the topic 'one'"):
        run(course)


def test_notebooks_that_no_run_has_written_are_never_overwritten(course):
    lesson = course.lesson("00_a")
    text = lesson.read_bytes()
    for output in (course.notebooks, course.root / "work"):
        output.mkdir(exist_ok=True)
        (output / lesson.name).write_bytes(text)
        with pytest.raises(RunError, match="that no run has written"):
            runner.run(runner.Options(scale="smoke", notebooks=course.notebooks, output=output))
        assert (output / lesson.name).read_bytes() == text and course.runs() == []


def test_a_second_run_into_the_same_folder_is_refused_while_the_first_lasts(course):
    course.lesson("00_a")
    with runner.alone(course.output), pytest.raises(RunError, match="Another run is writing to"):
        run(course)
    assert course.runs() == []
    assert run(course) == 0


# What a run does


def test_lessons_run_in_order_with_their_parameters_and_stay_as_they_are(course, capsys):
    show = "print(SCALE, SEED, DEVICE, EPOCHS, RATE)"
    lessons = [course.lesson(name, show) for name in ("02_c", "00_a", "01_b")]
    before = [lesson.read_bytes() for lesson in lessons]
    assert run(course, seed=7, extra={"EPOCHS": 5, "RATE": 1}) == 0
    assert course.runs() == ["00_a", "01_b", "02_c"]
    assert outputs(course, "01_b") == "smoke 7 auto 5 1\n"
    assert [lesson.read_bytes() for lesson in lessons] == before
    assert sorted(p.name for p in course.notebooks.iterdir() if p.suffix == ".ipynb") == [
        "00_a.ipynb",
        "01_b.ipynb",
        "02_c.ipynb",
    ]
    assert {p.name for p in course.output.glob("*.html")} == {
        "index.html",
        "00_a.html",
        "01_b.html",
        "02_c.html",
    }
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 5 and printed[-1].startswith("3 run, 0 failed, 0 up to date: ")


def test_a_failing_lesson_stops_no_other(course, capsys):
    course.lesson("00_a")
    course.lesson("01_b", "print('so far')", "1 / 0", "print('never')")
    course.lesson("02_c")
    assert run(course) == 1
    assert course.runs() == ["00_a", "01_b", "02_c"]
    assert kept(course, "01_b").failure == outcome.Failure(
        5, "ZeroDivisionError", "division by zero"
    )
    assert outputs(course, "01_b") == "so far\n"
    last = capsys.readouterr().out.splitlines()[-2:]
    assert last[0] == "FAILED 01_b, cell [5]: ZeroDivisionError: division by zero"
    assert last[1].startswith("3 run, 1 failed")
    assert "division by zero" in (course.output / "index.html").read_text()


def test_an_error_in_a_cell_that_may_raise_is_a_failure_all_the_same(course):
    course.lesson("00_a", "raise KeyError('x')", "print('went on')")
    course.edit("00_a", lambda b: b["cells"][3]["metadata"].update(tags=["raises-exception"]))
    assert run(course) == 1
    assert kept(course, "00_a").failure.name == "KeyError"
    assert outputs(course, "00_a") == "went on\n"


def test_a_dead_kernel_fails_its_lesson_alone_and_leaves_a_log(course):
    last_words = "os.write(2, b'last words')"
    course.lesson("00_a", "print('so far')", f"import os; {last_words}; os._exit(3)")
    course.lesson("01_b")
    assert run(course) == 1
    failure = kept(course, "00_a").failure
    assert (failure.cell, failure.name) == (5, "DeadKernel")
    assert outputs(course, "00_a") == "so far\n"
    assert "last words" in (course.output / "00_a.log").read_text()
    assert kept(course, "01_b").status == outcome.DONE


def test_a_lesson_that_takes_too_long_is_ended_with_all_it_started(course, tmp_path, monkeypatch):
    pids = tmp_path / "pids"
    course.lesson("00_a", _start_and_sleep(pids))
    course.lesson("01_b")
    # The time is up as soon as the lesson has started its child, however slow the machine is.
    monkeypatch.setattr(Watch, "seconds", property(lambda self: 61.0 if pids.exists() else 0.0))
    assert run(course, only="0") == 1
    assert kept(course, "00_a").failure == outcome.Failure(
        4, "Timeout", "the lesson took more than 60 s"
    )
    assert not any(map(_alive, _pids(pids)))


def test_what_a_lesson_leaves_running_is_ended(course, tmp_path):
    pids = tmp_path / "pids"
    course.lesson(
        "00_a",
        "import subprocess, sys, time",
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(99)'],"
        " start_new_session=True)",
        f"open(r'{pids}', 'w').write(str(child.pid)); time.sleep(1)",
    )
    assert run(course) == 0
    assert not any(map(_alive, _pids(pids)))


def test_lessons_that_cannot_start_fail_and_the_rest_runs(course, capsys):
    course.lesson("00_a", parameters="SCALE = 'mini'")
    course.lesson("01_b")
    (course.notebooks / "02_c.ipynb").write_text('{"cells": [')
    (course.notebooks / "03_d.ipynb").write_bytes(b"\xff\xfe\x00")
    course.lesson("04_e")
    course.edit("04_e", lambda b: b["cells"][1].update(metadata={}))
    course.lesson("05_f")
    course.edit("05_f", lambda b: b["cells"][0].update(metadata=None))
    (course.notebooks / "06_g.ipynb").mkdir()
    assert run(course) == 1
    assert course.runs() == ["01_b"]
    assert "sets DEVICE, SEED" in kept(course, "00_a").failure.message
    for name in ("02_c", "03_d", "05_f", "06_g"):
        assert "is not a readable notebook" in kept(course, name).failure.message
    assert "sets DEVICE, SCALE, SEED" in kept(course, "04_e").failure.message
    assert "6 failed" in capsys.readouterr().out


def test_only_chooses_by_number_and_topic(course):
    for name in ("00_a", "01_bee", "02_c"):
        course.lesson(name)
    assert run(course, only="2, bee") == 0
    assert course.runs() == ["01_bee", "02_c"]
    assert "not run" in (course.output / "index.html").read_text()


def test_the_kernel_is_this_interpreter_with_a_clean_environment(course, tmp_path, monkeypatch):
    other = tmp_path / "jupyter" / "kernels" / "python3"
    other.mkdir(parents=True)
    spec = {"argv": ["/bin/false"], "display_name": "another", "language": "python"}
    (other / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")
    monkeypatch.setenv("MPLBACKEND", "Agg")
    profile = tmp_path / "ipython" / "profile_default" / "startup"
    profile.mkdir(parents=True)
    (profile / "00.py").write_text("raise SystemExit('a profile was run')")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    course.lesson(
        "00_a",
        "import sys, os, helpers, notebooks; print(sys.executable)",
        "print(os.environ['PYTHONHASHSEED'], os.environ['COURSE_PROGRESS'])",
        "print(helpers.__file__, notebooks.__file__, sep='\\n')",
        "open('scratch', 'w').write('x')",
        "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()",
    )
    assert run(course) == 0
    printed = outputs(course, "00_a").splitlines()
    assert printed[:2] == [sys.executable, "0 plain"]
    assert [Path(line).parent.parent for line in printed[2:4]] == [course.root] * 2
    assert not list(course.root.rglob("scratch"))
    assert "image/png" in (course.output / "00_a.ipynb").read_text()


def test_memory_counts_the_kernel_and_its_children(course):
    grow = "block = bytearray(b'x') * (150 * 2**20); time.sleep(1)"
    course.lesson("00_small", "import time; time.sleep(1)")
    course.lesson("01_large", f"import time; {grow}")
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; {grow}'])"
    course.lesson(
        "02_child",
        child.replace("b'x'", 'b\\"x\\"').replace("'import", '"import').replace("1)'", '1)"'),
    )
    assert run(course) == 0
    small, large, child = (
        kept(course, n).peak_memory for n in ("00_small", "01_large", "02_child")
    )
    assert 5 * 2**20 < small < 150 * 2**20
    assert large - small > 120 * 2**20 and child - small > 120 * 2**20


# What is kept


def test_rows_of_a_completed_lesson_are_kept_and_of_a_failed_one_dropped(course):
    course.lesson("00_a", RECORD)
    course.lesson("01_b", RECORD, "1 / 0")
    assert run(course, seed=3) == 1
    (row,) = outcome.recorded(course.output)
    assert (row["claim"], row["notebook"], row["scale"], row["seed"]) == (
        "00-a",
        "00_a",
        "smoke",
        3,
    )
    assert run(course, seed=3, fresh=True) == 1
    assert len(outcome.recorded(course.output)) == 1  # not appended to those of the first run


def test_rows_vanish_when_their_lesson_no_longer_runs_through(course):
    course.lesson("00_a", RECORD)
    assert run(course) == 0
    course.lesson("00_a", RECORD, "1 / 0")
    assert run(course) == 1
    assert outcome.recorded(course.output) == []


def test_damaged_rows_fail_their_lesson(course):
    course.lesson("00_a", "import os; open(os.environ['COURSE_RESULTS'], 'a').write('{half')")
    assert run(course) == 1
    assert "damaged" in kept(course, "00_a").failure.message


def test_what_is_kept_of_a_removed_lesson_goes(course):
    course.lesson("00_a", RECORD)
    course.lesson("01_b")
    run(course)
    (course.notebooks / "00_a.ipynb").rename(course.notebooks / "00_z.ipynb")
    assert run(course) == 0
    assert course.runs()[2:] == ["00_a"]  # the text logs the name it had
    assert {p.stem for p in course.output.glob("*.ipynb")} == {"00_z", "01_b"}
    assert {row["notebook"] for row in outcome.recorded(course.output)} == {"00_z"}


def test_nothing_of_an_earlier_run_passes_for_one_of_this(course):
    course.lesson("00_a", "import os; os._exit(3)")
    run(course)
    left = [course.output / f"00_a{ending}" for ending in (".ipynb", ".html", ".log")]
    assert all(path.exists() for path in left)
    course.lesson("00_a", parameters="")
    assert run(course) == 1
    assert not any(path.exists() for path in left)


# What is run again


def test_only_what_changed_runs_again(course, capsys):
    course.helper("numbers_", "VALUE = 1")
    course.lesson("00_a", "#| export\nfrom helpers.numbers_ import VALUE")
    course.lesson("01_b", "from notebooks.a import VALUE; print(VALUE)")
    course.lesson("02_c")
    assert run(course) == 0
    assert course.runs() == ["00_a", "01_b", "02_c"]
    assert run(course) == 0 and course.runs() == []
    assert "Nothing to do, 3 up to date" in capsys.readouterr().out
    course.helper("numbers_", "VALUE = 22")
    assert run(course, only="02") == 0 and course.runs() == []
    assert "changed since: helpers.numbers_" in (course.output / "index.html").read_text()
    assert run(course) == 0 and course.runs() == ["00_a", "01_b"]
    assert outputs(course, "01_b") == "22\n"
    assert "changed since" not in (course.output / "index.html").read_text()
    assert run(course, seed=1, only="1") == 0 and course.runs() == ["01_b"]
    assert run(course, fresh=True, only="2") == 0 and course.runs() == ["02_c"]


def test_a_failed_lesson_runs_again_until_it_runs_through(course, tmp_path):
    course.lesson("00_a")
    course.lesson("01_b", f"assert __import__('os').path.exists(r'{tmp_path}/mended')")
    assert run(course) == 1
    assert run(course) == 1
    (tmp_path / "mended").touch()
    assert run(course) == 0
    assert run(course) == 0
    assert course.runs() == ["00_a", "01_b", "01_b", "01_b"]


def test_a_damaged_record_means_that_its_lesson_runs_again(course):
    course.lesson("00_a")
    course.lesson("01_b")
    run(course)
    course.runs()
    (course.output / "state" / "00_a.json").write_text('{"status": "do')
    assert run(course) == 0
    assert course.runs() == ["00_a"]


@pytest.mark.parametrize("damage", [b"", b"[]", b"{}", b"\xff\x00", b'{"failure": {"x": 1}}'])
def test_a_damaged_record_counts_as_none(tmp_path, damage):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "00_a.json").write_bytes(damage)
    assert outcome.read(tmp_path, "00_a") is None
    assert outcome.recorded(tmp_path) == []


@pytest.mark.parametrize("name", sorted(outcome.KINDS))
def test_a_record_with_a_value_of_the_wrong_kind_counts_as_none(tmp_path, name):
    whole = outcome.Outcome(outcome.DONE, {}, {}, 1.5, 2, 3, [], None, {})
    outcome.write(whole, tmp_path, "00_a")
    assert outcome.read(tmp_path, "00_a") == whole
    state = tmp_path / "state" / "00_a.json"
    state.write_text(json.dumps({**json.loads(state.read_text()), name: None}))
    assert outcome.read(tmp_path, "00_a") is None


def test_when_nothing_changed_nothing_heavy_is_imported(course):
    course.lesson("00_a")
    run(course)
    command = course.command()
    command[2] = command[2].replace("sys.exit(", "print(").rstrip() + "\nprint(*sys.modules)"
    again = subprocess.run(command, check=True, capture_output=True, text=True)
    _, status, modules = again.stdout.splitlines()
    assert status == "0" and course.runs() == ["00_a"]
    assert {"torch", "papermill", "nbconvert"}.isdisjoint(modules.split())


def test_a_notebook_that_cannot_be_shown_stops_no_other(course, monkeypatch, capsys):
    def render(executed, *_):
        if executed.stem == "00_a":
            raise ValueError("an output that is not what it claims to be")
        return "\ud83d" if executed.stem == "01_b" else executed.read_text()

    monkeypatch.setattr(pages, "render", render)
    for name in ("00_a", "01_b", "02_c"):
        course.lesson(name)
    assert run(course) == 1
    assert course.runs() == ["00_a", "01_b", "02_c"]
    printed = capsys.readouterr().out
    assert "There is no page of 00_a: ValueError: an output that is not" in printed
    assert "There is no page of 01_b: UnicodeEncodeError" in printed
    assert {p.name for p in course.output.glob("*.html")} == {"index.html", "02_c.html"}


# Interruptions and full disks


def _start_and_sleep(pids: Path, go: Path | None = None) -> str:
    """A cell that starts a child, notes both process ids and sleeps, unless ``go`` exists."""
    return (
        "import os, subprocess, sys, time\n"
        f"if not os.path.exists(r'{go}'):\n"
        "    child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(99)'])\n"
        f"    open(r'{pids}.part', 'w').write(f'{{os.getpid()}} {{child.pid}}')\n"
        f"    os.rename(r'{pids}.part', r'{pids}')\n"
        "    time.sleep(99)"
    )


def _pids(file: Path) -> list[int]:
    assert file.exists(), "the lesson never came that far"
    return [int(pid) for pid in file.read_text().split()]


def _alive(pid: int) -> bool:
    """Whether a process still runs; a dead one may wait for its parent to take note."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _wait_for(file: Path, process: subprocess.Popen) -> None:
    for _ in range(600):
        if file.exists():
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    raise AssertionError(f"{file} never appeared")


@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_interrupted_it_ends_its_kernel_and_resumes_with_the_rest(course, tmp_path, name, status):
    pids, go = tmp_path / "pids", tmp_path / "go"
    course.lesson("00_a", RECORD)
    course.lesson("01_b", RECORD, _start_and_sleep(pids, go))
    course.lesson("02_c")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    child = subprocess.Popen(course.command(), **pipes)
    _wait_for(pids, child)
    child.send_signal(getattr(signal, name))
    printed, complaints = child.communicate(timeout=60)
    assert child.returncode == status
    assert "the same command goes on from there" in printed and "Traceback" not in complaints
    assert not any(map(_alive, _pids(pids)))
    assert course.runs() == ["00_a", "01_b"]
    assert kept(course, "01_b").status == outcome.INTERRUPTED
    assert [row["notebook"] for row in outcome.recorded(course.output)] == ["00_a"]
    assert "interrupted" in (course.output / "index.html").read_text()
    go.touch()
    assert run(course) == 0
    assert course.runs() == ["01_b", "02_c"]


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has no SIGHUP")
def test_nohup_lets_a_run_go_on():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with runner.Interruption():
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_half_a_notebook_is_not_kept(tmp_path):
    path = tmp_path / "00_a.ipynb"
    assert not execution.is_notebook(path)
    path.write_text('{"cells": [{"cell_type": "co')
    assert not execution.is_notebook(path)
    path.write_text('{"cells": []}')
    assert execution.is_notebook(path)


def test_killed_outright_it_resumes_with_the_rest(course, tmp_path):
    pids, go = tmp_path / "pids", tmp_path / "go"
    course.lesson("00_a")
    course.lesson("01_b", _start_and_sleep(pids, go))
    child = subprocess.Popen(course.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _wait_for(pids, child)
    child.kill()
    child.wait()
    assert kept(course, "01_b").status == outcome.INTERRUPTED
    kernel, grandchild = _pids(pids)
    psutil.Process(grandchild).kill()
    for _ in range(200):  # the kernel looks for its parent now and then
        if not _alive(kernel):
            break
        time.sleep(0.1)
    assert not _alive(kernel), "a kernel outlived its runner"
    course.runs()
    go.touch()
    assert run(course) == 0
    assert course.runs() == ["01_b"]


def test_a_page_that_cannot_be_written_fails_the_run_but_costs_no_result(
    course, monkeypatch, capsys
):
    course.lesson("00_a")
    course.lesson("01_b")

    def full_disk(path, content):
        if path.name in ("00_a.html", "index.html"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return files.write_atomically(path, content)

    monkeypatch.setattr(report, "write_atomically", full_disk)
    assert run(course) == 1
    printed = capsys.readouterr().out
    assert printed.count("could not be written: No space left on device") == 2
    assert {p.name for p in course.output.glob("*.html")} == {"01_b.html"}
    assert course.runs() == ["00_a", "01_b"]
    monkeypatch.setattr(report, "write_atomically", files.write_atomically)
    assert run(course) == 0
    assert course.runs() == []
    assert (course.output / "00_a.html").exists() and (course.output / "index.html").exists()


def test_a_write_that_breaks_off_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "folder" / "file"
    files.write_atomically(path, "old")

    def broken(source, target):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(OSError, match="full") as error:
        files.write_atomically(path, "new")
    assert str(path) in str(error.value), "a full disk doesn't say which"
    assert [p.read_text() for p in path.parent.iterdir()] == ["old"]


def test_a_written_file_has_the_usual_permissions(tmp_path):
    (tmp_path / "usual").touch()
    files.write_atomically(tmp_path / "ours", b"x")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "usual").stat().st_mode


# How far it is


def progress(pending, cells, seconds):
    return Progress(pending, cells, seconds)


def test_the_time_left_comes_from_the_last_run():
    bar = progress(["a", "b"], {"a": 1, "b": 1}, {"a": 60.0, "b": 90.0})
    assert bar.left() == 150
    assert bar.left(elapsed=20) == 130
    assert bar.left(elapsed=500) == 90  # a lesson that takes longer than it did costs no more
    bar.finished(70.0, "")
    assert bar.left() == 90
    bar.finished(None, "")
    assert bar.left() == 0 and bar.words() == ""


def test_a_lesson_that_never_ran_is_estimated_from_its_cells():
    bar = progress(["a", "b"], {"a": 10, "b": 20, "c": 5}, {"c": 50.0})
    assert bar.left() == 300
    assert progress(["a"], {"a": 10}, {}).left() is None
    assert progress(["a"], {"a": 0}, {"a": 5.0}).left() is None


def test_plain_progress_is_a_line_for_each_lesson(capsys):
    bar = progress(["a", "b"], {"a": 1, "b": 1}, {"a": 60.0, "b": 240.0})
    bar.tick(1.0)
    bar.finished(60.0, "1.0 min")
    bar.finished(240.0, "4.0 min")
    assert capsys.readouterr().out == "[1/2] a: 1.0 min, about 4.0 min left\n[2/2] b: 4.0 min\n"


def test_a_watched_run_shows_one_bar(course, monkeypatch, capsys):
    monkeypatch.setattr("helpers.course.progress.is_watched", lambda: True)
    course.lesson("00_a")
    course.lesson("01_b", "import time; time.sleep(1)")
    assert run(course) == 0
    shown = capsys.readouterr()
    assert "2/2 lessons" in shown.err and "01_b" in shown.err
    assert len(shown.out.splitlines()) == 2


def test_a_failure_is_told_in_one_line():
    failure = outcome.Failure(3, "ValueError", "first\nsecond " + "x" * 500)
    line = runner.brief(failure)
    assert line.startswith("cell [3]: ValueError: first second x") and len(line) == 240


def test_an_outcome_survives_being_written(tmp_path):
    before = outcome.Outcome(
        "failed", {"a": "b"}, {"SCALE": "mini", "SEED": 1}, 1.5, 7, 3, [{"claim": "x"}],
        outcome.Failure(1, "E", "m"), {"date": "d"},
    )  # fmt: skip
    for case in (before, replace(before, failure=None)):
        outcome.write(case, tmp_path, "00_a")
        assert outcome.read(tmp_path, "00_a") == case
    assert re.fullmatch(r"00_a\.json", next((tmp_path / "state").iterdir()).name)

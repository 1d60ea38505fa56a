"""The ``course`` command: what it accepts, what it hands on, and its exit status."""

import os
import signal
import subprocess
import sys
import time
import types
from pathlib import Path

import pytest

from helpers import ROOT, data
from helpers.course import cli, foreground, runner
from helpers.course.parameters import RunError
from helpers.data import DataError


@pytest.fixture
def asked(monkeypatch):
    """The options with which the runner would have been called."""
    calls = []
    monkeypatch.setattr(runner, "run", lambda options: calls.append(options) or 5)
    return calls


def test_run_hands_on_its_options_and_status(asked, tmp_path):
    arguments = (
        f"run --scale smoke --seed 3 --only 01,02 --device cpu -p EPOCHS 4 -p NAME five --fresh "
        f"--timeout 60 --output {tmp_path} --notebooks {ROOT}/solutions"
    )
    assert cli.main(arguments.split()) == 5
    assert asked == [
        runner.Options(
            scale="smoke",
            seed=3,
            device="cpu",
            only="01,02",
            extra={"EPOCHS": 4, "NAME": "five"},
            output=tmp_path,
            notebooks=ROOT / "solutions",
            timeout=60.0,
            fresh=True,
        )
    ]


def test_run_without_options_runs_the_lessons_at_mini(asked):
    cli.main(["run"])
    assert asked == [runner.Options()]
    assert asked[0].output == ROOT / "build" / "course"
    assert asked[0].parameters == {"SCALE": "mini", "SEED": 0, "DEVICE": "auto"}


def test_other_notebooks_get_a_folder_of_their_own(asked):
    cli.main(["run", "--notebooks", "solutions"])
    assert asked[0].output == ROOT / "build" / "solutions"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-1", -1),
        ("x", "x"),
        ("1.5", 1.5),
        ("", ""),
        ("{1}", "{1}"),
        ("1j", "1j"),
        ("[b'']", "[b'']"),
    ],
)
def test_a_seed_is_taken_as_it_comes(asked, text, value):
    cli.main(["run", f"--seed={text}"])
    assert asked[0].seed == value


@pytest.mark.parametrize("error", [RunError("why"), DataError("why")])
def test_a_refused_run_is_one_sentence_and_status_2(monkeypatch, capsys, error):
    def refuse(_):
        raise error

    monkeypatch.setattr(runner, "run", refuse)
    assert cli.main(["run"]) == 2
    assert capsys.readouterr().err == "course run: why\n"


def test_a_full_disk_is_one_sentence_and_status_1(monkeypatch, capsys):
    def full(_):
        raise OSError(28, "No space left on device", "state.json")

    monkeypatch.setattr(runner, "run", full)
    assert cli.main(["run"]) == 1
    assert "No space left on device: 'state.json'" in capsys.readouterr().err


def test_a_missing_package_is_one_sentence_that_says_how_to_get_it(monkeypatch, capsys):
    def missing(_):
        raise ModuleNotFoundError("No module named 'papermill'", name="papermill")

    monkeypatch.setattr(runner, "run", missing)
    assert cli.main(["run"]) == 1
    complaint = capsys.readouterr().err
    assert "'papermill' is missing" in complaint and "make lab" in complaint


def test_a_missing_module_of_ours_is_a_fault_and_not_hidden(monkeypatch):
    def broken(_):
        raise ModuleNotFoundError("No module named 'helpers.x'", name="helpers.x")

    monkeypatch.setattr(runner, "run", broken)
    with pytest.raises(ModuleNotFoundError):
        cli.main(["run"])


@pytest.mark.parametrize(
    "arguments", [[], ["rnu"], ["run", "--sclae", "mini"], ["run", "x"], ["bench", "x"], ["chekc"]]
)
def test_a_wrong_call_is_refused(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(arguments)
    assert stop.value.code == 2


def test_test_starts_pytest_on_all_cores_and_passes_arguments_on(monkeypatch):
    calls = []
    monkeypatch.setattr(foreground, "run", lambda *a, **k: calls.append((*a, k)) or 3)
    assert cli.main(["test", "tests/unit", "-k", "a or b", "-x", "--maxfail=2", "-n0"]) == 3
    ((command, options),) = calls
    assert command[:5] == [sys.executable, "-m", "pytest", "-n", "auto"]
    assert command[-6:] == ["tests/unit", "-k", "a or b", "-x", "--maxfail=2", "-n0"]
    assert options == {"cwd": ROOT}


def test_test_without_pytest_is_one_sentence(monkeypatch, capsys):
    monkeypatch.setattr(cli.importlib.util, "find_spec", lambda name: None)
    assert cli.main(["test"]) == 1
    assert "'pytest' is missing" in capsys.readouterr().err


def test_data_hands_on_its_names(monkeypatch):
    calls = []
    monkeypatch.setattr(data, "command", lambda names: calls.append(names) or 4)
    assert cli.main(["data"]) == 4 and cli.main(["data", "sst2", "minilm"]) == 4
    assert calls == [[], ["sst2", "minilm"]]


@pytest.mark.parametrize(
    ("arguments", "module", "given"),
    [
        (["bench"], "bench", ()),
        (["check"], "grading.own_work", ("",)),
        (["check", "01"], "grading.own_work", ("01",)),
        (["checkpoints"], "course.checkpoints", ([], False)),
        (["checkpoints", "glove", "elmo"], "course.checkpoints", (["glove", "elmo"], False)),
        (["checkpoints", "--list"], "course.checkpoints", ([], True)),
        (["ladder"], "course.ladder", ([], "", "")),
        (
            ["ladder", "--only", "BiLSTM", "--only", "ULMFiT", "--sizes", "50", "--seeds", "0,1"],
            "course.ladder",
            (["BiLSTM", "ULMFiT"], "50", "0,1"),
        ),
        (["release"], "course.release", ("", False)),
        (["release", "--only", "01"], "course.release", ("01", False)),
        (["release", "--stubs-only"], "course.release", ("", True)),
    ],
)
def test_the_other_commands_are_handed_on(monkeypatch, arguments, module, given):
    calls = []
    stand_in = types.SimpleNamespace(command=lambda *a: calls.append(a) or 6)
    monkeypatch.setitem(sys.modules, f"helpers.{module}", stand_in)
    monkeypatch.setattr(f"helpers.{module}", stand_in, raising=False)
    assert cli.main(arguments) == 6
    assert calls == [given]


def test_it_is_installed_and_starts_without_torch():
    course = Path(sys.executable).with_name("course")
    done = subprocess.run([course, "--help"], capture_output=True, text=True)
    assert done.returncode == 0
    for command in ("run", "test", "lab", "data", "bench", "release"):
        assert f"    {command} " in done.stdout
    code = "import sys, helpers.course.cli; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


# A program in the foreground


def test_the_status_of_a_program_is_handed_on(tmp_path):
    assert foreground.run([sys.executable, "-c", "raise SystemExit(9)"], tmp_path) == 9
    code = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert foreground.run([sys.executable, "-c", code], tmp_path) == 137


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 5), (signal.SIGTERM, 6)])
def test_a_program_in_the_foreground_decides_itself_how_to_end(tmp_path, number, status):
    """Ctrl-C reaches the whole group, and the program alone answers it; SIGTERM is passed on."""
    program = (
        "import pathlib, signal, sys, time\n"
        "signal.signal(signal.SIGINT, lambda *_: sys.exit(5))\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(6))\n"
        "pathlib.Path('ready').touch()\n"
        "time.sleep(60)"
    )
    code = (
        "import sys; from helpers.course import foreground; from pathlib import Path;"
        "sys.exit(foreground.run([sys.executable, '-c', sys.argv[1]], Path(sys.argv[2])))"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, program, tmp_path], start_new_session=True
    )
    while not (tmp_path / "ready").exists():
        assert parent.poll() is None
        time.sleep(0.05)
    if number == signal.SIGINT:
        os.killpg(parent.pid, number)
    else:
        parent.send_signal(number)
    assert parent.wait(timeout=30) == status

"""The sandbox: it holds, its self-check notices when it doesn't, and nothing secret is inside."""

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import graded
import pytest

from helpers import ROOT
from helpers.grading import sandbox, seccomp
from helpers.grading.exercises import exercises, topics
from helpers.grading.sandbox import COURSE, Limits, Sandbox, SandboxError, self_check

SEARCH = """
import json, os, sys
needles, skipped = json.load(sys.stdin), set(json.loads(sys.argv[1]))
found = []
for folder, folders, names in os.walk("/"):
    folders[:] = [f for f in folders if os.path.join(folder, f) not in skipped]
    for name in names:
        path = os.path.join(folder, name)
        try:
            if os.path.isfile(path):
                text = open(path, errors="replace").read()
                found += [(path, needle) for needle in needles if needle in text]
        except OSError:
            pass
print(json.dumps(found))
"""


def run_inside(place: Sandbox, script: str, *arguments: str, given: str = "") -> str:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with place.start(["-c", script, *arguments], text=True, **pipes) as process:
        printed, complaint = process.communicate(given, timeout=60)
    assert process.returncode == 0, complaint
    return printed


def secrets() -> list[str]:
    """Lines that stand only in solutions, cases, references and messages of mistakes."""
    texts = [
        mistake.message for t in topics() for e in exercises(t).values() for mistake in e.mistakes
    ]
    graders = [*(ROOT / "helpers/grading/exercises").glob("*.py")]
    code = [path.read_text(encoding="utf-8") for path in graders]
    for path in (ROOT / "solutions").glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells]
        code += [text for text in sources if "### BEGIN SOLUTION" in text]
    open_code = "".join(
        path.read_text() for path in (ROOT / "helpers").rglob("*.py") if path not in graders
    )
    open_code += "".join(path.read_text() for path in (ROOT / "notebooks").glob("*.ipynb"))
    lines = {line.strip() for text in code for line in text.splitlines()}
    texts += [line for line in lines if len(line) > 40 and line not in open_code]
    return texts


def test_nothing_of_solutions_cases_and_references_can_be_read():
    place, needles = graded.place(), secrets()
    assert len(needles) > 200
    skipped = ["/usr", "/proc", "/sys", *sandbox._python_folders()]
    found = run_inside(place, SEARCH, json.dumps(skipped), given=json.dumps(needles))
    assert json.loads(found) == []
    assert json.loads(run_inside(place, SEARCH, json.dumps(skipped), given='["def plain("]'))


def test_the_packages_inside_hold_no_copy_of_the_course():
    for folder in sandbox._python_folders():
        for name in ("transfer_learning.py", "word_embeddings.py"):
            assert not list(Path(folder).rglob(f"exercises/{name}"))


def test_it_holds():
    self_check(graded.place())


class Weaker(Sandbox):
    """A sandbox whose command line was changed."""

    change = staticmethod(lambda command: command)

    def _command(self, *arguments):
        return self.change(super()._command(*arguments))


def without(command: list[str], *options: str, values: int = 0) -> list[str]:
    kept, skip = [], 0
    for part in command:
        if skip:
            skip -= 1
        elif part in options:
            skip = values
        else:
            kept.append(part)
    return kept


def unlimited(name: str):
    return lambda command: [part for part in command if not part.startswith(f"--{name}=")]


def with_checkout(command: list[str]) -> list[str]:
    at = command.index("--remount-ro")
    return [*command[:at], *sandbox.readable(str(ROOT)), *command[at:]]


def writable(command: list[str]) -> list[str]:
    at = command.index(COURSE)
    return [*command[: at - 2], "--bind", *command[at - 1 :]]


HOLES = {
    "it has a network": lambda command: without(command, "--unshare-net"),
    "it can make namespaces": lambda command: without(command, "--seccomp", values=1),
    "its memory has no limit": unlimited("as"),
    "the number of its processes has no limit": unlimited("nproc"),
    "/tmp has no limit": lambda command: without(command, "--size", values=1),
    "it can read .*/solutions": with_checkout,
    "it can write to /course": writable,
}


@pytest.mark.parametrize("fault", HOLES)
def test_the_self_check_finds_each_hole(fault, tmp_path):
    graded.need_sandbox()
    Weaker.change = staticmethod(HOLES[fault])
    tmp_path.chmod(0o777)
    with pytest.raises(SandboxError, match=f"doesn't hold here: .*{fault}.*--unsafe-no-sandbox"):
        self_check(Weaker(tmp_path))


def test_the_self_check_finds_sockets_of_the_machine(tmp_path):
    graded.need_sandbox()
    with pytest.raises(SandboxError, match="it can open sockets"):
        self_check(Sandbox(tmp_path, whole=True))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to give up")
def test_the_self_check_finds_that_nobody_gave_up_roots_rights(tmp_path):
    graded.need_sandbox()

    def as_root(command):
        start, end = command.index("/usr/bin/setpriv"), command.index("/usr/bin/prlimit")
        return [*command[:start], *command[end:]]

    Weaker.change = staticmethod(as_root)
    with pytest.raises(SandboxError, match="the code is root"):
        self_check(Weaker(tmp_path))


def test_without_bubblewrap_the_sentence_has_the_command(monkeypatch, tmp_path):
    monkeypatch.setattr(sandbox.shutil, "which", lambda tool: None if tool == "bwrap" else tool)
    with pytest.raises(SandboxError, match="needs bubblewrap: sudo apt-get install bubblewrap"):
        self_check(Sandbox(tmp_path))


def test_elsewhere_than_on_linux_there_is_no_sandbox(monkeypatch, tmp_path):
    monkeypatch.setattr(sandbox.sys, "platform", "darwin")
    with pytest.raises(SandboxError, match=r"needs Linux, and this is darwin.*--unsafe-no-sandbox"):
        self_check(Sandbox(tmp_path))


def test_an_unknown_processor_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(seccomp.platform, "machine", lambda: "riscv64")
    graded.need_sandbox()
    with pytest.raises(SandboxError, match="no list of system calls for riscv64"):
        self_check(Sandbox(tmp_path))


def as_somebody_else(command: list[str], folder: Path) -> subprocess.CompletedProcess:
    """Run the self-check in another process, without the packages that only root can read here."""
    code = (
        "import sys, types, pathlib\n"
        "package = types.ModuleType('helpers.grading')\n"
        "package.__path__ = [str(pathlib.Path('helpers/grading').resolve())]\n"
        "sys.path.insert(0, '.')\n"
        "sys.modules['helpers.grading'] = package\n"
        "from helpers.grading.sandbox import *\n"
        "try:\n"
        "    self_check(Sandbox(pathlib.Path(sys.argv[1])))\n"
        "except SandboxError as error:\n"
        "    sys.exit(str(error))\n"
    )
    whole = [*command, "-c", code, str(folder)]
    return subprocess.run(whole, cwd=ROOT, capture_output=True, text=True, timeout=120)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")
def test_root_that_can_become_nobody_gets_a_sentence(tmp_path):
    graded.need_sandbox()
    fake_root = ["unshare", "--user", "--map-root-user", sys.executable]
    done = as_somebody_else(fake_root, tmp_path)
    assert done.returncode == 1
    assert "root may not become an unprivileged user here" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")
@pytest.mark.skipif(not Path("/usr/bin/python3").exists(), reason="needs the system's Python")
def test_it_holds_for_an_ordinary_user_too():
    graded.need_sandbox()
    user = ["setpriv", "--reuid", "12345", "--regid", "12345", "--clear-groups"]
    done = as_somebody_else([*user, "/usr/bin/python3"], Path("/usr/share"))
    assert (done.returncode, done.stderr) == (0, "")


def test_a_program_that_cannot_start_is_explained(tmp_path):
    graded.need_sandbox()
    missing = replace(graded.place(), course=tmp_path / "nowhere")
    with pytest.raises(SandboxError, match=r"can't start: .*nowhere"):
        self_check(missing)


def test_the_filter_is_whole_for_each_processor():
    for machine in seccomp.SPECIFIC:
        program = seccomp.program(machine)
        assert len(program) % 8 == 0 and len(program) < 4096
    with pytest.raises(KeyError):
        seccomp.program("pdp11")


def test_what_runs_inside_is_ended_with_the_block():
    import psutil

    with graded.place().start(["-c", "import time; time.sleep(100)"]) as process:
        assert psutil.pid_exists(process.first)
    assert not psutil.pid_exists(process.first)
    assert process.returncode


def test_no_file_of_the_grader_is_open_inside(tmp_path):
    with open(tmp_path / "private", "w") as private:
        os.set_inheritable(private.fileno(), True)
        script = (
            "import os; print(*[os.readlink(f'/proc/self/fd/{n}') for n in range(3, 64)"
            " if os.path.exists(f'/proc/self/fd/{n}')])"
        )
        assert "private" not in run_inside(graded.place(), script)


@pytest.mark.skipif(
    os.geteuid() != 0, reason="processes are found by the user that root gives them"
)
def test_a_grader_that_is_killed_takes_its_sandboxes_along(tmp_path):
    graded.need_sandbox()
    code = (
        "import subprocess, sys; from pathlib import Path; from helpers.grading.sandbox import *\n"
        "program = 'import time; print(flush=True); time.sleep(600)'\n"
        "pipe = subprocess.PIPE\n"
        "with Sandbox(Path(sys.argv[1])).start(['-c', program], stdout=pipe) as process:\n"
        "    process.stdout.readline(); print(process.first, flush=True); process.wait()"
    )
    assert_gone_with_its_grader(code, str(tmp_path))


def test_a_grader_that_is_killed_at_the_very_start_takes_its_sandboxes_along():
    """bubblewrap isn't bound to the grader yet; the driver ends when nobody talks to it."""
    graded.need_sandbox()
    code = (
        "import subprocess, sys; from pathlib import Path; from helpers.grading.sandbox import *\n"
        "program = ['-m', 'helpers.grading.driver', 'transfer_learning']\n"
        "pipes = dict.fromkeys(('stdin', 'stdout', 'stderr'), subprocess.PIPE)\n"
        "with Sandbox(Path(sys.argv[1])).start(program, **pipes) as process:\n"
        "    print(process.first, flush=True); process.wait()"
    )
    assert_gone_with_its_grader(code, str(graded.place().course))


def assert_gone_with_its_grader(code: str, folder: str) -> None:
    """Kill a grader as soon as it prints the number of its sandbox's first process."""
    command = [sys.executable, "-c", code, folder]
    grader = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    first = int(grader.stdout.readline())
    grader.kill()
    grader.communicate()
    deadline = time.monotonic() + 60
    while Path(f"/proc/{first}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{first}").exists()


def test_limits_are_stated_where_they_are_used():
    limits = Limits()
    assert limits.exercise < limits.notebook and limits.memory < limits.address_space

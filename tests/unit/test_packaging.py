"""One set of versions: the pins, the allowed ranges, conda's list and the commands agree."""

import re
import shutil
import subprocess
import sys
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from helpers import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"].values()
DIRECT = [Requirement(r) for rows in (PROJECT["dependencies"], *EXTRAS) for r in rows]


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    rows = [line.partition(";")[0] for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", row) for row in rows), "only exact pins"
    return {
        package.lower().replace("_", "-"): v for package, v in (row.split("==") for row in rows)
    }


@pytest.mark.parametrize("requirement", DIRECT, ids=lambda r: r.name)
def test_each_direct_dependency_is_pinned_within_its_range(requirement):
    assert requirement.specifier.contains(pins("requirements.txt")[requirement.name])


def test_torch_is_the_one_we_measured_with():
    assert pins("requirements.txt")["torch"] == "2.13.0"
    torch = next(r for r in DIRECT if r.name == "torch")
    assert all(torch.specifier.contains(v) for v in ("2.11.0", "2.12.0", "2.13.0"))


def test_nbgrader_stays_out_of_the_learners_environment():
    assert "nbgrader" in pins("requirements-instructor.txt")
    assert "nbgrader" not in pins("requirements.txt")


def test_conda_installs_the_same_pins_and_this_checkout():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    (python,) = [row for row in environment["dependencies"] if str(row).startswith("python=")]
    assert SpecifierSet(PROJECT["requires-python"]).contains(python.partition("=")[2])
    assert {"pip": ["-r requirements.txt", "-e ."]} in environment["dependencies"]


def test_every_make_target_is_explained_and_calls_a_command_that_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = set(re.findall(r"\$\(COURSE\) (\w+)", makefile))
    command_help = [sys.executable, "-m", "helpers.course.cli", "--help"]
    listed = subprocess.run(command_help, capture_output=True, text=True, check=True).stdout
    for command in commands:
        assert re.search(rf"^ +{command}\b", listed, re.MULTILINE), command
        target = "course" if command == "run" else command
        assert f"#   make {target} " in makefile


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
@pytest.mark.parametrize("made_in", ["here", "elsewhere", "", None])
def test_the_environment_is_made_again_in_a_checkout_that_was_moved(tmp_path, made_in):
    checkout = tmp_path / "my course, (2)"
    checkout.mkdir()
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, checkout)
    if made_in is not None:
        (checkout / ".venv").mkdir()
        folder = checkout if made_in == "here" else made_in
        (checkout / ".venv" / ".complete").write_text(f"{folder}\n")
    command = ["make", "--dry-run", "course", "DEVICE=cpu"]
    printed = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=True)
    assert ("-m venv .venv" in printed.stdout) == (made_in != "here")
    assert '--device "cpu"' in printed.stdout


def test_ci_runs_the_same_tests_as_a_learner():
    assert "exec make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")

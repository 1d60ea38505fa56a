"""The importer: what it finds, what it refuses, and that tools see the cells' own source."""

import importlib
import inspect
import json
import multiprocessing
import pickle
import subprocess
import sys
import traceback
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
import pytest

import notebooks  # noqa: F401  registers the lessons' finder before a test replaces sys.meta_path
from helpers import ROOT, notebook_importer
from helpers.notebook_importer import NotebookError, NotebookFinder, undefined_names


def write(path: Path, *cells: str) -> Path:
    """A notebook with these code cells."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(book, path)
    return path


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of notebooks that are importable as ``notebooks.<topic>`` during one test."""
    finder = NotebookFinder(tmp_path)
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, finder])
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith("notebooks."):
            del sys.modules[name]


SQUARE = "#| export\ndef square(x):\n    return x * x"


def test_exports_are_imported_and_nothing_else(folder):
    write(folder / "31_alpha.ipynb", SQUARE, "secret = 1\nraise RuntimeError('not exported')")
    alpha = importlib.import_module("notebooks.alpha")
    assert alpha.square(3) == 9
    assert not hasattr(alpha, "secret")


def test_source_and_traceback_show_the_cell(folder):
    write(folder / "31_alpha.ipynb", "1 + 1", "#| export\ndef fail():\n    raise KeyError('here')")
    alpha = importlib.import_module("notebooks.alpha")
    assert alpha.__file__.endswith("31_alpha.ipynb:exports")
    assert not Path(alpha.__file__).exists()
    assert inspect.getsource(alpha.fail) == "def fail():\n    raise KeyError('here')\n"
    with pytest.raises(KeyError) as caught:
        alpha.fail()
    assert "raise KeyError('here')" in "".join(traceback.format_tb(caught.value.__traceback__))


def test_two_files_for_one_topic_are_refused(folder):
    write(folder / "31_alpha.ipynb", SQUARE)
    write(folder / "32_alpha.ipynb", SQUARE)
    with pytest.raises(NotebookError, match=r"31_alpha.ipynb and 32_alpha.ipynb"):
        importlib.import_module("notebooks.alpha")


def test_lower_lessons_may_be_imported_and_higher_ones_not(folder):
    write(folder / "31_alpha.ipynb", SQUARE)
    write(
        folder / "32_beta.ipynb", "#| export\nfrom notebooks.alpha import square\nFOUR = square(2)"
    )
    assert importlib.import_module("notebooks.beta").FOUR == 4
    write(folder / "30_early.ipynb", "#| export\nfrom notebooks.beta import FOUR")
    with pytest.raises(NotebookError, match="lower-numbered"):
        importlib.import_module("notebooks.early")


def test_an_import_inside_a_function_counts_too(folder):
    write(
        folder / "31_alpha.ipynb",
        "#| export\ndef f():\n    from notebooks import beta\n    return beta",
    )
    write(folder / "32_beta.ipynb", SQUARE)
    with pytest.raises(NotebookError, match="lower-numbered"):
        importlib.import_module("notebooks.alpha")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{not json", "not a readable notebook"),
        ('{"cells": 3}', "not a readable notebook"),
        ('{"cells": [{"cell_type": "code", "source": null}]}', "not a readable notebook"),
        (
            '{"cells": [{"cell_type": "code", "source": "", "metadata": null}]}',
            "not a readable notebook",
        ),
        ('{"cells": []}', "exports nothing"),
    ],
)
def test_damaged_notebooks_are_named(folder, content, message):
    (folder / "31_alpha.ipynb").write_text(content)
    with pytest.raises(NotebookError, match=rf"31_alpha.ipynb.*{message}"):
        importlib.import_module("notebooks.alpha")


def test_a_magic_in_an_exported_cell_is_named(folder):
    write(folder / "31_alpha.ipynb", "x = 1", "#| export\n%timeit 1")
    with pytest.raises(NotebookError, match=r"31_alpha.*plain Python.*cell 1"):
        importlib.import_module("notebooks.alpha")


@pytest.mark.parametrize(
    "source",
    ["from __future__ import annotations", "return 1", "await f()", "TEXT = '\ud800'"],
)
def test_a_cell_that_only_jupyter_would_take_is_named(folder, source):
    path = write(folder / "31_alpha.ipynb", "#| export\nx = 1", "#| export\nCELL")
    path.write_text(path.read_text().replace("CELL", json.dumps(source)[1:-1]))
    with pytest.raises(NotebookError, match=r"31_alpha.*plain Python.*cell 1"):
        importlib.import_module("notebooks.alpha")


def test_a_folder_with_a_lessons_name_is_named(folder):
    (folder / "31_alpha.ipynb").mkdir()
    with pytest.raises(NotebookError, match=r"31_alpha.ipynb is not a readable notebook"):
        importlib.import_module("notebooks.alpha")


def test_unknown_topic_is_a_plain_import_error(folder):
    with pytest.raises(ModuleNotFoundError, match=r"notebooks\.nothing"):
        importlib.import_module("notebooks.nothing")


def test_an_export_is_looked_up_by_its_path(folder):
    write(folder / "31_alpha.ipynb", SQUARE)
    assert notebook_importer.look_up("notebooks.alpha:square")(3) == 9


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("notebooks.alpha", r"'notebooks\.alpha' doesn't have the form notebooks\.<topic>:<name>"),
        ("notebooks.alpha:", "doesn't have the form"),
        ("helpers.files:write_atomically", "doesn't have the form"),
        ("notebooks.alhpa:square", r"there is no lesson 'alhpa' here\. Did you mean 'alpha'\?"),
        ("notebooks.alpha:sqare", r"exports no 'sqare'\. Did you mean 'square'\?"),
    ],
)
def test_a_path_that_names_nothing_is_refused(folder, path, message):
    write(folder / "31_alpha.ipynb", SQUARE)
    with pytest.raises(NotebookError, match=message):
        notebook_importer.look_up(path)


def test_reload_sees_the_edited_cell(folder):
    path = write(folder / "31_alpha.ipynb", "#| export\ndef value():\n    return 1")
    alpha = importlib.import_module("notebooks.alpha")
    assert inspect.getsource(alpha.value) == "def value():\n    return 1\n"
    write(path, "#| export\ndef value():\n    return 2")
    assert importlib.reload(alpha).value() == 2
    # triton.jit compiles what inspect shows.
    assert inspect.getsource(alpha.value) == "def value():\n    return 2\n"


@pytest.mark.parametrize(
    ("source", "leaks"),
    [
        ("def f(x):\n    return x + OFFSET", {"OFFSET"}),
        ("OFFSET = 1\ndef f(x):\n    return x + OFFSET", set()),
        ("class A:\n    def g(self):\n        return helper(self)", {"helper"}),
        ("class A:\n    B = 1\n    def g(self):\n        return B", {"B"}),
        ("import torch\ndef f():\n    y = 1\n    return [torch.ones(n) for n in range(y)]", set()),
        (
            "def outer():\n    def inner():\n        return outer, missing\n    return inner",
            {"missing"},
        ),
        ("def f():\n    global state\n    state = 1\ndef g():\n    return state", set()),
        ("@decorate\ndef f(): ...", {"decorate"}),
        ("def f(x=DEFAULT): ...", {"DEFAULT"}),
        ("def f() -> Later: ...\nclass Later: ...", set()),
    ],
)
def test_leaks_from_unexported_cells_are_found(source, leaks):
    assert undefined_names(source) == leaks


def test_registering_twice_adds_one_finder(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    for _ in range(2):
        notebook_importer.register(tmp_path)
    assert sum(getattr(finder, "folder", None) == tmp_path for finder in sys.meta_path) == 1


# The rest runs in new processes, on the lessons themselves: no set-up may be needed there.

PROBE = "from notebooks.word_embeddings import Vocabulary as V; print(V.__module__)"


def build_vocabulary(sentences):
    """Runs in a spawned worker, which unpickles what it sends back by importing the notebook."""
    from notebooks.word_embeddings import Vocabulary

    return Vocabulary(sentences, min_count=1)


def test_spawned_workers_and_pickle():
    # Unlike multiprocessing.Pool, this one fails instead of waiting when an answer can't be read.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        vocabulary = pool.submit(build_vocabulary, [["a", "b", "a"]]).result(timeout=120)
    assert pickle.loads(pickle.dumps(vocabulary)).words == vocabulary.words


def test_unpickling_in_a_new_process(tmp_path):
    (tmp_path / "v.pkl").write_bytes(pickle.dumps(build_vocabulary([["a", "b", "a"]])))
    code = "import pickle, sys; print(pickle.load(open(sys.argv[1], 'rb')).words)"
    done = run(tmp_path, [sys.executable, "-c", code, "v.pkl"])
    assert done.returncode == 0, done.stderr
    assert "'a'" in done.stdout


def test_importing_needs_no_jupyter(tmp_path):
    code = "import sys; " + PROBE + "; print(sorted(m for m in sys.modules if m.startswith('IPy')))"
    done = run(tmp_path, [sys.executable, "-c", code])
    assert done.stdout.splitlines() == ["notebooks.word_embeddings", "[]"], done.stderr


def test_torchrun_ranks(tmp_path):
    (tmp_path / "rank.py").write_text(PROBE)
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    done = run(tmp_path, [*command, "rank.py"])
    assert done.stdout.count("notebooks.word_embeddings") == 2, done.stderr


def run(folder: Path, command: list[str]) -> subprocess.CompletedProcess:
    """Run ``command`` outside the checkout, so that only the installed package can help."""
    assert ROOT not in folder.parents
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)

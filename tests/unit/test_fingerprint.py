"""A lesson is run again exactly when something it depends on changed."""

import subprocess
import sys

import pytest
from tiny_course import TinyCourse

from helpers.course import fingerprint

PARAMETERS = {"SCALE": "mini", "SEED": 0, "DEVICE": "auto"}


@pytest.fixture
def course(tmp_path, monkeypatch):
    course = TinyCourse(tmp_path / "checkout")
    monkeypatch.setattr(fingerprint, "ROOT", course.root)
    course.helper("deep", "VALUE = 1")
    course.helper("middle", "from helpers.deep import VALUE")
    course.helper("unused", "VALUE = 1")
    package = course.root / "helpers" / "package"
    package.mkdir()
    (package / "__init__.py").write_text("from . import inner\nfrom .other import NAME\n")
    (package / "inner.py").write_text("INNER = 1")
    (package / "other.py").write_text("NAME = 1")
    course.lesson("00_base", "#| export\nfrom helpers import middle\nBASE = middle.VALUE", "1 + 1")
    course.lesson("01_next", "from notebooks.base import BASE", 'print("sst2")')
    course.lesson("02_magic", "%matplotlib inline\nimport helpers.package\n!ls")
    course.lesson("03_timed", "%%time\nfrom helpers import deep")
    (course.root / "data" / "table.tsv").write_text("a\tb")
    return course


def inputs(course, name, **parameters):
    path = course.notebooks / f"{name}.ipynb"
    return fingerprint.inputs(path, {**PARAMETERS, **parameters})


def append(course, path, text="\n# more"):
    file = course.root / path
    file.write_text((file.read_text() if file.exists() else "") + text)


def set_source(course, lesson, cell, text):
    course.edit(lesson, lambda book: book["cells"][cell].update(source=text))


def insert_paragraph(course, lesson):
    cell = {"cell_type": "markdown", "metadata": {}, "source": ["A remark."], "id": "x"}
    course.edit(lesson, lambda book: book["cells"].insert(1, cell))


CHANGES = {
    "a module reached through a lower lesson": (
        lambda c: append(c, "helpers/deep.py"),
        {"00_base", "01_next", "03_timed"},
    ),
    "a relative import of a package": (
        lambda c: append(c, "helpers/package/inner.py"),
        {"02_magic"},
    ),
    "a name imported relatively": (lambda c: append(c, "helpers/package/other.py"), {"02_magic"}),
    "a module nobody imports": (lambda c: append(c, "helpers/unused.py"), set()),
    "an exported cell": (
        lambda c: set_source(c, "00_base", 3, "#| export\nBASE = 2"),
        {"00_base", "01_next"},
    ),
    "an unexported cell of a lower lesson": (
        lambda c: set_source(c, "00_base", 4, "2 + 2"),
        {"00_base"},
    ),
    "a paragraph": (lambda c: set_source(c, "00_base", 0, "# Other"), {"00_base"}),
    "a paragraph before the exports of a lower lesson": (
        lambda c: insert_paragraph(c, "00_base"),
        {"00_base"},
    ),
    "a tag": (
        lambda c: c.edit("01_next", lambda b: b["cells"][3]["metadata"].update(tags=["x"])),
        {"01_next"},
    ),
    "stored outputs": (
        lambda c: c.edit("01_next", lambda b: b["cells"][3].update(execution_count=7)),
        set(),
    ),
    "a claim of one lesson": (lambda c: append(c, "data/claims.tsv", "01-b\tthree\n"), {"01_next"}),
    "the pins": (
        lambda c: append(c, "requirements.txt"),
        {"00_base", "01_next", "02_magic", "03_timed"},
    ),
    "a table of data": (
        lambda c: append(c, "data/table.tsv"),
        {"00_base", "01_next", "02_magic", "03_timed"},
    ),
    "the card of the data": (lambda c: append(c, "data/README.md"), set()),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_concerns_just_the_lessons_that_depend_on_it(course, change):
    lessons = ["00_base", "01_next", "02_magic", "03_timed"]
    before = {name: inputs(course, name) for name in lessons}
    alter, concerned = CHANGES[change]
    alter(course)
    after = {name: inputs(course, name) for name in lessons}
    assert {name for name in lessons if before[name] != after[name]} == concerned


def test_what_a_run_writes_under_data_concerns_no_lesson(course):
    before = inputs(course, "00_base")
    (course.root / "data" / "results").mkdir()
    append(course, "data/results/claims.jsonl")
    assert inputs(course, "00_base") == before


def test_parameters_and_versions_count(course, monkeypatch):
    before = inputs(course, "00_base")
    assert fingerprint.changes(before, inputs(course, "00_base", SEED=1)) == ["parameters"]
    monkeypatch.setattr(fingerprint, "_version", lambda package: "0.0")
    assert fingerprint.changes(before, inputs(course, "00_base")) == ["torch"]


def test_a_corpus_that_a_lesson_names_counts_once_it_is_here(course, monkeypatch):
    (course.root / "helpers" / "data.py").write_text('NAMES = ["sst2"]')
    course.lesson("02_magic", "import helpers.data")
    here = set()
    monkeypatch.setattr(fingerprint.data, "is_available", lambda name: name in here)
    names_it, does_not = inputs(course, "01_next"), inputs(course, "02_magic")
    here |= {"sst2", "wordsim353"}
    assert fingerprint.changes(names_it, inputs(course, "01_next")) == [fingerprint.CORPORA]
    assert inputs(course, "02_magic") == does_not


def test_the_exercises_of_a_lesson_count(course):
    exercises = course.root / "helpers" / "grading" / "exercises"
    exercises.mkdir(parents=True)
    (exercises / "next.py").write_text("A = 1")
    before = inputs(course, "01_next"), inputs(course, "00_base")
    (exercises / "next.py").write_text("A = 2")
    assert inputs(course, "01_next") != before[0]
    assert inputs(course, "00_base") == before[1]


def test_code_that_cannot_be_parsed_is_left_to_the_run(course):
    course.lesson("04_broken", "def f(:")
    assert "its text" in inputs(course, "04_broken")


def test_taking_stock_needs_no_torch():
    code = "import sys, helpers.course.fingerprint; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0

"""``course grade`` as an instructor meets it: tables, pages, resume, refusals of one sentence."""

import csv
import io
import json
import shutil

import graded
import nbformat
import pytest

from helpers import ROOT, files
from helpers.course import cli
from helpers.course.exercise_cells import marked
from helpers.grading import engines, gradebook, run, store
from helpers.grading.box import BoxFault
from helpers.grading.feedback import file_names
from helpers.grading.gradebook import Entry, ManualError, ManualPoints
from helpers.grading.judge import Graded
from helpers.grading.run import GradeError, Options, preflight
from helpers.grading.store import Store
from helpers.grading.submissions import Submission
from helpers.grading.workshop import Task, grade_one, grader

LESSON = graded.LESSON
HALF_RIGHT = graded.worked("00-noise").replace("round(rate", "int(rate")
SCRIPT = "def prior_baseline(*_):\n    raise ValueError('<script>alert(1)</script>')\n"


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    """A folder in which the solution and the release are graded already."""
    graded.need_sandbox()
    output = tmp_path_factory.mktemp("ready")
    task = Task(LESSON, store.secret(output / "secret"))
    preflight(task, Store(output / "results", grader(task)))
    return output


@pytest.fixture
def output(ready, tmp_path):
    return shutil.copytree(ready, tmp_path / "out")


@pytest.fixture
def folder(tmp_path):
    """What a class of six handed in."""
    honest = graded.notebook({})
    half = graded.notebook({"00-noise": [(HALF_RIGHT, "00-noise")]})
    script = graded.notebook({"00-prior": [(SCRIPT, "00-prior")]})
    handed_in = {
        "=Ann Ho.ipynb": honest,
        "Bo/00_transfer_learning.ipynb": half,
        "Bo/00_transfer_learning-Copy1.ipynb": script,
        "Cy (2).ipynb": half,
        "Cy.ipynb": b"{",
        "Di.ipynb": half,
        "Eve <b>.ipynb": b"{",
    }
    place = tmp_path / "in"
    for name, raw in handed_in.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(raw)
    return place


def rows(path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def grade(folder, output, **more) -> int:
    return run.run(Options(folder, LESSON, output=output, **more))


def test_a_class_is_graded_and_only_what_changed_is_graded_again(
    folder, output, capsys, monkeypatch
):
    assert grade(folder, output) == 0
    printed = capsys.readouterr().out
    assert "5 students" in printed and "Set aside: Cy.ipynb" in printed
    assert "No notebook: Eve <b>.ipynb: The file is not a notebook" in printed
    header, *table = rows(output / "grades.csv")
    assert header[:2] == ["student", "00-taxonomy"] and header[-4:-2] == ["points", "out_of"]
    points = {row[0]: float(row[header.index("points")]) for row in table}
    assert points == {"'=Ann Ho": 21, "Bo": 19, "Cy": 19.5, "Di": 19.5, "Eve <b>": 0}
    report = (output / "report.html").read_text(encoding="utf-8")
    for text in ("Hardest: 00-noise", "Do you round down?", "Cy, Di", "Eve &lt;b&gt;", "<svg"):
        assert text in report, text
    pages = list((output / "feedback").iterdir())
    assert len(pages) == 5
    for page in [*pages, output / "report.html"]:
        text = page.read_text(encoding="utf-8")
        assert "<script" not in text and "script-src 'none'" in text
        assert "http://" not in text and "https://" not in text

    graded_again = []

    def counting(contents, *rest):
        graded_again.extend(contents)
        return engines_on_threads(contents, *rest)

    engines_on_threads = engines.on_threads
    monkeypatch.setattr(engines, "on_threads", counting)
    assert grade(folder, output) == 0 and graded_again == []
    (folder / "Di.ipynb").write_bytes(graded.notebook({"00-band": []}))
    (folder / "Eve <b>.ipynb").unlink()
    assert grade(folder, output) == 0 and len(graded_again) == 1
    assert len(list((output / "feedback").iterdir())) == 4


def test_points_given_by_hand_are_added(folder, output, tmp_path):
    table = tmp_path / "manual.csv"
    table.write_text("student,item,points,out_of,comment\nBo,essay,3.5,4,<i>nice</i>\n")
    assert grade(folder, output, manual=table) == 0
    header, *lines = rows(output / "grades.csv")
    (bo,) = (line for line in lines if line[0] == "Bo")
    assert bo[header.index("essay")] == "3.5" and bo[header.index("points")] == "22.5"
    assert bo[header.index("out_of")] == "25"
    assert "&lt;i&gt;nice" in (output / "feedback" / "Bo.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("student,item\n", "lacks the column 'points'"),
        ("student,item,points,out_of\nBoo,x,1,2\n", "line 2: nobody called 'Boo'.*mean 'Bo'"),
        ("student,item,points,out_of\nBo,x,one,2\n", "line 2: points='one' is not a number"),
        ("student,item,points,out_of\nBo,x,3,2\n", "must lie between 0 and out_of=2"),
        ("student,item,points,out_of\nBo,x,nan,2\n", "must lie between"),
        ("student,item,points,out_of\nBo,,1,2\n", "the item has no name"),
        ("student,item,points,out_of\nBo,x,1,2\nBo,x,1,2\n", "line 3: Bo has points for x already"),
        ("student,item,points,out_of\nBo,x,1,2\nAl,x,1,3\n", "out of 3 here and out of 2 above"),
    ],
)
def test_a_table_of_manual_points_is_checked(tmp_path, text, complaint):
    table = tmp_path / "manual.csv"
    table.write_text(text)
    with pytest.raises(ManualError, match=complaint):
        gradebook.read_manual(table, ["Al", "Bo"])


def test_manual_points_that_are_not_there(tmp_path):
    with pytest.raises(ManualError, match="can't be read"):
        gradebook.read_manual(tmp_path / "none.csv", [])


@pytest.fixture
def entries():
    result = graded.lesson().unreadable("no notebook")
    ann = Submission("a.zip", "Ann, Ho", b"", ids={"canvas": "11"})
    return [
        Entry(ann, result, [ManualPoints("essay", 2.5, 4)]),
        Entry(Submission("b", "@Bo", b"", ids={"moodle": "7"}), result),
    ]


def test_canvas_layout(entries):
    header, possible, *lines = csv.reader(io.StringIO(gradebook.canvas_csv(entries, LESSON)))
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", LESSON]
    assert possible == ["    Points Possible", "", "", "", "", "25"]
    assert lines == [["Ann, Ho", "11", "", "", "", "2.5"], ["'@Bo", "", "", "", "", "0"]]


def test_moodle_layout(entries):
    header, *lines = csv.reader(io.StringIO(gradebook.moodle_csv(entries)))
    assert header == ["Identifier", "Full name", "Grade", "Maximum Grade", "Feedback comments"]
    assert lines[1] == ["Participant 7", "'@Bo", "0", "25", "no notebook"]


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t=", "\r=", "\uff1d", "\uff20"])
def test_no_name_is_a_formula(first):
    eve = Submission(f"{first}x.ipynb", f"{first}cmd|calc!A0", b"")
    own = [Entry(eve, graded.lesson().unreadable(f"{first}why"))]
    for table in (gradebook.plain_csv(own), gradebook.canvas_csv(own, LESSON)):
        cells = [cell for row in csv.reader(io.StringIO(table)) for cell in row]
        assert f"'{first}cmd|calc!A0" in cells
        assert not any(cell.startswith(first) for cell in cells)
    assert f"'{first}why" in gradebook.moodle_csv(own)


def test_pages_have_safe_names_of_their_own():
    students = ["Ann Ho", "ann ho", "../../x", "Ä", "Ä!", "", "CON" * 50, "a/b", "a:b"]
    names = file_names(students)
    assert len({name.casefold() for name in names.values()}) == len(students)
    assert names["Ann Ho"] == "Ann_Ho.html"
    for name in names.values():
        assert "/" not in name and ":" not in name and not name.startswith(".") and len(name) < 90


def checkout(tmp_path):
    """A copy of the lesson and its solutions, to be spoiled."""
    root = tmp_path / "checkout"
    (root / "solutions").mkdir(parents=True)
    (root / "notebooks").mkdir()
    for name in ("helpers", "data"):
        (root / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "notebooks" / "__init__.py", root / "notebooks")
    for kind in ("solutions", "notebooks"):
        shutil.copy(ROOT / kind / f"{LESSON}.ipynb", root / kind)
    return root


def test_a_solution_without_full_marks_stops_the_run(folder, tmp_path):
    graded.need_sandbox()
    root = checkout(tmp_path)
    path = root / "solutions" / f"{LESSON}.ipynb"
    path.write_text(path.read_text().replace("round(rate", "int(rate"))
    with pytest.raises(GradeError, match=r"the solution of 00-noise gets .* nobody was graded"):
        grade(folder, tmp_path / "out", checkout=root)
    assert not (tmp_path / "out" / "grades.csv").exists()


def test_a_release_that_scores_stops_the_run(folder, tmp_path):
    graded.need_sandbox()
    root = checkout(tmp_path)
    path = root / "notebooks" / f"{LESSON}.ipynb"
    book = nbformat.read(path, as_version=4)
    marked(book)["00-noise"].source = graded.worked("00-noise")
    nbformat.write(book, path)
    with pytest.raises(GradeError, match=r"as released gets 3 points: .* nobody was graded"):
        grade(folder, tmp_path / "out", checkout=root)


def handed_in(lesson: str) -> bytes:
    """The whole lesson of a learner who solved every exercise, with the imports that this takes."""
    book, solved = (
        nbformat.read(ROOT / folder / f"{lesson}.ipynb", as_version=4)
        for folder in ("notebooks", "solutions")
    )
    for grade_id, cell in marked(book).items():
        cell.source = marked(solved)[grade_id].source
    imports = next(cell for cell in solved.cells if cell.cell_type == "code")
    book.cells.insert(0, nbformat.v4.new_code_cell(imports.source))
    return nbformat.writes(book).encode()


@pytest.mark.parametrize("lesson", sorted(p.stem for p in (ROOT / "solutions").glob("*.ipynb")))
def test_who_solves_every_exercise_of_a_lesson_has_full_marks(lesson):
    graded.need_sandbox()
    result = grade_one(handed_in(lesson), Task(lesson, "a secret"))
    assert [v.score for v in result.verdicts if not v.score.full] == []


def test_without_a_solution_nothing_is_graded(folder, tmp_path):
    graded.need_sandbox()
    root = checkout(tmp_path)
    (root / "solutions" / f"{LESSON}.ipynb").unlink()
    with pytest.raises(GradeError, match="is missing, which the grader is tested with"):
        grade(folder, tmp_path / "out", checkout=root)


def test_a_fault_of_the_grader_is_nobodys_zero(folder, output, monkeypatch, capsys):
    def fails(contents, *_):
        for key, raw in contents.items():
            yield key, BoxFault("It broke.") if raw != b"{" else graded.lesson().unreadable("x")

    monkeypatch.setattr(engines, "on_threads", fails)
    assert grade(folder, output) == 1
    assert [row[0] for row in rows(output / "grades.csv")[1:]] == ["Eve <b>"]
    assert "Not graded: Bo: It broke. Run the same command again." in capsys.readouterr().err


def test_on_a_full_disk_nothing_is_half_written(folder, output, monkeypatch, capsys):
    def full(*_):
        raise OSError(28, "No space left on device")

    before = sorted(output.rglob("*"))
    monkeypatch.setattr(files.os, "fsync", full)
    assert cli.main(["grade", str(folder), "00", "--output", str(output)]) == 1
    complaint = capsys.readouterr().err
    assert complaint.startswith("course grade: [Errno 28] No space left on device")
    assert complaint.count("\n") == 1
    assert sorted(output.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["{in}", "04_nothing"], "NOTEBOOK='04_nothing' is not a lesson: choose one of 00_tra"),
        (["{in}", "00_transfer_learnin"], "Did you mean '00_transfer_learning'?"),
        (["{none}", "00"], "There is no folder or zip "),
        (["{empty}", "00"], "There are no notebooks of 00_transfer_learning in "),
        (["{in}", "00", "--manual", "{none}"], "can't be read"),
    ],
)
def test_a_refused_run_is_one_sentence_and_status_2(folder, tmp_path, capsys, arguments, complaint):
    (tmp_path / "empty").mkdir()
    given = [
        argument.format(**{"in": folder, "none": tmp_path / "none", "empty": tmp_path / "empty"})
        for argument in arguments
    ]
    assert cli.main(["grade", *given, "--output", str(tmp_path / "out")]) == 2
    printed = capsys.readouterr().err
    assert complaint in printed and printed.count("\n") == 1


def test_without_a_sandbox_the_command_refuses(folder, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("helpers.grading.sandbox.shutil.which", lambda tool: None)
    assert cli.main(["grade", str(folder), "00", "--output", str(tmp_path / "out")]) == 2
    assert "sudo apt-get install bubblewrap util-linux" in capsys.readouterr().err


def test_the_same_notebook_gets_the_same_points_twice_and_fresh_cases_elsewhere(ready):
    raw = graded.notebook({"00-noise": [(HALF_RIGHT, "00-noise")]})
    task = Task(LESSON, "one secret")
    first, second = grade_one(raw, task), grade_one(raw, task)
    scores = [[verdict.score for verdict in one.verdicts] for one in (first, second)]
    assert scores[0] == scores[1]
    cases = [
        graded.Lesson(LESSON, secret).keys["00-band"].cases[0].args[0].tolist()
        for secret in ("one secret", "another")
    ]
    assert cases[0] != cases[1]


def test_results_survive_the_way_to_a_file_and_damage_is_no_result(tmp_path):
    kept = Store(tmp_path, "grader")
    result = graded.lesson().unreadable("why")
    kept.put("abc", result)
    assert kept.get("abc").as_json() == json.loads(json.dumps(result.as_json()))
    assert isinstance(kept.get("abc"), Graded)
    assert Store(tmp_path, "another grader").get("abc") is None
    for text in ("", "{", "[]", '{"grader": "grader"}', '{"grader": "grader", "graded": {"x": 1}}'):
        (tmp_path / "abc.json").write_text(text)
        assert kept.get("abc") is None


def test_the_secret_is_kept_to_oneself(tmp_path):
    first = store.secret(tmp_path / "secret")
    assert len(first) == 32 and store.secret(tmp_path / "secret") == first
    assert store.secret(tmp_path / "other") != first
    assert (tmp_path / "secret").stat().st_mode & 0o77 == 0

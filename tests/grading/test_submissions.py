"""Which files are whose submission, and what can't be one."""

import io
import os
import stat
import warnings
import zipfile

import pytest

from helpers.grading import submissions
from helpers.grading.reading import MAX_BYTES
from helpers.grading.submissions import NoSubmissions, find

LESSON = "01_word_embeddings"
LESSONS = ["00_transfer_learning", LESSON, "02_elmo"]


def put(folder, name: str, content: bytes = b"{}"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def zipped(*names: str, content: bytes = b"{}") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return target.getvalue()


def students(place) -> list[str]:
    return [one.student for one in find(place, LESSON, LESSONS).chosen]


@pytest.mark.parametrize(
    ("name", "student", "ids"),
    [
        ("Ann Ho.ipynb", "Ann Ho", {}),
        ("ann_01_word_embeddings.ipynb", "ann", {}),
        ("01_word_embeddings_ann.ipynb", "ann", {}),
        ("student-12.ipynb", "student-12", {}),
        ("Ann Ho/01_word_embeddings.ipynb", "Ann Ho", {}),
        ("Ann Ho/deep/er/notebook.ipynb", "Ann Ho", {}),
        ("Jörg Ångström/01_word_embeddings.ipynb", "Jörg Ångström", {}),
        ("李雷.ipynb", "李雷", {}),
        ("Ann Ho_123_assignsubmission_file_/x.ipynb", "Ann Ho", {"moodle": "123"}),
        ("Ann Ho_123_assignsubmission_file/x.ipynb", "Ann Ho", {"moodle": "123"}),
        ("Ann Ho_123_assignsubmission_file_x.ipynb", "Ann Ho", {"moodle": "123"}),
        ("hoann_4711_99_01_word_embeddings.ipynb", "hoann", {"canvas": "4711"}),
        ("hoann_LATE_4711_99_01_word_embeddings-1.ipynb", "hoann", {"canvas": "4711"}),
    ],
)
def test_who_handed_it_in(tmp_path, name, student, ids):
    put(tmp_path, name)
    (one,) = find(tmp_path, LESSON, LESSONS).chosen
    assert (one.student, one.ids, one.raw) == (student, ids, b"{}")


@pytest.mark.parametrize("where", ["folder/all.zip", "all.zip"])
@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (
            ["Ann_1_assignsubmission_file_/x.ipynb", "Bo_2_assignsubmission_file_/x.ipynb"],
            ["Ann", "Bo"],
        ),
        (["ann_11_5_x.ipynb", "bo_12_6_x.ipynb"], ["ann", "bo"]),
        (["Ann/01_word_embeddings.ipynb", "Bo/01_word_embeddings.ipynb"], ["Ann", "Bo"]),
    ],
)
def test_download_zips(tmp_path, where, names, expected):
    path = put(tmp_path, where, zipped(*names))
    assert students(path if where == "all.zip" else path.parent) == expected


def test_a_students_own_zip(tmp_path):
    put(tmp_path, "Ann/homework.zip", zipped("hw/01_word_embeddings.ipynb"))
    put(tmp_path, "Bo.zip", zipped("01_word_embeddings.ipynb"))
    put(tmp_path, "Fay_01_word_embeddings.zip", zipped("hw/01_word_embeddings.ipynb", "x.ipynb"))
    put(tmp_path, "ho_11_5_work.zip", zipped("a/01_word_embeddings.ipynb", "b/draft.ipynb"))
    inner = zipped("01_word_embeddings.ipynb", "__MACOSX/01_word_embeddings.ipynb")
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("Cy_3_assignsubmission_file_/work.zip", inner)
    put(tmp_path, "moodle.zip", outer.getvalue())
    assert students(tmp_path) == ["Ann", "Bo", "Cy", "Fay", "ho"]


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("Ann.ipynb", "Ann (2).ipynb"),
        ("Ann (2).ipynb", "Ann (10).ipynb"),
        ("Ann.ipynb", "Ann_late.ipynb"),
        ("Ann 2026-01-31.ipynb", "Ann 2026-02-01T09.30.ipynb"),
        ("Ann/01_word_embeddings.ipynb", "Ann/01_word_embeddings-Copy1.ipynb"),
        ("Ann/zzz_scratch.ipynb", "Ann/01_word_embeddings.ipynb"),
        ("ho_7_8_x.ipynb", "ho_7_9_x-1.ipynb"),
        ("ho_7_8_x.ipynb", "ho_LATE_7_9_x.ipynb"),
    ],
)
def test_the_newest_by_name_counts_and_the_rest_is_listed(tmp_path, older, newer):
    put(tmp_path, older), put(tmp_path, newer)
    found = find(tmp_path, LESSON, LESSONS)
    assert [one.origin for one in found.chosen] == [newer]
    assert found.set_aside == [(older, f"{newer} counts: newer by name")]


def test_numbered_students_are_not_versions_of_one(tmp_path):
    for number in (1, 2, 10):
        put(tmp_path, f"student-{number}.ipynb")
    assert students(tmp_path) == ["student-1", "student-2", "student-10"]


def test_namesakes_are_told_apart_by_their_numbers(tmp_path):
    for number in (5, 6):
        put(tmp_path, f"Ann Ho_{number}_assignsubmission_file_/x.ipynb")
    assert students(tmp_path) == ["Ann Ho (5)", "Ann Ho (6)"]


def test_other_lessons_hidden_files_and_other_kinds_are_passed_over(tmp_path):
    put(tmp_path, "Ann/01_word_embeddings.ipynb")
    for name in ("00_transfer_learning.ipynb", "02_elmo.ipynb", "notes.txt", ".hidden.ipynb",
                 ".ipynb_checkpoints/x.ipynb", "__MACOSX/x.ipynb"):  # fmt: skip
        put(tmp_path, f"Ann/{name}")
    found = find(tmp_path, LESSON, LESSONS)
    assert [one.origin for one in found.chosen] == ["Ann/01_word_embeddings.ipynb"]
    assert not found.set_aside


def test_links_and_pipes_are_neither_followed_nor_read(tmp_path):
    secret = put(tmp_path, "elsewhere/secret.ipynb", b'{"secret": 1}')
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "Ann.ipynb").symlink_to(secret)
    (folder / "Bo").symlink_to(secret.parent)
    os.mkfifo(folder / "Cy.ipynb")
    (folder / "Di.zip").symlink_to(put(tmp_path, "elsewhere/x.zip", zipped("Di/x.ipynb")))
    found = find(folder, LESSON, LESSONS).chosen
    assert [(one.student, one.raw) for one in found] == [("Ann", None), ("Cy", None), ("Di", None)]
    assert all("can't be read" in one.problem for one in found)


def test_names_in_a_zip_are_only_labels(tmp_path):
    names = ["../../etc/Eve.ipynb", "/abs/Fay.ipynb", "..\\..\\Gil.ipynb", "C:\\x\\Hal.ipynb"]
    put(tmp_path, "all.zip", zipped(*names))
    before = sorted(tmp_path.rglob("*"))
    found = find(tmp_path, LESSON, LESSONS).chosen
    assert all(".." not in one.origin and not one.origin.startswith("/") for one in found)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_link_in_a_zip_is_not_followed(tmp_path):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        entry = zipfile.ZipInfo("Ann/01_word_embeddings.ipynb")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    put(tmp_path, "all.zip", target.getvalue())
    (one,) = find(tmp_path, LESSON, LESSONS).chosen
    assert one.raw is None and "link" in one.problem


def test_no_more_of_a_zip_bomb_is_unpacked_than_is_read(tmp_path):
    put(tmp_path, "all.zip", zipped("Ann/x.ipynb", content=bytes(200 * 2**20)))
    (one,) = find(tmp_path, LESSON, LESSONS).chosen
    assert len(one.raw) == MAX_BYTES + 1


def test_many_entries_in_a_students_zip_are_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(submissions, "MAX_UNPACKED", 3 * 2**20)
    names = [f"Ann/{number}.ipynb" for number in range(20)]
    put(tmp_path, "all.zip", zipped(*names, content=bytes(2**20)))
    found = find(tmp_path, LESSON, LESSONS)
    assert len(found.set_aside) + len(found.chosen) == 4


def test_empty_entries_without_end_are_left_alone(tmp_path):
    inner = zipped(*(f"{number}.ipynb" for number in range(9000)), content=b"")
    put(tmp_path, "Ann/all.zip", inner)
    put(tmp_path, "Bo.zip", zipped("hw.zip", content=inner))
    found = find(tmp_path, LESSON, LESSONS)
    assert [one.student for one in found.chosen] == ["Ann", "Bo"]
    from_bo = [origin for origin, _ in found.set_aside if origin.startswith("Bo.zip")]
    assert len(from_bo) < 3000


@pytest.mark.parametrize(
    "names",
    [
        ["Eve/Bob_2_assignsubmission_file_/01_word_embeddings.ipynb"],
        ["Eve/bob_12_6_01_word_embeddings.ipynb"],
        ["Eve_1_assignsubmission_file_/bob_12_6_x.ipynb"],
        ["Eve_1_assignsubmission_file_/Bob_2_assignsubmission_file_/x.ipynb"],
    ],
)
@pytest.mark.parametrize("kind", ["folder", "zip inside", "zip of one", "download"])
def test_nobody_can_hand_in_for_somebody_else(tmp_path, names, kind):
    """What lies below a name that the platform or the instructor gave is the student's own work."""
    for name in names:
        top, _, rest = name.partition("/")
        if kind == "folder":
            put(tmp_path, name)
        elif kind == "zip inside":
            put(tmp_path, f"{top}/homework.zip", zipped(f"hw/{rest}", rest))
        elif kind == "zip of one":
            put(tmp_path, "Eve_9_assignsubmission_file_.zip", zipped(rest, f"x/{rest}"))
        else:
            other = "Fay_5_assignsubmission_file_/x.ipynb"
            put(tmp_path, "moodle.zip", zipped(name, other))
    assert "Eve" in students(tmp_path) and not {"Bob", "bob"} & set(students(tmp_path))


def test_what_lies_there_openly_is_not_pushed_aside_by_what_a_zip_says(tmp_path):
    """Eve's own zip holds a folder for each of several people."""
    names = ("Ann/01_word_embeddings (9).ipynb", "Bo/01_word_embeddings.ipynb")
    put(tmp_path, "eve.zip", zipped(*names))
    put(tmp_path, "Ann.ipynb")
    found = find(tmp_path, LESSON, LESSONS)
    assert [one.origin for one in found.chosen] == ["Ann.ipynb", f"eve.zip/{names[1]}"]
    why = "Ann.ipynb counts: it lies there unpacked"
    assert found.set_aside == [(f"eve.zip/{names[0]}", why)]


def test_odd_zips_are_read_once_and_go_nowhere(tmp_path):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name that is there twice
        for name, raw in (
            ("/01_word_embeddings.ipynb", b"absolute"),
            ("../../01_word_embeddings (2).ipynb", b"above"),
            ("01_word_embeddings (3).ipynb", b"first"),
            ("01_word_embeddings (3).ipynb", b"second"),
        ):
            archive.writestr(name, raw)
    raw = target.getvalue()
    put(tmp_path, "Ann/homework.zip", raw)
    (one,) = find(tmp_path, LESSON, LESSONS).chosen
    assert (one.student, one.raw) == ("Ann", b"second")
    for size in (0, 5, 2**32 - 2, 2**32 - 1):  # what the directory says each entry unpacks to
        lying = bytearray(raw)
        at = lying.find(b"PK\1\2")
        while at >= 0:
            lying[at + 24 : at + 28] = size.to_bytes(4, "little")
            at = lying.find(b"PK\1\2", at + 4)
        put(tmp_path, "Ann/homework.zip", bytes(lying))
        (one,) = find(tmp_path, LESSON, LESSONS).chosen
        assert one.student == "Ann" and (one.problem or len(one.raw) <= 10)


def test_no_name_takes_for_ever(tmp_path):
    """Each of these took minutes, or would have, with an ambiguous pattern."""
    for name in ("copy " * 45 + "x", "copy1" * 45 + "x", " _-" * 80 + "x", "late-" * 45 + "x"):
        put(tmp_path, f"{name}.ipynb")
    assert len(students(tmp_path)) == 4


def test_a_zip_that_asks_for_much_memory_is_one_problem(tmp_path):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("01_word_embeddings.ipynb", b"{}")
    raw = bytearray(target.getvalue())
    at = raw.index(b"01_word_embeddings.ipynb") + len("01_word_embeddings.ipynb")
    raw[at + 5 : at + 9] = b"\xff" * 4  # the size of the dictionary: 4 GiB
    put(tmp_path, "Ann.zip", bytes(raw))
    (one,) = find(tmp_path, LESSON, LESSONS).chosen
    assert one.student == "Ann" and (one.raw == b"{}" or "can't be unpacked" in one.problem)


@pytest.mark.parametrize("raw", [b"", b"PK", zipped("Ann/x.ipynb")[:-10], bytes(500)])
def test_a_damaged_zip_is_one_submission_with_a_problem(tmp_path, raw):
    put(tmp_path, "Ann.zip", raw)
    (one,) = find(tmp_path, LESSON, LESSONS).chosen
    assert one.student == "Ann" and one.raw is None and "can't be read" in one.problem


def test_odd_names_become_one_visible_line(tmp_path):
    put(tmp_path, "Ann\x1b[2J\u202e\nHo.ipynb")
    (student,) = students(tmp_path)
    assert student == "Ann�[2J��Ho"


@pytest.mark.parametrize("make", [lambda p: p.mkdir(), lambda p: None, lambda p: put(p, "a.txt")])
def test_nothing_to_grade_says_where_was_looked(tmp_path, make):
    place = tmp_path / "in"
    make(place)
    with pytest.raises(NoSubmissions, match=str(place)):
        find(place, LESSON, LESSONS)


def test_an_endless_name_costs_no_time(tmp_path):
    put(tmp_path, "all.zip", zipped("a_1" * 20_000 + ".ipynb", "x/" * 30_000 + "y.ipynb"))
    assert all(len(one.student) <= 120 for one in find(tmp_path, LESSON, LESSONS).chosen)

"""``course lab``: working copies follow the lessons and never lose what a learner wrote."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers import ROOT
from helpers.course import cli, foreground, workspace
from helpers.course.workspace import WorkspaceError, refresh
from helpers.notebook_importer import FILE_NAME

NAME = "01_words.ipynb"


@pytest.fixture
def folders(tmp_path):
    lessons, work = tmp_path / "notebooks", tmp_path / "work"
    lessons.mkdir()
    write(lessons / "00_start.ipynb", "start")
    write(lessons / NAME, "version 1")
    return lessons, work


def write(path, *sources, outputs=()):
    cells = [
        new_markdown_cell("# Title"),
        *(new_code_cell(s, outputs=list(outputs)) for s in sources),
    ]
    nbformat.write(new_notebook(cells=cells), path)


def sources(path):
    return [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]


def names(work):
    return sorted(path.name for path in work.iterdir() if path.suffix == ".ipynb")


def test_lessons_are_copied_once(folders):
    lessons, work = folders
    assert refresh(lessons, work) == ["00_start.ipynb: copied.", "01_words.ipynb: copied."]
    assert (work / NAME).read_bytes() == (lessons / NAME).read_bytes()
    assert refresh(lessons, work) == []


def test_a_new_lesson_is_added(folders):
    lessons, work = folders
    refresh(lessons, work)
    write(lessons / "02_more.ipynb", "more")
    assert refresh(lessons, work) == ["02_more.ipynb: copied."]


def test_an_untouched_copy_follows_its_lesson(folders):
    lessons, work = folders
    refresh(lessons, work)
    write(lessons / NAME, "version 2")
    assert refresh(lessons, work) == [
        f"{NAME}: replaced by its new version; you had not edited it."
    ]
    assert sources(work / NAME) == ["version 2"] and names(work) == ["00_start.ipynb", NAME]


def test_a_copy_that_was_only_run_counts_as_untouched(folders):
    lessons, work = folders
    refresh(lessons, work)
    write(work / NAME, "version 1", outputs=[nbformat.v4.new_output("stream", text="ran")])
    write(lessons / NAME, "version 2")
    refresh(lessons, work)
    assert sources(work / NAME) == ["version 2"]


def test_an_edited_copy_stays_and_the_new_version_lies_beside_it(folders):
    lessons, work = folders
    refresh(lessons, work)
    write(work / NAME, "my answer")
    mine = (work / NAME).read_bytes()
    assert refresh(lessons, work) == []
    write(lessons / NAME, "version 2")
    (news,) = refresh(lessons, work)
    assert "yours is kept" in news and "01_words.new.ipynb" in news
    assert (work / NAME).read_bytes() == mine
    assert sources(work / "01_words.new.ipynb") == ["version 2"]
    assert refresh(lessons, work) == []  # offered once


def test_an_offer_is_not_repeated_when_it_was_declined(folders):
    lessons, work = folders
    refresh(lessons, work)
    write(work / NAME, "my answer")
    write(lessons / NAME, "version 2")
    refresh(lessons, work)
    (work / "01_words.new.ipynb").unlink()
    assert refresh(lessons, work) == [] and names(work) == ["00_start.ipynb", NAME]


def test_an_offer_that_was_written_into_is_not_overwritten_either(folders):
    lessons, work = folders
    refresh(lessons, work)
    write(work / NAME, "my answer")
    write(lessons / NAME, "version 2")
    refresh(lessons, work)
    write(work / "01_words.new.ipynb", "my other answer")
    write(lessons / NAME, "version 3")
    assert "01_words.new2.ipynb" in refresh(lessons, work)[0]
    assert sources(work / "01_words.new.ipynb") == ["my other answer"]
    assert sources(work / "01_words.new2.ipynb") == ["version 3"]
    assert sources(work / NAME) == ["my answer"]


def test_an_adopted_offer_follows_its_lesson_again(folders):
    lessons, work = folders
    refresh(lessons, work)
    write(work / NAME, "my answer")
    write(lessons / NAME, "version 2")
    refresh(lessons, work)
    (work / "01_words.new.ipynb").replace(work / NAME)
    write(lessons / NAME, "version 3")
    refresh(lessons, work)
    assert sources(work / NAME) == ["version 3"]


def test_an_edit_back_and_forth_upstream_never_replaces_an_answer(folders):
    lessons, work = folders
    refresh(lessons, work)
    write(work / NAME, "my answer")
    for version in ("version 2", "version 1", "version 2"):
        write(lessons / NAME, version)
        refresh(lessons, work)
        assert sources(work / NAME) == ["my answer"]
    assert names(work) == ["00_start.ipynb", NAME, "01_words.new.ipynb", "01_words.new2.ipynb"]


def test_a_deleted_copy_is_made_afresh_and_a_renamed_one_left_alone(folders):
    lessons, work = folders
    refresh(lessons, work)
    write(work / NAME, "my answer")
    (work / NAME).rename(work / "mine.ipynb")
    assert refresh(lessons, work) == [f"{NAME}: a fresh copy."]
    assert sources(work / "mine.ipynb") == ["my answer"]
    assert sources(work / NAME) == ["version 1"]


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff", None])
def test_without_a_readable_state_nothing_is_overwritten(folders, damage):
    lessons, work = folders
    refresh(lessons, work)
    write(work / NAME, "my answer")
    write(work / "00_start.ipynb", "an older version?")
    if damage is None:
        (work / workspace.STATE).unlink()
    else:
        (work / workspace.STATE).write_bytes(damage)
    assert len(refresh(lessons, work)) == 2
    assert sources(work / NAME) == ["my answer"]
    assert sources(work / "00_start.ipynb") == ["an older version?"]
    assert "01_words.new.ipynb" in names(work)
    assert refresh(lessons, work) == []
    (work / workspace.STATE).unlink()
    refresh(lessons, work)
    assert "01_words.new2.ipynb" not in names(work)  # the offer that lies there will do


def test_a_copy_that_cannot_be_read_counts_as_edited(folders):
    lessons, work = folders
    refresh(lessons, work)
    (work / NAME).write_bytes(b'{"cells": [half \xff')
    write(lessons / NAME, "version 2")
    refresh(lessons, work)
    assert (work / NAME).read_bytes() == b'{"cells": [half \xff'
    assert sources(work / "01_words.new.ipynb") == ["version 2"]


def test_a_crash_between_copying_and_noting_it_loses_nothing(folders, monkeypatch):
    lessons, work = folders
    refresh(lessons, work)
    write(lessons / NAME, "version 2")
    with monkeypatch.context() as crash:
        crash.setattr(workspace, "_write_state", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            refresh(lessons, work)
    refresh(lessons, work)
    write(lessons / NAME, "version 3")
    refresh(lessons, work)
    assert sources(work / NAME) == ["version 3"]


def test_a_failing_write_is_one_sentence_and_leaves_the_copy(folders, monkeypatch):
    lessons, work = folders
    refresh(lessons, work)
    write(lessons / NAME, "version 2")
    before = (work / NAME).read_bytes(), (work / workspace.STATE).read_bytes()

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(WorkspaceError, match="can't be written: Permission denied"):
        refresh(lessons, work)
    assert ((work / NAME).read_bytes(), (work / workspace.STATE).read_bytes()) == before
    assert len(list(work.iterdir())) == 3


def test_a_file_in_the_place_of_the_folder_is_one_sentence(folders):
    lessons, work = folders
    work.write_text("")
    with pytest.raises(WorkspaceError, match="can't be written"):
        refresh(lessons, work)


def test_no_lessons_or_two_of_one_topic_are_one_sentence(folders, tmp_path):
    with pytest.raises(WorkspaceError, match="no lessons"):
        refresh(tmp_path / "absent", tmp_path / "work")
    write(folders[0] / "02_words.ipynb")
    with pytest.raises(WorkspaceError, match="Two notebooks claim"):
        refresh(*folders)


@pytest.mark.parametrize("name", ["01_words.new.ipynb", "01_words.new2.ipynb"])
def test_the_importer_takes_no_offer_for_a_lesson(name):
    assert FILE_NAME.fullmatch(name) is None


# Opening JupyterLab


@pytest.fixture
def opened(folders, monkeypatch):
    """The command and folder with which ``course lab`` would start JupyterLab."""
    calls = []
    monkeypatch.setattr(workspace, "LESSONS", folders[0])
    monkeypatch.setattr(workspace, "WORK", folders[1])
    monkeypatch.setattr(foreground, "run", lambda *a, **k: calls.append((*a, k)) or 7)
    return calls


def test_lab_opens_lesson_00_in_the_copies_and_passes_its_arguments_on(opened, folders, capsys):
    assert cli.main(["lab", "--no-browser", "--port", "9999"]) == 7
    ((command, options),) = opened
    assert command[:3] == [sys.executable, "-m", "jupyterlab"] and options["cwd"] == folders[1]
    assert command[-4:] == [
        "--no-browser",
        "--port",
        "9999",
        "--LabApp.default_url=/lab/tree/00_start.ipynb",
    ]
    assert options["env"]["JUPYTER_PREFER_ENV_PATH"] == "1"
    assert "00_start.ipynb: copied." in capsys.readouterr().out


def test_lab_opens_the_lesson_that_was_asked_for(opened):
    cli.main(["lab", "01_words.ipynb"])
    assert opened[0][0][-1] == "01_words.ipynb" and "default_url" not in str(opened[0][0])


def test_without_jupyterlab_there_is_one_clear_sentence(opened, folders, monkeypatch, capsys):
    monkeypatch.setattr(workspace.importlib.util, "find_spec", lambda name: None)
    assert cli.main(["lab"]) == 1
    complaint = capsys.readouterr().err
    assert complaint.count("\n") == 1 and "'jupyterlab' is missing" in complaint
    assert opened == [] and not folders[1].exists()


def test_copies_that_cannot_be_made_stop_it(opened, folders, capsys):
    folders[1].write_text("")
    assert cli.main(["lab"]) == 1
    assert opened == [] and "can't be written" in capsys.readouterr().err


def test_a_kernel_in_work_imports_the_lessons_of_the_checkout(folders):
    lessons, work = folders
    refresh(lessons, work)
    code = "import notebooks, helpers; print(notebooks.__file__, helpers.ROOT, sep='\\n')"
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    command = [sys.executable, "-c", f"import sys; assert sys.path[0] == ''; {code}"]
    done = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True)
    assert done.stdout.splitlines() == [str(ROOT / "notebooks" / "__init__.py"), str(ROOT)]


def test_jupyterlab_starts_and_ends_with_the_command(folders, tmp_path):
    """The real server, ended by SIGTERM to ``course lab``."""
    lessons, work = folders
    code = (
        "import pathlib, sys; from helpers.course import cli, workspace;"
        "workspace.LESSONS, workspace.WORK = map(pathlib.Path, sys.argv[1:3]);"
        "sys.exit(cli.main(['lab', *sys.argv[3:]]))"
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    places = ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    with open(tmp_path / "log", "w") as log:
        child = subprocess.Popen(
            [sys.executable, "-c", code, lessons, work, "--no-browser", f"--port={port}",
             "--ServerApp.port_retries=0", "--allow-root", "--IdentityProvider.token=t"],
            env={**os.environ, **{name: str(tmp_path / name) for name in places}}, stderr=log,
        )  # fmt: skip
    try:
        listed = answer(f"http://127.0.0.1:{port}/api/contents?token=t", child)["content"]
        assert {entry["name"] for entry in listed} == {"00_start.ipynb", NAME}
        address = rf"http://127\.0\.0\.1:{port}/lab/tree/00_start\.ipynb\?token="
        assert re.search(address, (tmp_path / "log").read_text())
        page = fetched(f"http://127.0.0.1:{port}/lab?token=t", child).decode()
        assert '"news": {"disabled": true}' in page, "it would ask whether to fetch news"
    finally:
        child.send_signal(signal.SIGTERM)
        status = child.wait(timeout=30)
    assert status in (0, 143)


def answer(address: str, server: subprocess.Popen) -> dict:
    return json.loads(fetched(address, server))


def fetched(address: str, server: subprocess.Popen) -> bytes:
    """What a server says, once it is up."""
    ask = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
    for _ in range(600):
        assert server.poll() is None, "JupyterLab ended"
        try:
            with ask(address, timeout=5) as reply:
                return reply.read()
        except OSError:
            time.sleep(0.1)
    raise AssertionError("JupyterLab never answered.")

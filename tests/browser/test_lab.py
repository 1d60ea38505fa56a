"""A learner's first minute: JupyterLab opens lesson 00 in a browser, and Run All runs it."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import nbformat
import pytest

from helpers import ROOT
from helpers.course.workspace import QUIET

LESSON = "00_transfer_learning.ipynb"
TOKEN = "browser-test"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def jupyter_lab(folder, private):
    """A JupyterLab on ``folder`` whose settings, workspaces and kernels are its own."""
    port = free_port()
    private_folders = {
        name: str(private / name)
        for name in (
            "JUPYTER_CONFIG_DIR",
            "JUPYTER_RUNTIME_DIR",
            "JUPYTERLAB_SETTINGS_DIR",
            "JUPYTERLAB_WORKSPACES_DIR",
            "IPYTHONDIR",
        )
    }
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", f"--port={port}", "--allow-root",
        f"--IdentityProvider.token={TOKEN}", "--ServerApp.port_retries=0",
        "--LabApp.expose_app_in_browser=True", *QUIET,
    ]  # fmt: skip
    with open(private / "lab.log", "w") as log:
        server = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **private_folders}, stdout=log, stderr=log
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/api", server, private / "lab.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for(url: str, server, log, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=2)
            return
        time.sleep(0.3)
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


@pytest.fixture
def lesson_folder(tmp_path):
    """A copy of lesson 00, without outputs, set to the smallest scale."""
    folder = tmp_path / "work"
    folder.mkdir()
    book = nbformat.read(ROOT / "notebooks" / LESSON, as_version=4)
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = cell.source.replace('"mini"', '"smoke"')
    nbformat.write(book, folder / LESSON)
    return folder


def test_lesson_00_runs_in_the_browser(chromium, lesson_folder, tmp_path):
    from playwright.sync_api import sync_playwright

    private = tmp_path / "private"
    private.mkdir()
    with (
        jupyter_lab(lesson_folder, private) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.goto(f"{address}/lab/tree/{LESSON}?token={TOKEN}&reset")
        page.wait_for_selector(
            '.jp-Notebook-ExecutionIndicator[data-status="idle"]', state="attached", timeout=60_000
        )
        config = json.loads(page.text_content("#jupyter-config-data"))
        assert config["news"] == {"disabled": True}, "a dialog would ask whether to fetch news"
        book = run_to_the_end(page, lesson_folder / LESSON)
        if target := os.environ.get("COURSE_SCREENSHOT"):
            page.screenshot(path=target)
        browser.close()
    outputs = [o for c in book.cells if c.cell_type == "code" for o in c.outputs]
    assert [o for o in outputs if o.output_type == "error"] == []
    figures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert len(figures) >= 2


def run_to_the_end(page, path, seconds: float = 240):
    """Run All, then save until every code cell of the file has its number; returns the notebook.

    The page draws only the cells in view, so the file says more than the page.
    """
    # The page looks idle before it has a kernel; Run All would then stop at a dialog that asks.
    page.wait_for_function(
        """() => window.jupyterapp.shell.currentWidget
            ?.sessionContext.session?.kernel?.status === 'idle'""",
        timeout=60_000,
    )
    command(page, "notebook:run-all-cells")
    deadline = time.monotonic() + seconds
    waiting = "nothing was saved"
    while time.monotonic() < deadline:
        time.sleep(2)
        command(page, "docmanager:save")
        try:
            book = nbformat.read(path, as_version=4)
        except nbformat.reader.NotJSONError:
            continue  # read while JupyterLab was writing it
        code = [c for c in book.cells if c.cell_type == "code" and c.source.strip()]
        if all(cell.execution_count for cell in code):
            return book
        waiting = next(cell for cell in code if not cell.execution_count).source
    raise AssertionError(f"After {seconds:g} s this cell had not run:\n{waiting[:500]}")


def command(page, name: str) -> None:
    """Run a command of JupyterLab; without a plain value to return, its promise is awaited."""
    page.evaluate(f"() => {{ window.jupyterapp.commands.execute('{name}'); return true }}")

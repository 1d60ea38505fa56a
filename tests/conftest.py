"""Set-up shared by all tests: no network, a fair share of the cores, and loud skips in CI."""

import os
import shutil
import socket

import pytest

LOOPBACK = ("127.", "localhost", "::1", "0.0.0.0")
DEAD_PROXY = "http://127.0.0.1:9"  # the discard port: nothing listens there


def pytest_configure(config):
    """Keep kernels and other child processes off the network and within one worker's cores."""
    os.environ.update(
        COURSE_OFFLINE="1",
        COURSE_PROGRESS="plain",
        HF_HUB_OFFLINE="1",
        HTTP_PROXY=DEAD_PROXY,
        HTTPS_PROXY=DEAD_PROXY,
        NO_PROXY="127.0.0.1,localhost",
    )
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the course command does
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // workers)))


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Refuse every connection that leaves this machine: a test that needs one is a mistake."""
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family != socket.AF_UNIX and not str(address[0]).startswith(LOOPBACK):
            raise PermissionError(f"A test tried to reach the network: {address}.")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


def skip_or_fail(present: bool, missing: str, command: str) -> None:
    """Skip a test whose requirement is missing, naming the command; in CI that is a failure."""
    if present:
        return
    message = f"{missing} is missing: {command}"
    if os.environ.get("CI"):
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


@pytest.fixture
def chromium() -> str:
    """Path of a Chromium for the browser tests."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    skip_or_fail(path is not None, "Chromium", "sudo apt-get install chromium")
    return path


def pytest_report_header(config):
    """Say which corpora the tests found: results on real text depend on them."""
    from helpers import data

    return "corpora: " + ", ".join(f"{name} ({place})" for name, place in data.found().items())

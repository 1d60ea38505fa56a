"""helpers.data: places and their order, damage, downloads from a bad server, readers."""

import concurrent.futures
import errno
import gzip
import hashlib
import http.server
import io
import json
import os
import random
import re
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest

from helpers import ROOT, data
from helpers.data import download, readers, running_text, sources, task_sets, wheel

CONTENT = random.Random(0).randbytes(300_000)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# --- a table, places and a server of our own ------------------------------------------------------


class Workshop:
    """A sources table, a COURSE_DATA folder and a cache under ``tmp_path``."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch):
        self.folder, self.monkeypatch = folder, monkeypatch
        self.data, self.cache = folder / "data", folder / "cache"
        self.data.mkdir()
        self.rows: list[str] = []
        monkeypatch.setenv("COURSE_DATA", str(self.data))
        monkeypatch.setenv("COURSE_CACHE", str(self.cache))
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.delenv("COURSE_OFFLINE", raising=False)

    def add(
        self, url="https://127.0.0.1:1/x", content=CONTENT, name="thing", file="a.bin", **cells
    ):
        """Adds a row for a file with this content."""
        row = {
            "dataset": name,
            "file": file,
            "local": f"{name}/{file}",
            "url": url,
            "sha256": sha256(content),
            "bytes": len(content),
            "licence": "CC0",
            "verified": "no",
            "note": "",
        } | cells
        self.rows.append("\t".join(str(row[column]) for column in sources.COLUMNS))
        table = self.folder / f"sources-{len(self.rows)}.tsv"
        table.write_text("\n".join(["\t".join(sources.COLUMNS), *self.rows]) + "\n")
        self.monkeypatch.setattr(sources, "TABLE", table)

    def put(self, place: Path, content=CONTENT, name="thing", file="a.bin") -> Path:
        """Writes a file into COURSE_DATA or the cache."""
        path = place / name / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def offline(self):
        self.monkeypatch.setenv("COURSE_OFFLINE", "1")

    def leftovers(self) -> list[str]:
        """What lies in the cache that is neither a dataset nor bookkeeping."""
        files = (p for p in self.cache.rglob("*") if p.is_file())
        names = {str(p.relative_to(self.cache)) for p in files}
        return sorted(names - {".lock", "checked.json", "thing/a.bin"})


@pytest.fixture
def workshop(tmp_path, monkeypatch) -> Workshop:
    return Workshop(tmp_path, monkeypatch)


class Server(http.server.ThreadingHTTPServer):
    """Serves ``content``, as badly as it is told to, and remembers what it was asked for."""

    daemon_threads = True

    def __init__(self, content=CONTENT):
        super().__init__(("127.0.0.1", 0), Handler)
        self.content, self.ranges, self.status = content, True, 200
        self.cuts: list[int] = []  # after how many bytes to cut the next replies
        self.pause = 0.0  # seconds between blocks
        self.asked: list[str | None] = []  # the Range header of every request
        self.sent = 0

    def start(self) -> "Server":
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def stop(self):
        self.shutdown()
        self.server_close()

    def handle_error(self, *_):
        """A client that was killed is part of the play."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/a.bin"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        server, asked = self.server, self.headers.get("Range")
        server.asked.append(asked)
        if server.status != 200:
            return self.send_error(server.status)
        start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if asked and server.ranges else 0
        if start >= len(server.content):
            return self.send_error(416)
        body = server.content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if server.cuts:
            body = body[: server.cuts.pop(0)]
        for i in range(0, len(body), 10_000):
            self.wfile.write(body[i : i + 10_000])
            server.sent += len(body[i : i + 10_000])
            time.sleep(server.pause)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    server = Server().start()
    yield server
    server.stop()


# --- the table -----------------------------------------------------------------------------------


def test_every_dataset_can_be_read_and_every_reader_has_a_dataset():
    assert set(data.names()) == {"minilm", *readers.ROWS, *running_text.CORPORA}


def test_table_pins_every_file():
    for row in (row for rows in sources.table().values() for row in rows):
        assert row.licence and (row.urls or (row.local and "github.com" in row.note))
        assert not row.file.endswith(".gz") or all(url.endswith(".gz") for url in row.urls)
        assert not Path(row.local).is_absolute() and ".." not in row.local
        if row.address("repository"):
            continue
        assert re.fullmatch("[0-9a-f]{64}", row.sha256) and row.bytes > 0
        for url in row.downloads():
            assert url.startswith("https://") or wheel.ADDRESS.fullmatch(url)
            assert not re.search(r"/(main|master|HEAD)/", url), "an address that can change"


def test_table_names_one_wheel_and_the_right_weights():
    rows = sources.table()["minilm"]
    assert len({wheel.ADDRESS.fullmatch(row.urls[0])["sha256"] for row in rows}) == 1
    [weights] = [row for row in rows if row.file == "model.safetensors"]
    assert weights.sha256 == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@pytest.mark.parametrize(
    "cells, complaint",
    [
        ({"verified": "maybe"}, "verified must be yes or no"),
        ({"sha256": ""}, "sha256"),
        ({"bytes": "many"}, "many"),
        ({"note": "a\tb"}, "9 columns expected, 10 found"),
    ],
)
def test_malformed_table_names_the_line(workshop, cells, complaint):
    workshop.add(name="good")
    workshop.add(**cells)
    with pytest.raises(data.Malformed, match=f"line 3: .*{complaint}"):
        data.names()


def test_unknown_name_suggests_a_known_one():
    for ask in (data.load, data.path, data.is_available, data.fetch, data.where):
        with pytest.raises(data.UnknownDataset, match=r"'sst_2' is not .* Did you mean 'sst2'\?"):
            ask("sst_2")


def test_import_is_light_and_has_no_side_effects(tmp_path):
    code = (
        "import sys, helpers.data; "
        "print([m for m in ('torch', 'gensim', 'requests') if m in sys.modules])"
    )
    environment = {**os.environ, "COURSE_CACHE": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.stdout == "[]\n", done.stderr
    assert not (tmp_path / "cache").exists()


# --- places --------------------------------------------------------------------------------------


@pytest.fixture
def package(workshop) -> Path:
    """A file in an installed package that must not be imported."""
    folder = workshop.folder / "site" / "untouchable"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("raise RuntimeError('imported')")
    (folder / "a.bin").write_bytes(CONTENT)
    workshop.monkeypatch.syspath_prepend(str(folder.parent))
    return folder / "a.bin"


def test_order_of_places(workshop, package):
    workshop.monkeypatch.setattr(sources, "ROOT", workshop.folder)
    (workshop.folder / "own.bin").write_bytes(CONTENT)
    workshop.add("package:untouchable/a.bin repository:own.bin")
    workshop.put(workshop.data), workshop.put(workshop.cache)
    expected = {
        "COURSE_DATA": workshop.data / "thing/a.bin",
        "cache": workshop.cache / "thing/a.bin",
        "package": package,
        "repository": workshop.folder / "own.bin",
    }
    assert tuple(expected) == sources.PLACES
    for place, file in expected.items():
        assert data.where("thing") == place
        assert data.path("thing") == file
        assert data.found() == {"thing": place}
        file.unlink()
    assert data.where("thing") is None and not data.is_available("thing")
    assert data.found() == {}


def test_a_dataset_is_taken_whole_from_one_place(workshop):
    for file in ("a.bin", "b.bin"):
        workshop.add(file=file)
        workshop.put(workshop.cache, file=file)
    workshop.put(workshop.data, file="a.bin")
    assert data.path("thing") == workshop.cache / "thing"
    workshop.put(workshop.data, file="b.bin")
    assert data.path("thing") == workshop.data / "thing"


def test_folder_beside_the_checkout_is_used_when_course_data_is_unset(workshop):
    beside = workshop.folder / "shared" / "data"
    workshop.monkeypatch.setattr(sources, "ROOT", workshop.folder / "checkout")
    workshop.monkeypatch.delenv("COURSE_DATA")
    assert sources.data_folder() is None
    beside.mkdir(parents=True)
    assert sources.data_folder() == beside
    workshop.monkeypatch.setenv("COURSE_DATA", "")
    assert sources.data_folder() is None


def test_course_data_that_does_not_exist_is_an_error(workshop):
    workshop.add()
    workshop.monkeypatch.setenv("COURSE_DATA", "/no/such/folder")
    with pytest.raises(data.DataError, match="COURSE_DATA='/no/such/folder' is not a folder"):
        data.where("thing")
    assert data.command([]) == 1


def test_compressed_local_file_counts_by_its_content(workshop):
    workshop.add(local="thing/a.bin.gz")
    path = workshop.put(workshop.data, gzip.compress(CONTENT), file="a.bin.gz")
    assert data.path("thing") == path
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(data.Damaged, match="broken archive"):
        data.path("thing")


def test_a_file_compressed_at_its_source_counts_by_its_own_bytes(workshop, server):
    server.content = gzip.compress(CONTENT)
    workshop.add(server.url, server.content, file="a.gz")
    for place in (workshop.data, workshop.cache):
        path = workshop.put(place, server.content, file="a.gz")
        assert data.path("thing") == path
        path.write_bytes(gzip.compress(CONTENT, 1))
        if place == workshop.data:
            with pytest.raises(data.Damaged, match=sha256(server.content)):
                data.path("thing")
            path.unlink()
    assert data.path("thing").read_bytes() == server.content, "fetched again"


# --- damage --------------------------------------------------------------------------------------

FLIPPED = CONTENT[:1000] + bytes([CONTENT[1000] ^ 1]) + CONTENT[1001:]


def test_damaged_file_in_course_data_is_named_and_never_touched(workshop, server):
    workshop.add(server.url)
    path = workshop.put(workshop.data, FLIPPED)
    for _ in range(2):
        with pytest.raises(data.Damaged) as error:
            data.path("thing")
        for part in (str(path), sha256(CONTENT), sha256(FLIPPED), "COURSE_DATA"):
            assert part in str(error.value)
    assert path.read_bytes() == FLIPPED and server.asked == []
    assert [p.name for p in path.parent.iterdir()] == ["a.bin"]


def test_damaged_file_in_a_package_is_named(workshop, package):
    workshop.add("package:untouchable/a.bin")
    package.write_bytes(FLIPPED)
    with pytest.raises(data.Damaged, match="force-reinstall"):
        data.path("thing")
    assert package.read_bytes() == FLIPPED


def test_damaged_file_in_the_cache_is_set_aside_and_fetched_again(workshop, server, capsys):
    workshop.add(server.url)
    path = workshop.put(workshop.cache, FLIPPED)
    assert data.path("thing").read_bytes() == CONTENT
    assert path.with_name("a.bin.damaged").read_bytes() == FLIPPED
    assert len(server.asked) == 1
    assert "is damaged" in capsys.readouterr().err


def test_damaged_file_in_the_cache_is_fetched_again_only_once(workshop, server):
    workshop.add(server.url)
    workshop.put(workshop.cache, FLIPPED)
    server.content = FLIPPED
    with pytest.raises(data.Damaged, match=sha256(FLIPPED)):
        data.path("thing")
    assert len(server.asked) == 1


def test_damaged_file_in_the_cache_stays_an_error_without_a_network(workshop):
    workshop.add()
    path = workshop.put(workshop.cache, FLIPPED)
    workshop.offline()
    for _ in range(2):
        with pytest.raises(data.Damaged, match="course data thing"):
            data.path("thing")
    assert path.read_bytes() == FLIPPED


def test_a_file_is_hashed_once_and_again_when_it_changed(workshop, monkeypatch):
    workshop.add()
    path = workshop.put(workshop.data)
    hashed = []
    monkeypatch.setattr(
        sources, "sha256_of", lambda p, f=sources.sha256_of, **how: hashed.append(p) or f(p, **how)
    )
    for _ in range(3):
        data.path("thing")
    assert hashed == [path]
    path.write_bytes(FLIPPED)  # the same size, a later time
    with pytest.raises(data.Damaged):
        data.path("thing")


def test_a_cache_that_cannot_be_written_costs_only_time(workshop):
    workshop.add()
    workshop.put(workshop.data)
    workshop.cache.write_text("a file where the folder should be")
    assert data.path("thing").read_bytes() == CONTENT


@pytest.mark.parametrize("content", ["[]", "5", "null", '{"x', '{"PATH": 5}', '{"PATH": []}'])
def test_a_damaged_note_of_what_was_checked_costs_only_time(workshop, content):
    workshop.add()
    path = workshop.put(workshop.data)
    workshop.cache.mkdir()
    (workshop.cache / "checked.json").write_text(content.replace("PATH", str(path)))
    assert data.path("thing").read_bytes() == CONTENT


@pytest.mark.parametrize("closed", ["data", "cache"])
def test_a_folder_that_is_closed_to_us_holds_nothing(workshop, monkeypatch, closed):
    workshop.add()
    workshop.put(workshop.data if closed == "cache" else workshop.cache)
    stat = os.stat

    def refused(path, *args, **kwargs):
        if str(path).startswith(str(workshop.folder / closed / "thing")):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return stat(path, *args, **kwargs)

    monkeypatch.setattr(os, "stat", refused)
    assert data.where("thing") == ("COURSE_DATA" if closed == "cache" else "cache")
    assert data.path("thing").read_bytes() == CONTENT


# --- downloads -----------------------------------------------------------------------------------


def test_download(workshop, server):
    workshop.add(server.url)
    assert not data.is_available("thing") and server.asked == []
    assert data.fetch("thing") == "cache"
    assert (workshop.cache / "thing/a.bin").read_bytes() == CONTENT
    data.fetch("thing")
    assert server.asked == [None]
    assert workshop.leftovers() == []


def test_cut_connection_is_resumed(workshop, server):
    workshop.add(server.url)
    server.cuts = [100_000, 100_000]
    assert data.path("thing").read_bytes() == CONTENT
    first, second, third = server.asked
    assert first is None and second.startswith("bytes=") and third.startswith("bytes=")
    assert server.sent < len(CONTENT) + 2 * download.BLOCK + 2 * 10_000
    assert workshop.leftovers() == []


def test_cut_off_for_good_the_next_try_goes_on(workshop, server):
    workshop.add(server.url)
    server.cuts = [150_000] + [0] * 5
    with pytest.raises(data.NotAvailable, match="connection is cut"):
        data.path("thing")
    [part] = workshop.leftovers()
    assert part.endswith(".part")
    assert not (workshop.cache / "thing/a.bin").exists()
    server.cuts = []
    assert data.path("thing").read_bytes() == CONTENT
    assert int(server.asked[-1].strip("bytes=-")) > 100_000
    assert workshop.leftovers() == []


def test_server_without_ranges_begins_again(workshop, server):
    workshop.add(server.url)
    server.ranges = False
    server.cuts = [100_000]
    assert data.path("thing").read_bytes() == CONTENT
    assert len(server.asked) == 2 and workshop.leftovers() == []


def test_wrong_content_is_never_kept(workshop, server):
    workshop.add(server.url)
    server.content = FLIPPED
    with pytest.raises(data.NotAvailable) as error:
        data.path("thing")
    for part in (server.url, sha256(CONTENT), sha256(FLIPPED), "course data thing"):
        assert part in str(error.value)
    assert not (workshop.cache / "thing").exists() and workshop.leftovers() == []


@pytest.mark.parametrize("size", [1, 200_000, 300_000, 400_000])
def test_wrong_older_half_is_thrown_away(workshop, server, size):
    workshop.add(server.url)
    [source] = sources.files_of("thing")
    part = workshop.cache / ".partial" / f"{source.sha256[:16]}-a.bin.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"?" * size)
    assert data.path("thing").read_bytes() == CONTENT
    assert workshop.leftovers() == []


def test_older_half_beyond_the_servers_end(workshop, server):
    workshop.add(server.url)
    server.content = CONTENT[:1000]
    server.cuts = []
    [source] = sources.files_of("thing")
    part = workshop.cache / ".partial" / f"{source.sha256[:16]}-a.bin.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(CONTENT[:2000])
    with pytest.raises(data.NotAvailable, match=sha256(CONTENT[:1000])):
        data.path("thing")
    assert workshop.leftovers() == []


@pytest.mark.parametrize("status, words", [(404, "HTTP 404 Not Found"), (503, "HTTP 503")])
def test_http_errors_are_told(workshop, server, status, words):
    workshop.add(server.url)
    server.status = status
    with pytest.raises(data.NotAvailable, match=words):
        data.path("thing")
    assert workshop.leftovers() == []


def test_second_address(workshop, server):
    other = Server().start()
    server.status = 404
    workshop.add(f"{server.url} {other.url}")
    assert data.path("thing").read_bytes() == CONTENT
    assert len(server.asked) == len(other.asked) == 1
    other.stop()


def test_server_down(workshop, server):
    workshop.add(server.url)
    server.stop()
    with pytest.raises(data.NotAvailable, match=r"no connection.*`course data thing`"):
        data.path("thing")
    assert workshop.leftovers() == []


def test_offline_asks_nobody(workshop, server, capsys):
    workshop.add(server.url)
    workshop.offline()
    with pytest.raises(data.NotAvailable) as error:
        data.path("thing")
    for part in ("COURSE_OFFLINE", "course data thing", "COURSE_DATA", "thing/a.bin"):
        assert part in str(error.value)
    assert data.command(["thing"]) == 1
    assert server.asked == [] and not workshop.cache.exists()


def full_disk(room: int) -> type:
    """Stands for ``open`` on a disk with room for so many bytes."""

    class File(io.FileIO):
        def write(self, block):
            nonlocal room
            room -= len(block)
            if room < 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().write(block)

    return File


def test_full_disk_is_one_sentence_and_leaves_nothing(workshop, server, monkeypatch):
    workshop.add(server.url)
    monkeypatch.setattr(download, "open", full_disk(100_000), raising=False)
    with pytest.raises(data.NotAvailable, match=r"is full: make room or set COURSE_CACHE"):
        data.path("thing")
    assert workshop.leftovers() == [] and not (workshop.cache / "thing").exists()


def test_cache_that_cannot_be_written_is_one_sentence(workshop, server):
    workshop.add(server.url)
    workshop.cache.write_text("a file where the folder should be")
    with pytest.raises(data.NotAvailable, match=r"can't be written .* set COURSE_CACHE"):
        data.path("thing")


FETCH = """
import sys
from pathlib import Path
from helpers import data
from helpers.data import sources
sources.TABLE = Path(sys.argv[1])
data.fetch("thing")
"""


def start_fetching() -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", FETCH, str(sources.TABLE)], cwd=ROOT)


def test_killed_half_way_leaves_no_file_and_is_resumed(workshop, server):
    workshop.add(server.url)
    server.pause = 0.05
    process = start_fetching()
    while not any(p.stat().st_size > 50_000 for p in workshop.cache.rglob("*.part")):
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert not (workshop.cache / "thing").exists()
    assert not data.is_available("thing")
    server.pause = 0.0
    assert data.path("thing").read_bytes() == CONTENT
    assert server.asked[0] is None and server.asked[1].startswith("bytes=")
    assert workshop.leftovers() == []


def test_two_processes_download_once(workshop, server):
    workshop.add(server.url)
    server.pause = 0.02
    processes = [start_fetching() for _ in range(2)]
    assert [process.wait() for process in processes] == [0, 0]
    assert server.asked == [None]
    assert (workshop.cache / "thing/a.bin").read_bytes() == CONTENT


# --- wheels --------------------------------------------------------------------------------------

MEMBERS = {"tiny_model/a.bin": CONTENT, "tiny_model/b.bin": FLIPPED}


@pytest.fixture
def tiny_wheel(workshop) -> Path:
    """A wheel that pip can find, with code that must not run."""
    path = workshop.folder / "wheels" / "tiny_model-0.1-py3-none-any.whl"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny_model/__init__.py", "raise RuntimeError('imported')")
        for member, content in MEMBERS.items():
            archive.writestr(member, content)
        info = "tiny_model-0.1.dist-info"
        archive.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-model\nVersion: 0.1\n"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    workshop.monkeypatch.setenv("PIP_NO_INDEX", "1")
    workshop.monkeypatch.setenv("PIP_FIND_LINKS", str(path.parent))
    return path


def address(path: Path, member="tiny_model/a.bin", requirement="tiny-model==0.1") -> str:
    return f"wheel:{requirement}#sha256={sha256(path.read_bytes())}!{member}"


def count_pip(workshop) -> list[str]:
    """Lets pip's downloads be counted."""
    called = []
    pip = wheel._pip_download
    workshop.monkeypatch.setattr(
        wheel,
        "_pip_download",
        lambda requirement, *a: called.append(requirement) or pip(requirement, *a),
    )
    return called


def test_members_of_a_wheel(workshop, tiny_wheel):
    called = count_pip(workshop)
    for member, content in MEMBERS.items():
        file = member.rpartition("/")[2]
        workshop.add(address(tiny_wheel, member), content, file=file)
    folder = data.path("thing")
    assert folder == workshop.cache / "thing"
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == {
        "a.bin": CONTENT,
        "b.bin": FLIPPED,
    }
    assert called == ["tiny-model==0.1"]
    assert workshop.leftovers() == ["thing/b.bin"]
    assert "tiny_model" not in sys.modules


@pytest.mark.parametrize(
    "change, reason",
    [
        (lambda url: url.replace("==0.1", "==0.2"), "No matching distribution found"),
        (lambda url: url.replace("a.bin", "c.bin"), "no member tiny_model/c.bin"),
        (lambda url: url.replace("a.bin", "b.bin"), f"{sha256(FLIPPED)} found"),
        (
            lambda url: re.sub("=[0-9a-f]{64}", "=" + 64 * "0", url),
            f"{64 * '0'} expected for the wheel",
        ),
        (lambda url: url.replace("#", "?"), "not of the form wheel:"),
    ],
)
def test_wheel_that_is_not_the_right_one(workshop, tiny_wheel, capfd, change, reason):
    workshop.add(change(address(tiny_wheel)))
    with pytest.raises(data.NotAvailable, match=re.escape(reason)) as error:
        data.path("thing")
    assert "\n" not in str(error.value)
    assert "ERROR" not in capfd.readouterr().err, "pip's own words are not for the learner"
    assert workshop.leftovers() == [] and not (workshop.cache / "thing").exists()


def test_size_of_a_folder_whose_folders_come_and_go(tmp_path):
    """As pip's temporary ones do while the bar asks how much is there."""
    (tmp_path / "stays").write_bytes(CONTENT)
    done = threading.Event()

    def churn():
        while not done.is_set():
            inner = tmp_path / "comes" / "and goes"
            inner.mkdir(parents=True)
            inner.rmdir()
            inner.parent.rmdir()

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        churning = pool.submit(churn)
        try:
            sizes = {wheel._size_of(tmp_path) for _ in range(3000)}
        finally:
            done.set()
        churning.result()
    assert sizes == {len(CONTENT)}


def test_second_address_after_a_wheel_asks_pip_only_once(workshop, tiny_wheel, server):
    called = count_pip(workshop)
    gone = address(tiny_wheel, requirement="tiny-model==9")
    for file in ("a.bin", "b.bin"):
        workshop.add(f"{gone} {server.url}", file=file)
    assert data.path("thing") == workshop.cache / "thing"
    assert called == ["tiny-model==9"] and len(server.asked) == 2


def test_full_disk_while_unzipping(workshop, tiny_wheel, monkeypatch):
    workshop.add(address(tiny_wheel))
    monkeypatch.setattr(wheel, "_pip_download", lambda *_: tiny_wheel)
    monkeypatch.setattr(wheel, "open", full_disk(100_000), raising=False)
    with pytest.raises(data.NotAvailable, match="is full"):
        data.path("thing")
    assert workshop.leftovers() == []


@pytest.mark.parametrize(
    "log, kind, words",
    [
        ("ERROR: Could not install packages: [Errno 28] No space left on device", OSError, "space"),
        ("/usr/bin/python: No module named pip", sources.Failed, "has no pip"),
        ("WARNING: Retrying: NewConnectionError(...)\nERROR: No match", sources.Failed, "no conn"),
        ("WARNING: x\nERROR: first\nERROR: last", sources.Failed, "^last$"),
        ("", sources.Failed, "pip download failed"),
    ],
)
def test_pips_failures_in_plain_words(log, kind, words):
    failure = wheel._pip_failure(log)
    assert isinstance(failure, kind) and re.search(words, str(failure))


# --- the command ---------------------------------------------------------------------------------


def test_command_lists_everything(capsys):
    assert data.command([]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == data.names()


def test_command_fetches(workshop, server, capsys):
    workshop.add(server.url)
    assert data.command(["thing"]) == 0
    assert capsys.readouterr().out == f"thing: cache, {workshop.cache / 'thing/a.bin'}\n"
    assert data.command(["thing", "thin"]) == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith("course data: ") and "Did you mean 'thing'?" in complaint


def test_describe(workshop):
    workshop.add()
    workshop.add(file="b.bin", content=b"12")
    [thing] = data.describe()
    assert thing == data.Description("thing", None, 2, len(CONTENT) + 2, "CC0", False)


# --- readers -------------------------------------------------------------------------------------

HEADER = "\t".join(readers.REVIEW_COLUMNS) + "\n"


def write(folder: Path, text: str | bytes, name="file.tsv") -> dict[str, Path]:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return {name: path}


def test_reviews(tmp_path):
    text = (
        HEADER + "f1\tfilms\ttrain\t1\t\tIt holds up.\nk1\tkitchen\ttest\t0\tirony\tSplendid rust."
    )
    assert readers.reviews(write(tmp_path, text)) == {
        "train": [data.Labelled("It holds up.", 1, "films")],
        "test": [data.Labelled("Splendid rust.", 0, "kitchen", "irony")],
    }


@pytest.mark.parametrize(
    "reader, text, complaint",
    [
        (readers.reviews, "id\ttext\n", "line 1: 6 columns expected, 2 found"),
        (readers.reviews, HEADER.replace("domain", "topic"), "line 1: columns must be"),
        (readers.reviews, HEADER + "1\tf\ttrain\t1\t\ta\n2\tf\ttrain\t1\tb\n", "line 3: 6 columns"),
        (readers.reviews, HEADER + "1\tf\ttrain\tpos\t\ta\n", "line 2: .* 0 or 1, not 'pos'"),
        (readers.reviews, HEADER + "1\tf\ttrain\t1\t\t \n", "line 2: .*must not be empty"),
        (readers.reviews, HEADER + 2 * "1\tf\ttrain\t1\t\ta\n", "line 3: the id '1' was used"),
        (readers.reviews, HEADER.encode() + b"1\tf\ttrain\t1\t\t\xff\n", "line 2: not utf-8"),
        (readers.word_pairs, "# words\na\tb\t1.5\na\tb\thigh\n", "line 3: 'high' is not a number"),
        (readers.word_pairs, "a b 1.5\n", "line 1: 3 columns expected, 1 found"),
        (readers.question_words, ": family\nboy girl man\n", "line 2: four words"),
        (readers.question_words, "boy girl man woman\n", "line 1: four words in a section"),
        (readers.pang_lee_polarity, "__label__pos good\nbad\n", "line 2: __label__neg or"),
        (lambda f: list(running_text.wiki_split(f)), "one\ttwo\nthree\n", "line 2: a sentence and"),
        (lambda f: list(running_text.gutenberg(f)), "A book.\n", r"\*\*\* START"),
    ],
)
def test_malformed_rows_are_named(tmp_path, reader, text, complaint):
    with pytest.raises(
        data.Malformed, match=f"file.tsv, {complaint}" if "line" in complaint else complaint
    ):
        reader(write(tmp_path, text))


def test_sst2_row_without_label(tmp_path):
    files = {f"{split}.tsv": tmp_path / f"{split}.tsv" for split in ("train", "dev", "test")}
    for path in files.values():
        path.write_text("fine\t1\nno label here\n")
    with pytest.raises(data.Malformed, match=r"train.tsv, line 2: 2 columns expected, 1 found"):
        readers.sst2(files)


def test_word_pairs_and_analogies(tmp_path):
    assert readers.word_pairs(write(tmp_path, "# comment\ncup\tmug\t9.5\n")) == {
        "test": [data.WordPair("cup", "mug", 9.5)]
    }
    assert readers.question_words(write(tmp_path, ": family\nboy girl man woman\n")) == {
        "test": [data.Analogy("family", "boy", "girl", "man", "woman")]
    }


def test_text_that_looks_like_a_line_end_does_not_cut_a_row(tmp_path):
    files = write(tmp_path, HEADER + "1\tf\ttrain\t1\t\ta\u2028b\x85c\r\n")
    assert readers.reviews(files)["train"][0].text == "a\u2028b\x85c"


@pytest.mark.parametrize(
    "line, label",
    [
        ("size[+2]##It is small.", 1),
        ("size[+2], price[+1][u]##It is small.", 1),
        ("price[-1][cc]##It is dear.", 0),
        ("look{+1], bass[+2}##It is fine.", 1),
        ("output[-3[p][u]##It is dim.", 0),
        ("player[+][s]##Buy it.", 1),
        ("size[+2], price[-1]##Small but dear.", None),
        ("size[2], price[+1]##A mark without a sign.", None),
        ("##No opinion.", None),
        ("[t]a title", None),
        ("* Annotated by", None),
        ("size[+2]##", None),
    ],
)
def test_product_review_marks(line, label):
    row = readers._product_review(line, "Cup")
    assert row == (None if label is None else data.Labelled(line.partition("##")[2], label, "Cup"))


def test_zipped_corpora(tmp_path):
    path = tmp_path / "corpora.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("product_reviews_1/README.txt", "sound[+1]##not a review\n")
        archive.writestr("product_reviews_1/Big_Cup.txt", "[t]\nsize[+2]##It is big. \n")
        archive.writestr("sentence_polarity/rt-polarity.pos", "warm . \n")
        archive.writestr("sentence_polarity/rt-polarity.neg", "cold . \n")
        archive.writestr("brown/README", "no/tags\n")
        archive.writestr("brown/ca01", "\n\tThe/at jury/nn did/dod n't/* say/vb 1/2/cd ./.\n\n")
    files = {"corpora.zip": path}
    assert readers.product_reviews(files)["train"] == [data.Labelled("It is big.", 1, "Big Cup")]
    assert [(r.text, r.label) for r in readers.sentence_polarity(files)["train"]] == [
        ("cold .", 0),
        ("warm .", 1),
    ]
    assert list(running_text.brown(files)) == [[["the", "jury", "did", "n't", "say", "1", "2"]]]
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("brown/ca02", "The/at jury\n")
    with pytest.raises(data.Malformed, match=r"brown/ca02, line 1: word/tag"):
        list(running_text.brown(files))


TREEBANK = """# text = They don't, we do.
1\tThey\tthey\tPRON\tPRP\t_\t3\tnsubj\t_\t_
2-3\tdon't\t_\t_\t_\t_\t_\t_\t_\t_
2\tdo\tdo\tAUX\tVBP\t_\t3\taux\t_\t_
3\tn't\tnot\tPART\tRB\t_\t0\troot\t_\t_
3.1\tgo\t_\tVERB\tVB\t_\t_\t_\t3:conj\t_

# text = Tea
1\tTea\ttea\tNOUN\tNN\t_\t0\troot\t_\t_"""


def treebank(folder: Path, text: str) -> dict[str, Path]:
    splits = ("train", "dev", "test")
    return {k: v for s in splits for k, v in write(folder, text, f"en_ewt-ud-{s}.conllu").items()}


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\n\n\n"])
def test_ud_ewt(tmp_path, end):
    rows = readers.ud_ewt(treebank(tmp_path, TREEBANK + end))
    assert rows["train"] == rows["dev"] == rows["test"]
    assert rows["test"] == [
        data.Parsed(
            words=("They", "do", "n't"),
            upos=("PRON", "AUX", "PART"),
            xpos=("PRP", "VBP", "RB"),
            heads=(3, 3, 0),
            relations=("nsubj", "aux", "root"),
        ),
        data.Parsed(("Tea",), ("NOUN",), ("NN",), (0,), ("root",)),
    ]


@pytest.mark.parametrize(
    "change, to, complaint",
    [
        ("\tnsubj\t_", "\tnsubj", "line 2: 10 columns expected, 9 found"),
        ("\t3\tnsubj", "\t4\tnsubj", "line 2: the head 4 is not in the sentence"),
        ("\t3\tnsubj", "\t-1\tnsubj", "line 2: the head -1 is not in the sentence"),
        ("\t3\taux", "\t_\taux", "line 4: '_' is not a whole number"),
        ("2\tdo", "4\tdo", "line 4: word 2 expected, not '4'"),
        ("1\tTea", "2\tTea", "line 9: word 1 expected, not '2'"),
    ],
)
def test_malformed_treebank(tmp_path, change, to, complaint):
    with pytest.raises(data.Malformed, match=f"en_ewt-ud-train.conllu, {complaint}"):
        readers.ud_ewt(treebank(tmp_path, TREEBANK.replace(change, to)))


def zipped(folder: Path, **members: str) -> dict[str, Path]:
    """A zip whose members are named after keywords: ``a__b`` is ``a/b``."""
    path = folder / "file.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), text)
    return {path.name: path}


SENSES = """<corpus lang="en">
<lexelt item="line-n">
<instance id="line-n.1:">
<answer instance="line-n.1:" senseid="cord"/>
<context>
 <wf pos="``">``</wf> <wf pos="JJ">at&amp;t</wf> FRASL <s snum="2"/><head> <wf pos="NNS">lines</wf></head> <wf pos=".">.</wf>
 <wf pos="NN">done</wf> </context>
</instance>

<instance id="line-n.2:">
<answer instance="line-n.2:" senseid="phone"/>
<context><head> <wf pos="VBD">lined</wf></head></context>
</instance>
</lexelt>
</corpus>
"""  # noqa: E501


def test_senseval(tmp_path):
    rows = readers.senseval(zipped(tmp_path, senseval__README="no XML", senseval__line_pos=SENSES))
    first, second = rows["train"]
    assert first == data.Sense("line", "cord", "`` at&t / lines . done", 10, 15)
    assert first.sentence[first.start : first.end] == "lines"
    assert second == data.Sense("line", "phone", "lined", 0, 5)


@pytest.mark.parametrize("lost", [' senseid="phone"', "<head> ", "</head>"])
def test_malformed_senses(tmp_path, lost):
    text = "".join(SENSES.rpartition(lost)[::2])
    with pytest.raises(data.Malformed, match=r"senseval/line.pos, line 10: an instance needs"):
        readers.senseval(zipped(tmp_path, senseval__line_pos=text))


def wic(folder: Path, pairs: str, answers: str) -> dict[str, Path]:
    texts = {f"{s}__{s}_data_txt": pairs for s in ("train", "dev", "test")}
    return zipped(folder, **texts, **{name.replace("data", "gold"): answers for name in texts})


def test_wic(tmp_path):
    pair = "bank\tN\t1-0\tThe bank .\tBanks fail .\n"
    rows = readers.wic(wic(tmp_path, pair + pair, "T\nF\n"))
    first, second = ("The", "bank", "."), ("Banks", "fail", ".")
    assert rows["train"] == rows["dev"] == rows["test"]
    assert rows["dev"] == [
        data.WordInContext("bank", "N", first, second, 1, 0, same) for same in (True, False)
    ]


@pytest.mark.parametrize(
    "pair, answers, complaint",
    [
        ("bank\tN\t1-0\tThe bank .", "T", "data.txt, line 1: 5 columns expected, 4 found"),
        ("bank\tN\t1-3\tThe bank .\tBanks fail .", "T", "data.txt, line 1: 1-3 is not inside"),
        ("bank\tN\t1\tThe bank .\tBanks fail .", "T", "data.txt, line 1: '' is not a whole"),
        ("bank\tN\t1-0\tThe bank .\tBanks fail .", "1", "gold.txt, line 1: .*T or F, not '1'"),
        ("bank\tN\t1-0\tThe bank .\tBanks fail .", "T\nF", "gold.txt, line 2: as many lines"),
    ],
)
def test_malformed_wic(tmp_path, pair, answers, complaint):
    with pytest.raises(data.Malformed, match=f"train/train.{complaint}"):
        readers.wic(wic(tmp_path, pair, answers))


def captions(folder: Path, english: str, german: str) -> dict[str, Path]:
    return {
        name: path
        for split in readers.MULTI30K.values()
        for language, text in {"en": english, "de": german}.items()
        for name, path in write(
            folder, gzip.compress(text.encode()), f"{split}.{language}.gz"
        ).items()
    }


def test_multi30k(tmp_path):
    rows = readers.multi30k(captions(tmp_path, "A dog.\nA cat. \n", "Ein Hund.\nEine Katze.\n"))
    assert list(rows) == ["train", "dev", "test", "test2017"]
    assert rows["test2017"] == [
        data.Translation("A dog.", "Ein Hund."),
        data.Translation("A cat.", "Eine Katze."),
    ]


@pytest.mark.parametrize(
    "english, german, complaint",
    [
        ("A dog.\nA cat.\n", "Ein Hund.\n", "train.de.gz, line 2: as many lines expected"),
        ("A dog.\n", "Ein Hund.\nEine Katze.\n", "train.de.gz, line 2: as many lines expected"),
        ("A dog.\n\n", "Ein Hund.\nEine Katze.\n", "train.en.gz, line 2: .*must not be empty"),
        ("A dog.\nA cat.\n", "Ein Hund.\n \n", "train.de.gz, line 2: .*must not be empty"),
    ],
)
def test_malformed_captions(tmp_path, english, german, complaint):
    with pytest.raises(data.Malformed, match=complaint):
        readers.multi30k(captions(tmp_path, english, german))


# --- readers of the task sets ---------------------------------------------------------------------


def test_cola(tmp_path):
    files = {}
    for split, name in task_sets.COLA.items():
        files |= write(
            tmp_path, f"gj04\t1\t\t{split} it.\ngj04\t0\t*\tIt {split}.\n", f"{name}.tsv"
        )
    rows = readers.ROWS["cola"](files)
    assert rows["dev"] == [
        data.Labelled("dev it.", 1, "gj04"),
        data.Labelled("It dev.", 0, "gj04"),
    ]
    assert [rows[split][0].text for split in rows] == ["train it.", "dev it.", "test it."]


@pytest.mark.parametrize(
    "row, complaint",
    [
        ("gj04\t1\tIt is.", "line 2: 4 columns expected, 3 found"),
        ("gj04\t*\t*\tIt is.", "line 2: the label must be 0 or 1, not '*'"),
        ("gj04\t1\t\t ", "line 2: source and sentence must not be empty"),
        (b"gj04\t1\t\t\xff", "line 2: not utf-8"),
    ],
)
def test_malformed_cola(tmp_path, row, complaint):
    row = row if isinstance(row, bytes) else row.encode()
    files = {}
    for name in task_sets.COLA.values():
        files |= write(tmp_path, b"gj04\t1\t\tIt is.\n" + row, f"{name}.tsv")
    with pytest.raises(data.Malformed, match=f"in_domain_train.tsv, {complaint}"):
        task_sets.cola(files)


RTE_PAIR = """<pair id="7" value="TRUE" task="QA">
<t>Tea &amp; milk
are hot.</t><h> Tea is hot.</h>
</pair>"""
RTE_YEARS = [name for names in task_sets.RTE.values() for name in names]


def rte(folder: Path, pair: str = RTE_PAIR) -> dict[str, Path]:
    """The six files; every one has this pair, and one that names the file."""
    corpus = '<?xml version="1.0" encoding="UTF-8"?>\n<corpus>\n{}\n{}</corpus>'
    own = '<pair id="8" entailment="NO" task="IE"><t>{}</t><h>No.</h></pair>'
    texts = {name: corpus.format(own.format(name), pair) for name in RTE_YEARS}
    path = folder / "rte.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("rte/README", b"d'Alch\xe9")
        for name, text in texts.items():
            archive.writestr(f"rte/{name}.xml", text)
    return {path.name: path}


def test_rte(tmp_path):
    rows = task_sets.rte(rte(tmp_path))
    assert rows["test"] == [
        data.Inference("rte3_test", "No.", "not_entailment", "IE"),
        data.Inference("Tea & milk are hot.", "Tea is hot.", "entailment", "QA"),
    ]
    assert {split: [row.premise for row in rows[split][::2]] for split in rows} == {
        "train": ["rte1_dev", "rte1_test", "rte2_dev", "rte2_test"],
        "dev": ["rte3_dev"],
        "test": ["rte3_test"],
    }


@pytest.mark.parametrize(
    "change, to, complaint",
    [
        ("</h>", "", "line 7: not XML"),
        ("TRUE", "MAYBE", "pair 7: the answer must be TRUE, YES, FALSE, NO, not 'MAYBE'"),
        ("value", "gold", "pair 7: the answer must be .* not None"),
        (" Tea is hot.", " ", "pair 7: <t> and <h> must not be empty"),
        ("<h> Tea is hot.</h>", "", "pair 7: <t> and <h> must not be empty"),
    ],
)
def test_malformed_rte(tmp_path, change, to, complaint):
    with pytest.raises(data.Malformed, match=f"rte/rte1_dev.xml, {complaint}"):
        task_sets.rte(rte(tmp_path, RTE_PAIR.replace(change, to)))


def split_files(folder: Path, text: str, name: str) -> dict[str, Path]:
    splits = ("train", "dev", "test")
    return {k: v for s in splits for k, v in write(folder, text, name.format(s)).items()}


def test_stsb(tmp_path):
    text = 'A cup.,"A ""big"" cup, or a mug.",3.8\r\nA man.,A boy.,0\r\n'
    rows = task_sets.stsb(split_files(tmp_path, text, "stsb-en-{}.csv"))
    assert rows["train"] == rows["dev"] == rows["test"]
    assert rows["test"] == [
        data.Similarity("A cup.", 'A "big" cup, or a mug.', 3.8),
        data.Similarity("A man.", "A boy.", 0.0),
    ]


@pytest.mark.parametrize(
    "row, complaint",
    [
        ("A cup, a mug.,A cup.,5", "line 2: 3 columns expected, 4 found"),
        ("", "line 2: 3 columns expected, 0 found"),
        ('"A cup.,A mug.,5', "line 2: unexpected end of data"),
        ('"A" cup.,A mug.,5', "line 2: ',' expected after"),
        ("A cup.,A mug.,5.1", "line 2: '5.1' is not a number from 0 to 5"),
        ("A cup.,A mug.,nan", "line 2: 'nan' is not a number from 0 to 5"),
        ("A cup.,A mug.,-1", "line 2: '-1' is not a number from 0 to 5"),
        ("A cup.,A mug.,high", "line 2: 'high' is not a number from 0 to 5"),
        ("A cup., ,5", "line 2: first and second must not be empty"),
    ],
)
def test_malformed_stsb(tmp_path, row, complaint):
    text = f"A cup.,A mug.,5\n{row}\nA cup.,A mug.,5"
    with pytest.raises(data.Malformed, match=f"stsb-en-train.csv, {complaint}"):
        task_sets.stsb(split_files(tmp_path, text, "stsb-en-{}.csv"))


CAD_HEADER = "\t".join(task_sets.CAD_NLI_COLUMNS) + "\n"


def test_cad_nli(tmp_path):
    text = CAD_HEADER + '"A sign ""Tea"" hangs. "\tIt hangs. \tentailment\nHe "sat".\tNo.\tneutral'
    rows = task_sets.cad_nli(split_files(tmp_path, text, "{}.tsv"))
    assert rows["train"] == rows["dev"] == rows["test"]
    assert rows["test"] == [
        data.Inference('A sign "Tea" hangs.', "It hangs.", "entailment"),
        data.Inference('He "sat".', "No.", "neutral"),
    ]


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("a\tb\tneutral\n", "line 1: columns must be sentence1, sentence2, gold_label"),
        (CAD_HEADER + "a\tneutral\n", "line 2: 3 columns expected, 2 found"),
        (CAD_HEADER + "a\t \tneutral\n", "line 2: premise and hypothesis must not be empty"),
        (CAD_HEADER + "a\tb\t-\n", "line 2: the label must be entailment, .* not '-'"),
        (CAD_HEADER + '"a\tb\tneutral\n', "line 2: unexpected end of data"),
    ],
)
def test_malformed_cad_nli(tmp_path, text, complaint):
    with pytest.raises(data.Malformed, match=f"train.tsv, {complaint}"):
        task_sets.cad_nli(split_files(tmp_path, text, "{}.tsv"))


def asked(*answers: tuple[str, int], **changed) -> dict:
    """One question as SQuAD writes it; without answers it is impossible."""
    return {
        "question": " Where? ",
        "id": "q1",
        "answers": [{"text": text, "answer_start": start} for text, start in answers],
        "is_impossible": not answers,
    } | changed


def squad(folder: Path, question: dict, articles: int = 16) -> dict[str, Path]:
    def article(i: int) -> dict:
        paragraph = {"context": f"In Rome, in {i} Rome.", "qas": [question]}
        return {"title": str(i), "paragraphs": [paragraph]}

    written = json.dumps({"version": "v2.0", "data": [article(i) for i in range(articles)]})
    return write(folder, written, "dev-v2.0.json")


def test_squad2(tmp_path):
    given = [("Rome", 3), ("In Rome", 0), ("Rome", 3), ("In Rome", 0)]
    rows = task_sets.squad2(squad(tmp_path, asked(*given)))
    passages = {split: [row.passage.split()[3] for row in rows[split]] for split in rows}
    assert passages == {
        "train": [str(i) for i in range(10)],
        "dev": ["10", "11"],
        "test": ["12", "13", "14", "15"],
    }
    assert rows["dev"][0] == data.Question(
        "In Rome, in 10 Rome.", "Where?", "Rome", 3, True, ("In Rome",)
    )
    impossible = task_sets.squad2(squad(tmp_path, asked()))["test"][0]
    assert impossible == data.Question("In Rome, in 12 Rome.", "Where?", "", -1, False)


@pytest.mark.parametrize(
    "question, complaint",
    [
        (asked(("Rome", 4)), "question q1: 'Rome' does not stand at 4"),
        (asked(("Rome", 3), ("Rom", 2)), "question q1: 'Rom' does not stand at 2"),
        (asked(("Rome", -6)), "question q1: 'Rome' does not stand at -6"),
        (asked(("", 3)), "question q1: '' does not stand at 3"),
        (asked(("Rome", 3), is_impossible=True), "question q1: is_impossible, or answers"),
        (asked(is_impossible=False), "question q1: is_impossible, or answers"),
        (asked(question=" "), "question q1: question and passage must not be empty"),
        ({"id": "q1", "question": "Where?"}, "question q1: 'answers' is missing"),
        ({"question": "Where?"}, "question None: 'answers' is missing"),
    ],
)
def test_malformed_squad2(tmp_path, question, complaint):
    with pytest.raises(data.Malformed, match=f"dev-v2.0.json, {complaint}"):
        task_sets.squad2(squad(tmp_path, question))


def test_squad2_that_is_cut_off(tmp_path):
    [path] = squad(tmp_path, asked()).values()
    with pytest.raises(data.Malformed, match=r"dev-v2\.0\.json, line 1: not JSON"):
        task_sets.squad2(write(tmp_path, path.read_text()[:-1], path.name))


def wnut(folder: Path, text: str) -> dict[str, Path]:
    names = task_sets.WNUT17.values()
    return {k: v for name in names for k, v in write(folder, text, name).items()}


@pytest.mark.parametrize("gap", ["\n", "\t\n", "\t\n\t\n", "\n\n"])
@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
def test_wnut17(tmp_path, gap, end):
    text = f"At\tO\nBig\tB-location\nBen\tI-location\n{gap}Ann\tB-person\nBo\tB-person{end}"
    rows = task_sets.wnut17(wnut(tmp_path, text))
    assert rows["train"] == rows["dev"] == rows["test"]
    assert rows["test"] == [
        data.Tagged(("At", "Big", "Ben"), ("O", "B-location", "I-location")),
        data.Tagged(("Ann", "Bo"), ("B-person", "B-person")),
    ]


@pytest.mark.parametrize(
    "line, complaint",
    [
        ("Ben I-person", "line 3: 2 columns expected, 1 found"),
        ("Ben\tI-place", "line 3: 'I-place' is none of O, B-KIND and I-KIND"),
        ("Ben\tB-persons", "line 3: 'B-persons' is none of"),
        ("Ben\tI-group", "line 3: I-group can't follow B-person"),
        ("at\tO\nBen\tI-person", "line 4: I-person can't follow O"),
        ("\nBen\tI-person", "line 4: I-person can't follow O"),
    ],
)
def test_malformed_wnut17(tmp_path, line, complaint):
    text = f"At\tO\nBig\tB-person\n{line}\n"
    with pytest.raises(data.Malformed, match=f"wnut17train.conll, {complaint}"):
        task_sets.wnut17(wnut(tmp_path, text))


TREE = "(3 (2 It) (4 (4 (2 's) (4 (2 A/B\\/c) (1 -LRB-))) (2 .)))"


def phrases(folder, trees=TREE, dev="", test=""):
    files = {"trees.txt": trees, "dev.tsv": dev or "fine\t1\n", "test.tsv": test or "dull\t0\n"}
    return {k: v for name, text in files.items() for k, v in write(folder, text, name).items()}


def test_sst2_phrases(tmp_path):
    twice = f"{TREE}\n(0 (3 -LRB-) (2 !))\n"
    rows = readers.sst2_phrases(phrases(tmp_path, twice, test="'s a/b/c -lrb-\t1\n"))
    assert [(row.text, row.label) for row in rows["train"]] == [
        ("-lrb-", 0),
        ("a/b/c -lrb-", 1),
        ("'s a/b/c -lrb- .", 1),
        ("it 's a/b/c -lrb- .", 1),
        ("-lrb- !", 0),
    ], "each once, the first label counts; none that is neutral, or asked in the test"
    assert rows["dev"] == [data.Labelled("fine", 1, "films")]


@pytest.mark.parametrize(
    "tree, complaint",
    [
        ("(3 (2 a) b", "1 brackets are never closed"),
        ("(3 (2 a) b))", r"'\)' has no place"),
        ("(3 (7 a) b)", r"'\(7 ' has no place"),
        ("a (3 b)", "'a' has no place"),
        ("(2 a) (2 b)", r"'\(2 ' has no place"),
        ("(x a)", r"'\(' has no place"),
    ],
)
def test_malformed_sst2_phrases(tmp_path, tree, complaint):
    with pytest.raises(data.Malformed, match=f"trees.txt, line 1: {complaint}"):
        readers.sst2_phrases(phrases(tmp_path, f"{tree}\n"))


def test_a_set_without_an_address_says_where_its_file_is_from(workshop, monkeypatch):
    monkeypatch.setattr(sources, "TABLE", ROOT / "data" / "sources.tsv")
    with pytest.raises(data.NotAvailable, match=r"COURSE_DATA .*train.txt.gz \(.*8,544 lines"):
        data.load("sst2_phrases")


@pytest.mark.parametrize("name", ["cola", "rte", "stsb", "cad_nli", "squad2", "wnut17"])
def test_task_set_that_is_absent_or_damaged(workshop, monkeypatch, name):
    monkeypatch.setattr(sources, "TABLE", ROOT / "data" / "sources.tsv")
    workshop.offline()
    with pytest.raises(data.NotAvailable, match=f"`course data {name}`"):
        data.load(name)
    for source in sources.files_of(name):
        path = workshop.data / source.local
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(b"no rows") if path.suffix == ".gz" else b"no rows")
    with pytest.raises(data.Damaged, match=sources.files_of(name)[0].local):
        data.load(name)


# --- running text --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, tokens",
    [
        ("The dog's bowl isn't full.", "the dog 's bowl is n't full"),
        ("the dog 's bowl is n't full", "the dog 's bowl is n't full"),
        ("I’ll say you’re right", "i 'll say you 're right"),
        ("1,500 well-known mp3s, 3.5 kg", "1,500 well known mp3s 3.5 kg"),
        ("'quoted' _italic_ naïve", "quoted italic naïve"),
        ("", ""),
    ],
)
def test_tokenize(text, tokens):
    assert data.tokenize(text) == tokens.split()


def test_sentences():
    text = 'Dr. J. Brown left. "Why?" asked Mrs. Hall! In 3.5 days ... he came. 12 saw it'
    assert running_text.sentences(text) == [
        "Dr. J. Brown left.",
        '"Why?" asked Mrs. Hall!',
        "In 3.5 days ... he came.",
        "12 saw it",
    ]


def test_prose_of_a_wiki_page():
    page = """'''Tea''' is a drink.
== History ==
* File:cup.JPG|A ''cup'' of tea
=== References ===
Some book
==== Deeper ====
Another book
=== Trade ===
Tea is sold.
==See also==
Coffee"""
    assert list(running_text._prose(page)) == ["Tea is a drink.", "A cup of tea", "Tea is sold."]


def test_wikitext2(tmp_path):
    text = " \n = Tea @-@ time = \n \n Tea is <unk> and 1 @,@ 500 old . It is @-@ hot . \n"
    text += " = = Cup = = \n One cup . \n = Milk = \n White @.@ stuff \n"
    assert [a for a in running_text.wikitext2(write(tmp_path, text)) if a] == [
        [["tea", "is", "and", "1,500", "old"], ["it", "is", "hot"], ["one", "cup"]],
        [["white", "stuff"]],
    ]


def test_gutenberg_is_cut_at_its_marks(tmp_path):
    text = (
        "\ufeffLicence first\r\n*** START OF THIS PROJECT GUTENBERG EBOOK TEA ***\r\n\r\n"
        "It was\r\nhot. We drank.\r\n\r\n*** END OF THIS PROJECT GUTENBERG EBOOK TEA ***\r\n"
        "Licence last\r\n*** START: FULL LICENSE ***\r\n"
    )
    assert list(running_text.gutenberg(write(tmp_path, text))) == [
        [["it", "was", "hot"], ["we", "drank"]]
    ]


BOOK = "*** START OF THE BOOK ***\nTea is hot. Drink it.\n\nNow.\n*** END OF THE BOOK ***"


@pytest.fixture
def book(workshop) -> Path:
    workshop.add(content=BOOK.encode(), name="gutenberg", file="a.txt")
    workshop.put(workshop.data, BOOK.encode(), "gutenberg", "a.txt")
    return workshop.cache / "read" / "gutenberg.txt"


ARTICLES = [[["tea", "is", "hot"], ["drink", "it"]]]


def test_read_text_is_kept(workshop, book, monkeypatch):
    assert data.load("gutenberg") == {"train": ARTICLES}
    assert book.exists()
    monkeypatch.setitem(running_text.CORPORA, "gutenberg", None)  # can't be read a second time
    assert data.load("gutenberg") == {"train": ARTICLES}


@pytest.mark.parametrize("change", [b"tea", b"hot"])
def test_damaged_kept_text_is_read_anew(workshop, book, change):
    data.load("gutenberg")
    book.write_bytes(book.read_bytes().replace(change, b"zzz"))
    assert data.load("gutenberg") == {"train": ARTICLES}
    assert b"zzz" not in book.read_bytes()


def test_kept_text_of_another_file_is_not_used(workshop, book):
    data.load("gutenberg")
    other = BOOK.replace("Tea", "Ink").encode()
    workshop.rows.clear()
    workshop.add(content=b"", name="filler")
    workshop.add(content=other, name="gutenberg", file="a.txt")
    workshop.put(workshop.data, other, "gutenberg", "a.txt")
    assert data.load("gutenberg")["train"][0][0] == ["ink", "is", "hot"]


def test_a_model_has_no_rows():
    with pytest.raises(data.DataError, match=r"use path\('minilm'\)"):
        data.load("minilm")


# --- the real files, where they are ---------------------------------------------------------------


def real(name: str):
    if not data.is_available(name):
        pytest.skip(f"{name} is not on this machine: course data {name}")
    return data.load(name)


@pytest.mark.parametrize(
    "name, counts",
    [
        ("wordsim353", {"test": 353}),
        ("simlex999", {"test": 999}),
        ("men", {"test": 3000}),
        ("rg65", {"test": 65}),
        ("question_words", {"test": 19_544}),
        ("pang_lee_polarity", {"train": 200}),
        ("sst2", {"train": 6920, "dev": 872, "test": 1821}),
        ("sentence_polarity", {"train": 10_662}),
        ("product_reviews", {"train": 3756}),
        ("ud_ewt", {"train": 12_544, "dev": 2001, "test": 2077}),
        ("senseval", {"train": 15_225}),
        ("wic", {"train": 5428, "dev": 638, "test": 1400}),
        ("multi30k", {"train": 29_000, "dev": 1014, "test": 1000, "test2017": 1000}),
        ("sst2_phrases", {"train": 77_189, "dev": 872, "test": 1821}),
        ("cola", {"train": 8551, "dev": 527, "test": 516}),
        ("rte", {"train": 2567, "dev": 800, "test": 800}),
        ("stsb", {"train": 5749, "dev": 1500, "test": 1379}),
        ("cad_nli", {"train": 8330, "dev": 1000, "test": 2000}),
        ("squad2", {"train": 3708, "dev": 741, "test": 1629}),
        ("wnut17", {"train": 3394, "dev": 1009, "test": 1287}),
    ],
)
def test_real_rows(name, counts):
    assert {split: len(rows) for split, rows in real(name).items()} == counts


@pytest.mark.parametrize(
    "name, articles, million_tokens",
    [
        ("wikipedia", 106, 0.46),
        ("wikitext2", 122, 0.36),
        ("wiki_split", 15_000, 0.44),
        ("brown", 500, 1.03),
        ("gutenberg", 12, 1.68),
    ],
)
def test_real_running_text(name, articles, million_tokens):
    corpus = real(name)["train"]
    tokens = [token for article in corpus for sentence in article for token in sentence]
    assert len(corpus) == articles
    assert round(len(tokens) / 1e6, 2) == million_tokens
    assert all(len(sentence) > 1 for article in corpus for sentence in article)
    assert all(token == token.lower() and " " not in token for token in set(tokens))
    if name.startswith("wiki") and name != "wiki_split":  # markup was removed
        assert not {"http", "nbsp", "colspan", "jpg", "unk"} & set(tokens)


@pytest.mark.parametrize("name", ["pang_lee_polarity", "sentence_polarity", "sst2", "reviews"])
def test_real_labels_are_balanced_or_nearly(name):
    labels = [row.label for row in real(name)["train"]]
    assert 0.45 < sum(labels) / len(labels) < 0.55


def test_real_reviews():
    rows = [row for rows in real("reviews").values() for row in rows]
    assert {row.label for row in rows} == {0, 1} and len({row.domain for row in rows}) == 2


def test_real_treebank_has_trees():
    for sentence in (row for rows in real("ud_ewt").values() for row in rows):
        assert sentence.heads.count(0) == sentence.relations.count("root") == 1
        assert "_" not in sentence.upos and all(sentence.words)


def test_real_senses():
    rows = real("senseval")["train"]
    forms = {(row.lemma, row.sentence[row.start : row.end]) for row in rows}
    assert all(form.startswith(lemma[:-1]) for lemma, form in forms)
    by_lemma = {lemma: len({row.sense for row in rows if row.lemma == lemma}) for lemma, _ in forms}
    assert by_lemma == {"hard": 3, "interest": 6, "line": 6, "serve": 4}
    assert not any(re.search("[<>]|FRASL", row.sentence) for row in rows)


def test_real_words_in_context_are_balanced():
    for rows in real("wic").values():
        assert sum(row.same for row in rows) == len(rows) / 2


def shared(one: list, other: list, key) -> int:
    """How many rows of ``other`` have a key that a row of ``one`` has."""
    known = {key(row) for row in one}
    return sum(key(row) in known for row in other)


def test_real_acceptability_has_a_test_of_its_own_publications():
    train, dev, test = real("cola").values()
    assert shared(train, dev, lambda row: row.text) == 6
    assert shared(train, test, lambda row: row.text) == 12
    assert not {row.domain for row in test} & {row.domain for row in train + dev}


def test_real_entailment_hardly_overlaps():
    train, dev, test = real("rte").values()
    assert shared(train, test, lambda row: row.premise.lower()) == 1
    assert shared(train, test, lambda row: row.hypothesis.lower()) == 0
    assert shared(dev, test, lambda row: row.hypothesis.lower()) == 126
    for rows in (train, dev, test):
        assert 0.48 < sum(row.label == "entailment" for row in rows) / len(rows) < 0.52


def test_real_counterfactual_pairs_keep_a_family_in_one_split():
    train, dev, test = real("cad_nli").values()
    for one, other in ((train, dev), (train, test), (dev, test)):
        assert shared(one, other, lambda row: row.premise.lower()) == 0


def test_real_questions_keep_a_passage_in_one_split():
    train, dev, test = real("squad2").values()
    for one, other in ((train, dev), (train, test), (dev, test)):
        assert shared(one, other, lambda row: row.passage) == 0
    for rows in (train, dev, test):
        assert 0.46 < sum(row.answerable for row in rows) / len(rows) < 0.53


def test_real_minilm():
    if not data.is_available("minilm"):
        pytest.skip("minilm is not on this machine: course data minilm")
    names = {path.name for path in data.path("minilm").iterdir()}
    assert {"model.safetensors", "config.json", "tokenizer.json", "vocab.txt"} <= names

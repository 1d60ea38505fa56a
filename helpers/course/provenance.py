"""Where numbers come from: the commit, the machine and the versions they were measured with."""

import datetime
import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

from helpers import ROOT


def provenance() -> dict[str, str]:
    """Date (UTC), commit, machine and versions of now and here, each as a short text."""
    return {
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit(),
        "machine": machine(),
        "python": platform.python_version(),
        "torch": metadata.version("torch"),
    }


def commit(root: Path = ROOT) -> str:
    """Short hash of the checkout's commit, with a note when files differ from it."""
    try:
        head = _git(root, "rev-parse", "--short", "HEAD")
        changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.CalledProcessError):
        return "not a git checkout"
    return f"{head} with local changes" if changed else head


def machine() -> str:
    """System, processor, usable cores and memory in one line."""
    import psutil

    memory = psutil.virtual_memory().total / 2**30
    system = f"{platform.system()} {platform.machine()}"
    return ", ".join([system, _processor(), f"{cores()} cores", f"{memory:.0f} GiB"])


def cores() -> int:
    """Cores this process may use, which can be fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor(table: Path = Path("/proc/cpuinfo")) -> str:
    """Its name and, on x86, its vectors: with others sums round otherwise, and trainings differ."""
    if not table.exists():
        return platform.processor() or "unknown processor"
    lines = table.read_text(encoding="utf-8", errors="replace").splitlines()
    facts = {
        key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)
    }
    flags = facts.get("flags", "").split()
    vectors = next((v for v in ("avx512f", "avx2", "avx") if v in flags), None)
    name = facts.get("model name") or platform.processor() or "unknown processor"
    return f"{name} with {vectors}" if vectors else name


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

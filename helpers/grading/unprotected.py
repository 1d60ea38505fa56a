"""Runs answers as the user who asks, without any protection: for one's own work only."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import psutil

from helpers.grading.sandbox import Limits


@dataclass(frozen=True)
class Unprotected:
    """Stands in for a :class:`helpers.grading.sandbox.Sandbox` where none is needed."""

    course: Path
    limits: Limits = field(default_factory=Limits)
    whole: bool = False
    scratch: ClassVar[tuple[str, ...]] = ()
    """Its files lie on the disk, among everybody's."""

    @contextmanager
    def start(self, program: list[str], **streams) -> Iterator[subprocess.Popen]:
        """Run Python with the arguments ``program``, and end it and its children afterwards."""
        variables = {"PYTHONPATH": str(self.course), "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}
        environment = {**os.environ, **variables, "PYTHONDONTWRITEBYTECODE": "1"}
        process = subprocess.Popen([sys.executable, "-P", *program], env=environment, **streams)
        process.first = process.pid
        try:
            yield process
        finally:
            with contextlib.suppress(psutil.Error):
                for child in psutil.Process(process.pid).children(recursive=True):
                    child.kill()
            process.kill()
            process.communicate()

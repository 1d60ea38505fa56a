"""A checkout of a few tiny lessons, for tests of what runs lessons."""

import json
import shutil
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers import ROOT

PARAMETERS = 'SCALE = "mini"\nSEED = 0\nDEVICE = "auto"\nEPOCHS = 3\nRATE = 0.1'
COURSE = """
import pathlib, sys
from helpers.course import cli, fingerprint
fingerprint.ROOT = pathlib.Path(sys.argv.pop(1))
sys.exit(cli.main(sys.argv[1:]))
"""
RUN_LOG = "open(r'{log}', 'a').write('{name}\\n')"


class TinyCourse:
    """Lessons, a helper and data in a folder of their own; every run of a lesson is logged."""

    def __init__(self, root: Path):
        self.root, self.notebooks, self.output = root, root / "notebooks", root / "build" / "course"
        self.log = root / "log.txt"
        for folder in ("notebooks", "helpers", "data"):
            (root / folder).mkdir(parents=True)
        shutil.copy(ROOT / "notebooks" / "__init__.py", self.notebooks)
        for module in ("__init__", "notebook_importer"):
            shutil.copy(ROOT / "helpers" / f"{module}.py", root / "helpers")
        (root / "requirements.txt").write_text("torch==2.13.0\n")
        (root / "data" / "claims.tsv").write_text("id\tstatement\n00-a\tone\n01-a\ttwo\n")

    def lesson(self, name: str, *code: str, text: str = "", parameters: str = PARAMETERS) -> Path:
        """Write a lesson: a heading, the parameters, a line for the log, then the cells given."""
        cells = [
            new_markdown_cell(text or f"# Lesson {name}"),
            new_code_cell(parameters, metadata={"tags": ["parameters"]}),
            new_code_cell(RUN_LOG.format(log=self.log, name=name)),
            *map(new_code_cell, code),
        ]
        path = self.notebooks / f"{name}.ipynb"
        nbformat.write(new_notebook(cells=cells), path)
        return path

    def command(self) -> list[str]:
        """``course run`` on these lessons, to be started as a process of its own."""
        options = ["--scale", "smoke", "--notebooks", self.notebooks, "--output", self.output]
        return [sys.executable, "-c", COURSE, str(self.root), "run", *map(str, options)]

    def helper(self, name: str, source: str) -> None:
        (self.root / "helpers" / f"{name}.py").write_text(source)

    def runs(self) -> list[str]:
        """Lessons whose kernels were started, in order; the log starts anew."""
        names = self.log.read_text().split() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return names

    def edit(self, lesson: str, change) -> None:
        """Apply ``change`` to the raw JSON of a lesson."""
        path = self.notebooks / f"{lesson}.ipynb"
        book = json.loads(path.read_text())
        change(book)
        path.write_text(json.dumps(book))

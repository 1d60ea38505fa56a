"""What was graded already: one JSON file per notebook, named by its bytes. That is the resume."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from helpers.files import write_atomically
from helpers.grading.judge import Graded


@dataclass(frozen=True)
class Store:
    """Results in a folder, each valid for one state of the grader (a digest)."""

    folder: Path
    grader: str

    def get(self, content: str) -> Graded | None:
        """The result for these bytes; None if there is none of this grader, or it is damaged."""
        try:
            record = json.loads(self._path(content).read_text(encoding="utf-8"))
            if record["grader"] == self.grader:
                return Graded.from_json(record["graded"])
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            pass
        return None

    def put(self, content: str, graded: Graded) -> None:
        """Keep a result. Raises :class:`OSError` with nothing half-written."""
        record = {"grader": self.grader, "graded": graded.as_json()}
        write_atomically(self._path(content), json.dumps(record, ensure_ascii=False, indent=1))

    def _path(self, content: str) -> Path:
        return self.folder / f"{content}.json"


def secret(path: Path) -> str:
    """The secret that cases are drawn from: made once, kept for the next run, readable by nobody
    else.

    Raises :class:`OSError`.
    """
    if not path.exists():
        write_atomically(path, secrets.token_hex(16))
        path.chmod(0o600)
    return path.read_text(encoding="utf-8").strip()

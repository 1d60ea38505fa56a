"""Import the exported cells of a notebook as a module.

``from notebooks.word_embeddings import Vocabulary`` concatenates the cells of
``notebooks/01_word_embeddings.ipynb`` that start with ``#| export`` (nbdev's mark) and runs them as
the module ``notebooks.word_embeddings``. Importing ``notebooks`` registers the finder, so spawned
workers, unpickling in a new process and torchrun ranks need no set-up. ``%autoreload`` doesn't see
these modules; ``importlib.reload`` does.
"""

import ast
import builtins
import importlib.abc
import importlib.machinery
import json
import linecache
import re
import symtable
import sys
from pathlib import Path
from typing import NamedTuple

MARK = "#| export"
PACKAGE = "notebooks"
FILE_NAME = re.compile(r"(\d\d)_([a-z]\w*)\.ipynb")


class NotebookError(ImportError):
    """A notebook can't be imported; the message names the file and what is wrong with it."""


def topics(folder: Path) -> dict[str, Path]:
    """Every notebook of ``folder`` by topic (file name without number), in order of number.

    Raises :class:`NotebookError` when two files claim one topic.
    """
    found: dict[str, Path] = {}
    for path in sorted(folder.glob("*.ipynb")):
        if match := FILE_NAME.fullmatch(path.name):
            topic = match[2]
            if topic in found:
                raise NotebookError(
                    f"Two notebooks claim the topic {topic!r}: {found[topic].name} and "
                    f"{path.name}. Remove or rename one."
                )
            found[topic] = path
    return found


def number(path: Path) -> int:
    """The number in front of a notebook's name: its place in the course."""
    return int(path.name[:2])


class Cell(NamedTuple):
    """One cell as somebody wrote it, without its outputs."""

    kind: str
    source: str
    tags: list[str]


def all_cells(path: Path) -> list[Cell]:
    """The cells of a notebook. Raises :class:`NotebookError` on a damaged or unreadable file."""
    try:
        return [
            Cell(
                cell["cell_type"],
                "".join(cell["source"]),
                list(cell.get("metadata", {}).get("tags", [])),
            )
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = str(error) if isinstance(error, OSError) else repr(error)[:200]
        raise NotebookError(f"{path} is not a readable notebook: {reason}.") from error


def code_cells(path: Path) -> list[tuple[int, str]]:
    """Index and source of every code cell. Raises :class:`NotebookError` on a damaged file."""
    cells = enumerate(all_cells(path))
    return [(index, cell.source) for index, cell in cells if cell.kind == "code"]


def exported_source(path: Path) -> str:
    """The cells of a notebook that start with ``#| export``, each under a line naming its index."""
    exported = [
        f"# cell {index} of {path.name}\n{source.rstrip()}\n"
        for index, source in code_cells(path)
        if source.lstrip().startswith(MARK)
    ]
    return "\n\n".join(exported)


def imported_modules(source: str) -> set[str]:
    """Dotted names of all modules that ``source`` imports, wherever in the code it does."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def imported_topics(source: str) -> set[str]:
    """Topics of the notebooks that ``source`` imports."""
    prefix = PACKAGE + "."
    modules = imported_modules(source)
    return {name.removeprefix(prefix).split(".")[0] for name in modules if name.startswith(prefix)}


def undefined_names(source: str) -> set[str]:
    """Global names that exported code reads but never defines: leaks from unexported cells."""
    top = symtable.symtable(source, "<exports>", "exec")
    defined = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    defined |= {s.get_name() for s in top.get_symbols() if s.is_namespace()}
    used, pending = set(), [top]
    while pending:
        table = pending.pop()
        pending += table.get_children()
        for symbol in table.get_symbols():
            is_global = table is top or symbol.is_global()
            if is_global and symbol.is_declared_global() and symbol.is_assigned():
                defined.add(symbol.get_name())
            elif is_global and symbol.is_referenced():
                used.add(symbol.get_name())
    module_names = {
        "__name__",
        "__file__",
        "__doc__",
        "__annotations__",
        "__conditional_annotations__",
    }
    return used - defined - set(dir(builtins)) - module_names


class NotebookLoader(importlib.abc.InspectLoader):
    """Runs a notebook's exported cells as a module."""

    def __init__(self, path: Path, folder: Path):
        self.path, self.folder = path, folder
        # A path that doesn't exist makes linecache ask this loader for the text, so tracebacks,
        # inspect.getsource, @triton.jit and torch.compile see the cells and not the raw JSON.
        self.filename = f"{path}:exports"

    def get_source(self, fullname: str) -> str:
        return exported_source(self.path)

    def get_code(self, fullname: str):
        source = self._checked_source()
        try:
            return self.source_to_code(source, self.filename)
        except (SyntaxError, UnicodeError) as error:
            raise self._not_python(source, error) from error

    def exec_module(self, module) -> None:
        module.__file__ = self.filename
        linecache.cache.pop(self.filename, None)  # else a reload shows the lines of before
        exec(self.get_code(module.__name__), module.__dict__)

    def _checked_source(self) -> str:
        source = exported_source(self.path)
        if not source:
            raise NotebookError(f"{self.path.name} exports nothing: no cell starts with {MARK!r}.")
        try:
            wanted = imported_topics(source)
        except (SyntaxError, UnicodeError) as error:
            raise self._not_python(source, error) from error
        known = topics(self.folder)
        for topic in sorted(wanted & set(known)):
            if number(known[topic]) >= number(self.path):
                raise NotebookError(
                    f"{self.path.name} imports {known[topic].name}: a lesson may only build on "
                    "lower-numbered ones."
                )
        return source

    def _not_python(self, source: str, error: SyntaxError | UnicodeError) -> NotebookError:
        above = source.splitlines()[: getattr(error, "lineno", None)]
        where = next((line[2:] for line in reversed(above) if line.startswith("# cell ")), "?")
        reason = getattr(error, "msg", None) or str(error)
        return NotebookError(
            f"{self.path.name}: an exported cell isn't plain Python ({where}): {reason}."
        )


class NotebookFinder(importlib.abc.MetaPathFinder):
    """Finds ``notebooks.<topic>`` as ``NN_<topic>.ipynb`` in one folder."""

    def __init__(self, folder: Path):
        self.folder = folder

    def find_spec(self, fullname, path=None, target=None):
        package, _, topic = fullname.rpartition(".")
        if package != PACKAGE:
            return None
        notebook = topics(self.folder).get(topic)
        if notebook is None:
            return None
        loader = NotebookLoader(notebook, self.folder)
        return importlib.machinery.ModuleSpec(fullname, loader, origin=loader.filename)


def look_up(path: str) -> object:
    """What ``notebooks.<topic>:<name>`` names: an object that a lesson exports.

    Raises :class:`NotebookError` if the path has another form, if there is no such lesson or if it
    exports nothing of this name.
    """
    from helpers.settings import did_you_mean  # needs torch, and importing a lesson may not

    module, _, name = path.partition(":")
    package, _, topic = module.partition(".")
    if package != PACKAGE or not name:
        raise NotebookError(f"{path!r} doesn't have the form {PACKAGE}.<topic>:<name>.")
    importlib.import_module(PACKAGE)  # registers the course's own finder
    finders = (finder for finder in sys.meta_path if isinstance(finder, NotebookFinder))
    lessons = [lesson for finder in finders for lesson in topics(finder.folder)]
    if topic not in lessons:
        mean = did_you_mean(topic, lessons)
        raise NotebookError(f"{path!r}: there is no lesson {topic!r} here.{mean}")
    exports = importlib.import_module(module)
    if not hasattr(exports, name):
        mean = did_you_mean(name, list(vars(exports)))
        raise NotebookError(f"{path!r}: {module} exports no {name!r}.{mean}")
    return getattr(exports, name)


def register(folder: Path) -> None:
    """Make the notebooks of ``folder`` importable; doing it twice changes nothing."""
    if not any(isinstance(f, NotebookFinder) and f.folder == folder for f in sys.meta_path):
        sys.meta_path.append(NotebookFinder(folder))

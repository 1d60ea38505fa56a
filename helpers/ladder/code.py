"""The code that an exported name of a lesson stands on, as a digest.

Followed from definition to definition, also into the lessons below. Comments, docstrings and what
the name doesn't use count for nothing, so prose can change and nothing has to be measured again.
Helpers are not followed: what a change there does to a rung is for the test that measures two
committed rows anew.
"""

import ast
import json
from functools import cache

from helpers import ROOT
from helpers.course.fingerprint import digest
from helpers.notebook_importer import PACKAGE, exported_source, topics

Name = tuple[str, str]
"""Topic of a lesson, and what is bound at the top of its exports."""


def code_digest(path: str) -> str:
    """The digest of ``notebooks.<topic>:<name>`` and of all that it uses."""
    lessons = topics(ROOT / PACKAGE).values()
    stamps = ((lesson, lesson.stat().st_mtime_ns, lesson.stat().st_size) for lesson in lessons)
    return _digest(path, tuple(stamps))


@cache
def _digest(path: str, stamps: tuple) -> str:
    """``stamps`` tell the cache when a lesson is another."""
    module, _, name = path.partition(":")
    found: dict[Name, list] = {}
    _follow((module.removeprefix(f"{PACKAGE}."), name), _Lessons(), found)
    return digest(json.dumps(sorted([*key, shapes] for key, shapes in found.items())))


class _Lessons(dict):
    """Topic to the statements of its exports by the names that they bind, read when asked for."""

    def __missing__(self, topic: str) -> dict[str, list[ast.stmt]]:
        self[topic] = _binding(exported_source(topics(ROOT / PACKAGE)[topic]))
        return self[topic]


def _follow(name: Name, lessons: _Lessons, found: dict[Name, list]) -> None:
    """Add a name's definition and, one after the other, those of the names in it."""
    topic, bound = name
    if name in found or bound not in lessons[topic]:
        return
    found[name] = []
    for statement in lessons[topic][bound]:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            module, origin = _origin(statement, bound)
            found[name].append([module, origin])
            _follow_import(module, origin, lessons, found)
            continue
        found[name].append(_shape(statement))
        for node in ast.walk(statement):
            if isinstance(node, ast.Name):
                _follow((topic, node.id), lessons, found)
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    _follow_import(node.module, alias.name, lessons, found)


def _follow_import(module: str, name: str, lessons: _Lessons, found: dict[Name, list]) -> None:
    if module.startswith(f"{PACKAGE}."):
        _follow((module.removeprefix(f"{PACKAGE}."), name), lessons, found)


@cache
def _binding(source: str) -> dict[str, list[ast.stmt]]:
    binding: dict[str, list[ast.stmt]] = {}
    for statement in ast.parse(source).body:
        for name in _bound(statement):
            binding.setdefault(name, []).append(statement)
    return binding


def _bound(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {_as(alias) for alias in statement.names}
    names = (node for node in ast.walk(statement) if isinstance(node, ast.Name))
    return {node.id for node in names if isinstance(node.ctx, ast.Store)}


def _origin(statement: ast.Import | ast.ImportFrom, bound: str) -> Name:
    """The module that an import binds a name from, and what it is called there."""
    [alias] = [alias for alias in statement.names if _as(alias) == bound]
    return getattr(statement, "module", ""), alias.name


def _as(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _shape(node) -> object:
    """A syntax tree as lists, the same in every Python; without docstrings."""
    if isinstance(node, list):
        return [_shape(item) for item in node]
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = {
        field: value for field, value in ast.iter_fields(node) if field not in ("ctx", "kind")
    }
    if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
        fields["body"] = node.body[1:]
    # Newer versions have fields that older ones lack; they are empty in code that both can read.
    full = {field: value for field, value in fields.items() if value not in (None, [])}
    return [type(node).__name__, *([field, _shape(value)] for field, value in full.items())]

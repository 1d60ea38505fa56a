"""Run what an answer needs of its notebook, and nothing else.

An answer may call helpers from other cells, use the lesson's imports and its exported components.
Running the whole notebook for that would take a minute and train models; so the statements that
bind or change a name which the answer uses are picked out, and only they are run. Components come
from the lesson's exported module, never from a learner's copy of it.
"""

import __future__

import ast
import builtins
import contextlib
import dis
import linecache
import sys
import types
from dataclasses import dataclass
from functools import cache

CELL_MAGICS = ("%%time", "%%capture", "%%prun")
"""Cell magics under which stands ordinary Python."""
DEFERRED = "from __future__ import annotations"
"""Holds for all later cells of a notebook; here for all cells, which takes nothing from any."""
READING = {"LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"}
STAR = "*"


class NoAnswer(Exception):
    """The notebook doesn't define the function; the message says what was found."""


@dataclass(frozen=True)
class Unit:
    """One top-level statement of cell number ``cell``, by the names that it binds, changes, reads.

    ``imports`` tells whether it only imports.
    """

    code: types.CodeType
    cell: int
    binds: frozenset[str]
    mutates: frozenset[str]
    reads: frozenset[str]
    imports: bool


@dataclass(frozen=True)
class Cell:
    """A cell as it was handed in, or as released; the id of the exercise whose answer it holds."""

    source: str
    grade_id: str | None = None


def load_answer(grade_id: str, function: str, lesson: list[str], own: list[Cell], module):
    """The learner's function, in a namespace with all that it needs.

    ``lesson``: sources of the released cells; ``own``: the learner's; ``module``: the lesson's
    exported components, or None. Raises :class:`NoAnswer`, or whatever the definition of the
    function raises.
    """
    cells = [*map(Cell, lesson), *own]
    home = _home(grade_id, function, cells, len(lesson))
    flags = __future__.annotations.compiler_flag if any(map(_defers, cells)) else 0
    units = [_units(cell, number, flags) for number, cell in enumerate(cells)]
    parts = units[: len(lesson)], units[len(lesson) : home + 1], units[home + 1 :]
    given, above, below = ([unit for some in part for unit in some] for part in parts)
    used, chosen = _needed(function, given, above, below, {} if module is None else public(module))
    main = types.ModuleType("__main__")  # where a notebook's names live, for pickle and dataclasses
    sys.modules["__main__"] = main
    main.__dict__.update(display=print, **used)
    for unit in given + above + below:
        if id(unit) in chosen:
            # What goes wrong elsewhere shows up as a missing name, if the answer gets that far.
            is_answer = unit.cell == home and function in unit.binds
            with contextlib.nullcontext() if is_answer else contextlib.suppress(Exception):
                exec(unit.code, main.__dict__)
    return main.__dict__[function]


def parse_ahead(lesson: list[str]) -> None:
    """Look at the cells of a lesson once, before processes that all need them are forked."""
    for number, source in enumerate(lesson):
        _units(Cell(source), number, 0)


def _defers(cell: Cell) -> bool:
    return DEFERRED in cell.source


def public(module: types.ModuleType) -> dict:
    """The names of a module that don't start with two underscores."""
    return {name: value for name, value in vars(module).items() if not name.startswith("__")}


def plain_python(source: str) -> str:
    """The source of a cell without IPython's magics and shell commands, line by line the same."""
    head, _, rest = source.lstrip().partition("\n")
    if head.startswith("%%"):
        return "\n" + plain_python(rest) if head.startswith(CELL_MAGICS) else ""
    with contextlib.suppress(SyntaxError):
        ast.parse(source)
        return source
    from IPython.core.inputtransformer2 import TransformerManager  # only cells with magics need it

    return TransformerManager().transform_cell(source)


def _home(grade_id: str, function: str, cells: list[Cell], first_own: int) -> int:
    """The number of the cell that holds the answer.

    It is the exercise's own cell (of several copies the last that is no longer the stub), else the
    last other one that defines the function.
    """
    found: dict[str, int] = {}
    for number in range(first_own, len(cells)):
        is_own = cells[number].grade_id == grade_id
        try:
            nodes = _parsed(cells[number], number)
            defines = any(function in _bound(node, number) for node in nodes)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            if is_own:
                raise NoAnswer(f"{type(error).__name__}: {error}") from error
            continue
        if defines and is_own:
            found["stub" if _is_stub(function, nodes) else "written"] = number
        elif defines:
            found["elsewhere" if cells[number].grade_id is None else "other exercise"] = number
    for kind in ("written", "elsewhere", "stub", "other exercise"):
        if kind in found:
            return found[kind]
    raise NoAnswer(f"no cell defines {function}: was it renamed or deleted?")


def _is_stub(function: str, nodes: list[ast.stmt]) -> bool:
    """Whether the last definition of the function does nothing but say that it isn't written."""
    last = [node for node in nodes if getattr(node, "name", None) == function][-1:]
    body = [
        node
        for definition in last
        for node in definition.body
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]
    return len(body) == 1 and isinstance(body[0], ast.Raise) and "NotImpl" in ast.dump(body[0])


def _needed(
    function: str, given: list[Unit], above: list[Unit], below: list[Unit], exported: dict
) -> tuple[dict, set[int]]:
    """The exported names that the answer uses, and the ids of the units to run.

    A name means what the learner bound it to at or above the answer, else what the lesson exports,
    else what its other cells bind, else what the learner bound below. Until the learner's binding
    is reached, it means what the lesson exports or imports.
    """
    imported = {name for unit in given + above + below if unit.imports for name in unit.binds}
    fixed = imported | set(exported) | set(dir(builtins))
    used: dict = {}
    chosen: set[int] = set()
    pending, done = {function, STAR}, set()
    while pending:
        name = pending.pop()
        done.add(name)
        found = _concerning(name, above, fixed)
        is_bound = any(name in unit.binds for unit in found)
        found += [unit for unit in given if unit.imports and name in unit.binds]
        if name in exported:
            used[name] = exported[name]
        elif not is_bound:
            found += _concerning(name, given, fixed) or (
                [] if hasattr(builtins, name) else _concerning(name, below, fixed)
            )
        for unit in found:
            if id(unit) not in chosen:
                chosen.add(id(unit))
                pending |= unit.reads - done
    return used, chosen


def _concerning(name: str, units: list[Unit], fixed: set[str]) -> list[Unit]:
    """The units that bind ``name`` or change what it stands for.

    A call such as ``np.sum(x)`` looks like a change of ``np``; what was imported stays as it is.
    """
    return [
        unit for unit in units if name in unit.binds or (name in unit.mutates and name not in fixed)
    ]


@cache
def _units(cell: Cell, number: int, flags: int) -> list[Unit]:
    """The statements of a cell; none if it isn't Python. Those of the lesson are needed often."""
    try:
        return [_unit(node, number, flags) for node in _parsed(cell, number)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _parsed(cell: Cell, number: int) -> list[ast.stmt]:
    text = plain_python(cell.source)
    name = f"<cell {number}>"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)  # for error messages
    return ast.parse(text, name).body


def _unit(node: ast.stmt, cell: int, flags: int) -> Unit:
    code = _compiled(node, cell, flags)
    is_import = isinstance(node, ast.Import | ast.ImportFrom)
    binds, reads = _bound(node, cell), _read(code)
    if isinstance(node, ast.For):  # its variables get their values here
        own = {name.id for name in ast.walk(node.target) if isinstance(name, ast.Name)}
        reads -= own - {name.id for name in ast.walk(node.iter) if isinstance(name, ast.Name)}
    return Unit(
        code, cell, frozenset(binds), frozenset(_mutated(node)), frozenset(reads), is_import
    )


def _compiled(node: ast.stmt, cell: int, flags: int = 0) -> types.CodeType:
    return compile(ast.Module([node], []), f"<cell {cell}>", "exec", flags, dont_inherit=True)


def _bound(node: ast.stmt, cell: int) -> set[str]:
    """Names that a statement binds at top level; a star for those nobody can know."""
    if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
        return {STAR}
    instructions = dis.get_instructions(_compiled(node, cell))
    return {i.argval for i in instructions if i.opname == "STORE_NAME"} - {"__annotations__"}


def _read(code: types.CodeType) -> set[str]:
    """Global names that a piece of code reads, now or in the functions that it defines."""
    names = {i.argval for i in dis.get_instructions(code) if i.opname in READING}
    inner = (constant for constant in code.co_consts if isinstance(constant, types.CodeType))
    return names.union(*map(_read, inner))


def _mutated(node: ast.AST) -> set[str]:
    """Names whose values a statement changes in place: ``x[0] = 1``, ``x.y = 1``, ``x.append(1)``.

    What happens in a function happens when it is called, and doesn't count.
    """
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        return set()
    names = {name for child in ast.iter_child_nodes(node) for name in _mutated(child)}
    if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
        names |= _root(node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        names |= _root(node.func)
    return names


def _root(node: ast.expr) -> set[str]:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()

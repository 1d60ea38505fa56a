"""The parameters of a lesson: which it knows, and whether the values given to it fit."""

import ast
import contextlib
import json
from pathlib import Path

from helpers.notebook_importer import all_cells

REQUIRED = ("SCALE", "SEED", "DEVICE")


class RunError(ValueError):
    """The run was asked for something that doesn't exist; nothing has been run."""


def parameters_of(lesson: Path) -> dict[str, object]:
    """Names set in the cell tagged ``parameters`` and their values, None for what is computed."""
    found: dict[str, object] = {}
    for cell in all_cells(lesson):
        if "parameters" in cell.tags:
            for statement in _statements(cell.source):
                found |= dict.fromkeys(_targets(statement), _value(statement))
    return found


def check(scale: object, seed: object, device: object) -> None:
    """Raises :class:`RunError` unless the three settings of every lesson have allowed values."""
    from helpers.settings import SettingError, settings  # brings torch: not at import

    try:
        settings(scale, seed, device)
    except SettingError as error:
        raise RunError(str(error)) from None


def check_extra(extra: dict[str, object], lesson: Path) -> None:
    """Raises :class:`RunError` unless ``lesson`` knows each parameter, and its value fits."""
    from helpers.settings import did_you_mean

    known = parameters_of(lesson)
    for name, value in extra.items():
        if name in REQUIRED:
            raise RunError(f"{name} is set by --{name.lower()}, not by -p.")
        if name not in known:
            raise RunError(
                f"{name}={value!r}: {lesson.name} has no parameter {name!r}. It knows "
                f"{', '.join(known)}." + did_you_mean(name, list(known))
            )
        if not _fits(value, known[name]):
            raise RunError(
                f"{name}={value!r} is not allowed in {lesson.name}: it must be of type "
                f"{type(known[name]).__name__}, like {known[name]!r}."
            )


def parse(text: str) -> object:
    """The Python value that ``text`` spells if JSON can keep it, else the text itself."""
    try:
        value = ast.literal_eval(text)
        json.dumps(value, sort_keys=True)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text
    return value


def _fits(value: object, default: object) -> bool:
    if default is None or (type(default) is float and type(value) is int):
        return True
    return type(value) is type(default)


def _statements(source: str) -> list[ast.stmt]:
    with contextlib.suppress(SyntaxError):
        return ast.parse(source).body
    return []


def _targets(statement: ast.stmt) -> list[str]:
    targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _value(statement: ast.stmt) -> object:
    with contextlib.suppress(ValueError, TypeError):
        return ast.literal_eval(getattr(statement, "value", None))
    return None

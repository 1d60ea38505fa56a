"""Lines that a page can show whole: JupyterLab breaks longer ones in the middle of a word."""

import textwrap

WIDTH = 96


def wrapped(text: str) -> str:
    """``text`` with its long lines broken between words, and what goes on indented further."""
    return "\n".join(_wrapped(line) for line in text.split("\n"))


def _wrapped(line: str) -> str:
    indent = line[: len(line) - len(line.lstrip())] + "    "
    look = {"break_long_words": False, "break_on_hyphens": False, "subsequent_indent": indent}
    return textwrap.fill(line, WIDTH, **look)

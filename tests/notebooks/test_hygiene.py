"""What a reader or a later lesson would trip over, read straight from the notebook files."""

import ast
import base64
import itertools
import json
import re
import statistics
import sys
from pathlib import Path

import nbformat
import pytest

from helpers import ROOT, notebook_importer, results
from helpers.notebook_importer import MARK

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))
EXPORTABLE = (
    ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign, ast.Expr,
)  # fmt: skip


def ids(path: Path) -> str:
    return path.stem


lessons = pytest.mark.parametrize("path", LESSONS, ids=ids)
notebooks = pytest.mark.parametrize(
    "path", LESSONS + SOLUTIONS, ids=lambda p: f"{p.parent.name}-{p.stem}"
)


def read(path: Path):
    return nbformat.read(path, as_version=4)


def code(path: Path) -> list:
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def text(path: Path) -> str:
    return "\n\n".join(c.source for c in read(path).cells if c.cell_type == "markdown")


def lines(source: str) -> int:
    return sum(bool(line.strip()) for line in source.splitlines())


def is_exported(cell) -> bool:
    return cell.source.lstrip().startswith(MARK)


def exported(path: Path) -> list:
    return [cell for cell in code(path) if is_exported(cell)]


def statements(source: str) -> int:
    """Lines of code proper: a docstring or a comment is prose in another place."""
    documented = (ast.FunctionDef, ast.ClassDef)
    nodes = (node for node in ast.walk(ast.parse(source)) if isinstance(node, documented))
    docstrings = [node.body[0] for node in nodes if ast.get_docstring(node)]
    rows = source.splitlines()
    for node in docstrings:
        rows[node.lineno - 1 : node.end_lineno] = [""] * (node.end_lineno - node.lineno + 1)
    return sum(bool(row.strip()) and not row.lstrip().startswith("#") for row in rows)


def read_and_made(node: ast.AST, inner: frozenset = frozenset()) -> tuple[set, set]:
    """Names of the notebook that running ``node`` reads, and those it gives a value.

    What a function does is left out, and so are the ``inner`` names, a comprehension's own.
    """
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return set(), {node.name}
    if isinstance(node, ast.Lambda):
        return set(), set()
    if isinstance(node, ast.alias):
        return set(), {(node.asname or node.name).partition(".")[0]}
    if isinstance(node, ast.Name):
        name = {node.id} - inner - {"_"}
        return (name, set()) if isinstance(node.ctx, ast.Load) else (set(), name)
    if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        targets = (name for part in node.generators for name in ast.walk(part.target))
        inner = inner | {name.id for name in targets if isinstance(name, ast.Name)}
    read, made = set(), set()
    for child in ast.iter_child_nodes(node):
        of_child = read_and_made(child, inner)
        read, made = read | of_child[0], made | of_child[1]
    return read, made


def overwritten(sources: list[str]) -> list[str]:
    """Names that a cell only reads and that a later cell gives a value in another way than before:
    whoever has run all cells can't run that one again."""
    read, makers = [], []
    for source in sources:
        statements = [(ast.dump(s), *read_and_made(s)) for s in ast.parse(source).body]
        every = {name for *_, made in statements for name in made}
        makers.append({n: [how for how, _, made in statements if n in made] for n in every})
        read.append({name for _, names, _ in statements for name in names} - every)
    found = set()
    for here, names in enumerate(read):
        for name in names:
            before = [cell[name] for cell in makers[:here] if name in cell]
            after = [cell[name] for cell in makers[here + 1 :] if name in cell]
            if before and any(how != before[-1] for how in after):
                found.add(name)
    return sorted(found)


def tags(cell) -> list[str]:
    return cell.metadata.get("tags", [])


def test_there_are_lessons_and_each_has_solutions():
    assert LESSONS
    assert [p.name for p in LESSONS] == [p.name for p in SOLUTIONS]


@notebooks
def test_notebook_is_valid(path):
    nbformat.validate(read(path))


@lessons
def test_one_parameters_cell_then_settings(path):
    cells = code(path)
    marked = [i for i, cell in enumerate(cells) if "parameters" in tags(cell)]
    assert len(marked) == 1, "exactly one cell tagged `parameters`"
    names = [node.targets[0].id for node in ast.parse(cells[marked[0]].source).body]
    assert names == ["SCALE", "SEED", "DEVICE"]
    assert "settings(SCALE, SEED, DEVICE)" in cells[marked[0] + 1].source


@lessons
def test_skeleton(path):
    headings = re.findall(r"^#{1,2} (.+)$", text(path), re.M)
    assert headings[0].startswith(path.name[:2]), "the title starts with the lesson's number"
    lowered = [heading.lower() for heading in headings]
    for part in ("what you will be able to do", "setup", "summary", "references"):
        assert any(part in heading for heading in lowered), f"no section {part!r}"


@lessons
def test_exported_cells_define_and_do_nothing_else(path):
    for cell in exported(path):
        for node in ast.parse(cell.source).body:
            assert isinstance(node, EXPORTABLE), ast.unparse(node)
            if isinstance(node, ast.Expr):
                assert isinstance(node.value, ast.Constant), "an expression does work on import"
            if isinstance(node, ast.ImportFrom):
                assert node.names[0].name != "*", "star import"


@lessons
def test_exports_use_only_what_is_exported(path):
    source = notebook_importer.exported_source(path)
    assert notebook_importer.undefined_names(source) == set()


@notebooks
def test_imports_only_lower_lessons(path):
    known = notebook_importer.topics(ROOT / "notebooks")
    for _, source in notebook_importer.code_cells(path):
        for topic in notebook_importer.imported_topics(source):
            limit = notebook_importer.number(path) + (path.parent.name == "solutions")
            assert notebook_importer.number(known[topic]) < limit, f"imports {topic}"


@lessons
def test_every_exported_definition_is_asserted_and_documented(path):
    cells = code(path)
    for position, cell in enumerate(cells):
        if not is_exported(cell):
            continue
        definitions = [
            node for node in ast.parse(cell.source).body
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        ]  # fmt: skip
        if not definitions:
            continue
        later = itertools.dropwhile(is_exported, cells[position:])  # neighbours share a check
        following = [c.source for c in itertools.takewhile(lambda c: not is_exported(c), later)]
        checks = "\n".join(source for source in following if "assert" in source)
        for node in definitions:
            assert ast.get_docstring(node), f"{node.name} has no docstring"
            assert node.name in checks, f"{node.name} is followed by no assertion"


def test_overwritten():
    assert overwritten(["a = 1", "print(a)", "a = {}"]) == ["a"]
    assert overwritten(["a = 1", "[a for _ in 'b']", "for a in 'b': pass"]) == ["a"]
    assert overwritten(["import a", "a.b()", "def a(): pass"]) == ["a"]
    assert overwritten(["a = 1", "print(a)", "a = 1", "print(a)"]) == [], "made the same way"
    assert overwritten(["a = 1", "a = 2\nprint(a)", "a = 3"]) == [], "makes its own"
    assert overwritten(["a = 1", "[a for a in 'b']", "def f(): a = 3"]) == [], "others of that name"


@lessons
def test_a_cell_can_be_run_again_after_all_the_others(path):
    assert overwritten([cell.source for cell in code(path)]) == []


@lessons
def test_stored_outputs_come_from_one_clean_run(path):
    cells = [cell for cell in code(path) if cell.source.strip()]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        for output in cell.outputs:
            assert output.output_type != "error", output.get("evalue")
            assert output.get("name") != "stderr", output.get("text")


@lessons
def test_stored_outputs_name_no_machine(path):
    stored = json.dumps([cell.outputs for cell in code(path)])
    assert not re.search(r"/home/|/root/|/Users/|/tmp/|site-packages", stored)


@lessons
def test_sizes(path):
    assert path.stat().st_size <= 400_000
    sizes = sorted(lines(cell.source) for cell in code(path))
    assert statistics.median(sizes) <= 8
    functions = [c for c in code(path) if "class " not in c.source]
    long = sum(lines(cell.source) > 25 for cell in functions)
    assert long <= len(sizes) // 10, f"{long} of {len(sizes)} cells have more than 25 lines"


@lessons
def test_figures_are_small(path):
    for cell in code(path):
        for output in cell.outputs:
            if png := output.get("data", {}).get("image/png"):
                assert len(base64.b64decode(png)) <= 60_000, cell.source


@lessons
def test_amount_of_prose(path):
    words = len(text(path).split())
    ratio = words / sum(statements(cell.source) for cell in code(path))
    assert 5 <= ratio <= 15, f"{ratio:.1f} words of prose per line of code"


@notebooks
def test_no_remote_pictures_and_no_dead_links(path):
    prose = text(path)
    assert "base64," not in prose
    assert not re.search(r"!\[[^\]]*\]\(https?:", prose)
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", prose):
        assert (path.parent / target).exists(), f"dead link: {target}"


@lessons
def test_claims(path):
    """Each measured claim of the lesson is recorded in it, and each recorded id is a claim."""
    source = "\n".join(cell.source for cell in code(path))
    recorded = set(re.findall(r"""record\(\s*["']([\w-]+)["']""", source))
    mine = {
        c.id for c in results.claims().values() if c.notebook == path.stem and c.kind == "measured"
    }
    assert recorded == mine
    least = 2 if path.name[:2] in ("00", "16") else 4
    assert len(mine) >= least


def test_claims_table():
    for claim in results.claims().values():
        assert re.fullmatch(r"\d\d-[a-z0-9-]+", claim.id), claim.id
        assert (ROOT / "notebooks" / f"{claim.notebook}.ipynb").exists(), claim.id
        assert claim.statement and claim.lecture, claim.id
        if claim.kind == "measured":
            assert claim.predicate and claim.control, claim.id
        if claim.kind == "corrected":
            assert claim.published, f"{claim.id}: a correction names its source"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "helpers").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT))
)
def test_helpers_import_no_notebook(path):
    modules = notebook_importer.imported_modules(path.read_text(encoding="utf-8"))
    assert not {
        name for name in modules if name.split(".")[0] in ("notebooks", "solutions", "tests")
    }
    if path.parent.name == "kernels":
        allowed = {"torch", "triton", "numpy", "numba", "helpers", *sys.stdlib_module_names}
        assert {name.split(".")[0] for name in modules} <= allowed
        assert all(
            name.startswith("helpers.kernels") for name in modules if name.startswith("helpers")
        )

"""Which module may name which: the borders that keep the analyzers free of editors, networks and vendors."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[1]
SOURCES = sorted(
    path.relative_to(REPO) for top in ("analyzers", "lsp_server") for path in (REPO / top).rglob("*.py")
)
KNOW_TREE_SITTER = ("analyzers/languages/", "analyzers/syntax.py", "analyzers/extract.py")


def imported(path: Path, *, at_import_time: bool = False) -> Iterator[str]:
    """The modules a file names; `at_import_time` leaves out imports inside functions and for type checkers."""
    yield from _imported(ast.parse((REPO / path).read_text("utf-8")), path, at_import_time)


def _imported(node: ast.AST, path: Path, at_import_time: bool) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (name.name for name in node.names)
    elif isinstance(node, ast.ImportFrom):
        package = ".".join(path.parent.parts[: len(path.parent.parts) - node.level + 1]) if node.level else ""
        module = ".".join(filter(None, (package, node.module)))
        yield module
        yield from (f"{module}.{name.name}" for name in node.names)
    if at_import_time and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        return
    if at_import_time and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
        for child in node.orelse:
            yield from _imported(child, path, at_import_time)
        return
    for child in ast.iter_child_nodes(node):
        yield from _imported(child, path, at_import_time)


def names(path: Path, *packages: str) -> set[str]:
    """Those of the packages that the file names anywhere."""
    return {module.split(".")[0] for module in imported(path)} & set(packages)


def below(*prefixes: str) -> list[Path]:
    found = [path for path in SOURCES if path.as_posix().startswith(prefixes)]
    assert found, f"nothing under {prefixes}: has it moved?"
    return found


def test_the_sources_were_found() -> None:
    assert Path("analyzers/facts.py") in SOURCES
    assert Path("lsp_server/cli.py") in SOURCES


@pytest.mark.parametrize("path", below("analyzers/"), ids=str)
def test_analyzers_know_no_editor_and_no_vendor(path: Path) -> None:
    assert not names(path, "pygls", "lsprotocol", "anthropic", "lsp_server")


@pytest.mark.parametrize("path", below("analyzers/"), ids=str)
def test_analyzers_have_no_network_and_no_processes(path: Path) -> None:
    assert not names(
        path, "socket", "http", "requests", "httpx", "asyncio", "anyio", "subprocess", "multiprocessing"
    )
    assert "urllib.request" not in imported(path)


@pytest.mark.parametrize("path", below("lsp_server/rewrites/", "lsp_server/verify/"), ids=str)
def test_rewrites_know_no_editor(path: Path) -> None:
    assert not names(path, "pygls", "lsprotocol")


def test_one_file_knows_the_api() -> None:
    assert [path.as_posix() for path in SOURCES if names(path, "anthropic")] == [
        "lsp_server/rewrites/sending/claude.py"
    ]


@pytest.mark.parametrize(
    "path", below("lsp_server/files/", "lsp_server/profiling/", "lsp_server/briefing/"), ids=str
)
def test_files_profiles_and_briefings_know_no_editor(path: Path) -> None:
    assert not names(path, "pygls", "lsprotocol")
    assert not [name for name in imported(path) if name.startswith("lsp_server.wire")]


@pytest.mark.parametrize("path", below("lsp_server/wire/"), ids=str)
def test_the_wire_knows_no_session(path: Path) -> None:
    """Messages and documents are what features and sessions are made of, not the other way round."""
    ours = [name for name in imported(path) if name.startswith("lsp_server.")]
    assert not [name for name in ours if not name.startswith(("lsp_server.wire", "lsp_server.version"))]


def test_the_command_line_knows_no_editor() -> None:
    assert not [
        path
        for path in below("lsp_server/commands/", "lsp_server/render/")
        if names(path, "pygls", "lsprotocol")
    ]


def test_one_file_converts() -> None:
    """Positions, ranges, diagnostics and edits of the protocol are made in one place, where offsets are at hand."""
    made = re.compile(r"\b(?:lsp|types)\.(?:Position|Range|Location|Diagnostic|TextEdit)\(")
    makers = [
        path.as_posix() for path in below("lsp_server/") if made.search((REPO / path).read_text("utf-8"))
    ]
    assert makers == ["lsp_server/wire/convert.py"]


def test_three_know_tree_sitter() -> None:
    grammars = ("tree_sitter", "tree_sitter_python", "tree_sitter_javascript", "tree_sitter_typescript")
    others = [path for path in SOURCES if not path.as_posix().startswith(KNOW_TREE_SITTER)]
    assert not [path for path in others if names(path, *grammars)]


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_nothing_shipped_names_the_tests(path: Path) -> None:
    assert not names(path, "tests", "pytest", "hypothesis")


BELOW_THE_MODEL = (
    "analyzers/languages/", "analyzers/templates/", "analyzers/project/", "analyzers/conventions/", "analyzers/orm/",
)  # fmt: skip


@pytest.mark.parametrize("path", below(*BELOW_THE_MODEL), ids=str)
def test_facts_know_no_costs(path: Path) -> None:
    """Facts are lowered, linked and made up for frameworks without running anything."""
    above = ("analyzers.evaluate", "analyzers.rules", "analyzers.check", "analyzers.costs")
    assert not [name for name in imported(path) if name.startswith(above)]


# Evaluating an expression evaluates calls, which evaluate expressions: one recursion, in files by construct. What it
# stands on (sizes, evidence, what functions do to themselves, what is written down) is no part of it.
INTERPRETER = (
    "assignments", "attributes", "calling", "deciding", "expressions", "operators", "presenting", "queries", "statements", "turns",
)  # fmt: skip


@pytest.mark.parametrize("path", below("analyzers/evaluate/"), ids=str)
def test_values_are_copied_the_fast_way(path: Path) -> None:
    """Values and events are msgspec structs; the `replace` of dataclasses raises on them, and no type checker tells."""
    assert "dataclasses.replace" not in set(imported(path))


@pytest.mark.parametrize("top", ["analyzers/", "lsp_server/"])
def test_modules_do_not_import_each_other_in_circles(top: str) -> None:
    assert [circle for circle in _circles(_needs(top)) if not _evaluates(circle)] == []


def _evaluates(circle: list[str]) -> bool:
    """True for the circle of the files that evaluate each construct."""
    parts = [module.removeprefix("analyzers.evaluate.").split(".")[0] for module in circle]
    return "expressions" in parts and all(part in INTERPRETER for part in parts)


def _needs(top: str) -> dict[str, set[str]]:
    """What each module needs while it is imported."""
    modules = {".".join(path.with_suffix("").parts).removesuffix(".__init__"): path for path in below(top)}
    edges: dict[str, set[str]] = {}
    for module, path in modules.items():
        named = {name for name in imported(path, at_import_time=True) if name in modules}
        # `from package import module` needs the module; that the package comes first is true of every import in it.
        edges[module] = {name for name in named if not module.startswith(name + ".")} - {module}
    return edges


def _circles(edges: dict[str, set[str]]) -> list[list[str]]:
    """The groups of modules that reach each other."""
    reached = {module: _reached(module, edges) for module in edges}
    circles = {
        tuple(sorted(other for other in reached[module] if module in reached[other]))
        for module in edges
        if module in reached[module]
    }
    return sorted(map(list, circles))


def _reached(module: str, edges: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    rest = [module]
    while rest:
        new = edges[rest.pop()] - found
        found |= new
        rest += new
    return found


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_only_who_hands_on_names_of_others_lists_them(path: Path) -> None:
    """`__all__` says that an import is meant for those who import this module; all else that has no underscore is."""
    tree = ast.parse((REPO / path).read_text("utf-8"))
    listed = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and "__all__" in [ast.unparse(target) for target in node.targets]
    ]
    if listed:
        assert {name.rpartition(".")[2] for name in imported(path)} & set(*listed)


def test_a_circle_would_be_seen() -> None:
    assert _circles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == [["b", "c"]]
    assert _circles({"a": {"b"}, "b": {"c"}, "c": set()}) == []

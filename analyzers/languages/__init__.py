"""The languages bigo reads. A language is one row below and one folder of data beside this file.

To add a language:

1. Depend on its tree-sitter grammar wheel (pyproject.toml).
2. Write `<folder>/shapes.toml`: which node kind of the grammar becomes which shape of `analyzers/facts.py`, and which
   of the grammar's fields plays which role. Print a tree (`str(tree.root_node)`) of a small example to see both. The
   docstrings in `expressions.py`, `operators.py`, `literals.py`, `statements.py` and `definitions.py` name the shapes
   and their roles. A wrong kind, field, role or shape is an error that names it when the table is read. A node kind
   that is in no table is not lost: it becomes an `Opaque` with the parts that are known.
3. What the common shapes cannot say (Python's comprehensions, JavaScript's `for (;;)`) is a function of the same form
   in `<folder>/lower.py`, offered to the table by name in `EXPRESSIONS` or `STATEMENTS`. A folder without that
   module is complete, too.
4. Write `<folder>/costs.toml`: what its operations cost.
5. Add the row. `tests/analyzers/test_languages.py` then reads the table and checks it against the grammar.

A dialect says `extends = "javascript"` in its shapes.toml and writes only what differs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analyzers.languages.grammar import Grammar


def _python() -> object:
    import tree_sitter_python

    return tree_sitter_python.language()


def _javascript() -> object:
    import tree_sitter_javascript

    return tree_sitter_javascript.language()


def _typescript() -> object:
    import tree_sitter_typescript

    return tree_sitter_typescript.language_typescript()


def _tsx() -> object:
    import tree_sitter_typescript

    return tree_sitter_typescript.language_tsx()


@dataclass(frozen=True, eq=False)
class Language:
    """One row: the file suffixes and LSP language ids it owns, its grammar, and the folder of its tables."""

    name: str
    suffixes: tuple[str, ...]
    ids: tuple[str, ...]
    load: Callable[[], object]  # imports the grammar wheel; called on first use
    data: str

    @property
    def folder(self) -> Path:
        """Where shapes.toml and costs.toml lie."""
        return Path(__file__).parent / self.data

    @cached_property
    def grammar(self) -> Grammar:
        """The grammar and its tables, built on first use (some 10 ms). Raises ValueError for a faulty table."""
        from analyzers.languages.grammar import build

        return build(self)

    def __repr__(self) -> str:
        return f"<Language {self.name}>"

    def __reduce__(self) -> tuple[Callable[[str], Language | None], tuple[str]]:
        return by_name, (self.name,)


PYTHON = Language("python", (".py", ".pyi", ".pyw"), ("python",), _python, "python")
JAVASCRIPT = Language(
    "javascript",
    (".js", ".mjs", ".cjs", ".jsx"),
    ("javascript", "javascriptreact"),
    _javascript,
    "javascript",
)
TYPESCRIPT = Language("typescript", (".ts", ".mts", ".cts"), ("typescript",), _typescript, "typescript")
TSX = Language("tsx", (".tsx",), ("typescriptreact",), _tsx, "tsx")

LANGUAGES = (PYTHON, JAVASCRIPT, TYPESCRIPT, TSX)

TEMPLATE = Language("template", (".html", ".htm", ".txt", ".jinja", ".jinja2", ".j2"), (), _python, "python")
"""Templates: no grammar reads them, but `analyzers.templates`; they are what a folder called so holds."""

_TEMPLATE_FOLDERS = frozenset(("templates", "jinja2"))
_BY_SUFFIX = {suffix: language for language in LANGUAGES for suffix in language.suffixes}
_BY_ID = {id: language for language in LANGUAGES for id in language.ids}
_BY_NAME = {language.name: language for language in (*LANGUAGES, TEMPLATE)}


def for_path(path: str) -> Language | None:
    """The language of a file by its suffix (any case), None for a file that is not ours."""
    name = path.rpartition("/")[2]
    at = name.rfind(".")
    suffix = name[at:].lower() if at > 0 else ""
    if suffix in TEMPLATE.suffixes and not _TEMPLATE_FOLDERS.isdisjoint(path.split("/")):
        return TEMPLATE
    return _BY_SUFFIX.get(suffix)


def for_id(language_id: str) -> Language | None:
    """The language for an LSP `languageId`."""
    return _BY_ID.get(language_id)


def by_name(name: str) -> Language | None:
    """The language for `Language.name`, as `FileFacts.language` holds it."""
    return _BY_NAME.get(name)

"""From a table of node kinds to one dictionary look-up per node.

`shapes.toml` has these keys (see languages/__init__.py for how to add a language):

    extends     a folder whose table holds for all kinds that this one does not name
    module      lower.py to use, when it is another folder's
    skip        kinds that are passed over wherever they stand: comments, punctuation with a name, types
    comments    kinds of comments, for suppressions
    jsdoc       true where a comment before a function may state types (jsdoc.py)
    blocks      kinds that hold statements
    parameters  what each kind of parameter becomes (definitions.py)
    operators   each operator as written: its shape and how facts.py spells it
    expressions kind = "Shape" or kind = { shape = "Shape", role = "field or kind", ... }
    statements  the same for statements; function and class definitions stand here, too

Node kinds and fields become the grammar's integers once, here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import tree_sitter

from analyzers.facts import Expr, Stmt

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from analyzers.languages import Language
    from analyzers.languages.unit import Unit

LowerExpr = Callable[["Unit", tree_sitter.Node, int], Expr]
LowerStmt = Callable[["Unit", tree_sitter.Node, int, "list[Stmt]"], None]
Lower = TypeVar("Lower")


class Spec:
    """One entry of a table: a node kind, its shape, and the roles its fields and child kinds play."""

    def __init__(self, tables: Tables, kind: str, entry: str | dict[str, Any]) -> None:
        self.tables = tables
        self.kind = kind
        self.roles: dict[str, Any] = {"shape": entry} if isinstance(entry, str) else dict(entry)
        self.shape: str = self.roles.pop("shape", "")
        self.unused = set(self.roles)

    def value(self, role: str, default: Any = None) -> Any:
        self.unused.discard(role)
        return self.roles.get(role, default)

    def field(self, role: str) -> int:
        """The id of the field that plays a role; 0, which no node has, when the table gives none."""
        name = self.value(role)
        if name is None:
            return 0
        found = self.tables.language.field_id_for_name(name)
        if found is None:
            raise self.error(f"{role} = {name!r}: the grammar has no such field")
        return found

    def kinds(self, role: str) -> frozenset[int]:
        """The ids of the node kinds (one name or a list) that play a role."""
        names = self.value(role, [])
        return frozenset(
            id for name in ([names] if isinstance(names, str) else names) for id in self.tables.ids(name)
        )

    def error(self, message: str) -> ValueError:
        return ValueError(f"{self.tables.path}: {self.kind}: {message}")


@dataclass(frozen=True, eq=False)
class Grammar:
    """A grammar with its tables by `Node.kind_id`. A kind in neither dictionary is a token, a comment or an error."""

    language: tree_sitter.Language
    exprs: Mapping[int, LowerExpr]
    stmts: Mapping[int, LowerStmt]
    blocks: frozenset[int]
    definitions: frozenset[int]  # kinds whose handlers only queue a unit
    comments: frozenset[int]
    skip: frozenset[int]  # comments and other kinds that say nothing
    jsdoc: bool  # a `/** */` comment before a function may state types


class Tables:
    """The merged shapes.toml of a language, with what it needs to become a `Grammar`."""

    def __init__(self, folder: Path, language: tree_sitter.Language) -> None:
        self.path = folder / "shapes.toml"
        self.language = language
        self.data, self._inherited = read(self.path)
        self._ids: dict[str, list[int]] = {}
        for id in range(language.node_kind_count):
            name = language.node_kind_for_id(id)
            if name is not None and language.node_kind_is_visible(id):
                self._ids.setdefault(name, []).append(id)

    def ids(self, kind: str) -> list[int]:
        """All ids of a node kind; an alias can give one name several. Named kinds win over tokens of that name."""
        found = self._ids.get(kind)
        if found is None:
            if kind in self._inherited:  # a dialect's grammar may lack what its base has
                return []
            raise ValueError(f"{self.path}: the grammar has no node kind {kind!r}")
        return [id for id in found if self.language.node_kind_is_named(id)] or found

    def specs(self, section: str) -> list[Spec]:
        return [Spec(self, kind, entry) for kind, entry in self.data.get(section, {}).items()]

    def kinds(self, key: str) -> frozenset[int]:
        return frozenset(id for kind in self.data.get(key, []) for id in self.ids(kind))

    def named(self) -> list[int]:
        return [
            id
            for name, ids in self._ids.items()
            if name != "ERROR"
            for id in ids
            if self.language.node_kind_is_named(id)
        ]


def read(path: Path) -> tuple[dict[str, Any], set[str]]:
    """A table with all it extends, and the node kinds that come from there.

    Sections merge entry by entry, lists add up.
    """
    with path.open("rb") as file:
        own = tomllib.load(file)
    base = own.pop("extends", None)
    if base is None:
        return own, set()
    merged, inherited = read(path.parent.parent / base / path.name)
    for value in merged.values():
        inherited.update(value if isinstance(value, (dict, list)) else ())
        if isinstance(value, dict):
            for entry in value.values():
                inherited.update(flatten(entry.values()) if isinstance(entry, dict) else ())
    for key, value in own.items():
        if isinstance(value, dict):
            merged[key] = {**merged.get(key, {}), **value}
        elif isinstance(value, list):
            merged[key] = [*merged.get(key, []), *value]
        else:
            merged[key] = value
    return merged, inherited


def flatten(values: Iterable[Any]) -> Iterator[str]:
    """The strings of roles that are strings or lists of them."""
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from value


def build(language: Language) -> Grammar:
    """Read and check the tables of a language. Raises ValueError with the file and entry that is wrong."""
    from analyzers.languages import definitions, expressions, literals, operators, statements

    grammar = tree_sitter.Language(language.load())
    tables = Tables(language.folder, grammar)
    own_expressions, own_statements = own_shapes(tables.data.get("module", language.data))
    exprs: dict[int, LowerExpr] = dict.fromkeys(tables.named(), expressions.opaque)
    for id in tables.kinds("skip"):
        exprs.pop(id, None)
    stmts: dict[int, LowerStmt] = {expressions.ERROR: statements.error}
    expression_shapes = {
        **expressions.SHAPES,
        **literals.SHAPES,
        **operators.SHAPES,
        **definitions.EXPRESSIONS,
        **own_expressions,
    }
    queued = fill(tables, "expressions", expression_shapes, exprs)
    queued |= fill(
        tables, "statements", {**statements.SHAPES, **definitions.STATEMENTS, **own_statements}, stmts
    )
    return Grammar(
        grammar,
        exprs,
        stmts,
        tables.kinds("blocks"),
        frozenset(queued),
        tables.kinds("comments"),
        tables.kinds("skip"),
        bool(tables.data.get("jsdoc")),
    )


def own_shapes(
    folder: str,
) -> tuple[dict[str, Callable[[Spec], LowerExpr]], dict[str, Callable[[Spec], LowerStmt]]]:
    """The shapes that `<folder>/lower.py` adds; none without such a module."""
    if not (Path(__file__).parent / folder / "lower.py").exists():
        return {}, {}
    module = import_module(f"analyzers.languages.{folder}.lower")
    return module.EXPRESSIONS, module.STATEMENTS


def fill(
    tables: Tables, section: str, shapes: Mapping[str, Callable[[Spec], Lower]], into: dict[int, Lower]
) -> set[int]:
    """Make the handlers of a section, and return the kinds of those that queue a unit."""
    from analyzers.languages.definitions import QUEUED

    queued: set[int] = set()
    for spec in tables.specs(section):
        if spec.shape not in shapes:
            raise spec.error(f"no {section[:-1]} shape {spec.shape!r}; there are {', '.join(sorted(shapes))}")
        handler = shapes[spec.shape](spec)
        if spec.unused:
            raise spec.error(f"{spec.shape} has no role {', '.join(sorted(spec.unused))}")
        ids = tables.ids(spec.kind)
        into.update(dict.fromkeys(ids, handler))
        if spec.shape in QUEUED:
            queued.update(ids)
    return queued

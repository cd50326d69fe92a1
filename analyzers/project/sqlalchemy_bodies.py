"""What one mapped class's body, table or call says, before other classes are looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from analyzers.facts import Assign, Binary, Call, Const, Expr, Index
from analyzers.orm import tables
from analyzers.project.outline import callee, dotted, is_true, keyword, literal
from analyzers.project.schema import Key
from analyzers.text import Span

MAPPED = frozenset({"Mapped", "DynamicMapped", "WriteOnlyMapped"})


class Related(Struct, frozen=True):
    """A `relationship()` as a class body declares it."""

    name: str
    owner: Key
    call: Call
    annotation: Expr | None
    span: Span


class Declared(Struct, frozen=True):
    """What one class body maps. `keys` are the tables (or classes) its foreign keys point to, by column; `primary` are
    its primary keys, `deferred` the columns left for later, `proxies` what association proxies stand for."""

    columns: tuple[tuple[str, str], ...] = ()
    relations: tuple[Related, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    table: str = ""
    abstract: bool = False
    primary: frozenset[str] = frozenset()
    deferred: frozenset[str] = frozenset()
    proxies: tuple[tuple[str, tuple[str, str]], ...] = ()


NOTHING = Declared()


def is_given(value: Expr | None, name: str) -> bool:
    """True for `name=True` in a column's call, or in the one `deferred(...)` wraps."""
    if not isinstance(value, Call):
        return False
    given = keyword(value, name)
    return (given is not None and is_true(given)) or any(is_given(arg, name) for arg in value.args)


def holds(assign: Assign) -> str:
    """What a column's attribute holds, by its type or its annotation."""
    table = tables().sqlalchemy.columns
    if isinstance(assign.value, Call):
        for arg in (*assign.value.args, *(k.value for k in assign.value.keywords if k.name == "type_")):
            word = table.get((callee(arg) or "").rpartition(".")[2])
            if word:
                return word
    words = (table.get(name.rpartition(".")[2]) for name in annotated(assign.annotation))
    return next((word for word in words if word), "unknown")


def foreign_keys(value: Expr | None) -> Iterator[str]:
    """The tables (`ForeignKey("author.id")`) or classes (`ForeignKey(Author.id)`) a column points to."""
    if not isinstance(value, Call):
        return
    if text := literal(keyword(value, "foreign_key")):  # SQLModel
        yield text.rpartition(".")[0]
    for arg in value.args:
        if isinstance(arg, Call) and (callee(arg) or "").endswith("ForeignKey") and arg.args:
            text = literal(arg.args[0]) or dotted(arg.args[0]) or ""
            yield text.rpartition(".")[0]


def annotated(annotation: Expr | None) -> list[str]:
    """The names inside `Mapped[...]` (or a bare annotation), outermost first: `Mapped[list["Book"]]` -> list, Book."""
    if isinstance(annotation, Const) and isinstance(annotation.value, str):
        return re.findall(r"[A-Za-z_][\w.]*", annotation.value)
    if isinstance(annotation, Index):
        outer = dotted(annotation.obj) or ""
        inner = annotated(annotation.index)
        return inner if outer.rpartition(".")[2] in MAPPED else [outer, *inner]
    if isinstance(annotation, Binary):
        return [*annotated(annotation.left), *annotated(annotation.right)]
    name = dotted(annotation)
    return [name] if name else []

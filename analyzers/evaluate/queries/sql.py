"""SQL as text: what kind of statement it is, and whether it asks for many values at once."""

from __future__ import annotations

import re
from typing import NamedTuple

from analyzers import facts as f

READ, WRITE, OTHER = "read", "write", "other"
"""OTHER defines, sets or steers something: `CREATE`, `PRAGMA`, `SET`. Two of those are never one."""

_MANY = re.compile(r"\b(?:in\s*(?:\((?!\s*select)|[:%?])|any\s*\(|unnest\s*\()|\bin\s*$", re.IGNORECASE)
_WORD = re.compile(r"\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*)*\(?\s*([a-z]+)", re.IGNORECASE | re.DOTALL)
_READS = ("select", "with", "values", "table", "match", "exec", "execute", "call")
_WRITES = ("insert", "update", "delete", "replace", "merge", "upsert")


class Written(NamedTuple):
    """A statement as far as its text tells; `kind` is "" where it does not."""

    kind: str = ""
    many: bool = False


UNKNOWN = Written()


def of(node: f.Expr) -> Written:
    """What the text of a statement says: a literal, the literal beginning of one, or one in `text(...)`."""
    if isinstance(node, f.Call):
        return _called(node)
    text = _text(node)
    if not text:
        return UNKNOWN
    listed = isinstance(node, f.Template) and any(_is_list(part) for part in node.parts)
    return written(text, listed)


def _called(node: f.Call) -> Written:
    """`text("...")`, `sql.SQL("...").format(...)`, `"...".format(...)`."""
    if isinstance(node.func, f.Attr) and node.func.name == "format":
        inner = of(node.func.obj)
        listed = any(_is_list(a) for a in (*node.args, *(k.value for k in node.keywords)))
        return Written(inner.kind, inner.many or listed)
    name = node.func.name if isinstance(node.func, f.Attr) else getattr(node.func, "id", "")
    return of(node.args[0]) if name in ("text", "SQL", "dedent") and node.args else UNKNOWN


def _is_list(node: f.Expr) -> bool:
    """`", ".join("?" * len(ids))`: a place for each of many."""
    return isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name == "join"


def written(text: str, listed: bool = False) -> Written:
    """What a statement's text says; `listed` if a list of values or places is put into it."""
    first = _WORD.match(text)
    word = first.group(1).lower() if first else ""
    kind = READ if word in _READS else WRITE if word in _WRITES else OTHER if word else ""
    return Written(kind, listed or bool(_MANY.search(text)))


def _text(node: f.Expr) -> str:
    """The literal text of an expression, or what it begins with."""
    if isinstance(node, f.Const):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, f.Template):
        return node.text
    if isinstance(node, f.Binary) and node.op in ("+", "%"):
        return _text(node.left)
    return ""

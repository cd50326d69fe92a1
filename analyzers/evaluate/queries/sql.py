"""SQL as text: what kind of statement it is, and whether it asks for many values at once."""

from __future__ import annotations

import re
from typing import NamedTuple

from analyzers import facts as f

READ, WRITE, OTHER = "read", "write", "other"
"""OTHER defines, sets or steers something: `CREATE`, `PRAGMA`, `SET`. Two of those are never one."""

_MANY = re.compile(
    r"\bunwind\s+[$({\[]|\b(?:in\s*(?:\((?!\s*select)|[:%?])|any\s*\(|unnest\s*\()|\bin\s*$", re.IGNORECASE
)
_WORD = re.compile(r"\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*)*\(?\s*([a-z]+)", re.IGNORECASE | re.DOTALL)
_READS = ("select", "with", "values", "table", "match", "unwind", "exec", "execute", "call")
_WRITES = ("insert", "update", "delete", "replace", "merge", "upsert")


_STATEMENT = re.compile(
    r"""\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*)*\(?\s*(?:
    select\s+(?:distinct\s+|all\s+)?(?:\(|[^\s,(]+\s*(?:,|\(|\s(?:as|from)\b|::|$)) | insert\s+(?:or\s+\w+\s+|ignore\s+)?into\b | replace\s+into\b
    | update\s+(?:[^\s]+\s+set\b|$) | delete\s+from\b | with\s+(?:recursive\s+)?\w+\b.*?\bas\s*\(
    | (?:optional\s+)?match\s*\( | merge\s*(?:\(|into\b) | unwind\s+\S+\s+as\b
    )""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
"""How a statement of SQL or Cypher begins, and no sentence does."""


class Written(NamedTuple):
    """A statement as far as its text tells; `kind` is "" where it does not."""

    kind: str = ""
    many: bool = False


UNKNOWN = Written()


def of(node: f.Expr) -> Written:
    """What the text of a statement says: a literal, the literal beginning of one, or one in `text(...)`."""
    if isinstance(node, f.Call):
        return _called(node)
    text = text_of(node)
    if not text:
        return UNKNOWN
    listed = isinstance(node, f.Template) and any(_is_list(part) for part in node.parts)
    return written(text, listed)


def is_statement(text: str) -> bool:
    """True for a text that can be nothing but a statement."""
    return _STATEMENT.match(text) is not None


def _called(node: f.Call) -> Written:
    """`text("...")`, `sql.SQL("...").format(...)`, `"...".format(...)`."""
    around = _around(node)
    if around is None:
        return _of_lines(node)
    inner = of(around)
    formatted = isinstance(node.func, f.Attr) and node.func.name == "format"
    listed = formatted and any(_is_list(a) for a in (*node.args, *(k.value for k in node.keywords)))
    return Written(inner.kind, inner.many or listed)


def _of_lines(node: f.Call) -> Written:
    """A statement written line by line: each says whether it asks for many."""
    said = [of(line) for line in _lines(node)]
    return Written(said[0].kind, any(line.many for line in said)) if said else UNKNOWN


def _around(node: f.Call) -> f.Expr | None:
    """What a statement's text is put into, or is filled: the text itself; None for any other call."""
    if isinstance(node.func, f.Attr) and node.func.name == "format":
        return node.func.obj
    name = node.func.name if isinstance(node.func, f.Attr) else getattr(node.func, "id", "")
    return node.args[0] if name in ("text", "SQL", "dedent") and node.args else None


def _lines(node: f.Call) -> tuple[f.Expr, ...]:
    """The texts that `"\n".join(("SELECT ...", "FROM ..."))` puts together."""
    func = node.func
    is_join = isinstance(func, f.Attr) and func.name == "join" and isinstance(func.obj, f.Const)
    lines = node.args[0] if is_join and len(node.args) == 1 else None
    return lines.items if isinstance(lines, f.Collection) else ()


def _is_list(node: f.Expr) -> bool:
    """`", ".join("?" * len(ids))`: a place for each of many."""
    return isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name == "join"


def written(text: str, listed: bool = False) -> Written:
    """What a statement's text says; `listed` if a list of values or places is put into it."""
    first = _WORD.match(text)
    word = first.group(1).lower() if first else ""
    kind = READ if word in _READS else WRITE if word in _WRITES else OTHER if word else ""
    return Written(kind, listed or bool(_MANY.search(text)))


def text_of(node: f.Expr) -> str:
    """The literal text of an expression, or what it begins with; also that in `text(...)`, `"...".format(...)` and
    `" ".join(("...", "..."))`."""
    if isinstance(node, f.Call):
        around = _around(node) or next(iter(_lines(node)), None)
        return text_of(around) if around is not None else ""
    if isinstance(node, f.Const):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, f.Template):
        return node.text
    if isinstance(node, f.Binary) and node.op in ("+", "%"):
        return text_of(node.left)
    return ""

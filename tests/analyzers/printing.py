"""Facts as text for expectations: one line per statement, blocks indented, expressions as `(Shape parts)`.

Names stand as themselves, constants as in Python, positions are left out. A part that has its default value is left
out, too; one that has not is written `name=...`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from analyzers import facts as f

BLOCK = (f.Case, f.Handler, *f.Stmt.__args__)  # type: ignore[attr-defined]
PLACES = ("at", "to", "name_at", "head_to")


def show(facts: f.FileFacts) -> str:
    """The whole file: the top level, functions, classes, imports, exports, suppressions."""
    return "\n".join(_lines(facts))


def _lines(facts: f.FileFacts) -> Iterator[str]:
    yield from _body(facts.functions[0].body, "")
    for function in facts.functions[1:]:
        marks = [m for m in ("is_async", "is_generator", "has_loop") if getattr(function, m)]
        owner = [f"owner={function.owner}"] if function.owner else []
        parent = [f"parent={function.parent}"] if function.parent else []
        yield " ".join([function.kind, function.qualname, *owner, *parent, *marks])
        yield from (f"  @{expr(one)}" for one in function.decorators)
        yield from (f"  {_param(one)}" for one in function.params)
        if function.returns is not None:
            yield f"  -> {expr(function.returns)}"
        yield from _body(function.body, "  ")
    for cls in facts.classes:
        parts = [*map(expr, cls.bases), *map(expr, cls.keywords)]
        owner = [f"owner={cls.owner}"] if cls.owner else []
        parent = [f"parent={cls.parent}"] if cls.parent else []
        yield " ".join(["class", cls.qualname, *parts, *owner, *parent])
        yield from (f"  @{expr(one)}" for one in cls.decorators)
        yield from _body(cls.body, "  ")
    for item in facts.imports:
        scope = f" in {item.scope}" if item.scope else ""
        yield f"import {'.' * item.level}{item.module} {item.name or '(whole)'} as {item.alias}{scope}"
    for export in facts.exports:
        source = f" from {export.module}" if export.module else ""
        yield f"export {export.name} = {export.local or '?'}{source}"
    for one in facts.suppressions:
        yield f"ignore {', '.join(one.rules) or 'all'}{' (own line)' if one.own_line else ''}"


def _param(param: f.Param) -> str:
    stars = {"star": "*", "double_star": "**"}.get(param.kind, "")
    text = f"{stars}{param.name or expr(param.pattern)}"
    if param.annotation is not None:
        text += f": {expr(param.annotation)}"
    if param.default is not None:
        text += f" = {expr(param.default)}"
    return text + (" (keyword)" if param.kind == "keyword" else "")


def _body(statements: tuple[Any, ...], indent: str) -> Iterator[str]:
    for statement in statements:
        inline, blocks = [type(statement).__name__], []
        for field in msgspec.structs.fields(statement):
            value = getattr(statement, field.name)
            if field.name in PLACES or (not field.required and value == field.default):
                continue
            if value and isinstance(value, tuple) and isinstance(value[0], BLOCK):
                blocks.append((field.name, value))
            elif not (field.name == "body" and value == ()):
                inline.append(expr(value) if field.required else f"{field.name}={expr(value)}")
        yield indent + " ".join(inline)
        for name, block in blocks:
            if name not in ("body", "cases"):
                yield f"{indent}{name}:"
            yield from _body(block, indent + "  ")


def expr(value: Any) -> str:
    """One expression (or any part of one)."""
    if isinstance(value, tuple):
        return "[" + " ".join(map(expr, value)) + "]"
    if isinstance(value, f.Name):
        return value.id
    if isinstance(value, f.Const):
        return repr(value.value) if value.value is not None else f"<{value.kind}>"
    if not isinstance(value, msgspec.Struct):
        return str(value)
    parts = [type(value).__name__]
    for field in msgspec.structs.fields(value):
        inner = getattr(value, field.name)
        if field.name in PLACES or (not field.required and inner == field.default):
            continue
        parts.append(expr(inner) if field.required else f"{field.name}={expr(inner)}")
    return "(" + " ".join(parts) + ")"

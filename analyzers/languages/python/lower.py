"""What only Python has: comprehensions, slices, string prefixes, chained comparisons, `with`, `match`, its imports."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from analyzers.facts import (
    Assign,
    Attr,
    Call,
    Clause,
    Collection,
    Compare,
    Comprehension,
    Const,
    Expr,
    If,
    Index,
    Jump,
    Name,
    Opaque,
    Slice,
    Star,
    Stmt,
    Template,
    Unary,
    With,
    WithItem,
)
from analyzers.languages.expressions import holes, inner
from analyzers.languages.limits import LONGEST_TEXT
from analyzers.languages.literals import unescape
from analyzers.languages.python import imports, patterns

if TYPE_CHECKING:
    from tree_sitter import Node

    from analyzers.languages.grammar import LowerExpr, LowerStmt, Spec
    from analyzers.languages.unit import Unit

STRING = re.compile(r"([a-zA-Z]*)('''|\"\"\"|'|\")(.*)\2\Z", re.DOTALL)


_QUOTES = (b'"', b"'")
_PLAIN_STRING = re.compile(rb"""'[^'\\\n]*(?:\\.[^'\\\n]*)*'|"[^"\\\n]*(?:\\.[^"\\\n]*)*\"""")
_PLAIN_STRINGS = re.compile(rb"(?:(?:%s)\s*)+" % _PLAIN_STRING.pattern)


def string(spec: Spec) -> LowerExpr:
    """A string with any prefix. Role hole: the kind of an interpolation."""
    hole = spec.kinds("hole")

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        base, start, end = unit.base, node.start_byte, node.end_byte
        if unit.source[start : start + 1] not in _QUOTES:
            prefix = unit.source[start : start + 2].lower()
            if b"f" in prefix or b"t" in prefix:
                parts = holes(unit, node, hole, depth)
                if parts:
                    return Template(start - base, end - base, tuple(parts), _around(unit, node, hole))
            if b"b" in prefix:
                return Const(start - base, end - base, "bytes", None)
        return Const(start - base, end - base, "str", text_of(unit.source, start, end))

    return lower


def _around(unit: Unit, node: Node, hole: frozenset[int]) -> str:
    """The text of an f-string with `{}` for its holes, as far as it is kept."""
    found, at = "", node.start_byte
    for child in node.children:
        if child.kind_id in hole:
            found += unit.source[at : child.start_byte].decode(errors="replace") + "{}"
            at = child.end_byte
            if len(found) > LONGEST_TEXT:
                break
    else:
        found += unit.source[at : min(node.end_byte, at + LONGEST_TEXT)].decode(errors="replace")
    return found.lstrip("rRfFbBtT").strip("\"'")[:LONGEST_TEXT]


def text_of(source: bytes, start: int, end: int) -> str | None:
    """The value of the string literal between two offsets, None when it is too long to keep or not closed."""
    if end - start > 4 * LONGEST_TEXT + 8:
        return None
    quote, raw = source[start : start + 1], source[start + 1 : end - 1]
    if quote in _QUOTES and raw and source[end - 1 : end] == quote and quote not in raw and b"\\" not in raw:
        text = raw.decode("utf-8", "replace")  # most are as simple as that
        return text if len(text) <= LONGEST_TEXT else None
    match = STRING.match(source[start:end].decode("utf-8", "replace"))
    if match is None:
        return None
    prefix, text = match[1].lower(), match[3]
    if "\\" in text and "r" not in prefix:
        text = unescape(text)
    return text if len(text) <= LONGEST_TEXT else None


def concatenation(spec: Spec) -> LowerExpr:
    """Strings side by side."""

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        base = unit.base
        at, to = node.start_byte - base, node.end_byte - base
        if to - at > 4 * LONGEST_TEXT and _is_long(unit.source, node.start_byte, node.end_byte):
            return Const(at, to, "str", None)
        items = unit.each(node, depth + 1)
        templates = [part for item in items if type(item) is Template for part in item.parts]
        if templates:
            texts = [i.text if type(i) is Template else getattr(i, "value", None) or "" for i in items]
            return Template(at, to, tuple(templates), "".join(map(str, texts))[:LONGEST_TEXT])
        kinds = {item.kind for item in items if type(item) is Const}
        texts = [item.value for item in items if type(item) is Const and isinstance(item.value, str)]
        if kinds == {"str"} and len(texts) == len(items) and sum(map(len, texts)) <= LONGEST_TEXT:
            return Const(at, to, "str", "".join(texts))
        return Const(at, to, "bytes" if kinds == {"bytes"} else "str", None)

    return lower


def _is_long(source: bytes, start: int, end: int) -> bool:
    """Whether strings side by side are more text than is kept, and have no holes: tables of help texts are such lines by the
    thousand, of which none need be made into a value. False says nothing."""
    if _PLAIN_STRINGS.fullmatch(source, start, end) is None:
        return False
    length = 0
    for one in _PLAIN_STRING.finditer(source, start, end):
        text = text_of(source, *one.span())
        length += len(text) if text is not None else LONGEST_TEXT + 1
        if length > LONGEST_TEXT:
            return True
    return False


def subscript(spec: Spec) -> LowerExpr:
    """`obj[index]` and `obj[a:b:c]`. Roles index (field), slice (kind)."""
    index_field, slice_kinds = spec.field("index"), spec.kinds("slice")

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        base = unit.base
        at, to = node.start_byte - base, node.end_byte - base
        obj = unit.expr(node.children[0], depth + 1)
        if type(obj) is Star:
            return Star(at, to, parts(unit, node, obj.value.at, to, obj.value, depth))
        return parts(unit, node, at, to, obj, depth)

    def parts(unit: Unit, node: Node, at: int, to: int, obj: Expr, depth: int) -> Expr:
        indexes = [one for one in node.children_by_field_id(index_field) if one.kind_id in unit.exprs]
        if not indexes:
            return Opaque(at, to, (obj,))
        tupled = len(indexes) > 1 or any(child.type == "," for child in node.children)
        if not tupled and indexes[0].kind_id in slice_kinds:
            start, stop, step = slice_parts(unit, indexes[0], depth + 1)
            return Slice(at, to, obj, start, stop, step)
        lowered = [unit.expr(one, depth + 1) for one in indexes]
        if not tupled:
            return Index(at, to, obj, lowered[0])
        return Index(at, to, obj, Collection(lowered[0].at, lowered[-1].to, "tuple", tuple(lowered)))

    return lower


def slice_parts(unit: Unit, node: Node, depth: int) -> list[Expr | None]:
    parts: list[Expr | None] = [None, None, None]
    position = 0
    for child in node.children:
        if child.kind_id in unit.exprs:
            parts[position] = unit.expr(child, depth)
        elif child.type == ":":
            position = min(position + 1, 2)
    return parts


def comparison(spec: Spec) -> LowerExpr:
    """`a < b not in c`. Role operators: the field of the operators."""

    spec.value("operators")

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        base = unit.base
        operands: list[Expr] = []
        ops: list[str] = []
        exprs = unit.exprs
        for child in node.children:
            if child.kind_id in exprs:
                operands.append(unit.expr(child, depth + 1))
            elif len(ops) < len(operands) and (op := OPERATORS.get(child.type)) is not None:
                ops.append(op)
        if len(operands) != len(ops) + 1 or not ops:
            return Opaque(node.start_byte - base, node.end_byte - base, tuple(operands))
        return Compare(
            node.start_byte - base, node.end_byte - base, operands[0], tuple(ops), tuple(operands[1:])
        )

    return lower


OPERATORS = {op: op for op in ("==", "!=", "<", "<=", ">", ">=", "in", "not in", "is", "is not")} | {
    "<>": "!="
}


def comprehension(spec: Spec) -> LowerExpr:
    """Roles kind; body (field); pair, clause, condition (kinds); target, iter (fields of a clause)."""
    kind, body_field, pair = spec.value("kind"), spec.field("body"), spec.kinds("pair")
    clause_kinds, condition_kinds = spec.kinds("clause"), spec.kinds("condition")
    target_field, iter_field = spec.field("target"), spec.field("iter")

    def clause(unit: Unit, node: Node, conditions: list[Expr], depth: int) -> Clause:
        base = unit.base
        target, iter = node.child_by_field_id(target_field), node.child_by_field_id(iter_field)
        at, to = node.start_byte - base, node.end_byte - base
        return Clause(
            at,
            to,
            Opaque(at, at) if target is None else unit.expr(target, depth),
            Opaque(at, at) if iter is None else unit.expr(iter, depth),
            tuple(conditions),
            node.children[0].type == "async",
        )

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        unit.has_loop = True
        base = unit.base
        at, to = node.start_byte - base, node.end_byte - base
        body = node.child_by_field_id(body_field)
        key: Expr | None = None
        if body is not None and body.kind_id in pair:
            parts = unit.each(body, depth + 1)
            key, value = (parts[0], parts[1]) if len(parts) == 2 else (None, Opaque(at, at, tuple(parts)))
        else:
            value = Opaque(at, at) if body is None else unit.expr(body, depth + 1)
        waiting: list[tuple[Node, list[Expr]]] = []
        for child in node.children:
            if child.kind_id in clause_kinds:
                waiting.append((child, []))
            elif child.kind_id in condition_kinds and waiting:
                waiting[-1][1].append(inner(unit, child, depth + 1))
        clauses = tuple(clause(unit, child, conditions, depth + 1) for child, conditions in waiting)
        return Comprehension(at, to, kind, key, value, clauses)

    return lower


# ------------------------------------------------------------------------------------------------- statements


def asserting(spec: Spec) -> LowerStmt:
    """`assert test, message` is `if not test: raise message`."""

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        base = unit.base
        at, to = node.start_byte - base, node.end_byte - base
        values = unit.each(node, depth + 1)
        if values:
            test = values[0]
            raising = Jump(test.to, to, "raise", tuple(values[1:]))
            out.append(If(at, to, Unary(test.at, test.to, "not", test), (raising,)))

    return lower


def alias(spec: Spec) -> LowerStmt:
    """`type X = value`. The grammar takes `type(x).name = value` for one, too."""

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        base = unit.base
        parts = unit.each(node, depth + 1)
        after = unit.source[node.start_byte + 4 : node.start_byte + 5]
        if len(parts) == 2 and after == b"(":
            at = node.start_byte - base
            parts[0] = called_type(parts[0], at)
        if len(parts) == 2:
            out.append(Assign(node.start_byte - base, node.end_byte - base, (parts[0],), parts[1]))

    return lower


def called_type(target: Expr, at: int) -> Expr:
    """`(x).name` with the `type` that the grammar took off its front."""
    if type(target) is Attr:
        return replace(target, at=at, obj=called_type(target.obj, at))
    if type(target) is Index:
        return replace(target, at=at, obj=called_type(target.obj, at))
    return Call(at, target.to + 1, Name(at, at + 4, "type"), (target,))


def managing(spec: Spec) -> LowerStmt:
    """`with`. Role body (field); kinds clause, item, alias (`value as target`), target."""
    body_field = spec.field("body")
    clause, items = spec.kinds("clause"), spec.kinds("item")
    aliases, targets = spec.kinds("alias"), spec.kinds("target")

    def item(unit: Unit, node: Node, depth: int) -> WithItem | None:
        base = unit.base
        at, to = node.start_byte - base, node.end_byte - base
        children = [child for child in node.children if child.kind_id in unit.exprs]
        if not children:
            return None
        if children[0].kind_id not in aliases:
            return WithItem(at, to, unit.expr(children[0], depth), None)
        parts = [child for child in children[0].children if child.kind_id in unit.exprs]
        if not parts:
            return None
        target = inner(unit, parts[-1], depth) if parts[-1].kind_id in targets else None
        return WithItem(at, to, unit.expr(parts[0], depth), target)

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        base = unit.base
        holders = [child for child in node.children if child.kind_id in clause]
        found = [
            item(unit, child, depth + 1)
            for holder in holders
            for child in holder.children
            if child.kind_id in items
        ]
        body = unit.block(node.child_by_field_id(body_field), depth + 1)
        is_async = node.children[0].type == "async"
        kept = tuple(one for one in found if one is not None)
        out.append(With(node.start_byte - base, node.end_byte - base, kept, body, is_async))

    return lower


EXPRESSIONS: dict[str, Callable[[Spec], LowerExpr]] = {
    **patterns.EXPRESSIONS,
    "String": string,
    "Concatenation": concatenation,
    "Subscript": subscript,
    "Comparison": comparison,
    "Comprehension": comprehension,
}
STATEMENTS: dict[str, Callable[[Spec], LowerStmt]] = {
    **imports.STATEMENTS,
    **patterns.STATEMENTS,
    "Assert": asserting,
    "Alias": alias,
    "With": managing,
}

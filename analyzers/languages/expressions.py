"""Expression shapes that languages share. `SHAPES` maps the name used in shapes.toml to a maker of handlers.

A maker takes the table's `Spec`, looks up fields once, and returns `handler(unit, node, depth) -> Expr`.
Where every grammar keeps the same order (`object . name`), the shape reads children by position, which is twice as
fast as by field, and needs no role; parts that may be missing are named by the roles in the maker's docstring.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from analyzers.facts import (
    Attr,
    Await,
    Call,
    Choose,
    Collection,
    Expr,
    Index,
    Keyword,
    Mapping,
    Name,
    Named,
    Opaque,
    Star,
    Template,
    Yield,
)
from analyzers.languages.limits import MAX_DEPTH

if TYPE_CHECKING:
    from tree_sitter import Node

    from analyzers.languages.grammar import LowerExpr, Spec
    from analyzers.languages.unit import Unit

ERROR = 65535  # tree-sitter's kind_id of an ERROR node


def solid(unit: Unit, node: Node) -> list[Node]:
    """The children without comments, errors and zero-width repairs: the layout a grammar promises."""
    skip = unit.grammar.skip
    return [
        child
        for child in node.children
        if child.kind_id not in skip and child.kind_id != ERROR and child.end_byte > child.start_byte
    ]


def opaque(unit: Unit, node: Node, depth: int) -> Expr:
    """Any named node that no table maps."""
    return unit.opaque(node, depth)


def name(spec: Spec) -> LowerExpr:
    """A bare name."""

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        start, end = node.start_byte, node.end_byte
        raw = unit.source[start:end]
        text = unit.names.get(raw)
        if text is None:
            text = unit.text(node)
        if not raw:  # a repair of the parser
            return Opaque(start - unit.base, end - unit.base)
        return Name(start - unit.base, end - unit.base, text)

    return lower


def attr(spec: Spec) -> LowerExpr:
    """`object . name`. Role optional: the token that stands for the dot in `a?.b`."""
    optional = spec.kinds("optional")

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        children = node.children
        if len(children) != 3:
            children = solid(unit, node)
            if len(children) != 3:
                return unit.opaque(node, depth)
        obj, dot, name = children
        base, at, to = unit.base, name.start_byte, name.end_byte
        raw = unit.source[at:to]
        text = unit.names.get(raw)
        if text is None:
            text = unit.text(name)
        handler = unit.exprs.get(obj.kind_id)
        if handler is None or depth >= MAX_DEPTH:
            value = unit.expr(obj, depth + 1)
        else:
            value = handler(unit, obj, depth + 1)
        start = node.start_byte - base
        if type(value) is Star:
            return Star(start, to - base, Attr(value.value.at, to - base, value.value, text, at - base))
        if optional:
            return Attr(start, to - base, value, text, at - base, dot.kind_id in optional)
        return Attr(start, to - base, value, text, at - base)

    return lower


def call(spec: Spec) -> LowerExpr:
    """`callee (arguments)`: callee first, arguments last.

    Roles: list, the kind of an argument list; keyword, the kind of `name=value`; rest, the kind of `**value`;
    new, true for a constructor call, whose callee is the second child and whose arguments may be missing.
    """
    lists, keyword, rest = spec.kinds("list"), spec.kinds("keyword"), spec.kinds("rest")
    new = bool(spec.value("new", False))
    first = 1 if new else 0

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        children = node.children
        if len(children) < 2:
            return unit.opaque(node, depth)
        if depth > MAX_DEPTH:
            return unit.too_deep(node)
        base, exprs = unit.base, unit.exprs
        depth += 1
        callee, last = children[first], children[-1]
        handler = exprs.get(callee.kind_id)
        func = unit.opaque(callee, depth) if handler is None else handler(unit, callee, depth)
        at, to = node.start_byte - base, node.end_byte - base
        if last.kind_id not in lists:
            only = (unit.expr(last, depth),) if len(children) > first + 1 else ()
            return Call(at, to, func, only, (), new)
        args: list[Expr] = []
        keywords: list[Keyword] = []
        for child in last.children:
            kind = child.kind_id
            handler = exprs.get(kind)
            if handler is None:
                continue
            if kind in keyword:
                keywords.append(keyword_argument(unit, child, depth))
            elif kind in rest:
                value = inner(unit, child, depth)
                keywords.append(Keyword(child.start_byte - base, child.end_byte - base, "", value))
            else:
                args.append(handler(unit, child, depth))
        if type(func) is Star:
            # tree-sitter-python 0.25 reads `[*f(x)]` as a call of `*f`.
            return Star(at, to, Call(func.value.at, to, func.value, tuple(args), tuple(keywords), new))
        return Call(at, to, func, tuple(args), tuple(keywords), new)

    return lower


def keyword_argument(unit: Unit, node: Node, depth: int) -> Keyword:
    """`name=value`."""
    children = node.children
    if len(children) != 3:
        children = solid(unit, node)
    name, value = children[0], children[-1]
    base, start = unit.base, node.start_byte
    raw = unit.source[start : name.end_byte]
    text = unit.names.get(raw) or unit.text(name)
    handler = unit.exprs.get(value.kind_id)
    lowered = unit.opaque(value, depth) if handler is None else handler(unit, value, depth)
    return Keyword(start - base, node.end_byte - base, text, lowered)


def inner(unit: Unit, node: Node, depth: int) -> Expr:
    """The one expression in brackets or after a prefix."""
    for child in node.children:
        handler = unit.exprs.get(child.kind_id)
        if handler is not None:
            return unit.expr(child, depth + 1)
    return Opaque(node.start_byte - unit.base, node.end_byte - unit.base)


def first(spec: Spec) -> LowerExpr:
    """The first expression among the children stands for the whole: `(a)`, `a as T`, `a!`."""
    return inner


def last(spec: Spec) -> LowerExpr:
    """The last expression among the children stands for the whole: `<T>a`."""

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        for child in reversed(node.children):
            if child.kind_id in unit.exprs:
                return unit.expr(child, depth + 1)
        return unit.opaque(node, depth)

    return lower


def index(spec: Spec) -> LowerExpr:
    """`object[index]` by the roles object and index (fields)."""
    obj_field, index_field = spec.field("object"), spec.field("index")

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        obj = node.child_by_field_id(obj_field)
        at = node.child_by_field_id(index_field)
        if obj is None or at is None:
            return unit.opaque(node, depth)
        base = unit.base
        return Index(
            node.start_byte - base, node.end_byte - base, unit.expr(obj, depth + 1), unit.expr(at, depth + 1)
        )

    return lower


def generic(spec: Spec) -> LowerExpr:
    """`Name[Argument, ...]` in a type. Role arguments: the kind that holds them."""
    arguments = spec.kinds("arguments")

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        children = [child for child in node.children if child.kind_id in unit.exprs]
        if len(children) == 1:
            return unit.expr(children[0], depth + 1)
        if len(children) != 2 or children[1].kind_id not in arguments:
            return unit.opaque(node, depth)
        items = unit.each(children[1], depth + 2)
        base = unit.base
        at, to = node.start_byte - base, node.end_byte - base
        obj = unit.expr(children[0], depth + 1)
        if len(items) == 1:
            return Index(at, to, obj, items[0])
        return Index(at, to, obj, Collection(children[1].start_byte - base, to, "tuple", tuple(items)))

    return lower


def choose(spec: Spec) -> LowerExpr:
    """A conditional expression. Role order: its three expressions as they stand, of test, then and other."""
    order: list[str] = spec.value("order", ["test", "then", "other"])
    test, then, other = order.index("test"), order.index("then"), order.index("other")

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        parts = unit.each(node, depth + 1)
        if len(parts) != 3:
            return unit.opaque(node, depth)
        base = unit.base
        return Choose(node.start_byte - base, node.end_byte - base, parts[test], parts[then], parts[other])

    return lower


def collection(spec: Spec) -> LowerExpr:
    """Items in brackets. Role kind: list, tuple or set."""
    kind = spec.value("kind", "list")

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        base = unit.base
        items = unit.each(node, depth + 1)
        return Collection(node.start_byte - base, node.end_byte - base, kind, tuple(items))

    return lower


def mapping(spec: Spec) -> LowerExpr:
    """Keys and values. Roles: pair, the kind of `key: value`; rest, the kind of `**other`."""
    pair, rest = spec.kinds("pair"), spec.kinds("rest")

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        keys: list[Expr | None] = []
        values: list[Expr] = []
        exprs = unit.exprs
        for child in node.children:
            kind = child.kind_id
            if kind in pair:
                parts = unit.each(child, depth + 1)
                if len(parts) == 2:
                    keys.append(parts[0])
                    values.append(parts[1])
            elif kind in rest:
                keys.append(None)
                values.append(inner(unit, child, depth + 1))
            elif kind in exprs:
                keys.append(None)
                values.append(unit.expr(child, depth + 1))
        base = unit.base
        return Mapping(node.start_byte - base, node.end_byte - base, tuple(keys), tuple(values))

    return lower


def awaiting(spec: Spec) -> LowerExpr:
    """`await value`."""

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        base = unit.base
        return Await(node.start_byte - base, node.end_byte - base, inner(unit, node, depth + 1))

    return lower


def yielding(spec: Spec) -> LowerExpr:
    """`yield value`. Role delegate: the token that makes it `yield from`."""
    delegate = spec.kinds("delegate")

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        unit.is_generator = True
        base = unit.base
        values = unit.each(node, depth + 1)
        return Yield(
            node.start_byte - base,
            node.end_byte - base,
            values[0] if values else None,
            any(child.kind_id in delegate for child in node.children),
        )

    return lower


def star(spec: Spec) -> LowerExpr:
    """`*value`."""

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        base = unit.base
        return Star(node.start_byte - base, node.end_byte - base, inner(unit, node, depth + 1))

    return lower


def named(spec: Spec) -> LowerExpr:
    """`target := value`. Roles target, value: fields."""
    target_field, value_field = spec.field("target"), spec.field("value")

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        target, value = node.child_by_field_id(target_field), node.child_by_field_id(value_field)
        if target is None or value is None:
            return unit.opaque(node, depth)
        base = unit.base
        return Named(
            node.start_byte - base,
            node.end_byte - base,
            unit.expr(target, depth + 1),
            unit.bound(value, target, depth + 1),
        )

    return lower


def template(spec: Spec) -> LowerExpr:
    """Text with holes. Role hole: the kind of a hole."""
    hole = spec.kinds("hole")

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        base = unit.base
        return Template(node.start_byte - base, node.end_byte - base, tuple(holes(unit, node, hole, depth)))

    return lower


def holes(unit: Unit, node: Node, hole: frozenset[int], depth: int) -> list[Expr]:
    """The expressions in the holes of a text, in order."""
    found: list[Expr] = []
    for child in node.children:
        if child.kind_id in hole:
            parts = unit.each(child, depth + 1)[::-1]
            while parts:
                part = parts.pop()
                if type(part) is Opaque:  # a format like `{a:>{width}}` has holes of its own
                    parts.extend(reversed(part.parts))
                else:
                    found.append(part)
    return found


def leaf(spec: Spec) -> LowerExpr:
    """What has nothing inside that costs: an empty Opaque."""

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        return Opaque(node.start_byte - unit.base, node.end_byte - unit.base)

    return lower


SHAPES: dict[str, Callable[[Spec], LowerExpr]] = {
    "Name": name,
    "Attr": attr,
    "Call": call,
    "First": first,
    "Last": last,
    "Index": index,
    "Generic": generic,
    "Choose": choose,
    "Collection": collection,
    "Mapping": mapping,
    "Await": awaiting,
    "Yield": yielding,
    "Star": star,
    "Named": named,
    "Template": template,
    "Leaf": leaf,
}

"""What only JavaScript and TypeScript have: object literals and patterns, assignments as expressions, fields, `switch`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from analyzers.facts import (
    Assign,
    Attr,
    Block,
    Case,
    Collection,
    Const,
    Define,
    Expr,
    Index,
    Lambda,
    Mapping,
    Match,
    Name,
    Opaque,
    Stmt,
    Template,
    Unary,
)
from analyzers.languages.definitions import FunctionShape
from analyzers.languages.expressions import holes, inner, solid
from analyzers.languages.javascript import assignments, loops, modules, types
from analyzers.languages.limits import BLOCK_DEPTH, LONGEST_TEXT
from analyzers.languages.literals import unescape

if TYPE_CHECKING:
    from tree_sitter import Node

    from analyzers.languages.grammar import LowerExpr, LowerStmt, Spec
    from analyzers.languages.unit import Unit


def string(spec: Spec) -> LowerExpr:
    """A quoted text."""

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        base = unit.base
        return Const(node.start_byte - base, node.end_byte - base, "str", text_of(unit, node))

    return lower


def text_of(unit: Unit, node: Node) -> str | None:
    """The value of a quoted text, None when it is too long to keep."""
    if node.end_byte - node.start_byte > 4 * LONGEST_TEXT + 2:
        return None
    text = unit.text(node)[1:-1]
    if "\\" in text:
        text = unescape(text)
    return text if len(text) <= LONGEST_TEXT else None


def template(spec: Spec) -> LowerExpr:
    """A template literal. Role hole: the kind of `${...}`."""
    hole = spec.kinds("hole")

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        base = unit.base
        at, to = node.start_byte - base, node.end_byte - base
        parts = holes(unit, node, hole, depth)
        return Template(at, to, tuple(parts)) if parts else Const(at, to, "str", text_of(unit, node))

    return lower


def key(spec: Spec) -> LowerExpr:
    """A plain property key."""

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        base = unit.base
        return Const(node.start_byte - base, node.end_byte - base, "str", unit.text(node))

    return lower


Entry = tuple["Expr | None", "Expr"]
"""A key of an object, None for `...rest`, and what stands under it."""


class Entries:
    """What an object and a pattern of one have between their braces. Roles (kinds) pair, shorthand, rest."""

    def __init__(self, spec: Spec) -> None:
        self._pair, self._shorthand, self._rest = (
            spec.kinds("pair"),
            spec.kinds("shorthand"),
            spec.kinds("rest"),
        )

    def lower(self, unit: Unit, child: Node, depth: int, names_its_value: bool) -> Entry | None:
        """`names_its_value`: a function that stands under a key is called by it. None for what is no entry."""
        kind = child.kind_id
        if kind in self._pair:
            parts = [part for part in child.children if part.kind_id in unit.exprs]
            if len(parts) != 2:
                return None
            key = unit.expr(parts[0], depth)
            value = unit.bound(parts[1], parts[0], depth) if names_its_value else unit.expr(parts[1], depth)
            return key, value
        if kind in self._shorthand:
            at, to, text = child.start_byte - unit.base, child.end_byte - unit.base, unit.text(child)
            return Const(at, to, "str", text), Name(at, to, text)
        return (None, inner(unit, child, depth)) if kind in self._rest else None


def _mapping(unit: Unit, node: Node, entries: Sequence[Entry]) -> Expr:
    at, to = node.start_byte - unit.base, node.end_byte - unit.base
    return Mapping(at, to, tuple(key for key, _ in entries), tuple(value for _, value in entries))


def object_literal(spec: Spec) -> LowerExpr:
    """`{a: 1, b, c() {}, ...rest}`. Roles of `Entries`, and method (kind): a function of its own."""
    entries, method = Entries(spec), spec.kinds("method")

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        found: list[Entry] = []
        for child in node.children:
            if child.kind_id in method:
                lowered = unit.expr(child, depth + 1)
                queued = unit.queued[-1]
                at, to = queued.name_at - unit.base, queued.name_to - unit.base
                found.append((Const(at, to, "str", queued.name), lowered))
            elif (entry := entries.lower(unit, child, depth + 1, names_its_value=True)) is not None:
                found.append(entry)
        return _mapping(unit, node, found)

    return lower


def object_type(spec: Spec) -> LowerExpr:
    """`{ books: Book[]; size?: number }`. Roles property (kind); name, type (fields)."""
    kinds, name_field, type_field = spec.kinds("property"), spec.field("name"), spec.field("type")

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        keys: list[Expr | None] = []
        values: list[Expr] = []
        for child in node.children:
            named = child.child_by_field_id(name_field) if child.kind_id in kinds and name_field else None
            said = child.child_by_field_id(type_field) if named is not None and type_field else None
            if named is not None and said is not None:
                at, to = named.start_byte - unit.base, named.end_byte - unit.base
                keys.append(Const(at, to, "str", unit.text(named)))
                values.append(unit.expr(said, depth + 1))
        return Mapping(node.start_byte - unit.base, node.end_byte - unit.base, tuple(keys), tuple(values))

    return lower


def object_pattern(spec: Spec) -> LowerExpr:
    """`{a, b: target, ...rest}` as a target. Roles of `Entries`, and default (kind)."""
    entries, default = Entries(spec), spec.kinds("default")

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        found: list[Entry] = []
        for child in node.children:
            if child.kind_id in default:  # `a = 1`: the default is lowered for the functions in it
                unit.all(child.children[1:], depth + 1)
                child = child.children[0]
            if (entry := entries.lower(unit, child, depth + 1, names_its_value=False)) is not None:
                found.append(entry)
        return _mapping(unit, node, found)

    return lower


def array_pattern(spec: Spec) -> LowerExpr:
    """`[a, , b]` as a target; what is left out is an empty Opaque, so that places count."""

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        base = unit.base
        items: list[Expr] = []
        empty = True
        for child in node.children[1:]:
            if child.type == ",":
                if empty:
                    items.append(Opaque(child.start_byte - base, child.start_byte - base))
                empty = True
            elif child.kind_id in unit.exprs:
                items.append(unit.expr(child, depth + 1))
                empty = False
        return Collection(node.start_byte - base, node.end_byte - base, "tuple", tuple(items))

    return lower


def default(spec: Spec) -> LowerExpr:
    """`target = default` in a pattern: the target; the default is lowered for the functions in it."""

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        parts = unit.each(node, depth + 1)
        return parts[0] if parts else unit.opaque(node, depth)

    return lower


def parts_only(spec: Spec) -> LowerExpr:
    """`a, b` where one value is meant, and JSX: an Opaque of what is in it, however deep it is nested."""
    own = frozenset(spec.tables.ids(spec.kind)) | spec.kinds("flatten")

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        base = unit.base
        found: list[Expr] = []
        stack = [node]
        while stack:
            here = stack.pop()
            kind = here.kind_id
            if kind in own:
                stack.extend(reversed(here.children))
            elif kind in unit.exprs and here.child_count:
                found.append(unit.expr(here, depth + 1))
            elif kind in unit.exprs and here.kind_id not in unit.grammar.skip:
                leaf = unit.expr(here, depth + 1)
                if type(leaf) is Name:
                    found.append(leaf)
        return Opaque(node.start_byte - base, node.end_byte - base, tuple(found))

    return lower


# ------------------------------------------------------------------------------------------------- statements


def enum(spec: Spec) -> LowerStmt:
    """`enum E { A = 1, B }` is the assignment of an object. Roles name, body (fields); item (kind)."""
    name_field, body_field, item = spec.field("name"), spec.field("body"), spec.kinds("item")

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        base = unit.base
        name, body = node.child_by_field_id(name_field), node.child_by_field_id(body_field)
        if name is None or body is None:
            return
        keys: list[Expr | None] = []
        values: list[Expr] = []
        for child in body.children:
            if child.kind_id in item:
                parts = unit.each(child, depth + 1)
                if len(parts) == 2:
                    keys.append(parts[0])
                    values.append(parts[1])
            elif child.kind_id in unit.exprs:
                only = unit.expr(child, depth + 1)
                keys.append(only)
                values.append(only)
        target = Name(name.start_byte - base, name.end_byte - base, unit.text(name))
        value = Mapping(body.start_byte - base, body.end_byte - base, tuple(keys), tuple(values))
        out.append(Assign(node.start_byte - base, node.end_byte - base, (target,), value))

    return lower


def switch(spec: Spec) -> LowerStmt:
    """Roles value, body, test, statements (fields); case (kinds)."""
    value_field, body_field = spec.field("value"), spec.field("body")
    test_field, statements_field, cases = spec.field("test"), spec.field("statements"), spec.kinds("case")

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        base = unit.base
        at, to = node.start_byte - base, node.end_byte - base
        value, body = node.child_by_field_id(value_field), node.child_by_field_id(body_field)
        found: list[Case] = []
        subject = Opaque(at, at) if value is None else unit.expr(value, depth + 1)
        for child in body.children if body is not None else ():
            if child.kind_id not in cases:
                continue
            test = child.child_by_field_id(test_field)
            statements: list[Stmt] = []
            if depth < BLOCK_DEPTH:
                unit.statements(child.children_by_field_id(statements_field), depth + 2, statements)
            else:
                statements = unit.definitions_below(child.children)
            patterns = () if test is None else (unit.expr(test, depth + 1),)
            found.append(
                Case(child.start_byte - base, child.end_byte - base, patterns, None, tuple(statements))
            )
        out.append(Match(at, to, subject, tuple(found)))

    return lower


def field(spec: Spec) -> LowerStmt:
    """A class field. Roles name, value, annotation (fields); decorator (kind).

    A function as value is a method of the class: `Define`, then the assignment. The value of a decorated field is an
    Opaque of its decorators, and its initialiser if there is one: `@OneToMany(() => Photo) photos: Photo[]`.
    """
    name_field, value_field = spec.field("name"), spec.field("value")
    annotation_field, decorator = spec.field("annotation"), spec.kinds("decorator")

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        base = unit.base
        at, to = node.start_byte - base, node.end_byte - base
        name, value = node.child_by_field_id(name_field), node.child_by_field_id(value_field)
        decorators = [*unit.decorators, *(child for child in node.children if child.kind_id in decorator)]
        unit.decorators.clear()
        parts: list[Expr] = [inner(unit, one, depth + 1) for one in decorators]
        if name is None:
            return
        lowered: Expr | None = None
        if value is not None:
            lowered = unit.bound(value, name, depth + 1, "method")
            if type(lowered) is Lambda:
                out.append(Define(lowered.at, lowered.to, lowered.qualname))
            parts.append(lowered)
        if decorators:
            at = min(at, decorators[0].start_byte - base)
            lowered = Opaque(at, to, tuple(parts))
        annotation = unit.expr_or_none(
            node.child_by_field_id(annotation_field) if annotation_field else None, depth + 1
        )
        target = Name(name.start_byte - base, name.end_byte - base, unit.text(name))
        out.append(Assign(at, to, (target,), lowered, annotation))

    return lower


def static_block(spec: Spec) -> LowerStmt:
    """`static { ... }` in a class. Role body."""
    body_field = spec.field("body")

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        base = unit.base
        body = unit.block(node.child_by_field_id(body_field), depth + 1)
        out.append(Block(node.start_byte - base, node.end_byte - base, body))

    return lower


def method(spec: Spec) -> LowerExpr:
    """A method in an object literal. Roles: those of a function."""
    shape = FunctionShape(spec)

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        base = unit.base
        name = node.child_by_field_id(shape.name)
        text = unit.text(name) if name is not None else shape.anonymous
        pending = unit.queue(node, text, name, "lambda", shape.lower)
        return Lambda(node.start_byte - base, node.end_byte - base, pending.qualname)

    return lower


def array_type(spec: Spec) -> LowerExpr:
    """`User[]` is `Array<User>`."""

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        base = unit.base
        at, to = node.start_byte - base, node.end_byte - base
        return Index(at, to, Name(to - 2, to, "Array"), inner(unit, node, depth + 1))

    return lower


def dotted_type(spec: Spec) -> LowerExpr:
    """`A.B` in a type."""

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        base = unit.base
        children = solid(unit, node)
        if len(children) != 3:
            return unit.opaque(node, depth)
        at, to = node.start_byte - base, node.end_byte - base
        name_at = children[2].start_byte - base
        return Attr(at, to, unit.expr(children[0], depth + 1), unit.text(children[2]), name_at)

    return lower


def lookup_type(spec: Spec) -> LowerExpr:
    """`Book["title"]` and `Pair[0]` in a type are items; any other look-up says nothing."""

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        base = unit.base
        children = [child for child in node.children if child.kind_id in unit.exprs]
        obj, key = unit.each(node, depth + 1) if len(children) == 2 else (None, None)
        if obj is None or type(key) is not Const:
            return Opaque(node.start_byte - base, node.end_byte - base)
        return Index(node.start_byte - base, node.end_byte - base, obj, key)

    return lower


def type_query(spec: Spec) -> LowerExpr:
    """`typeof name` in a type."""

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        base = unit.base
        return Unary(node.start_byte - base, node.end_byte - base, "typeof", inner(unit, node, depth + 1))

    return lower


EXPRESSIONS: dict[str, Callable[[Spec], LowerExpr]] = {
    **assignments.EXPRESSIONS,
    "Text": string,
    "TextTemplate": template,
    "Key": key,
    "Object": object_literal,
    "ObjectPattern": object_pattern,
    "ObjectType": object_type,
    "ArrayPattern": array_pattern,
    "Default": default,
    "PartsOnly": parts_only,
    "Method": method,
    "ArrayType": array_type,
    "DottedType": dotted_type,
    "LookupType": lookup_type,
    "TypeQuery": type_query,
}
STATEMENTS: dict[str, Callable[[Spec], LowerStmt]] = {
    **assignments.STATEMENTS,
    "Enum": enum,
    "Switch": switch,
    "Field": field,
    "StaticBlock": static_block,
    **loops.STATEMENTS,
    **modules.STATEMENTS,
    **types.STATEMENTS,
}

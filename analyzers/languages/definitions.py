"""Shapes of functions and classes. Their handlers queue a unit and leave a `Define` or `Lambda` in its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from analyzers import docstrings
from analyzers.facts import (
    IMPLEMENTS,
    Assign,
    Attr,
    ClassDef,
    Const,
    Define,
    Do,
    Expr,
    Function,
    Keyword,
    Lambda,
    Name,
    Opaque,
    Param,
    Stmt,
)
from analyzers.languages import jsdoc
from analyzers.languages.expressions import inner, solid

if TYPE_CHECKING:
    from tree_sitter import Node

    from analyzers.languages.grammar import LowerExpr, LowerStmt, Spec
    from analyzers.languages.unit import Pending, Unit

QUEUED = frozenset(
    {"Function", "Lambda", "Class", "ClassExpression", "Decorated", "Method", "Interface", "TypeAlias"}
)
ANONYMOUS = "<anonymous>"


class FunctionShape:
    """Roles name, parameters, returns, body (fields); one_parameter: the field of a bare `x` in `x => ...`;
    async: the token that says so; decorator: the kind of decorators that stand inside the node; accessor: the tokens that
    make a property of a method.

    `[parameters]` of shapes.toml says what each kind of parameter is.
    """

    def __init__(self, spec: Spec) -> None:
        self.name = spec.field("name")
        self.parameters = spec.field("parameters")
        self.one_parameter = spec.field("one_parameter")
        self.returns = spec.field("returns")
        self.body = spec.field("body")
        self.async_kinds = spec.kinds("async")
        self.decorator_kinds = spec.kinds("decorator")
        self.accessor = spec.kinds("accessor")
        self.lower_parameters = ParameterShapes(spec)
        self.anonymous: str = spec.value("anonymous", ANONYMOUS)

    def lower(self, unit: Unit, pending: Pending) -> Function:
        node = pending.node
        base = unit.base
        decorators, def_at = decorators_of(unit, pending, self.decorator_kinds)
        decorators += accessor_of(unit, node, self.accessor)
        parameters = node.child_by_field_id(self.parameters)
        if parameters is not None:
            params = self.lower_parameters(unit, parameters)
        elif self.one_parameter and (one := node.child_by_field_id(self.one_parameter)) is not None:
            params = (Param(one.start_byte - base, one.end_byte - base, unit.text(one)),)
        else:
            params = ()
        returns = unit.expr_or_none(node.child_by_field_id(self.returns) if self.returns else None, 0)
        body_node = node.child_by_field_id(self.body)
        body = unit.function_body(body_node)
        if parameters is not None and self.lower_parameters.fields_too:
            body = (*self.lower_parameters.declared_fields(unit, parameters), *body)
        body = (*body, *unit.rescue(node))
        params = with_stated_types(unit, params, body)
        if unit.grammar.jsdoc and (returns is None or any(p.annotation is None for p in params)):
            params, returns = with_documented_types(unit, pending, params, returns)
        return Function(
            name=pending.name,
            qualname=pending.qualname,
            kind=pending.kind,
            start=pending.start,
            end=pending.end,
            def_at=def_at,
            name_at=pending.name_at - base,
            name_to=pending.name_to - base,
            body_at=(node.end_byte if body_node is None else body_node.start_byte) - base,
            params=params,
            returns=returns,
            decorators=decorators,
            body=body,
            owner=pending.owner,
            parent=pending.parent,
            is_async=any(child.kind_id in self.async_kinds for child in node.children[:6]),
            is_generator=unit.is_generator,
            has_loop=unit.has_loop,
        )


def with_stated_types(unit: Unit, params: tuple[Param, ...], body: tuple[Stmt, ...]) -> tuple[Param, ...]:
    """Parameters without an annotation get the type the docstring states, if it states one."""
    first = body[0] if body else None
    if not isinstance(first, Do) or not isinstance(first.value, Const) or first.value.kind != "str":
        return params
    if all(param.annotation is not None for param in params):
        return params
    at = first.value.at
    text = unit.source[unit.base + at : unit.base + first.value.to].decode("utf-8", "replace")
    stated = docstrings.types(text) if ":" in text else {}
    out: list[Param] = []
    for param in params:
        said = stated.get(param.name) if param.annotation is None else None
        if said is not None:
            annotation = Const(at + said.start, at + said.end, "str", said.text)
            param = Param(
                param.at, param.to, param.name, annotation, param.default, param.kind, param.pattern
            )
        out.append(param)
    return tuple(out)


def with_documented_types(
    unit: Unit, pending: Pending, params: tuple[Param, ...], returns: Expr | None
) -> tuple[tuple[Param, ...], Expr | None]:
    """Parameters and result without an annotation get the type the comment before the function states."""
    at, comment = jsdoc.comment_before(unit.source, pending.start)
    if not comment:
        return params, returns
    said = jsdoc.stated(comment, at - unit.base)
    typed = tuple(
        msgspec.structs.replace(param, annotation=said.params[param.name])
        if param.annotation is None and param.name in said.params
        else param
        for param in params
    )
    return typed, returns if returns is not None else said.returns


def decorators_of(unit: Unit, pending: Pending, kinds: frozenset[int]) -> tuple[tuple[Expr, ...], int]:
    """The decorators before and inside a definition, and where what follows them begins (relative)."""
    nodes = list(pending.decorators)
    def_at = pending.node.start_byte
    if kinds:
        for child in pending.node.children:
            if child.kind_id in kinds:
                nodes.append(child)
            elif child.kind_id not in unit.grammar.skip:
                def_at = child.start_byte
                break
    return tuple(inner(unit, node, 0) for node in nodes), def_at - unit.base


def accessor_of(unit: Unit, node: Node, kinds: frozenset[int]) -> tuple[Expr, ...]:
    """What `get` and `set` before a method's name say, in the words that decorators have for it: `@property`, `@x.setter`."""
    word = next((child for child in node.children if child.kind_id in kinds), None)
    if word is None:
        return ()
    at, to = word.start_byte - unit.base, word.end_byte - unit.base
    if word.type == "get":
        return (Name(at, to, "property"),)
    return (Attr(at, to, Name(at, to, "property"), "setter", at),)


class ParameterShapes:
    """`[parameters]` maps the kinds of parameters to { name, annotation, default } (fields).

    kind = "star" or "double_star" marks what wraps a `*name` or `**name`, "keyword_only" a lone `*`; after it and
    after a star, parameters are keyword ones where `keywords = true` stands beside it. field = [kinds] are the marks
    that make a constructor's parameter a field of the class, too: `this.name = name` then heads the body.
    """

    def __init__(self, spec: Spec) -> None:
        from analyzers.languages.grammar import Spec as Entry

        tables = spec.tables
        self.fields: dict[int, tuple[int, int, int]] = {}
        self.stars: dict[int, str] = {}
        self.keyword_only: frozenset[int] = frozenset()
        self.fields_too: frozenset[int] = frozenset()
        for kind, entry in tables.data.get("parameters", {}).items():
            part = Entry(tables, kind, entry)
            role = part.value("kind", "positional")
            for id in tables.ids(kind):
                if role == "keyword_only":
                    self.keyword_only |= {id}
                elif role in ("star", "double_star"):
                    self.stars[id] = role
                else:
                    self.fields[id] = (part.field("name"), part.field("annotation"), part.field("default"))
                    self.fields_too |= part.kinds("field")

    def __call__(self, unit: Unit, node: Node) -> tuple[Param, ...]:
        found: list[Param] = []
        after_star = False
        for child in node.children:
            kind = child.kind_id
            if kind in self.keyword_only:
                after_star = True
            elif kind in self.stars or kind in self.fields or kind in unit.exprs:
                param = self.one(unit, child, "keyword" if after_star else "positional")
                after_star = after_star or param.kind == "star"
                if param.name != "this":  # TypeScript's type of `this` is no parameter
                    found.append(param)
        return tuple(found)

    def declared_fields(self, unit: Unit, node: Node) -> list[Stmt]:
        """`constructor(private a: A)` assigns `this.a = a`."""
        found: list[Stmt] = []
        for child in node.children:
            if child.kind_id in self.fields and any(c.kind_id in self.fields_too for c in child.children):
                param = self.one(unit, child, "positional")
                if param.name:
                    at, to = param.at, param.to
                    target = Attr(at, to, Name(at, at, "this"), param.name, at)
                    found.append(Assign(at, to, (target,), Name(at, to, param.name), param.annotation))
        return found

    def one(self, unit: Unit, node: Node, role: str) -> Param:
        base = unit.base
        annotation = default = None
        named: Node | None = node
        if (fields := self.fields.get(node.kind_id)) is not None:
            name_field, annotation_field, default_field = fields
            if annotation_field:
                annotation = unit.expr_or_none(node.child_by_field_id(annotation_field), 1)
            if default_field:
                default = unit.expr_or_none(node.child_by_field_id(default_field), 1)
            named = node.child_by_field_id(name_field) if name_field else None
            if named is None:  # typed_parameter gives its name no field
                children = solid(unit, node)
                named = children[0] if children else node
        assert named is not None
        if (star := self.stars.get(named.kind_id)) is not None:
            role = star
            named = named.children[-1] if named.children else named
        at, to = node.start_byte - base, node.end_byte - base
        if named.child_count:
            return Param(at, to, "", annotation, default, role, unit.expr(named, 1))
        return Param(at, to, unit.text(named), annotation, default, role)


def function(spec: Spec) -> LowerStmt:
    """A function or method as a statement. Roles: see `FunctionShape`."""
    shape = FunctionShape(spec)

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        name = node.child_by_field_id(shape.name)
        kind = "method" if unit.owner else "function"
        pending = unit.queue(node, unit.text(name) if name else ANONYMOUS, name, kind, shape.lower)
        out.append(Define(pending.start - unit.base, pending.end - unit.base, pending.qualname))

    return lower


def function_expression(spec: Spec) -> LowerExpr:
    """A function as an expression, called after its own name, else what it is bound to, else role anonymous."""
    shape = FunctionShape(spec)
    takes_hint = shape.anonymous == ANONYMOUS

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        hint, unit.name_hint = unit.name_hint, None
        kind = "lambda"
        name = node.child_by_field_id(shape.name) if shape.name else None
        if name is None and takes_hint and (name := bound_name(hint)) is not None:
            kind = unit.kind_hint
        text = unit.text(name) if name is not None else shape.anonymous
        pending = unit.queue(node, text, name, kind, shape.lower)
        return Lambda(pending.start - unit.base, pending.end - unit.base, pending.qualname)

    return lower


def bound_name(target: Node | None) -> Node | None:
    """The identifier in a target: `x`, or `c` of `a.b.c`; None for patterns and items."""
    while target is not None and target.child_count:
        if len(target.children) != 3 or target.children[1].type not in (".", "?."):
            return None
        target = target.children[2]
    return target


class ClassShape:
    """Roles name, bases, body (fields); keyword, the kind of `name=value` among the bases, rest of `**value`;
    heritage, the kind of what holds the bases when no field does; implements, the kind of what lists the interfaces that a
    class has the methods of; decorator, as of a function."""

    def __init__(self, spec: Spec) -> None:
        self.name = spec.field("name")
        self.bases = spec.field("bases")
        self.body = spec.field("body")
        self.keyword = spec.kinds("keyword")
        self.rest = spec.kinds("rest")
        self.heritage = spec.kinds("heritage")
        self.implements = spec.kinds("implements")
        self.decorator_kinds = spec.kinds("decorator")

    def lower(self, unit: Unit, pending: Pending) -> ClassDef:
        node = pending.node
        base = unit.base
        decorators, _ = decorators_of(unit, pending, self.decorator_kinds)
        bases: list[Expr] = []
        keywords: list[Keyword] = []
        holder = node.child_by_field_id(self.bases) if self.bases else None
        if holder is None:
            holder = next((child for child in node.children if child.kind_id in self.heritage), None)
        for child in holder.children if holder is not None else ():
            kind = child.kind_id
            at, to = child.start_byte - base, child.end_byte - base
            if kind in self.keyword:
                parts = solid(unit, child)
                keywords.append(Keyword(at, to, unit.text(parts[0]), unit.expr(parts[-1], 1)))
            elif kind in self.rest:
                keywords.append(Keyword(at, to, "", inner(unit, child, 1)))
            elif kind in self.implements:
                said = (unit.expr(one, 1) for one in child.children if one.kind_id in unit.exprs)
                keywords += [Keyword(at, to, IMPLEMENTS, one) for one in said]
            elif kind in unit.exprs:
                bases.append(unit.expr(child, 1))
        return ClassDef(
            name=pending.name,
            qualname=pending.qualname,
            start=pending.start,
            end=pending.end,
            name_at=pending.name_at - base,
            name_to=pending.name_to - base,
            bases=tuple(bases),
            keywords=tuple(keywords),
            decorators=decorators,
            body=(*unit.block(node.child_by_field_id(self.body), 0), *unit.rescue(node)),
            owner=pending.owner,
            parent=pending.parent,
        )


def class_statement(spec: Spec) -> LowerStmt:
    """A class. Roles: see `ClassShape`."""
    shape = ClassShape(spec)

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        name = node.child_by_field_id(shape.name)
        pending = unit.queue(node, unit.text(name) if name else ANONYMOUS, name, "class", shape.lower)
        out.append(Define(pending.start - unit.base, pending.end - unit.base, pending.qualname))

    return lower


def class_expression(spec: Spec) -> LowerExpr:
    """A class as an expression, called after what it is bound to when it has no name: an empty Opaque, since a
    `Lambda` names a function."""
    shape = ClassShape(spec)

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        hint, unit.name_hint = unit.name_hint, None
        name = node.child_by_field_id(shape.name) or bound_name(hint)
        pending = unit.queue(node, unit.text(name) if name else ANONYMOUS, name, "class", shape.lower)
        return Opaque(pending.start - unit.base, pending.end - unit.base)

    return lower


def decorator(spec: Spec) -> LowerStmt:
    """A decorator: it waits for the definition that follows."""

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        unit.decorators.append(node)

    return lower


def decorated(spec: Spec) -> LowerStmt:
    """Decorators and their definition in one node."""

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        unit.statements(node.children, depth, out)
        unit.decorators.clear()

    return lower


EXPRESSIONS: dict[str, Callable[[Spec], LowerExpr]] = {
    "Lambda": function_expression,
    "ClassExpression": class_expression,
}
STATEMENTS: dict[str, Callable[[Spec], LowerStmt]] = {
    "Function": function,
    "Class": class_statement,
    "Decorator": decorator,
    "Decorated": decorated,
}

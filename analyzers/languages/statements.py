"""Statement shapes that languages share. `SHAPES` maps the name used in shapes.toml to a maker of handlers.

A maker takes the table's `Spec` and returns `handler(unit, node, depth, out)`, which appends what the statement
becomes. Roles are fields of the grammar unless their text says kind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from analyzers.facts import (
    Assign,
    Collection,
    Delete,
    Do,
    Expr,
    For,
    Handler,
    If,
    Jump,
    Opaque,
    Return,
    Scope,
    Stmt,
    Try,
    Update,
    While,
)
from analyzers.languages.expressions import solid
from analyzers.languages.limits import ARMS, BLOCK_DEPTH

if TYPE_CHECKING:
    from tree_sitter import Node

    from analyzers.languages.grammar import LowerStmt, Spec
    from analyzers.languages.unit import Unit


def error(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
    """What the parser could not place: statements in it are kept as they are, of loose expressions only the calls
    and the functions in them."""
    if depth > BLOCK_DEPTH:
        out.extend(unit.definitions_below([node]))
        return
    for child in node.children:
        kind = child.kind_id
        handler = unit.stmts.get(kind)
        if handler is not None:
            handler(unit, child, depth + 1, out)
        elif kind in unit.grammar.blocks:
            out.extend(unit.block(child, depth + 1))
        elif kind in unit.exprs and child.child_count:
            base = unit.base
            at, to = child.start_byte - base, child.end_byte - base
            out.append(Do(at, to, Opaque(at, to, (unit.expr(child, depth + 1),))))


def skip(spec: Spec) -> LowerStmt:
    """A statement that says nothing about cost."""

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        return

    return lower


def do(spec: Spec) -> LowerStmt:
    """A statement around an expression (or around another statement); several expressions are a tuple."""

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        stmts, exprs = unit.stmts, unit.exprs
        values: list[Expr] = []
        for child in node.children:
            kind = child.kind_id
            statement = stmts.get(kind)
            if statement is not None:
                statement(unit, child, depth, out)
            elif kind in exprs:
                values.append(unit.expr(child, depth + 1))
        if not values:
            return
        base = unit.base
        at, to = node.start_byte - base, node.end_byte - base
        out.append(Do(at, to, values[0] if len(values) == 1 else Collection(at, to, "tuple", tuple(values))))

    return lower


def inline(spec: Spec) -> LowerStmt:
    """The statements inside stand in its place (a block of its own, a label, an export)."""

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        if depth > BLOCK_DEPTH:
            out.extend(unit.definitions_below([node]))
        else:
            unit.statements(node.children, depth + 1, out)

    return lower


def assign(spec: Spec) -> LowerStmt:
    """`target = target = value`. Roles target, value, annotation."""
    target_field, value_field = spec.field("target"), spec.field("value")
    annotation_field = spec.field("annotation")

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        own = node.kind_id
        targets: list[Expr] = []
        annotation: Expr | None = None
        here, name = node, node
        while True:
            children = here.children
            target: Node | None
            value: Node | None
            if len(children) == 3 and children[1].type == "=":
                target, value = children[0], children[2]
            else:
                target, value = here.child_by_field_id(target_field), here.child_by_field_id(value_field)
                if annotation_field:
                    annotation = unit.expr_or_none(here.child_by_field_id(annotation_field), depth + 1)
            if target is not None:
                name = target
                targets.append(unit.expr(target, depth + 1))
            if value is None or value.kind_id != own:
                break
            here = value
        base = unit.base
        lowered = None if value is None else unit.bound(value, name, depth + 1)
        out.append(Assign(node.start_byte - base, node.end_byte - base, tuple(targets), lowered, annotation))

    return lower


def update(spec: Spec) -> LowerStmt:
    """`target op= value`: target first, operator second, value last."""

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        children = solid(unit, node)
        base = unit.base
        at, to = node.start_byte - base, node.end_byte - base
        if len(children) != 3:
            out.append(Do(at, to, unit.opaque(node, depth)))
            return
        target, value = unit.expr(children[0], depth + 1), unit.expr(children[2], depth + 1)
        out.append(Update(at, to, target, unit.text(children[1])[:-1], value))

    return lower


def returning(spec: Spec) -> LowerStmt:
    """`return value`."""

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        values = unit.each(node, depth + 1)
        base = unit.base
        out.append(Return(node.start_byte - base, node.end_byte - base, values[0] if values else None))

    return lower


def jump(spec: Spec) -> LowerStmt:
    """break, continue or raise (role kind), with the values of a raise."""
    kind = spec.value("kind")

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        base = unit.base
        values = unit.each(node, depth + 1) if kind == "raise" else []
        out.append(Jump(node.start_byte - base, node.end_byte - base, kind, tuple(values)))

    return lower


def delete(spec: Spec) -> LowerStmt:
    """`del targets`."""

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        targets = unit.each(node, depth + 1)
        if len(targets) == 1 and type(targets[0]) is Collection and targets[0].kind == "tuple":
            targets = list(targets[0].items)
        base = unit.base
        out.append(Delete(node.start_byte - base, node.end_byte - base, tuple(targets)))

    return lower


def scope(spec: Spec) -> LowerStmt:
    """`global a, b` and `nonlocal a, b` (role kind)."""
    kind = spec.value("kind")

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        base = unit.base
        names = tuple(unit.text(child) for child in node.children if child.kind_id in unit.exprs)
        out.append(Scope(node.start_byte - base, node.end_byte - base, kind, names))

    return lower


def head_end(node: Node, body: Node | None) -> int:
    """Where the header of a compound statement ends: before its body, at the last thing that is there."""
    if body is None:
        return node.end_byte
    before = body.prev_sibling
    while before is not None and before.is_extra:
        before = before.prev_sibling
    return before.end_byte if before is not None else body.start_byte


def loop(spec: Spec) -> LowerStmt:
    """`for target in iter`. Roles target, iter, body, otherwise; kind async: the token that makes it one."""
    target_field, iter_field = spec.field("target"), spec.field("iter")
    body_field, otherwise_field = spec.field("body"), spec.field("otherwise")
    async_kinds = spec.kinds("async")

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        unit.has_loop = True
        target, iter = node.child_by_field_id(target_field), node.child_by_field_id(iter_field)
        body = node.child_by_field_id(body_field)
        base = unit.base
        at, to = node.start_byte - base, node.end_byte - base
        nothing = Opaque(at, at)
        out.append(
            For(
                at,
                to,
                nothing if target is None else unit.expr(target, depth + 1),
                nothing if iter is None else unit.expr(iter, depth + 1),
                unit.block(body, depth + 1),
                branch(unit, node.child_by_field_id(otherwise_field), depth) if otherwise_field else (),
                any(child.kind_id in async_kinds for child in node.children[:2]) if async_kinds else False,
                head_end(node, body) - base,
            )
        )

    return lower


def while_loop(spec: Spec) -> LowerStmt:
    """`while test`. Roles test, body, otherwise; do = true for a body that runs before the test."""
    test_field, body_field = spec.field("test"), spec.field("body")
    otherwise_field, do_first = spec.field("otherwise"), bool(spec.value("do", False))

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        unit.has_loop = True
        test, body = node.child_by_field_id(test_field), node.child_by_field_id(body_field)
        base = unit.base
        at, to = node.start_byte - base, node.end_byte - base
        otherwise = branch(unit, node.child_by_field_id(otherwise_field), depth) if otherwise_field else ()
        lowered_test = Opaque(at, at) if test is None else unit.expr(test, depth + 1)
        lowered_body = unit.block(body, depth + 1)
        head_to = head_end(node, body) - base
        out.append(While(at, to, lowered_test, lowered_body, otherwise, (), do_first, head_to))

    return lower


def branch(unit: Unit, node: Node | None, depth: int) -> tuple[Stmt, ...]:
    """An `else` or `finally` clause: the statements of the block or statement in it."""
    if node is None:
        return ()
    if node.kind_id in unit.grammar.blocks or node.kind_id in unit.stmts:
        return unit.block(node, depth + 1)
    out: list[Stmt] = []
    for child in node.children:
        if child.kind_id in unit.grammar.blocks:
            out.extend(unit.block(child, depth + 1))
        elif child.kind_id in unit.stmts or child.kind_id in unit.exprs:
            unit.statement(child, depth + 1, out)
    return tuple(out)


def condition(spec: Spec) -> LowerStmt:
    """`if`. Roles test, body, otherwise (also of the kind elif, where a grammar has one).

    The arms are walked, not entered, so that thousands of them do no harm; those past ARMS stand side by side in the
    last `otherwise` instead of one inside the other.
    """
    test_field, body_field, otherwise_field = spec.field("test"), spec.field("body"), spec.field("otherwise")
    elif_kinds = spec.kinds("elif")

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        own = node.kind_id
        base = unit.base
        arms: list[tuple[Node, Expr, tuple[Stmt, ...]]] = []
        last: tuple[Stmt, ...] = ()

        def arm(here: Node) -> None:
            test = here.child_by_field_id(test_field)
            at = here.start_byte - base
            lowered = Opaque(at, at) if test is None else unit.expr(test, depth + 1)
            arms.append((here, lowered, unit.block(here.child_by_field_id(body_field), depth + 1)))

        here: Node | None = node
        while here is not None:
            arm(here)
            following: Node | None = None
            for clause in here.children_by_field_id(otherwise_field) if otherwise_field else ():
                if clause.kind_id in elif_kinds:
                    arm(clause)
                elif (nested := only_if(clause, own, unit)) is not None:
                    following = nested
                else:
                    last = branch(unit, clause, depth)
            here = following
        end = node.end_byte - base
        beside = [
            If(clause.start_byte - base, clause.end_byte - base, test, body)
            for clause, test, body in arms[ARMS:]
        ]
        last = (*beside, *last)
        for clause, test, body in reversed(arms[:ARMS]):
            last = (If(clause.start_byte - base, end, test, body, last),)
        out.extend(last)

    return lower


def only_if(clause: Node, own: int, unit: Unit) -> Node | None:
    """The `if` that an `else` clause consists of, or is."""
    if clause.kind_id == own:
        return clause
    statements = [child for child in clause.children if child.kind_id in unit.stmts]
    return statements[0] if len(statements) == 1 and statements[0].kind_id == own else None


def trying(spec: Spec) -> LowerStmt:
    """`try`. Role body; kinds handler, otherwise, final of its clauses.

    In a handler: role types (kind alias when it can be `type as name`), or parameter (a name or pattern).
    """
    body_field, types_field = spec.field("body"), spec.field("types")
    alias_kinds, parameter_field = spec.kinds("alias"), spec.field("parameter")
    handlers_kinds, otherwise_kinds = spec.kinds("handler"), spec.kinds("otherwise")
    final_kinds = spec.kinds("final")

    def handler(unit: Unit, node: Node, depth: int) -> Handler:
        base = unit.base
        types: list[Expr] = []
        name = ""
        for value in node.children_by_field_id(types_field) if types_field else ():
            if value.kind_id in alias_kinds:
                parts = [child for child in value.children if child.kind_id in unit.exprs]
                if parts:
                    types.append(unit.expr(parts[0], depth + 1))
                    name = unit.text(parts[-1]) if len(parts) > 1 else ""
            elif value.kind_id in unit.exprs:
                types.append(unit.expr(value, depth + 1))
        if parameter_field and (parameter := node.child_by_field_id(parameter_field)) is not None:
            name = unit.text(parameter) if not parameter.child_count else ""
        at, to = node.start_byte - base, node.end_byte - base
        several = Collection(types[0].at, types[-1].to, "tuple", tuple(types)) if len(types) > 1 else None
        only = types[0] if types else None
        body = [child for child in node.children if child.kind_id in unit.grammar.blocks]
        return Handler(at, to, several or only, name, unit.block(body[-1] if body else None, depth + 1))

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        handlers: list[Handler] = []
        otherwise: tuple[Stmt, ...] = ()
        final: tuple[Stmt, ...] = ()
        body = unit.block(node.child_by_field_id(body_field), depth + 1)
        for child in node.children:
            kind = child.kind_id
            if kind in handlers_kinds:
                handlers.append(handler(unit, child, depth + 1))
            elif kind in otherwise_kinds:
                otherwise = branch(unit, child, depth)
            elif kind in final_kinds:
                final = branch(unit, child, depth)
        base = unit.base
        out.append(Try(node.start_byte - base, node.end_byte - base, body, tuple(handlers), otherwise, final))

    return lower


def label(spec: Spec) -> LowerStmt:
    """A statement with a name before it: the statement. Role body."""
    body_field = spec.field("body")

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        out.extend(unit.block(node.child_by_field_id(body_field), depth + 1))

    return lower


SHAPES: dict[str, Callable[[Spec], LowerStmt]] = {
    "Skip": skip,
    "Do": do,
    "Inline": inline,
    "Assign": assign,
    "Update": update,
    "Return": returning,
    "Jump": jump,
    "Delete": delete,
    "Scope": scope,
    "For": loop,
    "While": while_loop,
    "If": condition,
    "Try": trying,
    "Label": label,
}

"""Assignments, which are expressions here; where one is a whole statement, it becomes `Assign` or `Update`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from analyzers.facts import (
    Binary,
    Const,
    Delete,
    Do,
    Expr,
    Named,
    Stmt,
    Update,
)
from analyzers.languages.expressions import inner, solid

if TYPE_CHECKING:
    from tree_sitter import Node

    from analyzers.languages.grammar import LowerExpr, LowerStmt, Spec
    from analyzers.languages.unit import Unit


ASSIGNING = {"&&": "and", "||": "or", ">>>": ">>"}  # `op=` operators that facts.py spells otherwise


def assignment(spec: Spec) -> LowerExpr:
    """`target = value` as an expression."""

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        children = solid(unit, node)[-3:]
        if len(children) != 3:
            return unit.opaque(node, depth)
        base = unit.base
        target = unit.expr(children[0], depth + 1)
        value = unit.bound(children[2], children[0], depth + 1)
        return Named(node.start_byte - base, node.end_byte - base, target, value)

    return lower


def augmented(spec: Spec) -> LowerExpr:
    """`target op= value` as an expression."""

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        children = solid(unit, node)
        if len(children) != 3:
            return unit.opaque(node, depth)
        base = unit.base
        at, to = node.start_byte - base, node.end_byte - base
        target, value = unit.expr(children[0], depth + 1), unit.expr(children[2], depth + 1)
        return Named(at, to, target, Binary(at, to, op_of(unit, children[1]), target, value))

    return lower


def op_of(unit: Unit, node: Node) -> str:
    """The operator of `op=`, as facts.py spells it."""
    op = unit.text(node)[:-1]
    return ASSIGNING.get(op, op)


def step_expression(spec: Spec) -> LowerExpr:
    """`i++` as an expression."""

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        base = unit.base
        at, to = node.start_byte - base, node.end_byte - base
        target = inner(unit, node, depth + 1)
        return Named(at, to, target, Binary(at, to, step_op(node), target, Const(at, to, "int", 1)))

    return lower


def step_op(node: Node) -> str:
    return "-" if any(child.type == "--" for child in node.children) else "+"


def step(spec: Spec) -> LowerStmt:
    """`i++` as a statement."""

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        base = unit.base
        at, to = node.start_byte - base, node.end_byte - base
        out.append(Update(at, to, inner(unit, node, depth + 1), step_op(node), Const(at, to, "int", 1)))

    return lower


def augmented_statement(spec: Spec) -> LowerStmt:
    """`target op= value` as a statement."""

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        base = unit.base
        at, to = node.start_byte - base, node.end_byte - base
        children = solid(unit, node)
        if len(children) != 3:
            out.append(Do(at, to, unit.opaque(node, depth)))
            return
        target, value = unit.expr(children[0], depth + 1), unit.expr(children[2], depth + 1)
        out.append(Update(at, to, target, op_of(unit, children[1]), value))

    return lower


def sequence(spec: Spec) -> LowerStmt:
    """`a = 1, b()` as a statement: one after the other."""

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        own = node.kind_id
        stack = [node]
        while stack:
            here = stack.pop()
            if here.kind_id == own:
                stack.extend(reversed(here.children))
            else:
                unit.statement(here, depth + 1, out)

    return lower


def unary_statement(spec: Spec) -> LowerStmt:
    """`delete a.b`; any other operator makes an expression statement."""

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        base = unit.base
        at, to = node.start_byte - base, node.end_byte - base
        if node.children[0].type == "delete":
            out.append(Delete(at, to, (inner(unit, node, depth + 1),)))
        else:
            out.append(Do(at, to, unit.expr(node, depth + 1)))

    return lower


EXPRESSIONS: dict[str, Callable[[Spec], LowerExpr]] = {
    "Assignment": assignment,
    "Augmented": augmented,
    "Step": step_expression,
}
STATEMENTS: dict[str, Callable[[Spec], LowerStmt]] = {
    "Step": step,
    "Augmented": augmented_statement,
    "Sequence": sequence,
    "Unary": unary_statement,
}

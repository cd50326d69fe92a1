"""`for (init; test; step)`: a counting loop becomes `For` over a `Range`, any other its init and a `While`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from analyzers.facts import (
    Assign,
    Binary,
    Compare,
    Const,
    Expr,
    For,
    If,
    Jump,
    Logic,
    Name,
    Named,
    Opaque,
    Range,
    Stmt,
    Unary,
    Update,
    While,
)
from analyzers.languages.statements import head_end

if TYPE_CHECKING:
    from tree_sitter import Node

    from analyzers.languages.grammar import LowerStmt, Spec
    from analyzers.languages.unit import Unit


def counting(spec: Spec) -> LowerStmt:
    """Roles init, test, step, body (fields)."""
    init_field, test_field = spec.field("init"), spec.field("test")
    step_field, body_field = spec.field("step"), spec.field("body")

    def lower(unit: Unit, node: Node, depth: int, out: list[Stmt]) -> None:
        unit.has_loop = True
        base = unit.base
        at, to = node.start_byte - base, node.end_byte - base
        body_node = node.child_by_field_id(body_field)
        init: list[Stmt] = []
        step: list[Stmt] = []
        for child in node.children_by_field_id(init_field):
            if child.kind_id in unit.exprs or child.kind_id in unit.stmts:
                unit.statement(child, depth + 1, init)
        step_node = node.child_by_field_id(step_field)
        if step_node is not None:
            unit.statement(step_node, depth + 1, step)
        tests = unit.all(node.children_by_field_id(test_field), depth + 1)
        tests = [test for test in tests if type(test) is not Opaque or test.parts]
        body = unit.block(body_node, depth + 1)
        head_to = head_end(node, body_node) - base
        text = b"" if body_node is None else unit.source[body_node.start_byte : body_node.end_byte]
        found = counted(init, tests[0], step, text) if tests else None
        if found is None:
            test = tests[0] if tests else Const(at, at, "bool", True)
            out.extend(init)
            out.append(While(at, to, test, body, (), tuple(step), False, head_to))
            return
        target, range, start, rest = found
        out.extend(one for one in init if one is not start)
        if rest is not None:  # `i < n && !found`: leaves early
            leave = Jump(rest.at, rest.to, "break")
            body = (If(rest.at, rest.to, negated(rest), (leave,)), *body)
        out.append(For(at, to, target, range, body, (), False, head_to))

    return lower


def counted(
    init: list[Stmt], test: Expr, step: list[Stmt], body: bytes
) -> tuple[Name, Range, Stmt, Expr | None] | None:
    """The counter, its range, the statement that starts it, and what else the test asks; None for no such loop."""
    if len(step) != 1 or (change := step_of(step[0])) is None:
        return None
    name, by = change
    start = next((one for one in init if starts(one, name)), None)
    if not isinstance(start, Assign) or start.value is None or assigned_in(body, name):
        return None
    parts = test.parts if type(test) is Logic and test.op == "and" else (test,)
    for position, part in enumerate(parts):
        bound = bound_of(part, name)
        if bound is None:
            continue
        target = start.targets[0]
        assert type(target) is Name
        others = parts[:position] + parts[position + 1 :]
        rest = (
            None if not others else others[0] if len(others) == 1 else Logic(test.at, test.to, "and", others)
        )
        return target, Range(start.at, step[0].to, start.value, bound, by), start, rest
    return None


def negated(test: Expr) -> Expr:
    if type(test) is Unary and test.op == "not":
        return test.operand
    return Unary(test.at, test.to, "not", test)


def starts(statement: Stmt, name: str) -> bool:
    if type(statement) is not Assign or len(statement.targets) != 1:
        return False
    target = statement.targets[0]
    return type(target) is Name and target.id == name


def step_of(statement: Stmt) -> tuple[str, Expr | None] | None:
    """The counter and what it changes by (None for one) of `i++`, `i += c`, `i = i + c` and their opposites."""
    if type(statement) is Update and type(statement.target) is Name and statement.op in ("+", "-"):
        return statement.target.id, signed(statement.op, statement.value)
    if type(statement) is Assign and len(statement.targets) == 1:
        target, value = statement.targets[0], statement.value
        if type(target) is Name and type(value) is Binary and value.op in ("+", "-"):
            left = value.left
            if type(left) is Name and left.id == target.id:
                return target.id, signed(value.op, value.right)
    return None


def signed(op: str, value: Expr) -> Expr | None:
    if op == "-":
        return Unary(value.at, value.to, "-", value)
    if type(value) is Const and value.value == 1:
        return None
    return value


def bound_of(test: Expr, name: str) -> Expr | None:
    """The other side of `i < bound` and the like."""
    if type(test) is not Compare or test.ops[0] not in ("<", "<=", ">", ">=", "!="):
        return None
    left, right = test.left, test.rights[0]
    if type(left) is Named:  # `(c = a[i]) != null` runs to no bound
        return None
    if type(left) is Name and left.id == name:
        return right
    if type(right) is Name and right.id == name:
        return left
    return None


def assigned_in(body: bytes, name: str) -> bool:
    """Whether the text of a loop's body may assign its counter. A name of the same spelling elsewhere in the body
    (in a nested function, say) counts too: then the loop is a `While`, which claims less."""
    word = re.escape(name.encode())
    pattern = (
        rb"(?<![\w$.])" + word + rb"\s*(?:=(?![=>])|\+\+|--|(?:[-+*/%&|^]|\*\*|<<|>>|>>>|&&|\|\||\?\?)=(?!=))"
        rb"|(?:\+\+|--)\s*" + word + rb"(?![\w$])"
    )
    return re.search(pattern, body) is not None


STATEMENTS: dict[str, Callable[[Spec], LowerStmt]] = {"Counting": counting}

"""Operations with an operator between or before their operands; `[operators]` of shapes.toml says what each is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from analyzers.facts import (
    Binary,
    Compare,
    Expr,
    Logic,
    Opaque,
    Unary,
)
from analyzers.languages.expressions import solid
from analyzers.languages.limits import SPINE

if TYPE_CHECKING:
    from tree_sitter import Node

    from analyzers.languages.grammar import LowerExpr, Spec
    from analyzers.languages.unit import Unit


def operation(spec: Spec) -> LowerExpr:
    """`left op right`, by what shapes.toml says of the operator: Binary, Compare, Logic or Opaque.

    A long left-leaning chain of one kind (`a + b + c + ...`) is walked, not entered: Logic is flat, a Binary chain
    of more than SPINE operands is an `Opaque` of them, any other is a tree.
    """
    operators: dict[str, tuple[str, str]] = {
        token: (entry[0], entry[1]) for token, entry in spec.tables.data["operators"].items()
    }

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        own = node.kind_id
        spine: list[tuple[Node, str, str, Node]] = []  # outermost first: node, shape, op, right operand
        here = node
        while True:
            children = here.children
            if len(children) != 3:
                children = solid(unit, here)
                if len(children) != 3:
                    break
            shape, op = operators.get(children[1].type, ("Opaque", ""))
            spine.append((here, shape, op, children[2]))
            here = children[0]
            if here.kind_id != own:
                break
        if not spine:
            return unit.opaque(node, depth)
        base = unit.base
        value = unit.opaque(here, depth + 1) if here.kind_id == own else unit.expr(here, depth + 1)
        if len(spine) > SPINE and not all(shape == "Logic" for _, shape, _, _ in spine):
            rights = [unit.expr(right, depth + 1) for _, _, _, right in reversed(spine)]
            return Opaque(node.start_byte - base, node.end_byte - base, (value, *rights))
        parts: list[Expr] = []  # of the Logic being built
        logic, logic_to = "", 0
        for here, shape, op, right_node in reversed(spine):
            at, to = here.start_byte - base, here.end_byte - base
            right = unit.expr(right_node, depth + 1)
            if shape == "Logic":
                if logic != op:
                    if logic:
                        value = Logic(at, logic_to, logic, tuple(parts))
                    parts, logic = [value], op
                    if type(value) is Logic and value.op == op:
                        parts = list(value.parts)
                logic_to = to
                if type(right) is Logic and right.op == op:
                    parts.extend(right.parts)
                else:
                    parts.append(right)
                continue
            if logic:
                value, logic = Logic(at, logic_to, logic, tuple(parts)), ""
            if shape == "Binary":
                value = Binary(at, to, op, value, right)
            elif shape == "Compare":
                value = Compare(at, to, value, (op,), (right,))
            else:
                value = Opaque(at, to, (value, right))
        if logic:
            value = Logic(node.start_byte - base, node.end_byte - base, logic, tuple(parts))
        return value

    return lower


def unary(spec: Spec) -> LowerExpr:
    """`op operand`: operator first, operand last. Operators that are not in facts.py make an Opaque."""
    operators: dict[str, tuple[str, str]] = {
        token: (entry[0], entry[1]) for token, entry in spec.tables.data["operators"].items()
    }

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        children = solid(unit, node)
        base = unit.base
        at, to = node.start_byte - base, node.end_byte - base
        if len(children) != 2:
            return unit.opaque(node, depth)
        token = children[0].type
        operand = unit.expr(children[1], depth + 1)
        if token in ("-", "+"):
            return Unary(at, to, token, operand)
        shape, op = operators.get(token, ("Opaque", ""))
        if shape == "Unary":
            return Unary(at, to, op, operand)
        return Opaque(at, to, (operand,))

    return lower


SHAPES: dict[str, Callable[[Spec], LowerExpr]] = {"Operation": operation, "Unary": unary}

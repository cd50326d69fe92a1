"""A loop's conditions, taken apart: what must hold for another turn, and which names it is about."""

from __future__ import annotations

from dataclasses import dataclass

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.turns.whiles.values import ROUNDING, called_name


@dataclass(frozen=True, slots=True)
class Condition:
    """`kind` is less (`small` below `big`), differs (either way), holds (`small` is true) or member (`small` in `big`)."""

    kind: str
    small: f.Expr
    big: f.Expr | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A name in one side of a condition: the sign with which it counts, its power, and whether it is an exponent."""

    name: str
    sign: int = 1
    power: int = 1
    exponent: bool = False


_NEGATED = {
    "<": ">=",
    "<=": ">",
    ">": "<=",
    ">=": "<",
    "==": "!=",
    "!=": "==",
    "in": "not in",
    "not in": "in",
}
_NEGATED |= {"is": "is not", "is not": "is"}


_EMPTY = ("empty", "isEmpty", "is_empty")


def conditions(node: f.While) -> list[Condition]:
    """The conditions under which a loop goes on: its own, and those of the breaks and returns on its way."""
    found = _of(node.test, False)
    for stmt in node.body:
        if not isinstance(stmt, f.If):
            continue
        if _leaves(stmt.body) and not (isinstance(stmt.test, f.Logic) and stmt.test.op == "and"):
            found += _of(stmt.test, True)
        elif _leaves(stmt.otherwise):
            found += _of(stmt.test, False)
    return found


def _leaves(body: tuple[f.Stmt, ...]) -> bool:
    last = body[-1] if body else None
    return isinstance(last, f.Return) or (isinstance(last, f.Jump) and last.kind != "continue")


def _of(test: f.Expr, negated: bool) -> list[Condition]:
    if isinstance(test, f.Logic):
        return [c for part in test.parts for c in _of(part, negated)]
    if isinstance(test, f.Unary) and test.op == "not":
        return _of(test.operand, not negated)
    if isinstance(test, f.Named):
        return _of(test.target, negated)
    if isinstance(test, f.Compare):
        return _compared(test, negated)
    if isinstance(test, f.Const):
        return []
    if (
        isinstance(test, f.Call)
        and isinstance(test.func, f.Attr)
        and test.func.name in _EMPTY
        and not test.args
    ):
        return [Condition("holds", test.func.obj)]
    if isinstance(test, f.Call) and called_name(test) == "len" and test.args:
        return [Condition("holds", test.args[0])]
    if isinstance(test, f.Call) and called_name(test) in ("all", "any", "bool") and len(test.args) == 1:
        inner = test.args[0]
        items = inner.items if isinstance(inner, f.Collection) else (inner,)
        return [c for item in items for c in _of(item, negated)]
    return [Condition("holds", test)]


def _compared(test: f.Compare, negated: bool) -> list[Condition]:
    found: list[Condition] = []
    left = test.left
    for op, right in zip(test.ops, test.rights, strict=False):
        op = _NEGATED.get(op, op) if negated else op
        left_, right_ = (side.target if isinstance(side, f.Named) else side for side in (left, right))
        if op in ("<", "<="):
            found.append(Condition("less", left_, right_))
        elif op in (">", ">="):
            found.append(Condition("less", right_, left_))
        elif op in ("!=", "is not", "is", "=="):
            found.append(Condition("differs" if op in ("!=", "is not") else "same", left_, right_))
        elif op == "in":
            found.append(Condition("member", left_, right_))
        elif op == "not in":
            found.append(Condition("stranger", left_, right_))
        left = right
    return found


def leaves(node: f.Expr | None, sign: int = 1) -> list[Leaf]:
    """The names that make up a side, with their part in it."""
    if node is None or isinstance(node, f.Const):
        return []
    if isinstance(node, f.Call):
        name = called_name(node)
        if name == "len" and node.args:
            return [Leaf(f"|{shapes.text_of(node.args[0])}|", sign)]
        if name in (*ROUNDING, "sqrt", "isqrt", "min", "max", "pow", "sum") and node.args:
            return [leaf for a in node.args for leaf in leaves(a, sign)]
        return []
    if isinstance(node, (f.Name, f.Attr, f.Index)):
        if isinstance(node, f.Attr) and node.name in ("length", "size"):
            return [Leaf(f"|{shapes.text_of(node.obj)}|", sign)]
        text = shapes.text_of(node)
        return [Leaf(text, sign)] if text else []
    if isinstance(node, f.Unary):
        return leaves(node.operand, -sign if node.op == "-" else sign)
    if isinstance(node, f.Binary):
        left, right = node.left, node.right
        if node.op == "*":
            return _product([*leaves(left, sign), *leaves(right, sign)])
        if (
            node.op == "**"
            and isinstance(right, f.Const)
            and isinstance(right.value, int)
            and right.value > 0
        ):
            return [Leaf(n.name, n.sign, n.power * right.value, n.exponent) for n in leaves(left, sign)]
        if node.op in ("**", "<<"):
            return [*leaves(left, sign), *(Leaf(n.name, n.sign, n.power, True) for n in leaves(right, sign))]
        if node.op in ("-", "//", "/", ">>"):
            return [*leaves(left, sign), *leaves(right, -sign)]
        if node.op == "+":
            return [*leaves(left, sign), *leaves(right, sign)]
    return []


def _product(found: list[Leaf]) -> list[Leaf]:
    """`i * i` is the square of i."""
    powers: dict[str, Leaf] = {}
    for leaf in found:
        known = powers.get(leaf.name)
        powers[leaf.name] = leaf if known is None else Leaf(leaf.name, leaf.sign, known.power + leaf.power)
    return list(powers.values())


def names_in(found: list[Condition]) -> dict[str, None]:
    """All names that conditions are about, and the names these are reached from, in order."""
    out: dict[str, None] = {}
    for condition in found:
        for side in (condition.small, condition.big):
            for node in _within(side):
                text = shapes.text_of(node)
                while text:
                    out.setdefault(text)
                    if isinstance(node, (f.Attr, f.Index)):
                        node = node.obj
                        text = shapes.text_of(node)
                    else:
                        break
    return out


def _within(node: f.Expr | None) -> list[f.Expr]:
    if node is None:
        return []
    return [n for n in reversed(list(shapes.nodes(node))) if isinstance(n, (f.Name, f.Attr, f.Index))]

"""What is known of an expression's value on one path, against what the names held when the turn began."""

from __future__ import annotations

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.turns.whiles.known import NOTHING_KNOWN, Bounds, Known, State, either, extreme

ROUNDING = ("floor", "trunc", "int", "ceil", "round", "abs")
LINK_WORDS = ("next", "prev", "parent", "sibling", "succ", "ancestor")
"""Methods with these words in their names lead on to a neighbour: `node.get_next()`."""


def value_of(state: State, node: f.Expr) -> Known:
    """What is known of an expression's value."""
    if isinstance(node, f.Name):
        return state.of(node.id)
    if isinstance(node, f.Const):
        return Known(constant=True)
    if isinstance(node, f.Binary):
        return _binary(state, node)
    if isinstance(node, (f.Attr, f.Index)):
        return _part(state, node)
    if isinstance(node, f.Call):
        return _called(state, node)
    if isinstance(node, f.Choose):
        then, other = value_of(state, node.then), value_of(state, node.other)
        # `p.next if p else other`: the chain goes on elsewhere, once.
        return replace(either(then, other), links=then.links | other.links)
    if isinstance(node, f.Logic):
        first, *rest = (value_of(state, p) for p in node.parts)
        for other in rest:
            first = either(first, other)
        return first
    if isinstance(node, (f.Named, f.Await, f.Star)):
        return value_of(state, node.value)
    if isinstance(node, f.Unary):
        inner = value_of(state, node.operand)
        return Known(mentions=inner.mentions, divided=inner.divided, constant=inner.constant)
    return NOTHING_KNOWN


def _binary(state: State, node: f.Binary) -> Known:
    left, right = value_of(state, node.left), value_of(state, node.right)
    mentions, divided = left.mentions | right.mentions, left.divided or right.divided
    both = Known(mentions=mentions, divided=divided, constant=left.constant and right.constant)
    bit = _lowest_bit(node)
    if bit:
        sign = "+" if node.op in ("+", "|") else "-"
        moved = state.of(bit).shifted(1 if sign == "+" else -1)
        bounds = replace(moved, high={}) if sign == "+" else replace(moved, low={})
        return replace(
            bounds, scaled=frozenset(f"{b}{sign}" for b in state.of(bit).same_as), mentions=mentions
        )
    if node.op in ("+", "-"):
        if node.op == "+" and isinstance(node.left, f.Const) and not isinstance(node.right, f.Const):
            left, right, node = right, left, replace_sides(node)
        amount = number(node.right)
        if amount is not None:
            shifted = left.shifted(amount if node.op == "+" else -amount)
            return replace(shifted, mentions=mentions, divided=divided)
        name = _amount(node.right)
        moved = left.shifted(1 if node.op == "+" else -1)
        if node.op == "+":
            moved = replace(moved, low={**right.shifted(1).low, **moved.low})
        keep = replace(moved, high={}) if node.op == "+" else replace(moved, low={})
        return replace(
            keep, mentions=mentions, divided=divided, amounts=keep.amounts | {name}, links=frozenset()
        )
    if node.op in ("//", "/", ">>"):
        falls = frozenset(f"{b}-" for b in left.low.keys() | left.high.keys() if b in left.high)
        kept = {b: (min(gap - 1, -1), moved) for b, (gap, moved) in left.high.items()}
        return replace(both, high=kept, scaled=falls | _kept(left.scaled, "-"), divided=True)
    if node.op in ("*", "<<", "**"):
        if isinstance(node.left, f.Const) and not isinstance(node.right, f.Const) and node.op == "*":
            left, right = right, left
        rises = frozenset(f"{b}+" for b in left.low)
        kept = {b: (gap + 1, moved) for b, (gap, moved) in left.low.items()}
        return replace(both, low=kept, scaled=rises | _kept(left.scaled, "+"))
    if node.op == "%":
        # `x % y` is below y, and with `x >= y` below half of x (Euclid).
        names = {f"{b}-" for b in (*left.same_as, *right.same_as)}
        high = {b: (gap - 1, moved) for b, (gap, moved) in {**left.high, **right.high}.items()}
        return replace(both, high=high, scaled=frozenset(names))
    return both


def _part(state: State, node: f.Attr | f.Index) -> Known:
    """`p.next`, `parent[x]`: one link away; and a place of its own that may have been assigned."""
    text = shapes.text_of(node)
    if text and text in state.names:
        return state.names[text]
    whole = value_of(state, node.obj)
    link = node.name if isinstance(node, f.Attr) else "[…]"
    links = {(b, link) for b in whole.same_as} | {(b, link) for b, _ in whole.links}
    low = {b: (whole.low.get(b, (0, False))[0] + 1, whole.low.get(b, (0, False))[1]) for b, _ in links}
    high: Bounds = {}
    mentions, divided = frozenset({text}) | whole.mentions, False
    if isinstance(node, f.Index):
        index = value_of(state, node.index)
        chain = f"[{shapes.text_of(node.obj)}]"
        links |= {(b, chain) for b in index.low if index.low[b][0] in (-1, 0, 1)}
        links |= {(b, chain) for b, by in index.links}
        mentions, divided = mentions | index.mentions, index.divided
        if state.falling and chain == f"[{state.falling}]":
            high = {b: (gap - 1, moved) for b, (gap, moved) in index.high.items()}
    if text and not whole.links:
        low, high = {**low, text: (0, False)}, {**high, text: (0, False)}
    return Known(low, high, links=frozenset(links), mentions=mentions, divided=divided)


def _called(state: State, call: f.Call) -> Known:
    name = called_name(call)
    given = [value_of(state, a) for a in call.args]
    if name in ROUNDING and len(given) == 1:
        return given[0]
    if name in ("max", "min") and len(given) > 1 and isinstance(call.func, f.Name):
        return extreme(given, name == "max")
    mentions = frozenset[str]().union(*(g.mentions for g in given))
    divided = "rand" in name or any(g.divided for g in given) or len(mentions) > 1
    if isinstance(call.func, f.Attr):
        receiver = value_of(state, call.func.obj)
        if not call.args and any(word in name.lower() for word in LINK_WORDS):
            links = frozenset((b, name) for b in receiver.same_as)
            return Known({b: (1, False) for b, _ in links}, links=links, mentions=receiver.mentions)
    if name == "len" and call.args:
        return state.of(f"|{shapes.text_of(call.args[0])}|")
    return Known(mentions=mentions, divided=divided)


def called_name(call: f.Call) -> str:
    func = call.func
    return func.name if isinstance(func, f.Attr) else func.id if isinstance(func, f.Name) else ""


def number(node: f.Expr) -> int | None:
    """A whole number that is written down."""
    sign = 1
    if isinstance(node, f.Unary) and node.op == "-":
        sign, node = -1, node.operand
    if isinstance(node, f.Const) and isinstance(node.value, (int, float)):
        value = int(node.value)
        return sign * (value or int(node.value > 0))
    return None


ANYTHING = "…"
"""An amount of which nothing is known, not even that it is no nought: an element, the result of a call."""


def _amount(node: f.Expr) -> str:
    if isinstance(node, (f.Name, f.Attr)):
        return shapes.text_of(node) or ANYTHING
    if isinstance(node, f.Unary):
        return _amount(node.operand)
    if isinstance(node, f.Const):
        return "1"
    if isinstance(node, f.Binary):
        parts = {_amount(node.left), _amount(node.right)}
        return ANYTHING if ANYTHING in parts else max(parts - {"1"}, default="1")
    return ANYTHING


def replace_sides(node: f.Binary) -> f.Binary:
    return f.Binary(node.at, node.to, node.op, node.right, node.left)


def counted_by(node: f.For) -> str:
    """The name that a `for` counts up: `for i in range(n)`, `for i, x in enumerate(xs)`."""
    call = node.iter
    if isinstance(call, f.Range) and isinstance(node.target, f.Name):
        return node.target.id
    if not isinstance(call, f.Call):
        return ""
    name = called_name(call)
    if name in ("range", "xrange") and isinstance(node.target, f.Name):
        back = len(call.args) == 3 and (number(call.args[2]) or 1) < 0
        return "" if back else node.target.id
    if (
        name == "enumerate"
        and isinstance(node.target, f.Collection)
        and isinstance(node.target.items[0], f.Name)
    ):
        return node.target.items[0].id
    return ""


def _kept(scaled: frozenset[str], sign: str) -> frozenset[str]:
    return frozenset(s for s in scaled if s.endswith(sign))


def divides(node: f.Expr) -> bool:
    return any(isinstance(n, f.Binary) and n.op in ("//", "/", ">>") for n in shapes.nodes(node))


def _lowest_bit(node: f.Binary) -> str:
    """`i + (i & -i)`, `n & (n - 1)`, `i | (i + 1)`: one bit changes at the low end, so there are log n turns.

    Source: Fenwick, "A New Data Structure for Cumulative Frequency Tables", 1994; Kernighan's bit count.
    """
    name = shapes.text_of(node.left)
    if not name:
        return ""
    other = node.right
    if not isinstance(other, f.Binary):
        return ""
    sides = (shapes.text_of(other.left), shapes.text_of(other.right))
    if node.op in ("+", "-") and other.op == "&" and name in sides:
        return name
    if node.op in ("&", "|") and other.op in ("+", "-") and sides[0] == name and number(other.right) == 1:
        return name
    return ""

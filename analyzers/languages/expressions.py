"""Expression shapes that languages share. `SHAPES` maps the name used in shapes.toml to a maker of handlers.

A maker takes the table's `Spec`, looks up fields once, and returns `handler(unit, node, depth) -> Expr`.
Where every grammar keeps the same order (`object . name`), the shape reads children by position, which is twice as
fast as by field, and needs no role; parts that may be missing are named by the roles in the maker's docstring.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING

from analyzers.facts import (
    Attr,
    Await,
    Binary,
    Call,
    Choose,
    Collection,
    Compare,
    Const,
    Expr,
    Index,
    Keyword,
    Logic,
    Mapping,
    Name,
    Named,
    Opaque,
    Star,
    Template,
    Unary,
    Yield,
)
from analyzers.languages.limits import MAX_DEPTH, SPINE

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


def constant(spec: Spec) -> LowerExpr:
    """A word that is a value. Roles: kind; value (none when left out)."""
    kind, value = spec.value("kind"), spec.value("value")

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        base = unit.base
        return Const(node.start_byte - base, node.end_byte - base, kind, value)

    return lower


def number(spec: Spec) -> LowerExpr:
    """A number as written."""

    def lower(unit: Unit, node: Node, depth: int) -> Expr:
        base = unit.base
        kind, value = number_of(unit.text(node))
        return Const(node.start_byte - base, node.end_byte - base, kind, value)

    return lower


def number_of(text: str) -> tuple[str, int | float | None]:
    """The kind and value of a number literal; None for what no 64-bit value holds.

    >>> number_of("1_000"), number_of("0x1F"), number_of("1e3"), number_of("017"), number_of("10n"), number_of("3j")
    (('int', 1000), ('int', 31), ('float', 1000.0), ('int', 15), ('int', 10), ('float', None))
    """
    text = text.lower().replace("_", "")
    if text[-1:] == "j":
        return "float", None
    digits = text.rstrip("nl")
    try:
        if digits.isdigit():
            value = int(digits, 8) if digits[0] == "0" and digits.strip("01234567") == "" else int(digits)
        else:
            value = int(digits, 0)
        return "int", value if value < 2**63 else None
    except ValueError:  # not an integer, or more digits than int() takes
        pass
    try:
        return "float", float(text)
    except ValueError:
        return "float" if "." in text else "int", None


ESCAPE = re.compile(
    r"""\\(?: x([0-9a-fA-F]{2}) | u([0-9a-fA-F]{4}) | U([0-9a-fA-F]{8}) | u\{([0-9a-fA-F]{1,6})\}
         | ([0-7]{1,3}) | N\{([^}]+)\} | (\r\n|.) )""",
    re.DOTALL | re.VERBOSE,
)
ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "a": "\a", "\n": "", "\r\n": ""}


def unescape(text: str) -> str:
    """The text that a quoted one with backslashes stands for; a backslash that means nothing is kept.

    Python's escapes and JavaScript's, which hardly disagree: JavaScript drops the backslash that means nothing.
    """

    def replace(match: re.Match[str]) -> str:
        if match[5]:
            return chr(int(match[5], 8))
        if match[6]:
            try:
                return unicodedata.lookup(match[6])
            except KeyError:
                return match[0]
        code = match[1] or match[2] or match[3] or match[4]
        if code:
            number = int(code, 16)
            return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
        if match[7] in "\\'\"`$/":
            return match[7]
        return ESCAPED.get(match[7], match[0])

    return ESCAPE.sub(replace, text)


SHAPES: dict[str, Callable[[Spec], LowerExpr]] = {
    "Name": name,
    "Attr": attr,
    "Call": call,
    "First": first,
    "Last": last,
    "Index": index,
    "Generic": generic,
    "Operation": operation,
    "Unary": unary,
    "Choose": choose,
    "Collection": collection,
    "Mapping": mapping,
    "Await": awaiting,
    "Yield": yielding,
    "Star": star,
    "Named": named,
    "Template": template,
    "Leaf": leaf,
    "Constant": constant,
    "Number": number,
}

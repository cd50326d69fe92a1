"""Where lines go and what new names are called: the craft of local fixes."""

from __future__ import annotations

from collections.abc import Iterable

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.findings import Edit, Place
from analyzers.rules import changes
from analyzers.rules.base import Context
from analyzers.text import Span, Text


def absolute(context: Context, node: f._Node) -> Place:
    """The place of a node of the context's own function."""
    start = context.function.start
    return Place(context.path, Span(start + node.at, start + node.to))


def replaced(context: Context, node: f._Node, text: str) -> Edit:
    return Edit(absolute(context, node), text)


def source_of(context: Context, node: f._Node) -> str:
    return context.source(absolute(context, node))


def statement_at(context: Context, place: Place) -> f.Stmt | None:
    """The innermost statement that holds a place."""
    start = context.function.start
    found: f.Stmt | None = None
    body: tuple[f.Stmt, ...] = context.function.body
    while body:
        inner = next(
            (s for s in body if start + s.at <= place.span.start and place.span.end <= start + s.to), None
        )
        if inner is None:
            break
        found, body = inner, tuple(shapes.children(inner))
    return found


def lines_before(context: Context, stmt: f._Node, lines: Iterable[str]) -> Edit | None:
    """Whole lines in front of a statement, indented like it. None where no line can stand there."""
    offset = context.function.start + stmt.at
    line = context.text.line_of(offset)
    begin = context.text.line_starts[line]
    head = context.text.slice(Span(begin, offset))
    if head.strip() or context.text.slice(Span(offset, offset + 5)).startswith(("elif", "else")):
        return None  # `if x: return y`, `elif`: not the beginning of a line of its own.
    text = "".join(f"{head}{one}{context.text.newline}" for one in lines)
    return Edit(Place(context.path, Span(begin, begin)), text)


def behind(text: Text, at: int) -> str:
    """What stands behind an offset on its line, without the blanks at the end: an open document has room there."""
    return text.slice(Span(at, max(text.line_span(text.line_of(at)).end, at))).rstrip()


def line_after(context: Context, stmt: f._Node, code: str) -> Edit:
    """A whole line behind a simple statement, indented like it."""
    place = absolute(context, stmt)
    line = context.text.line_of(place.span.end)
    end = context.text.line_span(line).end
    return Edit(Place(context.path, Span(end, end)), f"{context.text.newline}{context.indent(place)}{code}")


def width(context: Context) -> int:
    """How wide lines may get: as wide as those of the function are, within what is usual. Blanks at their ends are none of
    it: an open document has them."""
    text = context.text
    first, last = (text.line_of(at) for at in (context.function.start, context.function.end))
    longest = max(len(text.line_text(line).rstrip()) for line in range(first, last + 1))
    return min(max(longest, NARROWEST), WIDEST)


NARROWEST, WIDEST = 88, 120


def indent_step(context: Context, stmt: f._Node) -> str:
    """What one level of a block adds to the indentation, as the code around does it."""
    inner = stmt.body[0] if isinstance(stmt, (f.For, f.While)) and stmt.body else None
    if inner is not None:
        own, deeper = context.indent(absolute(context, stmt)), context.indent(absolute(context, inner))
    else:
        function = context.function
        own = context.text.indent_of(context.text.line_of(function.start + function.def_at))
        deeper = context.indent(absolute(context, function.body[0])) if function.body else ""
    return deeper[len(own) :] if deeper.startswith(own) and len(deeper) > len(own) else "    "


def is_alone(context: Context, stmt: f._Node) -> bool:
    """True if a statement shares its lines with no other: `a = 1; b = 2` does not."""
    place = absolute(context, stmt)
    text = context.text
    first, last = text.line_of(place.span.start), text.line_of(max(place.span.end - 1, place.span.start))
    before = text.slice(Span(text.line_starts[first], place.span.start))
    behind = text.slice(Span(place.span.end, text.line_span(last).end)).strip()
    return not before.strip() and (not behind or behind.startswith("#"))


def fresh_name(context: Context, wanted: str) -> str:
    """The wanted name, or one with a number behind it that nothing in the function uses."""
    used = {p.name for p in context.function.params}
    roots: list[object] = [context.function.body]
    facts = context.project.facts(context.path) if context.function.kind == "module" else None
    if facts is not None:
        roots += [function.body for function in facts.functions]
        used |= {function.name for function in facts.functions} | {cls.name for cls in facts.classes}
        used |= {item.alias for item in facts.imports}
    for root in roots:
        used |= changes.all_names(context, root)
    name, count = wanted, 2
    while name in used:
        name, count = f"{wanted}_{count}", count + 1
    return name


def snake_case(name: str) -> str:
    """`OrderLine` as `order_line`."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).strip("_")


def plain_name(text: str) -> str:
    """A text such as `self.items` or `order.user_id` as an identifier: its last words."""
    words = [w for w in "".join(c if c.isalnum() or c == "_" else " " for c in text).split() if w]
    name = words[-1] if words else "values"
    return name.strip("_") if name.strip("_").isidentifier() else "values"

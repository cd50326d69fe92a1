"""An edit inside one function: that function is parsed and lowered again, and everything else stays what it was.

Even with the old tree at hand tree-sitter looks at the whole file (half a microsecond a line), and so does lowering
the top level. A function is parsed alone, in its place, when nothing around it can mean anything else: the file had
no error, the function has none now, it is still the only thing that stands there, and nothing behind it has moved.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from time import monotonic

from msgspec.structs import replace

from analyzers.extract import IGNORE, Memo, recall
from analyzers.facts import ClassDef, Define, FileFacts, Function, Stmt
from analyzers.languages import Language
from analyzers.languages.unit import Unit
from analyzers.syntax import Parsed, parse_within, tree_after
from analyzers.text import Span

_NOTHING = re.compile(rb"(?:[ \t\r\n\f]|#[^\n]*)*")
_INDENT = re.compile(rb"[ \t]*")
_SET_IN = re.compile(rb"[^\n#]#")


class Broken(Exception):
    """The function has a syntax error now."""


def spliced(
    facts: FileFacts,
    before: bytes,
    after: bytes,
    changed: Span,
    language: Language,
    memo: Memo,
    seconds: float,
    clock: Callable[[], float] = monotonic,
) -> FileFacts | None:
    """The facts of `after`, a text as long as `before` (of which `facts` are) that differs from it in `changed` alone.

    None where that is more than an edit of one function. Raises `Broken`, also when parsing takes longer than `seconds`.
    """
    if facts.has_error or language.name != "python":
        return None
    at = _around(facts.functions, changed.start)
    if at is None:
        return None
    old = facts.functions[at]
    line_end = before.find(b"\n", changed.end)
    if before[changed.end - 1] == after[changed.end - 1] == ord("\n"):
        line_end = changed.end - 1  # it ends in front of a line
    region = Span(old.start, line_end if line_end >= 0 else len(before))
    stop = bisect_left(facts.functions, region.end, lo=at, key=lambda one: one.start)
    held = facts.functions[at:stop]
    if not _is_alone(facts, before, old, held, region) or IGNORE.search(after, *region):
        return None
    known = tree_after(memo.parsed, before, after, changed, region)
    made = _lowered(after, old, region, language, memo, known, seconds, clock)
    if made is None:
        return None
    functions = (*facts.functions[:at], *sorted(made, key=lambda one: one.start), *facts.functions[stop:])
    return _reaching(replace(facts, functions=functions), old, made[0].end)


def says_as_before(facts: FileFacts, before: bytes, after: bytes, changed: Span) -> bool:
    """Whether nothing but comments and blanks differs, of what stands between the statements of the top level: `facts` are
    those of `after`, too, a text as long as `before`."""
    start, end = changed
    body = facts.functions[0].body
    behind = bisect_left(body, start, key=lambda statement: statement.at)
    if (
        facts.has_error
        or (behind and body[behind - 1].to > start)
        or (behind < len(body) and body[behind].at < end)
    ):
        return False
    if before[:start].rstrip(b" \t\r\n\f").endswith(b"\\"):
        return False
    return _is_idle(before, changed) and _is_idle(after, changed)


def _is_idle(text: bytes, part: Span) -> bool:
    """Whether nothing but blanks and whole comments is in a part of a text. An indented one may belong to the block above it."""
    start, end = part
    if _NOTHING.fullmatch(text, start, end) is None or IGNORE.search(text, start, _line_end(text, end)):
        return False
    line = text.rfind(b"\n", 0, start) + 1
    return (text[end - 1 : end] == b"\n" or text[end : end + 1] in (b"", b"\n")) and not _SET_IN.search(
        text, line, end
    )


def _line_end(text: bytes, at: int) -> int:
    end = text.find(b"\n", at)
    return end if end >= 0 else len(text)


def _around(functions: tuple[Function, ...], offset: int) -> int | None:
    """The last function before an offset that no other function holds."""
    at = bisect_right(functions, offset, lo=1, key=lambda one: one.start) - 1
    while at > 0 and (functions[at].parent or functions[at].kind == "lambda"):
        at -= 1
    return at if at > 0 and functions[at].start < offset else None


def _is_alone(
    facts: FileFacts, before: bytes, old: Function, held: tuple[Function, ...], region: Span
) -> bool:
    """Whether nothing but the function stands in the region, and it holds nothing that others see."""
    names = {function.qualname for function in held}
    return (
        old.end <= region.end
        and _NOTHING.fullmatch(before, old.end, region.end) is not None
        and IGNORE.search(before, *region) is None
        and not [cls for cls in facts.classes if region.start <= cls.start < region.end]
        and names.isdisjoint([item.scope for item in facts.imports])
    )


def _lowered(
    source: bytes,
    old: Function,
    region: Span,
    language: Language,
    memo: Memo,
    known: Parsed | None,
    seconds: float,
    clock: Callable[[], float],
) -> tuple[Function, ...] | None:
    """The function that stands in the region now, with those inside it; None where it is not what it was called."""
    tree = parse_within(
        source, language, seconds, known.tree if known is not None else None, clock, part=region
    )
    if tree is None or tree.root_node.has_error:
        raise Broken
    memo.parsed = Parsed(source, region, tree)
    grammar = language.grammar
    nodes = [node for node in tree.root_node.children if node.kind_id not in grammar.comments]
    if len(nodes) != 1:
        return None
    unit = Unit(source, grammar, {})
    if old.owner:
        unit.prefix, unit.owner = f"{old.owner}.", old.owner
    _, _, number = old.qualname[len(unit.prefix) :].partition("#")
    if number:
        unit.counts[old.name] = int(number) - 1
    unit.statement(nodes[0], 0, [])
    if len(unit.queued) != 1:
        return None
    [pending] = unit.queued
    if (pending.start, pending.qualname, pending.kind) != (old.start, old.qualname, old.kind):
        return None
    piece = recall(unit, pending, source, language.name, memo)
    if piece.classes or piece.imports or not _is_indented(source, piece.functions[0]):
        return None
    return piece.functions


def _is_indented(source: bytes, function: Function) -> bool:
    """Whether the body stands deeper than the function, and its decorators do not, which a function parsed alone does not tell."""
    start, body = function.start, function.start + function.body_at
    outer = _indent(source, start)
    if any(
        _indent(source, start + at) != outer
        for at in (function.def_at, *(one.at for one in function.decorators))
    ):
        return False
    if source.rfind(b"\n", 0, body) + 1 <= start + function.name_to:
        return True  # on the line of the `def`
    indent = _indent(source, body)
    return indent.startswith(outer) and len(indent) > len(outer)


def _indent(source: bytes, at: int) -> bytes:
    found = _INDENT.match(source, source.rfind(b"\n", 0, at) + 1)
    assert found is not None
    return found[0]


def _reaching(facts: FileFacts, old: Function, end: int) -> FileFacts | None:
    """The facts with the new end of a function in what it stands in: its class, the classes around, the top level."""
    qualname, owner, was = old.qualname, old.owner, old.end
    classes = list(facts.classes)
    while was != end and owner:
        at = next((n for n, one in enumerate(classes) if one.qualname == owner), None)
        begin = classes[at].start if at is not None else 0
        body = _with_end(classes[at].body, qualname, was - begin, end - begin) if at is not None else None
        if at is None or body is None or classes[at].parent:
            return None
        cls: ClassDef = classes[at]
        grown = end if cls.end == was else cls.end
        classes[at] = replace(cls, body=body, end=grown)
        qualname, owner = cls.qualname, cls.owner
        if grown == cls.end:
            return replace(facts, classes=tuple(classes))
    if was == end:
        return facts
    top = _with_end(facts.functions[0].body, qualname, was, end)
    if top is None:
        return None
    module = replace(facts.functions[0], body=top)
    return replace(facts, functions=(module, *facts.functions[1:]), classes=tuple(classes))


def _with_end(body: tuple[Stmt, ...], qualname: str, was: int, to: int) -> tuple[Stmt, ...] | None:
    """A body in which a definition ends elsewhere; None where the body does not hold it itself."""
    at = bisect_left(body, was, key=lambda statement: statement.to)
    statement = body[at] if at < len(body) else None
    if not isinstance(statement, Define) or statement.qualname != qualname:
        return None
    return (*body[:at], replace(statement, to=to), *body[at + 1 :])

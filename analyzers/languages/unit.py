"""The walk: one `Unit` lowers the body of one function, class or file and queues the units found inside it.

Nested functions and classes are queued, not entered: the depth of Python's own stack depends on the nesting inside
one unit only, and that is limited to MAX_DEPTH. What stands deeper becomes an `Opaque` (its functions are still found).
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from analyzers.facts import (
    ClassDef,
    Define,
    Do,
    Export,
    Expr,
    Function,
    Import,
    Lambda,
    Opaque,
    Return,
    Stmt,
)
from analyzers.languages.limits import MAX_DEPTH

if TYPE_CHECKING:
    from tree_sitter import Node

    from analyzers.languages.grammar import Grammar


LARGE = 2_000
"""Bytes. A statement of the top level that is larger is worth remembering."""

SMALL = 24
"""The same in a function that is being edited."""

MAX_LARGE = 500
"""So many are kept of top levels; then it begins anew."""

Known = tuple[int, int, int, int, bytes]
"""The grammar of a statement, its kind, how deep it is nested, where it is, and what it is."""

Lowered = tuple[tuple["Stmt", ...], bool, bool]
"""What it becomes, and whether it loops and yields."""


class Again:
    """Statements of `least` bytes and more that were lowered before. What is `used` again is kept for the next time, too.
    Where none are `known` those of the function as it was are taken, of a `body` that is the same in that place: what was
    answered of them holds."""

    __slots__ = ("before", "known", "least", "lowered", "used")

    def __init__(
        self, least: int, known: dict[Known, Lowered], used: dict[Known, Lowered], body: tuple[Stmt, ...] = ()
    ) -> None:
        self.before = {statement.at: statement for statement in body}
        self.least = least
        self.known = known
        self.used = used
        self.lowered = 0  # those that were not known


class Pending(NamedTuple):
    """A function or class that was found and waits to be lowered; offsets are absolute."""

    node: Node
    start: int
    end: int
    name: str
    name_at: int
    name_to: int
    qualname: str
    kind: str
    owner: str
    parent: str
    decorators: tuple[Node, ...]
    lower: Callable[[Unit, Pending], Function | ClassDef]


class Unit:
    """The state while one function, class or file is lowered."""

    __slots__ = (
        "again",
        "base",
        "counts",
        "decorators",
        "exports",
        "exprs",
        "function",
        "grammar",
        "has_loop",
        "import_base",
        "imports",
        "is_generator",
        "kind_hint",
        "name_hint",
        "names",
        "owner",
        "prefix",
        "queued",
        "source",
        "stmts",
    )

    def __init__(self, source: bytes, grammar: Grammar, names: dict[bytes, str]) -> None:
        self.source = source
        self.grammar = grammar
        self.exprs = grammar.exprs
        self.stmts = grammar.stmts
        self.names = names  # every text decoded so far, once
        self.base = 0  # positions are relative to this
        self.prefix = ""  # what the qualnames of the things defined here begin with
        self.owner = ""  # qualname, when the unit is a class
        self.function = ""  # qualname of the innermost function that holds this text
        self.import_base = 0  # where that function starts
        self.counts: dict[str, int] = {}
        self.has_loop = False
        self.is_generator = False
        self.decorators: list[Node] = []  # seen, and waiting for their definition
        self.name_hint: Node | None = (
            None  # the variable or property that the next function expression is bound to
        )
        self.kind_hint = "lambda"
        self.queued: list[Pending] = []
        self.again: Again | None = None
        self.imports: list[Import] = []
        self.exports: list[Export] = []

    # -------------------------------------------------------------------------------------------- text

    def text(self, node: Node) -> str:
        """The node's text, each distinct one decoded once."""
        raw = self.source[node.start_byte : node.end_byte]
        text = self.names.get(raw)
        if text is None:
            text = self.names[raw] = raw.decode("utf-8", "replace")
        return text

    # ------------------------------------------------------------------------------------- expressions

    def expr(self, node: Node, depth: int) -> Expr:
        """One expression; tokens, comments and errors become an empty `Opaque`."""
        if depth > MAX_DEPTH:
            return self.too_deep(node)
        handler = self.exprs.get(node.kind_id)
        if handler is None:
            return self.opaque(node, depth)
        return handler(self, node, depth)

    def expr_or_none(self, node: Node | None, depth: int) -> Expr | None:
        return None if node is None else self.expr(node, depth)

    def bound(self, value: Node, name: Node | None, depth: int, kind: str = "lambda") -> Expr:
        """The value of a variable or property; a function expression is called after it where a language does so.

        `kind` is what such a function is: "function" when the name is declared here and stands for it alone.
        """
        if value.kind_id in self.grammar.definitions:
            self.name_hint, self.kind_hint = name, kind
            lowered = self.expr(value, depth)
            self.name_hint = None
            return lowered
        return self.expr(value, depth)

    def each(self, node: Node, depth: int) -> list[Expr]:
        """The children that are expressions, in order."""
        return self.all(node.children, depth)

    def all(self, nodes: list[Node], depth: int) -> list[Expr]:
        """Those of `nodes` that are expressions, in order."""
        found: list[Expr] = []
        if depth > MAX_DEPTH:
            return [self.too_deep(node) for node in nodes if node.child_count]
        exprs = self.exprs
        for node in nodes:
            handler = exprs.get(node.kind_id)
            if handler is not None:
                found.append(handler(self, node, depth))
        return found

    def opaque(self, node: Node, depth: int) -> Opaque:
        """What no table maps, with the parts that one does."""
        if node.kind_id in self.grammar.definitions:  # in broken code: one that stands where no statement may
            return self.too_deep(node)
        parts = [
            part
            for part in self.each(node, depth + 1)
            if type(part) is not Opaque or part.parts  # leaves of unknown kinds say nothing
        ]
        return Opaque(node.start_byte - self.base, node.end_byte - self.base, tuple(parts))

    def too_deep(self, node: Node) -> Opaque:
        """The end of the line: only the functions and classes at and below it are kept."""
        found: list[Expr] = []
        for statement in self.definitions_below([node]):
            if type(statement) is Define:
                found.append(Lambda(statement.at, statement.to, statement.qualname))
            elif type(statement) is Do:
                found.append(statement.value)
        return Opaque(node.start_byte - self.base, node.end_byte - self.base, tuple(found))

    def definitions_below(self, nodes: list[Node]) -> list[Stmt]:
        """Queue the outermost definitions in `nodes`, without recursion; returns what marks their places."""
        out: list[Stmt] = []
        stack = nodes[::-1]
        definitions = self.grammar.definitions
        while stack:
            node = stack.pop()
            kind = node.kind_id
            if kind in definitions:
                self.statement(node, 0, out)
            else:
                stack.extend(reversed(node.children))
        return out

    def rescue(self, node: Node) -> list[Stmt]:
        """In broken code: the definitions in the unit that stand where no statement looks, inside errors."""
        out: list[Stmt] = []
        if not node.has_error:
            return out
        known = {pending.node.id for pending in self.queued}
        definitions = self.grammar.definitions
        stack = node.children[::-1]
        while stack:
            here = stack.pop()
            if here.kind_id not in definitions:
                stack.extend(reversed(here.children))
            elif here.id not in known and not any(child.id in known for child in here.children):
                self.statement(here, 0, out)
        return out

    # -------------------------------------------------------------------------------------- statements

    def statement(self, node: Node, depth: int, out: list[Stmt]) -> None:
        """Append what one statement becomes: nothing, one value or several."""
        handler = self.stmts.get(node.kind_id)
        if handler is not None:
            handler(self, node, depth, out)
            return
        lower = self.exprs.get(node.kind_id)
        if lower is not None:
            out.append(Do(node.start_byte - self.base, node.end_byte - self.base, lower(self, node, depth)))

    def block(self, node: Node | None, depth: int) -> tuple[Stmt, ...]:
        """The statements of a block, or the one statement that stands in its place."""
        if node is None:
            return ()
        out: list[Stmt] = []
        if depth > MAX_DEPTH:
            return tuple(self.definitions_below([node]))
        if node.kind_id in self.grammar.blocks:
            self.statements(node.children, depth, out)
        else:
            self.statement(node, depth, out)
        return tuple(out)

    def statements(self, nodes: list[Node], depth: int, out: list[Stmt]) -> None:
        stmts, exprs, base = self.stmts, self.exprs, self.base
        for node in nodes:
            kind = node.kind_id
            handler = stmts.get(kind)
            if handler is not None:
                if self.again is not None and node.end_byte - node.start_byte > self.again.least:
                    self._remembered(handler, node, depth, out, self.again)
                else:
                    handler(self, node, depth, out)
                continue
            lower = exprs.get(kind)
            if lower is not None:
                out.append(Do(node.start_byte - base, node.end_byte - base, lower(self, node, depth)))

    def _remembered(
        self,
        handler: Callable[[Unit, Node, int, list[Stmt]], None],
        node: Node,
        depth: int,
        out: list[Stmt],
        again: Again,
    ) -> None:
        """A statement that defines and imports nothing is lowered once: a long table, or what is not edited of a function."""
        text = self.source[node.start_byte : node.end_byte]
        if len(text) > LARGE:
            text = blake2b(text, digest_size=16).digest()
        key = (id(self.grammar), node.kind_id, depth, node.start_byte - self.base, text)
        known = again.known.get(key)
        if known is None:
            known = self._lowered(handler, node, depth, again, key)
        else:
            again.used[key] = known
        statements, loops, yields = known
        out.extend(statements)
        self.has_loop |= loops
        self.is_generator |= yields

    def _lowered(
        self,
        handler: Callable[[Unit, Node, int, list[Stmt]], None],
        node: Node,
        depth: int,
        again: Again,
        key: Known,
    ) -> Lowered:
        around = (self.has_loop, self.is_generator)
        self.has_loop = self.is_generator = False
        before = (len(self.queued), len(self.imports), len(self.exports), len(self.decorators))
        out: list[Stmt] = []
        handler(self, node, depth, out)
        after = (len(self.queued), len(self.imports), len(self.exports), len(self.decorators))
        if len(out) == 1 and again.before.get(out[0].at) == out[0]:
            out = [again.before[out[0].at]]
        made = (tuple(out), self.has_loop, self.is_generator)
        self.has_loop, self.is_generator = around
        again.lowered += 1
        if before == after and not node.has_error:
            if again.used is again.known and len(again.known) >= MAX_LARGE:
                again.known.clear()
            again.used[key] = made
        return made

    def function_body(self, node: Node | None) -> tuple[Stmt, ...]:
        """The statements of a function: those of its block, or the `Return` of its one expression."""
        self.has_loop = self.is_generator = False
        if node is None:
            return ()
        if node.kind_id in self.grammar.blocks:
            return self.block(node, 0)
        return (Return(node.start_byte - self.base, node.end_byte - self.base, self.expr(node, 0)),)

    # ------------------------------------------------------------------------------------- definitions

    def queue(
        self,
        node: Node,
        name: str,
        name_node: Node | None,
        kind: str,
        lower: Callable[[Unit, Pending], Function | ClassDef],
    ) -> Pending:
        """Note a function or class for later, under a qualname that is its own. Takes the waiting decorators."""
        count = self.counts[name] = self.counts.get(name, 0) + 1
        qualname = f"{self.prefix}{name}" if count == 1 else f"{self.prefix}{name}#{count}"
        start = node.start_byte
        decorators = tuple(self.decorators)
        if decorators:
            start = min(start, decorators[0].start_byte)
            self.decorators.clear()
        if name_node is None:
            name_at = name_to = node.start_byte
        else:
            name_at, name_to = name_node.start_byte, name_node.end_byte
        pending = Pending(
            node, start, node.end_byte, name, name_at, name_to, qualname, kind, self.owner, self.function,
            decorators, lower,
        )  # fmt: skip
        self.queued.append(pending)
        return pending

    def inside(self, pending: Pending) -> Unit:
        """The unit that lowers a pending one: offsets relative to it, names below its qualname."""
        unit = Unit(self.source, self.grammar, self.names)
        unit.base = pending.start
        if pending.kind == "class":
            unit.prefix = f"{pending.qualname}."
            unit.owner = pending.qualname
            unit.function, unit.import_base = pending.parent, self.import_base
        else:
            unit.prefix = f"{pending.qualname}.<locals>."
            unit.function, unit.import_base = pending.qualname, pending.start
        return unit

    def add_import(self, node: Node, module: str, name: str, alias: str, level: int = 0) -> None:
        """Note one bound name. Its place is relative to the function that holds it, absolute outside of functions."""
        at, to = node.start_byte - self.import_base, node.end_byte - self.import_base
        self.imports.append(Import(at, to, module, name, alias, level, self.function))

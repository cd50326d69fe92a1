"""Tree to facts, function by function.

The file's own top level is lowered first; the functions and classes it mentions are queued and lowered next, and so
on. Classes outside of functions are lowered each time, which is little, since their methods are units of their own.
An outermost function (one that no function holds) with all that is inside it is remembered in a `Memo` under its
bytes and its qualname, so that an edit lowers again only the function it is in.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator
from hashlib import blake2b
from typing import NamedTuple

from msgspec.structs import replace
from tree_sitter import Node, Tree

from analyzers import templates
from analyzers.facts import ClassDef, FileFacts, Function, Import, Suppression
from analyzers.languages import TEMPLATE, Language
from analyzers.languages.grammar import Grammar
from analyzers.languages.jsdoc import comment_before
from analyzers.languages.unit import LARGE, SMALL, Again, Known, Lowered, Pending, Unit
from analyzers.syntax import Parsed, parse

IGNORE = re.compile(rb"bigo:[ \t]*ignore\b[ \t]*(?:\[([^\]\r\n]*)\])?")


class Piece(NamedTuple):
    """The facts of one outermost function: the function first, then all that is inside it."""

    start: int
    functions: tuple[Function, ...]
    classes: tuple[ClassDef, ...]
    imports: tuple[Import, ...]

    def moved(self, start: int) -> Piece:
        """The same at another place. Only units hold absolute offsets."""
        by = start - self.start
        if by == 0:
            return self
        return Piece(
            start,
            tuple(replace(one, start=one.start + by, end=one.end + by) for one in self.functions),
            tuple(replace(one, start=one.start + by, end=one.end + by) for one in self.classes),
            self.imports,
        )


Key = tuple[object, ...]


VERSIONS = 8
"""Texts that are remembered of functions of one name: those that undoing goes back to, and those of other files."""


class Memo:
    """Pieces by what they depend on; the least recently used go first. One memo serves any number of files."""

    def __init__(self, limit: int = 20_000) -> None:
        self.limit = limit
        self.hits = 0
        self.misses = 0
        self.large: dict[Known, Lowered] = {}  # statements of the top levels: see `Again`
        self.parsed: Parsed | None = None  # the function that was parsed alone last
        self.given: dict[int, Piece] = {}  # of the text that is extracted next: see `give`
        self.lowered = 0  # statements of functions that were known before, as they were otherwise
        self._edited: tuple[Key, dict[Known, Lowered]] = ((), {})  # what was edited last, and its statements
        self._pieces: OrderedDict[Key, Piece] = OrderedDict()
        self._versions: dict[Key, tuple[Key, ...]] = {}  # by what a function is called, the latest last

    def __len__(self) -> int:
        return len(self._pieces)

    def get(self, key: Key) -> Piece | None:
        piece = self._pieces.get(key)
        if piece is None:
            self.misses += 1
        else:
            self.hits += 1
            self._pieces.move_to_end(key)
        return piece

    def statements(self, key: Key) -> Again | None:
        """What is known of the statements of a function that was another before; None for a new one."""
        called = key[1:4]
        if called not in self._versions:
            return None
        known = self._edited[1] if self._edited[0] == called else {}
        before = self._pieces.get(self._versions[called][-1]) if not known else None
        again = Again(SMALL, known, {}, before.functions[0].body if before is not None else ())
        self._edited = (called, again.used)
        return again

    def give(self, facts: FileFacts) -> None:
        """What the text that is extracted next consists of: its functions are then found and not lowered."""
        self.given = {piece.start: piece for piece in pieces_of(facts)}

    def put(self, key: Key, piece: Piece) -> None:
        self._pieces[key] = piece
        called = key[1:4]
        versions = (*self._versions.get(called, ()), key)
        if len(versions) > VERSIONS:
            self._pieces.pop(versions[0], None)
        self._versions[called] = versions[-VERSIONS:]
        if len(self._pieces) > self.limit:
            self._pieces.popitem(last=False)
            if len(self._versions) > self.limit:
                self._versions.clear()


def facts_of(source: bytes, language: Language) -> FileFacts:
    """Parse and extract: for a file that is not open in an editor."""
    if language is TEMPLATE:
        return templates.facts_of(source)
    return extract(parse(source, language), source, language)


def extract(tree: Tree, source: bytes, language: Language, memo: Memo | None = None) -> FileFacts:
    """The facts of a file. `source` must be the text the tree was parsed from. Fails for no text.

    Positions: those of the top level are absolute; an `Import`'s are relative to the function that holds it, and
    absolute outside of functions, a class's own body included. A function expression that is called after the
    variable it is bound to has its name before its start: `name_at` is negative.
    """
    grammar = language.grammar
    root = tree.root_node
    top = Unit(source, grammar, {})
    top.again = Again(LARGE, memo.large, memo.large) if memo is not None else None
    body = (*top.block(root, 0), *top.rescue(root))
    functions = [
        Function(
            name="<module>",
            qualname="<module>",
            kind="module",
            start=0,
            end=len(source),
            def_at=0,
            name_at=0,
            name_to=0,
            body_at=0,
            params=(),
            returns=None,
            decorators=(),
            body=body,
            has_loop=top.has_loop,
        )
    ]
    classes: list[ClassDef] = []
    imports = list(top.imports)
    exports = top.exports
    queue = [(top, pending) for pending in reversed(top.queued)]
    while queue:
        outer, pending = queue.pop()
        if pending.kind == "class":
            unit = outer.inside(pending)
            lowered = pending.lower(unit, pending)
            assert isinstance(lowered, ClassDef)
            classes.append(lowered)
            imports.extend(unit.imports)
            queue.extend((unit, inner) for inner in reversed(unit.queued))
        else:
            piece = recall(outer, pending, source, language.name, memo)
            functions.extend(piece.functions)
            classes.extend(piece.classes)
            imports.extend(piece.imports)
    functions[1:] = sorted(functions[1:], key=lambda one: one.start)
    classes.sort(key=lambda one: one.start)
    return FileFacts(
        language.name,
        tuple(functions),
        tuple(classes),
        tuple(imports),
        tuple(exports),
        suppressions(source, root, grammar),
        root.has_error,
    )


def recall(outer: Unit, pending: Pending, source: bytes, language: str, memo: Memo | None) -> Piece:
    """The piece of an outermost function, from the memo when it is there.

    A function with a syntax error is not remembered: how the parser recovers depends on what stands around it.
    """
    if memo is None or pending.node.has_error:
        return piece_of(outer, pending)
    key = (
        blake2b(source[pending.start : pending.end], digest_size=16).digest(),
        pending.qualname,
        pending.owner,
        pending.kind,
        pending.node.kind_id,
        pending.name_at - pending.start,
        pending.name_to - pending.start,
        language,
        comment_before(source, pending.start) if outer.grammar.jsdoc else None,
    )
    piece = memo.get(key)
    given = memo.given.get(pending.start) if piece is None and memo.given else None
    if given is not None and given.functions[0].qualname == pending.qualname:
        memo.put(key, given)
        piece = given
    if piece is None:
        again = memo.statements(key)
        piece = piece_of(outer, pending, again)
        memo.put(key, piece)
        if again is not None:
            memo.lowered += again.lowered
    return piece.moved(pending.start)


def piece_of(outer: Unit, pending: Pending, again: Again | None = None) -> Piece:
    """Lower an outermost function and all that it holds, but for what was lowered before."""
    functions: list[Function] = []
    classes: list[ClassDef] = []
    imports: list[Import] = []
    queue = [(outer, pending)]
    while queue:
        around, here = queue.pop()
        unit = around.inside(here)
        unit.again = again if here.kind != "class" else None
        lowered = here.lower(unit, here)
        if isinstance(lowered, Function):
            functions.append(lowered)
        else:
            classes.append(lowered)
        imports.extend(unit.imports)
        queue.extend((unit, inner) for inner in reversed(unit.queued))
    return Piece(pending.start, tuple(functions), tuple(classes), tuple(imports))


def pieces_of(facts: FileFacts) -> Iterator[Piece]:
    """The outermost functions of a file, each with what is inside it."""
    scopes: dict[str, list[Import]] = {}
    for item in facts.imports:
        scopes.setdefault(item.scope, []).append(item)
    functions, classes = facts.functions, facts.classes
    at, at_class = 1, 0
    while at < len(functions):
        first, last = functions[at], at + 1
        while last < len(functions) and functions[last].start < first.end:
            last += 1
        while at_class < len(classes) and classes[at_class].start < first.start:
            at_class += 1
        last_class = at_class
        while last_class < len(classes) and classes[last_class].start < first.end:
            last_class += 1
        held = functions[at:last]
        imports = [item for one in held for item in scopes.get(one.qualname, ())] if len(scopes) > 1 else []
        yield Piece(first.start, held, classes[at_class:last_class], tuple(imports))
        at, at_class = last, last_class


def suppressions(source: bytes, root: Node, grammar: Grammar) -> tuple[Suppression, ...]:
    """The `bigo: ignore` comments. `at`/`to` are the comment's."""
    found: list[Suppression] = []
    for match in IGNORE.finditer(source):
        node = root.descendant_for_byte_range(match.start(), match.end() - 1)
        if node is None or node.kind_id not in grammar.comments:
            continue
        rules = tuple(
            rule.decode("utf-8", "replace").strip() for rule in (match[1] or b"").split(b",") if rule.strip()
        )
        line = source[source.rfind(b"\n", 0, node.start_byte) + 1 : node.start_byte]
        after = source[node.end_byte : (source.find(b"\n", node.end_byte) + 1 or len(source) + 1) - 1]
        found.append(
            Suppression(node.start_byte, node.end_byte, rules, not line.strip() and not after.strip())
        )
    return tuple(found)

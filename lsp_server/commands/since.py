"""What a change touches, and who depends on it: what `bigo check --since` reports on.

Of the changed files everything is told. Of the others what is found in functions that were judged by something that
changed: they call it, read it, or are called back by it, however many files away. Who may be one is told by names,
which costs little; who is one, by what was asked while it was judged.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analyzers import facts as f
from analyzers.findings import Finding
from analyzers.project.outline import bound, flatten
from analyzers.text import Span, Text

if TYPE_CHECKING:
    from analyzers.project.index import Project
    from lsp_server.files.changes import Lines
    from lsp_server.files.texts import Texts

_WORDS = re.compile(r"[A-Za-z]\w*?(?=__|\b)")
_LONG = 80
"""Characters of a text that may name something; a longer one is prose."""


@dataclass
class Since:
    """What changed: the files, the pieces of them that others may rest on, and the names these are asked for by."""

    files: frozenset[str]
    pieces: set[Hashable] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    def of_dependents(self, project: Project, path: str, found: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """What was found in a file because of what changed; all of it in a file that changed itself."""
        if path in self.files or not found:
            return found
        places: set[object] = set()
        functions: set[str] = set()
        for key, value in project.memo.built_on(self.pieces):
            if isinstance(key, tuple) and key[:2] == ("findings", path):
                functions.add(key[2])
                places.update((one.rule, one.place) for one in value[0])
        return tuple(one for one in found if (one.rule, one.place) in places or one.function in functions)


def changed(project: Project, texts: Texts, files: Mapping[str, Lines | None]) -> Since:
    """The functions, classes and names of the project's files that some lines belong to."""
    since = Since(frozenset(files))
    for path, lines in files.items():
        text = texts(path)
        if text is not None and path in project:
            for span in _spans(text, lines):
                _add(since, project, path, span)
    return since


def _spans(text: Text, lines: Lines | None) -> Iterator[Span]:
    if lines is None:
        yield Span(0, len(text.source))
        return
    last = text.line_count - 1
    for first, end in lines:
        a, b = (min(max(line - 1, 0), last) for line in (first, end))
        yield Span(text.line_span(a).start, text.line_span(b).end)


def _add(since: Since, project: Project, path: str, span: Span) -> None:
    outline = project.outline(path)
    assert outline is not None
    inside = [
        one
        for one in outline.facts.functions
        if one.kind != "module" and one.start <= span.end and span.start <= one.end
    ]
    for function in inside:
        since.pieces.update(((path, "function", function.qualname), (path, "header", function.qualname)))
        since.names.update(filter(None, (function.name, function.owner.rpartition(".")[2])))
    if any(one.start <= span.start and span.end <= one.end for one in inside):
        return
    for cls in outline.facts.classes:
        if cls.start <= span.end and span.start <= cls.end:
            since.pieces.update(
                (path, piece, cls.qualname) for piece in ("class", "members", "body", "definition")
            )
            since.names.add(cls.name)
    for statement in flatten(outline.facts.functions[0].body):
        if isinstance(statement, f.Assign) and statement.at <= span.end and span.start <= statement.to:
            names = tuple(bound(statement.targets))
            since.names.update(names)
            since.pieces.update((path, piece, name) for name in names for piece in ("name", "value"))


# ---------------------------------------------------------------------------------------------------- by their names


@dataclass(frozen=True)
class _Unit:
    """A piece of code that others ask for by names, and what it asks for itself."""

    path: str
    names: frozenset[str]
    asks: frozenset[str]


def may_depend(project: Project, since: Since) -> set[str]:
    """The files with a function that says one of the names, or the name of one that does, and so on."""
    asking: dict[str, list[_Unit]] = {}
    for path in project.paths():
        for unit in _units(project, path):
            for name in unit.asks:
                asking.setdefault(name, []).append(unit)
    found: set[str] = set()
    pending, seen = list(since.names), set(since.names)
    while pending:
        for unit in asking.get(pending.pop(), ()):
            found.add(unit.path)
            pending.extend(unit.names - seen)
            seen |= unit.names
    return found


def _units(project: Project, path: str) -> Iterator[_Unit]:
    outline = project.outline(path)
    facts = outline.facts if outline is not None else None
    if facts is None:
        return
    for function in facts.functions:
        names = {function.name, function.owner.rpartition(".")[2], function.parent.rpartition(".")[2]}
        params = (function.params, function.returns, function.decorators)
        if function.kind == "module":
            names = {
                name
                for one in flatten(function.body)
                if isinstance(one, f.Assign)
                for name in bound(one.targets)
            }
        yield _Unit(path, frozenset(names - {""}), _asked((*params, function.body)))
    for cls in facts.classes:
        names = {cls.name, cls.owner.rpartition(".")[2]}
        yield _Unit(
            path, frozenset(names - {""}), _asked((cls.bases, cls.keywords, cls.decorators, cls.body))
        )
    for item in facts.imports:
        if item.name and item.alias != item.name:
            yield _Unit(path, frozenset((item.alias,)), frozenset((item.name,)))


def _asked(roots: object) -> frozenset[str]:
    """The names that code says, also as texts: columns and methods are named so."""
    found: set[str] = set()
    for node in f.walk(roots):
        if isinstance(node, f.Name):
            found.add(node.id)
        elif isinstance(node, f.Attr):
            found.add(node.name)
        elif isinstance(node, f.Const) and isinstance(node.value, str) and len(node.value) <= _LONG:
            found.update(_WORDS.findall(node.value))
    return frozenset(found)

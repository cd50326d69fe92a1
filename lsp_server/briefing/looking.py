"""Answers to what a model asks about the workspace while it works on a rewrite: functions, their callers, models.

Everything here reads the project and texts, and nothing else. The functions are for the thread that has the project;
`WorkspaceReader` is what `lsp_server.rewrites` asks. What may be asked, and what of an answer is sent, is decided there.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analyzers.facts import FileFacts, Function
from analyzers.text import Span, Text
from lsp_server.briefing import targets
from lsp_server.settings import Settings

if TYPE_CHECKING:
    from analyzers.project.index import Project
    from analyzers.project.names import Target as Named
    from lsp_server.rewrites import Target

TextOf = Callable[[str], "Text | None"]
_MOST = 20  # functions in one answer
_FILES = 300  # that are searched for callers
_STEPS = 8


@dataclass(frozen=True)
class Desk:
    """What an answer is made from. `linked` is a linked profile or None."""

    project: Project
    root: str
    text_of: TextOf
    settings: Settings
    linked: Any = None

    def relative(self, path: str) -> str:
        inside = self.root.rstrip("/") + "/"
        return path[len(inside) :] if path.startswith(inside) else os.path.basename(path)

    def is_inside(self, path: str) -> bool:
        return path.startswith(self.root.rstrip("/") + "/")

    def text(self, path: str) -> Text:
        """The text whose facts the project holds. LookupError where it is another by now."""
        from analyzers import extract, languages

        text, facts, language = self.text_of(path), self.project.facts(path), languages.for_path(path)
        if text is None or facts is None or language is None:
            raise LookupError("this file cannot be read")
        now = extract.facts_of(text.source, language)
        if [(f.qualname, f.start, f.end) for f in now.functions] != [
            (f.qualname, f.start, f.end) for f in facts.functions
        ]:
            raise LookupError("this file is being edited; ask for another one")
        return text

    def facts(self, path: str) -> FileFacts:
        facts = self.project.facts(path)
        if facts is None:
            raise LookupError("this file is not part of the project")
        return facts


def answer(desk: Desk, tool: str, path: str, name: str) -> Any:
    """The answer to one question; `path` is the project's. LookupError says what there is instead."""
    try:
        return _TOOLS[tool](desk, path, name)
    except targets.NoTarget as error:
        raise LookupError(str(error)) from error


def target(desk: Desk, path: str, name: str) -> Target:
    """Another function of the workspace as the target of an edit."""
    try:
        function = targets.function_named(desk.facts(path), name)
    except targets.NoTarget as error:
        raise LookupError(str(error)) from error
    return targets.target_for(
        desk.project, path, desk.text(path), function, root=desk.root, text_of=desk.text_of
    )


def _read_function(desk: Desk, path: str, name: str) -> dict[str, Any]:
    from analyzers import check

    function = targets.function_named(desk.facts(path), name)
    text = desk.text(path)
    report = check.report(desk.project, path, function.qualname)
    told = (
        {}
        if report is None
        else {"time": report.time, "space": report.space, "queries": report.queries or "none"}
    )
    steps = [f"line {text.line_of(r.place.span.start) + 1}: {r.text}" for r in report.why] if report else []
    return {
        **_head(desk, path, function, text),
        **told,
        "steps": steps[:_STEPS],
        "source": text.slice(Span(function.start, function.end)),
    }


def _find_callees(desk: Desk, path: str, name: str) -> dict[str, Any]:
    from analyzers import check

    function = targets.function_named(desk.facts(path), name)
    found = {(p, q) for p, q in called(desk.project, path, function) if desk.is_inside(p)}
    rows = []
    for place, qualname in sorted(found)[:_MOST]:
        callee, text = desk.project.function(place, qualname), desk.text_of(place)
        report = check.report(desk.project, place, qualname)
        if callee is not None and text is not None and report is not None:
            rows.append(
                {**_head(desk, place, callee, text), "time": report.time, "queries": report.queries or "none"}
            )
    return {"callees": rows, "not_shown": max(0, len(found) - _MOST)}


def _find_callers(desk: Desk, path: str, name: str) -> dict[str, Any]:
    function = targets.function_named(desk.facts(path), name)
    rows: list[dict[str, Any]] = []
    more = 0
    for place, caller, lines in _callers(desk, path, function):
        if len(rows) == _MOST:
            more += 1
            continue
        text = desk.text_of(place)
        if text is not None:
            rows.append(
                {**_head(desk, place, caller, text), "calls": [text.line_text(n).strip() for n in lines[:3]]}
            )
    return {"callers": rows, "not_shown": more}


def _read_model(desk: Desk, path: str, name: str) -> dict[str, Any]:
    from analyzers.project.models import Models

    facts, models = desk.facts(path), Models(desk.project)
    cls = desk.project.class_(path, name) or next((c for c in facts.classes if c.name == name), None)
    model = models.model(path, cls.qualname) if cls else None
    if cls is None or model is None:
        known = [c.qualname for c in facts.classes if models.model(path, c.qualname)]
        raise LookupError(f"there is no model {name}; there are: {', '.join(known[:20]) or 'none'}")
    text = desk.text(path)
    return {
        "path": desk.relative(path),
        "model": model.key[1],
        "line": text.line_of(cls.start) + 1,
        "orm": model.orm,
        "columns": dict(model.columns),
        "relations": {
            one: {
                "kind": relation.kind,
                "to": relation.target[1] if relation.target else relation.external or "unknown",
                "path": desk.relative(relation.target[0]) if relation.target else "",
            }
            for one, relation in sorted(model.relations.items())
        },
        "managers": sorted(model.managers),
        "source": text.slice(Span(cls.start, cls.end)),
    }


def _read_profile(desk: Desk, path: str, name: str) -> dict[str, Any]:
    if desk.linked is None:
        raise LookupError("no profile is linked")
    from analyzers import profiles

    function = targets.function_named(desk.facts(path), name)
    told = profiles.slice_for(desk.linked, path, function.qualname, roots=(desk.root,), text_of=desk.text_of)
    if not told:
        raise LookupError(f"the profile says nothing about {function.qualname}")
    return {"path": desk.relative(path), "function": function.qualname, "profile": told}


def _list_findings(desk: Desk, path: str, _: str) -> dict[str, Any]:
    from analyzers import check

    text = desk.text(path)
    found = check.check(desk.project, path, text, targets.check_options(desk.settings))
    worst = sorted(found, key=lambda f: (-f.severity, f.place.span))
    return {
        "path": desk.relative(path),
        "findings": [
            {
                "rule": finding.rule,
                "line": text.line_of(finding.place.span.start) + 1,
                "function": finding.function,
                "severity": finding.severity.label,
                "message": finding.message,
                "cost": finding.cost.before,
            }
            for finding in worst[: 2 * _MOST]
        ],
        "not_shown": max(0, len(worst) - 2 * _MOST),
    }


_TOOLS: dict[str, Callable[[Desk, str, str], dict[str, Any]]] = {
    "read_function": _read_function, "find_callees": _find_callees, "find_callers": _find_callers,
    "read_model": _read_model, "read_profile": _read_profile, "list_findings": _list_findings,
}  # fmt: skip


def _head(desk: Desk, path: str, function: Function, text: Text) -> dict[str, Any]:
    line = text.line_of(function.start + function.def_at) + 1
    return {"path": desk.relative(path), "function": function.qualname, "line": line}


# ------------------------------------------------------------------------------------------------ who calls whom


def called(project: Project, path: str, function: Function) -> Iterator[tuple[str, str]]:
    """The project's functions that a function names: by import and definition, and methods of its own class."""
    for _, found in _named(project, path, function):
        if found.kind == "function" and (found.path, found.qualname) != (path, function.qualname):
            yield found.path, found.qualname


def _named(project: Project, path: str, function: Function) -> Iterator[tuple[Any, Named]]:
    from analyzers import facts as f
    from analyzers.evaluate import shapes
    from analyzers.project import names
    from analyzers.project.names import Target as Named

    for node in shapes.nodes(function.body):
        if not isinstance(node, (f.Name, f.Attr)):
            continue
        chain = shapes.dotted(node)
        first, _, rest = chain.partition(".")
        if first in ("self", "cls", "this") and rest and function.owner:
            own = project.methods_of(path, function.owner).get(rest)
            if own is not None:
                yield node, Named("function", path, own.qualname)
            continue
        found = names.resolve(project, path, chain, function.qualname) if chain else None
        if found is not None and not found[1]:
            yield node, found[0]


def _callers(desk: Desk, path: str, wanted: Function) -> Iterator[tuple[str, Function, list[int]]]:
    """Functions that name the wanted one, and the lines; of a method also those that call a method of its name on
    something else than themselves."""
    from analyzers import facts as f
    from analyzers.evaluate import shapes

    project = desk.project
    near = [path, *sorted(project.dependents(path))]
    further = sorted({one for other in near for one in project.dependents(other)} - set(near))
    for place in [one for one in (*near, *further)[:_FILES] if desk.is_inside(one)]:
        text = desk.text_of(place)
        if text is None or wanted.name.encode() not in text.source:
            continue
        for function in desk.facts(place).functions:
            if (place, function.qualname) == (path, wanted.qualname) or function.kind == "lambda":
                continue
            at = [
                node.at
                for node, found in _named(project, place, function)
                if (found.kind, found.path, found.qualname) == ("function", path, wanted.qualname)
            ]
            if wanted.owner:
                at += [
                    node.at
                    for node in shapes.nodes(function.body)
                    if isinstance(node, f.Attr) and node.name == wanted.name
                ]
            if at:
                lines = sorted({text.line_of(function.start + offset) for offset in at})
                yield place, function, lines


# ------------------------------------------------------------------------------------------------------ the door


@dataclass(frozen=True)
class WorkspaceReader:
    """`rewrites.tools.Reader` over a project that belongs to one thread; `ask` runs a job on that thread."""

    root: str
    knows: Callable[[str], bool]
    ask: Callable[..., Awaitable[Any]]
    desk: Callable[[], Desk]

    def inside(self, path: str) -> bool:
        whole = f"{self.root.rstrip('/')}/{path}"
        real, root = os.path.realpath(whole), os.path.realpath(self.root)
        return real.startswith(root.rstrip(os.sep) + os.sep) and os.path.isfile(real) and self.knows(whole)

    async def answer(self, tool: str, path: str, function: str) -> Any:
        return await self.ask(lambda: answer(self.desk(), tool, f"{self.root.rstrip('/')}/{path}", function))

    async def target(self, path: str, function: str) -> Target:
        found: Target = await self.ask(
            lambda: target(self.desk(), f"{self.root.rstrip('/')}/{path}", function)
        )
        return found

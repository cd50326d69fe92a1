"""What a rewrite is about: one function with all that is worth sending along, for the editor and the command line.

Nothing here sends anything.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from analyzers.facts import FileFacts, Function
from analyzers.findings import Finding, FunctionReport, Place
from analyzers.text import Span, Text
from lsp_server.briefing import project_notes
from lsp_server.settings import Settings

if TYPE_CHECKING:
    from analyzers.check import Options
    from analyzers.project.index import Project
    from lsp_server.rewrites import ContextPart, RewriteSettings, Target

TextOf = Callable[[str], "Text | None"]
# A lambda or a file's own top level is no function one can ask to have rewritten.
_NOT_REWRITTEN = frozenset({"lambda", "module"})


class NoTarget(ValueError):
    """There is no such function; the text says what there is."""


def check_options(settings: Settings) -> Options:
    """What the settings say to `analyzers.check.check`."""
    from analyzers.check import Options

    analysis = settings.analysis
    select = frozenset(analysis.select) if analysis.select else None
    return Options(select=select, ignore=frozenset(analysis.ignore), quiet_paths=analysis.quiet_paths)


def rewrite_settings(settings: Settings) -> RewriteSettings:
    """What the settings say to `lsp_server.rewrites`."""
    from lsp_server.rewrites import RewriteSettings

    given = settings.rewrite
    return RewriteSettings(
        model=given.model,
        small_model=given.small_model,
        effort=given.effort,
        max_output_tokens=given.max_output_tokens,
        max_function_tokens=given.max_function_tokens,
        max_context_tokens=given.max_context_tokens,
        daily_limit_usd=given.budget_per_day,
        request_limit_usd=given.budget_per_request,
        parallel_requests=given.parallel,
        deadline_seconds=float(given.timeout),
        repair=given.repair,
        never_send=settings.privacy.never_send,
        cache_answers=given.cache_days > 0 and given.cache_size > 0,
        cache_days=float(given.cache_days),
        cache_url=given.cache_url,
        open_telemetry=given.open_telemetry,
        cache_megabytes=float(given.cache_size),
        tools=given.tools,
        prewarm=given.prewarm,
    )


def function_named(facts: FileFacts, wanted: str) -> Function:
    """The function with that qualname, or the only one whose qualname ends in it. NoTarget names the near ones."""
    functions = [function for function in facts.functions if function.kind not in _NOT_REWRITTEN]
    exact = [function for function in functions if function.qualname == wanted]
    matches = exact or [function for function in functions if function.qualname.endswith("." + wanted)]
    if len(matches) == 1 or exact:
        return matches[-1]  # of two with one name the later one is what the name means
    if matches:
        raise NoTarget(f"{wanted} is more than one function: {', '.join(f.qualname for f in matches)}")
    names = ", ".join(function.qualname for function in functions[:20]) or "none"
    raise NoTarget(f"there is no function {wanted}; there are: {names}")


def target_for(
    project: Project,
    path: str,
    text: Text,
    function: Function,
    *,
    root: str,
    text_of: TextOf,
    findings: Iterable[Finding] = (),
    linked: Any = None,
    guidelines: Sequence[str] = (),
    version: int | None = None,
) -> Target:
    """The rewrite of `function` of the file `path`, whose facts in `project` are those of `text`.

    `root` is the workspace folder; `findings` are the file's; `linked` is a linked profile or None; `version` is the
    editor's version of the document.
    """
    from analyzers import check
    from lsp_server.rewrites import Target

    facts = project.facts(path)
    if facts is None:
        raise NoTarget(f"{path} is not part of the project")
    reports = {report.qualname: report for report in check.complexity(project, path)}
    parts = _Parts(project, root, text_of, _hot(reports.values()))
    return Target(
        path=path,
        relative=_relative(path, root),
        language=facts.language,
        text=text.source.decode("utf-8", "replace"),
        version=version,
        span=Span(function.start, function.end),
        qualname=function.qualname,
        findings=tuple(finding for finding in findings if finding.function == function.qualname),
        report=reports.get(function.qualname),
        imports=_imports(facts, text),
        module=parts.of_file(path, facts),
        own=parts.of_function(path, function.qualname),
        profile=_slice(linked, path, function, root, text),
        guidelines="\n".join(guidelines),
        notes=project_notes.notes(root),
        orm=project_notes.orm_facts(project, root),
    )


# What a reader needs first when not everything fits: where the time goes, what the rows are, and then what is near.
_HOT, _MODEL, _CALLEE, _SIBLING = 3, 2, 1, 0


def _hot(reports: Iterable[FunctionReport]) -> frozenset[Place]:
    """The places that make up the costs of a file's functions."""
    return frozenset(reason.place for report in reports for reason in report.why)


class _Parts:
    """Pieces of source around a function, as text."""

    def __init__(self, project: Project, root: str, text_of: TextOf, hot: frozenset[Place]) -> None:
        self._project = project
        self._root = root
        self._text_of = text_of
        self._hot = hot

    def of_function(self, path: str, qualname: str) -> tuple[ContextPart, ...]:
        return self._texts(self._places(path, qualname))

    def of_file(self, path: str, facts: FileFacts) -> tuple[ContextPart, ...]:
        """The union over all functions: the same whichever of them is asked for, so that it stays in the cache."""
        names = [f.qualname for f in facts.functions if f.kind not in _NOT_REWRITTEN]
        return self._texts(place for name in names for place in self._places(path, name))

    def _places(self, path: str, qualname: str) -> Iterator[tuple[str, Span, str, int]]:
        from analyzers import check

        around = check.context(self._project, path, qualname)
        yield from ((*place, _MODEL) for place in around.models)
        for callee, span, label in around.callees:
            hot = any(place.path == callee and span.holds(place.span.start) for place in self._hot)
            yield callee, span, label, _HOT if hot else _CALLEE
        function = self._project.function(path, qualname)
        if function is not None and function.owner:
            own = self._project.methods_of(path, function.owner)
            for name in sorted(called_on_self(function) & own.keys() - {function.name}):
                yield path, Span(own[name].start, own[name].end), own[name].qualname, _SIBLING

    def _texts(self, places: Iterable[tuple[str, Span, str, int]]) -> tuple[ContextPart, ...]:
        from lsp_server.rewrites import ContextPart

        worth: dict[tuple[str, Span, str], int] = {}
        for path, span, label, value in places:
            worth[path, span, label] = max(value, worth.get((path, span, label), 0))
        parts = []
        for (path, span, label), value in sorted(worth.items()):
            text = self._text_of(path)
            if text is not None:
                parts.append(ContextPart(_relative(path, self._root), label, text.slice(span), value))
        return tuple(parts)


def called_on_self(function: Function) -> frozenset[str]:
    """The names of what a method uses of its own object."""
    from analyzers import facts as f
    from analyzers.evaluate import shapes

    chains = (shapes.dotted(node) for node in shapes.nodes(function.body) if isinstance(node, f.Attr))
    parts = (chain.split(".") for chain in chains)
    return frozenset(p[1] for p in parts if len(p) == 2 and p[0] in ("self", "cls", "this"))


def _imports(facts: FileFacts, text: Text) -> str:
    """The import statements of the file's top level, each once, as they are written."""
    lines = {text.line_of(one.at) for one in facts.imports if not one.scope}
    whole = sorted({line for inside in lines for line in _statement(text, inside)})
    return text.newline.join(text.line_text(line) for line in whole)


def _statement(text: Text, line: int) -> range:
    """The lines of the top-level statement around one of its lines: it begins at the margin and goes on over
    indented lines, blank ones and closing brackets, in every language bigo reads."""

    def goes_on(number: int) -> bool:
        return text.line_text(number)[:1] in ("", " ", "\t", ")", "}", "]")

    first, last = line, line + 1
    while first > 0 and goes_on(first):
        first -= 1
    while last < text.line_count and goes_on(last):
        last += 1
    while last > line + 1 and not text.line_text(last - 1).strip():
        last -= 1
    return range(first, last)


def _slice(linked: Any, path: str, function: Function, root: str, text: Text) -> str:
    if linked is None:
        return ""
    from analyzers import profiles

    line = text.line_of(function.start) + 1
    return profiles.slice_for(
        linked, path, function.qualname, roots=(root,), text_of=lambda _: text, line=line
    )


def _relative(path: str, root: str) -> str:
    """The path below the workspace; only the file's name where it lies outside, so that no folder of this machine
    leaves it."""
    inside = path.startswith(root.rstrip("/") + "/")
    return path[len(root.rstrip("/")) + 1 :] if inside else os.path.basename(path)

"""Code actions: local fixes, suppression, and the offer of a rewrite.

They are computed from the server's own findings by place. Nothing here sends anything or costs anything: some editors
list and resolve every action only to preview it.
https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_codeAction
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lsprotocol import types as lsp

from analyzers.findings import Edit, Finding, FunctionReport, Place
from analyzers.text import Span, Text
from lsp_server import fixes, lookup
from lsp_server.features import choice, prewarm
from lsp_server.server import BigoServer
from lsp_server.session import Analysis
from lsp_server.wire.convert import range_as_json, to_range, to_span, to_workspace_edit
from lsp_server.wire.positions import to_path

FIX_ALL = "source.fixAll.bigo"
SHOW_REQUEST = "refactor.rewrite.request"
EXPLAIN = "refactor.rewrite.explanation"  # no refactoring either, but what is asked of Claude stands together


def register(server: BigoServer) -> None:
    kinds = [lsp.CodeActionKind.QuickFix, lsp.CodeActionKind.RefactorRewrite, FIX_ALL]
    options = lsp.CodeActionOptions(code_action_kinds=kinds, resolve_provider=True)
    server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, options)(actions)
    server.feature(lsp.CODE_ACTION_RESOLVE)(resolve)


async def actions(ls: BigoServer, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    """What can be done at a range."""
    uri, path = params.text_document.uri, to_path(params.text_document.uri)
    analysis = await ls.session.analysed(path)
    document = ls.session.documents.get(path)
    if analysis is None or document is None or analysis.state.edits != document.edits:
        return []
    only = params.context.only
    here = to_span(analysis.text, params.range, ls.session.client.encoding)
    near = lookup.findings_at(analysis.findings, here, analysis.text)
    offered: list[lsp.CodeAction] = []
    if _wanted(lsp.CodeActionKind.QuickFix, only):
        offered += _fixes(ls, uri, analysis, near)
    if any(_wanted(kind, only) for kind in (lsp.CodeActionKind.RefactorRewrite, SHOW_REQUEST, EXPLAIN)):
        asked_for = params.context.trigger_kind == lsp.CodeActionTriggerKind.Invoked
        rewrites = await _rewrites(ls, uri, path, analysis, near, here, asked_for)
        rewrites += await _explanations(ls, uri, path, analysis, near)
        offered += [action for action in rewrites if action.kind and _wanted(action.kind, only)]
    if _wanted(FIX_ALL, only):
        offered += _fix_all(ls, analysis, asked_for=bool(only))
    if _wanted(lsp.CodeActionKind.QuickFix, only):  # last: hiding a finding is the least one can do about it
        offered += _suppressions(ls, path, analysis, near)
    return offered


async def resolve(ls: BigoServer, action: lsp.CodeAction) -> lsp.CodeAction:
    """The action with its edit. A fix that is no longer there resolves to no edit."""
    data: Any = action.data
    if action.edit is not None or not isinstance(data, dict) or not isinstance(data.get("uri"), str):
        return action
    analysis = await ls.session.analysed(to_path(data["uri"]))
    if analysis is None:
        return action
    for finding in analysis.findings:
        if finding.rule == data.get("rule") and list(finding.place.span) == list(data.get("span", ())):
            number = data.get("fix")
            if isinstance(number, int) and 0 <= number < len(finding.fixes):
                action.edit = _edit(ls, finding.fixes[number].edits)
    return action


def _wanted(kind: str, only: Sequence[str] | None) -> bool:
    """Whether the client asks for the kind: it names the kind itself or one above it, or asks for everything."""
    kind = str(getattr(kind, "value", kind))
    names = [str(getattr(name, "value", name)) for name in only or ()]
    return not names or any(not n or kind == n or kind.startswith(n + ".") for n in names)


# ---------------------------------------------------------------------------------------------------- quick fixes


def _fixes(ls: BigoServer, uri: str, analysis: Analysis, near: Sequence[Finding]) -> Iterator[lsp.CodeAction]:
    eager = not ls.session.client.resolves_edit
    for finding in near:
        for number, fix in enumerate(finding.fixes):
            yield lsp.CodeAction(
                fix.title,
                lsp.CodeActionKind.QuickFix,
                diagnostics=[choice.diagnostic(ls, analysis, finding)],
                is_preferred=fix.certain and number == 0,
                edit=_edit(ls, fix.edits) if eager else None,
                data=None
                if eager
                else {"uri": uri, "rule": finding.rule, "span": list(finding.place.span), "fix": number},
            )


def _fix_all(ls: BigoServer, analysis: Analysis, asked_for: bool) -> Iterator[lsp.CodeAction]:
    edits, count = fixes.certain_edits(analysis.findings)
    if count == 0 or (count == 1 and not asked_for):
        return
    flat = [edit for of_file in edits.values() for edit in of_file]
    yield lsp.CodeAction(f"Apply all certain fixes of bigo ({count})", FIX_ALL, edit=_edit(ls, flat))


def _edit(ls: BigoServer, edits: Sequence[Edit]) -> lsp.WorkspaceEdit | None:
    try:
        return to_workspace_edit(edits, ls.session.client, ls.session.text_of, ls.session.document_of)
    except LookupError as error:
        ls.say(f"a fix cannot be offered: {error}")
        return None


def _suppressions(
    ls: BigoServer, path: str, analysis: Analysis, near: Sequence[Finding]
) -> Iterator[lsp.CodeAction]:
    marker = choice.comment_marker(ls, path)
    seen: set[tuple[str, int]] = set()
    for finding in near:
        line = analysis.text.line_of(finding.place.span.start)
        if (finding.rule, line) in seen:
            continue
        seen.add((finding.rule, line))
        yield lsp.CodeAction(
            f"Ignore {finding.rule} here",
            lsp.CodeActionKind.QuickFix,
            diagnostics=[choice.diagnostic(ls, analysis, finding)],
            edit=_edit(ls, [suppression(analysis.text, path, line, finding.rule, marker)]),
        )


def suppression(text: Text, path: str, line: int, rule: str, marker: str) -> Edit:
    """The edit that adds `# bigo: ignore[rule]` to a line, or the rule to the comment it has."""
    span, body = text.line_span(line), text.line_text(line)
    _, found, rest = body.rpartition("bigo: ignore[")
    if found and "]" in rest:
        at = span.end - len(rest[rest.index("]") :].encode("utf-8"))
        return Edit(Place(path, Span(at, at)), f", {rule}")
    comment = f"{marker} bigo: ignore[{rule}]"
    if body.rstrip().endswith("\\"):  # a comment cannot follow a line that goes on
        return Edit(Place(path, Span(span.start, span.start)), text.indent_of(line) + comment + text.newline)
    end = span.start + len(body.rstrip().encode("utf-8"))
    return Edit(Place(path, Span(end, span.end)), "  " + comment)


# -------------------------------------------------------------------------------------------------------- rewrites


async def _rewrites(
    ls: BigoServer,
    uri: str,
    path: str,
    analysis: Analysis,
    near: Sequence[Finding],
    here: Span,
    asked_for: bool,
) -> list[lsp.CodeAction]:
    """Offers to rewrite: the functions of the findings here, and the function whose name is here."""
    if not ls.session.client.trusted:
        return []
    reports = await ls.session.reports(path)
    chosen: dict[str, Finding | None] = {finding.function: finding for finding in reversed(near)}
    named = lookup.function_on_line(reports, here, analysis.text)
    if named is not None:
        chosen.setdefault(named.qualname, None)
    offered = []
    for qualname, finding in chosen.items():
        report = lookup.function_named(reports, qualname)
        if report is not None and qualname != lookup.MODULE:
            offers = await _rewrite(ls, uri, path, analysis, report, finding)
            if offers and asked_for:
                prewarm.when_likely(ls, path, analysis, qualname)
            offered += offers
    return offered


async def _rewrite(
    ls: BigoServer, uri: str, path: str, analysis: Analysis, report: FunctionReport, finding: Finding | None
) -> list[lsp.CodeAction]:
    price = await choice.price(ls, path, analysis, report.qualname)
    if price is None:
        return []
    cost = (finding.cost.before if finding else "") or report.time
    what = f"lower {cost}" if cost and cost != "unknown" else report.qualname
    argument: dict[str, Any] = {
        "uri": uri,
        "range": range_as_json(to_range(analysis.text, report.name, ls.session.client.encoding)),
    }
    if finding is not None:
        argument["rule"] = finding.rule
    title = f"Rewrite with Claude: {what}" + (f" ({price})" if price else "")
    about = [choice.diagnostic(ls, analysis, finding)] if finding else None
    return [
        lsp.CodeAction(
            title,
            lsp.CodeActionKind.RefactorRewrite,
            diagnostics=about,
            command=lsp.Command(title, "bigo.rewrite", arguments=[argument]),
        ),
        lsp.CodeAction(
            "Show the request that would be sent",
            SHOW_REQUEST,
            command=lsp.Command("Show the request", "bigo.showRequest", arguments=[argument]),
        ),
    ]


async def _explanations(
    ls: BigoServer, uri: str, path: str, analysis: Analysis, near: Sequence[Finding]
) -> list[lsp.CodeAction]:
    """Offers to have the findings here explained in a line; the nearest of several with one rule."""
    if not ls.session.client.trusted:
        return []
    offered = []
    for finding in {finding.rule: finding for finding in reversed(near)}.values():
        price = await choice.price_of_explanation(ls, path, analysis, finding)
        if price is None:
            continue
        title = f"Explain {finding.rule} with Claude" + (f" ({price})" if price else "")
        where = to_range(analysis.text, finding.place.span, ls.session.client.encoding)
        argument = {"uri": uri, "range": range_as_json(where), "rule": finding.rule}
        offered.append(
            lsp.CodeAction(
                title,
                EXPLAIN,
                diagnostics=[choice.diagnostic(ls, analysis, finding)],
                command=lsp.Command(title, "bigo.explain", arguments=[argument]),
            )
        )
    return offered

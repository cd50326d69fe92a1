"""`bigo.rewrite`: one function rewritten by Claude, checked, confirmed, applied.

The only feature that sends code and spends money, and it runs only when a person picks it.
https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#workspace_executeCommand
https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#workspace_applyEdit
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from analyzers.findings import Edit, Place
from analyzers.text import Span
from lsp_server.features import choice
from lsp_server.features.progress import Progress
from lsp_server.rebase import rebased
from lsp_server.server import BigoServer
from lsp_server.wire.convert import to_workspace_edit

if TYPE_CHECKING:
    from lsp_server.rewrites import Proposal

APPLY, DISCARD = "Apply", "Discard"


class _Stopped(Exception):
    """The rewrite ends here; the text is for the person. `kind` is that of a failure; "no-change" is no warning."""

    def __init__(self, reason: str, kind: str = "") -> None:
        super().__init__(reason)
        self.kind = kind


def register(server: BigoServer) -> None:
    server.command("bigo.rewrite")(rewrite)


async def rewrite(ls: BigoServer, *arguments: Any) -> dict[str, Any]:
    """Run a rewrite; `{"applied", "reason"}`, and what it cost once something was sent."""
    work = asyncio.ensure_future(_rewrite(ls, arguments))
    try:
        await asyncio.wait([work])
    finally:
        work.cancel()  # the client cancelled the request itself: the connection to the API closes with the task
    if work.cancelled():
        ls.say("the rewrite was cancelled")
        return {"applied": False, "reason": "cancelled"}
    error = work.exception()
    if error is None:
        return work.result()
    if isinstance(error, _Stopped) and error.kind == "no-change":
        ls.inform(str(error))
        return {"applied": False, "reason": str(error), "kind": error.kind}
    return {"applied": False, **choice.told(ls, error, _sentence(error))}


async def _rewrite(ls: BigoServer, arguments: tuple[Any, ...]) -> dict[str, Any]:
    from lsp_server.rewrites import RewriteFailed

    if not ls.session.client.trusted:
        raise _Stopped("this workspace is not trusted, so nothing of it is sent; trust it first")
    if not ls.session.client.apply_edit:
        raise _Stopped("this editor takes no edits from a server (workspace/applyEdit); use `bigo rewrite`")
    chosen = await choice.chosen(ls, arguments)
    name = chosen.report.qualname
    request = await choice.prepared(ls, chosen.document.path, chosen.analysis, name)
    task = asyncio.current_task()
    assert task is not None
    async with Progress(ls, f"Rewriting {name}", on_cancel=task.cancel) as progress:
        try:
            proposal = await ls.session.rewriter().run(
                request, lambda state: progress.report(state.message, state.fraction)
            )
        except RewriteFailed as failure:
            raise _Stopped(_sentence(failure), failure.kind) from failure
    applied, reason = await _offer(ls, chosen, proposal)
    return {
        "applied": applied,
        "reason": reason,
        "summary": proposal.summary(),
        "before": proposal.analyzer_before,
        "after": proposal.analyzer_after,
        "costUsd": proposal.cost_usd,
        "model": proposal.model,
    }


async def _offer(ls: BigoServer, chosen: choice.Chosen, proposal: Proposal) -> tuple[bool, str]:
    """Show the edit to the person in the way this client has, and apply it if they agree."""
    session, name = ls.session, chosen.report.qualname
    label = f"Rewrite {name}: {proposal.analyzer_before} → {proposal.analyzer_after}"
    if proposal.others:
        label += f", with {_counted(len(proposal.others), 'other file')}"
    asks = session.settings.rewrite.confirm
    if asks and not session.client.confirmation and session.client.asks_questions:
        answer = await ls.window_show_message_request_async(
            lsp.ShowMessageRequestParams(
                lsp.MessageType.Info,
                f"bigo: {label}\n\n{proposal.summary()}",
                [lsp.MessageActionItem(APPLY), lsp.MessageActionItem(DISCARD)],
            )
        )
        if answer is None or answer.title != APPLY:
            return False, "discarded"
    # Only now, for the person may have typed on while they were asked.
    edits = _edits_now(ls, chosen, proposal) + _edits_elsewhere(ls, proposal)
    edit = to_workspace_edit(
        edits,
        session.client,
        session.text_of,
        session.document_of,
        confirm=(label, proposal.summary()) if asks else None,
    )
    result = await ls.workspace_apply_edit_async(lsp.ApplyWorkspaceEditParams(edit, label=label))
    if result.applied:
        await session.ask(session.engine.rewritten, chosen.document.path, name)
        session.before_rewrites[chosen.document.path, name] = proposal.target.text
        return True, ""
    return False, result.failure_reason or "the editor did not apply the edit"


def _edits_now(ls: BigoServer, chosen: choice.Chosen, proposal: Proposal) -> list[Edit]:
    """The proposal's edits on the text as it is now."""
    path, name = chosen.document.path, chosen.report.qualname
    document = ls.session.documents.get(path)
    if document is None:
        raise _Stopped(f"{name} was rewritten, but its file was closed meanwhile; nothing was changed")
    made = [Edit(Place(path, Span(*edit.span)), edit.text) for edit in proposal.edits]
    old = proposal.target.text.encode("utf-8")
    edits = rebased(made, proposal.target.span, old, document.text.source)
    if edits is None:
        raise _Stopped(
            f"{name} was edited while it was being rewritten; nothing was changed. Ask again: the answer is kept "
            "only for the text it was made for"
        )
    return edits


def _edits_elsewhere(ls: BigoServer, proposal: Proposal) -> list[Edit]:
    """The edits of the other files on their texts as they are now; all of a rewrite is applied, or nothing."""
    found: list[Edit] = []
    for file in proposal.others:
        made = [Edit(Place(file.path, Span(*edit.span)), edit.text) for edit in file.edits]
        text = ls.session.text_of(file.path)
        now = rebased(made, made[0].place.span, file.text.encode("utf-8"), text.source) if text else None
        if now is None:
            raise _Stopped(
                f"{file.relative} was changed while {', '.join(file.functions)} in it was being rewritten; nothing was "
                "changed"
            )
        found += now
    return found


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("s" if number != 1 else "")


def _sentence(error: BaseException) -> str:
    """What to tell the person."""
    if isinstance(error, (_Stopped, ValueError)) or type(error).__module__.startswith("lsp_server."):
        return str(error)
    return f"the rewrite failed: {type(error).__name__}: {error}"

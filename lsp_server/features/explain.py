"""`bigo.explain`: one line by the small model on why a finding is one. Kept, so that the same finding is not paid twice.

Like a rewrite it sends code, so it runs only when a person picks it; the action's title tells the price.
https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#workspace_executeCommand
"""

from __future__ import annotations

import asyncio
from typing import Any

from analyzers.findings import Finding
from lsp_server import lookup
from lsp_server.features import choice
from lsp_server.features.progress import Progress
from lsp_server.server import BigoServer
from lsp_server.wire.convert import range_of_json, to_span


def register(server: BigoServer) -> None:
    server.command("bigo.explain")(explain)


async def explain(ls: BigoServer, *arguments: Any) -> dict[str, Any]:
    """`{"text", "reason"}`, what it cost and whether it was kept; shown, too, unless the client does that itself."""
    from lsp_server.briefing.targets import NoTarget
    from lsp_server.rewrites import Refused, RewriteFailed
    from lsp_server.rewrites.asking import asks

    if not choice.trusted(ls, "nothing of it is sent"):
        return {"text": "", "reason": "not trusted"}
    try:
        chosen = await choice.chosen(ls, arguments)
        finding = _finding(ls, chosen, choice.as_mapping(arguments[0]))
        question = await choice.question(ls, chosen.document.path, chosen.analysis, finding)
        task = asyncio.current_task()
        assert task is not None
        async with Progress(ls, f"Explaining {finding.rule}", on_cancel=task.cancel) as progress:
            said = await ls.session.rewriter().ask(
                question,
                lambda text: asks.explained(question, text),
                lambda state: progress.report(state.message, state.fraction),
            )
    except (choice.NoTarget, NoTarget, Refused, RewriteFailed) as error:
        return {"text": "", **choice.told(ls, error)}
    except asyncio.CancelledError:
        return {"text": "", "reason": "cancelled"}
    if "explanation" not in ls.session.client.opens:
        ls.inform(said.value)
    return {
        "text": said.value,
        "reason": "",
        "rule": finding.rule,
        "costUsd": said.cost_usd,
        "fromCache": said.from_cache,
        "model": question.model,
    }


def _finding(ls: BigoServer, chosen: choice.Chosen, argument: dict[str, Any]) -> Finding:
    """The finding that the argument means: the one of its rule at its range, else the worst there."""
    analysis = chosen.analysis
    where = range_of_json(argument.get("range"))
    assert where is not None  # `chosen` has read it
    here = to_span(analysis.text, where, ls.session.client.encoding)
    found = lookup.findings_at(analysis.findings, here, analysis.text)
    named = [one for one in found if one.rule == argument.get("rule")]
    for one in named or sorted(found, key=lambda one: -one.severity):
        return one
    raise choice.NoTarget("there is no finding at this place")

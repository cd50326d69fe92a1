"""`bigo.prewarm`: the API caches what a rewrite will begin with, so that it begins sooner. Costs the writing.

It runs when a person asks for it. With the setting `bigo.rewrite.prewarm`, which is off unless a person turns it on, also
when they open the menu of code actions on a function that can be rewritten.
https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#workspace_executeCommand
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

from lsp_server.features import choice
from lsp_server.features.progress import Progress
from lsp_server.server import BigoServer
from lsp_server.session import Analysis

_RUNNING: set[asyncio.Task[None]] = set()


def register(server: BigoServer) -> None:
    server.command("bigo.prewarm")(prewarm)


async def prewarm(ls: BigoServer, *arguments: Any) -> dict[str, Any]:
    """`{"warmed", "reason"}`, and the tokens that are cached now."""
    from lsp_server.briefing.targets import NoTarget
    from lsp_server.rewrites import Refused, RewriteFailed

    if not choice.trusted(ls, "nothing of it is sent"):
        return {"warmed": False, "reason": "not trusted"}
    try:
        chosen = await choice.chosen(ls, arguments)
        request = await choice.prepared(ls, chosen.document.path, chosen.analysis, chosen.report.qualname)
        async with Progress(ls, "Warming the prompt cache"):
            usage = await ls.session.rewriter().prewarm(request)
    except (choice.NoTarget, NoTarget, Refused, RewriteFailed) as error:
        return {"warmed": False, **choice.told(ls, error)}
    name = os.path.basename(chosen.document.path)
    if usage is None:
        ls.inform(f"what rewrites of {name} begin with is cached already")
        return {"warmed": True, "reason": "it was warm already", "tokens": 0}
    tokens = usage.read + usage.written_5m + usage.written_1h
    ls.inform(f"{tokens:,} tokens that rewrites of {name} begin with are cached now")
    return {"warmed": True, "reason": "", "tokens": tokens}


def when_likely(ls: BigoServer, path: str, analysis: Analysis, qualname: str) -> None:
    """A person looks at what can be done with the function. Does nothing unless they have set it so."""
    if ls.session.settings.rewrite.prewarm and ls.session.client.trusted and not _RUNNING:
        task = asyncio.ensure_future(_quietly(ls, path, analysis, qualname))
        _RUNNING.add(task)
        task.add_done_callback(_RUNNING.discard)


async def _quietly(ls: BigoServer, path: str, analysis: Analysis, qualname: str) -> None:
    try:
        request = await choice.prepared(ls, path, analysis, qualname)
        usage = await ls.session.rewriter().prewarm(request)
    except Exception as error:  # nobody asked for it: a line in the log is enough
        ls.say(f"the prefix was not warmed: {error}")
        return
    if usage is not None:
        ls.say(f"the prefix of {qualname} was warmed: {usage.written_5m + usage.written_1h:,} tokens written")

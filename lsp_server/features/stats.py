"""`bigo.showStats`: what rewrites have cost so far, from the ledger on this machine.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#workspace_executeCommand
"""

from __future__ import annotations

from datetime import date
from typing import Any

from lsp_server.places import state_dir
from lsp_server.server import BigoServer

REFRESH = "command:bigo.client.showStats"
"""The client's own command that asks again, as a link in the page."""


def register(server: BigoServer) -> None:
    server.command("bigo.showStats")(show_stats)


async def show_stats(ls: BigoServer, *arguments: Any) -> dict[str, Any]:
    """The ledger's summary with its `text`; for a client that opens "stats" also as a `page` of HTML. Told in a message
    to those that open neither "stats" nor "text"."""
    from lsp_server.render import stats
    from lsp_server.rewrites import Ledger, dollars

    summary = await ls.session.files.run(lambda: Ledger(state_dir()).summary())
    answer = summary.as_dict() | {"text": "\n".join(stats.lines(summary)) + "\n"}
    if "stats" in ls.session.client.opens:
        return answer | {"page": stats.page(summary, date.today(), REFRESH)}
    if "text" not in ls.session.client.opens:
        ls.inform(f"{summary.requests} rewrites in {summary.days} days, {dollars(summary.cost_usd)}")
    return answer

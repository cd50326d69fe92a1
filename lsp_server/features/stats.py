"""`bigo.showStats`: what rewrites have cost so far, from the ledger on this machine.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#workspace_executeCommand
"""

from __future__ import annotations

from typing import Any

from lsp_server.places import state_dir
from lsp_server.server import BigoServer


def register(server: BigoServer) -> None:
    server.command("bigo.showStats")(show_stats)


async def show_stats(ls: BigoServer, *arguments: Any) -> dict[str, Any]:
    """The ledger's summary; told in a message, too, unless the client shows it itself."""
    from lsp_server.rewrites import Ledger, dollars

    summary = await ls.session.files.run(lambda: Ledger(state_dir()).summary())
    if "stats" not in ls.session.client.opens:
        ls.inform(f"{summary.requests} rewrites in {summary.days} days, {dollars(summary.cost_usd)}")
    return summary.as_dict()

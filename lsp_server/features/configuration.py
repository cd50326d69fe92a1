"""Settings from the client: at the start, when it says so, and when asked.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#workspace_configuration
"""

from __future__ import annotations

from lsprotocol import types as lsp

from lsp_server.features import diagnostics
from lsp_server.server import BigoServer
from lsp_server.settings import as_mapping, unknown_names

SECTION = "bigo"


def register(server: BigoServer) -> None:
    server.feature(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)(changed)


async def begin(ls: BigoServer) -> None:
    """Read the settings for the first time, and ask to be told of changes."""
    if ls.session.client.watches_configuration:
        registration = lsp.Registration(
            "bigo-configuration",
            lsp.WORKSPACE_DID_CHANGE_CONFIGURATION,
            lsp.DidChangeConfigurationRegistrationOptions(section=SECTION),
        )
        ls.client_register_capability(lsp.RegistrationParams([registration]))
    await _pull(ls)
    apply(ls)
    await diagnostics.refresh_all(ls)


async def changed(ls: BigoServer, params: lsp.DidChangeConfigurationParams) -> None:
    """New settings: in the notification, or to be asked for where it is empty."""
    given = as_mapping(params.settings)
    if given:
        ls.session.client_settings = as_mapping(given.get(SECTION, given))
    elif not await _pull(ls):
        return
    apply(ls)
    await diagnostics.refresh_all(ls)


def apply(ls: BigoServer) -> None:
    """Make the session follow its settings; what is wrong with them is one message."""
    problems = ls.session.load_settings()
    problems += unknown_names(ls.session.settings)
    for problem in problems[1:]:
        ls.say(problem)
    if problems:
        more = f" (and {len(problems) - 1} more in the log)" if len(problems) > 1 else ""
        ls.warn(problems[0] + more)


async def _pull(ls: BigoServer) -> bool:
    if not ls.session.client.configuration:
        return False
    item = lsp.ConfigurationItem(section=SECTION)
    try:
        [value] = await ls.workspace_configuration_async(lsp.ConfigurationParams([item]))
    except Exception as error:
        ls.say(f"the client did not answer for its settings: {error}")
        return False
    if value is None:  # the client has none for us; what came with `initialize` stays
        return False
    ls.session.client_settings = as_mapping(value)
    return True

"""One story in eight clients, as they declared themselves in `initialize`: the process, through pytest-lsp.

pytest-lsp fails a test when the server sends what the client has not declared (pyproject.toml, filterwarnings).
Record another client with `initialize` params in `captured/`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_lsp
from connection import CLIENTS, captured
from lsprotocol import types as lsp
from lsprotocol.converters import get_converter
from pytest_lsp import ClientServerConfig, LanguageClient
from raw_client import STAND_IN

URI = "file:///srv/app/story.py"
CODE = "def slow(users):\n    x = '😋', SLOW\n"


def factory() -> LanguageClient:
    """A client that answers what pytest-lsp 1.0 does not."""
    client = pytest_lsp.make_test_lsp_client()

    @client.feature(lsp.CLIENT_REGISTER_CAPABILITY)  # type: ignore[untyped-decorator]
    def register(params: lsp.RegistrationParams) -> None:
        pass

    @client.feature(lsp.WORKSPACE_CODE_LENS_REFRESH)  # type: ignore[untyped-decorator]
    def refresh_lenses(params: None) -> None:
        pass

    return client


@pytest_lsp.fixture(  # type: ignore[untyped-decorator]
    params=CLIENTS, config=ClientServerConfig(server_command=list(STAND_IN), client_factory=factory)
)
async def client(request: Any, lsp_client: LanguageClient) -> AsyncIterator[None]:
    """The client of that name, connected."""
    capabilities = get_converter().structure(captured(request.param), lsp.ClientCapabilities)
    await lsp_client.initialize_session(
        lsp.InitializeParams(capabilities=capabilities, root_uri="file:///srv/app", workspace_folders=None)
    )
    yield
    await lsp_client.shutdown_session()


async def diagnostics(client: LanguageClient) -> list[lsp.Diagnostic]:
    """What the client shows, by the way it declares."""
    assert client.capabilities.text_document
    # Only who can be told of news is offered to pull: Neovim 0.10 cannot.
    workspace = client.capabilities.workspace
    news = workspace.diagnostics if workspace else None
    if client.capabilities.text_document.diagnostic is None or not (news and news.refresh_support):
        await client.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        return list(client.diagnostics[URI])
    report = await client.text_document_diagnostic_async(
        lsp.DocumentDiagnosticParams(lsp.TextDocumentIdentifier(URI))
    )
    assert URI not in client.diagnostics
    assert isinstance(report, lsp.RelatedFullDocumentDiagnosticReport)
    return list(report.items)


@pytest.mark.asyncio
async def test_open_see_fix_hover_ask(client: LanguageClient) -> None:
    client.text_document_did_open(lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(URI, "python", 1, CODE)))
    [found] = await diagnostics(client)
    assert (found.source, found.code) == ("bigo", "membership-in-list")

    document = lsp.TextDocumentIdentifier(URI)
    # As Vim's ALE sends it: the diagnostic without its source and data.
    bare = lsp.Diagnostic(found.range, found.message)
    actions = await client.text_document_code_action_async(
        lsp.CodeActionParams(document, found.range, lsp.CodeActionContext([bare]))
    )
    assert actions
    fix = actions[0]
    assert isinstance(fix, lsp.CodeAction)
    if fix.edit is None:
        fix = await client.code_action_resolve_async(fix)
    assert fix.edit is not None

    hover = await client.text_document_hover_async(lsp.HoverParams(document, lsp.Position(0, 5)))
    assert hover is not None
    assert isinstance(hover.contents, lsp.MarkupContent)
    assert "O(n·m)" in hover.contents.value

    argument = {
        "uri": URI,
        "range": {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 9}},
    }
    shown = await client.workspace_execute_command_async(
        lsp.ExecuteCommandParams("bigo.showRequest", [argument])
    )
    text = shown["text"] if isinstance(shown, dict) else shown.text
    assert "def slow(users)" in text

"""What this client can do: its declared capabilities as plain answers.

Clients differ, and some do not declare what they do (Neovim takes `documentChanges` and declares only
`resourceOperations`). Each field says what the server does where the answer is no.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from lsprotocol import types as lsp

Encoding = Literal["utf-8", "utf-16", "utf-32"]


@dataclass(frozen=True, slots=True)
class Client:
    """Capabilities of one client. `Client()` declares nothing, as Vim's ALE does."""

    name: str = ""
    encoding: Encoding = "utf-16"
    pull: bool = False  # else diagnostics are pushed
    related: bool = False
    code_description: bool = False
    tags: tuple[int, ...] = ()
    diagnostic_data: bool = False
    document_changes: bool = False  # else `changes`, without versions
    confirmation: bool = False  # asks before an annotated edit; else the server asks
    apply_edit: bool = False  # else a command cannot change the document
    resolves_edit: bool = False  # else code actions carry their edit at once
    lens_refresh: bool = False
    hint_refresh: bool = False
    progress: bool = False  # else none is shown
    shows_documents: bool = False
    asks_questions: bool = False  # window/showMessageRequest with actions
    configuration: bool = False  # workspace/configuration can be asked
    watches: bool = False  # workspace/didChangeWatchedFiles can be registered
    watches_configuration: bool = False
    markdown: bool = False  # else hovers are plain text
    trusted: bool = True  # a workspace the person has not trusted gets no rewrites and no profiles
    opens: frozenset[str] = frozenset()  # what it shows itself: request, stats, text, findings, hot, key


def client_of(params: lsp.InitializeParams, encoding: str | None) -> Client:
    """What the client declares in `initialize`; `encoding` is the position encoding agreed on."""
    from lsprotocol import types as lsp

    capabilities = params.capabilities
    options = params.initialization_options if isinstance(params.initialization_options, Mapping) else {}
    opens = options.get("opens", ())
    return Client(
        name=params.client_info.name if params.client_info else "",
        encoding=_encoding(encoding),
        trusted=options.get("trusted", True) is not False,
        opens=frozenset(opens) if isinstance(opens, (list, tuple)) else frozenset(),
        pull=_pulls(capabilities),
        **_workspace(capabilities.workspace or lsp.WorkspaceClientCapabilities()),
        **_window(capabilities.window or lsp.WindowClientCapabilities()),
        **_text_document(capabilities.text_document or lsp.TextDocumentClientCapabilities()),
    )


def _encoding(name: str | None) -> Encoding:
    match name:
        case "utf-8" | "utf-32":
            return name
        case _:
            return "utf-16"


def _pulls(can: lsp.ClientCapabilities) -> bool:
    """Whether the client pulls, and can be told that there is news. One that cannot (Neovim 0.10) would keep what it
    pulled before the workspace was read, or before another file changed, until the person types: it is pushed to."""
    pull = can.text_document.diagnostic if can.text_document else None
    news = can.workspace.diagnostics if can.workspace else None
    return pull is not None and bool(news and news.refresh_support)


def _workspace(can: lsp.WorkspaceClientCapabilities) -> dict[str, Any]:
    edit = can.workspace_edit
    return {
        "document_changes": bool(
            edit and (edit.document_changes or edit.resource_operations or edit.change_annotation_support)
        ),
        "confirmation": bool(edit and edit.change_annotation_support),
        "apply_edit": bool(can.apply_edit),
        "lens_refresh": bool(can.code_lens and can.code_lens.refresh_support),
        "hint_refresh": bool(can.inlay_hint and can.inlay_hint.refresh_support),
        "configuration": bool(can.configuration),
        "watches": bool(can.did_change_watched_files and can.did_change_watched_files.dynamic_registration),
        "watches_configuration": bool(
            can.did_change_configuration and can.did_change_configuration.dynamic_registration
        ),
    }


def _window(can: lsp.WindowClientCapabilities) -> dict[str, Any]:
    return {
        "progress": bool(can.work_done_progress),
        "shows_documents": bool(can.show_document and can.show_document.support),
        "asks_questions": bool(can.show_message and can.show_message.message_action_item),
    }


def _text_document(can: lsp.TextDocumentClientCapabilities) -> dict[str, Any]:
    from lsprotocol import types as lsp

    publish, action, hover = can.publish_diagnostics, can.code_action, can.hover
    resolves = action.resolve_support if action else None
    # A client that pulls says in `diagnostic` what it shows of a diagnostic (3.18), or still in `publishDiagnostics`.
    tags = publish.tag_support if publish else None
    return {
        "related": bool(publish and publish.related_information),
        "code_description": bool(publish and publish.code_description_support),
        "diagnostic_data": bool(publish and publish.data_support),
        "tags": tuple(int(tag) for tag in tags.value_set) if tags else (),
        "resolves_edit": bool(resolves and "edit" in resolves.properties),
        "markdown": bool(hover and lsp.MarkupKind.Markdown in (hover.content_format or ())),
    }

"""Beginning and end of a session.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#lifeCycleMessages
"""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types as lsp

from lsp_server.features import configuration, diagnostics, index, profiles, watched_files
from lsp_server.files import workspace
from lsp_server.server import BigoServer
from lsp_server.settings import initial
from lsp_server.wire.client import client_of
from lsp_server.wire.positions import folders, to_path


def register(server: BigoServer) -> None:
    server.feature(lsp.INITIALIZE)(initialize)
    server.feature(lsp.INITIALIZED)(initialized)
    server.feature(lsp.SHUTDOWN)(shutdown)
    server.feature(lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(folders_changed)


def initialize(ls: BigoServer, params: lsp.InitializeParams) -> None:
    """Learn what the client can, and where the workspace is. Capabilities are answered after this."""
    session = ls.session
    session.client = client_of(params, ls.workspace.position_encoding)
    session.work_in(_roots(params))
    session.client_settings = initial(params.initialization_options)
    session.load_settings()  # what is wrong with them is told once the client listens
    if session.client.pull:
        diagnostics.register_pull(ls)


async def initialized(ls: BigoServer, params: lsp.InitializedParams) -> None:
    """The client is ready for requests of ours."""
    await configuration.begin(ls)
    watched_files.begin(ls)
    ls.session.timers.spawn(_read_workspace(ls))


async def _read_workspace(ls: BigoServer) -> None:
    await index.build(ls)
    await profiles.link_found(ls)


async def adopt(ls: BigoServer, path: str) -> None:
    """The client named no folder: the project of the first document that has one is the workspace.

    A project is what `bigo check FILE` would take (`marked_root`). A home folder is none, though it may be a repository.
    """
    if ls.session.roots:
        return
    root = await ls.session.files.run(workspace.marked_root, Path(path))
    if root is None or ls.session.roots or Path.home().is_relative_to(root):
        return
    ls.session.work_in((workspace.key(root),))
    ls.say(f"no folder is open: {root} is taken for the workspace of {path}")
    configuration.apply(ls)
    await _read_workspace(ls)


async def shutdown(ls: BigoServer, params: None) -> None:
    """The client is about to leave."""
    await ls.session.shut_down()


async def folders_changed(ls: BigoServer, params: lsp.DidChangeWorkspaceFoldersParams) -> None:
    """Workspace folders were added or removed."""
    removed = {to_path(folder.uri) for folder in params.event.removed}
    added = [to_path(folder.uri) for folder in params.event.added]
    ls.session.work_in(tuple(dict.fromkeys([*(r for r in ls.session.roots if r not in removed), *added])))
    ls.session.timers.spawn(index.build(ls))


def _roots(params: lsp.InitializeParams) -> tuple[str, ...]:
    named = [folder.uri for folder in params.workspace_folders or ()]
    return folders(named, params.root_uri, params.root_path)

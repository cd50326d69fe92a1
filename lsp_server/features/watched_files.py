"""Files that change outside the editor: a branch switch, a generator, another program.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#workspace_didChangeWatchedFiles
"""

from __future__ import annotations

from lsprotocol import types as lsp

from lsp_server.features import configuration, diagnostics, index, profiles
from lsp_server.server import BigoServer
from lsp_server.wire.positions import to_path

_PATTERNS = (
    "**/*.{py,pyi,js,jsx,mjs,cjs,ts,tsx,mts,cts}",
    "**/{templates,jinja2}/**/*.{html,htm,txt,jinja,jinja2,j2}",
    "**/pyproject.toml",
    "**/.gitignore",
)


def register(server: BigoServer) -> None:
    server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)(changed)


def begin(ls: BigoServer) -> None:
    """Ask the client to watch, where it can."""
    if not ls.session.client.watches:
        return
    from lsp_server.profiling.profile_loader import GLOBS

    watchers = [lsp.FileSystemWatcher(pattern) for pattern in (*_PATTERNS, *GLOBS)]
    ls.client_register_capability(
        lsp.RegistrationParams(
            [
                lsp.Registration(
                    "bigo-files",
                    lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES,
                    lsp.DidChangeWatchedFilesRegistrationOptions(watchers),
                )
            ]
        )
    )


async def changed(ls: BigoServer, params: lsp.DidChangeWatchedFilesParams) -> None:
    """Read again what changed, forget what is gone, then check the open documents again."""
    session = ls.session
    paths = {to_path(event.uri): event.type for event in params.changes}
    if any(path.endswith("/pyproject.toml") for path in paths):
        configuration.apply(ls)
    await profiles.files_changed(ls, list(paths))
    known = [path for path in paths if path in session.indexed]
    fresh = [
        path for path in paths if path not in session.indexed and paths[path] != lsp.FileChangeType.Deleted
    ]
    if fresh and session.settings.analysis.index:
        # Whether a new file belongs to the workspace is for the ignore files to say.
        wanted = set(await session.files.run(index.listing, session.roots, session.settings))
        fresh = [path for path in fresh if path in wanted]
    else:
        fresh = []
    if known or fresh:
        await session.reread([*known, *fresh])
        await diagnostics.refresh_all(ls)

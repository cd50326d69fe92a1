"""`bigo.linkProfile`, `bigo.unlinkProfiles` and `bigo.showHot`: measured time beside estimated cost.

Profiles named in the settings and, where the settings allow it, the newest found in the workspace are linked once it
is indexed. A profile is read in a child process with limits: a file found somewhere may be anything.
https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#workspace_executeCommand
"""

from __future__ import annotations

import glob
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lsp_server.analyzer import Hot
from lsp_server.features import choice, diagnostics
from lsp_server.features.progress import Progress
from lsp_server.files.workspace import key
from lsp_server.server import BigoServer
from lsp_server.session import Session
from lsp_server.wire.positions import to_path, to_uri

_MOST_HOT = 20
LONG = 4 << 20
"""Bytes from which reading takes a second or more."""


def register(server: BigoServer) -> None:
    server.command("bigo.linkProfile")(link_profile)
    server.command("bigo.unlinkProfiles")(unlink_profiles)
    server.command("bigo.showHot")(show_hot)


async def link_profile(ls: BigoServer, *arguments: Any) -> dict[str, Any] | None:
    """Link the profile file of `{"uri"}` or `{"path"}`; `{"path", "linked"}` with what was linked."""
    if not choice.trusted(ls, "no profile of it is read"):
        return None
    argument = choice.as_mapping(arguments[0]) if arguments else {}
    given = argument.get("path") or argument.get("uri") or (arguments[0] if arguments else None)
    if not isinstance(given, str):
        ls.warn('bigo.linkProfile takes one argument {"path"} or {"uri"}: the profile file')
        return None
    path = _absolute(ls, to_path(given))
    said = await _link(ls, path, ls.warn)
    if said is None:
        return None
    ls.inform(said)
    await _news(ls)
    return {"path": path, "linked": said}


async def unlink_profiles(ls: BigoServer, *arguments: Any) -> dict[str, Any]:
    """Detach every profile; `{"unlinked"}` with how many there were."""
    count = await ls.session.ask(ls.session.engine.unlink)
    ls.session.profiles.clear()
    await _news(ls)
    return {"unlinked": count}


async def show_hot(ls: BigoServer, *arguments: Any) -> dict[str, Any]:
    """The hottest functions of the newest profile with what they are estimated to cost: `{"profile", "functions":
    [{"uri", "line", "name", "self_share", "total_share", "measured", "cost"}]}`, lines from 0, hottest first. Told in
    a message, too, unless the client shows them itself."""
    session = ls.session
    found = await session.ask(session.engine.hottest, _MOST_HOT)
    uris = session.uri_of()
    functions = [
        {
            "uri": uris.get(hot.path) or to_uri(hot.path),
            "line": _line(session, hot),
            "name": hot.qualname,
            "self_share": hot.self_share,
            "total_share": hot.total_share,
            "measured": hot.summary,
            "cost": hot.cost,
        }
        for hot in found
    ]
    if not found:
        ls.inform("no profile is linked, or none of its time was spent in this workspace's functions")
    elif "hot" not in session.client.opens:
        ls.inform("hottest: " + ", ".join(f"{hot.qualname} ({hot.summary})" for hot in found[:3]))
    return {"profile": next(reversed(session.profiles), ""), "functions": functions}


def _line(session: Session, hot: Hot) -> int:
    """Where the function begins now."""
    text = session.text_of(hot.path) if hot.start is not None else None
    return text.line_of(hot.start) if text is not None and hot.start is not None else hot.line


async def link_found(ls: BigoServer) -> None:
    """Link what the settings name and what lies in the workspace. What cannot be read is a line in the log."""
    session = ls.session
    if not session.client.trusted or not session.roots:
        return
    from lsp_server.profiling import profile_loader

    paths = await session.files.run(_named_and_found, session.roots[0], session.settings.profiles)
    linked = []
    for path in paths:
        if path in session.profiles:
            continue
        if large := await session.files.run(profile_loader.too_large, path):
            ls.say(large)
        elif said := await _link(ls, path, ls.say):
            linked.append(said)
    for said in linked:
        ls.say(said)
    if linked:
        await _news(ls)


async def files_changed(ls: BigoServer, paths: Sequence[str]) -> None:
    """Profiles were written, or are gone: the linked ones are read again, a new one is linked where settings allow."""
    from lsp_server.profiling import profile_loader

    session = ls.session
    changed = [path for path in paths if path in session.profiles or profile_loader.is_candidate(path)]
    if not changed:
        return
    for path in changed:
        session.profiles.pop(path, None)
    await link_found(ls)


def _named_and_found(root: str, settings: Any) -> list[str]:
    """Profile files, the one that counts last: a named one before found ones, the newest before older ones."""
    from lsp_server.profiling import profile_loader

    found: list[str] = []
    if settings.auto_load:
        oldest = time.time() - settings.max_age * 86_400 if settings.max_age else 0.0
        found = [key(one.path) for one in profile_loader.discover(Path(root)) if one.mtime >= oldest]
    named: list[str] = []
    for pattern in settings.paths:
        named += sorted(key(path) for path in glob.glob(os.path.join(root, pattern), recursive=True))
    return list(dict.fromkeys([*reversed(found), *named]))


async def _link(ls: BigoServer, path: str, complain: Any) -> str | None:
    from lsp_server.profiling import linking

    session = ls.session
    try:
        if await session.files.run(_is_long, path):
            async with Progress(ls, f"Reading {os.path.basename(path)}"):
                linked = await linking.link_in_child(session, path)
        else:
            linked = await linking.link_in_child(session, path)
        said = await session.ask(session.engine.attach, path, linked)
    except Exception as error:
        # A ValueError of the loader is a sentence for the person.
        complain(str(error) if isinstance(error, ValueError) else f"{path}: {type(error).__name__}: {error}")
        return None
    session.profiles[path] = said
    return said


def _is_long(path: str) -> bool:
    """Does reading take so long that a person wants to see it?"""
    return os.path.isfile(path) and os.path.getsize(path) > LONG


async def _news(ls: BigoServer) -> None:
    ls.session.world_changed()
    await diagnostics.refresh_all(ls)


def _absolute(ls: BigoServer, path: str) -> str:
    root = ls.session.roots[0] if ls.session.roots else os.getcwd()
    return key(os.path.join(root, os.path.expanduser(path)))

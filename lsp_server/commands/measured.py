"""A profile given on the command line, and findings in its light."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from analyzers.facts import FileFacts
from analyzers.findings import Finding
from analyzers.text import Text
from lsp_server.commands import gather
from lsp_server.commands.console import CannotRun, say
from lsp_server.files import indexing, workspace
from lsp_server.files.texts import Texts

if TYPE_CHECKING:
    from analyzers.profiles import Linked, Profile
    from lsp_server.commands.gather import Gathered


def read(path: str) -> Profile:
    """The profile, read in a process of its own. CannotRun where it cannot be."""
    from lsp_server.profiling import profile_loader

    if not os.path.isfile(path):
        raise CannotRun(f"there is no profile {path}")
    try:
        return profile_loader.load_in_child(path)
    except profile_loader.Unreadable as error:
        raise CannotRun(str(error)) from error


def linked(gathered: Gathered, path: str | None) -> Linked | None:
    """The profile, attached to the project's functions; None without one."""
    return None if path is None else link(gathered, read(path))


def link(gathered: Gathered, profile: Profile) -> Linked:
    """A profile that has been read, attached to the project's functions."""
    from lsp_server.profiling import profile_loader

    mappings = tuple(gathered.settings.profiles.path_mappings.items())
    return profile_loader.link_loaded(
        profile,
        gathered.project,
        [gathered.root.as_posix()],
        gathered.texts,
        mappings=mappings,
        thread=gathered.settings.profiles.thread,
    )


MOST_FILES = 20_000
MOST_UNMARKED = 2_000
"""Files up to which a folder that nothing marks as a project is taken for one."""


class OnDemand:
    """A project of which only those files are read that a profile may be about."""

    def __init__(self, paths: Sequence[str], texts: Texts) -> None:
        self._paths = paths
        self._texts = texts
        self._known: dict[str, FileFacts | None] = {}

    def paths(self) -> Sequence[str]:
        return self._paths

    def facts(self, path: str) -> FileFacts | None:
        if path not in self._known:
            text = self._texts(path)
            self._known[path] = indexing.extracted(text.source, path) if text is not None else None
        return self._known[path]


def link_here(profile: Profile) -> tuple[Linked, Path] | None:
    """A profile attached to the project that the working directory is in, and its root; None where there is none."""
    from lsp_server.profiling import profile_loader

    root, settings = gather.settings_for([])
    most = MOST_FILES if workspace.marked_root(Path()) is not None else MOST_UNMARKED
    paths = [workspace.key(path) for path in islice(workspace.files([root], settings), most + 1)]
    if len(paths) > most:
        say(f"{root} has more than {most} source files: the profile is not linked to them")
        return None
    texts = Texts(settings.analysis.max_file_size)
    linked = profile_loader.link_loaded(
        profile,
        OnDemand(paths, texts),
        [root.as_posix()],
        texts,
        mappings=tuple(settings.profiles.path_mappings.items()),
        thread=settings.profiles.thread,
    )
    return (linked, root) if linked.functions else None


def findings(gathered: Gathered, path: str, text: Text, profile: Linked | None) -> tuple[Finding, ...]:
    """The findings of one file under the settings, raised or lowered by the profile."""
    from analyzers import check, profiles
    from lsp_server.briefing.targets import check_options

    ask = check.check if gathered.resting is None else check.noted
    found = ask(gathered.project, path, text, check_options(gathered.settings))
    return found if profile is None else tuple(profiles.apply(found, profile))

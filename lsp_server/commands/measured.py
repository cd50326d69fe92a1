"""A profile given on the command line, and findings in its light."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from analyzers.findings import Finding
from analyzers.text import Text
from lsp_server.commands.console import CannotRun

if TYPE_CHECKING:
    from analyzers.profiles import Linked, Profile
    from lsp_server.commands.gather import Gathered


def read(path: str) -> Profile:
    """The profile, read in a process of its own. CannotRun where it cannot be."""
    from lsp_server import profile_loader

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
    from lsp_server import profile_loader

    mappings = tuple(gathered.settings.profiles.path_mappings.items())
    return profile_loader.link_loaded(
        profile, gathered.project, [gathered.root.as_posix()], gathered.texts, mappings=mappings
    )


def findings(gathered: Gathered, path: str, text: Text, profile: Linked | None) -> tuple[Finding, ...]:
    """The findings of one file under the settings, raised or lowered by the profile."""
    from analyzers import profiles
    from analyzers.check import check
    from lsp_server.targets import check_options

    found = tuple(check(gathered.project, path, text, check_options(gathered.settings)))
    return found if profile is None else tuple(profiles.apply(found, profile))

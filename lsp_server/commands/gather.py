"""The project behind the paths a command was given, and the findings in it.

Everything below a workspace's root is read, so that a query two files away is seen; only what was named is checked.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_server.commands.console import CannotRun, progress, say
from lsp_server.files import batch, reading, workspace
from lsp_server.files.store import Store, opened
from lsp_server.files.texts import Texts
from lsp_server.places import cache_dir
from lsp_server.settings import Settings, load, unknown_names

if TYPE_CHECKING:
    from analyzers.project.index import Project
    from lsp_server.commands.since import Since


DEFECTS = (batch.DEFECT, "could not be checked")


@dataclass
class Gathered:
    """A project, and which of its files to report on."""

    project: Project
    root: Path
    settings: Settings
    texts: Texts
    wanted: list[str]
    skipped: dict[str, str] = field(default_factory=dict)  # path -> reason
    named: frozenset[str] = frozenset()  # the paths given that are files
    since: Since | None = None  # what changed, where only that and who depends on it is asked for
    resting: list[bytes] | None = None  # what the findings rest on (`earlier.py`), where that is to be kept

    def skip(self, path: str, reason: str) -> None:
        """Name a file that fails; the others go on."""
        if path not in self.skipped:
            self.skipped[path] = reason
            say(f"{os.path.relpath(path)} {reason}")

    @property
    def failed(self) -> bool:
        """Whether something asked for could not be done: a file that was named, or one bigo has a defect with. A
        binary or foreign file among many is no failure."""
        return any(path in self.named or reason.startswith(DEFECTS) for path, reason in self.skipped.items())


def settings_for(paths: Sequence[str]) -> tuple[Path, Settings]:
    """The root and settings of the workspace the first path is in; problems go to stderr."""
    root = workspace.find_root(Path(paths[0]) if paths else Path())
    settings, problems = load(root)
    for problem in problems:
        say(problem)
    return root, settings


def check_names(settings: Settings) -> None:
    """Say which rules and languages in the settings do not exist."""
    for problem in unknown_names(settings):
        say(problem)


@dataclass(frozen=True)
class Listing:
    """The files that the paths of a command mean."""

    wanted: list[str]
    everything: list[str]  # the wanted ones, then the others of their workspaces
    named: frozenset[str]  # the paths given that are files
    roots: tuple[str, ...]  # the projects they are of


def listed(paths: Sequence[str], settings: Settings) -> Listing:
    """The files of the paths and of the workspaces around them. CannotRun for a path that does not exist."""
    for path in paths:
        if problem := _unusable(path):
            raise CannotRun(problem)
    given = [Path(path) for path in paths] or [Path()]
    wanted = list(workspace.keys(given, settings))
    named = frozenset(workspace.key(path) for path in given if path.is_file())
    around = sorted({marked for path in given if (marked := workspace.marked_root(path))})
    roots = tuple(sorted({workspace.key(path) for path in (*around, *map(workspace.nearest_root, given))}))
    if around == sorted({Path(os.path.abspath(path)) for path in given}):
        return Listing(wanted, wanted, named, roots)
    others = workspace.keys(around, settings)
    return Listing(wanted, list(dict.fromkeys([*wanted, *others])), named, roots)


def _unusable(path: str) -> str:
    """Why nothing can be looked at there; "" where something can."""
    if not os.path.exists(path):
        return f"there is no {path}"
    if os.path.isdir(path):
        return "" if os.access(path, os.R_OK | os.X_OK) else f"{path} cannot be read: Permission denied"
    return "" if os.path.isfile(path) else f"{path} is neither a file nor a folder"


def gather(
    paths: Sequence[str],
    root: Path,
    settings: Settings,
    listing: Listing | None = None,
    *,
    cached: bool = True,
) -> Gathered:
    """Read the workspaces of the paths. CannotRun for a path that does not exist."""
    from analyzers.project.index import Project
    from analyzers.project.kept import Kept

    listing = listing or listed(paths, settings)
    texts = Texts(settings.analysis.max_file_size)
    gathered = Gathered(Project(), root, settings, texts, listing.wanted, named=listing.named)
    gathered.project.set_roots(listing.roots)
    for path in sorted(listing.named - set(listing.wanted)):
        gathered.skip(path, "is in no language bigo reads")
    with opened(cache_dir() if cached else None) as store, without_collecting():
        for path, facts in _indexed(listing.everything, gathered, store):
            packed = Kept(facts)
            gathered.project.update(path, packed.facts(), packed.survey())
    gathered.wanted = [path for path in listing.wanted if gathered.project.facts(path) is not None]
    return gathered


def _indexed(paths: Sequence[str], gathered: Gathered, store: Store | None) -> Iterator[tuple[str, bytes]]:
    analysis, asked = gathered.settings.analysis, set(gathered.wanted)
    with progress("reading") as advance:
        indexed = reading.index_all(paths, analysis.max_file_size, analysis.workers, store=store)
        for done, found in enumerate(indexed, 1):
            advance(done, len(paths))
            if found.facts is not None:
                yield found.path, found.facts
            elif found.path in asked:
                gathered.skip(found.path, found.reason)


@contextmanager
def without_collecting() -> Iterator[None]:
    """Facts and what is made of them hold few cycles, and looking for those again and again takes a fifth of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()

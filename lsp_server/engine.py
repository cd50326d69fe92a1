"""What the server asks of the analyzers: one project, the syntax trees of open documents, linked profiles.

Everything here runs on one thread (`schedule.Lane`) and is used by no other; the session holds the results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from analyzers.facts import FileFacts
from analyzers.findings import Finding, FunctionReport
from analyzers.text import Text
from lsp_server.settings_table import Settings

if TYPE_CHECKING:
    from analyzers.check import RewriteContext

TextOf = Callable[[str], "Text | None"]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a linked profile says about one function: a line for lenses, sentences for hovers."""

    summary: str
    hover: str


class Analyzer(Protocol):
    """The engine as the session uses it. Tests put another one in its place."""

    def analyse(self, path: str, text: Text, language_id: str, settings: Settings) -> tuple[Finding, ...]:
        """The findings of an open document; the project then knows it as it is in `text`."""

    def reports(self, path: str) -> tuple[FunctionReport, ...]:
        """The cost of each function of a file the project knows; none for another."""

    def measured(self, path: str) -> dict[str, Measured]:
        """What linked profiles say, by the qualname of the function."""

    def facts(self, path: str) -> FileFacts | None:
        """The facts of a file, if the project knows it."""

    def learn(self, files: Iterable[tuple[str, FileFacts]]) -> None:
        """Take the facts of closed files; those of open documents stay as the editor has them."""

    def forget(self, path: str) -> None:
        """A file is gone."""

    def close(self, path: str) -> None:
        """A document is closed: its tree is dropped, its facts stay until the file is read again."""

    def paths(self) -> tuple[str, ...]:
        """Every file the project knows."""

    def link(self, source: str, profile: Any, roots: Sequence[str], text_of: TextOf) -> str:
        """Attach a profile that was read from the file `source`; says what was linked."""

    def unlink(self) -> int:
        """Detach all profiles; how many there were."""


@dataclass(slots=True)
class _Open:
    source: bytes
    tree: Any
    memo: Any
    facts: FileFacts


class Engine:
    """The `Analyzer` on the real analyzers."""

    def __init__(self) -> None:
        from analyzers.project.index import Project

        self.project = Project()
        self._open: dict[str, _Open] = {}
        self._linked: dict[str, Any] = {}  # profile file -> Linked, the latest last

    # -- documents

    def analyse(self, path: str, text: Text, language_id: str, settings: Settings) -> tuple[Finding, ...]:
        from analyzers import check
        from lsp_server.targets import check_options

        if not self._update(path, text.source, language_id):
            return ()
        findings = check.check(self.project, path, text, check_options(settings))
        return self._with_profile(path, findings)

    def _update(self, path: str, source: bytes, language_id: str) -> bool:
        """Bring the project to `source`; False for a language nobody reads."""
        from analyzers import extract, languages, syntax

        language = languages.for_id(language_id) or languages.for_path(path)
        if language is None:
            return False
        known = self._open.get(path)
        if known is not None and known.source == source:
            return True
        old = None
        if known is not None:
            old = syntax.edit_tree(known.tree, known.source, source)
        memo = known.memo if known is not None else extract.Memo()
        tree = syntax.parse(source, language, old)
        facts = extract.extract(tree, source, language, memo)
        self._open[path] = _Open(source, tree, memo, facts)
        self.project.update(path, facts)
        return True

    def reports(self, path: str) -> tuple[FunctionReport, ...]:
        from analyzers import check

        if self.project.facts(path) is None:
            return ()
        return tuple(check.complexity(self.project, path))

    def facts(self, path: str) -> FileFacts | None:
        return self.project.facts(path)

    def context(self, path: str, qualname: str) -> RewriteContext:
        """What is worth sending along with a function: its callees and models."""
        from analyzers import check

        return check.context(self.project, path, qualname)

    def learn(self, files: Iterable[tuple[str, FileFacts]]) -> None:
        for path, facts in files:
            if path not in self._open:
                self.project.update(path, facts)

    def forget(self, path: str) -> None:
        if path not in self._open:
            self.project.remove(path)

    def close(self, path: str) -> None:
        self._open.pop(path, None)

    def paths(self) -> tuple[str, ...]:
        return tuple(self.project.paths())

    # -- profiles

    def link(self, source: str, profile: Any, roots: Sequence[str], text_of: TextOf) -> str:
        from lsp_server import profile_loader

        linked = profile_loader.link_loaded(profile, self.project, list(roots), text_of)
        self._linked.pop(source, None)
        self._linked[source] = linked
        own = sum(1 for function in linked.functions if function.path)
        return f"{Path(source).name} ({profile.producer}): {own} functions of this workspace linked"

    def unlink(self) -> int:
        count = len(self._linked)
        self._linked.clear()
        return count

    def measured(self, path: str) -> dict[str, Measured]:
        from analyzers import profiles

        found: dict[str, Measured] = {}
        for linked in self._linked.values():
            for time in linked.in_file(path):
                found[time.qualname] = Measured(profiles.summary(time), profiles.hover(time, linked))
        return found

    def _with_profile(self, path: str, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        if not self._linked:
            return findings
        from analyzers import profiles

        for source, linked in self._linked.items():
            self._linked[source] = profiles.refresh(linked, path, self.project.facts(path))
        newest = next(reversed(self._linked.values()))
        return tuple(profiles.apply(findings, newest))

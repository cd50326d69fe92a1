"""What the session asks of the engine, and what it is told.

Here is how it looks from outside; `engine.py` is the one on the real analyzers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from analyzers.facts import FileFacts
from analyzers.findings import Finding, FunctionReport
from analyzers.text import Text
from lsp_server.settings_table import Settings

if TYPE_CHECKING:
    from analyzers.profiles import Linked
    from analyzers.project.kept import Kept
    from lsp_server.briefing.looking import Desk
    from lsp_server.rewrites import Checked, Target

TextOf = Callable[[str], "Text | None"]


@dataclass(frozen=True, slots=True)
class Looked:
    """The findings of a document; not `whole` while only some of its functions have been looked at."""

    findings: tuple[Finding, ...]
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Measured:
    """What a linked profile says about one function: a line for lenses, sentences for hovers."""

    summary: str
    hover: str
    hot: bool  # it takes enough of the time that its cost is worth a lens


@dataclass(frozen=True, slots=True)
class Hot:
    """A function of the workspace with its part of a profile; shares from 0 to 1. `line` (from 0) is where it was when it
    was linked, `start` its offset in the text as it is now, where that is known."""

    path: str
    line: int
    qualname: str
    self_share: float
    total_share: float
    summary: str
    cost: str  # estimated time, "" where nothing is known
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which function a rewrite is wanted of, and what the session knows of its file. `version` is the editor's."""

    path: str
    text: Text
    qualname: str
    root: str
    text_of: TextOf
    findings: Sequence[Finding]
    settings: Settings
    version: int | None = None


class Analyzer(Protocol):
    """The engine as the session uses it. Tests put another one in its place."""

    def set_roots(self, roots: tuple[str, ...]) -> None:
        """The workspace folders, for all that is asked from now on. Called from any thread."""

    def look(
        self, path: str, text: Text, language_id: str, settings: Settings, seconds: float = ...
    ) -> Looked:
        """The findings of an open document; the project then knows it as it is in `text`. After so many seconds it is what
        was found by then: ask again to go on."""

    def take(self, path: str, text: Text, of: bytes, packed: bytes) -> None:
        """`text` will be looked at; these are the facts, packed, of that or of another one, from which it was edited."""

    def ready(self, path: str, text: Text) -> bool:
        """Whether `analyse` would find an open document as whole as it was: false while an edit leaves it broken."""

    def heaviest(self, path: str) -> int:
        """The most steps that it took to look at one function of an open document."""

    def rehearse(self, path: str) -> None:
        """Make what the first edit of an open document will need, and the next that is opened, while nobody waits for it."""

    def reports(self, path: str) -> tuple[FunctionReport, ...]:
        """The cost of each function of a file the project knows; none for another."""

    def measured(self, path: str) -> dict[str, Measured]:
        """What linked profiles say, by the qualname of the function."""

    def hottest(self, most: int) -> tuple[Hot, ...]:
        """The functions of the workspace that took most of the newest profile's time, hottest first."""

    def page(self, rule: str) -> str:
        """The URL of a rule's page, "" for none. Asked from any thread."""

    def facts(self, path: str) -> FileFacts | None:
        """The facts of a file, if the project knows it."""

    def learn(self, files: Iterable[tuple[str, FileFacts | Kept]]) -> None:
        """Take the facts of closed files; those of open documents stay as the editor has them."""

    def put_back(self, path: str, source: bytes, facts: Kept) -> bool:
        """A file that nobody has open is this text, with these facts; if it was a document, that is closed now. False where
        the project knew it as the same text."""

    def forget(self, path: str) -> None:
        """A file is gone, and nobody has it open."""

    def paths(self) -> tuple[str, ...]:
        """Every file the project knows."""

    def target(self, wanted: Wanted) -> Target:
        """What a rewrite of a function is about. Raises `targets.NoTarget`."""

    def check_patched(
        self, settings: Settings, target: Target, patched: str, others: Mapping[str, tuple[str, str]] = ...
    ) -> Checked:
        """The target's file as it is in the target, and as it would be; likewise other files, of which the old and
        the new text are given. The project stays as it is."""

    def desk(self, root: str, text_of: TextOf, settings: Settings) -> Desk:
        """What a model's questions about the workspace are answered from."""

    def packed(self, source: str, paths: Sequence[str]) -> dict[str, bytes | None]:
        """The facts of some files as bytes, for the child that links the profile file `source`."""

    def attach(self, source: str, linked: Linked) -> str:
        """Take the link of the profile file `source` that was made from `packed` facts; says what was linked."""

    def unlink(self) -> int:
        """Detach all profiles; how many there were."""

    def rewritten(self, path: str, qualname: str) -> None:
        """A rewrite of a function was accepted: what was measured of it is of the code before."""

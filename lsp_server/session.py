"""The only mutable state of the server: open documents, settings, what the client can, the engine, the rewriter.

Everything here runs on the event loop, except the engine, which runs on its own thread and is asked through `ask`.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, TypeVar

from analyzers.findings import Finding, FunctionReport, Severity
from analyzers.text import Text
from lsp_server import settings as settings_file
from lsp_server.analyzer import Analyzer, Looked, Measured
from lsp_server.engine import Engine
from lsp_server.files.workspace import Unreadable, read_source
from lsp_server.schedule import Debouncer, Lane
from lsp_server.settings_table import Settings
from lsp_server.wire.client import Client
from lsp_server.wire.documents import Document
from lsp_server.wire.positions import is_file, to_uri

if TYPE_CHECKING:
    from lsp_server.files.reading import Version
    from lsp_server.rewrites import Checked, Rewriter, Target
    from lsp_server.rewrites.asking.tools import Reader

log = logging.getLogger(__name__)

T = TypeVar("T")
P = ParamSpec("P")


SLICE = 0.03
"""Seconds after which an analysis lets others have their turn."""

AT_HAND = 1_500
"""Steps that any function of a document may take to be run for its edits to be looked at on the event's loop: 20 us each."""

LONG = 50_000
"""Bytes of a text whose facts are worth looking for on disk before it is parsed."""

FIRST_SLICE = 0.01
"""Seconds of a slice in a long text while nothing is found in it yet."""

EARLY = 0.1
"""Seconds of processor time after which what was found so far in a document that was just opened is shown, in a long one at
once; then after twice that, and so on. What takes less is shown once, as a whole."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was concluded about one state of one document."""

    state: State
    version: int | None
    text: Text
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class State:
    """A state of a document and of everything else that its findings depend on: two equal states have equal findings."""

    edits: int
    world: int


class Shown(NamedTuple):
    """What was sent of a document, and whether it comes from a session before."""

    news: bytes = b""
    recalled: bool = False


@dataclass
class OpenDocument:
    """One document the editor holds. Its text is the editor's, whatever the disk says."""

    path: str
    uri: str  # as the client spells it
    buffer: Document
    edits: int = 0
    saved: int = 0  # how many edits there were when it was saved
    settled: int = 0  # how many there were when typing last paused
    broken: int = -1  # how many there were when it last was too broken to be looked at before typing rests
    analysis: Analysis | None = None  # the last that succeeded, kept when a later one fails
    early: Analysis | None = None  # what was found by then, while there is no whole one
    failed: State | None = None
    seconds: float = 0.0  # of processor time that the last analysis after an edit took
    known: tuple[Text, Version] | None = None  # a text of it, and the nearest whose facts are on disk
    begun: tuple[State, tuple[Looked | None, float]] | None = None  # the first slice of an analysis
    running: tuple[State, asyncio.Future[None]] | None = None
    prices: dict[tuple[State, Any], str | None] = field(
        default_factory=dict
    )  # by function; see features.choice
    reports: tuple[State, tuple[FunctionReport, ...]] | None = None
    published: bytes = b""  # what the client was last sent; see features.diagnostics
    recalled: bool = False  # that is what was shown of this text in a session before
    kept: bytes | None = None  # what was noted of it for the next session

    @property
    def version(self) -> int | None:
        return self.buffer.version

    @property
    def language_id(self) -> str:
        return self.buffer.language_id or ""

    @property
    def text(self) -> Text:
        """A snapshot of the text as it is now."""
        return self.buffer.text


@dataclass
class Session:
    """The state of one connection. `say` shows a line in the client's log."""

    engine: Analyzer = field(default_factory=Engine)
    say: Callable[[str], None] = log.info
    client: Client = field(default_factory=Client)
    roots: tuple[str, ...] = ()
    settings: Settings = field(default_factory=Settings)
    client_settings: Mapping[str, Any] = field(default_factory=dict)
    documents: dict[str, OpenDocument] = field(default_factory=dict)
    profiles: dict[str, str] = field(default_factory=dict)  # file -> what was linked
    shown: dict[str, Shown] = field(default_factory=dict)  # what was sent before the session began
    read_up: bool = False  # the workspace was read, or is not to be
    indexed: dict[str, int] = field(default_factory=dict)  # path -> modification time in ns when it was read
    before_rewrites: dict[tuple[str, str], str] = field(
        default_factory=dict
    )  # (path, function) -> text before
    timers: Debouncer = field(default_factory=Debouncer)
    lane: Lane = field(default_factory=lambda: Lane("bigo-analysis"))
    files: Lane = field(
        default_factory=lambda: Lane("bigo-files", threads=4)
    )  # what waits for the disk or a child
    tell_early: Callable[[OpenDocument, Analysis], None] = lambda document, analysis: None
    _world: int = 0
    _rewriter: Rewriter | None = None
    _disk: Callable[[str, int, int], Text | None] = field(default_factory=lambda: lru_cache(64)(_read))
    _caught_up: float = 0.0

    def work_in(self, roots: tuple[str, ...]) -> None:
        """These are the workspace folders now."""
        self.roots = roots
        self.engine.set_roots(roots)
        self.world_changed()

    # -- settings

    def load_settings(self) -> list[str]:
        """Read the settings anew; the problems, one sentence each."""
        root = Path(self.roots[0]) if self.roots else None
        self.settings, problems = settings_file.load(root, self.client_settings)
        self.world_changed()
        if self._rewriter is not None:
            from lsp_server.briefing.targets import rewrite_settings

            self._rewriter.settings = rewrite_settings(self.settings)
        return problems

    def world_changed(self) -> None:
        """Something other than a document's own text changed: every analysis is out of date."""
        self._world += 1

    # -- documents

    def open(self, path: str, uri: str, buffer: Document) -> OpenDocument:
        document = self.documents[path] = OpenDocument(path, uri, buffer)
        document.published, document.recalled = self.shown.pop(path, Shown())
        return document

    def edited(self, path: str) -> OpenDocument | None:
        """The client changed the document; None if it never opened it."""
        document = self.documents.get(path)
        if document is not None:
            document.edits += 1
        return document

    def close(self, path: str) -> None:
        """The client closed the document. What is on disk counts again: `reread` it."""
        self.timers.cancel(path)
        self.documents.pop(path, None)

    def text_of(self, path: str) -> Text | None:
        """The text of a file: the editor's if it is open, else the disk's; None if it cannot be read.

        May be asked from any thread.
        """
        document = self.documents.get(path)
        if document is not None:
            return document.text
        if not is_file(path):
            return None
        try:
            changed = os.stat(path).st_mtime_ns
        except OSError:
            return None
        return self._disk(path, changed, self.settings.analysis.max_file_size)

    def uri_of(self) -> dict[str, str]:
        """Open documents' URIs as the client spells them."""
        return {path: document.uri for path, document in self.documents.items()}

    def document_of(self, path: str) -> tuple[str, int | None]:
        """A file's URI and, when it is open, its version."""
        document = self.documents.get(path)
        return (document.uri, document.version) if document is not None else (to_uri(path), None)

    # -- analysis

    async def ask(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a method of the engine on its thread."""
        return await self.lane.run(job, *args, **kwargs)

    def state_of(self, document: OpenDocument) -> State:
        return State(document.edits, self._world)

    async def analysed(self, path: str, edits: int | None = None) -> Analysis | None:
        """The findings of an open document as it is now.

        Of several callers one analysis is run. When it fails, or the document is too large, the answer is the last
        one that succeeded, or None; check `version` before using positions of it. With `edits` it is given up once the
        document has another number of them.
        """
        while (document := self.documents.get(path)) is not None:
            if edits is not None and document.edits != edits:
                return None
            state = self.state_of(document)
            if document.failed == state or (document.analysis and document.analysis.state == state):
                break
            if document.running is None or document.running[0] != state:
                document.running = (state, asyncio.ensure_future(self._analyse(document, state)))
            # A caller that is cancelled leaves the analysis to the others.
            await asyncio.shield(document.running[1])
        return document.analysis if document is not None else None

    async def ready(self, path: str) -> bool:
        """Whether an open document can be analysed as whole as it last was: see `Analyzer.ready`."""
        document = self.documents.get(path)
        if document is None or (document.analysis is None and document.early is None):
            return True
        return await self.ask(self._ready, document, self.state_of(document), document.text)

    def look_now(self, path: str) -> bool | None:
        """The same as `ready` and `analysed`, at once: for an edit that takes less than going to the engine's thread and back.
        None where that is to be asked for: while others use the engine, and of a document with a function that takes long."""
        document = self.documents.get(path)
        before = document.analysis if document is not None else None
        if document is None or before is None or before.state.world != self._world:
            return None
        text, limit = document.text, self.settings.analysis.max_file_size
        if not self.lane.idle or self.engine.heaviest(path) > AT_HAND or len(text.source) > limit:
            return None
        state = self.state_of(document)
        if not self._ready(document, state, text):
            return False
        begun = document.begun
        if begun is not None and begun[1][0] is not None and begun[1][0].whole:
            document.begun = None
            document.seconds = begun[1][1]
            document.analysis = Analysis(state, document.version, text, self._shown(begun[1][0].findings))
        return True

    async def rehearse(self, path: str) -> None:
        """Let the first edit of an open document cost what the others do: see `Analyzer.rehearse`."""
        document = self.documents.get(path)
        if document is not None and document.analysis is not None and document.edits == 0:
            await self.ask(self.engine.rehearse, path)

    def _ready(self, document: OpenDocument, state: State, text: Text) -> bool:
        # Where the engine runs. To go there and back twice would take as long as many an analysis.
        if not self.engine.ready(document.path, text):
            return False
        with contextlib.suppress(Exception):  # told when it is asked for
            document.begun = (state, self._run(document, state, text))
        return True

    async def _analyse(self, document: OpenDocument, state: State) -> None:
        text, version = document.text, document.version
        limit = self.settings.analysis.max_file_size
        if len(text.source) > limit:
            document.failed = state
            self.say(
                f"{document.path} is not analysed: larger than {limit} bytes (setting analysis.maxFileSize)"
            )
            document.analysis = Analysis(state, version, text, ())
            return
        try:
            findings = await self._looked(document, state, text)
        except Exception as error:
            document.failed = state
            where = _place_of(error)
            self.say(f"analysis of {document.path} failed: {type(error).__name__}: {error}{where}")
            log.debug("analysis failed", exc_info=True)
            return
        finally:
            gc.enable()
        if findings is not None and self.state_of(document) == state:
            document.analysis = Analysis(state, version, text, self._shown(findings))

    def _shown(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        least = Severity.parse(self.settings.analysis.min_severity)
        return tuple(finding for finding in findings if finding.severity >= least)

    async def _looked(self, document: OpenDocument, state: State, text: Text) -> tuple[Finding, ...] | None:
        """All findings, looked for in slices between which others have their turn; None when they are no longer wanted.
        Of a document that was just opened, what is found so far is told to `tell_early`."""
        version, seconds, told = document.version, 0.0, 0
        due = 0.0 if len(text.source) > LONG else EARLY
        begun, document.begun = document.begun, None
        if begun is None and document.analysis is None and len(text.source) > LONG:
            gc.disable()  # until something is told: all that is made by then stays, and to look through it takes a fifth of the time
            known = await self._nearest(document.path, text)
            document.known = (text, known) if known is not None else None
        while True:
            if begun is not None and begun[0] == state:
                looked, took = begun[1]
                begun = None
            else:
                looked, took = await self.ask(self._run, document, state, text)
            seconds += took
            if looked is None or self.state_of(document) != state:
                return None
            if looked.whole:
                before = document.analysis
                if before is not None and state.edits not in (before.state.edits, document.broken):
                    document.seconds = seconds  # not what it takes when all else has changed, or at rest
                return looked.findings
            if document.analysis is None and seconds > due:
                shown = self._shown(looked.findings)
                if len(shown) > (len(document.early.findings) if document.early is not None else 0):
                    told += 1
                    due = EARLY * 2**told
                    document.early = Analysis(state, version, text, shown)
                    self.tell_early(document, document.early)
                    gc.enable()

    async def _nearest(self, path: str, text: Text) -> Version | None:
        from lsp_server.files import reading

        return await self.files.run(reading.nearest, text.source, path, self.settings.analysis.max_file_size)

    def _run(self, document: OpenDocument, state: State, text: Text) -> tuple[Looked | None, float]:
        # Where the engine runs. While this waited for its turn, the person may have typed on.
        if self.state_of(document) != state or self.documents.get(document.path) is not document:
            return None, 0.0
        began = time.thread_time()
        known, document.known = document.known, None
        if known is not None and known[0] is text:
            self.engine.take(document.path, text, *known[1])
        hurried = document.analysis is None and document.early is None and len(text.source) > LONG
        seconds = min(SLICE, FIRST_SLICE) if hurried else SLICE
        looked = self.engine.look(document.path, text, document.language_id, self.settings, seconds)
        return looked, time.thread_time() - began

    async def reports(self, path: str) -> tuple[FunctionReport, ...]:
        """The cost of each function of an open document as it is now."""
        analysis = await self.analysed(path)
        document = self.documents.get(path)
        if analysis is None or document is None:
            return ()
        if document.reports is None or document.reports[0] != analysis.state:
            document.reports = (analysis.state, await self.ask(self.engine.reports, path))
        return document.reports[1]

    async def measured(self, path: str) -> dict[str, Measured]:
        """What linked profiles say about the functions of a file."""
        return await self.ask(self.engine.measured, path) if self.profiles else {}

    # -- files that are not open

    async def reread(self, paths: Sequence[str]) -> None:
        """Take files from disk as they are now; one that is gone or unreadable is forgotten."""
        from analyzers.project.kept import Kept
        from lsp_server.files import reading

        limit, changed = self.settings.analysis.max_file_size, False
        for path in paths:
            if path in self.documents:
                continue
            # Not where the engine runs: a document that is opened meanwhile is looked at there.
            found = await self.files.run(reading.read_again, path, limit) if is_file(path) else None
            if path in self.documents:
                continue
            if found is None or found.facts is None:
                self.indexed.pop(path, None)
                await self.ask(self.engine.forget, path)
                changed = True
            else:
                self.indexed[path] = found.changed
                kept = Kept(found.facts)
                changed = await self.ask(self.engine.put_back, path, found.source, kept) or changed
        if changed:
            self.world_changed()

    def may_catch_up(self) -> bool:
        """Whether it is time to look at the disk again: at most every ten seconds."""
        now = time.monotonic()
        if now - self._caught_up < 10:
            return False
        self._caught_up = now
        return True

    # -- rewriting

    def rewriter(self) -> Rewriter:
        """The one rewriter of this process, made on first use; its child starts only when it runs."""
        if self._rewriter is None:
            from lsp_server.briefing.targets import rewrite_settings
            from lsp_server.places import cache_dir, state_dir
            from lsp_server.rewrites import Rewriter

            settings = rewrite_settings(self.settings)
            self._rewriter = Rewriter(
                settings, state_dir(), cache_dir(), self._check, reader=self._reader_for
            )
        return self._rewriter

    async def _check(self, target: Target, patched: str, *others: Any) -> Checked:
        return await self.ask(self.engine.check_patched, self.settings, target, patched, *others)

    def _reader_for(self, target: Target) -> Reader | None:
        """Who answers a model's questions: only about the folder that the target is in, and only if it is in one."""
        from lsp_server.briefing.looking import WorkspaceReader

        root = self.root_of(target.path)
        if root is None:
            return None
        return WorkspaceReader(
            root,
            knows=lambda path: self.engine.facts(path) is not None,
            ask=self.ask,
            desk=lambda: self.engine.desk(root, self.text_of, self.settings),
        )

    def root_of(self, path: str) -> str | None:
        """The workspace folder that a file is in."""
        return next((root for root in self.roots if path.startswith(root.rstrip("/") + "/")), None)

    async def shut_down(self) -> None:
        """End what runs in the background."""
        self.timers.close()
        if self._rewriter is not None:
            await self._rewriter.close()
        self.close_lanes()

    def close_lanes(self) -> None:
        """Take no more jobs."""
        self.lane.close()
        self.files.close()


def _read(path: str, changed: int, limit: int) -> Text | None:
    """The text of a file last changed at `changed`, which is there for the cache around this."""
    source = read_source(Path(path), limit)
    return None if isinstance(source, Unreadable) else Text(source)


def modified(path: str) -> int:
    """When a file was last changed, in ns; 0 for one that is not there."""
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


def _place_of(error: BaseException) -> str:
    """Where it was raised, as " (file.py:12)": a name of this program, no path of the machine."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f" ({Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno})" if trace else ""

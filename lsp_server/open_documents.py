"""The documents that are open in an editor, and the project brought to what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from analyzers.text import Text
from lsp_server import opened
from lsp_server.opened import Brought, Opened, Taken
from lsp_server.slack import Roomy

if TYPE_CHECKING:
    from analyzers.facts import FileFacts
    from analyzers.languages import Language
    from analyzers.project.index import Project
    from analyzers.project.kept import Kept

BROKEN = 50_000
"""Bytes of a text that is looked at as a whole for each edit while it has an error; a longer one waits until typing rests."""

TURN = 64
"""Edits after which what was said of code that is gone is let go of."""


class _Given(NamedTuple):
    """A text that is not open yet, and the facts of that or of another one."""

    path: str
    text: bytes
    of: bytes
    facts: Kept


class Documents:
    """By path. The project's facts of each are those of its text with room."""

    def __init__(self, project: Project) -> None:
        from analyzers.extract import Memo

        self._project = project
        self._memo = Memo()
        self._open: dict[str, Opened] = {}
        self._ahead: tuple[str, Opened] | None = None  # the last that was parsed, and is not analysed yet
        self._given: _Given | None = None
        self._edits = 0

    def __contains__(self, path: object) -> bool:
        return path in self._open

    def get(self, path: str) -> Opened | None:
        return self._open.get(path)

    @property
    def roomy_texts(self) -> dict[str, Roomy]:
        """The texts in which positions are other ones inside the project than outside."""
        return {path: known.roomy for path, known in self._open.items() if known.roomy.has_room}

    def facts_outside(self, path: str) -> FileFacts | None:
        """The facts of an open document's text as the editor has it; None for one that the project has so."""
        from analyzers import extract

        known = self._open.get(path)
        if known is None or not known.roomy.has_room:
            return None
        return extract.facts_of(known.roomy.plain, known.language)

    def give(self, path: str, text: bytes, of: bytes, facts: Kept) -> None:
        """The facts of a text that is about to be opened, or of one that it is an edit of."""
        if path not in self._open:
            self._given = _Given(path, text, of, facts)

    def close(self, path: str) -> None:
        self._open.pop(path, None)

    def settle(self) -> None:
        """Let the project know every open document as it stands in the editor, for those who slice its text."""
        from analyzers import extract

        for path in self.roomy_texts:
            known = self._open.pop(path)
            self._project.update(path, extract.facts_of(known.roomy.plain, known.language))
            self._open[path] = Opened(Roomy(known.roomy.plain), known.language, opened.AsWritten())

    def ready(self, path: str, text: Text) -> bool:
        """Whether a text can be looked at as whole as the one before it: see `Analyzer.ready`. What is parsed for that is kept
        until the text is the document's."""
        from analyzers import splice

        known, self._ahead = self._open.get(path), None
        source = text.source
        if known is None or known.roomy.plain == source:
            return True
        try:
            if not known.grows(self._memo):
                return True
            now = known.mended(text, self._memo)
            now = now or known.apart().edited(text, self._memo, hurried=True)
        except splice.Broken:
            return known.sound is not None and len(source) <= BROKEN
        except TimeoutError:
            return False
        if now is None:
            return True
        if now.is_unsound:
            # What it will be looked at by is another tree: see `opened.Broken`.
            return bool(known.tree.root_node.has_error) and len(source) <= BROKEN
        self._ahead = path, now
        return True

    def forget_ahead(self) -> None:
        """Let go of what was parsed for a question only."""
        self._ahead = None

    def grows(self, path: str) -> Opened | None:
        """An open document with the tree that an edit of it needs; None for one that is read anew when it is edited."""
        known = self._open.get(path)
        return known if known is not None and known.grows(self._memo) else None

    def update(self, path: str, text: Text, language_id: str) -> Opened | None:
        """Bring the project to a text; None for a language nobody reads. Where it raises, the document is not open any more."""
        from analyzers import extract, languages

        source, language = text.source, languages.for_id(language_id) or languages.for_path(path)
        if language is None:
            return None
        known = self._open.get(path)
        if known is not None and known.roomy.plain == source:
            return known
        if language is languages.TEMPLATE:
            self._open[path] = Opened(Roomy(source), language, opened.AsWritten())
            self._project.update(path, extract.facts_of(source, language))
            return self._open[path]
        self._turn()
        self._open.pop(path, None)  # should the parse fail, the tree is no longer that of its source
        now, sound = self._read_ahead(path, source), None
        if now is None and known is not None and known.grows(self._memo):
            sound = known.as_sound(self._memo)
            now = known.edited(text, self._memo)
        now = now or self._from_disk(path, source, language) or opened.laid_out(source, language)
        self._open[path] = now
        self._tell(path, now, sound)
        return now

    def _turn(self) -> None:
        from analyzers.evaluate import remembered

        self._edits += 1
        if self._edits % TURN == 0:
            remembered.turn()

    def _read_ahead(self, path: str, source: bytes) -> Opened | None:
        if self._ahead is None or self._ahead[0] != path:
            return None
        (_, now), self._ahead = self._ahead, None
        return now if now.roomy.plain == source else None

    def _from_disk(self, path: str, source: bytes, language: Language) -> Opened | None:
        """A document that is made without a parse of its text, of what was given for that."""
        given, self._given = self._given, None
        if given is None or (given.path, given.text) != (path, source):
            return None
        only_moved = self._project.files.held(path) == given.facts
        known = opened.taken(given.of, given.facts, language, only_moved=only_moved)
        if known is None or given.of == source:
            return known
        assert isinstance(known.reading, Taken)
        return opened.brought(known, known.reading, source, self._memo)

    def _tell(self, path: str, now: Opened, sound: Opened | None) -> None:
        """The project what a document says now."""
        facts = now.facts(self._memo)
        assert facts is not None
        reading, update = now.reading, self._project.update
        if facts.has_error:
            now.sound = sound
        if isinstance(reading, Brought) and reading.of.only_moved:
            update(path, reading.of.facts, reading.of.survey, text=Text(reading.of.text), only_moved=True)
        survey = reading.survey if isinstance(reading, Taken | Brought) else None
        only_moved = isinstance(reading, Taken) and reading.only_moved
        update(path, facts, survey, text=now.roomy.seen, only_moved=only_moved)

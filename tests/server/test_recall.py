"""What was shown of a text in one session is shown at once in the next, and then confirmed or corrected."""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path

import pytest
from connection import Editor, play
from stand_in import StandIn

from analyzers.findings import Finding
from analyzers.text import Text
from lsp_server.session import Session
from lsp_server.settings_table import Settings
from lsp_server.shown import recall
from lsp_server.wire.positions import to_path

SLOW = "def f():\n    SLOW\n"


class Late(StandIn):
    """Takes its time, or waits until it is let go on, and finds something else than the session before did: another file has
    changed meanwhile."""

    def __init__(self, goes_on: threading.Event | None = None) -> None:
        super().__init__()
        self._goes_on = goes_on

    def analyse(self, path: str, text: Text, language_id: str, settings: Settings) -> tuple[Finding, ...]:
        if self._goes_on is None:
            time.sleep(1.0)
        else:
            self._goes_on.wait(60)
        return super().analyse(path, Text(re.sub(rb"SLOW", b"MAYBE", text.source)), language_id, settings)


@pytest.fixture
def uri(tmp_path: Path) -> str:
    file = tmp_path / "a.py"
    file.write_text(SLOW)
    return file.as_uri()


async def kept(editor: Editor, uri: str) -> None:
    """Wait until the disk has what the next session shows."""
    await editor.until(lambda: "files read" in editor.log())
    session = editor.session
    document = session.documents[to_path(uri)]
    await editor.until(lambda: recall(document.path, document.text, session.settings, session.client))


def shown(editor: Editor, uri: str) -> list[list[str]]:
    return [[one["code"] for one in params["diagnostics"]] for params in editor.published(uri)]


def _shown_then_corrected(uri: str, root: Path) -> None:
    goes_on = threading.Event()

    async def story(editor: Editor) -> None:
        editor.open(uri, SLOW)
        await editor.until(lambda: editor.published(uri))
        goes_on.set()
        await editor.until(lambda: len(editor.published(uri)) > 1)
        assert shown(editor, uri) == [["membership-in-list"], ["nested-scan"]]

    play(story, root=root, session=lambda: Session(engine=Late(goes_on)))


def test_it_is_shown_before_the_analysis_and_corrected_by_it(uri: str, tmp_path: Path) -> None:
    async def first(editor: Editor) -> None:
        editor.open(uri, SLOW)
        await kept(editor, uri)

    play(first, root=tmp_path)
    _shown_then_corrected(uri, tmp_path)


def test_a_document_that_is_opened_once_the_workspace_was_read_is_kept_too(uri: str, tmp_path: Path) -> None:
    async def first(editor: Editor) -> None:
        other = (tmp_path / "b.py").as_uri()
        editor.open(other, "\n")
        await kept(editor, other)
        editor.open(uri, SLOW)
        await kept(editor, uri)

    play(first, root=tmp_path)
    _shown_then_corrected(uri, tmp_path)


def test_what_is_confirmed_is_not_sent_again(uri: str, tmp_path: Path) -> None:
    async def first(editor: Editor) -> None:
        editor.open(uri, SLOW)
        await kept(editor, uri)

    async def second(editor: Editor) -> None:
        editor.open(uri, SLOW)
        await kept(editor, uri)
        assert shown(editor, uri) == [["membership-in-list"]]

    play(first, root=tmp_path)
    play(second, root=tmp_path)


def test_another_text_and_another_client_recall_nothing(uri: str, tmp_path: Path) -> None:
    async def first(editor: Editor) -> None:
        editor.open(uri, SLOW)
        await kept(editor, uri)

    async def changed(editor: Editor) -> None:
        editor.open(uri, SLOW + "# and a line\n")
        await editor.until(lambda: editor.published(uri))
        assert shown(editor, uri)[0] == ["nested-scan"]

    async def related(editor: Editor) -> None:
        editor.open(uri, SLOW)
        await editor.until(lambda: editor.published(uri))
        assert shown(editor, uri)[0] == ["nested-scan"]

    shows_related = {"textDocument": {"publishDiagnostics": {"relatedInformation": True}}}
    play(first, root=tmp_path)
    play(changed, root=tmp_path, session=lambda: Session(engine=Late()))
    play(related, shows_related, root=tmp_path, session=lambda: Session(engine=Late()))


def test_an_edit_is_not_held_back(uri: str, tmp_path: Path) -> None:
    async def first(editor: Editor) -> None:
        editor.open(uri, SLOW)
        await kept(editor, uri)

    async def second(editor: Editor) -> None:
        editor.open(uri, SLOW)
        await editor.until(lambda: editor.published(uri))
        editor.session.read_up = False
        editor.change(uri, 2, {"text": "def f():\n    pass\n"})
        assert await editor.diagnostics(uri, 2) == []

    play(first, root=tmp_path)
    play(second, root=tmp_path)

"""A document is looked at in slices: others have their turn in between, and the end is what one look would have said."""

from __future__ import annotations

import asyncio
import gc
import random
from itertools import pairwise

import pytest
from connection import Editor, play

from analyzers.findings import Finding
from analyzers.text import Text
from lsp_server.analyzer import Looked
from lsp_server.engine import Engine
from lsp_server.session import Analysis, OpenDocument, Session, State
from lsp_server.settings_table import Settings
from lsp_server.wire.documents import Document

PATH = "/srv/shop/reports.py"
OTHER = "/srv/shop/stock.py"
SETTINGS = Settings()

LOOKS = """
def missing_{n}(wanted: list[str], held: list[str]) -> list[str]:
    out = []
    for name in wanted:
        if name not in held:
            out.append(name)
    return out
"""
VISITOR = """
class Visitor:
    def visit(self, node):
        return getattr(self, "visit_" + node.kind)(node)

    def both(self, left, right):
        return [self.visit(left), self.visit(right), self.walk(left)]

    def walk(self, node):
        return [self.both(one, node) for one in node.children]

    def visit_list(self, node):
        return [self.visit(one) for one in node.items] + self.walk(node)

    def visit_pair(self, node):
        return self.both(node.left, node.right) + self.visit_list(node)
"""
QUIET = "\n\nx = 1  # bigo: ignore[nested-scan]\n"
SOURCE = "".join(LOOKS.replace("{n}", str(n)) for n in range(6)) + VISITOR + QUIET


def opened(session: Session, source: str) -> OpenDocument:
    return session.open(
        PATH, f"file://{PATH}", Document(f"file://{PATH}", source, version=1, language_id="python")
    )


def test_many_short_looks_say_what_one_long_look_says() -> None:
    text = Text(SOURCE.encode())
    whole = Engine().analyse(PATH, text, "python", SETTINGS)
    engine, looks = Engine(), [0]
    looked = engine.look(PATH, text, "python", SETTINGS, 0)
    while not looked.whole:
        assert set(looked.findings) <= set(whole)
        looks[0] += 1
        looked = engine.look(PATH, text, "python", SETTINGS, 0)
    assert looks[0] >= 6
    assert looked.findings == whole
    assert {finding.rule for finding in whole} == {"membership-in-list", "unused-ignore"}


LONG = "def long(rows):\n" + "    for row in rows:\n        print(row)\n" * 40 + "    return rows\n\n"


def test_short_functions_with_loops_are_looked_at_first() -> None:
    engine, text = Engine(), Text(f"{LONG}{SOURCE}".encode())
    shown: list[set[Finding]] = []
    while not (looked := engine.look(PATH, text, "python", SETTINGS, 0)).whole:
        shown.append(set(looked.findings))
    assert [len(some) for some in shown[:9]] == [1, 2, 3, 4, 5, 6, 6, 6, 6], (
        "six that call nothing of the text, two methods of the visitor, then the first of the text"
    )
    assert all(before <= after for before, after in pairwise(shown)), "what is shown stays"
    assert looked.findings == Engine().analyse(PATH, text, "python", SETTINGS)
    assert shown[-1] <= set(looked.findings)


def test_in_a_long_text_the_first_that_is_found_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lsp_server.session.SLICE", 0.0)
    monkeypatch.setattr("lsp_server.session.EARLY", 3600.0)
    told: list[int] = []
    for long in (len(SOURCE), len(SOURCE) - 1):
        monkeypatch.setattr("lsp_server.session.LONG", long)
        session = Session(tell_early=lambda document, analysis: told.append(len(analysis.findings)))
        opened(session, SOURCE)
        asyncio.run(session.analysed(PATH))
        session.close_lanes()
    assert told == [1]


@pytest.mark.parametrize("seed", range(4))
def test_what_others_ask_and_change_in_between_changes_nothing(seed: int) -> None:
    chance = random.Random(seed)
    text = Text(SOURCE.encode())
    engine = Engine()

    def learn() -> None:
        engine.learn([(f"/srv/shop/new_{chance.random()}.py", engine.facts(PATH))])  # type: ignore[list-item]

    for step in range(60):
        looked = engine.look(PATH, text, "python", SETTINGS, 0)
        if looked.whole:
            break
        if step < 30 and chance.random() < 0.5:
            chance.choice(
                (
                    lambda: engine.reports(PATH),
                    lambda: engine.analyse(OTHER, Text((VISITOR + SOURCE).encode()), "python", SETTINGS),
                    engine.documents.settle,
                    learn,
                )
            )()
    assert looked.whole
    assert looked.findings == Engine().analyse(PATH, text, "python", SETTINGS)


def test_an_edit_and_a_question_do_not_wait_for_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lsp_server.session.SLICE", 0.0)
    session = Session()
    document = opened(session, SOURCE)
    order: list[str] = []

    async def play() -> None:
        analysis = asyncio.ensure_future(session.analysed(PATH))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await session.ask(order.append, "asked")
        order.append("done" if analysis.done() else "under way")
        document.buffer.rows[0] = "y = 2\n"
        document.buffer._text = None
        session.edited(PATH)
        await analysis

    asyncio.run(play())
    session.close_lanes()
    assert order == ["asked", "under way"]
    assert document.analysis is not None
    assert document.analysis.state.edits == 1
    assert document.analysis.findings == Engine().analyse(PATH, document.text, "python", SETTINGS)


def test_who_waits_for_a_text_does_not_go_on_to_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit may leave a text broken: what was found by then is kept until typing rests."""
    monkeypatch.setattr("lsp_server.session.SLICE", 0.0)
    monkeypatch.setattr("lsp_server.session.EARLY", 0.0)

    async def play() -> tuple[Analysis | None, bool]:
        told = asyncio.Event()
        session.tell_early = lambda document, analysis: told.set()
        analysis = asyncio.ensure_future(session.analysed(PATH, 0))
        await told.wait()
        document.buffer.rows[2] = '    out = """[]\n'
        document.buffer._text = None
        session.edited(PATH)
        return await analysis, await session.ready(PATH)

    session = Session()
    document = opened(session, SOURCE)
    given, ready = asyncio.run(play())
    session.close_lanes()
    assert given is None
    assert document.analysis is None
    assert document.early is not None
    assert not ready


def test_what_is_found_early_in_an_opened_document_is_told_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lsp_server.session.SLICE", 0.0)
    monkeypatch.setattr("lsp_server.session.EARLY", 0.0)
    told: list[Analysis] = []
    session = Session(tell_early=lambda document, analysis: told.append(analysis))
    document = opened(session, SOURCE)
    asyncio.run(session.analysed(PATH))
    assert [len(one.findings) for one in told] == sorted(len(one.findings) for one in told)
    assert told[0].findings
    assert document.analysis is not None
    early = len(told)
    session.edited(PATH)
    asyncio.run(session.analysed(PATH))
    session.close_lanes()
    assert len(told) == early, "what is shown already is not taken back in parts"


def test_an_edit_of_a_document_that_is_still_looked_at_is_answered_with_what_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lsp_server.session.SLICE", 0.0)
    monkeypatch.setattr("lsp_server.session.EARLY", 0.0)
    uri = f"file://{PATH}"

    async def story(editor: Editor) -> None:
        editor.open(uri, SOURCE)
        await editor.until(lambda: editor.published(uri))
        line = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
        editor.change(uri, 2, {"range": line, "text": "\n\n"})
        await editor.until(lambda: [p for p in editor.published(uri) if p["version"] == 2])
        first, *_ = [p for p in editor.published(uri) if p["version"] == 2]
        known = [p for p in editor.published(uri) if p["version"] == 1][-1]["diagnostics"]
        assert [one["range"]["start"]["line"] for one in first["diagnostics"]] == [
            one["range"]["start"]["line"] + 2 for one in known
        ]
        await editor.until(lambda: len(editor.published(uri)[-1]["diagnostics"]) == 7)

    play(story, session=Session)


def test_only_what_an_edit_takes_is_waited_for_at_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """The project around a document has changed: that all of it is judged again says nothing of an edit."""
    session = Session()

    def slow(document: OpenDocument, state: State, text: Text) -> tuple[Looked, float]:
        return Looked(()), 0.5

    async def judged_again() -> float:
        document = opened(session, SOURCE)
        await session.analysed(PATH)
        monkeypatch.setattr(session, "_run", slow)
        session.world_changed()
        await session.analysed(PATH)
        return document.seconds

    async def edited() -> float:
        session.edited(PATH)
        await session.analysed(PATH)
        return session.documents[PATH].seconds

    assert asyncio.run(judged_again()) == 0
    assert asyncio.run(edited()) == 0.5
    session.close_lanes()


def test_nothing_is_collected_until_something_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lsp_server.session.SLICE", 0.0)
    monkeypatch.setattr("lsp_server.session.FIRST_SLICE", 0.0)
    monkeypatch.setattr("lsp_server.session.LONG", len(SOURCE) - 1)
    collecting: list[tuple[int, bool]] = []

    class Watched(Engine):
        def look(self, *args: object) -> Looked:
            looked = super().look(*args)  # type: ignore[arg-type]
            collecting.append((len(looked.findings), gc.isenabled()))
            return looked

    session = Session(engine=Watched())
    opened(session, "\nfor n in range(3):\n    print(n)\n" * 200 + SOURCE)
    assert gc.isenabled()
    asyncio.run(session.analysed(PATH))
    session.close_lanes()
    assert collecting[0] == (1, False)
    assert all(enabled for found, enabled in collecting[1:])
    assert gc.isenabled()


def test_it_is_collected_again_after_a_look_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lsp_server.session.LONG", len(SOURCE) - 1)

    class Failing(Engine):
        def look(self, *_: object) -> Looked:
            assert not gc.isenabled()
            raise ValueError

    said: list[str] = []
    session = Session(engine=Failing(), say=said.append)
    opened(session, SOURCE)
    asyncio.run(session.analysed(PATH))
    session.close_lanes()
    assert len(said) == 1
    assert gc.isenabled()

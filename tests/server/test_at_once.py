"""What an edit takes to be answered is counted: one handled message, and no way to another thread and back."""

from __future__ import annotations

import asyncio
import gc
import json
import random
import threading
from typing import Any

import pytest
from connection import Editor, at, play

from analyzers.text import Text
from lsp_server.engine import Engine
from lsp_server.serving import build
from lsp_server.session import Session
from lsp_server.settings_table import Settings
from lsp_server.wire.frames import Frames

URI, PATH = "file:///srv/shop/reports.py", "/srv/shop/reports.py"

SOURCE = """\
def missing(wanted: list[str], held: list[str]) -> list[str]:
    out = []
    for name in wanted:
        if name not in held:
            out.append(name)
    return out


def told(names: list[str]) -> None:
    for name in names:
        print(name)
"""
MORE = "    for other in names:\n        if other in names:\n            print(other)\n"


async def edited(editor: Editor, jobs: list[Any], *texts: str) -> list[int]:
    """How many jobs the engine's thread was given for each of some edits, all answered as a new engine answers."""
    lane = editor.session.lane
    given = lane.run

    async def run(job: Any, *args: Any, **options: Any) -> Any:
        jobs.append(job)
        return await given(job, *args, **options)

    editor.session.lane.run = run  # type: ignore[method-assign]
    counts = []
    for version, text in enumerate(texts, 2):
        jobs.clear()
        editor.change(URI, version, {"range": at(10, 0), "text": text})
        found = await editor.diagnostics(URI, version)
        document = editor.session.documents[PATH]
        fresh = Engine().analyse(PATH, Text(document.text.source), "python", Settings())
        assert [one["message"] for one in found] == [one.message for one in fresh]
        counts.append(len(jobs))
    return counts


async def opened(editor: Editor) -> None:
    editor.open(URI, SOURCE)
    await editor.diagnostics(URI)
    await editor.until(lambda: editor.session.lane.idle)
    await asyncio.sleep(0.05)  # what `show_opened` does behind it
    await editor.until(lambda: editor.session.lane.idle)


@pytest.fixture(autouse=True)
def _no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no reason to go to the other thread here."""
    monkeypatch.setattr("lsp_server.session.SLICE", 60.0)
    monkeypatch.setattr("lsp_server.opened.HURRY", 60.0)
    monkeypatch.setattr("lsp_server.features.diagnostics.AT_ONCE", 60.0)


def test_a_small_edit_does_not_leave_the_loop() -> None:
    async def story(editor: Editor) -> None:
        await opened(editor)
        assert await edited(editor, [], MORE, "    names = []\n", "\n") == [0, 0, 0]

    play(story, session=Session)


def test_cycles_are_looked_for_when_an_edit_is_answered() -> None:
    """And not while it is looked at: that takes as long as a small edit."""
    inside, began = [False], list[bool]()

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            began.append(inside[0])

    async def story(editor: Editor) -> None:
        await opened(editor)
        look = editor.session.look_now

        def looked(path: str) -> bool | None:
            inside[0] = True
            try:
                return look(path)
            finally:
                inside[0] = False

        editor.session.look_now = looked  # type: ignore[method-assign]
        gc.collect()
        gc.set_threshold(20_000, 5, 1_000_000)
        gc.callbacks.append(note)
        for version in range(2, 82):
            editor.change(URI, version, {"range": at(10, 0), "text": MORE})
            await editor.diagnostics(URI, version)

    before = gc.get_threshold()
    try:
        play(story, session=Session)
    finally:
        gc.set_threshold(*before)
        gc.callbacks.remove(note)
    assert began
    assert not any(began)


def test_what_is_true_of_an_open_quote_is_for_the_thread_of_the_engine() -> None:
    async def story(editor: Editor) -> None:
        await opened(editor)
        [first] = await editor.diagnostics(URI)
        jobs: list[Any] = []
        assert await edited(editor, jobs, "\n") == [0]
        editor.change(URI, 3, {"range": at(1, 10), "text": '"""'})
        [moved] = await editor.diagnostics(URI, 3)
        assert moved["message"] == first["message"]
        document = editor.session.documents[PATH]
        assert jobs == []
        await editor.until(lambda: document.analysis and document.analysis.state.edits == document.edits)
        assert jobs

    play(story, session=Session)


def test_functions_that_take_long_are_left_to_the_thread_of_the_engine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lsp_server.session.AT_HAND", 10)

    async def story(editor: Editor) -> None:
        await opened(editor)
        assert 10 < editor.session.engine.heaviest(PATH) < 100
        assert all(await edited(editor, [], MORE, "\n"))

    play(story, session=Session)


def test_while_others_use_the_engine_an_edit_waits_its_turn() -> None:
    async def story(editor: Editor) -> None:
        await opened(editor)
        free, engine, seen = threading.Event(), editor.session.engine, []
        look = engine.look

        def watched(*args: Any) -> Any:
            seen.append(free.is_set())
            return look(*args)

        engine.look = watched  # type: ignore[method-assign]
        other = asyncio.ensure_future(editor.session.ask(free.wait))
        await asyncio.sleep(0)
        editor.change(URI, 2, {"range": at(10, 0), "text": MORE})
        await asyncio.sleep(0.05)
        assert seen == []
        free.set()
        await other
        assert len(await editor.diagnostics(URI, 2)) == 2
        assert all(seen)

    play(story, session=Session)


@pytest.mark.parametrize("seed", range(3))
def test_messages_are_handled_however_they_arrive(seed: int) -> None:
    chance = random.Random(seed)
    heads = (
        "Content-Length: %d\r\n\r\n",
        "content-length:  %d \r\nContent-Type: x\r\n\r\n",
        "\nX: 1\nCONTENT-LENGTH: %d\n\n",
    )
    sent = b""
    for number in range(40):
        body = json.dumps({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": "née" * number}})
        if number % 10 == 9:
            body = "{bad json"
        sent += chance.choice(heads).encode() % len(body.encode()) + body.encode()

    async def handled() -> list[Any]:
        server, seen = build(Session), []
        server.protocol.handle_message = seen.append  # type: ignore[method-assign]
        frames, left = Frames(server), sent
        while left:
            size = chance.choice((1, 2, 7, 60, 900))
            frames.data_received(left[:size])
            left = left[size:]
        assert not frames.gone.done()
        frames.connection_lost(None)
        assert frames.gone.done()
        server.session.close_lanes()
        return seen

    seen = asyncio.run(handled())
    assert [len(one.params.id) for one in seen] == [3 * n for n in range(40) if n % 10 != 9]


def test_a_client_that_leaves_in_a_message_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    async def left() -> None:
        server = build(Session)
        frames = Frames(server)
        frames.data_received(b"Content-Length: 9\r\n\r\n{}")
        frames.connection_lost(None)
        server.session.close_lanes()

    asyncio.run(left())
    assert "in the middle of a message" in caplog.text

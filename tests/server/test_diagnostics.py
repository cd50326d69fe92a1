"""Open, change, save, close, and what the client then shows."""

from __future__ import annotations

import asyncio

import pytest
from connection import CLIENTS, Editor, Message, at, captured, play

URI = "file:///srv/app/a.py"
OTHER = "file:///srv/app/b.py"
PULLS = {"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": True}}}


def test_a_pushing_client_sees_what_it_types() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, "x = SLOW\n")
        [found] = await editor.diagnostics(URI)
        assert found["range"] == at(0, 4, 8)
        assert (found["source"], found["code"], found["severity"]) == ("bigo", "membership-in-list", 2)
        editor.change(URI, 2, {"range": at(0, 0), "text": "# SLOW\n"})
        assert [d["range"] for d in await editor.diagnostics(URI, 2)] == [at(0, 2, 6), at(1, 4, 8)]
        editor.change(URI, 3, {"text": "x = 1\n"})
        assert await editor.diagnostics(URI, 3) == []

    play(story)


def test_typing_is_debounced() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, "x = SLOW\n")
        await editor.diagnostics(URI)
        for version in range(2, 30):
            editor.change(URI, version, {"range": at(0, 0), "text": " "})
        await editor.diagnostics(URI, 29)
        assert [p["version"] for p in editor.published(URI)] == [1, 29]

    play(story)


def test_a_stale_result_is_dropped() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, "WAIT = SLOW\n")
        await asyncio.sleep(0.05)  # the analysis of version 1 runs, and takes 0.2 s
        editor.change(URI, 2, {"range": at(0, 0, 4), "text": "y"})
        [found] = await editor.diagnostics(URI, 2)
        assert found["range"] == at(0, 4, 8)
        assert [p["version"] for p in editor.published(URI)] == [2]

    play(story, options={"settings": {"diagnostics": {"debounce": 1}}})


def test_each_document_has_its_own_diagnostics() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, "SLOW")
        await editor.diagnostics(URI)
        editor.open(OTHER, "y = 1")
        assert await editor.diagnostics(OTHER) == []
        assert len(editor.published(URI)[-1]["diagnostics"]) == 1
        editor.notify("textDocument/didClose", {"textDocument": {"uri": OTHER}})
        await editor.until(lambda: len(editor.published(OTHER)) == 2)
        assert len(editor.published(URI)[-1]["diagnostics"]) == 1
        assert (await editor.actions(URI, at(0, 0)))[0]["title"] == "Replace SLOW"

    play(story)


def test_close_clears_and_reopen_shows_again() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, "SLOW")
        await editor.diagnostics(URI)
        editor.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
        await editor.until(lambda: editor.published(URI)[-1]["diagnostics"] == [])
        editor.open(URI, "SLOW SLOW", version=7)
        assert len(await editor.diagnostics(URI, 7)) == 2

    play(story)


def test_a_pulling_client_pulls_and_is_never_pushed_to() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, "SLOW")
        pull = {"textDocument": {"uri": URI}}
        first = await editor.request("textDocument/diagnostic", pull)
        assert first["kind"] == "full"
        assert len(first["items"]) == 1
        again = await editor.request(
            "textDocument/diagnostic", {**pull, "previousResultId": first["resultId"]}
        )
        assert again == {"kind": "unchanged", "resultId": first["resultId"]}
        editor.change(URI, 2, {"text": "y = 1"})
        now = await editor.request("textDocument/diagnostic", {**pull, "previousResultId": first["resultId"]})
        assert (now["kind"], now["items"]) == ("full", [])
        editor.notify("textDocument/didSave", {"textDocument": {"uri": URI}})
        editor.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
        await asyncio.sleep(0.3)
        assert editor.said("textDocument/publishDiagnostics") == []

    play(story, PULLS)


def test_pulling_waits_for_a_pause_in_typing() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, "SLOW")
        pull = {"textDocument": {"uri": URI}}
        await editor.request("textDocument/diagnostic", pull)
        seen: list[bytes] = []
        analyse = editor.session.engine.analyse
        editor.session.engine.analyse = lambda path, text, *a: (
            seen.append(text.source),
            analyse(path, text, *a),
        )[1]  # type: ignore[method-assign]
        answers = []
        for version in range(2, 12):
            editor.change(URI, version, {"range": at(0, 0), "text": " "})
            answers.append(editor.begin("textDocument/diagnostic", pull)[1])
            await asyncio.sleep(0.01)
        reports = await asyncio.gather(*answers)
        assert {report["items"][0]["range"]["start"]["character"] for report in reports} == {10}
        assert seen == [b" " * 10 + b"SLOW"]

    play(story, PULLS)


def test_a_document_may_be_checked_on_save_only() -> None:
    settings = {"settings": {"diagnostics": {"onType": False}}}

    async def pulled(editor: Editor) -> None:
        pull = {"textDocument": {"uri": URI}}
        editor.open(URI, "SLOW")
        first = await editor.request("textDocument/diagnostic", pull)
        editor.change(URI, 2, {"text": "SLOW SLOW"})
        again = await editor.request(
            "textDocument/diagnostic", {**pull, "previousResultId": first["resultId"]}
        )
        assert again["kind"] == "unchanged"
        editor.notify("textDocument/didSave", {"textDocument": {"uri": URI}})
        assert len((await editor.request("textDocument/diagnostic", pull))["items"]) == 2

    async def pushed(editor: Editor) -> None:
        editor.open(URI, "SLOW")
        await editor.diagnostics(URI)
        editor.change(URI, 2, {"text": "SLOW SLOW"})
        await asyncio.sleep(0.3)
        assert len(editor.published(URI)) == 1
        editor.notify("textDocument/didSave", {"textDocument": {"uri": URI}})
        assert len(await editor.diagnostics(URI, 2)) == 2

    play(pulled, PULLS, options=settings)
    play(pushed, options=settings)


@pytest.mark.parametrize("declared", [{}, {"textDocument": {"diagnostic": {}}}], ids=["pushed", "no-news"])
def test_a_client_that_does_not_pull_or_hears_no_news_is_pushed_to(declared: Message) -> None:
    async def story(editor: Editor) -> None:
        assert editor.server.server_capabilities.diagnostic_provider is None
        editor.open(URI, "SLOW")
        assert len(await editor.diagnostics(URI)) == 1

    play(story, declared)


@pytest.mark.parametrize("name", CLIENTS)
def test_news_reach_each_client_in_the_way_it_declares(name: str) -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, "SLOW")
        if "diagnostic" not in captured(name)["textDocument"]:
            await editor.diagnostics(URI)
        editor.notify(
            "workspace/didChangeConfiguration", {"settings": {"bigo": {"hover": {"enable": False}}}}
        )
        await editor.until(lambda: editor.session.settings.hover.enable is False)
        asked = {message["method"] for message in editor.asked}
        refreshes = captured(name).get("workspace", {}).get("diagnostics", {}).get("refreshSupport")
        if refreshes:
            await editor.until(lambda: "workspace/diagnostic/refresh" in {m["method"] for m in editor.asked})
        else:
            assert "workspace/diagnostic/refresh" not in asked

    play(story, captured(name))


def test_a_cap_keeps_the_worst() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, "MAYBE\n" * 5 + "SLOW\n" * 2)
        found = await editor.diagnostics(URI)
        assert [d["severity"] for d in found] == [3, 2, 2]

    play(story, options={"settings": {"diagnostics": {"maxPerFile": 3}}})


def test_less_than_the_least_severity_is_not_shown() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, "MAYBE SLOW HELPER")
        assert [d["severity"] for d in await editor.diagnostics(URI)] == [2]

    play(story, options={"settings": {"analysis": {"minSeverity": "warning"}}})


def test_the_clients_spelling_of_a_uri_is_kept() -> None:
    async def story(editor: Editor) -> None:
        uri = "file:///c%3A/Users/My%20Name/%C3%A9.py"
        editor.open(uri, "SLOW")
        assert len(await editor.diagnostics(uri)) == 1
        editor.open("untitled:Untitled-1", "SLOW")
        assert len(await editor.diagnostics("untitled:Untitled-1")) == 1

    play(story)

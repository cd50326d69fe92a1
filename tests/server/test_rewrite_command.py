"""`bigo.rewrite`: progress, cancel, confirmation in the way each client has, and a document that changes meanwhile."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from connection import Editor, Failed, Message, at, captured, play

from analyzers.text import Span
from lsp_server.rewrites import (
    Edit,
    FileEdit,
    Prepared,
    Progress,
    Proposal,
    RewriteFailed,
    Rewriter,
    Timings,
    Usage,
)

URI = "file:///srv/app/a.py"
CODE = "import os\n\n\ndef slow(users):\n    x = '😋é', SLOW\n\n\nLAST = 1\n"
ARGUMENT = {"uri": URI, "range": at(4, 0, 10), "rule": "membership-in-list"}
ANNOTATES = {
    "workspace": {
        "applyEdit": True,
        "workspaceEdit": {"documentChanges": True, "changeAnnotationSupport": {}},
    },
    "window": {"workDoneProgress": True},
}
ASKS = {
    "workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True}},
    "window": {"showMessage": {"messageActionItem": {}}},
}
PLAIN = {"workspace": {"applyEdit": True}}


def proposal(prepared: Prepared) -> Proposal:
    """SLOW becomes FAST, and an import is added."""
    target = prepared.target
    at = target.text.encode().index(b"SLOW")
    return Proposal(
        target=target,
        function="",
        imports=("import sys",),
        aux="",
        before="O(n·m)",
        after="O(n)",
        why="A set is built once.",
        assumptions="none",
        analyzer_before="O(n·m)",
        analyzer_after="O(n)",
        warnings=(),
        edits=(Edit(Span(0, 0), "import sys\n"), Edit(Span(at, at + 4), "FAST")),
        patched="",
        model="claude-test",
        usage=Usage(),
        cost_usd=0.012,
        timings=Timings(),
    )


Run = Callable[[Prepared, Callable[[Progress], None]], Awaitable[Proposal]]


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[[Run], None]:
    """Say what a run of the rewriter does; nothing is sent."""

    def use(run: Run) -> None:
        monkeypatch.setattr(Rewriter, "run", lambda self, prepared, on_progress: run(prepared, on_progress))

    return use


async def at_once(prepared: Prepared, on_progress: Callable[[Progress], None]) -> Proposal:
    on_progress(Progress("writing", "Claude is writing… 40 tokens", 0.5))
    return proposal(prepared)


def command(name: str = "bigo.rewrite", argument: Any = ARGUMENT) -> Message:
    return {"command": name, "arguments": [argument]}


def applied(editor: Editor) -> list[Message]:
    return [m["params"] for m in editor.asked if m["method"] == "workspace/applyEdit"]


def patched(text: str, edits: list[Message]) -> str:
    """The text with LSP edits done; columns are UTF-16."""
    lines = text.split("\n")
    for edit in sorted(
        edits, key=lambda e: (e["range"]["start"]["line"], e["range"]["start"]["character"]), reverse=True
    ):
        start, end = edit["range"]["start"], edit["range"]["end"]
        assert start["line"] == end["line"]
        row = lines[start["line"]].encode("utf-16-le")
        row = (
            row[: 2 * start["character"]] + edit["newText"].encode("utf-16-le") + row[2 * end["character"] :]
        )
        lines[start["line"]] = row.decode("utf-16-le")
    return "\n".join(lines)


EXPECTED = "import sys\n" + CODE.replace("SLOW", "FAST")


def test_an_annotated_edit_asks_for_confirmation(answer: Callable[[Run], None]) -> None:
    answer(at_once)

    async def story(editor: Editor) -> None:
        editor.open(URI, CODE, version=5)
        result = await editor.request("workspace/executeCommand", command())
        assert (result["applied"], result["reason"], result["costUsd"]) == (True, "", 0.012)
        [request] = applied(editor)
        [change] = request["edit"]["documentChanges"]
        assert change["textDocument"] == {"uri": URI, "version": 5}
        assert {edit["annotationId"] for edit in change["edits"]} == {"bigo"}
        annotation = request["edit"]["changeAnnotations"]["bigo"]
        assert annotation["needsConfirmation"] is True
        assert "A set is built once." in annotation["description"]
        assert request["label"] == "Rewrite slow: O(n·m) → O(n)"
        assert patched(CODE, change["edits"]) == EXPECTED
        assert editor.session.before_rewrites == {("/srv/app/a.py", "slow"): CODE}
        values = [params["value"] for params in editor.said("$/progress")]
        shown = [
            (v["kind"], v.get("message")) for v in values if v.get("title") != "bigo: reading the workspace"
        ]
        assert shown[0][0] == "begin"
        assert ("report", "Claude is writing… 40 tokens") in shown
        assert shown[-1][0] == "end"

    play(story, ANNOTATES)


HELPER = "file:///srv/app/helper.py"


async def with_another_file(prepared: Prepared, on_progress: Callable[[Progress], None]) -> Proposal:
    text = "def quick():\n    return LATER\n"
    edit = Edit(Span(text.index("LATER"), text.index("LATER") + 5), "NOW")
    other = FileEdit(
        "/srv/app/helper.py", "helper.py", ("quick",), text, (edit,), text.replace("LATER", "NOW")
    )
    return dataclasses.replace(proposal(prepared), others=(other,))


@pytest.mark.parametrize("typed", ["", "# above\n", "LATTER"])
def test_several_files_change_as_one_edit_or_none_does(answer: Callable[[Run], None], typed: str) -> None:
    answer(with_another_file)
    text = "def quick():\n    return LATER\n"
    now = text.replace("LATER", typed) if typed == "LATTER" else typed + text

    async def story(editor: Editor) -> None:
        editor.open(HELPER, now, version=7)
        editor.open(URI, CODE, version=5)
        result = await editor.request("workspace/executeCommand", command())
        if typed == "LATTER":  # the function itself is another by now
            assert not result["applied"]
            assert "helper.py was changed" in result["reason"]
            assert applied(editor) == []
            return
        [request] = applied(editor)
        changes = {c["textDocument"]["uri"]: c for c in request["edit"]["documentChanges"]}
        assert changes[HELPER]["textDocument"]["version"] == 7
        assert patched(now, changes[HELPER]["edits"]) == now.replace("LATER", "NOW")
        assert patched(CODE, changes[URI]["edits"]) == EXPECTED
        assert request["label"].endswith("with 1 other file")
        assert {e["annotationId"] for c in changes.values() for e in c["edits"]} == {"bigo"}

    play(story, ANNOTATES)


@pytest.mark.parametrize(("choice", "is_applied"), [("Apply", True), ("Discard", False), (None, False)])
def test_a_client_without_annotations_is_asked(
    answer: Callable[[Run], None], choice: str | None, is_applied: bool
) -> None:
    answer(at_once)

    async def story(editor: Editor) -> None:
        editor.answers["window/showMessageRequest"] = {"title": choice} if choice else None
        editor.open(URI, CODE)
        result = await editor.request("workspace/executeCommand", command())
        [question] = [m["params"] for m in editor.asked if m["method"] == "window/showMessageRequest"]
        assert "Rewrite slow: O(n·m) → O(n)" in question["message"]
        assert [action["title"] for action in question["actions"]] == ["Apply", "Discard"]
        assert result["applied"] is is_applied
        assert len(applied(editor)) == is_applied
        if not is_applied:
            assert result["reason"] == "discarded"
        assert "$/progress" not in {note["method"] for note in editor.notes}

    play(story, ASKS)


def test_a_client_with_neither_gets_the_edit(answer: Callable[[Run], None]) -> None:
    answer(at_once)

    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        assert (await editor.request("workspace/executeCommand", command()))["applied"]
        [request] = applied(editor)
        assert patched(CODE, request["edit"]["changes"][URI]) == EXPECTED

    play(story, PLAIN)


def test_a_client_that_refuses_the_edit_is_believed(answer: Callable[[Run], None]) -> None:
    answer(at_once)

    async def story(editor: Editor) -> None:
        editor.answers["workspace/applyEdit"] = {"applied": False, "failureReason": "discarded"}
        editor.open(URI, CODE)
        result = await editor.request("workspace/executeCommand", command())
        assert (result["applied"], result["reason"]) == (False, "discarded")

    play(story, ANNOTATES)


def test_a_client_that_takes_no_edits_is_told_before_anything_is_sent(answer: Callable[[Run], None]) -> None:
    async def must_not_run(*_: Any) -> Proposal:
        raise AssertionError("a request was sent")

    answer(must_not_run)

    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        result = await editor.request("workspace/executeCommand", command())
        assert result["applied"] is False
        assert "bigo rewrite" in editor.popups()[0]

    play(story, captured("vim-ale-3.3"))


# ---------------------------------------------------------------------------------------------------------- cancel


def waits(seen: asyncio.Event) -> Run:
    async def run(prepared: Prepared, on_progress: Callable[[Progress], None]) -> Proposal:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            seen.set()
            raise
        raise AssertionError("it ran on")

    return run


def test_the_clients_cancel_reaches_the_rewriter(answer: Callable[[Run], None]) -> None:
    async def story(editor: Editor) -> None:
        cancelled = asyncio.Event()
        answer(waits(cancelled))
        editor.open(URI, CODE)
        number, result = editor.begin("workspace/executeCommand", command())
        await asyncio.sleep(0.2)
        editor.notify("$/cancelRequest", {"id": number})
        await asyncio.wait_for(cancelled.wait(), 10)
        with pytest.raises(Failed) as failed:
            await result
        assert failed.value.code == -32800
        assert applied(editor) == []

    play(story, ANNOTATES)


def test_the_progress_can_be_cancelled(answer: Callable[[Run], None]) -> None:
    async def story(editor: Editor) -> None:
        cancelled = asyncio.Event()
        answer(waits(cancelled))
        editor.open(URI, CODE)
        _, result = editor.begin("workspace/executeCommand", command())

        def begun() -> list[str]:
            progress = editor.said("$/progress")
            return [p["token"] for p in progress if p["value"].get("title") == "Rewriting slow"]

        [token] = await editor.until(begun)
        editor.notify("window/workDoneProgress/cancel", {"token": token})
        await asyncio.wait_for(cancelled.wait(), 10)
        assert await result == {"applied": False, "reason": "cancelled"}
        assert [p["value"]["kind"] for p in editor.said("$/progress") if p["token"] == token] == [
            "begin",
            "end",
        ]

    play(story, ANNOTATES)


# ------------------------------------------------------------------------------------------ the document moves on


def after(edit: Callable[[], None]) -> Run:
    async def run(prepared: Prepared, on_progress: Callable[[Progress], None]) -> Proposal:
        edit()
        return proposal(prepared)

    return run


def test_typing_elsewhere_moves_the_edit(answer: Callable[[Run], None]) -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        answer(after(lambda: editor.change(URI, 2, {"range": at(1, 0), "text": "# 😋\nimport re\n"})))
        assert (await editor.request("workspace/executeCommand", command()))["applied"]
        [request] = applied(editor)
        [change] = request["edit"]["documentChanges"]
        assert change["textDocument"]["version"] == 2
        now = CODE.replace("os\n", "os\n# 😋\nimport re\n")
        assert patched(now, change["edits"]) == "import sys\n" + now.replace("SLOW", "FAST")

    play(story, ANNOTATES)


def test_typing_in_the_function_refuses_the_edit(answer: Callable[[Run], None]) -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        answer(after(lambda: editor.change(URI, 2, {"range": at(4, 4, 5), "text": "y"})))
        result = await editor.request("workspace/executeCommand", command())
        assert result["applied"] is False
        assert "was edited while it was being rewritten" in editor.popups()[0]
        assert applied(editor) == []

    play(story, ANNOTATES)


def test_closing_the_file_refuses_the_edit(answer: Callable[[Run], None]) -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        close = {"textDocument": {"uri": URI}}
        answer(after(lambda: editor.notify("textDocument/didClose", close)))
        assert not (await editor.request("workspace/executeCommand", command()))["applied"]
        assert "closed meanwhile" in editor.popups()[0]

    play(story, ANNOTATES)


# --------------------------------------------------------------------------------------------------------- failures


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (RewriteFailed("missing-key", "There is no API key; set ANTHROPIC_API_KEY."), 2),
        (RewriteFailed("no-change", "It is as good as it can be."), 3),
        (RuntimeError("the child is gone"), 2),
    ],
)
def test_a_failure_is_one_message_and_changes_nothing(
    answer: Callable[[Run], None], failure: Exception, kind: int
) -> None:
    async def fails(*_: Any) -> Proposal:
        raise failure

    answer(fails)

    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        result = await editor.request("workspace/executeCommand", command())
        assert result["applied"] is False
        [popup] = editor.said("window/showMessage")
        assert popup["type"] == kind
        assert str(failure) in popup["message"]
        assert str(failure) in result["reason"]
        assert applied(editor) == []

    play(story, ANNOTATES)


def test_without_a_key_nothing_is_sent_and_the_message_says_so() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        result = await editor.request("workspace/executeCommand", command())
        assert result["applied"] is False
        assert "ANTHROPIC_API_KEY" in editor.popups()[0]
        assert editor.session.rewriter().child_pid is None

    play(story, ANNOTATES)


@pytest.mark.parametrize(
    "argument",
    [None, 5, "text", {}, {"uri": 5}, {"uri": URI}, {"uri": URI, "range": 1}, {"uri": "file:///no", "range": at(0, 0)},
     {"uri": URI, "range": at(7, 0)}, {"uri": URI, "range": {"start": {}, "end": {}}}],
)  # fmt: skip
def test_an_argument_that_means_nothing_is_a_sentence(argument: Any) -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        assert (await editor.request("workspace/executeCommand", command(argument=argument)))[
            "applied"
        ] is False
        assert await editor.request("workspace/executeCommand", command("bigo.showRequest", argument)) is None
        assert len(editor.popups()) == 2

    play(story, ANNOTATES)


# ------------------------------------------------------------------------------------------------- the other commands


def test_the_request_is_shown_and_not_sent() -> None:
    shows = {"window": {"showDocument": {"support": True}}}

    async def story(editor: Editor) -> None:
        editor.answers["window/showDocument"] = {"success": True}
        editor.open(URI, CODE)
        result = await editor.request("workspace/executeCommand", command("bigo.showRequest"))
        assert result["language"] == "markdown"
        assert "def slow(users)" in result["text"]
        assert "$" in result["text"]
        [shown] = [m["params"]["uri"] for m in editor.asked if m["method"] == "window/showDocument"]
        from pathlib import Path

        from lsp_server.wire.positions import to_path

        path = Path(to_path(shown))
        assert path.read_text(encoding="utf-8") == result["text"]
        assert path.stat().st_mode & 0o077 == 0
        assert editor.session.rewriter().child_pid is None

    play(story, shows)


def test_a_client_that_opens_the_request_itself_is_not_shown_it_twice() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        assert (await editor.request("workspace/executeCommand", command("bigo.showRequest")))["text"]
        assert "window/showDocument" not in {m["method"] for m in editor.asked}

    play(story, {"window": {"showDocument": {"support": True}}}, options={"opens": ["request"]})


def test_statistics_begin_at_nothing() -> None:
    async def story(editor: Editor) -> None:
        result = await editor.request(
            "workspace/executeCommand", {"command": "bigo.showStats", "arguments": []}
        )
        assert (result["requests"], result["cost_usd"]) == (0, 0)
        assert "0 rewrites" in editor.popups()[0]

    play(story)

"""What is offered where, and that offering costs nothing."""

from __future__ import annotations

from typing import Any

import pytest
from connection import CLIENTS, Editor, Message, at, captured, play

from analyzers.text import Text
from lsp_server.features.code_action import suppression
from lsp_server.fixes import apply_edits

URI = "file:///srv/app/a.py"
CODE = "def slow(users):\n    x = '😋é', SLOW\n    y = MAYBE\n\n\ndef fine():\n    pass\n"
RESOLVES = {"textDocument": {"codeAction": {"resolveSupport": {"properties": ["edit"]}, "dataSupport": True}}}


def titles(actions: list[Message]) -> list[str]:
    return [action["title"] for action in actions]


def new_texts(edit: Message) -> list[tuple[Message, str]]:
    changes = edit.get("changes") or {
        change["textDocument"]["uri"]: change["edits"] for change in edit["documentChanges"]
    }
    return [(e["range"], e["newText"]) for edits in changes.values() for e in edits]


def test_fixes_are_found_by_place_without_the_clients_diagnostics() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        actions = await editor.actions(URI, at(1, 0))  # anywhere on the line
        assert titles(actions)[0] == "Replace SLOW"
        assert titles(actions)[-1] == "Ignore membership-in-list here"
        fix = actions[0]
        assert (fix["kind"], fix["isPreferred"]) == ("quickfix", True)
        assert [d["code"] for d in fix["diagnostics"]] == ["membership-in-list"]
        assert new_texts(fix["edit"]) == [(at(1, 15, 19), "FAST")]  # an emoji is two units of UTF-16
        [unsure, *_] = await editor.actions(URI, at(2, 0))
        assert (unsure["title"], unsure["isPreferred"]) == ("Replace MAYBE", False)
        assert await editor.actions(URI, at(4, 0)) == []

    play(story)


@pytest.mark.parametrize(("encoding", "start"), [("utf-8", 18), ("utf-16", 15), ("utf-32", 14)])
def test_an_edit_after_an_emoji_is_in_the_clients_units(encoding: str, start: int) -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        [fix, *_] = await editor.actions(URI, at(1, start, start + 4))
        assert new_texts(fix["edit"]) == [(at(1, start, start + 4), "FAST")]

    play(story, {"general": {"positionEncodings": [encoding]}})


def test_the_edit_comes_with_resolve_where_the_client_resolves_it() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        [fix, *_] = await editor.actions(URI, at(1, 0))
        assert "edit" not in fix
        resolved = await editor.request("codeAction/resolve", fix)
        assert new_texts(resolved["edit"]) == [(at(1, 15, 19), "FAST")]
        editor.change(URI, 2, {"text": "x = 1"})
        stale = await editor.request("codeAction/resolve", fix)
        assert "edit" not in stale

    play(story, RESOLVES)


@pytest.mark.parametrize("name", CLIENTS)
def test_every_client_can_apply_the_fix(name: str) -> None:
    capabilities = captured(name)
    action = capabilities["textDocument"].get("codeAction", {})
    resolves = "edit" in action.get("resolveSupport", {}).get("properties", ())

    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        [fix, *_] = await editor.actions(URI, at(1, 0))
        if resolves:
            fix = await editor.request("codeAction/resolve", fix)
        edits = capabilities["workspace"].get("workspaceEdit", {})
        versioned = any(
            edits.get(k) for k in ("documentChanges", "resourceOperations", "changeAnnotationSupport")
        )
        assert ("documentChanges" in fix["edit"]) == versioned
        assert [text for _, text in new_texts(fix["edit"])] == ["FAST"]

    play(story, capabilities)


def test_fix_all_takes_certain_fixes_only() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, "SLOW MAYBE SLOW\n")
        [action] = await editor.actions(URI, at(0, 0), only=["source.fixAll"])
        assert action["kind"] == "source.fixAll.bigo"
        assert new_texts(action["edit"]) == [(at(0, 0, 4), "FAST"), (at(0, 11, 15), "FAST")]
        assert await editor.actions(URI, at(0, 0), only=["source.organizeImports"]) == []

    play(story)


def test_only_what_is_asked_for() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        for only, kinds in [
            (["quickfix"], {"quickfix"}),
            (["refactor"], {"refactor.rewrite", "refactor.rewrite.request", "refactor.rewrite.explanation"}),
            (["refactor.rewrite.explanation"], {"refactor.rewrite.explanation"}),
            (["refactor.extract"], set()),
        ]:
            found = await editor.actions(URI, at(1, 0), only=only)
            assert {action["kind"] for action in found} == kinds, only

    play(story)


def test_a_rewrite_is_offered_with_its_price_and_one_argument() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        found = await editor.actions(URI, at(1, 0), only=["refactor.rewrite"])
        rewrite, show, explain = found
        assert rewrite["title"].startswith("Rewrite with Claude: lower O(n·m) (≈ ")
        assert "tokens, $" in rewrite["title"]
        expected = {"uri": URI, "range": at(0, 4, 8), "rule": "membership-in-list"}
        assert rewrite["command"]["command"] == "bigo.rewrite"
        assert rewrite["command"]["arguments"] == [expected]
        assert (show["command"]["command"], show["command"]["arguments"]) == ("bigo.showRequest", [expected])
        assert explain["title"].startswith("Explain membership-in-list with Claude (≈ ")
        assert explain["command"]["command"] == "bigo.explain"
        assert explain["command"]["arguments"][0]["rule"] == "membership-in-list"

    play(story)


def test_a_rewrite_is_offered_on_the_name_of_any_function() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        found = await editor.actions(URI, at(5, 6))
        assert [a["command"]["command"] for a in found if "command" in a] == [
            "bigo.rewrite",
            "bigo.showRequest",
        ]
        assert await editor.actions(URI, at(6, 4)) == []

    play(story)


def test_an_untrusted_workspace_is_offered_no_rewrite() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        found = await editor.actions(URI, at(1, 0))
        assert found
        assert not [action for action in found if "command" in action]
        for command in ("bigo.rewrite", "bigo.showRequest", "bigo.explain"):
            argument = {"uri": URI, "range": at(1, 0)}
            await editor.request("workspace/executeCommand", {"command": command, "arguments": [argument]})
        assert len([p for p in editor.popups() if "not trusted" in p]) == 3

    play(story, options={"trusted": False})


def test_looking_at_actions_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some editors list and resolve every action to preview it."""
    from lsp_server.rewrites import Rewriter

    async def must_not_run(*_: Any) -> None:
        raise AssertionError("a request was sent")

    monkeypatch.setattr(Rewriter, "run", must_not_run)

    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        for action in await editor.actions(URI, at(0, 0, end_line=6)):
            await editor.request("codeAction/resolve", action)
        assert editor.session.rewriter().child_pid is None

    play(story, RESOLVES)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    x = slow()  \nb", "    x = slow()  # bigo: ignore[r]\nb"),
        ("x = slow()  # why\n", "x = slow()  # why  # bigo: ignore[r]\n"),
        ("x = slow()  # bigo: ignore[q]\n", "x = slow()  # bigo: ignore[q, r]\n"),
        ("    x = \\\r\n  slow()", "    # bigo: ignore[r]\r\n    x = \\\r\n  slow()"),
        ("é = slow()", "é = slow()  # bigo: ignore[r]"),
    ],
)
def test_the_comment_that_suppresses(before: str, after: str) -> None:
    text = Text.of(before)
    edit = suppression(text, "/a.py", 0, "r", "#")
    assert apply_edits(text.source, [edit]).decode() == after


def test_the_comment_is_one_of_the_language() -> None:
    async def story(editor: Editor) -> None:
        uri = "file:///srv/app/a.ts"
        editor.open(uri, "SLOW\n", language="typescript")
        found = await editor.actions(uri, at(0, 0))
        assert [new_texts(a["edit"]) for a in found if a["title"].startswith("Ignore")] == [
            [(at(0, 4), "  // bigo: ignore[membership-in-list]")]
        ]

    play(story)

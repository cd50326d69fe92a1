"""`bigo.explain`: a finding in one line, asked of the small model only when it is picked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from connection import Editor, at, play

from lsp_server.rewrites import RewriteFailed, Rewriter
from lsp_server.rewrites.asking import asks
from lsp_server.rewrites.rewriter import Said

URI = "file:///srv/app/a.py"
CODE = "import os\n\n\ndef slow(users):\n    x = '😋é', SLOW\n\n\nLAST = 1\n"
ARGUMENT = {"uri": URI, "range": at(4, 0, 10), "rule": "membership-in-list"}


def command(argument: Any = ARGUMENT) -> dict[str, Any]:
    return {"command": "bigo.explain", "arguments": [argument]}


def test_the_answer_is_shown_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def ask(
        self: Rewriter, question: asks.Ask, read: Callable[[str], str], progress: object
    ) -> Said[str]:
        return Said(read("<explanation>Each user is looked up in a list.</explanation>"), 0.0001)

    monkeypatch.setattr(Rewriter, "ask", ask)

    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        result = await editor.request("workspace/executeCommand", command())
        assert result["text"] == "Each user is looked up in a list."
        assert (result["rule"], result["costUsd"], result["fromCache"]) == (
            "membership-in-list",
            0.0001,
            False,
        )
        assert [said for said in editor.popups() if "looked up in a list" in said]

    play(story, {})


def test_a_failure_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    async def ask(*_: object) -> Said[str]:
        raise RewriteFailed("overloaded", "The Claude API is overloaded.")

    monkeypatch.setattr(Rewriter, "ask", ask)

    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        result = await editor.request("workspace/executeCommand", command())
        assert result == {"text": "", "reason": "The Claude API is overloaded.", "kind": "overloaded"}
        nowhere = await editor.request("workspace/executeCommand", command({"uri": URI, "range": at(7, 0)}))
        assert nowhere["text"] == ""

    play(story, {})

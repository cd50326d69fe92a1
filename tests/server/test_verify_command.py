"""`bigo.verify`: the function as it is against what it was; run only when asked for, in a trusted workspace."""

from __future__ import annotations

from typing import Any

import pytest
from connection import Editor, at, play

from lsp_server.verify import Verdict
from lsp_server.verify.verdict import Count

URI = "file:///srv/app/a.py"
CODE = "import os\n\n\ndef slow(users):\n    x = 'é', SLOW\n"
ARGUMENT = {"uri": URI, "range": at(4, 0, 3)}
COMMAND = {"command": "bigo.verify", "arguments": [ARGUMENT]}


def test_the_version_before_the_rewrite_is_the_other_one(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def run(old: str, new: str, name: str, *, queries: bool) -> Verdict:
        asked.append((old, new, name, queries))
        return Verdict(("users: list",), 30, "", tuple(Count(n, n * n, n) for n in (64, 128, 256)))

    monkeypatch.setattr("lsp_server.verify.verify", run)

    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        editor.session.before_rewrites["/srv/app/a.py", "slow"] = "before"
        result = await editor.request("workspace/executeCommand", COMMAND)
        assert result["proved"] is True
        assert result["summary"].startswith("Verified")
        assert asked == [("before", CODE, "slow", False)]
        assert [said for said in editor.popups() if "Verified" in said]

    play(story, {})


def test_a_reason_is_told_and_nothing_runs_unless_trusted() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        result = await editor.request("workspace/executeCommand", COMMAND)
        assert (result["proved"], bool(result["reason"])) == (False, True)

    play(story, {})
    play(story, {}, options={"trusted": False})

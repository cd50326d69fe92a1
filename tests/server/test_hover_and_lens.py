"""What hovering and the line above a function say."""

from __future__ import annotations

from connection import Editor, at, play

URI = "file:///srv/app/a.py"
CODE = "def slow(users):\n    x = '😋', SLOW\n\n\ndef fine():\n    pass\n"
MARKDOWN = {"textDocument": {"hover": {"contentFormat": ["markdown", "plaintext"]}}}


async def hover(editor: Editor, line: int, character: int) -> tuple[str, str] | None:
    params = {"textDocument": {"uri": URI}, "position": {"line": line, "character": character}}
    found = await editor.request("textDocument/hover", params)
    return found and (found["contents"]["kind"], found["contents"]["value"])


def test_a_functions_name_says_cost_sizes_and_reasons() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        found = await hover(editor, 0, 5)
        assert found is not None
        kind, text = found
        assert kind == "markdown"
        for part in (
            "**slow** takes `O(n·m)` (quadratic)",
            "`n` is |users|",
            "1. the loop runs n times",
            "`O(n)`",
        ):
            assert part in text
        assert "profile" not in text
        editor.session.profiles["/p"] = "linked"
        editor.session.engine.attach("/p", "profile")
        found = await hover(editor, 0, 5)
        assert found is not None
        assert "38 % of 2 s, called 900 times" in found[1]

    play(story, MARKDOWN)


def test_a_finding_says_why_after_an_emoji() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        found = await hover(editor, 1, 15)
        assert found is not None
        assert "membership-in-list" in found[1]
        assert "because of this" in found[1]
        assert await hover(editor, 1, 5) is None

    play(story)


def test_a_client_of_plain_text_gets_no_markup() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        found = await hover(editor, 0, 5)
        assert found is not None
        assert found[0] == "plaintext"
        assert "**" not in found[1]
        assert "`" not in found[1]

    play(story)


def test_hover_can_be_turned_off() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        assert await hover(editor, 0, 5) is None

    play(story, options={"settings": {"hover": {"enable": False}}})


async def lenses(editor: Editor) -> list[tuple[int, str]]:
    found = await editor.request("textDocument/codeLens", {"textDocument": {"uri": URI}})
    assert all("command" not in lens for lens in found)
    resolved = [await editor.request("codeLens/resolve", lens) for lens in found]
    return [(lens["range"]["start"]["line"], lens["command"]["title"]) for lens in resolved]


def test_a_lens_above_functions_with_findings() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        assert await lenses(editor) == [(0, "O(n·m) · 1 finding")]

    play(story)


def test_a_lens_above_every_function_or_none() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        assert [line for line, _ in await lenses(editor)] == [0, 4]
        editor.notify(
            "workspace/didChangeConfiguration", {"settings": {"bigo": {"codeLens": {"show": "off"}}}}
        )
        await editor.until(lambda: editor.session.settings.code_lens.show == "off")
        assert await lenses(editor) == []

    play(story, options={"settings": {"codeLens": {"show": "all"}}})


def test_a_lens_of_a_function_that_is_gone_is_empty() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        lens = {"range": at(0, 4), "data": {"uri": URI, "function": "gone"}}
        assert (await editor.request("codeLens/resolve", lens))["command"]["title"] == ""
        assert await editor.request("codeLens/resolve", {"range": at(0, 4), "data": 5})

    play(story)


async def hints(editor: Editor, first: int = 0, last: int = 100) -> list[tuple[int, int, str]]:
    span = {"start": {"line": first, "character": 0}, "end": {"line": last, "character": 0}}
    found = await editor.request("textDocument/inlayHint", {"textDocument": {"uri": URI}, "range": span})
    return [(hint["position"]["line"], hint["position"]["character"], hint["label"]) for hint in found]


def test_a_hint_behind_functions_where_the_setting_asks_for_it() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        assert await hints(editor) == [(0, 16, "O(n·m) · 1 finding")]
        assert await hints(editor, 2, 4) == []

    play(story, options={"settings": {"inlayHints": {"show": "findings"}}})


def test_a_hint_is_off_unless_it_is_asked_for() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        assert await hints(editor) == []

    play(story)


def test_the_hottest_functions_are_listed_with_what_they_cost() -> None:
    call = {"command": "bigo.showHot", "arguments": []}

    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        await editor.diagnostics(URI)
        found = await editor.request("workspace/executeCommand", call)
        assert found == {"profile": "", "functions": []}
        assert "no profile is linked" in editor.popups()[0]
        editor.session.profiles["/p"] = "linked"
        editor.session.engine.attach("/p", "profile")
        found = await editor.request("workspace/executeCommand", call)
        assert found["profile"] == "/p"
        assert found["functions"][0] == {
            "uri": URI,
            "line": 0,
            "name": "slow",
            "self_share": 0.38,
            "total_share": 0.5,
            "measured": "38 % self",
            "cost": "O(n·m)",
        }
        assert "hottest: slow (38 % self)" in editor.popups()[1]

    play(story)

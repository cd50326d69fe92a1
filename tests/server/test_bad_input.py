"""Whatever comes in, the server goes on and says what it could not do."""

from __future__ import annotations

from pathlib import Path

import pytest
from connection import Editor, at, play

URI = "file:///srv/app/a.py"
GOOD = "file:///srv/app/good.py"


async def goes_on(editor: Editor) -> None:
    editor.open(GOOD, "SLOW")
    assert len(await editor.diagnostics(GOOD)) == 1


def test_an_analysis_that_fails_is_one_line_and_the_last_result_stays() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, "SLOW")
        assert len(await editor.diagnostics(URI)) == 1
        editor.change(URI, 2, {"text": "CRASH SLOW"})
        await editor.until(lambda: "failed" in editor.log())
        assert await editor.actions(URI, at(0, 0)) == []
        assert await editor.request("textDocument/hover", {**document(URI), "position": at(0, 6)["start"]})
        assert editor.log().count("\n") == 0
        assert "RuntimeError: the analysis failed on purpose (stand_in.py:" in editor.log()
        assert [p["version"] for p in editor.published(URI)] == [1]
        assert editor.popups() == []
        editor.change(URI, 3, {"text": "SLOW SLOW"})
        assert len(await editor.diagnostics(URI, 3)) == 2
        await goes_on(editor)

    play(story)


def document(uri: str) -> dict[str, dict[str, str]]:
    return {"textDocument": {"uri": uri}}


@pytest.mark.parametrize(
    "text",
    [
        "\x00\x01\x02 SLOW",
        "def f(:\n  ((((\n" * 50,
        "\ud800 lone surrogates \udfff",
        "",
        "\ufeffx = 1",
        "\r\r\n\n\x0c\u2028",
    ],
    ids=["binary", "unbalanced", "surrogates", "empty", "mark", "separators"],
)
def test_odd_text_is_text(text: str) -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, text)
        await editor.diagnostics(URI)
        await goes_on(editor)

    play(story)


def test_a_line_of_50_megabytes_is_not_analysed() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, "x" * 50_000_000)
        assert await editor.diagnostics(URI) == []
        assert "larger than 2000000 bytes (setting analysis.maxFileSize)" in editor.log()
        editor.change(URI, 2, {"range": at(0, 10), "text": "y"})
        assert await editor.diagnostics(URI, 2) == []
        await goes_on(editor)

    play(story)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"analysis": {"minSeverity": "loud"}}, "bigo.analysis.minSeverity"),
        ({"diagnostics": {"debounce": -5}}, "bigo.diagnostics.debounce"),
        ({"diagnostics": "no"}, "bigo.diagnostics"),
        ({"diagnostic": {}}, "did you mean diagnostics?"),
        ({"analysis": {"select": ["nested-scam"]}}, "did you mean nested-scan?"),
    ],
)
def test_a_bad_setting_is_one_message_and_the_default_stays(settings: object, says: str) -> None:
    async def story(editor: Editor) -> None:
        await editor.until(editor.popups)
        [popup] = editor.popups()
        assert says in popup
        assert editor.session.settings.diagnostics.debounce == 150
        assert editor.session.settings.analysis.min_severity == "hint"
        await goes_on(editor)

    play(story, options={"settings": settings})


@pytest.mark.parametrize("options", [None, [], "settings", 5, {"settings": None}, {"settings": [1]}])
def test_options_of_any_shape(options: object) -> None:
    async def story(editor: Editor) -> None:
        await goes_on(editor)

    play(story, options=options)


def test_a_client_that_answers_nonsense_for_its_settings() -> None:
    async def story(editor: Editor) -> None:
        editor.answers["workspace/configuration"] = 5
        editor.notify("workspace/didChangeConfiguration", {"settings": None})
        await editor.until(lambda: "did not answer for its settings" in editor.log())
        await goes_on(editor)

    play(story, {"workspace": {"configuration": True}})


def test_files_that_cannot_be_read_are_skipped_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text("def good():\n    pass\n")
    (tmp_path / "binary.py").write_bytes(b"\x7fELF\x00\x01")
    (tmp_path / "latin.py").write_bytes(b"name = '\xe9'\n")
    (tmp_path / "unbalanced.py").write_text("def f(:\n ((((\n")
    (tmp_path / "gone.py").symlink_to(tmp_path / "nowhere.py")

    async def story(editor: Editor) -> None:
        await editor.until(lambda: "files read" in editor.log())
        assert set(editor.session.engine.paths()) == {f"{tmp_path}/good.py", f"{tmp_path}/unbalanced.py"}
        assert "binary.py is a binary file" in editor.log()
        assert "latin.py is not UTF-8" in editor.log()
        await goes_on(editor)

    play(story, root=tmp_path)


def test_evidence_in_a_file_that_disappeared_is_left_out(tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()
    (tmp_path / "helper.py").write_text("x = 1\n")

    async def story(editor: Editor) -> None:
        editor.open(uri, "HELPER")
        [found] = await editor.diagnostics(uri)
        assert len(found["relatedInformation"]) == 1
        (tmp_path / "helper.py").unlink()
        editor.change(uri, 2, {"range": at(0, 0), "text": " "})
        [found] = await editor.diagnostics(uri, 2)
        assert "relatedInformation" not in found

    play(story, {"textDocument": {"publishDiagnostics": {"relatedInformation": True}}})


def test_a_root_that_is_not_there() -> None:
    async def story(editor: Editor) -> None:
        await goes_on(editor)

    play(story, root=Path("/no/such/folder"))

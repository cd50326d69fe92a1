"""Files that are not open: indexed in the background, watched, read again; and profiles beside them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from connection import Editor, Message, captured, play

from lsp_server.profiling import linking, profile_loader
from lsp_server.session import Session

WATCHES = {
    "workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}},
    "window": {"workDoneProgress": True},
}


def names(editor: Editor, root: Path) -> set[str]:
    return {os.path.relpath(path, root) for path in editor.session.engine.paths()}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "a.py").write_text("def a():\n    pass\n")
    (tmp_path / "app" / "b.ts").write_text("export function b() {}\n")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "c.js").write_text("var c\n")
    (tmp_path / "ignored.py").write_text("x = 1\n")
    (tmp_path / ".gitignore").write_text("ignored.py\n")
    (tmp_path / ".git").mkdir()
    return tmp_path


async def indexed(editor: Editor) -> None:
    await editor.until(lambda: "files read" in editor.log())


def event(path: Path, kind: int) -> Message:
    return {"uri": path.as_uri(), "type": kind}


CREATED, CHANGED, DELETED = 1, 2, 3


def test_the_workspace_is_read_with_progress_where_it_is_shown(project: Path) -> None:
    async def story(editor: Editor) -> None:
        await indexed(editor)
        assert names(editor, project) == {"app/a.py", "app/b.ts"}
        kinds = [params["value"]["kind"] for params in editor.said("$/progress")]
        assert (kinds[0], kinds[-1]) == ("begin", "end")

    play(story, WATCHES, root=project)


def test_without_a_folder_the_project_of_a_document_is_read(tmp_path: Path) -> None:
    package = tmp_path / "shop"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "prices.py").write_text("def scan(xs):\n    for x in xs:\n        x in list(xs)\n")
    (tmp_path / "beside.py").write_text("x = 1\n")

    async def story(editor: Editor) -> None:
        editor.open((tmp_path / "beside.py").as_uri(), "x = 1\n")
        editor.open((package / "report.py").as_uri(), "from shop.prices import scan\n")
        await indexed(editor)
        assert names(editor, tmp_path) == {"shop/__init__.py", "shop/prices.py"}
        assert editor.session.roots == (package.as_posix(),)

    play(story, WATCHES)


def test_a_home_folder_is_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "other.py").write_text("x = 1\n")
    monkeypatch.setenv("HOME", tmp_path.as_posix())

    async def story(editor: Editor) -> None:
        uri = (tmp_path / "a.py").as_uri()
        editor.open(uri, "SLOW")
        await editor.diagnostics(uri)
        await editor.session.files.run(int)  # what was asked of the disk before is answered
        assert editor.session.roots == ()

    play(story, WATCHES)


SEARCHED = "def f(xs: list[str], ys: list[str]):\n    return [x for x in xs if x in ys]\n"
HINT = 4


def test_a_workspace_that_lies_among_tests_is_no_test(tmp_path: Path) -> None:
    shop = tmp_path / "tests" / "shop"
    (shop / "tests").mkdir(parents=True)

    async def story(editor: Editor) -> None:
        for name, is_hint in (("prices.py", False), ("tests/prices.py", True)):
            uri = (shop / name).as_uri()
            editor.open(uri, SEARCHED)
            [diagnostic] = await editor.diagnostics(uri)
            assert (diagnostic["severity"] == HINT) is is_hint, name

    play(story, root=shop, session=Session)


def test_a_document_of_no_workspace_goes_by_its_name(tmp_path: Path) -> None:
    async def story(editor: Editor) -> None:
        for name, is_hint in (("tests/prices.py", False), ("test_prices.py", True)):
            uri = (tmp_path / name).as_uri()
            editor.open(uri, SEARCHED)
            [diagnostic] = await editor.diagnostics(uri)
            assert (diagnostic["severity"] == HINT) is is_hint, name

    play(story, session=Session)


def test_no_progress_for_a_client_that_shows_none(project: Path) -> None:
    async def story(editor: Editor) -> None:
        await indexed(editor)
        assert editor.said("$/progress") == []
        assert "window/workDoneProgress/create" not in {m["method"] for m in editor.asked}

    play(story, captured("emacs-30.1-eglot") | {"window": {}}, root=project)


def test_the_index_can_be_turned_off(project: Path) -> None:
    async def story(editor: Editor) -> None:
        uri = (project / "app" / "a.py").as_uri()
        editor.open(uri, "SLOW")
        assert len(await editor.diagnostics(uri)) == 1
        assert names(editor, project) == set()

    play(story, root=project, options={"settings": {"analysis": {"index": False}}})


def test_many_files_are_read_in_worker_processes(tmp_path: Path) -> None:
    for number in range(100):
        (tmp_path / f"m{number}.py").write_text(f"def f{number}(xs):\n    return [x for x in xs]\n")

    async def story(editor: Editor) -> None:
        await indexed(editor)
        assert len(names(editor, tmp_path)) == 100
        assert "100 files read" in editor.log()

    play(story, root=tmp_path, options={"settings": {"analysis": {"workers": 2}}})


def test_changes_on_disk_are_followed(project: Path) -> None:
    async def story(editor: Editor) -> None:
        await indexed(editor)
        [registration] = [
            r
            for m in editor.asked
            if m["method"] == "client/registerCapability"
            for r in m["params"]["registrations"]
            if r["method"] == "workspace/didChangeWatchedFiles"
        ]
        assert any(
            ".py" in w["globPattern"] or "py," in w["globPattern"]
            for w in registration["registerOptions"]["watchers"]
        )
        new, gone, ignored = project / "app" / "new.py", project / "app" / "a.py", project / "ignored.py"
        new.write_text("def new():\n    pass\n")
        gone.unlink()
        events = [event(new, CREATED), event(gone, DELETED), event(ignored, CREATED)]
        editor.notify("workspace/didChangeWatchedFiles", {"changes": events})
        await editor.until(lambda: names(editor, project) == {"app/new.py", "app/b.ts"})
        before = editor.session.engine.facts(str(new))
        new.write_text("def renamed():\n    pass\n")
        editor.notify("workspace/didChangeWatchedFiles", {"changes": [event(new, CHANGED)]})
        await editor.until(lambda: editor.session.engine.facts(str(new)) != before)

    play(story, WATCHES, root=project)


def test_what_the_editor_has_wins_over_the_disk(project: Path) -> None:
    path = project / "app" / "a.py"

    async def story(editor: Editor) -> None:
        await indexed(editor)
        editor.open(path.as_uri(), "SLOW SLOW")
        assert len(await editor.diagnostics(path.as_uri())) == 2
        path.write_text("x = 1\n")
        editor.notify("workspace/didChangeWatchedFiles", {"changes": [event(path, CHANGED)]})
        editor.notify("textDocument/didSave", {"textDocument": {"uri": path.as_uri()}})
        assert editor.session.text_of(str(path)).source == b"SLOW SLOW"  # type: ignore[union-attr]
        editor.notify("textDocument/didClose", {"textDocument": {"uri": path.as_uri()}})
        await editor.until(lambda: editor.session.text_of(str(path)).source == b"x = 1\n")  # type: ignore[union-attr]

    play(story, WATCHES, root=project)


def test_a_client_that_does_not_watch_is_caught_up_with_on_save(project: Path) -> None:
    async def story(editor: Editor) -> None:
        await indexed(editor)
        uri = (project / "app" / "a.py").as_uri()
        editor.open(uri, "SLOW")
        (project / "app" / "new.py").write_text("y = 1\n")
        (project / "app" / "b.ts").unlink()
        editor.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
        await editor.until(lambda: names(editor, project) == {"app/a.py", "app/new.py"})

    play(story, root=project)


def test_settings_in_the_project_file_are_followed(project: Path) -> None:
    path = project / "pyproject.toml"

    async def story(editor: Editor) -> None:
        uri = (project / "app" / "a.py").as_uri()
        editor.open(uri, "MAYBE SLOW")
        await editor.until(
            lambda: editor.published(uri)[-1:] and len(editor.published(uri)[-1]["diagnostics"]) == 2
        )
        path.write_text('[tool.bigo.analysis]\nmin-severity = "warning"\n')
        editor.notify("workspace/didChangeWatchedFiles", {"changes": [event(path, CREATED)]})
        await editor.until(lambda: len(editor.published(uri)[-1]["diagnostics"]) == 1)

    play(story, WATCHES, root=project)


def test_settings_are_asked_for_and_followed(project: Path) -> None:
    async def story(editor: Editor) -> None:
        await editor.until(lambda: editor.session.settings.diagnostics.debounce == 7)
        editor.answers["workspace/configuration"] = [{"diagnostics": {"debounce": 8}}]
        editor.notify("workspace/didChangeConfiguration", {"settings": None})
        await editor.until(lambda: editor.session.settings.diagnostics.debounce == 8)

    answers = {"workspace/configuration": [{"diagnostics": {"debounce": 7}}]}
    play(story, {"workspace": {"configuration": True}}, root=project, answers=answers)


# --------------------------------------------------------------------------------------------------------- profiles


async def stands_in(session: Session, path: str) -> object:
    return f"profile of {Path(path).name}"


def test_a_profile_is_linked_and_unlinked(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linking, "link_in_child", stands_in)
    monkeypatch.setattr(profile_loader, "discover", lambda root: ())

    async def story(editor: Editor) -> None:
        await indexed(editor)
        call = {"command": "bigo.linkProfile", "arguments": [{"path": "out/run.prof"}]}
        result = await editor.request("workspace/executeCommand", call)
        assert result == {"path": f"{project}/out/run.prof", "linked": "1 function linked"}
        assert editor.session.engine.profiles == {f"{project}/out/run.prof": "profile of run.prof"}  # type: ignore[attr-defined]
        assert "1 function linked" in editor.popups()[0]
        result = await editor.request(
            "workspace/executeCommand", {"command": "bigo.unlinkProfiles", "arguments": []}
        )
        assert result == {"unlinked": 1}
        assert editor.session.profiles == {}

    play(story, root=project)


def test_a_file_that_is_no_profile_is_a_sentence(project: Path) -> None:
    bad = project / "bad.prof"
    bad.write_bytes(b"\x80\x04not a profile")

    async def story(editor: Editor) -> None:
        await indexed(editor)
        for argument in ({"uri": bad.as_uri()}, {"path": "missing.prof"}, {}):
            call = {"command": "bigo.linkProfile", "arguments": [argument]}
            assert await editor.request("workspace/executeCommand", call) is None
        assert len(editor.popups()) == 3
        assert "bad.prof" in editor.popups()[0]
        assert "missing.prof" in editor.popups()[1]

    play(story, root=project, options={"settings": {"profiles": {"autoLoad": False}}})


def test_a_named_profile_is_linked_at_the_start(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "run.prof").write_bytes(b"")
    monkeypatch.setattr(linking, "link_in_child", stands_in)

    async def story(editor: Editor) -> None:
        await editor.until(lambda: list(editor.session.profiles) == [f"{project}/run.prof"])

    settings = {"profiles": {"paths": ["*.prof"], "autoLoad": False}}
    play(story, root=project, options={"settings": settings})


def test_an_untrusted_workspace_has_no_profile_read(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def must_not(session: Session, path: str) -> object:
        raise AssertionError("a profile was read")

    (project / "run.prof").write_bytes(b"")
    monkeypatch.setattr(linking, "link_in_child", must_not)

    async def story(editor: Editor) -> None:
        await indexed(editor)
        call = {"command": "bigo.linkProfile", "arguments": [{"path": "run.prof"}]}
        assert await editor.request("workspace/executeCommand", call) is None
        assert "not trusted" in editor.popups()[0]

    settings = {"profiles": {"paths": ["*.prof"]}}
    play(story, root=project, options={"settings": settings, "trusted": False})

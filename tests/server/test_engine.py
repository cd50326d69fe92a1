"""The server on the real analyzers."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from connection import Editor, Message, at, play

from analyzers import extract, languages
from analyzers.facts import FileFacts
from analyzers.project.kept import Kept, pack
from analyzers.text import Text
from lsp_server.analyzer import Wanted
from lsp_server.engine import Engine
from lsp_server.session import Session
from lsp_server.settings_table import Settings

sys.path.insert(0, str(Path(__file__).parents[1] / "reference"))

from fake_messages_api import FakeAPI, Rule

STRANGERS = '''"""😋"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    id: int
    customer_id: int


def strangers(customers: list[Row], orders: list[Row]) -> list[Row]:
    known = [customer.id for customer in customers]
    found = []
    for order in orders:
        if order.customer_id not in known:
            found.append(order)
    return found
'''
LINE = STRANGERS[: STRANGERS.index("not in")].count("\n")
PATH = "/srv/app/a.py"
PYTHON = languages.for_path(PATH)
assert PYTHON is not None


def engine_with(source: str) -> Engine:
    engine = Engine()
    engine.analyse(PATH, Text.of(source), "python", Settings())
    return engine


def facts_anew(source: bytes) -> FileFacts:
    assert PYTHON is not None
    return extract.facts_of(source, PYTHON)


def test_what_is_learnt_edit_by_edit_is_what_is_learnt_at_once() -> None:
    """A tree that is reused, and functions that are remembered, must not remember too much."""
    rng = random.Random(7)
    pieces = [
        "def f(x):\n    return x\n",
        "    for a in b:\n        c(a)\n",
        "\n",
        "(",
        ")",
        "😋",
        "x",
        "'",
        "  ",
        "class C:\n",
    ]
    for _ in range(15):
        text = STRANGERS
        engine = engine_with(text)
        for _ in range(15):
            a, b = sorted((rng.randint(0, len(text)), rng.randint(0, len(text))))
            b = min(b, a + 30)
            text = text[:a] + rng.choice(pieces) + text[b:]
            engine.analyse(PATH, Text.of(text), "python", Settings())
            assert engine.facts(PATH) == facts_anew(text.encode())


def test_checking_a_rewrite_leaves_the_project_as_it_was() -> None:
    engine = engine_with(STRANGERS)
    text = Text.of(STRANGERS)
    findings = engine.analyse(PATH, text, "python", Settings())
    before = engine.facts(PATH)
    wanted = Wanted(PATH, text, "strangers", "/srv/app", lambda path: text, findings, Settings())
    target = engine.target(wanted)
    checked = engine.check_patched(
        Settings(),
        target,
        STRANGERS.replace(
            "[customer.id for customer in customers]", "{customer.id for customer in customers}"
        ),
    )
    assert checked.before is not None
    assert checked.after is not None
    assert checked.before.time != checked.after.time
    assert [f.rule for f in checked.findings_before] == ["membership-in-list"]
    assert checked.findings_after == ()
    assert engine.facts(PATH) == before
    assert engine.analyse(PATH, text, "python", Settings()) == findings


def test_what_is_learnt_from_disk_leaves_an_open_page_as_it_is() -> None:
    engine, path = Engine(), "/srv/shop/templates/list.html"
    engine.analyse(path, Text.of("{% for book in books %}{{ book.title }}{% endfor %}"), "html", Settings())
    before = engine.facts(path)
    engine.learn([(path, extract.facts_of(b"", languages.TEMPLATE))])
    assert engine.facts(path) == before
    assert engine.put_back(path, b"", Kept(pack(extract.facts_of(b"", languages.TEMPLATE))))
    assert engine.facts(path) != before


def test_a_file_in_no_known_language_has_no_findings() -> None:
    engine = Engine()
    assert engine.analyse("/srv/a.txt", Text.of("for a in b"), "plaintext", Settings()) == ()
    assert engine.reports("/srv/a.txt") == ()


# ----------------------------------------------------------------------------------------------------- in an editor

APPLIES = {
    "workspace": {
        "applyEdit": True,
        "workspaceEdit": {"documentChanges": True, "changeAnnotationSupport": {}},
        "didChangeWatchedFiles": {"dynamicRegistration": True},
    },
    "window": {"workDoneProgress": True},
}
HELPER = "def known(customers, wanted):\n    return wanted in [customer.id for customer in customers]\n"
CALLER = "from helper import known\n\n\ndef strangers(customers, orders):\n    return [o for o in orders if not known(customers, o.id)]\n"


def test_a_finding_its_reason_and_its_fix() -> None:
    async def story(editor: Editor) -> None:
        uri = "file:///srv/app/a.py"
        editor.open(uri, STRANGERS)
        [found] = await editor.diagnostics(uri)
        assert found["code"] == "membership-in-list"
        assert found["range"]["start"]["line"] == LINE
        params = {"textDocument": {"uri": uri}, "position": {"line": LINE - 4, "character": 6}}
        hover = await editor.request("textDocument/hover", params)
        assert "|customers|" in hover["contents"]["value"]
        fixes = [a for a in await editor.actions(uri, found["range"]) if a.get("isPreferred")]
        assert fixes
        [change] = fixes[0]["edit"]["documentChanges"]
        edits = sorted(change["edits"], key=lambda e: -e["range"]["start"]["line"])
        editor.change(uri, 2, *({"range": e["range"], "text": e["newText"]} for e in edits))
        assert await editor.diagnostics(uri, 2) == []

    play(story, APPLIES, session=Session)


def test_cost_is_seen_through_a_call_into_another_file(tmp_path: Path) -> None:
    helper, caller = tmp_path / "helper.py", tmp_path / "caller.py"
    helper.write_text(HELPER)
    caller.write_text(CALLER)
    uri = caller.as_uri()

    async def story(editor: Editor) -> None:
        async def cost(expected: str) -> None:
            params = {"textDocument": {"uri": uri}, "position": {"line": 3, "character": 6}}
            for _ in range(100):
                found = await editor.request("textDocument/hover", params)
                if found and expected in found["contents"]["value"]:
                    return
                await editor.until(lambda: True)
                await asyncio.sleep(0.05)
            raise AssertionError(f"{expected} is not in {found}")

        editor.open(uri, CALLER)
        await cost("O(|customers|·|orders|)")
        helper.write_text("def known(customers, wanted):\n    return True\n")
        changes = {"changes": [{"uri": helper.as_uri(), "type": 2}]}
        editor.notify("workspace/didChangeWatchedFiles", changes)
        await cost("O(|orders|)")

    play(story, APPLIES, root=tmp_path, session=Session)


@pytest.mark.parametrize("pulls", [False, True], ids=["pushed", "pulled"])
def test_typing_in_one_document_is_seen_in_another(pulls: bool) -> None:
    """Neither is saved; the diagnostic of the caller goes when the callee is repaired."""
    helper, caller = "file:///srv/app/helper.py", "file:///srv/app/caller.py"
    loops = "def known(customers, orders):\n    for c in customers:\n        for o in orders:\n            if o.id == c.id:\n                return True\n"
    more = {"textDocument": {"diagnostic": {}}} if pulls else {}
    more["workspace"] = APPLIES["workspace"] | {"diagnostics": {"refreshSupport": True}}

    async def story(editor: Editor) -> None:
        async def cost() -> str:
            params = {"textDocument": {"uri": caller}, "position": {"line": 3, "character": 6}}
            found = await editor.request("textDocument/hover", params)
            return str(found["contents"]["value"])

        editor.open(helper, loops)
        editor.open(caller, CALLER.replace("o.id", "orders"))
        assert "|customers|" in await cost()
        editor.change(helper, 2, {"text": "def known(customers, orders):\n    return True\n"})
        for _ in range(200):
            if "|customers|" not in await cost():
                break
            await asyncio.sleep(0.05)
        assert "|customers|" not in await cost()
        if pulls:
            await editor.until(lambda: "workspace/diagnostic/refresh" in {m["method"] for m in editor.asked})

    play(story, more, session=Session)


SHOP = {
    "shop/__init__.py": "",
    "shop/models.py": """from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=80)


class Book(models.Model):
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
""",
    "shop/views.py": """from django.shortcuts import render

from shop.models import Book


def books(request):
    return render(request, "shop/books.html", {"books": Book.objects.all()})
""",
    "shop/templates/shop/books.html": "{% for book in books %}{{ book.author.name }}{% endfor %}\n",
}
QUIET_PAGE = "{% for book in books %}{{ book.author_id }}{% endfor %}\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for name, text in SHOP.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


async def rules_told(editor: Editor, uri: str, *expected: str) -> None:
    """Wait until the last diagnostics of a document are these."""
    await editor.until(
        lambda: (
            editor.published(uri)[-1:]
            and [found["code"] for found in editor.published(uri)[-1]["diagnostics"]] == list(expected)
        )
    )


def test_a_page_on_disk_is_followed_by_the_view_that_shows_it(shop: Path) -> None:
    view, page = shop / "shop/views.py", shop / "shop/templates/shop/books.html"

    async def story(editor: Editor) -> None:
        editor.open(view.as_uri(), SHOP["shop/views.py"])
        await rules_told(editor, view.as_uri(), "lazy-relation-in-loop")
        page.write_text(QUIET_PAGE)
        changes = {"changes": [{"uri": page.as_uri(), "type": 2}]}
        editor.notify("workspace/didChangeWatchedFiles", changes)
        await rules_told(editor, view.as_uri())

    play(story, APPLIES, root=shop, session=Session)


def test_a_page_in_the_editor_wins_over_the_disk(shop: Path) -> None:
    view, page = shop / "shop/views.py", shop / "shop/templates/shop/books.html"

    async def story(editor: Editor) -> None:
        editor.open(page.as_uri(), QUIET_PAGE, "django-html")
        editor.open(view.as_uri(), SHOP["shop/views.py"])
        await editor.until(lambda: "files read" in editor.log())
        changes = {"changes": [{"uri": page.as_uri(), "type": 2}]}
        editor.notify("workspace/didChangeWatchedFiles", changes)
        await rules_told(editor, view.as_uri())
        editor.change(page.as_uri(), 2, {"text": page.read_text()})
        await rules_told(editor, view.as_uri(), "lazy-relation-in-loop")
        editor.change(page.as_uri(), 3, {"text": QUIET_PAGE})
        await rules_told(editor, view.as_uri())

    play(story, APPLIES, root=shop, session=Session)


def test_a_change_of_a_model_is_seen_by_those_who_read_its_rows(shop: Path) -> None:
    view, models = shop / "shop/views.py", shop / "shop/models.py"

    async def story(editor: Editor) -> None:
        editor.open(view.as_uri(), SHOP["shop/views.py"])
        editor.open(models.as_uri(), SHOP["shop/models.py"])
        await rules_told(editor, view.as_uri(), "lazy-relation-in-loop")
        plain = SHOP["shop/models.py"].replace(
            "models.ForeignKey(Author, on_delete=models.CASCADE)", "models.JSONField()"
        )
        editor.change(models.as_uri(), 2, {"text": plain})
        await rules_told(editor, view.as_uri())

    play(story, APPLIES, root=shop, session=Session)


# -------------------------------------------------------------------------------------- with the stand-in Messages API


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAPI]:
    api = FakeAPI()
    with api.thread() as url:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test")
        yield api


REWRITTEN = (
    STRANGERS[STRANGERS.index("def strangers") :]
    .rstrip()
    .replace("[customer.id for customer in customers]", "{customer.id for customer in customers}")
)
ANSWER = f"<before>O(|customers|·|orders|)</before>\n<after>O(|customers| + |orders|)</after>\n<why>A set answers at once.</why>\n<assumptions>none</assumptions>\n<rewrite>\n{REWRITTEN}\n</rewrite>"


def rewrite(uri: str) -> Message:
    return {"command": "bigo.rewrite", "arguments": [{"uri": uri, "range": at(LINE, 0, 10)}]}


def test_a_rewrite_from_pick_to_edit(api: FakeAPI) -> None:
    bad = ANSWER.replace("def strangers(", "def other(")
    # An answer that fails its checks goes back once; the second failure ends the first rewrite.
    api.rules = [Rule(reply={"text": bad}, times=2), Rule(reply={"text": ANSWER})]

    async def story(editor: Editor) -> None:
        uri = "file:///srv/app/a.py"
        editor.open(uri, STRANGERS)
        result = await editor.request("workspace/executeCommand", rewrite(uri), 120)
        assert result["applied"] is False
        assert editor.popups() == [f"bigo: {result['reason']}"]
        assert len([entry for entry in api.log if entry.get("json")]) == 2
        assert "workspace/applyEdit" not in {m["method"] for m in editor.asked}

        result = await editor.request("workspace/executeCommand", rewrite(uri), 120)
        assert result["applied"], (result, editor.popups())
        [request] = [m["params"] for m in editor.asked if m["method"] == "workspace/applyEdit"]
        [change] = request["edit"]["documentChanges"]
        edits = sorted(change["edits"], key=lambda e: tuple(e["range"]["start"].values()), reverse=True)
        editor.change(uri, 2, *({"range": e["range"], "text": e["newText"]} for e in edits))
        assert await editor.diagnostics(uri, 2) == []
        buffer = editor.server.workspace.get_text_document(uri)
        assert buffer.source == STRANGERS[: STRANGERS.index("def strangers")] + REWRITTEN + "\n"
        stats = await editor.request(
            "workspace/executeCommand", {"command": "bigo.showStats", "arguments": []}
        )
        assert stats["requests"] == 2
        assert stats["cost_usd"] > 0

    play(story, APPLIES, session=Session, seconds=280)

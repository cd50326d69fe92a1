"""A file that is opened or closed as it is on disk says what it said: nothing of it is compared, parsed or doubted but places."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from analyzers.project import differing
from analyzers.project.kept import Kept, pack
from analyzers.text import Text
from lsp_server.engine import Engine
from lsp_server.files.indexing import extracted
from lsp_server.session import Session
from lsp_server.settings_table import Settings
from lsp_server.wire.documents import Document

SETTINGS = Settings()
HELPER, USER = "/w/shop/stock.py", "/w/shop/orders.py"
STOCK = """
import os

LIMIT = 3


class Stock:
    names: list[str] = []

    def first(self, wanted: list[str]) -> None:
        for name in wanted:
            if name not in self.names:
                self.names.append(name)


def missing(wanted: list[str], held: list[str]) -> list[str]:
    out = []
    for name in wanted:
        if name not in held:
            out.append(name)
    return out


def is_held(name: str, held: list[str]) -> bool:
    return name in held
"""
ORDERS = """
from shop.stock import is_held, missing


def absent(orders: list[list[str]], held: list[str]) -> list[list[str]]:
    return [missing(order, held) for order in orders]


def all_held(names: list[str], held: list[str]) -> list[str]:
    return [name for name in names if is_held(name, held)]
"""
OTHERWISE = STOCK.replace("return name in held", "return bool(name)")


def packed(text: str, path: str = HELPER) -> bytes:
    facts = extracted(text.encode(), path)
    assert facts is not None
    return pack(facts)


def knowing(stock: str = STOCK) -> Engine:
    engine = Engine()
    engine.learn([(HELPER, Kept(packed(stock))), (USER, Kept(packed(ORDERS, USER)))])
    return engine


def said(engine: Engine, path: str, text: str) -> object:
    return engine.analyse(path, Text.of(text), "python", SETTINGS)


@pytest.fixture
def nothing_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    def leaves(*_: object) -> None:
        raise AssertionError("the pieces of a file were compared that is the same text")

    monkeypatch.setattr(differing, "leaves", leaves)


@pytest.mark.usefixtures("nothing_compared")
def test_what_is_opened_as_the_project_knows_it_is_only_moved() -> None:
    engine = knowing()
    before = said(engine, USER, ORDERS)
    assert len(before) > 1  # type: ignore[arg-type]
    unpacked = engine.project.files.unpacked
    engine.take(HELPER, Text.of(STOCK), STOCK.encode(), packed(STOCK))
    found = said(engine, HELPER, STOCK)
    assert engine.project.files.unpacked == unpacked  # the facts that were taken are those
    assert found == said(knowing(), HELPER, STOCK) != ()
    assert said(engine, USER, ORDERS) == before
    assert not engine.put_back(HELPER, STOCK.encode(), Kept(packed(STOCK)))
    assert engine.project.files.unpacked == unpacked
    assert said(engine, USER, ORDERS) == before


def test_what_is_edited_after_that_is_told_where_it_is_used() -> None:
    engine = knowing()
    said(engine, USER, ORDERS)
    engine.take(HELPER, Text.of(STOCK), STOCK.encode(), packed(STOCK))
    said(engine, HELPER, STOCK)
    said(engine, HELPER, OTHERWISE)
    after = said(engine, USER, ORDERS)
    assert after == said(knowing(OTHERWISE), USER, ORDERS) != said(knowing(), USER, ORDERS)
    assert engine.put_back(HELPER, STOCK.encode(), Kept(packed(STOCK)))  # the edit is thrown away
    assert said(engine, USER, ORDERS) == said(knowing(), USER, ORDERS)


def test_facts_of_another_text_are_compared() -> None:
    engine = knowing()
    said(engine, USER, ORDERS)
    engine.take(HELPER, Text.of(OTHERWISE), OTHERWISE.encode(), packed(OTHERWISE))
    said(engine, HELPER, OTHERWISE)
    assert said(engine, USER, ORDERS) == said(knowing(OTHERWISE), USER, ORDERS)


def test_closing_a_document_changes_nothing_for_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = (tmp_path / "stock.py").as_posix()
    Path(path).write_text(STOCK)
    uri = f"file://{path}"

    async def closed(*edits: str) -> bool:
        """Whether the world is another after these edits and the end of the document."""
        session = Session()
        session.engine.learn([(path, Kept(packed(STOCK)))])
        session.open(path, uri, Document(uri, STOCK, version=1, language_id="python"))
        await session.analysed(path)
        for text in edits:
            session.documents[path].buffer = Document(uri, text, version=2, language_id="python")
            session.edited(path)
            await session.analysed(path)
        session.close(path)
        world = session._world
        await session.reread([path])
        assert session.engine.facts(path) == extracted(STOCK.encode(), path)
        await session.shut_down()
        return session._world != world

    assert not asyncio.run(closed())
    assert not asyncio.run(closed(OTHERWISE, STOCK))
    assert asyncio.run(closed(OTHERWISE))


def test_a_closed_file_is_made_facts_of_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lsp_server.files import indexing, reading

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "stock.py"
    path.write_text(STOCK)
    first = reading.read_again(str(path), 100_000)
    monkeypatch.setattr(indexing, "of_text", lambda *_: pytest.fail("made again"))
    assert reading.read_again(str(path), 100_000) == first
    assert first.source == STOCK.encode()
    assert reading.read_again(str(path), 10).facts is None
    assert reading.read_again(str(tmp_path / "none.py"), 10).facts is None

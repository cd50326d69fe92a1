"""A long text whose facts are on disk is looked at by these: nobody waits for its tree."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from analyzers import extract, languages, syntax
from analyzers.project.kept import Kept, pack
from analyzers.text import Text
from lsp_server import session as sessions
from lsp_server.engine import Engine
from lsp_server.files.indexing import digest_of
from lsp_server.files.reading import facts_kept
from lsp_server.files.store import Store, key_of
from lsp_server.places import cache_dir
from lsp_server.session import Session
from lsp_server.settings_table import Settings
from lsp_server.slack import ROOM
from lsp_server.wire.documents import Document

PATH, SETTINGS = "/w/shop/stock.py", Settings()
FUNCTION = """
def missing_{n}(wanted: list[str], held: list[str]) -> list[str]:
    out = []
    for name in wanted:
        if name not in held:
            out.append(name)
    return out

"""
SOURCE = "import os\n" + "".join(FUNCTION.replace("{n}", str(n)) for n in range(30)) + "\nx = 1\n"


class Parsed:
    """Counts bytes that are parsed, and statements that are lowered."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bytes = self.functions = 0
        parse, piece_of = syntax.parse_within, extract.piece_of

        def parse_counted(source: bytes, *args: object, part: tuple[int, int] | None = None) -> object:
            self.bytes += part[1] - part[0] if part is not None else len(source)
            return parse(source, *args, part=part)  # type: ignore[arg-type]

        def piece_counted(*args: object) -> object:
            self.functions += 1
            return piece_of(*args)  # type: ignore[arg-type]

        monkeypatch.setattr(syntax, "parse_within", parse_counted)
        monkeypatch.setattr("analyzers.splice.parse_within", parse_counted)
        monkeypatch.setattr(extract, "piece_of", piece_counted)


def packed(source: str) -> bytes:
    return pack(extract.facts_of(source.encode(), languages.PYTHON))


def test_the_same_is_found_and_nothing_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    text = Text.of(SOURCE)
    fresh = Engine().analyse(PATH, text, "python", SETTINGS)
    engine = Engine()
    engine.take(PATH, text, text.source, packed(SOURCE))
    parsed = Parsed(monkeypatch)
    assert engine.analyse(PATH, text, "python", SETTINGS) == fresh
    assert len(fresh) == 30
    assert (parsed.bytes, parsed.functions) == (0, 0)


def test_what_the_first_edits_need_is_made_when_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, text = Engine(), Text.of(SOURCE)
    engine.take(PATH, text, text.source, packed(SOURCE))
    engine.analyse(PATH, text, "python", SETTINGS)
    parsed = Parsed(monkeypatch)
    engine.rehearse(PATH)
    assert len(SOURCE) < parsed.bytes
    assert parsed.functions <= 1  # the one in which an edit is rehearsed
    parsed.bytes = 0
    edited = Text.of(SOURCE.replace("    return out\n", "    return out[1:]\n", 1))
    assert engine.ready(PATH, edited)
    found = engine.analyse(PATH, edited, "python", SETTINGS)
    assert parsed.bytes < len(FUNCTION) + ROOM
    parsed.functions = 0
    above = Text(edited.source.replace(b"import os\n", b"import os\nimport sys\n"))
    again = engine.analyse(PATH, above, "python", SETTINGS)
    assert parsed.functions == 0  # what stands elsewhere now is known
    assert found == Engine().analyse(PATH, edited, "python", SETTINGS)
    assert again == Engine().analyse(PATH, above, "python", SETTINGS)


EDITS = {
    "in a function": lambda text: text.replace("    return out\n", "    return out[1:]\n", 1),
    "in several": lambda text: text.replace("    return out\n", "    return out[1:]\n", 3),
    "a comment at the end": lambda text: text + "# not on disk\n",
    "a comment above a statement": lambda text: text.replace("x = 1", "# not on disk\nx = 1"),
    "a comment and a function": lambda text: (
        text.replace("    out =", "    held += []\n    out =", 1) + "# end\n"
    ),
}


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("what", EDITS)
def test_a_text_that_was_edited_is_made_from_that_on_disk(
    what: str, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited = EDITS[what](SOURCE)
    fresh = Engine().analyse(PATH, Text.of(edited), "python", SETTINGS)
    engine = Engine()
    if known:
        engine.learn([(PATH, Kept(packed(SOURCE)))])
    engine.take(PATH, Text.of(edited), SOURCE.encode(), packed(SOURCE))
    parsed = Parsed(monkeypatch)
    assert engine.analyse(PATH, Text.of(edited), "python", SETTINGS) == fresh
    functions = 3 if what == "in several" else 1
    assert parsed.functions <= functions
    assert parsed.bytes <= functions * (len(FUNCTION) + 2 * ROOM)
    engine.rehearse(PATH)
    after = edited.replace("    return out\n", "    return out[2:]\n", 1)
    assert engine.analyse(PATH, Text.of(after), "python", SETTINGS) == Engine().analyse(
        PATH, Text.of(after), "python", SETTINGS
    )


@pytest.mark.parametrize(
    "edited",
    [
        SOURCE.replace("import os\n", "import sys\n"),
        SOURCE + "    # of the statement above\nif x:\n    y = 2\n",
        SOURCE.replace("    out =", "out =", 1),
        SOURCE.replace("    return out\n", "    return out[\n", 1),
        SOURCE.replace("    return out\n", "    return out  # bigo: ignore[membership-in-list]\n", 1),
        SOURCE.replace("\nx = 1", "# x = 1"),
        SOURCE.replace("\n    out = ", "\n    held += []\n    out = "),
    ],
    ids=[
        "an import",
        "a statement",
        "an indentation",
        "broken",
        "a suppression",
        "put in a comment",
        "too many",
    ],
)
def test_other_edits_are_parsed(edited: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = Engine().analyse(PATH, Text.of(edited), "python", SETTINGS)
    engine = Engine()
    engine.learn([(PATH, Kept(packed(SOURCE)))])
    engine.take(PATH, Text.of(edited), SOURCE.encode(), packed(SOURCE))
    parsed = Parsed(monkeypatch)
    assert engine.analyse(PATH, Text.of(edited), "python", SETTINGS) == fresh
    assert parsed.bytes > len(edited)


def test_other_files_know_a_text_that_was_edited_before_it_was_opened() -> None:
    user, text = (
        "/w/shop/orders.py",
        "from shop.stock import missing_0\n\n\ndef late(orders: list, held: list[str]):\n",
    )
    text += "    for order in orders:\n        missing_0(order.names, held)\n"
    edited = SOURCE.replace("if name not in held:", "if name:", 1)
    known = [(PATH, Kept(packed(SOURCE))), (user, Kept(packed(text)))]
    engine, fresh = Engine(), Engine()
    engine.learn(known)
    before = engine.analyse(user, Text.of(text), "python", SETTINGS)
    engine.take(PATH, Text.of(edited), SOURCE.encode(), packed(SOURCE))
    engine.analyse(PATH, Text.of(edited), "python", SETTINGS)
    fresh.learn([(PATH, Kept(packed(edited))), known[1]])
    assert (
        engine.analyse(user, Text.of(text), "python", SETTINGS)
        == fresh.analyse(user, Text.of(text), "python", SETTINGS)
        != before
    )


def test_facts_of_another_text_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, text = Engine(), Text.of(SOURCE)
    engine.take(PATH, Text.of("x = 1\n"), b"x = 1\n", packed("x = 1\n"))
    assert len(engine.analyse(PATH, text, "python", SETTINGS)) == 30
    engine = Engine()
    broken = "def f(:\n" + SOURCE
    engine.take(PATH, Text.of(broken), broken.encode(), packed(broken))
    parsed = Parsed(monkeypatch)
    engine.analyse(PATH, Text.of(broken), "python", SETTINGS)
    assert parsed.bytes > len(broken)


def test_a_session_looks_for_them_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(sessions, "LONG", len(SOURCE) - 1)
    source = SOURCE.encode()
    assert facts_kept(source, PATH) is None
    store = Store(cache_dir())
    store.put([(key_of(digest_of(source, PATH)), packed(SOURCE))])
    store.close()
    parsed = Parsed(monkeypatch)

    async def story() -> None:
        session = Session()
        for path, text in ((PATH, SOURCE), ("/w/shop/short.py", SOURCE[:-7])):
            uri = f"file://{path}"
            document = session.open(path, uri, Document(uri, text, version=1, language_id="python"))
            analysis = await session.analysed(document.path)
            assert analysis is not None
            assert len(analysis.findings) == 30
            assert (parsed.bytes > 0) == (path != PATH)
        await session.shut_down()

    asyncio.run(story())

"""What an edit takes does not grow with the text around it: instructions of Python are counted, in a short and in a long text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from counted_calls import steps_of
from lsprotocol import types as lsp

from analyzers.findings import Severity
from analyzers.text import Span, Text
from lsp_server.engine import Engine
from lsp_server.rebase import changed_since
from lsp_server.settings_table import Settings
from lsp_server.slack import Roomy, gaps_in
from lsp_server.wire.client import Client
from lsp_server.wire.documents import Codec, Document
from lsp_server.wire.edits import Change, Position, Range
from lsp_server.wire.payload import Encoder
from lsp_server.wire.positions import numbers_in

FUNCTION = "def counted_{n}(rows: list[str], known: list[str]):\n    return [row for row in rows if row in known]\n\n\n"

SHORT, LONG = 100, 5_000
"""Functions of four lines."""


def functions(count: int) -> str:
    return "".join(FUNCTION.format(n=n) for n in range(count))


def document(text: str) -> Document:
    return Document(
        "file:///w/counted.py",
        text,
        version=1,
        language_id="python",
        sync_kind=lsp.TextDocumentSyncKind.Incremental,
        position_codec=Codec(encoding=lsp.PositionEncodingKind.Utf16),
    )


def in_the_middle(count: int, text: str) -> Change:
    at = Position(count // 2 * 4 + 1, 0)
    return Change(text, Range(at, at))


def written(count: int) -> int:
    """Steps until the lines of a document are known into which one is written."""
    found = document(functions(count))
    assert found.text.line_count == count * 4 + 1
    lines = iter(["    a = 1\n", "    # why\n", "#"])

    def write() -> None:
        found.apply_change(in_the_middle(count, next(lines)))
        assert found.text.line_starts[-1] == len(found.text.source)

    write()
    return steps_of(write)


def laid_out(count: int) -> int:
    """Steps until the text with room in it is known, and where a place behind the edit is."""
    found = document(functions(count))
    roomy = Roomy(found.text.source, gaps_in(found.text.source, "python"))
    assert roomy.has_room
    assert roomy.seen.line_count == count * 4 + 1

    def write() -> None:
        nonlocal roomy
        roomy = now = roomy.copy()
        found.apply_change(in_the_middle(count, "    a = 1\n"))
        text = found.text
        assert now.edited(text.source, *changed_since(text, now.plain)) is not None
        last = text.source.rindex(b"return")
        assert now.text[now.inside(last) :].startswith(b"return")
        assert now.outside(now.inside(last)) == last
        assert numbers_in(text, "utf-16")(Span(last, last + 6)) == (line := text.line_count - 4, 4, line, 10)
        assert now.seen.line_of(now.inside(last)) == line

    write()  # What is known of the room is moved once to where is edited.
    return steps_of(write)


@pytest.mark.parametrize("work", [written, laid_out])
def test_a_line_more_moves_no_line_below_it_by_itself(work: Callable[[int], int]) -> None:
    short, long = work(SHORT), work(LONG)
    assert long <= 1.5 * short, (short, long)


QUIET = """\
def plain_{n}(rows: list[str], known: set[str]):
    for row in rows:
        if row in known:
            print(row)


"""
FOUND = QUIET.replace("set[str]", "list[str]").replace("plain", "found")


def analysed(text: str, row: int) -> int:
    """Steps from an edit of a document to the message, where a line is written at a row."""
    path, found, engine, encoder, client = (
        "/w/counted.py",
        document(text),
        Engine(),
        Encoder(),
        Client(related=True),
    )

    def shown() -> bytes:
        engine.ready(path, found.text)
        findings = engine.look(path, found.text, "python", Settings()).findings
        uri = found.uri
        return encoder.items(path, findings, found.text, client, {path: found.text}.get, {path: uri}, str)

    def write(line: str) -> None:
        found.apply_change(Change(line, Range(Position(row, 0), Position(row, 0))))
        shown()

    shown()
    engine.rehearse(path)
    for line in ("    a = 1\n", "    b = 2\n", "    c = 3\n"):
        write(line)
    return steps_of(lambda: write("    d = 4\n"))


def quiet(count: int) -> int:
    return analysed("".join(QUIET.format(n=n) for n in range(count)), count // 2 * 6 + 1)


def found_above(count: int) -> int:
    text = "".join(FOUND.format(n=n) for n in range(count)) + QUIET.format(n=0)
    return analysed(text, count * 6 + 1)


def found_below(count: int) -> int:
    return analysed(QUIET.format(n=0) + "".join(FOUND.format(n=n) for n in range(count)), 1)


@pytest.mark.parametrize(("work", "each"), [(quiet, 8), (found_above, 250), (found_below, 1_300)])
def test_what_stands_around_an_edit_is_not_looked_at(work: Callable[[int], int], each: int) -> None:
    """Only findings below it are moved: it is counted what one more function takes."""
    short, long = work(60), work(600)
    assert (long - short) / 540 <= each, (short, long)


SHOWN = """\
from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=100)


class Book(models.Model):
    author = models.ForeignKey(Author, on_delete=models.CASCADE)


def names_of(rows):
    return [row.author.name for row in rows]


def first(request):
    return names_of(Book.objects.filter(title=request.title))


def second(request):
    return names_of(Book.objects.filter(title=request.name))


def last(request):
    return 1
"""


@pytest.mark.parametrize("path", ["/w/shop/views.py", "/w/tests/test_shop.py"])
def test_findings_that_stand_where_they_stood_are_the_objects_that_they_were(path: str) -> None:
    """Also those that are made mild for another of the same cause, or as they stand in a test."""
    engine = Engine()
    before = engine.analyse(path, Text(SHOWN.encode()), "python", Settings())
    assert len(before) == 2
    assert all(one.severity == Severity.HINT for one in before) == ("tests" in path)
    for line in ("    return 12\n", "    return 1  # one\n"):
        text = Text(SHOWN.replace("    return 1\n", line).encode())
        now = engine.analyse(path, text, "python", Settings())
        assert [id(one) for one in now] == [id(one) for one in before]
    above = Text(SHOWN.replace("def names_of", "# why\ndef names_of").encode())
    assert engine.analyse(path, above, "python", Settings()) == Engine().analyse(
        path, above, "python", Settings()
    )

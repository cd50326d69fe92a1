"""While an edit leaves a text broken, what was found before stays, where it stands now."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from connection import Editor, at, play

from analyzers import splice, syntax
from analyzers.findings import Confidence, Cost, Finding, Place, Related, Severity
from analyzers.text import Span, Text
from lsp_server.engine import Engine
from lsp_server.rebase import moved
from lsp_server.session import Session
from lsp_server.settings_table import Settings

URI, PATH = "file:///srv/app/a.py", "/srv/app/a.py"
ONE = "def f{n}(xs: list[str], ys: list[str]):\n    count = {n}\n    return [x for x in xs if x in ys]\n\n\n"
CODE = "".join(ONE.format(n=n) for n in range(6))
SLOW = [2, 7, 12, 17, 22, 27]  # the lines with a finding


def lines(published: dict[str, object]) -> list[int]:
    found = published["diagnostics"]
    assert isinstance(found, list)
    return sorted(one["range"]["start"]["line"] for one in found)


def test_a_quote_that_is_open_keeps_what_was_found_until_typing_rests() -> None:
    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        await editor.until(lambda: editor.published(URI) and lines(editor.published(URI)[-1]) == SLOW)

        editor.change(URI, 2, {"range": at(11, 12), "text": '"""\n'})
        await editor.diagnostics(URI, 2)
        kept = next(one for one in editor.published(URI) if one.get("version") == 2)
        assert lines(kept) == [2, 7, 13, 18, 23, 28], "all of them, moved"
        # What is in the text that is open now is no code.
        await editor.until(lambda: len(lines(editor.published(URI)[-1])) < len(SLOW))
        assert lines(editor.published(URI)[-1])[:2] == SLOW[:2]

        editor.change(URI, 3, {"range": at(11, 12, 0, 12), "text": ""})
        await editor.until(lambda: lines(editor.published(URI)[-1]) == SLOW)

    play(story, session=Session)


def test_a_quote_that_is_closed_in_time_costs_nothing() -> None:
    engine, text = Engine(), Text(CODE.encode())
    engine.analyse(PATH, text, "python", Settings())
    version = engine.project.version
    broken = Text(CODE.replace("count = 2", 'count = """2').encode())
    assert not engine.ready(PATH, broken)
    assert engine.project.version == version
    assert engine.ready(PATH, text)
    assert engine.ready(PATH, Text(CODE.replace("count = 2", "count = 22").encode()))
    engine.analyse(PATH, broken, "python", Settings())
    assert engine.ready(PATH, Text(broken.source + b"# more\n")), "it is no worse than it was"


def test_what_is_ready_is_analysed_as_ever() -> None:
    engine = Engine()
    engine.analyse(PATH, Text(CODE.encode()), "python", Settings())
    for old, new in (
        ("x in ys", "x in  ys"),
        ("count = 3", "count = xs"),
        ("def f4", "def g4"),
        ("\n\n\n", "\n\n# é\n"),
    ):
        text = Text(CODE.replace(old, new, 1).encode())
        assert engine.ready(PATH, text)
        found = engine.analyse(PATH, text, "python", Settings())
        assert found == Engine().analyse(PATH, text, "python", Settings())
        assert engine.reports(PATH)


def test_a_busy_machine_is_no_reason_to_give_up(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks: list[object] = []
    within = syntax.parse_within

    def noted(source: bytes, language: Any, seconds: float, old: Any, clock: Any) -> Any:
        clocks.append(clock)
        return within(source, language, seconds, old, clock)

    monkeypatch.setattr(syntax, "parse_within", noted)
    engine = Engine()
    for source in (CODE, "x = 1\n" + CODE):
        engine.analyse(PATH, Text(source.encode()), "python", Settings())
    assert len(clocks) >= 2
    assert set(clocks) == {time.thread_time}


def test_findings_move_with_their_text() -> None:
    def finding(start: int, end: int, *related: Place) -> Finding:
        steps = tuple(Related(place, "") for place in related)
        return Finding(
            "r", Place("a", Span(start, end)), "", Severity.HINT, Confidence.LOW, Cost(), "", steps
        )

    other = Place("b", Span(5, 6))
    held = [finding(0, 2), finding(4, 6), finding(3, 8), finding(6, 9, other, Place("a", Span(1, 7)))]
    found = moved(held, "a", b"0123456789", b"0123xyz6789")
    assert [one.place.span for one in found] == [Span(0, 2), Span(3, 9), Span(7, 10)], "one is gone"
    assert [step.place for step in found[-1].related] == [other, Place("a", Span(1, 8))]
    assert next(one.place.span for one in moved(held, "a", b"0123456789", b"xx0123456789")) == Span(2, 4)


def test_what_is_parsed_of_a_text_that_an_edit_breaks_and_mends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in bytes: its function alone while typing goes on, the whole text once for what is true of it."""
    parsed: list[int] = []
    within = syntax.parse_within

    def counted(source: bytes, *args: Any, **options: Any) -> Any:
        part = options.get("part") or (0, len(source))
        parsed.append(part[1] - part[0])
        return within(source, *args, **options)

    monkeypatch.setattr(syntax, "parse_within", counted)
    monkeypatch.setattr(splice, "parse_within", counted)
    text = "".join(ONE.format(n=n) for n in range(300))
    engine = Engine()

    def took(step: Callable[[str], object], source: str) -> int:
        parsed.clear()
        step(source)
        return sum(parsed)

    def ready(source: str) -> None:
        assert engine.ready(PATH, Text(source.encode())) == ('"' not in source)

    def analyse(source: str) -> None:
        engine.analyse(PATH, Text(source.encode()), "python", Settings())

    analyse(text)
    room = len(text) + 301 * 256
    for broken in (text.replace("count = 7\n", f"count = {quote}7\n") for quote in ('"', '"""')):
        assert took(ready, broken) < 1_000
        assert took(ready, text) == 0, "closed in time"
        assert took(analyse, broken) < 1_000 + room + len(broken), (
            "with its tree at hand, then as if it were new"
        )
        assert took(analyse, broken) == 0
        assert took(ready, text) == took(analyse, text) == 0, "closed after a rest: it is what it was"
        assert took(ready, text.replace("count = 8", "count = 88")) < 1_000
        assert took(analyse, broken) > len(broken)
        assert took(ready, text.replace("count = 7\n", "count = 77\n")) < 1_000, "closed in another way"
        analyse(text)
    longer = text + "# more\n" * 6_000
    analyse(longer)
    analyse(longer.replace("count = 7\n", 'count = "7\n'))
    assert took(ready, longer.replace("count = 7\n", 'count = "77\n')) < 1_000, "the whole waits for a rest"
    for source in (longer.replace("count = 7\n", 'count = "77\n'), longer):
        found = engine.analyse(PATH, Text(source.encode()), "python", Settings())
        assert found == Engine().analyse(PATH, Text(source.encode()), "python", Settings())


def test_what_a_broken_text_takes_at_rest_keeps_no_edit_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a document of which an edit takes long is waited for until typing pauses."""
    monkeypatch.setattr("lsp_server.features.diagnostics.AT_ONCE", 1.0)
    took = Session._run

    def slow(session: Session, document: Any, *args: Any) -> Any:
        looked, seconds = took(session, document, *args)
        return looked, seconds + (2.0 if '"' in document.text.source.decode() else 0.0)

    monkeypatch.setattr(Session, "_run", slow)

    async def story(editor: Editor) -> None:
        editor.open(URI, CODE)
        await editor.until(lambda: editor.published(URI) and lines(editor.published(URI)[-1]) == SLOW)
        editor.change(URI, 2, {"range": at(11, 12), "text": '"""\n'})
        await editor.until(lambda: len(lines(editor.published(URI)[-1])) < len(SLOW))
        [document] = editor.session.documents.values()
        assert document.seconds < 1.0

    play(story, session=Session)

"""Calls of this project's functions in Python while something is done: a figure that no load and no machine changes.

What a comprehension costs is left out, which is a function of its own in some versions of Python and not in others, and so is all
that is called for the first time only: tables, grammars, what other tests have asked before.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FrameType

from analyzers.text import Text
from lsp_server.engine import Engine
from lsp_server.settings_table import Settings

HERE = str(Path(__file__).parent.parent.parent)
COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>")


def calls_of(work: Callable[[], object]) -> Counter[CodeType]:
    """How often each function of the project was entered, or gone on with where it is a generator."""
    found: Counter[CodeType] = Counter()

    def note(frame: FrameType, event: str, given: object) -> None:
        if event == "call":
            found[frame.f_code] += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return Counter(
        {
            code: count
            for code, count in found.items()
            if code.co_filename.startswith(HERE) and code.co_name not in COMPREHENSIONS
        }
    )


def steps_of(work: Callable[[], object]) -> int:
    """How many instructions of Python are carried out in functions of the project: what loops do counts, and nothing that is
    done in C."""
    found = 0

    def count(frame: FrameType, event: str, given: object) -> Callable[..., object] | None:
        nonlocal found
        if event == "call":
            if not frame.f_code.co_filename.startswith(HERE):
                return None
            frame.f_trace_opcodes, frame.f_trace_lines = True, False
        found += event == "opcode"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        work()
    finally:
        sys.settrace(before)
    return found


def typed(path: str, texts: Iterator[str], language: str = "python") -> Iterator[Counter[CodeType]]:
    """The calls that an engine makes for each text of an open document after the first."""
    engine, settings = Engine(), Settings()
    engine.analyse(path, Text(next(texts).encode()), language, settings)
    engine.rehearse(path)
    for text in texts:
        now = Text(text.encode())

        def look(now: Text = now) -> None:
            engine.ready(path, now)
            engine.analyse(path, now, language, settings)

        yield calls_of(look)

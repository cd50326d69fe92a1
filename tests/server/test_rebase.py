"""Edits for an earlier text, done to a later one."""

from __future__ import annotations

import random

from analyzers.findings import Edit, Place
from analyzers.text import Span
from lsp_server.fixes import apply_edits
from lsp_server.rebase import changed_part, rebased

OLD = b"import a\n\ndef f():\n    slow()\n\nx = 1\n"
FUNCTION = Span(OLD.index(b"def f"), OLD.index(b"\nx = 1"))
SLOW = Span(OLD.index(b"slow"), OLD.index(b"slow") + 4)
EDITS = [Edit(Place("/a.py", Span(0, 0)), "import b\n"), Edit(Place("/a.py", SLOW), "fast")]


def test_the_changed_part_is_the_smallest() -> None:
    rng = random.Random(1)
    for _ in range(2_000):
        old = bytes(rng.choice(b"ab") for _ in range(rng.randint(0, 12)))
        a, b = sorted(rng.randint(0, len(old)) for _ in range(2))
        new = old[:a] + bytes(rng.choice(b"ab") for _ in range(rng.randint(0, 4))) + old[b:]
        gone, come = changed_part(old, new)
        assert old[: gone.start] + new[come.start : come.end] + old[gone.end :] == new
        if old != new and gone.start < min(len(old), len(new)):
            assert gone.start == gone.end or come.start == come.end or old[gone.start] != new[come.start]


def test_typing_below_leaves_the_edits() -> None:
    new = OLD.replace(b"x = 1", b"x = 1000")
    assert rebased(EDITS, FUNCTION, OLD, new) == EDITS


def test_typing_above_moves_the_edits() -> None:
    new = OLD.replace(b"\n\ndef", b"\nimport c, d\n\ndef")
    moved = rebased(EDITS, FUNCTION, OLD, new)
    assert moved is not None
    assert apply_edits(new, moved) == new.replace(b"slow", b"fast").replace(
        b"import a", b"import b\nimport a"
    )


def test_typing_in_the_function_refuses() -> None:
    assert rebased(EDITS, FUNCTION, OLD, OLD.replace(b"slow()", b"slow(1)")) is None


def test_replacing_everything_refuses() -> None:
    assert rebased(EDITS, FUNCTION, OLD, b"something else") is None

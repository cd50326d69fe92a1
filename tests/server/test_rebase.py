"""Edits for an earlier text, done to a later one."""

from __future__ import annotations

import random
from itertools import accumulate

from analyzers.findings import Edit, Place
from analyzers.text import Span
from lsp_server.fixes import apply_edits
from lsp_server.rebase import changed_part, rebased, steps

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


def test_steps_lead_to_the_text_piece_by_piece() -> None:
    pieces = [f"def f{n}(rows):\n    return rows[{n}]\n\n\n".encode() for n in range(12)]
    old, cuts = b"".join(pieces), [*accumulate(map(len, pieces))][:-1]
    cuts = [cut - 3 for cut in cuts]  # at the end of a line
    rng = random.Random(2)
    for _ in range(500):
        changed = sorted(rng.sample(range(12), rng.randint(1, 4)))
        now = list(pieces)
        for at in changed:
            now[at] = now[at].replace(b"rows[", rng.choice((b"rows[1 + ", b"[", b"rows [")))
            now[at] = now[at].replace(b"]\n", rng.choice((b"]\n", b"] + rows\n")))
        found = steps(old, b"".join(now), cuts, 8)
        assert found is not None
        assert found[-1] == b"".join(now)
        assert len(found) == len(changed)
        assert steps(old, b"".join(now), cuts, len(changed) - 1) is None or len(changed) == 1


def test_steps_lead_to_any_text() -> None:
    rng = random.Random(3)
    for _ in range(3_000):
        old, new = (bytes(rng.choice(b"ab\n") for _ in range(rng.randint(0, 30))) for _ in range(2))
        cuts = sorted(rng.sample(range(1, 40), 4))
        found = steps(old, new, [cut for cut in cuts if cut < len(old)], 100)
        assert found is not None
        assert found[-1] == new

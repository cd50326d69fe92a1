"""What is asked of a piece of code is answered once, and let go of when nobody asks any more."""

from __future__ import annotations

import pytest

from analyzers import facts as f
from analyzers.evaluate import remembered as memory
from analyzers.evaluate.remembered import MAX_KEPT, by_parts, chained, remembered, turn


def test_what_is_asked_again_stays_and_the_rest_goes() -> None:
    asked: list[str] = []

    @remembered
    def name(node: f.Name) -> str:
        asked.append(node.id)
        return node.id

    live, dead = f.Name(0, 1, "live"), f.Name(0, 1, "dead")
    name(dead)
    for _ in range(4):
        assert name(live) == "live"
        turn()
    assert asked == ["dead", "live"]
    name(dead)
    assert asked == ["dead", "live", "dead"]


def test_what_is_asked_all_the_time_outlives_many_other_questions() -> None:
    asked: list[str] = []

    @remembered
    def name(node: f.Name) -> str:
        asked.append(node.id)
        return node.id

    live, others = f.Name(0, 1, "live"), [f.Name(0, 1, "other") for _ in range(2 * MAX_KEPT)]
    for other in others:
        name(live)
        name(other)
    assert asked.count("live") == 1


def test_where_nothing_is_edited_a_long_body_is_one_question(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    @by_parts(chained)
    def jumps(code: object) -> tuple[object, ...]:
        asked.append(code)
        return code if isinstance(code, tuple) else (code,)

    def body() -> tuple[f.Jump, ...]:
        return tuple(f.Jump(at, at + 1, "break") for at in range(2 * memory.LONG))

    edited = body()
    assert set(jumps(edited)) == set(edited)  # type: ignore[arg-type]
    assert len(asked) == len(edited)
    asked.clear()
    monkeypatch.setattr(memory, "_longest", memory._longest)
    monkeypatch.setattr(memory, "_most", memory._most)
    memory.nothing_is_edited()
    read = body()
    assert jumps(read) == read
    assert len(asked) == 1

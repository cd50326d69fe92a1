"""What is asked of a piece of code is answered once, and let go of when nobody asks any more."""

from __future__ import annotations

from analyzers import facts as f
from analyzers.evaluate.remembered import remembered, turn


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

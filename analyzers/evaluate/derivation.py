"""How a contribution became what it is in total: the rules of the algebra that were applied to it, in words."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from analyzers.costs import Cost, Size
from analyzers.evaluate.events import Loop, Part

MAX_STEPS = 4
"""Steps that are told; the outermost of a deep nest say nothing new."""


def over_loop(part: Part, loop: Loop) -> Part:
    """The contribution, summed over all turns of a loop that was around it."""
    total = part.cost.summed(loop.number, loop.turns)
    return _with_step(replace(part, cost=total), _summed(part.cost, loop))


def on_last_turn(part: Part, largest: Cost) -> Part:
    """The contribution of what leaves the loops around it, at its largest."""
    return _with_step(replace(part, cost=largest), "once, on the last turn")


def with_grown(part: Part, grown: Mapping[Size, Cost]) -> Part:
    """The contribution, with the sizes of containers replaced by what they grew to."""
    for size in part.cost.sizes:
        if size in grown:
            part = _with_step(part, f"{size.label} grows to {grown[size].formula()}")
    return replace(part, cost=part.cost.substitute(grown.get))


def told(part: Part) -> str:
    """The contribution in one line: what it is, the steps, the total."""
    return "; ".join((part.text, *part.steps, f"in total {part.cost}"))


def _with_step(part: Part, step: str) -> Part:
    if not step or len(part.steps) >= MAX_STEPS or step in part.steps:
        return part
    return replace(part, steps=(*part.steps, step))


def _summed(cost: Cost, loop: Loop) -> str:
    """Which rule the sum over the loop's turns follows for the largest term."""
    if cost.unknown or loop.turns.is_constant:
        return ""
    for size, (power, _) in sorted(cost.leading.factors, key=lambda factor: factor[1], reverse=True):
        if size.loops[:1] != (loop.number,):
            continue
        together = size.total.formula() if size.total is not None else size.summed().label
        if power > 1:
            return (
                f"over {loop.label}, at most the largest {size.label} times all of them together ({together})"
            )
        if power == 1:
            return f"over {loop.label}, all {size.label} add up to {together}"
    if loop.turns.unknown:
        return f"on every turn of the loop over {loop.label}"
    return f"on each of {loop.turns.formula()} turns over {loop.label}"

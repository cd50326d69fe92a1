"""How the arguments of a self call differ from the parameters they are passed for, and what kind of step that makes."""

from __future__ import annotations

from analyzers import facts as f
from analyzers import ways
from analyzers.evaluate.recursion.recording import SelfCall
from analyzers.ways import Way

CONSTANT, FRESH = "constant", "fresh"
"""A value written out in the code; one that does not come from a parameter."""

WALK, HALF, SPLIT, STEP, BITS, AROUND, NONE = "walk", "half", "split", "step", "bits", "around", "none"

_OWN = (
    (WALK, ways.INSIDE),
    (HALF, frozenset({ways.MIDDLE, ways.HALF_SPAN, ways.HALF, ways.HALVED, ways.REMAINDER, ways.TWICE})),
    (SPLIT, frozenset({ways.BETWEEN, ways.SHORTER, ways.FILTERED})),
    (STEP, frozenset({ways.REST, ways.DOWN, ways.UP})),
    (BITS, frozenset({ways.BITS})),
    (AROUND, frozenset({ways.AROUND})),
)
"""What the change of one parameter says of the whole call, the most telling first."""


def own(function: f.Function, call: SelfCall) -> dict[str, Way]:
    """The parameters that are handed on changed, each with how."""
    found: dict[str, Way] = {}
    for name, value in call.arguments.items():
        root = root_of(function, name)
        way = value.way
        if way is None:
            few = value.size is not None and value.size.is_constant
            plain = value.const is not None or value.kind in ("bool", "none") or few
            found[name] = Way(CONSTANT if plain else FRESH, (root,))
        elif root not in way.roots:
            found[name] = Way(_crossed(way), (root, *way.roots), way.path)
        elif way.kind != ways.SAME:
            found[name] = way
    return found


def root_of(function: f.Function, name: str) -> str:
    return f"{function.qualname}:{name}"


def _crossed(way: Way) -> str:
    """Another parameter's value: a neighbour's end moved up or down lies between the two."""
    if way.kind in (ways.UP, ways.DOWN, ways.FROM, ways.UPTO, ways.AROUND):
        return ways.BETWEEN
    return f"another's {way.kind}"


def kind_of(function: f.Function, call: SelfCall) -> str:
    """What kind of step a self call makes."""
    moved = own(function, call)
    kinds = {way.kind for way in moved.values()}
    for kind, told_by in _OWN:
        told = kinds & told_by
        if kind == SPLIT and told == {ways.BETWEEN} and not _both_ends(moved):
            continue
        if told:
            return kind
    receivers = {root_of(function, name) for name in ("self", "this", "cls")}
    if any(is_inside({way.kind}) and not receivers & set(way.roots) for way in moved.values()):
        return WALK
    return NONE


def _both_ends(moved: dict[str, Way]) -> bool:
    """A range is split where one end lies between the two ends it had, not where a value is computed from two."""
    return all(way.kind in (ways.BETWEEN, CONSTANT) or len(way.roots) == 1 for way in moved.values())


def on_two_sides(function: f.Function, calls: tuple[SelfCall, ...]) -> str:
    """The parameter that ends a range which two calls share between them: `f(low, cut)` and `f(cut + 1, high)`."""
    if len(calls) != 2 or any(call.repeats for call in calls):
        return ""
    first, second = (own(function, call) for call in calls)
    for one, other in ((first, second), (second, first)):
        for name, way in one.items():
            moved = {
                q for q, w in other.items() if q not in one and (_is_cut(w) or w.kind in (ways.UP, ways.DOWN))
            }
            if _is_cut(way) and moved - {name} and not (name in other and _is_cut(other[name])):
                return name
    return ""


def _is_cut(way: Way) -> bool:
    """A place that was found, not counted to."""
    return way.kind in (FRESH, ways.BETWEEN, f"another's {ways.LINKED}")


def is_inside(kinds: set[str]) -> bool:
    """True if a parameter is handed on as a part of what it was, or of another parameter."""
    return any(kind.endswith((ways.PART, ways.LINKED)) for kind in kinds)


def varying(function: f.Function, calls: list[SelfCall]) -> dict[str, set[str]]:
    """The parameters that change in some call, with the kinds of change."""
    found: dict[str, set[str]] = {}
    for call in calls:
        for name, way in own(function, call).items():
            found.setdefault(name, set()).add(way.kind)
    return found

"""The sizes of a recurrence: how many values a parameter takes, how deep the calls go, what belongs to a node alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from analyzers import facts as f
from analyzers import ways
from analyzers.costs import ONE, UNKNOWN, Cost, Size
from analyzers.evaluate.recursion import bounds, moves
from analyzers.evaluate.recursion.recording import SelfCall
from analyzers.evaluate.run import Run


@dataclass(frozen=True, slots=True)
class Reaches:
    """The sizes of a recursive function that has been run, in the names of its parameters and of what it captures."""

    run: Run
    function: f.Function
    functions: tuple[f.Function, ...]
    calls: list[SelfCall]
    changes: dict[str, set[str]]

    def formal(self, name: str) -> Cost:
        """The size of what is passed for a parameter at first."""
        value = self.run.formals.get(name)
        if value is None:
            return UNKNOWN
        if value.kind in ("int", "float"):
            return self.run.magnitude(value)
        kinds = self.changes.get(name, set())
        if value.kind == "unknown" and kinds & (ways.NUMBERS | {ways.TWICE, ways.REMAINDER}):
            return self.run.magnitude(value)
        return self.run.extent(value)

    def reach(self, name: str) -> Cost | None:
        """How many different values a parameter takes; None if that is not known."""
        kinds = self.changes.get(name, set())
        if kinds <= {moves.CONSTANT, ways.SMALL}:
            return ONE
        if moves.is_inside(kinds):
            found = bounds.looked_up_in(self.run, self.functions, name)
            return found[1] if found is not None else self.formal(name)
        if kinds & ways.SMALLER or ways.HALVED in kinds:
            return self.formal(name)
        if kinds & {ways.BITS}:
            return self.bits(name)
        if kinds <= {ways.HALF, ways.HALF_SPAN, ways.REMAINDER, moves.CONSTANT}:
            return self.formal(name).log()
        varying = frozenset(self.changes)
        if kinds & {
            ways.UP,
            ways.FROM,
            ways.TWICE,
            ways.AROUND,
            ways.MIDDLE,
            ways.BETWEEN,
            moves.FRESH,
        } or any(k.startswith("another's") for k in kinds):
            found_bound = bounds.rising(self.run, self.functions, name, varying)
            if found_bound is not None or not kinds & {ways.MIDDLE, ways.BETWEEN, ways.DOWN, ways.UPTO}:
                return found_bound
        if kinds & {ways.DOWN, ways.UPTO, ways.MIDDLE, ways.BETWEEN}:
            return self.formal(name)
        return None

    def bits(self, name: str) -> Cost | None:
        """The subsets of what the bits of a number stand for."""
        for call in self.calls:
            for loop in call.loops:
                if not loop.turns.is_constant:
                    return loop.turns.exponential(2.0)
        for other in self.changes:
            if other != name and (reach := self.reach(other)) is not None and not reach.is_constant:
                return reach.exponential(2.0)
        return None

    def neighbours(self, name: str) -> Cost:
        """All that the containers found under a parameter hold together."""
        found = bounds.looked_up_in(self.run, self.functions, name)
        if found is None:
            return ONE
        container, _ = found
        return Cost.of(
            Size(f"Σ|{container}[{name}]|", f"all of {container} together", key=self.key(found[1]))
        )

    @staticmethod
    def key(of: Cost) -> str:
        return next((size.key for size in of.sizes), "")

    def own_parts(self, names: list[str]) -> Callable[[Size], Cost | None]:
        """What a size in the work at one node comes to over the whole walk: 1 for what belongs to that node alone.

        What all nodes share (other parameters, captured names) is paid at each. What the nodes have of their own adds up to
        no more than the structure. A callee that walks all that lies below a node is as long as this walk, in the
        worst case.
        """
        walked = {
            size
            for part in self.run.frames[0].parts
            if part.text.startswith("calls ")
            for size in part.cost.sizes
        }
        below = {
            value.label: self.formal(name)
            for call in self.calls
            for name in names
            if (value := call.arguments.get(name)) is not None and value.label
        }
        shared = frozenset(p for p in self.run.formals if p not in names)
        looped = {
            size
            for call in self.calls
            for loop in call.loops
            for size in loop.turns.sizes
            if loop.over.way is not None and loop.over.way.kind in ways.INSIDE | ways.SMALLER | {ways.SAME}
        }

        def at_each(size: Size) -> Cost | None:
            if size in looped:
                return ONE
            words = _words(size.label.removeprefix("max "))
            plain = size.label.strip("|Σ")
            if size in walked and (plain in names or plain in below):
                return below.get(plain)
            if words & frozenset(names):
                return ONE
            if size.label.startswith("Σ") or not words:
                return ONE if not words & shared else None
            root = _first_word(plain)
            outer = self.run.outer
            captured = root not in self.run.env and outer is not None and outer.lookup(root) is not None
            return None if root in shared or captured or size.key.startswith("grown") else ONE

        return at_each

    def depth(self) -> Cost | None:
        """How deep the recursion goes: the range of a parameter that steps, or of what it fills."""
        found: Cost | None = None
        stepping = {ways.UP, ways.DOWN, ways.REST, ways.SHORTER, ways.BETWEEN, ways.FILTERED}
        for name, kinds in self.changes.items():
            if not kinds & stepping:
                continue
            reach = self.reach(name)
            if reach is None or reach.unknown:
                continue
            if (
                kinds & {ways.UP}
                and bounds.rising(self.run, self.functions, name, frozenset(self.changes)) is None
            ):
                continue
            if found is None or found.is_constant:
                found = reach
        return found

    def filled(self, undone: frozenset[str]) -> Cost | None:
        """`if len(path) == n`: how far what is filled and emptied again gets."""
        for root in sorted(undone):
            found = bounds.rising(self.run, self.functions, f"len({root})", frozenset(self.changes))
            if found is not None:
                return found
        return None

    def divided(self) -> Cost | None:
        """What is halved: a container, a number, or the range between two."""
        halving = {ways.HALF, ways.HALVED, ways.REMAINDER, ways.TWICE, ways.HALF_SPAN}
        for name, kinds in self.changes.items():
            if ways.TWICE in kinds:
                return self.reach(name)
            if kinds & halving:
                return self.formal(name)
        for name, kinds in self.changes.items():
            if ways.MIDDLE in kinds:
                roots = {r for c in self.calls for v in c.arguments.values() if v.way for r in v.way.roots}
                last = [p for p in self.run.formals if moves.root_of(self.function, p) in roots]
                return self.formal(last[-1] if last else name)
        return None


def _first_word(label: str) -> str:
    return label.partition(".")[0].partition("[")[0].partition("(")[0]


def _words(label: str) -> frozenset[str]:
    word, found = "", set()
    for char in f"{label} ":
        if char.isalnum() or char == "_":
            word += char
        else:
            found.add(word)
            word = ""
    return frozenset(found)

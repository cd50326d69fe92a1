"""What a function called from a loop's body takes out of containers, and puts into them."""

from __future__ import annotations

from collections.abc import Callable

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.evaluate.run import Run
from analyzers.evaluate.turns.whiles.paths import Walk


def helper_of(run: Run) -> Callable[[f.Call], tuple[frozenset[str], frozenset[str]]]:
    """For calls of functions defined in the same file: the containers they take from on every path, and put into."""

    def effects(call: f.Call) -> tuple[frozenset[str], frozenset[str]]:
        if not isinstance(call.func, f.Name):
            return frozenset(), frozenset()
        target = run.lookup(call.func.id)
        if target is None or target.ref is None or target.ref[0] != run.path:
            return frozenset(), frozenset()
        function = run.summaries.project.function(*target.ref)
        if function is None or function.name == run.function.name:
            return frozenset(), frozenset()
        ends = Walk().body(function.body)
        if not ends:
            return frozenset(), frozenset()
        given = {
            p.name: shapes.text_of(a) for p, a in zip(function.params, call.args, strict=False) if p.name
        }
        own = {
            name
            for s in shapes.walk(function.body)
            if isinstance(s, f.Assign)
            for t in s.targets
            if (name := shapes.text_of(t))
        }
        free = frozenset(given) | {p.name for p in function.params} | own

        def outside(names: frozenset[str]) -> frozenset[str]:
            return frozenset(given.get(n, "") if n in free else n for n in names) - {""}

        pops = frozenset.intersection(*(s.pops for s in ends))
        puts = frozenset[str]().union(*(s.puts for s in ends))
        return outside(pops), outside(puts)

    return effects

"""What a function called from a loop's body takes out of containers, and puts into them."""

from __future__ import annotations

from collections.abc import Callable

from analyzers import facts as f
from analyzers.evaluate import evidence, shapes
from analyzers.evaluate.run import Run
from analyzers.evaluate.turns.whiles.paths import Walk
from analyzers.project import names
from analyzers.types import Value


def helper_of(run: Run) -> Callable[[f.Call], tuple[frozenset[str], frozenset[str]]]:
    """For calls of functions defined in the same file, and of objects' methods: the containers they take from on every
    path, and put into."""

    def effects(call: f.Call) -> tuple[frozenset[str], frozenset[str]]:
        if isinstance(call.func, f.Attr):
            return _of_method(run, call.func)
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

        def outside(inside: frozenset[str]) -> frozenset[str]:
            return frozenset(given.get(n, "") if n in free else n for n in inside) - {""}

        pops = frozenset.intersection(*(s.pops for s in ends))
        puts = frozenset[str]().union(*(s.puts for s in ends))
        return outside(pops), outside(puts)

    return effects


def _of_method(run: Run, func: f.Attr) -> tuple[frozenset[str], frozenset[str]]:
    """What a method takes from containers of its object, and puts into them: `slot.next_one()` pops `slot.queue`."""
    held = _held(run, func.obj)
    project = run.summaries.project
    if held is None or held.kind != "instance" or held.ref is None or run.language != "python":
        return frozenset(), frozenset()
    found = names.member(project, *held.ref, func.name)
    function = project.function(found.path, found.qualname) if found and found.kind == "function" else None
    if function is None or function is run.function or not function.params or function.is_generator:
        return frozenset(), frozenset()
    ends = Walk().body(function.body)
    this, holder = f"{function.params[0].name}.", f"{shapes.text_of(func.obj)}."

    def outside(inside: frozenset[str]) -> frozenset[str]:
        return frozenset(holder + name.removeprefix(this) for name in inside if name.startswith(this))

    if not ends:
        return frozenset(), frozenset()
    pops = frozenset.intersection(*(end.pops for end in ends))
    return outside(pops), outside(frozenset[str]().union(*(end.puts for end in ends)))


def _held(run: Run, node: f.Expr) -> Value | None:
    """The object that a name holds, or an attribute of the object at hand."""
    if isinstance(node, f.Name):
        return run.lookup(node.id)
    if not isinstance(node, f.Attr) or not isinstance(node.obj, f.Name):
        return None
    owner = run.lookup(node.obj.id)
    if owner is None or owner.kind != "instance" or owner.ref is None:
        return None
    return evidence.attribute_of_instance(run.summaries.project, *owner.ref, node.name, run.language)

"""What a function puts together by hand: `rooms = [own]`, and one more where a condition says so.

How long such a list gets is in the text. It is told only once all of the function was run, and only of a name that nothing
else is handed that might fill it: of what code does that is not known, nobody has seen how much.
"""

from __future__ import annotations

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.costs import ONE, Cost, Size
from analyzers.evaluate import lengthening, shapes
from analyzers.evaluate.events import Loop, Operated
from analyzers.evaluate.remembered import among, remembered
from analyzers.evaluate.run import Run
from analyzers.evaluate.turns import paid
from analyzers.types import Value


def tell(run: Run) -> None:
    """Put into what a function that has been run does in loops how long its lists have got."""
    analysis = run.analysis
    analysis.loops[:] = [replace(loop, turns=run.settled(loop.turns)) for loop in analysis.loops]
    for position, query in enumerate(analysis.queries):
        if any(_is_handful(run, loop.turns) for loop in query.loops):
            analysis.queries[position] = replace(query, loops=_told(run, query.loops))
    for position, operation in enumerate(analysis.operations):
        few = _is_handful(run, operation.cost) and not _is_filled_meanwhile(run, operation)
        if few or any(_is_handful(run, loop.turns) for loop in operation.loops):
            cost = run.settled(operation.cost) if few else operation.cost
            analysis.operations[position] = replace(operation, cost=cost, loops=_told(run, operation.loops))


def _told(run: Run, loops: tuple[Loop, ...]) -> tuple[Loop, ...]:
    return tuple(replace(loop, turns=ONE) if _is_handful(run, loop.turns) else loop for loop in loops)


def _is_handful(run: Run, cost: Cost) -> bool:
    """True if all that a loop goes over, or an operation looks at, was put there by hand."""
    sizes = cost.sizes
    return (
        bool(sizes)
        and all(size in run.grown and _is_named(run, size) for size in sizes)
        and run.settled(cost).is_constant
    )


def _is_filled_meanwhile(run: Run, operation: Operated) -> bool:
    """True if a loop around an operation makes longer what it looks at: then each turn finds more."""
    sizes = operation.cost.sizes
    return any((size, loop.number) in run.analysis.growths for size in sizes for loop in operation.loops)


def _is_named(run: Run, size: Size) -> bool:
    return _is_filled_here(run, size.label.strip("|"))


def so_far(run: Run, value: Value) -> Value:
    """A list as it is shown now: one that no loop has filled is as long as the text says."""
    size = value.grown
    if size is None or size not in run.frames[-1].born or not _is_filled_here(run, value.label):
        return value
    held = run.frames[-1].growth.get(size, ONE)
    return replace(value, size=ONE, grown=None) if held.is_constant else value


def _is_filled_here(run: Run, name: str) -> bool:
    """True if the statements of the function alone make a name longer."""
    return among(_filled, run.function.body, name) and name not in lengthening.grown_inside(run)


@remembered
def _filled(body: tuple[f.Stmt, ...]) -> frozenset[str]:
    """The names that a body fills, and hands to nothing that might fill them as well."""
    filled: set[str] = set()
    handed: set[str] = set()
    for node in shapes.nodes(body):
        if isinstance(node, f.Assign):
            for target in node.targets:
                if isinstance(target, f.Index):
                    filled.add(shapes.text_of(target.obj))
                elif isinstance(target, f.Name) and lengthening.is_made_of(node.value, target.id):
                    filled.add(target.id)
            handed.add(shapes.text_of(node.value) if isinstance(node.value, f.Name) else "")  # `ys = xs`
        elif isinstance(node, f.Update):
            filled.add(shapes.text_of(node.target))
        elif isinstance(node, f.For) and isinstance(node.iter, f.Collection):
            handed.update(map(shapes.text_of, node.iter.items))  # `for one in (xs, ys): one.append(x)`
        elif isinstance(node, f.Call):
            if isinstance(node.func, f.Attr) and node.func.name in lengthening.FILLING:
                filled.add(shapes.text_of(node.func.obj))
            if shapes.dotted(node.func) not in paid.LOOKS:
                handed.update(shapes.text_of(one) for one in (*node.args, *(k.value for k in node.keywords)))
    return frozenset(name for name in filled - handed if name.isidentifier())

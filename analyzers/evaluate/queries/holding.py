"""Rows that are put into something: a list, a group under a key, a pair, an object.

What a container holds is followed only for rows: their query, and what it loaded, is what a later loop has to know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.evaluate.run import Run
from analyzers.types import Token, Value, join, joined

DEPTH = 3
"""How deep rows are looked for: a group, in a mapping, of pairs."""

_MAPPINGS = ("dict", "sorteddict")
_SEQUENCES = ("list", "set", "deque", "queue", "priorityqueue", "sortedlist", "sortedset")
_LAZY = ("queryset", "manager", "query", "rows")
_OPENED = ("setdefault", "get")
"""Methods of a mapping that give the container under a key, to be put into."""


def rows(value: Value, depth: int = DEPTH) -> Iterator[Value]:
    """The row that a value is, or those it holds."""
    if value.kind == "row":
        yield value
    elif depth:
        for part in (value.of, value.values, *(value.items or ()), *(v for _, v in value.entries)):
            if part is not None:
                yield from rows(part, depth - 1)


def holds_rows(value: Value | None) -> bool:
    """True if a value is a row or a set of rows, or holds one."""
    return value is not None and (value.kind in _LAZY or next(rows(value), None) is not None)


def named(value: Value, levels: int = 2) -> Value:
    """A value that gets a name in a mapping, with what it holds by name itself: rows, and only so deep.

    `found["found"] = found`, again and again, would double at every step.
    """
    if not value.entries:
        return value
    kept = ((name, named(held, levels - 1)) for name, held in value.entries if holds_rows(held))
    return replace(value, entries=tuple(kept) if levels else ())


def put(run: Run, holder: f.Expr, value: Value, received: Value) -> None:
    """`holder.append(value)`, `holder[key] = value`, where `holder` is itself found in something.

    `received` is what the holder was seen as: a container that a mapping makes when a key is new to it is known by that alone.
    """
    if not holds_rows(value) or isinstance(holder, f.Name):
        return
    plain = value.plain()
    change(run, holder, lambda known: _filled(known if known is not None else received, plain))


_Change = Callable[["Value | None"], "Value | None"]


def change(run: Run, holder: f.Expr, by: _Change) -> None:
    """Put something changed in the place of what a name, an entry or an attribute of `self` holds."""
    if isinstance(holder, f.Name):
        changed = by(run.env.get(holder.id))
        if changed is not None and holder.id in run.env:
            run.bind(holder.id, changed)
    elif isinstance(holder, f.Index):
        index = holder.index
        key = index.value if isinstance(index, f.Const) and isinstance(index.value, str) else None
        change(run, holder.obj, lambda whole: _inside(whole, by, key))
    elif isinstance(holder, f.Call) and isinstance(holder.func, f.Attr) and holder.func.name in _OPENED:
        change(run, holder.func.obj, lambda whole: _inside(whole, by))
    elif isinstance(holder, f.Attr) and isinstance(holder.obj, f.Name) and holder.obj.id == "self":
        changed = by(run.stored.get(holder.name))
        if changed is not None and (holder.name in run.stored or holds_rows(changed)):
            run.stored[holder.name] = changed


def _inside(whole: Value | None, change: _Change, key: str | None = None) -> Value | None:
    """A container in which what it holds has changed, under the key where that is written out."""
    if whole is None:
        return None
    if whole.kind in _MAPPINGS and key in dict(whole.entries):
        return replace(
            whole, entries=tuple((n, _changed(v, change) if n == key else v) for n, v in whole.entries)
        )
    if whole.kind in _MAPPINGS:
        return replace(whole, values=change(whole.values))
    return replace(whole, of=change(whole.of), items=None) if whole.kind in _SEQUENCES else whole


def _changed(value: Value, change: _Change) -> Value:
    changed = change(value)
    return value if changed is None else named(changed)


def _filled(container: Value, value: Value) -> Value:
    """A container with one thing more."""
    if container.kind in _MAPPINGS:
        known = container.values
        return replace(container, values=value if known is None else join(known, value))
    if container.kind in _SEQUENCES:
        known = container.of
        # A display that is put into later is not as long as it is written.
        size = None if container.is_constant_size and container.grown is None else container.size
        held = value if known is None else join(known, value)
        return replace(container, of=held, items=None, label="", size=size)
    return container


def chosen_by(run: Run, holder: Value, put: Value) -> frozenset[Token]:
    """What a container depends on once a value is put into it: the parameters that the value depends on, and the loops that the
    container was made in. Of a loop around which it outlives, it holds something of each turn."""
    around = {loop.number for loop in run.loops[: holder.born]}
    return frozenset(token for token in put.depends if isinstance(token, str) or token in around)


def filled_parameters(run: Run, handed: Mapping[str, Value]) -> Iterator[tuple[str, Value]]:
    """The parameters into which a function puts rows, or what depends on others: `def fill(found): found.append(row)`,
    `def narrow(query, key, value): query[key] = value`. `handed` is what they held at first."""
    for param in run.function.params:
        before, now = handed.get(param.name), run.env.get(param.name)
        if before is None or now is None or now.kind not in (*_SEQUENCES, *_MAPPINGS) or now is before:
            continue
        if now.label != param.name:
            continue
        same = before.of == now.of and before.values == now.values
        if not same and holds_rows(now):
            yield param.name, now
        elif now.token == before.token and not now.depends <= before.depends:
            yield param.name, Value(now.kind, depends=now.depends)


def merge(run: Run, argument: Value | None, filled: Value) -> None:
    """A container that was handed to a function holds what that has put into it."""
    if argument is None or argument.label not in run.env or argument.kind != filled.kind:
        return
    known = run.env[argument.label]
    if known.token != argument.token or not known.token:
        return
    of = joined(v for v in (known.of, filled.of) if v is not None)
    values = joined(v for v in (known.values, filled.values) if v is not None)
    depends = known.depends | chosen_by(run, known, filled)
    run.bind(argument.label, replace(known, of=of, values=values, items=None, depends=depends))

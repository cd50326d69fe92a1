"""Where rows came from, as a function sees it that is run for their kinds: by a number, and from its own rows on.

A nested serializer does the same with a row of every view, and a helper with the rows of every query: what they ask of
it is what was loaded *below* the row they were handed, not where the query stands, how it is written or by which way the
row was reached from it. So a function is run for rows of a query `<1>`, at a path `<1>`, that has loaded below it what the
real one has, and all callers whose rows agree in that share the run. In what the run comes to, the caller's own query and
path are put in their place again, with what the function itself has loaded since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from analyzers.evaluate.events import Loop, Queried, Summary
from analyzers.findings import Place
from analyzers.text import Span
from analyzers.types import ANYTHING, Origin, Value, is_certain

Key = tuple[str, str]

_SETS = ("loads", "prefetches", "shared")
"""What of an origin names paths of relations that are read from a row on; columns that were left out are told by longer ways."""


def apart(formals: dict[str, Value], *, by_path: bool) -> tuple[dict[str, Value], Hidden | None]:
    """What the parameters hold, with their rows' queries told apart by numbers alone; and how to put the real ones back.

    `by_path` says that paths are those of relations, so that rows can be known from themselves on.
    """
    paths: dict[Origin, set[str] | None] = {}
    for value in formals.values():
        _note(value, paths)
    if not paths:
        return formals, None
    hidden = Hidden(paths, by_path)
    return {name: hidden.of(value) for name, value in formals.items()}, hidden


def _note(value: Value, paths: dict[Origin, set[str] | None]) -> None:
    """Note by which paths the rows of each query are reached; None for a query of which there is more than rows."""
    if value.origin is not None:
        known = paths.setdefault(value.origin, set())
        if value.kind != "row":
            paths[value.origin] = None
        elif known is not None:
            known.add(value.path)
    for part in _parts(value):
        _note(part, paths)


def _parts(value: Value) -> Iterator[Value]:
    if value.of is not None:
        yield value.of
    if value.values is not None:
        yield value.values
    if value.bound is not None:
        yield value.bound
    if value.items:
        yield from value.items
    for _, held in value.entries:
        yield held


class _Stand(Struct, frozen=True):
    """What stands for a query in a run: `seen` is what the function sees of the `real` one, whose rows are reached by `path`,
    which it sees as `mark`; both are empty where it sees the query's own rows."""

    seen: Origin
    real: Origin
    path: str
    mark: str


class Hidden:
    """The queries of what a function is handed, and what stands for them in its run."""

    def __init__(self, paths: Mapping[Origin, set[str] | None], by_path: bool) -> None:
        self._places: dict[Place, Place] = {}
        self._roots: dict[Key, Key] = {}
        self._shown: dict[object, Any] = {}  # what a label, a place, a model of a query is really
        self._stands: dict[Origin, _Stand] = {}
        self._by_mark: dict[str, _Stand] = {}
        self._seen: dict[Origin, Origin] = {}  # what the run has made of a query's own rows, and what that is
        for number, (origin, at) in enumerate(paths.items(), 1):
            path = next(iter(at)) if at is not None and len(at) == 1 and by_path else ""
            self._add(origin, path if _can_be_cut(origin) else "", number)

    def _add(self, origin: Origin, path: str, number: int) -> None:
        mark = f"<{number}>"
        seen = replace(
            origin,
            place=self._place(origin.place),
            first=self._place(origin.first) if origin.first is not None else None,
            label=mark,
            root=self._root(origin.root) if origin.root is not None else None,
        )
        self._shown[mark] = origin.label
        if path:
            # Whether it is a row of the very row that was asked for is all that the way there tells.
            mark = f"{mark}__{mark}" if origin.one and "__" in path else mark
            below = {name: _below(getattr(origin, name), path, mark) for name in _SETS}
            seen = replace(seen, certain=is_certain(origin, f"{path}__"), **below)
            self._by_mark[f"<{number}>"] = _Stand(seen, origin, path, mark)
        self._stands[origin] = _Stand(seen, origin, path, mark)

    def _place(self, place: Place) -> Place:
        found = self._places.get(place)
        if found is None:
            at = len(self._places)
            found = self._places[place] = Place("<rows>", Span(at, at))
            self._shown[found] = place
        return found

    def _root(self, root: Key) -> Key:
        found = self._roots.get(root)
        if found is None:
            found = self._roots[root] = ("", f"<{len(self._roots)}>")
            self._shown[found] = root
        return found

    # ---------------------------------------------------------------------------------------- what a run sees

    def of(self, value: Value) -> Value:
        origin, path = value.origin, value.path
        if origin is not None:
            stand = self._stands[origin]
            origin, path = stand.seen, stand.mark if stand.path else path
        elif not any(True for _ in _parts(value)):
            return value
        return replace(
            value,
            origin=origin,
            path=path,
            of=self.of(value.of) if value.of is not None else None,
            values=self.of(value.values) if value.values is not None else None,
            bound=self.of(value.bound) if value.bound is not None else None,
            items=tuple([self.of(item) for item in value.items]) if value.items is not None else None,
            entries=tuple([(name, self.of(held)) for name, held in value.entries]),
        )

    # ----------------------------------------------------------------------------------------- what is shown

    def shown(self, summary: Summary) -> Summary:
        """What a run comes to, with the caller's queries in place of what stood for them."""
        queries = tuple([self._query(query) for query in summary.queries])
        returns = self._value(summary.returns)
        sets, fills, stores = map(self._named, (summary.sets, summary.fills, summary.stores))
        same = (
            returns is summary.returns
            and sets is summary.sets
            and fills is summary.fills
            and stores is summary.stores
            and all(a is b for a, b in zip(queries, summary.queries, strict=True))
        )
        if same:
            return summary
        return replace(summary, queries=queries, returns=returns, sets=sets, fills=fills, stores=stores)

    def _named(self, held: tuple[tuple[str, Value], ...]) -> tuple[tuple[str, Value], ...]:
        shown = tuple([(name, self._value(value)) for name, value in held])
        return held if all(a is b for (_, a), (_, b) in zip(shown, held, strict=True)) else shown

    def _query(self, query: Queried) -> Queried:
        relation, origin = self._path(query.relation), self._origin(query.origin, query.relation)
        loops = tuple([self._loop(loop) for loop in query.loops])
        within = self._loop(query.within) if query.within is not None else None
        same = relation is query.relation and origin is query.origin and within is query.within
        if same and all(a is b for a, b in zip(loops, query.loops, strict=True)):
            return query
        return replace(query, relation=relation, origin=origin, loops=loops, within=within)

    def _loop(self, loop: Loop) -> Loop:
        over = self._value(loop.over)
        return loop if over is loop.over else replace(loop, over=over)

    def _value(self, value: Value) -> Value:
        origin, path = self._origin(value.origin, value.path), self._path(value.path)
        of = self._value(value.of) if value.of is not None else None
        values = self._value(value.values) if value.values is not None else None
        bound = self._value(value.bound) if value.bound is not None else None
        items = value.items
        if items:
            items = tuple([self._value(item) for item in items])
            items = (
                value.items if all(a is b for a, b in zip(items, value.items or (), strict=True)) else items
            )
        entries = self._named(value.entries) if value.entries else value.entries
        if (
            origin is value.origin
            and path is value.path
            and of is value.of
            and values is value.values
            and bound is value.bound
            and items is value.items
            and entries is value.entries
        ):
            return value
        return replace(
            value, origin=origin, path=path, of=of, values=values, bound=bound, items=items, entries=entries
        )

    def _path(self, path: str) -> str:
        stand = self._stand_at(path)
        return stand.path + path[len(stand.mark) :] if stand is not None else path

    def _stand_at(self, path: str) -> _Stand | None:
        return self._by_mark.get(path[: path.find(">") + 1]) if path.startswith("<") else None

    def _origin(self, origin: Origin | None, path: str) -> Origin | None:
        if origin is None:
            return None
        stand = self._stand_at(path)
        if stand is not None:
            return stand.real if origin == stand.seen else self._changed(origin, stand)
        shown = self._seen.get(origin)
        if shown is None:
            shown = self._seen[origin] = self._with_places(origin)
        return shown

    def _with_places(self, origin: Origin) -> Origin:
        shown = self._shown
        if not (
            origin.place in shown or origin.first in shown or origin.label in shown or origin.root in shown
        ):
            return origin
        sets = (
            {name: frozenset(map(self._path, getattr(origin, name))) for name in _SETS}
            if self._by_mark
            else {}
        )
        return replace(
            origin,
            place=shown.get(origin.place, origin.place),
            first=shown.get(origin.first, origin.first),
            label=shown.get(origin.label, origin.label),
            root=shown.get(origin.root, origin.root),
            **sets,
        )

    def _changed(self, origin: Origin, stand: _Stand) -> Origin:
        """What the function has made of rows below a query: what the query has loaded elsewhere is as it was."""
        sets: dict[str, frozenset[str]] = {}
        for name in _SETS:
            now, before = getattr(origin, name), getattr(stand.seen, name)
            gone, more = (frozenset(map(self._path, some)) for some in (before - now, now - before))
            sets[name] = (getattr(stand.real, name) - gone) | more
        certain = stand.real.certain if origin.certain == stand.seen.certain else origin.certain
        return replace(self._with_places(origin), certain=certain, **sets)


def _can_be_cut(origin: Origin) -> bool:
    """Whether what is loaded below a row can be told by itself."""
    return not origin.only and not origin.later and ANYTHING not in origin.loads | origin.shared


def _below(entries: frozenset[str], path: str, mark: str) -> frozenset[str]:
    """What of the entries is said of a row at a path and of what lies below it."""
    start, size = f"{path}__", len(path)
    return frozenset(
        mark + entry[size:]
        for entry in entries
        if entry == path or entry.startswith(start) or entry.startswith(f"{path}=")
    )

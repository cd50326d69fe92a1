"""Columns that a Django query leaves out: `only` and `defer`. What is left out is fetched where it is read, row by row.

An origin knows them as `base/path`: `base` is the relation path of the query that leaves them out ("" for the rows
themselves, `books` for those of `Prefetch("books", ...)`), `path` the column as that query writes it, also one of a
row that is joined (`author__name`).

Source: https://docs.djangoproject.com/en/5.2/ref/models/querysets/#defer and
https://github.com/django/django/blob/5.2/django/db/models/sql/query.py (add_deferred_loading, get_select_mask)
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.evaluate.queries.emit import join_path, read_later
from analyzers.evaluate.run import Run
from analyzers.project.models import Model
from analyzers.types import Origin, Value

_OWN = "/"
"""Before the columns of the rows themselves."""


def chosen(origin: Origin, method: str, given: list[str] | None) -> Origin:
    """After `only(...)` or `defer(...)` with such names; None for names that are not known: nothing is said then."""
    if given is None:
        return replace(origin, only=frozenset(), later=frozenset())
    asked = {_OWN + name for name in given}
    own, others = _split(origin.only)
    put_off, others_later = _split(origin.later)
    if method == "only":
        return replace(origin, only=others | (asked - put_off), later=others_later)
    if not own:
        return replace(origin, later=others_later | put_off | asked)
    if own - asked:
        return replace(origin, only=others | (own - asked))
    return replace(origin, only=others, later=others_later | (asked - own))


def taken_back(origin: Origin) -> Origin:
    """After `defer(None)`."""
    return replace(origin, only=_split(origin.only)[1], later=_split(origin.later)[1])


def moved(entries: Iterable[str], at: str) -> frozenset[str]:
    """What the query of a `Prefetch` leaves out, as the query that it fills rows of knows it."""
    return frozenset(
        join_path(at, base) + _OWN + rest if base else at + _OWN + rest for base, rest in map(_parts, entries)
    )


def _parts(entry: str) -> tuple[str, str]:
    base, _, rest = entry.partition(_OWN)
    return base, rest


def _split(entries: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    own = frozenset(entry for entry in entries if entry.startswith(_OWN))
    return own, entries - own


# ------------------------------------------------------------------------------------------------------ reads


def read(run: Run, base: Value, found: Model, node: f.Attr, label: str) -> None:
    """A column of a row is read: it is fetched now where the row's query left it out."""
    origin = base.origin
    if origin is None or not (origin.only or origin.later) or run.is_stored(label):
        return
    names = _names_of(found, node.name)
    method = _leaving_out(origin, base.path, names) if names else ""
    if method:
        note = f"`.{method}(...)` leaves the column out"
        read_later(run, base, found, node, label, join_path(base.path, node.name), note=note)


def _names_of(found: Model, column: str) -> frozenset[str]:
    """The names by which a query can speak of a column; none for a key, which always comes along."""
    if column in found.keys:
        return frozenset()
    relation = next((r.name for r in found.relations.values() if r.column == column), "")
    # Of a field that a library brings it is not known how it keeps its value.
    known = relation or found.columns.get(column, "unknown") != "unknown"
    return frozenset({column, relation} - {""}) if known else frozenset()


def _leaving_out(origin: Origin, path: str, names: frozenset[str]) -> str:
    """The method that left a column of the row at `path` out; "" for one that came along."""
    only = _here(origin, origin.only, path)
    if only and not names & only:
        return "only"
    return "defer" if names & _here(origin, origin.later, path, ends=True) else ""


def _here(origin: Origin, entries: frozenset[str], path: str, *, ends: bool = False) -> frozenset[str]:
    """The names in `entries` that are those of the row at `path`; with `ends` no first steps of longer ways."""
    out = set()
    for base, rest in map(_parts, entries):
        way = join_path(base, rest)
        if base == path:
            way = rest
        elif (
            (not base or path.startswith(base + "__"))
            and path in origin.loads
            and way.startswith(path + "__")
        ):
            way = way.removeprefix(path + "__")
        else:
            continue
        if not ends or "__" not in way:
            out.add(way.partition("__")[0])
    return frozenset(out)

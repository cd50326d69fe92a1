"""SQLAlchemy's loader options as values: `selectinload(User.orders)`, kept in a name, a list, a helper's answer.

Source: https://docs.sqlalchemy.org/en/20/orm/queryguide/relationships.html and columns.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.evaluate.queries.emit import join_path, prefixes
from analyzers.evaluate.run import Run
from analyzers.orm import tables
from analyzers.types import Origin, Value

if TYPE_CHECKING:
    from analyzers.evaluate.calling.arguments import Arguments

KIND = "loader"
ALL = "*"
"""Every relation: `raiseload("*")`."""


def effect_of(target: Value, name: str) -> str:
    """What an option does: eager, per_row, lazy, never, through, nothing, only, defer, undefer; "" for any other function."""
    if target.kind == "external" and target.dotted.startswith(("sqlalchemy.", "sqlmodel.")):
        return tables().sqlalchemy.loaders.of(target.dotted.rpartition(".")[2])
    if target.bound is not None and target.bound.kind == "flask-db":
        return tables().sqlalchemy.loaders.of(name)
    return ""


def made(run: Run, node: f.Call, effect: str, receiver: Value | None, arguments: Arguments) -> Value:
    """An option, or one more link of the chain that `receiver` is."""
    before = receiver.origin if receiver is not None and receiver.kind == KIND else None
    base = receiver.path if before is not None and receiver is not None else ""
    origin = before or Origin(run.place(node))
    led = [value.ref for value in arguments.values if value.kind in ("class", "sa-attribute") and value.ref]
    model = led[-1] if led else receiver.ref if before is not None and receiver is not None else None
    if effect == "nothing":
        return Value(KIND, path=base, origin=origin, ref=model)
    named = [_names(arg, value) for arg, value in zip(node.args, arguments.values, strict=False)]
    if any(names is None for names in named):
        return Value(KIND, path=base, origin=replace(origin, certain=False))
    if effect in ("only", "defer", "undefer"):
        columns = frozenset(name for names in named if names for name in names)
        of = receiver.ref if before is not None and receiver is not None else None
        return Value(
            KIND, path=base, origin=_columns(run, origin, base, effect, columns, arguments, of), ref=of
        )
    path = base
    for names in named:
        for name in names or []:
            path = join_path(path, name)
    if path != base:
        if effect in ("eager", "never"):
            own = [p for p in prefixes(path) if p != base and not base.startswith(p + "__")]
            origin = replace(origin, loads=origin.loads | frozenset(own))
        elif effect in ("lazy", "per_row"):
            origin = replace(origin, later=origin.later | {path})
    return Value(KIND, path=path, origin=origin, ref=model)


def method(run: Run, node: f.Call, receiver: Value, name: str, arguments: Arguments) -> Value | None:
    """A further link of an option's chain: `.joinedload(Order.user)`, `.options(...)`."""
    effect = tables().sqlalchemy.loaders.of(name)
    if effect:
        return made(run, node, effect, receiver, arguments)
    if name == "options" and receiver.origin is not None:
        return receiver.but(origin=applied(receiver.origin, arguments.values, receiver.path))
    return receiver


def applied(origin: Origin, options: list[Value], base: str = "") -> Origin:
    """What a statement loads after `options(...)`; it is not certain any more when one is not understood."""
    for option in options:
        inner = option.items if option.kind in ("list", "tuple", "set") and option.items is not None else None
        if inner is not None:
            origin = applied(origin, list(inner), base)
        elif option.kind == KIND and option.origin is not None:
            origin = _with(origin, option.origin, base)
        elif option.of is not None and option.of.kind == KIND and option.of.origin is not None:
            origin = _with(origin, option.of.origin, base)
        else:
            origin = replace(origin, certain=False)
    return origin


def _with(origin: Origin, option: Origin, base: str) -> Origin:
    return replace(
        origin,
        loads=(origin.loads - {join_path(base, p) for p in option.later})
        | {join_path(base, p) for p in option.loads},
        later=(origin.later - {join_path(base, p) for p in option.loads})
        | {join_path(base, p) for p in option.later},
        certain=origin.certain and option.certain,
    )


def _columns(
    run: Run,
    origin: Origin,
    base: str,
    effect: str,
    names: frozenset[str],
    arguments: Arguments,
    of: tuple[str, str] | None,
) -> Origin:
    """What is loaded where columns are named, of the model `of` where they are named by strings."""
    paths = frozenset(join_path(base, name) for name in names)
    if effect == "undefer":
        return replace(origin, loads=origin.loads | paths)
    if effect == "defer":
        return replace(origin, later=origin.later | paths)
    refs = {value.bound.ref for value in arguments.values if value.bound is not None and value.bound.ref}
    refs = refs or ({of} if of is not None else set())
    model = run.summaries.models.model(*next(iter(refs))) if len(refs) == 1 else None
    left = model.columns.keys() - names - model.keys if model is not None else ()
    return replace(
        origin, loads=origin.loads | paths, later=origin.later | {join_path(base, name) for name in left}
    )


def _names(node: f.Expr, value: Value) -> list[str] | None:
    """The attributes an argument names, outermost first; None for what is not understood."""
    if isinstance(node, f.Const) and isinstance(node.value, str):
        return node.value.split(".")
    if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name in ("of_type", "and_"):
        return _names(node.func.obj, value)
    if isinstance(node, f.Attr):
        return [node.name]
    if value.kind == "sa-attribute":
        return [value.path]
    return [] if value.kind == "class" else None


def is_loaded(origin: Origin | None, path: str, by_default: bool, *, column: bool = False) -> bool:
    """True if reading what `path` leads to sends no query: an option says so, or else the mapping.

    An option for all (`lazyload("*")`) is about relations, not about a `column`.
    """
    if origin is None:
        return by_default
    if path in origin.loads or path in origin.shared:
        return True
    parent = path.rpartition("__")[0]
    every = set() if column else {join_path(parent, ALL), ALL}
    if path in origin.later or (every & origin.later and not every & origin.loads):
        return False
    return by_default or bool(every & (origin.loads | origin.shared))


def shared_below(origin: Origin | None, path: str) -> Origin | None:
    """The origin, where all rows share the one that `path` leads to: what hangs on it is read once for all of them."""
    if origin is None or join_path(path.rpartition("__")[0], ALL) not in origin.shared:
        return origin
    return replace(origin, shared=origin.shared | {join_path(path, ALL)})

"""Which pieces of a file are others in another version of it: what conclusions that rest on them are doubted by."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import NamedTuple

from analyzers.facts import Function
from analyzers.project.edited import differ_in_ends, differing_in, mentions_changed, rebound, rescoped
from analyzers.project.outline import Outline, sets_attributes

_MISSING = object()


class Asked(NamedTuple):
    """What dear questions were asked of a file: who mentions a name, what is said to be bound elsewhere, what a function
    binds, and which functions, asked for their lines, stand in others now."""

    mentions: bool
    scopes: bool
    bindings: Callable[[str], bool]
    lines: Callable[[Outline, Outline], Iterable[str]]


ANYTHING = Asked(True, True, lambda _: True, lambda old, new: {**old.functions, **new.functions})


def leaves(path: str, old: Outline, new: Outline, asked: Asked = ANYTHING) -> Iterator[Hashable]:
    """What `Project` may have been asked of a file, as it notes it for its memo, and would answer otherwise now."""
    before, after = old.signature(), new.signature(old)
    for piece in {**before, **after} if before is not after else ():
        held, now = before.get(piece, _MISSING), after.get(piece, _MISSING)
        if held is not now and held != now:
            yield (path, *piece)
    for qualname, one, other in differing_in(old.functions, new.functions):
        if not differ_in_ends(one, other):
            yield (path, "function", qualname)
            if sets_attributes(one) or sets_attributes(other):
                for owner in {version.owner for version in (one, other) if version is not None}:
                    yield (path, "sets", owner)
            for outline, version in ((old, one), (new, other)):
                if version is not None and version.owner and outline.fills(version):
                    yield (path, "fills", version.owner)
            if one is None or other is None or _header(one) != _header(other):
                yield (path, "header", qualname)
        for name in rebound(old, new, qualname) if asked.bindings(qualname) else ():
            yield (path, "binding", qualname, name)
    for qualname, before_it, after_it in differing_in(old.classes, new.classes):
        if not differ_in_ends(before_it, after_it):
            yield (path, "definition", qualname)
    if asked.scopes and rescoped(old, new):
        yield (path, "scopes")
    if asked.mentions:
        for name in mentions_changed(old, new):
            yield (path, "mention", name)
    for qualname in asked.lines(old, new):
        yield (path, "lines", qualname)
    yield (path,)


def moved(path: str, now: Outline) -> Iterator[Hashable]:
    """The same where nothing but places differs, as between two layouts of one text: all that holds a place."""
    for qualname in now.functions:
        yield (path, "function", qualname)
        yield (path, "lines", qualname)
    for qualname in now.classes:
        yield (path, "definition", qualname)
        yield (path, "body", qualname)
        yield (path, "sets", qualname)
        yield (path, "fills", qualname)
    for name in now.assigns:
        yield (path, "value", name)
    yield (path, "suppressions")
    yield (path, "exports")
    yield (path,)


def _header(function: Function) -> tuple[object, ...]:
    """What there is to know of a function without its body and its place."""
    return (
        function.name, function.kind, function.params, function.returns, function.decorators, function.owner,
        function.parent, function.is_generator, function.is_async,
    )  # fmt: skip

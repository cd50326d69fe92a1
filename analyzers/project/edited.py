"""The outline of a file after an edit inside functions, made from the one before: only what the edit touched is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import compress
from operator import is_not
from typing import TypeVar

from msgspec.structs import replace

from analyzers.facts import ClassDef, Define, FileFacts, Function, Stmt
from analyzers.project.outline import Outline, bound_elsewhere, names_in

_T = TypeVar("_T")

_FROM_BODY = ("assigns", "changed", "bound", "packages", "exports")
"""What an outline has derived from the top level, the imports and the exports."""


def differing(before: Sequence[_T], after: Sequence[_T]) -> list[tuple[_T, _T]]:
    """The pairs, of two sequences of one length, that are not the same object: hundreds are, and one is not, after an edit."""
    return list(compress(zip(before, after, strict=True), map(is_not, before, after)))


def differing_in(before: Mapping[str, _T], after: Mapping[str, _T]) -> list[tuple[str, _T | None, _T | None]]:
    """The same of what stands under one name, None for what is not there; in the order of the names."""
    if list(before) == list(after):
        pairs = zip(before.items(), after.values(), strict=True)
        same = map(is_not, before.values(), after.values())
        return [(name, one, other) for (name, one), other in compress(pairs, same)]
    names = ((name, before.get(name), after.get(name)) for name in {**before, **after})
    return [(name, one, other) for name, one, other in names if one is not other]


def edited(before: Outline, facts: FileFacts) -> Outline:
    """What `Outline(facts)` is."""
    if not _binds_the_same(before.facts, facts):
        return Outline(facts)
    new = Outline.__new__(Outline)
    new.__dict__.update({name: before.__dict__[name] for name in _FROM_BODY if name in before.__dict__})
    new.facts = facts
    new.defined, new.imports, new.stars = before.defined, before.imports, before.stars
    new._values = before._values
    new._fills = before._fills
    new._signature = before.signature()
    new.classes = {cls.qualname: cls for cls in facts.classes}
    new.functions, new.methods, new._locals = (
        dict(before.functions),
        dict(before.methods),
        dict(before._locals),
    )
    nested = True
    for one, other in differing(before.facts.functions, facts.functions):
        nested = nested and not one.parent
        new._locals.pop(one.qualname, None)
        if new.functions.get(one.qualname) is one:
            new.functions[one.qualname] = other
        if one.owner and before.methods[one.owner].get(one.name) is one:
            new.methods[one.owner] = {**new.methods[one.owner], one.name: other}
    if nested and "nested" in before.__dict__:
        new.__dict__["nested"] = before.__dict__["nested"]
    return new


def mentions_changed(before: Outline, now: Outline) -> frozenset[str]:
    """The names that other functions mention now. What the outline before knew of functions that are still there is taken
    over."""
    old, new = before.facts.functions, now.facts.functions
    if len(old) == len(new):
        held_now = list(before.mentions)
        for at in compress(range(len(old)), map(is_not, old, new)):
            if old[at].body is not new[at].body:
                held_now[at] = names_in(new[at])
        after = tuple(held_now)
        changed = [said ^ says for said, says in differing(before.mentions, after)]
    else:
        held = {id(one.body): said for one, said in zip(old, before.mentions, strict=True)}
        after = tuple(held[id(one.body)] if id(one.body) in held else names_in(one) for one in new)
        kept, left = {id(said) for said in after}, {id(said) for said in before.mentions}
        changed = [said for said in before.mentions if id(said) not in kept]
        changed += [said for said in after if id(said) not in left]
    now.__dict__["mentions"] = after
    return frozenset[str]().union(*changed)


def rebound(before: Outline, now: Outline, qualname: str) -> frozenset[str]:
    """The names that a function binds and did not bind, or binds to something else: what it defines, what it imports, and all
    that belong to it."""
    names = before.locals(qualname) ^ now.locals(qualname)
    for old, new in ((before.defined, now.defined), (before.imports, now.imports)):
        if old is not new:
            held, holds = old.get(qualname, {}), new.get(qualname, {})
            names |= {name for name in {**held, **holds} if held.get(name) != holds.get(name)}
    return names


def rescoped(before: Outline, now: Outline) -> bool:
    """Whether functions say of other names that they are bound elsewhere."""
    old, new = before.facts.functions, now.facts.functions
    if len(old) == len(new):
        return any(bound_elsewhere(one) != bound_elsewhere(other) for one, other in differing(old, new))
    return [*map(bound_elsewhere, old)] != [*map(bound_elsewhere, new)]


def _binds_the_same(before: FileFacts, now: FileFacts) -> bool:
    """Whether all names, and what they stand for, are what they were: functions have other bodies at most."""
    return (
        len(before.functions) == len(now.functions)
        and len(before.classes) == len(now.classes)
        and before.imports == now.imports
        and before.exports == now.exports
        and before.suppressions == now.suppressions
        and all(differ_in_ends(one, other) for one, other in differing(before.classes, now.classes))
        and all(_is_same_function(one, other) for one, other in differing(before.functions, now.functions))
    )


def differ_in_ends(one: Function | ClassDef | None, other: Function | ClassDef | None) -> bool:
    """Whether two classes, or the top levels of two texts, differ in where they and what they define end, at most; and
    whether two functions do not differ. What is concluded of a class or a top level does not rest on that."""
    if isinstance(one, Function) and one.kind != "module":
        return one == other
    if one is None or other is None:
        return one is other
    same = one.__class__ is other.__class__ and defines_the_same(one.body, other.body)
    return same and replace(one, body=other.body, end=other.end) == other


def _is_same_function(one: Function, other: Function) -> bool:
    if one.kind == "module" and not defines_the_same(one.body, other.body):
        return False
    return (one.qualname, one.name, one.kind, one.owner, one.parent, one.decorators) == (
        other.qualname, other.name, other.kind, other.owner, other.parent, other.decorators,
    )  # fmt: skip


def defines_the_same(one: tuple[Stmt, ...], other: tuple[Stmt, ...]) -> bool:
    """Whether two bodies differ in where definitions end, at most."""
    return len(one) == len(other) and all(
        a == b
        or (isinstance(a, Define) and isinstance(b, Define) and (a.qualname, a.at) == (b.qualname, b.at))
        for a, b in differing(one, other)
    )

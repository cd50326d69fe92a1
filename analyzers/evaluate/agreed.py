"""Methods of one of several classes, of which nobody says which one it is, as one value.

An interface with two stores behind it, a store that a name chooses (`STORES[name](dsn)`), a method that a handful of classes
have: what each of them does is done, whichever it is.
"""

from __future__ import annotations

from collections.abc import Iterable

from analyzers.types import CHOICE, MAX_EITHER, Value

AGREED = "each of several classes has it"
"""The evidence of a method of one of several classes: what it does counts where each of them does it."""


def methods(candidates: Iterable[Value], label: str) -> Value | None:
    """One of several methods, each bound to an object of its class; None for none or too many."""
    found = tuple(dict.fromkeys(candidates))
    if not 1 < len(found) <= MAX_EITHER:
        return found[0] if found and len(found) == 1 else None
    return Value(CHOICE, items=found, evidence=AGREED, label=label)


def is_of_project(value: Value) -> bool:
    """True for an object of a class that the project has."""
    return value.kind == "instance" and value.ref is not None and bool(value.ref[0])


def attribute(base: Value, parts: Iterable[Value], label: str) -> Value:
    """What one of several objects has under a name, by what each of them has."""
    found = [part for part in parts if part.known]
    if len(found) == len(base.items or ()) and all(part.kind == "function" for part in found):
        chosen = methods(found, label)
        if chosen is not None:
            return chosen.on(base.depends)
    return Value(label=label, depends=base.depends)

"""Whether two runs of a function came to the same, whatever objects stand for its sizes.

A size is the object it is (`costs.Size`), and each run makes its own: of lists that grow in it, of what nobody knows. So what a
function tells its callers is another object after each edit of it, though it may say what it said.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from msgspec import Struct

from analyzers.bounds import Symbol
from analyzers.costs import Size

MOST = 4_000
"""Values that are compared; what holds more is taken for another."""


def alike(before: object, now: object) -> bool:
    """Whether two values are equal where each size of one stands for one and the same size of the other."""
    to: dict[Any, Any] = {}
    back: dict[Any, Any] = {}
    left: list[tuple[Any, Any]] = [(before, now)]
    for _ in range(MOST):  # No calls for what most of it is: an edit waits for this.
        if not left:
            return True
        a, b = left.pop()
        kind = type(a)
        if kind is not type(b):
            return False
        if kind in _NAMED:
            if a in to or b in back:
                if to.get(a) is not b or back.get(b) is not a:
                    return False
                continue
            to[a], back[b] = b, a
        if kind is tuple or kind is list:
            if len(a) != len(b):
                return False
            left += zip(a, b, strict=True)
        elif issubclass(kind, Struct):
            left += [(getattr(a, name), getattr(b, name)) for name in kind.__struct_fields__]
        elif kind is Symbol:
            left += [(getattr(a, one.name), getattr(b, one.name)) for one in fields(Symbol)]
        elif a != b:
            return False
    return False


_NAMED = frozenset({Size, Symbol})

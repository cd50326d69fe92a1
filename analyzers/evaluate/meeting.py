"""What a name holds where two ways meet of which one says what it is: `if client is None: client = httpx.Client()`.

What a caller hands over in its place does the same, or the function could not use it. So a client, an object of the project, or a
container that the function makes longer tells what the name holds, where nothing is known of the other way.
"""

from __future__ import annotations

from msgspec.structs import replace

from analyzers.orm import is_client
from analyzers.types import EITHER, Value, join


def met(a: Value, b: Value, loops: int = 0) -> Value:
    """What holds behind two branches of a name that holds one of two values; `loops` are open around them."""
    for known, other in ((a, b), (b, a)):
        if other.kind == "unknown" and other.ref is None and other.origin is None and _tells(known, loops):
            return replace(known, size=None, depends=a.depends | b.depends, const=None, exact=False)
    return join(a, b)


def _tells(value: Value, loops: int) -> bool:
    if value.kind in _ORDERED and value.size is not None and not value.size.is_constant:
        # Whether rows came by a query is a question of its own, which `join` answers.
        return value.of is None or value.of.kind != "row"
    # What a turn makes for itself gets no longer by the turns after it.
    outlives = value.grown is not None and not 0 < loops <= value.born
    return outlives or value.kind in ("instance", EITHER) or is_client(value.kind)


_ORDERED = ("list", "tuple")

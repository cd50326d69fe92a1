"""Room on the interpreter's stack for what calls itself deeply.

From 3.11 on CPython keeps the frames of Python's own functions in chunks of 16 kB, each of which it takes from the system
when the one before it is full and gives back as soon as it is empty. An interpreter of code goes up and down hundreds of
calls for every expression, over the same border between two chunks again and again: a tenth of its time were these
calls of the system. A frame that does not fit gets a larger chunk of its own, and what is left of that one is used by the
calls inside. So here is a function that says it needs a large frame; what is not used of it is never touched, and takes
no memory.

Source: `push_chunk` and `_PyThreadState_PopFrame` in https://github.com/python/cpython/blob/3.11/Python/pystate.c
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")

SLOTS = 1 << 17
"""Values that the frame says it holds, eight bytes each: the chunk is the next power of two, and nearly half of it is free,
which is a few thousand calls deep."""


def with_room(job: Callable[[], _T]) -> _T:
    """What a job gives that calls itself deeply."""
    return job()


if sys.implementation.name == "cpython" and sys.version_info >= (3, 11):
    with_room.__code__ = with_room.__code__.replace(co_stacksize=SLOTS)

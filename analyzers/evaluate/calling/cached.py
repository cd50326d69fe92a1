"""Caches that are told how to make what they do not hold yet: `cache.get_or_set("books", lambda: Book.objects.all(), 60)`.

What is made is asked for once, and what comes out of the cache is as it was put in: what its rows did not load with them then,
they load when they are read.

Source: https://docs.djangoproject.com/en/5.2/topics/cache/#django.core.caches.cache.get_or_set
"""

from __future__ import annotations

from analyzers.evaluate import queries
from analyzers.evaluate.calling import calls
from analyzers.evaluate.calling.arguments import Arguments
from analyzers.evaluate.run import Run
from analyzers.findings import Place
from analyzers.types import Value

_KEEP = ("get_or_set", "aget_or_set")


def kept(run: Run, name: str, arguments: Arguments, place: Place) -> Value | None:
    """What such a method gives, of whichever cache it is; None for any other."""
    made = arguments.get(1, "default") if name.rpartition(".")[2] in _KEEP else None
    if made is None:
        return None
    with run.keeping(kept=True):
        if made.kind == "function":
            made = calls.invoke(run, made, (), {}, place, made.label or name)
        if made.kind in queries.LAZY_KINDS:
            queries.touch(run, made, place, "iterate")
    return made.but(kind="list") if made.kind in queries.LAZY_KINDS else made

"""Searches of a method that is there to be called for each of many, as hints: the loop stands with whoever calls it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from analyzers import facts as f
from analyzers.findings import Confidence, Cost, Finding, Place, Related, Severity
from analyzers.rules import added_to, asked_of_all, edits, held, per_call, script_adds, script_calls
from analyzers.rules.base import Context


def check(context: Context, rule: str) -> Iterator[Finding]:
    """The hints at a method, under the name of the rule that asks."""
    called = context.function.name
    for node, owner in asked_of_all.siblings(context, context.function) if context.is_whole else ():
        place = edits.absolute(context, node.iter if isinstance(node, f.For) else node)
        message = (
            f"`{called}()` searches all of `{owner}` for the object itself: asked of each of them, they are compared with "
            f"each other. Let the owner count its places, or keep the place with the object."
        )
        yield from _each_call(
            context, rule, place, owner, message, Related(place, f"one search through `{owner}`")
        )
    for told in asked_of_all.lookups(context):
        message = f"`{called}()` {_looked_up(told)}"
        yield from _each_call(context, rule, told.place, told.what, message, told.related)
    for ask, words in _ON_EVERY_CALL:
        for told in ask(context):
            message = words.format(here=context.shown(told.place), what=told.what, called=called)
            yield from _each_call(context, rule, told.place, told.what, message, told.related)


def _looked_up(told: held.Told) -> str:
    """What a search through what is kept does, and what spares it."""
    if told.kind == "order":
        return (
            f"goes through `{told.what}` from the first, up to one where `{told.test}`, on every call. As they are in order, "
            "`bisect` finds the place."
        )
    if told.test:
        return (
            f"goes through all of `{told.what}` for those where `{told.test}`, on every call. Where few of them can answer, an "
            "index of them by what is asked leaves out the others."
        )
    return (
        f"goes through all of `{told.what}` for what it is asked, on every call. A dict from key to element, filled beside "
        "it, answers without searching."
    )


_ADDS = (
    "`{here}` goes through all of `{what}` on every call of `{called}`, which adds to it: as many calls as fill it go through "
    "the square of its length."
)
_ON_EVERY_CALL: tuple[tuple[Callable[[Context], Iterable[held.Told]], str], ...] = (
    (
        asked_of_all.made_by_property,
        "`{here}` copies all of `{what}` whenever `{called}` is read, as often as somebody asks for one thing in it. Ask "
        "`{what}` itself, give a view of it, or keep what is made.",
    ),
    (
        asked_of_all.left_out,
        "`{called}()` goes through all of `{what}` on every call, to make it anew without one. A dict from key to element gives "
        "up one without searching.",
    ),
    (
        asked_of_all.of_owner,
        "`{called}` goes through all of `{what}` for those that concern one object: asked of each of them, it is the square of "
        "their number. A dict from key to elements, kept beside it, answers without searching.",
    ),
    (
        script_calls.left_out,
        "`{called}()` goes through all of `{what}` on every call, to make it anew without one. A Map from key to element gives up "
        "one without searching.",
    ),
    (
        script_calls.sorted_again,
        "`{here}` sorts all of `{what}` on every call of `{called}`, which puts one thing into it. Sort it once when it is read, or "
        "put what comes where it belongs.",
    ),
    (
        script_calls.lookups,
        "`{called}()` goes through all of `{what}` for what it is asked, on every call. A Map from key to element, filled "
        "beside it, answers without searching.",
    ),
    (
        per_call.sought,
        "`{here}` looks through all of `{what}` on every call of `{called}`, also what earlier calls have looked through. Keep "
        "the place up to which it was searched, and start there.",
    ),
    (added_to.found, _ADDS),
    (script_adds.gone_through, _ADDS),
    (added_to.handed_on, _ADDS),
    (
        added_to.taken_from,
        "`{here}` goes through all of `{what}` on every call of `{called}`, which takes one of them out. Keep them in the order "
        "in which they are taken (`heapq`), or under the key they are asked for.",
    ),
)
"""Who says what a function goes through on every call, and what is said of it."""


def _each_call(
    context: Context, rule: str, place: Place, searched: str, message: str, related: Related
) -> Iterator[Finding]:
    """A hint that each call searches all of something, told once for a place."""
    if context.once("hidden", place):
        cost = Cost(f"O(|{searched}|)", "O(1)")
        yield context.finding(rule, place, message, Severity.HINT, Confidence.MEDIUM, cost, [related])

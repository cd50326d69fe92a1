"""Whether a loop goes over a handful of things: then a query on each turn is true, and nobody waits for it.

What `data.py` asks of slow operations is whether their sizes grow; a query on every turn is slow whatever it goes
over, so it is a warning unless there is evidence of the contrary, which the finding then names:

- the first rows of a set, as many as the text says (`rows[:5]`);
- rows that stand on one form of the admin's, each for a person to fill;
- rows of a relation of one row that was asked for by itself, that was handed over, or whose method is run, and some of these: the
  comments of one book;
- rows of a table of the framework's own that an installation sets up (groups, sites, kinds of content), rows on the page of a
  site's settings, or of a table of the program's that others choose from and that it never adds to (`conventions/vocabularies.py`);
- what one record holds that a function answers with, by the schema of the answer;
- what was sent with one record, and a form, a serializer or a schema of the program's takes apart (`conventions/requests.py`);
- what a person wrote, or one record holds: `written.py`.

A loop inside of another that grows is not one of these: its turns add up.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.conventions import admin, requests, responses, units, vocabularies
from analyzers.evaluate.events import Loop, Queried
from analyzers.evaluate.queries.django_owners import hang_on_one
from analyzers.orm import tables
from analyzers.project import makers
from analyzers.rules import commands, data, structure
from analyzers.rules.base import Context, of_framework
from analyzers.rules.written import OF_RECORD, Written
from analyzers.types import Value

OF_ONE = "They all belong to one row."
"""Three of four such loops, read in real applications, are true and nobody would mend them."""

_SETS = ("queryset", "manager", "row")
"""Kinds of what a query gives."""

_OF_MANAGERS = ("queryset", "manager")

SET_UP = "an installation sets them up"
CHOSEN_FROM = "other rows choose from them, and only the admin adds to them"


def told(context: Context, loop: Loop, query: Queried) -> str:
    """What a finding says of a query that nobody waits for: few turns, or a command; "" where nothing says so."""
    why = reason(context, loop, query)
    if why == OF_ONE:
        return f" {OF_ONE}"
    if why:
        return f" There are few: {why}."
    return " It is part of a command that a person starts." if commands.is_command(context) else ""


def reason(context: Context, loop: Loop, query: Queried) -> str:
    """Why a query is sent a handful of times, by its loop and by all around it; "" where nothing says so."""
    if of_framework(loop) and context.function.kind == units.KIND and context.function.name == admin.INLINE:
        return "they stand on one form"
    around = [other for other in query.loops if other.grows and other.number != loop.number]
    found = [_few(context, one) for one in (loop, *around)]
    if all(found):
        return found[0]
    return OF_ONE if not around and _hangs_on_a_row(context, loop) else ""


def _few(context: Context, loop: Loop) -> str:
    if _is_part_of_answer(context, loop):
        return OF_ONE
    known = next((why for part in _parts(loop.over) if (why := _few_rows(context, part))), "")
    if known:
        return known
    if loop.kind == "while" or loop.place.path != context.path:
        return ""
    home = structure.home_of(context, loop)
    iterated = data.iterated(home, loop)
    if iterated is None:
        return ""
    if _is_handed_in(loop) and (
        requests.takes_one(context.project, home.path, home.function)
        or requests.is_part_of_one(context.project, home.path, home.function, iterated)
    ):
        return "they are sent with one record"
    search = Written(home)
    if not search.holds(iterated):
        return ""
    asked_for = any(
        part.origin is not None and not part.path and not part.origin.one for part in _parts(loop.over)
    )
    return "" if asked_for and search.why == OF_RECORD else search.why  # A page's context is no record.


def _parts(over: Value) -> Iterator[Value]:
    """What a loop goes over, and the rows among what it gives each turn."""
    yield over
    if over.of is not None:
        yield over.of
        yield from over.of.items or ()


def _hangs_on_a_row(context: Context, loop: Loop) -> bool:
    """True for `shelf.books.order_by("title")` of a shelf that came from nowhere known; a list of an API or a page may be all
    that one account has."""
    return bool(loop.over.relation) and loop.over.kind in _OF_MANAGERS and context.function.kind != units.KIND


def _is_part_of_answer(context: Context, loop: Loop) -> bool:
    """True for what one record holds that a function answers with: the rows of a list come by a query of their own."""
    if context.function.kind != units.KIND or context.function.name != responses.RESPONSE:
        return False
    row = loop.over.of
    return (
        row is not None and row.kind == "row" and row.origin is not None and bool(row.path or row.origin.one)
    )


def _is_handed_in(loop: Loop) -> bool:
    """True for a loop over what a function was given, and no query gave."""
    given = any(isinstance(token, str) and token not in makers.ITSELF for token in loop.over.depends)
    return given and all(part.origin is None and part.kind not in _SETS for part in _parts(loop.over))


def is_of_one(loop: Loop) -> bool:
    """True for a loop of a method over what hangs on its row: by itself it is nothing to wait for, who repeats it is told."""
    return bool(loop.over.relation) and "self" in loop.over.depends


def _few_rows(context: Context, value: Value) -> str:
    if value.origin is not None and value.origin.few and not value.path:
        return "they are the first rows"
    if hang_on_one(value):
        return OF_ONE
    if value.ref is None or value.kind not in ("row", "queryset", "manager"):
        return ""
    path, name = value.ref
    if not path:
        return SET_UP if name in tables().django.classes["few"] else ""
    if vocabularies.is_on_settings(context.project, value.ref):
        return SET_UP
    return CHOSEN_FROM if vocabularies.is_vocabulary(context.project, value.ref) else ""

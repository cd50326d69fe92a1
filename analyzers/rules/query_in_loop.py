"""query-in-loop: a database query sent once for every element of a loop."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers.conventions import units
from analyzers.evaluate import shapes
from analyzers.evaluate.events import Loop, Queried
from analyzers.findings import Confidence, Cost, Finding, Fix, Place, Related, Severity
from analyzers.orm.tables import tables
from analyzers.rules import (
    as_parameter,
    batched_reads,
    batched_writes,
    changes,
    data,
    descents,
    few,
    same_query,
    shared_queries,
    structure,
)
from analyzers.rules.base import (
    MAX_CALLEES,
    Context,
    Example,
    Rule,
    asks_by_itself,
    call_place,
    callees,
    cause_of,
    chain_related,
    counted,
    is_inherited,
    is_of_heir_alone,
    loop_related,
    of_framework,
    on_each,
    others_related,
    place_of,
    repeats,
    sendings,
    signal_of,
    through,
    told,
)
from analyzers.rules.mild import is_mild, is_whole_work
from analyzers.templates import TEMPLATE


def check(context: Context) -> Iterator[Finding]:
    groups: dict[tuple[Place, str], list[tuple[Loop, Queried]]] = {}
    for query in context.analysis.queries:
        if query.kind not in _WORDS or _is_told_elsewhere(context, query):
            continue
        loop = repeats(query) or _of_framework_below(context, query)
        if loop is None or not context.inside(call_place(query)):
            continue
        if loop.function != context.function.qualname and not _is_below(context, query, loop):
            continue
        if (query.kind == "http" and _is_repeated_to_succeed(context, loop)) or _is_collected(loop, query):
            continue
        # One loop, one finding: who mends the loop has all of its queries before their eyes.
        kind = f"{query.kind} redis" if query.orm in PIPELINED else query.kind
        kind = "write" if signal_of(query) else kind  # What a row that is saved sets off is part of that.
        groups.setdefault((loop.place, kind), []).append((loop, query))
    for place, kind in [key for key in groups if key[1] == "commit"]:
        # What is written and then committed is one cause.
        other = groups.get((place, "write")) or groups.get((place, "read"))
        if other is not None:
            other += groups.pop((place, kind))
    # What is said of a place is the worst of it: a query of the database before one of a cache.
    for _, group in sorted(groups.items(), key=lambda item: item[0][1] not in ("read", "write")):
        # What the body does itself leads, and what is certain before what is not.
        found = sorted(
            group,
            key=lambda item: (
                item[1].kind == "commit",
                bool(item[1].note),
                item[1].optional and of_framework(item[0]),
                len(item[1].chain),
            ),
        )
        loop, query = found[0]
        # A view may show its rows in more than one way, each with the same query: that is told once.
        cause = query.place if of_framework(loop) else loop.place
        where = place_of(context, loop, query) if of_framework(loop) else call_place(query)
        if is_inherited(context):
            where = query.place  # What a base does is mended there: the first class that has it tells of it.
        if context.once("query", cause, where):
            for at, sent in found[1:] if of_framework(loop) and where != query.place else ():
                # Another function that shows the same rows may come to these first: they are told with this one.
                context.once("query", sent.place, place_of(context, at, sent))
            yield _finding(context, loop, query, [q for _, q in found[1:]])
    yield from descents.check(context, RULE.name)
    yield from shared_queries.check(context, RULE.name)
    yield from _same(context, {query for group in groups.values() for _, query in group})


def _same(context: Context, said: set[Queried]) -> Iterator[Finding]:
    """What is asked on every turn in the same words: one finding for each loop and place."""
    for query in context.analysis.queries:
        loop = None
        if query not in said and not _is_told_elsewhere(context, query):
            loop = same_query.repeated(context, query)
        if loop is None or not context.inside(call_place(query)):
            continue
        if not context.once("query", loop.place, call_place(query)):
            continue
        is_http = query.kind == "http"
        unit, one = ("requests", "1 request") if is_http else ("queries", "1 query")
        asks = "sends the same request" if is_http else "asks the database the same"
        instead = "nothing in the loop changes the answer. Ask once, before the loop."
        if same_query.is_of_callee(context, query, loop):
            instead = "what the callee is handed does not change the question. Ask once, before the loop."
        yield context.finding(
            RULE.name,
            call_place(query),
            f"`{told(query)}`{through(query)} {asks} {on_each(loop)}{counted(loop, unit)}, and {instead}",
            Severity.INFORMATION,
            Confidence.MEDIUM,
            Cost(f"{loop.turns.formula()} {unit}", one),
            [loop_related(loop), *chain_related(query)],
            tags=("query",),
        )


def _is_told_elsewhere(context: Context, query: Queried) -> bool:
    """True for requests that are awaited, or started together: `await-in-loop` speaks of those that wait in a row."""
    return query.kind == "http" and (
        query.awaited or context.function.is_async or context.language != "python"
    )


def _is_collected(loop: Loop, query: Queried) -> bool:
    """True for what Prisma sends as one query, since all callbacks, or the resolvers of all rows, ask for it at the same time."""
    method = query.label.removesuffix("()").rpartition(".")[2]
    together = loop.kind == "callback" or of_framework(loop)
    return query.orm == "prisma" and together and method in tables().prisma.collected


def _is_repeated_to_succeed(context: Context, loop: Loop) -> bool:
    """True if a loop asks for page after page, or one server after the other until one answers. One that a failure alone ends
    (`raise`) asks for all."""
    if loop.kind == "while" or "range" in (loop.over.kind, loop.over.label):
        return True
    node = changes.loop_node(context, loop) if loop.exits else None
    return loop.exits and (not isinstance(node, f.For) or shapes.may_be_done_early(node.body))


_WORDS = {
    "read": ("asks the database", "query "),
    "write": ("writes", "batch "),
    "commit": ("waits for the database", "behind the loop "),
    "http": ("sends a request", ""),
}


PIPELINED = ("redis", "rq")
"""Families whose commands may go together, in a pipeline of Redis's."""


def _instead(query: Queried, counted: str, one: str) -> str:
    """What else would do, behind the number of queries or the loop."""
    if query.note:
        return "."
    if query.kind == "http":
        return ", each after the one before. See whether the service takes many at once."
    if query.orm in PIPELINED:
        return f"{'' if counted else ','} where a pipeline would do."
    if not counted:
        return f", where one {one}would do."
    return f" where one {'' if query.kind == 'read' else one}would do."


def _sends(query: Queried) -> str:
    """What is done by what a message begins with: a name of a set of rows asks for nothing, its rows are fetched."""
    is_set = query.kind == "read" and not told(query).endswith(")")
    service = tables().services.get(query.orm)
    if query.kind == "commit" and service is not None:
        return f"waits for {service.name}"
    return "is fetched from the database" if is_set else _WORDS[query.kind][0]


def _holds_rows(loop: Loop) -> bool:
    """True if a loop runs over rows of SQLAlchemy's: a commit makes them forget what they hold."""
    return loop.over.of is not None and loop.over.of.kind == "row"


def _of_framework_below(context: Context, query: Queried) -> Loop | None:
    """A loop inside of what is called that stands in no function that would report it."""
    loop = query.within
    if loop is None or query.batch or query.memoised or not _is_below(context, query, loop):
        return None
    return loop


def _is_below(context: Context, query: Queried, loop: Loop) -> bool:
    """True for a loop that a framework makes, or one of a base class of the project that calls back a method of the
    class at hand: `[self.entry(row) for row in rows]`. That one knows neither the rows nor what is done with each.
    """
    if of_framework(loop) or _is_shown(context, query, loop):
        return True
    if context.function.kind == units.KIND:
        inside = context.inside(query.place) and not context.inside(loop.place)
        inside = inside and not asks_by_itself(context, loop, query)
        return inside or is_of_heir_alone(context, loop, query)
    return _is_known_here_alone(context, query, loop)


_NEAR = 3
"""Calls that lead to a query that is told where only the caller has the rows."""


def _is_known_here_alone(context: Context, query: Queried, loop: Loop) -> bool:
    """True for a loop of the function that is called here, if that asks for nothing as far as it knows: the rows that it
    goes through are handed to it. What lies further away hangs on more than these rows.
    """
    if not 0 < len(query.chain) <= _NEAR:
        return False
    step = query.chain[1].place if len(query.chain) > 1 else query.place
    path, qualname = loop.place.path, loop.function
    if path != step.path or (path, qualname) == (context.path, context.function.qualname):
        return False
    called = context.project.function(path, qualname)
    if called is None or called.kind in ("module", TEMPLATE) or called.parent:
        return False
    if not called.start <= step.span.start < called.end:
        return False
    alone = context.summaries.analysis(path, qualname)
    return alone is not None and not any(other.place == query.place for other in alone.queries)


def _is_shown(context: Context, query: Queried, loop: Loop) -> bool:
    """True for a loop of a template that is shown here: the template alone does not know what its names hold."""
    shows = bool(query.chain) and query.chain[0].message.startswith("shows ")
    is_template = context.project.function(loop.place.path, TEMPLATE) is not None
    return shows and is_template and loop is query.within and loop.place.path != context.path


def _finding(context: Context, loop: Loop, query: Queried, others: list[Queried]) -> Finding:
    # A set of rows that a name holds is fetched once, however often it is gone through.
    sent = sendings(loop, query) if query.kind != "read" or told(query).endswith(")") else loop.turns
    is_wait = query.kind == "commit" and query.orm in tables().services
    unit = "requests" if query.kind == "http" else "waits" if is_wait else "queries"
    many = counted(loop, unit, sent)
    message = f"`{told(query)}`{through(query)} {_sends(query)} {on_each(loop)}{many}"
    message += _instead(query, many, _WORDS[query.kind][1])
    if query.kind == "commit" and query.label.endswith("commit()") and _holds_rows(loop):
        message += " What the session holds is read anew after each of them."
    apart = {(q.label, call_place(q)) for q in others if not signal_of(q)}
    more = len(apart - {(query.label, call_place(query))})
    message += _so_do(query, others, more)
    if query.note:
        message += f" {query.note[0].upper()}{query.note[1:]}."
    signals = dict.fromkeys(s for s in map(signal_of, (query, *others)) if s)
    if signals:
        message += f" Each {' and '.join(signals)}, which a batch would not."
    related = [loop_related(loop), *chain_related(query)]
    related += [r for other in others if signal_of(other) for r in (other.chain[0], *chain_related(other))]
    related += others_related(call_place(query), others, "another query, in the same loop")
    mild = is_mild(context, loop, query) or is_whole_work(context, loop, [query, *others])
    why = "" if mild else few.told(context, loop, query)
    message += why
    severity = Severity.INFORMATION if mild or why or _is_of_any_size(context, loop) else Severity.WARNING
    method = _method_of_all(query, others)
    shared = shared_queries.told_at(context, query) if method and severity > Severity.INFORMATION else None
    if shared is not None:
        severity = Severity.INFORMATION
        message += (
            f" `{shared.qualname}` is called by loops of other files, too, and told where it is written."
        )
        related.append(Related(shared.place, "what it calls is told here"))
    confidence = Confidence.HIGH if query.sure else Confidence.MEDIUM
    return context.finding(
        RULE.name,
        place_of(context, loop, query),
        message,
        severity,
        confidence,
        Cost(
            f"{sent.formula()} {unit}",
            "" if query.note or query.kind == "http" else "1 wait" if is_wait else "1 query",
        ),
        related,
        _fixes(context, loop, query, more + len(signals)),
        ("query",),
        cause_of(context, loop) or method,
    )


def _is_of_any_size(context: Context, loop: Loop) -> bool:
    """True for a loop of a script over what came as a parameter, where nothing says that it is data: filters, members and
    steps come that way, too."""
    if context.language == "python" or of_framework(loop) or data.is_data(context, loop):
        return False
    return as_parameter.is_handed(structure.home_of(context, loop), loop)


def _so_do(query: Queried, others: list[Queried], more: int) -> str:
    """What else asks in the same loop: `more` calls, of which some are named, one for each callee that asks."""
    if not more:
        return ""
    lead, first = callees(query), f"`{told(query)}`"
    by_callee: dict[str, str] = {}
    for other in others:
        if signal_of(other):
            continue
        by = [name for name in callees(other) if name not in lead][-1:]
        label = f"`{told(other)}`" + (f" (through {by[0]})" if by else "")
        if label != first:
            by_callee.setdefault(by[0] if by else label, label)
    named = list(by_callee.values())[:MAX_CALLEES]
    left = more - len(named)
    if not named:
        return f" So do {more} more in this loop." if more > 1 else " So does one more in this loop."
    parts = [*named, f"{left} more"] if left > 0 else named
    listed = f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
    return f" So {'do' if len(parts) > 1 else 'does'} {listed} in this loop."


def _method_of_all(query: Queried, others: list[Queried]) -> Place | None:
    """What is sent by the one call of the loop that asks the database: other loops may call the same."""
    if not query.chain or any(call_place(other) != call_place(query) for other in others):
        return None
    return query.place


def _fixes(context: Context, loop: Loop, query: Queried, more: int) -> list[Fix]:
    if more or of_framework(loop) or not query.loops or loop is not query.loops[-1]:
        return []  # What is left in the loop would ask again.
    found = batched_reads.fix(context, loop, query) or batched_writes.fix(context, loop, query)
    return [found] if found is not None else []


RULE = Rule(
    name="query-in-loop",
    summary="A database query is sent once for every element of a loop.",
    why="""\
Every query is a round trip: the loop waits for the network and the database as often as it turns. A page that shows
100 rows sends 101 queries, and grows with its data. The query may hide behind a helper, a property or a method in
another file; the related places show the way to it.

Ask once for all of them (`filter(pk__in=ids)`, `in_bulk(ids)`, `where(Model.id.in_(ids))`, `findMany({ where: { id:
{ in: ids } } })`) and look each row up in a dict.

The same holds for stores and services: MongoDB, Elasticsearch, DynamoDB; a loop over Redis (use a pipeline), a commit
on every turn, and HTTP requests one after the other are information.

A function that calls itself for the parts of what it was given, and asks for them each time, is reported at that call: a
walk over a tree sends one query for each node.

A query that is the same on every turn is said to be one to ask before the loop, where nothing in the loop can change its
answer, or where a helper asks for everything whatever it is handed, and looks through the answer.

In a script it is information where the loop goes over a parameter and nothing says that this is data (rows, what is read, a
request's body): filters, steps and members of one record come that way, too.

It says nothing for queries that ask for many values at once,
for chunked loops, paging, polling and retries, and for loops whose length the program fixes.
""",
    severity=Severity.WARNING,
    fix="Fetches rows by their keys before the loop (`in_bulk`); collects rows that are created, saved or deleted one by "
    "one and writes them together. Offered, not certain: the title says what changes.",
    bad=(
        Example(
            "one write for each row",
            """\
from django.db import models


class Book(models.Model):
    title = models.CharField(max_length=100)


def store(titles: list[str]):
    for title in titles:
        Book.objects.create(title=title)  # <- here


def tidy():
    for book in Book.objects.all():
        book.title = book.title.strip()
        book.save()  # <- here
""",
        ),
        Example(
            "one query for each id",
            """\
from django.db import models


class Book(models.Model):
    title = models.CharField(max_length=100)


def titles(ids: list[int]):
    found = []
    for pk in ids:
        book = Book.objects.get(pk=pk)  # <- here
        found.append(book.title)
    return found
""",
        ),
        Example(
            "hidden in a helper",
            """\
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


def name_of(session: Session, user_id: int) -> str:
    return session.get(User, user_id).name


def names(session: Session, ids: list[int]) -> list[str]:
    return [name_of(session, i) for i in ids]  # <- here
""",
        ),
        Example(
            "SQL by hand",
            """\
import sqlite3


def totals(connection: sqlite3.Connection, customers):
    for customer in customers:
        row = connection.execute("SELECT sum(total) FROM orders WHERE customer = ?", (customer,)).fetchone()  # <- here
        print(customer, row[0])
""",
        ),
        Example(
            "Prisma, one after the other or all at once",
            """\
import { PrismaClient } from "@prisma/client";

const prisma = new PrismaClient();

export async function authorNames(posts: { authorId: number }[]) {
  const names = [];
  for (const post of posts) {
    const author = await prisma.user.findUnique({ where: { id: post.authorId } }); // <- here
    names.push(author?.name);
  }
  return names;
}
""",
            "typescript",
        ),
    ),
    good=(
        Example(
            "one query for all ids",
            """\
from django.db import models


class Book(models.Model):
    title = models.CharField(max_length=100)


def titles(ids):
    books = Book.objects.in_bulk(ids)
    return [books[pk].title for pk in ids]


def chunked(ids):
    for start in range(0, len(ids), 500):
        for book in Book.objects.filter(pk__in=ids[start : start + 500]):
            print(book.title)


def retried(pk):
    for attempt in range(3):
        book = Book.objects.filter(pk=pk).first()
        if book is not None:
            return book
""",
        ),
        Example(
            "one query with `in`",
            """\
import { PrismaClient } from "@prisma/client";

const prisma = new PrismaClient();

export async function authorNames(posts: { authorId: number }[]) {
  const ids = posts.map((post) => post.authorId);
  const authors = await prisma.user.findMany({ where: { id: { in: ids } } });
  const byId = new Map(authors.map((author) => [author.id, author]));
  return posts.map((post) => byId.get(post.authorId)?.name);
}
""",
            "typescript",
        ),
    ),
    check=check,
)

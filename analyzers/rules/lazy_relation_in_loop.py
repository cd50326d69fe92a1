"""lazy-relation-in-loop: a relation read on each row of a query that did not load it."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers import templates
from analyzers.conventions import rendered, serializers, template_library, units
from analyzers.evaluate.events import Loop, Queried
from analyzers.evaluate.queries import holding
from analyzers.findings import Confidence, Cost, Edit, Finding, Fix, Place, Related, Severity
from analyzers.orm import tables
from analyzers.project import names
from analyzers.project.models import Model, Relation
from analyzers.project.names import names_above
from analyzers.rules import few, key_columns, loaded_ahead, loader_calls, loader_options, view_querysets
from analyzers.rules.base import (
    MAX_NAMED,
    Context,
    Example,
    Rule,
    call_place,
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
    through,
    told,
)
from analyzers.text import Span
from analyzers.types import Origin, Value


def check(context: Context) -> Iterator[Finding]:
    causes: dict[object, list[tuple[Loop, Queried]]] = {}
    for query in context.analysis.queries:
        if query.kind != "lazy" or not query.sure or query.origin is None:
            continue
        loop = repeats(query) or _below(context, query)
        if loop is None or not context.inside(call_place(query)):
            continue
        if any(_holds_rows(other.over, query.origin) for other in (*query.loops, loop)) or _fetched_before(
            context, loop, query
        ):
            # A row keeps what it has loaded: a second loop over the same rows asks for nothing new.
            causes.setdefault((query.origin, query.relation), []).append((loop, query))
    together: dict[tuple[int, Origin | None], list[list[tuple[Loop, Queried]]]] = {}
    for found in _merged(list(causes.values())):
        loop, query = found[0]
        if _is_first(context, loop, query):
            number = (
                0 if of_framework(loop) else loop.number
            )  # What it goes through, it goes through for one class.
            together.setdefault((number, query.origin), []).append(found)
    for relations in together.values():
        # One loop over the rows of one query is one finding with one fix, however many relations it reads.
        first, *more = (found[0][1] for found in relations)
        others = [query for found in relations for _, query in found if query is not first]
        yield _finding(context, relations[0][0][0], first, more, others)


def _is_first(context: Context, loop: Loop, query: Queried) -> bool:
    """True if this was not told yet: neither here, nor by a method of the class at hand whose loop it is."""
    place = query.origin.place if query.origin is not None else None
    if not context.once("lazy", query.origin, call_place(query), query.relation):
        return False
    is_first_of_loop = context.once("lazy of", loop.place, place, query.relation)
    return is_first_of_loop or context.function.kind != units.KIND


def _below(context: Context, query: Queried) -> Loop | None:
    """A loop in what is called here, over rows that come from a query made here: nobody else knows what it loads."""
    origin = query.origin
    ours = origin is not None and (
        context.inside(origin.place)
        or _begun_here(context, query, origin)
        or (_shown_here(context, query) and not _is_told_there(context, query, origin))
        or _handed_here(context, query, origin)
        or (query.within is not None and is_of_heir_alone(context, query.within, query))
    )
    return query.within if ours and not query.batch and not query.memoised else None


_NEAR = 3
"""Calls to a read of rows that began here, and that another function chose among: further away much may have been loaded."""


def _begun_here(context: Context, query: Queried, origin: Origin) -> bool:
    return origin.first is not None and context.inside(origin.first) and len(query.chain) <= _NEAR


def _shown_here(context: Context, query: Queried) -> bool:
    """True for rows that a view shows in a template, or one row that it shows by a serializer, and has of another function:
    no other function knows both."""
    said = query.chain[0].message if query.chain else ""
    if said.startswith("shows "):
        return query.place.path != context.path
    within, scope = query.within, context.function.qualname
    if within is None or not of_framework(within) or not said.startswith(_CALLS):
        return False
    found = names.resolve(context.project, context.path, said[len(_CALLS) : -1], scope)
    shown = (found[0].path, found[0].qualname) if found is not None and not found[1] else ("", "")
    return bool(shown[0]) and serializers.is_serializer(context.project, shown)


_CALLS = "calls `"


def _is_told_there(context: Context, query: Queried, origin: Origin) -> bool:
    """True if the function that has the rows shows them itself, as a tag does whose template stands in many pages."""
    path, span = origin.place.path, origin.place.span
    facts = context.project.facts(path)
    around = [
        function
        for function in (facts.functions if facts is not None else ())
        if function.kind != "module" and _holds(function, span)
    ]
    innermost = max(around, key=lambda function: function.start, default=None)
    if innermost is None:
        return False
    loop, is_template = query.within, innermost.kind == templates.KIND
    if loop is None or is_template:
        return False
    if loop.place.path == path and _holds(innermost, loop.place.span):
        return True  # It has the rows and goes through them: it needs no page to know.
    if not any(map(template_library.registers, innermost.decorators)):
        return False
    shown = (
        units.qualname(innermost.qualname, name) for name in rendered.roots(context.project, path, innermost)
    )
    analyses = (context.summaries.analysis(path, qualname) for qualname in shown)
    return any(
        other.place == query.place and other.relation == query.relation
        for analysis in analyses
        for other in (analysis.queries if analysis is not None else ())
    )


def _holds(function: f.Function, span: Span) -> bool:
    return function.start <= span.start and span.end <= function.end


def _handed_here(context: Context, query: Queried, origin: Origin) -> bool:
    """True for rows that one function gives and another is handed: who calls both is the only one to know both."""
    return bool(query.chain) and any(
        call.place == query.chain[0].place
        and any(_holds_rows(value, origin) for value in call.bound.values())
        for call in context.analysis.calls
    )


def _merged(causes: list[list[tuple[Loop, Queried]]]) -> list[list[tuple[Loop, Queried]]]:
    """`a` and `a__b` read in the same loop are one cause: loading `a__b` loads both."""
    kept: list[list[tuple[Loop, Queried]]] = []
    for cause in sorted(causes, key=lambda found: -len(found[0][1].relation)):
        loop, query = cause[0]
        for other in kept:
            longer = other[0][1]
            same = _is_same(other[0][0], loop) and longer.origin == query.origin
            if same and longer.relation.startswith(query.relation + "__") and longer.many == query.many:
                other.extend(cause)
                break
        else:
            kept.append(cause)
    return sorted(kept, key=lambda found: found[0][1].place.span)


def _is_same(one: Loop, other: Loop) -> bool:
    """Whether two loops are one: those of a function that was called are numbered anew."""
    return one.number == other.number and one.place == other.place


def _holds_rows(over: Value, origin: Origin) -> bool:
    """True if a loop runs over rows that this query gave, or over groups, pairs or objects that hold them."""
    return over.of is not None and any(row.origin == origin for row in holding.rows(over.of))


def _fetched_before(context: Context, loop: Loop, query: Queried) -> bool:
    """True if the loop takes its rows out of what was fetched before it: `rows[position]`, `by_key[key]`."""
    place = query.origin.place if query.origin is not None else None
    if place is None or place.path != loop.place.path or loop.kind == "while":
        return False
    if query.origin is not None and query.origin.assumed:
        return False
    if (
        query.orm != "sqlalchemy"
        and not context.inside(place)
        and _is_fetched_in(context, loop, query, place)
    ):
        return False
    return not loop.whole.span.start <= place.span.start < loop.whole.span.end


def _is_fetched_in(context: Context, loop: Loop, query: Queried, place: Place) -> bool:
    """True if a function that is called on each turn fetches the row then: that is a query of its own, and told."""
    return bool(query.chain) or any(
        other.kind == "read"
        and other.place == place
        and any(one.number == loop.number for one in other.loops)
        for other in context.analysis.queries
    )


def _finding(
    context: Context, loop: Loop, query: Queried, more: list[Queried], others: list[Queried]
) -> Finding:
    """One finding for a relation, `more` relations of the same rows, and all `others`: the places that read them."""
    assert query.origin is not None
    turns = loop.turns.formula()
    keys = key_columns.fix(context, loaded_ahead.root_model(context, query), (query, *more, *others))
    # A walk goes on to rows that it reached by the relation: what their query loads is loaded for the first ones only.
    fix = keys or (None if loop.kind == "while" else _fix(context, loop, (query, *more)))
    count = 1 + len({q.relation for q in more} - {query.relation})
    message = f"`{told(query, loop)}`{through(query)} is loaded by a query of its own {on_each(loop)}{counted(loop, 'queries more')}."
    if count > 1:
        names = list(dict.fromkeys(f"`{told(q, loop)}`" for q in more if q.relation != query.relation))
        named = ", ".join(names[:MAX_NAMED]) + (
            f" and {len(names) - MAX_NAMED} more" if names[MAX_NAMED:] else ""
        )
        message += f" So {'is' if count == 2 else 'are'} {named}."
    if query.note:
        message += f" {query.note[0].upper()}{query.note[1:]}."
    elif fix is not None:
        message += f" {fix.title}."
    related = [
        loop_related(loop),
        *chain_related(query),
        Related(query.origin.place, "the rows come from this query"),
    ]
    related += others_related(call_place(query), others, "read here too")
    optional = of_framework(loop) and all(q.optional for q in (query, *more))
    mild = loop.exits or query.origin.assumed or optional
    why = "" if mild else few.told(context, loop, query)
    message += why
    severity = Severity.INFORMATION if mild or why else Severity.WARNING
    after = ""
    joined = fix is not None and "select_related" in fix.title and "prefetch_related" not in fix.title
    if joined or keys is not None:
        after = "1 query"
    elif count == 1:
        after = "2 queries"
    return context.finding(
        RULE.name,
        place_of(context, loop, query),
        message,
        severity,
        Confidence.HIGH,
        Cost(
            f"1 + {turns if count == 1 else f'{count}·{turns}'} queries",
            after,
        ),
        related,
        [fix] if fix is not None else (),
        ("query",),
        cause_of(context, loop),
    )


# ----------------------------------------------------------------------------------------------------- fixes


def _fix(context: Context, loop: Loop, queries: tuple[Queried, ...]) -> Fix | None:
    """Load the relations where the rows are queried; those for which that would help and keeps what the loop does."""
    origin = queries[0].origin
    if origin is None or not origin.certain or origin.split:
        return None
    if is_inherited(context) and not context.inside(origin.place):
        return None  # The base asks for the rows of others there, too.
    queries = tuple(query for query in queries if loaded_ahead.may_be(context, loop, query, origin))
    # What a page reads in a loop within a loop knows of the inner one alone; all of these are of the same rows.
    roots = (loaded_ahead.root_model(context, query) for query in queries)
    root = next((model for model in roots if model is not None), None)
    calls: dict[str, dict[str, None]] = {}
    needed: list[Edit] = []
    for query in queries:
        if not query.relation or query.relation in origin.later:
            continue  # What was put off on purpose is not to be loaded here.
        if query.orm == "django":
            found = _django_call(context, query, origin, root)
            if found is not None:
                calls.setdefault(found[0], {}).setdefault(found[1])
        elif (
            query.orm == "sqlalchemy"
            and (option := loader_options.option(context, query, origin)) is not None
        ):
            calls.setdefault("options", {}).setdefault(option[0])
            needed += [edit for edit in option[1] if edit not in needed]
    if not calls:
        return None
    for arguments in calls.values():
        for one in [*arguments]:  # What leads on to another relation is loaded on the way.
            if any(other.startswith(f"{one[:-1]}__") for other in arguments):
                del arguments[one]
    text = "".join(f".{verb}({', '.join(arguments)})" for verb, arguments in calls.items())
    if not loader_calls.is_expression(context.project, origin.place):
        return None
    named = view_querysets.named(context, origin.place)
    edits = (
        loader_calls.added(context, origin.place, calls)
        if named is None
        else view_querysets.added(context, origin.place, named, calls)
    )
    if not edits:
        return None
    return Fix(
        f"Add {text} to the query",
        (*needed, *edits),
        loaded_ahead.is_certain(context, loop, queries, origin)
        and not ("prefetch_related" in calls and loaded_ahead.is_for_others(context, origin.place)),
    )


def _django_call(
    context: Context, query: Queried, origin: Origin, root: Model | None
) -> tuple[str, str] | None:
    """The method of a queryset of `root` that loads a relation, and its argument."""
    chain = _relations(context, query, root)
    if chain is None or query.note:
        return None
    prefetched = any(query.relation.startswith(path + "__") for path in origin.prefetches)
    # What a prefetch puts in place replaces what a join loaded, so the path has to go on with the prefetch.
    joined = not prefetched and all(kind in tables().django.select_related for kind in chain)
    if origin.limits & {"only", "defer", "raw"}:
        return None  # A deferred field cannot be traversed, and raw SQL joins nothing.
    # An outer join cannot be locked, a relation that is named ends what `select_related()` joins by itself, and what is to be
    # deleted is fetched without joins.
    joined = joined and not origin.limits & {"select_for_update", "select_related", "extra", "delete"}
    if not joined and ("iterator" in origin.limits or origin.one):
        return None  # Without a chunk size, iterator() refuses to prefetch; for one row it sends as many queries.
    return ("select_related" if joined else "prefetch_related"), f'"{query.relation}"'


POLYMORPHIC = "polymorphic"


def _is_polymorphic(context: Context, model: Model) -> bool:
    above = names_above(context.project, *model.key)
    return any(name in tables().django.classes["polymorphic"] for name in above)


def _relations(context: Context, query: Queried, root: Model | None) -> list[str] | None:
    """The kinds of the relations on the way from a model to what was read; one that leads to rows of several classes is of
    a kind of its own."""
    models = context.summaries.models
    if root is None:
        return None
    kinds: list[str] = []
    current: Model | None = root
    for name in query.relation.split("__"):
        relation = current.relations.get(name) if current is not None else None
        if relation is None:
            return None
        kind = OF_PARENT if current is not None and _is_of_parent(current, relation) else relation.kind
        current = models.related(relation)
        kinds.append(POLYMORPHIC if current is not None and _is_polymorphic(context, current) else kind)
    return kinds


OF_PARENT = "of parent"
"""The kind of the way from a parent's row to the child's, where it is read of a child: it can be prefetched and not joined."""


def _is_of_parent(model: Model, relation: Relation) -> bool:
    """True for `novel.novel` of a `Novel(Book)`, which is what leads from a `Book` to its novel.

    Source: https://docs.djangoproject.com/en/5.2/topics/db/models/#multi-table-inheritance
    """
    link = relation.inverse
    return relation.kind == "reverse_o2o" and link.endswith("_ptr") and link != f"{model.name.lower()}_ptr"


RULE = Rule(
    name="lazy-relation-in-loop",
    summary="A relation is read on every row of a query that did not load it.",
    why="""\
An object-relational mapper loads a relation when it is first read, with a query of its own. In a loop over rows that
is one query for each row on top of the one that fetched them: the N+1 problem.

Load the relation together with the rows: `select_related` joins a foreign key or one-to-one relation into the same
query, `prefetch_related` and `selectinload` fetch many rows' relations with one query more.

Nobody need write the loop: a serializer of Django REST framework reads its fields, `source`s, nested serializers and
`get_...` methods of every row that its view lists. Then the finding stands where the rows are queried. A changelist of
Django's admin shows its columns of every row, an inline the text of each; `list_select_related` counts, and what the
changelist joins by itself. A template (in a folder called `templates` or `jinja2`) reads what it shows of every row that
a view hands over, a feed's methods are asked for every item.

It says nothing when the rows' query is not known for sure, when the relation is loaded anywhere on the way, for the
column behind a foreign key (`book.author_id`), for assignments, and for a single object.
""",
    severity=Severity.WARNING,
    fix="Adds `select_related`, `prefetch_related` or `options(...)` to the query the rows really come from, also in "
    "another function; reads `book.author_id` where only `book.author.id` is asked for.",
    bad=(
        Example(
            "a foreign key",
            """\
from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=100)


class Book(models.Model):
    title = models.CharField(max_length=100)
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")


def labels():
    return [f"{book.title}, {book.author.name}" for book in Book.objects.all()]  # <- here


def shelf():
    for author in Author.objects.order_by("name"):
        for book in author.books.all():  # <- here
            print(author.name, book.title)
""",
        ),
        Example(
            "the query is in another function",
            """\
from django.db import models


class Publisher(models.Model):
    name = models.CharField(max_length=100)


class Book(models.Model):
    title = models.CharField(max_length=100)
    publisher = models.ForeignKey(Publisher, on_delete=models.CASCADE)

    @property
    def imprint(self):
        return self.publisher.name.upper()


def recent():
    return Book.objects.order_by("-id")


def page():
    books = recent()
    for book in books:
        print(book.title, book.imprint)  # <- here
""",
        ),
        Example(
            "only the key of the other row is asked for",
            """\
from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=100)


class Book(models.Model):
    title = models.CharField(max_length=100)
    author = models.ForeignKey(Author, on_delete=models.CASCADE)


def authors_of_books():
    return {book.pk: book.author.id for book in Book.objects.all()}  # <- here
""",
        ),
        Example(
            "a SQLAlchemy relationship",
            """\
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    orders: Mapped[list["Order"]] = relationship(back_populates="user")


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    user: Mapped[User] = relationship(back_populates="orders")


def report(session: Session):
    for user in session.scalars(select(User)):
        print(user.id, len(user.orders))  # <- here
""",
        ),
    ),
    good=(
        Example(
            "loaded with the rows",
            """\
from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=100)


class Book(models.Model):
    title = models.CharField(max_length=100)
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")


def labels():
    return [f"{book.title}, {book.author.name}" for book in Book.objects.select_related("author")]


def shelf():
    for author in Author.objects.prefetch_related("books"):
        for book in author.books.all():
            print(author.name, book.title, book.author.name)


def keys():
    return [book.author_id for book in Book.objects.all()]


def one(pk):
    book = Book.objects.get(pk=pk)
    return book.author.name
""",
        ),
    ),
    check=check,
)

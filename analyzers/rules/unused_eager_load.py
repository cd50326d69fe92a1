"""unused-eager-load: a relation that is loaded along with rows, and that nothing reads of them."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import facts as f
from analyzers import templates
from analyzers.conventions import units
from analyzers.evaluate import shapes
from analyzers.findings import Confidence, Cost, Edit, Finding, Fix, Place, Related, Severity
from analyzers.orm import tables
from analyzers.project import names
from analyzers.project.schema import Model
from analyzers.rules import edits as edits_of
from analyzers.rules import enclosing
from analyzers.rules.base import Context, Example, Rule
from analyzers.rules.edits import absolute
from analyzers.text import Span
from analyzers.uses.frames import Frame
from analyzers.uses.things import Unknown, Uses, begins, is_plain, texts


def check(context: Context) -> Iterator[Finding]:
    function = context.function
    if not context.is_whole or not may_report(function) or function.parent or context.language != "python":
        return
    if function.kind not in ("function", "method"):
        return
    loaders = _loaders(function)
    said = [texts(call.args) for call in loaders]
    if any(paths is None for paths in said):
        return  # What is loaded may rest on what is loaded with it.
    everything = [path for paths in said for path in paths or ()]
    for call, paths in zip(loaders, said, strict=True):
        uses = _uses(context, call) if paths else None
        unread = _unread(uses, paths or [], everything) if uses is not None else []
        if uses is not None and unread:
            yield _finding(context, call, uses, paths or [], unread)


def may_report(function: f.Function) -> bool:
    """True for a function that loads a relation by its name."""
    return bool(_loaders(function))


def _loaders(function: f.Function) -> list[f.Call]:
    if function.kind in (templates.KIND, units.KIND):
        return []
    return [
        call
        for call in shapes.of_kind(function.body, f.Call)
        if isinstance(call.func, f.Attr)
        and call.func.name in tables().django.loaders
        and (call.args or call.keywords)
    ]


def _uses(context: Context, call: f.Call) -> Uses | None:
    """What is read of the rows of a query; None where not all is known that is done with them."""
    assert isinstance(call.func, f.Attr)
    model = _model(context, call.func.obj)
    if model is None or not is_plain(context.project, model):
        return None
    uses = Uses(context.project, context.summaries.models, model)
    try:
        given = Frame(uses, context.path, context.function, {}, seed=(call.at, call.to)).run()
    except Unknown:
        return None
    return None if given else uses  # Whoever calls it gets the rows.


def _unread(uses: Uses, paths: list[str], everything: list[str]) -> list[str]:
    """Those relations of one loader that nothing reads, and that nothing needs which is loaded for something."""
    found: list[str] = []
    for path in sorted(paths, key=len, reverse=True):
        rest = [other for other in everything if other not in found]
        if uses.relation_at(path) is not None and not _is_needed(uses, path, rest):
            found.append(path)
    return [path for path in paths if path in found]


def _is_needed(uses: Uses, path: str, others: list[str]) -> bool:
    """True if the relation is read, or one on the way to it that nothing else loads, or if something is loaded by it."""
    if uses.read(path) or any(other.startswith(f"{path}__") for other in others):
        return True
    parts = path.split("__")
    above = ["__".join(parts[:length]) for length in range(1, len(parts))]
    return any(uses.read(one) and one not in others for one in above)


def _model(context: Context, node: f.Expr, depth: int = 0) -> Model | None:
    """The model whose rows a queryset has, where it is begun in this function and every method of it is Django's."""
    if depth > 12:
        return None
    if isinstance(node, f.Call) and isinstance(node.func, f.Attr):
        return _model(context, node.func.obj, depth + 1) if node.func.name in _CHAIN else None
    if isinstance(node, f.Name):
        return _of_name(context, node.id, depth)
    if not isinstance(node, f.Attr):
        return None
    chain = shapes.dotted(node.obj)
    found = names.resolve(context.project, context.path, chain, context.function.qualname) if chain else None
    if found is None or found[1] or found[0].kind != "class":
        return None
    model = context.summaries.models.of(found[0])
    return model if model is not None and (node.name in model.managers or node.name == "objects") else None


_CHAIN = (
    "all", "filter", "exclude", "order_by", "distinct", "using", "annotate", "alias", "select_related", "prefetch_related",
    "reverse",
)  # fmt: skip


def _of_name(context: Context, name: str, depth: int) -> Model | None:
    """The model of all that a function puts under a name."""
    values = shapes.given_to(context.function.body, name)
    first = next((value for value in values if value is not None and begins(value) != name), None)
    others = [value for value in values if value is not first]
    if first is None or any(value is None or begins(value) != name for value in others):
        return None
    if any(param.name == name for param in context.function.params):
        return None
    return _model(context, first, depth + 1)


# ----------------------------------------------------------------------------------------------------- finding


def _finding(context: Context, call: f.Call, uses: Uses, paths: list[str], unread: list[str]) -> Finding:
    assert isinstance(call.func, f.Attr)
    verb = call.func.name
    *most, last_named = (f"`{path}`" for path in unread)
    named = f"{', '.join(most)} and {last_named}" if most else last_named
    is_, each = ("is", "it") if len(unread) == 1 else ("are", "them")
    fix = Fix(
        f"Remove `.{verb}()`" if len(unread) == len(paths) else f"Remove {named} from `{verb}()`",
        _removed(context, call, paths, unread),
    )
    first = call.args[paths.index(unread[0])]
    last = call.args[paths.index(unread[-1])]
    begin, end = absolute(context, first).span.start, absolute(context, last).span.end
    place = Place(context.path, Span(begin, end))
    return context.finding(
        RULE.name,
        place,
        f"{named} {is_} loaded along with these rows, and nothing reads {each}. {fix.title}.",
        Severity.INFORMATION,
        Confidence.HIGH,
        _cost(verb == "select_related", len(unread)),
        [Related(place, "this relation") for place in _declared(context, uses, unread)],
        fixes=[fix],
        tags=("eager-load", "unnecessary"),
    )


def _cost(joins: bool, count: int) -> Cost:
    if joins:
        return Cost(f"1 query with {count} {'join' if count == 1 else 'joins'} more", "1 query")
    return Cost(f"{1 + count} queries", "1 query")


def _declared(context: Context, uses: Uses, paths: list[str]) -> Iterator[Place]:
    """Where the models say that they have the relations."""
    for path in paths:
        relation = uses.relation_at(path)
        place = context.summaries.models.place(relation) if relation is not None else None
        if place is not None:
            yield Place(*place)


def _removed(context: Context, call: f.Call, paths: list[str], unread: list[str]) -> tuple[Edit, ...]:
    """The names taken out of the call, or the whole of it out of the chain."""
    assert isinstance(call.func, f.Attr)
    start = absolute(context, call).span.start - call.at
    obj = call.func.obj
    if len(unread) == len(paths):
        behind = next(
            (
                node
                for node in shapes.of_kind(context.function.body, f.Call)
                if isinstance(node.func, f.Attr) and node.func.obj is call
            ),
            None,
        )
        text = (
            "" if behind is not None or isinstance(obj, f.Call) else ".all()"
        )  # A manager cannot be gone through.
        removed = Edit(Place(context.path, Span(start + obj.to, start + call.to)), text)
        return (removed, *(_narrowed(context, removed, behind) if behind is not None else ()))
    kept = [arg for arg, path in zip(call.args, paths, strict=True) if path not in unread]
    shown = ", ".join(context.source(absolute(context, arg)) for arg in kept)
    return (Edit(Place(context.path, Span(start + call.args[0].at, start + call.args[-1].to)), shown),)


def _narrowed(context: Context, removed: Edit, call: f.Call) -> tuple[Edit, ...]:
    """Where a line gets too wide without the lines of what is taken out, the arguments of what follows go on a line of their
    own."""
    text, span = context.text, removed.place.span
    given, to = (absolute(context, call).span.start + at - call.at for at in (call.func.to + 1, call.to - 1))
    first, last = text.line_of(span.start), text.line_of(to)
    head = text.slice(Span(text.line_starts[first], span.start))
    rest = text.slice(Span(span.end, text.line_span(last).end)).rstrip()
    if given == to or "\n" in rest or len(head + rest) <= edits_of.width(context):
        return ()
    indent, newline = text.indent_of(first), text.newline
    apart = ((given, f"{newline}{indent}{enclosing.STEP}"), (to, f"{newline}{indent}"))
    return tuple(Edit(Place(context.path, Span(at, at)), put) for at, put in apart)


RULE = Rule(
    name="unused-eager-load",
    summary="A relation is loaded along with rows, and nothing reads it of them.",
    why="""\
`select_related` joins another table into a query, and `prefetch_related` sends one query more and makes an object of
every row it gives. That pays where the relation is read. Where nothing reads it any more, the join, the query and the
objects are for nothing; often the code that read them was changed, and the loader stayed.

It is told only where everything is known that is done with the rows: in the function, in what it calls, in the methods
and properties of the model, and in the templates that show them. Where they go anywhere else (to a caller, a serializer,
an object that keeps them, a function that is not at hand) nothing is said.""",
    severity=Severity.INFORMATION,
    grows=False,
    bad=(
        Example(
            "The publisher was shown once",
            """\
from django.db import models


class Publisher(models.Model):
    name = models.CharField(max_length=100)


class Author(models.Model):
    name = models.CharField(max_length=100)


class Book(models.Model):
    title = models.CharField(max_length=100)
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
    publisher = models.ForeignKey(Publisher, on_delete=models.CASCADE)


def titles():
    books = Book.objects.select_related("author", "publisher")  # <- here
    return [f"{book.title}, {book.author.name}" for book in books]
""",
        ),
        Example(
            "Tags that nobody reads",
            """\
from django.db import models


class Tag(models.Model):
    name = models.CharField(max_length=100)


class Book(models.Model):
    title = models.CharField(max_length=100)
    tags = models.ManyToManyField(Tag)


def print_titles():
    for book in Book.objects.order_by("title").prefetch_related("tags"):  # <- here
        print(book.title)
""",
        ),
    ),
    good=(
        Example(
            "A method of the model reads it",
            """\
from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=100)


class Book(models.Model):
    title = models.CharField(max_length=100)
    author = models.ForeignKey(Author, on_delete=models.CASCADE)

    def __str__(self):
        return f"{self.title}, {self.author.name}"


def titles():
    return [str(book) for book in Book.objects.select_related("author")]
""",
        ),
        Example(
            "Somebody else gets the rows",
            """\
from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=100)


class Book(models.Model):
    title = models.CharField(max_length=100)
    author = models.ForeignKey(Author, on_delete=models.CASCADE)


def books():
    return Book.objects.select_related("author")
""",
        ),
    ),
    check=check,
    fix="Remove the relation from the loader, or the loader where it was the only one.",
)

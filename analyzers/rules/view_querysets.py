"""A view that names a model alone (`model = Book`) asks for its rows nowhere in the project: what is to be loaded along gets
a queryset beside it.

Source: https://docs.djangoproject.com/en/5.2/ref/class-based-views/mixins-multiple-object/#django.views.generic.list.MultipleObjectMixin.queryset
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import shapes
from analyzers.findings import Edit, Place
from analyzers.project import names
from analyzers.project.models import Model
from analyzers.rules import chains, loader_calls
from analyzers.rules import edits as edits_of
from analyzers.rules.base import Context
from analyzers.text import Span


class Named(NamedTuple):
    """A model that is named where its rows come from: in which function or class, and how."""

    owner: f.Function | f.ClassDef
    node: f.Expr
    model: Model


def named(context: Context, place: Place) -> Named | None:
    """The model whose name stands at a place, as in `model = Book`; None for an expression that gives rows."""
    for owner in loader_calls.around(context.project, place):
        mentioned: list[f.Expr] = [*shapes.of_kind(owner.body, f.Name), *shapes.of_kind(owner.body, f.Attr)]
        for node in mentioned:
            if Span(owner.start + node.at, owner.start + node.to) == place.span:
                found = names.resolve(context.project, place.path, shapes.dotted(node), owner.qualname)
                model = context.summaries.models.of(found[0]) if found is not None and not found[1] else None
                return Named(owner, node, model) if model is not None else None
    return None


def added(context: Context, place: Place, found: Named, calls: Mapping[str, Iterable[str]]) -> list[Edit]:
    """The line that has a view load more: `calls` names methods and what they are to be given, as source. Nothing where
    another view inherits from it, which may name another model."""
    owner = found.owner
    if not isinstance(owner, f.ClassDef) or not _is_of_view(owner, found.node) or place.path != context.path:
        return []
    if context.project.words.heirs(owner.qualname.rpartition(".")[2]):
        return []
    seen = loader_calls.text_around(context, place)
    if seen is None:
        return []
    text, head, behind, newline = seen
    indent = head[: len(head) - len(head.lstrip())]
    line = f"{indent}queryset = {text}.{next(iter(found.model.managers), 'objects')}"
    new = [f".{verb}({', '.join(arguments)})" for verb, arguments in calls.items()]
    end = place.span.end + len(behind.encode())
    put = newline + _laid_out(line, new, indent, edits_of.width(context), newline)
    return [Edit(Place(place.path, Span(end, end)), put)]


def _is_of_view(cls: f.ClassDef, node: f.Expr) -> bool:
    return any(
        isinstance(stmt, f.Assign)
        and stmt.value is node
        and [target.id for target in stmt.targets if isinstance(target, f.Name)] == ["model"]
        for stmt in cls.body
    )


def _laid_out(line: str, new: list[str], indent: str, width: int, newline: str) -> str:
    """The line with its calls; where that is too wide, with the arguments of the last, the first, or each on lines of their own."""
    opened = [chains.opened(one, indent, width, newline) for one in new]
    for calls in ([*new], [*new[:-1], opened[-1]], [opened[0], *new[1:]]):
        whole = line + "".join(calls)
        if all(len(part) <= width for part in whole.split(newline)):
            return whole
    return line + "".join(opened)

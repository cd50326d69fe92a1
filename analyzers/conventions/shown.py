"""Classes that show a template on themselves: pages of Wagtail, and the blocks that a page is put together of.

Their `get_context` says what the template is given besides; a page is `page` there, a block's value `value`.

Source: https://docs.wagtail.org/en/stable/topics/pages.html#template-rendering and
https://docs.wagtail.org/en/stable/topics/streamfield.html#template-rendering
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzers import facts as f
from analyzers.conventions import classes, template_files, units
from analyzers.conventions.tables import frameworks
from analyzers.conventions.units import At
from analyzers.project.django_models import app_label
from analyzers.project.index import Project
from analyzers.project.models import Models
from analyzers.project.outline import literal
from analyzers.project.schema import Key

WORD = "template"
CONTEXT = "get_context"

_PAGE, _BLOCK = "page", "block"
_WORD_BEGINS = re.compile(r"(((?<=[a-z])[A-Z])|([A-Z](?![A-Z]|$)))")
"""Where a word begins in a class's name, as Wagtail's `camelcase_to_underscore` has it."""


def kind_of(project: Project, key: Key) -> str:
    """ "page" or "block", "" for any other class."""
    return classes.kind(project, key, page=frameworks().shown_page, block=frameworks().shown_block)


def roots(project: Project, key: Key) -> Iterator[str]:
    """The unit of a class that shows a template of the project's."""
    kind = kind_of(project, key)
    if (
        kind
        and (kind == _PAGE or classes.method(project, key, CONTEXT) is not None)
        and _template(project, key, kind)
    ):
        yield WORD


def shown(project: Project, cls: f.ClassDef, key: Key, _: str) -> f.Function | None:
    """What showing the page or block does: its template is shown on what `get_context` gives, and on itself."""
    kind = kind_of(project, key)
    name = _template(project, key, kind)
    if not name:
        return None
    at = At(classes.name_of(cls))
    this, given = at.name("self"), "value" if kind == _BLOCK else "request"
    own = classes.method(project, key, CONTEXT)
    made: f.Expr = f.Mapping(*at.span, (), ())
    if own is not None:
        made = at.call(at.attr(this, CONTEXT), at.name(given))
    body: list[f.Stmt] = [at.put("context", made)]
    for word in (_PAGE, "self") if kind == _PAGE else ():
        place = f.Index(*at.span, at.name("context"), at.text(word))
        body.append(f.Assign(*at.span, (place,), this))
    body.append(at.do(at.call(at.name("<show>"), at.text(name), at.name("context"))))
    return units.function(cls, WORD, (given,), tuple(body))


def _template(project: Project, key: Key, kind: str) -> str:
    """The template that the class names, or the one that a page's own name stands for; "" where the project has none."""
    held = classes.held(project, key, "template") if kind == _PAGE else classes.meta(project, key, "template")
    name = literal(held.value) if held is not None else ""
    if not name and held is None and kind == _PAGE:
        word = _WORD_BEGINS.sub(r"_\1", key[1].rpartition(".")[2]).lower().strip("_")
        name = f"{app_label(Models(project), key)}/{word}.html"
    return name if name and template_files.find(project, name, key[0]) else ""

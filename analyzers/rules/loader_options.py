"""The local fix of a relation that SQLAlchemy loads row by row: an option on the statement the rows come from.

Source: https://docs.sqlalchemy.org/en/20/orm/queryguide/relationships.html
"""

from __future__ import annotations

import re
from itertools import pairwise

from analyzers import facts as f
from analyzers.evaluate.events import Queried
from analyzers.findings import Edit, Place
from analyzers.project import names
from analyzers.project.models import Model
from analyzers.rules import imports
from analyzers.rules.base import Context
from analyzers.text import Span
from analyzers.types import Origin

MODULE = "sqlalchemy.orm"
_STATEMENT = re.compile(r"(?:(?:select|query)\((?P<first>[\w.]+)\)|(?P<owner>[\w.]+)\.query)$")
"""How a statement names the model it is for; the origin's label has it as it is written."""


def option(context: Context, query: Queried, origin: Origin) -> tuple[str, list[Edit]] | None:
    """`joinedload(Order.user).joinedload(User.country)` and the imports it needs, for the file of the statement.

    None where the statement takes no options, or where the file has no name for one of the models: `self.model` is
    another for each class that inherits the statement.
    """
    written = _STATEMENT.match(origin.label)
    root = context.summaries.models.model(*origin.root) if origin.root is not None else None
    if written is None or root is None:
        return None
    path = origin.place.path
    name = written.group("first") or written.group("owner")
    if not _means(context, path, name, root):
        return None
    links: list[str] = []
    edits: list[Edit] = []
    walked = ""
    current: Model | None = root
    for part in query.relation.split("__"):
        walked = f"{walked}__{part}" if walked else part
        if current is None or not name:
            return None
        loader = _loader(current, part, walked, origin)
        way = _way(context, path, loader)
        if way is None:
            return None
        # What follows the first is a method of it, whatever the file calls the function.
        links.append(f"{loader if links else way[0]}({name}.{part})")
        edits += [edit for edit in way[1] if not links[1:] and edit not in edits]
        relation = current.relations.get(part)
        current = context.summaries.models.related(relation) if relation is not None else None
        name = _name_in(context, path, current) if current is not None else ""
    return ".".join(links), edits


def _means(context: Context, path: str, name: str, model: Model) -> bool:
    """True if a name, as the statement writes it, is that model's wherever it stands."""
    found = names.resolve(context.project, path, name)
    return found is not None and not found[1] and (found[0].path, found[0].qualname) == model.key


def _loader(model: Model, part: str, path: str, origin: Origin) -> str:
    relation = model.relations.get(part)
    if relation is None:
        return "undefer"
    if path in origin.loads or (relation.eager and path not in origin.later):
        return "defaultload"  # It comes along already; what follows does not.
    # Where nobody says whether there are many, a join might give a row once for each of them.
    return "joinedload" if relation.many is False and not origin.limits else "selectinload"


def _name_in(context: Context, path: str, model: Model) -> str:
    """The model's own name, if that is what the name means at the top of the file."""
    found = names.top_level(context.project, path, model.name)
    return model.name if found is not None and (found.path, found.qualname) == model.key else ""


def _way(context: Context, path: str, loader: str) -> tuple[str, list[Edit]] | None:
    """How a file can write the loader's name, and the edit that imports it."""
    facts = context.project.facts(path)
    if facts is None:
        return None
    for item in facts.imports:
        if item.scope:
            continue
        if (item.module, item.name) == (MODULE, loader):
            return item.alias, []
        if (item.module, item.name) in ((MODULE, ""), ("sqlalchemy", "orm")) and item.alias == "orm":
            return f"orm.{loader}", []
    if path == context.path:
        edit = imports.add_name(context, MODULE, loader)
        return loader, [edit] if edit is not None else []
    own = [item for item in facts.imports if item.module == MODULE and item.name and not item.scope]
    if not own:
        return None
    before = [item for item in own if imports.order(item.name) < imports.order(loader)]
    at = (before or own)[-1].to
    return loader, [Edit(Place(path, Span(at, at)), f",{_between(own)}{loader}")]


def _between(own: list[f.Import]) -> str:
    """What stands between two imported names behind the comma: a blank, or the end of a line and the indentation of the next."""
    gaps = {later.at - item.to for item, later in pairwise(own)}
    gap = gaps.pop() if len(gaps) == 1 else 0
    return f"\n{' ' * (gap - 2)}" if gap > 2 else " "

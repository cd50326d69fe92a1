"""Which template a program shows: a name may stand in a variable, a class attribute, a constant of another module, a
branch, or come by a parameter of a helper that shows what its callers name.

Source: https://docs.djangoproject.com/en/5.2/ref/class-based-views/mixins-simple/#templateresponsemixin and
https://docs.djangoproject.com/en/5.2/topics/templates/#django.template.loader.get_template
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from analyzers import facts as f
from analyzers.conventions import classes, template_files, template_patterns
from analyzers.conventions.tables import frameworks
from analyzers.project import names
from analyzers.project.index import Project
from analyzers.project.outline import argument, dotted, flatten, keyword
from analyzers.project.schema import Key

METHOD = "get_template_names"

_DEPTH = 6
LOADERS = ("get_template", "select_template")
"""Methods and functions that give the template of a name."""


class Where(NamedTuple):
    """The code that an expression stands in: its file, its function if it is in one, and what `self` is there."""

    path: str
    function: f.Function | None
    this: Key | None


class Handed(NamedTuple):
    """A helper that shows templates named by its caller: the parameters of the names (a mail has a text and a page),
    and the names that single parameters have in the context."""

    names: tuple[str, ...]
    keys: tuple[tuple[str, str], ...]


def texts(project: Project, where: Where, node: f.Expr | None, depth: int = 0) -> list[str]:
    """The texts that an expression may be, as far as they are written down."""
    if depth > _DEPTH or node is None:
        return []
    if isinstance(node, f.Const):
        return [node.value] if isinstance(node.value, str) else []
    put_together = template_patterns.patterns(node, lambda part: texts(project, where, part, depth + 1))
    if put_together is not None:
        return [name for pattern in put_together for name in template_files.matching(project, pattern)]
    parts: tuple[f.Expr, ...] = ()
    if isinstance(node, f.Collection):
        parts = node.items
    elif isinstance(node, f.Choose):
        parts = (node.then, node.other)
    elif isinstance(node, f.Logic):
        parts = node.parts
    elif isinstance(node, f.Name):
        return _of_name(project, where, node.id, depth)
    elif isinstance(node, f.Attr) and dotted(node.obj) in ("self", "cls") and where.this is not None:
        held = classes.held(project, where.this, node.name)
        return _held(project, where, held, depth) if held is not None else []
    elif isinstance(node, f.Attr):
        return _of_module(project, where, dotted(node) or "", depth)
    elif isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name == METHOD:
        return of_class(project, where.this, depth + 1) if where.this is not None else []
    return [text for part in parts for text in texts(project, where, part, depth + 1)]


def of_class(project: Project, key: Key, depth: int = 0) -> list[str]:
    """The templates that a view names: by the method for it, else by its attribute."""
    own = classes.method(project, key, METHOD)
    if own is not None and depth <= _DEPTH:
        found = names.member(project, *key, METHOD)
        where = Where(found.path if found is not None else key[0], own, key)
        given = [s.value for s in flatten(own.body) if isinstance(s, f.Return)]
        out = [text for value in given for text in texts(project, where, value, depth + 1)]
        if out:
            return out
    held = classes.held(project, key, "template_name")
    named = _held(project, Where(key[0], None, key), held, depth) if held is not None else []
    return [*named, *_set_later(project, key, depth)]


def _set_later(project: Project, key: Key, depth: int) -> Iterator[str]:
    """The templates that a view's own methods choose: `self.template_name = "books_short.html"`."""
    for function in project.methods_of(*key).values() if depth <= _DEPTH else ():
        for statement in flatten(function.body):
            if isinstance(statement, f.Assign) and any(
                dotted(target) == "self.template_name" for target in statement.targets
            ):
                yield from texts(project, Where(key[0], function, key), statement.value, depth + 1)


def loaded(project: Project, where: Where, node: f.Expr, depth: int = 0) -> list[str]:
    """The names of the template that an expression holds: `loader.get_template("books.html")`."""
    if depth > _DEPTH:
        return []
    if isinstance(node, f.Call) and (dotted(node.func) or "").rpartition(".")[2] in LOADERS:
        return texts(project, where, argument(node, 0, "template_name"))
    if isinstance(node, f.Name) and where.function is not None:
        values = _assigned(where.function, node.id)
        return [text for value in values for text in loaded(project, where, value, depth + 1)]
    return []


def _held(project: Project, where: Where, held: classes.Held, depth: int) -> list[str]:
    return texts(project, Where(held.owner[0], None, where.this), held.value, depth + 1)


def _of_name(project: Project, where: Where, name: str, depth: int) -> list[str]:
    function = where.function
    values = list(_assigned(function, name)) if function is not None else []
    if function is not None:
        values += [p.default for p in function.params if p.name == name and p.default is not None]
        if not values and any(p.name == name for p in function.params):
            return []
    if values:
        return [text for value in values for text in texts(project, where, value, depth + 1)]
    return _of_module(project, where, name, depth)


def _of_module(project: Project, where: Where, chain: str, depth: int) -> list[str]:
    """A variable of this or another module, or an attribute of a class."""
    found = names.resolve(project, where.path, chain) if chain else None
    if found is None:
        return []
    target, rest = found
    if target.kind == "class" and len(rest) == 1:
        held = classes.held(project, (target.path, target.qualname), rest[0])
        return _held(project, where, held, depth) if held is not None else []
    if target.kind != "variable" or rest or "." in target.qualname:
        return []
    assign = names.module_value(project, target.path, target.qualname)
    return texts(project, Where(target.path, None, None), assign.value if assign else None, depth + 1)


_PUT = ("append", "insert", "extend")


def _assigned(function: f.Function, name: str) -> Iterator[f.Expr]:
    """What a function assigns to a name, or puts into the list that stands under it."""
    for statement in flatten(function.body):
        call = statement.value if isinstance(statement, f.Do) else None
        if (
            isinstance(call, f.Call)
            and isinstance(call.func, f.Attr)
            and call.func.name in _PUT
            and call.args
        ):
            if dotted(call.func.obj) == name:
                yield call.args[-1]
            continue
        if not isinstance(statement, f.Assign) or statement.value is None:
            continue
        if any(isinstance(target, f.Name) and target.id == name for target in statement.targets):
            yield statement.value


# ------------------------------------------------------------------------------------------------- helpers


def handed(project: Project, path: str, qualname: str) -> Handed | None:
    """What a function shows for its callers; None for one that does not show a template named by a parameter."""

    def find() -> Handed | None:
        project.read(path)
        function = project.function(path, qualname)
        if function is None or not function.params:
            return None
        params = {param.name for param in function.params}
        found: dict[str, None] = {}
        keys: dict[tuple[str, str], None] = {}
        for node in f.walk(function.body):
            if not isinstance(node, f.Call) or not _hands_on(node, params):
                continue
            for name, context in _shown(project, path, function, node):
                if isinstance(name, f.Name) and name.id in params and not any(_assigned(function, name.id)):
                    found[name.id] = None
                    keys |= dict.fromkeys(_keys(context, params))
        return Handed(tuple(found), tuple(keys)) if found else None

    return project.memo.ask(("shows for others", path, qualname), find, in_cycle=None)


def _hands_on(node: f.Call, params: set[str]) -> bool:
    """Whether a parameter stands among the arguments: what a call shows under any other name is not looked for."""
    given = (*node.args, *(keyword.value for keyword in node.keywords))
    return any(isinstance(one, f.Name) and one.id in params for one in given)


def _shown(
    project: Project, path: str, function: f.Function, node: f.Call
) -> Iterator[tuple[f.Expr | None, f.Expr | None]]:
    """The expressions of the names of templates and of their contexts, of a call that shows templates."""
    chain = dotted(node.func)
    found = names.resolve(project, path, chain, function.qualname) if chain else None
    if found is not None and found[0].kind == "external":
        full = ".".join((found[0].dotted, *found[1]))
        word = frameworks().renders.words.get(full)
        if full.rpartition(".")[2] in LOADERS:
            yield argument(node, 0, "template_name"), None
        elif word is not None:
            at, context = word.split()
            name = argument(node, int(at), "template_name") or keyword(node, "template")
            yield name, argument(node, int(context), "context") if context.isdigit() else None
    elif isinstance(node.func, f.Attr) and node.func.name in LOADERS:
        yield argument(node, 0, "template_name"), None
    elif found is not None and found[0].kind == "function" and not found[1]:
        other = handed(project, found[0].path, found[0].qualname)
        callee = project.function(found[0].path, found[0].qualname) if other is not None else None
        if other is not None and callee is not None:
            order = [param.name for param in callee.params]
            for one in other.names:
                yield argument(node, order.index(one), one), None


def _keys(context: f.Expr | None, params: set[str]) -> Iterator[tuple[str, str]]:
    if isinstance(context, f.Mapping):
        for key, value in zip(context.keys, context.values, strict=False):
            if isinstance(key, f.Const) and isinstance(value, f.Name) and value.id in params:
                yield str(key.value), value.id

"""Functions that Django's signals call: `@receiver(post_save, sender=Book)`, `post_save.connect(log, sender=Book)`.

Only receivers for a model that is named count: what listens to every model knows how to tell them apart. A `connect` counts at
the top of a file and in the `ready` of an application.

Source: https://docs.djangoproject.com/en/5.2/topics/signals/
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import Attr, Call, Collection, Expr, Function, walk
from analyzers.project.index import Project
from analyzers.project.models import Models
from analyzers.project.names import full_name, resolve
from analyzers.project.outline import argument, dotted, keyword, literal
from analyzers.project.schema import Key

_DECORATORS = frozenset(("django.dispatch.receiver", "django.dispatch.dispatcher.receiver"))
_SIGNALS = "django.db.models.signals."
_IMPORTED = frozenset(("django.dispatch", "django.dispatch.dispatcher", "django.db.models.signals"))

_Sent = tuple[str, Key]
"""The last part of a signal's name, and the model that sends it."""


def receivers(project: Project, signal: str, sender: Key) -> tuple[Key, ...]:
    """The functions that hear of a signal when rows of a model send it."""

    def find() -> tuple[Key, ...]:
        return _all(project).get((signal, sender), ())

    return project.memo.ask(("signal receivers", signal, *sender), find, ())


def is_receiver(project: Project, function: Key) -> bool:
    """Whether some model's signal calls a function."""

    def find() -> bool:
        return any(function in found for found in _all(project).values())

    return project.memo.ask(("is a receiver", *function), find, in_cycle=False)


def sender_of(project: Project, function: Key) -> Key | None:
    """The model whose rows a receiver is handed; None for one of several models, and for any other function."""

    def find() -> Key | None:
        senders = {sent[1] for sent, found in _all(project).items() if function in found}
        return senders.pop() if len(senders) == 1 else None

    return project.memo.ask(("sender", *function), find, in_cycle=None)


def _all(project: Project) -> dict[_Sent, tuple[Key, ...]]:
    def collect() -> dict[_Sent, tuple[Key, ...]]:
        found: dict[_Sent, tuple[Key, ...]] = {}
        for path in project.paths():
            for sent, function in _in_file(project, path) if path.endswith(".py") else ():
                found[sent] = (*found.get(sent, ()), function)
        return found

    return project.memo.ask(("signal receivers",), collect, {})


def _in_file(project: Project, path: str) -> tuple[tuple[_Sent, Key], ...]:
    def collect() -> tuple[tuple[_Sent, Key], ...]:
        if not any(_tells_of_signals(*item.split(":", 1)) for item in project.imported(path)):
            return ()
        return tuple(dict.fromkeys((*_decorated(project, path), *_connected(project, path))))

    return project.memo.ask(("signal receivers of", path), collect, ())


def _tells_of_signals(module: str, name: str) -> bool:
    return module in _IMPORTED or (module, name) in (("django", "dispatch"), ("django.db.models", "signals"))


def _decorated(project: Project, path: str) -> Iterator[tuple[_Sent, Key]]:
    for function in project.functions(path):
        for decorator in function.decorators:
            if isinstance(decorator, Call) and _name(project, path, decorator.func, "") in _DECORATORS:
                given = argument(decorator, 0, "signal")
                for part in given.items if isinstance(given, Collection) else (given,):
                    yield from _sent(project, path, part, decorator, (path, function.qualname))


def _connected(project: Project, path: str) -> Iterator[tuple[_Sent, Key]]:
    for holder in project.functions(path):
        if holder.kind != "module" and not (holder.owner and holder.name == "ready"):
            continue
        project.read(path, "function", holder.qualname)
        for node in walk(holder.body):
            if isinstance(node, Call) and isinstance(node.func, Attr) and node.func.name == "connect":
                function = _function(project, path, argument(node, 0, "receiver"), holder)
                if function is not None:
                    yield from _sent(project, path, node.func.obj, node, function, holder.qualname)


def _sent(
    project: Project, path: str, signal: Expr | None, call: Call, function: Key, scope: str = ""
) -> Iterator[tuple[_Sent, Key]]:
    name = _name(project, path, signal, scope)
    sender = _sender(project, path, keyword(call, "sender"), scope)
    if name.startswith(_SIGNALS) and sender is not None:
        yield (name.removeprefix(_SIGNALS), sender), function


def _sender(project: Project, path: str, node: Expr | None, scope: str) -> Key | None:
    """The model that a `sender=` names: by its class, as the user model, or as "application.Model"."""
    models = Models(project)
    if literal(node):
        named = models.by_name(literal(node).rpartition(".")[2])
        return named[0] if len(named) == 1 else None
    chain = dotted(node.func) if isinstance(node, Call) else dotted(node)
    found = resolve(project, path, chain, scope) if chain else None
    if found is None:
        return None
    name = ".".join((full_name(project, found[0]), *found[1]))
    if name.endswith((".AUTH_USER_MODEL", ".get_user_model")):
        user = models.user_model()
        return user.key if user is not None else None
    is_class = found[0].kind == "class" and not found[1] and not isinstance(node, Call)
    return (found[0].path, found[0].qualname) if is_class else None


def _name(project: Project, path: str, node: Expr | None, scope: str) -> str:
    """The full name of something from outside the project; "" for anything else."""
    chain = dotted(node) if node is not None else None
    found = resolve(project, path, chain, scope) if chain else None
    if found is None or found[0].kind != "external":
        return ""
    return ".".join((found[0].dotted, *found[1]))


def _function(project: Project, path: str, node: Expr | None, holder: Function) -> Key | None:
    chain = dotted(node) if node is not None else None
    if chain is not None and chain.startswith("self."):
        return path, f"{holder.owner}.{chain.removeprefix('self.')}"
    found = resolve(project, path, chain, holder.qualname) if chain else None
    if found is None or found[0].kind != "function" or found[1]:
        return None
    return found[0].path, found[0].qualname

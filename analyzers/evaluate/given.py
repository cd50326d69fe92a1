"""Clients, and objects of the project, that a function is handed by all who call it: `warm(redis.Redis(), keys)`, `Cache(Elasticsearch())`.

A parameter without annotation says nothing, and `client.get(key)` might be a mapping's. Where every call in the program
hands over a client of one kind, that is what the parameter holds.
"""

from __future__ import annotations

from functools import cache

from analyzers import facts as f
from analyzers.conventions.tables import frameworks
from analyzers.evaluate import callers, class_level, evidence, makers, queries, shapes
from analyzers.evaluate.remembered import remembered
from analyzers.orm import tables
from analyzers.project import handed_modules, names
from analyzers.project.index import Project
from analyzers.project.quiet import is_test
from analyzers.types import MAX_EITHER, UNKNOWN_VALUE, Value, joined

_DEPTH = 3
"""Functions that hand on what they were handed."""


def for_parameter(project: Project, path: str, function: f.Function, param: f.Param, language: str) -> Value:
    """What a parameter holds: what it is said to be, or in an `__init__` a client or an object that all who make the object hand over."""
    if param.annotation is not None:
        said = evidence.declared(project, path, function.qualname, language, param.annotation)
        return _behind_protocol(project, path, function, param.name, said) if language == "python" else said
    if function.name != callers.INIT or param.default is not None:
        return UNKNOWN_VALUE
    found = client(project, path, function, param.name)
    return found if found.known else object_(project, path, function, param.name)


def handed(project: Project, path: str, function: f.Function, name: str) -> Value:
    """What all who call a function hand over for a parameter: a client, or in a script the module that hands itself over."""
    if project.language(path) == "python":
        return client(project, path, function, name)
    module = handed_modules.handed(project, path, function.qualname, name)
    return Value("module", ref=(module, ""), label=name, frozen=True) if module else UNKNOWN_VALUE


def client(project: Project, path: str, function: f.Function, name: str, depth: int = 0) -> Value:
    """The client that all callers hand over for a parameter; the unknown value where they do not, or nobody sees it."""
    of_class = function.name == callers.INIT
    if is_test(project, path, function):
        return UNKNOWN_VALUE  # A runner calls it.
    if depth > _DEPTH or (function.owner and not of_class) or function.parent:
        return UNKNOWN_VALUE
    if not any(project.words.says("packages", package) for package in _packages()):
        return UNKNOWN_VALUE

    def find() -> Value:
        whole = project.function(path, function.qualname)
        if whole is None or not (of_class or _may_be_asked(whole, name)):
            return UNKNOWN_VALUE
        found: Value | None = None
        for other, caller, argument in callers.arguments(project, path, whole, name):
            handed = _value(project, other, caller, argument, depth)
            if not queries.is_client(handed.kind) or (found is not None and found.kind != handed.kind):
                return UNKNOWN_VALUE
            found = handed
        return found.but(evidence="all callers hand it over") if found is not None else UNKNOWN_VALUE

    return project.memo.ask(("client given", path, function.qualname, name), find, in_cycle=UNKNOWN_VALUE)


def object_(project: Project, path: str, function: f.Function, name: str) -> Value:
    """The object of the project that all who make an object hand over for a parameter of its `__init__`: `Crawls(db, orgs)`, or one of
    several; the unknown value where they do not, or nobody sees it.
    """

    def find() -> Value:
        whole = project.function(path, function.qualname)
        found: dict[tuple[str, str] | None, Value] = {}
        for other, caller, argument in (
            callers.arguments(project, path, whole, name) if whole is not None else ()
        ):
            handed = _object(project, other, caller, argument)
            if handed is None or len(found) > MAX_EITHER:
                return UNKNOWN_VALUE
            found.setdefault(handed.ref, handed.but(evidence="all callers hand it over"))
        return joined(found.values()) or UNKNOWN_VALUE

    return project.memo.ask(("object given", path, function.qualname, name), find, in_cycle=UNKNOWN_VALUE)


def _behind_protocol(project: Project, path: str, function: f.Function, name: str, said: Value) -> Value:
    """What is handed over for a parameter of an `__init__` that is said to be a protocol: any class may have its methods without
    naming it. Everything else is what it is said to be.

    Source: https://typing.python.org/en/latest/spec/protocol.html
    """
    if function.name != callers.INIT or said.kind != "instance" or said.ref is None or not said.ref[0]:
        return said
    if not any(above.dotted in _PROTOCOLS for above in names.lineage(project, *said.ref)):
        return said
    found = object_(project, path, function, name)
    return found if found.known else said


_PROTOCOLS = ("typing.Protocol", "typing_extensions.Protocol")


def _object(project: Project, path: str, caller: f.Function, argument: f.Expr | None) -> Value | None:
    """The object of the project that an argument is; None where it is none, or nobody says so."""
    itself = caller.params[0].name if caller.owner and caller.params else ""
    if isinstance(argument, f.Name) and argument.id == itself and not class_level.is_static(caller):
        found = evidence.instance_of(project, path, caller.owner)
    elif isinstance(argument, f.Attr) and itself and shapes.dotted(argument.obj) == itself:
        found = evidence.attribute_of_instance(project, path, caller.owner, argument.name, "python")
    else:
        found = _value(project, path, caller, argument, 0)
    return found if found.kind == "instance" and found.ref is not None and found.ref[0] else None


def _value(project: Project, path: str, caller: f.Function, argument: f.Expr | None, depth: int) -> Value:
    """What an argument holds, by what the function around says of it."""
    scope = caller.qualname
    if isinstance(argument, f.Name):
        if argument.id in {param.name for param in caller.params}:
            known = evidence.guess(project, path, scope, "python", argument)
            return known if known.known else client(project, path, caller, argument.id, depth + 1)
        values = makers.put(caller).get(argument.id, [])
        made = [evidence.guess(project, path, scope, "python", value) for value in values]
        if made:
            same = all((one.kind, one.ref) == (made[0].kind, made[0].ref) for one in made)
            return made[0] if same else UNKNOWN_VALUE
    return evidence.guess(project, path, scope, "python", argument)


def _may_be_asked(function: f.Function, name: str) -> bool:
    """True if a method of a client's is called on a parameter, or the parameter is handed on."""
    return name in _asked(function)


@remembered
def _asked(function: f.Function) -> frozenset[str]:
    found: set[str] = set()
    for node in shapes.nodes(function.body):
        if not isinstance(node, f.Call):
            continue
        func = node.func
        if isinstance(func, f.Attr) and isinstance(func.obj, f.Name) and func.name in _methods():
            found.add(func.obj.id)
        given = (*node.args, *(keyword.value for keyword in node.keywords))
        found.update(one.id for one in given if isinstance(one, f.Name))
    return frozenset(found)


@cache
def _methods() -> frozenset[str]:
    """What clients of services and databases are asked."""
    return frozenset().union(
        *(s.read | s.write | s.http | s.batch | s.gives.keys() for s in tables().services.values())
    )


@cache
def _packages() -> tuple[str, ...]:
    """The packages whose clients are known by their methods alone where nobody says what made them."""
    made = (name for service in tables().services.values() for name in service.made)
    return tuple(sorted({name.partition(".")[0].partition("(")[0] for name in made}))


def injected(project: Project, path: str, node: f.Call) -> Value:
    """What a framework puts in the place of a default: `service=Depends(get_service)` is what the function gives."""
    found = names.resolve(project, path, shapes.dotted(node.func), "") if node.args else None
    if found is None or found[1] or found[0].dotted not in frameworks().injected.names:
        return UNKNOWN_VALUE
    made = names.resolve(project, path, shapes.dotted(node.args[0]), "")
    if made is None or made[1]:
        return UNKNOWN_VALUE
    if made[0].kind == "class":
        return evidence.instance_of(project, made[0].path, made[0].qualname)
    if made[0].kind != "function":
        return UNKNOWN_VALUE
    return evidence.made_by(project, made[0].path, made[0].qualname, "python")


def proxied(project: Project, path: str, scope: str, dotted: str, node: f.Call) -> Value | None:
    """What an object stands for that asks a function for it: `es = LocalProxy(get_es)`; None for any other."""
    if dotted not in frameworks().proxies.names or not node.args:
        return None
    made = names.resolve(project, path, shapes.dotted(node.args[0]), scope)
    if made is None or made[1] or made[0].kind != "function":
        return None
    return evidence.made_by(project, made[0].path, made[0].qualname, "python")

"""Which kind of container a function is handed by all who call it: `pick(rows, [row.id for row in open_rows])`.

`row.id in ids` of a parameter without annotation may ask a list or a set. Where all calls that the program has hand over a
list, that is what is searched; one call of which nothing is known leaves it open. The same is asked of an attribute that
keeps what the object was made with. It is asked where a search is met whose kind nothing else tells, and follows what is
written: nothing is run for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from analyzers import facts as f
from analyzers.evaluate import callers, evidence, lengthening, shapes
from analyzers.evaluate.remembered import remembered
from analyzers.evaluate.run import Run
from analyzers.project import names
from analyzers.project.attributes import values_of
from analyzers.project.index import Project
from analyzers.types import UNKNOWN_VALUE, Value

_MAX_PARAMETERS = 6
"""Parameters that a container goes through, from where it is made to where it is searched."""

_MAX_CALLS = 24
"""Calls of a function that are looked at: what more of them have in common is rarely a kind."""

_MAX_NAMES = 6
"""Names that a value goes through in one function."""

_TOLD = 3
"""Callers that the evidence names."""

_ORDERED = frozenset(("list", "tuple", "deque", "sequence"))

HANDED = "all calls hand one over: "
"""How the evidence of such a kind begins; the callers' names follow."""

OPEN = "all calls that are seen hand one over: "
"""The same of a function that others may call as well."""

NAMED = "all that sets one of that name sets a list: "
"""The same of an attribute of an object of which nothing is known; who sets it follows."""


class Handed(NamedTuple):
    """What one call hands over: the function it stands in, and the argument."""

    path: str
    caller: f.Function
    node: f.Expr


class _Parameter(NamedTuple):
    """A parameter that a function hands on."""

    path: str
    function: f.Function
    name: str


class _Leaf(NamedTuple):
    """The kind of something that is handed over; `written` is as long as the program's text makes it."""

    kind: str
    written: bool = False


_NOTHING_KNOWN = _Leaf("unknown")


def of_parameter(project: Project, path: str, qualname: str, name: str) -> Value:
    """The kind of container that a parameter holds by all calls of its function; the unknown value where they do not say."""

    def find() -> Value:
        function = project.function(path, qualname)
        if function is None or not _is_asked(function, name):
            return UNKNOWN_VALUE
        return _agreed(project, iter((_Parameter(path, function, name),)), is_open=not _is_private(function))

    return project.memo.ask(("kind given", path, qualname, name), find, in_cycle=UNKNOWN_VALUE)


def of_attribute(project: Project, ref: tuple[str, str], name: str) -> Value:
    """The kind of container that an attribute keeps by all that the class's methods assign to it, and what those are given."""

    def find() -> Value:
        for above in names.lineage(project, *ref):
            values = values_of(project, above.path, above.qualname, name) if above.kind == "class" else ()
            if values and all(one.annotation is None and one.function is not None for one in values):
                sources = (
                    source
                    for one in values
                    if one.value is not None and one.function is not None
                    for source in _sources(project, above.path, one.function, one.value, 0)
                )
                return _agreed(project, sources, is_open=not name.startswith("_"))
            if values:
                break
        return UNKNOWN_VALUE

    return project.memo.ask(("kind kept", *ref, name), find, in_cycle=UNKNOWN_VALUE)


def of_searched(run: Run, node: f.Expr, value: Value) -> Value:
    """What is searched, a parameter or an attribute of which nothing else is known, with its kind where that is found here."""
    project = run.summaries.project
    found = UNKNOWN_VALUE
    if isinstance(node, f.Name):
        holder: Run | None = run
        while holder is not None and node.id not in holder.env:
            holder = holder.outer
        if holder is not None and holder.formals.get(node.id) is holder.env[node.id]:
            found = of_parameter(project, holder.path, holder.function.qualname, node.id)
    elif isinstance(node, f.Attr):
        owner = run.lookup(node.obj.id) if isinstance(node.obj, f.Name) else None
        if owner is not None and owner.kind == "instance" and owner.ref is not None and owner.ref[0]:
            found = of_attribute(project, owner.ref, node.name)
        else:
            found = by_name(project, node.name)
    return value.but(kind=found.kind, evidence=found.evidence) if found.known else value


def by_name(project: Project, name: str) -> Value:
    """What an attribute of an object of which nothing is known holds: a list, if all that the program sets of that name is one."""
    words = project.words
    where = words.listing(name)
    if not where or words.says("methods", name):
        return UNKNOWN_VALUE
    told = sorted({f"`{qualname}`" for _, qualname in where})
    return Value("list", evidence=f"{NAMED}{', '.join(told[:_TOLD])}")


def handing(project: Project, path: str, function: f.Function, name: str) -> list[Handed]:
    """The calls that hand over a parameter, as far as they are seen."""
    found = (call for call in _calls(project, path, function, name) if call is not None)
    return [call for call in found if isinstance(call, Handed)][:_TOLD]


def _is_asked(function: f.Function, name: str) -> bool:
    """True for a parameter of which nothing is written, of a function that somebody has to call by its name."""
    param = next((one for one in function.params if one.name == name), None)
    if param is None or param.kind in ("star", "double_star") or param.annotation is not None:
        return False
    return function.kind != "lambda" and (param.default is None or shapes.is_none(param.default))


def _is_private(function: f.Function) -> bool:
    """True for a function that only its own program calls: a name with an underscore, a function inside another one."""
    own = function.name.startswith("_") and not function.name.startswith("__")
    return own or bool(function.parent) or function.owner.rpartition(".")[2].startswith("_")


def _agreed(project: Project, sources: Iterator[_Leaf | _Parameter], *, is_open: bool) -> Value:
    """The kind that all sources have, each parameter among them by all calls of its function."""
    kinds: set[str] = set()
    told: dict[str, None] = {}
    grows = False
    seen: set[tuple[str, str, str]] = set()
    pending = [sources]
    while pending:
        for source in pending.pop():
            if isinstance(source, _Leaf):
                if source.kind == "none":
                    continue
                if source.kind == "unknown":
                    return UNKNOWN_VALUE
                kinds.add(source.kind)
                grows = grows or not source.written
                continue
            key = (source.path, source.function.qualname, source.name)
            if key in seen:
                continue
            seen.add(key)
            handed = _calls(project, *source) if _is_asked(source.function, source.name) else []
            if not handed or None in handed or not len(seen) <= _MAX_PARAMETERS or len(handed) > _MAX_CALLS:
                return UNKNOWN_VALUE
            for one in handed:
                if one is not None:
                    told[f"`{one.caller.qualname if one.caller.kind != 'module' else 'the module'}`"] = None
                    pending.append(_sources(project, one.path, one.caller, one.node, 0))
    if not grows or not kinds or (len(kinds) > 1 and not kinds <= _ORDERED):
        return UNKNOWN_VALUE
    kind = next(iter(kinds)) if len(kinds) == 1 else "sequence"
    by = ", ".join(sorted(told)[:_TOLD])
    return Value(
        kind, evidence=f"{OPEN if is_open else HANDED}{by}" if by else "all that is kept there is one"
    )


# ------------------------------------------------------------------------------------------------------ calls


def _calls(project: Project, path: str, function: f.Function, name: str) -> list[Handed | None]:
    """What each call of a function hands over for a parameter; None for one where that is not seen."""
    called = function.owner.rpartition(".")[2] if function.name == callers.INIT else function.name
    found = {(path, reader) for reader in callers.readers(project, path, called)}
    out: list[Handed | None] = []
    for other, reader in sorted(found | callers.elsewhere(project, path, called)):
        caller = project.function(other, reader)
        if caller is None:
            continue
        calls, mentions = _mentions(caller, called)
        out += [None] * (mentions - len(calls))  # It is handed on as a function: who calls it is not seen.
        for call in calls:
            if not _is_call_of(project, other, caller, call, path, function):
                continue
            if caller.qualname == function.qualname and other == path and _hands_on(call, name):
                continue
            given = _argument(function, call, name, called)
            if given is None or not shapes.is_none(given):
                out.append(Handed(other, caller, given) if given is not None else None)
    return out


def _hands_on(call: f.Call, name: str) -> bool:
    """True for a function that calls itself with the parameter as it is."""
    given = (*call.args, *(keyword.value for keyword in call.keywords))
    return any(isinstance(one, f.Name) and one.id == name for one in given)


def _mentions(caller: f.Function, called: str) -> tuple[list[f.Call], int]:
    """The calls of what goes by a name in a function, and how often the name is read there."""
    return _all_mentions(caller.body).get(called, _NO_MENTIONS)


_NO_MENTIONS: tuple[list[f.Call], int] = ([], 0)


@remembered
def _all_mentions(body: tuple[f.Stmt, ...]) -> dict[str, tuple[list[f.Call], int]]:
    """The same of each name: a table of a thousand functions mentions them all."""
    nodes = shapes.nodes(body)
    calls: dict[str, list[f.Call]] = {}
    for call in shapes.of_kind(body, f.Call):
        calls.setdefault(_last(call.func), []).append(call)
    stored = {id(target) for n in shapes.of_kind(body, f.Assign) for target in shapes.stored(n.targets)}
    called = {id(call.func) for some in calls.values() for call in some}
    others = Counter(
        _last(n)
        for n in nodes
        if isinstance(n, (f.Name, f.Attr)) and id(n) not in called and id(n) not in stored
    )
    return {
        name: (calls.get(name, []), len(calls.get(name, [])) + others[name]) for name in {*calls, *others}
    }


def _last(node: f.Expr) -> str:
    return node.id if isinstance(node, f.Name) else node.name if isinstance(node, f.Attr) else ""


def _is_call_of(
    project: Project, path: str, caller: f.Function, call: f.Call, home: str, function: f.Function
) -> bool:
    """False for a call of something else that goes by the same name."""
    name = shapes.dotted(call.func)
    if not function.owner or function.name == callers.INIT:
        found = names.resolve(project, path, name, caller.qualname) if name else None
        if found is None or found[1]:
            return not isinstance(call.func, f.Attr)
        meant = function.qualname if not function.owner else function.owner
        return (found[0].path, found[0].qualname) == (home, meant)
    holder, _, method = name.rpartition(".")
    own = caller.params[0].name if caller.owner and caller.params else ""
    if own and holder == own:
        member = names.member(project, path, caller.owner, method)
        return member is None or (member.path, member.qualname) == (home, function.qualname)
    held = evidence.guess(project, path, caller.qualname, "python", call.func.obj) if isinstance(call.func, f.Attr) else UNKNOWN_VALUE  # fmt: skip
    if held.kind != "instance" or held.ref is None or not held.ref[0]:
        return isinstance(call.func, f.Attr)
    member = names.member(project, *held.ref, method)
    return member is None or (member.path, member.qualname) == (home, function.qualname)


def _argument(function: f.Function, call: f.Call, name: str, called: str) -> f.Expr | None:
    """What a call hands over for a parameter, its default where it leaves it out; None where that is not seen."""
    named = next((keyword.value for keyword in call.keywords if keyword.name == name), None)
    if named is not None:
        return named
    at = next(i for i, param in enumerate(function.params) if param.name == name)
    bound = bool(function.owner) and not any(shapes.dotted(d) == "staticmethod" for d in function.decorators)
    at -= bound
    if any(isinstance(one, f.Star) for one in call.args[: at + 1]) or any(not k.name for k in call.keywords):
        return None
    if function.params[at + bound].kind == "positional" and at < len(call.args):
        return call.args[at]
    return function.params[at + bound].default


# ----------------------------------------------------------------------------------------------------- kinds


def _sources(
    project: Project, path: str, caller: f.Function, node: f.Expr, depth: int
) -> Iterator[_Leaf | _Parameter]:
    """What an expression of a function may be: kinds, and parameters of that function."""
    if depth > _MAX_NAMES:
        yield _NOTHING_KNOWN
    elif isinstance(node, (f.Choose, f.Logic)):
        parts = node.parts if isinstance(node, f.Logic) else (node.then, node.other)
        if isinstance(node, f.Logic) and node.op == "or" and lengthening.is_empty_list(parts[-1]):
            yield _Leaf("list")  # What an empty list stands for is one.
            return
        for part in parts:
            yield from _sources(project, path, caller, part, depth + 1)
    elif isinstance(node, f.Slice):
        yield from _sources(project, path, caller, node.obj, depth + 1)
    elif isinstance(node, f.Name):
        yield from _of_name(project, path, caller, node, depth)
    elif isinstance(node, f.Attr):
        yield _of_attribute(project, path, caller, node)
    else:
        written = isinstance(node, (f.Collection, f.Mapping)) and evidence.is_fixed(project, path, node)
        yield _Leaf(_plain_kind(project, path, caller, node), written)


def _of_name(
    project: Project, path: str, caller: f.Function, node: f.Name, depth: int
) -> Iterator[_Leaf | _Parameter]:
    scope: f.Function | None = caller
    while scope is not None:
        bound = _bound(scope).get(node.id, ())
        param = next((one for one in scope.params if one.name == node.id), None)
        if param is not None and param.annotation is not None:
            yield _Leaf(evidence.declared(project, path, scope.qualname, "python", param.annotation).kind)
            return
        if param is not None:
            yield _Parameter(path, scope, node.id)
        grown = node.id in lengthening.growing_names(scope.body)
        for value in bound:
            if value is None:
                yield _NOTHING_KNOWN
            elif grown and isinstance(value, (f.Collection, f.Mapping)):
                yield _Leaf(value.kind if isinstance(value, f.Collection) else "dict")
            else:
                yield from _sources(project, path, scope, value, depth + 1)
        if bound or param is not None:
            return
        scope = project.function(path, scope.parent) if scope.parent else None
    yield _of_module(project, path, caller, node.id)


def _of_module(project: Project, path: str, caller: f.Function, name: str) -> _Leaf:
    """A container that a module keeps under a name: most are tables that a person wrote."""
    found = names.resolve(project, path, name, caller.qualname)
    if found is None or found[1] or found[0].kind != "variable":
        return _NOTHING_KNOWN
    assign = names.single_value(project, found[0].path, found[0].qualname)
    if assign is None or assign.value is None:
        return _NOTHING_KNOWN
    kind = evidence.guess(project, found[0].path, "", "python", assign.value).kind
    return _Leaf(kind if kind in evidence.CONTAINERS else "unknown", written=True)


def _of_attribute(project: Project, path: str, caller: f.Function, node: f.Attr) -> _Leaf:
    """`self.names`, `box.names`, where the class of the object tells."""
    own = caller.params[0].name if caller.owner and caller.params else ""
    if own and isinstance(node.obj, f.Name) and node.obj.id == own:
        ref: tuple[str, str] | None = (path, caller.owner)
    else:
        ref = evidence.guess(project, path, caller.qualname, "python", node.obj).ref
    if ref is None or not ref[0]:
        return _NOTHING_KNOWN
    held = evidence.attribute_of_instance(project, *ref, node.name, "python")
    kind = held.kind if held.known else of_attribute(project, ref, node.name).kind
    return _Leaf(kind, held.frozen)


_LISTS = frozenset(("split", "rsplit", "splitlines", "readlines", "findall"))
"""Methods that give a list, whatever kind of text they are asked of."""

_PLAIN = frozenset((*evidence.CONTAINERS, "sequence", "str", "bytes", "none", "view", "values", "iterator"))


def _plain_kind(project: Project, path: str, caller: f.Function, node: f.Expr) -> str:
    if isinstance(node, f.Call) and isinstance(node.func, f.Attr):
        if node.func.name in _LISTS:
            return "list"
        if node.func.name == "values" and not node.args:
            return "values"
        if node.func.name == "keys" and not node.args:
            return "view"
    if isinstance(node, f.Binary) and node.op == "+":
        kinds = {_plain_kind(project, path, caller, side) for side in (node.left, node.right)}
        return next((kind for kind in ("list", "tuple", "str") if kind in kinds), "unknown")
    kind = evidence.guess(project, path, caller.qualname, "python", node).kind
    return kind if kind in _PLAIN else "unknown"


@remembered
def _bound(function: f.Function) -> dict[str, tuple[f.Expr | None, ...]]:
    """What a function gives each of its names; None where that is an element, a part, or what a `with` gives."""
    found: dict[str, list[f.Expr | None]] = {}

    def bind(target: f.Expr, value: f.Expr | None) -> None:
        if isinstance(target, f.Name):
            found.setdefault(target.id, []).append(value)
        elif isinstance(target, f.Collection):
            for part in shapes.stored((target,)):
                bind(part, None)

    for node in shapes.nodes(function.body):
        if isinstance(node, f.Assign):
            for target in node.targets:
                if not lengthening.is_made_of(node.value, shapes.dotted(target)):
                    bind(target, node.value)
        elif isinstance(node, f.Named):
            bind(node.target, node.value)
        elif isinstance(node, (f.For, f.Clause, f.WithItem)) and node.target is not None:
            bind(node.target, None)
    return {name: tuple(values) for name, values in found.items()}

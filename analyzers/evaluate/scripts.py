"""Whole programs: what functions see of the module's variables when it is the module itself that runs.

Asked about a function, the engine knows of a module's variable only what its one assignment says. Asked about
`<module>`, it has run the statements before the call: the variables a function reads are then parameters that
nobody wrote down, and their sizes come back to the caller as those of arguments do. What a function declares
`global` and sets, its caller has afterwards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec.structs import replace

from analyzers import facts as f
from analyzers.costs import ONE
from analyzers.evaluate import shapes
from analyzers.evaluate.remembered import remembered
from analyzers.evaluate.run import Run
from analyzers.project.index import Project
from analyzers.types import Value

SHARED = (
    "list", "tuple", "set", "dict", "deque", "str", "bytes", "bytearray", "int", "float", "iterator", "range", "file",
    "unknown",
)  # fmt: skip
"""Kinds of variables that are passed on; functions, classes and modules are found by their names."""

MAX_SHARED = 24


def passed_on(run: Run, path: str, function: f.Function) -> dict[str, Value]:
    """The module's variables that a function, or one it calls, reads: as the running script holds them now."""
    root = run
    while root.outer is not None:
        root = root.outer
    if path != run.path or not (root.function.kind == "module" or root.shared):
        return {}
    out: dict[str, Value] = {}
    for name in _read_by(run.summaries.project, path, function.qualname):
        value = root.env.get(name) if root.function.kind == "module" or name in root.shared else None
        if value is None or value.kind not in SHARED or len(out) >= MAX_SHARED:
            continue
        if value.kind == "unknown" and not value.depends and value.bound is None:
            continue
        out[name] = replace(value, label=value.label or name)
    return out


def formal(value: Value, of_parameter: Value) -> Value:
    """A module's variable inside a function: like a parameter, but constants stay constants."""
    bound = value.bound if value.bound is not None and value.bound.kind == "file" else of_parameter.bound
    if value.const is not None or (value.is_constant_size and value.grown is None):
        return replace(of_parameter, size=ONE, frozen=value.frozen, bound=bound)
    return replace(of_parameter, whole=value.whole, bound=bound)


def handed_back(run: Run) -> tuple[tuple[str, Value], ...]:
    """The variables of the module that a function declared `global`, as it leaves them."""
    return tuple(
        (name, run.env[name]) for name in sorted(run.shared) if name in run.env and name in run.declared
    )


def grown_elsewhere(run: Run, name: str) -> bool:
    """True if some function of the module puts things into this variable of it."""
    return run.function.kind == "module" and name in _grown_by_functions(run.summaries.project, run.path)


# ------------------------------------------------------------------------------------------- what reads what


def _read_by(project: Project, path: str, qualname: str) -> tuple[str, ...]:
    """The module's variables that a function reads, or whatever it may call in the file."""
    return project.memo.ask(
        ("module variables read", path, qualname),
        lambda: tuple(sorted(_Reads.of(project, path).from_(project, path, qualname))),
        in_cycle=(),
    )


class _Reads:
    """Which functions a file has by which names, and its variables. What a function reads and calls is looked at where it is
    asked for alone, so that an edit of another one changes nothing."""

    def __init__(self, functions: Sequence[f.Function], variables: set[str]) -> None:
        self._count = Counter(function.qualname for function in functions)
        self._inside: dict[str, list[str]] = {}
        self._by_name: dict[str, set[str]] = {}
        for function in functions:
            self._by_name.setdefault(function.name, set()).add(function.qualname)
            if function.owner and function.name == "__init__":
                name = function.owner.rpartition(".")[2]
                self._by_name.setdefault(name, set()).add(function.qualname)
            if function.parent:
                self._inside.setdefault(function.parent, []).append(function.qualname)
        self._variables = variables

    @classmethod
    def of(cls, project: Project, path: str) -> _Reads:
        def look() -> _Reads:
            return cls(project.functions(path)[1:], _variables(project, path))

        return project.memo.ask(("readers of module variables", path), look, in_cycle=cls((), set()))

    def _function(self, project: Project, path: str, qualname: str) -> f.Function | None:
        """The last of that name."""
        if self._count[qualname] < 2:
            return project.function(path, qualname) if self._count[qualname] else None
        project.read(path)
        return [one for one in project.functions(path) if one.qualname == qualname][-1]

    def from_(self, project: Project, path: str, start: str) -> set[str]:
        """What is read by a function, and by all that it may lead to."""
        seen, pending, found = {start}, [start], set()
        while pending:
            current = pending.pop()
            function = self._function(project, path, current)
            if function is None:
                continue
            names, mentioned = _mentioned(function)
            found |= (names & self._variables) - self._own(project, path, function)
            new = {q for name in mentioned for q in self._by_name.get(name, ())}
            new.update(self._inside.get(current, ()))
            pending += new - seen
            seen |= new
        return found

    def _own(self, project: Project, path: str, function: f.Function) -> set[str]:
        """The names that belong to a function or to one around it."""
        own: set[str] = set()
        around: f.Function | None = function
        while around is not None:
            own |= {p.name for p in around.params} | _assigned(around) - _declared(around)
            around = self._function(project, path, around.parent)
        return own


@remembered
def _mentioned(function: f.Function) -> tuple[set[str], set[str]]:
    names: set[str] = set()
    called: set[str] = set()
    for node in shapes.nodes(
        (function.body, tuple(p.default for p in function.params if p.default is not None))
    ):
        if isinstance(node, f.Name):
            names.add(node.id)
        elif isinstance(node, f.Attr):
            called.add(node.name)
        elif isinstance(node, (f.Lambda, f.Define)):
            called.add(node.qualname.rpartition(".")[2])
    return names, called | names


def _variables(project: Project, path: str) -> set[str]:
    """The names that the file's top level assigns, and those that functions declare `global`."""
    found = {name for function in project.declaring(path) for name in _declared(function)}
    module = project.function(path, "<module>")
    return found | _assigned(module) if module is not None else found


@remembered
def _assigned(function: f.Function) -> set[str]:
    found: set[str] = set()
    for stmt in shapes.walk(function.body):
        if isinstance(stmt, f.Assign):
            found.update(shapes.named(stmt.targets))
        elif isinstance(stmt, f.For):
            found.update(shapes.named(stmt.target))
        elif isinstance(stmt, f.With):
            found.update(
                n.id for item in stmt.items for n in shapes.nodes(item.target) if isinstance(n, f.Name)
            )
    return found - _stored_into(function)


def _stored_into(function: f.Function) -> set[str]:
    """Names that stand in targets only as containers: `seen[x] = True` binds nothing."""
    inside: set[str] = set()
    plain: set[str] = set()
    for stmt in shapes.walk(function.body):
        for target in stmt.targets if isinstance(stmt, f.Assign) else ():
            stack: list[f.Expr] = [target]
            while stack:
                node = stack.pop()
                if isinstance(node, f.Collection):
                    stack += node.items
                elif isinstance(node, f.Star):
                    stack.append(node.value)
                elif isinstance(node, f.Name):
                    plain.add(node.id)
                else:
                    inside.update(shapes.named(node))
        if isinstance(stmt, f.For):
            plain.update(shapes.named(stmt.target))
    return inside - plain


@remembered
def _declared(function: f.Function) -> set[str]:
    return {
        name
        for stmt in shapes.walk(function.body)
        if isinstance(stmt, f.Scope) and stmt.kind in ("global", "nonlocal")
        for name in stmt.names
    }


def own_names(function: f.Function) -> set[str]:
    """The names that belong to a function: its parameters, and what it binds and does not declare to be another's."""
    return {p.name for p in function.params} | _assigned(function) - _declared(function)


def _grown_by_functions(project: Project, path: str) -> frozenset[str]:
    return project.memo.ask(
        ("module variables grown", path), lambda: _find_grown(project, path), in_cycle=frozenset()
    )


def _find_grown(project: Project, path: str) -> frozenset[str]:

    facts = project.facts(path)
    project.read(path)
    found: set[str] = set()
    from analyzers.evaluate import lengthening

    for function in facts.functions[1:] if facts is not None else ():
        found |= set(lengthening.growing_names(function.body)) - own_names(function)
    return frozenset(found)

"""Which names a function makes longer, and what that says of them."""

from __future__ import annotations

from analyzers import facts as f
from analyzers.evaluate import scripts, shapes
from analyzers.evaluate.recursion import detect
from analyzers.evaluate.remembered import among, remembered
from analyzers.evaluate.run import Run
from analyzers.project.filling import PUTTING
from analyzers.types import Value

FIXED_KINDS = ("str", "bytes", "tuple")
"""What no call can change that is handed it."""


def grows_later(run: Run, name: str, value: Value) -> bool:
    """True if some statement of the function adds to this name; a container that never grows stays small."""
    if value.kind in FIXED_KINDS:
        return among(_lengthened_names, run.function.body, name)
    if run.growing is None:
        run.growing = grown_inside(run)
    return among(_grown_names, run.function.body, name) or name in run.growing


def grown_inside(run: Run) -> frozenset[str]:
    """The names that functions defined inside make longer: `rows.forEach((row) => found.push(row))`."""
    project = run.summaries.project
    found: set[str] = set()
    for function in project.within(run.path, run.function):
        if function is not run.function and not detect.recurses(project, run.path, function):
            own = scripts.own_names(function)
            if run.language != "python":
                own -= made_of_itself(function.body)
            found |= set(growing_names(function.body)) - own
    return frozenset(found)


@remembered
def made_of_itself(body: tuple[f.Stmt, ...]) -> frozenset[str]:
    """The names that a body gives something made of what they held, and nothing else: of a script's function those of the
    one around it (`found = [...found, row]`), as a name that is declared there holds nothing yet."""
    given = [
        (target.id, is_made_of(stmt.value, target.id))
        for stmt in shapes.walk(body)
        if isinstance(stmt, f.Assign)
        for target in stmt.targets
        if isinstance(target, f.Name)
    ]
    fresh = {name for name, of_itself in given if not of_itself}
    return frozenset(name for name, _ in given if name not in fresh)


@remembered
def _lengthened_names(body: tuple[f.Stmt, ...]) -> frozenset[str]:
    """The names that statements of their own make longer, and no call."""
    return frozenset(
        growing_names(tuple(s for s in shapes.walk(body) if isinstance(s, (f.Update, f.Assign))))
    )


@remembered
def _grown_names(body: tuple[f.Stmt, ...]) -> frozenset[str]:
    return frozenset(growing_names(body))


def _growing(stmt: f.Stmt) -> list[str]:
    found: list[str] = []
    if isinstance(stmt, f.Update):
        found.append(root_of(stmt.target))
    elif isinstance(stmt, f.Assign):
        for target in stmt.targets:
            if isinstance(target, f.Index):
                found.append(root_of(target))
            elif isinstance(target, f.Name) and is_made_of(stmt.value, target.id):
                found.append(target.id)
    elif isinstance(stmt, f.Do) and isinstance(stmt.value, f.Call):
        func = stmt.value.func
        if isinstance(func, f.Attr):
            found.append(root_of(func.obj))
            found.extend(shapes.text_of(a) for a in stmt.value.args[:1])
        elif isinstance(func, f.Name):
            found.extend(shapes.text_of(a) for a in stmt.value.args)
    return found


_grown_by_statements = shapes.of_statements(_growing, f.Update, f.Assign, f.Do)


@remembered
def growing_names(body: tuple[f.Stmt, ...]) -> list[str]:
    """The names that a body makes longer, each as often as it does."""
    # `groups.setdefault(key, []).append(row)` and `group = groups.setdefault(key, {})` put a key into `groups`.
    keyed = [
        root_of(call.func.obj)
        for call in shapes.of_kind(body, f.Call)
        if isinstance(call.func, f.Attr) and call.func.name == "setdefault"
    ]
    return [*_grown_by_statements(body), *keyed]


FILLING = PUTTING | {"push", "unshift"}
"""Methods that make their receiver longer."""


@remembered
def filled_attributes(body: tuple[f.Stmt, ...]) -> frozenset[str]:
    """The attributes that a body itself makes longer: `self.lines.append(line)`, `self.lines += more`."""
    found: set[str] = set()
    for node in shapes.nodes(body):
        if isinstance(node, f.Update) and node.op in ("+", "|"):
            found.add(shapes.dotted(node.target))
        elif isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name in FILLING:
            found.add(shapes.dotted(node.func.obj))
        elif isinstance(node, f.Assign):
            found.update(shapes.dotted(target.obj) for target in node.targets if isinstance(target, f.Index))
    return frozenset(found)


_TAKING = frozenset("pop popleft popitem remove discard clear heappop heapreplace heappushpop".split())  # noqa: SIM905


@remembered
def taken_from(body: tuple[f.Stmt, ...]) -> frozenset[str]:
    """What a body also takes something out of: nothing says how long that gets."""
    found = {
        shapes.text_of(target.obj)
        for stmt in shapes.of_kind(body, f.Delete)
        for target in stmt.targets
        if isinstance(target, (f.Index, f.Slice))
    }
    for node in shapes.of_kind(body, f.Call):
        if shapes.called(node) in _TAKING:
            found.update(shapes.text_of(argument) for argument in node.args[:1])
            if isinstance(node.func, f.Attr):
                found.add(shapes.text_of(node.func.obj))
    return frozenset(found)


@remembered
def pushed_to(body: tuple[f.Stmt, ...]) -> frozenset[str]:
    """What a body of a script puts something into at its end, or takes from in its midst: arrays, whatever else is known."""
    return frozenset(
        shapes.text_of(node.func.obj)
        for node in shapes.nodes(body)
        if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name in ("push", "splice")
    )


@remembered
def measured(body: tuple[f.Stmt, ...]) -> frozenset[str]:
    """What a body of a script asks for its length."""
    return frozenset(
        shapes.text_of(node.obj) for node in shapes.of_kind(body, f.Attr) if node.name == "length"
    )


@remembered
def appended_to(body: tuple[f.Stmt, ...]) -> frozenset[str]:
    """What a body asks for what only something with an end can do: `xs.append(x)`, `xs.extend(more)`."""
    return frozenset(
        shapes.text_of(node.func.obj)
        for node in shapes.nodes(body)
        if isinstance(node, f.Call)
        and isinstance(node.func, f.Attr)
        and node.func.name in ("append", "extend")
        and len(node.args) == 1
    )


def made_where_none_is_given(body: tuple[f.Stmt, ...], name: str) -> Value | None:
    """The list that a function starts with, and fills, unless it is given one: `if seen is None: seen = []`."""
    if name not in growing_names(body) or name not in _lists_started(body):
        return None
    return Value("list", evidence="a list where none is given")


def _starting(stmt: f.Stmt) -> list[str]:
    if not isinstance(stmt, f.Assign) or not (is_empty_list(stmt.value) or begins_empty(stmt.value)):
        return []
    return [target.id for target in stmt.targets if isinstance(target, f.Name)]


_lists_started = shapes.of_statements(_starting, f.Assign)
"""The names to which a body assigns an empty list: `xs = []`, `xs = xs or []`, `xs = [] if xs is None else xs`."""


def begins_empty(value: f.Expr | None) -> bool:
    """True for one of several values of which one is an empty list."""
    several = isinstance(value, (f.Logic, f.Choose))
    return several and any(is_empty_list(part) for part in _alternatives(value))


def _alternatives(value: f.Expr | None) -> tuple[f.Expr | None, ...]:
    if isinstance(value, f.Logic):
        return tuple(value.parts)
    return (value.then, value.other) if isinstance(value, f.Choose) else (value,)


def is_empty_list(node: f.Expr | None) -> bool:
    """`[]`, `list()`."""
    made = isinstance(node, f.Call) and shapes.dotted(node.func) == "list" and not node.args
    return made or (isinstance(node, f.Collection) and node.kind == "list" and not node.items)


def is_made_of(value: f.Expr | None, name: str) -> bool:
    """`xs = xs + [x]`, `xs = [...xs, x]`, `xs = xs.concat(ys)`: the new value is made from the old one."""
    if isinstance(value, f.Binary):
        return value.op in ("+", "|") and (is_made_of(value.left, name) or is_made_of(value.right, name))
    if isinstance(value, f.Collection):
        return any(isinstance(item, f.Star) and is_made_of(item.value, name) for item in value.items)
    if isinstance(value, f.Mapping):
        return any(k is None and is_made_of(v, name) for k, v in zip(value.keys, value.values, strict=False))
    if isinstance(value, f.Call):
        if isinstance(value.func, f.Attr) and value.func.name in ("concat", "append", "union"):
            return is_made_of(value.func.obj, name) or passes(value, name)
        return passes(value, name)
    return isinstance(value, f.Name) and value.id == name


def passes(call: f.Call, name: str) -> bool:
    """`xs = np.append(xs, x)`, `df = pd.concat([df, row])`: the name, or a display with it, is an argument."""
    for argument in call.args[:2]:
        parts = argument.items if isinstance(argument, f.Collection) else (argument,)
        if any(isinstance(part, f.Name) and part.id == name for part in parts):
            return True
    return False


def root_of(node: f.Expr) -> str:
    while isinstance(node, (f.Attr, f.Index)):
        node = node.obj
    return node.id if isinstance(node, f.Name) else ""
